/* SPDX-License-Identifier: Apache-2.0
 *
 * slow_desk - what the core must do, written to be obvious instead of fast.
 *
 * Plain arrays, linear scans, everything derived anew each time: who may take
 * what is asked pair by pair, deadlines are found by looking at all of them. It
 * shares no code with the core, only its commands, effects and configuration.
 *
 * It gives the same effects in the same order, but for: revision, reasons
 * and `why` texts. Due deadlines are all handled in one step.
 * Threads: one owner.
 */
#ifndef SLOW_DESK_H
#define SLOW_DESK_H

#include "core.h"

enum { SLOW_CANDIDATES_MAX = 16, SLOW_NAME_MAX = 32 };

/* What the desk was when it gave a lead away. */
struct slow_decision {
    struct desk_id lead;
    uint64_t at_ms;
    uint32_t offer_number, config_version, count;
    char chosen[SLOW_NAME_MAX], policy[SLOW_NAME_MAX];
    struct {
        char rep[SLOW_NAME_MAX];
        const char *excluded_by;    /* "": could have it */
        uint32_t rank;              /* 1 is the first; 0: excluded */
    } candidates[SLOW_CANDIDATES_MAX];
};

struct slow_desk;

/* Ids are made under this epoch. Leads above leads_max: BUSY. */
struct slow_desk *slow_desk_new(uint64_t epoch, const struct core_limits *limits,
                                void (*effect)(void *context, const struct core_effect *effect), void *context);
void slow_desk_free(struct slow_desk *desk);
/* Borrows the configuration of COMMAND_CONFIGURE for good. */
void slow_desk_step(struct slow_desk *desk, const struct core_command *command, uint64_t now_ms);
/* UINT64_MAX: none. Exact. */
uint64_t slow_desk_next_deadline_ms(const struct slow_desk *desk);
/* Open leads by number, as EFFECT_LEAD_EVENT. */
void slow_desk_leads_visit(const struct slow_desk *desk, void (*visit)(void *context, const struct core_effect *row), void *context);
/* What the session's rep may take from the shared list, in its order; gives how many. */
uint32_t slow_desk_pull_list(const struct slow_desk *desk, uint64_t session, struct desk_id out[CORE_PULL_LIST_MAX]);
/* Those of the last step, in their order; borrowed until the next. */
uint32_t slow_desk_decisions(const struct slow_desk *desk, const struct slow_decision **out);

#endif
