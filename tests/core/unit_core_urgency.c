/* SPDX-License-Identifier: Apache-2.0
 *
 * Which lead first, where the desk weighs what makes one urgent.
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

enum { MINUTE = 60000, HOUR = 3600000 };

/* Rules "hot" (priority 50) and "cold" (0) by the field "kind", each with its queue; one rep, who takes one at a time. */
static struct core_config *two_queues(const struct config_order *desk, const struct config_order *hot)
{
    struct core_config *config = rig_rules();
    struct config_queue *queue;
    config->rules[0].priority = 0;
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_add_rule(config, "hot", 50, "kind", "hot", NULL, 0);
    if (desk)
        assert_int_equal(core_config_set_order(config, NULL, desk), LW_OK);
    assert_int_equal(core_config_add_queue(config, "hot", "", &queue), LW_OK);
    if (hot)
        assert_int_equal(core_config_set_order(config, queue, hot), LW_OK);
    return config;
}

static struct desk_id publish(struct desk_rig *rig, const char *id, const char *kind, const char *worth)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .fields = {{"kind", kind}, {"worth", worth}}});
}

static bool is_offered(struct desk_rig *rig, struct desk_id lead)
{
    return rig_state(rig, lead) == LEAD_OFFERED;
}

static void waiting_outgrows_priority(void **state)
{
    (void)state;
    struct desk_rig rig;
    const struct config_order order = {.priority = 1, .age = 60};   /* a point a minute: 50 make up for the priority */
    for (int minutes = 49; minutes <= 51; minutes += 2) {
        rig_open(&rig, two_queues(&order, NULL), NULL);
        struct desk_id cold = publish(&rig, "a", "cold", NULL);
        rig_pass(&rig, (uint64_t)minutes * MINUTE);
        struct desk_id hot = publish(&rig, "b", "hot", NULL);
        rig_log_on(&rig, "ada");
        assert_int_equal(is_offered(&rig, cold), minutes > 50);
        assert_int_equal(is_offered(&rig, hot), minutes < 50);
        rig_close(&rig);
    }
}

static void without_weights_priority_is_strict(void **state)
{
    (void)state;
    struct desk_rig rig;
    rig_open(&rig, two_queues(NULL, NULL), NULL);
    publish(&rig, "a", "cold", NULL);
    rig_pass(&rig, 3 * HOUR);
    struct desk_id hot = publish(&rig, "b", "hot", NULL);
    rig_log_on(&rig, "ada");
    assert_true(is_offered(&rig, hot));
    rig_close(&rig);
}

/* Both began at once, but the hot queue is late after two minutes, the other after an hour. */
static void the_nearer_service_level_goes_first(void **state)
{
    (void)state;
    struct desk_rig rig;
    const struct config_order slow = {.slack = 100, .service_level_ms = HOUR}, quick = {.slack = 100, .service_level_ms = 2 * MINUTE};
    rig_open(&rig, two_queues(&slow, &quick), NULL);
    struct desk_id cold = publish(&rig, "a", "cold", NULL);
    rig_pass(&rig, 10 * MINUTE);
    struct desk_id hot = publish(&rig, "b", "hot", NULL);
    rig_pass(&rig, MINUTE);   /* 18.3 points against 50 */
    rig_log_on(&rig, "ada");
    assert_true(is_offered(&rig, hot));
    assert_int_equal(rig_state(&rig, cold), LEAD_WAITING);
    rig_close(&rig);
}

static void value_comes_from_the_lead_or_its_rule(void **state)
{
    (void)state;
    struct desk_rig rig;
    const struct config_order order = {.value = 10, .age = 1};
    struct core_config *config = two_queues(&order, NULL);
    for (uint32_t i = 0; i < config->rule_count; i++) {
        if (strcmp(config->rules[i].name, "hot") == 0)
            assert_int_equal(core_config_rule_value_from(&config->rules[i], "worth"), LW_OK);
        else
            config->rules[i].value = 3000;
    }
    rig_open(&rig, config, NULL);
    struct desk_id none = publish(&rig, "a", "hot", "a lot"), little = publish(&rig, "b", "hot", "2000"), much = publish(&rig, "c", "hot", "4000");
    struct desk_id fixed = publish(&rig, "d", "cold", NULL);
    const struct desk_id order_of[] = {much, fixed, little, none};
    uint64_t session = rig_log_on(&rig, "ada");
    for (int i = 0; i < 4; i++) {
        assert_true(is_offered(&rig, order_of[i]));
        assert_int_equal(rig_accept(&rig, session, order_of[i], 1), CORE_ACCEPTED);
        assert_int_equal(rig_complete(&rig, session, order_of[i], "c", "won"), CORE_ACCEPTED);
    }
    rig_close(&rig);
}

/* What waited longer than the cap goes before a flood of more urgent ones, the oldest first; and nothing starves. */
static void the_age_cap_ends_starving(void **state)
{
    (void)state;
    struct desk_rig rig;
    const struct config_order order = {.priority = 100, .age_cap_ms = 20 * MINUTE};
    rig_open(&rig, two_queues(&order, NULL), NULL);
    uint64_t session = rig_log_on(&rig, "ada");
    struct desk_id has = publish(&rig, "first", "hot", NULL), cold = publish(&rig, "cold", "cold", NULL);
    int minutes = 0;
    for (char id[16]; !desk_id_equal(has, cold) && minutes < 60; minutes++) {
        assert_int_equal(rig_accept(&rig, session, has, 1), CORE_ACCEPTED);
        for (char twin = 'a'; twin <= 'b'; twin++) {
            snprintf(id, sizeof id, "%d%c", minutes, twin);
            publish(&rig, id, "hot", NULL);
        }
        rig_pass(&rig, MINUTE);
        assert_int_equal(rig_complete(&rig, session, has, "c", "won"), CORE_ACCEPTED);
        has = rig_told(&rig, EFFECT_OFFER, session, 0)->lead;
    }
    assert_int_equal(minutes, 20);
    rig_close(&rig);
}

static void over_the_cap_the_oldest_goes_first(void **state)
{
    (void)state;
    struct desk_rig rig;
    const struct config_order order = {.priority = 100, .age_cap_ms = 20 * MINUTE};
    rig_open(&rig, two_queues(&order, NULL), NULL);
    struct desk_id first = publish(&rig, "a", "cold", NULL);
    rig_pass(&rig, MINUTE);
    struct desk_id second = publish(&rig, "b", "hot", NULL);
    rig_pass(&rig, 15 * MINUTE);
    struct desk_id third = publish(&rig, "c", "hot", NULL);
    rig_pass(&rig, 5 * MINUTE);   /* the first two are over */
    const struct desk_id order_of[] = {first, second, third};
    uint64_t session = rig_log_on(&rig, "ada");
    for (int i = 0; i < 3; i++) {
        assert_true(is_offered(&rig, order_of[i]));
        assert_int_equal(rig_accept(&rig, session, order_of[i], 1), CORE_ACCEPTED);
        assert_int_equal(rig_complete(&rig, session, order_of[i], "c", "won"), CORE_ACCEPTED);
    }
    rig_close(&rig);
}

/* The night between two working days does not count: an hour of work is an hour. */
static void waiting_counts_in_working_hours(void **state)
{
    (void)state;
    struct desk_rig rig;
    struct config_team *team;
    struct config_order by_hours = {.age = 60, .hours_of = "office"}, by_clock = {.age = 60};
    for (int all_time = 0; all_time < 2; all_time++) {
        struct core_config *config = two_queues(all_time ? &by_clock : &by_hours, NULL);
        rig_open(&rig, two_queues(NULL, NULL), NULL);
        const uint64_t now_ms = rig.now_ms;
        assert_int_equal(core_config_add_team(config, "office", &team), LW_OK);
        assert_int_equal(core_config_team_open(team, now_ms - HOUR, now_ms + HOUR), LW_OK);
        assert_int_equal(core_config_team_open(team, now_ms + 3 * HOUR, now_ms + 9 * HOUR), LW_OK);
        for (uint32_t i = 0; i < config->rule_count; i++)
            config->rules[i].priority = strcmp(config->rules[i].name, "hot") == 0 ? 90 : 0;
        config->order->priority = 1;
        assert_int_equal(rig_apply(&rig, config), CORE_ACCEPTED);
        struct desk_id cold = publish(&rig, "a", "cold", NULL);
        rig_pass(&rig, 3 * HOUR + MINUTE);   /* 61 minutes of work, 181 of the clock */
        struct desk_id hot = publish(&rig, "b", "hot", NULL);
        rig_log_on(&rig, "ada");
        assert_true(is_offered(&rig, all_time ? cold : hot));
        rig_close(&rig);
    }
}

/* New rules weigh what waits already. */
static void new_weights_put_the_backlog_in_order(void **state)
{
    (void)state;
    struct desk_rig rig;
    const struct config_order order = {.age = 60};
    struct core_config *off = two_queues(NULL, NULL), *on = two_queues(&order, NULL);
    rig_open(&rig, off, NULL);
    struct desk_id cold = publish(&rig, "a", "cold", NULL);
    rig_pass(&rig, MINUTE);
    struct desk_id hot = publish(&rig, "b", "hot", NULL);
    assert_int_equal(rig_apply(&rig, on), CORE_ACCEPTED);
    uint64_t session = rig_log_on(&rig, "ada");
    assert_true(is_offered(&rig, cold));
    assert_int_equal(rig_decline(&rig, session, cold, 1), CORE_ACCEPTED);
    assert_true(is_offered(&rig, hot));
    rig_close(&rig);
}

/* What slept did not wait: its time counts from when it woke, also for a broker that was restarted. */
static void a_scheduled_lead_waits_from_its_time_on(void **state)
{
    (void)state;
    for (int restarted = 0; restarted < 2; restarted++) {
        struct desk_rig rig;
        const struct config_order order = {.age = 60, .priority = 1};
        struct core_config *config = two_queues(&order, NULL);
        assert_int_equal(core_config_add_disposition(config, "later", 3), LW_OK);
        struct config_disposition *later = &config->dispositions[config->disposition_count - 1];
        later->follow_up = FOLLOW_UP_CALL_BACK;
        later->after_ms = 4 * HOUR;
        later->at_most_ms = 8 * HOUR;
        rig_open(&rig, config, NULL);
        struct desk_id slept = publish(&rig, "a", "cold", NULL);
        uint64_t session = rig_log_on(&rig, "ada");
        assert_int_equal(rig_accept(&rig, session, slept, 1), CORE_ACCEPTED);
        assert_int_equal(rig_complete(&rig, session, slept, "c", "later"), CORE_ACCEPTED);
        rig_log_off(&rig, session);
        rig_pass(&rig, 4 * HOUR - 10 * MINUTE);
        struct desk_id cold = publish(&rig, "b", "cold", NULL);
        rig_pass(&rig, 30 * MINUTE);   /* cold waits 30, the sleeper 20 minutes */
        assert_int_equal(rig_state(&rig, slept), LEAD_WAITING);
        if (restarted) {
            struct core *core = rig_restore(&rig, rig.record_count, &ignore_all);
            assert_non_null(core);
            core_free(rig_swap(&rig, core));
            core_set_epoch(rig.core, rig.epoch + 1);
            rig_resume_service(&rig);
        }
        rig_log_on(&rig, "ada");
        assert_true(is_offered(&rig, cold));
        rig_close(&rig);
    }
}

static void an_offer_says_what_made_it_urgent(void **state)
{
    (void)state;
    struct desk_rig rig;
    const struct config_order order = {.priority = 1, .slack = 100, .age = 10, .service_level_ms = 10 * MINUTE, .age_cap_ms = HOUR};
    rig_open(&rig, two_queues(&order, NULL), NULL);
    publish(&rig, "a", "hot", NULL);
    rig_pass(&rig, 15 * MINUTE);
    uint64_t session = rig_log_on(&rig, "ada");
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, session, 0);
    assert_non_null(offer);
    assert_non_null(strstr(rig_why(offer), "urgency 202.5: priority 50.0, slack 150.0, age 2.5"));
    rig_close(&rig);
    rig_open(&rig, two_queues(&order, NULL), NULL);
    publish(&rig, "a", "hot", NULL);
    rig_pass(&rig, HOUR);
    session = rig_log_on(&rig, "ada");
    assert_non_null(strstr(rig_why(rig_told(&rig, EFFECT_OFFER, session, 0)), "waited 3600 s, over the cap of 3600 s"));
    rig_close(&rig);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    char reason[256];
    const struct config_order good = {.age = 1}, heavy = {.age = 1001}, quick = {.service_level_ms = 10}, nobodys = {.hours_of = "ghosts"},
                              capped = {.age_cap_ms = 1};
    const struct { const struct config_order *desk, *queue; const char *word; } table[] = {
        {&good, &good, NULL}, {&heavy, NULL, "1000 points"}, {&good, &quick, "service level"}, {&nobodys, NULL, "ghosts"}, {&capped, NULL, "age cap"},
        {NULL, &good, "the desk does not"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct core_config *config = two_queues(table[i].desk, table[i].queue);
        assert_int_equal(core_config_check(config, reason, sizeof reason), table[i].word ? LW_INVALID : LW_OK);
        assert_true(!table[i].word || strstr(reason, table[i].word));
        core_config_free(config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_outgrows_priority),
        cmocka_unit_test(without_weights_priority_is_strict),
        cmocka_unit_test(the_nearer_service_level_goes_first),
        cmocka_unit_test(value_comes_from_the_lead_or_its_rule),
        cmocka_unit_test(the_age_cap_ends_starving),
        cmocka_unit_test(over_the_cap_the_oldest_goes_first),
        cmocka_unit_test(waiting_counts_in_working_hours),
        cmocka_unit_test(new_weights_put_the_backlog_in_order),
        cmocka_unit_test(a_scheduled_lead_waits_from_its_time_on),
        cmocka_unit_test(an_offer_says_what_made_it_urgent),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
