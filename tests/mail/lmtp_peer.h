/* SPDX-License-Identifier: Apache-2.0
 *
 * lmtp_peer - a mail server's side of LMTP, word by word over a real socket.
 */
#ifndef LMTP_PEER_H
#define LMTP_PEER_H

#include <stdbool.h>
#include <stddef.h>

struct lmtp_peer {
    int fd;                /* -1: not connected; non-blocking */
    char heard[64 * 1024]; /* NUL-terminated; what came since the last lmtp_peer_forget */
    size_t size;
    bool ended;            /* the other side closed */
};

/* where: "/path" or the port on 127.0.0.1. False when nobody listens there yet. */
bool lmtp_peer_open(struct lmtp_peer *peer, const char *where);
void lmtp_peer_close(struct lmtp_peer *peer);
/* Sends all; false when the other side takes no more. */
bool lmtp_peer_say(struct lmtp_peer *peer, const char *words);
/* Takes what has come, waits up to a millisecond for it. */
void lmtp_peer_hear(struct lmtp_peer *peer);
void lmtp_peer_forget(struct lmtp_peer *peer);

#endif
