/* SPDX-License-Identifier: Apache-2.0
 *
 * json_out - writes JSON, one object a line, without allocating.
 *
 * Keys are literals. In a list key is NULL. Text that is not UTF-8 has its wrong bytes
 * replaced by '?'. 64-bit numbers are written as they are; ids that other programs would
 * read as doubles are written as text by the callers. Threads: one owner.
 */
#ifndef JSON_OUT_H
#define JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_out { FILE *file; bool needs_comma; };

/* A new object on its own line; ends with json_end_line, which writes the newline. */
void json_begin_line(struct json_out *out, FILE *file);
void json_end_line(struct json_out *out);
void json_begin_object(struct json_out *out, const char *key);
void json_end_object(struct json_out *out);
void json_begin_list(struct json_out *out, const char *key);
void json_end_list(struct json_out *out);
void json_put_text(struct json_out *out, const char *key, const char *text);   /* NULL: null */
void json_put_number(struct json_out *out, const char *key, int64_t number);
void json_put_unsigned(struct json_out *out, const char *key, uint64_t number);
void json_put_bool(struct json_out *out, const char *key, bool value);
/* "2026-01-31T10:15:30.123Z"; 0: null */
void json_put_time(struct json_out *out, const char *key, int64_t unix_ms);

#endif
