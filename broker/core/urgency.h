/* SPDX-License-Identifier: Apache-2.0
 *
 * urgency - which of two waiting leads goes first, on a desk that weighs (core_config.order).
 *
 *     urgency = priority * P  +  value / 1000 * V  +  waited / service level * S  +  hours waited * A
 *
 * in points, where the weights, the service level and the calendar in which waiting is counted are the queue's. It is kept
 * as two parts: what the lead brings and when it began, which never changes (its standing), and what the queue's clock
 * adds by now, the same for all its leads. So leads of one queue compare by their standings for ever, and those of
 * different queues are compared at the moment of a decision. Who waited longer than the queue's age cap goes before
 * all who did not, the longest waiting first, whatever the queue.
 *
 * A desk that does not weigh has the priority for a standing, and a clock that adds nothing.
 * Integers only: a point has 2^20 parts, and what waiting adds is rounded down to one. Threads: one owner.
 */
#ifndef URGENCY_H
#define URGENCY_H

#include "core_internal.h"

#define URGENCY_POINT (INT64_C(1) << 20)
#define URGENCY_OVER_AGE INT64_MAX   /* of who waited longer than the cap */

/* Working hours in which a queue counts waiting; open NULL: always. Behind the last interval it is open again, before the first never. */
struct calendar {
    const struct config_interval *open;
    uint64_t *open_before_ms;      /* by interval: open time of all before it */
    uint32_t count;
};
/* Open time until then, from an arbitrary beginning. Never falls. */
uint64_t calendar_open_ms(const struct calendar *calendar, uint64_t at_ms);

/* Gives every queue its weights and calendar. After hours and queues are linked, with no lead in a queue. */
void urgency_link(struct core *core);
void urgency_fini(struct core *core);
/* Takes all waiting leads out of their places, or puts them back: around new rules, when the old or the new ones weigh. */
void urgency_leave_all(struct core *core);
void urgency_join_all(struct core *core);

/* From when the lead's waiting counts: what was scheduled did not wait meanwhile. */
uint64_t urgency_from_ms(const struct lead *lead);
/* What `standing` must be when the lead takes its place. */
int64_t urgency_standing(const struct lead *lead);
/* As of now. */
struct lead_rank urgency_rank(const struct core *core, const struct lead *lead);
/* The first of the class as of now, which must have one. */
struct lead_rank urgency_first(const struct core *core, const struct demand_class *demand);
/* The waiting lead of the class that follows `lead` (NULL: the first) as of now; NULL at the end. */
struct lead *urgency_next(const struct core *core, const struct demand_class *demand, const struct lead *lead);
/* How many of its class, or of those that wait for the same rep, stand before it, plus 1; at most 1000. */
uint32_t urgency_position(const struct core *core, const struct lead *lead);

/* Into the second tree of its class, where the queue has an age cap; and out of it. */
void urgency_age_insert(struct lead *lead);
void urgency_age_remove(struct lead *lead);

/* What an explanation is made of: of a lead of this queue that was so when it was decided. */
struct urgency_subject { const struct queue *queue; uint32_t priority, value; uint64_t from_ms; };
/* Since when the lead has had its priority: a contact that joined or a manager may have changed it. 0: always. */
uint64_t urgency_settled_ms(const struct lead *lead);
enum { URGENCY_TEXT_MAX = 200 };
/* "urgency 132.5: priority 50, value 12.5, slack 60.0, age 10.0" or "waited 7800 s, over the cap of 7200 s"; "" on a desk that does not weigh. */
struct urgency_subject urgency_subject_of(const struct lead *lead);
void urgency_write(const struct urgency_subject *subject, uint64_t at_ms, char text[URGENCY_TEXT_MAX]);

#endif
