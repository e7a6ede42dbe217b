/* SPDX-License-Identifier: Apache-2.0
 *
 * top_leads - the open leads of a desk: what counts of each, by id.
 *
 * Grows as leads come, up to TOP_LEADS_MAX; a lead beyond that is not remembered and counted as such.
 * Threads: one owner.
 */
#ifndef TOP_LEADS_H
#define TOP_LEADS_H

#include <leadwire/lead.h>
#include <leadwire/publisher.h>
#include <stdbool.h>
#include <stdint.h>

#include "desk_id.h"
#include "index_table.h"

enum { TOP_LEADS_MAX = 1 << 20, TOP_HOLDERS_MAX = 16 };   /* a broadcast goes to so many reps */

struct top_lead {
    struct desk_id id;
    int64_t received_unix_ms;
    uint32_t queue;              /* index among the model's queues, for ever the same */
    uint8_t channel, state;      /* lw_channel, lw_lead_state */
    uint8_t holder_count;
    uint16_t holders[TOP_HOLDERS_MAX];   /* who has it or is offered it: indexes among the model's reps */
};

struct top_leads {
    struct top_lead *rows;       /* in no order */
    uint32_t count, room;
    uint64_t untracked;          /* that had no room, since the last clear */
    struct index_table table;
};

/* False without memory. */
bool top_leads_init(struct top_leads *leads);
void top_leads_fini(struct top_leads *leads);
void top_leads_clear(struct top_leads *leads);
/* NULL: not open, as far as is known. Void after the next put or remove. */
struct top_lead *top_leads_find(const struct top_leads *leads, struct desk_id id);
/* The row of that id, which may be new. NULL: there is no room. */
struct top_lead *top_leads_put(struct top_leads *leads, struct desk_id id);
/* It need not be there. */
void top_leads_remove(struct top_leads *leads, struct desk_id id);

#endif
