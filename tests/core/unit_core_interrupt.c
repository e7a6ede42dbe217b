/* SPDX-License-Identifier: Apache-2.0
 *
 * A call may interrupt lighter work: the reserve of a rep, who comes first, and what interrupts nothing.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size) { (void)context; (void)kind; (void)bytes; (void)size; }
static void ignore_effect(void *context, const struct core_effect *effect) { (void)context; (void)effect; }
static const struct core_callbacks ignore_all = {NULL, ignore_record, ignore_effect};

/* A call weighs 3, a form 1. Calls interrupt forms; ada has a capacity of 3, and this reserve. */
static struct core_config *rules_with_reserve(uint32_t reserve)
{
    struct core_config *config = rig_rules();
    struct config_rep *rep;
    config->channels[LW_CHANNEL_PHONE].weight = 3;
    config->channels[LW_CHANNEL_WEB].weight = 1;
    config->channels[LW_CHANNEL_PHONE].interrupts = 1u << LW_CHANNEL_WEB;
    assert_int_equal(core_config_add_rep(config, "ada", "", 3, "+391", &rep), LW_OK);
    rep->reserve = reserve;
    return config;
}

static struct desk_id form(struct desk_rig *rig, const char *id)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .channel = LW_CHANNEL_WEB});
}

static struct desk_id call(struct desk_rig *rig, const char *id)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .channel = LW_CHANNEL_PHONE});
}

/* So many forms, accepted. */
static void give_forms(struct desk_rig *rig, uint64_t session, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        char id[16];
        snprintf(id, sizeof id, "form-%u", i);
        struct desk_id lead = form(rig, id);
        assert_int_equal(rig_accept(rig, session, lead, 1), CORE_ACCEPTED);
    }
}

static void who_is_full_of_forms_is_offered_one_call(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules_with_reserve(3), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    give_forms(&rig, ada, 3);
    struct desk_id first = call(&rig, "call-1");
    assert_string_equal(rig_owner(&rig, first), "ada");
    assert_true(rig_told(&rig, EFFECT_OFFER, ada, 0)->interrupts);
    assert_non_null(strstr(rig_why(rig_told(&rig, EFFECT_OFFER, ada, 0)), "interrupts; "));
    struct desk_id second = call(&rig, "call-2"), more = form(&rig, "form-9");
    assert_int_equal(rig_state(&rig, second), LEAD_WAITING);   /* a call never interrupts a call */
    assert_int_equal(rig_state(&rig, more), LEAD_WAITING);     /* nor a form a call: the reserve is not for it */
    assert_int_equal(rig_rep(&rig, "ada").load, 6);
    rig_close(&rig);
}

static void the_reserve_bounds_it(void **state)
{
    struct desk_rig rig;
    (void)state;
    for (uint32_t reserve = 0; reserve <= 3; reserve++) {
        rig_open(&rig, rules_with_reserve(reserve), NULL);
        give_forms(&rig, rig_log_on(&rig, "ada"), 2);
        assert_int_equal(rig_state(&rig, call(&rig, "call")), reserve >= 2 ? LEAD_OFFERED : LEAD_WAITING);
        rig_close(&rig);
    }
}

static void nothing_is_interrupted_where_the_desk_does_not_say_so(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_with_reserve(3);
    (void)state;
    config->channels[LW_CHANNEL_PHONE].interrupts = 0;
    rig_open(&rig, config, NULL);
    give_forms(&rig, rig_log_on(&rig, "ada"), 3);
    assert_int_equal(rig_state(&rig, call(&rig, "call")), LEAD_WAITING);
    rig_close(&rig);
}

static void who_has_room_comes_before_whom_it_would_interrupt(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_with_reserve(3);
    struct config_rep *rep;
    (void)state;
    assert_int_equal(core_config_add_rep(config, "bob", "", 30, "+392", &rep), LW_OK);
    rig_open(&rig, config, NULL);
    give_forms(&rig, rig_log_on(&rig, "ada"), 3);
    uint64_t bob = rig_log_on(&rig, "bob");
    struct desk_id lead = call(&rig, "call-1");
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_false(rig_told(&rig, EFFECT_OFFER, bob, 0)->interrupts);
    assert_int_equal(rig_decline(&rig, bob, lead, 1), CORE_ACCEPTED);   /* then she may be */
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_close(&rig);
}

/* A call waits while she talks; when she hung up, she has only forms again. */
static void the_next_call_comes_when_the_one_before_is_done(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_with_reserve(3);
    (void)state;
    config->channels[LW_CHANNEL_PHONE].wrap_up_ms = 0;
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    give_forms(&rig, ada, 3);
    struct desk_id first = call(&rig, "call-1"), second = call(&rig, "call-2");
    assert_int_equal(rig_accept(&rig, ada, first, 1), CORE_ACCEPTED);
    assert_int_equal(rig_dial(&rig, first, 1, DIAL_OUTCOME_ANSWERED), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, second), LEAD_WAITING);
    assert_int_equal(rig_complete(&rig, ada, first, "done", "won"), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, second), LEAD_OFFERED);
    rig_close(&rig);
}

static void a_restart_goes_on_with_the_interruption(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules_with_reserve(3), NULL);
    give_forms(&rig, rig_log_on(&rig, "ada"), 3);
    struct desk_id first = call(&rig, "call-1"), second = call(&rig, "call-2");
    struct core *twin = rig_restore(&rig, rig.record_count, &ignore_all);
    assert_non_null(twin);
    core_free(rig_swap(&rig, twin));
    core_set_epoch(rig.core, rig.epoch + 1);
    rig_resume_service(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    assert_true(rig_told(&rig, EFFECT_OFFER, ada, 0)->interrupts);
    assert_int_equal(rig_decline(&rig, ada, first, 1), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, second), LEAD_OFFERED);
    rig_close(&rig);
}

static void circles_are_refused(void **state)
{
    struct core_config *config = rules_with_reserve(1001);
    char reason[256];
    (void)state;
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
    assert_string_equal(reason, "rep 'ada': the reserve must be at most 1000");
    config->reps[0].reserve = 3;
    config->channels[LW_CHANNEL_WEB].interrupts = 1u << LW_CHANNEL_EMAIL;
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
    assert_string_equal(reason, "channel phone cannot interrupt web, which interrupts others itself");
    config->channels[LW_CHANNEL_WEB].interrupts = 0;
    config->channels[LW_CHANNEL_PHONE].interrupts = 1u << LW_CHANNEL_PHONE;
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
    assert_string_equal(reason, "channel phone cannot interrupt phone, which interrupts others itself");
    config->channels[LW_CHANNEL_PHONE].interrupts = 1;
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
    assert_string_equal(reason, "channel phone interrupts what is no channel");
    core_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_full_of_forms_is_offered_one_call),
        cmocka_unit_test(the_reserve_bounds_it),
        cmocka_unit_test(nothing_is_interrupted_where_the_desk_does_not_say_so),
        cmocka_unit_test(who_has_room_comes_before_whom_it_would_interrupt),
        cmocka_unit_test(the_next_call_comes_when_the_one_before_is_done),
        cmocka_unit_test(a_restart_goes_on_with_the_interruption),
        cmocka_unit_test(circles_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
