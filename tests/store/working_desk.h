/* SPDX-License-Identifier: Apache-2.0
 *
 * working_desk - a desk that works: the real core over the real store, and around it reps and customers who act by a seed.
 *
 *   desk = {.options = ..., .random = seed}      (large: on the heap)
 *   working_desk_open      claims and loads what its Redis has
 *   working_desk_found     only when there was nothing
 *   working_desk_log_on, then working_desk_act again and again
 *   working_desk_close     and open again: the next life of the same desk
 *
 * Ownership: core, store and batch are the desk's own between open and close; what the options point to is borrowed for as
 * long. Seed, clock and count of published leads outlive a close. Errors: what fails, or takes longer than
 * WORKING_DESK_DEADLINE_MS, fails the test of cmocka that runs. Threads: one.
 */
#ifndef WORKING_DESK_H
#define WORKING_DESK_H

#include "byte_buffer.h"
#include "core.h"
#include "redis_fixture.h"
#include "store.h"

enum { WORKING_DESK_LEADS_MAX = 20000, WORKING_DESK_LIST_MAX = 4096, WORKING_DESK_DEADLINE_MS = 30000 };

struct working_desk;

struct working_desk_options {
    const struct redis_fixture *redis;
    enum store_durability durability;
    uint32_t checkpoint_bytes;
    unsigned reps;                   /* named rep0, rep1, ... */
    bool forgets_rest;               /* who takes a lead from a list empties it: what stood there comes again, or expires */
    /* After each batch that was appended, which is still in desk->batch. NULL: nothing; batches gather in the store. */
    void (*after_append)(struct working_desk *desk);
};

struct working_desk_lead { struct desk_id lead; uint32_t offer_number; uint64_t session; };
struct working_desk_list { struct working_desk_lead items[WORKING_DESK_LIST_MAX]; size_t count; };

struct working_desk {
    struct working_desk_options options;
    struct core *core;
    struct store *store;
    struct byte_buffer batch;
    struct working_desk_list offers, held;   /* of this life, as the reps were told; what is full takes no more */
    uint64_t now_ms, random, published;
    uint64_t epoch, appended, confirmed;     /* of this life; the latter two are tickets of the store */
    uint64_t effects;                        /* hash of all that was told since it was set */
    enum store_state state;
    bool is_empty;                           /* nothing was there when it was opened */
};

void working_desk_open(struct working_desk *desk);
/* As a crash would: gives no claim back. A desk that is not open stays so. */
void working_desk_close(struct working_desk *desk);

/* A number below the bound. */
uint64_t working_desk_draw(struct working_desk *desk, uint64_t below);
/* Lets the store work: waits for its descriptor for a moment at most. */
void working_desk_turn(struct working_desk *desk);
/* Until all that was appended is confirmed. May be an after_append: then each step that changed something is one entry of the journal. */
void working_desk_confirm_all(struct working_desk *desk);
/* Ended since it was opened. */
uint64_t working_desk_checkpoints(const struct working_desk *desk);

/* The command a few milliseconds after the one before; appends what it recorded. */
void working_desk_step(struct working_desk *desk, const struct core_command *command);
/* Its key, its reps, a rule that takes all, a disposition. */
void working_desk_found(struct working_desk *desk);
/* This rep is there and available. */
void working_desk_log_on(struct working_desk *desk, unsigned rep, uint64_t session);
void working_desk_publish(struct working_desk *desk);
/* Accepts one of the offers, or declines it now and then. Nothing without offers. */
void working_desk_answer(struct working_desk *desk);
/* One of the held leads. Nothing without such. */
void working_desk_complete(struct working_desk *desk);
/* One of the three above. */
void working_desk_act(struct working_desk *desk);

#endif
