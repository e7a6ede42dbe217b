/* SPDX-License-Identifier: Apache-2.0
 *
 * form_charset - texts of a form that are no UTF-8 -> UTF-8.
 *
 * A browser sends a form in the charset of its page, and tells it nowhere but in a field "_charset_", which few pages have. A text that
 * is no UTF-8 is of that charset; else of the one that the configuration names for the source; else it is taken for Windows-1252, as which
 * Latin-1 is read too, and the lead bears a warning. Each text is judged alone: where most of what is beyond ASCII is UTF-8, as in one that was cut
 * in the middle of a character, it stays as it is. Only the body is looked at, so that it reads the same when it is read again.
 * Threads: none.
 */
#ifndef FORM_CHARSET_H
#define FORM_CHARSET_H

#include "input_fields.h"

enum { FORM_CHARSET_NAME_MAX = 40 };

/* A name that can be read by. */
bool form_charset_is_known(const char *name);
/* Names and values of all fields, names of files; nothing of a JSON document. charset: that of the source, which is known; NULL. At
 * the arena's cap a text stays as it is. */
void form_charset_apply(const char *charset, struct arena *arena, struct input_fields *fields);

#endif
