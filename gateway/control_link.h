/* SPDX-License-Identifier: Apache-2.0
 *
 * control_link - requests to the broker's control endpoint and their replies, on the event loop.
 *
 * One session for the whole gateway, which stands there for whoever it has let in: what a user may ask is judged before, by user_access.
 * The broker carries out each act that reaches it, also one that says the same again: so an act is sent once, and when the session is lost
 * before its answer, it has none. A question is asked again then. Threads: one owner, that of the event base.
 */
#ifndef CONTROL_LINK_H
#define CONTROL_LINK_H

#include <event2/event.h>

#include "wire.h"

enum { CONTROL_ASKED_MAX = 256, CONTROL_WITHIN_MS = 8000 };

struct control_link;   /* opaque */

/* reply NULL: none came in time, or the broker does not serve us; an act may have been carried out all the same. It lives until this returns, and only until the next question. */
typedef void control_link_answer(void *context, const struct wire_message *reply);

/* Errors: those of session_open. */
LW_MUST_CHECK lw_status control_link_open(struct event_base *base, const char *endpoint, const char *desk, const char *key_file, struct control_link **out);
/* Who waits is told that there is no reply. NULL accepted. */
void control_link_close(struct control_link **link);
/* The answer comes once, later. The request's id is filled in. Errors, with no answer then: LW_INVALID, LW_TOO_LARGE, LW_FULL, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status control_link_ask(struct control_link *link, struct wire_message *request, control_link_answer *answer, void *context);
bool control_link_is_open(const struct control_link *link);

#endif
