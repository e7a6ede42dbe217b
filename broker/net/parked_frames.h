/* SPDX-License-Identifier: Apache-2.0
 *
 * parked_frames - reps' messages that wait, in order, until the store is back. Bounded in number and bytes.
 * Threads: one owner.
 */
#ifndef PARKED_FRAMES_H
#define PARKED_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PARKED_FRAMES_MAX = 8192, PARKED_BYTES_MAX = 8 * 1024 * 1024 };

struct parked_frame { uint64_t session; uint32_t slot; uint32_t size; void *bytes; };
struct parked_frames {
    struct parked_frame *frames;
    uint32_t first, count;
    size_t bytes;
    uint64_t refused;                  /* so far, at a bound or without memory */
    bool is_full;                      /* the last was */
};

void parked_frames_fini(struct parked_frames *parked);
/* Copies the bytes. False, and counted, at a bound or without memory. */
bool parked_frames_put(struct parked_frames *parked, uint64_t session, uint32_t slot, const void *bytes, size_t size);
/* The oldest, which the caller releases; false when there is none. */
bool parked_frames_take(struct parked_frames *parked, struct parked_frame *out);
void parked_frame_release(struct parked_frame *frame);

#endif
