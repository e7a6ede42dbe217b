/* SPDX-License-Identifier: Apache-2.0
 *
 * raw_store - keeps the raw bytes of every contact, so that a wrong mapping can
 * be corrected and replayed.
 *
 * A directory (0700) with one file (0600) per contact. A file is named after the
 * SHA-256 of source and bytes: the same contact sent again is the same file and
 * the same reference, because the reference is part of the lead and a repeat
 * must be equal to its first try. A file appears whole or not at all. The
 * store has a size cap; files older than keep_ms go at open and then hourly
 * (raw_store_prune). File times tell when a contact last came in.
 * Threads: one owner; several processes may share a directory (each counts only what it adds).
 */
#ifndef RAW_STORE_H
#define RAW_STORE_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RAW_REF_MAX = 48, RAW_HASH_DIGITS = 32, RAW_KEY_MAX = 1024 };   /* a reference with its NUL; the digits of a file's name; bytes of a key */

struct raw_store;   /* opaque */

struct raw_store_options {
    const char *directory;      /* made if missing (its parent must exist) */
    uint64_t size_max_bytes;    /* of all files together; 0: 1 GiB */
    uint64_t keep_ms;           /* 0: for ever */
    bool fsync;                 /* the file and its directory are on disk before raw_store_put returns */
};

/* Errors: LW_IO (errno tells why), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status raw_store_open(const struct raw_store_options *options, struct raw_store **out);
void raw_store_close(struct raw_store **store);   /* NULL accepted */
/* Keeps the bytes; suffix ("json", "form", "eml") is for people. ref_out gets the file's name.
 * Errors, nothing then kept: LW_FULL (the size cap, or the disk), LW_IO. */
LW_MUST_CHECK lw_status raw_store_put(struct raw_store *store, const char *source, const char *suffix,
                                      const void *bytes, size_t size, char ref_out[RAW_REF_MAX]);
/* Keeps beside the raw file what the sender called the contact, where the bytes do not say it: it is part of the contact's
 * name. The last one stays. Errors as raw_store_put; LW_OK without doing anything for a key longer than RAW_KEY_MAX. */
LW_MUST_CHECK lw_status raw_store_put_key(struct raw_store *store, const char *ref, const char *key);
/* Removes what is older than keep_ms; returns how many files went. */
uint32_t raw_store_prune(struct raw_store *store, int64_t now_unix_ms);
uint64_t raw_store_size_bytes(const struct raw_store *store);

#endif
