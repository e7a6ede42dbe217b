/* SPDX-License-Identifier: Apache-2.0
 *
 * faults_redis - a model of Redis in virtual time: one desk's hashes and journal, and the functions that act on them
 * (broker/store/store_functions.lua, rule by rule). Commands come as broker/store makes them, answers are hiredis' own.
 *
 * Beside it stands the archive: every entry that was ever appended, in order, whatever Redis lost since. It is what the
 * judge believes. A failover goes back to the state of the last copy; what is appended then must be the
 * archive's own bytes again, until it is complete.
 *
 *   archive:  e0 e1 e2 ... | ... en        Redis has the first `length` of them (the journal from `first` on)
 *
 * Threads: one owner.
 */
#ifndef FAULTS_REDIS_H
#define FAULTS_REDIS_H

#include <hiredis/hiredis.h>

#include "batch.h"
#include "redis_args.h"
#include "store_keys.h"

struct redis_bytes { char *data; size_t size; };
struct redis_field { struct redis_bytes name, value; };
struct redis_hash { char key[STORE_KEY_MAX]; struct redis_field *fields; uint32_t count, capacity; };

/* What a failover can take back. */
struct redis_data {
    struct redis_hash *hashes;
    uint32_t hash_count, hash_capacity;
    bool has_journal;
    uint32_t first, length;            /* entries of the archive */
    struct desk_id last_id;            /* of the stream */
    uint32_t whole_length;             /* what the keys stand for; less than the archive: entries were lost */
    bool is_partial;                   /* emptied, and not all written anew yet */
};

struct archive_entry {
    struct desk_id id;
    uint8_t *bytes;
    size_t size;
    uint64_t record_end;               /* records up to and with this entry */
};

struct faults_redis {
    struct redis_data now, copy;
    bool has_copy;
    struct archive_entry *archive;
    uint32_t archive_count, archive_capacity;
    uint64_t *chain;                   /* hash of the first i records */
    uint64_t record_count, chain_capacity;
    uint32_t claim_at;                 /* entry of the last claim */
    bool has_functions, refuses, is_full;
    bool takes_entries;                /* by XADD: only within a transaction that closes well */
    uint32_t opened_length;
    char fault[200];                   /* a promise that the store broke; "" none */
};

void faults_redis_init(struct faults_redis *redis);
void faults_redis_fini(struct faults_redis *redis);
/* What a connection has begun with MULTI; all zero: nothing. Ends with the connection. */
struct faults_transaction { bool is_open, was_refused; struct redis_args *queued; uint32_t count, capacity; };
void faults_transaction_drop(struct faults_transaction *transaction);
/* Acts at once, or with EXEC. The answer is the caller's: faults_reply_free. */
redisReply *faults_redis_run(struct faults_redis *redis, struct faults_transaction *transaction, const struct redis_args *args);
void faults_reply_free(redisReply *reply);

/* Nothing that was ever confirmed is missing: a crash now must lose nothing. */
bool faults_redis_is_whole(const struct faults_redis *redis);
/* Of the last claim: whose broker may be gone by now. */
uint64_t faults_redis_epoch(const struct faults_redis *redis);
/* The replica takes over what there is. */
void faults_redis_copy(struct faults_redis *redis);
/* The replica becomes the primary. False: there is no copy since the last claim, which would be a claim taken back. */
bool faults_redis_fail_over(struct faults_redis *redis);
void faults_redis_empty(struct faults_redis *redis);
/* The hash of the first so many records; 0 records: 0. */
uint64_t faults_redis_chain(const struct faults_redis *redis, uint64_t records);
uint64_t faults_redis_chain_next(uint64_t chain, enum record_kind kind, const void *bytes, size_t size);

#endif
