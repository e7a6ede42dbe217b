/* SPDX-License-Identifier: Apache-2.0
 *
 * The twin is an array of timers; the next to fire is found by looking at all.
 * It knows the rule alone: a timer fires at its deadline, or in the millisecond
 * after it was set if that is later; what fires together goes by (deadline, order).
 */
#include "seeded.h"
#include "timer_wheel.h"

enum { TIMER_COUNT = 100, STEP_COUNT = 6000 };

struct twin_timer {
    bool set;
    uint64_t fires_ms, deadline_ms, order;
};

struct pair {
    struct timer_wheel wheel;
    struct timer_node nodes[TIMER_COUNT];
    struct twin_timer twins[TIMER_COUNT];
    uint64_t twin_now_ms;      /* the wheel's own time */
    uint64_t caller_now_ms;    /* what the last take was given */
    uint64_t last_order;
};

static struct pair pair;

static bool twin_before(const struct twin_timer *a, const struct twin_timer *b)
{
    if (a->fires_ms != b->fires_ms)
        return a->fires_ms < b->fires_ms;
    if (a->deadline_ms != b->deadline_ms)
        return a->deadline_ms < b->deadline_ms;
    return a->order < b->order;
}

/* Index of the first to fire up to now_ms; TIMER_COUNT if none. */
static unsigned twin_peek(uint64_t now_ms)
{
    unsigned first = TIMER_COUNT;

    for (unsigned i = 0; i < TIMER_COUNT; i++) {
        const struct twin_timer *twin = &pair.twins[i];
        if (twin->set && twin->fires_ms <= now_ms && (first == TIMER_COUNT || twin_before(twin, &pair.twins[first])))
            first = i;
    }
    return first;
}

static void set_both(unsigned i, uint64_t deadline_ms, uint64_t order)
{
    uint64_t soonest_ms = pair.twin_now_ms + 1;

    timer_wheel_set(&pair.wheel, &pair.nodes[i], deadline_ms, order);
    pair.twins[i] = (struct twin_timer){
        .set = true,
        .fires_ms = deadline_ms > soonest_ms ? deadline_ms : soonest_ms,
        .deadline_ms = deadline_ms,
        .order = order,
    };
}

static void cancel_both(unsigned i)
{
    timer_wheel_cancel(&pair.wheel, &pair.nodes[i]);
    pair.twins[i].set = false;
}

static uint64_t any_deadline_ms(struct seeded *random)
{
    uint64_t now_ms = pair.caller_now_ms, distance_ms = seeded_any_size(random);

    switch (seeded_below(random, 6)) {
    case 0: return now_ms > distance_ms ? now_ms - distance_ms : 0;                       /* past */
    case 1: return now_ms + 1 + seeded_below(random, 3);                                  /* many together */
    case 2: return (now_ms | 63) + seeded_below(random, 3);                               /* a turn of level 0 */
    case 3: return (now_ms | 4095) + seeded_below(random, 3);                             /* and of level 1 */
    case 4: return distance_ms < UINT64_MAX - now_ms ? now_ms + distance_ms : UINT64_MAX; /* any distance */
    default: return now_ms + seeded_below(random, 10000);
    }
}

static uint64_t any_order(struct seeded *random)
{
    /* Unique in the lower half, in no relation to the time of setting in the upper. */
    return (seeded_next(random) & ~UINT64_C(0xffffffff)) | ++pair.last_order;
}

static void check_next(void)
{
    uint64_t next_ms = timer_wheel_next_ms(&pair.wheel);
    unsigned first = twin_peek(UINT64_MAX);

    if (first == TIMER_COUNT) {
        MUST_HOLD(next_ms == UINT64_MAX);
        return;
    }
    uint64_t fires_ms = pair.twins[first].fires_ms;
    MUST_HOLD(next_ms >= pair.twin_now_ms && next_ms <= fires_ms);
    if (fires_ms >> 6 == pair.twin_now_ms >> 6)
        MUST_HOLD(next_ms == fires_ms);
}

/* Takes at most take_count, cancelling and setting others between takes as a handler would. */
static void take_from_both(struct seeded *random, uint64_t now_ms, uint64_t take_count)
{
    struct timer_node *taken;

    pair.caller_now_ms = now_ms;
    do {
        unsigned expected = twin_peek(now_ms);

        taken = timer_wheel_take(&pair.wheel, now_ms);
        if (expected == TIMER_COUNT) {
            MUST_HOLD(!taken);
            pair.twin_now_ms = now_ms;
        } else {
            MUST_HOLD(taken == &pair.nodes[expected]);
            MUST_HOLD(!timer_wheel_is_set(taken));
            pair.twins[expected].set = false;
            pair.twin_now_ms = pair.twins[expected].fires_ms;
        }
        MUST_HOLD(pair.wheel.now_ms == pair.twin_now_ms);

        unsigned other = (unsigned)seeded_below(random, TIMER_COUNT);
        if (seeded_below(random, 3) == 0)
            cancel_both(other);
        else if (!pair.twins[other].set && seeded_below(random, 3) == 0)
            set_both(other, any_deadline_ms(random), any_order(random));
    } while (taken && take_count-- > 1);
}

static uint64_t later_ms(struct seeded *random)
{
    uint64_t step_ms = seeded_any_size(random) >> (seeded_below(random, 40) == 0 ? 12 : 44);

    /* Stay below the end of time, where nothing can be set any more. */
    return step_ms < (UINT64_MAX >> 1) - pair.caller_now_ms ? pair.caller_now_ms + step_ms : pair.caller_now_ms;
}

static void check_counts(void)
{
    uint64_t count = 0;

    for (unsigned i = 0; i < TIMER_COUNT; i++) {
        MUST_HOLD(timer_wheel_is_set(&pair.nodes[i]) == pair.twins[i].set);
        count += pair.twins[i].set;
    }
    MUST_HOLD(pair.wheel.count == count);
}

static void wheel_fires_as_its_twin(struct seeded *random)
{
    uint64_t start_ms = seeded_any_size(random) >> 1;

    memset(&pair, 0, sizeof pair);
    pair.twin_now_ms = pair.caller_now_ms = start_ms;
    timer_wheel_init(&pair.wheel, start_ms);

    for (int step = 0; step < STEP_COUNT; step++) {
        unsigned i = (unsigned)seeded_below(random, TIMER_COUNT);

        switch (seeded_below(random, 4)) {
        case 0:
            take_from_both(random, later_ms(random), 1 + seeded_below(random, 8));
            break;
        case 1:
            cancel_both(i);
            break;
        default:
            if (!pair.twins[i].set)
                set_both(i, any_deadline_ms(random), any_order(random));
        }
        check_next();
        if (step % 100 == 0)
            check_counts();
    }
}

/* A wheel rebuilt in any order, at any time before the next firing, goes on as the first would. */
static void rebuilt_wheel_fires_as_the_first(struct seeded *random)
{
    static struct timer_wheel first, rebuilt;
    static struct timer_node first_nodes[TIMER_COUNT], rebuilt_nodes[TIMER_COUNT];
    uint64_t start_ms = seeded_below(random, 100000), end_ms = start_ms + 20000;

    memset(first_nodes, 0, sizeof first_nodes);
    memset(rebuilt_nodes, 0, sizeof rebuilt_nodes);
    timer_wheel_init(&first, start_ms);
    for (unsigned i = 0; i < TIMER_COUNT; i++)
        timer_wheel_set(&first, &first_nodes[i], start_ms + 1 + seeded_below(random, 10000) / 10 * 10, i);
    for (uint64_t takes = seeded_below(random, TIMER_COUNT); takes > 0; takes--)
        timer_wheel_take(&first, end_ms);

    /* What was in the middle of its millisecond is past for the new wheel, and fires in the next. */
    timer_wheel_init(&rebuilt, first.now_ms);
    unsigned offset = (unsigned)seeded_below(random, TIMER_COUNT);
    for (unsigned i = 0; i < TIMER_COUNT; i++) {
        unsigned at = (i * 37 + offset) % TIMER_COUNT;      /* 37 and 100 share no factor: each once */
        if (timer_wheel_is_set(&first_nodes[at]))
            timer_wheel_set(&rebuilt, &rebuilt_nodes[at], first_nodes[at].deadline_ms, first_nodes[at].order);
    }
    for (;;) {
        struct timer_node *a = timer_wheel_take(&first, end_ms), *b = timer_wheel_take(&rebuilt, end_ms);
        MUST_HOLD((a == NULL) == (b == NULL));
        if (!a)
            break;
        MUST_HOLD(a - first_nodes == b - rebuilt_nodes);
    }
}

static void both_promises(struct seeded *random)
{
    wheel_fires_as_its_twin(random);
    rebuilt_wheel_fires_as_the_first(random);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 200, both_promises);
}
