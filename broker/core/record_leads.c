/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of several leads as one: their number, then each with its size.
 */
#include "record.h"

enum { LEADS_MAX = 16 };   /* a merge makes three at most */

void record_put_leads(struct byte_buffer *out, uint32_t count, const struct byte_buffer *records)
{
    byte_buffer_put_varint(out, count);
    byte_buffer_put(out, records->data, records->size);
}

lw_status record_visit_leads(const void *bytes, size_t size, lw_status (*visit)(void *context, const void *bytes, size_t size), void *context)
{
    struct byte_reader in;
    lw_status status = LW_OK;
    byte_reader_init(&in, bytes, size);
    uint64_t count = byte_reader_varint_max(&in, LEADS_MAX);
    for (uint64_t i = 0; i < count && status == LW_OK; i++) {
        size_t one_size;
        const uint8_t *one = byte_reader_blob(&in, &one_size);
        status = in.failed ? LW_CORRUPT : visit(context, one, one_size);
    }
    return status != LW_OK || byte_reader_done(&in) ? status : LW_CORRUPT;
}
