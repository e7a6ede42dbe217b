/* SPDX-License-Identifier: Apache-2.0
 *
 * What an outsourced team sees of a lead before accepting it.
 */
#include <stdbool.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "shown_lead.h"

static const char *const shown_names[] = {"channel", "source", "country", "language", "product", "is_test"};

static bool is_shown(const char *name)
{
    for (size_t i = 0; i < sizeof shown_names / sizeof *shown_names; i++) {
        if (strcmp(shown_names[i], name) == 0)
            return true;
    }
    return false;
}

/* Every text of a lead is there. */
static void fill(Leadwire__V1__Lead *lead)
{
    const ProtobufCMessageDescriptor *descriptor = lead->base.descriptor;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (field->type == PROTOBUF_C_TYPE_STRING && field->label != PROTOBUF_C_LABEL_REPEATED)
            *(char **)((char *)lead + field->offset) = (char *)(uintptr_t)"Ada Rossi";
    }
    lead->channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead->country = lead->language = lead->source = lead->product = (char *)(uintptr_t)"it";
}

static const unsigned char *find(const unsigned char *bytes, size_t size, const char *text)
{
    for (size_t i = 0; i + strlen(text) <= size; i++) {
        if (memcmp(bytes + i, text, strlen(text)) == 0)
            return bytes + i;
    }
    return NULL;
}

static void nothing_but_what_is_named_is_shown(void **state)
{
    static Leadwire__V1__Phone phone = LEADWIRE__V1__PHONE__INIT;
    Leadwire__V1__Phone *phones[] = {&phone};
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    unsigned char bytes[4096], again[4096];
    struct shown_lead shown;
    (void)state;
    fill(&lead);
    phone.e164 = (char *)(uintptr_t)"+390212345678";
    lead.phones = phones;
    lead.n_phones = 1;
    shown_lead_init(&shown, bytes, leadwire__v1__lead__pack(&lead, bytes));
    size_t size = leadwire__v1__lead__pack(&shown.lead, again);
    assert_null(find(again, size, "Ada Rossi"));
    assert_null(find(again, size, "+39"));
    assert_string_equal(shown.lead.country, "it");
    assert_int_equal(shown.lead.channel, LEADWIRE__V1__CHANNEL__CHANNEL_WEB);
    const ProtobufCMessageDescriptor *descriptor = lead.base.descriptor;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (is_shown(field->name))
            continue;
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            assert_int_equal(*(size_t *)((char *)&shown.lead + field->quantifier_offset), 0);
        else if (field->type == PROTOBUF_C_TYPE_STRING)
            assert_string_equal(*(char **)((char *)&shown.lead + field->offset), "");
    }
    shown_lead_fini(&shown);
}

static void what_cannot_be_read_shows_nothing(void **state)
{
    struct shown_lead shown;
    (void)state;
    shown_lead_init(&shown, "\xff\xff\xff", 3);
    assert_int_equal(leadwire__v1__lead__get_packed_size(&shown.lead), 0);
    shown_lead_fini(&shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_but_what_is_named_is_shown),
        cmocka_unit_test(what_cannot_be_read_shows_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
