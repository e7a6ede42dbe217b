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

struct sip_door;   /* opaque */

/* The configuration has sip. Errors, logged: LW_IO, LW_NO_MEMORY; *out is then to be closed all the same. */
LW_MUST_CHECK lw_status sip_door_open(struct http_worker *worker, struct sip_door **out);
void sip_door_close(struct sip_door **door);   /* NULL accepted */
/* What struct http_worker_plan asks of a worker. */
void sip_door_drain(struct sip_door *door);
uint32_t sip_door_in_flight(const struct sip_door *door);
void sip_door_health(const struct sip_door *door, struct byte_buffer *out);

#endif
