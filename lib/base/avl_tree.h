/* SPDX-License-Identifier: Apache-2.0
 *
 * avl_tree - an ordered set of structs that embed a node.
 *
 * The order is total and given by the caller; equal keys are a programmer
 * error (assert). Insert, remove, first and next cost O(log n); nothing is
 * allocated. Iteration order is the order, so decisions may depend on it.
 * Threads: one owner.
 */
#ifndef AVL_TREE_H
#define AVL_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct avl_node {
    struct avl_node *left, *right, *parent;
    uint8_t height;                      /* 0: in no tree */
    uint8_t left_height, right_height;   /* of the children: balancing a node looks at none, as in large sets they are far apart */
};

/* Negative: a before b. Positive: after. 0 only for a == b. */
typedef int avl_compare(const struct avl_node *a, const struct avl_node *b);

/* What an owner keeps of a node's subtree, anew from the node and its children. */
typedef void avl_summarize(struct avl_node *node);

struct avl_tree {
    struct avl_node *root;
    struct avl_node *first;   /* cached minimum: peeking costs nothing */
    struct avl_node *last;    /* cached maximum: what comes in order is not searched a place for */
    avl_compare *compare;
    avl_summarize *summarize; /* NULL after avl_init; may be set while the tree is empty */
    size_t count;
};

#define AVL_ENTRY(node, type, member) ((type *)(void *)((char *)(node) - offsetof(type, member)))

void avl_init(struct avl_tree *tree, avl_compare *compare);
/* node must be in no tree (zeroed or removed). */
void avl_insert(struct avl_tree *tree, struct avl_node *node);
/* node must be in this tree. */
void avl_remove(struct avl_tree *tree, struct avl_node *node);
bool avl_contains(const struct avl_node *node);      /* in some tree */
struct avl_node *avl_first(const struct avl_tree *tree);   /* NULL when empty */
struct avl_node *avl_next(const struct avl_node *node);    /* NULL after the last */
struct avl_node *avl_prev(const struct avl_node *node);
/* The first node not before key (key need not be in the tree); NULL if none. */
struct avl_node *avl_find_from(const struct avl_tree *tree, const struct avl_node *key);

#endif
