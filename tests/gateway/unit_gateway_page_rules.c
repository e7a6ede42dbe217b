/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rep's page offers to choose from: the rules' dispositions and reasons in place of the file's, and whether they became others.
 */
#include "cmocka_all.h"

#include "page_rules.h"

static void read_rules(struct page_rules *rules, Leadwire__V1__FollowUp then, const char *reason, bool is_other)
{
    Leadwire__V1__DeskConfig config = LEADWIRE__V1__DESK_CONFIG__INIT;
    Leadwire__V1__RefusalConfig refusals = LEADWIRE__V1__REFUSAL_CONFIG__INIT;
    Leadwire__V1__DispositionConfig won = LEADWIRE__V1__DISPOSITION_CONFIG__INIT, again = LEADWIRE__V1__DISPOSITION_CONFIG__INIT;
    Leadwire__V1__DispositionConfig *list[] = {&won, &again};
    Leadwire__V1__LocalText text = LEADWIRE__V1__LOCAL_TEXT__INIT, *texts[] = {&text};
    char *reasons[] = {(char *)reason};
    won.code = (char *)"won";
    won.class_ = LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_WON;
    won.follow_up = LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_END;
    again.code = (char *)"again";
    again.label = (char *)"Call again";
    again.class_ = LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_NO_ANSWER;
    again.follow_up = then;
    again.after_ms = 7200000;
    again.at_least_ms = 60000;
    again.at_most_ms = 86400000;
    text.language = (char *)"it";
    text.text = (char *)"Richiamare";
    again.texts = texts;
    again.n_texts = 1;
    config.dispositions = list;
    config.n_dispositions = 2;
    refusals.reasons = reasons;
    refusals.n_reasons = reason != NULL;
    config.refusals = &refusals;
    assert_int_equal(page_rules_read(rules, &config), is_other);
}

static void assert_told(const struct page_rules *rules, const char *file, const char *expected)
{
    json_t *page = json_loads(file, 0, NULL), *wanted = json_loads(expected, 0, NULL), *told = page_rules_json(rules, page, NULL);
    assert_non_null(page);
    assert_non_null(wanted);
    if (!json_equal(told, wanted))
        fail_msg("%s", json_dumps(told, JSON_INDENT(1)));
    json_decref(told);
    json_decref(wanted);
    json_decref(page);
}

static void the_rules_stand_in_place_of_the_file(void **state)
{
    (void)state;
    struct page_rules rules = {0};
    const char *file = "{\"dispositions\": [{\"name\": \"old\", \"label\": \"Old\"}], \"decline_reasons\": [{\"name\": \"busy\", \"label\": \"Busy now\"}], \"crm_link\": \"\"}";
    assert_told(&rules, file, "{\"rules\": 0, \"dispositions\": [{\"name\": \"old\", \"label\": \"Old\"}], \"decline_reasons\": [{\"name\": \"busy\", "
                              "\"label\": \"Busy now\"}], \"crm_link\": \"\"}");
    read_rules(&rules, LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_CALL_BACK, NULL, true);
    assert_told(&rules, file, "{\"rules\": 1, \"dispositions\": [{\"name\": \"won\", \"label\": \"won\", \"texts\": {}, \"class\": \"won\", \"then\": \"end\", \"after_ms\": 0, "
                              "\"at_least_ms\": 0, \"at_most_ms\": 0}, {\"name\": \"again\", \"label\": \"Call again\", \"texts\": {\"it\": \"Richiamare\"}, "
                              "\"class\": \"no_answer\", \"then\": \"call_back\", \"after_ms\": 7200000, \"at_least_ms\": 60000, \"at_most_ms\": 86400000}], "
                              "\"decline_reasons\": [{\"name\": \"busy\", \"label\": \"Busy now\"}], \"break_reasons\": [], "
                              "\"transfer\": {\"skills\": [], \"teams\": [], \"reps\": []}, \"crm_link\": \"\"}");
    page_rules_fini(&rules);
}

static void reasons_that_a_decline_must_have_take_their_labels_from_the_file(void **state)
{
    (void)state;
    struct page_rules rules = {0};
    const char *file = "{\"decline_reasons\": [{\"name\": \"busy\", \"label\": \"Busy now\"}, {\"name\": \"other\", \"label\": \"Other\"}]}";
    const char *const names[] = {"busy", "far"}, *const labels[] = {"Busy now", "far"};
    for (size_t i = 0; i < 2; i++) {
        read_rules(&rules, LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_PARK, names[i], true);
        json_t *page = json_loads(file, 0, NULL), *told = page_rules_json(&rules, page, NULL), *reasons = json_object_get(told, "decline_reasons");
        assert_int_equal(json_array_size(reasons), 1);
        assert_string_equal(json_string_value(json_object_get(json_array_get(reasons, 0), "label")), labels[i]);
        json_decref(told);
        json_decref(page);
    }
    page_rules_fini(&rules);
}

/* What the rules say of it stands; the file is for what they only name. */
static void reasons_that_the_rules_have_words_for_are_as_these_say(void **state)
{
    (void)state;
    struct page_rules rules = {0};
    const struct lw_local_text texts[] = {{"it", "Occupato"}};
    const struct lw_choice reasons[] = {{.name = "busy", .label = "busy", .texts = texts, .text_count = 1}, {.name = "far", .label = "Too far"}, {.name = "other", .label = "other"}};
    const struct lw_choices choices = {.decline_reasons = reasons, .decline_reason_count = 3};
    static const char *const labels[] = {"busy", "Too far", "Something else"};
    assert_true(page_rules_take(&rules, &choices));
    json_t *page = json_loads("{\"decline_reasons\": [{\"name\": \"busy\", \"label\": \"Busy now\"}, {\"name\": \"far\", \"label\": \"Far\"}, "
                              "{\"name\": \"other\", \"label\": \"Something else\"}]}", 0, NULL);
    json_t *told = page_rules_json(&rules, page, NULL), *rows = json_object_get(told, "decline_reasons");
    assert_int_equal(json_array_size(rows), 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(json_string_value(json_object_get(json_array_get(rows, i), "label")), labels[i]);
    assert_string_equal(json_string_value(json_object_get(json_object_get(json_array_get(rows, 0), "texts"), "it")), "Occupato");
    json_decref(told);
    json_decref(page);
    page_rules_fini(&rules);
}

static void pages_are_told_only_of_what_they_show(void **state)
{
    (void)state;
    struct page_rules rules = {0};
    const Leadwire__V1__FollowUp all[] = {LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_APPOINTMENT, LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_PARK,
                                          LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_SUPPRESS, LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_END};
    const char *const words[] = {"appointment", "park", "suppress", "end"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        read_rules(&rules, all[i], NULL, true);
        read_rules(&rules, all[i], NULL, false);
        assert_int_equal(rules.revision, i + 1);
        assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(rules.choices, "dispositions"), 1), "then")), words[i]);
    }
    page_rules_fini(&rules);
}

/* Of each kind the file may list fewer. Nobody is offered themselves, nor an outsourced team's rep those of others. */
static void whom_to_hand_on_to_is_the_rules_unless_the_file_lists_some(void **state)
{
    (void)state;
    struct page_rules rules = {0};
    const struct lw_choice skills[] = {{.name = "solar", .label = "Solar"}}, teams[] = {{.name = "inside", .label = "Inside"}, {.name = "agency", .label = "Agency", .outsourced = 1}};
    const struct lw_choice reps[] = {{.name = "anna", .label = "Anna", .team = "inside"}, {.name = "bruno", .label = "Bruno", .team = "inside"},
                                     {.name = "carla", .label = "Carla", .team = "agency"}, {.name = "dino", .label = "Dino", .team = "agency"}};
    const struct lw_choice breaks[] = {{.name = "lunch", .label = "Lunch"}};
    const struct lw_choices choices = {.skills = skills, .skill_count = 1, .teams = teams, .team_count = 2, .reps = reps, .rep_count = 4, .break_reasons = breaks, .break_reason_count = 1};
    static const struct { const char *rep; size_t count; const char *first; } seen[] = {{"anna", 3, "bruno"}, {"carla", 1, "dino"}, {NULL, 4, "anna"}};
    assert_true(page_rules_take(&rules, &choices));
    assert_false(page_rules_take(&rules, &choices));
    for (size_t i = 0; i < 3; i++) {
        json_t *page = json_loads("{\"break_reasons\": [], \"transfer\": {\"skills\": [], \"teams\": [{\"name\": \"inside\", \"label\": \"Us\"}], \"reps\": []}}", 0, NULL);
        json_t *told = page_rules_json(&rules, page, seen[i].rep), *transfer = json_object_get(told, "transfer"), *who = json_object_get(transfer, "reps");
        assert_int_equal(json_array_size(who), seen[i].count);
        assert_string_equal(json_string_value(json_object_get(json_array_get(who, 0), "name")), seen[i].first);
        assert_int_equal(json_array_size(json_object_get(transfer, "skills")), 1);
        assert_int_equal(json_array_size(json_object_get(transfer, "teams")), 1);
        assert_int_equal(json_array_size(json_object_get(told, "break_reasons")), 1);
        json_decref(told);
        json_decref(page);
    }
    page_rules_fini(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rules_stand_in_place_of_the_file),
        cmocka_unit_test(whom_to_hand_on_to_is_the_rules_unless_the_file_lists_some),
        cmocka_unit_test(reasons_that_a_decline_must_have_take_their_labels_from_the_file),
        cmocka_unit_test(reasons_that_the_rules_have_words_for_are_as_these_say),
        cmocka_unit_test(pages_are_told_only_of_what_they_show),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
