/* SPDX-License-Identifier: Apache-2.0
 *
 * raw_store - keeps the raw bytes of every contact, so that a wrong mapping can
 * be corrected and replayed.
 *
 * A directory (0700) with segments (0600), each of many contacts of one process (raw_segment.h): a file of its own for each
 * contact costs more than all else that a worker does. A contact's reference is the SHA-256 of source and bytes: the same contact sent again has
 * the same reference, because the reference is part of the lead and a repeat must be equal to its first try. What comes again while its segment is
 * being written is kept once. A segment is full at 8 MiB or 8192 contacts, and over after an hour, or an eighth of keep_ms
 * if that is less: so it goes at the latest that much after its first contact's time is up. What a process left half written is passed over by readers.
 * The store has a size cap; files older than keep_ms go at open and then hourly (raw_store_prune).
 * Files of one contact each, as former versions wrote them, count, go and are read (raw_list.h) as well.
 * Threads: one owner; several processes may share a directory (each counts only what it adds).
 */
#ifndef RAW_STORE_H
#define RAW_STORE_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RAW_REF_MAX = 48, RAW_HASH_DIGITS = 32, RAW_KEY_MAX = 1024 };   /* a reference with its NUL; the digits of a reference; bytes of a key */

struct raw_store;   /* opaque */

struct raw_store_options {
    const char *directory;      /* made if missing (its parent must exist) */
    uint64_t size_max_bytes;    /* of all files together; 0: 1 GiB */
    uint64_t keep_ms;           /* 0: for ever */
    bool fsync;                 /* the contact is on disk before raw_store_put or raw_store_write returns */
};

/* Errors: LW_IO (errno tells why), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status raw_store_open(const struct raw_store_options *options, struct raw_store **out);
void raw_store_close(struct raw_store **store);   /* NULL accepted */
/* Keeps the bytes; suffix ("json", "form", "eml") is for people. ref_out gets the reference. key (NULL: none) is what the sender
 * called the contact, where the bytes do not say it: it is part of the contact's name. The last one stays; one longer than RAW_KEY_MAX is left out.
 * Errors, nothing then kept: LW_FULL (the size cap, or the disk), LW_IO. */
LW_MUST_CHECK lw_status raw_store_put(struct raw_store *store, const char *source, const char *suffix,
                                      const void *bytes, size_t size, const char *key, char ref_out[RAW_REF_MAX]);
/* As raw_store_put, but the bytes may wait, copied, for raw_store_write, which writes what was gathered with one write: none of it counts as
 * kept before. Errors: LW_FULL (the size cap; the disk, for large bytes), LW_IO; what was gathered before is not touched by them. */
LW_MUST_CHECK lw_status raw_store_gather(struct raw_store *store, const char *source, const char *suffix,
                                         const void *bytes, size_t size, const char *key, char ref_out[RAW_REF_MAX]);
/* All that was gathered since the last call is kept. Errors (LW_FULL: the disk; LW_IO): none of it counts as kept. */
LW_MUST_CHECK lw_status raw_store_write(struct raw_store *store);
/* Removes what is older than keep_ms; returns how many files went. */
uint32_t raw_store_prune(struct raw_store *store, int64_t now_unix_ms);
uint64_t raw_store_size_bytes(const struct raw_store *store);

#endif
