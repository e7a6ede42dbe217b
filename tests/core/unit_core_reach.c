/* SPDX-License-Identifier: Apache-2.0
 *
 * How a prospect was reached stays with the lead: the legs to reps' devices, and the first touch.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { TOUCH_MS = 60000 };

static struct core_config *rules(void)
{
    struct core_config *config = rig_rules();
    rig_add_rep(config, "ada", 5, "+390200000001", NULL, 0);
    rig_add_rep(config, "bob", 5, "+390200000002", NULL, 0);
    config->channels[LW_CHANNEL_WEB].first_touch_ms = TOUCH_MS;
    config->offers_max = 32;
    config->misses_to_away = 0;
    config->retry_same_rep_ms = 1;
    config->refusals.retry_factor = 1;
    return config;
}

static struct core_text text(const char *of)
{
    return (struct core_text){of, (uint32_t)strlen(of)};
}

/* Accepted by whom it is offered to; the dialling of the device ends so. */
static void dial(struct desk_rig *rig, const uint64_t on[2], struct desk_id lead, enum dial_outcome outcome, const char *leg)
{
    struct core_effect row = rig_row(rig, lead);
    rig_accept(rig, on[strcmp(row.rep, "ada") == 0 ? 0 : 1], lead, row.offer_number);
    assert_int_equal(rig_step(rig, &(struct core_command){.kind = COMMAND_DIAL_RESULT, .session = PUBLISHER, .dial_result = {lead, row.offer_number, outcome, text(leg)}}),
                     CORE_ACCEPTED);
}

struct heard { uint32_t count, touched; uint64_t touched_ms; char all[256]; };

static void hear(void *context, const struct core_leg_view *leg)
{
    struct heard *heard = context;
    size_t used = strlen(heard->all);
    heard->count++;
    snprintf(heard->all + used, sizeof heard->all - used, "%s %u %s %s;", leg->rep, leg->offer_number, core_cause_word(leg->outcome), leg->id);
}

static struct heard reach_of(struct desk_rig *rig, struct desk_id lead)
{
    struct heard heard = {0};
    heard.touched = core_explain_reach(rig->core, lead, &heard, hear, &heard.touched_ms);
    return heard;
}

static void restart(struct desk_rig *rig)
{
    struct core *restored = rig_restore(rig, rig->record_count, &(struct core_callbacks){0});
    assert_non_null(restored);
    core_free(rig_swap(rig, restored));
    core_set_epoch(rig->core, ++rig->epoch);
}

static struct desk_id call(struct desk_rig *rig, uint64_t on[2])
{
    rig_open(rig, rules(), NULL);
    on[0] = rig_log_on(rig, "ada"), on[1] = rig_log_on(rig, "bob");
    return rig_publish_lead(rig, &(struct rig_lead){.id = "c", .channel = LW_CHANNEL_PHONE});
}

static void each_leg_is_told_with_what_became_of_it(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = call(&rig, on);
    dial(&rig, on, lead, DIAL_OUTCOME_NO_ANSWER, "CA1");
    dial(&rig, on, lead, DIAL_OUTCOME_ANSWERED, "CA2");
    assert_string_equal(reach_of(&rig, lead).all, "ada 1 no_answer CA1;bob 2 answered CA2;");
    rig_complete(&rig, on[1], lead, "1", "won");
    assert_string_equal(reach_of(&rig, lead).all, "ada 1 no_answer CA1;bob 2 answered CA2;");
    rig_close(&rig);
}

static void legs_live_through_a_restart(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    (void)state;
    struct desk_id lead = call(&rig, on);
    dial(&rig, on, lead, DIAL_OUTCOME_BUSY, "CA1");
    dial(&rig, on, lead, DIAL_OUTCOME_ANSWERED, "CA2");
    restart(&rig);
    assert_string_equal(reach_of(&rig, lead).all, "ada 1 busy CA1;bob 2 answered CA2;");
    rig_close(&rig);
}

static void only_the_last_legs_are_kept(void **state)
{
    struct desk_rig rig;
    uint64_t on[2];
    char leg[LW_LEAD_FIELD_MAX + 2] = "CA0";
    (void)state;
    struct desk_id lead = call(&rig, on);
    for (int i = 0; i < 6; i++) {
        leg[2] = (char)('0' + i);
        rig_pass(&rig, 1);
        dial(&rig, on, lead, DIAL_OUTCOME_FAILED, leg);
    }
    struct heard heard = reach_of(&rig, lead);
    assert_int_equal(heard.count, 4);
    assert_non_null(strstr(heard.all, "CA2"));
    assert_null(strstr(heard.all, "CA1"));
    rig_pass(&rig, 1);
    dial(&rig, on, lead, DIAL_OUTCOME_FAILED, "");   /* no id, nothing to find in the telephony system */
    memset(leg, 'x', sizeof leg - 1);
    rig_pass(&rig, 1);
    dial(&rig, on, lead, DIAL_OUTCOME_FAILED, leg);
    assert_string_equal(reach_of(&rig, lead).all, heard.all);
    rig_close(&rig);
}

static void the_first_touch_is_told_also_when_the_lead_has_ended(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_accept(&rig, ada, lead, 1);
    assert_int_equal(reach_of(&rig, lead).touched, TOUCH_NONE);
    rig_pass(&rig, 1000);
    uint64_t at_ms = rig.now_ms;
    rig_step(&rig, &(struct core_command){.kind = COMMAND_TOUCH, .session = PUBLISHER, .touch = {lead, 1, TOUCH_MAIL_SENT}});
    restart(&rig);
    rig_resume_service(&rig);
    assert_int_equal(reach_of(&rig, lead).touched, TOUCH_MAIL_SENT);
    rig_act(&rig, lead, ACT_CANCEL);
    assert_int_equal(reach_of(&rig, lead).touched, TOUCH_MAIL_SENT);
    assert_int_equal(reach_of(&rig, lead).touched_ms, at_ms);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_leg_is_told_with_what_became_of_it),
        cmocka_unit_test(legs_live_through_a_restart),
        cmocka_unit_test(only_the_last_legs_are_kept),
        cmocka_unit_test(the_first_touch_is_told_also_when_the_lead_has_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
