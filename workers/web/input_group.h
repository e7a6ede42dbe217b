/* SPDX-License-Identifier: Apache-2.0
 *
 * input_group - fields that are one answer: the boxes ticked under one name in a form, the texts of a JSON list.
 *
 * Threads: none.
 */
#ifndef INPUT_GROUP_H
#define INPUT_GROUP_H

#include "byte_buffer.h"
#include "input_fields.h"

enum { INPUT_GROUP_MAX = 64 };

struct input_group {
    struct input_field *fields[INPUT_GROUP_MAX];   /* in their order */
    size_t count;
};

/* All that path names, as input_fields_search finds them. */
void input_group_of_path(const struct input_fields *fields, const char *path, struct input_group *out);
/* The field at `first` and those behind it of the same name that are not used. Paths of a document are each there once. */
void input_group_of_name(const struct input_fields *fields, size_t first, struct input_group *out);
/* One field with the texts of all, each once, divided by ", ". Its value is in the buffer, which is emptied before; at the buffer's cap it is
 * the first field. */
struct input_field input_group_join(const struct input_group *group, struct byte_buffer *text);
void input_group_use_up(const struct input_group *group);

#endif
