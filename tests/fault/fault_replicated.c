/* SPDX-License-Identifier: Apache-2.0
 *
 * A floor at durability `replicated`, with a master of Redis and a replica: fault_replicated [--seed N] [--weaker]. The replica lags, dies; the
 * master dies and the replica takes over, with the broker alive, then with it dead. While nobody confirms, nothing is acknowledged and publishers are
 * told so; then all goes on, and the judge finds in the new master whatever was acknowledged.
 * --weaker: the last of these at `always`, with a replica that lags: leads must be seen to be lost, or the rest proves nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "floor_rig.h"
#include "seeded.h"
#include "wall_clock.h"

enum { OPEN = 180, ALONE_MS = 500 };

static struct floor_rig rig;

static void nobody_confirms(void)
{
    floor_rig_mark(&rig, CLIENT_REDIS_GONE);
    floor_rig_remember(&rig);
    floor_rig_until(&rig, floor_rig_publishers_are_told, "publishers are told busy while nothing can be confirmed");
}

static void all_goes_on(const char *when)
{
    floor_rig_remember(&rig);
    floor_rig_until(&rig, floor_rig_all_goes_on, when);
    load_want_open(rig.load, OPEN);
}

static void replica_lags(void)
{
    redis_fixture_pause(&rig.replica);
    waitpid(rig.replica.pid, NULL, WUNTRACED);
    nobody_confirms();
    floor_rig_mark(&rig, CLIENT_REDIS_BACK);
    redis_fixture_go_on(&rig.replica);
    all_goes_on("all goes on when the replica has caught up");
}

static void replica_dies(void)
{
    redis_fixture_kill(&rig.replica);
    nobody_confirms();
    floor_rig_mark(&rig, CLIENT_REDIS_BACK);
    redis_fixture_start(&rig.replica);
    redis_fixture_follow(&rig.replica, &rig.redis);
    all_goes_on("all goes on when the replica is there again");
}

/* Two masters for a while, of before and of now, neither with a replica: neither confirms. */
static void master_dies(void)
{
    redis_fixture_kill(&rig.redis);
    nobody_confirms();
    MUST_HOLD(redis_fixture_ask(&rig.replica, NULL, 0, "REPLICAOF NO ONE"));
    redis_fixture_start(&rig.redis);
    floor_rig_run_ms(&rig, ALONE_MS);
    floor_rig_mark(&rig, CLIENT_REDIS_BACK);
    floor_rig_fail_over(&rig);
    all_goes_on("all goes on after a failover");
    floor_rig_kill(&rig);
    floor_rig_launch(&rig);
    all_goes_on("all goes on after a restart");
}

static void master_and_broker_die(void)
{
    redis_fixture_kill(&rig.redis);
    broker_fixture_kill(&rig.broker);
    floor_rig_fail_over(&rig);
    floor_rig_kill(&rig);   /* is gone already: only judges */
}

/* What it took over is on its disk too: killed while it still writes that, it would come back with nothing, not with less. */
static bool replica_keeps(struct floor_rig *of)
{
    char info[8192];

    return redis_fixture_ask(&of->replica, info, sizeof info, "INFO replication") && strstr(info, "master_link_status:up") &&
           redis_fixture_ask(&of->replica, info, sizeof info, "INFO persistence") && strstr(info, "aof_rewrite_in_progress:0") &&
           strstr(info, "aof_rewrite_scheduled:0") && redis_fixture_ask(&of->replica, info, sizeof info, "DBSIZE") && strcmp(info, "0") != 0;
}

static int weaker(struct seeded *random)
{
    struct judge_totals judged;

    floor_rig_open(&rig, &(struct load_options){.seed = seeded_next(random), .open_target = OPEN}, "always");
    floor_rig_until(&rig, replica_keeps, "the replica keeps what it took over");
    redis_fixture_kill(&rig.replica);
    floor_rig_remember(&rig);
    floor_rig_until(&rig, floor_rig_all_goes_on, "all goes on without a replica");
    redis_fixture_start(&rig.replica);      /* without following: as it was then */
    master_and_broker_die();
    judge_totals_read(rig.judge, &judged);
    printf("at always a failover to a replica that lags lost %u\n", judged.broken[JUDGE_LOST]);
    floor_rig_close(&rig);
    return judged.broken[JUDGE_LOST] > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct seeded random = {.state = (uint64_t)wall_clock_unix_ms()};
    bool is_weaker = false;

    for (int i = 1; i < argc; i++) {
        is_weaker = is_weaker || strcmp(argv[i], "--weaker") == 0;
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            random.state = strtoull(argv[++i], NULL, 0);
    }
    printf("seed %llu\n", (unsigned long long)random.state);
    rig.has_replica = true;
    if (is_weaker)
        return weaker(&random);
    floor_rig_open(&rig, &(struct load_options){.seed = seeded_next(&random), .open_target = OPEN, .steady_reps = true}, "replicated");
    replica_lags();
    replica_dies();
    master_dies();
    floor_rig_run_ms(&rig, (unsigned)seeded_below(&random, 200));
    master_and_broker_die();
    floor_rig_launch(&rig);
    all_goes_on("all goes on after a failover and a restart");
    return floor_rig_finish(&rig);
}
