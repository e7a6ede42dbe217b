/* SPDX-License-Identifier: Apache-2.0
 *
 * multipart/form-data: the first line is the header Content-Type, the rest is the body.
 */
#include <stdlib.h>
#include <string.h>

#include "door_promises.h"
#include "web_body.h"

enum { ARENA_CAP = 8 << 20 };

static const struct web_source source = {.name = "files", .defaults = {.channel = LW_CHANNEL_WEB, .source = "files", .region = "DE"}};

static void check_parts(const struct multipart_body *parts, size_t size)
{
    size_t bytes = 0;
    if (parts->fields.count + parts->file_count > FORM_FIELDS_MAX)
        door_broken("fields and files are bounded");
    for (size_t i = 0; i < parts->fields.count; i++) {
        const struct form_field *field = &parts->fields.items[i];
        if (field->value[field->value_size] != '\0' || field->name[field->name_size] != '\0')
            door_broken("a NUL follows each text");
        bytes += field->value_size;
    }
    for (size_t i = 0; i < parts->file_count; i++)
        bytes += parts->files[i].size;
    if (bytes > size)
        door_broken("parts are no larger than the body");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct lead_builder builder;
    struct fuzz_input input = {(const char *)bytes, size};
    struct multipart_body parts;
    struct input_fields fields;
    struct arena arena;
    const struct lw_lead *lead;
    const char *reason;
    arena_init(&arena, ARENA_CAP);
    struct web_body body = {.kind = WEB_BODY_MULTIPART, .content_type = fuzz_take_line(&input, &arena)};
    char *rest = fuzz_take_rest(&input, &body.size);
    body.bytes = rest;
    if (body.content_type && multipart_body_read(&arena, body.content_type, body.bytes, body.size, &parts) == LW_OK)
        check_parts(&parts, body.size);
    if (body.content_type && web_body_read(&source, &body, &arena, &fields) == LW_OK) {
        if (web_body_lead(&source, &fields, "web/0001", &builder, &lead, &reason) == LW_OK)
            (void)door_lead_hold(lead);
        lead_builder_fini(&builder);
    }
    free(rest);
    arena_fini(&arena);
    return 0;
}
