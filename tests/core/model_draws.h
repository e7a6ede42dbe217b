/* SPDX-License-Identifier: Apache-2.0
 *
 * model_draws - parts of random rules for property.core_model. Threads: none.
 */
#ifndef MODEL_DRAWS_H
#define MODEL_DRAWS_H

#include "../property/seeded.h"
#include "core.h"
#include "slow_desk.h"

/* How refusals lapse, the reasons that declines may have, and how often leads are called back. */
void model_draw_refusals(struct seeded *random, struct core_config *config);
/* Who is told that nobody is there. */
void model_draw_nobody(struct seeded *random, struct core_config *config);
/* How the backlog is dealt out when the desk opens, where its teams have hours. */
void model_draw_opening(struct seeded *random, struct core_config *config);
/* Of a decline: now and then one that no rules have, or none. */
const char *model_draw_reason(struct seeded *random);

/* A lead that the session's rep may pull, of which both must have the same list; `other` if there is none, and now and then. */
struct desk_id model_draw_pullable(struct seeded *random, const struct core *core, const struct slow_desk *slow, uint64_t session, struct desk_id other);

/* What customers may have bought. */
extern const char *const model_bought[2];

#endif
