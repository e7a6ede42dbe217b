/* SPDX-License-Identifier: Apache-2.0
 *
 * Skills, languages and territories as abilities of one table.
 */
#include <string.h>

#include "core_config.h"

static const char *const prefixes[] = {[ABILITY_SKILL] = "", [ABILITY_LANGUAGE] = "language:", [ABILITY_TERRITORY] = "territory:"};
static const char other[] = "other";

enum ability_kind ability_kind_of(const char *name)
{
    for (enum ability_kind kind = ABILITY_LANGUAGE; kind <= ABILITY_TERRITORY; kind++) {
        if (strncmp(name, prefixes[kind], strlen(prefixes[kind])) == 0)
            return kind;
    }
    return ABILITY_SKILL;
}

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter;
}

/* Of a language what stands before its country or script: de of de-AT. */
static size_t significant_size(enum ability_kind kind, const char *value)
{
    return kind == ABILITY_LANGUAGE ? strcspn(value, "-_") : strlen(value);
}

bool ability_name_write(enum ability_kind kind, const char *value, char name[ABILITY_NAME_MAX + 1])
{
    size_t prefix = strlen(prefixes[kind]), size = significant_size(kind, value);
    if (*value == '\0')
        return false;
    if (size == 0 || prefix + size > ABILITY_NAME_MAX) {
        value = other;
        size = sizeof other - 1;
    }
    memcpy(name, prefixes[kind], prefix);
    for (size_t i = 0; i < size; i++)
        name[prefix + i] = kind == ABILITY_SKILL ? value[i] : lower(value[i]);
    name[prefix + size] = '\0';
    return true;
}
