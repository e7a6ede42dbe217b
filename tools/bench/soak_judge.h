/* SPDX-License-Identifier: Apache-2.0
 *
 * soak_judge - whether what a soak looked at grew from its begin to its end.
 */
#ifndef SOAK_JUDGE_H
#define SOAK_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

/* What must not grow. */
enum soak_figure { SOAK_RSS, SOAK_DESCRIPTORS, SOAK_REDIS_MEMORY, SOAK_AOF, SOAK_P50, SOAK_FIGURES };
const char *soak_figure_name(enum soak_figure figure);

/* One row of the table: medians of its seconds. */
struct soak_row {
    double values[SOAK_FIGURES];   /* bytes, descriptors, us. SOAK_AOF: after the last rewrite */
    double aof_now_bytes, p99_us, lives_per_s, open;
};

/* The windows that are compared: from a twelfth to a quarter of the run (of 60 minutes: 5 to 15), and its last sixth (the last
 * 10). Before, what has a bound fills up to it: the ring of batches (60 s), the first rewrites of the append-only file. */
struct soak_verdict { double begin[SOAK_FIGURES], end[SOAK_FIGURES]; bool grew[SOAK_FIGURES], has_grown; };
/* Grown: the median of the end is more than soak_allowed() times that of the begin. 12 rows at least. */
struct soak_verdict soak_judge(const struct soak_row *rows, uint32_t count);
/* 1.1: what grows with time, at a rate that would matter in a week, is far above after an hour. Of a time, which other
 * processes of the machine disturb, 1.25. */
double soak_allowed(enum soak_figure figure);

#endif
