/* SPDX-License-Identifier: Apache-2.0
 *
 * A swarm: each seed has some kinds of faults, at rates of its own, and not the others, so that no kind is hidden
 * by another one's noise.
 *
 * Faults that take from Redis what it had confirmed are drawn only while one broker serves and has all of it in memory:
 * to lose both at a time is promised to nobody (docs/OPERATIONS.md).
 */
#include <stdio.h>
#include <string.h>

#include "faults_desk.h"

enum {
    WAY_MS = 40, OVERTAKEN_MS = 400, LATE_MS = 9000, ON_PERCENT = 50, SECOND_HALF = FAULTS_KINDS,
    LEASE_AND_MORE_MS = 9000, HOUR_MS = 3600000, COPY_AGE_MS = 45000,
};

/* Of messages in 1000; of the rest the mean time between two, in seconds. */
static const struct { uint16_t low, high; } ranges[FAULTS_KINDS] = {
    [FAULTS_MESSAGE_LOST] = {5, 60}, [FAULTS_MESSAGE_DOUBLED] = {5, 40}, [FAULTS_MESSAGE_REORDERED] = {10, 100}, [FAULTS_MESSAGE_DELAYED] = {5, 30},
    [FAULTS_BROKER_CRASHED] = {90, 300}, [FAULTS_BROKER_STOPPED] = {200, 400}, [FAULTS_CLAIM_LOST] = {120, 300}, [FAULTS_REDIS_SLOW] = {60, 240},
    [FAULTS_REDIS_SILENT] = {60, 240}, [FAULTS_REDIS_FAILING] = {90, 240}, [FAULTS_REDIS_UNKNOWN] = {30, 120}, [FAULTS_REDIS_FULL] = {90, 240},
    [FAULTS_REDIS_BEHIND] = {90, 240}, [FAULTS_REDIS_EMPTIED] = {200, 400}, [FAULTS_REP_CRASHED] = {20, 90}, [FAULTS_REP_CUT] = {15, 60},
    [FAULTS_SECOND_DEVICE] = {30, 90}, [FAULTS_CLOCK_STEPPED] = {120, 400},
};

static bool is_of_messages(int kind)
{
    return kind <= FAULTS_MESSAGE_DELAYED;
}

static uint64_t between(struct faults_desk *desk, uint64_t low, uint64_t high)
{
    return sim_random_between(&desk->world->random, low, high);
}

static void again(struct faults_desk *desk, enum faults_kind kind)
{
    if (desk->rates[kind] == 0)
        return;
    uint64_t delay_ms = between(desk, 1, 2ull * desk->rates[kind]);
    sim_at(desk->world, desk->world->now_ms + delay_ms, SIM_FAULT, (uint64_t)kind);
}

void faults_draw(struct faults_desk *desk)
{
    for (int kind = 0; kind < FAULTS_KINDS; kind++) {
        bool is_on = sim_random_percent(&desk->world->random, ON_PERCENT);
        if (kind == FAULTS_BATCHES_LOST || !is_on)   /* what a crash does by itself */
            continue;
        desk->rates[kind] = (uint32_t)between(desk, ranges[kind].low, ranges[kind].high) * (is_of_messages(kind) ? 1 : 1000);
        if (!is_of_messages(kind))
            again(desk, (enum faults_kind)kind);
    }
}

void faults_end(struct faults_desk *desk)
{
    uint64_t now_ms = desk->world->now_ms;
    memset(desk->rates, 0, sizeof desk->rates);
    desk->slow_until_ms = desk->refuse_until_ms = desk->failing_until_ms = desk->full_until_ms = 0;
    desk->silent_until_ms = now_ms < desk->silent_until_ms ? now_ms : desk->silent_until_ms;
    desk->crash_at[0] = '\0';
    for (int i = 0; i < FAULTS_BROKERS_MAX; i++) {
        if (desk->brokers[i])
            desk->brokers[i]->cut_until_ms = 0;
    }
    faults_link_run(desk);
}

void faults_seen(struct faults_desk *desk, enum faults_kind kind)
{
    const struct sim_judge *judge = &desk->world->judge;
    bool seen[FAULTS_STATES] = {false};
    for (uint64_t i = judge->lead_first; i <= judge->lead_last; i++) {
        if (judge->leads[i].known && (size_t)judge->leads[i].state < FAULTS_STATES)
            seen[judge->leads[i].state] = true;
    }
    for (int state = 0; state < FAULTS_STATES; state++)
        desk->coverage.pairs[kind][state] += seen[state];
    faults_note(desk, "fault: %s", faults_kind_words(kind));
}

/* ---- messages ---- */

static bool strikes(struct faults_desk *desk, enum faults_kind kind, struct desk_id lead)
{
    if (desk->rates[kind] == 0 || sim_random_below(&desk->world->random, 1000) >= desk->rates[kind])
        return false;
    const struct judge_lead *known = sim_judge_lead(&desk->world->judge, lead);
    if (known && (size_t)known->state < FAULTS_STATES)
        desk->coverage.pairs[kind][known->state]++;
    return true;
}

uint32_t faults_draw_way(struct faults_desk *desk, bool to_client, uint32_t client, struct desk_id lead, uint64_t delays_ms[2])
{
    uint64_t now_ms = desk->world->now_ms, *last_ms = &desk->way_ms[to_client][client];
    if (++desk->messages == desk->drop_message || strikes(desk, FAULTS_MESSAGE_LOST, lead))
        return 0;
    uint32_t copies = strikes(desk, FAULTS_MESSAGE_DOUBLED, lead) ? 2 : 1;
    for (uint32_t i = 0; i < copies; i++) {
        uint64_t at_ms = now_ms + between(desk, 1, WAY_MS);
        at_ms = at_ms < *last_ms ? *last_ms : at_ms;
        if (strikes(desk, FAULTS_MESSAGE_DELAYED, lead))
            at_ms += between(desk, WAY_MS, LATE_MS);
        else if (strikes(desk, FAULTS_MESSAGE_REORDERED, lead))
            at_ms += between(desk, WAY_MS, OVERTAKEN_MS);
        else
            *last_ms = at_ms;      /* in order, but for what is overtaken */
        delays_ms[i] = at_ms - now_ms;
    }
    return copies;
}

/* ---- brokers ---- */

static uint32_t brokers_up(const struct faults_desk *desk)
{
    uint32_t count = 0;
    for (int i = 0; i < FAULTS_BROKERS_MAX; i++)
        count += desk->brokers[i] != NULL;
    return count;
}

/* Its is the desk, and nobody else is there: one who claimed it and died before telling anybody would be written over. */
static bool is_alone_and_whole(struct faults_desk *desk)
{
    const struct faults_broker *broker = faults_desk_serving(desk);
    return broker && brokers_up(desk) == 1 && faults_desk_is_whole(desk) && faults_redis_epoch(&desk->redis) == broker->broker.epoch;
}

static void crash(struct faults_desk *desk)
{
    static const char *const points[] = {"append.before", "append.sent", "append.answered", "release.half", "checkpoint.begin", "checkpoint.slice",
                                         "checkpoint.before_end", "checkpoint.end", "recovery.claimed", "recovery.loading", "recovery.loaded"};
    struct faults_broker *broker = faults_desk_serving(desk);
    bool at_once = sim_random_percent(&desk->world->random, 40);
    if (!broker || !faults_desk_is_whole(desk))
        return;
    if (!at_once) {
        snprintf(desk->crash_at, sizeof desk->crash_at, "%s", points[sim_random_below(&desk->world->random, sizeof points / sizeof points[0])]);
        desk->crash_passings = (uint32_t)between(desk, 1, 4);
    }
    if (at_once || strncmp(desk->crash_at, "recovery", 8) == 0)
        faults_broker_crash(broker);
}

/* Stopped before Redis has all that was confirmed, it would take the rest with it. */
static void stop(struct faults_desk *desk)
{
    if (!is_alone_and_whole(desk))
        return;
    faults_seen(desk, FAULTS_BROKER_STOPPED);
    struct faults_broker *broker = faults_desk_serving(desk);
    broker_stop(&broker->broker);
    faults_broker_wake(broker, desk->world->now_ms);
}

/* Another one of its name, or it cannot reach Redis until its lease has ended. */
static void lose_claim(struct faults_desk *desk)
{
    struct faults_broker *broker = faults_desk_serving(desk);
    bool is_namesake = sim_random_percent(&desk->world->random, 50);
    char other[16];
    if (!is_alone_and_whole(desk))
        return;
    if (!is_namesake) {
        broker->cut_until_ms = desk->world->now_ms + LEASE_AND_MORE_MS + between(desk, 0, 6000);
        faults_link_break(desk, broker);
    }
    snprintf(other, sizeof other, "%s", is_namesake ? broker->owner : strcmp(broker->owner, "first") == 0 ? "second" : "first");
    (void)faults_broker_start(desk, other);
}

/* ---- Redis ---- */

static void fail(struct faults_desk *desk)
{
    uint64_t until_ms = desk->world->now_ms + between(desk, 500, 8000);
    if (sim_random_percent(&desk->world->random, 50)) {
        desk->failing_until_ms = until_ms;
        return;
    }
    desk->refuse_until_ms = until_ms;
    faults_link_break_all(desk);
}

static void fail_over(struct faults_desk *desk)
{
    if (!is_alone_and_whole(desk) || !faults_redis_fail_over(&desk->redis))
        return;
    faults_seen(desk, FAULTS_REDIS_BEHIND);
    desk->crash_at[0] = '\0';
    faults_link_break_all(desk);
}

static void empty(struct faults_desk *desk)
{
    if (!is_alone_and_whole(desk))
        return;
    faults_seen(desk, FAULTS_REDIS_EMPTIED);
    desk->crash_at[0] = '\0';
    faults_redis_empty(&desk->redis);
    faults_link_break_all(desk);
}

/* ---- all ---- */

static void fire_now(struct faults_desk *desk, enum faults_kind kind)
{
    struct sim_world *world = desk->world;
    struct faults_broker *broker = faults_desk_serving(desk);
    uint32_t rep = (uint32_t)sim_random_below(&world->random, world->options.reps);
    switch (kind) {
    case FAULTS_BROKER_CRASHED: crash(desk); return;
    case FAULTS_BROKER_STOPPED: stop(desk); return;
    case FAULTS_CLAIM_LOST: lose_claim(desk); return;
    case FAULTS_REDIS_EMPTIED: empty(desk); return;
    case FAULTS_REDIS_BEHIND:      /* the replica stops to follow; later it takes over */
        if (!faults_desk_is_whole(desk))
            return;
        faults_redis_copy(&desk->redis);
        sim_at(world, world->now_ms + between(desk, 1, sim_random_percent(&world->random, 30) ? COPY_AGE_MS : 2000), SIM_FAULT, SECOND_HALF + FAULTS_REDIS_BEHIND);
        return;
    case FAULTS_REDIS_SLOW:
        desk->slow_until_ms = world->now_ms + between(desk, 1000, 20000);
        desk->slow_ms = (uint32_t)between(desk, 10, 900);
        break;
    case FAULTS_REDIS_SILENT: desk->silent_until_ms = world->now_ms + between(desk, 500, 9000); break;
    case FAULTS_REDIS_FAILING: fail(desk); break;
    case FAULTS_REDIS_UNKNOWN:
        if (!broker)
            return;
        if (sim_random_percent(&world->random, 30))
            faults_link_break(desk, broker);
        else
            faults_link_break_after(desk, broker, (uint32_t)between(desk, 1, 4));
        break;
    case FAULTS_REDIS_FULL: desk->full_until_ms = world->now_ms + between(desk, 2000, 20000); break;
    case FAULTS_REP_CRASHED: if (!sim_rep_trouble(world, rep, SIM_REP_CRASHES)) return; break;
    case FAULTS_REP_CUT: if (!sim_rep_trouble(world, rep, SIM_REP_IS_CUT)) return; break;
    case FAULTS_SECOND_DEVICE: if (!sim_rep_trouble(world, rep, SIM_REP_LOGS_ON_AGAIN)) return; break;
    case FAULTS_CLOCK_STEPPED:
        desk->wall_offset_ms += (int64_t)between(desk, 0, 2 * HOUR_MS) - HOUR_MS;
        break;
    case FAULTS_MESSAGE_LOST: case FAULTS_MESSAGE_DOUBLED: case FAULTS_MESSAGE_REORDERED: case FAULTS_MESSAGE_DELAYED: case FAULTS_BATCHES_LOST:
    case FAULTS_KINDS: return;
    }
    faults_seen(desk, kind);
}

void faults_fire(struct faults_desk *desk, uint64_t number)
{
    if (desk->world->draining)
        return;
    if (number == SECOND_HALF + FAULTS_REDIS_BEHIND) {
        fail_over(desk);
        return;
    }
    fire_now(desk, (enum faults_kind)number);
    again(desk, (enum faults_kind)number);
}
