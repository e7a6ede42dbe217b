/* SPDX-License-Identifier: Apache-2.0 */
#include "when_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { AMOUNT_MAX = 1000000 };

static bool read_duration(const char *text, int64_t now_unix_ms, int sign, int64_t *unix_ms_out)
{
    static const struct { char unit; int64_t ms; } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return false;
    const long amount = strtol(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (end[0] != units[i].unit || end[1] != '\0' || amount > AMOUNT_MAX)
            continue;
        *unix_ms_out = now_unix_ms + sign * amount * units[i].ms;
        return true;
    }
    return false;
}

/* mktime carries what is out of range over to the next day: that is no moment that anybody meant. */
static bool read_local(struct tm when, int64_t *unix_ms_out)
{
    struct tm made = when;
    made.tm_isdst = -1;
    const time_t seconds = mktime(&made);
    if (seconds == (time_t)-1 || made.tm_mday != when.tm_mday || made.tm_mon != when.tm_mon || made.tm_hour != when.tm_hour || made.tm_min != when.tm_min)
        return false;
    *unix_ms_out = (int64_t)seconds * 1000;
    return true;
}

/* That time of the day on which `at` is. */
static bool read_time_of_day(time_t at, int hour, int minute, int64_t *unix_ms_out)
{
    struct tm when;
    if (localtime_r(&at, &when) == NULL)
        return false;
    when.tm_hour = hour;
    when.tm_min = minute;
    when.tm_sec = 0;
    return read_local(when, unix_ms_out);
}

static bool parse(const char *text, int64_t now_unix_ms, int sign, int64_t *unix_ms_out)
{
    int year, month, day, hour, minute, used = 0;
    const time_t now = (time_t)(now_unix_ms / 1000);
    if (read_duration(text, now_unix_ms, sign, unix_ms_out))
        return true;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d%n", &year, &month, &day, &hour, &minute, &used) == 5 && text[used] == '\0') {
        struct tm when = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute};
        return read_local(when, unix_ms_out);
    }
    used = 0;
    if (sscanf(text, "%2d:%2d%n", &hour, &minute, &used) != 2 || text[used] != '\0' || !read_time_of_day(now, hour, minute, unix_ms_out))
        return false;
    bool is_there = sign > 0 ? *unix_ms_out > now_unix_ms : *unix_ms_out <= now_unix_ms;
    return is_there || read_time_of_day(now + sign * 86400, hour, minute, unix_ms_out);
}

bool when_text_parse(const char *text, int64_t now_unix_ms, int64_t *unix_ms_out)
{
    return parse(text, now_unix_ms, 1, unix_ms_out);
}

bool when_text_parse_past(const char *text, int64_t now_unix_ms, int64_t *unix_ms_out)
{
    return parse(text, now_unix_ms, -1, unix_ms_out);
}
