/* SPDX-License-Identifier: Apache-2.0
 *
 * hours - working hours of teams. Inside broker/core only.
 */
#ifndef HOURS_H
#define HOURS_H

#include "core.h"
#include "timer_wheel.h"

struct core;

struct team_hours {
    const struct config_team *rules;
    uint32_t team;                         /* names */
    uint32_t index, next;                  /* the interval that is, or comes */
    bool is_open;
    struct timer_node timer;
};

/* From core->config and desk time: what is open, and when that changes. Before reps are linked. */
void hours_link(struct core *core);
/* A team without hours is always open. */
bool hours_are_open(const struct core *core, uint32_t team);
void hours_due(struct core *core, struct team_hours *hours);

#endif
