/* SPDX-License-Identifier: Apache-2.0
 *
 * written_time - a moment as senders write it, to milliseconds since 1970.
 *
 * Reads RFC 3339 ("2026-03-04T09:30:00.250+01:00"; a blank or "t" for the T, no seconds, and no zone, which is UTC, are
 * taken), a date alone (its midnight, UTC), and a count since 1970: of seconds up to 11 digits, of milliseconds from 12 on.
 * Years 1970 to 9999. Threads: none.
 */
#ifndef WRITTEN_TIME_H
#define WRITTEN_TIME_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

/* False, with *unix_ms_out as it was: it is no moment, or one of another time. */
LW_MUST_CHECK bool written_time_read(const char *text, int64_t *unix_ms_out);

#endif
