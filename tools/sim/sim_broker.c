/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_broker.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim_stored { struct core_record record; uint8_t *bytes; };

static void records_add(struct sim_records *records, enum record_kind kind, const void *bytes, size_t size)
{
    if (records->count == records->capacity) {
        records->capacity = records->capacity ? records->capacity * 2 : 8;
        records->list = realloc(records->list, records->capacity * sizeof *records->list);
        assert(records->list);
    }
    records->list[records->count++] = (struct sim_record){kind, records->bytes.size, size};
    byte_buffer_put(&records->bytes, bytes, size);
    assert(!records->bytes.failed);
}

static void records_init(struct sim_records *records)
{
    *records = (struct sim_records){0};
    byte_buffer_init(&records->bytes, 1u << 30);
}

static void records_fini(struct sim_records *records)
{
    byte_buffer_fini(&records->bytes);
    free(records->list);
}

/* ---- callbacks of core and twin ---- */

static void keep_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    struct sim_broker *broker = context;
    broker->records_made++;
    records_add(&broker->last->records, kind, bytes, size);
    broker->hash = siphash_64((struct siphash_key){broker->hash, kind}, bytes, size);
}

static void keep_effect(void *context, const struct core_effect *effect)
{
    struct sim_broker *broker = context;
    sim_effects_add(&broker->last->effects, effect);
}

static void twin_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void twin_effect(void *context, const struct core_effect *effect)
{
    struct sim_broker *broker = context;
    sim_effects_add(&broker->twin_effects, effect);
}

static struct core *new_core(struct sim_broker *broker, bool is_twin)
{
    struct core *core = core_new(&broker->limits, &(struct core_callbacks){broker, is_twin ? twin_record : keep_record,
                                                                          is_twin ? twin_effect : keep_effect});
    assert(core);
    return core;
}

/* ---- steps ---- */

static struct sim_batch *append_batch(struct sim_broker *broker, enum core_command_kind command, uint64_t session, uint64_t now_ms)
{
    struct sim_batch *batch = calloc(1, sizeof *batch);
    assert(batch);
    batch->command = command;
    batch->session = session;
    batch->now_ms = now_ms;
    records_init(&batch->records);
    *(broker->last ? &broker->last->next : &broker->first) = batch;
    broker->last = batch;
    broker->unreleased++;
    return batch;
}

static void keep_session(struct sim_broker *broker, uint64_t session)
{
    if (broker->session_count == broker->session_capacity) {
        broker->session_capacity = broker->session_capacity ? broker->session_capacity * 2 : 64;
        broker->sessions = realloc(broker->sessions, broker->session_capacity * sizeof *broker->sessions);
        assert(broker->sessions);
    }
    broker->sessions[broker->session_count++] = session;
}

static void compare_twin(struct sim_broker *broker, const struct sim_batch *batch)
{
    if (sim_effects_hash(&batch->effects, 0) != sim_effects_hash(&broker->twin_effects, 0))
        snprintf(broker->fault, sizeof broker->fault, "deterministic: the twin that was not restarted tells something else (%u effects, %u)",
                 batch->effects.count, broker->twin_effects.count);
    if (core_state_hash(broker->core) != core_state_hash(broker->twin))
        snprintf(broker->fault, sizeof broker->fault, "deterministic: the twin that was not restarted is in another state");
}

const struct sim_batch *sim_broker_step(struct sim_broker *broker, const struct core_command *command, uint64_t now_ms)
{
    struct sim_batch *batch = append_batch(broker, command->kind, command->session, now_ms);
    broker->twin_effects.count = 0;
    broker->last_ms = now_ms;
    if (command->kind == COMMAND_LOG_ON)
        keep_session(broker, command->session);
    core_step(broker->core, command, now_ms);
    core_step(broker->twin, command, now_ms);
    core_check_invariants(broker->core);
    broker->hash = sim_effects_hash(&batch->effects, broker->hash);
    compare_twin(broker, batch);
    return batch;
}

void sim_broker_open(struct sim_broker *broker, const struct core_limits *limits, uint64_t now_ms)
{
    *broker = (struct sim_broker){.limits = *limits, .epoch = 1u << 24};
    records_init(&broker->journal);
    broker->core = new_core(broker, false);
    broker->twin = new_core(broker, true);
    core_set_epoch(broker->core, broker->epoch);
    core_set_epoch(broker->twin, broker->epoch);
    sim_broker_step(broker, &(struct core_command){.kind = COMMAND_FOUND_DESK, .found_desk = {{11, 12}}}, now_ms);
}

void sim_broker_close(struct sim_broker *broker)
{
    for (struct sim_batch *batch; (batch = broker->first) != NULL;) {
        broker->first = batch->next;
        sim_batch_free(batch);
    }
    for (uint32_t i = 0; i < broker->checkpoint_count; i++)
        free(broker->checkpoint[i].bytes);
    free(broker->checkpoint);
    free(broker->sessions);
    records_fini(&broker->journal);
    sim_effects_free(&broker->twin_effects);
    core_free(broker->core);
    core_free(broker->twin);
}

void sim_batch_free(struct sim_batch *batch)
{
    for (uint32_t i = 0; i < batch->slice_count; i++)
        free(batch->slice[i].bytes);
    free(batch->slice);
    records_fini(&batch->records);
    sim_effects_free(&batch->effects);
    free(batch);
}

/* ---- the store ---- */

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

/* Takes the bytes. */
static void store(struct sim_broker *broker, struct sim_stored *item)
{
    uint32_t at = 0;
    while (at < broker->checkpoint_count && !same_place(&broker->checkpoint[at].record, &item->record))
        at++;
    bool found = at < broker->checkpoint_count;
    if (found)
        free(broker->checkpoint[at].bytes);
    if (item->record.ended) {
        if (found)
            broker->checkpoint[at] = broker->checkpoint[--broker->checkpoint_count];
        return;
    }
    if (!found && broker->checkpoint_count == broker->checkpoint_capacity) {
        broker->checkpoint_capacity = broker->checkpoint_capacity ? broker->checkpoint_capacity * 2 : 64;
        broker->checkpoint = realloc(broker->checkpoint, broker->checkpoint_capacity * sizeof *broker->checkpoint);
        assert(broker->checkpoint);
    }
    broker->checkpoint_count += !found;
    broker->checkpoint[at] = *item;
    item->bytes = NULL;
}

struct sim_batch *sim_broker_release(struct sim_broker *broker)
{
    struct sim_batch *batch = broker->first;
    if (!batch)
        return NULL;
    broker->first = batch->next;
    if (!broker->first)
        broker->last = NULL;
    broker->unreleased--;
    for (uint32_t i = 0; i < batch->records.count; i++) {
        const struct sim_record *record = &batch->records.list[i];
        records_add(&broker->journal, record->kind, batch->records.bytes.data + record->at, record->size);
    }
    for (uint32_t i = 0; i < batch->slice_count; i++)
        store(broker, &batch->slice[i]);
    if (batch->ends_checkpoint)
        broker->tail_start = batch->tail_start;
    return batch;
}

void sim_broker_checkpoint(struct sim_broker *broker, uint32_t count)
{
    struct core_record record = {0};
    bool more = true;
    if (!broker->walks) {
        core_checkpoint_begin(broker->core);
        broker->walk_start = (uint32_t)broker->records_made;
    }
    struct sim_batch *batch = append_batch(broker, COMMAND_NONE, 0, broker->last_ms);
    batch->slice = calloc(count, sizeof *batch->slice);
    assert(batch->slice);
    while (batch->slice_count < count && (more = core_checkpoint_next(broker->core, &record))) {
        struct sim_stored *item = &batch->slice[batch->slice_count++];
        item->record = record;
        item->record.bytes = NULL;
        item->bytes = malloc(record.size + 1);
        assert(item->bytes);
        if (record.size > 0)
            memcpy(item->bytes, record.bytes, record.size);
    }
    broker->walks = more;
    batch->ends_checkpoint = !more;
    batch->tail_start = broker->walk_start;
}

/* ---- dying and coming back ---- */

void sim_broker_crash(struct sim_broker *broker, uint32_t survivors)
{
    struct sim_batch **end = &broker->first, *kept_last = NULL;
    for (uint32_t i = 0; i < survivors && *end; i++) {
        kept_last = *end;
        end = &(*end)->next;
    }
    struct sim_batch *lost = *end;
    *end = NULL;
    broker->last = kept_last;
    while (lost) {
        struct sim_batch *next = lost->next;
        broker->unreleased--;
        sim_batch_free(lost);
        lost = next;
    }
    core_free(broker->core);
    broker->core = NULL;
    broker->walks = false;
}

static void restore_records(struct sim_broker *broker, struct core *core, uint32_t from)
{
    lw_status status = LW_OK;
    for (uint32_t i = from; i < broker->journal.count && status == LW_OK; i++) {
        const struct sim_record *record = &broker->journal.list[i];
        status = core_restore(core, record->kind, broker->journal.bytes.data + record->at, record->size);
    }
    if (status == LW_OK)
        status = core_restore_done(core);
    if (status != LW_OK)
        snprintf(broker->fault, sizeof broker->fault, "recovery: the journal cannot be restored: status %d", status);
}

static void restore_twin(struct sim_broker *broker)
{
    core_free(broker->twin);
    broker->twin = new_core(broker, true);
    restore_records(broker, broker->twin, 0);
}

/* For the twin the restart is only that all connections are lost at once. */
static void cut_twin(struct sim_broker *broker)
{
    for (uint32_t i = 0; i < broker->session_count; i++)
        core_step(broker->twin, &(struct core_command){.kind = COMMAND_CONNECTION_LOST, .session = broker->sessions[i]}, broker->last_ms);
}

void sim_broker_restart(struct sim_broker *broker, uint64_t now_ms, bool had_loss)
{
    assert(!broker->first && !broker->core);
    broker->core = new_core(broker, false);
    for (uint32_t i = 0; i < broker->checkpoint_count; i++) {
        lw_status status = core_restore(broker->core, broker->checkpoint[i].record.kind, broker->checkpoint[i].bytes, broker->checkpoint[i].record.size);
        if (status != LW_OK)
            snprintf(broker->fault, sizeof broker->fault, "recovery: the checkpoint cannot be restored: status %d", status);
    }
    restore_records(broker, broker->core, broker->tail_start);
    broker->records_made = broker->journal.count;
    if (had_loss)
        restore_twin(broker);
    else
        cut_twin(broker);
    broker->session_count = 0;
    core_set_epoch(broker->core, ++broker->epoch);
    core_set_epoch(broker->twin, broker->epoch);
    if (broker->fault[0] == '\0')
        sim_broker_step(broker, &(struct core_command){.kind = COMMAND_SERVICE_RESUMED}, now_ms);
}
