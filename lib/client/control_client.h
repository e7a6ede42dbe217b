/* SPDX-License-Identifier: Apache-2.0
 *
 * control_client - requests and their replies on the control endpoint: one after the other, or several under way.
 *
 * For Leadwire's own tools: speaks in wire messages, so it is not installed.
 * Blocking with a time limit. Threads: one owner.
 */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include "wire.h"

struct control_client;

/* key_file: encrypted, with this key; NULL: plain. Errors as session_open. */
LW_MUST_CHECK lw_status control_client_open(const char *endpoint, const char *desk, const char *client, const char *key_file,
                                            struct control_client **out);
void control_client_close(struct control_client **control);
/* Opens a session if needed, sends the request (its request_id is filled in), waits for its reply.
 * *reply lives until the next call. A WIRE_REPLY with another status than ACCEPTED is still LW_OK here.
 * Errors: LW_TIMEOUT (no broker there, or it is silent), LW_AGAIN (it is there, but was busy all the time: control_client_error() has its
 * words), LW_REFUSED (version, desk: control_client_error()), LW_INVALID, LW_TOO_LARGE. */
LW_MUST_CHECK lw_status control_client_ask(struct control_client *control, struct wire_message *request,
                                           int timeout_ms, struct wire_message *reply);
/* The same without waiting. Errors also: LW_FULL (CONTROL_REQUESTS_MAX are under way). */
enum { CONTROL_REQUESTS_MAX = 256 };
LW_MUST_CHECK lw_status control_client_send(struct control_client *control, struct wire_message *request, int timeout_ms, uint64_t *ticket_out);
/* Waits for the next reply to what was sent, in whatever order they come. A broker that is busy is asked again meanwhile. Errors as
 * of control_client_ask; LW_TIMEOUT, LW_AGAIN: *ticket_out was not answered in its time, and is forgotten. */
LW_MUST_CHECK lw_status control_client_next(struct control_client *control, uint64_t *ticket_out, struct wire_message *reply);
const char *control_client_error(const struct control_client *control);

#endif
