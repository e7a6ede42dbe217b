/* SPDX-License-Identifier: Apache-2.0
 *
 * zap - answers libzmq's question, for each CURVE handshake, whether that key may come in (ZeroMQ RFC 27).
 *
 * The domain is the endpoint's name. Whoever is known comes in everywhere and learns at Hello what they may not, in words;
 * only subscribers, who say no Hello, are judged here by their role.
 *
 * libzmq lets everybody in, unnamed, who comes while there is no handler. So it is there before the first encrypted
 * address is bound, and until the last endpoint is closed.
 * Threads: one owner.
 */
#ifndef ZAP_H
#define ZAP_H

#include "key_ring.h"

/* A refusal is "for now": the connection is left to time out, and the client tries again then. That bounds how fast keys can be
 * tried, and lets in who was made known meanwhile. */
enum { ZAP_TURN_MAX = 256 };     /* answers in a turn: a flood of handshakes must not hold up who is in */

#define ZAP_DOMAIN_EVENTS "events"

struct zap { void *socket; uint64_t refused; };

/* LW_NO_MEMORY, LW_IO. A zeroed zap is closed. */
LW_MUST_CHECK lw_status zap_open(struct zap *zap, void *zmq_context);
void zap_close(struct zap *zap);
/* Does somebody wait for an answer? */
bool zap_is_asked(const struct zap *zap);
/* Answers what waits, at most ZAP_TURN_MAX. Returns how many. */
uint32_t zap_answer(struct zap *zap, const struct key_ring *ring);

#endif
