/* SPDX-License-Identifier: Apache-2.0
 *
 * A core restored from records is the one that wrote them: from the journal
 * alone, and from a checkpoint walked while work went on, with the tail behind it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"
#include "record.h"

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void ignore_effect(void *context, const struct core_effect *effect)
{
    (void)context, (void)effect;
}

static const struct core_callbacks ignore_all = {NULL, ignore_record, ignore_effect};

static void open_two(struct desk_rig *rig)
{
    struct core_config *config = rig_rules();
    config->retry_same_rep_ms = 30000;
    config->people = (struct config_people){.join = true, .window_ms = 60000, .customer_for_ms = 3600000, .owner_for_ms = 5000};
    struct config_queue *queue;
    rig_add_rule(config, "italy", 10, "language", "it", "italian", 5);
    assert_int_equal(core_config_add_queue(config, "italy", "round_robin", &queue), LW_OK);
    assert_int_equal(core_config_set_policy(config, "weighted"), LW_OK);
    rig_add_rep(config, "ada", 4, "+391", "italian", 8);
    rig_add_rep(config, "bob", 3, "+392", "german", 8);
    rig_open(rig, config, NULL);
}

/* Some of everything: offers answered and not, calls, breaks, ends. */
static void live_a_little(struct desk_rig *rig, int round)
{
    char id[32], phone[16];
    uint64_t ada = rig_log_on(rig, "ada");
    for (int i = 0; i < 6; i++) {
        snprintf(id, sizeof id, "%d-%d", round, i);
        snprintf(phone, sizeof phone, "+39%d", round / 2);
        struct desk_id lead = rig_publish_lead(rig, &(struct rig_lead){
            .id = id, .channel = i % 3 == 2 ? LW_CHANNEL_PHONE : LW_CHANNEL_WEB, .phone = i % 4 == 1 ? phone : NULL, .fields = {{"language", i % 2 ? "it" : "de"}}});
        struct core_effect row = rig_row(rig, lead);
        rig_pass(rig, 500);
        if (row.to != LEAD_OFFERED)
            continue;
        if ((i + round) % 4 == 3) {
            rig_decline(rig, ada, lead, row.offer_number);
            continue;
        }
        rig_accept(rig, ada, lead, row.offer_number);
        if (row.channel == LW_CHANNEL_PHONE)
            rig_dial(rig, lead, row.offer_number, round % 2 ? DIAL_OUTCOME_ANSWERED : DIAL_OUTCOME_BUSY);
        if (i < 2)
            rig_complete(rig, ada, lead, id, "won");
    }
    rig_set_state(rig, ada, REP_BREAK);
    rig_pass(rig, 20000);
    rig_lose(rig, ada);
    if (round % 2)
        rig_pass(rig, 16000);
}

/* Its fourth lead, if that is still open. */
static void cancel(struct desk_rig *rig, int round)
{
    char id[32];
    int size = snprintf(id, sizeof id, "%d-3", round);
    rig_step(rig, &(struct core_command){.kind = COMMAND_CANCEL, .session = PUBLISHER,
                                         .cancel = {.source = {"form", 4}, .idempotency_id = {id, (uint32_t)size}}});
}

/* Sessions do not survive: without any, the two must be equal. */
static void assert_restored_equal(struct desk_rig *rig, struct core *restored)
{
    assert_non_null(restored);
    core_check_invariants(restored);
    assert_int_equal(core_state_hash(restored), core_state_hash(rig->core));
    core_free(restored);
}

static void the_journal_alone_gives_the_same_state(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    for (int round = 0; round < 8; round++) {
        live_a_little(&rig, round);
        assert_restored_equal(&rig, rig_restore(&rig, rig.record_count, &ignore_all));
    }
    rig_close(&rig);
}

static struct core_config *shares_of(uint32_t ada, uint32_t bob)
{
    struct core_config *config = rig_rules();
    rig_add_rep(config, "ada", 9, NULL, NULL, 0);
    rig_add_rep(config, "bob", 9, NULL, NULL, 0);
    config->reps[0].share = ada;
    config->reps[1].share = bob;
    assert_int_equal(core_config_set_policy(config, "weighted"), LW_OK);
    return config;
}

/* The sum of the shares is the same, but going and coming rounds what was given. */
static void new_shares_round_alike_after_a_restart(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, shares_of(3, 7), NULL);
    uint64_t ada = rig_log_on(&rig, "ada"), bob = rig_log_on(&rig, "bob");
    rig_publish(&rig, "a");
    rig_lose(&rig, ada);
    rig_lose(&rig, bob);
    assert_int_equal(rig_apply(&rig, shares_of(7, 3)), CORE_ACCEPTED);
    assert_restored_equal(&rig, rig_restore(&rig, rig.record_count, &ignore_all));
    rig_close(&rig);
}

/* ---- a store as the checkpoint sees it ---- */

enum { STORED_MAX = 4096 };
struct stored { struct core_record record; uint8_t bytes[1024]; };
struct stored_checkpoint { struct stored *items; uint32_t count; };

static bool same_place(const struct core_record *a, const struct core_record *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case RECORD_LEAD: return desk_id_equal(a->lead, b->lead);
    case RECORD_REP: return a->rep == b->rep;
    case RECORD_SEEN: return a->seen.lo == b->seen.lo && a->seen.hi == b->seen.hi && a->seen_bucket == b->seen_bucket;
    case RECORD_DESK: case RECORD_CONFIG: case RECORD_LEADS: break;
    }
    return true;
}

static void store(struct stored_checkpoint *checkpoint, const struct core_record *record)
{
    uint32_t at = 0;
    while (at < checkpoint->count && !same_place(&checkpoint->items[at].record, record))
        at++;
    if (record->ended) {
        if (at < checkpoint->count)
            checkpoint->items[at] = checkpoint->items[--checkpoint->count];
        return;
    }
    assert_true(at < STORED_MAX && record->size <= sizeof checkpoint->items[0].bytes);
    if (at == checkpoint->count)
        checkpoint->count++;
    checkpoint->items[at].record = *record;
    memcpy(checkpoint->items[at].bytes, record->bytes, record->size);
}

static struct core *restore_from(const struct desk_rig *rig, const struct stored_checkpoint *checkpoint, uint32_t tail)
{
    struct core *core = core_new(&rig->limits, &ignore_all);
    for (uint32_t i = 0; i < checkpoint->count; i++)
        assert_int_equal(core_restore(core, checkpoint->items[i].record.kind, checkpoint->items[i].bytes, checkpoint->items[i].record.size), LW_OK);
    for (uint32_t i = tail; i < rig->record_count; i++)
        assert_int_equal(core_restore(core, rig->records[i].kind, rig->bytes.data + rig->records[i].at, rig->records[i].size), LW_OK);
    assert_int_equal(core_restore_done(core), LW_OK);
    return core;
}

/* Work goes on between any two records of the walk; whatever the walk gave, with the tail since its begin it is the state. */
static void a_checkpoint_walked_under_work_and_its_tail_give_the_same_state(void **state)
{
    struct stored_checkpoint checkpoint = {calloc(STORED_MAX, sizeof(struct stored)), 0};
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    for (int round = 0; round < 12; round++) {
        uint32_t tail = rig.record_count, given = 0;
        struct core_record record;
        core_checkpoint_begin(rig.core);
        while (core_checkpoint_next(rig.core, &record)) {
            store(&checkpoint, &record);
            if (given++ % 7 == (uint32_t)round % 7 && given < 40)
                live_a_little(&rig, 100 * round + (int)given);
        }
        if (round > 0)   /* one that the last checkpoint holds ends */
            cancel(&rig, 100 * (round - 1) + 99);
        live_a_little(&rig, 100 * round + 99);
        assert_restored_equal(&rig, restore_from(&rig, &checkpoint, tail));
    }
    rig_close(&rig);
    free(checkpoint.items);
}

static void a_store_that_lost_all_gets_all_again(void **state)
{
    struct stored_checkpoint checkpoint = {calloc(STORED_MAX, sizeof(struct stored)), 0};
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    for (int round = 0; round < 3; round++) {
        struct core_record record;
        live_a_little(&rig, round);
        core_checkpoint_begin(rig.core);
        while (core_checkpoint_next(rig.core, &record))
            store(&checkpoint, &record);
    }
    checkpoint.count = 0;
    uint32_t slices = 1;      /* each marks a few, and work goes on between them */
    for (; !core_checkpoint_all(rig.core, 3); slices++) {
        if (slices % 5 == 1 && slices < 30)
            live_a_little(&rig, 100 + (int)slices);
    }
    assert_true(slices > 10);
    core_checkpoint_begin(rig.core);
    for (struct core_record record; core_checkpoint_next(rig.core, &record);)
        store(&checkpoint, &record);
    assert_restored_equal(&rig, restore_from(&rig, &checkpoint, rig.record_count));
    rig_close(&rig);
    free(checkpoint.items);
}

static void a_journal_cut_after_any_record_can_be_restored(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    for (int round = 0; round < 3; round++)
        live_a_little(&rig, round);
    for (uint32_t count = 1; count <= rig.record_count; count++) {
        struct core *core = rig_restore(&rig, count, &ignore_all);
        assert_non_null(core);
        core_set_epoch(core, rig.epoch + 1);
        core_step(core, &(struct core_command){.kind = COMMAND_SERVICE_RESUMED}, rig.now_ms);
        core_check_invariants(core);
        core_free(core);
    }
    rig_close(&rig);
}

/* The restored one numbers skills in another order: the classes of its leads must not depend on that. */
static void the_same_leads_after_a_restart_stand_in_the_same_queue(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rule(config, "both", 10, "product", "both", "italian", 5);
    assert_int_equal(core_config_rule_require(config, &config->rules[0], "german", 5), LW_OK);
    rig_add_rule(config, "one", 10, "product", "one", "german", 5);
    rig_add_rep(config, "ada", 4, NULL, "italian", 8);
    rig_add_skill(config, "ada", "german", 8);
    rig_open(&rig, config, NULL);
    rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .fields = {{"product", "one"}}});
    rig_publish_lead(&rig, &(struct rig_lead){.id = "b", .fields = {{"product", "both"}}});
    struct core *twin = rig_restore(&rig, rig.record_count, &ignore_all);
    assert_non_null(twin);
    core_set_epoch(twin, rig.epoch + 1);
    rig_step(&rig, &(struct core_command){.kind = COMMAND_SERVICE_RESUMED});
    core_set_epoch(rig.core, rig.epoch + 1);
    core_step(twin, &(struct core_command){.kind = COMMAND_SERVICE_RESUMED}, rig.now_ms);
    struct core_totals before, after;
    core_totals_read(twin, &before);
    struct core *old = rig_swap(&rig, twin);
    struct desk_id third = rig_publish_lead(&rig, &(struct rig_lead){.id = "c", .fields = {{"product", "both"}}});
    core_totals_read(twin, &after);
    assert_int_equal(before.demand_classes, after.demand_classes);
    struct core_command query = {.kind = COMMAND_QUERY, .session = PUBLISHER, .query = {.lead = third}};
    rig_step(&rig, &query);
    assert_int_equal(rig_told(&rig, EFFECT_QUERY_REPLY, PUBLISHER, 0)->position, 2);
    rig_swap(&rig, old);
    rig_publish_lead(&rig, &(struct rig_lead){.id = "c", .fields = {{"product", "both"}}});
    assert_int_equal(core_state_hash(rig.core), core_state_hash(twin));
    core_free(twin);
    rig_close(&rig);
}

/* That a rep is idle since the end of a lead stands in the lead's record alone. */
static void the_idle_time_after_work_survives(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_add_rep(config, "bob", 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_pass(&rig, 1000);
    rig_log_on(&rig, "bob");
    rig_accept(&rig, ada, lead, 1);
    rig_pass(&rig, 1000);
    rig_complete(&rig, ada, lead, "1", "won");
    struct core *restored = rig_restore(&rig, rig.record_count, &ignore_all);
    assert_non_null(restored);
    core_free(rig_swap(&rig, restored));
    core_set_epoch(rig.core, rig.epoch + 1);
    rig_resume_service(&rig);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "b")), "bob");
    rig_close(&rig);
}

static void ids_of_a_new_owner_carry_its_epoch_and_never_repeat(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    struct desk_id before = rig_publish(&rig, "a");
    core_set_epoch(rig.core, rig.epoch + 5);
    struct desk_id after = rig_publish(&rig, "b");
    assert_int_equal(after.epoch, rig.epoch + 5);
    assert_int_equal(after.number, before.number + 1);
    assert_int_equal(rig_state(&rig, before), LEAD_WAITING);   /* old ids stay good */
    rig_close(&rig);
}

static void a_newer_format_is_told_from_damage(void **state)
{
    uint8_t newer[] = {RECORD_FORMAT + 1, 0, 0, 0}, none[] = {0, 0, 0, 0};
    struct core_limits limits;
    (void)state;
    rig_small_limits(&limits);
    struct core *core = core_new(&limits, &ignore_all);
    for (int kind = RECORD_DESK; kind <= RECORD_SEEN; kind++) {
        assert_int_equal(core_restore(core, (enum record_kind)kind, newer, sizeof newer), LW_UNSUPPORTED);
        assert_int_equal(core_restore(core, (enum record_kind)kind, none, sizeof none), LW_CORRUPT);
        assert_int_equal(core_restore(core, (enum record_kind)kind, none, 0), LW_CORRUPT);
    }
    assert_int_equal(core_restore(core, (enum record_kind)9, none, 1), LW_UNSUPPORTED);
    core_free(core);
}

static void an_open_lead_without_its_words_is_damage(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    rig_log_on(&rig, "ada");
    rig_publish(&rig, "a");   /* created, then offered: the second image has no payload */
    struct core *core = core_new(&rig.limits, &ignore_all);
    uint32_t leads = 0;
    for (uint32_t i = 0; i < rig.record_count; i++) {
        if (rig.records[i].kind == RECORD_LEAD && leads++ == 0)
            continue;
        assert_int_equal(core_restore(core, rig.records[i].kind, rig.bytes.data + rig.records[i].at, rig.records[i].size), LW_OK);
    }
    assert_int_equal(leads, 2);
    assert_int_equal(core_restore_done(core), LW_CORRUPT);
    core_free(core);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_journal_alone_gives_the_same_state),
        cmocka_unit_test(new_shares_round_alike_after_a_restart),
        cmocka_unit_test(a_checkpoint_walked_under_work_and_its_tail_give_the_same_state),
        cmocka_unit_test(a_store_that_lost_all_gets_all_again),
        cmocka_unit_test(a_journal_cut_after_any_record_can_be_restored),
        cmocka_unit_test(the_same_leads_after_a_restart_stand_in_the_same_queue),
        cmocka_unit_test(the_idle_time_after_work_survives),
        cmocka_unit_test(ids_of_a_new_owner_carry_its_epoch_and_never_repeat),
        cmocka_unit_test(a_newer_format_is_told_from_damage),
        cmocka_unit_test(an_open_lead_without_its_words_is_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
