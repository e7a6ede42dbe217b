/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <string.h>

#include "message_equal.h"
#include "wire.h"

static const struct lw_lead_phone phones[] = {{.raw = "int. 12"}, {.e164 = "+390212345678", .region = "IT", .time_zone = "Europe/Rome"}};
static const struct lw_lead_email emails[] = {{.address = "anna@example.com"}, {.address = "b@example.org"}};
static const struct lw_lead_attribute attributes[] = {{"employees", "120"}, {"a.b", "dots"}, {"empty", ""}};
static const struct lw_lead_consent consents[] = {{.purpose = "contact", .granted = 1, .given_unix_ms = 5}};
static const struct lw_lead_attachment attachments[] = {{.file_name = "piano.pdf", .size_bytes = 48211}};
static const char *const references[] = {"m0@example.com"};
static const char *const warnings[] = {"odd"};
static const struct lw_lead lead = {
    .channel = LW_CHANNEL_WEB, .source = "contact-form", .full_name = "Anna Rossi", .company = "",
    .phones = phones, .phone_count = 2, .emails = emails, .email_count = 2, .language = "it",
    .attributes = attributes, .attribute_count = 3, .consents = consents, .consent_count = 1,
    .attachments = attachments, .attachment_count = 1, .references = references, .reference_count = 1,
    .warnings = warnings, .warning_count = 1, .is_test = 7, .recording = {"https://api.example.com/RE1", 17}, .follows = "CA1",
    .trace_parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
};

static void a_lead_survives_the_way_there_and_back(void **state)
{
    struct arena arena;
    struct lw_lead back;

    (void)state;
    arena_init(&arena, WIRE_ARENA_CAP);
    Leadwire__V1__Lead *pb = wire_lead_from_public(&lead, &arena);
    assert_non_null(pb);
    assert_true(wire_lead_to_public(pb, &arena, &back));
    assert_int_equal(back.channel, LW_CHANNEL_WEB);
    assert_string_equal(back.source, "contact-form");
    assert_string_equal(back.city, "");          /* absent */
    assert_int_equal(back.phone_count, 2);
    assert_string_equal(back.phones[1].e164, "+390212345678");
    assert_string_equal(back.emails[1].address, "b@example.org");
    assert_string_equal(back.attributes[1].value, "dots");
    assert_int_equal(back.consents[0].given_unix_ms, 5);
    assert_int_equal(back.attachments[0].size_bytes, 48211);
    assert_string_equal(back.references[0], "m0@example.com");
    assert_string_equal(back.warnings[0], "odd");
    assert_int_equal(back.is_test, 1);
    assert_string_equal(back.recording.url, "https://api.example.com/RE1");
    assert_int_equal(back.recording.duration_s, 17);
    assert_string_equal(back.follows, "CA1");
    assert_string_equal(back.trace_parent, lead.trace_parent);
    assert_ptr_equal(pb->source, lead.source);   /* borrowed, not copied */
    arena_fini(&arena);
}

static void a_lead_without_a_recording_has_none(void **state)
{
    static const struct lw_lead plain = {.channel = LW_CHANNEL_PHONE, .source = "main-line", .recording = {"", 17}};
    struct arena arena;
    struct lw_lead back;

    (void)state;
    arena_init(&arena, WIRE_ARENA_CAP);
    Leadwire__V1__Lead *pb = wire_lead_from_public(&plain, &arena);
    assert_non_null(pb);
    assert_null(pb->recording);
    assert_true(wire_lead_to_public(pb, &arena, &back));
    assert_string_equal(back.recording.url, "");
    assert_int_equal(back.recording.duration_s, 0);
    arena_fini(&arena);
}

static void a_lead_that_meets_the_cap_is_null_at_every_cap(void **state)
{
    bool fitted = false;

    (void)state;
    for (size_t cap = 0; cap < 8192; cap += 16) {
        struct arena arena;
        arena_init(&arena, cap);
        bool fits = wire_lead_from_public(&lead, &arena) != NULL;
        assert_true(fits || !fitted);            /* more room never makes it worse */
        fitted = fits;
        arena_fini(&arena);
    }
    assert_true(fitted);
}

static void stored_bytes_give_the_lead_back(void **state)
{
    struct arena arena;
    struct byte_buffer bytes;
    Leadwire__V1__Lead *back;
    const char *reason;

    (void)state;
    arena_init(&arena, WIRE_ARENA_CAP);
    byte_buffer_init(&bytes, WIRE_FRAME_SIZE_MAX);
    Leadwire__V1__Lead *pb = wire_lead_from_public(&lead, &arena);
    assert_int_equal(wire_lead_pack(pb, &bytes), LW_OK);
    assert_int_equal(wire_lead_unpack(bytes.data, bytes.size, &arena, &back, &reason), LW_OK);
    assert_true(message_equal(&pb->base, &back->base));
    assert_int_equal(wire_lead_unpack(bytes.data, bytes.size - 1, &arena, &back, &reason), LW_INVALID);
    assert_null(back);
    assert_int_equal(wire_lead_unpack("", 0, &arena, &back, &reason), LW_INVALID);
    assert_string_equal(reason, "channel is missing");
    byte_buffer_fini(&bytes);
    arena_fini(&arena);
}

static void a_lead_above_the_frame_limit_is_not_packed(void **state)
{
    static char long_text[WIRE_FRAME_SIZE_MAX + 1];
    struct lw_lead large = lead;
    struct arena arena;
    struct byte_buffer bytes;

    (void)state;
    memset(long_text, 'a', sizeof long_text - 1);
    large.summary = long_text;
    arena_init(&arena, WIRE_ARENA_CAP);
    byte_buffer_init(&bytes, 1 << 20);
    assert_int_equal(wire_lead_pack(wire_lead_from_public(&large, &arena), &bytes), LW_TOO_LARGE);
    assert_int_equal(bytes.size, 0);
    byte_buffer_fini(&bytes);
    arena_fini(&arena);
}

static void fields_have_the_values_that_rules_see(void **state)
{
    static const struct { const char *field, *value; } expected[] = {
        {"channel", "web"}, {"source", "contact-form"}, {"full_name", "Anna Rossi"}, {"company", NULL},
        {"job_title", NULL}, {"language", "it"}, {"phone", "+390212345678"}, {"phone.region", "IT"}, {"phone.time_zone", "Europe/Rome"},
        {"email", "anna@example.com"}, {"email.domain", "example.com"}, {"is_test", "true"},
        {"attribute.employees", "120"}, {"attribute.a.b", "dots"}, {"attribute.empty", NULL}, {"attribute.none", NULL},
    };
    struct arena arena;
    bool known;

    (void)state;
    arena_init(&arena, WIRE_ARENA_CAP);
    Leadwire__V1__Lead *pb = wire_lead_from_public(&lead, &arena);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const char *value = wire_lead_field(pb, expected[i].field, &known);
        assert_true(known);
        if (expected[i].value)
            assert_string_equal(value, expected[i].value);
        else
            assert_null(value);
    }
    arena_fini(&arena);
}

static void an_empty_lead_has_no_values(void **state)
{
    Leadwire__V1__Lead empty = LEADWIRE__V1__LEAD__INIT;
    size_t count = 0;
    bool known;

    (void)state;
    for (const char *const *field = wire_lead_field_names; *field; field++, count++) {
        const char *value = wire_lead_field(&empty, *field, &known);
        assert_true(known);
        if (strcmp(*field, "is_test") == 0)
            assert_string_equal(value, "false");
        else
            assert_null(value);
    }
    assert_int_equal(count, 24);
}

static void what_is_not_listed_is_not_known(void **state)
{
    static const char *const names[] = {"", "attribute", "attribute.", "email.", "Source", "raw_ref", "phones"};
    Leadwire__V1__Lead empty = LEADWIRE__V1__LEAD__INIT;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bool known = true;
        assert_null(wire_lead_field(&empty, names[i], &known));
        assert_false(known);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lead_survives_the_way_there_and_back),
        cmocka_unit_test(a_lead_without_a_recording_has_none),
        cmocka_unit_test(a_lead_that_meets_the_cap_is_null_at_every_cap),
        cmocka_unit_test(stored_bytes_give_the_lead_back),
        cmocka_unit_test(a_lead_above_the_frame_limit_is_not_packed),
        cmocka_unit_test(fields_have_the_values_that_rules_see),
        cmocka_unit_test(an_empty_lead_has_no_values),
        cmocka_unit_test(what_is_not_listed_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
