/* SPDX-License-Identifier: Apache-2.0
 *
 * frame_promises - what lib/wire promises about any bytes at all, checked.
 *
 * Used by libFuzzer, by the mutations and by the property tests.
 */
#ifndef FRAME_PROMISES_H
#define FRAME_PROMISES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "byte_buffer.h"

/* Memory kept from frame to frame, and what has been seen. */
struct frame_promises {
    struct arena message, again, small;
    struct byte_buffer first, second, cramped;
    uint64_t frames, framed, accepted;
    const char *broken;      /* the promise that did not hold; NULL: all held */
};

void frame_promises_init(struct frame_promises *promises);
void frame_promises_fini(struct frame_promises *promises);

/* Reads the bytes as a frame of either side; false, and `broken` set, if a promise does not hold.
 * The bytes should be an allocation of exactly size. `variation` chooses caps and limits of the side checks. */
bool frame_promises_hold(struct frame_promises *promises, const uint8_t *bytes, size_t size, uint64_t variation);

#endif
