/* SPDX-License-Identifier: Apache-2.0
 *
 * What forms say is done to the text of the rules: that and nothing else, in whichever style it is written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules_edit.h"

static const char rules[] =
    "desk: main\n"
    "skills: {solar: Solar panels, pumps: Heat pumps}   # two\n"
    "teams:\n"
    "  inside: Inside sales\n"
    "  outside:\n"
    "    label: Outside\n"
    "    time_zone: Europe/Rome\n"
    "    hours: {mon-fri: \"09:00-18:00\", sat: \"09:00-13:00\"}  # as in the contract\n"
    "    holidays:\n"
    "      - 2026-12-25  # Christmas\n"
    "      - 2026-12-26\n"
    "reps:\n"
    "  # the seniors\n"
    "  anna: {label: Anna Conti, team: inside, skills: {solar: 8, pumps: 3}, languages: [it, en]}\n"
    "  bruno:\n"
    "    team: outside      # since May\n"
    "    capacity: 2\n"
    "    caps:\n"
    "      per_day: 30\n"
    "  carla:\n";

/* The text of the rules with `before` replaced by `after`. */
static char *replaced(const char *before, const char *after)
{
    const char *at = strstr(rules, before);
    char *text = malloc(sizeof rules + strlen(after));
    assert_non_null(at);
    assert_non_null(text);
    sprintf(text, "%.*s%s%s", (int)(at - rules), rules, after, at + strlen(before));
    return text;
}

static char *edited(enum rule_of of, const char *name, enum rule_act act, const char *set)
{
    char *text = NULL;
    const char *field = NULL;
    json_t *json = set ? json_loads(set, 0, NULL) : NULL;
    assert_true(!set || json);
    lw_status status = rules_edit(rules, of, name, act, json, &text, &field);
    if (status != LW_OK)
        fail_msg("%s %s: %s, field '%s'", name, set ? set : "", lw_status_name(status), field);
    json_decref(json);
    return text;
}

static void becomes(enum rule_of of, const char *name, enum rule_act act, const char *set, const char *before, const char *after)
{
    char *text = edited(of, name, act, set), *wanted = replaced(before, after);
    assert_string_equal(text, wanted);
    free(text);
    free(wanted);
}

static void is_refused(enum rule_of of, const char *name, enum rule_act act, const char *set, lw_status why, const char *field)
{
    char *text = NULL;
    const char *its = NULL;
    json_t *json = json_loads(set, 0, NULL);
    assert_non_null(json);
    assert_int_equal(rules_edit(rules, of, name, act, json, &text, &its), why);
    assert_string_equal(its, field);
    assert_null(text);
    json_decref(json);
}

static void a_field_of_a_rep_is_changed_where_it_is_written(void **state)
{
    (void)state;
    becomes(RULE_OF_REP, "anna", RULE_CHANGE, "{\"skills\": {\"solar\": 5}}", "solar: 8", "solar: 5");
    becomes(RULE_OF_REP, "anna", RULE_CHANGE, "{\"skills\": {\"solar\": null}}", "solar: 8, ", "");
    becomes(RULE_OF_REP, "anna", RULE_CHANGE, "{\"skills\": {\"solar\": null, \"pumps\": null}}", "skills: {solar: 8, pumps: 3}, ", "");
    becomes(RULE_OF_REP, "anna", RULE_CHANGE, "{\"label\": \"Anna: Conti\", \"capacity\": 4}", "label: Anna Conti, team: inside, skills: {solar: 8, pumps: 3}, languages: [it, en]",
            "label: \"Anna: Conti\", team: inside, skills: {solar: 8, pumps: 3}, languages: [it, en], capacity: 4");
    becomes(RULE_OF_REP, "anna", RULE_CHANGE, "{\"languages\": {\"en\": 5, \"de\": 2}}", "languages: [it, en]", "languages: {it: 10, en: 5, de: 2}");
    becomes(RULE_OF_REP, "bruno", RULE_CHANGE, "{\"team\": \"inside\", \"capacity\": \"\", \"skills\": {\"pumps\": 6}}",
            "team: outside      # since May\n    capacity: 2\n    caps:\n      per_day: 30\n", "team: inside      # since May\n    caps:\n      per_day: 30\n    skills: {pumps: 6}\n");
    becomes(RULE_OF_REP, "bruno", RULE_CHANGE, "{\"per_day\": null}", "    caps:\n      per_day: 30\n", "");
    becomes(RULE_OF_REP, "bruno", RULE_CHANGE, "{\"per_hour\": 6, \"per_source\": {\"portal\": 10}}", "per_day: 30\n", "per_day: 30\n      per_hour: 6\n      source: {portal: 10}\n");
    becomes(RULE_OF_REP, "carla", RULE_CHANGE, "{\"territories\": {\"Valle d'Aosta\": true}}", "carla:\n", "carla: {territories: [\"Valle d'Aosta\"]}\n");
    becomes(RULE_OF_REP, "carla", RULE_CHANGE, "{\"capacity\": \"many\"}", "carla:\n", "carla: {capacity: many}\n");   /* for the reader to refuse */
    becomes(RULE_OF_REP, "carla", RULE_CHANGE, "{}", "carla:\n", "carla:\n");
}

static void reps_come_and_go(void **state)
{
    (void)state;
    becomes(RULE_OF_REP, "dora", RULE_ADD, "{\"label\": \"Dora\", \"skills\": {\"solar\": 1}}", "  carla:\n", "  carla:\n  dora: {label: Dora, skills: {solar: 1}}\n");
    becomes(RULE_OF_REP, "anna", RULE_REMOVE, NULL, "  anna: {label: Anna Conti, team: inside, skills: {solar: 8, pumps: 3}, languages: [it, en]}\n", "");
    becomes(RULE_OF_REP, "bruno", RULE_REMOVE, NULL, "  bruno:\n    team: outside      # since May\n    capacity: 2\n    caps:\n      per_day: 30\n", "");
    becomes(RULE_OF_SKILL, "boilers", RULE_ADD, "{\"label\": \"Boilers\"}", "pumps: Heat pumps", "pumps: Heat pumps, boilers: Boilers");
    becomes(RULE_OF_SKILL, "pumps", RULE_CHANGE, "{\"label\": null}", "pumps: Heat pumps", "pumps: ~");
    becomes(RULE_OF_SKILL, "solar", RULE_REMOVE, NULL, "solar: Solar panels, ", "");
    is_refused(RULE_OF_REP, "anna", RULE_ADD, "{}", LW_DUPLICATE, "");
    is_refused(RULE_OF_REP, "dora", RULE_CHANGE, "{}", LW_NOT_FOUND, "");
    is_refused(RULE_OF_REP, "dora", RULE_REMOVE, "{}", LW_NOT_FOUND, "");
}

static void hours_and_holidays_of_a_team(void **state)
{
    (void)state;
    becomes(RULE_OF_TEAM, "outside", RULE_CHANGE, "{\"hours\": {\"sat\": \"10:00-12:00\"}}", "sat: \"09:00-13:00\"", "sat: \"10:00-12:00\"");
    becomes(RULE_OF_TEAM, "outside", RULE_CHANGE, "{\"hours\": {\"sat\": null, \"sun\": \"10:00-12:00\"}}", "sat: \"09:00-13:00\"", "sun: \"10:00-12:00\"");
    becomes(RULE_OF_TEAM, "outside", RULE_CHANGE, "{\"hours\": {\"wed\": \"09:00-13:00\"}}", "{mon-fri: \"09:00-18:00\", sat: \"09:00-13:00\"}",
            "{mon-tue: \"09:00-18:00\", wed: \"09:00-13:00\", thu-fri: \"09:00-18:00\", sat: \"09:00-13:00\"}");
    becomes(RULE_OF_TEAM, "outside", RULE_CHANGE, "{\"hours\": {\"fri\": null, \"sat\": \"\"}}", "{mon-fri: \"09:00-18:00\", sat: \"09:00-13:00\"}", "{mon-thu: \"09:00-18:00\"}");
    becomes(RULE_OF_TEAM, "outside", RULE_CHANGE, "{\"holidays\": {\"2027-01-01\": true, \"2026-12-26\": null, \"2026-12-25\": true}}", "# Christmas\n      - 2026-12-26\n",
            "# Christmas\n      - 2027-01-01\n");
    becomes(RULE_OF_TEAM, "inside", RULE_CHANGE, "{\"time_zone\": \"Europe/Rome\", \"daily_share\": 30, \"hours\": {\"mon\": \"09:00-18:00\", \"tue\": \"09:00-18:00\"}}", "inside: Inside sales",
            "inside: {label: Inside sales, time_zone: Europe/Rome, daily_share: 30, hours: {mon-tue: \"09:00-18:00\"}}");
    becomes(RULE_OF_TEAM, "inside", RULE_CHANGE, "{\"label\": \"Inside\"}", "inside: Inside sales", "inside: {label: Inside}");
    is_refused(RULE_OF_TEAM, "outside", RULE_CHANGE, "{\"hours\": {\"mon-fri\": \"10:00-12:00\"}}", LW_INVALID, "hours");
    is_refused(RULE_OF_TEAM, "outside", RULE_CHANGE, "{\"hours\": {\"sat\": 9}}", LW_INVALID, "hours");
}

static void what_is_no_value_of_a_field_is_refused(void **state)
{
    (void)state;
    is_refused(RULE_OF_REP, "anna", RULE_CHANGE, "{\"wage\": 5}", LW_INVALID, "wage");
    is_refused(RULE_OF_REP, "anna", RULE_CHANGE, "{\"skills\": 5}", LW_INVALID, "skills");
    is_refused(RULE_OF_REP, "anna", RULE_CHANGE, "{\"skills\": {\"\": 5}}", LW_INVALID, "skills");
    is_refused(RULE_OF_REP, "anna", RULE_CHANGE, "{\"skills\": {\"solar\": []}}", LW_INVALID, "skills");
    is_refused(RULE_OF_REP, "anna", RULE_CHANGE, "{\"label\": 5}", LW_INVALID, "label");
    is_refused(RULE_OF_REP, "anna", RULE_CHANGE, "{\"label\": \"two\\nlines\"}", LW_INVALID, "label");
    is_refused(RULE_OF_REP, "anna", RULE_CHANGE, "{\"territories\": {\"x\": 1}}", LW_INVALID, "territories");
    is_refused(RULE_OF_REP, "dora\n", RULE_ADD, "{}", LW_INVALID, "");
}

static json_t *row_of(const char *text, enum rule_of of, const char *name)
{
    struct yaml_doc *doc = yaml_doc_from_text("desk.yaml", text, strlen(text));
    json_t *row = rules_form_row(yaml_doc_root(doc), of, name);
    yaml_doc_close(&doc);
    return row;
}

static void is_row(const char *text, enum rule_of of, const char *name, const char *wanted)
{
    json_t *row = row_of(text, of, name), *json = json_loads(wanted, 0, NULL);
    char *said = json_dumps(row, JSON_SORT_KEYS), *same = json_dumps(json, JSON_SORT_KEYS);
    assert_string_equal(said, same);
    free(said);
    free(same);
    json_decref(row);
    json_decref(json);
}

static void rows_tell_what_is_written(void **state)
{
    (void)state;
    is_row(rules, RULE_OF_REP, "anna", "{\"name\": \"anna\", \"label\": \"Anna Conti\", \"team\": \"inside\", \"capacity\": null, \"skills\": {\"solar\": 8, \"pumps\": 3}, \"languages\": "
           "{\"it\": 10, \"en\": 10}, \"territories\": [], \"device\": null, \"tier\": null, \"share\": null, \"per_hour\": null, \"per_day\": null, \"per_source\": {}}");
    is_row(rules, RULE_OF_TEAM, "inside", "{\"name\": \"inside\", \"label\": \"Inside sales\", \"time_zone\": null, \"hours\": {}, \"holidays\": [], \"daily_cap\": null, \"daily_share\": "
           "null, \"per_hour\": null, \"per_day\": null, \"per_source\": {}}");
    is_row(rules, RULE_OF_TEAM, "outside", "{\"name\": \"outside\", \"label\": \"Outside\", \"time_zone\": \"Europe/Rome\", \"hours\": {\"mon\": \"09:00-18:00\", \"tue\": \"09:00-18:00\", "
           "\"wed\": \"09:00-18:00\", \"thu\": \"09:00-18:00\", \"fri\": \"09:00-18:00\", \"sat\": \"09:00-13:00\"}, \"holidays\": [\"2026-12-25\", \"2026-12-26\"], \"daily_cap\": null, "
           "\"daily_share\": null, \"per_hour\": null, \"per_day\": null, \"per_source\": {}}");
    is_row(rules, RULE_OF_SKILL, "solar", "{\"name\": \"solar\", \"label\": \"Solar panels\"}");
    assert_null(row_of(rules, RULE_OF_REP, "nobody"));
    struct yaml_doc *doc = yaml_doc_from_text("desk.yaml", rules, strlen(rules));
    json_t *all = rules_form_rows(yaml_doc_root(doc), RULE_OF_REP, NULL), *of_team = rules_form_rows(yaml_doc_root(doc), RULE_OF_REP, "outside");
    json_t *teams = rules_form_rows(yaml_doc_root(doc), RULE_OF_TEAM, "outside");
    assert_int_equal(json_array_size(all), 3);
    assert_int_equal(json_array_size(of_team), 1);
    assert_int_equal(json_array_size(teams), 1);
    json_decref(all);
    json_decref(of_team);
    json_decref(teams);
    yaml_doc_close(&doc);
}

static void a_difference_names_each_member(void **state)
{
    (void)state;
    char *text = edited(RULE_OF_REP, "anna", RULE_CHANGE, "{\"skills\": {\"solar\": 5, \"pumps\": null}, \"capacity\": 4, \"territories\": {\"Lazio\": true}}");
    json_t *before = row_of(rules, RULE_OF_REP, "anna"), *after = row_of(text, RULE_OF_REP, "anna"), *difference = rules_form_difference(RULE_OF_REP, before, after);
    char *said = json_dumps(difference, JSON_SORT_KEYS);
    assert_string_equal(said, "[{\"after\": 4, \"before\": null, \"field\": \"capacity\", \"key\": \"\"}, {\"after\": 5, \"before\": 8, \"field\": \"skills\", \"key\": \"solar\"}, "
                              "{\"after\": null, \"before\": 3, \"field\": \"skills\", \"key\": \"pumps\"}, {\"after\": \"Lazio\", \"before\": null, \"field\": \"territories\", \"key\": \"\"}]");
    free(said);
    json_decref(difference);
    difference = rules_form_difference(RULE_OF_REP, before, before);
    assert_int_equal(json_array_size(difference), 0);
    json_decref(difference);
    json_decref(before);
    json_decref(after);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_of_a_rep_is_changed_where_it_is_written),
        cmocka_unit_test(reps_come_and_go),
        cmocka_unit_test(hours_and_holidays_of_a_team),
        cmocka_unit_test(what_is_no_value_of_a_field_is_refused),
        cmocka_unit_test(rows_tell_what_is_written),
        cmocka_unit_test(a_difference_names_each_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
