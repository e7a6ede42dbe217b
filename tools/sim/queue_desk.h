/* SPDX-License-Identifier: Apache-2.0
 *
 * queue_desk - the broker's core with its reps, as a queueing system sees it:
 * leads come in, are begun, are done. Reps accept what they are offered at
 * once, so that to be offered is to be begun.
 *
 * Whatever the core tells that is not part of this life (an offer that ran out,
 * a rep away) is a fault: the scenario's rules did not leave the load alone.
 * Threads: one owner.
 */
#ifndef QUEUE_DESK_H
#define QUEUE_DESK_H

#include "core.h"
#include "queue_scenario.h"

enum { QUEUE_BEGUN_MAX = 8 };    /* of one step: the lead published, or one for the rep who became free */

struct queue_begun { uint32_t slot, rep, offer_number; struct desk_id lead; };

struct queue_desk {
    struct core *core;
    uint64_t now_ms, next_id;
    struct queue_begun begun[QUEUE_BEGUN_MAX];
    uint32_t begun_count;
    struct desk_id lead;         /* of the last reply */
    char fault[160];             /* the first; empty: none */
};

/* All reps logged on. Abort without memory. */
void queue_desk_open(struct queue_desk *desk, const struct queue_scenario *scenario);
void queue_desk_close(struct queue_desk *desk);

/* Each is a command at this time, and then the answers to the offers that it caused: begun[] is what they began.
 * slot: the caller's name of the lead, given back in begun[]. */
struct desk_id queue_desk_publish(struct queue_desk *desk, double now_s, uint32_t class_number, uint32_t slot);
void queue_desk_complete(struct queue_desk *desk, double now_s, struct desk_id lead, uint32_t rep);
void queue_desk_cancel(struct queue_desk *desk, double now_s, struct desk_id lead);

#endif
