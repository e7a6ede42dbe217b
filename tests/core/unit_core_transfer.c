/* SPDX-License-Identifier: Apache-2.0
 *
 * A rep hands a lead on: to a rep, a team, a skill; with an appointment; and to targets that are none.
 */
#include <stdlib.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { TRANSFER_MS = 60000, WORK_MS = 24 * 3600000 };

static struct core_command to(const char *rep, const char *team, const char *skill, uint32_t level)
{
    struct core_command command = {.kind = COMMAND_TRANSFER, .transfer = {.level = level}};
    command.transfer.rep = (struct core_text){rep, (uint32_t)strlen(rep)};
    command.transfer.team = (struct core_text){team, (uint32_t)strlen(team)};
    command.transfer.skill = (struct core_text){skill, (uint32_t)strlen(skill)};
    return command;
}

static enum core_status hand_on(struct desk_rig *rig, uint64_t session, struct desk_id lead, uint32_t offer_number, struct core_command command)
{
    command.session = session;
    command.transfer.lead = lead;
    command.transfer.offer_number = offer_number;
    return rig_step(rig, &command);
}

/* Ada (inside), Bob (inside, Italian 5) and Cleo (outside, Italian 9); Ada has a lead. */
static struct desk_id open_three(struct desk_rig *rig, uint64_t on[3])
{
    static const char *const teams[] = {"inside", "inside", "outside"};
    struct core_config *config = rig_rules();
    config->transfer_for_ms = TRANSFER_MS;
    rig_add_rep(config, "ada", 2, NULL, NULL, 0);
    rig_add_rep(config, "bob", 2, NULL, "italian", 5);
    rig_add_rep(config, "cleo", 2, NULL, "italian", 9);
    for (int i = 0; i < 3; i++) {
        free(config->reps[i].team);
        config->reps[i].team = strdup(teams[i]);
    }
    rig_open(rig, config, NULL);
    on[0] = rig_log_on(rig, "ada");
    struct desk_id lead = rig_publish_lead(rig, &(struct rig_lead){.id = "a", .received_ms = (int64_t)rig->now_ms - 9000});
    rig_accept(rig, on[0], lead, 1);
    on[1] = rig_log_on(rig, "bob");
    on[2] = rig_log_on(rig, "cleo");
    return lead;
}

static void a_lead_goes_to_the_rep_who_is_named_with_its_age(void **state)
{
    struct desk_rig rig;
    uint64_t on[3];
    (void)state;
    struct desk_id lead = open_three(&rig, on);
    uint64_t received_ms = rig_row(&rig, lead).received_unix_ms;
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("cleo", "", "", 0)), CORE_ACCEPTED);
    assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, on[0], 0)->cause, CAUSE_TRANSFERRED);
    assert_string_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0)->reason, "rep cleo");
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, on[2], 0);   /* though Bob is as free */
    assert_non_null(offer);
    assert_string_equal(offer->set_by, "ada");
    assert_int_equal(offer->received_unix_ms, received_ms);
    assert_int_equal(rig_rep(&rig, "ada").load, 0);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("cleo", "", "", 0)), CORE_DUPLICATE);
    rig_accept(&rig, on[2], lead, 2);
    rig_complete(&rig, on[2], lead, "c", "won");
    const struct core_effect *end = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0);
    assert_string_equal(end->set_by, "ada");   /* who set and who closed */
    assert_string_equal(end->rep, "cleo");
    rig_close(&rig);
}

static struct core_command with_note(struct core_command command, const char *note)
{
    command.transfer.note = (struct core_text){note, (uint32_t)strlen(note)};
    return command;
}

static void a_note_goes_along_also_through_a_restart(void **state)
{
    struct desk_rig rig;
    uint64_t on[3];
    (void)state;
    struct desk_id lead = open_three(&rig, on);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, with_note(to("cleo", "", "", 0), "wants it before winter")), CORE_ACCEPTED);
    assert_string_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0)->note, "");   /* nobody else's business */
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, on[2], 0);
    assert_string_equal(offer->note, "wants it before winter");
    assert_string_equal(offer->note_by, "ada");
    rig_restart(&rig);
    uint64_t cleo = rig_log_on(&rig, "cleo");
    assert_string_equal(rig_told(&rig, EFFECT_OFFER, cleo, 0)->note, "wants it before winter");
    rig_accept(&rig, cleo, lead, 2);
    assert_string_equal(rig_told(&rig, EFFECT_HOLDING, cleo, 0)->note_by, "ada");
    rig_log_on(&rig, "bob");
    assert_int_equal(hand_on(&rig, cleo, lead, 2, to("bob", "", "", 0)), CORE_ACCEPTED);   /* without one: the last stays, and says whose it is */
    offer = rig_told(&rig, EFFECT_OFFER, rig.next_session, 0);
    assert_string_equal(offer->set_by, "cleo");
    assert_string_equal(offer->note_by, "ada");
    rig_close(&rig);
}

static void a_note_has_a_bound_and_a_lead_keeps_so_many_acts(void **state)
{
    struct desk_rig rig;
    uint64_t on[3];
    char note[502] = "";
    (void)state;
    struct desk_id lead = open_three(&rig, on);
    memset(note, 'n', 501);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, with_note(to("cleo", "", "", 0), note)), CORE_REJECTED);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, on[0], 0)->reason, "the note is longer than 500 bytes");
    note[500] = '\0';
    assert_int_equal(hand_on(&rig, on[0], lead, 1, with_note(to("cleo", "", "", 0), note)), CORE_ACCEPTED);
    assert_string_equal(rig_told(&rig, EFFECT_OFFER, on[2], 0)->note, note);
    for (int i = 0; i < 8; i++)
        assert_int_equal(rig_act(&rig, lead, ACT_PRIORITISE), CORE_ACCEPTED);
    rig_accept(&rig, on[2], lead, 2);
    assert_string_equal(rig_told(&rig, EFFECT_HOLDING, on[2], 0)->note, "");
    rig_close(&rig);
}

static void a_rep_who_is_not_there_is_waited_for_then_all_are_asked(void **state)
{
    struct desk_rig rig;
    uint64_t on[3];
    (void)state;
    struct desk_id lead = open_three(&rig, on);
    rig_log_off(&rig, on[2]);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("cleo", "", "", 0)), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, TRANSFER_MS - 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_pass(&rig, 1);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    rig_close(&rig);
}

static void only_the_team_that_is_named_gets_it(void **state)
{
    struct desk_rig rig;
    uint64_t on[3];
    (void)state;
    struct desk_id lead = open_three(&rig, on);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("", "outside", "", 0)), CORE_ACCEPTED);
    assert_string_equal(rig_owner(&rig, lead), "cleo");
    rig_decline(&rig, on[2], lead, 2);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_close(&rig);
}

static void only_who_has_the_skill_gets_it_also_after_a_restart(void **state)
{
    struct desk_rig rig;
    uint64_t on[3];
    (void)state;
    struct desk_id lead = open_three(&rig, on);
    rig_set_state(&rig, on[2], REP_BREAK);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("", "", "italian", 7)), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);   /* Bob's 5 is not enough */

    struct core *restored = rig_restore(&rig, rig.record_count, &(struct core_callbacks){0});
    assert_non_null(restored);
    core_free(rig_swap(&rig, restored));
    core_set_epoch(rig.core, rig.epoch + 1);
    rig_resume_service(&rig);
    rig_log_on(&rig, "bob");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_set_state(&rig, rig_log_on(&rig, "cleo"), REP_AVAILABLE);
    assert_string_equal(rig_owner(&rig, lead), "cleo");
    assert_string_equal(rig_row(&rig, lead).set_by, "ada");
    rig_close(&rig);
}

static void an_appointment_goes_along_and_work_lasts_beyond_it(void **state)
{
    struct desk_rig rig;
    uint64_t on[3];
    (void)state;
    struct desk_id lead = open_three(&rig, on);
    struct core_command command = to("cleo", "", "", 0);
    const int64_t at_ms = (int64_t)rig.now_ms + 3 * WORK_MS;
    command.transfer.appointment_unix_ms = at_ms;
    command.transfer.place = (struct core_text){"Via Roma 1", 10};
    assert_int_equal(hand_on(&rig, on[0], lead, 1, command), CORE_ACCEPTED);
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, on[2], 0);
    assert_int_equal(offer->appointment_ms, at_ms);
    assert_string_equal(offer->place, "Via Roma 1");
    rig_accept(&rig, on[2], lead, 2);
    assert_int_equal(rig_row(&rig, lead).deadline_ms, at_ms + WORK_MS);
    rig_close(&rig);
}

static void targets_that_are_none_are_refused_and_nothing_changes(void **state)
{
    struct desk_rig rig;
    uint64_t on[3];
    (void)state;
    struct desk_id lead = open_three(&rig, on);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("zoe", "", "", 0)), CORE_REJECTED);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("ada", "", "", 0)), CORE_REJECTED);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("", "far", "", 0)), CORE_REJECTED);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("", "", "italian", 10)), CORE_REJECTED);   /* nobody */
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("", "", "italian", 0)), CORE_REJECTED);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("", "", "juggling", 3)), CORE_REJECTED);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("", "", "", 0)), CORE_REJECTED);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("bob", "inside", "", 0)), CORE_REJECTED);
    struct core_command command = to("cleo", "", "", 0);
    command.transfer.appointment_unix_ms = (int64_t)rig.now_ms;
    assert_int_equal(hand_on(&rig, on[0], lead, 1, command), CORE_REJECTED);
    assert_int_equal(hand_on(&rig, on[1], lead, 1, to("cleo", "", "", 0)), CORE_NOT_YOURS);
    assert_int_equal(hand_on(&rig, on[0], lead, 2, to("cleo", "", "", 0)), CORE_NOT_YOURS);
    assert_int_equal(rig_state(&rig, lead), LEAD_ASSIGNED);
    rig_close(&rig);
}

static void handed_back_it_goes_to_who_handed_it_on(void **state)
{
    struct desk_rig rig;
    uint64_t on[3];
    (void)state;
    struct desk_id lead = open_three(&rig, on);
    struct core_command back = {.kind = COMMAND_TRANSFER, .session = on[0]};
    back.transfer.lead = lead;
    back.transfer.offer_number = 1;
    back.transfer.back = true;
    assert_int_equal(rig_step(&rig, &back), CORE_REJECTED);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, on[0], 0)->reason, "nobody handed it on");
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("cleo", "", "", 0)), CORE_ACCEPTED);
    rig_accept(&rig, on[2], lead, 2);
    back.session = on[2];
    back.transfer.offer_number = 2;
    back.transfer.rep = (struct core_text){"bob", 3};   /* two targets are none */
    assert_int_equal(rig_step(&rig, &back), CORE_REJECTED);
    back.transfer.rep = (struct core_text){0};
    assert_int_equal(rig_step(&rig, &back), CORE_ACCEPTED);
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, on[0], 0);   /* at once, though she handed it on */
    assert_true(desk_id_equal(offer->lead, lead));
    assert_string_equal(offer->set_by, "cleo");
    rig_accept(&rig, on[0], lead, 3);
    rig_close(&rig);
}

static void one_cannot_hand_back_to_oneself(void **state)
{
    struct desk_rig rig;
    uint64_t on[3];
    (void)state;
    struct desk_id lead = open_three(&rig, on);
    assert_int_equal(hand_on(&rig, on[0], lead, 1, to("bob", "", "", 0)), CORE_ACCEPTED);
    rig_log_off(&rig, on[1]);
    rig_log_off(&rig, on[2]);
    rig_pass(&rig, 125000);   /* Bob's time and her own refusal are over */
    assert_string_equal(rig_owner(&rig, lead), "ada");
    uint32_t offer_number = rig_row(&rig, lead).offer_number;
    rig_accept(&rig, on[0], lead, offer_number);
    struct core_command back = {.kind = COMMAND_TRANSFER, .session = on[0]};
    back.transfer.lead = lead;
    back.transfer.offer_number = offer_number;
    back.transfer.back = true;
    assert_int_equal(rig_step(&rig, &back), CORE_REJECTED);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, on[0], 0)->reason, "it was you who handed it on");
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lead_goes_to_the_rep_who_is_named_with_its_age),
        cmocka_unit_test(a_note_goes_along_also_through_a_restart),
        cmocka_unit_test(a_note_has_a_bound_and_a_lead_keeps_so_many_acts),
        cmocka_unit_test(a_rep_who_is_not_there_is_waited_for_then_all_are_asked),
        cmocka_unit_test(only_the_team_that_is_named_gets_it),
        cmocka_unit_test(only_who_has_the_skill_gets_it_also_after_a_restart),
        cmocka_unit_test(an_appointment_goes_along_and_work_lasts_beyond_it),
        cmocka_unit_test(targets_that_are_none_are_refused_and_nothing_changes),
        cmocka_unit_test(handed_back_it_goes_to_who_handed_it_on),
        cmocka_unit_test(one_cannot_hand_back_to_oneself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
