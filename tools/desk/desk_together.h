/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_together - what several rules of a file ask for when they hold for the same lead, on a desk where all that hold count
 * (rules_that_count: all), and which of them do. Internal; the broker's own is broker/core/rules_all.h. Borrows all from the rules.
 */
#ifndef DESK_TOGETHER_H
#define DESK_TOGETHER_H

#include "desk_reader.h"

enum { DESK_REQUIRE_TOGETHER_MAX = DESK_REQUIRE_MAX + 2 };   /* language and territory counted */

struct desk_together {
    Leadwire__V1__RuleConfig rule;   /* of which only what it requires, its teams and its relaxation are filled in */
    Leadwire__V1__SkillLevel *require[DESK_REQUIRE_TOGETHER_MAX];
};

void desk_together_begin(struct desk_together *together);
/* The next of them, in the order of the file. */
void desk_together_add(struct desk_together *together, const Leadwire__V1__RuleConfig *rule);

/* Whenever `by` holds, so does rule. False where that cannot be seen. */
bool desk_rule_follows(const Leadwire__V1__RuleConfig *rule, const Leadwire__V1__RuleConfig *by);
/* Both never hold for the same lead. False where that cannot be seen. */
bool desk_rules_exclude(const Leadwire__V1__RuleConfig *a, const Leadwire__V1__RuleConfig *b);

#endif
