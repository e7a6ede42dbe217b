/* SPDX-License-Identifier: Apache-2.0
 *
 * What follows a completion: the end, a call back, an appointment, parking, do not call; and callers who hang up.
 */
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { AFTER_MS = 60000, AT_LEAST_MS = 1000, AT_MOST_MS = 600000, SAME_REP_MS = 30000, WEB_WAIT_MS = 4 * 3600000, PARK_MS = 48 * 3600000 };

static void add(struct core_config *config, const char *code, enum config_follow_up follow_up, uint32_t same_rep_for_ms)
{
    assert_int_equal(core_config_add_disposition(config, code, 3), LW_OK);
    struct config_disposition *added = &config->dispositions[config->disposition_count - 1];
    added->follow_up = follow_up;
    added->after_ms = follow_up == FOLLOW_UP_CALL_BACK ? AFTER_MS : 0;
    added->at_least_ms = AT_LEAST_MS;
    added->at_most_ms = AT_MOST_MS;
    added->same_rep_for_ms = same_rep_for_ms;
}

static struct core_config *rules_without_reps(void)
{
    struct core_config *config = rig_rules();
    add(config, "later", FOLLOW_UP_CALL_BACK, SAME_REP_MS);
    add(config, "anybody", FOLLOW_UP_CALL_BACK, 0);
    add(config, "visit", FOLLOW_UP_APPOINTMENT, SAME_REP_MS);
    add(config, "aside", FOLLOW_UP_PARK, 0);
    add(config, "never", FOLLOW_UP_SUPPRESS, 0);
    return config;
}

static struct core_config *rules(void)
{
    struct core_config *config = rules_without_reps();
    rig_add_rep(config, "ada", 2, "+391", NULL, 0);
    rig_add_rep(config, "bob", 2, "+392", NULL, 0);
    return config;
}

/* Ada has a lead that came `age_ms` ago; Bob is logged on, but on a break. */
static struct desk_id open_with_ada(struct desk_rig *rig, uint64_t sessions[2], uint8_t channel, uint64_t age_ms)
{
    rig_open(rig, rules(), NULL);
    sessions[0] = rig_log_on(rig, "ada");
    struct desk_id lead = rig_publish_lead(rig, &(struct rig_lead){.id = "a", .channel = channel, .received_ms = (int64_t)(rig->now_ms - age_ms)});
    rig_accept(rig, sessions[0], lead, 1);
    if (channel == LW_CHANNEL_PHONE)
        rig_dial(rig, lead, 1, DIAL_OUTCOME_ANSWERED);
    assert_int_equal(rig_state(rig, lead), LEAD_ASSIGNED);
    sessions[1] = rig_log_on(rig, "bob");
    return lead;
}

static void a_call_back_sleeps_then_comes_to_the_same_rep_with_its_age(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_ada(&rig, on, LW_CHANNEL_WEB, 5000);
    uint64_t received_ms = rig_row(&rig, lead).received_unix_ms, begin_ms = rig.now_ms;
    assert_int_equal(rig_complete(&rig, on[0], lead, "c", "later"), CORE_ACCEPTED);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, on[0], 0)->reason, "scheduled");
    const struct core_effect *event = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0);
    assert_int_equal(event->to, LEAD_SCHEDULED);
    assert_int_equal(event->deadline_ms, begin_ms + AFTER_MS);
    assert_string_equal(event->disposition, "later");
    assert_string_equal(event->by, "ada");
    assert_int_equal(rig_rep(&rig, "ada").load, 0);
    rig_pass(&rig, AFTER_MS - 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_SCHEDULED);
    rig_pass(&rig, 1);
    assert_string_equal(rig_owner(&rig, lead), "ada");   /* though Bob has been idle longer */
    struct core_effect row = rig_row(&rig, lead);
    assert_int_equal(row.to, LEAD_OFFERED);
    assert_int_equal(row.offer_number, 2);
    assert_int_equal(row.received_unix_ms, received_ms);
    assert_true(row.is_call_back);
    rig_close(&rig);
}

static void a_rep_who_is_not_there_is_waited_for_then_it_is_everybodys(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_ada(&rig, on, LW_CHANNEL_WEB, 0);
    rig_complete(&rig, on[0], lead, "c", "later");
    rig_set_state(&rig, on[0], REP_BREAK);
    rig_pass(&rig, AFTER_MS);
    struct core_effect row = rig_row(&rig, lead);
    assert_int_equal(row.to, LEAD_WAITING);   /* Bob could take it, and must not yet */
    assert_string_equal(row.preferred_rep, "ada");
    assert_int_equal(row.preferred_until_ms, rig.now_ms + SAME_REP_MS);
    rig_pass(&rig, SAME_REP_MS - 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, 1);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    rig_close(&rig);
}

static void a_rep_who_declines_it_is_not_waited_for(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_ada(&rig, on, LW_CHANNEL_WEB, 0);
    rig_complete(&rig, on[0], lead, "c", "later");
    rig_pass(&rig, AFTER_MS);
    rig_decline(&rig, on[0], lead, 2);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    rig_close(&rig);
}

static void a_rep_who_left_the_rules_is_not_waited_for(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_ada(&rig, on, LW_CHANNEL_WEB, 0);
    rig_complete(&rig, on[0], lead, "c", "later");
    rig_set_state(&rig, on[0], REP_BREAK);
    rig_pass(&rig, AFTER_MS);
    struct core_config *config = rules_without_reps();
    rig_add_rep(config, "bob", 2, "+392", NULL, 0);
    rig_apply(&rig, config);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    rig_close(&rig);
}

static void without_a_rule_for_it_all_are_asked_alike(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_ada(&rig, on, LW_CHANNEL_WEB, 0);
    rig_pass(&rig, 1000);
    rig_complete(&rig, on[0], lead, "c", "anybody");
    rig_pass(&rig, AFTER_MS);
    assert_string_equal(rig_owner(&rig, lead), "bob");   /* idle longer */
    rig_close(&rig);
}

static void a_call_that_comes_back_rings_nobody(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_ada(&rig, on, LW_CHANNEL_PHONE, 0);
    rig_complete(&rig, on[0], lead, "c", "later");
    rig_pass(&rig, AFTER_MS + 10000);   /* also the wrap-up is over */
    assert_string_equal(rig_owner(&rig, lead), "ada");
    assert_int_equal(rig_accept(&rig, on[0], lead, 2), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_ASSIGNED);
    assert_true(rig_told(&rig, EFFECT_HOLDING, on[0], 0)->is_call_back);
    rig_close(&rig);
}

static enum core_status complete_at(struct desk_rig *rig, uint64_t session, struct desk_id lead, const char *code, int64_t at_ms, const char *place)
{
    return rig_step(rig, &(struct core_command){.kind = COMMAND_COMPLETE, .session = session, .complete = {
        .lead = lead, .idempotency_id = {"c", 1}, .disposition = {code, (uint32_t)strlen(code)}, .at_unix_ms = at_ms,
        .place = {place, (uint32_t)strlen(place)}}});
}

static void the_rep_names_a_time_within_the_rules(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_ada(&rig, on, LW_CHANNEL_WEB, 0);
    int64_t now = (int64_t)rig.now_ms;
    assert_int_equal(complete_at(&rig, on[0], lead, "later", now + AT_LEAST_MS - 1, ""), CORE_REJECTED);
    assert_int_equal(complete_at(&rig, on[0], lead, "later", now + AT_MOST_MS + 1, ""), CORE_REJECTED);
    assert_int_equal(complete_at(&rig, on[0], lead, "later", -1, ""), CORE_REJECTED);
    assert_int_equal(complete_at(&rig, on[0], lead, "won", now + 5000, ""), CORE_REJECTED);
    assert_int_equal(complete_at(&rig, on[0], lead, "visit", 0, ""), CORE_REJECTED);   /* an appointment has a time */
    assert_int_equal(rig_state(&rig, lead), LEAD_ASSIGNED);
    assert_int_equal(complete_at(&rig, on[0], lead, "later", now + AT_MOST_MS, ""), CORE_ACCEPTED);
    assert_int_equal(rig_row(&rig, lead).deadline_ms, now + AT_MOST_MS);
    rig_close(&rig);
}

static void an_appointment_is_told_to_whom_the_lead_comes(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_ada(&rig, on, LW_CHANNEL_WEB, 0);
    int64_t at = (int64_t)rig.now_ms + 5000;
    assert_int_equal(complete_at(&rig, on[0], lead, "visit", at, "Via Roma 1"), CORE_ACCEPTED);
    assert_string_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0)->place, "");   /* no personal data in events */
    rig_pass(&rig, 5000);
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, on[0], 0);
    assert_non_null(offer);
    assert_int_equal(offer->appointment_ms, at);
    assert_string_equal(offer->place, "Via Roma 1");
    rig_close(&rig);
}

static void a_repeated_completion_is_a_duplicate_though_the_lead_lives(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_ada(&rig, on, LW_CHANNEL_WEB, 0);
    int64_t at = (int64_t)rig.now_ms + 5000;
    assert_int_equal(complete_at(&rig, on[0], lead, "later", at, ""), CORE_ACCEPTED);
    assert_int_equal(complete_at(&rig, on[0], lead, "later", at, ""), CORE_DUPLICATE);
    assert_int_equal(complete_at(&rig, on[0], lead, "later", at + 1, ""), CORE_DUPLICATE_DIFFERS);
    rig_pass(&rig, 5000);
    rig_accept(&rig, on[0], lead, 2);
    assert_int_equal(complete_at(&rig, on[0], lead, "later", at, ""), CORE_DUPLICATE);   /* late: the new round is not touched */
    assert_int_equal(rig_state(&rig, lead), LEAD_ASSIGNED);

    struct core *restored = rig_restore(&rig, rig.record_count, &(struct core_callbacks){0});
    assert_non_null(restored);
    core_free(restored);
    rig_close(&rig);
}

static void what_is_set_aside_is_parked(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_ada(&rig, on, LW_CHANNEL_WEB, 0);
    assert_int_equal(rig_complete(&rig, on[0], lead, "c", "aside"), CORE_ACCEPTED);
    struct core_effect row = rig_row(&rig, lead);
    assert_int_equal(row.to, LEAD_PARKED);
    assert_int_equal(row.cause, CAUSE_SET_ASIDE);
    assert_int_equal(row.deadline_ms, rig.now_ms + PARK_MS);
    rig_close(&rig);
}

static void do_not_call_is_told_with_the_end(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_ada(&rig, on, LW_CHANNEL_WEB, 0);
    rig_complete(&rig, on[0], lead, "c", "never");
    const struct core_effect *event = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0);
    assert_int_equal(event->to, LEAD_COMPLETED);
    assert_true(event->do_not_call);
    rig_close(&rig);
}

static void a_manager_wakes_a_scheduled_lead_or_ends_it(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_ada(&rig, on, LW_CHANNEL_WEB, 0);
    rig_complete(&rig, on[0], lead, "c", "later");
    assert_int_equal(rig_act(&rig, lead, ACT_RELEASE), CORE_ACCEPTED);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_accept(&rig, on[0], lead, 2);
    rig_complete(&rig, on[0], lead, "d", "later");
    assert_int_equal(rig_cancel(&rig, lead), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_NONE);
    rig_close(&rig);
}

/* A desk that calls back; Ada has a phone, Bob has none. */
static struct desk_id open_with_caller(struct desk_rig *rig, uint64_t sessions[2])
{
    struct core_config *config = rig_rules();
    config->channels[LW_CHANNEL_PHONE].call_back_when_abandoned = true;
    rig_add_rep(config, "ada", 1, "+391", NULL, 0);
    rig_add_rep(config, "bob", 1, NULL, NULL, 0);
    rig_open(rig, config, NULL);
    sessions[0] = rig_log_on(rig, "ada");
    sessions[1] = rig_log_on(rig, "bob");
    return rig_publish_lead(rig, &(struct rig_lead){.id = "a", .channel = LW_CHANNEL_PHONE, .received_ms = (int64_t)rig->now_ms - 7000});
}

static void a_caller_who_hangs_up_while_waiting_is_called_back(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id first = open_with_caller(&rig, on);
    uint64_t received_ms = rig_row(&rig, first).received_unix_ms;
    rig_accept(&rig, on[0], first, 1);
    struct desk_id second = rig_publish_lead(&rig, &(struct rig_lead){.id = "b", .channel = LW_CHANNEL_PHONE});
    assert_int_equal(rig_state(&rig, second), LEAD_WAITING);   /* Bob has no device */
    assert_int_equal(rig_cancel(&rig, second), CORE_ACCEPTED);
    assert_string_equal(rig_owner(&rig, second), "bob");       /* whom it needs none to call back */
    assert_int_equal(rig_cancel(&rig, second), CORE_DUPLICATE);
    assert_int_equal(rig_accept(&rig, on[1], second, 1), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, second), LEAD_ASSIGNED);
    assert_int_equal(rig_row(&rig, first).received_unix_ms, received_ms);
    rig_close(&rig);
}

static void a_caller_who_hangs_up_while_it_rings_frees_the_rep_at_once(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_caller(&rig, on);
    uint64_t received_ms = rig_row(&rig, lead).received_unix_ms;
    rig_set_state(&rig, on[1], REP_BREAK);
    rig_accept(&rig, on[0], lead, 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_CONNECTING);
    assert_int_equal(rig_cancel(&rig, lead), CORE_ACCEPTED);
    const struct core_effect *withdrawn = rig_told(&rig, EFFECT_WITHDRAWN, on[0], 0);
    assert_int_equal(withdrawn->cause, CAUSE_ABANDONED);
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, on[0], 0);   /* free, and so the next: to call back */
    assert_non_null(offer);
    assert_true(offer->is_call_back);
    assert_int_equal(offer->received_unix_ms, received_ms);
    assert_int_equal(rig_dial(&rig, lead, 1, DIAL_OUTCOME_ANSWERED), CORE_NOT_YOURS);
    rig_close(&rig);
}

static void a_call_once_answered_rings_nobody_again(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = open_with_caller(&rig, on);
    rig_accept(&rig, on[0], lead, 1);
    rig_dial(&rig, lead, 1, DIAL_OUTCOME_ANSWERED);
    assert_int_equal(rig_act(&rig, lead, ACT_TAKE_BACK), CORE_ACCEPTED);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_true(rig_row(&rig, lead).is_call_back);
    rig_close(&rig);
}

static void a_rule_that_cannot_hold_is_refused(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    struct core_config *config = rules();
    config->dispositions[2].at_least_ms = AT_MOST_MS + 1;
    assert_int_equal(rig_apply(&rig, config), CORE_REJECTED);
    config = rules();
    config->dispositions[2].after_ms = AT_MOST_MS + 1;
    assert_int_equal(rig_apply(&rig, config), CORE_REJECTED);
    config = rules();
    config->dispositions[2].follow_up = (enum config_follow_up)9;
    assert_int_equal(rig_apply(&rig, config), CORE_REJECTED);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_back_sleeps_then_comes_to_the_same_rep_with_its_age),
        cmocka_unit_test(a_rep_who_is_not_there_is_waited_for_then_it_is_everybodys),
        cmocka_unit_test(a_rep_who_declines_it_is_not_waited_for),
        cmocka_unit_test(a_rep_who_left_the_rules_is_not_waited_for),
        cmocka_unit_test(without_a_rule_for_it_all_are_asked_alike),
        cmocka_unit_test(a_call_that_comes_back_rings_nobody),
        cmocka_unit_test(the_rep_names_a_time_within_the_rules),
        cmocka_unit_test(an_appointment_is_told_to_whom_the_lead_comes),
        cmocka_unit_test(a_repeated_completion_is_a_duplicate_though_the_lead_lives),
        cmocka_unit_test(what_is_set_aside_is_parked),
        cmocka_unit_test(do_not_call_is_told_with_the_end),
        cmocka_unit_test(a_manager_wakes_a_scheduled_lead_or_ends_it),
        cmocka_unit_test(a_caller_who_hangs_up_while_waiting_is_called_back),
        cmocka_unit_test(a_caller_who_hangs_up_while_it_rings_frees_the_rep_at_once),
        cmocka_unit_test(a_call_once_answered_rings_nobody_again),
        cmocka_unit_test(a_rule_that_cannot_hold_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
