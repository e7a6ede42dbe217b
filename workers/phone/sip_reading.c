/* SPDX-License-Identifier: Apache-2.0 */
#include "sip_reading.h"

#include <string.h>

#include "contact_id.h"
#include "sip_lead.h"

const char sip_reading_trusted[] = "trusted";

static void make_lead(const struct sip_source *source, const struct sip_request *request, const struct contact_input *input,
                      struct contact_reading *out)
{
    static struct lead_builder builder;   /* large */
    static char id[LW_IDEMPOTENCY_ID_MAX + 1];
    const bool is_trusted = input->idempotency_key && strcmp(input->idempotency_key, sip_reading_trusted) == 0;
    const struct lw_lead *lead;
    const char *reason = "out of memory";
    lead_builder_fini(&builder);
    lead_builder_init(&builder, &source->defaults);
    sip_lead_fill(&builder, request, is_trusted);
    lead_builder_set_text(&builder, LEAD_FIELD_RAW_REF, input->raw_ref);
    contact_id_from_source(source->name, request->call_id, strlen(request->call_id), id);
    if (lead_builder_finish(&builder, &lead, &reason) == LW_OK)
        *out = (struct contact_reading){.outcome = CONTACT_LEAD, .reason = "", .lead = lead, .idempotency_id = id};
    else
        *out = (struct contact_reading){.outcome = CONTACT_REJECTED, .reason = reason};
}

void sip_reading_read(const struct sip_source *source, const struct contact_input *input, struct contact_reading *out)
{
    static bool is_begun;
    struct sip_request request;
    struct arena arena;
    if (!is_begun)
        sip_request_library_init();
    is_begun = true;
    arena_init(&arena, SIP_REQUEST_ARENA_CAP);
    *out = (struct contact_reading){.outcome = CONTACT_UNPARSABLE, .reason = "malformed"};
    if (sip_request_read(&arena, "127.0.0.1", 0, input->bytes, input->size, &request) == SIP_IS_REQUEST && request.refusal == 0 &&
        request.method == SIP_INVITE && request.call_id && request.call_id[0])
        make_lead(source, &request, input, out);
    arena_fini(&arena);
}
