/* SPDX-License-Identifier: Apache-2.0 */
#include "top_names.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void top_names_fini(struct top_names *names)
{
    free(names->names);
    free(names->sorted);
    *names = (struct top_names){0};
}

static bool make_room(struct top_names *names)
{
    if (names->count < names->room)
        return true;
    const uint32_t room = names->room == 0 ? 16 : names->room * 2;
    char (*texts)[TOP_NAME_SIZE] = realloc(names->names, room * sizeof *texts);
    if (texts == NULL)
        return false;
    names->names = texts;
    uint32_t *sorted = realloc(names->sorted, room * sizeof *sorted);
    if (sorted == NULL)
        return false;
    names->sorted = sorted;
    names->room = room;
    return true;
}

/* Where the name is, or belongs, among the sorted. */
static uint32_t place_of(const struct top_names *names, const char *name)
{
    uint32_t low = 0, high = names->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (strcmp(names->names[names->sorted[middle]], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t top_names_put(struct top_names *names, const char *name, uint32_t max)
{
    const uint32_t at = place_of(names, name);
    if (at < names->count && strcmp(names->names[names->sorted[at]], name) == 0)
        return names->sorted[at];
    if (names->count == max || !make_room(names))
        return TOP_NAME_NONE;
    memmove(&names->sorted[at + 1], &names->sorted[at], (names->count - at) * sizeof *names->sorted);
    names->sorted[at] = names->count;
    snprintf(names->names[names->count], TOP_NAME_SIZE, "%s", name);
    return names->count++;
}
