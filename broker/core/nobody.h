/* SPDX-License-Identifier: Apache-2.0
 *
 * nobody - when nobody is there for the leads that wait: who is told, once, and what a caller hears. Inside broker/core only.
 *
 *   closed   every rep of the rules is out of their working hours
 *   no_rep   some are within them, and none of those is there (available or in wrap-up)
 *   busy     some are there, and none of those has room (available, below capacity and caps)
 *
 * A lost connection changes none of it before its grace is over: so neither does a restart. A desk whose rules tell nobody
 * counts nothing.
 */
#ifndef NOBODY_H
#define NOBODY_H

#include "core.h"
#include "record.h"
#include "timer_wheel.h"

struct core;
struct lead;
struct rep;

enum presence { PRESENCE_OPEN = 1, PRESENCE_THERE = 2, PRESENCE_FREE = 4 };   /* bits; each with the ones before */

struct nobody {
    bool watches;                          /* the rules tell somebody */
    uint32_t open, there, free;            /* reps; only where it watches */
    uint8_t kind;                          /* enum core_nobody; NONE: somebody is there, or nothing waits */
    bool told;                             /* of this kind; until it is over */
    uint64_t since_ms;                     /* it is so, and leads wait */
    struct timer_node timer;
    uint64_t restored_revision;            /* of the newest desk record, while restoring */
};

/* Of the leads that this lead stands for: what kind of nobody is there for it. NONE: somebody is. */
enum core_nobody nobody_for(const struct core *core, const struct lead *lead);
/* After a change of the rep, where it watches. */
void nobody_note_rep(struct core *core, struct rep *rep);
void nobody_restore(struct core *core, const struct desk_image *image);
/* New or restored rules. */
void nobody_link(struct core *core);
/* At the end of a step, when no deadline is due any more: tells what has lasted long enough. */
void nobody_look(struct core *core);
/* The counts are those of the reps. */
void nobody_check(const struct core *core);

#endif
