/* SPDX-License-Identifier: Apache-2.0
 *
 * zmtp_peer - one connection of a zmtp_router: its handshake, what it says, what waits to go to it.
 *
 *              greeting            READY
 *   GREETING ------------> AWAITING -----> UP
 *
 * Nothing blocks, and nothing of what a peer sends is asserted on. One that has ended is found by reading, and only then: what it
 * said before is not lost. Threads: one owner.
 */
#ifndef ZMTP_PEER_H
#define ZMTP_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zmtp_bytes.h"
#include "zmtp_frame.h"

/* A ring of neighbours; next NULL: in no list. */
struct zmtp_node { struct zmtp_node *next, *previous; };

enum zmtp_peer_state { ZMTP_PEER_GREETING, ZMTP_PEER_AWAITING, ZMTP_PEER_UP };

struct zmtp_peer {
    struct zmtp_node turn;             /* ready to be read, or shaking hands (zmtp_router.c) */
    struct zmtp_node dirty;            /* something was put for it since it was flushed last */
    uint64_t route, shake_by_ms;
    int fd;
    enum zmtp_peer_state state;
    uint32_t watched;                  /* the events that the router's `always` waits for */
    bool is_read;                      /* it is among the router's `reads` */
    uint32_t waiting;                  /* messages in out */
    size_t left_of_first;              /* bytes, of the first of them */
    size_t wanted;                     /* bytes in a row that the next frame needs */
    struct zmtp_bytes in, out;
    char *user_id;                     /* what it says of itself; NULL: nothing */
    bool is_drained;                   /* the last read took all there was */
    bool is_visited;                   /* it was read since it came to its turn */
    bool is_blocked;                   /* its socket took no more */
    bool is_deaf;                      /* nobody is there to read what we say */
    bool drops_parts;                  /* amid a message of several frames */
    bool has_identity;                 /* it chose one */
};

/* What a peer may send and what may wait for it. */
struct zmtp_limits { size_t frame_size_max; uint32_t waiting_max; };

enum zmtp_peer_found {
    ZMTP_PEER_MESSAGE,
    ZMTP_PEER_PART,                    /* there is none yet: fill it */
    ZMTP_PEER_OVER,                    /* it broke the protocol, or said that it ends */
};

/* Takes the descriptor. Puts what we say first. NULL: no memory, and the descriptor is still the caller's. */
struct zmtp_peer *zmtp_peer_new(int fd);
/* Closes the descriptor. In no list. */
void zmtp_peer_free(struct zmtp_peer *peer);

/* Reads once, not more than some bytes. spare lends memory, and gets it back by zmtp_peer_settle. False: it has ended. Nothing may have come. */
bool zmtp_peer_fill(struct zmtp_peer *peer, struct zmtp_bytes *spare);
/* Keeps what is there of a frame in as little as it takes. */
void zmtp_peer_settle(struct zmtp_peer *peer, struct zmtp_bytes *spare);
/* Goes on with the handshake, with what has been read. WHOLE: it is up; WRONG: it will never be. */
enum zmtp_found zmtp_peer_shake(struct zmtp_peer *peer);
/* The next message of what has been read, when it is up; borrowed until it is filled or settled. body NULL: it had several frames. */
enum zmtp_peer_found zmtp_peer_next(struct zmtp_peer *peer, const struct zmtp_limits *limits, struct zmtp_frame *out);

/* More may wait for it. */
bool zmtp_peer_has_room(const struct zmtp_peer *peer, const struct zmtp_limits *limits);
/* The message of size bytes that was reserved in out. */
void zmtp_peer_add(struct zmtp_peer *peer, size_t size);
/* Sends what waits, until its socket takes no more, or nobody is there. */
void zmtp_peer_flush(struct zmtp_peer *peer);

#endif
