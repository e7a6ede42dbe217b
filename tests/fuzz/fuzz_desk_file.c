/* SPDX-License-Identifier: Apache-2.0
 * Any bytes as an export of a desk: refused with a reason or read to its end, entries in order, everything within the file. */
#include "desk_file.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct seen { size_t bytes; uint64_t fields, entries; struct desk_id last; };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static lw_status see_field(void *context, const struct desk_field *field)
{
    struct seen *seen = context;

    assert(field->family >= DESK_CONFIG && field->family <= DESK_SEEN && field->name_size > 0 && field->value_size > 0);
    assert(field->family != DESK_LEADS || field->bucket < STORE_LEAD_HASHES);
    seen->bytes += field->name_size + field->value_size;
    seen->fields++;
    return LW_OK;
}

static lw_status see_entry(void *context, struct desk_id id, const void *bytes, size_t size)
{
    struct seen *seen = context;

    (void)bytes;
    assert(desk_id_compare(id, seen->last) > 0);
    seen->last = id;
    seen->bytes += size;
    seen->entries++;
    return LW_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen seen = {0};
    struct desk_file_visitor visitor = {.context = &seen, .field = see_field, .entry = see_entry};
    struct desk_file_reader reader;
    struct desk_file_head head;
    struct desk_file_end end;
    FILE *in = size > 0 ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;

    if (!in)
        return 0;
    desk_file_reader_init(&reader, in, size);
    lw_status status = desk_file_read(&reader, &visitor, &head, &end);
    assert(seen.bytes <= size);
    assert((status == LW_OK) == (reader.error[0] == '\0'));
    assert(status != LW_OK || (end.fields == seen.fields && end.entries == seen.entries && store_desk_is_valid(head.desk)));
    desk_file_reader_fini(&reader);
    fclose(in);
    return 0;
}
