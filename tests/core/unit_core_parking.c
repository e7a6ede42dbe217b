/* SPDX-License-Identifier: Apache-2.0
 *
 * A parked lead has a deadline: managers are told of it once more, and then it expires.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { NUDGE_MS = 60000, PARK_MS = 100000 };

/* Ada cannot take what is asked for, if it is asked at that level. */
static struct core_config *rules_asking(uint32_t german)
{
    struct core_config *config = rig_rules();
    config->park_limit_ms = PARK_MS;
    config->park_nudge_ms = NUDGE_MS;
    rig_add_rep(config, "ada", 2, NULL, "german", 5);
    assert_int_equal(core_config_rule_require(config, &config->rules[0], "german", german), LW_OK);
    return config;
}

static struct desk_id open_parked(struct desk_rig *rig, struct core_config *config)
{
    rig_open(rig, config, NULL);
    struct desk_id lead = rig_publish(rig, "a");
    assert_int_equal(rig_state(rig, lead), LEAD_PARKED);
    return lead;
}

static void restart(struct desk_rig *rig)
{
    struct core *restored = rig_restore(rig, rig->record_count, &(struct core_callbacks){0});
    assert_non_null(restored);
    core_free(rig_swap(rig, restored));
    core_set_epoch(rig->core, ++rig->epoch);
    rig_resume_service(rig);
}

/* Since the step began. */
static uint32_t told_again(const struct desk_rig *rig)
{
    uint32_t count = 0;
    const struct core_effect *event;
    for (uint32_t i = 0; (event = rig_told(rig, EFFECT_LEAD_EVENT, 0, i)) != NULL; i++)
        count += event->cause == CAUSE_STILL_PARKED;
    return count;
}

static void hear_because(void *context, const struct core_effect *lead, const char *rule, const char *const *names, const uint8_t *levels,
                         uint32_t require_count, const char *because)
{
    (void)lead, (void)rule, (void)names, (void)levels, (void)require_count;
    snprintf(context, 200, "%s", because);
}

static void hear_no_decision(void *context, const struct core_decision_view *decision)
{
    (void)context, (void)decision;
}

static void assert_because(struct desk_rig *rig, struct desk_id lead, const char *because)
{
    char heard[200];
    assert_true(core_explain(rig->core, lead, &(struct core_explain_visitor){heard, hear_because, hear_no_decision, NULL}));
    assert_string_equal(heard, because);
}

static void managers_are_told_once_more_and_then_it_expires(void **state)
{
    struct desk_rig rig;
    (void)state;
    struct desk_id lead = open_parked(&rig, rules_asking(6));
    const uint64_t parked_ms = rig.now_ms;
    assert_because(&rig, lead, "parked: unroutable; no rep of the rules could ever take it");
    rig_pass(&rig, NUDGE_MS - 1);
    assert_int_equal(told_again(&rig), 0);
    rig_pass(&rig, 1);
    assert_int_equal(told_again(&rig), 1);
    const struct core_effect *event = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0);
    assert_string_equal(core_cause_word(event->cause), "still_parked");
    assert_int_equal(event->from, LEAD_PARKED);
    assert_int_equal(event->to, LEAD_PARKED);
    assert_int_equal(event->deadline_ms, parked_ms + PARK_MS);
    assert_int_equal(rig_row(&rig, lead).cause, CAUSE_UNROUTABLE);   /* why it is parked stays */
    assert_because(&rig, lead, "parked: unroutable; no rep of the rules could ever take it; still_parked: managers were told again");
    rig_pass(&rig, PARK_MS - NUDGE_MS - 1);
    assert_int_equal(rig.told_count, 0);
    rig_pass(&rig, 1);
    event = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0);
    assert_int_equal(event->to, LEAD_EXPIRED);
    assert_int_equal(event->cause, CAUSE_PARK_LIMIT);
    assert_int_equal(rig_state(&rig, lead), LEAD_NONE);
    rig_close(&rig);
}

static void a_restart_tells_what_was_not_told_and_nothing_twice(void **state)
{
    struct desk_rig rig;
    (void)state;
    struct desk_id lead = open_parked(&rig, rules_asking(6));
    rig_pass(&rig, NUDGE_MS - 10);
    restart(&rig);
    assert_int_equal(told_again(&rig), 0);
    rig_pass(&rig, 10);
    assert_int_equal(told_again(&rig), 1);
    restart(&rig);
    assert_int_equal(told_again(&rig), 0);
    assert_because(&rig, lead, "parked: unroutable; no rep of the rules could ever take it; still_parked: managers were told again");
    rig_pass(&rig, PARK_MS - NUDGE_MS - 1);
    assert_int_equal(rig.told_count, 0);
    rig_pass(&rig, 1);
    assert_int_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0)->to, LEAD_EXPIRED);
    rig_close(&rig);
}

static void what_expires_was_told_of_however_long_the_outage(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_parked(&rig, rules_asking(6));
    rig.now_ms += 10 * PARK_MS;
    restart(&rig);
    assert_int_equal(told_again(&rig), 1);
    assert_int_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0)->cause, CAUSE_STILL_PARKED);
    assert_int_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 1)->to, LEAD_EXPIRED);
    rig_close(&rig);
}

static void rules_that_have_somebody_release_it_also_then(void **state)
{
    struct desk_rig rig;
    (void)state;
    struct desk_id lead = open_parked(&rig, rules_asking(6));
    rig_pass(&rig, NUDGE_MS);
    struct core_config *better = rules_asking(6);
    rig_add_rep(better, "bob", 1, NULL, "german", 9);
    assert_int_equal(rig_apply(&rig, better), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, PARK_MS);
    assert_int_equal(told_again(&rig), 0);
    assert_int_equal(rig_apply(&rig, rules_asking(6)), CORE_ACCEPTED);   /* parked again: told again */
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    rig_pass(&rig, NUDGE_MS);
    assert_int_equal(told_again(&rig), 1);
    rig_close(&rig);
}

static void a_released_lead_is_not_told_of(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_asking(5);
    (void)state;
    config->channels[LW_CHANNEL_WEB].wait_limit_ms = 1000;
    rig_open(&rig, config, NULL);
    struct desk_id lead = rig_publish(&rig, "a");
    rig_pass(&rig, 1000);
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    rig_pass(&rig, NUDGE_MS - 1);
    assert_int_equal(rig_act(&rig, lead, ACT_RELEASE), CORE_ACCEPTED);
    rig_pass(&rig, 999);
    assert_int_equal(told_again(&rig), 0);
    rig_pass(&rig, 1 + NUDGE_MS - 1);   /* parked once more, and the whole time begins again */
    assert_int_equal(told_again(&rig), 0);
    rig_pass(&rig, 1);
    assert_int_equal(told_again(&rig), 1);
    rig_close(&rig);
}

static void what_is_merged_into_it_changes_no_time(void **state)
{
    struct desk_rig rig;
    struct core_command merge = {.kind = COMMAND_ACT, .session = MANAGER, .act = {.act = ACT_MERGE, .by = {"boss", 4}, .reason = {"one family", 10}}};
    (void)state;
    struct desk_id lead = open_parked(&rig, rules_asking(6));
    merge.act.into = lead;
    rig_pass(&rig, NUDGE_MS / 2);
    merge.act.lead = rig_publish(&rig, "b");
    assert_int_equal(rig_step(&rig, &merge), CORE_ACCEPTED);
    rig_pass(&rig, NUDGE_MS / 2);
    assert_int_equal(told_again(&rig), 1);
    merge.act.lead = rig_publish(&rig, "c");
    assert_int_equal(rig_step(&rig, &merge), CORE_ACCEPTED);
    rig_pass(&rig, PARK_MS - NUDGE_MS - 1);
    assert_int_equal(rig.told_count, 0);   /* of neither: what was merged is told of no more */
    rig_pass(&rig, 1);
    assert_int_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0)->to, LEAD_EXPIRED);
    rig_close(&rig);
}

static void a_desk_may_not_want_it(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_asking(6);
    (void)state;
    config->park_nudge_ms = 0;
    struct desk_id lead = open_parked(&rig, config);
    rig_pass(&rig, PARK_MS - 1);
    assert_int_equal(rig.told_count, 0);
    assert_because(&rig, lead, "parked: unroutable; no rep of the rules could ever take it");
    rig_pass(&rig, 1);
    assert_int_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0)->to, LEAD_EXPIRED);
    rig_close(&rig);
}

/* It is the last of the rules' record. */
static void rules_of_a_version_that_did_not_know_it_have_half_of_the_time(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_asking(6);
    (void)state;
    config->park_nudge_ms = 0;
    rig_open(&rig, config, NULL);
    for (uint32_t i = 0; i < rig.record_count; i++)
        rig.records[i].size -= rig.records[i].kind == RECORD_CONFIG;
    restart(&rig);
    rig_publish(&rig, "a");
    rig_pass(&rig, PARK_MS / 2 - 1);
    assert_int_equal(told_again(&rig), 0);
    rig_pass(&rig, 1);
    assert_int_equal(told_again(&rig), 1);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(managers_are_told_once_more_and_then_it_expires),
        cmocka_unit_test(a_restart_tells_what_was_not_told_and_nothing_twice),
        cmocka_unit_test(what_expires_was_told_of_however_long_the_outage),
        cmocka_unit_test(rules_that_have_somebody_release_it_also_then),
        cmocka_unit_test(a_released_lead_is_not_told_of),
        cmocka_unit_test(what_is_merged_into_it_changes_no_time),
        cmocka_unit_test(a_desk_may_not_want_it),
        cmocka_unit_test(rules_of_a_version_that_did_not_know_it_have_half_of_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
