/* SPDX-License-Identifier: Apache-2.0
 *
 * local_day - the day that a moment is in, by the time zone of the process (TZ). Threads: any.
 */
#ifndef LOCAL_DAY_H
#define LOCAL_DAY_H

#include <stdint.h>

/* The midnight at or before that moment, and the next one: most days 24 hours later, and 23 or 25 when clocks are put on or back. */
void local_day_of(int64_t unix_ms, int64_t *begin_ms_out, int64_t *end_ms_out);

#endif
