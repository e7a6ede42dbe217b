/* SPDX-License-Identifier: Apache-2.0 */
#include "web_contact.h"

#include <stdio.h>
#include <string.h>

#include "contact_id.h"
#include "json_path.h"
#include "web_body.h"

enum { CONTACT_ARENA_CAP = 64 * 1024 * 1024, GUESSED_TYPE_MAX = 160 };

/* As the bytes look. type gets what a multipart body would have been sent with. */
static enum web_body_kind kind_of_bytes(const char *bytes, size_t size, char type[GUESSED_TYPE_MAX])
{
    size_t at = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < size && strchr(" \t\r\n", bytes[at]) && bytes[at])
        at++;
    if (at < size && (bytes[at] == '{' || bytes[at] == '['))
        return WEB_BODY_JSON;
    if (size < 3 || memcmp(bytes, "--", 2) != 0)
        return WEB_BODY_FORM;
    const char *end = memchr(bytes, '\n', size);
    size_t boundary_size = (size_t)((end ? end : bytes + size) - bytes) - 2;
    if (boundary_size > 0 && bytes[2 + boundary_size - 1] == '\r')
        boundary_size--;
    snprintf(type, GUESSED_TYPE_MAX, "multipart/form-data; boundary=\"%.*s\"", boundary_size > 100 ? 100 : (int)boundary_size, bytes + 2);
    return WEB_BODY_MULTIPART;
}

/* As the worker keeps what it fetched: with the contact's part of the push inside. False: this is no such document. */
static bool fetched_id(const struct web_source *source, const struct input_fields *fields, char id[LW_IDEMPOTENCY_ID_MAX + 1])
{
    char path[JSON_PATH_MAX + sizeof "push."];
    if (snprintf(path, sizeof path, "push.%s", source->fetch.id) >= (int)sizeof path)
        return false;
    const struct input_field *field = input_fields_find(fields, path);
    if (!field || field->size == 0)
        return false;
    contact_id_from_source(source->name, field->value, field->size, id);
    return true;
}

static void make_lead(const struct web_source *source, const struct web_body *body, struct input_fields *fields,
                      const struct contact_input *input, struct contact_reading *out)
{
    static struct lead_builder builder;   /* large */
    static char id[LW_IDEMPOTENCY_ID_MAX + 1];
    if (web_body_is_of_robot(source, fields)) {
        *out = (struct contact_reading){.outcome = CONTACT_NOT_A_LEAD, .reason = "robot"};
        return;
    }
    lead_builder_fini(&builder);
    if (source->fetch.url && !fetched_id(source, fields, id)) {
        *out = (struct contact_reading){.outcome = CONTACT_REJECTED, .reason = "it only names contacts, which are to be fetched"};
        return;
    }
    if (!source->fetch.url)
        web_body_id(source, body, fields, input->idempotency_key, id);
    const char *reason = "out of memory";
    const struct lw_lead *lead;
    if (web_body_lead(source, fields, input->raw_ref, &builder, &lead, &reason) == LW_OK)
        *out = (struct contact_reading){.outcome = CONTACT_LEAD, .reason = "", .lead = lead, .idempotency_id = id};
    else
        *out = (struct contact_reading){.outcome = CONTACT_REJECTED, .reason = reason};
}

static void read_body(const void *context, const struct contact_input *input, struct contact_reading *out)
{
    const struct web_source *source = context;
    char guessed[GUESSED_TYPE_MAX] = "";
    struct web_body body = {.bytes = input->bytes, .size = input->size, .content_type = input->content_type};
    struct input_fields fields;
    struct arena arena;
    body.kind = input->content_type ? web_body_kind_of(input->content_type) : kind_of_bytes(input->bytes, input->size, guessed);
    body.content_type = input->content_type ? input->content_type : guessed;
    if (body.kind == WEB_BODY_FORM && input->is_typed)
        while (body.size > 0 && strchr("\r\n", body.bytes[body.size - 1]) && body.bytes[body.size - 1])
            body.size--;
    *out = (struct contact_reading){.outcome = CONTACT_UNPARSABLE, .reason = "wrong_type"};
    if (body.kind == WEB_BODY_KINDS)
        return;
    arena_init(&arena, CONTACT_ARENA_CAP);
    const lw_status status = web_body_read(source, &body, &arena, &fields);
    out->reason = status == LW_INVALID ? "malformed" : "too_large";
    if (status == LW_OK)
        make_lead(source, &body, &fields, input, out);
    arena_fini(&arena);
}

bool web_contact_reader(const void *own, const char *name, struct contact_reader *out)
{
    const struct web_source *source = web_config_find(own, name);
    *out = (struct contact_reader){.channel = LW_CHANNEL_WEB, .source = source, .read = read_body};
    return source != NULL;
}
