/* SPDX-License-Identifier: Apache-2.0
 *
 * redis_args - the arguments of one Redis command, gathered one after the other.
 *
 * Bounded by its bytes and REDIS_ARGS_MAX; beyond either it is `failed` and must not be sent. The bytes are those of the largest
 * record that the core makes (the rules of a desk), with what goes beside it: a checkpoint writes a record whole.
 */
#ifndef REDIS_ARGS_H
#define REDIS_ARGS_H

#include "byte_buffer.h"

enum { REDIS_ARGS_MAX = 4096, REDIS_ARGS_BYTES_MAX = 65 * 1024 * 1024 };

struct redis_args {
    struct byte_buffer bytes;
    size_t *ends;                /* of each argument in bytes */
    size_t count, capacity;
    bool failed;
};

void redis_args_init(struct redis_args *args);
void redis_args_fini(struct redis_args *args);
void redis_args_clear(struct redis_args *args);
void redis_args_add(struct redis_args *args, const void *bytes, size_t size);
void redis_args_text(struct redis_args *args, const char *text);
void redis_args_number(struct redis_args *args, uint64_t number);
/* All of `more` after what is there. */
void redis_args_join(struct redis_args *args, const struct redis_args *more);
/* The i-th argument. */
const char *redis_args_at(const struct redis_args *args, size_t i, size_t *size_out);

#endif
