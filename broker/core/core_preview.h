/* SPDX-License-Identifier: Apache-2.0
 *
 * core_preview - what would become of a lead if it were published now: which rule takes it, what it would ask for, who
 * could have it. Decided by the same functions as a publish; nothing is taken, and no record is made.
 */
#ifndef CORE_PREVIEW_H
#define CORE_PREVIEW_H

#include "core_explain.h"

/* publish: as core_step would be given it; payload, idempotency id and time are not looked at. all_present: as if every
 * rep of the rules were there, with nothing to do. Calls visitor->lead once (waiting_because: what else there is to say), then
 * decision, which nobody made, and its candidates. False: it would not be taken, *why_not says why. */
bool core_preview(struct core *core, const struct core_command *publish, bool all_present, const struct core_explain_visitor *visitor,
                  const char **why_not);

#endif
