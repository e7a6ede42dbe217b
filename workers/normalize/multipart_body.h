/* SPDX-License-Identifier: Apache-2.0
 *
 * multipart_body - multipart/form-data (RFC 7578) -> fields, and what files there were.
 *
 * Parts with a file name are files: their name, type and size are told, their bytes stay where they
 * are. An empty file input (no name, no bytes) is no file. Names are read as browsers write
 * them (%22, %0D and %0A in quotes; \" too); a file's also as "filename*" (RFC 8187), which RFC 7578
 * forbids and programs write. Transfer encodings are not undone: RFC 7578 forbids
 * them. A body that is cut off, or whose parts have broken headers, is refused whole. Threads: none.
 */
#ifndef MULTIPART_BODY_H
#define MULTIPART_BODY_H

#include <leadwire/status.h>
#include <stddef.h>

#include "arena.h"
#include "form_fields.h"

enum { MULTIPART_BOUNDARY_MAX = 70, MULTIPART_HEADERS_SIZE_MAX = 4096 };

struct multipart_file {
    const char *name;         /* of the form's input */
    const char *file_name;    /* as the sender says: never a path of ours */
    const char *media_type;   /* "" if not said */
    size_t size;
};

/* In the arena. Fields and files together: at most FORM_FIELDS_MAX. */
struct multipart_body {
    struct form_fields fields;
    struct multipart_file *files;
    size_t file_count;
};

/* content_type: the whole header. Errors, *out then empty: LW_INVALID (no boundary in the header, or not such a body),
 * LW_TOO_LARGE (parts, or a part's headers), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status multipart_body_read(struct arena *arena, const char *content_type, const char *bytes, size_t size,
                                            struct multipart_body *out);

#endif
