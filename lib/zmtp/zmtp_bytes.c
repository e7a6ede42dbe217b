/* SPDX-License-Identifier: Apache-2.0 */
#include "zmtp_bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "zmtp_frame.h"

enum { BYTES_FIRST = 512 };

uint8_t *zmtp_bytes_make_room(struct zmtp_bytes *bytes, size_t size)
{
    size_t used = zmtp_bytes_count(bytes), capacity = bytes->capacity;

    if (capacity - bytes->end >= size && bytes->data)
        return bytes->data + bytes->end;
    /* What is moved was moved seldom: before it is again, a quarter of it has gone. Else there would be no end to moving a long row of which little goes. */
    if (bytes->data && capacity - used >= size && bytes->begin >= used / 4) {
        if (used > 0)
            memmove(bytes->data, bytes->data + bytes->begin, used);
        bytes->begin = 0;
        bytes->end = used;
        return bytes->data + bytes->end;
    }
    for (capacity = capacity ? 2 * capacity : BYTES_FIRST; capacity - bytes->end < size;)
        capacity *= 2;
    uint8_t *data = realloc(bytes->data, capacity);
    if (!data)
        return NULL;
    bytes->data = data;
    bytes->capacity = capacity;
    return bytes->data + bytes->end;
}

bool zmtp_bytes_put(struct zmtp_bytes *bytes, const void *from, size_t size)
{
    uint8_t *at = zmtp_bytes_make_room(bytes, size);

    if (!at)
        return false;
    memcpy(at, from, size);
    bytes->end += size;
    return true;
}

void zmtp_bytes_clear(struct zmtp_bytes *bytes, size_t keep)
{
    bytes->begin = bytes->end = 0;
    if (bytes->capacity <= keep)
        return;
    free(bytes->data);
    *bytes = (struct zmtp_bytes){0};
}

uint8_t *zmtp_bytes_reserve(struct zmtp_bytes *bytes, size_t size)
{
    uint8_t *at = zmtp_bytes_make_room(bytes, ZMTP_HEADER_MAX + size);
    return at ? at + ZMTP_HEADER_MAX : NULL;
}

/* The body stands where the longest header ends; a shorter one is put right before it, if nothing else waits. */
size_t zmtp_bytes_add_message(struct zmtp_bytes *bytes, size_t size)
{
    uint8_t header[ZMTP_HEADER_MAX], *at = bytes->data + bytes->end;
    size_t header_size = zmtp_write_header(header, size);

    assert(bytes->capacity - bytes->end >= ZMTP_HEADER_MAX + size);
    if (bytes->begin == bytes->end)
        bytes->begin = bytes->end = bytes->end + ZMTP_HEADER_MAX - header_size;
    else if (header_size < ZMTP_HEADER_MAX)
        memmove(at + header_size, at + ZMTP_HEADER_MAX, size);
    memcpy(bytes->data + bytes->end, header, header_size);
    bytes->end += header_size + size;
    return header_size + size;
}
