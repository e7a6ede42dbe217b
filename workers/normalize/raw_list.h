/* SPDX-License-Identifier: Apache-2.0
 *
 * raw_list - what a raw store holds of some time, oldest first: for reading contacts again.
 *
 * A contact that came in several times is one, as it came in last. What is being written meanwhile may be left out. Whose a contact is, its
 * reference tells only together with its bytes (raw_file_is_of). Threads: one owner.
 */
#ifndef RAW_LIST_H
#define RAW_LIST_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "byte_buffer.h"
#include "raw_segment.h"
#include "raw_store.h"

/* Bytes of a segment. */
struct raw_place { uint64_t offset, size; uint32_t segment; };

struct raw_file {
    char name[RAW_REF_MAX];       /* the reference of its lead */
    int64_t at_unix_ms;           /* when the contact last came in */
    struct raw_place bytes, key;  /* segment RAW_ALONE: in files of their own, of a former version. key.size 0: none */
    bool is_again;                /* while the list is made: it has no bytes of its own */
};

enum { RAW_ALONE = INT32_MAX };

struct raw_list {
    struct raw_file *files;    /* by time, then name */
    size_t count;
    char (*segments)[RAW_SEGMENT_NAME_MAX];
    uint32_t segment_count;
    uint32_t damaged_count;    /* segments of which a part cannot be read: files holds what stands before it */
    int directory;
};

/* Contacts of [since, until). Errors: LW_IO (errno tells why), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status raw_list_open(const char *directory, int64_t since_unix_ms, int64_t until_unix_ms, struct raw_list *out);
void raw_list_close(struct raw_list *list);
/* The whole contact; out is cleared before. Errors: LW_NOT_FOUND (it is gone since), LW_TOO_LARGE (out's maximum), LW_IO. */
LW_MUST_CHECK lw_status raw_list_read(const struct raw_list *list, const struct raw_file *file, struct byte_buffer *out);
/* What its sender called it. Errors as above; LW_NOT_FOUND also where there is none. */
LW_MUST_CHECK lw_status raw_list_read_key(const struct raw_list *list, const struct raw_file *file, struct byte_buffer *out);
/* The contact of this name was kept of this source, and is as it was. */
bool raw_file_is_of(const char *name, const char *source, const void *bytes, size_t size);

/* worker --show-raw REFERENCE --raw DIRECTORY: writes the bytes of the contact to standard output. The process's main. */
int raw_show_main(int argc, char **argv, const char *program);

#endif
