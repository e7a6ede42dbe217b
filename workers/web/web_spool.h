/* SPDX-License-Identifier: Apache-2.0
 *
 * web_spool - contacts of sources that cannot send again, kept on disk while the broker is away.
 *
 * A contact that is held is on disk with all that is needed to make its lead: the body as
 * it came, its id, when it came, where its raw is. They are sent on one after the other, in the order they
 * came, as soon as the broker answers. While one waits, those of all such sources go behind it.
 * Killed between the broker's yes and the removal, the worker sends the contact once more under the
 * same id: the broker knows it. What can never become a lead any more (its source is gone
 * from the configuration, the broker's final no) is set aside, counted and logged.
 * Threads: one owner, that of the event base.
 */
#ifndef WEB_SPOOL_H
#define WEB_SPOOL_H

#include "http_worker.h"
#include "spool.h"
#include "web_body.h"

struct web_spool;   /* opaque */

/* One contact. Strings are borrowed. */
struct web_held {
    const char *source, *id, *raw_ref;
    bool id_is_hash;
    int64_t received_unix_ms;
    struct web_body body;
};

/* The rules' spool.directory is set. Errors: those of spool_open. */
LW_MUST_CHECK lw_status web_spool_open(struct http_worker *worker, const struct web_spool_options *options, struct web_spool **out);
void web_spool_close(struct web_spool **spool);   /* NULL accepted */
/* True while contacts wait: new ones of sources that cannot retry have to go behind them. */
bool web_spool_is_busy(const struct web_spool *spool);
/* The contact is on disk. Errors, nothing then kept, logged: those of spool_put. */
LW_MUST_CHECK lw_status web_spool_hold(struct web_spool *spool, const struct web_held *held);
/* Appends ", \"spool\": {...}" for /healthz, with an alarm in words. */
void web_spool_health(const struct web_spool *spool, struct byte_buffer *out);
/* Writes its metrics; NULL: of a worker without a spool. */
void web_spool_metrics(const struct web_spool *spool, struct byte_buffer *out);

#endif
