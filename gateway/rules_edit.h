/* SPDX-License-Identifier: Apache-2.0
 *
 * rules_edit - what a form says, done to the text of a desk's rules: nothing else in it changes, comments stay.
 *
 * What is set is {field: value} (rules_form.h), only of fields that change. null and "" take a value away; of levels, hours and lists only the
 * members that change are said: {"skills": {"solar": 5, "heatpump": null}}, {"holidays": {"2026-12-25": true}}.
 *
 * Whether the rules make sense afterwards is judged by who reads them. Errors: LW_NOT_FOUND (there is none of this name), LW_DUPLICATE (to be
 * added, and there already), LW_INVALID (a field or value of the wrong form, or a text that cannot be changed so without touching more), LW_TOO_LARGE,
 * LW_NO_MEMORY. On failure nothing is given. Threads: any; no state.
 */
#ifndef RULES_EDIT_H
#define RULES_EDIT_H

#include <leadwire/status.h>

#include "rules_form.h"

enum rule_act { RULE_CHANGE, RULE_ADD, RULE_REMOVE };

/* *text_out: of malloc. set may be NULL. field_out, may be NULL: the field that is wrong after LW_INVALID, borrowed from set; "" if it is none of them. */
LW_MUST_CHECK lw_status rules_edit(const char *text, enum rule_of of, const char *name, enum rule_act act, const json_t *set, char **text_out, const char **field_out);

#endif
