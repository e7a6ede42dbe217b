/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml_edit - changes one value of a YAML text and leaves every other byte as it was written, comments too.
 *
 * A path names an entry by the keys that lead to it from the root, NULL-ended: {"reps", "anna", "capacity", NULL}. What comes new
 * is written in one line: into brackets where brackets are, else on a line of its own with its neighbours' indentation.
 * Values and items are YAML of one line, such as yaml_edit_quote makes of text.
 *
 * Errors of all: LW_INVALID (the text is not a document of ours, or something else stands where the path leads), LW_NOT_FOUND
 * (nothing to remove), LW_TOO_LARGE (YAML_EDIT_SIZE_MAX), LW_NO_MEMORY. On failure the text stays. Odd spellings (keys behind '?', say) may
 * give a text that means something else: ask yaml_edit_keeps. Threads: any; no state.
 */
#ifndef YAML_EDIT_H
#define YAML_EDIT_H

#include "byte_buffer.h"
#include "yaml_doc.h"

enum { YAML_EDIT_SIZE_MAX = 4 * 1024 * 1024 };

/* *text is replaced by another of malloc. Maps on the way that are not there are made. */
LW_MUST_CHECK lw_status yaml_edit_set(char **text, const char *const *path, const char *value);
LW_MUST_CHECK lw_status yaml_edit_remove(char **text, const char *const *path);
/* Of the list at path, which is made if there is none. */
LW_MUST_CHECK lw_status yaml_edit_add_item(char **text, const char *const *path, const char *item);
/* item: the text of a scalar in the list. */
LW_MUST_CHECK lw_status yaml_edit_remove_item(char **text, const char *const *path, const char *item);

/* The entry at path as a small document of its own, a map with this one key, for many changes: to be edited and put back in its place. The
 * entry keeps its key meanwhile. */
LW_MUST_CHECK lw_status yaml_edit_take(const char *text, const char *const *path, char **piece_out);
LW_MUST_CHECK lw_status yaml_edit_put_back(char **text, const char *const *path, const char *piece);

/* Are both the same but for what is at path, in this order? NULL: nothing. */
bool yaml_edit_keeps(const struct yaml_node *before, const struct yaml_node *after, const char *const *path);
/* Text as a scalar, in quotes if it needs them. */
void yaml_edit_quote(struct byte_buffer *out, const char *text);

#endif
