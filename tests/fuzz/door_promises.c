/* SPDX-License-Identifier: Apache-2.0 */
#include "door_promises.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "siphash.h"
#include "wire.h"

char *fuzz_take_line(struct fuzz_input *input, struct arena *arena)
{
    const char *end = input->left ? memchr(input->at, '\n', input->left) : NULL;
    const size_t size = end ? (size_t)(end - input->at) : input->left;
    char *line = arena_alloc(arena, size + 1);
    if (!line)
        return NULL;
    memcpy(line, input->left ? input->at : "", size);
    line[size] = '\0';
    input->at += size + (end != NULL);
    input->left -= size + (end != NULL);
    return line;
}

char *fuzz_take_rest(struct fuzz_input *input, size_t *size_out)
{
    char *rest = malloc(input->left ? input->left : 1);
    if (!rest)
        abort();
    memcpy(rest, input->left ? input->at : "", input->left);
    *size_out = input->left;
    input->left = 0;
    return rest;
}

uint64_t door_lead_hold(const struct lw_lead *lead)
{
    static const struct siphash_key key = {1, 2};
    struct arena arena;
    struct byte_buffer packed;
    const char *reason = "it does not fit";
    arena_init(&arena, WIRE_ARENA_CAP);
    byte_buffer_init(&packed, WIRE_FRAME_SIZE_MAX);
    Leadwire__V1__Publish publish = LEADWIRE__V1__PUBLISH__INIT;
    publish.request_id = 1;
    publish.idempotency_id = (char *)"fuzz";
    publish.lead = wire_lead_from_public(lead, &arena);
    const struct wire_message message = {.type = WIRE_PUBLISH, .publish = &publish};
    if (!publish.lead || wire_check(&message, &reason) != LW_OK || wire_encode(&message, &packed) != LW_OK)
        door_broken(reason);
    const uint64_t hash = siphash_64(key, packed.data, packed.size);
    byte_buffer_fini(&packed);
    arena_fini(&arena);
    return hash;
}

void door_broken(const char *promise)
{
    fprintf(stderr, "does not hold: %s\n", promise);
    abort();
}
