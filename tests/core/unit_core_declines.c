/* SPDX-License-Identifier: Apache-2.0
 *
 * Why reps decline, how long they do not get a lead again, and who gets it before them.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "core_explain.h"
#include "declines.h"
#include "desk_rig.h"

enum { FIRST_MS = 10000 };

static struct core_config *rules_of(const char *const *reps, uint32_t count)
{
    struct core_config *config = rig_rules();
    config->retry_same_rep_ms = FIRST_MS;
    config->refusals.retry_factor = 3;
    config->refusals.retry_max_ms = 5 * FIRST_MS;
    for (uint32_t i = 0; i < count; i++)
        rig_add_rep(config, reps[i], 3, NULL, NULL, 0);
    return config;
}

static void add_reasons(struct core_config *config)
{
    assert_int_equal(core_config_add_decline_reason(config, "no_time"), LW_OK);
    assert_int_equal(core_config_add_decline_reason(config, "language"), LW_OK);
    assert_int_equal(core_config_add_decline_reason(config, "language"), LW_DUPLICATE);
}

static enum core_status decline(struct desk_rig *rig, uint64_t session, struct desk_id lead, uint32_t offer_number, const char *reason)
{
    struct core_command command = {.kind = COMMAND_ANSWER_OFFER, .session = session, .answer_offer = {
        .lead = lead, .offer_number = offer_number, .reason = {reason, (uint32_t)strlen(reason)}}};
    return rig_step(rig, &command);
}

struct reasons { char list[8][160]; uint32_t count; };

static void hear_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *names, const uint8_t *levels,
                      uint32_t count, const char *because)
{
    (void)context, (void)lead, (void)rule, (void)names, (void)levels, (void)count, (void)because;
}

static void hear_decision(void *context, const struct core_decision_view *decision)
{
    struct reasons *reasons = context;
    snprintf(reasons->list[reasons->count++], sizeof reasons->list[0], "%s", decision->reason);
}

static void hear_candidate(void *context, const struct core_candidate *candidate)
{
    (void)context, (void)candidate;
}

static struct reasons reasons_of(struct desk_rig *rig, struct desk_id lead)
{
    struct reasons reasons = {.count = 0};
    assert_true(core_explain(rig->core, lead, &(struct core_explain_visitor){&reasons, hear_lead, hear_decision, hear_candidate}));
    return reasons;
}

static const struct core_effect *event_of(const struct desk_rig *rig, enum core_effect_kind kind, enum core_cause cause)
{
    for (uint32_t i = 0; i < rig_told_count(rig, kind, 0); i++) {
        if (rig_told(rig, kind, 0, i)->cause == cause)
            return rig_told(rig, kind, 0, i);
    }
    fail();
    return NULL;
}

static void a_reason_of_the_table_is_kept_told_and_counted(void **state)
{
    struct desk_rig rig;
    const char *const reps[] = {"ada", "bob"};
    struct core_config *config = rules_of(reps, 2);
    (void)state;
    add_reasons(config);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada"), bob = rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish(&rig, "a"), other = rig_publish(&rig, "b");
    assert_int_equal(decline(&rig, ada, lead, 1, "language"), CORE_ACCEPTED);
    assert_string_equal(event_of(&rig, EFFECT_LEAD_EVENT, CAUSE_DECLINED)->reason, "language");
    const struct core_effect *event = event_of(&rig, EFFECT_REP_EVENT, CAUSE_DECLINED);
    assert_int_equal(event->decline_count, 1);
    assert_string_equal(event->declines[0].reason, "language");
    assert_int_equal(event->declines[0].count, 1);
    assert_int_equal(decline(&rig, bob, other, 1, "no_time"), CORE_ACCEPTED);
    assert_int_equal(decline(&rig, bob, lead, 2, "no_time"), CORE_ACCEPTED);
    assert_int_equal(rig_rep(&rig, "bob").declines[0].count, 2);
    assert_int_equal(rig_rep(&rig, "ada").decline_count, 1);
    struct reasons reasons = reasons_of(&rig, lead);
    assert_int_equal(reasons.count, 2);
    assert_string_equal(reasons.list[0], "language");
    assert_string_equal(reasons.list[1], "no_time");
    assert_int_equal(rig_act(&rig, lead, ACT_CANCEL), CORE_ACCEPTED);
    assert_string_equal(reasons_of(&rig, lead).list[1], "no_time");   /* of an ended lead too */
    rig_close(&rig);
}

static void a_reason_that_the_desk_does_not_have_is_refused_and_the_offer_stays(void **state)
{
    struct desk_rig rig;
    const char *const reps[] = {"ada"};
    struct core_config *config = rules_of(reps, 1);
    (void)state;
    add_reasons(config);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(decline(&rig, ada, lead, 1, "weather"), CORE_REJECTED);
    assert_int_equal(decline(&rig, ada, lead, 1, ""), CORE_REJECTED);
    assert_int_equal(decline(&rig, ada, lead, 1, "languages"), CORE_REJECTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_OFFERED);
    assert_int_equal(rig_rep(&rig, "ada").decline_count, 0);
    assert_int_equal(decline(&rig, ada, lead, 1, "no_time"), CORE_ACCEPTED);
    assert_int_equal(decline(&rig, ada, lead, 1, "no_time"), CORE_DUPLICATE);
    assert_int_equal(rig_rep(&rig, "ada").declines[0].count, 1);
    rig_close(&rig);
}

/* What a rep writes may be personal data: for who asks about the lead, not for the event stream. */
static void without_a_table_any_text_is_kept_cut_and_not_told(void **state)
{
    struct desk_rig rig;
    const char *const reps[] = {"ada", "bob"};
    char text[200];
    (void)state;
    rig_open(&rig, rules_of(reps, 2), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    (void)rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish(&rig, "a");
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    text[DECLINE_REASON_MAX - 1] = '\xC3', text[DECLINE_REASON_MAX] = '\xA4';   /* an umlaut over the edge */
    assert_int_equal(decline(&rig, ada, lead, 1, text), CORE_ACCEPTED);
    assert_string_equal(event_of(&rig, EFFECT_LEAD_EVENT, CAUSE_DECLINED)->reason, "");
    struct reasons reasons = reasons_of(&rig, lead);
    assert_int_equal(strlen(reasons.list[0]), DECLINE_REASON_MAX - 1);
    assert_int_equal(strspn(reasons.list[0], "x"), DECLINE_REASON_MAX - 1);
    assert_int_equal(rig_rep(&rig, "ada").decline_count, 0);
    rig_close(&rig);
}

/* Until the n-th offer comes, which is to be declined. */
static void expect_pause(struct desk_rig *rig, uint64_t session, struct desk_id lead, uint32_t offer_number, uint64_t pause_ms)
{
    assert_int_equal(rig_decline(rig, session, lead, offer_number), CORE_ACCEPTED);
    rig_pass(rig, pause_ms - 1);
    assert_int_equal(rig_state(rig, lead), LEAD_WAITING);
    rig_pass(rig, 1);
    assert_int_equal(rig_state(rig, lead), LEAD_OFFERED);
}

static void each_refusal_of_a_lead_lasts_longer_up_to_the_most(void **state)
{
    struct desk_rig rig;
    const char *const reps[] = {"ada"};
    (void)state;
    rig_open(&rig, rules_of(reps, 1), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    expect_pause(&rig, ada, lead, 1, FIRST_MS);
    expect_pause(&rig, ada, lead, 2, 3 * FIRST_MS);
    expect_pause(&rig, ada, lead, 3, 5 * FIRST_MS);
    expect_pause(&rig, ada, lead, 4, 5 * FIRST_MS);
    struct desk_id other = rig_publish(&rig, "b");       /* another lead begins anew */
    expect_pause(&rig, ada, other, 1, FIRST_MS);
    rig_close(&rig);
}

static void a_released_lead_begins_with_the_first_pause(void **state)
{
    struct desk_rig rig;
    const char *const reps[] = {"ada"};
    struct core_config *config = rules_of(reps, 1);
    (void)state;
    config->offers_max = 2;
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    expect_pause(&rig, ada, lead, 1, FIRST_MS);
    rig_decline(&rig, ada, lead, 2);
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    assert_int_equal(rig_act(&rig, lead, ACT_RELEASE), CORE_ACCEPTED);
    expect_pause(&rig, ada, lead, 3, FIRST_MS);
    rig_close(&rig);
}

/* Ada's pause ended while bob had it; cleo never refused, is free, and would come after ada by the policy. */
static void who_declined_comes_behind_all_who_did_not(void **state)
{
    struct desk_rig rig;
    const char *const reps[] = {"ada", "bob", "cleo"};
    (void)state;
    rig_open(&rig, rules_of(reps, 3), NULL);
    uint64_t ada = rig_log_on(&rig, "ada"), bob = rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_decline(&rig, ada, lead, 1);
    rig_pass(&rig, FIRST_MS + 1);
    (void)rig_log_on(&rig, "cleo");
    rig_decline(&rig, bob, lead, 2);
    assert_string_equal(rig_owner(&rig, lead), "cleo");
    rig_close(&rig);
}

static void counts_reasons_and_pauses_live_through_a_restart(void **state)
{
    struct desk_rig rig;
    const char *const reps[] = {"ada"};
    struct core_config *config = rules_of(reps, 1);
    (void)state;
    add_reasons(config);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(decline(&rig, ada, lead, 1, "no_time"), CORE_ACCEPTED);
    rig_pass(&rig, FIRST_MS);
    assert_int_equal(rig_state(&rig, lead), LEAD_OFFERED);
    rig_restart(&rig);
    assert_string_equal(reasons_of(&rig, lead).list[0], "no_time");
    assert_int_equal(rig_rep(&rig, "ada").declines[0].count, 1);
    ada = rig_log_on(&rig, "ada");
    assert_int_equal(decline(&rig, ada, lead, 2, "language"), CORE_ACCEPTED);
    rig_pass(&rig, 3 * FIRST_MS - 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_OFFERED);
    rig_close(&rig);
}

static void rules_without_a_reason_forget_its_count(void **state)
{
    struct desk_rig rig;
    const char *const reps[] = {"ada"};
    struct core_config *config = rules_of(reps, 1);
    (void)state;
    add_reasons(config);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    decline(&rig, ada, rig_publish(&rig, "a"), 1, "no_time");
    decline(&rig, ada, rig_publish(&rig, "b"), 1, "language");
    config = rules_of(reps, 1);
    assert_int_equal(core_config_add_decline_reason(config, "language"), LW_OK);
    assert_int_equal(rig_apply(&rig, config), CORE_ACCEPTED);
    assert_int_equal(rig_rep(&rig, "ada").decline_count, 1);
    assert_string_equal(rig_rep(&rig, "ada").declines[0].reason, "language");
    struct core *again = rig_restore(&rig, rig.record_count, &(struct core_callbacks){0});
    assert_non_null(again);
    core_free(rig_swap(&rig, again));
    assert_int_equal(rig_rep(&rig, "ada").decline_count, 1);
    assert_string_equal(rig_rep(&rig, "ada").declines[0].reason, "language");
    rig_close(&rig);
}

static void assert_refused(const struct core_config *config, const char *said)
{
    char reason[200];
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
    assert_string_equal(reason, said);
}

static void rules_that_make_no_sense_are_refused(void **state)
{
    const char *const reps[] = {"ada"};
    struct core_config *config = rules_of(reps, 1);
    char reason[200];
    (void)state;
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_OK);
    config->refusals.retry_factor = 0;
    assert_refused(config, "the factor of retry_same_rep must be 1 to 10");
    config->refusals.retry_factor = CONFIG_RETRY_FACTOR_MAX + 1;
    assert_refused(config, "the factor of retry_same_rep must be 1 to 10");
    config->refusals.retry_factor = 2;
    config->refusals.retry_max_ms = FIRST_MS - 1;
    assert_refused(config, "the longest pause of retry_same_rep must be at least the first, and at most 7 days");
    config->refusals.retry_max_ms = FIRST_MS;
    assert_int_equal(core_config_add_decline_reason(config, ""), LW_OK);
    assert_refused(config, "decline reason 1 must have 1 to 128 bytes");
    core_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reason_of_the_table_is_kept_told_and_counted),
        cmocka_unit_test(a_reason_that_the_desk_does_not_have_is_refused_and_the_offer_stays),
        cmocka_unit_test(without_a_table_any_text_is_kept_cut_and_not_told),
        cmocka_unit_test(each_refusal_of_a_lead_lasts_longer_up_to_the_most),
        cmocka_unit_test(a_released_lead_begins_with_the_first_pause),
        cmocka_unit_test(who_declined_comes_behind_all_who_did_not),
        cmocka_unit_test(counts_reasons_and_pauses_live_through_a_restart),
        cmocka_unit_test(rules_without_a_reason_forget_its_count),
        cmocka_unit_test(rules_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
