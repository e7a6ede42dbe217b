/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_table - the open leads, by id. What changes one is in lead_state.h. Inside broker/core only.
 */
#ifndef LEAD_TABLE_H
#define LEAD_TABLE_H

#include "avl_tree.h"
#include "core.h"
#include "index_table.h"
#include "names.h"
#include "record.h"
#include "rep_table.h"
#include "siphash.h"
#include "timer_wheel.h"

struct demand_class;
struct lead_extra;

enum { LEAD_CHUNK = 8192 };   /* a huge page of them */
#define LEAD_INDEX_NONE UINT32_MAX

/* Four lines of the cache, and as much as an open lead costs beside its payload: what few leads have is in lead_extra. */
struct lead {
    /* Together: what finding it, and its place among those that wait, looks at. */
    union {
        struct avl_node order;                    /* WAITING: in its demand class */
        struct { struct lead *next, *prev; } held;  /* OFFERED, CONNECTING, ASSIGNED: in its rep's list */
    };
    struct desk_id id;
    uint64_t received_ms;
    int64_t standing;                             /* WAITING: what orders it among its queue's, see urgency.h */

    /* What a move writes lies apart from what it leaves: a record copies both right after, and reading old and new bytes
     * at one time would wait until the new ones have left the processor. */
    uint64_t revision, since_ms, deadline_ms;
    uint64_t created_revision, wait_deadline_ms, created_ms;
    struct timer_node timer;
    struct siphash_128 seen_key;
    uint64_t content_hash;
    struct demand_class *demand;
    void *payload;
    struct exclusion *exclusions;
    struct decision *decisions;
    struct lead_extra *extra;                     /* NULL for most */
    uint32_t payload_size;
    uint32_t offer_number;
    uint32_t index;                               /* in the table */
    uint32_t dirty_next, dirty_prev;              /* changed since the last checkpoint: places in the table, LEAD_INDEX_NONE at the ends */
    uint32_t seen_position;                       /* of its entry in the idempotency window: the low bits, for seen_at_low */
    uint32_t relax_after_ms;                      /* when it asks for less, counted from when it was created; 0: never */
    uint16_t rep;
    uint16_t rule, source;                        /* names */
    uint16_t weight, priority;
    uint16_t charged;                             /* units of it that stand in its rep's account */
    uint8_t state, cause, offers_made, exclusion_count, decision_count, decision_capacity;
    uint8_t dirty_in;                             /* the checkpoint.number when it became dirty */
    uint8_t relaxed : 4;                          /* steps of its rule's relaxation that were taken */
    bool is_dirty : 1, in_checkpoint : 1, in_match : 1, in_use : 1;
};

_Static_assert(sizeof(struct lead) <= 256, "what few leads have is in lead_extra");
_Static_assert((int)NAMES_MAX <= UINT16_MAX + 1 && (int)REPS_MAX <= UINT16_MAX + 1 && (int)CONFIG_RELAX_MAX < 1 << 4, "they have room in a lead");

struct lead_table {
    struct lead **chunks;
    uint32_t chunk_count, touched;                /* places that were ever in use */
    uint32_t free_first;                          /* of those that are free again: a list through index links */
    struct index_table by_number;                 /* numbers are unique over all epochs among open leads */
    uint32_t count, max;
};

lw_status lead_table_init(struct lead_table *table, uint32_t leads_max);
void lead_table_fini(struct lead_table *table);
/* Zeroed, linked under id. NULL at the bound or without memory. */
struct lead *lead_table_add(struct lead_table *table, struct desk_id id);
void lead_table_remove(struct lead_table *table, struct lead *lead);
struct lead *lead_table_find(const struct lead_table *table, struct desk_id id);
/* Begin to fetch: where the index has this id; then, with that here, all of the lead. */
void lead_table_prefetch_index(const struct lead_table *table, struct desk_id id);
void lead_table_prefetch_found(const struct lead_table *table, struct desk_id id);
void lead_table_prefetch(const struct lead_table *table, uint32_t index);
static inline struct lead *lead_table_at(const struct lead_table *table, uint32_t index)
{
    return &table->chunks[index / LEAD_CHUNK][index % LEAD_CHUNK];
}
/* No other lead has its number. Only damaged records make two that share one. */
bool lead_table_is_alone(const struct lead_table *table, const struct lead *lead);
/* Walks by index: the next used lead at or after *index; NULL at the end. */
struct lead *lead_table_next(const struct lead_table *table, uint32_t *index);

#endif
