/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_books - what the judge's books say, and that a promise was broken. For sim_judge.c and judge_*.c.
 */
#ifndef JUDGE_BOOKS_H
#define JUDGE_BOOKS_H

#include "sim_judge.h"

enum { NOBODY = SIM_REPS_MAX };

/* The first that was broken stays. */
void judge_broken(struct sim_judge *judge, const char *format, ...) __attribute__((format(printf, 2, 3)));
unsigned long long judge_number(const struct judge_lead *lead);
bool judge_is_held(enum lead_state state);
bool judge_is_open(const struct judge_lead *lead);
const struct core_config *judge_rules_now(const struct sim_judge *judge);
uint32_t judge_load_of(const struct sim_judge *judge, uint32_t rep);
/* A call can ring at the rep's device, as far as was told. */
bool judge_device_rings(const struct sim_judge *judge, uint32_t rep);
/* Of all reps; the last is of leads that nobody has. */
void judge_loads(const struct sim_judge *judge, uint32_t loads[SIM_REPS_MAX + 1]);

#endif
