/* SPDX-License-Identifier: Apache-2.0
 *
 * Two leads that a manager merged are parted again: what each is then, what is refused, and that a restart at any record
 * finds one of the two, never half of it.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { REOPEN_MS = 60000 };

static struct core_text words(const char *text)
{
    return (struct core_text){text, (uint32_t)strlen(text)};
}

static enum core_status act(struct desk_rig *rig, enum core_act what, struct desk_id lead, struct desk_id into)
{
    struct core_command command = {.kind = COMMAND_ACT, .session = MANAGER};
    command.act.lead = lead;
    command.act.act = what;
    command.act.into = into;
    command.act.priority = 7;
    command.act.by = words("boss");
    command.act.reason = words("two neighbours");
    return rig_step(rig, &command);
}

static void merge(struct desk_rig *rig, struct desk_id lead, struct desk_id into)
{
    assert_int_equal(act(rig, ACT_MERGE, lead, into), CORE_ACCEPTED);
}

static enum core_status part(struct desk_rig *rig, struct desk_id lead)
{
    return act(rig, ACT_PART, lead, (struct desk_id){0});
}

static void must_refuse(struct desk_rig *rig, struct desk_id lead, const char *because)
{
    assert_int_equal(part(rig, lead), CORE_REJECTED);
    assert_string_equal(rig_told(rig, EFFECT_REPLY, MANAGER, 0)->reason, because);
}

static struct core_config *rules(uint64_t reopen_for_ms)
{
    struct core_config *config = rig_rules();
    config->reopen_for_ms = reopen_for_ms;
    config->people = (struct config_people){.join = true, .window_ms = 600000};
    config->channels[LW_CHANNEL_WEB].priority = 20;
    config->channels[LW_CHANNEL_EMAIL].priority = 5;
    rig_add_rep(config, "ada", 2, "+391", NULL, 0);
    rig_add_rep(config, "bob", 2, "+392", NULL, 0);
    return config;
}

static void open_desk(struct desk_rig *rig)
{
    rig_open(rig, rules(REOPEN_MS), NULL);
}

static struct desk_id publish(struct desk_rig *rig, const char *id, uint8_t channel, const char *phone)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .channel = channel, .phone = phone});
}

static struct core *restored(const struct desk_rig *rig, uint32_t records)
{
    struct core *core = rig_restore(rig, records, &(struct core_callbacks){0});
    assert_non_null(core);
    core_check_invariants(core);
    return core;
}

static void restart(struct desk_rig *rig)
{
    uint64_t before = core_state_hash(rig->core);
    struct core *core = restored(rig, rig->record_count);
    assert_int_equal(core_state_hash(core), before);
    core_free(rig_swap(rig, core));
    core_set_epoch(rig->core, ++rig->epoch);
    rig_resume_service(rig);
}

/* A mail, and a form that is older and more urgent and has a contact of its own. */
struct two { struct desk_id form, mail; struct core_effect form_before, mail_before; };

static struct two merge_two(struct desk_rig *rig)
{
    struct two two = {.form = publish(rig, "form", LW_CHANNEL_WEB, "+1")};
    rig_pass(rig, 1000);
    two.mail = publish(rig, "mail", LW_CHANNEL_EMAIL, "+2");
    publish(rig, "more", LW_CHANNEL_EMAIL, "+1");
    two.form_before = rig_row(rig, two.form);
    two.mail_before = rig_row(rig, two.mail);
    merge(rig, two.form, two.mail);
    rig_pass(rig, 1000);
    return two;
}

static void each_is_again_what_it_was(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct two two = merge_two(&rig);
    assert_int_equal(rig_row(&rig, two.mail).priority, two.form_before.priority);
    restart(&rig);
    assert_int_equal(part(&rig, two.form), CORE_ACCEPTED);
    for (int i = 0; i < 2; i++) {
        struct core_effect form = rig_row(&rig, two.form), mail = rig_row(&rig, two.mail);
        assert_true(form.to == LEAD_WAITING && mail.to == LEAD_WAITING);
        assert_true(form.contact_count == 1 && mail.contact_count == 0);
        assert_true(form.priority == two.form_before.priority && mail.priority == two.mail_before.priority);
        assert_true(form.received_unix_ms == two.form_before.received_unix_ms && mail.received_unix_ms == two.mail_before.received_unix_ms);
        restart(&rig);
    }
    uint64_t ada = rig_log_on(&rig, "ada");
    const struct core_effect *first = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_true(desk_id_equal(first->lead, two.form));
    assert_memory_equal(first->contacts[0].data, "more", 4);
    rig_close(&rig);
}

/* Of nobody anything is known: nothing of the contacts stays behind. */
static void what_has_no_keys_is_parted_too(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id a = publish(&rig, "a", LW_CHANNEL_WEB, NULL), into = publish(&rig, "b", LW_CHANNEL_WEB, NULL);
    merge(&rig, a, into);
    restart(&rig);
    assert_int_equal(part(&rig, a), CORE_ACCEPTED);
    restart(&rig);
    assert_int_equal(rig_row(&rig, into).contact_count, 0);
    rig_close(&rig);
}

static void both_sides_are_told_of_each_other_and_by_whom(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct two two = merge_two(&rig);
    assert_int_equal(part(&rig, two.form), CORE_ACCEPTED);
    const struct core_effect *left = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0), *again = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 1);
    assert_true(left->cause == CAUSE_PARTED && desk_id_equal(left->lead, two.mail) && desk_id_equal(left->other, two.form));
    assert_true(again->cause == CAUSE_PARTED && again->from == LEAD_MERGED && again->to == LEAD_WAITING);
    assert_true(desk_id_equal(again->lead, two.form) && desk_id_equal(again->other, two.mail));
    assert_string_equal(again->by, "boss");
    assert_string_equal(left->reason, "two neighbours");
    rig_close(&rig);
}

struct heard_acts { uint32_t count; struct core_act_view last; };

static void hear_act(void *context, const struct core_act_view *view)
{
    struct heard_acts *heard = context;
    heard->count++;
    heard->last = *view;
}

static void both_keep_who_parted_them(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct two two = merge_two(&rig);
    assert_int_equal(part(&rig, two.form), CORE_ACCEPTED);
    restart(&rig);
    struct heard_acts of_form = {0}, of_mail = {0};
    core_explain_acts(rig.core, two.form, &of_form, hear_act);
    core_explain_acts(rig.core, two.mail, &of_mail, hear_act);
    assert_true(of_form.count == 2 && of_form.last.what == CAUSE_PARTED && desk_id_equal(of_form.last.other, two.mail));
    assert_true(of_mail.count == 2 && of_mail.last.what == CAUSE_PARTED && desk_id_equal(of_mail.last.other, two.form));
    rig_close(&rig);
}

static void who_has_the_other_keeps_it_and_is_told(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct two two = merge_two(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    assert_int_equal(rig_accept(&rig, ada, two.mail, rig_row(&rig, two.mail).offer_number), CORE_ACCEPTED);
    assert_int_equal(part(&rig, two.form), CORE_ACCEPTED);
    const struct core_effect *holding = rig_told(&rig, EFFECT_HOLDING, ada, 0);
    assert_true(holding && desk_id_equal(holding->lead, two.mail) && holding->contact_count == 0 && holding->resumed);
    assert_string_equal(rig_owner(&rig, two.mail), "ada");
    assert_int_equal(rig_state(&rig, two.form), LEAD_OFFERED);   /* there is room for it */
    rig_close(&rig);
}

/* What each gave alone leads to it alone; what both have, to the newer, as ever. */
static void who_comes_again_joins_the_lead_of_their_own(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct two two = merge_two(&rig);
    assert_int_equal(part(&rig, two.form), CORE_ACCEPTED);
    restart(&rig);
    assert_true(desk_id_equal(publish(&rig, "x", LW_CHANNEL_EMAIL, "+1"), two.form));
    assert_true(desk_id_equal(publish(&rig, "y", LW_CHANNEL_EMAIL, "+2"), two.mail));
    rig_close(&rig);
}

static void a_key_of_both_stays_with_both(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct two two = merge_two(&rig);
    assert_true(desk_id_equal(publish(&rig, "late", LW_CHANNEL_EMAIL, "+1"), two.mail));   /* by the form's number */
    assert_int_equal(part(&rig, two.form), CORE_ACCEPTED);
    restart(&rig);
    assert_int_equal(rig_row(&rig, two.mail).contact_count, 1);   /* its publisher was told of the mail */
    assert_int_equal(rig_row(&rig, two.form).contact_count, 1);
    assert_true(desk_id_equal(publish(&rig, "later", LW_CHANNEL_EMAIL, "+1"), two.mail));
    rig_act(&rig, two.mail, ACT_CANCEL);
    assert_true(desk_id_equal(publish(&rig, "last", LW_CHANNEL_EMAIL, "+1"), two.form));
    rig_close(&rig);
}

static void publishers_are_told_of_an_open_lead_again(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct two two = merge_two(&rig);
    assert_int_equal(part(&rig, two.form), CORE_ACCEPTED);
    restart(&rig);
    static const char *const ids[] = {"form", "more"};
    for (int i = 0; i < 2; i++) {
        uint8_t channel = i == 0 ? LW_CHANNEL_WEB : LW_CHANNEL_EMAIL;
        assert_int_equal(rig_try_publish(&rig, &(struct rig_lead){.id = ids[i], .channel = channel, .phone = "+1"}), CORE_DUPLICATE);
        assert_true(desk_id_equal(rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->lead, two.form));
        struct core_command query = {.kind = COMMAND_QUERY, .session = PUBLISHER};
        query.query.source = words("form");
        query.query.idempotency_id = words(ids[i]);
        rig_step(&rig, &query);
        assert_int_equal(rig_told(&rig, EFFECT_QUERY_REPLY, PUBLISHER, 0)->to, LEAD_WAITING);
    }
    rig_close(&rig);
}

static void an_appointment_goes_back(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = publish(&rig, "a", LW_CHANNEL_WEB, "+1"), into = publish(&rig, "b", LW_CHANNEL_WEB, "+2");
    rig_accept(&rig, ada, lead, 1);
    struct core_command hand_on = {.kind = COMMAND_TRANSFER, .session = ada};
    hand_on.transfer.lead = lead;
    hand_on.transfer.offer_number = 1;
    hand_on.transfer.rep = words("bob");
    hand_on.transfer.appointment_unix_ms = (int64_t)rig.now_ms + 3600000;
    hand_on.transfer.place = words("at theirs");
    assert_int_equal(rig_step(&rig, &hand_on), CORE_ACCEPTED);
    merge(&rig, lead, into);
    assert_string_equal(rig_row(&rig, into).set_by, "ada");
    rig_log_off(&rig, ada);
    restart(&rig);
    assert_int_equal(part(&rig, lead), CORE_ACCEPTED);
    assert_int_equal(rig_row(&rig, into).appointment_ms, 0);
    assert_string_equal(rig_row(&rig, into).set_by, "");
    assert_int_equal(rig_row(&rig, lead).appointment_ms, hand_on.transfer.appointment_unix_ms);
    assert_string_equal(rig_row(&rig, lead).set_by, "ada");
    rig_close(&rig);
}

static void a_priority_that_a_manager_gave_stays(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct two two = merge_two(&rig);
    assert_int_equal(act(&rig, ACT_PRIORITISE, two.mail, (struct desk_id){0}), CORE_ACCEPTED);
    restart(&rig);
    assert_int_equal(part(&rig, two.form), CORE_ACCEPTED);
    assert_int_equal(rig_row(&rig, two.mail).priority, 7);
    rig_close(&rig);
}

/* Of several that were merged each can go, in any order; what another gave stays. */
static void of_three_one_is_parted(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id a = publish(&rig, "a", LW_CHANNEL_WEB, "+1"), b = publish(&rig, "b", LW_CHANNEL_WEB, "+3"),
                   into = publish(&rig, "c", LW_CHANNEL_EMAIL, "+2");
    merge(&rig, a, into);
    merge(&rig, b, into);
    assert_int_equal(part(&rig, a), CORE_ACCEPTED);
    restart(&rig);
    struct core_effect row = rig_row(&rig, into);
    assert_true(row.contact_count == 1 && row.priority == rig_row(&rig, a).priority);
    assert_true(desk_id_equal(publish(&rig, "x", LW_CHANNEL_EMAIL, "+3"), into));
    assert_true(desk_id_equal(publish(&rig, "y", LW_CHANNEL_EMAIL, "+1"), a));
    rig_close(&rig);
}

/* Merged into what was merged itself: the last merge is taken back first. */
static void a_chain_is_parted_from_its_end(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id a = publish(&rig, "a", LW_CHANNEL_WEB, "+1"), b = publish(&rig, "b", LW_CHANNEL_WEB, "+2"),
                   c = publish(&rig, "c", LW_CHANNEL_EMAIL, "+3");
    merge(&rig, a, b);
    merge(&rig, b, c);
    must_refuse(&rig, a, "the lead that it was merged into has ended: reopen or part that first");
    assert_int_equal(part(&rig, b), CORE_ACCEPTED);
    assert_true(rig_row(&rig, b).contact_count == 1 && rig_row(&rig, c).contact_count == 0);
    restart(&rig);
    assert_int_equal(part(&rig, a), CORE_ACCEPTED);
    assert_true(rig_row(&rig, a).contact_count == 0 && rig_row(&rig, b).contact_count == 0);
    rig_close(&rig);
}

static void what_cannot_be_parted_is_refused_and_stays(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct two two = merge_two(&rig);
    struct desk_id ended = publish(&rig, "z", LW_CHANNEL_WEB, "+9");
    must_refuse(&rig, two.mail, "the lead is open, and part of no other");
    assert_int_equal(part(&rig, (struct desk_id){two.form.epoch, 900}), CORE_NOT_FOUND);
    rig_act(&rig, ended, ACT_CANCEL);
    must_refuse(&rig, ended, "the lead was not merged: it can be reopened");
    assert_int_equal(act(&rig, ACT_REOPEN, two.form, (struct desk_id){0}), CORE_REJECTED);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, MANAGER, 0)->reason, "the lead was merged into another: part it from that");
    rig_act(&rig, two.mail, ACT_CANCEL);
    must_refuse(&rig, two.form, "the lead that it was merged into has ended: reopen or part that first");
    assert_int_equal(act(&rig, ACT_REOPEN, two.mail, (struct desk_id){0}), CORE_ACCEPTED);
    assert_int_equal(part(&rig, two.form), CORE_ACCEPTED);
    must_refuse(&rig, two.form, "the lead is open, and part of no other");
    rig_close(&rig);
}

static void it_is_possible_as_long_as_reopening_is(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct two two = merge_two(&rig);
    assert_int_equal(rig_apply(&rig, rules(0)), CORE_ACCEPTED);
    must_refuse(&rig, two.form, "the desk's rules do not let leads be parted: reopen_for");
    assert_int_equal(rig_apply(&rig, rules(REOPEN_MS)), CORE_ACCEPTED);
    rig_pass(&rig, REOPEN_MS);
    must_refuse(&rig, two.form, "the lead was merged longer ago than reopen_for");
    rig_act(&rig, publish(&rig, "z", LW_CHANNEL_WEB, "+9"), ACT_CANCEL);   /* with the next end it is gone */
    must_refuse(&rig, two.form, "no such lead is kept: it was merged too long ago, or made room for later ones");
    rig_close(&rig);
}

static void it_can_be_merged_and_parted_again(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct two two = merge_two(&rig);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(part(&rig, two.form), CORE_ACCEPTED);
        restart(&rig);
        merge(&rig, two.form, two.mail);
        assert_int_equal(rig_row(&rig, two.mail).contact_count, 2);
    }
    rig_close(&rig);
}

/* Nowhere are contacts in both or in none. */
static void a_crash_at_any_record_leaves_no_half(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct two two = merge_two(&rig);
    uint32_t merged_at = 0;
    assert_int_equal(part(&rig, two.form), CORE_ACCEPTED);
    for (uint32_t records = rig.record_count; records > 0 && merged_at < 2; records--) {
        if (rig.records[records - 1].kind != RECORD_LEADS)
            continue;
        for (uint32_t cut = records - 1; cut <= records; cut++) {
            struct core *core = rig_swap(&rig, restored(&rig, cut));
            bool is_one = (cut == records) == (merged_at == 1);   /* from the end: first the parting, then the merge */
            assert_int_equal(rig_state(&rig, two.form), is_one ? LEAD_NONE : LEAD_WAITING);
            assert_int_equal(rig_row(&rig, two.mail).contact_count, is_one ? 2 : 0);
            core_free(rig_swap(&rig, core));
        }
        merged_at++;
    }
    assert_int_equal(merged_at, 2);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_again_what_it_was),
        cmocka_unit_test(what_has_no_keys_is_parted_too),
        cmocka_unit_test(both_sides_are_told_of_each_other_and_by_whom),
        cmocka_unit_test(both_keep_who_parted_them),
        cmocka_unit_test(who_has_the_other_keeps_it_and_is_told),
        cmocka_unit_test(who_comes_again_joins_the_lead_of_their_own),
        cmocka_unit_test(a_key_of_both_stays_with_both),
        cmocka_unit_test(publishers_are_told_of_an_open_lead_again),
        cmocka_unit_test(an_appointment_goes_back),
        cmocka_unit_test(a_priority_that_a_manager_gave_stays),
        cmocka_unit_test(of_three_one_is_parted),
        cmocka_unit_test(a_chain_is_parted_from_its_end),
        cmocka_unit_test(what_cannot_be_parted_is_refused_and_stays),
        cmocka_unit_test(it_is_possible_as_long_as_reopening_is),
        cmocka_unit_test(it_can_be_merged_and_parted_again),
        cmocka_unit_test(a_crash_at_any_record_leaves_no_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
