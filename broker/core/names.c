/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "core_internal.h"

/* Not a secret: names come from the rules and from checked sources, and their number is bounded. */
static const struct siphash_key NAMES_KEY = {0x6c656164, 0x77697265};

static uint32_t hash_of(const char *text, size_t size)
{
    return (uint32_t)siphash_64(NAMES_KEY, text, size);
}

lw_status names_init(struct names *names)
{
    *names = (struct names){0};
    return index_table_init(&names->index, NAMES_MAX);
}

void names_fini(struct names *names)
{
    for (uint32_t i = 0; i < names->count; i++)
        free(names->texts[i]);
    free(names->texts);
    free(names->sizes);
    index_table_fini(&names->index);
    *names = (struct names){0};
}

uint32_t names_find(const struct names *names, const char *text, size_t size)
{
    uint32_t hash = hash_of(text, size), number;
    for (uint32_t at = index_table_first(&names->index, hash); index_table_at(&names->index, hash, &at, &number);) {
        if (names->sizes[number] == size && (size == 0 || memcmp(names->texts[number], text, size) == 0))
            return number;
    }
    return NAME_NONE;
}

uint32_t names_add(struct names *names, const char *text, size_t size)
{
    uint32_t found = names_find(names, text, size);
    if (found != NAME_NONE || names->count == NAMES_MAX)
        return found;

    if (names->count == names->capacity) {
        uint32_t capacity = names->capacity ? names->capacity * 2 : 64;
        char **texts = realloc(names->texts, capacity * sizeof *texts);
        if (!texts)
            return NAME_NONE;
        names->texts = texts;
        uint32_t *sizes = realloc(names->sizes, capacity * sizeof *sizes);
        if (!sizes)
            return NAME_NONE;
        names->sizes = sizes;
        names->capacity = capacity;
    }
    char *copy = malloc(size + 1);
    if (!copy)
        return NAME_NONE;
    if (size > 0)
        memcpy(copy, text, size);
    copy[size] = '\0';
    names->texts[names->count] = copy;
    names->sizes[names->count] = (uint32_t)size;
    index_table_add(&names->index, hash_of(text, size), names->count);
    return names->count++;
}
