/* SPDX-License-Identifier: Apache-2.0
 *
 * What happens to an offer: taken, declined, too late, never answered.
 */
#include <stdio.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { WEB_ANSWER_MS = 45000, RETRY_MS = 120000, PARK_MS = 48 * 3600000, PARK_NUDGE_MS = 24 * 3600000, WEB_WAIT_MS = 4 * 3600000 };

/* Ada and Bob, two leads at a time each. */
static void open_two(struct desk_rig *rig)
{
    struct core_config *config = rig_rules();
    rig_add_rep(config, "ada", 2, "+391", NULL, 0);
    rig_add_rep(config, "bob", 2, "+392", NULL, 0);
    rig_open(rig, config, NULL);
}

static void an_accepted_offer_is_the_reps_lead(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_non_null(offer);
    assert_int_equal(offer->offer_number, 1);
    assert_int_equal(offer->deadline_ms, rig.now_ms + WEB_ANSWER_MS);
    assert_memory_equal(offer->payload, "a", 1);
    assert_int_equal(rig_accept(&rig, ada, lead, 1), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_ASSIGNED);
    assert_int_equal(rig_told(&rig, EFFECT_HOLDING, ada, 0)->to, LEAD_ASSIGNED);
    assert_int_equal(rig_accept(&rig, ada, lead, 1), CORE_DUPLICATE);
    assert_int_equal(rig_complete(&rig, ada, lead, "c1", "won"), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_NONE);
    assert_int_equal(rig_rep(&rig, "ada").load, 0);
    rig_close(&rig);
}

static void offer_expires_once_when_the_answer_is_late(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_pass(&rig, WEB_ANSWER_MS - 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_OFFERED);
    rig_pass(&rig, 1);
    assert_int_equal(rig_told_count(&rig, EFFECT_WITHDRAWN, ada), 1);
    assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, ada, 0)->cause, CAUSE_OFFER_EXPIRED);
    assert_int_equal(rig_accept(&rig, ada, lead, 1), CORE_NOT_YOURS);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, ada, 0)->reason, "expired");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, WEB_ANSWER_MS);
    assert_int_equal(rig_told_count(&rig, EFFECT_WITHDRAWN, ada), 0);
    rig_close(&rig);
}

static void a_late_answer_hears_that_another_has_it(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    uint64_t bob = rig_log_on(&rig, "bob");
    rig_pass(&rig, WEB_ANSWER_MS);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_int_equal(rig_accept(&rig, ada, lead, 1), CORE_NOT_YOURS);
    assert_int_equal(rig_accept(&rig, ada, lead, 2), CORE_NOT_YOURS);
    assert_int_equal(rig_accept(&rig, bob, lead, 1), CORE_NOT_YOURS);
    assert_int_equal(rig_accept(&rig, bob, lead, 2), CORE_ACCEPTED);
    assert_int_equal(rig_complete(&rig, ada, lead, "c", "won"), CORE_NOT_YOURS);
    assert_int_equal(rig_accept(&rig, ada, (struct desk_id){9, 9}, 1), CORE_NOT_YOURS);
    rig_close(&rig);
}

static void a_session_that_never_logged_on_is_told_so(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(rig_accept(&rig, 4711, lead, 1), CORE_NO_SESSION);
    assert_int_equal(rig_complete(&rig, 4711, lead, "c", "won"), CORE_NO_SESSION);
    assert_int_equal(rig_set_state(&rig, 4711, REP_BREAK), CORE_NO_SESSION);
    rig_close(&rig);
}

static void declining_excludes_and_keeps_the_age(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    uint64_t received_ms = rig.now_ms;
    rig_pass(&rig, 10000);
    assert_int_equal(rig_decline(&rig, ada, lead, 1), CORE_ACCEPTED);
    assert_int_equal(rig_told_count(&rig, EFFECT_WITHDRAWN, ada), 0);
    assert_int_equal(rig_decline(&rig, ada, lead, 1), CORE_DUPLICATE);
    assert_int_equal(rig_accept(&rig, ada, lead, 1), CORE_NOT_YOURS);
    struct core_effect row = rig_row(&rig, lead);
    assert_int_equal(row.to, LEAD_WAITING);
    assert_int_equal(row.received_unix_ms, received_ms);
    assert_int_equal(row.deadline_ms, received_ms + WEB_WAIT_MS);
    /* What came later goes to her, the declined one only to another. */
    struct desk_id next = rig_publish(&rig, "b");
    assert_string_equal(rig_owner(&rig, next), "ada");
    uint64_t bob = rig_log_on(&rig, "bob");
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_int_equal(rig_told(&rig, EFFECT_OFFER, bob, 0)->offer_number, 2);
    rig_close(&rig);
}

static void a_declined_lead_comes_again_after_the_retry_time(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_decline(&rig, ada, lead, 1);
    rig_pass(&rig, RETRY_MS - 1);
    assert_int_equal(rig_told_count(&rig, EFFECT_OFFER, ada), 0);
    rig_pass(&rig, 1);
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_non_null(offer);
    assert_int_equal(offer->offer_number, 2);
    rig_close(&rig);
}

/* The exclusion of the first rep ran out while the second was thinking: it goes back when nobody else takes it. */
static void a_returned_lead_goes_to_whose_exclusion_ran_out_behind_all_others(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    config->retry_same_rep_ms = 20000;
    rig_add_rep(config, "ada", 2, NULL, NULL, 0);
    rig_add_rep(config, "bob", 2, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    uint64_t bob = rig_log_on(&rig, "bob");
    rig_decline(&rig, ada, lead, 1);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    rig_pass(&rig, 30000);
    rig_set_state(&rig, ada, REP_AVAILABLE);   /* a step in the same millisecond */
    rig_decline(&rig, bob, lead, 2);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, 1);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_close(&rig);
}

static void a_lead_whose_offers_are_used_up_is_parked_and_released_anew(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    config->offers_max = 2;
    config->retry_same_rep_ms = 1000;
    rig_add_rep(config, "ada", 2, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_decline(&rig, ada, lead, 1);
    rig_pass(&rig, 1000);
    rig_decline(&rig, ada, lead, 2);
    struct core_effect row = rig_row(&rig, lead);
    assert_int_equal(row.to, LEAD_PARKED);
    assert_int_equal(row.cause, CAUSE_OFFERS_USED_UP);
    assert_int_equal(row.deadline_ms, rig.now_ms + PARK_MS);
    assert_int_equal(rig_act(&rig, lead, ACT_RELEASE), CORE_ACCEPTED);
    row = rig_row(&rig, lead);
    assert_int_equal(row.to, LEAD_OFFERED);   /* at once, also to who declined */
    assert_int_equal(row.offer_number, 3);
    rig_decline(&rig, ada, lead, 3);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);   /* its offers are counted from new */
    assert_int_equal(rig_act(&rig, lead, ACT_RELEASE), CORE_REJECTED);
    rig_close(&rig);
}

static void a_lead_that_nobody_takes_is_parked_then_expires(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    struct desk_id lead = rig_publish(&rig, "a");
    rig_pass(&rig, WEB_WAIT_MS - 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    uint64_t ada = rig_log_on(&rig, "ada");
    assert_int_equal(rig_told_count(&rig, EFFECT_OFFER, ada), 0);   /* parked is parked */
    rig_pass(&rig, PARK_NUDGE_MS);
    assert_int_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0)->cause, CAUSE_STILL_PARKED);
    rig_pass(&rig, PARK_MS - PARK_NUDGE_MS - 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    rig_pass(&rig, 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_NONE);
    assert_int_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0)->to, LEAD_EXPIRED);
    assert_int_equal(rig_cancel(&rig, lead), CORE_NOT_FOUND);
    rig_close(&rig);
}

static void misses_in_a_row_set_the_rep_away(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id first = rig_publish(&rig, "a");
    rig_pass(&rig, WEB_ANSWER_MS);
    rig_publish(&rig, "b");
    rig_pass(&rig, WEB_ANSWER_MS);
    assert_int_equal(rig_rep(&rig, "ada").rep_state, REP_AVAILABLE);
    struct desk_id third = rig_publish(&rig, "c");
    assert_string_equal(rig_owner(&rig, third), "ada");
    rig_pass(&rig, WEB_ANSWER_MS);
    assert_int_equal(rig_rep(&rig, "ada").rep_state, REP_AWAY);
    assert_int_equal(rig_told(&rig, EFFECT_REP_STATUS, ada, 0)->rep_state, REP_AWAY);
    assert_string_equal(rig_told(&rig, EFFECT_REP_STATUS, ada, 0)->reason, "missed offers");
    struct desk_id fourth = rig_publish(&rig, "d");
    assert_int_equal(rig_state(&rig, fourth), LEAD_WAITING);
    assert_int_equal(rig_set_state(&rig, ada, REP_AVAILABLE), CORE_ACCEPTED);   /* re-entry by the rep */
    assert_string_equal(rig_owner(&rig, fourth), "ada");
    assert_int_equal(rig_state(&rig, first), LEAD_WAITING);
    rig_close(&rig);
}

static void an_answer_in_time_forgives_the_misses_before(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    for (int round = 0; round < 4; round++) {
        char id[2] = {(char)('a' + round), '\0'};
        struct desk_id lead = rig_publish(&rig, id);
        if (round == 1)
            rig_decline(&rig, ada, lead, 1);
        else
            rig_pass(&rig, WEB_ANSWER_MS);
        rig_cancel(&rig, lead);
    }
    assert_int_equal(rig_rep(&rig, "ada").rep_state, REP_AVAILABLE);
    rig_close(&rig);
}

static void work_that_is_never_finished_moves_on(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    config->work_limit_ms = 60000;
    rig_add_rep(config, "ada", 2, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_accept(&rig, ada, lead, 1);
    rig_pass(&rig, 59999);
    assert_int_equal(rig_state(&rig, lead), LEAD_ASSIGNED);
    rig_pass(&rig, 1);
    assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, ada, 0)->cause, CAUSE_WORK_LIMIT);
    struct core_effect row = rig_row(&rig, lead);
    assert_int_equal(row.to, LEAD_WAITING);
    assert_int_equal(row.deadline_ms, rig.now_ms + WEB_WAIT_MS);   /* a fresh wait */
    assert_int_equal(rig_complete(&rig, ada, lead, "c", "won"), CORE_NOT_YOURS);
    rig_close(&rig);
}

static void cancelling_ends_every_state_but_assigned(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    struct desk_id waiting = rig_publish(&rig, "a");
    assert_int_equal(rig_cancel(&rig, waiting), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, waiting), LEAD_NONE);
    struct desk_id parked = rig_publish(&rig, "b");
    rig_pass(&rig, WEB_WAIT_MS);
    assert_int_equal(rig_cancel(&rig, parked), CORE_ACCEPTED);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id offered = rig_publish(&rig, "c");
    assert_int_equal(rig_cancel(&rig, offered), CORE_ACCEPTED);
    assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, ada, 0)->cause, CAUSE_CANCELLED);
    assert_int_equal(rig_rep(&rig, "ada").load, 0);
    struct desk_id assigned = rig_publish(&rig, "d");
    rig_accept(&rig, ada, assigned, 1);
    assert_int_equal(rig_cancel(&rig, assigned), CORE_REJECTED);
    assert_int_equal(rig_state(&rig, assigned), LEAD_ASSIGNED);
    assert_int_equal(rig_act(&rig, assigned, ACT_CANCEL), CORE_ACCEPTED);   /* a manager may */
    assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, ada, 0)->cause, CAUSE_CANCELLED);
    assert_int_equal(rig_act(&rig, assigned, ACT_CANCEL), CORE_NOT_FOUND);
    rig_close(&rig);
}

static void a_manager_takes_a_lead_back(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_accept(&rig, ada, lead, 1);
    uint64_t bob = rig_log_on(&rig, "bob");
    assert_int_equal(rig_act(&rig, lead, ACT_TAKE_BACK), CORE_ACCEPTED);
    assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, ada, 0)->cause, CAUSE_TAKEN_BACK);
    assert_non_null(rig_told(&rig, EFFECT_OFFER, bob, 0));
    rig_decline(&rig, bob, lead, 2);
    assert_int_equal(rig_act(&rig, lead, ACT_TAKE_BACK), CORE_REJECTED);
    assert_int_equal(rig_act(&rig, lead, (enum core_act)9), CORE_REJECTED);
    rig_close(&rig);
}

/* A rep who declines more than the table holds: the oldest refusal is forgotten, not the newest. */
static void refusals_are_bounded_and_the_oldest_lapses_first(void **state)
{
    struct desk_rig rig;
    char id[8];
    struct desk_id leads[40];
    struct core_config *config = rig_rules();
    (void)state;
    config->retry_same_rep_ms = 3600000;
    config->misses_to_away = 0;
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    for (int i = 0; i < 33; i++) {
        snprintf(id, sizeof id, "%d", i);
        leads[i] = rig_publish(&rig, id);
        assert_int_equal(rig_state(&rig, leads[i]), LEAD_OFFERED);
        rig_pass(&rig, 1000);
        assert_int_equal(rig_decline(&rig, ada, leads[i], 1), CORE_ACCEPTED);
    }
    assert_int_equal(rig_state(&rig, leads[0]), LEAD_OFFERED);
    for (int i = 1; i < 33; i++)
        assert_int_equal(rig_state(&rig, leads[i]), LEAD_WAITING);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accepted_offer_is_the_reps_lead),
        cmocka_unit_test(offer_expires_once_when_the_answer_is_late),
        cmocka_unit_test(a_late_answer_hears_that_another_has_it),
        cmocka_unit_test(a_session_that_never_logged_on_is_told_so),
        cmocka_unit_test(declining_excludes_and_keeps_the_age),
        cmocka_unit_test(a_declined_lead_comes_again_after_the_retry_time),
        cmocka_unit_test(a_returned_lead_goes_to_whose_exclusion_ran_out_behind_all_others),
        cmocka_unit_test(a_lead_whose_offers_are_used_up_is_parked_and_released_anew),
        cmocka_unit_test(a_lead_that_nobody_takes_is_parked_then_expires),
        cmocka_unit_test(misses_in_a_row_set_the_rep_away),
        cmocka_unit_test(an_answer_in_time_forgives_the_misses_before),
        cmocka_unit_test(work_that_is_never_finished_moves_on),
        cmocka_unit_test(cancelling_ends_every_state_but_assigned),
        cmocka_unit_test(a_manager_takes_a_lead_back),
        cmocka_unit_test(refusals_are_bounded_and_the_oldest_lapses_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
