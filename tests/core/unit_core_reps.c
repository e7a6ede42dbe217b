/* SPDX-License-Identifier: Apache-2.0
 *
 * Reps come and go, pause, use two devices, answer the phone.
 */
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { GRACE_MS = 15000, CONNECT_MS = 25000, WRAP_UP_MS = 10000, WEB_ANSWER_MS = 45000, CALL_ANSWER_MS = 15000 };

static void open_with(struct desk_rig *rig, bool return_assigned)
{
    struct core_config *config = rig_rules();
    config->return_assigned_when_gone = return_assigned;
    config->channels[LW_CHANNEL_PHONE].weight = 3;
    rig_add_rep(config, "ada", 3, "+391", NULL, 0);
    rig_add_rep(config, "bob", 3, "+392", NULL, 0);
    rig_open(rig, config, NULL);
}

static struct desk_id call_connecting(struct desk_rig *rig, uint64_t session)
{
    struct desk_id call = rig_publish_lead(rig, &(struct rig_lead){.id = "call", .channel = LW_CHANNEL_PHONE});
    assert_int_equal(rig_accept(rig, session, call, 1), CORE_ACCEPTED);
    assert_int_equal(rig_state(rig, call), LEAD_CONNECTING);
    return call;
}

static void an_unknown_rep_is_refused(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    assert_int_equal(rig_step(&rig, &(struct core_command){.kind = COMMAND_LOG_ON, .session = 50, .log_on = {.rep = {"eve", 3}}}),
                     CORE_REJECTED);
    assert_null(rig_told(&rig, EFFECT_LOGGED_ON, 0, 0));
    rig_close(&rig);
}

static void a_lost_connection_keeps_everything_for_the_grace(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id offered = rig_publish(&rig, "a"), assigned = rig_publish(&rig, "b");
    rig_accept(&rig, ada, assigned, 1);
    rig_lose(&rig, ada);
    rig_log_on(&rig, "bob");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "c")), "bob");   /* nothing new for who is not there */
    rig_pass(&rig, GRACE_MS - 1);
    assert_string_equal(rig_owner(&rig, offered), "ada");
    ada = rig_log_on(&rig, "ada");
    assert_int_equal(rig_told_count(&rig, EFFECT_OFFER, ada), 1);
    assert_true(rig_told(&rig, EFFECT_OFFER, ada, 0)->resumed);
    assert_int_equal(rig_told_count(&rig, EFFECT_HOLDING, ada), 1);
    assert_non_null(rig_told(&rig, EFFECT_HOLDING, ada, 0)->payload);
    const struct core_effect *end = rig_told(&rig, EFFECT_SNAPSHOT_END, ada, 0);
    assert_int_equal(end->count_offers, 1);
    assert_int_equal(end->count_holdings, 1);
    rig_pass(&rig, GRACE_MS);
    assert_string_equal(rig_owner(&rig, offered), "ada");   /* the old grace counts no more */
    rig_close(&rig);
}

static void after_the_grace_offers_go_back_and_assigned_leads_stay(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id offered = rig_publish(&rig, "a"), assigned = rig_publish(&rig, "b");
    rig_accept(&rig, ada, assigned, 1);
    rig_lose(&rig, ada);
    rig_log_on(&rig, "bob");
    rig_pass(&rig, GRACE_MS);
    assert_string_equal(rig_owner(&rig, offered), "bob");
    assert_string_equal(rig_owner(&rig, assigned), "ada");
    assert_int_equal(rig_rep(&rig, "ada").rep_state, REP_OFFLINE);
    ada = rig_log_on(&rig, "ada");
    assert_int_equal(rig_complete(&rig, ada, assigned, "1", "won"), CORE_ACCEPTED);
    rig_close(&rig);
}

static void after_the_grace_assigned_leads_go_back_where_the_desk_says_so(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, true);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id assigned = rig_publish(&rig, "a");
    rig_accept(&rig, ada, assigned, 1);
    rig_lose(&rig, ada);
    rig_pass(&rig, GRACE_MS - 1);
    assert_int_equal(rig_state(&rig, assigned), LEAD_ASSIGNED);
    rig_pass(&rig, 1);
    assert_int_equal(rig_state(&rig, assigned), LEAD_WAITING);
    rig_log_on(&rig, "ada");
    assert_string_equal(rig_owner(&rig, assigned), "ada");   /* being gone is no refusal */
    rig_close(&rig);
}

static void logging_off_returns_offers_at_once(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id offered = rig_publish(&rig, "a");
    rig_log_off(&rig, ada);
    assert_int_equal(rig_state(&rig, offered), LEAD_WAITING);
    assert_int_equal(rig_rep(&rig, "ada").rep_state, REP_OFFLINE);
    assert_int_equal(rig_accept(&rig, ada, offered, 1), CORE_NO_SESSION);
    rig_close(&rig);
}

static void a_second_device_replaces_the_first(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t first = rig_log_on(&rig, "ada");
    struct desk_id offered = rig_publish(&rig, "a");
    uint64_t second = rig_log_on(&rig, "ada");
    assert_int_equal(rig_told_count(&rig, EFFECT_REPLACED, first), 1);
    assert_non_null(rig_told(&rig, EFFECT_OFFER, second, 0));
    assert_int_equal(rig_accept(&rig, first, offered, 1), CORE_NO_SESSION);
    assert_int_equal(rig_accept(&rig, second, offered, 1), CORE_ACCEPTED);
    rig_lose(&rig, first);                                   /* the old one's end is nobody's */
    rig_pass(&rig, GRACE_MS);
    assert_true(rig_rep(&rig, "ada").connected);
    rig_close(&rig);
}

static void a_client_learns_what_it_no_longer_has(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id kept = rig_publish(&rig, "a"), gone = rig_publish(&rig, "b");
    rig_lose(&rig, ada);
    rig_cancel(&rig, gone);
    const struct core_held held[] = {{kept, 1}, {gone, 1}};
    rig_step(&rig, &(struct core_command){.kind = COMMAND_LOG_ON, .session = 60, .log_on = {{"ada", 3}, held, 2}});
    assert_int_equal(rig_told_count(&rig, EFFECT_WITHDRAWN, 60), 1);
    assert_true(desk_id_equal(rig_told(&rig, EFFECT_WITHDRAWN, 60, 0)->lead, gone));
    assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, 60, 0)->cause, CAUSE_UNKNOWN_LEAD);
    rig_close(&rig);
}

static void a_long_reason_of_a_break_is_cut_between_letters(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    char reason[300];
    (void)state;
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    memset(reason, 'a', 126);
    strcpy(reason + 126, "\xc3\x9f...");   /* one letter of two bytes, over the end */
    assert_int_equal(rig_step(&rig, &(struct core_command){.kind = COMMAND_SET_REP_STATE, .session = ada,
                                                           .set_rep_state = {REP_BREAK, {reason, (uint32_t)strlen(reason)}}}), CORE_ACCEPTED);
    assert_int_equal(strlen(rig_told(&rig, EFFECT_REP_STATUS, ada, 0)->reason), 126);
    rig_close(&rig);
}

static void a_break_takes_nothing_and_gives_nothing(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id before = rig_publish(&rig, "a");
    assert_int_equal(rig_set_state(&rig, ada, REP_BREAK), CORE_ACCEPTED);
    assert_string_equal(rig_rep(&rig, "ada").reason, "lunch");
    assert_int_equal(rig_set_state(&rig, ada, REP_BREAK), CORE_DUPLICATE);
    assert_int_equal(rig_set_state(&rig, ada, REP_WRAP_UP), CORE_REJECTED);
    assert_int_equal(rig_accept(&rig, ada, before, 1), CORE_ACCEPTED);
    struct desk_id during = rig_publish(&rig, "b");
    assert_int_equal(rig_state(&rig, during), LEAD_WAITING);
    assert_int_equal(rig_set_state(&rig, ada, REP_AVAILABLE), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, during), LEAD_OFFERED);
    rig_close(&rig);
}

static void an_answered_call_is_assigned_and_the_first_result_counts(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id call = call_connecting(&rig, ada);
    assert_int_equal(rig_row(&rig, call).deadline_ms, rig.now_ms + CONNECT_MS);
    assert_int_equal(rig_complete(&rig, ada, call, "1", "won"), CORE_REJECTED);   /* not connected yet */
    assert_int_equal(rig_dial(&rig, call, 2, DIAL_OUTCOME_ANSWERED), CORE_NOT_YOURS);
    assert_int_equal(rig_dial(&rig, call, 1, (enum dial_outcome)9), CORE_REJECTED);
    assert_int_equal(rig_dial(&rig, call, 1, DIAL_OUTCOME_ANSWERED), CORE_ACCEPTED);
    assert_int_equal(rig_told(&rig, EFFECT_HOLDING, ada, 0)->to, LEAD_ASSIGNED);
    assert_int_equal(rig_dial(&rig, call, 1, DIAL_OUTCOME_ANSWERED), CORE_DUPLICATE);
    assert_int_equal(rig_dial(&rig, call, 1, DIAL_OUTCOME_NO_ANSWER), CORE_NOT_YOURS);
    assert_int_equal(rig_state(&rig, call), LEAD_ASSIGNED);
    rig_close(&rig);
}

static void a_call_not_answered_goes_back_without_that_rep(void **state)
{
    static const enum dial_outcome outcomes[] = {DIAL_OUTCOME_NO_ANSWER, DIAL_OUTCOME_BUSY, DIAL_OUTCOME_FAILED};
    static const enum core_cause causes[] = {CAUSE_NO_ANSWER, CAUSE_DEVICE_BUSY, CAUSE_DIAL_FAILED};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct desk_rig rig;
        open_with(&rig, false);
        uint64_t ada = rig_log_on(&rig, "ada");
        struct desk_id call = call_connecting(&rig, ada);
        assert_int_equal(rig_dial(&rig, call, 1, outcomes[i]), CORE_ACCEPTED);
        assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, ada, 0)->cause, causes[i]);
        assert_int_equal(rig_state(&rig, call), LEAD_WAITING);
        assert_int_equal(rig_dial(&rig, call, 1, DIAL_OUTCOME_ANSWERED), CORE_NOT_YOURS);   /* too late */
        rig_log_on(&rig, "bob");
        assert_string_equal(rig_owner(&rig, call), "bob");
        rig_close(&rig);
    }
}

static void a_call_without_any_result_comes_back_at_its_deadline(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id call = call_connecting(&rig, ada);
    rig_pass(&rig, CONNECT_MS - 1);
    assert_int_equal(rig_state(&rig, call), LEAD_CONNECTING);
    rig_pass(&rig, 1);
    assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, ada, 0)->cause, CAUSE_CONNECT_TIMEOUT);
    assert_int_equal(rig_state(&rig, call), LEAD_WAITING);
    rig_close(&rig);
}

static void a_caller_who_hangs_up_frees_the_rep_at_once(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id call = call_connecting(&rig, ada);
    struct desk_id form = rig_publish(&rig, "form");
    assert_int_equal(rig_state(&rig, form), LEAD_WAITING);
    assert_int_equal(rig_cancel(&rig, call), CORE_ACCEPTED);
    assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, ada, 0)->cause, CAUSE_CANCELLED);
    assert_string_equal(rig_owner(&rig, form), "ada");
    rig_close(&rig);
}

static void unanswered_devices_count_as_misses(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t ada = rig_log_on(&rig, "ada");
    for (int i = 0; i < 3; i++) {
        char id[2] = {(char)('a' + i), '\0'};
        struct desk_id call = rig_publish_lead(&rig, &(struct rig_lead){.id = id, .channel = LW_CHANNEL_PHONE});
        rig_accept(&rig, ada, call, 1);
        rig_dial(&rig, call, 1, DIAL_OUTCOME_NO_ANSWER);
        assert_int_equal(rig_cancel(&rig, call), CORE_ACCEPTED);
        /* Accepting is an answer: it forgives what was before, so the desk sees one miss at a time. */
        assert_int_equal(rig_rep(&rig, "ada").rep_state, REP_AVAILABLE);
    }
    rig_close(&rig);
}

static void wrap_up_follows_a_call_and_ends_by_itself(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id call = call_connecting(&rig, ada);
    rig_dial(&rig, call, 1, DIAL_OUTCOME_ANSWERED);
    struct desk_id form = rig_publish(&rig, "form");
    assert_int_equal(rig_complete(&rig, ada, call, "1", "won"), CORE_ACCEPTED);
    assert_int_equal(rig_rep(&rig, "ada").rep_state, REP_WRAP_UP);
    assert_int_equal(rig_rep(&rig, "ada").until_ms, rig.now_ms + WRAP_UP_MS);
    assert_int_equal(rig_state(&rig, form), LEAD_WAITING);
    rig_pass(&rig, WRAP_UP_MS - 1);
    assert_int_equal(rig_state(&rig, form), LEAD_WAITING);
    rig_pass(&rig, 1);
    assert_int_equal(rig_rep(&rig, "ada").rep_state, REP_AVAILABLE);
    assert_int_equal(rig_state(&rig, form), LEAD_OFFERED);
    rig_close(&rig);
}

static void wrap_up_can_be_ended_by_the_rep(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id call = call_connecting(&rig, ada);
    rig_dial(&rig, call, 1, DIAL_OUTCOME_ANSWERED);
    rig_complete(&rig, ada, call, "1", "won");
    assert_int_equal(rig_set_state(&rig, ada, REP_AVAILABLE), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, rig_publish(&rig, "a")), LEAD_OFFERED);
    rig_pass(&rig, WRAP_UP_MS);
    assert_int_equal(rig_told_count(&rig, EFFECT_REP_STATUS, ada), 0);
    rig_close(&rig);
}

static void an_outage_is_nobodys_miss(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_with(&rig, false);
    uint64_t ada = rig_log_on(&rig, "ada"), bob = rig_log_on(&rig, "bob");
    struct desk_id call = call_connecting(&rig, ada);
    struct desk_id form = rig_publish(&rig, "form");
    assert_string_equal(rig_owner(&rig, form), "bob");
    rig_lose(&rig, bob);
    rig_pass(&rig, GRACE_MS - 1);
    rig_resume_service(&rig);
    assert_int_equal(rig_row(&rig, call).deadline_ms, rig.now_ms + CONNECT_MS);
    assert_int_equal(rig_row(&rig, form).deadline_ms, rig.now_ms + WEB_ANSWER_MS);
    assert_int_equal(rig_told(&rig, EFFECT_DESK_EVENT, 0, 0)->cause, CAUSE_SERVING);
    rig_pass(&rig, GRACE_MS - 1);
    assert_string_equal(rig_owner(&rig, form), "bob");   /* a fresh grace */
    rig_pass(&rig, 1);
    assert_int_equal(rig_state(&rig, form), LEAD_WAITING);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_rep_is_refused),
        cmocka_unit_test(a_lost_connection_keeps_everything_for_the_grace),
        cmocka_unit_test(after_the_grace_offers_go_back_and_assigned_leads_stay),
        cmocka_unit_test(after_the_grace_assigned_leads_go_back_where_the_desk_says_so),
        cmocka_unit_test(logging_off_returns_offers_at_once),
        cmocka_unit_test(a_second_device_replaces_the_first),
        cmocka_unit_test(a_client_learns_what_it_no_longer_has),
        cmocka_unit_test(a_long_reason_of_a_break_is_cut_between_letters),
        cmocka_unit_test(a_break_takes_nothing_and_gives_nothing),
        cmocka_unit_test(an_answered_call_is_assigned_and_the_first_result_counts),
        cmocka_unit_test(a_call_not_answered_goes_back_without_that_rep),
        cmocka_unit_test(a_call_without_any_result_comes_back_at_its_deadline),
        cmocka_unit_test(a_caller_who_hangs_up_frees_the_rep_at_once),
        cmocka_unit_test(unanswered_devices_count_as_misses),
        cmocka_unit_test(wrap_up_follows_a_call_and_ends_by_itself),
        cmocka_unit_test(wrap_up_can_be_ended_by_the_rep),
        cmocka_unit_test(an_outage_is_nobodys_miss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
