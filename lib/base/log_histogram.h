/* SPDX-License-Identifier: Apache-2.0
 *
 * log_histogram - counts of values by size, to 1/16 of the value: 16 steps for each power of two.
 *
 * Without allocation: it may lie in memory that processes share, where one writes and others read figures of about now.
 */
#ifndef LOG_HISTOGRAM_H
#define LOG_HISTOGRAM_H

#include <stdint.h>

enum { LOG_HISTOGRAM_STEPS_LOG2 = 4, LOG_HISTOGRAM_BITS = 40,
       LOG_HISTOGRAM_CELLS = (LOG_HISTOGRAM_BITS - LOG_HISTOGRAM_STEPS_LOG2 + 1) << LOG_HISTOGRAM_STEPS_LOG2 };

/* All zero is empty. */
struct log_histogram { uint64_t count, max, cells[LOG_HISTOGRAM_CELLS]; };

/* What is 2^40 or more counts as the largest below. */
void log_histogram_add(struct log_histogram *histogram, uint64_t value);
/* The value that this share (0 to 1) of all does not exceed, rounded up to its step, but not above the largest. 0 when empty. */
uint64_t log_histogram_at(const struct log_histogram *histogram, double share);
/* What came to `now` after `before` was copied from it. Its max is that of its highest step. */
void log_histogram_since(const struct log_histogram *now, const struct log_histogram *before, struct log_histogram *out);

#endif
