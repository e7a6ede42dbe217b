/* SPDX-License-Identifier: Apache-2.0
 *
 * session_socket - the ZeroMQ side of a session: a link or one DEALER socket, that is never waited for.
 */
#ifndef SESSION_SOCKET_H
#define SESSION_SOCKET_H

#include "session.h"

/* data is NULL for what was no single part. */
struct session_frame {
    const void *data;
    size_t size;
};

/* Errors: LW_INVALID (endpoint), LW_NO_MEMORY, LW_IO, those of client_key_give. On failure session_socket_close is safe. */
LW_MUST_CHECK lw_status session_socket_open(struct session *session, size_t frame_size_max, uint64_t now_ms);
void session_socket_close(struct session *session);
/* Drops the connection with what is in it and begins another, with the same descriptor. */
void session_socket_redial(struct session *session);
/* Drops the connection. */
void session_socket_hang_up(struct session *session);

/* A link is looked at for nothing: it tells by itself when its connection breaks. */
bool session_socket_looks_free(const struct session *session);
/* Looks whether a broker is at the other end (session->writable); true when a frame can be received. */
bool session_socket_poll(struct session *session, uint64_t now_ms);
/* When to look without having been woken; UINT64_MAX: not at all. */
uint64_t session_socket_due_ms(const struct session *session);
/* Room for a message of size bytes, which session_socket_end sends. NULL when there is no connection, no memory or no room. */
unsigned char *session_socket_begin(struct session *session, size_t size);
/* False when there is no connection or no room. */
bool session_socket_end(struct session *session, size_t size);
bool session_socket_send(struct session *session, const void *bytes, size_t size);
bool session_socket_has_room(const struct session *session);
/* The next frame, of the message that is being read or of a new one; borrowed until the next call. False when there is nothing. */
bool session_socket_receive(struct session *session, struct session_frame *out);

/* More frames of the message that is being read are there. */
bool session_socket_is_within(const struct session *session);

#endif
