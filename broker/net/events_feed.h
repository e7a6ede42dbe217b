/* SPDX-License-Identifier: Apache-2.0
 *
 * events_feed - the desk's event stream: XPUB, one topic, the desk's name.
 *
 * Each event carries {epoch, seq, previous seq}. Numbers are counted whether or not anybody listens, so whoever
 * starts to listen sees a gap rather than a false beginning. Slow listeners lose events at the
 * high-water mark, see the gap, and take a new snapshot.
 * Threads: one owner.
 */
#ifndef EVENTS_FEED_H
#define EVENTS_FEED_H

#include <leadwire/lead.h>

#include "endpoint.h"
#include "wire.h"

struct events_feed {
    struct endpoint endpoint;
    const char *topic;
    bool listening[LW_NAME_MAX + 1];    /* by the length of the topic's prefix that is subscribed */
    uint32_t listening_count;
    uint64_t epoch, seq;
    char addresses[1 + 4][ENDPOINT_ADDRESS_MAX];
    uint32_t address_count;
};

/* Takes new subscriptions into account. */
void events_feed_collect(struct events_feed *feed);
static inline bool events_feed_has_listeners(const struct events_feed *feed) { return feed->listening_count > 0; }
/* Gives the event its numbers. */
void events_feed_number(struct events_feed *feed, Leadwire__V1__Event *event, int64_t at_unix_ms);
void events_feed_send(struct events_feed *feed, const void *bytes, size_t size);

#endif
