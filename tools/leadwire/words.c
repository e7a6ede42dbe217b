/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "desk_id.h"

const char *words_duration(uint64_t ms, char text[WORDS_SIZE])
{
    const uint64_t s = ms / 1000;
    if (ms < 1000)
        snprintf(text, WORDS_SIZE, "%" PRIu64 " ms", ms);
    else if (s < 60)
        snprintf(text, WORDS_SIZE, "%" PRIu64 " s", s);
    else if (s < 3600)
        snprintf(text, WORDS_SIZE, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(text, WORDS_SIZE, "%" PRIu64 " h %" PRIu64 " min", s / 3600, s % 3600 / 60);
    else
        snprintf(text, WORDS_SIZE, "%" PRIu64 " d %" PRIu64 " h", s / 86400, s % 86400 / 3600);
    return text;
}

const char *words_size(uint64_t bytes, char text[WORDS_SIZE])
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    if (bytes < 1024) {
        snprintf(text, WORDS_SIZE, "%" PRIu64 " B", bytes);
        return text;
    }
    size_t unit = 0;
    uint64_t tenths = bytes * 10 / 1024;
    if (bytes > UINT64_MAX / 10)
        tenths = bytes / 1024 * 10;
    while (tenths >= 10240 && unit + 1 < sizeof units / sizeof units[0]) {
        tenths /= 1024;
        unit++;
    }
    snprintf(text, WORDS_SIZE, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, units[unit]);
    return text;
}

const char *words_epoch(uint64_t epoch, char text[WORDS_SIZE])
{
    char id[DESK_ID_TEXT_MAX];
    desk_id_format((struct desk_id){.epoch = epoch}, id);
    snprintf(text, WORDS_SIZE, "%.*s", (int)strcspn(id, "-"), id);
    return text;
}

const char *words_clock(int64_t unix_ms, char text[WORDS_SIZE])
{
    const time_t seconds = (time_t)(unix_ms / 1000);
    struct tm local;
    if (localtime_r(&seconds, &local) == NULL || strftime(text, WORDS_SIZE, "%H:%M:%S", &local) == 0)
        snprintf(text, WORDS_SIZE, "--:--:--");
    return text;
}

const char *words_moment(int64_t unix_ms, char text[WORDS_SIZE])
{
    const time_t seconds = (time_t)(unix_ms / 1000);
    struct tm local;
    if (localtime_r(&seconds, &local) == NULL || strftime(text, WORDS_SIZE, "%Y-%m-%d %H:%M", &local) == 0)
        snprintf(text, WORDS_SIZE, "?");
    return text;
}

const char *words_levels(Leadwire__V1__SkillLevel *const *levels, size_t count, char *text, size_t size)
{
    size_t used = 0;
    snprintf(text, size, "nothing");
    for (size_t i = 0; i < count && used < size; i++) {
        const int added = snprintf(text + used, size - used, "%s%s %u", i > 0 ? ", " : "", levels[i]->skill, (unsigned)levels[i]->level);
        used += added > 0 ? (size_t)added : 0;
    }
    return text;
}

const char *words_printable(const char *given, char *text, size_t size)
{
    size_t i = 0;
    for (; given[i] != '\0' && i + 1 < size; i++)
        text[i] = (unsigned char)given[i] < 0x20 || given[i] == 0x7F ? ' ' : given[i];
    while (given[i] != '\0' && i > 0 && ((unsigned char)given[i] & 0xC0) == 0x80)
        i--;   /* never half a character at the cut */
    text[i] = '\0';
    /* C1 control characters, as UTF-8 C2 80 .. C2 9F, are obeyed by some terminals. */
    for (size_t k = 0; k + 1 < i; k++) {
        if ((unsigned char)text[k] == 0xC2 && (unsigned char)text[k + 1] < 0xA0)
            text[k] = text[k + 1] = ' ';
    }
    return text;
}
