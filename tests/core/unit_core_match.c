/* SPDX-License-Identifier: Apache-2.0
 *
 * Which lead goes first, and to whom.
 */
#include <stdio.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

static struct desk_id publish_call(struct desk_rig *rig, const char *id)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .channel = LW_CHANNEL_PHONE});
}

static struct desk_id publish_in(struct desk_rig *rig, const char *id, const char *language)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .fields = {{"language", language}}});
}

static void never_above_capacity(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 2, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id a = rig_publish(&rig, "a"), b = rig_publish(&rig, "b"), c = rig_publish(&rig, "c");
    assert_int_equal(rig_rep(&rig, "ada").load, 2);   /* offers count */
    assert_int_equal(rig_state(&rig, c), LEAD_WAITING);
    rig_accept(&rig, ada, a, 1);
    rig_accept(&rig, ada, b, 1);
    assert_int_equal(rig_state(&rig, c), LEAD_WAITING);
    rig_complete(&rig, ada, a, "1", "won");
    assert_int_equal(rig_state(&rig, c), LEAD_OFFERED);   /* freed capacity serves the backlog at once */
    rig_close(&rig);
}

static void weights_count_by_channel(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    config->channels[LW_CHANNEL_PHONE].weight = 3;
    rig_add_rep(config, "ada", 3, "+391", NULL, 0);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    struct desk_id form = rig_publish(&rig, "a");
    struct desk_id call = publish_call(&rig, "b");
    assert_int_equal(rig_rep(&rig, "ada").load, 1);
    assert_int_equal(rig_state(&rig, call), LEAD_WAITING);   /* 1 + 3 > 3 */
    struct desk_id other = rig_publish(&rig, "c");
    assert_int_equal(rig_state(&rig, other), LEAD_OFFERED);  /* the call that does not fit holds nobody up */
    rig_cancel(&rig, form);
    assert_int_equal(rig_state(&rig, call), LEAD_WAITING);
    rig_cancel(&rig, other);
    assert_int_equal(rig_state(&rig, call), LEAD_OFFERED);
    assert_int_equal(rig_rep(&rig, "ada").load, 3);          /* exactly full is not above */
    rig_close(&rig);
}

static void calls_need_a_device(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 3, NULL, NULL, 0);
    rig_add_rep(config, "bob", 3, "+392", NULL, 0);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    struct desk_id call = publish_call(&rig, "a");
    assert_int_equal(rig_state(&rig, call), LEAD_WAITING);
    uint64_t bob = rig_log_on(&rig, "bob");
    assert_string_equal(rig_told(&rig, EFFECT_OFFER, bob, 0)->device, "+392");
    rig_close(&rig);
}

static void required_skills_need_their_level(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rule(config, "italy", 10, "language", "it", "italian", 5);
    rig_add_rep(config, "ada", 3, NULL, "italian", 4);
    rig_add_rep(config, "bob", 3, NULL, "german", 9);
    rig_add_rep(config, "cleo", 3, NULL, "italian", 5);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    struct desk_id lead = publish_in(&rig, "a", "it"), plain = publish_in(&rig, "b", "de");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    assert_int_equal(rig_state(&rig, plain), LEAD_OFFERED);   /* no head-of-line blocking */
    uint64_t cleo = rig_log_on(&rig, "cleo");
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, cleo, 0);
    assert_non_null(offer);
    assert_string_equal(rig_why(offer), "italian 5 of 5 needed; load 0 of 3; idle 0 s; 1 could take it");
    assert_string_equal(offer->queue, "italy");
    rig_close(&rig);
}

static void priority_goes_before_age(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rule(config, "vip", 90, "product", "vip", NULL, 0);
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    int64_t now = (int64_t)rig.now_ms;
    struct desk_id young = rig_publish_lead(&rig, &(struct rig_lead){.id = "young", .received_ms = now});
    struct desk_id old = rig_publish_lead(&rig, &(struct rig_lead){.id = "old", .received_ms = now - 1000});
    struct desk_id same = rig_publish_lead(&rig, &(struct rig_lead){.id = "same", .received_ms = now - 1000});
    struct desk_id vip = rig_publish_lead(&rig, &(struct rig_lead){.id = "vip", .received_ms = now, .fields = {{"product", "vip"}}});
    const struct desk_id wanted[] = {vip, old, same, young};   /* age, then the lower number */
    uint64_t ada = rig_log_on(&rig, "ada");
    for (int i = 0; i < 4; i++) {
        char id[2] = {(char)('0' + i), '\0'};
        assert_int_equal(rig_state(&rig, wanted[i]), LEAD_OFFERED);
        assert_int_equal(rig_accept(&rig, ada, wanted[i], 1), CORE_ACCEPTED);
        assert_int_equal(rig_complete(&rig, ada, wanted[i], id, "won"), CORE_ACCEPTED);
    }
    rig_close(&rig);
}

static void the_age_of_a_lead_is_bounded(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    const uint64_t month_ms = 30ull * 24 * 3600000;
    (void)state;
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    struct desk_id future = rig_publish_lead(&rig, &(struct rig_lead){.id = "f", .received_ms = INT64_MAX});
    struct desk_id past = rig_publish_lead(&rig, &(struct rig_lead){.id = "p", .received_ms = 1});
    struct desk_id negative = rig_publish_lead(&rig, &(struct rig_lead){.id = "n", .received_ms = INT64_MIN});
    assert_int_equal(rig_row(&rig, future).received_unix_ms, rig.now_ms);
    assert_int_equal(rig_row(&rig, past).received_unix_ms, rig.now_ms - month_ms);
    assert_int_equal(rig_row(&rig, negative).received_unix_ms, rig.now_ms);
    rig_close(&rig);
}

static void least_loaded_share_then_longest_idle_then_lowest_number(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 2, NULL, NULL, 0);
    rig_add_rep(config, "bob", 4, NULL, NULL, 0);
    rig_add_rep(config, "cleo", 2, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "cleo");
    rig_log_on(&rig, "bob");
    rig_log_on(&rig, "ada");
    /* All idle since the same moment: by number. Then shares: ada 1/2, bob 1/4, cleo 0/2... */
    const char *const wanted[] = {"ada", "bob", "cleo", "bob", "ada", "bob", "cleo", "bob"};
    for (int i = 0; i < 8; i++) {
        char id[2] = {(char)('a' + i), '\0'};
        assert_string_equal(rig_owner(&rig, rig_publish(&rig, id)), wanted[i]);
    }
    rig_close(&rig);
}

static void among_equal_loads_the_longest_idle_is_first(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_add_rep(config, "bob", 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    rig_pass(&rig, 1000);
    uint64_t bob = rig_log_on(&rig, "bob");
    struct desk_id a = rig_publish(&rig, "a");
    assert_string_equal(rig_owner(&rig, a), "ada");
    rig_accept(&rig, ada, a, 1);
    rig_pass(&rig, 1000);
    rig_complete(&rig, ada, a, "1", "won");       /* idle from now: bob is longer */
    struct desk_id b = rig_publish(&rig, "b");
    assert_string_equal(rig_owner(&rig, b), "bob");
    rig_decline(&rig, bob, b, 1);                 /* a refusal is no work: bob stays the longer idle */
    rig_cancel(&rig, b);
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "c")), "bob");
    rig_close(&rig);
}

static void a_lead_nobody_can_take_delays_no_other(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rule(config, "italy", 100, "language", "it", "italian", 10);
    rig_add_rep(config, "ada", 1, NULL, "german", 3);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    publish_in(&rig, "stuck", "it");
    struct desk_id a = publish_in(&rig, "a", "de"), b = publish_in(&rig, "b", "de");
    assert_int_equal(rig_state(&rig, a), LEAD_OFFERED);
    rig_accept(&rig, ada, a, 1);
    rig_complete(&rig, ada, a, "1", "won");
    assert_int_equal(rig_state(&rig, b), LEAD_OFFERED);
    /* Nor one that this rep declined. */
    rig_decline(&rig, ada, b, 1);
    assert_int_equal(rig_state(&rig, publish_in(&rig, "c", "de")), LEAD_OFFERED);
    rig_close(&rig);
}

/* More events in one step than are noted one by one. */
static void new_capacity_for_a_long_backlog_is_used_to_the_full(void **state)
{
    struct desk_rig rig;
    char id[8];
    struct core_config *config = rig_rules(), *more = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_add_rep(more, "ada", 200, NULL, NULL, 0);
    rig_add_rep(more, "bob", 300, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    for (int i = 0; i < 150; i++) {
        snprintf(id, sizeof id, "%d", i);
        rig_publish(&rig, id);
    }
    assert_int_equal(rig_apply(&rig, more), CORE_ACCEPTED);
    assert_int_equal(rig_rep(&rig, "ada").load, 150);
    rig_log_off(&rig, ada);                       /* 150 leads come back in one step */
    assert_int_equal(rig_rep(&rig, "ada").load, 0);
    ada = rig_log_on(&rig, "ada");
    assert_int_equal(rig_told_count(&rig, EFFECT_OFFER, ada), 150);
    uint64_t bob = rig_log_on(&rig, "bob");
    rig_log_off(&rig, ada);                       /* and with somebody there they all go on */
    assert_int_equal(rig_told_count(&rig, EFFECT_OFFER, bob), 150);
    rig_close(&rig);
}

static void a_query_tells_the_place_in_the_queue(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    rig_publish(&rig, "a");
    struct desk_id second = rig_publish(&rig, "b");
    struct core_command query = {.kind = COMMAND_QUERY, .session = PUBLISHER, .query = {.lead = second}};
    rig_step(&rig, &query);
    const struct core_effect *answer = rig_told(&rig, EFFECT_QUERY_REPLY, PUBLISHER, 0);
    assert_int_equal(answer->status, CORE_ACCEPTED);
    assert_int_equal(answer->position, 2);
    assert_int_equal(answer->to, LEAD_WAITING);
    query = (struct core_command){.kind = COMMAND_QUERY, .session = PUBLISHER, .query = {.source = {"form", 4}, .idempotency_id = {"a", 1}}};
    rig_step(&rig, &query);
    assert_int_equal(rig_told(&rig, EFFECT_QUERY_REPLY, PUBLISHER, 0)->position, 1);
    query = (struct core_command){.kind = COMMAND_QUERY, .session = PUBLISHER, .query = {.source = {"form", 4}, .idempotency_id = {"z", 1}}};
    rig_step(&rig, &query);
    assert_int_equal(rig_told(&rig, EFFECT_QUERY_REPLY, PUBLISHER, 0)->status, CORE_NOT_FOUND);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_above_capacity),
        cmocka_unit_test(weights_count_by_channel),
        cmocka_unit_test(calls_need_a_device),
        cmocka_unit_test(required_skills_need_their_level),
        cmocka_unit_test(priority_goes_before_age),
        cmocka_unit_test(the_age_of_a_lead_is_bounded),
        cmocka_unit_test(least_loaded_share_then_longest_idle_then_lowest_number),
        cmocka_unit_test(among_equal_loads_the_longest_idle_is_first),
        cmocka_unit_test(a_lead_nobody_can_take_delays_no_other),
        cmocka_unit_test(new_capacity_for_a_long_backlog_is_used_to_the_full),
        cmocka_unit_test(a_query_tells_the_place_in_the_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
