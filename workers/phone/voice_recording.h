/* SPDX-License-Identifier: Apache-2.0
 *
 * voice_recording - what a webhook tells of a recording, and the contact that it makes.
 */
#ifndef VOICE_RECORDING_H
#define VOICE_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "form_fields.h"
#include "lead_builder.h"
#include "phone_config.h"

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

#endif
