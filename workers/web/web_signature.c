/* SPDX-License-Identifier: Apache-2.0 */
#include "web_signature.h"

#include "wall_clock.h"

/* Where find looks. */
struct request_parts {
    const struct http_call *call;
    const struct input_fields *fields;
};

static const char *find(const void *context, const struct signature_place *place, size_t *size_out)
{
    const struct request_parts *parts = context;
    if (!place->is_field)
        return http_signature_header(parts->call, place->name, size_out);
    const struct input_field *field = input_fields_find(parts->fields, place->name);
    *size_out = field ? field->size : 0;
    return field ? field->value : NULL;
}

enum signature_verdict web_signature_check(struct http_call *call, const char *base, const struct web_source *source,
                                           const struct input_fields *fields)
{
    const struct request_parts parts = {call, fields};
    struct signed_request request;
    if (!http_signature_request(call, base, fields->form, &request))
        return SIGNATURE_FAILED;
    request.find = find;
    request.context = &parts;
    return signature_check(source->signature, &request, wall_clock_unix_ms());
}
