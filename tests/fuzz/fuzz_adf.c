/* SPDX-License-Identifier: Apache-2.0
 *
 * ADF: any text, as the mail door reads it.
 */
#include <stdlib.h>
#include <string.h>

#include "adf_lead.h"
#include "adf_text.h"
#include "door_promises.h"

enum { ARENA_CAP = 8 << 20 };

static const struct lead_defaults defaults = {.channel = LW_CHANNEL_EMAIL, .source = "adf", .region = "IT"};

static void check_elements(const struct adf *adf)
{
    if (adf->count > ADF_ELEMENTS_MAX)
        door_broken("elements are bounded");
    for (size_t i = 0; i < adf->count; i++) {
        const struct adf_element *element = &adf->elements[i];
        if (!element->path || !element->text || element->attribute_count > ADF_ATTRIBUTES_MAX)
            door_broken("an element has a path, a text and few attributes");
        if (*element->text && !adf_find(adf, element->path))
            door_broken("what has a text is found");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct lead_builder builder;
    static struct adf adf;
    struct arena arena;
    const struct lw_lead *lead;
    const char *reason;
    arena_init(&arena, ARENA_CAP);
    char *text = arena_alloc(&arena, size + 1);
    if (text) {
        memcpy(text, size ? (const char *)bytes : "", size);
        text[size] = '\0';
    }
    const char *found = text ? adf_text_find(text) : NULL;
    if (found && adf_read(&arena, found, &adf)) {
        check_elements(&adf);
        (void)adf_names_a_person(&adf);
        lead_builder_init(&builder, &defaults);
        adf_fill_lead(&adf, &builder);
        if (lead_builder_finish(&builder, &lead, &reason) == LW_OK)
            (void)door_lead_hold(lead);
        lead_builder_fini(&builder);
    }
    arena_fini(&arena);
    return 0;
}
