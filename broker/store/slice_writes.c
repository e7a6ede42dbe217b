/* SPDX-License-Identifier: Apache-2.0 */
#include "slice_writes.h"

#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = REDIS_ARGS_MAX };

struct slice_group { uint32_t first, last, count; };   /* texts, from 1; 0: none */

static void add(struct slice_writes *writes, size_t group, const void *bytes, size_t size);
static struct slice_group *group_at(struct slice_writes *writes, size_t group);
static bool has_room(struct slice_writes *writes);

void slice_writes_init(struct slice_writes *writes)
{
    *writes = (struct slice_writes){0};
    redis_args_init(&writes->texts);
}

void slice_writes_fini(struct slice_writes *writes)
{
    redis_args_fini(&writes->texts);
    free(writes->groups);
    free(writes->next);
    *writes = (struct slice_writes){0};
}

void slice_writes_clear(struct slice_writes *writes)
{
    redis_args_clear(&writes->texts);
    if (writes->groups)
        memset(writes->groups, 0, writes->group_count * sizeof *writes->groups);
    writes->failed = false;
}

void slice_writes_set(struct slice_writes *writes, unsigned key, const void *field, size_t field_size, const void *value, size_t size)
{
    add(writes, 2 * (size_t)key, field, field_size);
    add(writes, 2 * (size_t)key, value, size);
}

void slice_writes_delete(struct slice_writes *writes, unsigned key, const void *field, size_t field_size)
{
    add(writes, 2 * (size_t)key + 1, field, field_size);
}

void slice_writes_join(struct redis_args *args, const struct slice_writes *writes)
{
    for (size_t i = 0; i < writes->group_count; i++) {
        const struct slice_group *group = &writes->groups[i];
        if (group->count == 0)
            continue;
        redis_args_text(args, i % 2 == 0 ? "HSET" : "HDEL");
        redis_args_number(args, i / 2);
        redis_args_number(args, group->count);
        for (uint32_t text = group->first; text != 0; text = writes->next[text - 1]) {
            size_t size;
            const char *bytes = redis_args_at(&writes->texts, text - 1, &size);
            redis_args_add(args, bytes, size);
        }
    }
    args->failed = args->failed || writes->failed;
}

static void add(struct slice_writes *writes, size_t at, const void *bytes, size_t size)
{
    struct slice_group *group = group_at(writes, at);

    redis_args_add(&writes->texts, bytes, size);
    if (!group || writes->texts.failed || !has_room(writes)) {
        writes->failed = true;
        return;
    }
    uint32_t text = (uint32_t)writes->texts.count;
    writes->next[text - 1] = 0;
    if (group->count++ == 0)
        group->first = text;
    else
        writes->next[group->last - 1] = text;
    group->last = text;
}

/* NULL: there is no memory, or no such key. */
static struct slice_group *group_at(struct slice_writes *writes, size_t group)
{
    if (group >= writes->group_count) {
        size_t count = 2 * (group + 1);
        struct slice_group *groups = group / 2 > KEYS_MAX ? NULL : realloc(writes->groups, count * sizeof *groups);
        if (!groups)
            return NULL;
        memset(groups + writes->group_count, 0, (count - writes->group_count) * sizeof *groups);
        writes->groups = groups;
        writes->group_count = count;
    }
    return &writes->groups[group];
}

static bool has_room(struct slice_writes *writes)
{
    if (writes->texts.count <= writes->next_capacity)
        return true;
    uint32_t *next = realloc(writes->next, writes->texts.capacity * sizeof *next);
    if (!next)
        return false;
    writes->next = next;
    writes->next_capacity = writes->texts.capacity;
    return true;
}
