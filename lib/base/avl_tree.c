/* SPDX-License-Identifier: Apache-2.0 */
#include "avl_tree.h"

#include <assert.h>

static void replace_child(struct avl_tree *tree, struct avl_node *parent, struct avl_node *old,
                          struct avl_node *new, uint8_t height);
static void note_height(struct avl_node *child);
static void rebalance_up(struct avl_tree *tree, struct avl_node *node);

void avl_init(struct avl_tree *tree, avl_compare *compare)
{
    *tree = (struct avl_tree){.compare = compare};
}

void avl_insert(struct avl_tree *tree, struct avl_node *node)
{
    struct avl_node **link = &tree->root, *parent = NULL;
    bool is_first = true, is_last = true;

    assert(!avl_contains(node));

    if (tree->last && tree->compare(node, tree->last) > 0) {
        parent = tree->last;
        link = &parent->right;
        is_first = false;
    }
    while (*link) {
        parent = *link;
        int order = tree->compare(node, parent);
        assert(order != 0);
        if (order > 0)
            is_first = false;
        else
            is_last = false;
        link = order < 0 ? &parent->left : &parent->right;
    }
    *node = (struct avl_node){.parent = parent, .height = 1};
    *link = node;
    note_height(node);
    if (is_first)
        tree->first = node;
    if (is_last)
        tree->last = node;
    tree->count++;
    if (tree->summarize)
        tree->summarize(node);
    if (parent)
        rebalance_up(tree, parent);
}

void avl_remove(struct avl_tree *tree, struct avl_node *node)
{
    struct avl_node *changed;    /* the lowest node whose subtree lost height */

    assert(avl_contains(node));
    assert(tree->count > 0);

    if (tree->first == node)
        tree->first = avl_next(node);
    if (tree->last == node)
        tree->last = avl_prev(node);

    if (!node->left || !node->right) {
        changed = node->parent;
        replace_child(tree, node->parent, node, node->left ? node->left : node->right, (uint8_t)(node->height - 1));
    } else {
        struct avl_node *heir = node->right;
        while (heir->left)
            heir = heir->left;
        changed = heir->parent == node ? heir : heir->parent;
        replace_child(tree, heir->parent, heir, heir->right, heir->right_height);

        heir->left = node->left;
        heir->right = node->right;
        heir->height = node->height;
        heir->left_height = node->left_height;
        heir->right_height = node->right_height;
        heir->left->parent = heir;
        if (heir->right)
            heir->right->parent = heir;
        replace_child(tree, node->parent, node, heir, heir->height);
    }
    *node = (struct avl_node){0};
    tree->count--;
    if (changed)
        rebalance_up(tree, changed);
}

bool avl_contains(const struct avl_node *node)
{
    return node->height != 0;
}

struct avl_node *avl_first(const struct avl_tree *tree)
{
    return tree->first;
}

struct avl_node *avl_next(const struct avl_node *node)
{
    if (node->right) {
        struct avl_node *next = node->right;
        while (next->left)
            next = next->left;
        return next;
    }
    while (node->parent && node->parent->right == node)
        node = node->parent;
    return node->parent;
}

struct avl_node *avl_prev(const struct avl_node *node)
{
    if (node->left) {
        struct avl_node *prev = node->left;
        while (prev->right)
            prev = prev->right;
        return prev;
    }
    while (node->parent && node->parent->left == node)
        node = node->parent;
    return node->parent;
}

struct avl_node *avl_find_from(const struct avl_tree *tree, const struct avl_node *key)
{
    struct avl_node *found = NULL, *at = tree->root;

    while (at) {
        if (tree->compare(at, key) >= 0) {
            found = at;
            at = at->left;
        } else {
            at = at->right;
        }
    }
    return found;
}

/* Puts new (NULL accepted), of that height, where old hangs; old's own links are left alone. */
static void replace_child(struct avl_tree *tree, struct avl_node *parent, struct avl_node *old,
                          struct avl_node *new, uint8_t height)
{
    if (!parent) {
        tree->root = new;
    } else if (parent->left == old) {
        parent->left = new;
        parent->left_height = height;
    } else {
        parent->right = new;
        parent->right_height = height;
    }
    if (new)
        new->parent = parent;
}

/* The child's height has changed. */
static void note_height(struct avl_node *child)
{
    struct avl_node *parent = child->parent;

    if (!parent)
        return;
    if (parent->left == child)
        parent->left_height = child->height;
    else
        parent->right_height = child->height;
}

static inline void update(const struct avl_tree *tree, struct avl_node *node)
{
    node->height = (uint8_t)(1 + (node->left_height > node->right_height ? node->left_height : node->right_height));
    if (tree->summarize)
        tree->summarize(node);
}

/*     node            child
 *     /  \            /  \
 *    a   child  ->  node  c      gives child
 *        /  \       /  \
 *       b    c     a    b
 */
static struct avl_node *rotate_left(struct avl_tree *tree, struct avl_node *node)
{
    struct avl_node *child = node->right;

    replace_child(tree, node->parent, node, child, child->height);
    node->right = child->left;
    node->right_height = child->left_height;
    if (node->right)
        node->right->parent = node;
    child->left = node;
    node->parent = child;
    update(tree, node);
    child->left_height = node->height;
    update(tree, child);
    note_height(child);
    return child;
}

/* The mirror of rotate_left. */
static struct avl_node *rotate_right(struct avl_tree *tree, struct avl_node *node)
{
    struct avl_node *child = node->left;

    replace_child(tree, node->parent, node, child, child->height);
    node->left = child->right;
    node->left_height = child->right_height;
    if (node->left)
        node->left->parent = node;
    child->right = node;
    node->parent = child;
    update(tree, node);
    child->right_height = node->height;
    update(tree, child);
    note_height(child);
    return child;
}

/* From node up: restores |left - right| <= 1, and stops where the height is what it was; summaries change up to the root. */
static void rebalance_up(struct avl_tree *tree, struct avl_node *node)
{
    do {
        int height_before = node->height;
        int lean = node->left_height - node->right_height;

        if (lean > 1) {
            if (node->left->left_height < node->left->right_height)
                rotate_left(tree, node->left);
            node = rotate_right(tree, node);
        } else if (lean < -1) {
            if (node->right->right_height < node->right->left_height)
                rotate_right(tree, node->right);
            node = rotate_left(tree, node);
        } else {
            update(tree, node);
        }
        if (node->height == height_before && !tree->summarize)
            return;
        note_height(node);
        node = node->parent;
    } while (node);
}
