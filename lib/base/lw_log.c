/* SPDX-License-Identifier: Apache-2.0 */
#include "lw_log.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wall_clock.h"

enum { LINE_MAX_BYTES = 2048, LEVEL_COUNT = LW_LOG_DEBUG + 1 };

static const char *const level_names[LEVEL_COUNT] = {"error", "warning", "info", "debug"};

/* One log a process, as standard error is. */
static struct {
    const char *program;
    enum lw_log_level level;
    bool json;
} logger = {.program = "leadwire", .level = LW_LOG_INFO};

struct line {
    char bytes[LINE_MAX_BYTES];
    size_t size;
};

static size_t build_line(struct line *line, enum lw_log_level level, const char *message);
static void put_raw(struct line *line, const char *text);
static void put_cleaned(struct line *line, const char *text, size_t size_max);
static void write_all(const char *bytes, size_t size);

void lw_log_open(const char *program)
{
    const char *level = getenv("LEADWIRE_LOG_LEVEL"), *format = getenv("LEADWIRE_LOG_FORMAT");

    logger.program = program;
    logger.level = LW_LOG_INFO;
    logger.json = format && strcmp(format, "json") == 0;
    if (level && !lw_log_level_parse(level, &logger.level))
        log_warning("LEADWIRE_LOG_LEVEL is none of error, warning, info, debug: taking info");
}

void lw_log_set_level(enum lw_log_level level)
{
    logger.level = level;
}

void lw_log_show_more(void)
{
    if (logger.level < LW_LOG_DEBUG)
        logger.level++;
    lw_log(logger.level, "log level is %s", level_names[logger.level]);
}

void lw_log_show_less(void)
{
    if (logger.level > LW_LOG_ERROR)
        logger.level--;
    lw_log(logger.level, "log level is %s", level_names[logger.level]);
}

bool lw_log_shows(enum lw_log_level level)
{
    return level <= logger.level;
}

bool lw_log_level_parse(const char *text, enum lw_log_level *out)
{
    for (unsigned i = 0; i < LEVEL_COUNT; i++) {
        if (strcmp(text, level_names[i]) == 0) {
            *out = (enum lw_log_level)i;
            return true;
        }
    }
    return false;
}

void lw_log(enum lw_log_level level, const char *format, ...)
{
    char message[LINE_MAX_BYTES];
    struct line line;
    int errno_before = errno;      /* a log line between a failure and its check is common */
    va_list args;

    if (level > logger.level)
        return;
    va_start(args, format);
    if (vsnprintf(message, sizeof message, format, args) < 0)
        message[0] = '\0';
    va_end(args);

    line.size = 0;
    write_all(line.bytes, build_line(&line, level, message));
    errno = errno_before;
}

static size_t build_line(struct line *line, enum lw_log_level level, const char *message)
{
    const char *tail = logger.json ? "\"}\n" : "\n";
    char time[25];

    wall_clock_format(wall_clock_unix_ms(), time);
    put_raw(line, logger.json ? "{\"time\":\"" : "");
    put_raw(line, time);
    put_raw(line, logger.json ? "\",\"level\":\"" : " ");
    put_raw(line, level_names[level]);
    put_raw(line, logger.json ? "\",\"program\":\"" : " ");
    put_cleaned(line, logger.program, LINE_MAX_BYTES / 2);
    put_raw(line, logger.json ? "\",\"message\":\"" : ": ");
    put_cleaned(line, message, LINE_MAX_BYTES - strlen(tail));
    put_raw(line, tail);
    return line->size;
}

/* Our own words: short, and there is room. */
static void put_raw(struct line *line, const char *text)
{
    size_t size = strlen(text);

    memcpy(line->bytes + line->size, text, size);
    line->size += size;
}

/* The length of the well-formed UTF-8 character at text; 0 if there is none. Ends at a NUL by itself. */
static size_t utf8_length(const unsigned char *text)
{
    size_t length = text[0] < 0x80   ? 1
                    : text[0] < 0xc2 ? 0
                    : text[0] < 0xe0 ? 2
                    : text[0] < 0xf0 ? 3
                    : text[0] < 0xf5 ? 4
                                     : 0;

    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f)      /* overlong, surrogate */
        || (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))  /* overlong, over U+10FFFF */
        return 0;
    return length;
}

/* C0, DEL and C1: what a terminal might obey. */
static bool is_control(const unsigned char *text, size_t length)
{
    return (length == 1 && (text[0] < 0x20 || text[0] == 0x7f)) || (length == 2 && text[0] == 0xc2 && text[1] < 0xa0);
}

/* Whole characters only, until the line would exceed size_max. */
static void put_cleaned(struct line *line, const char *text, size_t size_max)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at != '\0') {
        size_t length = utf8_length(at);
        bool replace = length == 0 || is_control(at, length);
        bool escape = logger.json && (*at == '"' || *at == '\\');

        if (line->size + (replace ? 1 : length + escape) > size_max)
            return;
        if (escape)
            line->bytes[line->size++] = '\\';
        if (replace) {
            line->bytes[line->size++] = '?';
            at += length ? length : 1;
            continue;
        }
        memcpy(line->bytes + line->size, at, length);
        line->size += length;
        at += length;
    }
}

/* One write a line, so that lines of several processes on one pipe stay whole. Nobody is told when
 * the log cannot be written: there is nowhere to say it. */
static void write_all(const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(STDERR_FILENO, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        bytes += written;
        size -= (size_t)written;
    }
}
