/* SPDX-License-Identifier: Apache-2.0
 *
 * unroutable - leads that nobody could ever take: parked at once, with their reason.
 */
#ifndef UNROUTABLE_H
#define UNROUTABLE_H

#include "core_internal.h"

/* No rep of the rules has what it asks for, or will ask for by the steps of its relaxation that are to come. */
bool lead_is_unroutable(struct core *core, const struct lead *lead);
/* A lead that waits for everybody, and nobody could ever take it: parked. */
void unroutable_park(struct core *core, struct lead *lead);
/* Under new rules: who waits for nothing is parked; what was parked so and now has somebody waits again. */
void unroutable_review(struct core *core);

#endif
