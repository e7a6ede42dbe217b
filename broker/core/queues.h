/* SPDX-License-Identifier: Apache-2.0
 *
 * queues - what the rules say about each queue, and whose turn it is there. Inside broker/core only.
 */
#ifndef QUEUES_H
#define QUEUES_H

#include "core.h"
#include "policy.h"
#include "record.h"

struct calendar;
struct core;
struct rep;

struct queue {
    uint32_t name;                         /* names */
    uint32_t order;                        /* policy_number(policy) */
    const struct policy *policy;
    uint32_t turn;                         /* rep whom round_robin served last; 0: nobody yet */
    uint64_t turn_revision;
    bool is_pulled;                        /* its leads wait on the shared list */
    uint32_t offer_to;                     /* so many reps are offered a lead at once */
    uint32_t half_life_ms;                 /* best_pair: 0: leads keep their worth */
    const struct config_order *weighs;     /* what makes its leads urgent; NULL: their priority alone */
    const struct calendar *calendar;       /* in which their waiting is counted; NULL: all time */
    struct { uint64_t at_ms, open_ms; int64_t points; bool is_known; } clock;   /* urgency.c: what it adds, as last asked */
};
struct queues {
    struct queue **list;                   /* by name; NULL: no queue */
    const struct policy *policy;           /* of those that name none */
    bool rank_pairs;                       /* some do, or the desk */
    const struct config_order *weighs;     /* of queues that have none of their own; NULL: the desk does not weigh */
    const struct calendar *calendar;
};
lw_status queues_init(struct queues *queues);
void queues_fini(struct queues *queues);
/* Finds or makes; it stays. NULL without memory. */
struct queue *queues_at(struct queues *queues, uint32_t name);
/* NULL: there is none of this name. */
const struct queue *queues_find(const struct queues *queues, uint32_t name);

/* Gives every queue what core->config says of it. */
void queues_link(struct core *core);
/* round_robin served this rep: whoever comes behind is next. */
void queue_set_turn(struct core *core, struct queue *queue, const struct rep *rep);
void queue_image_fill(const struct core *core, const struct queue *queue, struct queue_image *image);
lw_status queue_restore(struct core *core, const struct queue_image *image);
/* The desk's record with the turns of all queues that have one, what counts under the limits of teams, and paused sources. */
void desk_record_put(struct byte_buffer *out, const struct core *core);
/* Writes the desk's record, with the turn of this queue if not NULL. */
void desk_record(struct core *core, const struct queue *queue);
/* The same with what counts under the limits of a team. */
void desk_record_team(struct core *core, const struct team_image *team);
/* The same with a source that was paused, or goes on. */
void desk_record_paused(struct core *core, const struct paused_image *paused);

#endif
