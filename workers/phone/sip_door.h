/* SPDX-License-Identifier: Apache-2.0
 *
 * sip_door - takes SIP calls: what each request gets.
 *
 *   INVITE   a call (sip_call), or at once: 404 a number of no source, 420 Require, 481 within a dialog, 482 the
 *            call waits already, 486 calls_max reached, 503 too many requests, or stopping
 *   ACK      ends the answer's repeats; else ignored
 *   CANCEL   200, and 487 to the INVITE; 481 for a call that we do not know: its lead is cancelled all the same
 *   OPTIONS  what an INVITE would get: 200, 486 full, 503 the broker is away
 *   BYE      481, as no dialog is ever made
 *   others   405
 *
 * What is no request, or cannot be answered, is counted and dropped. Answers other than an INVITE's own are made of the
 * request alone, so a repeat gets the same.
 */
#ifndef SIP_DOOR_H
#define SIP_DOOR_H

#include "http_worker.h"

/* Of struct http_worker_plan; each does nothing when the configuration has no sip. */
lw_status sip_door_open(struct http_worker *worker);
void sip_door_close(struct http_worker *worker);
void sip_door_drain(struct http_worker *worker);
uint32_t sip_door_in_flight(const struct http_worker *worker);
void sip_door_health(const struct http_worker *worker, struct byte_buffer *out);

#endif
