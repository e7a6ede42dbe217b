/* SPDX-License-Identifier: Apache-2.0
 *
 * json_tree - a JSON document (RFC 8259) as a tree in an arena.
 *
 * The top is an object or an array. Texts are well-formed UTF-8 without NUL: an escaped NUL is left out, an escaped half of
 * a surrogate pair is U+FFFD. Numbers
 * are texts: integers of any length as written, others with 15 digits. Of members with
 * one name the last counts, in the place of the first.
 * Threads: none.
 */
#ifndef JSON_TREE_H
#define JSON_TREE_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "byte_buffer.h"

enum { JSON_TREE_DEPTH_MAX = 1024 };

enum json_kind { JSON_KIND_NULL, JSON_KIND_BOOLEAN, JSON_KIND_NUMBER, JSON_KIND_TEXT, JSON_KIND_ARRAY, JSON_KIND_OBJECT };

struct json_value {
    const char *name;                 /* of a member; NULL of others */
    struct json_value *next;          /* in its array or object */
    union {
        const char *text;             /* NUL-terminated; "true", "false"; NULL of null */
        struct json_value *first;     /* of an array or object */
    };
    uint32_t size;                    /* of the text; how many items or members */
    enum json_kind kind;
};

/* Errors: LW_INVALID (not JSON, neither object nor array at the top, deeper than JSON_TREE_DEPTH_MAX, or a number that no double
 * holds), LW_NO_MEMORY (the arena's cap). */
LW_MUST_CHECK lw_status json_tree_read(struct arena *arena, const char *bytes, size_t size, struct json_value **out);
/* As JSON, without blanks, members by name: equal documents give equal bytes. At the cap of the buffer, or of the arena in which
 * members are sorted, the buffer has failed. */
void json_tree_write(const struct json_value *value, struct arena *arena, struct byte_buffer *out);
/* The member of an object, by a name that need not end with NUL. NULL: no such member, or no object (NULL accepted). */
const struct json_value *json_tree_member(const struct json_value *object, const char *name, size_t size);
/* Sets the member of an object: in the place of one of that name, else at the end. Both are borrowed by the tree. */
void json_tree_set(struct json_value *object, const char *name, struct json_value *member);
/* NULL: not that many, or no array (NULL accepted). */
const struct json_value *json_tree_item(const struct json_value *array, size_t index);
bool json_tree_is(const struct json_value *value, enum json_kind kind);   /* NULL accepted */
/* A text, number or boolean as text; NULL of others and for NULL. */
const char *json_tree_text(const struct json_value *value);

#endif
