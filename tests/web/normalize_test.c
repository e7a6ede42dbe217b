/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contact_id.h"
#include "email_address.h"
#include "lead_builder.h"
#include "locale_code.h"
#include "person_name.h"
#include "phone_number.h"
#include "text_clean.h"
#include "written_time.h"

static void phone_numbers_become_e164_by_the_default_region(void **state)
{
    (void)state;
    static const struct { const char *raw, *region, *e164, *kind, *number_region; bool valid; } table[] = {
        {"02 1234 5678", "IT", "+390212345678", "fixed", "IT", true},
        {"+39 (02) 1234-5678", "DE", "+390212345678", "fixed", "IT", true},
        {"0039 02 12345678", "IT", "+390212345678", "fixed", "IT", true},
        {"347 123 4567", "IT", "+393471234567", "mobile", "IT", true},
        {"030 123456", "DE", "+4930123456", "fixed", "DE", true},
        {"0151 23456789", "DE", "+4915123456789", "mobile", "DE", true},
        {"(212) 736-5000", "US", "+12127365000", "", "US", true},
        {"1-800-253-0000", "US", "+18002530000", "toll_free", "US", true},
        {"020 7946 0018", "GB", "+442079460018", "fixed", "GB", true},
        {"07400 123456", "GB", "+447400123456", "mobile", "GB", true},
        {"tel:+44-20-7946-0018", "", "+442079460018", "fixed", "GB", true},
        {"+12125550100", NULL, "+12125550100", "", "US", true},
        {"\xEF\xBC\x90\xEF\xBC\x92 1234 5678", "IT", "+390212345678", "fixed", "IT", true},   /* full-width digits */
        {"020 7946 0018 ext. 12", "GB", "+442079460018", "fixed", "GB", true},
        {"+49 00 46095", NULL, "+4946095", "", "DE", false},   /* read again it is itself */
        {"2025550000000", "US", NULL, "", "", false},
        {"0212345678", NULL, NULL, "", "", false},
        {"12", "IT", NULL, "", "", false},
        {"call me", "IT", NULL, "", "", false},
        {"", "IT", NULL, "", "", false},
        {"+++", "IT", NULL, "", "", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct phone_number number;
        bool read = phone_number_read(table[i].raw, table[i].region, &number);
        if (read != (table[i].e164 != NULL) || strcmp(number.e164, table[i].e164 ? table[i].e164 : "") != 0 ||
            strcmp(number.region, table[i].number_region) != 0 || number.valid != table[i].valid ||
            strcmp(number.kind, table[i].kind) != 0)
            fail_msg("'%s': read %d '%s' '%s' '%s' valid %d", table[i].raw, read, number.e164, number.kind, number.region, number.valid);
    }
}

static void email_addresses_are_cleaned_and_keyed(void **state)
{
    (void)state;
    static const struct { const char *raw, *address, *key; } table[] = {
        {" Anna.Rossi@Example.IT ", "Anna.Rossi@example.it", "anna.rossi@example.it"},
        {"Anna Rossi <anna@example.it>", "anna@example.it", "anna@example.it"},
        {"mailto:anna@example.it?subject=hi", "anna@example.it", "anna@example.it"},
        {"a.n.n.a+shop@gmail.com", "a.n.n.a+shop@gmail.com", "anna@gmail.com"},
        {"Anna@googlemail.com", "Anna@googlemail.com", "anna@gmail.com"},
        {"anna+x@example.com", "anna+x@example.com", "anna+x@example.com"},
        {"anna+x@outlook.com", "anna+x@outlook.com", "anna@outlook.com"},
        {"a.b+x@outlook.com", "a.b+x@outlook.com", "a.b@outlook.com"},
        {"jane-shop@yahoo.com", "jane-shop@yahoo.com", "jane@yahoo.com"},
        {"info@M\xC3\x9Cller.de", "info@xn--mller-kva.de", "info@xn--mller-kva.de"},
        {"info@stra\xC3\x9F" "e.de", "info@xn--strae-oqa.de", "info@xn--strae-oqa.de"},
        {"anna@example.it.", "anna@example.it", "anna@example.it"},
        {"anna@example.it,", "anna@example.it", "anna@example.it"},
        {"anna", NULL, NULL}, {"@example.it", NULL, NULL}, {"anna@", NULL, NULL}, {"anna@localhost", NULL, NULL},
        {"anna@@example.it", NULL, NULL}, {"an na@example.it", NULL, NULL}, {"a..b@example.it", NULL, NULL},
        {".a@example.it", NULL, NULL}, {"a@-example.it", NULL, NULL}, {"a@exa_mple.it", NULL, NULL},
        {"a@example..it", NULL, NULL}, {"<a@example.it", NULL, NULL}, {"a@b.it\nBcc: x@y.it", NULL, NULL}, {"", NULL, NULL},
        {"a@[127.0.0.1]", NULL, NULL}, {"\"a b\"@example.it", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct email_address email;
        bool read = email_address_read(table[i].raw, strlen(table[i].raw), &email);
        if (read != (table[i].address != NULL) || strcmp(email.address, read ? table[i].address : "") != 0 ||
            strcmp(email.key, read ? table[i].key : "") != 0)
            fail_msg("'%s': read %d '%s' '%s'", table[i].raw, read, email.address, email.key);
    }
}

static void texts_are_repaired_composed_and_cut_at_a_character(void **state)
{
    (void)state;
    static const struct { const char *raw; size_t size; enum text_shape shape; size_t max; const char *clean; bool cut; } table[] = {
        {"  a \t b\r\n c ", 11, TEXT_LINE, 100, "a b c", false},
        {"a\0b\x01" "c\x7F", 6, TEXT_LINE, 100, "abc", false},
        {"a\r\n\r\n\r\n\r\nb  \n\tc\n\n", 18, TEXT_BLOCK, 100, "a\n\nb\n\tc", false},
        {"e\xCC\x81", 3, TEXT_LINE, 100, "\xC3\xA9", false},
        {"\xFF" "a\xC3", 3, TEXT_LINE, 100, "\xEF\xBF\xBD" "a\xEF\xBF\xBD", false},
        {"\xED\xA0\x80", 3, TEXT_LINE, 100, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", false},
        {"\xC0\xAF", 2, TEXT_LINE, 100, "\xEF\xBF\xBD\xEF\xBF\xBD", false},
        {"\xEF\xBB\xBF" "a\xE2\x80\xAE" "b", 8, TEXT_LINE, 100, "ab", false},
        {"\xC3\xA9\xC3\xA9", 4, TEXT_LINE, 3, "\xC3\xA9", true},
        {"abcdef", 6, TEXT_LINE, 6, "abcdef", false},
        {"abc def", 7, TEXT_LINE, 4, "abc", true},
        {"\xF0\x9F\x91\x8D", 4, TEXT_BLOCK, 100, "\xF0\x9F\x91\x8D", false},
        {"", 0, TEXT_LINE, 10, "", false},
    };
    struct arena arena;
    arena_init(&arena, 1 << 16);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        bool cut = false;
        const char *clean = text_clean(&arena, table[i].raw, table[i].size, table[i].shape, table[i].max, &cut);
        if (!clean || strcmp(clean, table[i].clean) != 0 || cut != table[i].cut)
            fail_msg("row %zu: '%s' cut %d", i, clean, cut);
    }
    assert_string_equal(text_escape_markup(&arena, "<a href=\"x\">'&'\x01"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;");
    arena_fini(&arena);
}

static bool valid_utf8(const char *text)
{
    size_t size = strlen(text);
    for (size_t at = 0; at < size;) {
        size_t start = at;
        if (text_next(text, size, &at) == 0xFFFD && memcmp(text + start, "\xEF\xBF\xBD", 3) != 0)
            return false;
    }
    return true;
}

static void cleaning_any_bytes_gives_text_that_cleans_to_itself(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    uint64_t random = 0x9E3779B97F4A7C15;
    for (int round = 0; round < 5000; round++) {
        char bytes[64];
        for (size_t i = 0; i < sizeof bytes; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (char)(random >> 40);
            if ((random >> 32) % 3 == 0)
                bytes[i] = " \n\t\xCC\x81\xE2\xF0"[(random >> 50) % 7];
        }
        enum text_shape shape = round % 2 ? TEXT_LINE : TEXT_BLOCK;
        size_t max = (size_t)(random >> 33) % 80;
        char *once = text_clean(&arena, bytes, sizeof bytes, shape, max, NULL);
        assert_non_null(once);
        assert_true(strlen(once) <= max);
        assert_true(valid_utf8(once));
        char *twice = text_clean(&arena, once, strlen(once), shape, max, NULL);
        assert_string_equal(once, twice);
        arena_reset(&arena, 1 << 16);
    }
    arena_fini(&arena);
}

static void names_are_split_only_where_that_needs_no_guess(void **state)
{
    (void)state;
    static const struct { const char *full, *given, *family; } table[] = {
        {"Mario Rossi", "Mario", "Rossi"}, {"Rossi, Mario", "Mario", "Rossi"}, {"van Beethoven, Ludwig", "Ludwig", "van Beethoven"},
        {"Anna Maria Rossi", NULL, NULL}, {"Mario", NULL, NULL}, {",", NULL, NULL}, {"Rossi,", NULL, NULL}, {"a, b, c", NULL, NULL},
        {"\xE5\xB1\xB1\xE7\x94\xB0 \xE5\xA4\xAA\xE9\x83\x8E", NULL, NULL},
    };
    struct arena arena;
    arena_init(&arena, 4096);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *given = NULL, *family = NULL;
        assert_int_equal(person_name_split(&arena, table[i].full, &given, &family), table[i].given != NULL);
        if (table[i].given) {
            assert_string_equal(given, table[i].given);
            assert_string_equal(family, table[i].family);
        }
    }
    arena_fini(&arena);
}

static void countries_and_languages_are_read_as_people_write_them(void **state)
{
    (void)state;
    struct country_code country;
    struct language_code language;
    static const char *const italy[] = {"it", "IT", "ITA", "Italy", "italia", "ITALIEN", "Italie"};
    for (size_t i = 0; i < sizeof italy / sizeof *italy; i++) {
        assert_true(country_code_read(italy[i], &country));
        assert_string_equal(country.text, "IT");
    }
    assert_true(country_code_read("UK", &country));
    assert_string_equal(country.text, "GB");
    assert_true(country_code_read("Deutschland", &country));
    assert_string_equal(country.text, "DE");
    assert_false(country_code_read("Atlantis", &country));
    assert_false(country_code_read("", &country));

    static const char *const italian[] = {"it", "it-IT", "it_IT.UTF-8", "IT", "ita", "it,en;q=0.8", "Italian", "italiano"};
    for (size_t i = 0; i < sizeof italian / sizeof *italian; i++) {
        assert_true(language_code_read(italian[i], &language));
        assert_string_equal(language.text, "it");
    }
    assert_false(language_code_read("zz", &language));
    assert_true(language_code_of_country("IT", &language));
    assert_string_equal(language.text, "it");
    assert_true(language_code_of_country("US", &language));
    assert_string_equal(language.text, "en");
}

static struct lead_builder builder;
static const struct lead_defaults defaults = {.channel = LW_CHANNEL_WEB, .source = "form", .region = "IT"};

static void a_lead_without_a_way_back_is_refused(void **state)
{
    (void)state;
    const struct lw_lead *lead;
    const char *reason;
    lead_builder_init(&builder, &defaults);
    lead_builder_set_text(&builder, LEAD_FIELD_FULL_NAME, "Mario Rossi");
    lead_builder_add_phone(&builder, "call me", 7, NULL);
    lead_builder_add_email(&builder, "nobody", 6);
    assert_int_equal(lead_builder_finish(&builder, &lead, &reason), LW_INVALID);
    assert_string_equal(reason, "neither phone nor email nor a way back");
    assert_null(lead);

    lead_builder_set_text(&builder, LEAD_FIELD_CALL_ID, "CA1");
    assert_int_equal(lead_builder_finish(&builder, &lead, &reason), LW_OK);
    assert_int_equal(lead->attribute_count, 2);
    assert_int_equal(lead->warning_count, 2);
    lead_builder_fini(&builder);
}

static void a_lead_is_completed_from_what_is_known(void **state)
{
    (void)state;
    const struct lw_lead *lead;
    const char *reason;
    lead_builder_init(&builder, &defaults);
    lead_builder_set_text(&builder, LEAD_FIELD_FULL_NAME, " Mario  Rossi ");
    lead_builder_set_text(&builder, LEAD_FIELD_FULL_NAME, "Somebody Else");
    lead_builder_add_phone(&builder, "02 1234 5678", 12, NULL);
    lead_builder_add_phone(&builder, "+39 02 1234 5678", 16, NULL);
    lead_builder_add_email(&builder, "m@example.it", 12);
    lead_builder_add_email(&builder, "M@Example.it", 12);
    assert_int_equal(lead_builder_finish(&builder, &lead, &reason), LW_OK);
    assert_string_equal(lead->full_name, "Mario Rossi");
    assert_string_equal(lead->given_name, "Mario");
    assert_string_equal(lead->family_name, "Rossi");
    assert_int_equal(lead->phone_count, 1);
    assert_string_equal(lead->phones[0].e164, "+390212345678");
    assert_string_equal(lead->phones[0].raw, "02 1234 5678");
    assert_int_equal(lead->email_count, 1);
    assert_string_equal(lead->country, "IT");
    assert_string_equal(lead->language, "it");
    lead_builder_fini(&builder);
}

static void a_huge_contact_is_cut_to_a_frame_and_says_so(void **state)
{
    (void)state;
    const struct lw_lead *lead;
    const char *reason;
    char *big = malloc(1 << 20);
    assert_non_null(big);
    memset(big, 'x', 1 << 20);
    lead_builder_init(&builder, &defaults);
    lead_builder_add_email(&builder, "m@example.it", 12);
    lead_builder_set(&builder, LEAD_FIELD_SUMMARY, big, 1 << 20);
    for (int i = 0; i < 200; i++)
        lead_builder_add_attribute(&builder, "n", big, 4000);
    assert_int_equal(lead_builder_finish(&builder, &lead, &reason), LW_OK);
    assert_int_equal(strlen(lead->summary), LW_LEAD_SUMMARY_MAX);
    assert_true(lead->attribute_count > 10 && lead->attribute_count < LW_LEAD_ATTRIBUTES_MAX);
    assert_true(builder.used_bytes <= LEAD_BUILDER_SIZE_MAX);
    assert_true(lead->warning_count >= 2);
    lead_builder_fini(&builder);
    free(big);
}

static void moments_are_read_as_senders_write_them(void **state)
{
    (void)state;
    static const struct { const char *text; int64_t unix_ms; } good[] = {
        {"0", 0}, {"1772613000", 1772613000000}, {"99999999999", 99999999999000}, {"177261300025", 177261300025}, {"1772613000250", 1772613000250},
        {"2026-03-04", 1772582400000}, {"2026-03-04T09:30:00.25+01:00", 1772613000250}, {"2026-03-04 08:30:00Z", 1772613000000},
        {"2026-03-04t08:30", 1772613000000}, {"2026-03-04T08:30:00 +0000", 1772613000000}, {"2026-03-04T08:30:00,2509999", 1772613000250},
        {"2026-03-03T22:30:00-10", 1772613000000}, {"9999-12-31T23:59:59Z", 253402300799000},
    };
    static const char *const bad[] = {"", "yesterday", "2026-13-01", "2026-02-29", "2026-00-10", "2026-03-04T", "2026-03-04T24:00:00Z", "2026-03-04T08:60:00Z",
                                      "2026-03-04T08:30:00+1", "2026-03-04T08:30:00+25:00", "2026-03-04T08:30:00Zx", "1969-12-31", "1970-01-01T00:00:00+01:00", "-5",
                                      "1234567890123456", "2026-03-04T08:3", "04/03/2026", "12:30", "9999-12-31T23:59:59-01:00"};
    int64_t got;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        got = -1;
        if (!written_time_read(good[i].text, &got) || got != good[i].unix_ms)
            fail_msg("%s gave %lld", good[i].text, (long long)got);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        got = -1;
        if (written_time_read(bad[i], &got) || got != -1)
            fail_msg("'%s' gave %lld", bad[i], (long long)got);
    }
    for (int64_t day = 0; day < 2932897; day += 61) {   /* against the C library, to the year 9999 */
        const time_t seconds = (time_t)(day * 86400 + day % 86400);
        struct tm parts;
        char text[64];
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts));
        if (!written_time_read(text, &got) || got != (int64_t)seconds * 1000)
            fail_msg("%s gave %lld", text, (long long)got);
    }
}

static void contact_ids_are_the_sources_own_or_a_hash(void **state)
{
    (void)state;
    char id[LW_IDEMPOTENCY_ID_MAX + 1], other[LW_IDEMPOTENCY_ID_MAX + 1];
    contact_id_from_source("s", "abc-1", 5, id);
    assert_string_equal(id, "abc-1");
    contact_id_from_source("s", "a\nb", 3, id);
    assert_memory_equal(id, "sha256:", 7);
    char long_id[300];
    memset(long_id, 'a', sizeof long_id);
    contact_id_from_source("s", long_id, sizeof long_id, id);
    assert_int_equal(strlen(id), 7 + 64);
    contact_id_from_bytes("s", "x", 1, id);
    contact_id_from_bytes("t", "x", 1, other);
    assert_string_not_equal(id, other);
    char hex[65];
    contact_hash_hex("", "", 0, hex);
    assert_string_equal(hex, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");   /* SHA-256 of one NUL */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phone_numbers_become_e164_by_the_default_region),
        cmocka_unit_test(email_addresses_are_cleaned_and_keyed),
        cmocka_unit_test(texts_are_repaired_composed_and_cut_at_a_character),
        cmocka_unit_test(cleaning_any_bytes_gives_text_that_cleans_to_itself),
        cmocka_unit_test(names_are_split_only_where_that_needs_no_guess),
        cmocka_unit_test(countries_and_languages_are_read_as_people_write_them),
        cmocka_unit_test(a_lead_without_a_way_back_is_refused),
        cmocka_unit_test(a_lead_is_completed_from_what_is_known),
        cmocka_unit_test(a_huge_contact_is_cut_to_a_frame_and_says_so),
        cmocka_unit_test(moments_are_read_as_senders_write_them),
        cmocka_unit_test(contact_ids_are_the_sources_own_or_a_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
