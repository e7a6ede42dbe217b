/* SPDX-License-Identifier: Apache-2.0
 *
 * A device that is busy with other calls, or unreachable, keeps its reps from calls and from nothing else, for a time.
 */
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

#define ADA "+390200000001"
#define BOB "+390200000002"
enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS };

static struct core_config *rules(const char *device_of_bob)
{
    struct core_config *config = rig_rules();
    rig_add_rep(config, "ada", 5, ADA, NULL, 0);
    rig_add_rep(config, "bob", 5, device_of_bob, NULL, 0);
    config->channels[LW_CHANNEL_PHONE].wait_limit_ms = 8 * HOUR_MS;
    return config;
}

static enum core_status say(struct desk_rig *rig, const char *device, enum device_state state, uint64_t for_ms)
{
    return rig_step(rig, &(struct core_command){.kind = COMMAND_DEVICE, .session = PUBLISHER, .request = ++rig->next_request,
                                                .device = {{device, (uint32_t)strlen(device)}, state, for_ms}});
}

static struct desk_id call(struct desk_rig *rig, const char *id)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .channel = LW_CHANNEL_PHONE});
}

static void restart(struct desk_rig *rig)
{
    struct core *restored = rig_restore(rig, rig->record_count, &(struct core_callbacks){0});
    assert_non_null(restored);
    core_free(rig_swap(rig, restored));
    core_set_epoch(rig->core, ++rig->epoch);
}

static void a_busy_device_keeps_from_calls_and_from_nothing_else(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(BOB), NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    assert_int_equal(say(&rig, ADA, DEVICE_BUSY, 0), CORE_ACCEPTED);
    const struct core_effect *event = rig_told(&rig, EFFECT_REP_EVENT, 0, 0);
    assert_string_equal(core_cause_word(event->cause), "device_busy");
    assert_int_equal(event->device_state, DEVICE_BUSY);
    assert_int_equal(event->device_until_ms, rig.now_ms + HOUR_MS);
    assert_string_equal(rig_owner(&rig, call(&rig, "c1")), "bob");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "w1")), "ada");   /* a form: ada has less in hand */
    assert_string_equal(rig_owner(&rig, call(&rig, "c2")), "bob");
    rig_close(&rig);
}

static void a_freed_device_is_considered_at_once(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(NULL), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    assert_int_equal(say(&rig, ADA, DEVICE_UNREACHABLE, 0), CORE_ACCEPTED);
    struct desk_id lead = call(&rig, "c");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);   /* not parked: the device will be back */
    rig_step(&rig, &(struct core_command){.kind = COMMAND_QUERY, .session = PUBLISHER, .request = 99, .query = {.lead = lead}});
    assert_int_equal(rig_told(&rig, EFFECT_QUERY_REPLY, PUBLISHER, 0)->nobody, NOBODY_BUSY);
    assert_int_equal(say(&rig, ADA, DEVICE_FREE, 0), CORE_ACCEPTED);
    assert_non_null(rig_told(&rig, EFFECT_OFFER, ada, 0));
    assert_int_equal(say(&rig, ADA, DEVICE_FREE, 0), CORE_DUPLICATE);
    rig_close(&rig);
}

static void what_was_said_lapses(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(NULL), NULL);
    rig_log_on(&rig, "ada");
    assert_int_equal(say(&rig, ADA, DEVICE_BUSY, 5 * MINUTE_MS), CORE_ACCEPTED);
    struct desk_id lead = call(&rig, "c");
    rig_pass(&rig, 5 * MINUTE_MS - 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, 1);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    assert_int_equal(say(&rig, ADA, DEVICE_BUSY, 400ull * HOUR_MS), CORE_ACCEPTED);
    assert_int_equal(rig_rep(&rig, "ada").device_until_ms, rig.now_ms + 24 * HOUR_MS);
    rig_close(&rig);
}

static void reps_share_a_device_and_nobody_has_another(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(ADA), NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    assert_int_equal(say(&rig, ADA, DEVICE_BUSY, 0), CORE_ACCEPTED);
    assert_int_equal(rig_told_count(&rig, EFFECT_REP_EVENT, 0), 2);
    assert_int_equal(rig_state(&rig, call(&rig, "c")), LEAD_WAITING);
    assert_int_equal(say(&rig, "+390299", DEVICE_BUSY, 0), CORE_REJECTED);
    assert_int_equal(say(&rig, "", DEVICE_BUSY, 0), CORE_REJECTED);
    rig_close(&rig);
}

static void an_offer_stays_and_a_manager_is_told_why_not(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(NULL), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id offered = call(&rig, "c1");
    assert_int_equal(say(&rig, ADA, DEVICE_BUSY, 0), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, offered), LEAD_OFFERED);
    assert_int_equal(rig_accept(&rig, ada, offered, rig_row(&rig, offered).offer_number), CORE_ACCEPTED);
    struct desk_id lead = call(&rig, "c2");
    struct core_command assign = {.kind = COMMAND_ACT, .session = MANAGER, .request = 98,
                                  .act = {.lead = lead, .act = ACT_ASSIGN, .rep = {"ada", 3}, .by = {"boss", 4}, .reason = {"so", 2}}};
    assert_int_equal(rig_step(&rig, &assign), CORE_REJECTED);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, MANAGER, 0)->reason, "the rep's device is busy or unreachable");
    rig_close(&rig);
}

static void it_lives_through_a_restart(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(NULL), NULL);
    rig_log_on(&rig, "ada");
    assert_int_equal(say(&rig, ADA, DEVICE_UNREACHABLE, 10 * MINUTE_MS), CORE_ACCEPTED);
    uint64_t until_ms = rig.now_ms + 10 * MINUTE_MS;
    restart(&rig);
    rig_resume_service(&rig);
    assert_int_equal(rig_rep(&rig, "ada").device_state, DEVICE_UNREACHABLE);
    assert_int_equal(rig_rep(&rig, "ada").device_until_ms, until_ms);
    rig_log_on(&rig, "ada");
    struct desk_id lead = call(&rig, "c");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, until_ms - rig.now_ms);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_close(&rig);
}

static void another_device_begins_free(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(BOB), NULL);
    rig_log_on(&rig, "bob");
    assert_int_equal(say(&rig, BOB, DEVICE_BUSY, 0), CORE_ACCEPTED);
    struct desk_id lead = call(&rig, "c");
    assert_int_equal(rig_apply(&rig, rules(BOB)), CORE_ACCEPTED);   /* the same */
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    assert_int_equal(rig_apply(&rig, rules("+390200000003")), CORE_ACCEPTED);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_int_equal(rig_rep(&rig, "bob").device_until_ms, 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_busy_device_keeps_from_calls_and_from_nothing_else),
        cmocka_unit_test(a_freed_device_is_considered_at_once),
        cmocka_unit_test(what_was_said_lapses),
        cmocka_unit_test(reps_share_a_device_and_nobody_has_another),
        cmocka_unit_test(an_offer_stays_and_a_manager_is_told_why_not),
        cmocka_unit_test(it_lives_through_a_restart),
        cmocka_unit_test(another_device_begins_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
