/* SPDX-License-Identifier: Apache-2.0
 *
 * contact_id - the idempotency id of a contact whose source gives none, and
 * a usable form of the one it gives. Threads: one.
 */
#ifndef CONTACT_ID_H
#define CONTACT_ID_H

#include <leadwire/lead.h>
#include <stddef.h>

/* "sha256:" and 64 hex digits of source, NUL and bytes; to id[LW_IDEMPOTENCY_ID_MAX + 1]. */
void contact_id_from_bytes(const char *source, const void *bytes, size_t size, char id[LW_IDEMPOTENCY_ID_MAX + 1]);
/* What the source called it. An id that is too long or holds other than printable UTF-8 is hashed instead.
 * Requires size > 0. */
void contact_id_from_source(const char *source, const char *given, size_t size, char id[LW_IDEMPOTENCY_ID_MAX + 1]);
/* Lower-case hex of SHA-256 over source, NUL and bytes. */
void contact_hash_hex(const char *source, const void *bytes, size_t size, char hex[65]);

#endif
