/* SPDX-License-Identifier: Apache-2.0
 *
 * store - the durable edge: journal, checkpoint, recovery, ownership.
 *
 * One desk's store, over Redis or in memory, behind one interface. The owner
 * appends batches of records; the store confirms them in order. Nothing that a
 * batch caused may leave before its confirmation.
 *
 *   store_open_redis / store_open_memory
 *   store_step ... until the loaded callback   (claim, then load: load callbacks give the records)
 *   store_append(batch) ...             (up to STORE_BATCH_MAX bytes each)
 *   store_step -> confirmed callback    (in order of append)
 *
 * State of the store, seen by the broker:
 *
 *   CLAIMING -> LOADING -> READY <-> AWAY  (Redis gone, silent or refusing; batches are kept and sent again. Also while
 *                            |              a Redis that lost this desk gets everything anew: nothing is confirmed until then)
 *                            |<----> FULL   (Redis is nearly out of memory: take no publishes; all else passes)
 *                            '-----> FENCED (another owner) | FAILED (the reason tells what to do): both are the end
 *
 * The checkpoint shows the core's state as it is: hand over all records of a step before the next store_step, or none
 * (after LW_FULL no slice is made until an append succeeds).
 *
 * Never blocks; the caller polls store_fd() for store_events(). Threads: one owner.
 */
#ifndef STORE_H
#define STORE_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core.h"
#include "desk_id.h"
#include "store_troubles.h"

enum { STORE_BATCH_MAX = 64 * 1024, STORE_SCHEMA_VERSION = 1, STORE_ADDRESSES_MAX = 4, STORE_REPLICAS_MAX = 8, STORE_WARNINGS_MAX = 8, STORE_SLICE_LONG_US = 5000 };

enum store_durability { STORE_MEMORY, STORE_EVERYSEC, STORE_ALWAYS, STORE_REPLICATED };
enum store_state { STORE_CLAIMING, STORE_LOADING, STORE_READY, STORE_AWAY, STORE_FULL, STORE_FENCED, STORE_FAILED };

const char *store_state_name(enum store_state state);
const char *store_durability_name(enum store_durability durability);
bool store_durability_parse(const char *text, enum store_durability *out);

/* Of a Redis: a unix socket's path, or a host and port. */
struct store_address { const char *socket, *host; uint16_t port; };

struct store_options {
    const char *desk;
    const char *owner;            /* host and name of this broker: a restart of the same owner claims at once */
    const char *endpoint;         /* told to whoever asks who the owner is */
    struct store_address redis[STORE_ADDRESSES_MAX];   /* one, or a master and its replicas: whoever is master is used */
    uint32_t redis_count;
    const char *redis_password_file;  /* or NULL */
    const char *redis_user;           /* or NULL */
    enum store_durability durability; /* what the desk asks; a weaker Redis is set to it (CONFIG SET) if allowed, else refused with a clear message */
    uint32_t replicas;            /* STORE_REPLICATED: so many must have what is confirmed; default 1 */
    uint32_t lease_ms;            /* default 10,000 */
    uint32_t checkpoint_bytes;    /* journal bytes since the last checkpoint that start one; default 32 MiB */
    uint32_t checkpoint_ms;       /* or this long, if anything changed; default 60,000 */
    uint32_t ring_bytes, ring_ms; /* recent batches kept for a Redis that came back behind; default 64 MiB, 60,000 */
    uint32_t away_after_ms;       /* an unanswered append this old means away; default 2,000 */
    uint32_t transaction_bytes;   /* entries of so many bytes and more, sent together, go around Lua; default 8,192, where that begins to cost Redis less */
};

struct store_callbacks {
    void *context;
    /* While LOADING: one record of the checkpoint or the journal's tail, in the order core_restore wants. Not LW_OK stops the load: STORE_FAILED. */
    lw_status (*load)(void *context, enum record_kind kind, const void *bytes, size_t size);
    /* All loaded: the desk is ours under this epoch. Called once per claim. desk_ms: last journaled desk time (0: empty desk).
     * The core must be whole when this returns (core_restore_done): a checkpoint may begin at once. */
    void (*loaded)(void *context, uint64_t epoch, uint64_t desk_ms, bool empty);
    /* Every batch up to and including this ticket is durable. */
    void (*confirmed)(void *context, uint64_t ticket);
    void (*state_changed)(void *context, enum store_state state, const char *reason);
    /* A checkpoint is due: the store walks core_checkpoint_* of this core itself. */
    struct core *core;
};

struct store;

/* Copies the options. Errors: LW_INVALID, LW_NO_MEMORY, LW_NOT_FOUND/LW_REFUSED (password file). Connecting happens in store_step. */
LW_MUST_CHECK lw_status store_open_redis(const struct store_options *options, const struct store_callbacks *callbacks, struct store **out);
LW_MUST_CHECK lw_status store_open_memory(const struct store_options *options, const struct store_callbacks *callbacks, struct store **out);
/* Sends nothing more. For a clean stop first wait until store_pending() is 0, then store_release_claim. */
void store_close(struct store **store);

/* Appends one batch (1..STORE_BATCH_MAX bytes of concatenated records as batch.h frames them), stamped with desk time. *ticket_out
 * grows by one each. The bytes are copied. Allowed in READY, AWAY and FULL. LW_FULL: too much is unconfirmed (pending_max 8 MiB): step no
 * more commands until it shrinks. LW_FENCED: not ours any more. */
LW_MUST_CHECK lw_status store_append(struct store *store, const void *batch, size_t size, uint64_t desk_ms, uint64_t *ticket_out);
/* Sends what waits (two entries in flight at a time, what comes meanwhile shares the next: that is the group commit), reads answers, renews the
 * lease, runs a checkpoint slice, notices silence. Call when the descriptor is ready, after appends, and at store_next_ms. Calls back from inside. */
void store_step(struct store *store, uint64_t monotonic_ms);

int store_fd(const struct store *store);          /* -1: none now */
short store_events(const struct store *store);    /* POLLIN, POLLOUT */
uint64_t store_next_ms(const struct store *store);/* monotonic; when store_step wants to be called at the latest */

enum store_state store_state_read(const struct store *store);
const char *store_state_reason(const struct store *store);
uint64_t store_pending_bytes(const struct store *store);   /* appended and not confirmed */
uint64_t store_pending(const struct store *store);         /* batches */
bool store_accepts_publishes(const struct store *store);   /* READY and below the memory mark */
/* The journal grows faster than checkpoints trim it: begin nothing new, else it grows without bound. Holds for a slice or a few at a time:
 * as much as these have moved out of the journal may come into it. */
bool store_is_outrun(const struct store *store);

/* In what Redis is weaker now than the desk asks, or close to its end; a sentence each, with the remedy. Borrowed until the next step. At
 * most STORE_WARNINGS_MAX; the count is returned. */
size_t store_warnings(const struct store *store, const char *const **out);
/* What is confirmed now survives as much, by what Redis said last: the name of a level, or "none" when no disk is sure to have it. Empty while
 * nothing is confirmed. */
const char *store_durability_in_force(const struct store *store);

struct store_totals {
    uint64_t appended_batches, appended_bytes, resent_batches, journal_entries, checkpoints, checkpoint_age_ms, round_trips;
    uint64_t checkpoint_slices, long_checkpoint_slices, checkpoint_slice_max_us;   /* by CPU time; long: more than STORE_SLICE_LONG_US */
};
void store_totals_read(const struct store *store, struct store_totals *out);
/* How often each trouble was met, STORE_TROUBLE_COUNT numbers, by kind. Borrowed as long as the store. */
const uint64_t *store_troubles(const struct store *store);
/* Gives the claim back at a clean stop (the lease ends now), also while loading. Best effort, bounded by timeout_ms: nothing while Redis is gone or
 * is being written anew. Then only store_close may follow. */
void store_release_claim(struct store *store, int timeout_ms);

#endif
