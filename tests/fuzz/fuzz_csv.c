/* SPDX-License-Identifier: Apache-2.0
 * Any bytes as CSV: rows come to an end, in order, within bounds. */
#include "csv_read.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct csv_reader reader;
    enum csv_result result;
    uint64_t line = 0;
    csv_reader_init(&reader, (const char *)data, size);
    while ((result = csv_reader_next(&reader)) != CSV_END) {
        assert(reader.line > line);
        line = reader.line;
        for (size_t i = 0; i < reader.field_count; i++)
            assert(strlen(reader.fields[i]) < sizeof reader.text);
        assert(reader.raw >= (const char *)data && reader.raw + reader.raw_size <= (const char *)data + size);
    }
    return 0;
}
