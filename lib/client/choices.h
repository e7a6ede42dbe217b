/* SPDX-License-Identifier: Apache-2.0
 *
 * choices - what a rep may choose from, as the broker tells it, in the form of include/leadwire.
 *
 * Threads: none.
 */
#ifndef CHOICES_H
#define CHOICES_H

#include <leadwire/rep.h>

#include "arena.h"
#include "wire.h"

/* In the arena, and borrowing reply's texts. NULL at the arena's cap, or where the desk has no rules yet. */
const struct lw_choices *choices_of(const Leadwire__V1__ConfigReply *reply, struct arena *arena);

#endif
