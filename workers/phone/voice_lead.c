/* SPDX-License-Identifier: Apache-2.0 */
#include "voice_lead.h"

#include <string.h>

#include "caller_number.h"

const char voice_hung_up[] = "caller hung up";

bool voice_lead_waits(const struct lw_publisher_answer *answer)
{
    return !answer->call_back && (answer->state == LW_LEAD_WAITING || answer->state == LW_LEAD_OFFERED ||
           answer->state == LW_LEAD_CONNECTING || answer->state == LW_LEAD_PARKED);
}

void voice_lead_fill(struct lead_builder *builder, const struct form_fields *params, const struct phone_texts *texts)
{
    static const struct { const char *param, *attribute; } extras[] = {
        {"ForwardedFrom", "forwarded_from"}, {"FromCity", "caller_city"}, {"FromState", "caller_state"},
        {"FromZip", "caller_zip"}, {"FromCountry", "caller_country"}, {"StirVerstat", "caller_verified"},
    };
    const char *from = form_fields_text(params, "From", form_fields_text(params, "Caller", ""));
    const char *to = form_fields_text(params, "To", form_fields_text(params, "Called", ""));

    lead_builder_set_text(builder, LEAD_FIELD_CALL_ID, form_fields_text(params, "CallSid", NULL));
    lead_builder_set_text(builder, LEAD_FIELD_CALLED_NUMBER, to);
    lead_builder_set_text(builder, LEAD_FIELD_FULL_NAME, form_fields_text(params, "CallerName", NULL));
    lead_builder_set_text(builder, LEAD_FIELD_LANGUAGE, texts->language);
    if (caller_number_withheld(from))
        lead_builder_warn(builder, "the caller's number is withheld");
    else if (strncmp(from, "sip:", 4) == 0 || strncmp(from, "client:", 7) == 0)
        lead_builder_add_attribute(builder, "caller_address", from, strlen(from));
    else
        lead_builder_add_phone(builder, from, strlen(from), NULL);
    for (size_t i = 0; i < sizeof extras / sizeof *extras; i++) {
        const struct form_field *field = form_fields_find(params, extras[i].param);
        if (field)
            lead_builder_add_attribute(builder, extras[i].attribute, field->value, field->value_size);
    }
}
