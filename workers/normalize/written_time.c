/* SPDX-License-Identifier: Apache-2.0 */
#include "written_time.h"

#include <stddef.h>
#include <string.h>

enum { SECONDS_DIGITS_MAX = 11, COUNT_DIGITS_MAX = 15, DAY_MS = 86400000, HOUR_MS = 3600000, MINUTE_MS = 60000 };

static const int64_t end_unix_ms = INT64_C(253402300800000);   /* year 10000 */

/* Exactly so many digits; moves *at behind them. */
static bool read_digits(const char **at, int count, int *out)
{
    *out = 0;
    for (; count > 0; count--, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool skip(const char **at, const char *any_of)
{
    if (!**at || !strchr(any_of, **at))
        return false;
    (*at)++;
    return true;
}

static bool read_count(const char *text, size_t digits, int64_t *out)
{
    int64_t value = 0;
    if (digits > COUNT_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (text[i] - '0');
    *out = digits <= SECONDS_DIGITS_MAX ? value * 1000 : value;
    return true;
}

static bool read_date(const char **at, int64_t *out)
{
    static const int length[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}, before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int year, month, day;
    if (!read_digits(at, 4, &year) || !skip(at, "-") || !read_digits(at, 2, &month) || !skip(at, "-") || !read_digits(at, 2, &day))
        return false;
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > length[month - 1] || (month == 2 && day == 29 && !is_leap))
        return false;
    const int years = year - 1;
    const int64_t leap_days = years / 4 - years / 100 + years / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400);
    *out = ((year - 1970) * INT64_C(365) + leap_days + before[month - 1] + (month > 2 && is_leap) + day - 1) * DAY_MS;
    return true;
}

static bool read_clock(const char **at, int64_t *out)
{
    int hour, minute, second = 0, scale = 100;
    int64_t parts_ms = 0;
    if (!read_digits(at, 2, &hour) || !skip(at, ":") || !read_digits(at, 2, &minute) || (skip(at, ":") && !read_digits(at, 2, &second)))
        return false;
    if (skip(at, ".,"))
        for (; **at >= '0' && **at <= '9'; (*at)++, scale /= 10)
            parts_ms += (**at - '0') * scale;
    *out = hour * (int64_t)HOUR_MS + minute * (int64_t)MINUTE_MS + second * INT64_C(1000) + parts_ms;
    return hour < 24 && minute < 60 && second <= 60;
}

static bool read_zone(const char **at, int64_t *out)
{
    int hour, minute = 0;
    *out = 0;
    skip(at, " ");
    if (!**at || skip(at, "Zz"))
        return true;
    const int64_t sign = **at == '-' ? -1 : 1;
    if (!skip(at, "+-") || !read_digits(at, 2, &hour) || ((skip(at, ":") || **at) && !read_digits(at, 2, &minute)))
        return false;
    *out = sign * (hour * (int64_t)HOUR_MS + minute * (int64_t)MINUTE_MS);
    return hour < 24 && minute < 60;
}

bool written_time_read(const char *text, int64_t *unix_ms_out)
{
    const size_t digits = strspn(text, "0123456789");
    int64_t date_ms = 0, clock_ms = 0, zone_ms = 0;
    const char *at = text;
    if (digits > 0 && !text[digits]) {
        if (!read_count(text, digits, &date_ms))
            return false;
        at += digits;
    } else if (!read_date(&at, &date_ms) || (skip(&at, "Tt ") && (!read_clock(&at, &clock_ms) || !read_zone(&at, &zone_ms)))) {
        return false;
    }
    const int64_t moment = date_ms + clock_ms - zone_ms;
    if (*at || moment < 0 || moment >= end_unix_ms)
        return false;
    *unix_ms_out = moment;
    return true;
}
