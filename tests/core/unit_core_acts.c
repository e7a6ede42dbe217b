/* SPDX-License-Identifier: Apache-2.0
 *
 * What managers do with leads and reps: assign, hold, prioritise, set a state; kept with who and why, also after a restart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { PARK_MS = 24 * 3600000 };

static struct core_text words(const char *text)
{
    return (struct core_text){text, (uint32_t)strlen(text)};
}

static enum core_status act(struct desk_rig *rig, struct desk_id lead, enum core_act what, const char *rep, int64_t until_ms, uint32_t priority)
{
    struct core_command command = {.kind = COMMAND_ACT, .session = MANAGER};
    command.act.lead = lead;
    command.act.act = what;
    command.act.by = words("boss");
    command.act.reason = words("he knows them");
    command.act.rep = words(rep);
    command.act.until_unix_ms = until_ms;
    command.act.priority = priority;
    return rig_step(rig, &command);
}

static enum core_status set_state_of(struct desk_rig *rig, const char *rep, enum rep_state state)
{
    struct core_command command = {.kind = COMMAND_ACT_ON_REP, .session = MANAGER};
    command.act_on_rep.rep = words(rep);
    command.act_on_rep.by = words("boss");
    command.act_on_rep.reason = words("training");
    command.act_on_rep.state = state;
    return rig_step(rig, &command);
}

/* Ada can Italian and has a device; Bob has neither. */
static void open_two(struct desk_rig *rig, uint64_t on[2])
{
    struct core_config *config = rig_rules();
    config->park_limit_ms = PARK_MS;
    config->park_nudge_ms = 0;
    rig_add_rule(config, "italy", 10, "language", "it", "italian", 5);
    rig_add_rep(config, "ada", 2, "+391", "italian", 8);
    rig_add_rep(config, "bob", 2, NULL, NULL, 0);
    rig_open(rig, config, NULL);
    on[0] = rig_log_on(rig, "ada");
    on[1] = rig_log_on(rig, "bob");
}

static struct desk_id italian(struct desk_rig *rig, const char *id)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .fields = {{"language", "it"}}});
}

struct heard_acts { uint32_t count; struct core_act_view last; char rep[32], by[32], reason[64]; };

static void hear_act(void *context, const struct core_act_view *view)
{
    struct heard_acts *heard = context;
    heard->count++;
    heard->last = *view;
    snprintf(heard->rep, sizeof heard->rep, "%s", view->rep);
    snprintf(heard->by, sizeof heard->by, "%s", view->by);
    snprintf(heard->reason, sizeof heard->reason, "%s", view->reason);
}

static struct heard_acts acts_of(struct desk_rig *rig, struct desk_id lead)
{
    struct heard_acts heard = {0};
    core_explain_acts(rig->core, lead, &heard, hear_act);
    return heard;
}

static void a_named_rep_gets_the_lead_over_the_rules(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    rig_set_state(&rig, on[0], REP_BREAK);
    struct desk_id lead = italian(&rig, "a");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_set_state(&rig, on[1], REP_BREAK);   /* nor is he asked */
    assert_int_equal(act(&rig, lead, ACT_ASSIGN, "bob", 0, 0), CORE_ACCEPTED);
    const struct core_effect *event = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0);
    assert_int_equal(event->to, LEAD_ASSIGNED);
    assert_string_equal(event->by, "boss");
    assert_string_equal(event->reason, "he knows them");
    const struct core_effect *holding = rig_told(&rig, EFFECT_HOLDING, on[1], 0);
    assert_non_null(holding->payload);       /* no offer brought it */
    assert_false(holding->resumed);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    rig_restart(&rig);
    struct heard_acts heard = acts_of(&rig, lead);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.last.what, CAUSE_ASSIGNED);
    assert_string_equal(heard.rep, "bob");
    assert_string_equal(heard.by, "boss");
    assert_string_equal(heard.reason, "he knows them");
    rig_complete(&rig, rig_log_on(&rig, "bob"), lead, "c", "won");
    assert_int_equal(acts_of(&rig, lead).count, 1);   /* also when it has ended */
    rig_close(&rig);
}

static void who_had_it_is_told_and_free(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    struct desk_id lead = italian(&rig, "a");
    assert_string_equal(rig_owner(&rig, lead), "ada");
    assert_int_equal(act(&rig, lead, ACT_ASSIGN, "bob", 0, 0), CORE_ACCEPTED);
    assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, on[0], 0)->cause, CAUSE_ASSIGNED);
    assert_int_equal(rig_rep(&rig, "ada").load, 0);
    assert_int_equal(rig_accept(&rig, on[0], lead, 1), CORE_NOT_YOURS);
    assert_int_equal(act(&rig, lead, ACT_ASSIGN, "bob", 0, 0), CORE_REJECTED);   /* he has it */
    assert_int_equal(act(&rig, lead, ACT_ASSIGN, "ada", 0, 0), CORE_ACCEPTED);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    assert_int_equal(rig_row(&rig, lead).offer_number, 3);
    rig_close(&rig);
}

static void room_is_asked_and_so_is_a_device(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    rig_set_state(&rig, on[0], REP_BREAK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(act(&rig, italian(&rig, i ? "a" : "b"), ACT_ASSIGN, "bob", 0, 0), CORE_ACCEPTED);
    struct desk_id third = italian(&rig, "c");
    assert_int_equal(act(&rig, third, ACT_ASSIGN, "bob", 0, 0), CORE_REJECTED);
    assert_int_equal(act(&rig, third, ACT_ASSIGN, "zoe", 0, 0), CORE_REJECTED);
    assert_int_equal(rig_state(&rig, third), LEAD_WAITING);
    assert_int_equal(acts_of(&rig, third).count, 0);   /* what was refused leaves nothing behind */
    rig_complete(&rig, on[1], rig_publish(&rig, "x"), "x", "won");
    struct desk_id call = rig_publish_lead(&rig, &(struct rig_lead){.id = "d", .channel = LW_CHANNEL_PHONE});
    assert_int_equal(act(&rig, call, ACT_ASSIGN, "bob", 0, 0), CORE_REJECTED);
    assert_int_equal(act(&rig, call, ACT_ASSIGN, "ada", 0, 0), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, call), LEAD_CONNECTING);   /* it rings first */
    rig_dial(&rig, call, 1, DIAL_OUTCOME_ANSWERED);
    assert_int_equal(rig_state(&rig, call), LEAD_ASSIGNED);
    rig_log_off(&rig, on[1]);
    assert_int_equal(act(&rig, third, ACT_ASSIGN, "bob", 0, 0), CORE_REJECTED);   /* not there */
    rig_close(&rig);
}

static void a_held_lead_sleeps_until_its_time_or_until_it_is_released(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    rig_set_state(&rig, on[0], REP_BREAK);
    struct desk_id lead = italian(&rig, "a");
    uint64_t received_ms = rig_row(&rig, lead).received_unix_ms;
    assert_int_equal(act(&rig, lead, ACT_HOLD, "", (int64_t)rig.now_ms, 0), CORE_REJECTED);   /* over */
    assert_int_equal(act(&rig, lead, ACT_HOLD, "", (int64_t)rig.now_ms + 60000, 0), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_SCHEDULED);
    rig_set_state(&rig, on[0], REP_AVAILABLE);
    assert_int_equal(rig_state(&rig, lead), LEAD_SCHEDULED);
    assert_int_equal(act(&rig, lead, ACT_HOLD, "", 0, 0), CORE_REJECTED);   /* it sleeps */
    rig_restart(&rig);
    rig_log_on(&rig, "ada");
    rig_pass(&rig, 59999);
    assert_int_equal(rig_state(&rig, lead), LEAD_SCHEDULED);
    rig_pass(&rig, 1);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    assert_int_equal(rig_row(&rig, lead).received_unix_ms, received_ms);
    assert_false(rig_row(&rig, lead).is_call_back);

    struct desk_id other = rig_publish_lead(&rig, &(struct rig_lead){.id = "b", .channel = LW_CHANNEL_PHONE});
    assert_int_equal(act(&rig, other, ACT_HOLD, "", 0, 0), CORE_REJECTED);   /* somebody is on the line */
    rig_close(&rig);
}

static void a_hold_without_a_time_ends_with_the_park_limit(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    rig_set_state(&rig, on[0], REP_BREAK);
    struct desk_id lead = italian(&rig, "a");
    assert_int_equal(act(&rig, lead, ACT_HOLD, "", 0, 0), CORE_ACCEPTED);
    assert_int_equal(rig_row(&rig, lead).deadline_ms, rig.now_ms + PARK_MS);
    assert_int_equal(act(&rig, lead, ACT_RELEASE, "", 0, 0), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    assert_int_equal(acts_of(&rig, lead).count, 2);
    rig_close(&rig);
}

static void a_lead_with_another_priority_goes_in_its_new_place(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    rig_set_state(&rig, on[0], REP_BREAK);
    struct desk_id first = italian(&rig, "a"), second = italian(&rig, "b");
    assert_int_equal(act(&rig, second, ACT_PRIORITISE, "", 0, 201), CORE_REJECTED);
    assert_int_equal(act(&rig, second, ACT_PRIORITISE, "", 0, 90), CORE_ACCEPTED);
    const struct core_effect *event = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0);
    assert_int_equal(event->from, LEAD_WAITING);
    assert_int_equal(event->to, LEAD_WAITING);
    assert_int_equal(event->priority, 90);
    assert_int_equal(event->cause, CAUSE_PRIORITISED);
    rig_restart(&rig);
    assert_int_equal(rig_row(&rig, second).priority, 90);
    rig_log_on(&rig, "ada");
    rig_set_state(&rig, rig.next_session, REP_AVAILABLE);
    rig_accept(&rig, rig.next_session, second, 1);
    assert_string_equal(rig_owner(&rig, second), "ada");
    assert_int_equal(rig_row(&rig, first).offer_number, 1);   /* there was room for both; one came first */
    rig_close(&rig);
}

static void only_the_last_acts_are_kept(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    rig_set_state(&rig, on[0], REP_BREAK);
    struct desk_id lead = italian(&rig, "a");
    for (uint32_t i = 0; i < 12; i++)
        assert_int_equal(act(&rig, lead, ACT_PRIORITISE, "", 0, i), CORE_ACCEPTED);
    assert_int_equal(acts_of(&rig, lead).count, 8);
    rig_restart(&rig);
    assert_int_equal(acts_of(&rig, lead).count, 8);
    rig_close(&rig);
}

static void a_manager_sets_a_reps_state(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    open_two(&rig, on);
    assert_int_equal(set_state_of(&rig, "ada", REP_BREAK), CORE_ACCEPTED);
    assert_string_equal(rig_told(&rig, EFFECT_REP_STATUS, on[0], 0)->reason, "boss: training");
    const struct core_effect *event = rig_told(&rig, EFFECT_REP_EVENT, 0, 0);
    assert_int_equal(event->cause, CAUSE_SET_BY_MANAGER);
    assert_string_equal(event->by, "boss");
    assert_string_equal(event->reason, "training");
    assert_int_equal(set_state_of(&rig, "ada", REP_BREAK), CORE_DUPLICATE);
    struct desk_id lead = italian(&rig, "a");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    assert_int_equal(set_state_of(&rig, "ada", REP_AVAILABLE), CORE_ACCEPTED);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    assert_int_equal(set_state_of(&rig, "ada", REP_WRAP_UP), CORE_REJECTED);
    assert_int_equal(set_state_of(&rig, "ada", REP_OFFLINE), CORE_ACCEPTED);
    assert_int_equal(rig_told_count(&rig, EFFECT_REPLACED, on[0]), 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    assert_int_equal(set_state_of(&rig, "ada", REP_AVAILABLE), CORE_REJECTED);   /* not there */
    assert_int_equal(set_state_of(&rig, "zoe", REP_BREAK), CORE_NOT_FOUND);
    rig_close(&rig);
}

static void too_many_words_are_refused(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    char reason[202];
    (void)state;
    open_two(&rig, on);
    struct desk_id lead = italian(&rig, "a");
    memset(reason, 'x', 201);
    struct core_command command = {.kind = COMMAND_ACT, .session = MANAGER};
    command.act.lead = lead;
    command.act.act = ACT_CANCEL;
    command.act.reason = (struct core_text){reason, 201};
    assert_int_equal(rig_step(&rig, &command), CORE_REJECTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_OFFERED);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_named_rep_gets_the_lead_over_the_rules),
        cmocka_unit_test(who_had_it_is_told_and_free),
        cmocka_unit_test(room_is_asked_and_so_is_a_device),
        cmocka_unit_test(a_held_lead_sleeps_until_its_time_or_until_it_is_released),
        cmocka_unit_test(a_hold_without_a_time_ends_with_the_park_limit),
        cmocka_unit_test(a_lead_with_another_priority_goes_in_its_new_place),
        cmocka_unit_test(only_the_last_acts_are_kept),
        cmocka_unit_test(a_manager_sets_a_reps_state),
        cmocka_unit_test(too_many_words_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
