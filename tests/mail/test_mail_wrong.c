/* SPDX-License-Identifier: Apache-2.0
 * What can be wrong with MIME, charsets and ADF: a case for each row of that table in docs/INGEST.md. */
#include "cmocka_all.h"
#include "mail_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char from[] = "From: Tom Baker <tom@buyer.example>\nSubject: Offer\nMIME-Version: 1.0\n";
static const char misfit[] = "did not fit its declared charset", unreached[] = "names no phone and no email", cut_off[] = "could not be read to its end";
static struct mail_lead mail;

/* Of a mail by Tom Baker, from the other headers on; NUL bytes in between are part of it. */
static void read_bytes(const char *rest, size_t size)
{
    char *bytes = malloc(sizeof from - 1 + size);
    assert_non_null(bytes);
    memcpy(bytes, from, sizeof from - 1);
    memcpy(bytes + sizeof from - 1, rest, size);
    assert_int_equal(mail_take(&sample_source, bytes, sizeof from - 1 + size, &mail), MAIL_LEAD);
    free(bytes);
}

static void read(const char *rest)
{
    read_bytes(rest, strlen(rest));
}

static void read_whole(const char *bytes)
{
    assert_int_equal(mail_take(&sample_source, bytes, strlen(bytes), &mail), MAIL_LEAD);
}

/* The text of a lead of Tom Baker, and its one warning; NULL: none. */
static void is(const char *text, const char *warning)
{
    assert_string_equal(mail.lead->summary ? mail.lead->summary : "", text);
    assert_string_equal(mail.lead->emails[0].address, "tom@buyer.example");
    assert_int_equal(mail.lead->warning_count, warning ? 1 : 0);
    if (warning)
        assert_non_null(strstr(mail.lead->warnings[0], warning));
}

static void is_attached(const char *name, const char *type)
{
    assert_int_equal(mail.lead->attachment_count, 1);
    const char *has = mail.lead->attachments[0].file_name;
    assert_string_equal(has ? has : "", name);
    assert_string_equal(mail.lead->attachments[0].media_type, type);
}

static void read_adf(const char *adf)
{
    char text[32768];
    assert_true((size_t)snprintf(text, sizeof text, "From: portal@portal.example\nSubject: Lead\n\n%s\n", adf) < sizeof text);
    read_whole(text);
}

/* What stands in its prospect. */
static void read_prospect(const char *elements)
{
    char adf[16384];
    assert_true((size_t)snprintf(adf, sizeof adf, "<adf><prospect>%s</prospect></adf>", elements) < sizeof adf);
    read_adf(adf);
}

#define UGO "<customer><contact><name>Ugo Neri</name><email>ugo@buyer.example</email></contact></customer>"

static void is_ugo(const char *name, const char *warning)
{
    assert_string_equal(mail.lead->full_name, name);
    assert_string_equal(mail.lead->emails[0].address, "ugo@buyer.example");
    assert_int_equal(mail.lead->warning_count, warning ? 1 : 0);
    if (warning)
        assert_non_null(strstr(mail.lead->warnings[0], warning));
}

static bool warned(const char *words)
{
    for (size_t i = 0; i < mail.lead->warning_count; i++) {
        if (strstr(mail.lead->warnings[i], words))
            return true;
    }
    return false;
}

static const char *attribute(const char *name)
{
    for (size_t i = 0; i < mail.lead->attribute_count; i++) {
        if (strcmp(mail.lead->attributes[i].name, name) == 0)
            return mail.lead->attributes[i].value;
    }
    return "";
}

/* ---- MIME */

static void a_part_that_never_ends_is_read(void **state)
{
    (void)state;
    read("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello.\n--b\nContent-Type: text/plain\n\nno end");
    is("Hello.", NULL);
    read("Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; boundary=i\n\n--i\n\nHello.\n--o--\n");
    is("Hello.", NULL);
    read("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nHello.\n--b--\n--b--\n");
    is("Hello.", NULL);
}

static void a_boundary_that_is_not_there_leaves_the_text_as_it_came(void **state)
{
    (void)state;
    read("Content-Type: multipart/mixed\n\n--b\n\nHello.\n--b--\n");
    is("--b\n\nHello.\n--b--", "a multipart without parts");
    read("Content-Type: multipart/mixed; boundary=c\n\nHello.\n");
    is("Hello.", "a multipart without parts");
    read("Content-Type: multipart/mixed; boundary=b\n\n--b--\n");
    is("", "a multipart without parts");
}

static void a_type_that_cannot_be_read_is_text(void **state)
{
    static const char *const types[] = {"", " words", " ; charset=utf-8", " =?utf-8?Q?x?="};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char rest[200];
        snprintf(rest, sizeof rest, "Content-Type:%s\n\nHello.\n", types[i]);
        read(rest);
        is("Hello.", "names no type that could be read");
    }
    read("Content-Type: words\nContent-Disposition: attachment\n\nHello.\n");
    is("", NULL);
    assert_int_equal(mail.lead->attachment_count, 1);
}

static void a_missing_type_is_text_and_of_two_the_first_counts(void **state)
{
    (void)state;
    read("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello.\n--b--\n");
    is("Hello.", NULL);
    read("Content-Type: text/plain\nContent-Type: text/html\n\n<b>Hello.\n");
    is("<b>Hello.", NULL);
    read_whole("From: Tom <tom@buyer.example>\nContent-Type: text/html\n\n<p>Hello.</p>\n");
    is("Hello.", NULL);   /* no MIME-Version */
}

static void a_transfer_encoding_that_lies_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    read("Content-Transfer-Encoding: rot13\n\nHello.\n");
    is("Hello.", NULL);
    read("Content-Transfer-Encoding: base64\n\nSGVs*!*\nbG8u\n");
    is("Hello.", NULL);
    read("Content-Transfer-Encoding: quoted-printable\n\nHello =ZZ = 3=\n");
    is("Hello =ZZ = 3", NULL);
    read("Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b\n\nHello.\n--b--\n");
    is("Hello.", NULL);
    read("Content-Type: text/plain\nContent-Disposition: =?bad\n\nHello.\n");
    is("Hello.", NULL);
}

static void what_is_not_opened_is_an_attachment(void **state)
{
    (void)state;
    read("Content-Type: message/rfc822\n\nFrom: a@b.example\n\nInner.\n");
    is("", NULL);
    is_attached("", "message/rfc822");
    read("Content-Type: message/partial; id=a; number=1; total=2\n\nHello.\n");
    is_attached("", "message/partial");
    read("Content-Type: application/ms-tnef; name=winmail.dat\n\nx\n");
    is("", NULL);
    is_attached("winmail.dat", "application/ms-tnef");
    read("Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/octet-stream\n\nx\n--b--\n");
    is("", "the mail is encrypted");
}

static void names_of_files_are_kept_whatever_they_are(void **state)
{
    (void)state;
    read("Content-Type: application/pdf\nContent-Disposition: attachment; filename*=x-none'de'Gr%FC%ZZ.pdf\n\nx\n");
    is_attached("Gr\xC3\xBC%ZZ.pdf", "application/pdf");
    read("Content-Type: application/pdf\nContent-Disposition: attachment; filename=\"../../etc/passwd\"\n\nx\n");
    is_attached("../../etc/passwd", "application/pdf");   /* only words: nothing is written under it */
}

static void a_mail_without_a_body_is_its_subject(void **state)
{
    (void)state;
    read("");
    is("", NULL);
    read("\n");
    is("", NULL);
    assert_string_equal(mail.lead->subject, "Offer");
}

static void lines_that_are_no_headers_and_lone_cr_are_read(void **state)
{
    (void)state;
    read("this is no header\n\nHello.\n");
    is("Hello.", NULL);
    read_whole("From: Tom <tom@buyer.example>\rSubject: Offer\r\rHello.\rBye.\r");
    is("Hello.\nBye.", NULL);
    assert_string_equal(mail.lead->subject, "Offer");
}

static void nul_bytes_are_dropped(void **state)
{
    static const char rest[] = "\nHel\0lo.\n";
    (void)state;
    read_bytes(rest, sizeof rest - 1);
    is("Hello.", NULL);
}

static void a_date_that_is_none_changes_nothing(void **state)
{
    static const char *const dates[] = {"yesterday evening", "Mon, 32 Foo 99999 99:99:99 +9999", ""};
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        char rest[200];
        snprintf(rest, sizeof rest, "Date: %s\n\nStop\n", dates[i]);
        read(rest);
        is("Stop", NULL);
        assert_int_equal(mail.lead->consent_count, 1);
        assert_int_equal(mail.lead->consents[0].given_unix_ms, 0);
    }
}

/* ---- charsets */

static void an_unknown_charset_is_guessed(void **state)
{
    (void)state;
    read("Content-Type: text/plain; charset=x-none\n\nGr\xC3\xBC\xC3\x9F" "e\n");
    is("Gr\xC3\xBC\xC3\x9F" "e", misfit);
    read("Content-Type: text/plain; charset=x-none\n\nGr\xFC\xDF" "e\n");
    is("Gr\xC3\xBC\xC3\x9F" "e", misfit);
}

static void a_missing_charset_is_guessed(void **state)
{
    (void)state;
    read("\nGr\xC3\xBC\xC3\x9F" "e\n");
    is("Gr\xC3\xBC\xC3\x9F" "e", NULL);
    read("\nGr\xFC\xDF" "e\n");
    is("Gr\xC3\xBC\xC3\x9F" "e", misfit);
    read("Content-Type: text/html\n\n<meta charset=iso-8859-1><p>Gr\xFC\xDF" "e</p>\n");
    is("Gr\xC3\xBC\xC3\x9F" "e", misfit);
}

static void a_wrong_charset_is_seen_by_the_bytes(void **state)
{
    static const char *const labels[] = {"iso-8859-1", "ISO-8859-15", "windows-1252", "us-ascii"};
    (void)state;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        char rest[200];
        snprintf(rest, sizeof rest, "Content-Type: text/plain; charset=%s\n\nGr\xC3\xBC\xC3\x9F" "e\n", labels[i]);
        read(rest);
        is("Gr\xC3\xBC\xC3\x9F" "e", i < 3 ? misfit : NULL);
    }
    read("Content-Type: text/plain; charset=utf-8\n\nGr\xFC\xDF" "e\n");
    is("Gr\xC3\xBC\xC3\x9F" "e", misfit);
    read("Content-Type: text/plain; charset=us-ascii\n\nGr\xFC\xDF" "e\n");
    is("Gr\xC3\xBC\xC3\x9F" "e", misfit);
}

static void bytes_that_the_charset_has_not_are_replaced(void **state)
{
    (void)state;
    read("Content-Type: text/plain; charset=Shift_JIS\n\n\x82\xA0\x82\n");
    is("\xE3\x81\x82\xEF\xBF\xBD", misfit);
}

static void headers_of_eight_bits_are_guessed(void **state)
{
    static const char *const names[] = {"J\xC3\xBCrgen", "J\xFCrgen"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char bytes[200];
        snprintf(bytes, sizeof bytes, "From: %s <tom@buyer.example>\nSubject: %s\n\nHello.\n", names[i], names[i]);
        read_whole(bytes);
        is("Hello.", NULL);
        assert_string_equal(mail.lead->full_name, "J\xC3\xBCrgen");
        assert_string_equal(mail.lead->subject, "J\xC3\xBCrgen");
    }
}

static void encoded_words_that_are_wrong_stay_readable(void **state)
{
    static const char *const cases[][2] = {
        {"=?x-none?Q?Gr=FC=DFe?= now", "Gr\xC3\xBC\xC3\x9F" "e now"},      /* a charset that nobody knows */
        {"=?utf-8?Q?Gr=FC=DFe?= now", "Gr??e now"},                          /* another charset */
        {"=?utf-8?Q?Gr=C3 open", "=?utf-8?Q?Gr=C3 open"},                    /* no end */
        {"=?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ==?=", "Gr\xC3\xBC\xC3\x9F" "e"},  /* a character in two words */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[200];
        snprintf(bytes, sizeof bytes, "From: tom@buyer.example\nSubject: %s\n\nHello.\n", cases[i][0]);
        read_whole(bytes);
        is("Hello.", NULL);
        assert_string_equal(mail.lead->subject, cases[i][1]);
    }
}

/* ---- ADF */

static void adf_with_bare_marks_is_read(void **state)
{
    (void)state;
    read_prospect(UGO "<vehicle><make>A & B</make><model>1 < 2</model></vehicle>");
    is_ugo("Ugo Neri", NULL);
    assert_string_equal(attribute("vehicle_make"), "A & B");
    assert_string_equal(attribute("vehicle_model"), "1 < 2");
}

static void adf_with_cdata_is_read(void **state)
{
    (void)state;
    read_prospect("<customer><contact><name><![CDATA[Ugo & <Neri>]]></name><email>ugo@buyer.example</email></contact></customer>");
    is_ugo("Ugo & <Neri>", NULL);
    read_prospect("<customer><contact><email>ugo@buyer.example</email><name><![CDATA[Ugo</name></contact></customer>");
    is_ugo("<![CDATA[Ugo", NULL);   /* no end: text */
}

static void adf_with_entities_and_instructions_is_read(void **state)
{
    (void)state;
    read_adf("<?ADF VERSION=\"1.0\"?>\n<!DOCTYPE adf [<!ENTITY a \"b\">]>\n<adf><prospect><customer><contact>"
             "<name>&a; &eacute;</name><email>ugo@buyer.example</email></contact></customer></prospect></adf>");
    is_ugo("&a; &eacute;", NULL);
    read_adf("<?XML VERSION=\"1.0\"?>\n<ADF><PROSPECT><CUSTOMER><CONTACT><NAME>Ugo Neri</NAME><EMAIL>ugo@buyer.example</EMAIL>"
             "</CONTACT></CUSTOMER></PROSPECT></ADF>");
    is_ugo("Ugo Neri", NULL);
}

static void adf_without_customer_contact_or_address_is_the_senders(void **state)
{
    static const char *const prospects[] = {
        "", "<vehicle><make>Ford</make></vehicle>", "<customer><comments>Hi</comments></customer>",
        "<customer><contact><name>Ugo</name></contact></customer>", "<customer><contact><phone/><email></email></contact></customer>",
    };
    (void)state;
    for (size_t i = 0; i < sizeof prospects / sizeof *prospects; i++) {
        read_prospect(prospects[i]);
        assert_string_equal(mail.lead->emails[0].address, "portal@portal.example");
        assert_true(warned(unreached));
        assert_non_null(strstr(mail.lead->summary, i == 2 ? "Hi" : "<adf>"));
    }
}

static void adf_without_other_elements_is_a_lead(void **state)
{
    (void)state;
    read_prospect(UGO);   /* no id, date, vehicle, vendor, provider */
    is_ugo("Ugo Neri", NULL);
    read_prospect("<customer><contact><phone>02 1234567</phone></contact></customer>");
    assert_string_equal(mail.lead->phones[0].e164, "+39021234567");
    assert_int_equal(mail.lead->warning_count, 0);
}

static void adf_phones_and_emails_that_are_none_are_kept_as_written(void **state)
{
    (void)state;
    read_prospect("<customer><contact><phone>call me</phone><name>Ugo Neri</name><email>ugo@buyer.example</email></contact></customer>");
    is_ugo("Ugo Neri", "the phone has no digits");
    assert_string_equal(attribute("phone"), "call me");
    read_prospect("<customer><contact><phone type=\"carphone\">02 1234567</phone><email>ugo at home</email></contact></customer>");
    assert_true(warned("email address could not be read"));
    assert_string_equal(attribute("email"), "ugo at home");
    assert_string_equal(mail.lead->phones[0].e164, "+39021234567");
}

static void adf_with_a_bad_date_keeps_it_as_written(void **state)
{
    (void)state;
    read_prospect("<requestdate>25/06/2008</requestdate>" UGO);
    is_ugo("Ugo Neri", "request date could not be read");
    assert_string_equal(attribute("request_date"), "25/06/2008");
    read_prospect("<requestdate/>" UGO);
    is_ugo("Ugo Neri", NULL);
}

static void adf_that_is_cut_off_keeps_what_was_read_and_the_text(void **state)
{
    (void)state;
    read_adf("<adf><prospect>" UGO);
    is_ugo("Ugo Neri", cut_off);
    assert_non_null(strstr(mail.lead->summary, "<adf>"));
    read_prospect("<customer><contact><name>Ugo</nam><email>ugo@buyer.example</email></contact></customer>");
    assert_true(warned(cut_off));
    assert_non_null(strstr(mail.lead->summary, "ugo@buyer.example"));
}

static void adf_that_is_too_much_is_read_so_far(void **state)
{
    char many[16000] = UGO, deep[4000] = "";
    (void)state;
    for (int i = 0; i < 400; i++)
        strcat(many, "<vehicle><make>x</make></vehicle>");
    read_prospect(many);
    assert_string_equal(mail.lead->emails[0].address, "ugo@buyer.example");
    assert_true(warned(cut_off));
    for (int i = 0; i < 200; i++)
        strcat(deep, "<a>");
    strcat(deep, UGO);
    read_prospect(deep);
    assert_true(warned(cut_off));
    assert_string_equal(mail.lead->emails[0].address, "portal@portal.example");
}

static void of_several_adf_prospects_the_first_is_read(void **state)
{
    (void)state;
    read_adf("<adf><prospect>" UGO "</prospect><prospect><customer><contact><email>ida@buyer.example</email></contact></customer></prospect></adf>");
    is_ugo("Ugo Neri", "several ADF prospects");
}

static void adf_in_another_charset_than_it_says_is_read(void **state)
{
    static const char *const charsets[] = {"iso-8859-1", "utf-8"};
    (void)state;
    for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++) {
        char bytes[600];
        snprintf(bytes, sizeof bytes, "From: portal@portal.example\nSubject: Lead\nContent-Type: application/xml\n\n<?xml version=\"1.0\" encoding=\"%s\"?>\n"
                 "<adf><prospect><customer><contact><name>J\xFCrgen</name><email>ugo@buyer.example</email></contact></customer></prospect></adf>\n", charsets[i]);
        read_whole(bytes);
        is_ugo("J\xC3\xBCrgen", i == 1 ? misfit : NULL);
    }
}

static void adf_written_out_in_html_is_read(void **state)
{
    (void)state;
    read_whole("From: portal@portal.example\nContent-Type: text/html\n\n<p>&lt;adf&gt;&lt;prospect&gt;&lt;customer&gt;&lt;contact&gt;&lt;name&gt;Ugo Neri&lt;/name&gt;"
               "&lt;email&gt;ugo@buyer.example&lt;/email&gt;&lt;/contact&gt;&lt;/customer&gt;&lt;/prospect&gt;&lt;/adf&gt;</p>\n");
    is_ugo("Ugo Neri", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_that_never_ends_is_read),
        cmocka_unit_test(a_boundary_that_is_not_there_leaves_the_text_as_it_came),
        cmocka_unit_test(a_type_that_cannot_be_read_is_text),
        cmocka_unit_test(a_missing_type_is_text_and_of_two_the_first_counts),
        cmocka_unit_test(a_transfer_encoding_that_lies_is_read_as_far_as_it_goes),
        cmocka_unit_test(what_is_not_opened_is_an_attachment),
        cmocka_unit_test(names_of_files_are_kept_whatever_they_are),
        cmocka_unit_test(a_mail_without_a_body_is_its_subject),
        cmocka_unit_test(lines_that_are_no_headers_and_lone_cr_are_read),
        cmocka_unit_test(nul_bytes_are_dropped),
        cmocka_unit_test(a_date_that_is_none_changes_nothing),
        cmocka_unit_test(an_unknown_charset_is_guessed),
        cmocka_unit_test(a_missing_charset_is_guessed),
        cmocka_unit_test(a_wrong_charset_is_seen_by_the_bytes),
        cmocka_unit_test(bytes_that_the_charset_has_not_are_replaced),
        cmocka_unit_test(headers_of_eight_bits_are_guessed),
        cmocka_unit_test(encoded_words_that_are_wrong_stay_readable),
        cmocka_unit_test(adf_with_bare_marks_is_read),
        cmocka_unit_test(adf_with_cdata_is_read),
        cmocka_unit_test(adf_with_entities_and_instructions_is_read),
        cmocka_unit_test(adf_without_customer_contact_or_address_is_the_senders),
        cmocka_unit_test(adf_without_other_elements_is_a_lead),
        cmocka_unit_test(adf_phones_and_emails_that_are_none_are_kept_as_written),
        cmocka_unit_test(adf_with_a_bad_date_keeps_it_as_written),
        cmocka_unit_test(adf_that_is_cut_off_keeps_what_was_read_and_the_text),
        cmocka_unit_test(adf_that_is_too_much_is_read_so_far),
        cmocka_unit_test(of_several_adf_prospects_the_first_is_read),
        cmocka_unit_test(adf_in_another_charset_than_it_says_is_read),
        cmocka_unit_test(adf_written_out_in_html_is_read),
    };
    mail_library_init();
    int failed = cmocka_run_group_tests_name("mails that are wrong", tests, NULL, NULL);
    mail_lead_fini(&mail);
    mail_library_fini();
    return failed;
}
