/* SPDX-License-Identifier: Apache-2.0
 *
 * The first touch of a lead: made by the rep, seen by an edge, made by a call that was answered; reminded of, and not made.
 */
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { TOUCH_MS = 60000, NUDGE_MS = 30000 };

static void open_two(struct desk_rig *rig, uint64_t on[2])
{
    struct core_config *config = rig_rules();
    for (int i = 1; i < LW_CHANNEL_COUNT; i++) {
        config->channels[i].first_touch_ms = TOUCH_MS;
        config->channels[i].nudge_percent = 50;
    }
    config->retry_same_rep_ms = 3600000;
    rig_add_rep(config, "ada", 1, "+391", NULL, 0);
    rig_add_rep(config, "bob", 1, "+392", NULL, 0);
    rig_open(rig, config, NULL);
    on[0] = rig_log_on(rig, "ada");
    on[1] = rig_log_on(rig, "bob");
}

static struct desk_id with_ada(struct desk_rig *rig, uint64_t on[2])
{
    struct desk_id lead = rig_publish(rig, "a");
    assert_string_equal(rig_owner(rig, lead), "ada");
    assert_int_equal(rig_accept(rig, on[0], lead, 1), CORE_ACCEPTED);
    return lead;
}

static enum core_status touch(struct desk_rig *rig, uint64_t session, struct desk_id lead, uint32_t offer_number, enum touch_kind kind)
{
    struct core_command command = {.kind = COMMAND_TOUCH, .session = session, .touch = {lead, offer_number, kind}};
    return rig_step(rig, &command);
}

static void a_rep_is_reminded_once_and_then_the_lead_moves_on(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    struct desk_id lead = with_ada(&rig, on);
    uint64_t received_ms = rig_row(&rig, lead).received_unix_ms, by_ms = rig.now_ms + TOUCH_MS;
    assert_int_equal(rig_told(&rig, EFFECT_HOLDING, on[0], 0)->touch_ms, by_ms);
    rig_pass(&rig, NUDGE_MS - 1);
    assert_int_equal(rig_told_count(&rig, EFFECT_NUDGE, on[0]), 0);
    rig_pass(&rig, 1);
    assert_int_equal(rig_told_count(&rig, EFFECT_NUDGE, on[0]), 1);
    assert_int_equal(rig_told(&rig, EFFECT_NUDGE, on[0], 0)->touch_ms, by_ms);
    rig_pass(&rig, TOUCH_MS - NUDGE_MS - 1);
    assert_int_equal(rig_told_count(&rig, EFFECT_NUDGE, on[0]), 0);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_pass(&rig, 1);
    assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, on[0], 0)->cause, CAUSE_UNTOUCHED);
    assert_string_equal(rig_owner(&rig, lead), "bob");   /* in the same step */
    assert_int_equal(rig_row(&rig, lead).received_unix_ms, received_ms);
    rig_decline(&rig, on[1], lead, 2);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);   /* not for her again */
    rig_close(&rig);
}

static void a_lead_that_the_rep_touched_stays(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    struct desk_id lead = with_ada(&rig, on);
    assert_int_equal(touch(&rig, on[1], lead, 1, TOUCH_REP), CORE_NOT_YOURS);
    assert_int_equal(touch(&rig, on[0], lead, 2, TOUCH_REP), CORE_NOT_YOURS);
    assert_int_equal(touch(&rig, on[0], lead, 1, TOUCH_REP), CORE_ACCEPTED);
    const struct core_effect *event = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0);
    assert_int_equal(event->cause, CAUSE_TOUCHED);
    assert_string_equal(event->reason, "rep");
    assert_int_equal(event->from, LEAD_ASSIGNED);
    assert_int_equal(event->to, LEAD_ASSIGNED);
    assert_int_equal(touch(&rig, on[0], lead, 1, TOUCH_REP), CORE_DUPLICATE);
    rig_pass(&rig, 10 * TOUCH_MS);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_close(&rig);
}

static void an_edge_says_what_it_saw(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    struct desk_id lead = with_ada(&rig, on);
    assert_int_equal(touch(&rig, PUBLISHER, lead, 1, TOUCH_NONE), CORE_REJECTED);
    assert_int_equal(touch(&rig, PUBLISHER, lead, 1, TOUCH_REP), CORE_NO_SESSION);   /* that is for reps to say */
    assert_int_equal(touch(&rig, PUBLISHER, lead, 1, TOUCH_MAIL_SENT), CORE_ACCEPTED);
    assert_string_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0)->reason, "mail_sent");
    rig_pass(&rig, TOUCH_MS);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_close(&rig);
}

static void an_answered_call_is_a_touch(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    struct desk_id call = rig_publish_lead(&rig, &(struct rig_lead){.id = "c", .channel = LW_CHANNEL_PHONE});
    rig_accept(&rig, on[0], call, 1);
    rig_dial(&rig, call, 1, DIAL_OUTCOME_ANSWERED);
    assert_int_equal(rig_row(&rig, call).touch_ms, 0);
    assert_int_equal(touch(&rig, on[0], call, 1, TOUCH_REP), CORE_DUPLICATE);
    rig_pass(&rig, 2 * TOUCH_MS);
    assert_string_equal(rig_owner(&rig, call), "ada");
    rig_close(&rig);
}

static void what_was_touched_and_nudged_lives_through_a_restart(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    struct desk_id lead = with_ada(&rig, on);
    rig_pass(&rig, NUDGE_MS);
    uint64_t by_ms = rig_row(&rig, lead).touch_ms;
    struct core *restored = rig_restore(&rig, rig.record_count, &(struct core_callbacks){0});
    assert_non_null(restored);
    core_free(rig_swap(&rig, restored));
    core_set_epoch(rig.core, ++rig.epoch);
    assert_int_equal(rig_row(&rig, lead).touch_ms, by_ms);
    rig.now_ms += 1000;
    rig_resume_service(&rig);   /* an outage is nobody's: the whole time again */
    assert_int_equal(rig_row(&rig, lead).touch_ms, rig.now_ms + TOUCH_MS);
    uint64_t ada = rig_log_on(&rig, "ada");
    assert_int_equal(touch(&rig, ada, lead, 1, TOUCH_REP), CORE_ACCEPTED);
    restored = rig_restore(&rig, rig.record_count, &(struct core_callbacks){0});
    assert_non_null(restored);
    core_free(rig_swap(&rig, restored));
    core_set_epoch(rig.core, ++rig.epoch);
    rig_resume_service(&rig);
    assert_int_equal(rig_row(&rig, lead).touch_ms, 0);
    rig_close(&rig);
}

static void a_desk_that_does_not_ask_for_it_waits_as_long_as_work_lasts(void **state)
{
    struct desk_rig rig;
    (void)state;
    struct core_config *config = rig_rules();
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_accept(&rig, ada, lead, 1);
    assert_int_equal(touch(&rig, ada, lead, 1, TOUCH_REP), CORE_DUPLICATE);
    rig_pass(&rig, 10 * TOUCH_MS);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_close(&rig);
}

/* Also on a channel that asks for none; a restart keeps it. */
static void a_rule_has_its_own_time_for_a_first_touch(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    config->channels[LW_CHANNEL_EMAIL].first_touch_ms = TOUCH_MS;
    config->channels[LW_CHANNEL_EMAIL].nudge_percent = 10;
    rig_add_rep(config, "ada", 9, "+391", NULL, 0);
    rig_add_rule(config, "hot", 10, "product", "roof", NULL, 0);
    config->rules[0].first_touch_ms = 20000;
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id web = rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .channel = LW_CHANNEL_WEB, .fields = {{"product", "roof"}}});
    rig_accept(&rig, ada, web, 1);
    assert_int_equal(rig_told(&rig, EFFECT_HOLDING, ada, 0)->touch_ms, rig.now_ms + 20000);
    struct desk_id mail = rig_publish_lead(&rig, &(struct rig_lead){.id = "b", .channel = LW_CHANNEL_EMAIL, .fields = {{"product", "roof"}}});
    rig_accept(&rig, ada, mail, 1);
    assert_int_equal(rig_told(&rig, EFFECT_HOLDING, ada, 0)->touch_ms, rig.now_ms + 20000);
    struct desk_id other = rig_publish_lead(&rig, &(struct rig_lead){.id = "c", .channel = LW_CHANNEL_WEB});
    rig_accept(&rig, ada, other, 1);
    assert_int_equal(rig_told(&rig, EFFECT_HOLDING, ada, 0)->touch_ms, 0);
    rig_pass(&rig, 2000);
    assert_int_equal(rig_told_count(&rig, EFFECT_NUDGE, ada), 1);   /* of the mail: a tenth, as its channel says */
    rig_pass(&rig, 7999);
    assert_int_equal(rig_told_count(&rig, EFFECT_NUDGE, ada), 0);
    rig_pass(&rig, 1);
    assert_int_equal(rig_told_count(&rig, EFFECT_NUDGE, ada), 1);   /* of the form: half, where the channel says nothing */
    rig_restart(&rig);
    assert_int_equal(rig_row(&rig, web).touch_ms, rig.now_ms + 20000);
    assert_int_equal(rig_row(&rig, mail).touch_ms, rig.now_ms + 20000);
    assert_int_equal(rig_row(&rig, other).touch_ms, 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_has_its_own_time_for_a_first_touch),
        cmocka_unit_test(a_rep_is_reminded_once_and_then_the_lead_moves_on),
        cmocka_unit_test(a_lead_that_the_rep_touched_stays),
        cmocka_unit_test(an_edge_says_what_it_saw),
        cmocka_unit_test(an_answered_call_is_a_touch),
        cmocka_unit_test(what_was_touched_and_nudged_lives_through_a_restart),
        cmocka_unit_test(a_desk_that_does_not_ask_for_it_waits_as_long_as_work_lasts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
