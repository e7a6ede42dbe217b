/* SPDX-License-Identifier: Apache-2.0
 *
 * day - a rep's day, as the broker tells it, in the form of include/leadwire. Threads: none.
 */
#ifndef DAY_H
#define DAY_H

#include <leadwire/rep.h>

#include "arena.h"
#include "wire.h"

/* In the arena, and borrowing reply's texts. NULL at the arena's cap. */
const struct lw_day *day_of(const Leadwire__V1__DayReply *reply, struct arena *arena);

#endif
