/* SPDX-License-Identifier: Apache-2.0 */
#include "wall_clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static struct timespec read_clock(clockid_t clock);

int64_t wall_clock_unix_ms(void)
{
    struct timespec now = read_clock(CLOCK_REALTIME);

    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t wall_clock_monotonic_ms(void)
{
    return wall_clock_monotonic_us() / 1000;
}

uint64_t wall_clock_monotonic_us(void)
{
    struct timespec now = read_clock(CLOCK_MONOTONIC);

    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t wall_clock_thread_cpu_us(void)
{
    struct timespec now = read_clock(CLOCK_THREAD_CPUTIME_ID);

    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void random_bytes(void *bytes, size_t size)
{
    unsigned char *at = bytes;

    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno != EINTR)
            abort();
        if (got > 0) {
            at += got;
            size -= (size_t)got;
        }
    }
}

void wall_clock_format(int64_t unix_ms, char text[25])
{
    /* The years that four digits hold; what lies outside is shown as the nearest of them. */
    static const int64_t first_ms = INT64_C(-62167219200000), last_ms = INT64_C(253402300799999);
    int64_t shown_ms = unix_ms < first_ms ? first_ms : unix_ms > last_ms ? last_ms : unix_ms;
    int64_t ms = ((shown_ms % 1000) + 1000) % 1000;
    time_t seconds = (time_t)((shown_ms - ms) / 1000);
    struct tm utc;

    if (!gmtime_r(&seconds, &utc))
        abort();
    /* The remainders change nothing: they tell the compiler that 25 bytes are enough. */
    snprintf(text, 25, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)(utc.tm_year + 1900) % 10000,
             (unsigned)(utc.tm_mon + 1) % 100, (unsigned)utc.tm_mday % 100, (unsigned)utc.tm_hour % 100,
             (unsigned)utc.tm_min % 100, (unsigned)utc.tm_sec % 100, (unsigned)ms % 1000);
}

static struct timespec read_clock(clockid_t clock)
{
    struct timespec now;

    if (clock_gettime(clock, &now) != 0)
        abort();
    return now;
}
