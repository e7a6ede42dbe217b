/* SPDX-License-Identifier: Apache-2.0
 *
 * ready_order - which rep of a supply class comes first. Inside broker/core only.
 */
#ifndef READY_ORDER_H
#define READY_ORDER_H

#include "avl_tree.h"
#include "core.h"

struct lead;
struct queue;
struct rep;
struct supply_class;

/* The first of the class by the queue's policy who has room and has not declined the lead; NULL. */
struct rep *ready_order_best(const struct supply_class *supply, const struct queue *queue, const struct lead *lead, uint32_t weight);
/* round_robin: the place behind whom the queue served last; the first if nobody is behind. The class has somebody ready. */
const struct avl_node *ready_order_turn(const struct supply_class *supply, const struct queue *queue);
/* avl_summarize of these trees. */
void ready_order_note_room(struct avl_node *node);

#endif
