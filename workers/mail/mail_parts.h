/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_parts - from a MIME tree: the text people see, and what hangs on it.
 *
 * text/plain that says something goes before text/html. A part that is marked
 * as an attachment, or is no text, is an attachment: only its name, type and
 * size are kept. Attached messages are not opened.
 */
#ifndef MAIL_PARTS_H
#define MAIL_PARTS_H

#include "mail_message.h"

#include <gmime/gmime.h>

/* Fills text, text_from_html, attachments, warnings of *out. top may be NULL (no body).
 * MAIL_LEAD, MAIL_TOO_DEEP, MAIL_TOO_MANY_PARTS, MAIL_UNPARSABLE (arena full). */
enum mail_reason mail_parts_read(GMimeObject *top, struct arena *arena, struct mail_message *out);

#endif
