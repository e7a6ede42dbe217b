/* SPDX-License-Identifier: Apache-2.0
 *
 * broker - core, store and net put together: the life of one claim on a desk.
 *
 *   CLAIMING: the store claims and loads
 *   SERVING:  turn by turn: collect, step, append, release
 *   STOPPING: asked to end: what was decided is made durable and told, nothing new is read
 *
 * Threads: one owner (libzmq has its own).
 */
#ifndef BROKER_H
#define BROKER_H

#include "broker_options.h"
#include "commit.h"
#include "desk_clock.h"
#include "run_dir.h"
#include "turn_times.h"

enum broker_phase { BROKER_CLAIMING, BROKER_SERVING, BROKER_STOPPING, BROKER_OVER };
enum { BROKER_EXIT_STOPPED = 0, BROKER_EXIT_FAILED = 1, BROKER_EXIT_MISUSED = 2, BROKER_EXIT_FENCED = 3 };

struct broker {
    struct broker_options *options;
    struct run_dir *run_dir;
    int signal_fd;
    struct core *core;
    struct store *store;
    struct net *net;
    struct commit commit;
    struct commit_joiner joiner;
    struct desk_clock clock;
    enum broker_phase phase;
    int exit_code;

    uint64_t now_ms, monotonic_ms;     /* of this turn: the clocks are read once */
    int64_t wall_ms;
    int64_t day_begin_ms, day_end_ms;    /* of the time zone of the process */
    uint64_t epoch, loaded_desk_ms;
    bool is_loaded, is_restored, is_empty;
    bool is_away;                      /* the store is: desk time stands still */
    bool is_outrun;                    /* in this turn the journal grew faster than checkpoints trim it */
    uint64_t confirmed;                /* ticket */
    uint64_t stop_by_ms;
    uint32_t messages;                 /* read in the last turn */
    uint64_t patterns_given_up;        /* of rules, when last warned of */
    uint64_t patterns_warn_from_ms;    /* not again before; monotonic */

    /* Set after broker_open by whoever watches: what happens, and when the loop must turn again at the latest (0: never). */
    void (*watch_effect)(void *context, const struct core_effect *effect);
    void *watch_context;
    uint64_t wake_by_ms;
    struct turn_times turns;           /* added to by whoever runs the loop */
};

/* Errors with why (NET_WHY_MAX) in words. */
LW_MUST_CHECK lw_status broker_open(struct broker *broker, struct broker_options *options, struct run_dir *run_dir,
                                    int signal_fd, char *why);
void broker_close(struct broker *broker);
/* One turn, all of it. Call while broker->phase is not BROKER_OVER. */
void broker_turn(struct broker *broker);
/* Sleeps until something may be to do. */
void broker_wait(struct broker *broker);
void broker_stop(struct broker *broker);
void broker_reload(struct broker *broker);

#endif
