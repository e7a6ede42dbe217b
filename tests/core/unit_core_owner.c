/* SPDX-License-Identifier: Apache-2.0
 *
 * Customers: who won the last lead of a person has the next one first, for a while; and rules can ask for customers.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { OWNER_FOR_MS = 45000, CUSTOMER_FOR_MS = 600000 };

static const char PHONE[] = "+390299900111";

static struct core_config *rules(void)
{
    struct core_config *config = rig_rules();
    config->people = (struct config_people){.customer_for_ms = CUSTOMER_FOR_MS, .owner_for_ms = OWNER_FOR_MS};
    config->channels[LW_CHANNEL_WEB].wrap_up_ms = 0;
    rig_add_rep(config, "ada", 2, "+391", NULL, 0);
    rig_add_rep(config, "bob", 2, "+392", NULL, 0);
    return config;
}

static struct desk_id publish(struct desk_rig *rig, const char *id, uint8_t channel)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .channel = channel, .phone = PHONE});
}

/* Bob, alone, ends a lead of the person; then Ada is there too, idle for longer. */
static void bob_ends_one(struct desk_rig *rig, const char *disposition, uint64_t *ada, uint64_t *bob)
{
    *bob = rig_log_on(rig, "bob");
    struct desk_id lead = publish(rig, "first", LW_CHANNEL_WEB);
    rig_accept(rig, *bob, lead, 1);
    *ada = rig_log_on(rig, "ada");
    rig_pass(rig, 1000);
    assert_int_equal(rig_complete(rig, *bob, lead, "c", disposition), CORE_ACCEPTED);
}

static void who_won_the_last_lead_gets_the_next(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    (void)state;
    rig_open(&rig, rules(), NULL);
    bob_ends_one(&rig, "won", &ada, &bob);
    struct desk_id lead = publish(&rig, "again", LW_CHANNEL_WEB);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    rig_decline(&rig, bob, lead, 1);   /* asked once: then it is everybody's */
    assert_string_equal(rig_owner(&rig, lead), "ada");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "stranger")), "bob");
    rig_close(&rig);
}

static void the_last_who_won_counts(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    (void)state;
    rig_open(&rig, rules(), NULL);
    bob_ends_one(&rig, "won", &ada, &bob);
    rig_set_state(&rig, bob, REP_BREAK);
    struct desk_id lead = publish(&rig, "second", LW_CHANNEL_WEB);
    rig_accept(&rig, ada, lead, 1);
    assert_int_equal(rig_complete(&rig, ada, lead, "c", "won"), CORE_ACCEPTED);
    rig_set_state(&rig, bob, REP_AVAILABLE);
    rig_publish(&rig, "x");
    assert_string_equal(rig_owner(&rig, publish(&rig, "third", LW_CHANNEL_WEB)), "ada");
    assert_int_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0)->preferred_until_ms != 0, 1);
    rig_close(&rig);
}

static void who_only_lost_one_does_not(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    (void)state;
    rig_open(&rig, rules(), NULL);
    bob_ends_one(&rig, "lost", &ada, &bob);
    assert_string_equal(rig_owner(&rig, publish(&rig, "again", LW_CHANNEL_WEB)), "ada");
    rig_close(&rig);
}

static void a_full_owner_is_waited_for_so_long(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    (void)state;
    rig_open(&rig, rules(), NULL);
    bob_ends_one(&rig, "won", &ada, &bob);
    rig_set_state(&rig, ada, REP_BREAK);
    rig_publish(&rig, "x");
    rig_publish(&rig, "y");   /* both are offered to Bob */
    rig_set_state(&rig, ada, REP_AVAILABLE);
    struct desk_id lead = publish(&rig, "again", LW_CHANNEL_WEB);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    assert_string_equal(rig_row(&rig, lead).preferred_rep, "bob");
    rig_pass(&rig, 500);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    struct desk_id call = publish(&rig, "call", LW_CHANNEL_PHONE);   /* somebody on the line does not wait for him */
    assert_string_equal(rig_owner(&rig, call), "ada");
    rig_close(&rig);
}

static void who_is_not_there_is_not_waited_for(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    (void)state;
    rig_open(&rig, rules(), NULL);
    bob_ends_one(&rig, "won", &ada, &bob);
    rig_set_state(&rig, bob, REP_BREAK);
    assert_string_equal(rig_owner(&rig, publish(&rig, "again", LW_CHANNEL_WEB)), "ada");
    rig_close(&rig);
}

static void who_is_at_their_cap_is_not_waited_for(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    struct core_config *config = rules();
    (void)state;
    assert_int_equal(core_config_rep_caps(&config->reps[1], 1, 0), LW_OK);
    rig_open(&rig, config, NULL);
    bob_ends_one(&rig, "won", &ada, &bob);
    assert_string_equal(rig_owner(&rig, publish(&rig, "again", LW_CHANNEL_WEB)), "ada");
    rig_close(&rig);
}

static void after_its_time_nobody_is_a_customer(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    (void)state;
    rig_open(&rig, rules(), NULL);
    bob_ends_one(&rig, "won", &ada, &bob);
    rig_pass(&rig, CUSTOMER_FOR_MS);
    struct desk_id lead = publish(&rig, "last", LW_CHANNEL_WEB);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    rig_act(&rig, lead, ACT_CANCEL);
    rig_pass(&rig, 1);
    assert_string_equal(rig_owner(&rig, publish(&rig, "late", LW_CHANNEL_WEB)), "ada");
    rig_close(&rig);
}

static void who_has_the_open_lead_comes_before_who_is_named_before_who_won(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    struct core_config *config = rules();
    (void)state;
    assert_int_equal(core_config_set_owner_from(config, "attribute.owner"), LW_OK);
    rig_open(&rig, config, NULL);
    bob_ends_one(&rig, "won", &ada, &bob);
    struct rig_lead named = {.id = "named", .phone = PHONE, .fields = {{"attribute.owner", "ada"}}};
    struct desk_id lead = rig_publish_lead(&rig, &named);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    named.id = "other", named.fields[0].value = "bob";
    assert_string_equal(rig_owner(&rig, rig_publish_lead(&rig, &named)), "ada");   /* who has the first */
    named.id = "third", named.fields[0].value = "nobody we know", named.phone = "+39";
    rig_publish_lead(&rig, &named);
    rig_close(&rig);
}

static void a_rule_may_ask_for_customers(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    struct core_config *config = rules();
    (void)state;
    rig_add_rule(config, "addon", 77, "customer", "yes", NULL, 0);
    rig_open(&rig, config, NULL);
    bob_ends_one(&rig, "won", &ada, &bob);
    struct core_effect row = rig_row(&rig, publish(&rig, "again", LW_CHANNEL_WEB));
    assert_true(row.priority == 77 && strcmp(row.queue, "addon") == 0);
    row = rig_row(&rig, rig_publish(&rig, "stranger"));
    assert_string_equal(row.queue, "sales");
    rig_close(&rig);
}

static void the_bound_drops_who_was_won_first(void **state)
{
    struct desk_rig rig;
    struct core_limits limits;
    char phone[16];
    (void)state;
    rig_small_limits(&limits);
    limits.people_max = 3;
    rig_open(&rig, rules(), &limits);
    uint64_t ada = rig_log_on(&rig, "ada");
    for (int i = 0; i < 5; i++) {
        snprintf(phone, sizeof phone, "+39%d", i == 4 ? 1 : i);   /* 0 1 2 3 1: 0 goes, 1 comes again */
        struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = (const char *[]){"a", "b", "c", "d", "e"}[i], .phone = phone});
        rig_accept(&rig, ada, lead, 1);
        rig_complete(&rig, ada, lead, "c", "won");
    }
    for (int i = 0; i < 4; i++) {
        snprintf(phone, sizeof phone, "+39%d", i);
        struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = (const char *[]){"f", "g", "h", "i"}[i], .phone = phone});
        const struct core_effect *event = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0);
        assert_int_equal(event->preferred_until_ms != 0, i != 0);
        rig_act(&rig, lead, ACT_CANCEL);
    }
    rig_close(&rig);
}

/* Nothing need be known of the person: the rule has an owner of its own. */
static void the_owner_of_the_rule_gets_its_leads_first(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    struct core_config *config = rules();
    (void)state;
    config->people = (struct config_people){0};
    rig_add_rule(config, "fair", 10, "source", "fair", NULL, 0);
    assert_int_equal(core_config_rule_owner(&config->rules[0], "bob", OWNER_FOR_MS), LW_OK);
    rig_open(&rig, config, NULL);
    ada = rig_log_on(&rig, "ada");
    rig_pass(&rig, 1000);
    bob = rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = "1", .fields = {{"source", "fair"}}});
    assert_string_equal(rig_owner(&rig, lead), "bob");   /* Ada is idle for longer */
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "2")), "ada");
    rig_decline(&rig, bob, lead, 1);
    assert_string_equal(rig_owner(&rig, lead), "ada");   /* asked once */
    rig_set_state(&rig, bob, REP_BREAK);
    rig_accept(&rig, ada, lead, 2);
    rig_complete(&rig, ada, lead, "c", "lost");
    assert_string_equal(rig_owner(&rig, rig_publish_lead(&rig, &(struct rig_lead){.id = "3", .fields = {{"source", "fair"}}})), "ada");   /* who is not there is not waited for */
    rig_close(&rig);
}

static void a_lead_waits_for_the_owner_of_its_rule_as_long_as_that_says(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules();
    (void)state;
    config->reps[1].capacity = 1;
    rig_add_rule(config, "fair", 10, "source", "fair", NULL, 0);
    assert_int_equal(core_config_rule_owner(&config->rules[0], "bob", 7000), LW_OK);
    rig_open(&rig, config, NULL);
    uint64_t bob = rig_log_on(&rig, "bob");
    struct desk_id busy = rig_publish(&rig, "busy");
    rig_accept(&rig, bob, busy, 1);
    rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = "1", .fields = {{"source", "fair"}}});
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, 6999);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, 1);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_close(&rig);
}

static void the_owner_of_the_person_comes_before_that_of_the_rule(void **state)
{
    struct desk_rig rig;
    uint64_t ada, bob;
    struct core_config *config = rules();
    (void)state;
    assert_int_equal(core_config_rule_owner(&config->rules[0], "ada", OWNER_FOR_MS), LW_OK);
    rig_open(&rig, config, NULL);
    bob_ends_one(&rig, "won", &ada, &bob);
    assert_string_equal(rig_owner(&rig, publish(&rig, "again", LW_CHANNEL_WEB)), "bob");
    rig_set_state(&rig, bob, REP_BREAK);
    assert_string_equal(rig_owner(&rig, publish(&rig, "third", LW_CHANNEL_WEB)), "ada");
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_owner_of_the_rule_gets_its_leads_first),
        cmocka_unit_test(a_lead_waits_for_the_owner_of_its_rule_as_long_as_that_says),
        cmocka_unit_test(the_owner_of_the_person_comes_before_that_of_the_rule),
        cmocka_unit_test(who_won_the_last_lead_gets_the_next),
        cmocka_unit_test(the_last_who_won_counts),
        cmocka_unit_test(who_only_lost_one_does_not),
        cmocka_unit_test(a_full_owner_is_waited_for_so_long),
        cmocka_unit_test(who_is_not_there_is_not_waited_for),
        cmocka_unit_test(who_is_at_their_cap_is_not_waited_for),
        cmocka_unit_test(after_its_time_nobody_is_a_customer),
        cmocka_unit_test(who_has_the_open_lead_comes_before_who_is_named_before_who_won),
        cmocka_unit_test(a_rule_may_ask_for_customers),
        cmocka_unit_test(the_bound_drops_who_was_won_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
