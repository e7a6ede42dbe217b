/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* strndup */
#include "zmtp_peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    READ_SIZE = 16 * 1024,             /* at once */
    READ_MAX = 64 * 1024,              /* of a frame that is larger; and more, as it comes */
    SPARE_MAX = 64 * 1024,             /* memory that is lent again */
    OUT_BYTES_MAX = 128 * 1024 * 1024, /* waiting: no more is taken. All that the outbox may hold for one goes at once (admission.h) */
};

static bool read_claims(struct zmtp_peer *peer, const struct zmtp_frame *ready);
static bool may_be_our_peer(const struct zmtp_frame *ready);
static bool handle_command(struct zmtp_peer *peer, const struct zmtp_limits *limits, const struct zmtp_frame *frame);
static void count_added(struct zmtp_peer *peer, size_t size);
static void count_sent(struct zmtp_peer *peer, size_t size);
static void drop_out(struct zmtp_peer *peer);
static void give_back(struct zmtp_bytes *bytes, struct zmtp_bytes *spare);

struct zmtp_peer *zmtp_peer_new(int fd)
{
    struct zmtp_peer *peer = calloc(1, sizeof *peer);
    uint8_t hello[ZMTP_HELLO_SIZE];

    zmtp_write_hello(hello, ZMTP_ROUTER);
    if (!peer || !zmtp_bytes_put(&peer->out, hello, sizeof hello)) {
        free(peer);
        return NULL;
    }
    peer->fd = fd;
    count_added(peer, sizeof hello);
    return peer;
}

void zmtp_peer_free(struct zmtp_peer *peer)
{
    close(peer->fd);
    zmtp_bytes_clear(&peer->in, 0);
    zmtp_bytes_clear(&peer->out, 0);
    free(peer->user_id);
    free(peer);
}

/* ---- what it says ---- */

bool zmtp_peer_fill(struct zmtp_peer *peer, struct zmtp_bytes *spare)
{
    struct zmtp_bytes *in = &peer->in;

    if (!in->data) {
        *in = *spare;
        *spare = (struct zmtp_bytes){0};
    }
    size_t have = zmtp_bytes_count(in), room = peer->wanted > have ? peer->wanted - have : 0;
    size_t most = have > READ_MAX ? have : READ_MAX;      /* memory is for what came, not for what was announced */
    room = room > READ_SIZE ? room : READ_SIZE;
    room = room < most ? room : most;
    uint8_t *at = zmtp_bytes_make_room(in, room);
    peer->is_visited = true;
    if (!at)
        return false;
    ssize_t count = recv(peer->fd, at, room, MSG_DONTWAIT);
    if (count > 0)
        in->end += (size_t)count;
    peer->is_drained = count < (ssize_t)room;
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

void zmtp_peer_settle(struct zmtp_peer *peer, struct zmtp_bytes *spare)
{
    size_t have = zmtp_bytes_count(&peer->in);
    struct zmtp_bytes small = {0};

    if (have == 0) {
        give_back(&peer->in, spare);
    } else if (peer->in.capacity > 4 * have && zmtp_bytes_put(&small, peer->in.data + peer->in.begin, have)) {
        give_back(&peer->in, spare);
        peer->in = small;
    }
}

enum zmtp_found zmtp_peer_shake(struct zmtp_peer *peer)
{
    struct zmtp_bytes *in = &peer->in;
    struct zmtp_frame frame;
    enum zmtp_found found;

    if (peer->state == ZMTP_PEER_GREETING) {
        found = zmtp_bytes_count(in) > 0 ? zmtp_check_greeting(in->data + in->begin, zmtp_bytes_count(in)) : ZMTP_PART;
        if (found != ZMTP_WHOLE)
            return found;
        in->begin += ZMTP_GREETING_SIZE;
        peer->state = ZMTP_PEER_AWAITING;
    }
    if (zmtp_bytes_count(in) == 0)
        return ZMTP_PART;
    found = zmtp_find_frame(in->data + in->begin, zmtp_bytes_count(in), ZMTP_COMMAND_MAX, &frame, &peer->wanted);
    if (found == ZMTP_PART && (in->data[in->begin] & ZMTP_COMMAND) == 0)
        return ZMTP_WRONG;
    if (found != ZMTP_WHOLE)
        return found;
    if ((frame.flags & ZMTP_COMMAND) == 0 || zmtp_command_of(&frame) != ZMTP_READY || !may_be_our_peer(&frame)
        || !read_claims(peer, &frame))
        return ZMTP_WRONG;
    in->begin += peer->wanted;
    peer->wanted = 0;
    peer->state = ZMTP_PEER_UP;
    return ZMTP_WHOLE;
}

enum zmtp_peer_found zmtp_peer_next(struct zmtp_peer *peer, const struct zmtp_limits *limits, struct zmtp_frame *out)
{
    struct zmtp_bytes *in = &peer->in;

    while (zmtp_bytes_count(in) > 0) {
        size_t total;
        enum zmtp_found found = zmtp_find_frame(in->data + in->begin, zmtp_bytes_count(in), limits->frame_size_max, out, &total);
        if (found == ZMTP_WRONG)
            return ZMTP_PEER_OVER;
        if (found == ZMTP_PART) {
            peer->wanted = total;
            return ZMTP_PEER_PART;
        }
        in->begin += total;
        if (out->flags & ZMTP_COMMAND) {
            if (!handle_command(peer, limits, out))
                return ZMTP_PEER_OVER;
        } else if (out->flags & ZMTP_MORE) {
            peer->drops_parts = true;
        } else {
            if (peer->drops_parts)
                *out = (struct zmtp_frame){0};
            peer->drops_parts = false;
            return ZMTP_PEER_MESSAGE;
        }
    }
    peer->wanted = 0;
    return ZMTP_PEER_PART;
}

/* As libzmq's ROUTER has it: of whom it is not said may be one. */
static bool may_be_our_peer(const struct zmtp_frame *ready)
{
    static const char *const types[] = {"DEALER", "REQ", "ROUTER"};
    struct zmtp_frame type;

    if (!zmtp_ready_is_whole(ready))
        return false;
    if (!zmtp_find_property(ready, "Socket-Type", &type))
        return true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (type.size == strlen(types[i]) && memcmp(type.body, types[i], type.size) == 0)
            return true;
    }
    return false;
}

/* False: there is no memory for them. Then it must not pass for one that claims nothing. */
static bool read_claims(struct zmtp_peer *peer, const struct zmtp_frame *ready)
{
    struct zmtp_frame value;

    peer->has_identity = zmtp_find_property(ready, "Identity", &value) && value.size > 0;
    if (zmtp_find_property(ready, "User-Id", &value))
        peer->user_id = strndup((const char *)value.body, value.size);
    return !value.body || peer->user_id;
}

/* False: it ends. */
static bool handle_command(struct zmtp_peer *peer, const struct zmtp_limits *limits, const struct zmtp_frame *frame)
{
    uint8_t pong[ZMTP_PONG_MAX];
    size_t size;

    switch (zmtp_command_of(frame)) {
    case ZMTP_PING:
        size = zmtp_write_pong(pong, frame);
        if (zmtp_peer_has_room(peer, limits) && zmtp_bytes_put(&peer->out, pong, size))
            count_added(peer, size);
        return true;
    case ZMTP_ERROR: return false;
    case ZMTP_READY:
    case ZMTP_OTHER: return true;
    }
    return true;
}

/* ---- what waits to go to it ---- */

bool zmtp_peer_has_room(const struct zmtp_peer *peer, const struct zmtp_limits *limits)
{
    return !peer->is_deaf && peer->waiting < limits->waiting_max && zmtp_bytes_count(&peer->out) < OUT_BYTES_MAX;
}

void zmtp_peer_add(struct zmtp_peer *peer, size_t size)
{
    count_added(peer, zmtp_bytes_add_message(&peer->out, size));
}

void zmtp_peer_flush(struct zmtp_peer *peer)
{
    struct zmtp_bytes *out = &peer->out;

    peer->is_blocked = false;
    while (zmtp_bytes_count(out) > 0) {
        ssize_t count = send(peer->fd, out->data + out->begin, zmtp_bytes_count(out), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count >= 0) {
            count_sent(peer, (size_t)count);
        } else if (errno == EAGAIN) {
            peer->is_blocked = true;
            return;
        } else if (errno != EINTR) {
            peer->is_deaf = true;
            drop_out(peer);
            (void)shutdown(peer->fd, SHUT_RDWR);      /* it may have half a message. What it said before is still read */
        }
    }
    drop_out(peer);
}

static void drop_out(struct zmtp_peer *peer)
{
    zmtp_bytes_clear(&peer->out, 0);
    peer->waiting = 0;
    peer->left_of_first = 0;
}

static void count_added(struct zmtp_peer *peer, size_t size)
{
    if (peer->waiting++ == 0)
        peer->left_of_first = size;
}

/* Whose first bytes have gone still waits. Where the next ends its header says, which is ours, and whole. */
static void count_sent(struct zmtp_peer *peer, size_t size)
{
    struct zmtp_bytes *out = &peer->out;
    struct zmtp_frame frame;

    while (size >= peer->left_of_first && peer->waiting > 1) {
        size -= peer->left_of_first;
        out->begin += peer->left_of_first;
        peer->waiting--;
        (void)zmtp_find_frame(out->data + out->begin, zmtp_bytes_count(out), SIZE_MAX, &frame, &peer->left_of_first);
    }
    out->begin += size;
    peer->left_of_first -= size;
}

static void give_back(struct zmtp_bytes *bytes, struct zmtp_bytes *spare)
{
    if (!spare->data && bytes->capacity <= SPARE_MAX) {
        *spare = *bytes;
        spare->begin = spare->end = 0;
    } else {
        zmtp_bytes_clear(bytes, 0);
    }
    *bytes = (struct zmtp_bytes){0};
}
