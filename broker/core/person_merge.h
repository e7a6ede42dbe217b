/* SPDX-License-Identifier: Apache-2.0
 *
 * person_merge - the contacts and keys of one lead come to another, and leave it again. Inside broker/core only.
 */
#ifndef PERSON_MERGE_H
#define PERSON_MERGE_H

#include "people.h"

struct lead_join;

/* Whether a lead with all contacts of both would be one. */
bool person_merge_fits(const struct lead *lead, const struct lead *into);
/* And makes it so: the payload of `lead` and its contacts are contacts of `into` too. */
void person_merge(struct core *core, const struct lead *lead, struct lead *into);
/* What `lead` brought to `into` leaves that, and the keys that nothing else there has. Gives how urgent and how old that
 * makes it. */
struct lead_join person_part(struct core *core, const struct lead *lead, struct lead *into);

#endif
