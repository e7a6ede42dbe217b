/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_staging - where an import gathers a desk beside what Redis has of it, until one transaction puts it in the place.
 *
 *   lw:{desk}:import                 becomes the checkpoint: its generation, its marks of buckets; and the import's own nonce
 *   lw:{desk}:import:journal:NONCE   becomes the journal
 *   the hashes                       under a generation that nobody has had, so that they need not move
 *
 * What is found there before is of an import that was killed: it is taken away. Threads: one owner.
 */
#ifndef DESK_STAGING_H
#define DESK_STAGING_H

#include "backup_redis.h"
#include "desk_file.h"

enum { STAGING_NONCE_SIZE = 40 };

/* Of the desk that is there: who may write to it, and what it is made of. */
struct desk_there {
    bool head_found, any;              /* any: a head, a journal or a checkpoint */
    char id[STREAM_ID_MAX], nonce[64], renewals[24], owner[160];
    redisReply *checkpoint;            /* its fields */
};

struct desk_staging {
    struct backup_redis *redis;
    uint64_t generation, last_bucket;
    bool has_bucket;
    char key[STORE_KEY_MAX], journal_key[STORE_KEY_MAX], nonce[STAGING_NONCE_SIZE];
};

/* Errors: LW_IO, LW_CORRUPT; told. */
LW_MUST_CHECK lw_status desk_there_read(struct backup_redis *redis, struct desk_there *there);
void desk_there_free(struct desk_there *there);

/* All of them: LW_IO, told; LW_FENCED, told: another import has begun. */
LW_MUST_CHECK lw_status desk_staging_begin(struct desk_staging *staging, struct backup_redis *redis, const struct desk_there *there);
LW_MUST_CHECK lw_status desk_staging_put_field(struct desk_staging *staging, const struct desk_field *field);
LW_MUST_CHECK lw_status desk_staging_put_entry(struct desk_staging *staging, struct desk_id id, const void *bytes, size_t size);
/* Takes away what was gathered, best effort. */
void desk_staging_drop(struct desk_staging *staging);
/* In one transaction: what was there goes, what was gathered is the desk, whose head is at `position` and nobody's. LW_FENCED, told:
 * somebody changed the head or the staging meanwhile; nothing is changed.
 * LW_UNKNOWN, told: as desk_import. */
LW_MUST_CHECK lw_status desk_staging_switch(struct desk_staging *staging, const struct desk_there *there, const struct desk_file_head *head,
                                            struct desk_id position);
/* The same while a broker may serve the desk: whatever it has appended is taken away with the rest, and from then on its appends are refused.
 * LW_FENCED, told: the desk was claimed under an epoch that is not below `position`'s, or another import has begun; or *is_busy:
 * a step of a checkpoint came between, try again. Nothing is changed. */
LW_MUST_CHECK lw_status desk_staging_take_over(struct desk_staging *staging, const struct desk_file_head *head, struct desk_id position,
                                               bool *is_busy);

#endif
