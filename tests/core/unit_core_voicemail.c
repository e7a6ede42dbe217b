/* SPDX-License-Identifier: Apache-2.0
 *
 * What names an earlier contact joins that one's lead; a message that a caller left makes it a call back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

static struct core_config *rules(void)
{
    struct core_config *config = rig_rules();
    config->channels[LW_CHANNEL_PHONE].wait_limit_ms = 10000;
    config->channels[LW_CHANNEL_PHONE].priority = 50;
    rig_add_rep(config, "ada", 1, "+39", NULL, 0);
    rig_add_rep(config, "bob", 1, NULL, NULL, 0);   /* whom no call can reach */
    return config;
}

static struct desk_id call(struct desk_rig *rig, const char *id)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .channel = LW_CHANNEL_PHONE});
}

static enum core_status message(struct desk_rig *rig, const char *id, const char *of)
{
    return rig_try_publish(rig, &(struct rig_lead){.id = id, .channel = LW_CHANNEL_PHONE, .follows = of, .is_voicemail = true});
}

static bool joined(struct desk_rig *rig, struct desk_id lead)
{
    const struct core_effect *reply = rig_told(rig, EFFECT_REPLY, PUBLISHER, 0);
    return reply->joined && desk_id_equal(reply->lead, lead);
}

static enum core_status hang_up(struct desk_rig *rig, const char *id)
{
    struct core_command cancel = {.kind = COMMAND_CANCEL, .session = PUBLISHER,
                                  .cancel = {.source = {"form", 4}, .idempotency_id = {id, (uint32_t)strlen(id)}}};
    return rig_step(rig, &cancel);
}

static void restart(struct desk_rig *rig)
{
    struct core *restored = rig_restore(rig, rig->record_count, &(struct core_callbacks){0});
    assert_non_null(restored);
    core_check_invariants(restored);
    assert_int_equal(core_state_hash(restored), core_state_hash(rig->core));
    core_free(rig_swap(rig, restored));
    core_set_epoch(rig->core, ++rig->epoch);
    rig_resume_service(rig);
}

static void a_message_makes_the_call_a_call_back_of_its_age(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    struct desk_id lead = call(&rig, "c");
    uint64_t received_ms = (uint64_t)rig_row(&rig, lead).received_unix_ms;
    rig_pass(&rig, 3000);
    assert_int_equal(message(&rig, "m", "c"), CORE_ACCEPTED);
    assert_true(joined(&rig, lead));
    const struct core_effect row = rig_row(&rig, lead);
    assert_true(row.is_call_back && row.contact_count == 1 && row.to == LEAD_WAITING);
    assert_int_equal(row.received_unix_ms, received_ms);
    assert_int_equal(hang_up(&rig, "c"), CORE_DUPLICATE);   /* ends nothing any more */
    restart(&rig);
    assert_int_equal(message(&rig, "m", "c"), CORE_DUPLICATE);
    assert_true(joined(&rig, lead));
    uint64_t bob = rig_log_on(&rig, "bob");
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, bob, 0);
    assert_true(offer && offer->is_call_back && offer->contact_count == 1);
    assert_memory_equal(offer->contacts[0].data, "m", 1);
    rig_close(&rig);
}

static void a_parked_caller_waits_anew(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    struct desk_id lead = call(&rig, "c");
    rig_pass(&rig, 10000);
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    assert_int_equal(message(&rig, "m", "c"), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_close(&rig);
}

static void the_rep_who_was_to_take_the_call_is_free(void **state)
{
    (void)state;
    for (int accepts = 0; accepts < 2; accepts++) {
        struct desk_rig rig;
        rig_open(&rig, rules(), NULL);
        uint64_t ada = rig_log_on(&rig, "ada");
        struct desk_id lead = call(&rig, "c");
        if (accepts)
            rig_accept(&rig, ada, lead, 1);
        assert_int_equal(rig_state(&rig, lead), accepts ? LEAD_CONNECTING : LEAD_OFFERED);
        assert_int_equal(message(&rig, "m", "c"), CORE_ACCEPTED);
        assert_int_equal(rig_told(&rig, EFFECT_WITHDRAWN, ada, 0)->cause, CAUSE_JOINED);
        const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, ada, 0);   /* at once, to call back */
        assert_true(offer->is_call_back && offer->offer_number == 2 && offer->contact_count == 1);
        rig_close(&rig);
    }
}

/* The offers that were used up were of a call: nobody has been asked to call back. */
static void a_call_out_of_offers_is_no_call_back_out_of_offers(void **state)
{
    struct core_config *config = rules();
    struct desk_rig rig;
    (void)state;
    config->offers_max = 1;
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = call(&rig, "c");
    assert_non_null(rig_told(&rig, EFFECT_OFFER, ada, 0));
    assert_int_equal(message(&rig, "m", "c"), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_OFFERED);
    assert_true(rig_told(&rig, EFFECT_OFFER, ada, 0)->is_call_back);
    rig_close(&rig);
}

static void the_rep_who_has_the_lead_is_told(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = call(&rig, "c");
    rig_accept(&rig, ada, lead, 1);
    rig_dial(&rig, lead, 1, DIAL_OUTCOME_ANSWERED);
    assert_int_equal(message(&rig, "m", "c"), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_ASSIGNED);
    assert_int_equal(rig_told(&rig, EFFECT_HOLDING, ada, 0)->contact_count, 1);
    rig_close(&rig);
}

static void a_message_of_a_call_that_is_over_or_unknown_is_a_call_back_of_its_own(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    struct desk_id lead = call(&rig, "c");
    assert_int_equal(hang_up(&rig, "c"), CORE_ACCEPTED);   /* of this desk, missed calls are cancelled */
    assert_int_equal(rig_state(&rig, lead), LEAD_NONE);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(message(&rig, i == 0 ? "m" : "n", i == 0 ? "c" : "unknown"), CORE_ACCEPTED);
        assert_false(joined(&rig, lead));
        struct desk_id own = rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->lead;
        assert_true(rig_row(&rig, own).is_call_back);
        assert_int_equal(hang_up(&rig, i == 0 ? "m" : "n"), CORE_DUPLICATE);
    }
    restart(&rig);
    uint64_t bob = rig_log_on(&rig, "bob");
    assert_true(rig_told(&rig, EFFECT_OFFER, bob, 0)->is_call_back);
    call(&rig, "d");   /* rings all the same */
    assert_int_equal(rig_row(&rig, rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->lead).is_call_back, false);
    rig_close(&rig);
}

static void the_lead_that_is_named_needs_no_rule(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules();
    const char *piano = "piano";
    (void)state;
    assert_int_equal(core_config_rule_when(&config->rules[0], "product", CONFIG_EQUALS, &piano, 1), LW_OK);
    rig_open(&rig, config, NULL);
    struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = "c", .channel = LW_CHANNEL_PHONE, .fields = {{"product", "piano"}}});
    uint32_t priority = rig_row(&rig, lead).priority;
    assert_int_equal(message(&rig, "m", "c"), CORE_ACCEPTED);
    assert_true(joined(&rig, lead));
    assert_int_equal(rig_row(&rig, lead).priority, priority);
    assert_int_equal(message(&rig, "n", "unknown"), CORE_REJECTED);
    rig_close(&rig);
}

static void what_is_no_message_joins_too_but_a_caller_no_call(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    struct desk_id lead = rig_publish(&rig, "a");
    rig_try_publish(&rig, &(struct rig_lead){.id = "b", .channel = LW_CHANNEL_EMAIL, .follows = "a"});
    assert_true(joined(&rig, lead));
    rig_try_publish(&rig, &(struct rig_lead){.id = "c", .channel = LW_CHANNEL_PHONE, .follows = "b"});   /* a contact's name will do */
    assert_true(joined(&rig, lead));
    assert_int_equal(rig_row(&rig, lead).channel, LW_CHANNEL_PHONE);
    rig_try_publish(&rig, &(struct rig_lead){.id = "d", .channel = LW_CHANNEL_PHONE, .follows = "a"});
    assert_false(joined(&rig, lead));
    rig_try_publish(&rig, &(struct rig_lead){.id = "e", .source = "fair", .follows = "a"});   /* another source's */
    assert_false(joined(&rig, lead));
    rig_try_publish(&rig, &(struct rig_lead){.id = "f", .follows = "a", .is_test = true});
    assert_false(joined(&rig, lead));
    rig_close(&rig);
}

static void a_lead_that_is_full_is_joined_no_more(void **state)
{
    struct desk_rig rig;
    char id[8];
    (void)state;
    rig_open(&rig, rules(), NULL);
    struct desk_id lead = call(&rig, "c");
    for (int i = 0; i < CORE_CONTACTS_MAX; i++) {
        snprintf(id, sizeof id, "m%d", i);
        message(&rig, id, "c");
        assert_true(joined(&rig, lead));
    }
    assert_int_equal(message(&rig, "n", "c"), CORE_ACCEPTED);
    assert_false(joined(&rig, lead));
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_makes_the_call_a_call_back_of_its_age),
        cmocka_unit_test(a_parked_caller_waits_anew),
        cmocka_unit_test(the_rep_who_was_to_take_the_call_is_free),
        cmocka_unit_test(a_call_out_of_offers_is_no_call_back_out_of_offers),
        cmocka_unit_test(the_rep_who_has_the_lead_is_told),
        cmocka_unit_test(a_message_of_a_call_that_is_over_or_unknown_is_a_call_back_of_its_own),
        cmocka_unit_test(the_lead_that_is_named_needs_no_rule),
        cmocka_unit_test(what_is_no_message_joins_too_but_a_caller_no_call),
        cmocka_unit_test(a_lead_that_is_full_is_joined_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
