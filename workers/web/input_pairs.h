/* SPDX-License-Identifier: Apache-2.0
 *
 * input_pairs - documents that hold a form's fields as a list of names and values.
 *
 *   pairs:
 *     list: form_response.answers        a list of objects
 *     name: field.ref                    in each: what the field is called
 *     value: [text, email, choice.label] in each: the first of these that is there; a list of texts is joined
 *     label: {list: form_response.definition.fields, key: ref, text: title}
 *                                        optional: the object of that list whose key is the name has a better one
 *
 * Each object of the list becomes one field, found by its name or its label (an
 * attribute is named by the label); its other parts are used up. Threads: none.
 */
#ifndef INPUT_PAIRS_H
#define INPUT_PAIRS_H

#include "input_fields.h"

enum { INPUT_PAIR_VALUES_MAX = 16 };

struct input_pairs {
    const char *list, *name;              /* JSON paths; list NULL: no pairs */
    const char *values[INPUT_PAIR_VALUES_MAX];
    size_t value_count;
    const char *label_list, *label_key, *label_text;   /* all, or all NULL */
};

/* Adds the fields; a form or a document without that list is left as it is. */
void input_pairs_apply(const struct input_pairs *pairs, struct arena *arena, struct input_fields *fields);

#endif
