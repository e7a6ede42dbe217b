/* SPDX-License-Identifier: Apache-2.0
 *
 * voice_call - the webhooks of one call, each answered from what the broker knows.
 *
 * The worker keeps nothing between two requests: the call is found by (source,
 * CallSid), the dialled leg by the lead id and offer number in its callback
 * URLs, which the signature covers. So it may be killed and started at any moment.
 *
 *   POST /voice/{source}/...   from             does                           answers
 *   incoming                   a new call       publish; query                 hold markup
 *   hold?n=&p=                 <Redirect>       query                          hold markup; <Dial> once a rep accepted
 *   leg?lead=&offer=           the rep's leg    dial result, first one counts  204
 *   dial-result?lead=&offer=   <Dial action>    dial result; query             hang up, or hold markup again
 *   status                     the call's end   query; cancel if it waits      204
 *
 * While the broker is away a caller hears the hold text and comes back to the same
 * URL: the call itself is the memory. What is told once only goes into the spool (voice_spool), if there is one.
 */
#ifndef VOICE_CALL_H
#define VOICE_CALL_H

#include "http_worker.h"

/* The handle function of struct http_worker_plan. */
void voice_handle(struct http_worker *worker, struct worker_rules *rules, struct http_call *call);

#endif
