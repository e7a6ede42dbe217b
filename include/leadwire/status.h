/* SPDX-License-Identifier: Apache-2.0
 *
 * status - the outcomes that Leadwire's functions return.
 *
 * One table gives number, name and text, so they cannot drift apart.
 * A function documents which of these it can return; anything else it meets is
 * a programmer error and asserts.
 */
#ifndef LEADWIRE_STATUS_H
#define LEADWIRE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#define LW_MUST_CHECK __attribute__((warn_unused_result))

#define LW_STATUS_TABLE(X) \
    X(LW_OK, 0, "done") \
    X(LW_AGAIN, 1, "nothing now; ask again when the descriptor is readable or the time is up") \
    X(LW_FULL, 2, "a bound is reached; retry after something is released") \
    X(LW_NOT_FOUND, 3, "there is no such thing") \
    X(LW_INVALID, 4, "the input breaks a rule") \
    X(LW_TOO_LARGE, 5, "the input is above its size limit") \
    X(LW_DUPLICATE, 6, "it is already there") \
    X(LW_CLOSED, 7, "the other side is gone") \
    X(LW_UNKNOWN, 8, "the outcome is unknown; repeat with the same idempotency id") \
    X(LW_NO_MEMORY, 9, "out of memory") \
    X(LW_IO, 10, "the system refused; errno tells why") \
    X(LW_REFUSED, 11, "the other side said no; its reason is given beside this") \
    X(LW_TIMEOUT, 12, "the time is up") \
    X(LW_FENCED, 13, "another owner has taken over") \
    X(LW_CORRUPT, 14, "stored bytes are not what was written") \
    X(LW_UNSUPPORTED, 15, "a version or feature that this build does not have")

typedef enum lw_status {
#define X(name, number, text) name = number,
    LW_STATUS_TABLE(X)
#undef X
} lw_status;

/* The text of the table; "unknown status" for a number outside it. Never NULL. */
const char *lw_status_text(lw_status status);

/* The identifier, e.g. "LW_FULL". Never NULL. */
const char *lw_status_name(lw_status status);

#ifdef __cplusplus
}
#endif
#endif
