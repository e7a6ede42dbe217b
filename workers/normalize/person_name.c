/* SPDX-License-Identifier: Apache-2.0 */
#include "person_name.h"

#include <stddef.h>
#include <string.h>

#include "text_clean.h"

static bool order_unknown(const char *text);

bool person_name_split(struct arena *arena, const char *full, const char **given_out, const char **family_out)
{
    if (order_unknown(full))
        return false;

    const char *given = NULL, *family = NULL;
    const char *comma = strchr(full, ',');
    const char *space = strchr(full, ' ');
    if (comma) {
        if (comma == full || strchr(comma + 1, ','))
            return false;
        family = arena_copy(arena, full, (size_t)(comma - full));
        given = arena_strdup(arena, comma[1] == ' ' ? comma + 2 : comma + 1);
    } else if (space && !strchr(space + 1, ' ')) {
        given = arena_copy(arena, full, (size_t)(space - full));
        family = arena_strdup(arena, space + 1);
    }
    if (!given || !family || !*given || !*family)
        return false;
    *given_out = given;
    *family_out = family;
    return true;
}

/* Scripts whose names are usually written family first, or without a space: Kana, Han, Hangul. */
static bool order_unknown(const char *text)
{
    size_t size = strlen(text);
    for (size_t at = 0; at < size;) {
        uint32_t c = text_next(text, size, &at);
        if ((c >= 0x1100 && c <= 0x11FF) || (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF) ||
            (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF))
            return true;
    }
    return false;
}
