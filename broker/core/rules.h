/* SPDX-License-Identifier: Apache-2.0
 *
 * rules - which rule a new lead meets. Inside broker/core only.
 */
#ifndef RULES_H
#define RULES_H

#include "core.h"

struct core;

/* What a rule's first question must be answered with: the hash of a value; field NAME_NONE: no such gate. name: the rule's. */
struct rule_gate { uint32_t field, hash, name; };

/* Prepares what rules_find needs of core->config: field numbers and gates. */
void rules_link(struct core *core);
/* The first rule whose predicates hold; NULL if none does. */
const struct config_rule *rules_find(const struct core *core, const struct core_command *publish);
/* What a lead of this rule is worth: 1 to CONFIG_VALUE_MAX. */
uint32_t rules_value(const struct config_rule *rule, const struct core_command *publish);

/* NULL: the rules in force have none of this name. */
const struct config_rule *rules_by_name(const struct core *core, uint32_t name);

#endif
