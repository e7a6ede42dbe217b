/* SPDX-License-Identifier: Apache-2.0
 *
 * One lead offered to several reps: the first who accepts has it, and nobody else.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { OFFER_MS = 20000 };

static const char *const names[] = {"ada", "bob", "cleo", "dan"};

struct room { struct desk_rig rig; uint64_t sessions[4]; };

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void ignore_effect(void *context, const struct core_effect *effect)
{
    (void)context, (void)effect;
}

static const struct core_callbacks ignore_all = {NULL, ignore_record, ignore_effect};

static struct core_config *rules_to(uint32_t offer_to)
{
    struct core_config *config = rig_rules();
    struct config_queue *queue;
    assert_int_equal(core_config_add_queue(config, "sales", "broadcast", &queue), LW_OK);
    queue->offer_to = offer_to;
    for (int i = 0; i < 4; i++)
        rig_add_rep(config, names[i], 1, "+39", NULL, 0);
    return config;
}

static void open_room(struct room *room, struct core_config *config)
{
    rig_open(&room->rig, config, NULL);
    for (int i = 0; i < 4; i++)
        room->sessions[i] = rig_log_on(&room->rig, names[i]);
}

static uint32_t load_of(struct room *room, const char *rep)
{
    return rig_rep(&room->rig, rep).load;
}

static void the_first_acceptance_decides_and_the_others_hear_who(void **state)
{
    struct room room;
    (void)state;
    open_room(&room, rules_to(3));
    struct desk_id lead = rig_publish(&room.rig, "a");
    assert_int_equal(rig_told_count(&room.rig, EFFECT_OFFER, 0), 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(rig_told(&room.rig, EFFECT_OFFER, room.sessions[i], 0)->offer_number, i + 1);
        assert_int_equal(load_of(&room, names[i]), 1);
    }
    assert_int_equal(load_of(&room, "dan"), 0);
    assert_int_equal(rig_accept(&room.rig, room.sessions[1], lead, 1), CORE_NOT_YOURS);   /* ada's number */
    assert_int_equal(rig_accept(&room.rig, room.sessions[1], lead, 2), CORE_ACCEPTED);
    for (uint32_t i = 0; i < 3; i += 2) {
        const struct core_effect *withdrawn = rig_told(&room.rig, EFFECT_WITHDRAWN, room.sessions[i], 0);
        assert_non_null(withdrawn);
        assert_int_equal(withdrawn->cause, CAUSE_TAKEN);
        assert_int_equal(withdrawn->offer_number, i + 1);
        assert_string_equal(withdrawn->by, "bob");
    }
    assert_string_equal(rig_owner(&room.rig, lead), "bob");
    assert_int_equal(load_of(&room, "ada") + load_of(&room, "cleo"), 0);
    assert_int_equal(rig_accept(&room.rig, room.sessions[0], lead, 1), CORE_NOT_YOURS);
    assert_int_equal(rig_accept(&room.rig, room.sessions[1], lead, 2), CORE_DUPLICATE);
    assert_int_equal(rig_complete(&room.rig, room.sessions[1], lead, "x", "won"), CORE_ACCEPTED);
    rig_close(&room.rig);
}

static void who_declines_leaves_and_nobody_is_asked_instead(void **state)
{
    struct room room;
    (void)state;
    open_room(&room, rules_to(2));
    struct desk_id lead = rig_publish(&room.rig, "a");
    assert_int_equal(rig_decline(&room.rig, room.sessions[0], lead, 1), CORE_ACCEPTED);
    assert_int_equal(rig_told_count(&room.rig, EFFECT_OFFER, 0), 0);
    assert_int_equal(rig_state(&room.rig, lead), LEAD_OFFERED);
    assert_string_equal(rig_owner(&room.rig, lead), "bob");
    assert_int_equal(rig_decline(&room.rig, room.sessions[0], lead, 1), CORE_DUPLICATE);
    assert_int_equal(rig_decline(&room.rig, room.sessions[1], lead, 2), CORE_ACCEPTED);
    assert_int_equal(rig_told(&room.rig, EFFECT_OFFER, room.sessions[2], 0)->offer_number, 3);   /* the next round, without them */
    assert_int_equal(rig_told(&room.rig, EFFECT_OFFER, room.sessions[3], 0)->offer_number, 4);
    assert_int_equal(rig_told_count(&room.rig, EFFECT_OFFER, 0), 2);
    rig_close(&room.rig);
}

static void who_lets_it_pass_has_missed_it(void **state)
{
    struct room room;
    struct core_config *config = rules_to(2);
    (void)state;
    config->misses_to_away = 1;
    config->channels[LW_CHANNEL_WEB].offer_timeout_ms = OFFER_MS;
    open_room(&room, config);
    struct desk_id lead = rig_publish(&room.rig, "a");
    rig_pass(&room.rig, OFFER_MS);
    assert_int_equal(rig_rep(&room.rig, "ada").rep_state, REP_AWAY);
    assert_int_equal(rig_rep(&room.rig, "bob").rep_state, REP_AWAY);
    assert_string_equal(rig_owner(&room.rig, lead), "cleo");
    rig_close(&room.rig);
}

static void who_goes_leaves_the_offer_to_the_others(void **state)
{
    struct room room;
    (void)state;
    open_room(&room, rules_to(3));
    struct desk_id lead = rig_publish(&room.rig, "a");
    rig_log_off(&room.rig, room.sessions[0]);
    rig_log_off(&room.rig, room.sessions[2]);
    assert_string_equal(rig_owner(&room.rig, lead), "bob");
    assert_int_equal(rig_row(&room.rig, lead).offer_number, 2);
    assert_int_equal(rig_accept(&room.rig, room.sessions[1], lead, 2), CORE_ACCEPTED);
    rig_close(&room.rig);
}

static void a_call_rings_one_device_and_comes_back_when_that_fails(void **state)
{
    struct room room;
    (void)state;
    open_room(&room, rules_to(2));
    struct desk_id lead = rig_publish_lead(&room.rig, &(struct rig_lead){.id = "a", .channel = LW_CHANNEL_PHONE});
    assert_int_equal(rig_accept(&room.rig, room.sessions[1], lead, 2), CORE_ACCEPTED);
    assert_int_equal(rig_state(&room.rig, lead), LEAD_CONNECTING);
    assert_int_equal(load_of(&room, "ada"), 0);
    assert_int_equal(rig_dial(&room.rig, lead, 2, DIAL_OUTCOME_BUSY), CORE_ACCEPTED);
    assert_int_equal(rig_told_count(&room.rig, EFFECT_OFFER, 0), 2);
    assert_int_equal(rig_told_count(&room.rig, EFFECT_OFFER, room.sessions[1]), 0);
    assert_int_equal(rig_row(&room.rig, lead).offer_number, 3);
    rig_close(&room.rig);
}

static void all_hear_that_it_is_cancelled_or_taken_back(void **state)
{
    struct room room;
    (void)state;
    open_room(&room, rules_to(2));
    struct desk_id lead = rig_publish(&room.rig, "a");
    assert_int_equal(rig_act(&room.rig, lead, ACT_TAKE_BACK), CORE_ACCEPTED);
    assert_int_equal(rig_told_count(&room.rig, EFFECT_WITHDRAWN, 0), 2);
    assert_int_equal(rig_told_count(&room.rig, EFFECT_OFFER, room.sessions[2]), 1);
    assert_int_equal(rig_told_count(&room.rig, EFFECT_OFFER, room.sessions[3]), 1);
    assert_int_equal(rig_cancel(&room.rig, lead), CORE_ACCEPTED);
    assert_int_equal(rig_told_count(&room.rig, EFFECT_WITHDRAWN, 0), 2);
    for (int i = 0; i < 4; i++)
        assert_int_equal(load_of(&room, names[i]), 0);
    rig_close(&room.rig);
}

/* Also after the first of them left, so that the numbers that were given are above the one that shows. */
static void open_offers_outlive_the_process(void **state)
{
    struct room room;
    (void)state;
    open_room(&room, rules_to(4));
    struct desk_id lead = rig_publish(&room.rig, "a");
    rig_decline(&room.rig, room.sessions[3], lead, 4);
    rig_decline(&room.rig, room.sessions[0], lead, 1);
    struct core *restored = rig_restore(&room.rig, room.rig.record_count, &ignore_all);
    assert_non_null(restored);
    core_free(rig_swap(&room.rig, restored));
    core_set_epoch(room.rig.core, room.rig.epoch + 1);
    rig_resume_service(&room.rig);
    uint64_t bob = rig_log_on(&room.rig, "bob");
    assert_int_equal(rig_told(&room.rig, EFFECT_OFFER, bob, 0)->offer_number, 2);
    uint64_t cleo = rig_log_on(&room.rig, "cleo");
    assert_int_equal(rig_told(&room.rig, EFFECT_OFFER, cleo, 0)->offer_number, 3);
    assert_int_equal(load_of(&room, "ada"), 0);
    assert_int_equal(rig_decline(&room.rig, bob, lead, 2), CORE_ACCEPTED);
    rig_log_on(&room.rig, "ada");
    rig_log_on(&room.rig, "dan");
    assert_int_equal(rig_decline(&room.rig, cleo, lead, 3), CORE_ACCEPTED);
    assert_int_equal(rig_state(&room.rig, lead), LEAD_WAITING);   /* all have declined it */
    rig_pass(&room.rig, 200000);
    assert_true(rig_row(&room.rig, lead).offer_number > 4);
    rig_close(&room.rig);
}

static void a_lead_that_waited_is_offered_to_more(void **state)
{
    struct room room;
    struct core_config *config = rig_rules();
    struct config_relax_step *step;
    (void)state;
    for (int i = 0; i < 4; i++)
        rig_add_rep(config, names[i], 1, NULL, NULL, 0);
    assert_int_equal(core_config_rule_relax(&config->rules[0], 20000, &step), LW_OK);
    step->offer_to = 3;
    config->channels[LW_CHANNEL_WEB].offer_timeout_ms = 25000;
    config->misses_to_away = 0;
    open_room(&room, config);
    struct desk_id lead = rig_publish(&room.rig, "b");
    assert_int_equal(rig_told_count(&room.rig, EFFECT_OFFER, 0), 1);
    rig_pass(&room.rig, 25000);   /* missed; the step was due while it was offered */
    assert_int_equal(rig_told_count(&room.rig, EFFECT_OFFER, 0), 3);
    assert_string_equal(rig_owner(&room.rig, lead), "bob");
    rig_close(&room.rig);
}

struct heard_candidates { uint32_t offer_number, offered, chosen_rank; char chosen[32]; bool complete; };

static void hear_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *require, const uint8_t *levels,
                      uint32_t count, const char *because)
{
    (void)context, (void)lead, (void)rule, (void)require, (void)levels, (void)count, (void)because;
}

static void hear_decision(void *context, const struct core_decision_view *decision)
{
    struct heard_candidates *heard = context;
    *heard = (struct heard_candidates){.offer_number = decision->offer_number, .complete = decision->complete};
}

static void hear_candidate(void *context, const struct core_candidate *candidate)
{
    struct heard_candidates *heard = context;
    heard->offered += strcmp(candidate->excluded_by, "offered") == 0;
    if (!candidate->chosen)
        return;
    heard->chosen_rank = candidate->rank;
    snprintf(heard->chosen, sizeof heard->chosen, "%s", candidate->rep);
}

static void each_offer_is_explained(void **state)
{
    struct room room;
    struct heard_candidates heard = {0};
    (void)state;
    open_room(&room, rules_to(3));
    struct desk_id lead = rig_publish(&room.rig, "a");
    const struct core_explain_visitor visitor = {&heard, hear_lead, hear_decision, hear_candidate};
    assert_true(core_explain(room.rig.core, lead, &visitor));
    assert_true(heard.complete);
    assert_int_equal(heard.offer_number, 3);
    assert_int_equal(heard.offered, 2);
    assert_int_equal(heard.chosen_rank, 1);
    assert_string_equal(heard.chosen, "cleo");
    rig_close(&room.rig);
}

struct heard_round { uint32_t offers, complete; };

static void count_decision(void *context, const struct core_decision_view *decision)
{
    struct heard_round *heard = context;
    heard->offers++;
    heard->complete += decision->complete;
}

static void pass_over_candidate(void *context, const struct core_candidate *candidate)
{
    (void)context, (void)candidate;
}

/* With the refusal that counted in it, and after somebody took the lead. */
static void all_who_got_a_large_round_are_explained(void **state)
{
    enum { OTHERS = CONFIG_OFFER_TO_MAX - 1 };
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    struct config_queue *queue;
    struct heard_round heard = {0};
    uint64_t sessions[OTHERS + 1];
    (void)state;
    assert_int_equal(core_config_add_queue(config, "sales", "broadcast", &queue), LW_OK);
    queue->offer_to = CONFIG_OFFER_TO_MAX;
    for (int i = 0; i <= OTHERS; i++)
        rig_add_rep(config, (char[]){(char)('a' + i), '\0'}, 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    sessions[0] = rig_log_on(&rig, "a");
    struct desk_id lead = rig_publish(&rig, "a");
    for (int i = 1; i <= OTHERS; i++)
        sessions[i] = rig_log_on(&rig, (char[]){(char)('a' + i), '\0'});
    rig_decline(&rig, sessions[0], lead, 1);
    assert_int_equal(rig_accept(&rig, sessions[OTHERS], lead, OTHERS + 1), CORE_ACCEPTED);
    const struct core_explain_visitor visitor = {&heard, hear_lead, count_decision, pass_over_candidate};
    assert_true(core_explain(rig.core, lead, &visitor));
    assert_int_equal(heard.offers, OTHERS + 1);
    assert_int_equal(heard.complete, OTHERS + 1);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_acceptance_decides_and_the_others_hear_who), cmocka_unit_test(who_declines_leaves_and_nobody_is_asked_instead),
        cmocka_unit_test(who_lets_it_pass_has_missed_it), cmocka_unit_test(who_goes_leaves_the_offer_to_the_others),
        cmocka_unit_test(a_call_rings_one_device_and_comes_back_when_that_fails), cmocka_unit_test(all_hear_that_it_is_cancelled_or_taken_back),
        cmocka_unit_test(open_offers_outlive_the_process), cmocka_unit_test(a_lead_that_waited_is_offered_to_more),
        cmocka_unit_test(each_offer_is_explained), cmocka_unit_test(all_who_got_a_large_round_are_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
