/* SPDX-License-Identifier: Apache-2.0
 *
 * act_reply - the answer to what somebody asked the broker to do: {"outcome": ..., "reason": ...}. Threads: one owner.
 */
#ifndef ACT_REPLY_H
#define ACT_REPLY_H

#include <jansson.h>

#include "http_door.h"

/* outcome "": unknown, 504: the broker did not answer in time. */
void act_reply(struct http_call *call, const char *outcome, const char *reason);
/* 400: it was not asked for. */
void act_reply_rejected(struct http_call *call, const char *reason);
/* Takes over the reference. */
void json_reply(struct http_call *call, int status, json_t *answer);

#endif
