/* SPDX-License-Identifier: Apache-2.0
 *
 * session_socket - the ZeroMQ side of a session: one DEALER socket that is never waited for.
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
LW_MUST_CHECK lw_status session_socket_open(struct session *session, size_t frame_size_max);
void session_socket_close(struct session *session);
/* Drops the connection with what is in it and begins another, with the same descriptor. */
void session_socket_redial(struct session *session);
/* Drops the connection. */
void session_socket_hang_up(struct session *session);

/* Looks whether a broker is at the other end (session->writable); true when a frame can be received. */
bool session_socket_poll(struct session *session);
/* False when there is no connection or no room. */
bool session_socket_send(struct session *session, const void *bytes, size_t size);
/* The same; takes *message. */
bool session_socket_send_message(struct session *session, zmq_msg_t *message);
/* The next frame, of the message that is being read or of a new one; borrowed until the next call. False when there is nothing. */
bool session_socket_receive(struct session *session, struct session_frame *out);

#endif
