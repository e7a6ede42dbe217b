/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_body - cuts from a text what its writer did not write now: the message
 * that is answered, and the signature.
 *
 * Known: lines that start with ">", attribution lines ("On ... wrote:") in
 * English, German, Italian, French, Spanish and Dutch, the separators of
 * Outlook and of mobile programs. A forwarded message is kept: there it is the
 * content. When cutting would leave nothing, nothing is cut.
 */
#ifndef MAIL_BODY_H
#define MAIL_BODY_H

#include "arena.h"

#include <stdbool.h>

struct mail_body {
    const char *own;        /* without quotes, signature included */
    const char *summary;    /* without quotes and signature */
};

/* text is UTF-8. False at the arena's cap. */
bool mail_body_cut(struct arena *arena, const char *text, struct mail_body *out);

#endif
