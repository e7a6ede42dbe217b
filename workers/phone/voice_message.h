/* SPDX-License-Identifier: Apache-2.0
 *
 * voice_message - a caller left a message: it joins the lead of the call, which a rep calls back then, or becomes a lead.
 *
 * The service tells it twice: when the caller has done (`message`, with all that is known of the call), and when it can be
 * listened to (`recording`). Both publish the same contact, named by the recording, so the first counts. Its sound is never fetched.
 */
#ifndef VOICE_MESSAGE_H
#define VOICE_MESSAGE_H

#include "voice_request.h"

struct voice_recording {
    const char *id, *url;
    uint32_t duration_s;   /* 0: not known */
    bool is_empty;         /* nothing was said */
};

/* Of a webhook's parameters; where the caller had to come back, of the URL. False: there is no recording in them. */
bool voice_recording_read(const struct form_fields *params, const struct form_fields *query, struct voice_recording *out);
/* Fills an initialised builder with the message. False: its address is none that may be shown to a rep. */
bool voice_recording_fill(struct lead_builder *builder, const struct form_fields *params, const struct phone_texts *texts,
                          const struct voice_recording *recording);

/* Steps of voice_call.c. */
void voice_message_taken(struct voice_request *request);
void voice_message_recorded(struct voice_request *request);

#endif
