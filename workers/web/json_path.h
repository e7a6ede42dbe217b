/* SPDX-License-Identifier: Apache-2.0
 *
 * json_path - finds one value in a JSON document.
 *
 *   form_response.token              members by name
 *   entry[0].changes[0].value        items by number, from 0
 *   user_column_data[column_id=EMAIL].string_value
 *                                    the first item whose member has this text; the member may be
 *                                    a path of names (answers[field.ref=mail].email)
 * Names with dots or brackets in them cannot be reached.
 */
#ifndef JSON_PATH_H
#define JSON_PATH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

enum { JSON_PATH_MAX = 256, JSON_PLACE_MAX = 2 * JSON_PATH_MAX };

/* Borrowed from root; NULL when there is no such value or the path is malformed. place gets the path by names and numbers
 * only, so that each value has one ("" when NULL is returned). */
const json_t *json_path_find(const json_t *root, const char *path, char place[JSON_PLACE_MAX]);
/* NULL when the path is well-formed, else what is wrong with it. */
const char *json_path_problem(const char *path);
/* A string, integer (all 64 bits), other number (15 digits) or boolean as text, in the arena or the document; NULL for others, for
 * NULL, and at the cap. */
const char *json_scalar_text(struct arena *arena, const json_t *value);
/* A string, integer (all 64 bits) or boolean that reads as this text. NULL accepted. */
bool json_scalar_equals(const json_t *value, const char *text, size_t size);

#endif
