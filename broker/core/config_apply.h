/* SPDX-License-Identifier: Apache-2.0
 *
 * config_apply - makes new rules true. Inside broker/core only.
 */
#ifndef CONFIG_APPLY_H
#define CONFIG_APPLY_H

#include "core.h"

struct core;

/* Makes core->config true: reps, their skills and classes; everything may match. Records of reps, not of the rules. */
void config_apply(struct core *core);
/* The part of it that restoring needs: no records, no effects. */
void config_link(struct core *core);
/* There are numbers left for its skills. */
bool config_skills_fit(const struct core *core, const struct core_config *config);
uint32_t core_skill_number(struct core *core, const char *name, size_t size);   /* NAME_NONE at the bound */

#endif
