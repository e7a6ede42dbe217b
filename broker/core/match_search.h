/* SPDX-License-Identifier: Apache-2.0
 *
 * match_search - who and what fits best, for the files that match. Inside broker/core only.
 */
#ifndef MATCH_SEARCH_H
#define MATCH_SEARCH_H

#include "core_internal.h"

/* The best for this lead by its queue's policy; NULL. *able_out: ready reps with the skills, whether or not the lead excludes them. */
struct rep *match_best_rep(const struct core *core, const struct lead *lead, uint32_t *able_out);
/* The most urgent that this rep could take, but for queues that rank pairs; NULL. */
struct lead *match_best_lead(const struct core *core, const struct rep *rep);
/* Of a class, in its order; NULL. */
struct lead *match_first_not_excluding(const struct core *core, const struct demand_class *demand, const struct rep *rep);
/* The at-th noted rep can take nothing more. */
void match_forget_rep(struct core *core, uint32_t at);

#endif
