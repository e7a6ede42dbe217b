/* SPDX-License-Identifier: Apache-2.0 */
#include "voice_recording.h"

#include <string.h>

#include "voice_lead.h"

static const char *part(const struct form_fields *params, const char *name, const struct form_fields *query, const char *query_name)
{
    return form_fields_text(params, name, form_fields_text(query, query_name, ""));
}

bool voice_recording_read(const struct form_fields *params, const struct form_fields *query, struct voice_recording *out)
{
    const char *duration = part(params, "RecordingDuration", query, "seconds");
    size_t digits = strspn(duration, "0123456789");
    *out = (struct voice_recording){.id = part(params, "RecordingSid", query, "recording"), .url = part(params, "RecordingUrl", query, "url")};
    if (digits == 0 || digits > 5 || duration[digits] != '\0')
        return *out->id && *out->url;
    for (const char *digit = duration; *digit; digit++)
        out->duration_s = out->duration_s * 10 + (uint32_t)(*digit - '0');
    out->is_empty = out->duration_s == 0;
    return *out->id && *out->url;
}

bool voice_recording_fill(struct lead_builder *builder, const struct form_fields *params, const struct phone_texts *texts,
                          const struct voice_recording *recording)
{
    if (!lead_builder_set_recording(builder, recording->url, recording->duration_s))
        return false;
    lead_builder_set_follows(builder, form_fields_text(params, "CallSid", ""));
    voice_lead_fill(builder, params, texts);
    return true;
}
