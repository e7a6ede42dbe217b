/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_urgency - which of two waiting leads goes first, said as plainly as can be: for the judge, and for the slow desk that
 * the core is compared with. Shares no code with the core, only the rules. Threads: none.
 */
#ifndef JUDGE_URGENCY_H
#define JUDGE_URGENCY_H

#include "core_config.h"

struct waiting_lead {
    const char *queue;
    uint32_t priority, value;
    uint64_t received_ms;
    uint64_t from_ms;         /* from when its waiting counts */
    uint64_t number;
    int ahead;                /* at the opening of the desk: 2 a caller, 1 what is dealt out first, 0 the rest */
};

bool judge_goes_before(const struct core_config *rules, uint64_t now_ms, const struct waiting_lead *a, const struct waiting_lead *b);
/* What a lead of this rule is worth, whose field has this text; NULL: it has none. */
uint32_t judge_value(const struct config_rule *rule, const char *text);

#endif
