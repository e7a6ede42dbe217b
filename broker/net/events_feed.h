/* SPDX-License-Identifier: Apache-2.0
 *
 * events_feed - the desk's event stream: XPUB, one topic with the desk's name, and one for the same events in bundles.
 *
 * Each event carries {epoch, seq, previous seq}. Numbers are counted whether or not anybody listens, so whoever
 * starts to listen sees a gap rather than a false beginning. Slow listeners lose events at the
 * high-water mark, see the gap, and take a new snapshot.
 *
 * A message costs libzmq, the kernel and the reader much the same with one event as with thirty, and that for each subscriber. So
 * all that goes out together goes as one message to those who subscribe to bundles; a topic that nobody listens to costs nothing.
 *
 * Plain and encrypted addresses have a socket each: libzmq cannot turn out a single subscriber, so when a key is
 * revoked the encrypted socket is made anew, and whoever may still come in does, by itself.
 * Threads: one owner.
 */
#ifndef EVENTS_FEED_H
#define EVENTS_FEED_H

#include <leadwire/lead.h>

#include "byte_buffer.h"
#include "endpoint.h"
#include "endpoint_watch.h"
#include "siphash.h"
#include "wire.h"

enum { FEED_PLAIN, FEED_LOCKED, FEED_SOCKETS };
enum { FEED_SINGLES, FEED_BUNDLES, FEED_TOPICS };
enum { FEED_ADDRESSES_MAX = 5, FEED_REBIND_MS = 10, FEED_TURN_MAX = 1024 };
/* Of a bundle: with the high-water mark they bound what is kept for who does not read (8 MiB for each place of the stream at which some stand still). */
enum { FEED_BUNDLE_BYTES = 4 * 1024, FEED_BUNDLE_EVENTS = 32 };

struct feed_subscriber { int socket, fd; struct siphash_128 key_tag; };   /* fd -1: not known; key_tag zero: none */

struct feed_socket {
    struct endpoint endpoint;
    struct endpoint_watch watch;
    bool listening[FEED_TOPICS][LW_NAME_MAX + 2];    /* by the length of the topic's prefix that is subscribed */
    uint32_t listening_count[FEED_TOPICS];
};

struct events_feed {
    struct feed_socket sockets[FEED_SOCKETS];
    void *zmq_context;
    struct endpoint_lock lock;
    char topics[FEED_TOPICS][LW_NAME_MAX + 2];
    struct byte_buffer bundle;
    uint32_t bundle_events;
    uint32_t taken;                /* subscriptions, in this turn */
    uint64_t epoch, seq;
    struct { char text[ENDPOINT_ADDRESS_MAX]; bool is_locked, is_bound; } addresses[FEED_ADDRESSES_MAX];
    uint32_t address_count;
};

/* The context outlives the feed. LW_NO_MEMORY, LW_IO. */
LW_MUST_CHECK lw_status events_feed_open(struct events_feed *feed, void *zmq_context, const char *desk);
void events_feed_close(struct events_feed *feed);
/* lock (borrowed for ever): NULL for a plain address. Errors as endpoint_bind. */
LW_MUST_CHECK lw_status events_feed_bind(struct events_feed *feed, const char *address, const struct endpoint_lock *lock);
/* Ends all encrypted connections; their addresses are bound again, now or in events_feed_collect. */
void events_feed_turn_out(struct events_feed *feed);
/* An address is still not bound again: come back in FEED_REBIND_MS. */
bool events_feed_is_rebinding(const struct events_feed *feed);

/* Binds again what is not bound yet. */
void events_feed_collect(struct events_feed *feed);
/* Takes the next subscription, or its end, into account, and tells who subscribed. False: no more by now. At most FEED_TURN_MAX in a turn, which
 * events_feed_collect begins. */
bool events_feed_take_subscriber(struct events_feed *feed, struct feed_subscriber *out);
static inline bool events_feed_has_listeners(const struct events_feed *feed)
{
    const struct feed_socket *plain = &feed->sockets[FEED_PLAIN], *locked = &feed->sockets[FEED_LOCKED];

    return plain->listening_count[FEED_SINGLES] + plain->listening_count[FEED_BUNDLES] + locked->listening_count[FEED_SINGLES] + locked->listening_count[FEED_BUNDLES] > 0;
}
/* Gives the event its numbers. */
void events_feed_number(struct events_feed *feed, Leadwire__V1__Event *event, int64_t at_unix_ms);
void events_feed_send(struct events_feed *feed, const void *bytes, size_t size);
/* Sends the bundle that was begun: when no more events go out by now. */
void events_feed_flush(struct events_feed *feed);

#endif
