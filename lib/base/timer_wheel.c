/* SPDX-License-Identifier: Apache-2.0
 *
 * A time is read as digits of 6 bits, the lowest first. A timer hangs at the
 * level of the highest digit in which its time differs from now, in the slot of
 * that digit:
 *
 *   level 0   the other times of these 64 ms      one time a slot
 *   level 1   the other 64 ms of these 4,096 ms   64 times a slot
 *   level 2   ...
 *
 * So every occupied slot lies strictly after now's own digit of its level, and
 * all of level n fires before any of level n + 1: the next slot to look at is
 * the lowest bit of the lowest level that has one. Time jumps from such slot to
 * slot. Entering a slot of a higher level hangs its timers anew, further down.
 *
 * The time of a timer is its deadline, or the next millisecond when that was
 * past; node->deadline_ms keeps what the caller gave, because it is the order.
 */
#include "timer_wheel.h"

#include <assert.h>
#include <stddef.h>

enum { DIGIT_BITS = 6, DIGIT_MASK = TIMER_WHEEL_SLOTS - 1, NOT_FOUND = -1 };

static int first_occupied_level(const struct timer_wheel *wheel);
static uint64_t slot_time(const struct timer_wheel *wheel, int level);
static void enter_slot(struct timer_wheel *wheel, int level);
static void hang(struct timer_wheel *wheel, struct timer_node *node, uint64_t time_ms);

static void list_init(struct timer_node *head);
static bool list_is_empty(const struct timer_node *head);
static void list_append(struct timer_node *head, struct timer_node *node);
static struct timer_node *list_sorted(struct timer_node *chain);

void timer_wheel_init(struct timer_wheel *wheel, uint64_t now_ms)
{
    *wheel = (struct timer_wheel){.now_ms = now_ms};
    for (int level = 0; level < TIMER_WHEEL_LEVELS; level++) {
        for (int slot = 0; slot < TIMER_WHEEL_SLOTS; slot++)
            list_init(&wheel->slots[level][slot]);
    }
    list_init(&wheel->due);
}

void timer_wheel_set(struct timer_wheel *wheel, struct timer_node *node, uint64_t deadline_ms, uint64_t order)
{
    assert(!timer_wheel_is_set(node));
    assert(wheel->now_ms < UINT64_MAX);

    node->deadline_ms = deadline_ms;
    node->order = order;
    wheel->count++;
    hang(wheel, node, deadline_ms > wheel->now_ms ? deadline_ms : wheel->now_ms + 1);
}

void timer_wheel_cancel(struct timer_wheel *wheel, struct timer_node *node)
{
    if (!timer_wheel_is_set(node))
        return;
    assert(wheel->count > 0);

    struct timer_node *next = node->next;
    next->prev = node->prev;
    node->prev->next = next;
    node->next = node->prev = NULL;
    wheel->count--;

    /* Alone in the ring: then it is the head, and its place tells the bit. */
    if (next->next == next && next != &wheel->due) {
        ptrdiff_t slot = next - &wheel->slots[0][0];
        wheel->occupied[slot / TIMER_WHEEL_SLOTS] &= ~(UINT64_C(1) << (slot % TIMER_WHEEL_SLOTS));
    }
}

bool timer_wheel_is_set(const struct timer_node *node)
{
    return node->next != NULL;
}

struct timer_node *timer_wheel_take(struct timer_wheel *wheel, uint64_t now_ms)
{
    assert(now_ms >= wheel->now_ms);

    while (list_is_empty(&wheel->due)) {
        int level = first_occupied_level(wheel);
        if (level == NOT_FOUND || slot_time(wheel, level) > now_ms) {
            wheel->now_ms = now_ms;
            return NULL;
        }
        enter_slot(wheel, level);
    }
    struct timer_node *node = wheel->due.next;
    timer_wheel_cancel(wheel, node);
    return node;
}

uint64_t timer_wheel_next_ms(const struct timer_wheel *wheel)
{
    if (!list_is_empty(&wheel->due))
        return wheel->now_ms;

    int level = first_occupied_level(wheel);
    return level == NOT_FOUND ? UINT64_MAX : slot_time(wheel, level);
}

static int first_occupied_level(const struct timer_wheel *wheel)
{
    for (int level = 0; level < TIMER_WHEEL_LEVELS; level++) {
        if (wheel->occupied[level] != 0)
            return level;
    }
    return NOT_FOUND;
}

/* The first time of the first occupied slot of a level: now's digits above, the slot, zeros. */
static uint64_t slot_time(const struct timer_wheel *wheel, int level)
{
    int shift = level * DIGIT_BITS;
    uint64_t slot = (uint64_t)__builtin_ctzll(wheel->occupied[level]);
    uint64_t above = (wheel->now_ms >> shift) & ~(uint64_t)DIGIT_MASK;

    return (above | slot) << shift;
}

/* Moves time to the first occupied slot of a level: what fires there goes to `due` in order, the
 * rest hangs at lower levels. */
static void enter_slot(struct timer_wheel *wheel, int level)
{
    int slot = __builtin_ctzll(wheel->occupied[level]);
    struct timer_node *head = &wheel->slots[level][slot], *node = head->next, *chain = NULL;

    wheel->now_ms = slot_time(wheel, level);
    wheel->occupied[level] &= wheel->occupied[level] - 1;
    head->prev->next = NULL;
    list_init(head);

    while (node) {
        struct timer_node *next = node->next;
        if (node->deadline_ms > wheel->now_ms) {
            hang(wheel, node, node->deadline_ms);
        } else {
            node->next = chain;
            chain = node;
        }
        node = next;
    }
    for (node = list_sorted(chain); node; node = chain) {
        chain = node->next;
        list_append(&wheel->due, node);
    }
}

static void hang(struct timer_wheel *wheel, struct timer_node *node, uint64_t time_ms)
{
    assert(time_ms > wheel->now_ms);

    int level = (63 - __builtin_clzll(time_ms ^ wheel->now_ms)) / DIGIT_BITS;
    uint64_t slot = time_ms >> (level * DIGIT_BITS) & DIGIT_MASK;

    wheel->occupied[level] |= UINT64_C(1) << slot;
    list_append(&wheel->slots[level][slot], node);
}

static void list_init(struct timer_node *head)
{
    head->next = head->prev = head;
}

static bool list_is_empty(const struct timer_node *head)
{
    return head->next == head;
}

static void list_append(struct timer_node *head, struct timer_node *node)
{
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

static bool fires_before(const struct timer_node *a, const struct timer_node *b)
{
    if (a->deadline_ms != b->deadline_ms)
        return a->deadline_ms < b->deadline_ms;
    assert(a->order != b->order);
    return a->order < b->order;
}

static struct timer_node *merged(struct timer_node *a, struct timer_node *b)
{
    struct timer_node *first = NULL, **link = &first;

    while (a && b) {
        struct timer_node **earlier = fires_before(a, b) ? &a : &b;
        *link = *earlier;
        link = &(*earlier)->next;
        *earlier = *link;
    }
    *link = a ? a : b;
    return first;
}

/* Merge sort of a chain linked by `next` alone. runs[i] is empty or holds 2^i sorted nodes, as a
 * binary counter; a chain of 2^64 nodes does not exist. */
static struct timer_node *list_sorted(struct timer_node *chain)
{
    struct timer_node *runs[64] = {0}, *sorted = NULL;
    int run_count = 0;

    if (!chain || !chain->next)
        return chain;

    while (chain) {
        struct timer_node *run = chain;
        int i = 0;

        chain = chain->next;
        run->next = NULL;
        for (; i < run_count && runs[i]; i++) {
            run = merged(runs[i], run);
            runs[i] = NULL;
        }
        runs[i] = run;
        if (i == run_count)
            run_count++;
    }
    for (int i = 0; i < run_count; i++)
        sorted = merged(runs[i], sorted);
    return sorted;
}
