/* SPDX-License-Identifier: Apache-2.0
 *
 * adf_read - the first prospect of an ADF 1.0 text, as a flat list of its elements.
 *
 * ADF is how car dealers and others are sent leads. Its DTD is broken by nearly everybody, so none is applied: what is there
 * is read, what is missing is missing, and where the text stops being XML the reading ends with what came before.
 * A DOCTYPE ends it too: so no entity is ever declared, and none can grow.
 */
#ifndef ADF_READ_H
#define ADF_READ_H

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>

enum { ADF_ELEMENTS_MAX = 256, ADF_DEPTH_MAX = 16, ADF_ATTRIBUTES_MAX = 6, ADF_TEXT_MAX = 16 * 1024 };

struct adf_attribute {
    const char *name, *value;
};

struct adf_element {
    const char *path;       /* below the prospect, lower-case: "customer/contact/name" */
    const char *text;       /* trimmed; "" if it has none, or has children */
    struct adf_attribute attributes[ADF_ATTRIBUTES_MAX];
    size_t attribute_count;
    unsigned vehicle;       /* it belongs to the how-many-eth vehicle; 0: to none */
};

struct adf {
    struct adf_element elements[ADF_ELEMENTS_MAX];   /* in the order of their start tags */
    size_t count;
    bool complete;          /* XML to its end, within the limits */
    unsigned prospects;
};

/* adf: from <adf> on, as adf_text_find gives it. Strings live in the arena. False at its cap. */
bool adf_read(struct arena *arena, const char *adf, struct adf *out);
/* The first element of this path that has a text, or NULL. */
const struct adf_element *adf_find(const struct adf *adf, const char *path);
/* "" if absent; name in lower-case, letter case of the source ignored. */
const char *adf_attribute(const struct adf_element *element, const char *name);

#endif
