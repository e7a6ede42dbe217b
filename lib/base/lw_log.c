/* SPDX-License-Identifier: Apache-2.0 */
#include "lw_log.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "wall_clock.h"

enum { LINE_MAX_BYTES = 2048, VALUE_MAX_BYTES = 128, LEVEL_COUNT = LW_LOG_DEBUG + 1 };

static const char *const level_names[LEVEL_COUNT] = {"error", "warning", "info", "debug"};
static const char level_priorities[LEVEL_COUNT] = {'3', '4', '6', '7'};   /* of syslog(3) */

/* The ids that a message may have as "name=value": fields of their own where the format has fields. */
static const struct { const char *name, *journal; } ids[] = {
    {"lead", "LEADWIRE_LEAD"}, {"rep", "LEADWIRE_REP"}, {"source", "LEADWIRE_SOURCE"}, {"session", "LEADWIRE_SESSION"}, {"trace", "LEADWIRE_TRACE"},
    {"desk", "LEADWIRE_DESK"},
};
enum { ID_COUNT = sizeof ids / sizeof ids[0], FIELDS_MAX_BYTES = ID_COUNT * (VALUE_MAX_BYTES + 24) };

/* One log a process, as standard error is. */
static struct {
    const char *program;
    enum lw_log_level level;
    bool json;
    int journal;   /* -1: standard error */
} logger = {.program = "leadwire", .level = LW_LOG_INFO, .journal = -1};

struct line {
    char bytes[LINE_MAX_BYTES];
    size_t size;
};

static size_t build_line(struct line *line, enum lw_log_level level, const char *format, const char *message);
static bool send_entry(enum lw_log_level level, const char *format, const char *message);
static int open_journal(void);
static void put_raw(struct line *line, const char *text);
static void put_cleaned(struct line *line, const char *text, size_t size_max);
static void write_all(const char *bytes, size_t size);

void lw_log_open(const char *program)
{
    const char *level = getenv("LEADWIRE_LOG_LEVEL"), *format = getenv("LEADWIRE_LOG_FORMAT");

    logger.program = program;
    logger.level = LW_LOG_INFO;
    logger.json = format && strcmp(format, "json") == 0;
    if (logger.journal >= 0)
        close(logger.journal);
    logger.journal = format && strcmp(format, "journal") == 0 ? open_journal() : -1;
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
    if (logger.journal < 0 || !send_entry(level, format, message))
        write_all(line.bytes, build_line(&line, level, format, message));
    errno = errno_before;
}

/* "name=" where a word begins; NULL: not there. */
static const char *find_word(const char *text, const char *name)
{
    size_t size = strlen(name);

    for (const char *at = text; (at = strstr(at, name)) != NULL; at += size) {
        if (at[size] == '=' && (at == text || at[-1] == ' ' || at[-1] == '('))
            return at + size + 1;
    }
    return NULL;
}

/* The id's value in the message, if the format asks for one: what others wrote makes no field. Empty: none. */
static void id_value(const char *format, const char *message, const char *name, char value[VALUE_MAX_BYTES])
{
    const char *asked = find_word(format, name), *at = asked && *asked == '%' ? find_word(message, name) : NULL;
    size_t size = at ? strcspn(at, " ") : 0;

    while (size > 0 && strchr(":,;)", at[size - 1]))
        size--;
    size = size < VALUE_MAX_BYTES ? size : 0;   /* no id is as long */
    memcpy(value, at ? at : "", size);
    value[size] = '\0';
}

/* ","lead":"7-1042"" and so on. */
static void put_ids(struct line *fields, const char *format, const char *message)
{
    char value[VALUE_MAX_BYTES];

    for (size_t i = 0; i < ID_COUNT; i++) {
        id_value(format, message, ids[i].name, value);
        if (value[0] == '\0')
            continue;
        put_raw(fields, ",\"");
        put_raw(fields, ids[i].name);
        put_raw(fields, "\":\"");
        put_cleaned(fields, value, FIELDS_MAX_BYTES);
        put_raw(fields, "\"");
    }
}

static size_t build_line(struct line *line, enum lw_log_level level, const char *format, const char *message)
{
    struct line tail = {.size = 0};
    char time[25];

    put_raw(&tail, logger.json ? "\"" : "");
    if (logger.json)
        put_ids(&tail, format, message);
    put_raw(&tail, logger.json ? "}\n" : "\n");
    tail.bytes[tail.size] = '\0';
    wall_clock_format(wall_clock_unix_ms(), time);
    put_raw(line, logger.json ? "{\"time\":\"" : "");
    put_raw(line, time);
    put_raw(line, logger.json ? "\",\"level\":\"" : " ");
    put_raw(line, level_names[level]);
    put_raw(line, logger.json ? "\",\"program\":\"" : " ");
    put_cleaned(line, logger.program, LINE_MAX_BYTES / 2);
    put_raw(line, logger.json ? "\",\"message\":\"" : ": ");
    put_cleaned(line, message, LINE_MAX_BYTES - tail.size);
    put_raw(line, tail.bytes);
    return line->size;
}

/* The socket of journald, or one that LEADWIRE_JOURNAL_SOCKET names. -1: it is not there. */
static int open_journal(void)
{
    const char *path = getenv("LEADWIRE_JOURNAL_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int journal = socket(AF_UNIX, SOCK_DGRAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path ? path : "/run/systemd/journal/socket");
    if (journal >= 0 && connect(journal, (const struct sockaddr *)&address, sizeof address) == 0)
        return journal;
    if (journal >= 0)
        close(journal);
    return -1;
}

/* "NAME=value" and an end of line: journald's own protocol, for values of one line. */
static void put_field(struct line *line, const char *name, const char *value)
{
    put_raw(line, name);
    put_raw(line, "=");
    put_cleaned(line, value, LINE_MAX_BYTES - FIELDS_MAX_BYTES - 1);
    put_raw(line, "\n");
}

/* False: journald does not take it. */
static bool send_entry(enum lw_log_level level, const char *format, const char *message)
{
    const char priority[] = {level_priorities[level], '\0'};
    char value[VALUE_MAX_BYTES];
    struct line entry = {.size = 0};

    put_field(&entry, "PRIORITY", priority);
    put_field(&entry, "SYSLOG_IDENTIFIER", logger.program);
    put_field(&entry, "MESSAGE", message);
    for (size_t i = 0; i < ID_COUNT; i++) {
        id_value(format, message, ids[i].name, value);
        if (value[0] != '\0') {
            put_raw(&entry, ids[i].journal);
            put_raw(&entry, "=");
            put_cleaned(&entry, value, LINE_MAX_BYTES - 1);
            put_raw(&entry, "\n");
        }
    }
    return send(logger.journal, entry.bytes, entry.size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)entry.size;
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
