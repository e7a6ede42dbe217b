/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_seen - ids of publications: none that is young is forgotten, and for want of room nobody is told busy while there is some.
 */
#ifndef JUDGE_SEEN_H
#define JUDGE_SEEN_H

#include "sim_judge.h"

/* Whoever repeats it now must be told what it was told; later its id may be forgotten. */
bool judge_is_id_kept(const struct judge_publication *publication, uint64_t now_ms);
/* An answer to a publisher or a rep, before anything else of it is written down. */
void judge_take_seen(struct sim_judge *judge, const struct sim_batch *batch, const struct core_effect *reply);

#endif
