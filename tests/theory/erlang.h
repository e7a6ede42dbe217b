/* SPDX-License-Identifier: Apache-2.0
 *
 * erlang - what queueing theory says, by recurrence. Nothing here knows the
 * simulator. Times are in units of the mean handling time; a is the offered
 * load in erlang, c the number of servers.
 */
#ifndef ERLANG_H
#define ERLANG_H

#include <stdint.h>

struct queue_theory { double blocked, waited, abandoned, wait, within, occupancy; };

/* M/M/c/c: nobody waits. */
double erlang_b(double a, uint32_t c);
/* M/M/c, a < c. within: P(wait <= t). */
struct queue_theory erlang_c(double a, uint32_t c, double t);
/* M/M/c + M: patience of mean 1 / theta. within: answered, after at most t. */
struct queue_theory erlang_a(double a, uint32_t c, double theta, double t);
/* M/M/c/k: at most k in the system. `within` and `waited` are of those who are admitted. */
struct queue_theory erlang_limited(double a, uint32_t c, uint32_t k, double t);
/* `pools` separate M/M/c with a each, and at most k in all of them together. By the product form: each alone is a
 * reversible birth and death process, so cutting the joint states leaves their proportions as they were. */
struct queue_theory erlang_pools(uint32_t pools, double a, uint32_t c, uint32_t k, double t);

#endif
