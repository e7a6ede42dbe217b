/* SPDX-License-Identifier: Apache-2.0
 *
 * voice_lead - the parameters of an incoming call -> a lead.
 */
#ifndef VOICE_LEAD_H
#define VOICE_LEAD_H

#include <leadwire/publisher.h>
#include <stdbool.h>

#include "lead_builder.h"
#include "form_fields.h"
#include "phone_config.h"

extern const char voice_hung_up[];   /* why the lead of a call is cancelled that ended before a rep had it */

/* Of the answer to a query: the call's lead still waits for a rep. A call that ended after the talk is no reason to take it from them. */
bool voice_lead_waits(const struct lw_publisher_answer *answer);
/* Fills an initialised builder. Uses only what stays the same each time the call's webhook comes. */
void voice_lead_fill(struct lead_builder *builder, const struct form_fields *params, const struct phone_texts *texts);

#endif
