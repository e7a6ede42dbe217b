/* SPDX-License-Identifier: Apache-2.0
 *
 * What was confirmed goes out: the outbox has it in the order of its causes; here it is sorted by session, so that all
 * that a turn tells a peer goes as one message if the peer reads bundles. For every peer the order stays.
 *
 *   outbox:   a1 b1 a2 event a3 b2     ->    event   [a1 a2 a3]   [b1 b2]
 *
 * A message costs libzmq, the kernel and the reader much the same whether it holds one frame or ten. Reps are told first: who
 * published has been waiting for an answer, but a prospect waits for the rep.
 */
#include "lw_log.h"
#include "net_internal.h"

enum { PIECE_BYTES = 1024 * 1024 };   /* sent before more is sorted */

struct told { struct peer *first, *last; };
struct release { struct told reps, others; uint32_t peers; size_t bytes; };

static void sort_in(struct net *net, struct release *release, struct outbox_frame *frame);
static void send_all(struct net *net, struct release *release);
static void send_list(struct net *net, const struct told *told, uint32_t half, uint32_t *sent);
static void send_to(struct net *net, struct peer *peer, struct outbox_frame *frame);
static struct outbox_frame *end_of_message(const struct peer *peer, struct outbox_frame *frame, size_t *size_out);
static enum endpoint_sent send_message(struct net *net, struct peer *peer, const struct outbox_frame *frame,
                                       const struct outbox_frame *end, size_t size);
static bool count_frame(struct peer *peer, uint32_t flags);

uint32_t net_release(struct net *net, uint64_t confirmed)
{
    struct release release = {0};
    struct outbox_frame *frame;
    uint32_t count = 0;

    while ((frame = outbox_take(&net->outbox, confirmed)) != NULL) {
        sort_in(net, &release, frame);
        count++;
        if (release.bytes >= PIECE_BYTES)
            send_all(net, &release);
    }
    send_all(net, &release);
    net_flush(net);
    return count;
}

static void sort_in(struct net *net, struct release *release, struct outbox_frame *frame)
{
    release->bytes += frame->size;
    if (frame->flags & OUTBOX_EVENT) {
        events_feed_send(&net->events, frame->bytes, frame->size);
        return;
    }
    struct peer *peer = sessions_at(&net->sessions, frame->slot, frame->session);
    if (!peer)
        return;
    frame->next = NULL;
    if (peer->release.first) {
        peer->release.last->next = frame;
    } else {
        struct told *told = peer->role == SESSION_ROLE_REP ? &release->reps : &release->others;
        peer->release.first = frame;
        peer->release.next = NULL;
        *(told->last ? &told->last->release.next : &told->first) = peer;
        told->last = peer;
        release->peers++;
    }
    peer->release.last = frame;
}

static void send_all(struct net *net, struct release *release)
{
    uint32_t half = (release->peers + 1) / 2, sent = 0;

    events_feed_flush(&net->events);
    send_list(net, &release->reps, half, &sent);
    send_list(net, &release->others, half, &sent);
    outbox_drop_taken(&net->outbox);
    *release = (struct release){0};
}

static void send_list(struct net *net, const struct told *told, uint32_t half, uint32_t *sent)
{
    for (struct peer *peer = told->first; peer; peer = peer->release.next) {
        struct outbox_frame *frame = peer->release.first;
        peer->release.first = NULL;
        send_to(net, peer, frame);
        if (net->callbacks.half_released && ++*sent == half) {
            net_flush(net);
            net->callbacks.half_released(net->callbacks.context);
        }
    }
}

static void send_to(struct net *net, struct peer *peer, struct outbox_frame *frame)
{
    while (frame && (peer->state == PEER_OPEN || peer->state == PEER_LOGGING_ON)) {
        size_t size;
        struct outbox_frame *end = end_of_message(peer, frame, &size);
        enum endpoint_sent sent = send_message(net, peer, frame, end, size);
        bool is_slow = sent == ENDPOINT_NO_ROOM, is_over = false;
        for (; frame != end; frame = frame->next) {
            is_slow |= !count_frame(peer, frame->flags);
            is_over |= (frame->flags & OUTBOX_ENDS) != 0;
        }
        if (is_slow && sent != ENDPOINT_UNREACHABLE)
            net_drop(net, peer, "slow");
        else if (is_over || sent == ENDPOINT_UNREACHABLE)
            sessions_end(&net->sessions, peer, false);
    }
}

/* Where the message that begins with this frame ends: behind it, or, in bundles, where the next would not fit. */
static struct outbox_frame *end_of_message(const struct peer *peer, struct outbox_frame *frame, size_t *size_out)
{
    uint32_t count = 0;

    *size_out = 0;
    do {
        *size_out += frame->size;
        frame = frame->next;
        count++;
    } while (frame && peer->takes_bundles && count < WIRE_BUNDLE_FRAMES_MAX && *size_out + frame->size <= WIRE_BUNDLE_SIZE_MAX);
    return frame;
}

static enum endpoint_sent send_message(struct net *net, struct peer *peer, const struct outbox_frame *frame,
                                       const struct outbox_frame *end, size_t size)
{
    struct endpoint *endpoint = &net->doors[peer->role].endpoint;
    struct endpoint_room room;
    enum endpoint_sent sent = endpoint_reserve(endpoint, peer->route, size, &room);

    if (sent != ENDPOINT_SENT)
        return sent;
    for (unsigned char *at = room.bytes; frame != end; frame = frame->next) {
        memcpy(at, frame->bytes, frame->size);
        at += frame->size;
    }
    return endpoint_send_reserved(endpoint, &room);
}

/* False when too much is unconfirmed. */
static bool count_frame(struct peer *peer, uint32_t flags)
{
    if (flags & OUTBOX_ANSWERS && peer->unanswered > 0)
        peer->unanswered--;
    peer->sent++;
    if (flags & OUTBOX_WELCOMES)
        peer->sent = peer->confirmed = 0;
    return peer->sent - peer->confirmed <= sessions_window(peer->role);
}
