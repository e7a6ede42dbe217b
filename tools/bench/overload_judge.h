/* SPDX-License-Identifier: Apache-2.0
 *
 * overload_judge - whether a broker that was offered three times what it can do did what it can, to the end.
 */
#ifndef OVERLOAD_JUDGE_H
#define OVERLOAD_JUDGE_H

#include "soak_judge.h"

/* What the clients noted, and the bounds of the broker. */
struct overload_logs {
    double maximum_lives_per_s;      /* without the load */
    double lives_per_s;              /* under the load, all of it */
    uint32_t leads_max;              /* that may be open */
    double answered_p50_us, offered_p50_us;   /* of accepted leads, from publishing to "accepted", and to the first offer */
    double seconds;
    uint64_t accepted, lost, doubled, unhinted, wrong;   /* lost: accepted and not completed; doubled: completed or accepted twice */
};

struct overload_verdict {
    struct soak_verdict growth;      /* of what a soak looks at: memory and descriptors must not grow, Redis' memory in long runs */
    double throughput_ratio;         /* to the maximum; 0.8 is asked */
    double p50_bound_us;             /* of the time to an offer */
    bool has_grown, is_slow, waits_long, has_lost, is_wrong, holds;
};

/* Below this Redis' memory says nothing: it goes up and down with checkpoints. From this on the mean of a third of the run, from its
 * twelfth on, is compared with that of its last third. */
enum { OVERLOAD_LONG_S = 120 };

/* A lead that is taken waits behind at most leads_max others, which go at the maximum when all is well: with half as much again for a
 * broker that is a fifth slower, and a tenth of a second for what is on its way, its offer comes within that. */
struct overload_verdict overload_judge(const struct overload_logs *logs, const struct soak_row *rows, uint32_t row_count);

#endif
