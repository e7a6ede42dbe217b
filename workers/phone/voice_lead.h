/* SPDX-License-Identifier: Apache-2.0
 *
 * voice_lead - the parameters of an incoming call -> a lead.
 */
#ifndef VOICE_LEAD_H
#define VOICE_LEAD_H

#include "lead_builder.h"
#include "form_fields.h"
#include "phone_config.h"

/* Fills an initialised builder. Uses only what stays the same each time the call's webhook comes. */
void voice_lead_fill(struct lead_builder *builder, const struct form_fields *params, const struct phone_texts *texts);

#endif
