/* SPDX-License-Identifier: Apache-2.0
 *
 * Each queue by its own policy.
 */
#include <stdio.h>
#include <string.h>

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
    return offer ? rig_why(offer) : "";
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

/* Whoever has room is found behind any number who have none. */
static void who_has_room_is_found_behind_many_who_have_none(void **state)
{
    static const char *const policies[] = {"longest_idle", "top_down", "round_robin", "weighted"};
    (void)state;
    for (int p = 0; p < 4; p++) {
        struct desk_rig rig;
        struct core_config *config = rig_rules();
        char name[16];
        assert_int_equal(core_config_set_policy(config, policies[p]), LW_OK);
        config->channels[LW_CHANNEL_PHONE].weight = 3;
        for (int i = 0; i < 40; i++) {
            snprintf(name, sizeof name, "rep%02d", i);
            rig_add_rep(config, name, 3, "+39", NULL, 0);
        }
        rig_open(&rig, config, NULL);
        for (int i = 0; i < 40; i++) {
            snprintf(name, sizeof name, "rep%02d", i);
            rig_log_on(&rig, name);
            if (i == 28)
                rig_pass(&rig, 10);
        }
        for (int i = 0; i < 39; i++) {   /* a lead to each but one, whoever it is */
            snprintf(name, sizeof name, "%d-%d", p, i);
            rig_publish_lead(&rig, &(struct rig_lead){.id = name, .channel = LW_CHANNEL_PHONE});
        }
        assert_int_equal(rig_told_count(&rig, EFFECT_OFFER, 0), 1);
        assert_int_equal(rig_state(&rig, rig_publish_lead(&rig, &(struct rig_lead){.id = "last", .channel = LW_CHANNEL_PHONE})), LEAD_OFFERED);
        assert_int_equal(rig_state(&rig, rig_publish(&rig, "none")), LEAD_WAITING);
        rig_close(&rig);
    }
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

static void round_robin_takes_turns_in_each_queue(void **state)
{
    static const char *const order[] = {"ada", "bob", "cleo", "ada"};
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    assert_int_equal(core_config_set_policy(config, "round_robin"), LW_OK);
    rig_add_rule(config, "it", 0, "language", "it", NULL, 0);
    for (int i = 0; i < 3; i++)
        rig_add_rep(config, order[i], 9, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    for (int i = 2; i >= 0; i--)
        rig_log_on(&rig, order[i]);
    for (int i = 0; i < 4; i++) {
        char id[3] = {'a', (char)('0' + i), '\0'};
        assert_string_equal(rig_owner(&rig, rig_publish(&rig, id)), order[i]);
    }
    assert_string_equal(why_of(&rig), "number 1 in turn; 3 could take it");
    assert_string_equal(rig_owner(&rig, publish_in(&rig, "b", "it")), "ada");   /* a turn of its own */
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "c")), "bob");
    rig_close(&rig);
}

static void a_turn_goes_past_who_cannot(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    assert_int_equal(core_config_set_policy(config, "round_robin"), LW_OK);
    rig_add_rep(config, "ada", 9, NULL, NULL, 0);
    rig_add_rep(config, "bob", 1, NULL, NULL, 0);
    rig_add_rep(config, "cleo", 9, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    uint64_t bob = rig_log_on(&rig, "bob");
    rig_log_on(&rig, "cleo");
    rig_publish(&rig, "a");
    struct desk_id second = rig_publish(&rig, "b");
    rig_publish(&rig, "c");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "d")), "ada");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "e")), "cleo");   /* bob is full */
    rig_decline(&rig, bob, second, 1);
    assert_string_equal(rig_owner(&rig, second), "ada");                    /* and declined this one */
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "f")), "bob");
    rig_close(&rig);
}

/* Ada's share is three of bob's one; both are there and free. */
static void open_shares(struct desk_rig *rig, uint64_t *ada, uint64_t *bob)
{
    struct core_config *config = rig_rules();
    assert_int_equal(core_config_set_policy(config, "weighted"), LW_OK);
    assert_int_equal(core_config_add_disposition(config, "fake", 4), LW_OK);
    rig_add_rep(config, "ada", 99, NULL, NULL, 0);
    rig_add_rep(config, "bob", 99, NULL, NULL, 0);
    config->reps[0].share = 30;
    rig_open(rig, config, NULL);
    *ada = rig_log_on(rig, "ada");
    *bob = rig_log_on(rig, "bob");
}

static uint32_t given_to(struct desk_rig *rig, const char *rep, int first, int count)
{
    uint32_t given = 0;
    for (int i = first; i < first + count; i++) {
        char id[16];
        snprintf(id, sizeof id, "n%d", i);
        given += strcmp(rig_owner(rig, rig_publish(rig, id)), rep) == 0;
    }
    return given;
}

static void weighted_gives_by_share(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    (void)state;
    open_shares(&rig, &ada, &bob);
    assert_int_equal(given_to(&rig, "ada", 0, 40), 30);
    rig_publish(&rig, "last");
    assert_string_equal(why_of(&rig), "share 30, owed 0.00; idle 0 s; 2 could take it");
    rig_close(&rig);
}

static void what_is_declined_does_not_count(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    (void)state;
    open_shares(&rig, &ada, &bob);
    struct desk_id lead = rig_publish(&rig, "a");
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_decline(&rig, ada, lead, 1);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_int_equal(given_to(&rig, "ada", 0, 3), 3);   /* three of four, as if never offered to her */
    rig_close(&rig);
}

static void what_is_declined_counts_where_the_rules_say_so(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    assert_int_equal(core_config_set_policy(config, "weighted"), LW_OK);
    rig_add_rep(config, "ada", 99, NULL, NULL, 0);
    rig_add_rep(config, "bob", 99, NULL, NULL, 0);
    config->refused_counts = true;
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_decline(&rig, ada, lead, 1);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_int_equal(given_to(&rig, "ada", 0, 4), 2);
    rig_close(&rig);
}

/* Declined or not, a lead that was nothing is made good with the next. */
static void bad_leads_are_credited_back(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    (void)state;
    open_shares(&rig, &ada, &bob);
    assert_int_equal(given_to(&rig, "ada", 0, 4), 3);
    struct desk_id lead = rig_publish(&rig, "a");
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_accept(&rig, ada, lead, 1);
    assert_int_equal(rig_act(&rig, lead, ACT_CREDIT), CORE_ACCEPTED);
    assert_int_equal(rig_act(&rig, lead, ACT_CREDIT), CORE_REJECTED);   /* once */
    assert_int_equal(given_to(&rig, "ada", 4, 4), 3);
    struct desk_id bad = rig_publish(&rig, "b");
    assert_string_equal(rig_owner(&rig, bad), "ada");
    rig_accept(&rig, ada, bad, 1);
    assert_int_equal(rig_complete(&rig, ada, bad, "1", "fake"), CORE_ACCEPTED);
    assert_int_equal(given_to(&rig, "ada", 8, 4), 3);
    rig_close(&rig);
}

static void back_from_holiday_neither_flooded_nor_starved(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    (void)state;
    open_shares(&rig, &ada, &bob);
    for (int i = 0; i < 4; i++) {
        char id[3] = {'a', (char)('0' + i), '\0'};
        struct desk_id lead = rig_publish(&rig, id);
        if (strcmp(rig_owner(&rig, lead), "bob") == 0)
            rig_accept(&rig, bob, lead, 1);
    }
    rig_log_off(&rig, bob);
    assert_int_equal(given_to(&rig, "ada", 100, 60), 60);
    rig_log_on(&rig, "bob");
    assert_int_equal(given_to(&rig, "bob", 200, 20), 5);
    rig_close(&rig);
}

static struct core_config *of_capacity(uint32_t adas)
{
    struct core_config *config = rig_rules();
    assert_int_equal(core_config_set_policy(config, "weighted"), LW_OK);
    rig_add_rep(config, "ada", adas, NULL, NULL, 0);
    rig_add_rep(config, "bob", 99, NULL, NULL, 0);
    return config;
}

/* Ada has hands for two: of eight leads Bob gets six, and goes home for a moment. */
static void who_had_more_than_their_share_comes_back_with_it(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, of_capacity(2), NULL);
    uint64_t ada = rig_log_on(&rig, "ada"), bob = rig_log_on(&rig, "bob");
    for (int i = 0; i < 8; i++) {
        char id[3] = {'a', (char)('0' + i), '\0'};
        struct desk_id lead = rig_publish(&rig, id);
        rig_accept(&rig, strcmp(rig_owner(&rig, lead), "ada") == 0 ? ada : bob, lead, 1);
    }
    rig_log_off(&rig, bob);
    rig_log_on(&rig, "bob");
    assert_int_equal(rig_apply(&rig, of_capacity(99)), CORE_ACCEPTED);
    assert_int_equal(given_to(&rig, "ada", 0, 4), 4);
    assert_int_equal(given_to(&rig, "ada", 4, 4), 2);
    rig_close(&rig);
}

static void what_absence_is_owed_is_for_the_rules(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    assert_int_equal(core_config_set_policy(config, "weighted"), LW_OK);
    rig_add_rep(config, "ada", 99, NULL, NULL, 0);
    rig_add_rep(config, "bob", 99, NULL, NULL, 0);
    config->absent_leads_max = 3;
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_log_off(&rig, rig_log_on(&rig, "bob"));
    assert_int_equal(given_to(&rig, "ada", 0, 60), 60);
    rig_log_on(&rig, "bob");
    assert_int_equal(given_to(&rig, "bob", 100, 20), 10 + 3 / 2);   /* three are owed: of the twenty, half of that more */
    rig_close(&rig);
}

/* Heavy leads for years: accounts come nearer in time, and nobody notices. */
static void accounts_do_not_grow_for_ever(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    uint32_t to_ada = 0;
    (void)state;
    assert_int_equal(core_config_set_policy(config, "weighted"), LW_OK);
    rig_add_rep(config, "ada", 1000, NULL, NULL, 0);
    rig_add_rep(config, "bob", 1000, NULL, NULL, 0);
    config->channels[LW_CHANNEL_WEB].weight = 1000;
    config->reps[0].share = 20;
    rig_open(&rig, config, NULL);
    uint64_t sessions[] = {rig_log_on(&rig, "ada"), rig_log_on(&rig, "bob")};
    for (int i = 0; i < 36000; i++) {
        char id[16];
        snprintf(id, sizeof id, "n%d", i);
        struct desk_id lead = rig_publish(&rig, id);
        bool is_adas = strcmp(rig_owner(&rig, lead), "ada") == 0;
        to_ada += is_adas;
        rig_accept(&rig, sessions[!is_adas], lead, 1);
        rig_complete(&rig, sessions[!is_adas], lead, id, "won");
        rig.record_count = 0;   /* none is asked for */
        byte_buffer_clear(&rig.bytes);
    }
    assert_int_equal(to_ada, 24000);
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
        cmocka_unit_test(who_has_room_is_found_behind_many_who_have_none),
        cmocka_unit_test(most_skilled_adds_up_what_is_required),
        cmocka_unit_test(top_down_fills_a_tier_before_the_next),
        cmocka_unit_test(a_rep_serves_queues_of_different_policies),
        cmocka_unit_test(new_rules_change_the_policy_of_what_waits),
        cmocka_unit_test(explanations_name_the_keys_that_ranked),
        cmocka_unit_test(round_robin_takes_turns_in_each_queue),
        cmocka_unit_test(a_turn_goes_past_who_cannot),
        cmocka_unit_test(weighted_gives_by_share),
        cmocka_unit_test(what_is_declined_does_not_count),
        cmocka_unit_test(what_is_declined_counts_where_the_rules_say_so),
        cmocka_unit_test(bad_leads_are_credited_back),
        cmocka_unit_test(back_from_holiday_neither_flooded_nor_starved),
        cmocka_unit_test(who_had_more_than_their_share_comes_back_with_it),
        cmocka_unit_test(what_absence_is_owed_is_for_the_rules),
        cmocka_unit_test(accounts_do_not_grow_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
