/* SPDX-License-Identifier: Apache-2.0
 *
 * web_signature - is a request from whom its source says?
 */
#ifndef WEB_SIGNATURE_H
#define WEB_SIGNATURE_H

#include "http_signature.h"
#include "input_fields.h"
#include "web_config.h"

/* The source has a signature. base: where the sender called us, NULL if not known. fields: the body as read; empty before that. */
enum signature_verdict web_signature_check(struct http_call *call, const char *base, const struct web_source *source,
                                           const struct input_fields *fields);

#endif
