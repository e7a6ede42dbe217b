/* SPDX-License-Identifier: Apache-2.0
 *
 * stops - people who wanted to hear no more, when, and in which words: known when they come again, until they agree. Inside broker/core only.
 *
 * By key of the person (people.h), where the rules keep stops: of core_limits.people_max keys those that spoke last, without
 * an end in time. Each word is a record of its own in the journal, ahead of those of the lead that brought it.
 */
#ifndef STOPS_H
#define STOPS_H

#include "known.h"

#define STOPS_REASON "the person wants to hear no more"

/* The last stop that counts of who publishes this; NULL: none, or they agree to be called, and stopped before that. */
const struct known_key *stops_counts(const struct core *core, const struct core_command *publish, const struct person *person);
/* A publish says stop, or that its person agrees: kept, where the rules keep stops. */
void stops_take(struct core *core, const struct core_command *publish, const struct person *person);
/* A rep says it of a lead's person. words: the disposition's. */
void stops_take_lead(struct core *core, const struct lead *lead, struct core_text words);
/* The publish of somebody who is stopped, as it is to be kept: its payload says so, and a desk that parks such leads takes it for
 * a stop. Borrows the publish; good until the next one. */
void stops_carry(struct core *core, const struct core_command *publish, const struct known_key *stop, struct core_command *out);
/* Whom the lead is about, as far as that is recognised, is stopped. */
bool stops_lead(const struct core *core, const struct lead *lead);
/* One word of the journal or a checkpoint; see seen.h. */
struct seen_image;
void stops_fill(const struct known_key *stop, bool in_checkpoint, struct seen_image *image);
void stops_restore(struct core *core, const struct seen_image *image);

#endif
