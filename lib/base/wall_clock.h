/* SPDX-License-Identifier: Apache-2.0
 *
 * wall_clock - the only place of our processes that reads clocks and randomness.
 */
#ifndef WALL_CLOCK_H
#define WALL_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t wall_clock_unix_ms(void);          /* CLOCK_REALTIME; may jump */
uint64_t wall_clock_monotonic_ms(void);    /* CLOCK_MONOTONIC */
uint64_t wall_clock_monotonic_us(void);
/* CPU time that this thread has used. */
uint64_t wall_clock_thread_cpu_us(void);
/* Fills with bytes of the kernel's generator; aborts when there is none. */
void random_bytes(void *bytes, size_t size);
/* "2026-01-31T10:15:30.123Z" to text[25]. Times outside the years 0 to 9999 are shown as the nearest inside. */
void wall_clock_format(int64_t unix_ms, char text[25]);

#endif
