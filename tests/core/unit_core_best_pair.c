/* SPDX-License-Identifier: Apache-2.0
 *
 * Policy best_pair: what pairs are worth, and which are made.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"
#include "pair_worth.h"

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void ignore_effect(void *context, const struct core_effect *effect)
{
    (void)context, (void)effect;
}

static const struct core_callbacks ignore_all = {NULL, ignore_record, ignore_effect};

/* Queue "sales", whose leads say their value. */
static struct core_config *rules_with(uint32_t half_life_ms)
{
    struct core_config *config = rig_rules();
    struct config_queue *queue;
    assert_int_equal(core_config_add_queue(config, "sales", "best_pair", &queue), LW_OK);
    queue->half_life_ms = half_life_ms;
    assert_int_equal(core_config_rule_value_from(&config->rules[0], "attribute.budget"), LW_OK);
    return config;
}

static void add_rep(struct core_config *config, const char *name, uint32_t rate)
{
    rig_add_rep(config, name, 1, NULL, NULL, 0);
    assert_int_equal(core_config_rep_rate(&config->reps[config->rep_count - 1], "sales", rate), LW_OK);
}

static struct desk_id publish(struct desk_rig *rig, const char *id, const char *budget)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .fields = {{"attribute.budget", budget}}});
}

static void complete(struct desk_rig *rig, uint64_t session, struct desk_id lead)
{
    assert_int_equal(rig_accept(rig, session, lead, rig_row(rig, lead).offer_number), CORE_ACCEPTED);
    assert_int_equal(rig_complete(rig, session, lead, "x", "won"), CORE_ACCEPTED);
}

static void logarithms_are_exact_and_the_worth_is_right(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= CONFIG_VALUE_MAX; i += i < 2000 ? 1 : 997)
        assert_int_equal(pair_log2(i), (uint32_t)floorl(log2l(i) * (1 << PAIR_FRACTION_BITS)));
    for (uint64_t age_ms = 0; age_ms < 4000000; age_ms += 77777) {
        double right = 250.0 * 120 * exp2(-(double)age_ms / 600000);
        assert_true(fabs(pair_worth_thousandths(250, 120, age_ms, 600000) - right) < 1 + right / 10000);
    }
    assert_int_equal(pair_worth_thousandths(CONFIG_VALUE_MAX, PAIR_RATE_MAX, 1000, 0), 1000000000);
    assert_int_equal(pair_worth_thousandths(CONFIG_VALUE_MAX, PAIR_RATE_MAX, UINT64_MAX, 1000), 0);
}

/* Also of leads that are years old, and with the longest half-life: a millisecond or a value apart they differ. */
static void the_order_of_two_leads_never_changes(void **state)
{
    static const uint32_t half_lives[] = {1000, 600000, CONFIG_HALF_LIFE_MAX_MS};
    const uint64_t start_ms = 1700000000000, year_ms = 365ull * 24 * 3600 * 1000;
    (void)state;
    for (uint32_t h = 0; h < 3; h++) {
        int64_t older = pair_standing(start_ms, pair_log2(3), half_lives[h]), newer = pair_standing(start_ms + 1, pair_log2(3), half_lives[h]);
        for (uint64_t now_ms = start_ms; now_ms < start_ms + 5 * year_ms; now_ms += 39916801)
            assert_true(pair_log_worth(older, half_lives[h], now_ms) < pair_log_worth(newer, half_lives[h], now_ms));
    }
    assert_true(pair_standing(start_ms, pair_log2(2), 600000) == pair_standing(start_ms + 600000, 0, 600000));
}

static void the_best_closer_gets_the_lead(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_with(0);
    (void)state;
    add_rep(config, "ada", 30);
    add_rep(config, "bob", 125);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_pass(&rig, 60000);
    rig_log_on(&rig, "bob");
    struct desk_id lead = publish(&rig, "a", "40");
    assert_string_equal(rig_why(rig_told(&rig, EFFECT_OFFER, 0, 0)), "worth 5.000; idle 0 s; 2 could take it");
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_string_equal(rig_owner(&rig, publish(&rig, "b", "4000")), "ada");   /* bob is full */
    rig_close(&rig);
}

static void a_freed_rep_gets_what_is_worth_most_now(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_with(10000);
    (void)state;
    add_rep(config, "ada", 100);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id first = publish(&rig, "first", "1");
    struct desk_id dear = publish(&rig, "dear", "100"), older = publish(&rig, "older", "30");
    rig_pass(&rig, 10000);
    struct desk_id fresh = publish(&rig, "fresh", "40");   /* 50 and 15 by now, against 40 */
    complete(&rig, ada, first);
    assert_int_equal(rig_state(&rig, dear), LEAD_OFFERED);
    assert_string_equal(rig_why(rig_told(&rig, EFFECT_OFFER, ada, 0)), "worth 5.000; idle 0 s; 1 could take it");
    complete(&rig, ada, dear);
    assert_int_equal(rig_state(&rig, fresh), LEAD_OFFERED);
    complete(&rig, ada, fresh);
    assert_int_equal(rig_state(&rig, older), LEAD_OFFERED);
    rig_close(&rig);
}

static void priority_comes_before_worth(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_with(0);
    (void)state;
    rig_add_rule(config, "sales", 20, "language", "it", NULL, 0);   /* worth 1 */
    add_rep(config, "ada", 100);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id first = publish(&rig, "first", "1"), dear = publish(&rig, "dear", "1000");
    struct desk_id urgent = rig_publish_lead(&rig, &(struct rig_lead){.id = "urgent", .fields = {{"language", "it"}}});
    complete(&rig, ada, first);
    assert_int_equal(rig_state(&rig, urgent), LEAD_OFFERED);
    assert_int_equal(rig_state(&rig, dear), LEAD_WAITING);
    rig_close(&rig);
}

static void what_is_no_number_is_worth_one(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_with(0);
    (void)state;
    add_rep(config, "ada", 1000);
    config->reps[0].capacity = 10;
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    static const char *const budgets[] = {"much", "-5", "0", ""};
    for (int i = 0; i < 4; i++) {
        char id[] = {(char)('a' + i), '\0'};
        publish(&rig, id, budgets[i]);
        assert_memory_equal(rig_why(rig_told(&rig, EFFECT_OFFER, 0, 0)), "worth 1.000;", 12);
    }
    publish(&rig, "more", "99999999999");
    assert_memory_equal(rig_why(rig_told(&rig, EFFECT_OFFER, 0, 0)), "worth 1000000.000;", 18);
    rig_close(&rig);
}

/* New rules make the queue rank pairs, and another half-life puts what waits into another order. */
static void new_rules_put_what_waits_in_order(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    assert_int_equal(core_config_rule_value_from(&config->rules[0], "attribute.budget"), LW_OK);
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    struct desk_id dear = publish(&rig, "dear", "100");
    rig_pass(&rig, 20000);
    struct desk_id cheap = publish(&rig, "cheap", "10");   /* 2.5 half-lives of 10 s are a factor of less than 6 */
    config = rules_with(10000);
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    assert_int_equal(rig_apply(&rig, config), CORE_ACCEPTED);
    config = rules_with(1000);
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    assert_int_equal(rig_apply(&rig, config), CORE_ACCEPTED);
    uint64_t ada = rig_log_on(&rig, "ada");
    assert_int_equal(rig_state(&rig, cheap), LEAD_OFFERED);
    complete(&rig, ada, cheap);
    assert_int_equal(rig_state(&rig, dear), LEAD_OFFERED);
    rig_close(&rig);
}

static void a_value_outlives_the_process(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_with(0);
    (void)state;
    add_rep(config, "ada", 100);
    rig_open(&rig, config, NULL);
    struct desk_id cheap = publish(&rig, "cheap", "5"), dear = publish(&rig, "dear", "50");
    struct core *restored = rig_restore(&rig, rig.record_count, &ignore_all);
    assert_non_null(restored);
    assert_int_equal(core_state_hash(restored), core_state_hash(rig.core));
    core_free(rig_swap(&rig, restored));
    rig_log_on(&rig, "ada");
    assert_int_equal(rig_state(&rig, dear), LEAD_OFFERED);
    assert_int_equal(rig_state(&rig, cheap), LEAD_WAITING);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logarithms_are_exact_and_the_worth_is_right), cmocka_unit_test(the_order_of_two_leads_never_changes),
        cmocka_unit_test(the_best_closer_gets_the_lead), cmocka_unit_test(a_freed_rep_gets_what_is_worth_most_now),
        cmocka_unit_test(priority_comes_before_worth), cmocka_unit_test(what_is_no_number_is_worth_one),
        cmocka_unit_test(new_rules_put_what_waits_in_order), cmocka_unit_test(a_value_outlives_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
