/* SPDX-License-Identifier: Apache-2.0
 *
 * voice_message - a caller left a message: it joins the lead of the call, which a rep calls back then, or becomes a lead.
 *
 * The service tells it twice: when the caller has done (`message`, with all that is known of the call), and when it can be
 * listened to (`recording`). Both publish the same contact, named by the recording, so the first counts. Its sound is never fetched.
 */
#ifndef VOICE_MESSAGE_H
#define VOICE_MESSAGE_H

#include "voice_recording.h"
#include "voice_request.h"

/* Steps of voice_call.c. */
void voice_message_taken(struct voice_request *request);
void voice_message_recorded(struct voice_request *request);

#endif
