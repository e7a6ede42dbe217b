/* SPDX-License-Identifier: Apache-2.0
 *
 * Redis killed, stopped, restarted, full, emptied, under load: fault_redis SCENARIO [--seed N]. While Redis can take
 * nothing, nothing is acknowledged and publishers are told so; when it is back all goes on, and the judge finds whatever
 * was acknowledged.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "floor_rig.h"
#include "seeded.h"
#include "wall_clock.h"

enum { ROUNDS = 5, OPEN = 180 };

static struct floor_rig rig;

static void ask(const char *command)
{
    MUST_HOLD(redis_fixture_ask(&rig.redis, NULL, 0, command));
}

/* Redis is gone now: publishers must be told, then it is brought back, then all must go on. */
static void live_through(void (*bring_back)(struct redis_fixture *redis))
{
    floor_rig_mark(&rig, CLIENT_REDIS_GONE);
    floor_rig_remember(&rig);
    floor_rig_until(&rig, floor_rig_publishers_are_told, "publishers are told busy while Redis is away");
    floor_rig_mark(&rig, CLIENT_REDIS_BACK);
    bring_back(&rig.redis);
    floor_rig_remember(&rig);
    floor_rig_until(&rig, floor_rig_all_goes_on, "all goes on when Redis is back");
}

static void killed(unsigned round)
{
    redis_fixture_kill(&rig.redis);
    if (round % 3 != 2) {
        live_through(redis_fixture_start);
        return;
    }
    floor_rig_mark(&rig, CLIENT_REDIS_GONE);        /* both die */
    floor_rig_run_ms(&rig, 50);
    broker_fixture_kill(&rig.broker);
    floor_rig_mark(&rig, CLIENT_REDIS_BACK);
    redis_fixture_start(&rig.redis);
    floor_rig_kill(&rig);
    floor_rig_launch(&rig);
    floor_rig_remember(&rig);
    floor_rig_until(&rig, floor_rig_all_goes_on, "all goes on when both are back");
}

static void stopped(unsigned round)
{
    (void)round;
    redis_fixture_pause(&rig.redis);
    waitpid(rig.redis.pid, NULL, WUNTRACED);
    live_through(redis_fixture_go_on);
}

static void restarted(unsigned round)
{
    (void)round;
    kill(rig.redis.pid, SIGTERM);                   /* it saves and ends */
    waitpid(rig.redis.pid, NULL, 0);
    rig.redis.pid = 0;
    live_through(redis_fixture_start);
}

/* New leads are refused; what is under way is finished, also by a broker that starts meanwhile. */
static void full(unsigned round)
{
    floor_rig_remember(&rig);
    ask("CONFIG SET maxmemory 1000000");
    MUST_HOLD(!redis_fixture_ask(&rig.redis, NULL, 0, "SET other value"));
    floor_rig_until(&rig, floor_rig_publishers_are_told, "publishers are told busy while Redis is full");
    floor_rig_remember(&rig);
    floor_rig_until(&rig, floor_rig_completions_pass, "completions pass while Redis is full");
    if (round % 2 == 1) {
        floor_rig_kill(&rig);
        floor_rig_launch(&rig);
        floor_rig_remember(&rig);
        floor_rig_until(&rig, floor_rig_completions_pass, "completions pass after a restart while Redis is full");
    }
    ask("CONFIG SET maxmemory 0");
    floor_rig_remember(&rig);
    floor_rig_until(&rig, floor_rig_all_goes_on, "all goes on when Redis has room");
}

/* The broker writes all anew before it confirms anything: then even its death loses nothing. */
static void emptied(unsigned round)
{
    ask(round % 2 == 0 ? "FLUSHALL" : "DEL lw:{main}:journal");
    floor_rig_remember(&rig);
    floor_rig_until(&rig, floor_rig_all_goes_on, "all goes on after Redis was emptied");
    floor_rig_kill(&rig);
    floor_rig_launch(&rig);
    floor_rig_remember(&rig);
    floor_rig_until(&rig, floor_rig_all_goes_on, "all goes on after a restart");
}

static const struct { const char *name; void (*run)(unsigned round); } scenarios[] = {
    {"killed", killed}, {"stopped", stopped}, {"restarted", restarted}, {"full", full}, {"emptied", emptied},
};

int main(int argc, char **argv)
{
    struct seeded random = {.state = argc > 3 && strcmp(argv[2], "--seed") == 0 ? strtoull(argv[3], NULL, 0) : (uint64_t)wall_clock_unix_ms()};
    void (*run)(unsigned round) = NULL;

    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0] && argc > 1; i++)
        if (strcmp(argv[1], scenarios[i].name) == 0)
            run = scenarios[i].run;
    if (!run) {
        printf("fault_redis killed|stopped|restarted|full|emptied [--seed N]\n");
        return 2;
    }
    printf("seed %llu\n", (unsigned long long)random.state);
    floor_rig_open(&rig, &(struct load_options){.seed = seeded_next(&random), .open_target = OPEN, .steady_reps = true}, NULL);
    for (unsigned round = 0; round < ROUNDS; round++) {
        load_want_open(rig.load, OPEN);
        floor_rig_run_ms(&rig, (unsigned)seeded_below(&random, 200));
        run(round);
    }
    return floor_rig_finish(&rig);
}
