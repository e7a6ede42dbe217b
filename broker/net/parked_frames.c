/* SPDX-License-Identifier: Apache-2.0 */
#include "parked_frames.h"

#include <stdlib.h>
#include <string.h>

static bool put(struct parked_frames *parked, uint64_t session, uint32_t slot, const void *bytes, size_t size);

void parked_frames_fini(struct parked_frames *parked)
{
    struct parked_frame frame;

    while (parked_frames_take(parked, &frame))
        parked_frame_release(&frame);
    free(parked->frames);
    *parked = (struct parked_frames){0};
}

bool parked_frames_put(struct parked_frames *parked, uint64_t session, uint32_t slot, const void *bytes, size_t size)
{
    parked->is_full = !put(parked, session, slot, bytes, size);
    parked->refused += parked->is_full;
    return !parked->is_full;
}

bool parked_frames_take(struct parked_frames *parked, struct parked_frame *out)
{
    if (parked->count == 0)
        return false;
    *out = parked->frames[parked->first];
    parked->is_full = false;
    parked->first = (parked->first + 1) % PARKED_FRAMES_MAX;
    parked->count--;
    parked->bytes -= out->size;
    return true;
}

void parked_frame_release(struct parked_frame *frame)
{
    free(frame->bytes);
    frame->bytes = NULL;
}

static bool put(struct parked_frames *parked, uint64_t session, uint32_t slot, const void *bytes, size_t size)
{
    if (!parked->frames)
        parked->frames = calloc(PARKED_FRAMES_MAX, sizeof *parked->frames);
    if (!parked->frames || parked->count == PARKED_FRAMES_MAX || size > PARKED_BYTES_MAX - parked->bytes)
        return false;
    void *copy = malloc(size ? size : 1);
    if (!copy)
        return false;
    memcpy(copy, bytes, size);
    parked->frames[(parked->first + parked->count) % PARKED_FRAMES_MAX] =
        (struct parked_frame){.session = session, .slot = slot, .size = (uint32_t)size, .bytes = copy};
    parked->count++;
    parked->bytes += size;
    return true;
}
