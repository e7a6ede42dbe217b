/* SPDX-License-Identifier: Apache-2.0
 *
 * call_markup - what the telephony service does next with the call, in the XML
 * that the Twilio family reads.
 *
 * All give a NUL-terminated document in the arena, NULL at its cap. URLs and
 * texts are escaped here. Pure functions.
 */
#ifndef CALL_MARKUP_H
#define CALL_MARKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "phone_config.h"

/* Says `text` in the voice of texts (position 0: without one known, the sentence that names it is left out; text NULL: says
 * nothing), waits, comes back to next_url. */
const char *call_markup_hold(struct arena *arena, const struct phone_source *source, const struct phone_texts *texts,
                             const char *text, uint32_t position, const char *next_url);
/* Rings device (a number, or sip:...); each news of that leg goes to leg_url, the end of it to result_url. */
const char *call_markup_dial(struct arena *arena, const struct phone_source *source, const char *device,
                             uint32_t timeout_s, const char *leg_url, const char *result_url);
/* Says `text` (NULL: nothing), asks for a message and records it, as source->voicemail says; taken_url is asked what comes then, and
 * recording_url told once the recording can be listened to. Hangs up where nothing is said. */
const char *call_markup_record(struct arena *arena, const struct phone_source *source, const struct phone_texts *texts, const char *text,
                               const char *taken_url, const char *recording_url);
/* Says `text` in the voice of texts (NULL: nothing) and hangs up. */
const char *call_markup_end(struct arena *arena, const struct phone_texts *texts, const char *text);

#endif
