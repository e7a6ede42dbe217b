/* SPDX-License-Identifier: Apache-2.0
 *
 * Who of a supply class comes first for a lead, in the order of its queue's policy.
 *
 * Where less load does not come first, who lacks room may stand before who has it: each node of such a tree knows
 * the most room below it, so that looking for somebody with room costs O(log n), not a walk past all who have none.
 */
#include "broadcast.h"
#include "core_internal.h"
#include "exclusions.h"
#include "ready_order.h"

static struct ready_place *place_of(const struct avl_node *node)
{
    return node ? AVL_ENTRY(node, struct ready_place, node) : NULL;
}

static uint32_t room_of(const struct avl_node *node)
{
    const struct policy_rep *rank = &place_of(node)->rep->rank;
    return rank->capacity - rank->load;
}

static uint32_t room_below(const struct avl_node *node)
{
    return node ? place_of(node)->room_max : 0;
}

void ready_order_note_room(struct avl_node *node)
{
    uint32_t most = room_of(node);
    most = room_below(node->left) > most ? room_below(node->left) : most;
    place_of(node)->room_max = room_below(node->right) > most ? room_below(node->right) : most;
}

/* The first with room in the subtree; NULL. */
static const struct avl_node *first_below(const struct avl_node *node, uint32_t weight)
{
    if (room_below(node) < weight)
        return NULL;
    while (room_of(node) < weight || room_below(node->left) >= weight)
        node = room_below(node->left) >= weight ? node->left : node->right;
    return node;
}

static const struct avl_node *next_with_room(const struct avl_node *node, uint32_t weight)
{
    if (room_below(node->right) >= weight)
        return first_below(node->right, weight);
    for (; node->parent; node = node->parent) {
        const struct avl_node *parent = node->parent;
        if (parent->right == node)
            continue;
        if (room_of(parent) >= weight)
            return parent;
        if (room_below(parent->right) >= weight)
            return first_below(parent->right, weight);
    }
    return NULL;
}

/* From node on, before end by number (NULL: to the last), whoever has room and has not declined the lead. */
static struct rep *first_from(const struct avl_node *node, const struct avl_node *end, const struct lead *lead, uint32_t weight)
{
    if (node && node != end && room_of(node) < weight)
        node = next_with_room(node, weight);
    for (; node; node = next_with_room(node, weight)) {
        struct rep *rep = place_of(node)->rep;
        if (end && place_of(end)->rep->number <= rep->number)
            return NULL;
        if (lead_may_go_to(lead, rep->number))
            return rep;
    }
    return NULL;
}

/* Less load first: after the first who lacks room nobody has it. */
static struct rep *first_by_load(const struct avl_tree *ready, const struct lead *lead, uint32_t weight)
{
    for (const struct avl_node *node = avl_first(ready); node && room_of(node) >= weight; node = avl_next(node)) {
        struct rep *rep = place_of(node)->rep;
        if (lead_may_go_to(lead, rep->number))
            return rep;
    }
    return NULL;
}

struct rep *ready_order_best(const struct supply_class *supply, const struct queue *queue, const struct lead *lead, uint32_t weight)
{
    const struct avl_tree *ready = &supply->ready[queue->order];
    if (queue->policy->orders_by_load)
        return first_by_load(ready, lead, weight);
    if (room_below(ready->root) < weight)
        return NULL;
    if (!queue->policy->takes_turns)
        return first_from(avl_first(ready), NULL, lead, weight);
    const struct avl_node *start = ready_order_turn(supply, queue);
    struct rep *rep = first_from(start, NULL, lead, weight);
    return rep || start == avl_first(ready) ? rep : first_from(avl_first(ready), start, lead, weight);
}

const struct avl_node *ready_order_turn(const struct supply_class *supply, const struct queue *queue)
{
    const struct avl_tree *ready = &supply->ready[queue->order];
    struct rep behind;
    behind.rank = (struct policy_rep){.number = queue->turn + 1};
    struct ready_place key = {.rep = &behind, .policy = queue->policy};
    const struct avl_node *node = ready->count > 1 ? avl_find_from(ready, &key.node) : NULL;
    return node ? node : avl_first(ready);
}
