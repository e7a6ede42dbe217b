/* SPDX-License-Identifier: Apache-2.0
 *
 * raw_segment - how the files of a raw store are written: many contacts in each, one after the other.
 *
 *   segment-001764137496123-4711-0.raw
 *   = 0a1b...9f.json 1764137496200 0 351 5d41402abc4b2a76      a contact: reference, unix ms, bytes of its key and of itself, check
 *   {"name": ...}
 *   + 0a1b...9f.json 1764137501000 0 0 7d793037a0760186        it came in again
 *
 * Behind each line come the key, the bytes and a line end. The check is of the line and the key: sizes that cannot be trusted would lead astray. The bytes
 * are checked by their reference, which is their hash. A file is written by one process and once, and ends anywhere when that process did.
 */
#ifndef RAW_SEGMENT_H
#define RAW_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "raw_store.h"

enum { RAW_SEGMENT_NAME_MAX = 64, RAW_LINE_MAX = 160 };

struct raw_entry {
    char ref[RAW_REF_MAX];
    int64_t at_unix_ms;
    uint64_t size;         /* of the bytes */
    uint32_t key_size;     /* at most RAW_KEY_MAX; 0: none */
    bool is_again;         /* the bytes are in an entry before, of this file */
};

void raw_segment_name(int64_t now_unix_ms, long process, unsigned number, char out[RAW_SEGMENT_NAME_MAX]);
bool raw_segment_is_name(const char *name);
/* 32 hex digits, a dot, one suffix. */
bool raw_ref_is_valid(const char *ref);
/* The line with its end; gives its size. */
size_t raw_entry_write(const struct raw_entry *entry, const char *key, char out[RAW_LINE_MAX]);
/* The line at the start of text and the key behind it; gives the size of both. 0: this is none, or not whole. */
size_t raw_entry_read(const char *text, size_t size, struct raw_entry *out);

#endif
