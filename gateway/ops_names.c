/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_names.h"

#include <stdlib.h>
#include <string.h>

#include "wall_clock.h"

enum { TEXTS_CAP = 16 * 1024 * 1024, AT_FIRST = 256 };

lw_status ops_names_init(struct ops_names *names)
{
    *names = (struct ops_names){0};
    random_bytes(&names->key, sizeof names->key);
    arena_init(&names->arena, TEXTS_CAP);
    names->texts = calloc(AT_FIRST, sizeof *names->texts);
    names->capacity = AT_FIRST;
    if (!names->texts || index_table_init_small(&names->index, OPS_NAMES_MAX) != LW_OK)
        return LW_NO_MEMORY;
    names->texts[0] = "";
    names->count = 1;
    return LW_OK;
}

void ops_names_fini(struct ops_names *names)
{
    index_table_fini(&names->index);
    free((void *)names->texts);
    arena_fini(&names->arena);
    *names = (struct ops_names){0};
}

static uint32_t hash_of(const struct ops_names *names, const char *text)
{
    return (uint32_t)siphash_64(names->key, text, strlen(text));
}

uint32_t ops_names_find(const struct ops_names *names, const char *text)
{
    uint32_t hash = hash_of(names, text), value;
    for (uint32_t at = index_table_first(&names->index, hash); index_table_at(&names->index, hash, &at, &value);)
        if (strcmp(names->texts[value], text) == 0)
            return value;
    return 0;
}

static bool make_room(struct ops_names *names)
{
    if (names->count == OPS_NAMES_MAX || !index_table_make_room(&names->index))
        return false;
    if (names->count < names->capacity)
        return true;
    const char **grown = realloc((void *)names->texts, names->capacity * 2 * sizeof *grown);
    if (!grown)
        return false;
    names->texts = grown;
    names->capacity *= 2;
    return true;
}

uint32_t ops_names_number(struct ops_names *names, const char *text)
{
    uint32_t found = *text ? ops_names_find(names, text) : 0;
    if (found != 0 || !*text || !make_room(names))
        return found;
    const char *kept = arena_strdup(&names->arena, text);
    if (!kept)
        return 0;
    names->texts[names->count] = kept;
    index_table_add(&names->index, hash_of(names, text), names->count);
    return names->count++;
}

const char *ops_names_text(const struct ops_names *names, uint32_t number)
{
    return number < names->count ? names->texts[number] : "";
}
