/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_hooks - the HTTP door of the mail worker: POST /in/{source}, as inbound-mail services call it.
 *
 * 200 is said only after the broker's durable word, or when the mail is no lead. A service that hears anything else, or
 * nothing, posts the mail again: the same bytes, so the same lead.
 * Threads: one owner, that of the event base.
 */
#ifndef MAIL_HOOKS_H
#define MAIL_HOOKS_H

#include "mail_service.h"

#include <event2/event.h>
#include <stdint.h>

struct mail_hooks;   /* opaque */

/* Listens at once; mail_hooks_serve must come before the loop runs. Errors: those of http_door_open. */
LW_MUST_CHECK lw_status mail_hooks_open(struct event_base *base, const struct http_config *http, struct mail_hooks **out);
void mail_hooks_close(struct mail_hooks **hooks);   /* NULL accepted */
/* Mails that are with the broker are answered 503: they come again under the new rules. */
void mail_hooks_serve(struct mail_hooks *hooks, const struct mail_service *service);
void mail_hooks_drain(struct mail_hooks *hooks);
uint32_t mail_hooks_in_flight(const struct mail_hooks *hooks);
uint16_t mail_hooks_port(const struct mail_hooks *hooks);

#endif
