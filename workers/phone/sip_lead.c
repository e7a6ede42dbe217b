/* SPDX-License-Identifier: Apache-2.0 */
#include "sip_lead.h"

#include <string.h>

#include "caller_number.h"

static const char *text_of(const char *text)
{
    return text ? text : "";
}

const char *sip_lead_called(const struct sip_request *request)
{
    return request->uri.user ? request->uri.user : text_of(request->to.user);
}

/* Who calls, of those who say so: the network's word, if its peer is trusted, before the caller's own. */
static const struct sip_party *caller_of(const struct sip_request *request, bool trusted)
{
    if (trusted && request->asserted.present)
        return &request->asserted;
    return request->remote.present ? &request->remote : &request->from;
}

static bool hidden(const struct sip_request *request, const struct sip_party *caller)
{
    return request->is_private || caller_number_withheld(text_of(caller->user)) || strcmp(text_of(caller->host), "anonymous.invalid") == 0;
}

static void add_caller(struct lead_builder *builder, const struct sip_party *caller)
{
    if (caller_number_like(caller->user)) {
        lead_builder_add_phone(builder, caller->user, strlen(caller->user), NULL);
    } else {
        const char *address = arena_printf(&builder->arena, "%s:%s@%s", text_of(caller->scheme), caller->user, text_of(caller->host));
        if (address)
            lead_builder_add_attribute(builder, "caller_address", address, strlen(address));
    }
}

void sip_lead_fill(struct lead_builder *builder, const struct sip_request *request, bool trusted)
{
    const struct sip_party *caller = caller_of(request, trusted);
    const char *forwarded = request->diversion.user;

    lead_builder_set_text(builder, LEAD_FIELD_CALL_ID, request->call_id);
    lead_builder_set_text(builder, LEAD_FIELD_CALLED_NUMBER, sip_lead_called(request));
    if (hidden(request, caller)) {
        lead_builder_warn(builder, "the caller's number is withheld");
    } else {
        lead_builder_set_text(builder, LEAD_FIELD_FULL_NAME, caller->display ? caller->display : request->from.display);
        add_caller(builder, caller);
    }
    if (forwarded)
        lead_builder_add_attribute(builder, "forwarded_from", forwarded, strlen(forwarded));
}
