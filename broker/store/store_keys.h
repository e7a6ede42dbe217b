/* SPDX-License-Identifier: Apache-2.0
 *
 * store_keys - names in Redis. All keys of a desk share the hash tag {desk}.
 *
 *   lw:{desk}:head  :journal  :checkpoint
 *   lw:{desk}:leads:0 .. :leads:15  :reps  :config  :seen:<bucket>  :people:<bucket>    the hashes of generation 0
 *   lw:{desk}:leads:0:g3 ...                                            those of generation 3
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "desk_id.h"

/* Set in the number of a bucket that holds customers instead of idempotency ids: people:<bucket>. */
#define STORE_PEOPLE_BUCKET (UINT64_C(1) << 63)

enum { STORE_KEY_MAX = 160, STORE_DESK_MAX = 64, STORE_LEAD_HASHES = 16, STREAM_ID_MAX = 48 };

/* 1..STORE_DESK_MAX printable characters without braces or blanks. */
bool store_desk_is_valid(const char *desk);
void store_key(char out[STORE_KEY_MAX], const char *desk, const char *name);
void store_leads_key(char out[STORE_KEY_MAX], const char *desk, unsigned hash, uint64_t generation);
/* name: "reps" or "config" */
void store_hash_key(char out[STORE_KEY_MAX], const char *desk, const char *name, uint64_t generation);
void store_seen_key(char out[STORE_KEY_MAX], const char *desk, uint64_t bucket, uint64_t generation);
/* The field of the checkpoint that says this bucket is there: seen:<generation>:<bucket>, or people:... */
void store_seen_field(char out[STORE_KEY_MAX], uint64_t bucket, uint64_t generation);
bool store_seen_field_parse(const char *field, uint64_t *bucket, uint64_t *generation);
/* As Redis writes ids of entries: two decimal numbers. */
void stream_id_format(struct desk_id id, char out[STREAM_ID_MAX]);
bool stream_id_parse(const char *text, struct desk_id *out);

#endif
