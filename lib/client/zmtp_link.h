/* SPDX-License-Identifier: Apache-2.0
 *
 * zmtp_link - a DEALER's connection to a ROUTER on this machine, without a thread of its own: what libzmq does for ipc://, in
 * two system calls a message where libzmq takes a dozen, and without the two thread switches.
 *
 *         dial                greeting, READY
 *   DOWN ------> GREETING -> AWAITING -----------> UP
 *    ^                                             |  the other end closes, or breaks the protocol
 *    +---------------------------------------------+
 *
 * It dials by itself, at growing intervals, in zmtp_link_turn. Messages are received and sent only while it is up; what was
 * not sent when it breaks is lost; what came before it broke is received.
 *
 * The descriptor to wait for is level-triggered: it is readable while the kernel has something for us, or room for what waits
 * to be sent. What was read already does not make it readable: receive until there is nothing.
 * Nothing blocks. Threads: one owner.
 */
#ifndef ZMTP_LINK_H
#define ZMTP_LINK_H

#include <leadwire/status.h>
#include <sys/un.h>

#include "zmtp_bytes.h"
#include "zmtp_frame.h"

enum zmtp_state { ZMTP_DOWN, ZMTP_GREETING, ZMTP_AWAITING, ZMTP_UP };

struct zmtp_link {
    bool is_open;                /* a zeroed link is not */
    int fd;                      /* to wait for; the same until it is closed */
    int connection;              /* -1: none */
    enum zmtp_state state;
    struct sockaddr_un address;
    size_t message_size_max;
    uint64_t dial_at_ms;         /* when down; 0: not known yet */
    uint64_t shake_by_ms;        /* from dialling until it is up */
    uint32_t interval_ms;        /* until the next dialling; grows */
    struct zmtp_bytes in, out;
    bool is_drained;             /* the last read took all there was: the next would be in vain */
    bool awaits_room;            /* fd is readable when more can be sent */
};

/* An ipc:// path that fits an address. Abstract names and wildcards are libzmq's. */
bool zmtp_link_takes(const char *endpoint);
/* Dials. Errors: LW_IO: no descriptor (errno). Close it also when this fails. */
LW_MUST_CHECK lw_status zmtp_link_open(struct zmtp_link *link, const char *endpoint, size_t message_size_max, uint64_t now_ms);
/* One that is not open is accepted. */
void zmtp_link_close(struct zmtp_link *link);
/* Drops the connection with what is in it; another is dialled by the next turn. */
void zmtp_link_hang_up(struct zmtp_link *link);
/* Dials if that is due, gives up a handshake that takes too long, sends what waits. */
void zmtp_link_turn(struct zmtp_link *link, uint64_t now_ms);
/* When zmtp_link_turn has something to do by the clock; UINT64_MAX: never. */
uint64_t zmtp_link_due_ms(const struct zmtp_link *link);
/* A whole message is there already. */
bool zmtp_link_has_message(const struct zmtp_link *link);
/* The next frame of a message; borrowed until the next call. False when there is nothing, maybe because the link went down. */
bool zmtp_link_receive(struct zmtp_link *link, struct zmtp_frame *out);

/* Room for size bytes, to be filled and sent at once by zmtp_link_send. NULL: the link is not up, or too much waits already, or no memory. */
uint8_t *zmtp_link_reserve(struct zmtp_link *link, size_t size);
bool zmtp_link_has_room(const struct zmtp_link *link);
/* The message of size bytes that was reserved. False: nobody will read it. */
bool zmtp_link_send(struct zmtp_link *link, size_t size);

#endif
