/* SPDX-License-Identifier: Apache-2.0
 *
 * worker_counts - how many requests ended how, by reason, without personal data.
 */
#ifndef WORKER_COUNTS_H
#define WORKER_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#define WORKER_COUNT_TABLE(X) \
    X(ACCEPTED, "accepted") X(DUPLICATE, "duplicate") X(DIFFERS, "duplicate_differs") X(REJECTED, "rejected") \
    X(BUSY, "busy") X(MALFORMED, "malformed") X(UNAUTHORIZED, "unauthorized") X(NOT_FOUND, "not_found") \
    X(WRONG_METHOD, "wrong_method") X(TOO_LARGE, "too_large") X(WRONG_TYPE, "wrong_type") \
    X(STORE_FULL, "store_full") X(ROBOT, "robot") X(OTHER, "other") \
    X(SIGNATURE_MISSING, "signature_missing") X(SIGNATURE_WRONG, "signature_wrong") X(SIGNATURE_STALE, "signature_stale") \
    X(RATE_LIMITED, "rate_limited") X(HELD, "held") X(FETCH_FAILED, "fetch_failed") \
    X(NOT_A_PEER, "not_a_peer") X(REDIRECTED, "redirected") X(ABANDONED, "abandoned") X(NOBODY, "nobody")

enum worker_count {
#define X(name, text) WORKER_COUNT_##name,
    WORKER_COUNT_TABLE(X)
#undef X
    WORKER_COUNT_COUNT
};

struct worker_counts {
    uint64_t since_start[WORKER_COUNT_COUNT];
    uint64_t at_last_log[WORKER_COUNT_COUNT];
};

/* "accepted", "too_large"... */
const char *worker_count_name(enum worker_count what);
void worker_counts_add(struct worker_counts *counts, enum worker_count what);
/* "\"accepted\": 3, ..." of all, to text; returns its size (cut at capacity). */
size_t worker_counts_json(const struct worker_counts *counts, char *text, size_t capacity);
/* One line of what was added since the last line; none when nothing was. */
void worker_counts_log(struct worker_counts *counts);

#endif
