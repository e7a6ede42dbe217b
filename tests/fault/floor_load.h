/* SPDX-License-Identifier: Apache-2.0
 *
 * floor_load - a busy sales floor of well-behaved clients of libleadwire: one publisher and LOAD_REPS reps, who accept,
 * decline, let offers lapse, are dialled, complete, log off and come back. All they see goes into a client_log.
 *
 * The publisher keeps `open_target` leads open, of three kinds: forms, calls (accepted ones are dialled, some in vain)
 * and mails that nobody can take: they park, and the oldest are cancelled. It repeats what was busy with the same
 * idempotency id, and sometimes what was taken already. One thread: load_turn does what is due.
 */
#ifndef FLOOR_LOAD_H
#define FLOOR_LOAD_H

#include <leadwire/leadwire.h>
#include <stdbool.h>
#include <stdio.h>

enum {
    LOAD_REPS = 20,               /* of the load of a floor */
    LOAD_REPS_APART = 6,          /* more of them, of loads in other processes */
    LOAD_REPS_PAGES = 3,          /* and more, who work in a browser; of no load */
    LOAD_CAPACITY = 4,
};
/* Leads in this language go to the reps apart, and only these. */
#define LOAD_LANGUAGE_APART "fr"
/* And in this to those of pages. */
#define LOAD_LANGUAGE_PAGES "es"

struct load_options {
    const char *run_dir;          /* of the broker */
    const char *log_path;
    uint64_t seed;
    unsigned open_target;         /* leads to keep open */
    bool steady_reps;             /* nobody logs off */
    unsigned leads_per_s;         /* at most so many new ones; 0: as fast as reps work */
    /* Of a process apart (is_apart): some of the reps apart, or none, and a publisher of leads for them, called so; NULL: no publisher.
     * What its log says was asked, and not that it was answered, it asks again. */
    bool is_apart;
    unsigned first_rep, rep_count;
    const char *publisher;
};

struct load_totals {
    unsigned published, completed, cancelled, offers, resumed_offers, declined, dialled, busy, duplicates;
    unsigned open;                /* acknowledged and not yet ended, as far as the clients know */
    unsigned unanswered;          /* publishes without their final answer */
    unsigned sessions;            /* reps who were told all since their last welcome */
    unsigned items;               /* offers and holdings of all reps, as far as they know */
};

struct load;

void load_open(const struct load_options *options, struct load **out);
void load_close(struct load **load);
/* Waits at most max_wait_ms for something to do, or until extra_fd (-1: none) can be read, and does it. */
void load_turn(struct load *load, int max_wait_ms, int extra_fd);
/* Another open_target. */
void load_want_open(struct load *load, unsigned open_target);
/* No new leads; all mails are cancelled. Over when load_is_drained. */
void load_drain(struct load *load);
bool load_is_drained(const struct load *load);
void load_totals_read(const struct load *load, struct load_totals *out);
/* For the test's own marks. */
FILE *load_log(struct load *load);
const char *load_rep_name(unsigned rep);

#endif
