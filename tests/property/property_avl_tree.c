/* SPDX-License-Identifier: Apache-2.0
 *
 * The twin is an array of flags, one a key: every question is answered by
 * walking it.
 */
#include "avl_tree.h"
#include "seeded.h"

enum { KEY_COUNT_MAX = 1024, STEP_COUNT = 4000 };

struct item {
    struct avl_node node;
    int key, sum;      /* sum: of the keys of its subtree */
};

static struct item items[KEY_COUNT_MAX];

static int compare_items(const struct avl_node *a, const struct avl_node *b)
{
    int key_a = AVL_ENTRY(a, struct item, node)->key, key_b = AVL_ENTRY(b, struct item, node)->key;

    return (key_a > key_b) - (key_a < key_b);
}

static int sum_of(const struct avl_node *node)
{
    return node ? AVL_ENTRY(node, struct item, node)->sum : 0;
}

static void sum_up(struct avl_node *node)
{
    struct item *item = AVL_ENTRY(node, struct item, node);
    item->sum = item->key + sum_of(node->left) + sum_of(node->right);
}

/* Links, heights and balance of a subtree; gives its height. */
static int check_subtree(const struct avl_node *node, const struct avl_node *parent)
{
    if (!node)
        return 0;
    MUST_HOLD(node->parent == parent);

    int left = check_subtree(node->left, node), right = check_subtree(node->right, node);
    MUST_HOLD(left - right <= 1 && right - left <= 1);
    MUST_HOLD(node->left_height == left && node->right_height == right);
    MUST_HOLD(node->height == 1 + (left > right ? left : right));
    MUST_HOLD(sum_of(node) == AVL_ENTRY(node, struct item, node)->key + sum_of(node->left) + sum_of(node->right));
    return node->height;
}

/* The node of the next present key from key on, by step; NULL if none. */
static struct avl_node *twin_find(const bool *present, int key_count, int key, int step)
{
    for (; key >= 0 && key < key_count; key += step) {
        if (present[key])
            return &items[key].node;
    }
    return NULL;
}

static void check_against_twin(const struct avl_tree *tree, const bool *present, int key_count)
{
    size_t count = 0;

    check_subtree(tree->root, NULL);
    MUST_HOLD(avl_first(tree) == twin_find(present, key_count, 0, 1));
    for (int key = 0; key < key_count; key++) {
        struct item probe = {.key = key};

        MUST_HOLD(avl_find_from(tree, &probe.node) == twin_find(present, key_count, key, 1));
        MUST_HOLD(avl_contains(&items[key].node) == present[key]);
        if (!present[key])
            continue;
        count++;
        MUST_HOLD(avl_next(&items[key].node) == twin_find(present, key_count, key + 1, 1));
        MUST_HOLD(avl_prev(&items[key].node) == twin_find(present, key_count, key - 1, -1));
    }
    MUST_HOLD(tree->count == count);
}

static void tree_answers_as_its_twin(struct seeded *random)
{
    int key_count = (int)(1 + seeded_below(random, KEY_COUNT_MAX));
    bool present[KEY_COUNT_MAX] = {0};
    uint64_t insert_percent = 50;
    struct avl_tree tree;

    avl_init(&tree, compare_items);
    tree.summarize = sum_up;
    for (int key = 0; key < KEY_COUNT_MAX; key++)
        items[key] = (struct item){.key = key};

    for (int step = 0; step < STEP_COUNT; step++) {
        if (seeded_below(random, 500) == 0)
            insert_percent = seeded_below(random, 101);    /* phases that grow and phases that drain */

        int key = (int)seeded_below(random, (uint64_t)key_count);
        bool insert = seeded_below(random, 100) < insert_percent;
        if (insert && !present[key])
            avl_insert(&tree, &items[key].node);
        else if (!insert && present[key])
            avl_remove(&tree, &items[key].node);
        present[key] = insert;
        MUST_HOLD(avl_first(&tree) == twin_find(present, key_count, 0, 1));
        if (step % 250 == 0)
            check_against_twin(&tree, present, key_count);
    }
    while (avl_first(&tree))
        avl_remove(&tree, avl_first(&tree));
    MUST_HOLD(!tree.root && tree.count == 0);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 200, tree_answers_as_its_twin);
}
