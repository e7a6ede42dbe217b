/* SPDX-License-Identifier: Apache-2.0
 *
 * rules - which rule a new lead meets. Inside broker/core only.
 */
#ifndef RULES_H
#define RULES_H

#include "core.h"
#include "index_table.h"
#include "pattern.h"

struct core;

enum { GATE_FIELDS_MAX = 8 };

/* What a rule's first question must be answered with: the hash of a value of one of the index's fields, by place; field
 * GATE_NONE: no such gate. */
struct rule_gate {
    uint32_t field, hash;
    uint32_t next;                         /* rule with the same gate; RULE_NONE */
    uint32_t name;                         /* the rule's */
};

/* Which rules may be the first that holds, without looking at the others. */
struct rules_index {
    struct rule_gate *gates;               /* by rule */
    struct index_table first;              /* by hash of field and value: rules that are the first with their gate */
    uint32_t open_first;                   /* the first rule without a gate; RULE_NONE */
    uint32_t field_count;
    const char *fields[GATE_FIELDS_MAX];   /* names: the rules' own texts */
    struct pattern_work *work;             /* NULL: no rule has a pattern */
    struct config_rule together;           /* what all that held last ask for, on a desk where all count */
    uint32_t *held, held_count;            /* rules that held last: one, or all */
};

void rules_index_fini(struct rules_index *index);
/* Prepares what rules_find needs of core->config. */
void rules_link(struct core *core);
/* The first rule whose predicates hold, or all of them as one that is good until the next call; NULL if none does. A pattern that took too many steps does not hold, and is noted: patterns_note. */
const struct config_rule *rules_find(struct core *core, const struct core_command *publish);
/* What a lead of this rule is worth: 1 to CONFIG_VALUE_MAX. */
uint32_t rules_value(const struct config_rule *rule, const struct core_command *publish);

/* Patterns that took too many steps, since the core began, and the last rule that had one. */
struct patterns_note { uint64_t given_up; uint32_t rule; };   /* rule: names; only when given_up > 0 */

/* NULL: the rules in force have none of this name. */
const struct config_rule *rules_by_name(const struct core *core, uint32_t name);

#endif
