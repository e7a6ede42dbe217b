/* SPDX-License-Identifier: Apache-2.0
 *
 * Leads that wait ask for less.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void ignore_effect(void *context, const struct core_effect *effect)
{
    (void)context, (void)effect;
}

static const struct core_callbacks ignore_all = {NULL, ignore_record, ignore_effect};

static struct config_relax_step *step_of(struct config_rule *rule, uint32_t after_ms)
{
    struct config_relax_step *step;
    assert_int_equal(core_config_rule_relax(rule, after_ms, &step), LW_OK);
    return step;
}

/* The rule asks for german 8 and the team inside; after 30 s for german 4, after 60 s for any team, after 90 s for nothing. */
static struct core_config *patient_rules(void)
{
    struct core_config *config = rig_rules();
    struct config_rule *rule = &config->rules[0];
    config->channels[LW_CHANNEL_WEB].offer_timeout_ms = 3600000;
    assert_int_equal(core_config_rule_require(config, rule, "german", 8), LW_OK);
    assert_int_equal(core_config_rule_team(rule, "inside"), LW_OK);
    assert_int_equal(core_config_relax_skill(config, step_of(rule, 30000), "german", 4), LW_OK);
    assert_int_equal(core_config_relax_team(step_of(rule, 60000), "far"), LW_OK);
    assert_int_equal(core_config_relax_skill(config, step_of(rule, 90000), "german", 0), LW_OK);
    return config;
}

static void add(struct core_config *config, const char *name, const char *team, uint32_t german)
{
    struct config_rep *rep;
    assert_int_equal(core_config_add_rep(config, name, team, 1, NULL, &rep), LW_OK);
    if (german > 0)
        assert_int_equal(core_config_rep_skill(config, rep, "german", german), LW_OK);
}

static void each_step_opens_the_lead_to_more_reps_at_its_moment(void **state)
{
    struct desk_rig rig;
    struct core_config *config = patient_rules();
    (void)state;
    add(config, "ada", "inside", 5);
    add(config, "bob", "far", 9);
    add(config, "cleo", "far", 0);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    rig_log_on(&rig, "cleo");
    struct desk_id first = rig_publish(&rig, "a"), second = rig_publish(&rig, "b"), third = rig_publish(&rig, "c");
    rig_pass(&rig, 29999);
    assert_int_equal(rig_state(&rig, first), LEAD_WAITING);
    rig_pass(&rig, 1);
    assert_string_equal(rig_owner(&rig, first), "ada");
    rig_pass(&rig, 29999);
    assert_int_equal(rig_state(&rig, second), LEAD_WAITING);
    rig_pass(&rig, 1);
    assert_string_equal(rig_owner(&rig, second), "bob");
    rig_pass(&rig, 30000);
    assert_string_equal(rig_owner(&rig, third), "cleo");
    rig_close(&rig);
}

static void a_step_that_comes_due_while_it_is_offered_is_taken_when_it_comes_back(void **state)
{
    struct desk_rig rig;
    struct core_config *config = patient_rules();
    (void)state;
    add(config, "ada", "inside", 9);
    add(config, "bob", "far", 9);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish(&rig, "a");
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_pass(&rig, 65000);
    assert_int_equal(rig_decline(&rig, ada, lead, 1), CORE_ACCEPTED);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    rig_close(&rig);
}

static void a_restart_forgets_no_step(void **state)
{
    (void)state;
    for (uint64_t before_ms = 0; before_ms <= 60000; before_ms += 30000) {
        struct desk_rig rig;
        struct core_config *config = patient_rules();
        add(config, "bob", "far", 4);
        rig_open(&rig, config, NULL);
        struct desk_id lead = rig_publish(&rig, "a");
        rig_pass(&rig, before_ms);
        struct core *twin = rig_restore(&rig, rig.record_count, &ignore_all);
        assert_non_null(twin);
        assert_int_equal(core_state_hash(twin), core_state_hash(rig.core));
        core_free(rig_swap(&rig, twin));
        core_set_epoch(rig.core, rig.epoch + 1);
        rig_resume_service(&rig);
        rig_log_on(&rig, "bob");
        rig_pass(&rig, 60000 - before_ms);
        assert_string_equal(rig_owner(&rig, lead), "bob");
        rig_close(&rig);
    }
}

/* What a step does is said by the rules in force when it comes; rules without it end the relaxation: bob could, and is not there. */
static void new_rules_count_from_the_next_step(void **state)
{
    struct desk_rig rig;
    struct core_config *config = patient_rules(), *later = rig_rules();
    (void)state;
    add(config, "ada", "inside", 5);
    add(later, "ada", "inside", 5);
    add(later, "bob", "inside", 8);
    assert_int_equal(core_config_rule_require(later, &later->rules[0], "german", 8), LW_OK);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_pass(&rig, 20000);
    rig_apply(&rig, later);
    rig_pass(&rig, 3600000);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_close(&rig);
}

struct heard { bool complete[8]; uint32_t count; char because[200]; };

static void hear_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *names, const uint8_t *levels,
                      uint32_t count, const char *because)
{
    struct heard *heard = context;
    (void)lead, (void)rule, (void)names, (void)levels, (void)count;
    snprintf(heard->because, sizeof heard->because, "%s", because);
}

static void hear_decision(void *context, const struct core_decision_view *decision)
{
    struct heard *heard = context;
    heard->complete[heard->count++] = decision->complete;
}

static void hear_candidate(void *context, const struct core_candidate *candidate)
{
    (void)context, (void)candidate;
}

/* Who could have taken it under the needs of before is not told from those of now. */
static void decisions_before_a_step_are_told_without_candidates(void **state)
{
    struct heard heard = {.count = 0};
    struct desk_rig rig;
    struct core_config *config = patient_rules();
    (void)state;
    config->retry_same_rep_ms = 1000;
    add(config, "ada", "inside", 9);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_pass(&rig, 40000);
    rig_decline(&rig, ada, lead, 1);
    rig_pass(&rig, 1000);
    rig_decline(&rig, ada, lead, 2);
    rig_set_state(&rig, ada, REP_BREAK);
    assert_true(core_explain(rig.core, lead, &(struct core_explain_visitor){&heard, hear_lead, hear_decision, hear_candidate}));
    assert_int_equal(heard.count, 2);
    assert_false(heard.complete[0]);
    assert_true(heard.complete[1]);
    assert_non_null(strstr(heard.because, "; relaxed 1 times"));
    rig_close(&rig);
}

static void steps_that_lead_nowhere_are_refused(void **state)
{
    static const char *const problems[] = {
        "rule 'all': step 1 of its relaxation changes nothing",
        "rule 'all': step 1 of its relaxation drops the language, which is not asked for",
        "rule 'all': step 1 of its relaxation drops or lowers a skill that is not asked for",
        "rule 'all': step 1 of its relaxation does not lower the level that is asked for",
        "rule 'all': step 1 of its relaxation adds a team that may take it already",
        "rule 'all': step 2 of its relaxation does not come later than what is before it",
        "rule 'all': step 2 of its relaxation adds a team, but any team may take it",
    };
    (void)state;
    for (uint32_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        char reason[256];
        struct core_config *config = rig_rules();
        struct config_rule *rule = &config->rules[0];
        add(config, "ada", "inside", 9);
        assert_int_equal(core_config_rule_require(config, rule, "german", 8), LW_OK);
        assert_int_equal(core_config_rule_team(rule, "inside"), LW_OK);
        struct config_relax_step *step = step_of(rule, 1000);
        step->drop_language = i == 1;
        step->drop_teams = i >= 5;
        if (i == 2 || i == 3)
            assert_int_equal(core_config_relax_skill(config, step, i == 2 ? "italian" : "german", i == 2 ? 0 : 8), LW_OK);
        if (i == 4)
            assert_int_equal(core_config_relax_team(step, "inside"), LW_OK);
        if (i >= 5)
            assert_int_equal(core_config_relax_team(step_of(rule, i == 5 ? 1000 : 2000), "far"), LW_OK);
        assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
        assert_string_equal(reason, problems[i]);
        core_config_free(config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_opens_the_lead_to_more_reps_at_its_moment),
        cmocka_unit_test(a_step_that_comes_due_while_it_is_offered_is_taken_when_it_comes_back),
        cmocka_unit_test(a_restart_forgets_no_step),
        cmocka_unit_test(new_rules_count_from_the_next_step),
        cmocka_unit_test(decisions_before_a_step_are_told_without_candidates),
        cmocka_unit_test(steps_that_lead_nowhere_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
