/* SPDX-License-Identifier: Apache-2.0
 *
 * floor_clients - the publisher and the reps of floor_ours, each a process of its own over libleadwire.
 */
#ifndef FLOOR_CLIENTS_H
#define FLOOR_CLIENTS_H

#include <leadwire/rep.h>
#include <stdatomic.h>
#include <stdint.h>

#include "bench_desk.h"

enum { FLOOR_SAMPLES = 1 << 20 };

/* Shared between the processes; the bench steers, the clients count. */
struct floor_board {
    _Atomic uint32_t rate;          /* leads/s; 0: flat out */
    _Atomic uint32_t stop;
    _Atomic uint32_t reps_ready;
    _Atomic uint64_t published, completed;
    _Atomic uint64_t wrong;         /* leads that came to a rep without the skill, or twice */
    _Atomic uint32_t sampling;
    _Atomic uint64_t sample_count;
    uint32_t samples_us[FLOOR_SAMPLES];
    struct bench_desk_size desk;
    _Atomic uint64_t open_max;      /* bounds what is published and not completed */
    _Atomic uint64_t open_min;      /* with fewer, reps do nothing */
    uint32_t subscribers;           /* of floor_subscribers */
    _Atomic uint64_t events;        /* that they got, all together */
    char run_dir[96];
    char publish[160], reps[160];   /* addresses */
    char keys_dir[96];              /* publisher.key, rep0.key...; "": plain */
};

/* For bench_fork: argument is the board. */
int floor_publisher(void *board);
int floor_reps(void *board);
int floor_subscribers(void *board);

/* What a rep does with all that came: accepts, completes, counts on the board. number: of the rep, for its skills; answered: its own count, 0 at first. */
void floor_rep_work_off(struct floor_board *board, struct lw_rep *rep, uint32_t number, uint64_t *answered);

#endif
