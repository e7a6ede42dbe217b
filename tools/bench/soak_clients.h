/* SPDX-License-Identifier: Apache-2.0
 *
 * soak_clients - the publisher and the reps of the soak, each a process of its own over libleadwire.
 *
 * The reps take nearly all that they are offered, and complete it. About once a second each declines an offer, lets one
 * expire, or hands a lead on to a colleague, who now and then hands it back; about twice a minute each logs off and on, loses
 * its connection for less or more than the grace, or takes a break. Calm reps do none of that.
 */
#ifndef SOAK_CLIENTS_H
#define SOAK_CLIENTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "log_histogram.h"

enum { SOAK_LEADS_MAX = 1 << 28 };   /* lead numbers that are noted */
enum { SOAK_OFFER_MS = 3000, SOAK_GRACE_MS = 3000, SOAK_BACKLOG = 1000 };

/* What the churn did, for the last line. */
struct soak_churn { _Atomic uint64_t declined, ignored, handed_on, handed_back, logged_off, crashed, breaks, refused; };

/* Shared between the processes; the bench steers, the clients count. */
struct soak_board {
    _Atomic uint32_t rate;          /* leads/s; 0: flat out */
    _Atomic uint32_t stop_publisher, stop_reps, reps_ready;
    _Atomic uint32_t backlog;       /* open leads that the publisher does not go beyond */
    uint64_t first;                 /* the number of the first lead that is published */
    _Atomic uint64_t published;     /* sent by the publisher */
    _Atomic uint64_t completed;     /* completions sent by reps: about as many as leads ended */
    _Atomic int64_t correction;     /* open leads of the desk = published - completed + correction, as last looked at */
    _Atomic uint64_t wrong;         /* leads that came to a rep without the skill, or were not accepted from the publisher */
    bool is_calm;                   /* of the reps */
    uint8_t *ended;                 /* by lead number: how often reps completed it, up to 255; NULL: not noted */
    struct soak_churn churn;
    struct log_histogram offered_us;   /* from publishing a lead to its first offer; the reps' process writes */
    char publish[160], reps[160];      /* addresses */
};

/* The number in a lead's id; SOAK_LEADS_MAX: none, or a larger one. */
uint64_t soak_lead_number(const char *lead_id);

/* For bench_fork: argument is the board. */
int soak_publisher(void *board);
int soak_reps(void *board);

#endif
