/* SPDX-License-Identifier: Apache-2.0
 *
 * lw_log - one line per event on standard error: time, level, program, words.
 *
 *   2026-01-31T10:15:30.123Z info leadwire-broker: desk claimed desk=sales epoch=3
 *
 * Never personal data: no names, numbers, addresses, message text. Ids, counts,
 * reasons and configured names are fine. Control characters, newlines and
 * bytes that are not UTF-8 are written as '?'. A line is cut at 2 KiB, between
 * characters. When LEADWIRE_LOG_FORMAT=json each line is one JSON object {time,
 * level, program, message}, and when it is journal, an entry of journald's own
 * protocol (a line on standard error where there is none). Both have the ids
 * that the format names as "lead=%s", "rep=", "source=", "session=", "trace="
 * or "desk=" as fields of their own: write them so. errno is left as it was.
 * Threads: one owner.
 */
#ifndef LW_LOG_H
#define LW_LOG_H

#include <stdbool.h>

enum lw_log_level { LW_LOG_ERROR, LW_LOG_WARNING, LW_LOG_INFO, LW_LOG_DEBUG };

/* program is borrowed for ever (a literal). Level from LEADWIRE_LOG_LEVEL (error|warning|info|debug), else info. */
void lw_log_open(const char *program);
void lw_log_set_level(enum lw_log_level level);
/* One level more (SIGUSR1 of every program that runs on) or one less (SIGUSR2), as far as there are such; says which it is now. */
void lw_log_show_more(void);
void lw_log_show_less(void);
/* A line of this level would be written: for lines that cost something to make. */
bool lw_log_shows(enum lw_log_level level);
bool lw_log_level_parse(const char *text, enum lw_log_level *out);
void lw_log(enum lw_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) lw_log(LW_LOG_ERROR, __VA_ARGS__)
#define log_warning(...) lw_log(LW_LOG_WARNING, __VA_ARGS__)
#define log_info(...) lw_log(LW_LOG_INFO, __VA_ARGS__)
#define log_debug(...) lw_log(LW_LOG_DEBUG, __VA_ARGS__)

#endif
