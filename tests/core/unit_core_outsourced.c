/* SPDX-License-Identifier: Apache-2.0
 *
 * Outsourced teams: who is asked only where named, and sees whom a lead is about once it is accepted.
 */
#include <stdlib.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size) { (void)context; (void)kind; (void)bytes; (void)size; }
static void ignore_effect(void *context, const struct core_effect *effect) { (void)context; (void)effect; }
static const struct core_callbacks ignore_all = {NULL, ignore_record, ignore_effect};

/* The rule is for the team inside, and after a minute for the team agency, which is outsourced and where bob is. */
static struct core_config *rules_with_agency(void)
{
    struct core_config *config = rig_rules();
    struct config_relax_step *step;
    struct config_team *agency;
    struct config_rep *rep;
    assert_int_equal(core_config_add_team(config, "agency", &agency), LW_OK);
    agency->outsourced = true;
    assert_int_equal(core_config_add_rep(config, "ada", "inside", 1, NULL, &rep), LW_OK);
    assert_int_equal(core_config_add_rep(config, "bob", "agency", 3, NULL, &rep), LW_OK);
    assert_int_equal(core_config_rule_team(&config->rules[0], "inside"), LW_OK);
    assert_int_equal(core_config_rule_relax(&config->rules[0], 60000, &step), LW_OK);
    assert_int_equal(core_config_relax_team(step, "agency"), LW_OK);
    return config;
}

static void a_rule_without_teams_is_for_ones_own(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_with_agency();
    (void)state;
    free(config->rules[0].relax[0].teams[0]);
    config->rules[0].relax_count = 0;
    free(config->rules[0].teams[0]);
    config->rules[0].team_count = 0;
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_log_on(&rig, "ada");
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_close(&rig);
}

static void the_team_joins_by_relaxation_and_sees_all_once_it_accepts(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules_with_agency(), NULL);
    uint64_t bob = rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, 60000);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_true(rig_told(&rig, EFFECT_OFFER, bob, 0)->hides_person);
    rig_lose(&rig, bob);
    bob = rig_log_on(&rig, "bob");
    assert_true(rig_told(&rig, EFFECT_OFFER, bob, 0)->hides_person);   /* nor after a new log-on */
    assert_int_equal(rig_accept(&rig, bob, lead, 1), CORE_ACCEPTED);
    const struct core_effect *holding = rig_told(&rig, EFFECT_HOLDING, bob, 0);
    assert_false(holding->hides_person);
    assert_int_equal(holding->payload_size, 1);
    rig_close(&rig);
}

/* Notes are of people: they come with the rest of it. */
static void the_team_sees_a_note_once_it_accepts(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules_with_agency(), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_accept(&rig, ada, lead, 1);
    uint64_t bob = rig_log_on(&rig, "bob");
    struct core_command hand_on = {.kind = COMMAND_TRANSFER, .session = ada,
                                   .transfer = {.lead = lead, .offer_number = 1, .rep = {"bob", 3}, .note = {"ask for Carla", 13}}};
    assert_int_equal(rig_step(&rig, &hand_on), CORE_ACCEPTED);
    assert_string_equal(rig_told(&rig, EFFECT_OFFER, bob, 0)->note, "");
    assert_int_equal(rig_accept(&rig, bob, lead, 2), CORE_ACCEPTED);
    assert_string_equal(rig_told(&rig, EFFECT_HOLDING, bob, 0)->note, "ask for Carla");
    rig_close(&rig);
}

/* Steps that make no difference for teams of one's own do for one that is outsourced. */
static void the_team_joins_a_rule_that_is_for_all_of_ones_own(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_with_agency();
    (void)state;
    free(config->rules[0].teams[0]);
    config->rules[0].team_count = 0;
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "bob");
    struct desk_id first = rig_publish(&rig, "a"), second = rig_publish(&rig, "b");
    rig_pass(&rig, 60000);
    assert_string_equal(rig_owner(&rig, first), "bob");
    assert_string_equal(rig_owner(&rig, second), "bob");
    rig_log_on(&rig, "ada");   /* and one's own may still */
    assert_int_equal(rig_state(&rig, rig_publish(&rig, "c")), LEAD_OFFERED);
    rig_close(&rig);
}

/* What a restored core decides is what the one that goes on does. */
static void a_restart_knows_that_ones_own_may_too(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_with_agency();
    (void)state;
    free(config->rules[0].teams[0]);
    config->rules[0].team_count = 0;
    rig_open(&rig, config, NULL);
    struct desk_id lead = rig_publish(&rig, "a");
    rig_pass(&rig, 60000);
    struct core *twin = rig_restore(&rig, rig.record_count, &ignore_all);
    assert_non_null(twin);
    assert_int_equal(core_state_hash(twin), core_state_hash(rig.core));
    core_free(rig_swap(&rig, twin));
    core_set_epoch(rig.core, rig.epoch + 1);
    rig_resume_service(&rig);
    rig_log_on(&rig, "ada");
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_close(&rig);
}

static void dropping_the_teams_keeps_an_outsourced_one_that_was_named(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_with_agency();
    struct config_relax_step *step;
    (void)state;
    struct config_rep *rep;
    assert_int_equal(core_config_add_rep(config, "cid", "outside", 1, NULL, &rep), LW_OK);
    assert_int_equal(core_config_rule_relax(&config->rules[0], 90000, &step), LW_OK);
    step->drop_teams = true;
    rig_open(&rig, config, NULL);
    struct desk_id first = rig_publish(&rig, "a"), second = rig_publish(&rig, "b");
    rig_pass(&rig, 90000);
    rig_log_on(&rig, "cid");
    assert_string_equal(rig_owner(&rig, first), "cid");
    rig_log_on(&rig, "bob");
    assert_string_equal(rig_owner(&rig, second), "bob");
    rig_close(&rig);
}

static void steps_that_lead_nowhere_are_told(void **state)
{
    struct core_config *config = rules_with_agency();
    struct config_relax_step *step;
    uint32_t at;
    (void)state;
    assert_int_equal(core_config_rule_relax(&config->rules[0], 90000, &step), LW_OK);
    step->drop_teams = true;
    assert_int_equal(core_config_relax_team(step, "agency"), LW_OK);
    assert_string_equal(config_relax_problem(config, &config->rules[0], &at), "drops the teams and adds one");
    assert_int_equal(at, 1);
    config->teams[0].outsourced = false;
    step->team_count = 0;
    free(step->teams[0]);
    assert_null(config_relax_problem(config, &config->rules[0], &at));
    core_config_free(config);
}

/* Who is one's own from now on is told again what they are offered, whole. */
static void an_offer_is_shown_when_the_team_is_outsourced_no_more(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules_with_agency(), NULL);
    uint64_t bob = rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_pass(&rig, 60000);
    struct core_config *later = rules_with_agency();
    later->teams[0].outsourced = false;
    assert_int_equal(rig_apply(&rig, later), CORE_ACCEPTED);
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, bob, 0);   /* the last */
    assert_true(offer->resumed);
    assert_false(offer->hides_person);
    assert_int_equal(rig_accept(&rig, bob, lead, 1), CORE_ACCEPTED);
    rig_close(&rig);
}

static void an_own_rep_sees_all_at_once(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules_with_agency(), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    assert_false(rig_told(&rig, EFFECT_OFFER, ada, 0)->hides_person);
    assert_int_equal(rig_accept(&rig, ada, lead, 1), CORE_ACCEPTED);
    assert_int_equal(rig_told(&rig, EFFECT_HOLDING, ada, 0)->payload_size, 0);   /* they have it from the offer */
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_without_teams_is_for_ones_own),
        cmocka_unit_test(the_team_sees_a_note_once_it_accepts),
        cmocka_unit_test(the_team_joins_by_relaxation_and_sees_all_once_it_accepts),
        cmocka_unit_test(the_team_joins_a_rule_that_is_for_all_of_ones_own),
        cmocka_unit_test(a_restart_knows_that_ones_own_may_too),
        cmocka_unit_test(dropping_the_teams_keeps_an_outsourced_one_that_was_named),
        cmocka_unit_test(steps_that_lead_nowhere_are_told),
        cmocka_unit_test(an_offer_is_shown_when_the_team_is_outsourced_no_more),
        cmocka_unit_test(an_own_rep_sees_all_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
