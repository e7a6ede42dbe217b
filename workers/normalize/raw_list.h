/* SPDX-License-Identifier: Apache-2.0
 *
 * raw_list - what a raw store holds of some time, oldest first: for reading contacts again.
 *
 * Whose a file is, its name tells only together with its bytes (raw_file_is_of). Threads: one owner.
 */
#ifndef RAW_LIST_H
#define RAW_LIST_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "byte_buffer.h"
#include "raw_store.h"

struct raw_file {
    char name[RAW_REF_MAX];    /* the reference of its lead */
    int64_t at_unix_ms;        /* when the contact last came in */
};

struct raw_list {
    struct raw_file *files;    /* by time, then name */
    size_t count;
    int directory;
};

/* Files of [since, until). Errors: LW_IO (errno tells why), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status raw_list_open(const char *directory, int64_t since_unix_ms, int64_t until_unix_ms, struct raw_list *out);
void raw_list_close(struct raw_list *list);
/* The whole file; out is cleared before. Errors: LW_NOT_FOUND (it is gone since), LW_TOO_LARGE (out's maximum), LW_IO. */
LW_MUST_CHECK lw_status raw_list_read(const struct raw_list *list, const char *name, struct byte_buffer *out);
/* The file of this name was kept of a contact of this source, and is as it was. */
bool raw_file_is_of(const char *name, const char *source, const void *bytes, size_t size);

#endif
