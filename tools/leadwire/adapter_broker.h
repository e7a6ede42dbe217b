/* SPDX-License-Identifier: Apache-2.0
 *
 * adapter_broker - the broker's end of one publisher, which does as badly as it is told.
 *
 * A real ROUTER socket. What the adapter says is kept in a ledger of leads and judged at once by the rules that hold at
 * all times (frames, credit, heartbeat, count; what was answered does not come again). What is answered, and when, is said
 * by adapter_play. Silence is counted only while this side listens, so that a machine that stood still is nobody's fault.
 * Threads: one owner.
 */
#ifndef ADAPTER_BROKER_H
#define ADAPTER_BROKER_H

#include <leadwire/lead.h>
#include <leadwire/status.h>

#include "adapter_rules.h"
#include "wire.h"

enum {
    ADAPTER_CREDIT = 4,
    ADAPTER_HEARTBEAT_MS = 1000,
    ADAPTER_SILENT_MS = 3 * ADAPTER_HEARTBEAT_MS,
    ADAPTER_CROSSING_MS = 1500,      /* what was sent before an answer was read may come so long after it */
    ADAPTER_LEADS_MAX = 1024,
    ADAPTER_REQUESTS_MAX = 16,       /* without an answer, of one lead */
};

struct adapter_lead {
    char source[LW_NAME_MAX + 1], id[LW_IDEMPOTENCY_ID_MAX + 1], lead_id[LW_LEAD_ID_TEXT_MAX];
    uint64_t content;                          /* hash of the packed lead */
    uint64_t requests[ADAPTER_REQUESTS_MAX];   /* of this session, without an answer */
    unsigned unanswered;
    bool is_final;                             /* has its last answer */
    Leadwire__V1__Status answer;               /* which; BUSY, NONE: none yet */
    enum adapter_rule breaks;                  /* the rule that coming again would break */
    uint64_t asked_ms, answered_ms, busy_until_ms;   /* asked: at first */
    uint64_t session, answer_frame;            /* where its answer was sent, */
    bool may_repeat;                           /* and the session ended before the adapter confirmed it */
};

enum adapter_hello { ADAPTER_WELCOMES, ADAPTER_IGNORES, ADAPTER_SAYS_BUSY, ADAPTER_SAYS_NOT_OWNER, ADAPTER_SAYS_VERSION };
enum adapter_saw { ADAPTER_SAW_NOTHING, ADAPTER_SAW_HELLO, ADAPTER_SAW_PUBLISH, ADAPTER_SAW_OTHER };

struct adapter_broker {
    struct adapter_rules rules;
    const char *endpoint;
    void *context, *router;
    uint8_t peer[256];               /* the connection that said Hello last */
    size_t peer_size;
    char desk[LW_NAME_MAX + 1];
    enum adapter_hello hello;        /* how Hello is answered */
    uint32_t hello_hint_ms;          /* with ADAPTER_SAYS_BUSY */
    bool is_open, is_mute;
    bool was_heard;                  /* anything, ever */
    bool is_new_connection;          /* the last Hello's */
    unsigned hellos, outside;        /* Hellos, and Publishes without a session, since the play set them to 0 */
    uint64_t hello_ms;
    uint64_t session, epoch, sent, confirmed, silent_ms;
    unsigned unanswered;
    bool was_repeated;               /* some lead came twice */
    bool has_twins;                  /* its leads may have the same content: then that says nothing */
    struct adapter_lead *leads;
    size_t lead_count;
    struct arena arena;
    struct byte_buffer out, packed;
};

/* endpoint is borrowed. Errors: LW_INVALID (it cannot be bound; errno says why), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status adapter_broker_open(struct adapter_broker *broker, const char *endpoint);
void adapter_broker_close(struct adapter_broker *broker);
/* Is gone, with all connections, and is there again, of a later epoch and knowing nobody. */
void adapter_broker_stop(struct adapter_broker *broker);
LW_MUST_CHECK lw_status adapter_broker_start(struct adapter_broker *broker);

/* Takes one message that comes until then. ADAPTER_SAW_NOTHING: none came, or a signal did. */
enum adapter_saw adapter_broker_turn(struct adapter_broker *broker, uint64_t until_ms);
/* Answers all requests for a lead: the first as told, and repeats of what is accepted as duplicates. Coming again after an
 * answer that is final breaks the rule. */
void adapter_broker_answer(struct adapter_broker *broker, struct adapter_lead *lead, Leadwire__V1__Status status,
                           enum adapter_rule breaks, uint32_t retry_after_ms);
/* Accepts it, with fields that nobody knows. */
void adapter_broker_answer_more(struct adapter_broker *broker, struct adapter_lead *lead, enum adapter_rule breaks);
/* Says that an earlier owner accepted it. */
void adapter_broker_answer_stale(struct adapter_broker *broker, const struct adapter_lead *lead);
/* As if they had been answered. */
void adapter_broker_forget_requests(struct adapter_broker *broker, struct adapter_lead *lead);
/* Frames of a type that nobody knows. */
void adapter_broker_say_unknown(struct adapter_broker *broker, unsigned count);
/* Both end the session. */
void adapter_broker_say_no_session(struct adapter_broker *broker, uint64_t request_id);
void adapter_broker_say_bye(struct adapter_broker *broker, const char *reason);

#endif
