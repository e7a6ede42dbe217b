/* SPDX-License-Identifier: Apache-2.0
 *
 * A manager makes one lead of two: what the other gets, what becomes of reps and publishers, what is refused, and that a
 * restart knows it all.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

static struct core_text words(const char *text)
{
    return (struct core_text){text, (uint32_t)strlen(text)};
}

static enum core_status merge(struct desk_rig *rig, struct desk_id lead, struct desk_id into)
{
    struct core_command command = {.kind = COMMAND_ACT, .session = MANAGER};
    command.act.lead = lead;
    command.act.act = ACT_MERGE;
    command.act.into = into;
    command.act.by = words("boss");
    command.act.reason = words("one family");
    return rig_step(rig, &command);
}

static void open_desk(struct desk_rig *rig)
{
    struct core_config *config = rig_rules();
    config->people = (struct config_people){.join = true, .window_ms = 600000};
    config->channels[LW_CHANNEL_WEB].priority = 20;
    config->channels[LW_CHANNEL_EMAIL].priority = 5;
    rig_add_rep(config, "ada", 2, "+391", NULL, 0);
    rig_add_rep(config, "bob", 2, "+392", NULL, 0);
    rig_open(rig, config, NULL);
}

static struct desk_id publish(struct desk_rig *rig, const char *id, uint8_t channel, const char *phone)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .channel = channel, .phone = phone});
}

static void restart(struct desk_rig *rig)
{
    uint64_t before = core_state_hash(rig->core);
    struct core *restored = rig_restore(rig, rig->record_count, &(struct core_callbacks){0});
    assert_non_null(restored);
    assert_int_equal(core_state_hash(restored), before);
    core_free(rig_swap(rig, restored));
    core_set_epoch(rig->core, ++rig->epoch);
    rig_resume_service(rig);
}

/* The other becomes as urgent and as old as the more so of the two, and stays where it is. */
static void the_other_has_all_contacts_in_their_order(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id first = publish(&rig, "form", LW_CHANNEL_WEB, "+1");
    struct core_effect more_urgent = rig_row(&rig, first);
    rig_pass(&rig, 1000);
    struct desk_id other = publish(&rig, "mail", LW_CHANNEL_EMAIL, "+2");
    rig_pass(&rig, 1000);
    publish(&rig, "more", LW_CHANNEL_WEB, "+1");
    rig_pass(&rig, 1000);
    assert_int_equal(rig_try_publish(&rig, &(struct rig_lead){.id = "late", .channel = LW_CHANNEL_EMAIL, .phone = "+2"}), CORE_ACCEPTED);
    struct core_effect before = rig_row(&rig, other);
    assert_int_equal(merge(&rig, first, other), CORE_ACCEPTED);
    struct core_effect after = rig_row(&rig, other);
    assert_int_equal(after.to, LEAD_WAITING);
    assert_int_equal(after.contact_count, 3);
    assert_true(more_urgent.priority > before.priority && after.priority == more_urgent.priority);
    assert_int_equal(after.received_unix_ms, more_urgent.received_unix_ms);
    assert_int_equal(after.deadline_ms, before.deadline_ms);
    uint64_t ada = rig_log_on(&rig, "ada");
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_true(desk_id_equal(offer->lead, other));
    assert_memory_equal(offer->contacts[0].data, "form", 4);
    assert_memory_equal(offer->contacts[1].data, "more", 4);
    assert_memory_equal(offer->contacts[2].data, "late", 4);
    assert_true(offer->contacts[1].at_ms == offer->contacts[0].at_ms + 2000 && offer->contacts[2].at_ms == offer->contacts[1].at_ms + 1000);
    rig_log_off(&rig, ada);
    restart(&rig);
    assert_int_equal(rig_row(&rig, other).contact_count, 3);
    rig_close(&rig);
}

static void both_sides_are_told_of_each_other(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id lead = publish(&rig, "a", LW_CHANNEL_WEB, "+1"), into = publish(&rig, "b", LW_CHANNEL_WEB, "+2");
    assert_int_equal(merge(&rig, lead, into), CORE_ACCEPTED);
    const struct core_effect *taken = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0), *end = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 1);
    assert_true(end->to == LEAD_MERGED && desk_id_equal(end->lead, lead) && desk_id_equal(end->other, into));
    assert_true(taken->to == LEAD_WAITING && desk_id_equal(taken->lead, into) && desk_id_equal(taken->other, lead));
    assert_string_equal(end->by, "boss");
    assert_string_equal(taken->reason, "one family");
    rig_close(&rig);
}

static void who_had_the_merged_one_is_told_and_free(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = publish(&rig, "a", LW_CHANNEL_WEB, "+1");
    rig_accept(&rig, ada, lead, 1);
    uint64_t bob = rig_log_on(&rig, "bob");
    struct desk_id into = publish(&rig, "b", LW_CHANNEL_WEB, "+2");
    rig_accept(&rig, bob, into, 1);
    assert_int_equal(merge(&rig, lead, into), CORE_ACCEPTED);
    const struct core_effect *withdrawn = rig_told(&rig, EFFECT_WITHDRAWN, ada, 0);
    assert_int_equal(withdrawn->cause, CAUSE_MERGED);
    const struct core_effect *holding = rig_told(&rig, EFFECT_HOLDING, bob, 0);
    assert_true(desk_id_equal(holding->lead, into) && holding->contact_count == 1 && holding->to == LEAD_ASSIGNED);
    assert_string_equal(rig_owner(&rig, into), "bob");
    assert_int_equal(rig_rep(&rig, "ada").load, 0);
    rig_close(&rig);
}

static void publishers_go_on_being_told_of_the_lead_they_know(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id lead = publish(&rig, "a", LW_CHANNEL_WEB, "+1"), into = publish(&rig, "b", LW_CHANNEL_WEB, "+2");
    assert_int_equal(merge(&rig, lead, into), CORE_ACCEPTED);
    restart(&rig);
    assert_int_equal(rig_try_publish(&rig, &(struct rig_lead){.id = "a", .channel = LW_CHANNEL_WEB, .phone = "+1"}), CORE_DUPLICATE);
    assert_true(desk_id_equal(rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->lead, lead));
    struct core_command query = {.kind = COMMAND_QUERY, .session = PUBLISHER};
    query.query.source = words("form");
    query.query.idempotency_id = words("a");
    rig_step(&rig, &query);
    assert_int_equal(rig_told(&rig, EFFECT_QUERY_REPLY, PUBLISHER, 0)->to, LEAD_MERGED);
    rig_close(&rig);
}

/* Of either person. */
static void who_comes_again_joins_the_other(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id lead = publish(&rig, "a", LW_CHANNEL_WEB, "+1"), into = publish(&rig, "b", LW_CHANNEL_WEB, "+2");
    assert_int_equal(merge(&rig, lead, into), CORE_ACCEPTED);
    restart(&rig);
    assert_true(desk_id_equal(publish(&rig, "c", LW_CHANNEL_EMAIL, "+1"), into));
    assert_true(desk_id_equal(publish(&rig, "d", LW_CHANNEL_EMAIL, "+2"), into));
    rig_close(&rig);
}

static void what_cannot_be_merged_is_refused_and_stays(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id lead = publish(&rig, "a", LW_CHANNEL_WEB, "+1"), call = publish(&rig, "b", LW_CHANNEL_PHONE, "+2");
    assert_int_equal(merge(&rig, lead, lead), CORE_REJECTED);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, MANAGER, 0)->reason, "a lead cannot be merged into itself");
    assert_int_equal(merge(&rig, lead, (struct desk_id){lead.epoch, 900}), CORE_REJECTED);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, MANAGER, 0)->reason, "there is no such open lead to merge it into");
    assert_int_equal(merge(&rig, (struct desk_id){lead.epoch + 1, 1}, lead), CORE_NOT_FOUND);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, MANAGER, 0)->reason, "this desk never had a lead of that id: is it another desk's?");
    assert_int_equal(merge(&rig, call, lead), CORE_REJECTED);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, MANAGER, 0)->reason, "a caller is on the line: merge the other lead into this one");
    rig_act(&rig, lead, ACT_CANCEL);
    assert_int_equal(merge(&rig, lead, call), CORE_NOT_FOUND);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, MANAGER, 0)->reason, "there is no such open lead");
    assert_int_equal(rig_state(&rig, call), LEAD_WAITING);
    rig_close(&rig);
}

static void no_lead_gets_more_contacts_than_it_may_have(void **state)
{
    struct desk_rig rig;
    char id[8];
    (void)state;
    open_desk(&rig);
    struct desk_id into = publish(&rig, "into", LW_CHANNEL_WEB, "+0"), lead = {0};
    for (int i = 0; i <= CORE_CONTACTS_MAX; i++) {
        snprintf(id, sizeof id, "m%d", i);
        lead = publish(&rig, id, LW_CHANNEL_WEB, NULL);
        assert_int_equal(merge(&rig, lead, into), i < CORE_CONTACTS_MAX ? CORE_ACCEPTED : CORE_REJECTED);
    }
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, MANAGER, 0)->reason, "together they have more contacts than a lead may have");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    assert_int_equal(rig_row(&rig, into).contact_count, CORE_CONTACTS_MAX);
    rig_close(&rig);
}

static void an_appointment_goes_along(void **state)
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
    assert_int_equal(merge(&rig, lead, into), CORE_ACCEPTED);
    assert_int_equal(rig_row(&rig, into).appointment_ms, hand_on.transfer.appointment_unix_ms);
    assert_string_equal(rig_row(&rig, into).set_by, "ada");
    rig_log_off(&rig, ada);
    restart(&rig);
    assert_int_equal(rig_row(&rig, into).appointment_ms, hand_on.transfer.appointment_unix_ms);
    rig_close(&rig);
}

struct heard_act { uint32_t count; enum core_cause what; struct desk_id other; char by[32]; };

static void hear_act(void *context, const struct core_act_view *view)
{
    struct heard_act *heard = context;
    heard->count++;
    heard->what = view->what;
    heard->other = view->other;
    snprintf(heard->by, sizeof heard->by, "%s", view->by);
}

static void both_keep_who_merged_them(void **state)
{
    struct desk_rig rig;
    struct heard_act of_lead = {0}, of_into = {0};
    (void)state;
    open_desk(&rig);
    struct desk_id lead = publish(&rig, "a", LW_CHANNEL_WEB, "+1"), into = publish(&rig, "b", LW_CHANNEL_WEB, "+2");
    assert_int_equal(merge(&rig, lead, into), CORE_ACCEPTED);
    core_explain_acts(rig.core, lead, &of_lead, hear_act);
    assert_true(of_lead.count == 1 && of_lead.what == CAUSE_MERGED && desk_id_equal(of_lead.other, into));
    restart(&rig);
    core_explain_acts(rig.core, into, &of_into, hear_act);
    assert_true(of_into.count == 1 && of_into.what == CAUSE_MERGED && desk_id_equal(of_into.other, lead));
    assert_string_equal(of_into.by, "boss");
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_other_has_all_contacts_in_their_order),
        cmocka_unit_test(both_sides_are_told_of_each_other),
        cmocka_unit_test(who_had_the_merged_one_is_told_and_free),
        cmocka_unit_test(publishers_go_on_being_told_of_the_lead_they_know),
        cmocka_unit_test(who_comes_again_joins_the_other),
        cmocka_unit_test(what_cannot_be_merged_is_refused_and_stays),
        cmocka_unit_test(no_lead_gets_more_contacts_than_it_may_have),
        cmocka_unit_test(an_appointment_goes_along),
        cmocka_unit_test(both_keep_who_merged_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
