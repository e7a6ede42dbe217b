/* SPDX-License-Identifier: Apache-2.0 */
#include "redis_args.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool grow(struct redis_args *args);

void redis_args_init(struct redis_args *args)
{
    *args = (struct redis_args){0};
    byte_buffer_init(&args->bytes, REDIS_ARGS_BYTES_MAX);
}

void redis_args_fini(struct redis_args *args)
{
    byte_buffer_fini(&args->bytes);
    free(args->ends);
    *args = (struct redis_args){0};
}

void redis_args_clear(struct redis_args *args)
{
    byte_buffer_clear(&args->bytes);
    args->count = 0;
    args->failed = false;
}

void redis_args_add(struct redis_args *args, const void *bytes, size_t size)
{
    if (args->failed)
        return;
    byte_buffer_put(&args->bytes, bytes, size);
    if (args->bytes.failed || (args->count == args->capacity && !grow(args))) {
        args->failed = true;
        return;
    }
    args->ends[args->count++] = args->bytes.size;
}

void redis_args_text(struct redis_args *args, const char *text)
{
    redis_args_add(args, text, strlen(text));
}

void redis_args_number(struct redis_args *args, uint64_t number)
{
    char text[24];
    int size = snprintf(text, sizeof text, "%" PRIu64, number);

    redis_args_add(args, text, (size_t)size);
}

void redis_args_join(struct redis_args *args, const struct redis_args *more)
{
    for (size_t i = 0; i < more->count; i++) {
        size_t size;
        const char *bytes = redis_args_at(more, i, &size);
        redis_args_add(args, bytes, size);
    }
    args->failed = args->failed || more->failed;
}

const char *redis_args_at(const struct redis_args *args, size_t i, size_t *size_out)
{
    assert(i < args->count);

    size_t start = i == 0 ? 0 : args->ends[i - 1];
    *size_out = args->ends[i] - start;
    return args->bytes.data ? (const char *)args->bytes.data + start : "";
}

static bool grow(struct redis_args *args)
{
    size_t capacity = args->capacity == 0 ? 64 : args->capacity * 2;

    if (capacity > REDIS_ARGS_MAX)
        return false;
    size_t *ends = realloc(args->ends, capacity * sizeof *ends);
    if (!ends)
        return false;
    args->ends = ends;
    args->capacity = capacity;
    return true;
}
