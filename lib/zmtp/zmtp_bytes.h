/* SPDX-License-Identifier: Apache-2.0
 *
 * zmtp_bytes - bytes that came, or that wait to go. They are put at the end and taken from the beginning.
 *
 *   data  .....BBBBBBBBBBBB.........   begin to end are in use
 *
 * A zeroed one is empty, and has no memory. Threads: any; no state.
 */
#ifndef ZMTP_BYTES_H
#define ZMTP_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zmtp_bytes { uint8_t *data; size_t begin, end, capacity; };

static inline size_t zmtp_bytes_count(const struct zmtp_bytes *bytes) { return bytes->end - bytes->begin; }
/* Where size bytes more can be written, to be added to end; NULL: no memory, and nothing has changed. */
uint8_t *zmtp_bytes_make_room(struct zmtp_bytes *bytes, size_t size);
/* False: no memory. */
bool zmtp_bytes_put(struct zmtp_bytes *bytes, const void *from, size_t size);
/* Empties it. Memory above keep bytes goes back. */
void zmtp_bytes_clear(struct zmtp_bytes *bytes, size_t keep);

/* Room for a message of one frame, to be filled and then added; NULL: no memory. */
uint8_t *zmtp_bytes_reserve(struct zmtp_bytes *bytes, size_t size);
/* The message of size bytes that was reserved last. Gives how many bytes that are with its header. */
size_t zmtp_bytes_add_message(struct zmtp_bytes *bytes, size_t size);

#endif
