/* SPDX-License-Identifier: Apache-2.0
 *
 * floor_rig - Redis, a broker, the load and its judge, put together.
 *
 * The rules: LOAD_REPS reps of capacity JUDGE_CAPACITY; forms weigh 1, calls 2, mails need a skill that nobody has and
 * park at once; offers last JUDGE_OFFER_MS. One more rep, "wild" (secret-of-wild), is the test's own. Checkpoints are small and frequent.
 */
#ifndef FLOOR_RIG_H
#define FLOOR_RIG_H

#include "broker_fixture.h"
#include "client_log.h"
#include "floor_judge.h"
#include "floor_load.h"
#include "redis_fixture.h"

struct floor_rig {
    struct redis_fixture redis, replica;
    bool has_replica;             /* set before floor_rig_open: the broker knows both */
    struct broker_fixture broker;
    char redis_address[128], replica_address[128], log_path[128];
    const char *args[24];
    struct load *load;
    struct judge *judge;
    struct journal_reader reader;
    struct redis_desk desk;
    bool is_serving;              /* the broker launched last has said so */
    struct load_totals before;    /* at floor_rig_remember */
};

/* All runs, the rules are applied, load->open_target leads are open. durability: of the broker; NULL: its default. */
void floor_rig_open(struct floor_rig *rig, const struct load_options *load, const char *durability);
/* Drains the load, stops the broker, judges the last time, prints the totals; 0 when nothing was violated. */
int floor_rig_finish(struct floor_rig *rig);
/* Its parts, once the load is drained: stops the broker and judges; and takes all down. */
int floor_rig_judge_end(struct floor_rig *rig);
void floor_rig_close(struct floor_rig *rig);
/* What the broker said last, to standard output. */
void floor_rig_show_log_end(const struct floor_rig *rig);

/* One turn of the load, and a look at the broker that is starting. */
void floor_rig_turn(struct floor_rig *rig);
/* Turns until the condition holds; after wait_s the test ends, with `what`. */
bool floor_rig_until(struct floor_rig *rig, bool (*holds)(struct floor_rig *rig), const char *what);
/* The same without an end of the test: false after wait_ms. */
bool floor_rig_within(struct floor_rig *rig, bool (*holds)(struct floor_rig *rig), unsigned wait_ms);
void floor_rig_run_ms(struct floor_rig *rig, unsigned ms);
void floor_rig_mark(struct floor_rig *rig, enum client_word word);
/* The replica leads; who led before, dead or alive, follows it. They change places: rig->redis is the master. */
void floor_rig_fail_over(struct floor_rig *rig);
void floor_rig_launch(struct floor_rig *rig);
/* kill -9; then Redis and the log are judged. */
void floor_rig_kill(struct floor_rig *rig);
/* The broker may have died by itself: then true, and it was judged as after a kill. */
bool floor_rig_has_died(struct floor_rig *rig);
bool floor_rig_serves(struct floor_rig *rig);
bool floor_rig_all_told(struct floor_rig *rig);       /* every rep has its snapshot from this broker */
bool floor_rig_is_drained(struct floor_rig *rig);

/* From here on there is something to publish; what the following compare with. */
void floor_rig_remember(struct floor_rig *rig);
bool floor_rig_publishers_are_told(struct floor_rig *rig);   /* some publishes were answered busy */
bool floor_rig_completions_pass(struct floor_rig *rig);      /* some leads were completed, by a broker that serves */
bool floor_rig_all_goes_on(struct floor_rig *rig);           /* and published, and offered */

#endif
