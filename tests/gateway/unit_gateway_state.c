/* SPDX-License-Identifier: Apache-2.0
 *
 * What the page is told: kept by the events of a rep's session.
 */
#include "cmocka_all.h"

#include <string.h>

#include "rep_desk_state.h"

enum { NOW_MS = 1000000 };

static struct rep_desk_state desk;

static int begin(void **state)
{
    (void)state;
    rep_desk_state_init(&desk, "anna");
    return 0;
}

static int end(void **state)
{
    (void)state;
    rep_desk_state_fini(&desk);
    return 0;
}

static struct lw_rep_event event_of(lw_rep_event_kind kind, const char *lead_id, uint32_t offer_number)
{
    return (struct lw_rep_event){.kind = kind, .lead_id = lead_id, .offer_number = offer_number, .queue = "", .why = "", .reason = "",
                                 .place = "", .set_by = "", .taken_by = "", .bought = ""};
}

static void note(struct lw_rep_event event)
{
    rep_desk_state_note(&desk, &event, NOW_MS);
}

static void offer(const char *lead_id, uint32_t offer_number, const struct lw_lead *lead)
{
    struct lw_rep_event event = event_of(LW_REP_OFFER, lead_id, offer_number);
    event.lead = lead;
    event.answer_ms = 5000;
    event.why = "first of 2";
    event.bought = "heatpump";
    event.bought_unix_ms = 99;
    note(event);
}

static const char *text_of(size_t index, const char *name)
{
    return json_string_value(json_object_get(json_array_get(desk.leads, index), name));
}

static json_int_t number_of(size_t index, const char *name)
{
    return json_integer_value(json_object_get(json_array_get(desk.leads, index), name));
}

static void an_offer_becomes_a_holding_with_its_content(void **state)
{
    (void)state;
    const struct lw_lead lead = {.channel = LW_CHANNEL_WEB, .source = "form", .full_name = "Giulia"};
    offer("1-1", 7, &lead);
    assert_string_equal(text_of(0, "phase"), "offered");
    assert_int_equal(number_of(0, "deadline_unix_ms"), NOW_MS + 5000);
    struct lw_rep_event held = event_of(LW_REP_HOLDING, "1-1", 7);
    held.lead_state = LW_LEAD_ASSIGNED;
    held.touch_by_unix_ms = NOW_MS + 60000;
    held.bought_unix_ms = 99;
    assert_string_equal(text_of(0, "bought"), "heatpump");
    assert_int_equal(number_of(0, "bought_unix_ms"), 99);
    assert_true(json_is_false(json_object_get(json_array_get(desk.leads, 0), "no_customer")));
    held.no_customer = 1;
    note(held);
    assert_true(json_is_true(json_object_get(json_array_get(desk.leads, 0), "no_customer")));
    assert_string_equal(text_of(0, "bought"), "heatpump");
    assert_int_equal(json_array_size(desk.leads), 1);
    assert_string_equal(text_of(0, "phase"), "assigned");
    assert_int_equal(number_of(0, "deadline_unix_ms"), 0);
    assert_int_equal(number_of(0, "touch_by_unix_ms"), NOW_MS + 60000);
    assert_string_equal(text_of(0, "why"), "first of 2");
    assert_string_equal(json_string_value(json_object_get(json_object_get(json_array_get(desk.leads, 0), "lead"), "full_name")), "Giulia");
    assert_int_equal(rep_desk_state_held(&desk), 1);
    rep_desk_state_touched(&desk, "1-1");
    assert_int_equal(number_of(0, "touch_by_unix_ms"), 0);
}

static void contacts_keep_their_times(void **state)
{
    (void)state;
    const struct lw_lead lead = {.channel = LW_CHANNEL_WEB, .source = "form"}, contacts[] = {lead, lead};
    const int64_t came[] = {NOW_MS - 60000, NOW_MS};
    struct lw_rep_event event = event_of(LW_REP_OFFER, "1-9", 1);
    event.lead = &lead;
    event.contacts = contacts;
    event.contact_unix_ms = came;
    event.contact_count = 2;
    note(event);
    const json_t *row = json_array_get(desk.leads, 0), *times = json_object_get(row, "contact_unix_ms");
    assert_int_equal(json_array_size(json_object_get(row, "contacts")), 2);
    assert_int_equal(json_array_size(times), 2);
    assert_int_equal(json_integer_value(json_array_get(times, 0)), NOW_MS - 60000);
    assert_int_equal(json_integer_value(json_array_get(times, 1)), NOW_MS);
}

static void what_a_snapshot_does_not_tell_again_goes(void **state)
{
    (void)state;
    note(event_of(LW_REP_WELCOME, "", 0));
    offer("1-1", 1, NULL);
    offer("1-2", 1, NULL);
    note(event_of(LW_REP_SNAPSHOT, "", 0));
    assert_true(desk.connected);
    assert_int_equal(json_array_size(desk.leads), 2);
    note(event_of(LW_REP_LOST, "", 0));
    assert_false(desk.connected);
    note(event_of(LW_REP_WELCOME, "", 0));
    assert_false(desk.connected);
    offer("1-2", 1, NULL);
    note(event_of(LW_REP_SNAPSHOT, "", 0));
    assert_true(desk.connected);
    assert_int_equal(json_array_size(desk.leads), 1);
    assert_string_equal(text_of(0, "lead_id"), "1-2");
}

static void what_was_taken_back_is_told_and_only_the_last_few(void **state)
{
    (void)state;
    struct lw_rep_event withdrawn = event_of(LW_REP_WITHDRAWN, "1-1", 1);
    withdrawn.reason = "expired";
    note(withdrawn);   /* of a lead that we do not have: nothing to tell */
    assert_int_equal(json_array_size(desk.notices), 0);
    for (int i = 0; i < DESK_NOTICES_MAX + 2; i++) {
        offer("1-1", 1, NULL);
        note(withdrawn);
    }
    assert_int_equal(json_array_size(desk.leads), 0);
    assert_int_equal(json_array_size(desk.notices), DESK_NOTICES_MAX);
    const json_t *last = json_array_get(desk.notices, DESK_NOTICES_MAX - 1);
    assert_int_equal(json_integer_value(json_object_get(last, "number")), DESK_NOTICES_MAX + 2);
    assert_string_equal(json_string_value(json_object_get(last, "reason")), "expired");
    assert_true(json_is_true(json_object_get(last, "was_offer")));
}

static void only_the_offer_that_is_meant_is_forgotten(void **state)
{
    (void)state;
    offer("1-1", 2, NULL);
    rep_desk_state_forget(&desk, "1-1", 1);
    rep_desk_state_forget(&desk, "1-9", 2);
    assert_int_equal(json_array_size(desk.leads), 1);
    rep_desk_state_forget(&desk, "1-1", 2);
    assert_int_equal(json_array_size(desk.leads), 0);
    offer("1-1", 3, NULL);
    rep_desk_state_forget(&desk, "1-1", 0);
    assert_int_equal(json_array_size(desk.leads), 0);
}

static void a_nudge_of_a_lead_that_is_gone_changes_nothing(void **state)
{
    (void)state;
    note(event_of(LW_REP_NUDGE, "1-1", 1));
    rep_desk_state_touched(&desk, "1-1");
    assert_int_equal(json_array_size(desk.leads), 0);
    offer("1-1", 1, NULL);
    struct lw_rep_event nudge = event_of(LW_REP_NUDGE, "1-1", 1);
    nudge.touch_by_unix_ms = 77;
    note(nudge);
    assert_int_equal(number_of(0, "touch_by_unix_ms"), 77);
    assert_true(json_is_true(json_object_get(json_array_get(desk.leads, 0), "nudged")));
}

static void the_whole_is_one_object_and_its_revision_grows(void **state)
{
    (void)state;
    uint64_t before = desk.revision;
    struct lw_rep_event status = event_of(LW_REP_STATUS, "", 0);
    status.state = LW_REP_BREAK;
    status.reason = "lunch";
    status.capacity = 3;
    note(status);
    assert_true(desk.revision > before);
    json_t *all = rep_desk_state_json(&desk, NOW_MS, true);
    static const char *const members[] = {"revision", "now_unix_ms", "connected", "break_after_lead", "rep", "leads", "shared", "notices"};
    assert_int_equal(json_object_size(all), sizeof members / sizeof *members);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        assert_non_null(json_object_get(all, members[i]));
    const json_t *rep = json_object_get(all, "rep");
    assert_string_equal(json_string_value(json_object_get(rep, "state")), "break");
    assert_string_equal(json_string_value(json_object_get(rep, "reason")), "lunch");
    assert_string_equal(json_string_value(json_object_get(rep, "name")), "anna");
    json_decref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_offer_becomes_a_holding_with_its_content, begin, end),
        cmocka_unit_test_setup_teardown(contacts_keep_their_times, begin, end),
        cmocka_unit_test_setup_teardown(what_a_snapshot_does_not_tell_again_goes, begin, end),
        cmocka_unit_test_setup_teardown(what_was_taken_back_is_told_and_only_the_last_few, begin, end),
        cmocka_unit_test_setup_teardown(only_the_offer_that_is_meant_is_forgotten, begin, end),
        cmocka_unit_test_setup_teardown(a_nudge_of_a_lead_that_is_gone_changes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(the_whole_is_one_object_and_its_revision_grows, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
