/* SPDX-License-Identifier: Apache-2.0
 *
 * redis_store - what the files of the Redis store share. Private to broker/store.
 *
 *   store_redis.c       open, close, the step; connection lost and found
 *   store_greet.c       after connecting: password, functions, durability
 *   store_head.c        reads the head and the checkpoint's state; says what comes next
 *   store_claim.c       waits for the lease of another owner, claims
 *   store_load.c        checkpoint, then the journal's tail (journal_tail.c: what of it counts)
 *   store_append.c      entries out, answers in, confirmations
 *   store_transaction.c a large group of entries, around Lua
 *   store_resume.c      where Redis stands after an outage: as it was, behind, emptied, another's
 *   store_checkpoint.c  slices
 *   store_health.c      the lease, the memory mark
 *   store_warnings.c    what of its settings Redis lost while we serve
 *   store_replicas.c    which Redis is the master, and what its replicas have
 *
 * Phases:  DOWN -> GREET -> HEAD -> CLAIM -> HEAD ... -> LOAD -> SERVE -> OVER
 *            ^                '-- resume, once loaded ------------^
 *            '--- any, when the connection is lost: nothing in flight is known, all of it may be sent again
 */
#ifndef REDIS_STORE_H
#define REDIS_STORE_H

#include "batch_ring.h"
#include "journal_tail.h"
#include "byte_buffer.h"
#include "redis_args.h"
#include "redis_link.h"
#include "slice_writes.h"
#include "store_class.h"
#include "store_keys.h"

enum { STORE_SLOW_MS = 500, STORE_FSYNC_MAX = 16, NONCE_MAX = 40, OWNER_MAX = 160, PROGRESS_MAX = 48, LOAD_SCANS = STORE_LEAD_HASHES };
enum { IN_FLIGHT_GROUPS = 2 };   /* with so many unanswered, no more are sent: what comes shares the next */

enum phase { PHASE_DOWN, PHASE_GREET, PHASE_HEAD, PHASE_CLAIM, PHASE_LOAD, PHASE_SERVE, PHASE_OVER };

/* The head as last read. Texts as Redis has them: they are what a claim expects. */
struct desk_head {
    bool found, journal_found;
    struct desk_id id;
    uint64_t schema;
    char id_text[STREAM_ID_MAX], nonce[NONCE_MAX], renewals[24], owner[OWNER_MAX];
};

/* The checkpoint as last read. */
struct desk_checkpoint {
    bool found;                        /* one was ended */
    struct desk_id id;
    uint64_t generation, building;     /* building: highest generation ever begun */
    uint64_t desk_ms, schema;
    char progress[PROGRESS_MAX];
};

struct seen_bucket { uint64_t bucket, generation; bool doomed; };

struct claim {
    struct desk_head watched;
    uint64_t watch_since_ms, poll_at_ms;
    struct desk_head over;             /* the head that our claim replaced */
    uint8_t entry[64];                 /* of the journal; stays the same if it is sent again */
    size_t entry_size;
};

struct load {
    enum { LOAD_RULES, LOAD_REPS, LOAD_LEADS, LOAD_SEEN, LOAD_TAIL } stage;
    unsigned scans;                    /* still running */
    size_t seen_next;
    char keys[LOAD_SCANS][STORE_KEY_MAX];
    struct journal_tail tail;
    uint64_t desk_ms, records, tail_bytes, tail_entries;
    char doubt[STORE_REASON_MAX];      /* what is wrong with the journal, if the desk is still ours */
};

struct checkpoint {
    bool active, full, walked;         /* full: everything, under a new generation; walked: the core has no more */
    bool filled, sent, is_end;         /* the step in `keys`, and `writes` or `rest` */
    bool marking;                      /* before the walk of a full one: the core still marks everything */
    bool full_needed;                  /* Redis lost steps it had confirmed */
    struct desk_id id;                 /* head when it began */
    uint64_t desk_ms, target;          /* target: the generation it writes */
    uint64_t as_of, counter;
    uint64_t generation, building;     /* in Redis */
    char progress[PROGRESS_MAX], next[PROGRESS_MAX];   /* last step known to be in Redis; the step of the slice */
    struct redis_args keys, rest;      /* rest: of the end */
    struct slice_writes writes;        /* of a slice */
    struct byte_buffer run;            /* idempotency ids of one bucket, for one field */
    uint64_t run_bucket;
    uint64_t journal_bytes;            /* since the last began */
    uint64_t before_bytes;             /* before that, and not trimmed yet */
    uint64_t owed_bytes;               /* that came into an overgrown journal, and no slice has made up for */
    uint64_t last_ms;
    struct seen_bucket *seen;          /* every bucket that Redis has */
    size_t seen_count, seen_capacity;
};

struct redis_store {
    struct store base;
    struct store_options options;      /* texts owned */
    char *password;
    struct redis_link link;
    struct redis_args args;            /* of the command being made */
    enum phase phase;
    uint64_t now_ms;

    bool drop;                         /* close the connection at the next step, because of `trouble` */
    char trouble[STORE_REASON_MAX];
    uint64_t reconnect_at_ms, backoff_ms;
    uint32_t address;                  /* of options.redis: the one tried last */
    uint64_t settle_at_ms;             /* GREET: look again whether the append-only file is on; UINT64_MAX: no */

    struct desk_head head;
    struct desk_checkpoint read_checkpoint;
    char key_head[STORE_KEY_MAX], key_journal[STORE_KEY_MAX], key_checkpoint[STORE_KEY_MAX];

    bool claimed;
    uint64_t epoch;
    char nonce[NONCE_MAX];             /* of the last claim tried */
    struct claim claim;
    struct load load;

    struct batch_ring ring;
    struct byte_buffer open;           /* batches that get one entry: not yet in the ring */
    uint64_t open_desk_ms, open_ticket;
    uint32_t open_batches;
    uint64_t last_desk_ms;
    bool append_refused;               /* the caller has records that we have not: no slice until it came again */
    uint64_t next_send;                /* sequence */
    uint64_t highest_sent;
    uint64_t head_sequence;            /* Redis has all up to this */
    uint64_t replicated_sequence;      /* and enough replicas, up to this */
    uint32_t waits_unanswered;
    bool replicas_proved;              /* enough replicas have answered on this connection */
    uint64_t replicas_short_since_ms;  /* since then too few answer; 0: enough do */
    uint64_t told_sequence;            /* the broker was told so up to this */
    uint32_t groups_unanswered;
    uint64_t functions_until_ms;       /* no transactions until then: Redis had no memory for one */
    bool resync;                       /* an append or renewal was refused: read the head */
    bool rebuilding;                   /* Redis lost more than the ring has: nothing is confirmed until all is written anew */
    bool proved;                       /* Redis has taken a write of ours on this connection */

    uint64_t renew_at_ms, health_at_ms, health_asked_ms;
    uint64_t answer_ms;                /* that Redis took for the last question about its health */
    uint32_t slow_answers;             /* in a row */
    char fsync[STORE_FSYNC_MAX];       /* appendfsync as last read on this connection; empty: not yet, so it is as much as was asked */
    bool renew_unanswered, health_unanswered;
    bool memory_full;
    bool release_unanswered;

    struct checkpoint checkpoint;
};

/* ---- store_redis.c ---- */
/* Begins s->args: FCALL function with this many keys. */
void store_call(struct redis_store *s, const char *function, unsigned keys);
/* Sends s->args. A failure drops the connection. */
void store_send(struct redis_store *s, redis_answer_fn *answer, uint64_t tag);
/* True for what is no answer: the connection broke (the step sees to it) or an error (drops the connection with its reason). */
bool store_is_trouble(struct redis_store *s, const redisReply *reply);
/* Once for each time it is met. */
void store_count_trouble(struct redis_store *s, enum store_trouble_kind kind);
/* Drops the connection and tries again later; before the desk is loaded nobody waits for it, so then `final` ends it. */
void store_trouble(struct redis_store *s, bool final, const char *format, ...) __attribute__((format(printf, 3, 4)));
void store_fail(struct redis_store *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void store_fence(struct redis_store *s);
bool store_reply_is(const redisReply *reply, const char *text);
/* Copies a reply's text, "" for nil; false when it is no text or too long. */
bool store_reply_text(const redisReply *reply, char *out, size_t capacity);

/* ---- store_greet.c ---- */
void store_greet_begin(struct redis_store *s);
void store_greet_step(struct redis_store *s);
/* Is this appendfsync as much as the level asks? */
bool store_syncs_enough(const struct redis_store *s, const char *appendfsync);
/* What the level asks for at least. */
const char *store_fsync_asked(const struct redis_store *s);

/* ---- store_warnings.c ---- */
/* Reads INFO memory persistence replication; logs what is new. */
void store_warnings_read(struct redis_store *s, const char *info);
/* Nothing else is known of this Redis, because so few keep it from being served. Logs nothing: whoever drops the connection does. */
void store_warnings_few_replicas(struct redis_store *s, unsigned online);

/* ---- store_replicas.c ---- */
/* Replicas that are up to date, by INFO replication. */
unsigned store_replicas_online(const char *info);
/* Goes on to the head if this Redis is a master with enough replicas; else drops the connection. */
void store_replicas_greet(struct redis_store *s);
/* After a write: asks how many replicas have all that was sent on this connection so far. Nothing at other levels. */
void store_replicas_wait(struct redis_store *s);
/* The connection is lost. */
void store_replicas_forget(struct redis_store *s);
/* A checkpoint stands for entries that Redis lost: they count when the replicas have it. */
void store_replicas_rebuilt(struct redis_store *s);
bool store_is_replicated(const struct redis_store *s);
/* Enough of them have answered on this connection, after our claim or renewal; at other levels always. */
bool store_replicas_proved(const struct redis_store *s);
/* Entries up to here are as durable as the level asks. */
uint64_t store_durable_sequence(const struct redis_store *s);

/* ---- store_head.c ---- */
void store_head_read(struct redis_store *s);
/* The nonce is ours and the sequence known: an answer {id, nonce, ...} of a function. */
bool store_head_is_ours(const struct redis_store *s, const redisReply *reply, uint64_t *sequence);

/* ---- store_claim.c ---- */
void store_claim_consider(struct redis_store *s);
void store_claim_step(struct redis_store *s);
/* The same claim again: Redis came back to before it. */
void store_claim_again(struct redis_store *s);
/* Sets the head to {epoch, sequence} over what is there, the journal to empty. */
void store_claim_move(struct redis_store *s, uint64_t sequence);

/* ---- store_load.c ---- */
void store_load_begin(struct redis_store *s);
void store_load_fini(struct redis_store *s);

/* ---- store_append.c ---- */
lw_status store_redis_append(struct store *base, const void *batch, size_t size, uint64_t desk_ms);
/* Makes an entry of the open batches. False: no memory now. */
bool store_seal(struct redis_store *s);
void store_send_group(struct redis_store *s);
/* What became of a group: as lw_append answers; NULL: the connection broke. sequence: of its last entry. */
void store_group_answered(struct redis_store *s, uint64_t sequence, const redisReply *reply);
/* Tells the broker what became durable. */
void store_confirm(struct redis_store *s);

/* ---- store_transaction.c ---- */
/* Whether a group with so many bytes of entries goes by a transaction now. */
bool store_transaction_suits(const struct redis_store *s, size_t bytes);
/* Begin, add each entry, end: one group, which store_group_answered hears of. sequence: of the last entry. */
void store_transaction_begin(struct redis_store *s);
void store_transaction_add(struct redis_store *s, const char *id, const void *bytes, size_t size);
void store_transaction_end(struct redis_store *s, const char *previous_id, size_t entries, const char *last_id, uint64_t sequence);

/* ---- store_resume.c ---- */
void store_resume(struct redis_store *s);

/* ---- store_checkpoint.c ---- */
void store_checkpoint_init(struct redis_store *s);
void store_checkpoint_fini(struct redis_store *s);
/* After loading: what is there. */
void store_checkpoint_loaded(struct redis_store *s);
void store_checkpoint_step(struct redis_store *s);
/* Nothing is in the way of a step: neither one in flight nor entries that must go first. */
/* An entry was made. */
void store_checkpoint_grew(struct redis_store *s, size_t bytes);
bool store_checkpoint_is_outrun(const struct redis_store *s);
bool store_checkpoint_may_send(const struct redis_store *s);
/* After reading the head again: goes on, or begins anew when Redis lost a step. */
void store_checkpoint_resume(struct redis_store *s);
/* Gives up what is under way; the next one writes everything under a new generation. */
void store_checkpoint_restart(struct redis_store *s);
bool store_checkpoint_saw_bucket(struct redis_store *s, uint64_t bucket, uint64_t generation);

/* ---- store_health.c ---- */
void store_health_step(struct redis_store *s);

#endif
