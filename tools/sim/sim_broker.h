/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_broker - the broker process in virtual time: a core, a durable journal
 * and checkpoint, what is not released yet, and a twin that is never restarted.
 *
 * Each step makes a batch: its records and effects. Batches and slices of a
 * checkpoint become durable in order, one sim_broker_release at a time; until
 * then their effects are held back. A crash keeps a prefix of what was under
 * way. Restarting restores from checkpoint and tail.
 *
 * The twin gets every command; its state hash must equal the core's after each.
 * When a crash lost batches there is nothing to compare with: the twin is then
 * restored from the whole journal, without the checkpoint.
 */
#ifndef SIM_BROKER_H
#define SIM_BROKER_H

#include "byte_buffer.h"
#include "sim_effects.h"

struct sim_record { enum record_kind kind; size_t at, size; };
struct sim_records { struct byte_buffer bytes; struct sim_record *list; uint32_t count, capacity; };

/* What one step did, or (command COMMAND_NONE) one slice of a checkpoint. */
struct sim_batch {
    enum core_command_kind command;
    uint64_t session, now_ms;
    struct sim_records records;
    struct sim_effects effects;
    struct sim_stored *slice;      /* records for the checkpoint */
    uint32_t slice_count;
    bool ends_checkpoint;          /* the tail starts at tail_start from now on */
    uint32_t tail_start;
    struct sim_batch *next;
};

struct sim_broker {
    struct core *core, *twin;      /* NULL: down */
    struct core_limits limits;
    uint64_t epoch, last_ms;
    struct sim_batch *first, *last;    /* not released, oldest first */
    uint32_t unreleased;
    struct sim_records journal;
    struct sim_stored *checkpoint;
    uint32_t checkpoint_count, checkpoint_capacity, tail_start;
    bool walks;
    uint32_t walk_start;           /* records that were made when the walk began */
    uint64_t records_made;
    struct sim_effects twin_effects;
    uint64_t *sessions;            /* that logged on since the start */
    uint32_t session_count, session_capacity;
    uint64_t hash;                 /* of all records and effects */
    char fault[160];               /* what went wrong; "" nothing */
};

/* Founds the desk. */
void sim_broker_open(struct sim_broker *broker, const struct core_limits *limits, uint64_t now_ms);
void sim_broker_close(struct sim_broker *broker);
/* The batch is borrowed until it is released. */
const struct sim_batch *sim_broker_step(struct sim_broker *broker, const struct core_command *command, uint64_t now_ms);
/* The oldest batch is durable: the caller gets it and frees it with sim_batch_free. NULL: none. */
struct sim_batch *sim_broker_release(struct sim_broker *broker);
void sim_batch_free(struct sim_batch *batch);
/* Up to count records of a checkpoint, begun when none is under way. */
void sim_broker_checkpoint(struct sim_broker *broker, uint32_t count);
/* Keeps the first `survivors` of what was not released: release them before sim_broker_restart. The rest is lost. */
void sim_broker_crash(struct sim_broker *broker, uint32_t survivors);
/* Serves again from checkpoint and tail; had_loss: the twin too is restored. The step of COMMAND_SERVICE_RESUMED is a batch. */
void sim_broker_restart(struct sim_broker *broker, uint64_t now_ms, bool had_loss);

#endif
