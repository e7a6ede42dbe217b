/* SPDX-License-Identifier: Apache-2.0
 *
 * pending - the requests that are not answered yet.
 *
 *                      credit               answer
 *   pending_new -> QUEUED -> SENT ------------------> pending_free
 *                    ^  ^      |  ^  |
 *                    |  |      |  +--+ unanswered for resend_ms: sent again
 *                    |  +------+ connection lost: all of them, in their order
 *                    +--- BACKED_OFF <- "busy, retry after"
 *
 * A request keeps the frame it was encoded to, so it is repeated byte for byte.
 * A ticket holds its slot's index in the low bits and a counter above them:
 * finding costs one comparison, tickets rise, and none is used twice.
 * At most `max` requests; a slot keeps its small buffer for the next one. Slots come in blocks, made when they are first needed: a
 * gateway holds thousands of sessions, and a rep's seldom has more than one request in flight. A block stays where it is.
 * Threads: one owner.
 */
#ifndef PENDING_H
#define PENDING_H

#include "byte_buffer.h"
#include "timer_wheel.h"
#include "wire.h"

enum {
    PENDING_MAX = 1 << 20,
    PENDING_BUFFER_KEEP = 2048,    /* bytes a free slot may keep */
    PENDING_BUSY_REASON_MAX = 64,
    PENDING_RETRY_MIN_MS = 10,
    PENDING_RETRY_MAX_MS = 60000,
    PENDING_BLOCK_SHIFT = 3,
    PENDING_BLOCK = 1 << PENDING_BLOCK_SHIFT,
};

enum pending_state { PENDING_FREE, PENDING_QUEUED, PENDING_SENT, PENDING_BACKED_OFF };

/* What the asker wants to know again when the answer comes. */
struct pending_tag {
    enum wire_type type;
    uint32_t offer_number;
    bool accept;
    char lead_id[LW_LEAD_ID_TEXT_MAX];
};

struct pending_request {
    uint64_t ticket;                        /* 0: free */
    uint32_t index;                         /* of its slot */
    enum pending_state state;
    struct pending_request *next, *previous; /* in the list of its state */
    struct byte_buffer frame;
    struct pending_tag tag;
    uint64_t sent_ms;
    struct timer_node limit, retry;
    uint32_t retry_after_ms;                /* of the last "busy" */
    char busy_reason[PENDING_BUSY_REASON_MAX];
};

struct pending_list { struct pending_request *first, *last; };

struct pending {
    struct pending_request **blocks;        /* of PENDING_BLOCK slots; those with a slot in use once are made */
    uint32_t max, ticket_shift;
    uint32_t fresh;                         /* slots from here on were never used */
    uint32_t count, sent_count;
    uint64_t last_number;
    struct pending_list free, queued, sent, backed_off;
    struct timer_wheel timers;
};

/* Errors: LW_INVALID (max is 0 or above PENDING_MAX), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status pending_init(struct pending *pending, uint32_t max, uint64_t now_ms);
/* A zeroed or finished one is accepted. */
void pending_fini(struct pending *pending);

/* A request in no list yet, with an empty frame; NULL when full, or out of memory. Queue or free it next. */
struct pending_request *pending_new(struct pending *pending);
struct pending_request *pending_find(const struct pending *pending, uint64_t ticket);
void pending_free(struct pending *pending, struct pending_request *request);

/* time_limit_ms 0: none. */
void pending_queue(struct pending *pending, struct pending_request *request, uint64_t now_ms, uint32_t time_limit_ms);
struct pending_request *pending_peek_queued(const struct pending *pending);
/* From queued, or from sent when it is sent again. */
void pending_mark_sent(struct pending *pending, struct pending_request *request, uint64_t now_ms);
/* The one that was sent the longest ago. */
struct pending_request *pending_peek_sent(const struct pending *pending);
/* Keeps it off the wire for retry_after_ms (bounded by PENDING_RETRY_*); remembers why. */
void pending_back_off(struct pending *pending, struct pending_request *request, uint64_t now_ms,
                      uint32_t retry_after_ms, const char *reason);
/* What was sent goes to the front of the queue, in the order of sending. */
void pending_requeue_sent(struct pending *pending);
/* Requests of this type are not sent (any more): their time limit has passed now. What was sent stays as it is. */
void pending_give_up(struct pending *pending, enum wire_type type, uint64_t now_ms);
/* Queues what has backed off long enough; takes one request whose time limit has passed (the caller frees it), or NULL. */
struct pending_request *pending_take_expired(struct pending *pending, uint64_t now_ms);
/* No later than the next timer; UINT64_MAX: none. */
uint64_t pending_next_ms(const struct pending *pending);

#endif
