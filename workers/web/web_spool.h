/* SPDX-License-Identifier: Apache-2.0
 *
 * web_spool - contacts of leadwire-web in a contact_spool.
 *
 * A contact that is held is on disk with all that is needed to make its lead: the body as
 * it came, its id, when it came, where its raw is. Sent more than once, it is the same lead: the broker knows its id.
 * Threads: one owner, that of the event base.
 */
#ifndef WEB_SPOOL_H
#define WEB_SPOOL_H

#include "contact_spool.h"
#include "web_body.h"

/* One contact. Strings are borrowed. */
struct web_held {
    const char *source, *id, *raw_ref;
    bool id_is_hash;
    int64_t received_unix_ms;
    struct web_body body;
};

/* The rules' spool.directory is set. Errors: those of contact_spool_open. */
LW_MUST_CHECK lw_status web_spool_open(struct http_worker *worker, const struct contact_spool_options *options, struct contact_spool **out);
/* Errors, nothing then kept, logged: those of contact_spool_hold. */
LW_MUST_CHECK lw_status web_spool_hold(struct contact_spool *spool, const struct web_held *held);

#endif
