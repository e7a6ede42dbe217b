/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_hours.h"

#include <string.h>

#include <unicode/ucal.h>
#include <unicode/ustring.h>

enum { ZONE_SIZE_MAX = 64 };

/* Gregorian in every locale; NULL for a zone that ICU does not know. */
static UCalendar *open_calendar(const char *time_zone)
{
    UChar zone[ZONE_SIZE_MAX + 1], known[ZONE_SIZE_MAX + 1];
    UErrorCode status = U_ZERO_ERROR;
    UBool is_system = 0;
    if (strlen(time_zone) > ZONE_SIZE_MAX)
        return NULL;
    u_uastrcpy(zone, time_zone);
    ucal_getCanonicalTimeZoneID(zone, -1, known, ZONE_SIZE_MAX, &is_system, &status);
    if (U_FAILURE(status) || !is_system)
        return NULL;
    UCalendar *calendar = ucal_open(zone, -1, "en_US", UCAL_GREGORIAN, &status);
    return U_SUCCESS(status) ? calendar : NULL;
}

bool desk_time_zone_exists(const char *name)
{
    UCalendar *calendar = open_calendar(name);
    ucal_close(calendar);
    return calendar != NULL;
}

bool desk_date_exists(struct desk_date date)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (date.year % 4 == 0 && date.year % 100 != 0) || date.year % 400 == 0;
    return date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= days[date.month - 1] + (date.month == 2 && leap);
}

static struct desk_date date_of(const UCalendar *calendar, UErrorCode *status)
{
    return (struct desk_date){.year = (int16_t)ucal_get(calendar, UCAL_YEAR, status),
                              .month = (uint8_t)(ucal_get(calendar, UCAL_MONTH, status) + 1),
                              .day = (uint8_t)ucal_get(calendar, UCAL_DATE, status)};
}

static bool is_holiday(const struct desk_week *week, struct desk_date date)
{
    for (size_t i = 0; i < week->holiday_count; i++) {
        const struct desk_date *holiday = &week->holidays[i];
        if (holiday->year == date.year && holiday->month == date.month && holiday->day == date.day)
            return true;
    }
    return false;
}

/* Minute 1440 is midnight of the next day; a time that the clock skips is as long after midnight as it says. */
static int64_t moment(UCalendar *calendar, struct desk_date date, uint16_t minute, UErrorCode *status)
{
    ucal_setDateTime(calendar, date.year, date.month - 1, date.day + minute / 1440, minute % 1440 / 60, minute % 60, 0, status);
    ucal_set(calendar, UCAL_MILLISECOND, 0);
    return (int64_t)ucal_getMillis(calendar, status);
}

static lw_status add_interval(struct desk_interval *out, size_t max, size_t *count, int64_t open_ms, int64_t close_ms)
{
    if (open_ms >= close_ms)   /* swallowed by a clock change */
        return LW_OK;
    if (*count > 0 && open_ms <= out[*count - 1].close_ms) {
        out[*count - 1].close_ms = close_ms;
        return LW_OK;
    }
    if (*count == max)
        return LW_FULL;
    out[(*count)++] = (struct desk_interval){open_ms, close_ms};
    return LW_OK;
}

static lw_status add_day(const struct desk_week *week, UCalendar *calendar, struct desk_date date, struct desk_interval *out, size_t max,
                         size_t *count, UErrorCode *status)
{
    const size_t day = (size_t)(ucal_get(calendar, UCAL_DAY_OF_WEEK, status) + 5) % 7;   /* ICU: Sunday is 1 */
    lw_status added = LW_OK;
    for (size_t i = 0; i < week->counts[day] && added == LW_OK && !is_holiday(week, date); i++) {
        const struct desk_span *span = &week->days[day][i];
        const int64_t open_ms = moment(calendar, date, span->from_min, status), close_ms = moment(calendar, date, span->to_min, status);
        added = add_interval(out, max, count, open_ms, close_ms);
    }
    return added;
}

lw_status desk_hours_compile(const struct desk_week *week, int64_t from_ms, struct desk_interval *out, size_t max, size_t *count_out)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *calendar = open_calendar(week->time_zone);
    if (calendar == NULL)
        return LW_INVALID;
    *count_out = 0;
    ucal_setMillis(calendar, (UDate)from_ms, &status);
    struct desk_date date = date_of(calendar, &status);
    lw_status added = LW_OK;
    for (int day = 0; day < DESK_HOURS_DAYS && added == LW_OK && U_SUCCESS(status); day++) {
        (void)moment(calendar, date, 12 * 60, &status);
        added = add_day(week, calendar, date, out, max, count_out, &status);
        (void)moment(calendar, date, 12 * 60, &status);
        ucal_add(calendar, UCAL_DATE, 1, &status);
        date = date_of(calendar, &status);
    }
    ucal_close(calendar);
    return U_FAILURE(status) ? LW_INVALID : added;
}

lw_status desk_days_compile(const char *time_zone, int64_t from_ms, struct desk_interval *out, size_t max, size_t *count_out)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *calendar = open_calendar(time_zone);
    if (calendar == NULL)
        return LW_INVALID;
    ucal_setMillis(calendar, (UDate)from_ms, &status);
    struct desk_date date = date_of(calendar, &status);
    size_t count = 0;
    for (; count < DESK_HOURS_DAYS && count < max && U_SUCCESS(status); count++) {
        const int64_t begin_ms = moment(calendar, date, 0, &status), end_ms = moment(calendar, date, 1440, &status);
        out[count] = (struct desk_interval){begin_ms, end_ms};
        (void)moment(calendar, date, 12 * 60, &status);
        ucal_add(calendar, UCAL_DATE, 1, &status);
        date = date_of(calendar, &status);
    }
    ucal_close(calendar);
    *count_out = count;
    return U_FAILURE(status) ? LW_INVALID : count < DESK_HOURS_DAYS ? LW_FULL : LW_OK;
}
