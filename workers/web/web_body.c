/* SPDX-License-Identifier: Apache-2.0 */
#include "web_body.h"

#include <string.h>
#include <strings.h>

#include "contact_id.h"
#include "form_charset.h"

static const struct { const char *media_type, *suffix; } kinds[WEB_BODY_KINDS] = {
    [WEB_BODY_FORM] = {"application/x-www-form-urlencoded", "form"},
    [WEB_BODY_MULTIPART] = {"multipart/form-data", "multipart"},
    [WEB_BODY_JSON] = {"application/json", "json"},
};

const char *web_body_suffix(enum web_body_kind kind)
{
    return kinds[kind].suffix;
}

const char *web_body_media_type(enum web_body_kind kind)
{
    return kinds[kind].media_type;
}

/* What is JSON by another name: application/vnd.api+json (RFC 6839), and what it was called once. */
static bool is_other_json(const char *type, size_t size)
{
    return (size > 17 && strncasecmp(type, "application/", 12) == 0 && strncasecmp(type + size - 5, "+json", 5) == 0) ||
           (size == 9 && strncasecmp(type, "text/json", 9) == 0);
}

enum web_body_kind web_body_kind_of(const char *content_type)
{
    const size_t size = strcspn(content_type, " \t;");
    enum web_body_kind kind = WEB_BODY_FORM;
    while (kind < WEB_BODY_KINDS && !(strlen(kinds[kind].media_type) == size && strncasecmp(content_type, kinds[kind].media_type, size) == 0))
        kind++;
    return kind == WEB_BODY_KINDS && is_other_json(content_type, size) ? WEB_BODY_JSON : kind;
}

/* A byte order mark, which RFC 8259 forbids to write and lets us pass over. */
static size_t mark_size(const struct web_body *body)
{
    return body->size >= 3 && memcmp(body->bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static lw_status read_by_kind(const struct web_body *body, struct arena *arena, struct input_fields *out)
{
    switch (body->kind) {
    case WEB_BODY_FORM: return input_fields_from_form(arena, body->bytes, body->size, out);
    case WEB_BODY_MULTIPART: return input_fields_from_multipart(arena, body->content_type, body->bytes, body->size, out);
    case WEB_BODY_JSON: return input_fields_from_json(arena, body->bytes + mark_size(body), body->size - mark_size(body), out);
    case WEB_BODY_KINDS: break;
    }
    *out = (struct input_fields){0};
    return LW_INVALID;
}

/* A key that is shown in the body must not become an attribute. */
static void use_up(const struct web_source *source, struct input_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        struct input_field *field = &fields->items[i];
        field->used = (source->honeypot && strcmp(field->path, source->honeypot) == 0) ||
                      (source->signature && signature_uses_field(source->signature, field->path));
    }
}

lw_status web_body_read(const struct web_source *source, const struct web_body *body, struct arena *arena, struct input_fields *out)
{
    lw_status status = read_by_kind(body, arena, out);
    if (status == LW_OK && out->count == 0)
        return LW_INVALID;
    if (status == LW_OK) {
        use_up(source, out);
        form_charset_apply(source->charset, arena, out);
    }
    if (status == LW_OK && source->mapping.document)
        status = input_fields_open_document(arena, source->mapping.document, out);
    if (status == LW_OK) {
        input_pairs_apply(&source->mapping.pairs, arena, out);
    }
    return status;
}

lw_status web_body_lead(const struct web_source *source, struct input_fields *fields, const char *raw_ref,
                        struct lead_builder *builder, const struct lw_lead **lead_out, const char **reason_out)
{
    lead_builder_init(builder, &source->defaults);
    web_mapping_apply(&source->mapping, fields, builder);
    lead_builder_set_text(builder, LEAD_FIELD_RAW_REF, raw_ref);
    return lead_builder_finish(builder, lead_out, reason_out);
}

bool web_body_id(const struct web_source *source, const struct web_body *body, const struct input_fields *fields, const char *key,
                 char id[LW_IDEMPOTENCY_ID_MAX + 1])
{
    const struct input_field *field = source->idempotency ? input_fields_find(fields, source->idempotency) : NULL;
    const bool has_field = field && field->size > 0, has_key = key && *key;
    if (has_field)
        contact_id_from_source(source->name, field->value, field->size, id);
    else if (has_key)
        contact_id_from_source(source->name, key, strlen(key), id);
    else
        contact_id_from_bytes(source->name, body->bytes, body->size, id);
    return !has_field && !has_key;
}

bool web_body_is_of_robot(const struct web_source *source, const struct input_fields *fields)
{
    const struct input_field *trap = source->honeypot ? input_fields_find(fields, source->honeypot) : NULL;
    return trap && trap->size > 0;
}
