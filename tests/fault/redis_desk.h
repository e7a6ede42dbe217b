/* SPDX-License-Identifier: Apache-2.0
 *
 * redis_desk - what Redis has of a desk at one moment: every lead, open or ended. Read without the broker.
 */
#ifndef REDIS_DESK_H
#define REDIS_DESK_H

#include "index_table.h"
#include "journal_reader.h"

enum { REDIS_DESK_LEADS_MAX = 1 << 18, REDIS_DESK_REPS_MAX = 256 };

struct redis_lead {
    struct desk_id id;
    uint64_t revision;
    enum lead_state state;           /* of the newest record; LEAD_NONE: only remembered, as open, in the idempotency window */
    bool is_open, was_published;     /* was_published: its idempotency id is remembered */
    uint32_t rep, offer_number;      /* of an open lead */
    char disposition[32];            /* of an ended lead whose record is still in the journal; "" elsewhere */
};

struct redis_desk {
    struct redis_lead *leads;
    uint32_t count;
    struct index_table by_id;
    char reps[REDIS_DESK_REPS_MAX][24];     /* names by number */
    uint64_t epoch;                         /* of the last claim */
    unsigned by_state[9];                   /* open leads */
};

void redis_desk_init(struct redis_desk *desk);
void redis_desk_fini(struct redis_desk *desk);
/* Reads it anew. Errors are told in reader->error. */
LW_MUST_CHECK lw_status redis_desk_read(struct redis_desk *desk, struct journal_reader *reader);
/* NULL: Redis knows no such lead. */
const struct redis_lead *redis_desk_find(const struct redis_desk *desk, struct desk_id id);

#endif
