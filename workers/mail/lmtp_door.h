/* SPDX-License-Identifier: Apache-2.0
 *
 * lmtp_door - the LMTP server: connections in, one answer per recipient out.
 *
 *   too many connections   421 at once and the end
 *   slow or silent peers   a command not complete in command_within, a mail not complete in data_within,
 *                          replies not taken in command_within: 421 and the end
 *   pipelined bursts       read while there is room for the replies; what comes while a mail is
 *                          answered waits in the kernel's buffers
 *   half-closed            what was said before the end is answered, then the connection ends
 *
 * 250 is said only after the broker's durable word. A peer that goes away while its mail is with the
 * broker sends the mail again: the same bytes, so the same lead.
 * Threads: one owner, that of the event base.
 */
#ifndef LMTP_DOOR_H
#define LMTP_DOOR_H

#include "mail_service.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

struct lmtp_door;   /* opaque */

/* Listens; serves after lmtp_door_serve. listen is copied. Errors: LW_INVALID (the address), LW_IO (errno tells why),
 * LW_NO_MEMORY. */
LW_MUST_CHECK lw_status lmtp_door_open(struct event_base *base, const char *listen, uint32_t socket_mode,
                                       struct lmtp_door **out);
void lmtp_door_close(struct lmtp_door **door);   /* NULL accepted */
/* service->config->lmtp.listen is not NULL. Connections that there are end with 421, mails that are with the broker are
 * answered 451: both come again. */
void lmtp_door_serve(struct lmtp_door *door, const struct mail_service *service);
/* No more connections; those there are end, after the answer to a mail that is with the broker. */
void lmtp_door_drain(struct lmtp_door *door);
/* Mails that are with the broker, and answers that are on their way. */
uint32_t lmtp_door_in_flight(const struct lmtp_door *door);
const char *lmtp_door_address(const struct lmtp_door *door);   /* as opened */
uint16_t lmtp_door_port(const struct lmtp_door *door);         /* 0: a path */

#endif
