/* SPDX-License-Identifier: Apache-2.0
 *
 * model_explain - what the core says of its decisions against what the slow desk noted when it made them: each
 * candidate's first excluding rule, their order, the choice, the version of the rules. At once and again later.
 * Threads: one owner.
 */
#ifndef MODEL_EXPLAIN_H
#define MODEL_EXPLAIN_H

#include "core.h"
#include "slow_desk.h"

enum { NOTED_DECISIONS = 64 };

struct model_explain {
    struct slow_decision noted[NOTED_DECISIONS];   /* ring */
    uint64_t next, steps;
    uint64_t compared, incomplete;                 /* so far */
};

/* After a step of both. Aborts with words when they differ. */
void model_explain_step(struct model_explain *model, struct core *core, const struct slow_desk *slow);

#endif
