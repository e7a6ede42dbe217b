/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_times - how long something took, of many: counts in buckets of a sixteenth of an octave, from a millisecond to twelve days, so that
 * a percentile is at most 5 % off. Threads: one owner.
 */
#ifndef OPS_TIMES_H
#define OPS_TIMES_H

#include <stdint.h>

enum { OPS_TIMES_PER_OCTAVE = 16, OPS_TIMES_BUCKETS = 30 * OPS_TIMES_PER_OCTAVE };

struct ops_times { uint32_t counts[OPS_TIMES_BUCKETS], count; };

void ops_times_add(struct ops_times *times, int64_t took_ms);   /* negative: 0 */
/* The time that `percent` of them did not take longer than; 0 when there are none. */
int64_t ops_times_percentile(const struct ops_times *times, uint32_t percent);

#endif
