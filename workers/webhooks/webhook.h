/* SPDX-License-Identifier: Apache-2.0
 *
 * webhook - one hook: its outbox on disk, and the message that is being sent.
 *
 * Messages go in the order in which they were put, one after another: the first is sent until an answer 2xx came, each time later, up
 * to retry.most. Given up, and set aside (webhook_dead.h), is one that waited for retry.give_up, that was answered with a 4xx that
 * says that it will never do five times, or with 410. Redirects are no answer. A message whose answer was lost is sent again:
 * receivers know it by its webhook-id. Threads: one owner, that of the event base.
 */
#ifndef WEBHOOK_H
#define WEBHOOK_H

#include <event2/event.h>
#include <stdbool.h>

#include "http_fetch.h"
#include "offer_link.h"
#include "spool.h"
#include "webhook_sign.h"
#include "webhooks_config.h"

struct webhook {
    const struct webhook_config *config;
    struct http_fetcher *fetcher;
    struct spool *spool;
    struct event *pump;          /* sends the next */
    struct webhook_keys keys;
    struct offer_key accept_key;
    char folder[WEBHOOK_PATH_MAX + 80];
    uint8_t *message;            /* the first of the outbox while it is sent; NULL: none is */
    size_t size;
    uint32_t attempts;           /* of the first */
    uint64_t delivered_total, failed_total, dead_total;
};

/* Where a hook keeps what waits. False: the path is too long. */
bool webhook_folder(const char *state, const char *name, char *out, size_t size);
/* *hook must stay where it is; config is borrowed. What is wrong is logged. Errors, close it all the same: LW_IO, LW_REFUSED, LW_INVALID, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status webhook_open(struct webhook *hook, const struct webhook_config *config, const char *state, struct http_fetcher *fetcher,
                                     struct event_base *base);
void webhook_close(struct webhook *hook);   /* zeroed: accepted. After the fetcher was closed */
/* False: the outbox has no room; it was logged. */
bool webhook_put(struct webhook *hook, const char *id, const char *body);
/* Has the outbox room for more than a little? */
bool webhook_has_room(const struct webhook *hook);
/* Reads the secret again; a wrong one changes nothing and is logged. */
void webhook_reload(struct webhook *hook);
/* Takes what is to be sent again. Each second. */
void webhook_tick(struct webhook *hook);

#endif
