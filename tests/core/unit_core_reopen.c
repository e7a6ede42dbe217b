/* SPDX-License-Identifier: Apache-2.0
 *
 * A manager reopens a lead that has ended: what it is then, how long that is possible, and that a restart, from the journal
 * or from a checkpoint, keeps the same leads.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { REOPEN_MS = 60000 };

static struct core_text words(const char *text)
{
    return (struct core_text){text, (uint32_t)strlen(text)};
}

static enum core_status reopen(struct desk_rig *rig, struct desk_id lead)
{
    struct core_command command = {.kind = COMMAND_ACT, .session = MANAGER};
    command.act.lead = lead;
    command.act.act = ACT_REOPEN;
    command.act.by = words("boss");
    command.act.reason = words("she called back");
    return rig_step(rig, &command);
}

static const char *refusal(struct desk_rig *rig)
{
    return rig_told(rig, EFFECT_REPLY, MANAGER, 0)->reason;
}

static struct core_config *rules(uint64_t reopen_for_ms)
{
    struct core_config *config = rig_rules();
    config->reopen_for_ms = reopen_for_ms;
    config->channels[LW_CHANNEL_WEB].wrap_up_ms = 0;
    rig_add_rep(config, "ada", 2, "+391", NULL, 0);
    return config;
}

static void open_desk(struct desk_rig *rig)
{
    rig_open(rig, rules(REOPEN_MS), NULL);
}

/* From all records, as the journal has them. */
static void restart(struct desk_rig *rig)
{
    uint64_t before = core_state_hash(rig->core);
    struct core *restored = rig_restore(rig, rig->record_count, &(struct core_callbacks){0});
    assert_non_null(restored);
    core_check_invariants(restored);
    assert_int_equal(core_state_hash(restored), before);
    core_free(rig_swap(rig, restored));
    core_set_epoch(rig->core, ++rig->epoch);
    rig_resume_service(rig);
}

/* From a checkpoint of all, and nothing else. */
static void restart_from_checkpoint(struct desk_rig *rig)
{
    uint64_t before = core_state_hash(rig->core);
    struct core *restored = core_new(&rig->limits, &(struct core_callbacks){0});
    struct core_record record;
    for (uint32_t max = 1; !core_checkpoint_all(rig->core, max); max++)
        ;
    core_checkpoint_begin(rig->core);
    while (core_checkpoint_next(rig->core, &record)) {
        if (!record.ended)
            assert_int_equal(core_restore(restored, record.kind, record.bytes, record.size), LW_OK);
    }
    assert_int_equal(core_restore_done(restored), LW_OK);
    core_check_invariants(restored);
    assert_int_equal(core_state_hash(restored), before);
    core_free(rig_swap(rig, restored));
    core_set_epoch(rig->core, ++rig->epoch);
    rig_resume_service(rig);
}

static struct desk_id completed(struct desk_rig *rig, const char *id)
{
    uint64_t ada = rig_log_on(rig, "ada");
    struct desk_id lead = rig_publish(rig, id);
    rig_accept(rig, ada, lead, 1);
    assert_int_equal(rig_complete(rig, ada, lead, "c", "won"), CORE_ACCEPTED);
    rig_log_off(rig, ada);
    return lead;
}

static void it_waits_again_with_its_age_and_is_told_as_the_act_it_is(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id lead = completed(&rig, "a");
    rig_pass(&rig, 1000);
    assert_int_equal(reopen(&rig, lead), CORE_ACCEPTED);
    const struct core_effect *event = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0);
    assert_true(event->from == LEAD_COMPLETED && event->to == LEAD_WAITING && event->cause == CAUSE_REOPENED);
    assert_string_equal(event->by, "boss");
    assert_string_equal(event->reason, "she called back");
    assert_true(event->received_unix_ms + 1000 <= rig.now_ms);
    uint64_t ada = rig_log_on(&rig, "ada");
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_true(desk_id_equal(offer->lead, lead) && offer->offer_number == 2);
    assert_memory_equal(offer->payload, "a", 1);
    rig_accept(&rig, ada, lead, 2);
    assert_int_equal(rig_complete(&rig, ada, lead, "c2", "won"), CORE_ACCEPTED);
    assert_int_equal(rig_state(&rig, lead), LEAD_NONE);
    rig_close(&rig);
}

static void after_its_time_it_stays_ended(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id lead = completed(&rig, "a"), other = completed(&rig, "b");
    rig_pass(&rig, REOPEN_MS - 2);
    assert_int_equal(reopen(&rig, lead), CORE_ACCEPTED);
    rig_pass(&rig, 3);
    assert_int_equal(reopen(&rig, other), CORE_REJECTED);
    assert_string_equal(refusal(&rig), "the lead ended longer ago than reopen_for");
    rig_close(&rig);
}

static void what_cannot_be_reopened_is_refused(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id open = rig_publish(&rig, "a");
    assert_int_equal(reopen(&rig, open), CORE_REJECTED);
    assert_string_equal(refusal(&rig), "the lead is open");
    assert_int_equal(reopen(&rig, (struct desk_id){open.epoch, open.number + 1}), CORE_NOT_FOUND);
    struct core_command merge = {.kind = COMMAND_ACT, .session = MANAGER};
    struct desk_id merged = rig_publish(&rig, "b");
    merge.act.act = ACT_MERGE;
    merge.act.lead = merged;
    merge.act.into = open;
    assert_int_equal(rig_step(&rig, &merge), CORE_ACCEPTED);
    assert_int_equal(reopen(&rig, merged), CORE_REJECTED);
    assert_string_equal(refusal(&rig), "the lead was merged into another: part it from that");
    rig_apply(&rig, rules(0));
    rig_act(&rig, open, ACT_CANCEL);
    assert_int_equal(reopen(&rig, open), CORE_REJECTED);
    assert_string_equal(refusal(&rig), "the desk's rules do not let leads be reopened: reopen_for");
    rig_close(&rig);
}

static void publishers_are_told_of_an_open_lead_again(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id lead = completed(&rig, "a");
    assert_int_equal(reopen(&rig, lead), CORE_ACCEPTED);
    for (int i = 0; i < 2; i++) {
        struct core_command query = {.kind = COMMAND_QUERY, .session = PUBLISHER};
        query.query.source = words("form");
        query.query.idempotency_id = words("a");
        rig_step(&rig, &query);
        assert_int_equal(rig_told(&rig, EFFECT_QUERY_REPLY, PUBLISHER, 0)->to, LEAD_WAITING);
        i == 0 ? restart(&rig) : restart_from_checkpoint(&rig);
    }
    assert_int_equal(rig_try_publish(&rig, &(struct rig_lead){.id = "a"}), CORE_DUPLICATE);
    assert_true(desk_id_equal(rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->lead, lead));
    rig_close(&rig);
}

static void a_call_comes_back_as_a_call_back(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .channel = LW_CHANNEL_PHONE});
    assert_int_equal(rig_cancel(&rig, lead), CORE_ACCEPTED);
    assert_int_equal(reopen(&rig, lead), CORE_ACCEPTED);
    assert_true(rig_row(&rig, lead).is_call_back);
    rig_close(&rig);
}

static void a_restart_keeps_what_may_be_reopened(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id first = completed(&rig, "a"), second = completed(&rig, "b");
    restart(&rig);
    assert_int_equal(reopen(&rig, first), CORE_ACCEPTED);
    restart_from_checkpoint(&rig);
    assert_int_equal(reopen(&rig, second), CORE_ACCEPTED);
    restart(&rig);
    assert_int_equal(rig_state(&rig, first), LEAD_WAITING);
    assert_int_equal(rig_state(&rig, second), LEAD_WAITING);
    rig_close(&rig);
}

static void decline(struct desk_rig *rig, uint64_t session, struct desk_id lead, const char *reason)
{
    struct core_command command = {.kind = COMMAND_ANSWER_OFFER, .session = session,
                                   .answer_offer = {.lead = lead, .offer_number = 1, .reason = words(reason)}};
    assert_int_equal(rig_step(rig, &command), CORE_ACCEPTED);
}

/* A checkpoint that has the lead from before its end, and a journal that begins behind the end: as when it was reopened while the
 * checkpoint was written. */
static void a_restart_takes_nothing_from_the_life_before(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    decline(&rig, ada, lead, "no time");
    rig_log_off(&rig, ada);
    const uint32_t before = rig.record_count;
    rig_act(&rig, lead, ACT_CANCEL);
    const uint32_t behind = rig.record_count;
    assert_int_equal(reopen(&rig, lead), CORE_ACCEPTED);
    struct core *restored = core_new(&rig.limits, &(struct core_callbacks){0});
    for (uint32_t i = 0; i < rig.record_count; i++) {
        const struct rig_record *record = &rig.records[i];
        if (i < before || i >= behind)
            assert_int_equal(core_restore(restored, record->kind, rig.bytes.data + record->at, record->size), LW_OK);
    }
    assert_int_equal(core_restore_done(restored), LW_OK);
    assert_int_equal(core_state_hash(restored), core_state_hash(rig.core));
    core_free(restored);
    rig_close(&rig);
}

/* With the end of another lead; nothing is dated, so that no clock has to run for it. */
static void without_reopen_for_what_was_kept_goes(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id kept = completed(&rig, "a");
    rig_apply(&rig, rules(0));
    rig_pass(&rig, 1);
    completed(&rig, "b");
    rig_apply(&rig, rules(REOPEN_MS));
    restart(&rig);
    assert_int_equal(reopen(&rig, kept), CORE_REJECTED);
    rig_close(&rig);
}

/* Its first record is let go by the checkpoint that its end came into. */
static void what_ends_while_a_checkpoint_is_written_is_in_it(void **state)
{
    struct desk_rig rig;
    struct core_record record;
    (void)state;
    open_desk(&rig);
    struct desk_id lead = rig_publish(&rig, "a");
    bool is_there = false;
    core_checkpoint_begin(rig.core);
    rig_act(&rig, lead, ACT_CANCEL);
    while (core_checkpoint_next(rig.core, &record))
        is_there |= record.kind == RECORD_LEAD && !record.ended && desk_id_equal(record.lead, lead);
    assert_true(is_there);
    rig_close(&rig);
}

/* What the checkpoint has of it is from when it was open, and the journal begins behind its end. */
static void what_gives_way_while_a_checkpoint_is_written_is_gone_from_it(void **state)
{
    struct desk_rig rig;
    struct core_record record;
    (void)state;
    open_desk(&rig);
    struct desk_id lead = rig_publish(&rig, "a"), other = rig_publish(&rig, "b");
    bool is_gone = false;
    core_checkpoint_begin(rig.core);
    while (core_checkpoint_next(rig.core, &record))
        ;
    rig_act(&rig, lead, ACT_CANCEL);
    core_checkpoint_begin(rig.core);
    rig_apply(&rig, rules(0));
    rig_pass(&rig, 1);
    rig_act(&rig, other, ACT_CANCEL);
    while (core_checkpoint_next(rig.core, &record))
        is_gone |= record.kind == RECORD_LEAD && record.ended && desk_id_equal(record.lead, lead);
    assert_true(is_gone);
    rig_close(&rig);
}

static void what_ended_first_gives_way_for_good(void **state)
{
    struct desk_rig rig;
    struct core_limits limits;
    struct desk_id leads[4];
    char id[4];
    (void)state;
    rig_small_limits(&limits);
    limits.reopen_bytes_max = 3 * (1024 + 2);
    rig_open(&rig, rules(REOPEN_MS), &limits);
    for (int i = 0; i < 4; i++) {
        snprintf(id, sizeof id, "a%d", i);
        leads[i] = rig_publish(&rig, id);
    }
    for (int i = 0; i < 4; i++)
        rig_act(&rig, leads[i], ACT_CANCEL);
    assert_int_equal(reopen(&rig, leads[0]), CORE_REJECTED);
    assert_int_equal(reopen(&rig, leads[3]), CORE_ACCEPTED);   /* which makes room */
    restart(&rig);
    assert_int_equal(reopen(&rig, leads[0]), CORE_REJECTED);
    assert_int_equal(reopen(&rig, leads[1]), CORE_ACCEPTED);
    rig_close(&rig);
}

static void the_fifteenth_time_is_the_last(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    struct desk_id lead = rig_publish(&rig, "a");
    for (int i = 0; i < 15; i++) {
        rig_act(&rig, lead, ACT_CANCEL);
        assert_int_equal(reopen(&rig, lead), CORE_ACCEPTED);
    }
    restart(&rig);
    rig_act(&rig, lead, ACT_CANCEL);
    assert_int_equal(reopen(&rig, lead), CORE_REJECTED);
    rig_close(&rig);
}

struct told_decisions { uint32_t count; };

static void hear_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *names, const uint8_t *levels,
                      uint32_t count, const char *because)
{
    (void)context, (void)lead, (void)rule, (void)names, (void)levels, (void)count, (void)because;
}

static void hear_decision(void *context, const struct core_decision_view *view)
{
    struct told_decisions *told = context;
    assert_int_equal(view->offer_number, ++told->count);
}

static void hear_candidate(void *context, const struct core_candidate *candidate)
{
    (void)context, (void)candidate;
}

static void explanations_tell_the_earlier_life_too(void **state)
{
    struct desk_rig rig;
    struct told_decisions told = {0};
    const struct core_explain_visitor visitor = {&told, hear_lead, hear_decision, hear_candidate};
    (void)state;
    open_desk(&rig);
    struct desk_id lead = completed(&rig, "a");
    assert_int_equal(reopen(&rig, lead), CORE_ACCEPTED);
    rig_log_on(&rig, "ada");
    assert_true(core_explain(rig.core, lead, &visitor));
    assert_int_equal(told.count, 2);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_waits_again_with_its_age_and_is_told_as_the_act_it_is),
        cmocka_unit_test(after_its_time_it_stays_ended),
        cmocka_unit_test(what_cannot_be_reopened_is_refused),
        cmocka_unit_test(publishers_are_told_of_an_open_lead_again),
        cmocka_unit_test(a_call_comes_back_as_a_call_back),
        cmocka_unit_test(a_restart_keeps_what_may_be_reopened),
        cmocka_unit_test(a_restart_takes_nothing_from_the_life_before),
        cmocka_unit_test(without_reopen_for_what_was_kept_goes),
        cmocka_unit_test(what_ends_while_a_checkpoint_is_written_is_in_it),
        cmocka_unit_test(what_gives_way_while_a_checkpoint_is_written_is_gone_from_it),
        cmocka_unit_test(what_ended_first_gives_way_for_good),
        cmocka_unit_test(the_fifteenth_time_is_the_last),
        cmocka_unit_test(explanations_tell_the_earlier_life_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
