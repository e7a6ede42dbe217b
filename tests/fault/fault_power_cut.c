/* SPDX-License-Identifier: Apache-2.0
 *
 * The power goes: Redis and the broker are dead at once, and the disk has what was synced, here and there with a part of
 * what was not. `always` loses nothing that anybody was told. `everysec` must be seen to lose: else the cuts would be worth nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "floor_rig.h"
#include "lossy_disk.h"
#include "seeded.h"
#include "wall_clock.h"

enum { CUTS = 30, LOSING_CUTS_MAX = 20 };

static struct floor_rig rig;
static struct lossy_disk disk;
static const char *durability = "always";

/* The broker makes Redis no weaker than it is. Rewrites of the append-only file are under way at some of the cuts. */
static void set_redis(void)
{
    MUST_HOLD(redis_fixture_ask(&rig.redis, NULL, 0, "CONFIG SET appendfsync %s auto-aof-rewrite-min-size 64kb", durability));
}

/* Each third disk keeps nothing that was not synced. Which of the two processes dies first is drawn too. */
static void cut_power(struct seeded *random, unsigned cut)
{
    if (seeded_below(random, 2) == 0)
        broker_fixture_kill(&rig.broker);
    redis_fixture_kill(&rig.redis);
    broker_fixture_kill(&rig.broker);
    lossy_disk_cut(&disk, &rig.redis, cut % 3 == 0 ? NULL : random);
    redis_fixture_start(&rig.redis);
    floor_rig_kill(&rig);                /* long dead: reads Redis and the clients' logs, and judges */
}

static void go_on(void)
{
    set_redis();
    floor_rig_launch(&rig);
    floor_rig_until(&rig, floor_rig_all_told, "reps get their sessions after a power cut");
}

static int always_loses_nothing(struct seeded *random)
{
    for (unsigned cut = 1; cut <= CUTS; cut++) {
        floor_rig_run_ms(&rig, (unsigned)seeded_below(random, 300));
        cut_power(random, cut);
        go_on();
    }
    printf("%d power cuts; of what was never synced %llu bytes were lost, %llu kept; %u files were gone\n", CUTS,
           (unsigned long long)disk.lost_bytes, (unsigned long long)disk.kept_bytes, disk.lost_files);
    return floor_rig_finish(&rig);
}

/* The judge's words about what is lost are no failure here, but the aim. */
static int everysec_is_seen_to_lose(struct seeded *random)
{
    struct judge_totals judged = {0};

    for (unsigned cut = 1; cut <= LOSING_CUTS_MAX && judged.broken[JUDGE_LOST] == 0; cut++) {
        if (cut > 1)
            go_on();
        floor_rig_run_ms(&rig, 200 + (unsigned)seeded_below(random, 1000));
        cut_power(random, 0);
        judge_totals_read(rig.judge, &judged);
    }
    printf("everysec: %u promises about acknowledged leads are broken, and seen to be; %llu bytes were lost\n", judged.broken[JUDGE_LOST],
           (unsigned long long)disk.lost_bytes);
    floor_rig_close(&rig);
    return judged.broken[JUDGE_LOST] > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct seeded random = {.state = argc > 3 && strcmp(argv[2], "--seed") == 0 ? strtoull(argv[3], NULL, 0) : (uint64_t)wall_clock_unix_ms()};

    durability = argc > 1 ? argv[1] : durability;
    printf("seed %llu\n", (unsigned long long)random.state);
    lossy_disk_open(&disk);
    floor_rig_open(&rig, &(struct load_options){.seed = seeded_next(&random), .open_target = 220}, durability);
    set_redis();
    int result = strcmp(durability, "everysec") == 0 ? everysec_is_seen_to_lose(&random) : always_loses_nothing(&random);
    lossy_disk_close(&disk);
    return result;
}
