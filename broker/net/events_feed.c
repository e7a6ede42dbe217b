/* SPDX-License-Identifier: Apache-2.0 */
#include "events_feed.h"

#include <string.h>

void events_feed_collect(struct events_feed *feed)
{
    unsigned char message[1 + LW_NAME_MAX];
    size_t topic_size = strlen(feed->topic);

    for (;;) {
        int size = zmq_recv(feed->endpoint.socket, message, sizeof message, ZMQ_DONTWAIT);
        if (size < 0)
            return;
        size_t prefix_size = (size_t)size - 1;
        if (size < 1 || message[0] > 1 || prefix_size > topic_size || memcmp(message + 1, feed->topic, prefix_size) != 0)
            continue;
        /* XPUB tells the first subscription of a prefix and the last end of one. */
        bool listens = message[0] == 1;
        if (feed->listening[prefix_size] != listens)
            feed->listening_count += listens ? 1u : UINT32_MAX;
        feed->listening[prefix_size] = listens;
    }
}

void events_feed_number(struct events_feed *feed, Leadwire__V1__Event *event, int64_t at_unix_ms)
{
    event->epoch = feed->epoch;
    event->previous_seq = feed->seq;
    event->seq = ++feed->seq;
    event->at_unix_ms = at_unix_ms;
}

void events_feed_send(struct events_feed *feed, const void *bytes, size_t size)
{
    if (zmq_send(feed->endpoint.socket, feed->topic, strlen(feed->topic), ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0)
        (void)zmq_send(feed->endpoint.socket, bytes, size, ZMQ_DONTWAIT);
}
