/* SPDX-License-Identifier: Apache-2.0
 *
 * voice_signature - X-Twilio-Signature: who sent this webhook.
 *
 * base64(HMAC-SHA1(token, URL + each POST parameter's name and value, sorted by
 * name)). The URL is the one the sender called, query included: behind a proxy
 * that is not the one we see, so it is put together from the configured public base.
 */
#ifndef VOICE_SIGNATURE_H
#define VOICE_SIGNATURE_H

#include <stdbool.h>

#include "arena.h"
#include "form_fields.h"

enum { VOICE_SIGNATURE_SIZE = 28 };   /* base64 of 20 bytes */

/* Writes the signature and a NUL to out. False at the arena's cap. */
bool voice_signature_make(struct arena *arena, const char *token, const char *url, const struct form_fields *params,
                          char out[VOICE_SIGNATURE_SIZE + 1]);
/* Compares in constant time. given NULL is never good. */
bool voice_signature_good(struct arena *arena, const char *token, const char *url, const struct form_fields *params,
                          const char *given);

#endif
