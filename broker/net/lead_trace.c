/* SPDX-License-Identifier: Apache-2.0 */
#include "lead_trace.h"

#include <string.h>

#include "byte_buffer.h"

enum { TRACE_PARENT_FIELD = 36, WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5, FIXED32_SIZE = 4 };

static void skip(struct byte_reader *reader, unsigned wire_type)
{
    size_t size;

    if (wire_type == WIRE_VARINT)
        (void)byte_reader_varint(reader);
    else if (wire_type == WIRE_FIXED64)
        (void)byte_reader_fixed64(reader);
    else if (wire_type == WIRE_BYTES)
        (void)byte_reader_blob(reader, &size);
    else if (wire_type == WIRE_FIXED32)
        for (int i = 0; i < FIXED32_SIZE; i++)
            (void)byte_reader_u8(reader);
    else
        reader->failed = true;
}

void lead_trace_id(const void *payload, size_t size, char out[TRACE_ID_SIZE])
{
    char trace_parent[TRACE_PARENT_SIZE];
    struct byte_reader reader;

    out[0] = '\0';
    byte_reader_init(&reader, payload, payload ? size : 0);
    while (byte_reader_left(&reader) > 0 && !reader.failed) {
        uint64_t key = byte_reader_varint(&reader);
        if (key != (TRACE_PARENT_FIELD << 3 | WIRE_BYTES)) {
            skip(&reader, (unsigned)(key & 7));
            continue;
        }
        byte_reader_text(&reader, trace_parent, sizeof trace_parent);
        if (!reader.failed)
            trace_id_read(trace_parent, out);
        return;
    }
}
