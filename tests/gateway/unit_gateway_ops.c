/* SPDX-License-Identifier: Apache-2.0
 *
 * What the board of who runs the desk counts, from events alone: no broker, no clock.
 */
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "ops_board.h"
#include "ops_scope.h"
#include "ops_view.h"

enum { BEGAN_MS = 1000000, MIDNIGHT_MS = 900000, MINUTE_MS = 60000 };

static struct ops_board board;

static int begin(void **state)
{
    (void)state;
    return ops_board_init(&board, BEGAN_MS, MIDNIGHT_MS) == LW_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    ops_board_fini(&board);
    return 0;
}

static struct lw_event blank(lw_events_kind kind)
{
    return (struct lw_event){.kind = kind, .cause = "", .rep = "", .lead_id = "", .queue = "", .source = "", .disposition = "", .reason = "",
                             .preferred_rep = "", .by = "", .set_by = "", .other_lead_id = "", .nobody = "", .at_unix_ms = board.now_ms};
}

static void lead_event(const char *lead_id, lw_lead_state from, lw_lead_state to, const char *cause, const char *rep)
{
    struct lw_event event = blank(LW_EVENTS_LEAD);
    event.lead_id = lead_id;
    event.from = from;
    event.to = to;
    event.cause = cause;
    event.rep = rep;
    event.queue = "solar";
    event.source = "form";
    event.channel = LW_CHANNEL_WEB;
    event.received_unix_ms = BEGAN_MS;
    event.offer_number = to == LW_LEAD_OFFERED ? 1 : 0;
    ops_board_note(&board, &event);
}

static void rep_event(const char *name, lw_rep_state state, bool connected)
{
    struct lw_event event = blank(LW_EVENTS_REP);
    event.rep = name;
    event.rep_state = state;
    event.capacity = 2;
    event.connected = connected;
    ops_board_note(&board, &event);
}

static void pass(int64_t ms)
{
    ops_board_tick(&board, board.now_ms + ms, board.day_begin_ms);
}

static void configure(uint32_t level_ms, uint32_t first_touch_ms)
{
    Leadwire__V1__DeskConfig config = LEADWIRE__V1__DESK_CONFIG__INIT;
    Leadwire__V1__OrderConfig order = LEADWIRE__V1__ORDER_CONFIG__INIT;
    Leadwire__V1__RepConfig anna = LEADWIRE__V1__REP_CONFIG__INIT, *reps[] = {&anna};
    Leadwire__V1__RuleConfig rule = LEADWIRE__V1__RULE_CONFIG__INIT, *rules[] = {&rule};
    Leadwire__V1__ChannelConfig web = LEADWIRE__V1__CHANNEL_CONFIG__INIT, *channels[] = {&web};
    order.service_level_ms = level_ms;
    anna.name = (char *)"anna";
    anna.team = (char *)"inside";
    rule.queue = (char *)"solar";
    web.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    web.first_touch_ms = first_touch_ms;
    web.weight = 2;
    config.order = &order;
    config.reps = reps;
    config.rules = rules;
    config.channels = channels;
    config.n_reps = config.n_rules = config.n_channels = 1;
    ops_board_configure(&board, &config);
}

static void percentiles_are_close(void **state)
{
    (void)state;
    static struct ops_times times;
    assert_int_equal(ops_times_percentile(&times, 50), 0);
    for (int64_t ms = 1; ms <= 1000; ms++)
        ops_times_add(&times, ms * 100);
    assert_in_range(ops_times_percentile(&times, 50), 50000, 53500);
    assert_in_range(ops_times_percentile(&times, 90), 90000, 96500);
    assert_in_range(ops_times_percentile(&times, 100), 100000, 107000);
    memset(&times, 0, sizeof times);
    ops_times_add(&times, -5);
    assert_int_equal(ops_times_percentile(&times, 90), 0);
    ops_times_add(&times, INT64_MAX);
    assert_true(ops_times_percentile(&times, 100) > INT64_C(1) << 30);
}

static void names_are_numbers_and_back(void **state)
{
    (void)state;
    char text[16];
    for (int i = 1; i <= 1000; i++) {
        snprintf(text, sizeof text, "rep-%d", i);
        assert_int_equal(ops_names_number(&board.names, text), i);
    }
    assert_int_equal(ops_names_number(&board.names, "rep-7"), 7);
    assert_int_equal(ops_names_find(&board.names, "rep-0"), 0);
    assert_int_equal(ops_names_number(&board.names, ""), 0);
    assert_string_equal(ops_names_text(&board.names, 999), "rep-999");
    assert_string_equal(ops_names_text(&board.names, 5000), "");
}

static void the_service_level_counts_first_offers(void **state)
{
    (void)state;
    configure(10000, 0);
    lead_event("1-1", LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
    lead_event("1-2", LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
    assert_false(ops_lead_at_risk(&board, ops_board_lead(&board, "1-1")));
    pass(8000);
    assert_true(ops_lead_at_risk(&board, ops_board_lead(&board, "1-1")));
    lead_event("1-1", LW_LEAD_WAITING, LW_LEAD_OFFERED, "offered", "anna");
    assert_false(ops_lead_at_risk(&board, ops_board_lead(&board, "1-1")));
    lead_event("1-1", LW_LEAD_OFFERED, LW_LEAD_WAITING, "declined", "");
    assert_false(ops_lead_at_risk(&board, ops_board_lead(&board, "1-1")));   /* it had its first offer */
    lead_event("1-1", LW_LEAD_WAITING, LW_LEAD_OFFERED, "offered", "anna");
    pass(5000);
    lead_event("1-2", LW_LEAD_WAITING, LW_LEAD_OFFERED, "offered", "anna");
    assert_int_equal(board.queues[0].first_offers, 2);
    assert_int_equal(board.queues[0].in_time, 1);
    assert_int_equal(board.reps[0].offered, 3);
    assert_int_equal(board.reps[0].declined, 1);
    assert_int_equal(board.by_state[LW_LEAD_OFFERED], 2);
}

static void a_miss_is_of_who_had_the_offer(void **state)
{
    (void)state;
    configure(0, 0);
    for (int i = 0; i < OPS_MISSES_KEPT + 1; i++) {
        char id[8];
        snprintf(id, sizeof id, "1-%d", i);
        lead_event(id, LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
        lead_event(id, LW_LEAD_WAITING, LW_LEAD_OFFERED, "offered", "anna");
        pass(1000);
        lead_event(id, LW_LEAD_OFFERED, LW_LEAD_WAITING, "expired", "");
    }
    assert_int_equal(board.reps[0].missed, OPS_MISSES_KEPT + 1);
    assert_string_equal(board.reps[0].misses[0].lead_id, "1-3");
    assert_string_equal(board.reps[0].misses[OPS_MISSES_KEPT - 1].lead_id, "1-1");
    assert_int_equal(board.reps[0].misses[0].at_ms, BEGAN_MS + 4000);
}

static void leave_event(const char *cause, const char *rep, const char *still)
{
    struct lw_event event = blank(LW_EVENTS_LEAD);
    event.lead_id = "1-1";
    event.from = event.to = LW_LEAD_OFFERED;
    event.cause = cause;
    event.rep = rep;
    event.queue = "solar";
    event.also_offered = &still;
    event.also_offered_count = 1;
    event.offer_number = 2;
    ops_board_note(&board, &event);
}

static const char *holder(void)
{
    return ops_names_text(&board.names, ops_board_lead(&board, "1-1")->rep);
}

static void of_several_who_are_offered_a_lead_one_leaves(void **state)
{
    (void)state;
    configure(0, 0);
    rep_event("bruno", LW_REP_AVAILABLE, true);
    lead_event("1-1", LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
    lead_event("1-1", LW_LEAD_WAITING, LW_LEAD_OFFERED, "offered", "anna");
    leave_event("offered", "bruno", "anna");
    assert_string_equal(holder(), "bruno");   /* who got it last */
    leave_event("declined", "anna", "bruno");
    assert_string_equal(holder(), "bruno");
    assert_int_equal(board.reps[0].declined, 1);
    assert_int_equal(board.reps[1].declined, 0);
    leave_event("offered", "anna", "bruno");
    leave_event("expired", "anna", "bruno");
    assert_string_equal(holder(), "bruno");
    assert_int_equal(board.reps[0].missed, 1);
    lead_event("1-1", LW_LEAD_OFFERED, LW_LEAD_WAITING, "expired", "");
    assert_int_equal(board.reps[1].missed, 1);
    assert_string_equal(board.reps[1].misses[0].lead_id, "1-1");
}

static void the_first_touch_is_the_rules_or_accepting(void **state)
{
    (void)state;
    configure(0, 0);
    lead_event("1-1", LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
    lead_event("1-1", LW_LEAD_OFFERED, LW_LEAD_ASSIGNED, "accepted", "anna");
    lead_event("1-1", LW_LEAD_ASSIGNED, LW_LEAD_ASSIGNED, "touched", "anna");
    assert_int_equal(board.touches.count, 1);
    configure(0, 60000);
    lead_event("1-2", LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
    lead_event("1-2", LW_LEAD_OFFERED, LW_LEAD_ASSIGNED, "accepted", "anna");
    assert_int_equal(board.touches.count, 1);
    pass(30000);
    lead_event("1-2", LW_LEAD_ASSIGNED, LW_LEAD_ASSIGNED, "touched", "anna");
    assert_int_equal(board.touches.count, 2);
    assert_in_range(ops_times_percentile(&board.touches, 100), 30000, 32000);
}

static void got_with_deadline(const char *lead_id, int64_t limit_ms)
{
    struct lw_event event = blank(LW_EVENTS_LEAD);
    event.lead_id = lead_id;
    event.from = LW_LEAD_OFFERED;
    event.to = LW_LEAD_ASSIGNED;
    event.cause = "accepted";
    event.rep = "anna";
    event.queue = "solar";
    event.source = "form";
    event.channel = LW_CHANNEL_WEB;
    event.received_unix_ms = BEGAN_MS;
    event.deadline_unix_ms = limit_ms > 0 ? board.now_ms + limit_ms : 0;
    ops_board_note(&board, &event);
}

static int64_t first_touch_told(const char *lead_id)
{
    return ops_lead_touch_by_ms(ops_board_lead(&board, lead_id));
}

/* The channel asks for none: a rule's is seen by the deadline, which is not that of all work. */
static void a_rules_first_touch_is_awaited_and_shown_until_it_is_there(void **state)
{
    (void)state;
    configure(0, 0);
    board.work_limit_ms = 3600000;
    static const struct { const char *lead; int64_t limit_ms; uint64_t touches; bool is_shown; } cases[] = {
        {"1-1", 3600000, 1, false}, {"1-2", 600000, 1, true}, {"1-3", 0, 2, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lead_event(cases[i].lead, LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
        got_with_deadline(cases[i].lead, cases[i].limit_ms);
        assert_int_equal(board.touches.count, cases[i].touches);
        assert_int_equal(ops_board_lead(&board, cases[i].lead)->touch_asked, cases[i].is_shown);
    }
    assert_int_equal(first_touch_told("1-2"), board.now_ms + 600000);
    assert_int_equal(first_touch_told("1-1"), 0);
    lead_event("1-2", LW_LEAD_ASSIGNED, LW_LEAD_ASSIGNED, "touched", "anna");
    assert_int_equal(board.touches.count, 3);
    assert_int_equal(first_touch_told("1-2"), 0);
}

static void occupancy_is_time_with_leads_of_time_logged_on(void **state)
{
    (void)state;
    configure(0, 0);
    lead_event("1-1", LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
    rep_event("anna", LW_REP_AVAILABLE, true);
    pass(4000);
    lead_event("1-1", LW_LEAD_OFFERED, LW_LEAD_ASSIGNED, "accepted", "anna");
    assert_int_equal(board.reps[0].in_hand, 2);
    pass(6000);
    lead_event("1-1", LW_LEAD_ASSIGNED, LW_LEAD_COMPLETED, "completed", "anna");
    assert_int_equal(board.reps[0].in_hand, 0);
    rep_event("anna", LW_REP_OFFLINE, false);
    pass(5000);
    assert_int_equal(board.reps[0].on_ms, 10000);
    assert_int_equal(board.reps[0].busy_ms, 6000);
}

static void a_new_day_begins_at_nothing(void **state)
{
    (void)state;
    configure(10000, 0);
    lead_event("1-1", LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
    lead_event("1-1", LW_LEAD_WAITING, LW_LEAD_OFFERED, "offered", "anna");
    lead_event("1-1", LW_LEAD_OFFERED, LW_LEAD_ASSIGNED, "accepted", "anna");
    ops_board_tick(&board, board.now_ms + MINUTE_MS, board.now_ms);
    assert_int_equal(board.reps[0].accepted, 0);
    assert_int_equal(board.queues[0].first_offers, 0);
    assert_int_equal(board.sources[0].published, 0);
    assert_int_equal(board.touches.count, 0);
    assert_int_equal(board.by_state[LW_LEAD_ASSIGNED], 1);   /* what is there stays */
}

static void a_reset_forgets_leads_and_a_snapshot_counts_nothing(void **state)
{
    (void)state;
    struct lw_event row = blank(LW_EVENTS_LEAD), reset = blank(LW_EVENTS_RESET), live = blank(LW_EVENTS_LIVE);
    lead_event("1-1", LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
    ops_board_note(&board, &reset);
    assert_null(ops_board_lead(&board, "1-1"));
    assert_int_equal(board.by_state[LW_LEAD_WAITING], 0);
    assert_false(board.live);
    row.is_snapshot = 1;
    row.lead_id = "1-2";
    row.to = LW_LEAD_PARKED;
    ops_board_note(&board, &row);
    ops_board_note(&board, &live);
    assert_true(board.live);
    assert_int_equal(board.by_state[LW_LEAD_PARKED], 1);
    assert_int_equal(board.sources[0].published, 1);
    assert_int_equal(board.past.told, 1);
    lead_event("1-2", LW_LEAD_PARKED, LW_LEAD_CANCELLED, "cancelled", "");
    assert_null(ops_board_lead(&board, "1-2"));
    assert_int_equal(board.lead_count, 0);
    assert_int_equal(board.by_state[LW_LEAD_PARKED], 0);
}

/* So that the feed asks again. */
static void why_it_is_parked_is_forgotten_when_it_is_told_of_again(void **state)
{
    (void)state;
    lead_event("1-1", LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
    lead_event("1-1", LW_LEAD_WAITING, LW_LEAD_PARKED, "wait_limit", "");
    ops_board_lead(&board, "1-1")->why = strdup("parked: wait_limit");
    lead_event("1-1", LW_LEAD_PARKED, LW_LEAD_PARKED, "still_parked", "");
    assert_null(ops_board_lead(&board, "1-1")->why);
    assert_int_equal(board.by_state[LW_LEAD_PARKED], 1);
}

static void rates_are_of_the_last_hour(void **state)
{
    (void)state;
    lead_event("1-1", LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
    assert_int_equal(board.sources[0].minutes[board.now_ms / MINUTE_MS % OPS_RATE_MINUTES], 1);
    for (int minute = 0; minute < OPS_RATE_MINUTES; minute++)
        pass(MINUTE_MS);
    assert_int_equal(board.sources[0].minutes[board.now_ms / MINUTE_MS % OPS_RATE_MINUTES], 0);
    const struct ops_scope all = {.all = true}, none = {.all = false};
    json_t *hour = ops_series_json(&board, &all, 60, 1), *day = ops_series_json(&board, &all, OPS_MINUTES, 10), *of_team = ops_series_json(&board, &none, 60, 1);
    assert_int_equal(json_array_size(json_object_get(hour, "points")), 60);
    assert_int_equal(json_array_size(json_object_get(of_team, "points")), 0);
    json_int_t published = 0;
    for (size_t i = 0; i < json_array_size(json_object_get(day, "points")); i++)
        published += json_integer_value(json_object_get(json_array_get(json_object_get(day, "points"), i), "published"));
    assert_int_equal(published, 1);
    json_decref(hour);
    json_decref(day);
    json_decref(of_team);
}

static void a_team_has_its_reps_and_their_leads(void **state)
{
    (void)state;
    configure(0, 0);
    struct ops_scope inside = {.team = ops_names_find(&board.names, "inside")}, nowhere = {.team = 0};
    lead_event("1-1", LW_LEAD_NONE, LW_LEAD_WAITING, "published", "");
    assert_false(ops_scope_has_lead(&inside, &board, ops_board_lead(&board, "1-1")));
    lead_event("1-1", LW_LEAD_WAITING, LW_LEAD_OFFERED, "offered", "anna");
    assert_true(ops_scope_has_lead(&inside, &board, ops_board_lead(&board, "1-1")));
    assert_false(ops_scope_has_lead(&nowhere, &board, ops_board_lead(&board, "1-1")));
    assert_true(ops_scope_has_rep(&inside, &board, "anna"));
    assert_false(ops_scope_has_rep(&inside, &board, "bruno"));
    lead_event("1-1", LW_LEAD_OFFERED, LW_LEAD_WAITING, "declined", "");
    assert_false(ops_scope_has_lead(&inside, &board, ops_board_lead(&board, "1-1")));
    assert_true(ops_board_team_had(&board, "1-1", inside.team));
    assert_false(ops_board_team_had(&board, "1-2", inside.team));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_close),
        cmocka_unit_test_setup_teardown(names_are_numbers_and_back, begin, end),
        cmocka_unit_test_setup_teardown(the_service_level_counts_first_offers, begin, end),
        cmocka_unit_test_setup_teardown(a_miss_is_of_who_had_the_offer, begin, end),
        cmocka_unit_test_setup_teardown(of_several_who_are_offered_a_lead_one_leaves, begin, end),
        cmocka_unit_test_setup_teardown(the_first_touch_is_the_rules_or_accepting, begin, end),
        cmocka_unit_test_setup_teardown(a_rules_first_touch_is_awaited_and_shown_until_it_is_there, begin, end),
        cmocka_unit_test_setup_teardown(occupancy_is_time_with_leads_of_time_logged_on, begin, end),
        cmocka_unit_test_setup_teardown(a_new_day_begins_at_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_reset_forgets_leads_and_a_snapshot_counts_nothing, begin, end),
        cmocka_unit_test_setup_teardown(why_it_is_parked_is_forgotten_when_it_is_told_of_again, begin, end),
        cmocka_unit_test_setup_teardown(rates_are_of_the_last_hour, begin, end),
        cmocka_unit_test_setup_teardown(a_team_has_its_reps_and_their_leads, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
