/* SPDX-License-Identifier: Apache-2.0
 *
 * Contacts of one person are one lead: which they join, what they make of it in each state, and what publishers
 * and reps are told of it.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { WINDOW_MS = 600000, CALL_WEIGHT = 3 };

static const char PHONE[] = "+390299900111", EMAIL[] = "rossi@example.com";

static struct core_config *rules(uint32_t capacity, const char *device)
{
    struct core_config *config = rig_rules();
    config->people = (struct config_people){.join = true, .window_ms = WINDOW_MS};
    config->channels[LW_CHANNEL_PHONE].weight = CALL_WEIGHT;
    config->channels[LW_CHANNEL_PHONE].priority = 50;
    config->channels[LW_CHANNEL_WEB].priority = 20;
    config->channels[LW_CHANNEL_EMAIL].priority = 5;
    rig_add_rep(config, "ada", capacity, device, NULL, 0);
    rig_add_rep(config, "zoe", CALL_WEIGHT, "+39", NULL, 0);   /* never there: every weight fits somebody */
    return config;
}

static void open_desk(struct desk_rig *rig, uint32_t capacity, const char *device)
{
    rig_open(rig, rules(capacity, device), NULL);
}

static struct desk_id form(struct desk_rig *rig, const char *id)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .phone = PHONE, .email = EMAIL});
}

static enum core_status contact(struct desk_rig *rig, const char *id, uint8_t channel)
{
    return rig_try_publish(rig, &(struct rig_lead){.id = id, .channel = channel, .phone = PHONE});
}

static bool joined(struct desk_rig *rig, struct desk_id lead)
{
    const struct core_effect *reply = rig_told(rig, EFFECT_REPLY, PUBLISHER, 0);
    return reply && reply->status == CORE_ACCEPTED && reply->joined && desk_id_equal(reply->lead, lead);
}

static bool made_a_lead(struct desk_rig *rig, struct desk_id than)
{
    const struct core_effect *reply = rig_told(rig, EFFECT_REPLY, PUBLISHER, 0);
    return reply && reply->status == CORE_ACCEPTED && !reply->joined && !desk_id_equal(reply->lead, than);
}

static void a_contact_joins_by_any_key_and_leads_to_the_others(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig, 1, "+39");
    struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .phone = PHONE});
    rig_try_publish(&rig, &(struct rig_lead){.id = "b", .phone = PHONE, .email = EMAIL});
    assert_true(joined(&rig, lead));
    rig_try_publish(&rig, &(struct rig_lead){.id = "c", .email = EMAIL});   /* known by what the second told */
    assert_true(joined(&rig, lead));
    assert_int_equal(rig_row(&rig, lead).contact_count, 2);
    rig_try_publish(&rig, &(struct rig_lead){.id = "d", .email = PHONE});   /* the same letters, of another kind */
    assert_true(made_a_lead(&rig, lead));
    rig_close(&rig);
}

static void the_same_publish_again_gets_the_same_answer(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig, 1, "+39");
    struct desk_id lead = form(&rig, "a");
    contact(&rig, "b", LW_CHANNEL_EMAIL);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(contact(&rig, "b", LW_CHANNEL_EMAIL), CORE_DUPLICATE);
        const struct core_effect *reply = rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0);
        assert_true(reply->joined && desk_id_equal(reply->lead, lead));
        uint64_t ada = rig_log_on(&rig, "ada");   /* and when the lead has ended */
        if (i == 0) {
            rig_accept(&rig, ada, lead, 1);
            assert_int_equal(rig_complete(&rig, ada, lead, "c", "won"), CORE_ACCEPTED);
        }
    }
    struct core_command query = {.kind = COMMAND_QUERY, .session = PUBLISHER, .query = {.source = {"form", 4}, .idempotency_id = {"b", 1}}};
    rig_step(&rig, &query);
    const struct core_effect *told = rig_told(&rig, EFFECT_QUERY_REPLY, PUBLISHER, 0);
    assert_true(desk_id_equal(told->lead, lead) && told->to == LEAD_COMPLETED);
    rig_try_publish(&rig, &(struct rig_lead){.id = "b", .channel = LW_CHANNEL_EMAIL, .phone = PHONE, .content_hash = 8});
    assert_int_equal(rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->status, CORE_DUPLICATE_DIFFERS);
    rig_close(&rig);
}

static void nothing_joins_unless_the_rules_say_so(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules(1, "+39");
    (void)state;
    config->people.join = false;
    rig_open(&rig, config, NULL);
    struct desk_id lead = form(&rig, "a");
    contact(&rig, "b", LW_CHANNEL_WEB);
    assert_true(made_a_lead(&rig, lead));
    assert_int_equal(rig_apply(&rig, rules(1, "+39")), CORE_ACCEPTED);
    contact(&rig, "c", LW_CHANNEL_WEB);   /* who was here before is not known */
    assert_true(made_a_lead(&rig, lead));
    rig_close(&rig);
}

static void beyond_the_window_it_is_a_new_lead(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig, 1, "+39");
    struct desk_id lead = form(&rig, "a");
    rig_pass(&rig, WINDOW_MS);
    contact(&rig, "b", LW_CHANNEL_WEB);
    assert_true(joined(&rig, lead));
    rig_pass(&rig, WINDOW_MS);   /* from the last contact */
    contact(&rig, "c", LW_CHANNEL_WEB);
    assert_true(joined(&rig, lead));
    rig_pass(&rig, WINDOW_MS + 1);
    contact(&rig, "d", LW_CHANNEL_WEB);
    assert_true(made_a_lead(&rig, lead));
    rig_close(&rig);
}

static void tests_and_the_nameless_stay_alone(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig, 1, "+39");
    struct desk_id lead = form(&rig, "a");
    rig_try_publish(&rig, &(struct rig_lead){.id = "b", .phone = PHONE, .is_test = true});
    assert_true(made_a_lead(&rig, lead));
    rig_try_publish(&rig, &(struct rig_lead){.id = "c", .phone = "", .email = ""});
    assert_true(made_a_lead(&rig, lead));
    rig_try_publish(&rig, &(struct rig_lead){.id = "d", .phone = "", .email = ""});
    assert_true(made_a_lead(&rig, lead));
    rig_close(&rig);
}

static void a_lead_takes_so_many_contacts_and_the_next_begins_another(void **state)
{
    struct desk_rig rig;
    char id[8];
    (void)state;
    open_desk(&rig, 1, "+39");
    struct desk_id lead = form(&rig, "a");
    for (int i = 0; i < CORE_CONTACTS_MAX; i++) {
        snprintf(id, sizeof id, "b%d", i);
        contact(&rig, id, LW_CHANNEL_WEB);
        assert_true(joined(&rig, lead));
    }
    contact(&rig, "c", LW_CHANNEL_WEB);
    assert_true(made_a_lead(&rig, lead));
    struct desk_id second = rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->lead;
    contact(&rig, "d", LW_CHANNEL_WEB);   /* the newest takes on */
    assert_true(joined(&rig, second));
    rig_close(&rig);
}

static void a_waiting_lead_becomes_as_urgent_as_the_more_urgent_and_waits_anew(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig, 4, "+39");
    struct desk_id lead = form(&rig, "a"), other = rig_publish(&rig, "other");
    uint32_t priority = rig_row(&rig, lead).priority;
    rig_pass(&rig, 5000);
    contact(&rig, "b", LW_CHANNEL_EMAIL);
    struct core_effect row = rig_row(&rig, lead);
    const struct core_effect *event = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0);
    assert_true(event->from == LEAD_WAITING && event->to == LEAD_WAITING && event->cause == CAUSE_JOINED && event->contact_count == 1);
    assert_int_equal(row.priority, priority);   /* a mail is less than the form was */
    assert_true(row.deadline_ms > rig_row(&rig, other).deadline_ms);
    contact(&rig, "c", LW_CHANNEL_PHONE);
    row = rig_row(&rig, lead);
    assert_true(row.channel == LW_CHANNEL_PHONE && row.priority == 60);
    uint64_t ada = rig_log_on(&rig, "ada");
    assert_true(desk_id_equal(rig_told(&rig, EFFECT_OFFER, ada, 0)->lead, lead));
    assert_int_equal(rig_told(&rig, EFFECT_OFFER, ada, 0)->weight, CALL_WEIGHT);
    assert_int_equal(rig_told(&rig, EFFECT_OFFER, ada, 0)->contact_count, 2);
    assert_memory_equal(rig_told(&rig, EFFECT_OFFER, ada, 0)->contacts[1].data, "c", 1);
    rig_accept(&rig, ada, lead, 1);
    assert_int_equal(rig_state(&rig, lead), LEAD_CONNECTING);
    rig_close(&rig);
}

static void an_offer_is_renewed_not_doubled(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig, CALL_WEIGHT, "+39");
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = form(&rig, "a");
    uint64_t deadline_ms = rig_row(&rig, lead).deadline_ms;
    rig_pass(&rig, 1000);
    contact(&rig, "b", LW_CHANNEL_EMAIL);
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_true(offer->resumed && offer->offer_number == 1 && offer->contact_count == 1 && offer->deadline_ms == deadline_ms);
    assert_memory_equal(offer->contacts[0].data, "b", 1);
    const uint64_t came_ms = rig.now_ms;
    assert_int_equal(offer->contacts[0].at_ms, came_ms);
    rig_pass(&rig, 1000);
    contact(&rig, "c", LW_CHANNEL_PHONE);
    offer = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_true(offer->resumed && offer->offer_number == 1 && offer->weight == CALL_WEIGHT && offer->channel == LW_CHANNEL_PHONE);
    assert_true(offer->contacts[0].at_ms == came_ms && offer->contacts[1].at_ms == came_ms + 1000);
    assert_int_equal(rig_told_count(&rig, EFFECT_WITHDRAWN, 0), 0);
    assert_int_equal(rig_rep(&rig, "ada").load, CALL_WEIGHT);
    assert_int_equal(rig_accept(&rig, ada, lead, 1), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_CONNECTING);
    rig_close(&rig);
}

static void a_call_that_does_not_fit_the_offer_goes_to_the_queue(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {   /* too heavy; nothing that rings */
        struct desk_rig rig;
        open_desk(&rig, i == 0 ? CALL_WEIGHT - 1 : CALL_WEIGHT, i == 0 ? "+39" : "");
        uint64_t ada = rig_log_on(&rig, "ada");
        struct desk_id lead = form(&rig, "a");
        contact(&rig, "b", LW_CHANNEL_PHONE);
        assert_true(joined(&rig, lead));
        assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, ada, 0)->cause, CAUSE_JOINED);
        assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
        assert_int_equal(rig_row(&rig, lead).channel, LW_CHANNEL_PHONE);
        assert_int_equal(rig_rep(&rig, "ada").load, 0);
        rig_close(&rig);
    }
}

static void the_rep_who_has_it_is_told(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig, 4, "+39");
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = form(&rig, "a");
    rig_accept(&rig, ada, lead, 1);
    uint64_t deadline_ms = rig_row(&rig, lead).deadline_ms;
    contact(&rig, "b", LW_CHANNEL_EMAIL);
    assert_true(joined(&rig, lead));
    const struct core_effect *holding = rig_told(&rig, EFFECT_HOLDING, ada, 0);
    assert_true(holding->to == LEAD_ASSIGNED && holding->contact_count == 1 && holding->deadline_ms == deadline_ms && holding->payload);
    assert_int_equal(rig_complete(&rig, ada, lead, "c", "won"), CORE_ACCEPTED);
    contact(&rig, "d", LW_CHANNEL_EMAIL);   /* what has ended is joined no more */
    assert_true(made_a_lead(&rig, lead));
    rig_close(&rig);
}

static void a_call_stays_alone_where_a_rep_works_or_a_caller_waits(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig, 4, "+39");
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = form(&rig, "a");
    rig_accept(&rig, ada, lead, 1);
    contact(&rig, "b", LW_CHANNEL_PHONE);
    assert_true(made_a_lead(&rig, lead));
    struct desk_id call = rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->lead;
    assert_string_equal(rig_owner(&rig, call), "ada");
    rig_accept(&rig, ada, call, 1);
    rig_dial(&rig, call, 1, DIAL_OUTCOME_NO_ANSWER);
    assert_int_equal(rig_state(&rig, call), LEAD_WAITING);
    contact(&rig, "c", LW_CHANNEL_PHONE);   /* the company's line: a second caller is not the first */
    assert_true(made_a_lead(&rig, call));
    struct desk_id newest = rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->lead;
    contact(&rig, "d", LW_CHANNEL_WEB);
    assert_true(joined(&rig, newest));
    rig_close(&rig);
}

static void a_parked_lead_wakes(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules(4, "+39");
    (void)state;
    config->channels[LW_CHANNEL_WEB].wait_limit_ms = 1000;
    rig_open(&rig, config, NULL);
    struct desk_id lead = form(&rig, "a");
    rig_pass(&rig, 1000);
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    contact(&rig, "b", LW_CHANNEL_EMAIL);
    assert_true(joined(&rig, lead));
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_close(&rig);
}

/* follow_up: of the disposition with which Ada completes the lead. */
static struct desk_id set_aside(struct desk_rig *rig, enum config_follow_up follow_up, uint64_t *ada)
{
    struct core_config *config = rules(4, "+39");
    config->dispositions[1].follow_up = follow_up;
    config->dispositions[1].after_ms = 100000;
    config->dispositions[1].at_most_ms = 200000;
    config->dispositions[1].same_rep_for_ms = 5000;
    rig_open(rig, config, NULL);
    *ada = rig_log_on(rig, "ada");
    struct desk_id lead = form(rig, "a");
    rig_accept(rig, *ada, lead, 1);
    assert_int_equal(rig_complete(rig, *ada, lead, "c", "lost"), CORE_ACCEPTED);
    assert_int_equal(rig_state(rig, lead), LEAD_SCHEDULED);
    return lead;
}

static void a_call_back_wakes_for_its_rep_an_appointment_stays(void **state)
{
    struct desk_rig rig;
    uint64_t ada;
    (void)state;
    struct desk_id lead = set_aside(&rig, FOLLOW_UP_CALL_BACK, &ada);
    contact(&rig, "b", LW_CHANNEL_EMAIL);
    assert_true(joined(&rig, lead));
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_close(&rig);
    lead = set_aside(&rig, FOLLOW_UP_APPOINTMENT, &ada);
    uint64_t deadline_ms = rig_row(&rig, lead).deadline_ms;
    contact(&rig, "b", LW_CHANNEL_EMAIL);
    assert_int_equal(rig_state(&rig, lead), LEAD_SCHEDULED);
    assert_true(rig_row(&rig, lead).deadline_ms == deadline_ms);
    contact(&rig, "c", LW_CHANNEL_PHONE);
    assert_true(joined(&rig, lead));
    assert_string_equal(rig_owner(&rig, lead), "ada");
    assert_int_equal(rig_row(&rig, lead).channel, LW_CHANNEL_PHONE);
    rig_close(&rig);
}

static enum core_status hang_up(struct desk_rig *rig, const char *id)
{
    struct core_command cancel = {.kind = COMMAND_CANCEL, .session = PUBLISHER,
                                  .cancel = {.source = {"form", 4}, .idempotency_id = {id, (uint32_t)strlen(id)}}};
    return rig_step(rig, &cancel);
}

static void hanging_up_does_not_take_the_form_away(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig, 1, "+39");
    struct desk_id lead = form(&rig, "a");
    contact(&rig, "b", LW_CHANNEL_PHONE);
    assert_int_equal(hang_up(&rig, "b"), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    assert_true(rig_row(&rig, lead).is_call_back);
    assert_int_equal(hang_up(&rig, "b"), CORE_DUPLICATE);
    contact(&rig, "c", LW_CHANNEL_PHONE);   /* and calls again */
    assert_true(joined(&rig, lead));
    assert_false(rig_row(&rig, lead).is_call_back);
    rig_close(&rig);
    open_desk(&rig, 1, "+39");
    form(&rig, "a");
    contact(&rig, "b", LW_CHANNEL_EMAIL);
    assert_int_equal(hang_up(&rig, "a"), CORE_REJECTED);
    rig_close(&rig);
}

static void restored_it_finds_and_answers_the_same(void **state)
{
    struct desk_rig rig;
    struct core_callbacks ignore = {0};
    (void)state;
    open_desk(&rig, 1, "+39");
    struct desk_id lead = form(&rig, "a");
    contact(&rig, "b", LW_CHANNEL_EMAIL);
    contact(&rig, "c", LW_CHANNEL_PHONE);
    struct core *restored = rig_restore(&rig, rig.record_count, &ignore);
    assert_non_null(restored);
    core_check_invariants(restored);
    assert_int_equal(core_state_hash(restored), core_state_hash(rig.core));
    core_free(rig_swap(&rig, restored));
    core_set_epoch(rig.core, ++rig.epoch);
    assert_int_equal(contact(&rig, "b", LW_CHANNEL_EMAIL), CORE_DUPLICATE);
    assert_true(rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->joined);
    contact(&rig, "d", LW_CHANNEL_WEB);
    assert_true(joined(&rig, lead));
    assert_int_equal(rig_row(&rig, lead).contact_count, 3);
    rig_act(&rig, lead, ACT_CANCEL);   /* its end is the end of all its contacts */
    restored = rig_restore(&rig, rig.record_count, &ignore);
    assert_int_equal(core_state_hash(restored), core_state_hash(rig.core));
    core_free(restored);
    rig_close(&rig);
}

static enum core_status says_stop(struct desk_rig *rig, const char *id)
{
    return rig_try_publish(rig, &(struct rig_lead){.id = id, .channel = LW_CHANNEL_EMAIL, .phone = PHONE, .wants_no_more = true});
}

static void who_wants_to_hear_no_more_is_not_called(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig, 1, "+39");
    struct desk_id lead = form(&rig, "a");
    assert_int_equal(says_stop(&rig, "b"), CORE_ACCEPTED);
    assert_true(joined(&rig, lead));
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    uint64_t ada = rig_log_on(&rig, "ada");
    assert_int_equal(rig_told_count(&rig, EFFECT_OFFER, ada), 0);
    rig_restart(&rig);
    ada = rig_log_on(&rig, "ada");
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    assert_int_equal(contact(&rig, "c", LW_CHANNEL_WEB), CORE_ACCEPTED);   /* who writes again wants to hear something */
    assert_string_equal(rig_owner(&rig, lead), "ada");
    says_stop(&rig, "d");
    assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, ada, 0)->cause, CAUSE_JOINED);
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    rig_close(&rig);
}

/* Nothing changes under the hands of a rep who works on it, or of a caller on the line: the rep is told. */
static void a_rep_who_has_the_lead_is_told_to_stop(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig, 9, "+39");
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = form(&rig, "a");
    rig_accept(&rig, ada, lead, 1);
    assert_int_equal(says_stop(&rig, "b"), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_ASSIGNED);
    assert_int_equal(rig_told(&rig, EFFECT_HOLDING, ada, 0)->contact_count, 1);
    rig_complete(&rig, ada, lead, "c", "lost");
    struct desk_id call = rig_publish_lead(&rig, &(struct rig_lead){.id = "d", .channel = LW_CHANNEL_PHONE, .phone = PHONE});
    says_stop(&rig, "e");
    assert_int_equal(rig_state(&rig, call), LEAD_OFFERED);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_wants_to_hear_no_more_is_not_called),
        cmocka_unit_test(a_rep_who_has_the_lead_is_told_to_stop),
        cmocka_unit_test(a_contact_joins_by_any_key_and_leads_to_the_others),
        cmocka_unit_test(the_same_publish_again_gets_the_same_answer),
        cmocka_unit_test(nothing_joins_unless_the_rules_say_so),
        cmocka_unit_test(beyond_the_window_it_is_a_new_lead),
        cmocka_unit_test(tests_and_the_nameless_stay_alone),
        cmocka_unit_test(a_lead_takes_so_many_contacts_and_the_next_begins_another),
        cmocka_unit_test(a_waiting_lead_becomes_as_urgent_as_the_more_urgent_and_waits_anew),
        cmocka_unit_test(an_offer_is_renewed_not_doubled),
        cmocka_unit_test(a_call_that_does_not_fit_the_offer_goes_to_the_queue),
        cmocka_unit_test(the_rep_who_has_it_is_told),
        cmocka_unit_test(a_call_stays_alone_where_a_rep_works_or_a_caller_waits),
        cmocka_unit_test(a_parked_lead_wakes),
        cmocka_unit_test(a_call_back_wakes_for_its_rep_an_appointment_stays),
        cmocka_unit_test(hanging_up_does_not_take_the_form_away),
        cmocka_unit_test(restored_it_finds_and_answers_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
