/* SPDX-License-Identifier: Apache-2.0
 *
 * rules_all - what several rules that hold ask for together, on a desk where all of them count. Inside broker/core only.
 *
 * In their order. Of what a lead has one of, the later word stands: queue, priority (not 0), value, teams, language,
 * territory, relaxation, first touch, owner. Skills add up, required and preferred; of one skill the higher level stands. What would be
 * more than a rule may ask for is left out, so that a lead is never refused for it.
 *
 * The name is that of the rule whose relaxation stands, or, without any, of the last that holds: steps of a relaxation are
 * looked up by it.
 */
#ifndef RULES_ALL_H
#define RULES_ALL_H

#include "core_config.h"

/* together: a copy of the first rule that held, to which others were added. It borrows all their texts. */
void rules_add(const struct core_config *config, struct config_rule *together, const struct config_rule *rule);

#endif
