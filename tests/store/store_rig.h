/* SPDX-License-Identifier: Apache-2.0
 *
 * store_rig - a broker reduced to its store: a fake core, a store, and what the store said.
 */
#ifndef STORE_RIG_H
#define STORE_RIG_H

#include "fake_core.h"
#include "redis_fixture.h"
#include "store.h"

enum { RIG_DEADLINE_MS = 30000, RIG_RECORDS_MAX = 4096 };

struct rig {
    struct store_options options;
    struct store *store;
    struct core *core;            /* what the broker knows */
    struct core *told;            /* what it may have told somebody: the state at the last confirmed ticket */
    struct byte_buffer log;       /* every batch appended, for `told` */
    size_t log_told;
    struct { uint64_t ticket; size_t log_end; } tickets[16384];
    uint64_t ticket_first, ticket_last, confirmed;
    uint64_t epoch, desk_ms, loads;
    bool is_loaded, is_empty;
    enum store_state state;
    unsigned visits[8];           /* of each state */
    uint64_t random;
    void (*on_confirmed)(struct rig *rig);
    void (*on_load)(struct rig *rig);   /* at each record */
    int told_fd;
};

/* Options for a desk "d" on this Redis; owner "o". */
void rig_init(struct rig *rig, struct redis_fixture *redis, const char *owner);
void rig_open(struct rig *rig);
/* Forgets the store as a crash would; the core is gone, `told` stays for comparison. */
void rig_crash(struct rig *rig);
void rig_fini(struct rig *rig);
/* One turn: waits for the descriptor at most wait_ms, steps. */
void rig_turn(struct rig *rig, int wait_ms);
/* Steps until it is so; false at the deadline, or when the store has failed. */
bool rig_until_state(struct rig *rig, enum store_state state);
bool rig_until_confirmed(struct rig *rig);
/* Until so many were ended since it was opened. */
bool rig_until_checkpoints(struct rig *rig, uint64_t count);
/* Whether a warning of the store has these words. */
bool rig_is_warned(const struct rig *rig, const char *words);
/* Turns until it is so, or no more; else the test fails. */
/* The durability that the store says is in force; "" while it is away. */
void rig_until_in_force(struct rig *rig, const char *level);
void rig_until_warned(struct rig *rig, const char *words, bool wanted);
/* One batch of count changes. False: the store is full. */
bool rig_change(struct rig *rig, unsigned count);
/* Adds a batch of records to what was told. */
void rig_tell(struct rig *rig, const void *records, size_t size);
uint64_t rig_random(struct rig *rig, uint64_t below);

#endif
