/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_hours - a week of working hours in a time zone -> intervals of unix time.
 *
 * The broker's core knows no calendar: what is open when is computed here, by ICU, for
 * DESK_HOURS_DAYS days from a given moment on. Threads: one owner.
 */
#ifndef DESK_HOURS_H
#define DESK_HOURS_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DESK_HOURS_PAST_DAYS = 31, DESK_HOURS_AHEAD_DAYS = 400, DESK_HOURS_DAYS = DESK_HOURS_PAST_DAYS + DESK_HOURS_AHEAD_DAYS, DESK_HOURS_OF_DAY_MAX = 4, DESK_HOLIDAYS_MAX = 512 };

struct desk_span { uint16_t from_min, to_min; };   /* of a day: 0 to 1440 */
struct desk_date { int16_t year; uint8_t month, day; };   /* month 1-12 */

struct desk_week {
    const char *time_zone;                                  /* Europe/Rome */
    struct desk_span days[7][DESK_HOURS_OF_DAY_MAX];         /* from Monday; in order, apart */
    size_t counts[7];
    const struct desk_date *holidays;
    size_t holiday_count;
};

struct desk_interval { int64_t open_ms, close_ms; };

bool desk_time_zone_exists(const char *name);
bool desk_date_exists(struct desk_date date);
/* Gives at most max intervals, in order, those that touch as one; from the day of from_ms on.
 * Errors: LW_INVALID (time zone), LW_FULL (max). */
LW_MUST_CHECK lw_status desk_hours_compile(const struct desk_week *week, int64_t from_ms, struct desk_interval *out, size_t max, size_t *count_out);

/* The days of the zone, from that of from_ms on: as many as desk_hours_compile covers, at most max. Errors: as there. */
LW_MUST_CHECK lw_status desk_days_compile(const char *time_zone, int64_t from_ms, struct desk_interval *out, size_t max, size_t *count_out);

#endif
