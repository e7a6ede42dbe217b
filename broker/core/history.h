/* SPDX-License-Identifier: Apache-2.0
 *
 * history - what is kept for explanations: what reps were, which decisions were made, which leads ended. Inside broker/core only.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include "core.h"
#include "needs.h"
#include "record.h"

enum { ENDED_KEPT = 16384, DECIDED_KEPT = 32768 };

struct history_entry {
    uint32_t rep, load, capacity;
    uint64_t idle_since_ms;
    int64_t account, ledger_total;         /* the latter before any later change of it, too */
    uint8_t state;
    bool connected, configured, is_closed;
};
struct history {
    struct history_entry *ring;            /* what a rep was before the change */
    uint64_t next;                         /* changes so far */
    uint32_t capacity;
};

/* Which decision was made when, over all leads. */
struct decided {
    struct desk_id lead;
    uint64_t at_ms;
    uint32_t offer_number, rep;
};

/* An ended lead, for explanations. */
struct ended_lead {
    struct desk_id id;
    uint64_t received_ms, ended_ms;
    struct decision only;                  /* if there was one: most leads' */
    struct decision *decisions;            /* else; owned, or NULL */
    uint32_t queue, rule, source, rep, disposition, value;
    struct needs needs;
    uint16_t priority;
    uint8_t channel, state, decision_count;
    uint32_t demand_hash;                  /* of `needs` in its class */
};

static inline const struct decision *ended_lead_decisions(const struct ended_lead *ended)
{
    return ended->decision_count == 1 ? &ended->only : ended->decisions;
}

#endif
