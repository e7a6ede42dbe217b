/* SPDX-License-Identifier: Apache-2.0
 *
 * Leads that nobody on the roster could ever take.
 */
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

static struct core_config *rules_asking(uint32_t german)
{
    struct core_config *config = rig_rules();
    rig_add_rep(config, "ada", 2, NULL, "german", 5);
    assert_int_equal(core_config_rule_require(config, &config->rules[0], "german", german), LW_OK);
    return config;
}

static void who_asks_for_what_nobody_has_is_parked_at_once_and_says_why(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules_asking(6), NULL);
    rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    struct core_effect row = rig_row(&rig, lead);
    assert_int_equal(row.to, LEAD_PARKED);
    assert_int_equal(row.cause, CAUSE_UNROUTABLE);
    assert_string_equal(core_cause_word(row.cause), "unroutable");
    rig_close(&rig);
}

static void new_rules_that_have_somebody_release_it_and_others_park_what_waits(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules_asking(6), NULL);
    struct desk_id lead = rig_publish(&rig, "a");
    struct core_config *better = rules_asking(6);
    rig_add_rep(better, "bob", 1, NULL, "german", 9);
    assert_int_equal(rig_apply(&rig, better), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    assert_int_equal(rig_apply(&rig, rules_asking(6)), CORE_ACCEPTED);   /* bob is gone */
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    struct core_config *again = rules_asking(6);
    rig_add_rep(again, "bob", 1, NULL, "german", 9);
    assert_int_equal(rig_apply(&rig, again), CORE_ACCEPTED);
    rig_log_on(&rig, "bob");
    assert_string_equal(rig_owner(&rig, lead), "bob");
    rig_close(&rig);
}

static void a_step_of_relaxation_that_somebody_will_meet_is_waited_for(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_asking(9);
    struct config_relax_step *step;
    (void)state;
    assert_int_equal(core_config_rule_relax(&config->rules[0], 1000, &step), LW_OK);
    assert_int_equal(core_config_relax_skill(config, step, "german", 7), LW_OK);
    assert_int_equal(core_config_rule_relax(&config->rules[0], 2000, &step), LW_OK);
    assert_int_equal(core_config_relax_skill(config, step, "german", 5), LW_OK);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, 2000);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_close(&rig);
}

static void a_weight_above_the_capacity_of_all_who_could_is_as_hopeless(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_asking(5);
    (void)state;
    rig_add_rep(config, "bob", 4, NULL, NULL, 0);
    config->channels[LW_CHANNEL_WEB].weight = 3;
    rig_open(&rig, config, NULL);
    assert_int_equal(rig_row(&rig, rig_publish(&rig, "a")).cause, CAUSE_UNROUTABLE);
    rig_close(&rig);
}

static void a_manager_who_releases_it_gets_it_back_parked(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules_asking(6), NULL);
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(rig_act(&rig, lead, ACT_RELEASE), CORE_ACCEPTED);
    assert_int_equal(rig_row(&rig, lead).cause, CAUSE_UNROUTABLE);
    rig_close(&rig);
}

static void a_restarted_broker_still_knows_why_it_is_parked(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules_asking(6), NULL);
    struct desk_id lead = rig_publish(&rig, "a");
    struct core *twin = rig_restore(&rig, rig.record_count, &(struct core_callbacks){0});
    assert_non_null(twin);
    assert_int_equal(core_state_hash(twin), core_state_hash(rig.core));
    core_free(rig_swap(&rig, twin));
    core_set_epoch(twin, 2);
    struct core_config *better = rules_asking(5);
    assert_int_equal(rig_apply(&rig, better), CORE_ACCEPTED);
    assert_int_equal(rig_row(&rig, lead).cause, CAUSE_UNROUTABLE);   /* it keeps what its rule gave it */
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_asks_for_what_nobody_has_is_parked_at_once_and_says_why),
        cmocka_unit_test(new_rules_that_have_somebody_release_it_and_others_park_what_waits),
        cmocka_unit_test(a_step_of_relaxation_that_somebody_will_meet_is_waited_for),
        cmocka_unit_test(a_weight_above_the_capacity_of_all_who_could_is_as_hopeless),
        cmocka_unit_test(a_manager_who_releases_it_gets_it_back_parked),
        cmocka_unit_test(a_restarted_broker_still_knows_why_it_is_parked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
