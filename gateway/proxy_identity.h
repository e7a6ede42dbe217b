/* SPDX-License-Identifier: Apache-2.0
 *
 * proxy_identity - signing in by the word of an identity-aware proxy: a header with the user's name, believed only from the proxy's own
 * addresses. Off unless configured:
 *
 *   identity: {header: X-Forwarded-User, from: [127.0.0.1]}
 *
 * Threads: one owner.
 */
#ifndef PROXY_IDENTITY_H
#define PROXY_IDENTITY_H

#include "arena.h"
#include "request_guard.h"
#include "yaml_doc.h"

struct proxy_identity {
    const char *header;                   /* NULL: nobody is believed */
    const struct address_range *from;
    size_t from_count;
};

/* node NULL: off. Problems go to the document. */
void proxy_identity_read(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena, struct proxy_identity *out);
/* Signs in whom the proxy names, unless they are already, and ends a session of anybody else: the request goes on as theirs. */
void proxy_identity_take(const struct proxy_identity *identity, const struct guard *guard, struct request *request);

#endif
