/* SPDX-License-Identifier: Apache-2.0
 *
 * inbound_mail - the request of an inbound-mail service -> the bytes of the mail it carries.
 *
 *   postmark   JSON: RawEmail, else From, Subject, TextBody, HtmlBody, Headers, Attachments...
 *   sendgrid   multipart: email, else headers, from, subject, text, html, charsets
 *   mailgun    form or multipart: body-mime, else message-headers, from, subject, body-plain, body-html
 *
 * Without the raw mail one is written from the fields: the headers that the service passes on, one
 * part for each body, the names of attachments. The same fields give the same bytes, whatever else
 * differs between two tries of the service (its own time, token, signature).
 */
#ifndef INBOUND_MAIL_H
#define INBOUND_MAIL_H

#include "arena.h"
#include "multipart_body.h"

#include <leadwire/status.h>
#include <stddef.h>

enum inbound_service { INBOUND_POSTMARK, INBOUND_SENDGRID, INBOUND_MAILGUN, INBOUND_SERVICES };

enum { INBOUND_HEADERS_MAX = 200, INBOUND_ATTACHMENTS_MAX = 32 };

/* INBOUND_SERVICES when there is none of that name. */
enum inbound_service inbound_service_find(const char *name);

struct inbound_request {
    const char *content_type;     /* the whole header; may be NULL */
    const char *body;
    size_t size;
};

/* Of sendgrid and mailgun: the request's fields, of a form or multipart. Errors: LW_INVALID (not such a body), LW_TOO_LARGE,
 * LW_NO_MEMORY. */
LW_MUST_CHECK lw_status inbound_fields_read(struct arena *arena, const struct inbound_request *request, struct multipart_body *out);

/* The mail; *bytes_out in the arena. fields: of inbound_fields_read, not looked at for postmark. Errors: LW_INVALID (no mail in there),
 * LW_NO_MEMORY. */
LW_MUST_CHECK lw_status inbound_mail_read(struct arena *arena, enum inbound_service service,
                                          const struct inbound_request *request, const struct multipart_body *fields,
                                          const char **bytes_out, size_t *size_out);

#endif
