/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_forms - the desk's rules by forms: reps with their skills, teams, the names of skills.
 *
 *   GET  /api/v1/ops/forms  -> {"version", "applied_unix_ms", "by", "may", "reps": [...], "teams": [...], "skills": [...]}, rows of rules_form.h
 *   POST /api/v1/ops/forms  {"act", "name", "set", "reason", "based_on", "check"}
 *                           -> {"outcome", "reason", "changes": [...], "problems": [{"field", "text"}], "warnings", "version"}
 *
 * `act` is change_, add_ or remove_ with rep, team or skill (teams are changed only), or go_back to "version". The gateway does it to the
 * text of the rules (rules_edit.h) and sends them as ops_rules.h does, with the same author, reason, version and answers. `check` changes nothing and tells
 * `changes`: {"of", "name", "field", "key", "before", "after"} each.
 *
 * For managers too, who may not send whole rules: so they go back only where nothing but what has forms is different. Who has a team gets
 * and changes that team and its reps, but not what the desk gives them: shares and caps. Threads: one owner, that of the event base.
 */
#ifndef OPS_FORMS_H
#define OPS_FORMS_H

#include "ops_rules.h"

/* Answer the call, now or later. */
void ops_forms_tell(struct ops_rules *rules, const struct request *request);
void ops_forms_take(struct ops_rules *rules, const struct request *request);

#endif
