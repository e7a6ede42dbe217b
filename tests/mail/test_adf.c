/* SPDX-License-Identifier: Apache-2.0
 * ADF as it is sent: what a lead gets of it, and that nothing in it breaks the reader. */
#include "adf_lead.h"
#include "adf_text.h"
#include "cmocka_all.h"
#include "mail_file.h"
#include "seeded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 20000, MUTANT_MAX = 8192 };

static struct mail_lead mail;

static void sample(const char *name)
{
    char path[1024];
    size_t size = 0;
    snprintf(path, sizeof path, LEADWIRE_SOURCE_DIR "/tests/mail/samples/%s.eml", name);
    char *bytes = mail_file_read(path, &size);
    assert_non_null(bytes);
    assert_int_equal(mail_take(&sample_source, bytes, size, &mail), MAIL_LEAD);
    free(bytes);
}

static void take(const char *adf)
{
    char text[4096];
    snprintf(text, sizeof text, "From: noreply@portal.example\nSubject: Lead\n\n%s\n", adf);
    assert_int_equal(mail_take(&sample_source, text, strlen(text), &mail), MAIL_LEAD);
}

static const char *attribute(const char *name)
{
    for (size_t i = 0; i < mail.lead->attribute_count; i++) {
        if (strcmp(mail.lead->attributes[i].name, name) == 0)
            return mail.lead->attributes[i].value;
    }
    return "";
}

static bool warned(const char *words)
{
    for (size_t i = 0; i < mail.lead->warning_count; i++) {
        if (strstr(mail.lead->warnings[i], words))
            return true;
    }
    return false;
}

static void a_whole_prospect_fills_fields_and_attributes(void **state)
{
    (void)state;
    sample("adf_body");
    const struct lw_lead *lead = mail.lead;
    assert_string_equal(lead->given_name, "Paolo");
    assert_string_equal(lead->family_name, "Bruni");
    assert_string_equal(lead->vendor_id, "81-442");
    assert_string_equal(lead->product, "2004 Ford Focus Ghia & Style");
    assert_string_equal(lead->city, "Roma");
    assert_string_equal(lead->postal_code, "00198");
    assert_string_equal(lead->region, "RM");
    assert_string_equal(lead->country, "IT");
    assert_int_equal(lead->phone_count, 2);
    assert_string_equal(lead->phones[0].kind, "home");
    assert_string_equal(lead->phones[1].kind, "mobile");
    assert_string_equal(lead->phones[1].e164, "+393331234567");
    assert_int_equal(lead->warning_count, 0);
    static const char *const expected[][2] = {
        {"request_date", "2008-06-25T08:47:50"}, {"call_time", "evening"}, {"preferred_contact", "email"},
        {"street", "Via Po 3, scala B"}, {"vehicle_interest", "buy"}, {"vehicle_status", "used"}, {"vehicle_year", "2004"},
        {"vehicle_vin", "WF0AXXGCDA4A00001"}, {"vehicle_stock", "F-117"}, {"vehicle_trim", "Ghia & Style"},
        {"vehicle_exteriorcolor", "blue"}, {"timeframe", "Within a week"}, {"timeframe_earliest", "2008-06-28"},
        {"vendor_name", "Shop Roma"}, {"vendor_contact_name", "Sales Desk"}, {"vendor_contact_email", "sales@shop.example"},
        {"provider_name", "Car Portal"}, {"provider_service", "Used cars"}, {"provider_url", "http://portal.example/?a=1&b=2"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_string_equal(attribute(expected[i][0]), expected[i][1]);
}

static void an_attachment_in_upper_case_with_a_doctype_is_read(void **state)
{
    (void)state;
    sample("adf_attachment");
    assert_string_equal(mail.lead->company, "M\xC3\xBCller & S\xC3\xB6hne");
    assert_string_equal(mail.lead->product, "VW Crafter");   /* not what is traded in */
    assert_string_equal(attribute("trade_in_make"), "Opel");
    assert_string_equal(attribute("vehicle_model"), "Crafter");
    assert_string_equal(attribute("fax"), "+49 30 901821");
    assert_int_equal(mail.lead->phone_count, 1);
    assert_int_equal(mail.lead->attachment_count, 1);
}

static void what_cannot_be_read_is_a_lead_with_a_warning_and_the_text(void **state)
{
    (void)state;
    sample("adf_broken");
    assert_true(warned("could not be read to its end"));
    assert_true(warned("the address is that of the mail's sender"));
    assert_non_null(strstr(mail.lead->summary, "<name>Ugo</name>"));
    sample("adf_cut_off");
    assert_true(warned("could not be read to its end"));
    assert_true(warned("request date"));
    assert_string_equal(mail.lead->full_name, "Ugo Neri");
    assert_string_equal(attribute("request_date"), "last Tuesday");
    assert_string_equal(attribute("call_time"), "morning");
    assert_non_null(strstr(mail.lead->summary, "Please call before noo"));
}

static void our_own_robot_and_generated_mails_bring_adf_too(void **state)
{
    (void)state;
    static const char text[] = "From: website@shop.example\nAuto-Submitted: auto-generated\nSubject: x\n\n"
                               "<adf><prospect><customer><contact><email>a@buyer.example</email></contact></customer></prospect></adf>\n";
    assert_int_equal(mail_take(&sample_source, text, strlen(text), &mail), MAIL_LEAD);
    assert_string_equal(mail.lead->emails[0].address, "a@buyer.example");
    static const char unread[] = "From: website@shop.example\nAuto-Submitted: auto-generated\nSubject: x\n\n<adf><oops></adf>\n";
    assert_int_equal(mail_take(&sample_source, unread, strlen(unread), &mail), MAIL_LEAD);
    assert_string_equal(mail.lead->emails[0].address, "website@shop.example");
}

static void only_the_first_prospect_is_read(void **state)
{
    (void)state;
    take("<adf><prospect><customer><contact><email>one@buyer.example</email></contact></customer></prospect>"
         "<prospect><customer><contact><email>two@buyer.example</email></contact></customer></prospect></adf>");
    assert_int_equal(mail.lead->email_count, 1);
    assert_string_equal(mail.lead->emails[0].address, "one@buyer.example");
    assert_true(warned("several ADF prospects"));
}

static void no_entity_grows_and_no_depth_is_followed(void **state)
{
    (void)state;
    char deep[4000] = "<adf><prospect>";
    for (int i = 0; i < 100; i++)
        strcat(deep, "<a>");
    take(deep);
    assert_true(warned("could not be read to its end"));
    take("<adf><!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><prospect><customer><contact><name>&b;&nbsp;&#0;&#xD800;</name>"
         "<email>a@buyer.example</email></contact></customer></prospect></adf>");
    assert_string_equal(mail.lead->full_name, "&b;");
}

static void text_is_mended_where_xml_would_stop(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"<ADF><A B='1&2'>x</A></ADF>", "<adf><a B='1&amp;2'>x</a></adf>"},
        {"<adf>1 < 2 && 3 > 2 &lt; &#65; &#x41; &#; &eacute;</adf>",
         "<adf>1 &lt; 2 &amp;&amp; 3 > 2 &lt; &#65; &#x41; &amp;#; &amp;eacute;</adf>"},
        {"<adf><![cdata[a & <b>]]> <!-- c --><?php d ?>\x01</adf> tail", "<adf><![CDATA[a & <b>]]>  </adf>"},
        {"<adf><!-- no end", "<adf>&lt;!-- no end"},
        {"<adf><a b='<c>'", "<adf>&lt;a b='<c>'"},
        {"<adf>\xEF\xBF\xBF|\xEF\xBF\xBD</adf>", "<adf> |\xEF\xBF\xBD</adf>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        assert_string_equal(adf_text_mend(&arena, cases[i][0]), cases[i][1]);
        arena_fini(&arena);
    }
}

static void adf_is_found_only_where_a_line_begins_with_markup(void **state)
{
    (void)state;
    static const char text[] = "Hello\n  <?ADF VERSION?><ADF version='1'>";
    assert_ptr_equal(adf_text_find(text), strstr(text, "<ADF "));
    assert_null(adf_text_find("> <adf><prospect>"));
    assert_null(adf_text_find("I sent you an <adf> file"));
    assert_null(adf_text_find("<adfx>"));
    assert_null(adf_text_find("<adf"));
}

static void dates_are_written_out(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        {"2008-06-25T8:47:50", "2008-06-25T08:47:50"}, {"2000-3-30T15:30:20-08:00", "2000-03-30T15:30:20-08:00"},
        {"2011-01-02", "2011-01-02"}, {"2011-01-02 9:05", "2011-01-02T09:05:00"}, {"2011-01-02T09:05:59Z", "2011-01-02T09:05:59Z"},
    };
    static const char *const bad[] = {"", "25/06/2008", "2008-13-01", "2008-06-25T24:00", "2008-06-25Tx", "20080-06-25", "2008-06-25T1:2:3 PM",
                                      "2008-06-25T1:2:3+00:00:00", "last Tuesday"};
    char date[40];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(adf_date_read(good[i][0], date));
        assert_string_equal(date, good[i][1]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(adf_date_read(bad[i], date));
}

/* Mutants of a good one: read within the limits, no crash; a round is a function of its number. */
static void mutants_are_read_or_given_up(void **state)
{
    (void)state;
    static const char *const tokens[] = {"<", ">", "&", "</", "<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "<prospect>", "</contact>", "'",
                                         "\"", "&#x", "<!DOCTYPE a [", "<vehicle interest=\"trade-in\">", "\xC3", "\xFF", "<email>x@y</email>"};
    static struct adf adf;
    char *bytes = mail_file_read(LEADWIRE_SOURCE_DIR "/tests/mail/samples/adf_body.eml", &(size_t){0});
    assert_non_null(bytes);
    const char *good = adf_text_find(bytes);
    size_t whole = 0, size = strlen(good);
    assert_true(size < MUTANT_MAX / 2);
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct seeded random = {.state = seed};
        char mutant[MUTANT_MAX];
        memcpy(mutant, good, size + 1);
        for (size_t i = 0, changes = 1 + seeded_below(&random, 6); i < changes; i++) {
            const char *token = tokens[seeded_below(&random, sizeof tokens / sizeof *tokens)];
            size_t at = 5 + seeded_below(&random, strlen(mutant) - 5), length = strlen(token);
            size_t cut = seeded_below(&random, 8) == 0 ? seeded_below(&random, strlen(mutant + at)) : 0;
            memmove(mutant + at + length, mutant + at + cut, strlen(mutant + at + cut) + 1);
            memcpy(mutant + at, token, length);
        }
        struct arena arena;
        arena_init(&arena, 1 << 20);
        char *exact = strdup(mutant);
        assert_true(adf_read(&arena, exact, &adf));
        free(exact);
        assert_true(adf.count <= ADF_ELEMENTS_MAX);
        whole += adf.complete;
        adf_names_a_person(&adf);
        arena_fini(&arena);
    }
    free(bytes);
    assert_true(whole > ROUNDS / 20 && whole < ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_prospect_fills_fields_and_attributes),
        cmocka_unit_test(an_attachment_in_upper_case_with_a_doctype_is_read),
        cmocka_unit_test(what_cannot_be_read_is_a_lead_with_a_warning_and_the_text),
        cmocka_unit_test(our_own_robot_and_generated_mails_bring_adf_too),
        cmocka_unit_test(only_the_first_prospect_is_read),
        cmocka_unit_test(no_entity_grows_and_no_depth_is_followed),
        cmocka_unit_test(text_is_mended_where_xml_would_stop),
        cmocka_unit_test(adf_is_found_only_where_a_line_begins_with_markup),
        cmocka_unit_test(dates_are_written_out),
        cmocka_unit_test(mutants_are_read_or_given_up),
    };
    mail_library_init();
    int failed = cmocka_run_group_tests_name("adf", tests, NULL, NULL);
    mail_lead_fini(&mail);
    mail_library_fini();
    return failed;
}
