/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_versions - the versions of the desk's rules that the gateway has seen: who applied each, why, and its text; in a folder, so that
 * they can be compared and gone back to. The broker itself keeps the one in force.
 *
 * A file NUMBER.json for each, readable by its owner only; the newest OPS_VERSIONS_KEPT stay. Without a folder the list is in memory, and
 * only of the version in force there is a text. Threads: one owner.
 */
#ifndef OPS_VERSIONS_H
#define OPS_VERSIONS_H

#include <jansson.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

enum { OPS_VERSIONS_KEPT = 200, OPS_REASON_MAX = 512 };

struct ops_versions {
    char *folder;     /* NULL: none */
    json_t *rows;     /* by number: version, applied_unix_ms, by, reason */
};

/* folder NULL or "": none; it must be there. Errors: LW_IO (errno tells why), LW_NO_MEMORY. A file that cannot be read is skipped. */
LW_MUST_CHECK lw_status ops_versions_open(struct ops_versions *versions, const char *folder);
void ops_versions_close(struct ops_versions *versions);   /* zeroed: accepted */
/* This version is in force; those with a higher number are of another desk's past, and go. row: with `text`; borrowed. False: not written. */
bool ops_versions_put(struct ops_versions *versions, const json_t *row);
/* Is it there, applied at that time? */
bool ops_versions_has(const struct ops_versions *versions, uint32_t version, int64_t applied_unix_ms);
/* With its text, from its file. A new reference; NULL if there is none. */
json_t *ops_versions_read(const struct ops_versions *versions, uint32_t version);

#endif
