/* SPDX-License-Identifier: Apache-2.0
 *
 * Never lost, never doubled: publishing, repeating, asking, and the window in which repeats are known.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

static void open_one(struct desk_rig *rig, const struct core_limits *limits)
{
    struct core_config *config = rig_rules();
    rig_add_rep(config, "ada", 5, NULL, NULL, 0);
    rig_open(rig, config, limits);
}

static enum core_status publish(struct desk_rig *rig, const char *id, uint64_t hash)
{
    return rig_try_publish(rig, &(struct rig_lead){.id = id, .content_hash = hash});
}

static void a_repeat_gets_the_first_answer_again(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_one(&rig, NULL);
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(publish(&rig, "a", 7), CORE_DUPLICATE);
    assert_true(desk_id_equal(rig_told(&rig, EFFECT_REPLY, 0, 0)->lead, lead));
    assert_int_equal(rig_told_count(&rig, EFFECT_LEAD_EVENT, 0), 0);
    assert_int_equal(publish(&rig, "a", 8), CORE_DUPLICATE_DIFFERS);
    assert_true(desk_id_equal(rig_told(&rig, EFFECT_REPLY, 0, 0)->lead, lead));
    struct desk_id other = rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .source = "fair"});   /* another source's "a" */
    assert_false(desk_id_equal(other, lead));
    rig_close(&rig);
}

static void a_repeat_after_the_end_is_still_a_repeat(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_one(&rig, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_accept(&rig, ada, lead, 1);
    rig_complete(&rig, ada, lead, "done", "won");
    assert_int_equal(publish(&rig, "a", 7), CORE_DUPLICATE);
    assert_true(desk_id_equal(rig_told(&rig, EFFECT_REPLY, 0, 0)->lead, lead));
    struct core_command query = {.kind = COMMAND_QUERY, .session = PUBLISHER, .query = {.source = {"form", 4}, .idempotency_id = {"a", 1}}};
    rig_step(&rig, &query);
    assert_int_equal(rig_told(&rig, EFFECT_QUERY_REPLY, PUBLISHER, 0)->to, LEAD_COMPLETED);
    struct core_command cancel = {.kind = COMMAND_CANCEL, .session = PUBLISHER, .cancel = {.source = {"form", 4}, .idempotency_id = {"a", 1}}};
    assert_int_equal(rig_step(&rig, &cancel), CORE_REJECTED);
    rig_close(&rig);
}

static void cancelling_twice_is_one_cancel(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_one(&rig, NULL);
    rig_publish(&rig, "a");
    for (int i = 0; i < 2; i++) {
        struct core_command cancel = {.kind = COMMAND_CANCEL, .session = PUBLISHER, .cancel = {.source = {"form", 4}, .idempotency_id = {"a", 1}}};
        assert_int_equal(rig_step(&rig, &cancel), i == 0 ? CORE_ACCEPTED : CORE_DUPLICATE);
    }
    rig_close(&rig);
}

static void a_repeated_completion_is_known_also_after_the_end(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_one(&rig, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_accept(&rig, ada, lead, 1);
    assert_int_equal(rig_complete(&rig, ada, lead, "done", "bought"), CORE_REJECTED);   /* no such disposition */
    assert_int_equal(rig_complete(&rig, ada, lead, "", "won"), CORE_REJECTED);
    assert_int_equal(rig_complete(&rig, ada, lead, "done", "won"), CORE_ACCEPTED);
    assert_int_equal(rig_complete(&rig, ada, lead, "done", "won"), CORE_DUPLICATE);
    assert_int_equal(rig_complete(&rig, ada, lead, "done", "lost"), CORE_DUPLICATE_DIFFERS);
    assert_int_equal(rig_complete(&rig, ada, lead, "again", "won"), CORE_NOT_YOURS);
    rig_close(&rig);
}

static void the_window_is_bounded_in_time(void **state)
{
    struct core_limits limits;
    struct desk_rig rig;
    (void)state;
    rig_small_limits(&limits);
    limits.seen_ms = 60000;
    open_one(&rig, &limits);
    struct desk_id first = rig_publish(&rig, "a");
    rig_pass(&rig, 60000);
    assert_int_equal(publish(&rig, "a", 7), CORE_DUPLICATE);   /* the last moment */
    rig_pass(&rig, 1);
    struct desk_id second = rig_publish(&rig, "a");
    assert_false(desk_id_equal(first, second));
    assert_int_equal(publish(&rig, "a", 7), CORE_DUPLICATE);
    rig_close(&rig);
}

static void the_window_is_bounded_in_ids(void **state)
{
    struct core_limits limits;
    struct desk_rig rig;
    (void)state;
    rig_small_limits(&limits);
    limits.seen_max = 3;
    open_one(&rig, &limits);
    rig_publish(&rig, "a");
    rig_publish(&rig, "b");
    rig_publish(&rig, "c");
    assert_int_equal(publish(&rig, "a", 7), CORE_DUPLICATE);
    rig_publish(&rig, "d");
    assert_int_equal(publish(&rig, "b", 7), CORE_DUPLICATE);
    assert_int_equal(publish(&rig, "a", 7), CORE_ACCEPTED);    /* forgotten */
    rig_close(&rig);
}

/* Nor does an end: what it needs is kept free since the lead is open. */
static void a_young_id_is_not_forgotten_for_want_of_room_and_who_would_need_it_is_told_until_when_to_wait(void **state)
{
    struct core_limits limits;
    struct core_bounds bounds;
    struct desk_rig rig;
    (void)state;
    rig_small_limits(&limits);
    limits.seen_max = 6;      /* three are for ends */
    limits.seen_min_ms = 5000;
    open_one(&rig, &limits);
    struct desk_id first = rig_publish(&rig, "a");
    rig_pass(&rig, 1000);
    rig_publish(&rig, "b");
    rig_publish(&rig, "c");
    assert_int_equal(publish(&rig, "d", 7), CORE_BUSY);
    assert_int_equal(rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->retry_after_ms, 4000);
    assert_int_equal(publish(&rig, "a", 7), CORE_DUPLICATE);
    assert_int_equal(publish(&rig, "a", 8), CORE_DUPLICATE_DIFFERS);
    core_bounds_read(rig.core, &bounds);
    assert_int_equal(bounds.seen_refused, 1);
    assert_int_equal(bounds.seen_forgotten, 0);
    rig_cancel(&rig, first);
    rig_pass(&rig, 3999);
    assert_int_equal(publish(&rig, "d", 7), CORE_BUSY);
    assert_int_equal(rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->retry_after_ms, 1);
    rig_pass(&rig, 1);
    assert_int_equal(publish(&rig, "d", 7), CORE_ACCEPTED);
    assert_int_equal(publish(&rig, "b", 7), CORE_DUPLICATE);
    rig_close(&rig);
}

/* The same id again after the window is another lead: the end of the first is not its end. */
static void the_end_of_a_lead_that_left_the_window_marks_no_other(void **state)
{
    struct core_limits limits;
    struct desk_rig rig;
    (void)state;
    rig_small_limits(&limits);
    limits.seen_ms = 60000;
    open_one(&rig, &limits);
    struct desk_id first = rig_publish(&rig, "a");
    rig_pass(&rig, 60001);
    rig_publish(&rig, "a");
    rig_cancel(&rig, first);
    struct core_command cancel = {.kind = COMMAND_CANCEL, .session = PUBLISHER, .cancel = {.source = {"form", 4}, .idempotency_id = {"a", 1}}};
    uint64_t before = core_state_hash(rig.core);
    struct core *restored = rig_restore(&rig, rig.record_count, &(struct core_callbacks){0});
    assert_non_null(restored);
    assert_int_equal(core_state_hash(restored), before);   /* the restored one tells them apart by record */
    core_free(restored);
    assert_int_equal(rig_step(&rig, &cancel), CORE_ACCEPTED);
    rig_close(&rig);
}

static void a_test_lead_is_accepted_and_not_routed(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_one(&rig, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .is_test = true});
    assert_int_equal(rig_told_count(&rig, EFFECT_OFFER, ada), 0);
    assert_int_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 1)->cause, CAUSE_TEST_LEAD);
    assert_int_equal(rig_state(&rig, lead), LEAD_NONE);
    assert_int_equal(publish(&rig, "a", 7), CORE_DUPLICATE);
    rig_close(&rig);
}

static void what_cannot_be_taken_is_refused_with_a_reason(void **state)
{
    struct desk_rig rig;
    char long_id[300];
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 5, NULL, NULL, 0);
    rig_open(&rig, NULL, NULL);
    assert_int_equal(publish(&rig, "a", 7), CORE_BUSY);        /* no rules yet */
    assert_int_equal(rig_told(&rig, EFFECT_REPLY, 0, 0)->retry_after_ms, 1000);
    assert_int_equal(rig_apply(&rig, config), CORE_ACCEPTED);
    memset(long_id, 'x', sizeof long_id - 1);
    long_id[sizeof long_id - 1] = '\0';
    assert_int_equal(publish(&rig, long_id, 7), CORE_REJECTED);
    assert_int_equal(publish(&rig, "", 7), CORE_REJECTED);
    assert_int_equal(rig_try_publish(&rig, &(struct rig_lead){.id = "a", .source = ""}), CORE_REJECTED);
    assert_int_equal(rig_try_publish(&rig, &(struct rig_lead){.id = "a", .channel = LW_CHANNEL_CHAT}), CORE_REJECTED);
    assert_int_equal(rig_try_publish(&rig, &(struct rig_lead){.id = "a", .channel = 200}), CORE_REJECTED);
    rig_close(&rig);
}

static void a_lead_no_rule_takes_is_refused(void **state)
{
    struct desk_rig rig;
    const char *it = "it";
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 5, NULL, NULL, 0);
    assert_int_equal(core_config_rule_when(&config->rules[0], "language", CONFIG_EQUALS, &it, 1), LW_OK);
    rig_open(&rig, config, NULL);
    assert_int_equal(publish(&rig, "a", 7), CORE_REJECTED);
    rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .fields = {{"language", "IT"}}});   /* refused is not seen */
    rig_close(&rig);
}

static void the_desk_says_busy_at_its_bounds_and_goes_on_after(void **state)
{
    struct core_limits limits;
    struct desk_rig rig;
    (void)state;
    rig_small_limits(&limits);
    limits.leads_max = 2;
    open_one(&rig, &limits);
    struct desk_id first = rig_publish(&rig, "a");
    rig_publish(&rig, "b");
    assert_int_equal(publish(&rig, "c", 7), CORE_BUSY);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, 0, 0)->reason, "the desk holds as many leads as it may");
    rig_cancel(&rig, first);
    assert_int_equal(publish(&rig, "c", 7), CORE_ACCEPTED);
    rig_close(&rig);

    rig_small_limits(&limits);
    limits.payload_bytes_max = 3;
    open_one(&rig, &limits);
    rig_publish(&rig, "aa");
    assert_int_equal(publish(&rig, "bb", 7), CORE_BUSY);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, 0, 0)->reason, "the desk holds as much as it may");
    assert_int_equal(publish(&rig, "c", 7), CORE_ACCEPTED);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeat_gets_the_first_answer_again),
        cmocka_unit_test(a_repeat_after_the_end_is_still_a_repeat),
        cmocka_unit_test(cancelling_twice_is_one_cancel),
        cmocka_unit_test(a_repeated_completion_is_known_also_after_the_end),
        cmocka_unit_test(the_window_is_bounded_in_time),
        cmocka_unit_test(the_window_is_bounded_in_ids),
        cmocka_unit_test(a_young_id_is_not_forgotten_for_want_of_room_and_who_would_need_it_is_told_until_when_to_wait),
        cmocka_unit_test(the_end_of_a_lead_that_left_the_window_marks_no_other),
        cmocka_unit_test(a_test_lead_is_accepted_and_not_routed),
        cmocka_unit_test(what_cannot_be_taken_is_refused_with_a_reason),
        cmocka_unit_test(a_lead_no_rule_takes_is_refused),
        cmocka_unit_test(the_desk_says_busy_at_its_bounds_and_goes_on_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
