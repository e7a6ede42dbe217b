/* SPDX-License-Identifier: Apache-2.0
 *
 * web_answer - what the sender of a form or a webhook is told.
 *
 *   outcome             API (JSON)                      browser form
 *   accepted            200 {lead_id, status}           303 to thank_you, or 200 and a plain page
 *   duplicate           200 {lead_id, status}           the same
 *   held                202 {status}                    as accepted
 *   duplicate_differs   409 {error}                     409 page
 *   rejected            422 {error}                     422 page (missing_text)
 *   busy                503 {error} + Retry-After       503 page (retry_text) + Retry-After
 *
 * 200 and 303 mean: the lead is in the journal; 202, and to a browser also 303 or 200: or the contact is in the spool, on disk.
 */
#ifndef WEB_ANSWER_H
#define WEB_ANSWER_H

#include <stdbool.h>

#include "http_door.h"
#include "web_config.h"

/* How the sender wants to hear: a browser that posts a form by itself (no script). */
bool web_answer_is_for_browser(const struct http_call *call);
/* The headers that let a script of a configured origin read the answer. */
void web_answer_allow_origin(struct http_call *call, const struct web_source *source);
/* Answers a CORS preflight. */
void web_answer_preflight(struct http_call *call, const struct web_source *source);

/* Answers a GET by which a sender asks whether we want its webhooks: hub.challenge, if hub.verify_token is the source's. False: it is
 * not, nothing is answered yet. */
bool web_answer_handshake(struct http_call *call, const struct web_source *source);
void web_answer_taken(struct http_call *call, const struct web_source *source, bool browser, const char *lead_id,
                      const char *status);
void web_answer_held(struct http_call *call, const struct web_source *source, bool browser);
void web_answer_refused(struct http_call *call, const struct web_source *source, bool browser, int status,
                        const char *reason, uint32_t retry_after_s);

#endif
