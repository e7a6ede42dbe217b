/* SPDX-License-Identifier: Apache-2.0
 *
 * Bodies of POST /in/{source}: the first line names the kind (form or json) and the source, the rest is the body.
 */
#include <stdlib.h>
#include <string.h>

#include "door_promises.h"
#include "web_body.h"

enum { ARENA_CAP = 8 << 20 };

static const struct web_map_entry mapped[] = {
    {{.kind = WEB_TARGET_FIELD, .field = LEAD_FIELD_FULL_NAME}, "contact.name"},
    {{.kind = WEB_TARGET_PHONE}, "contact.phones[0]"},
    {{.kind = WEB_TARGET_EMAIL}, "contact.mail"},
    {{.kind = WEB_TARGET_ATTRIBUTE, .name = "model"}, "auto"},
    {{.kind = WEB_TARGET_CONSENT, .name = "marketing"}, "newsletter"},
    {{.kind = WEB_TARGET_TEST}, "is_test"},
};
static const char *const ignored[] = {"csrf", "meta"};
static const struct signature_rule in_the_form = {
    .scheme = {.signature = {"signature", true}, .timestamp = {"timestamp", true}, .text = "{field:token}"},
};
static const struct web_source sources[] = {
    {.name = "plain", .defaults = {.channel = LW_CHANNEL_WEB, .source = "plain", .region = "IT"}},
    {.name = "mapped", .defaults = {.channel = LW_CHANNEL_WEB, .source = "mapped", .language = "de"},
     .charset = "windows-1251", .idempotency = "id", .honeypot = "website",
     .mapping = {.entries = mapped, .entry_count = sizeof mapped / sizeof *mapped, .ignored = ignored, .ignored_count = 2}},
    {.name = "signed", .defaults = {.channel = LW_CHANNEL_WEB, .source = "signed"}, .signature = &in_the_form,
     .mapping = {.document = "payload", .pairs = {.list = "answers", .name = "field.ref", .values = {"text", "choice.label"}, .value_count = 2,
                           .label_list = "fields", .label_key = "ref", .label_text = "title"}}},
};

static uint64_t make_lead(const struct web_source *source, const struct web_body *body)
{
    static struct lead_builder builder;
    struct input_fields fields;
    struct arena arena;
    const struct lw_lead *lead;
    const char *reason;
    uint64_t hash = 0;
    arena_init(&arena, ARENA_CAP);
    if (web_body_read(source, body, &arena, &fields) == LW_OK) {
        char id[LW_IDEMPOTENCY_ID_MAX + 1];
        (void)web_body_id(source, body, &fields, NULL, id);
        if (strlen(id) == 0)
            door_broken("a contact has an id");
        if (web_body_lead(source, &fields, "web/0001", &builder, &lead, &reason) == LW_OK)
            hash = door_lead_hold(lead);
        lead_builder_fini(&builder);
    }
    arena_fini(&arena);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fuzz_input input = {(const char *)bytes, size};
    struct arena arena;
    arena_init(&arena, ARENA_CAP);
    const char *first = fuzz_take_line(&input, &arena);
    struct web_body body = {.kind = first && strstr(first, "json") ? WEB_BODY_JSON : WEB_BODY_FORM};
    body.content_type = web_body_media_type(body.kind);
    size_t which = 0;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        which = first && strstr(first, sources[i].name) ? i : which;
    char *rest = fuzz_take_rest(&input, &body.size);
    body.bytes = rest;
    if (make_lead(&sources[which], &body) != make_lead(&sources[which], &body))
        door_broken("the same bytes give the same lead");
    free(rest);
    arena_fini(&arena);
    return 0;
}
