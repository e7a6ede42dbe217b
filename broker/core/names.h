/* SPDX-License-Identifier: Apache-2.0
 *
 * names - each text once, by number. Inside broker/core only.
 */
#ifndef NAMES_H
#define NAMES_H

#include "core.h"
#include "index_table.h"

enum { NAMES_MAX = 65536 };

struct names {
    char **texts;
    uint32_t *sizes;
    struct index_table index;
    uint32_t count, capacity;
};
#define NAME_NONE UINT32_MAX   /* more than an enumerator may be */
lw_status names_init(struct names *names);
void names_fini(struct names *names);
/* The number of this text, new if needed; NAME_NONE at NAMES_MAX. */
uint32_t names_add(struct names *names, const char *text, size_t size);
uint32_t names_find(const struct names *names, const char *text, size_t size);
static inline const char *names_text(const struct names *names, uint32_t number)
{
    return number < names->count ? names->texts[number] : "";
}
static inline struct core_text names_view(const struct names *names, uint32_t number)
{
    return number < names->count ? (struct core_text){names->texts[number], names->sizes[number]} : (struct core_text){"", 0};
}

#endif
