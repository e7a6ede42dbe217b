/* SPDX-License-Identifier: Apache-2.0 */
#include "voice_contact.h"

#include <stdio.h>
#include <string.h>

#include "voice_lead.h"
#include "voice_message.h"

enum { CONTACT_ARENA_CAP = 8 * 1024 * 1024 };

static void make_lead(const struct phone_source *source, const struct form_fields *params, const char *raw_ref, struct contact_reading *out)
{
    static struct lead_builder builder;   /* large */
    static char id[LW_IDEMPOTENCY_ID_MAX + 1];
    const struct phone_texts *texts = phone_texts_for(source, form_fields_text(params, "From", NULL));
    const struct form_fields nothing = {0};
    const char *call_id = form_fields_text(params, "CallSid", ""), *reason = "out of memory";
    const struct lw_lead *lead;
    struct voice_recording recording;
    const bool is_message = voice_recording_read(params, &nothing, &recording);
    const char *name = is_message ? recording.id : call_id;
    *out = (struct contact_reading){.outcome = CONTACT_UNPARSABLE, .reason = "malformed"};
    if (!*call_id || strlen(call_id) > LW_IDEMPOTENCY_ID_MAX || strlen(name) > LW_IDEMPOTENCY_ID_MAX)
        return;
    lead_builder_fini(&builder);
    lead_builder_init(&builder, &source->defaults);
    if (is_message && !voice_recording_fill(&builder, params, texts, &recording))
        return;
    if (!is_message)
        voice_lead_fill(&builder, params, texts);
    lead_builder_set_text(&builder, LEAD_FIELD_RAW_REF, raw_ref);
    snprintf(id, sizeof id, "%s", name);
    if (lead_builder_finish(&builder, &lead, &reason) == LW_OK)
        *out = (struct contact_reading){.outcome = CONTACT_LEAD, .reason = "", .lead = lead, .idempotency_id = id,
                                        .is_partial = is_message && form_fields_text(params, "From", "")[0] == '\0'};   /* `message` knows the caller */
    else
        *out = (struct contact_reading){.outcome = CONTACT_REJECTED, .reason = reason};
}

void voice_contact_read(const struct phone_source *source, const struct contact_input *input, struct contact_reading *out)
{
    struct form_fields params;
    struct arena arena;
    size_t size = input->size;
    while (input->is_typed && size > 0 && (input->bytes[size - 1] == '\n' || input->bytes[size - 1] == '\r'))
        size--;
    arena_init(&arena, CONTACT_ARENA_CAP);
    if (form_fields_read(&arena, input->bytes, size, &params) == LW_OK)
        make_lead(source, &params, input->raw_ref, out);
    else
        *out = (struct contact_reading){.outcome = CONTACT_UNPARSABLE, .reason = "too_large"};
    arena_fini(&arena);
}
