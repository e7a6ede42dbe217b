/* SPDX-License-Identifier: Apache-2.0
 *
 * Each queue by its own policy.
 */
#include <stdio.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

static void set_policy(struct core_config *config, const char *queue, const char *policy)
{
    struct config_queue *added;
    assert_int_equal(core_config_add_queue(config, queue, policy, &added), LW_OK);
}

static struct desk_id publish_in(struct desk_rig *rig, const char *id, const char *language)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .fields = {{"language", language}}});
}

static const char *why_of(const struct desk_rig *rig)
{
    const struct core_effect *offer = rig_told(rig, EFFECT_OFFER, 0, 0);
    return offer ? offer->why : "";
}

static void longest_idle_looks_at_no_load(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    set_policy(config, "sales", "longest_idle");
    rig_add_rep(config, "ada", 3, NULL, NULL, 0);
    rig_add_rep(config, "bob", 3, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_pass(&rig, 5000);
    rig_log_on(&rig, "bob");
    struct desk_id a = rig_publish(&rig, "a"), b = rig_publish(&rig, "b");
    assert_string_equal(rig_owner(&rig, a), "ada");
    assert_string_equal(rig_owner(&rig, b), "ada");
    assert_string_equal(why_of(&rig), "idle 5 s; 2 could take it");
    rig_close(&rig);
}

static void most_skilled_adds_up_what_is_required(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    set_policy(config, "it", "most_skilled");
    rig_add_rule(config, "it", 0, "language", "it", "italian", 3);
    assert_int_equal(core_config_rule_require(config, &config->rules[0], "sales", 1), LW_OK);
    rig_add_rep(config, "ada", 3, NULL, "italian", 9);
    rig_add_skill(config, "ada", "sales", 1);
    rig_add_rep(config, "bob", 3, NULL, "italian", 5);
    rig_add_skill(config, "bob", "sales", 6);
    rig_add_skill(config, "bob", "german", 10);
    rig_add_rep(config, "cleo", 3, NULL, "italian", 2);   /* below what is required */
    rig_add_skill(config, "cleo", "sales", 10);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    rig_log_on(&rig, "cleo");
    for (int i = 0; i < 3; i++) {
        char id[2] = {(char)('a' + i), '\0'};
        assert_string_equal(rig_owner(&rig, publish_in(&rig, id, "it")), "bob");   /* 11 of bob's, 10 of ada's */
    }
    assert_string_equal(why_of(&rig), "italian 5 of 3 needed; sales 6 of 1 needed; levels 11; idle 0 s; 2 could take it");
    assert_string_equal(rig_owner(&rig, publish_in(&rig, "d", "it")), "ada");      /* bob is full */
    rig_close(&rig);
}

static void top_down_fills_a_tier_before_the_next(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    assert_int_equal(core_config_set_policy(config, "top_down"), LW_OK);
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_add_rep(config, "bob", 1, NULL, NULL, 0);
    rig_add_rep(config, "cleo", 1, NULL, NULL, 0);
    config->reps[0].tier = 2;
    config->reps[1].tier = 1;
    config->reps[2].tier = 1;
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "cleo");
    rig_pass(&rig, 1000);
    rig_log_on(&rig, "bob");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "a")), "cleo");
    assert_string_equal(why_of(&rig), "tier 1; idle 1 s; 3 could take it");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "b")), "bob");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "c")), "ada");
    rig_close(&rig);
}

static void a_rep_serves_queues_of_different_policies(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    set_policy(config, "it", "longest_idle");
    set_policy(config, "de", "top_down");
    rig_add_rule(config, "it", 0, "language", "it", NULL, 0);
    rig_add_rule(config, "de", 0, "language", "de", NULL, 0);
    rig_add_rep(config, "ada", 5, NULL, NULL, 0);
    rig_add_rep(config, "bob", 5, NULL, NULL, 0);
    config->reps[0].tier = 1;
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_pass(&rig, 1000);
    rig_log_on(&rig, "bob");
    assert_string_equal(rig_owner(&rig, publish_in(&rig, "a", "it")), "ada");   /* idle longer */
    assert_string_equal(rig_owner(&rig, publish_in(&rig, "b", "de")), "bob");   /* lower tier */
    assert_string_equal(rig_owner(&rig, publish_in(&rig, "c", "it")), "ada");
    assert_string_equal(rig_owner(&rig, publish_in(&rig, "d", "de")), "bob");
    assert_string_equal(rig_owner(&rig, publish_in(&rig, "e", "de")), "bob");
    assert_string_equal(rig_owner(&rig, publish_in(&rig, "f", "fr")), "ada");   /* the desk's: 2 of 5 against 3 of 5 */
    rig_close(&rig);
}

static void new_rules_change_the_policy_of_what_waits(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules(), *changed = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 2, NULL, NULL, 0);
    rig_add_rep(config, "bob", 2, NULL, NULL, 0);
    rig_add_rep(changed, "ada", 2, NULL, NULL, 0);
    rig_add_rep(changed, "bob", 2, NULL, NULL, 0);
    changed->reps[0].tier = 1;
    assert_int_equal(core_config_set_policy(changed, "top_down"), LW_OK);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_pass(&rig, 1000);
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "a")), "ada");
    rig_log_on(&rig, "bob");
    assert_int_equal(rig_apply(&rig, changed), CORE_ACCEPTED);
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "b")), "bob");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "c")), "bob");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "d")), "ada");
    rig_close(&rig);
}

struct seen { char keys[2][64], policy[32]; uint32_t count; };

static void see_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *names, const uint8_t *levels,
                     uint32_t count, const char *because)
{
    (void)context, (void)lead, (void)rule, (void)names, (void)levels, (void)count, (void)because;
}

static void see_decision(void *context, const struct core_decision_view *decision)
{
    snprintf(((struct seen *)context)->policy, 32, "%s", decision->policy);
}

static void see_candidate(void *context, const struct core_candidate *candidate)
{
    struct seen *seen = context;
    if (seen->count < 2)
        snprintf(seen->keys[seen->count++], 64, "%s: %s", candidate->rep, candidate->keys);
}

static void explanations_name_the_keys_that_ranked(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    struct seen seen = {.count = 0};
    (void)state;
    set_policy(config, "sales", "top_down");
    rig_add_rep(config, "ada", 2, NULL, NULL, 0);
    rig_add_rep(config, "bob", 2, NULL, NULL, 0);
    config->reps[0].tier = 7;
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    rig_pass(&rig, 3000);
    struct desk_id lead = rig_publish(&rig, "a");
    rig_pass(&rig, 1000);
    assert_true(core_explain(rig.core, lead, &(struct core_explain_visitor){&seen, see_lead, see_decision, see_candidate}));
    assert_string_equal(seen.policy, "top_down");
    assert_string_equal(seen.keys[0], "bob: tier 0; idle 3 s");
    assert_string_equal(seen.keys[1], "ada: tier 7; idle 3 s");
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longest_idle_looks_at_no_load),
        cmocka_unit_test(most_skilled_adds_up_what_is_required),
        cmocka_unit_test(top_down_fills_a_tier_before_the_next),
        cmocka_unit_test(a_rep_serves_queues_of_different_policies),
        cmocka_unit_test(new_rules_change_the_policy_of_what_waits),
        cmocka_unit_test(explanations_name_the_keys_that_ranked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
