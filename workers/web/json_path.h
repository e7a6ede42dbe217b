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

#include <stdbool.h>
#include <stddef.h>

#include "json_tree.h"

enum { JSON_PATH_MAX = 256, JSON_PLACE_MAX = 2 * JSON_PATH_MAX };

/* Borrowed from root; NULL when there is no such value or the path is malformed. place gets the path by names and numbers
 * only, so that each value has one ("" when NULL is returned). */
const struct json_value *json_path_find(const struct json_value *root, const char *path, char place[JSON_PLACE_MAX]);
/* NULL when the path is well-formed, else what is wrong with it. */
const char *json_path_problem(const char *path);
#endif
