/* SPDX-License-Identifier: Apache-2.0
 * Hostile and odd mails, made here because they are large: a named reason or a lead, in little time. */
#include "charset_text.h"
#include "cmocka_all.h"
#include "byte_buffer.h"
#include "encoded_words.h"
#include "html_text.h"
#include "mail_body.h"
#include "mail_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MADE_MAX = 40 * 1024 * 1024, TIME_MAX_S = 8 };

static struct mail_lead mail;
static struct byte_buffer made;

static void put(const char *text)
{
    byte_buffer_put(&made, text, strlen(text));
}

static void start(const char *headers)
{
    byte_buffer_clear(&made);
    put("From: Tom Baker <tom@buyer.example>\nMessage-ID: <made@buyer.example>\n");
    put(headers);
}

static void repeat(const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        put(text);
}

static void expect(enum mail_reason expected)
{
    assert_false(made.failed);
    const clock_t start = clock();   /* of the processor: what others do on this machine counts for nothing */
    enum mail_reason reason = mail_take(&sample_source, made.data, made.size, &mail);
    assert_string_equal(mail_reason_name(reason), mail_reason_name(expected));
    assert_true(clock() - start < (clock_t)TIME_MAX_S * CLOCKS_PER_SEC);
}

static void a_huge_header_is_named(void **state)
{
    (void)state;
    start("Subject: Huge\n");
    repeat("X-Filler: 0123456789012345678901234567890123456789\n", 8000);
    put("\nHello\n");
    expect(MAIL_HEADER_TOO_LARGE);
    start("Subject: ");   /* one line that never ends */
    repeat("0123456789", 30000);
    expect(MAIL_HEADER_TOO_LARGE);
}

static void a_list_of_addresses_without_end_is_read(void **state)
{
    (void)state;
    start("To: ");
    repeat("a@b.example,\n ", 15000);
    put("c@d.example\nSubject: x\n\nHello\n");
    expect(MAIL_LEAD);
    start("To: ");
    repeat("g:", 60000);
    put(";\nSubject: x\n\nHello\n");
    expect(MAIL_LEAD);
    start("To: ");
    repeat("(", 120000);
    put("\nSubject: x\n\nHello\n");
    expect(MAIL_LEAD);
}

static void nesting_of_any_depth_is_named(void **state)
{
    (void)state;
    start("Content-Type: multipart/mixed; boundary=b0\n");
    for (int i = 0; i < 150; i++) {
        char part[128];
        snprintf(part, sizeof part, "\n--b%d\nContent-Type: multipart/mixed; boundary=b%d\n", i, i + 1);
        put(part);
    }
    expect(MAIL_TOO_DEEP);
    start("Content-Type: multipart/mixed; boundary=b\n");
    repeat("\n--b\nContent-Type: multipart/mixed; boundary=b\n", 100000);
    expect(MAIL_TOO_MANY_PARTS);
    start("Content-Type: message/rfc822\n\n");
    repeat("Content-Type: message/rfc822\n\n", 190);
    expect(MAIL_LEAD);   /* an attached message is not opened */
    start("Content-Type: multipart/digest; boundary=b\n");
    repeat("\n--b\n", 5000);
    expect(MAIL_TOO_MANY_PARTS);
}

static void a_report_is_a_report_however_it_is_built(void **state)
{
    (void)state;
    start("Content-Type: multipart/report; boundary=b\n");
    repeat("\n--b\nContent-Type: text/plain\n\nx\n", 1000);
    expect(MAIL_DELIVERY_REPORT);
}

static void deep_html_is_stripped_in_time(void **state)
{
    static const char *const shapes[] = {"<div>", "<b><p>", "<table><tr><td>", "<a href=x>", "<svg><g>", "<i x=1><b y=2>", "<"};
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        start("Content-Type: text/html\nSubject: x\n\n");
        repeat(shapes[i], 256 * 1024 / strlen(shapes[i]));
        expect(MAIL_LEAD);
    }
    /* below the count of tags, above the parser's memory: attributes that all differ, and paragraphs that repeat them */
    start("Content-Type: text/html\nSubject: x\n\n");
    for (int i = 0; i < 6000; i++) {
        char tag[32];
        snprintf(tag, sizeof tag, "<b a%d>", i);
        put(tag);
    }
    repeat("<p>x", 6000);
    expect(MAIL_LEAD);
    assert_int_equal(mail.lead->warning_count, 1);
}

static void a_long_text_is_cut_with_a_warning(void **state)
{
    (void)state;
    start("Subject: x\n\n");
    repeat("Many words, again and again.\n", 20000);
    expect(MAIL_LEAD);
    assert_true(strlen(mail.lead->summary) <= LW_LEAD_SUMMARY_MAX);
    assert_true(mail.lead->warning_count > 0);
}

static void a_mail_of_many_megabytes_is_read(void **state)
{
    (void)state;
    start("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n"
          "--b\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n\n");
    repeat("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\n", 200000);
    put("--b--\n");
    expect(MAIL_LEAD);
    assert_int_equal(mail.lead->attachments[0].size_bytes, 200000 * 54);
}

static void padded_words_are_joined_whole(void **state)
{
    struct arena arena;
    (void)state;
    arena_init(&arena, 1024 * 1024);
    assert_string_equal(encoded_words_to_q(&arena, "=?UTF-8?B?SsO8cmc=?= x"), "=?UTF-8?Q?=4A=C3=BC=72=67?= x");
    assert_string_equal(encoded_words_to_q(&arena, "=?UTF-8?B?S*?= =?b? =?"), "=?UTF-8?B?S*?= =?b? =?");
    assert_string_equal(encoded_words_to_q(&arena, "a\r\n b"), "a b");
    assert_string_equal(encoded_words_to_q(&arena, ""), "");
    arena_fini(&arena);
}

static void bytes_become_utf8_whatever_is_declared(void **state)
{
    static const struct { const char *bytes, *charset, *expected; bool as_declared; } cases[] = {
        {"Gr\xfc\xdf", "iso-8859-1", "Gr\xC3\xBC\xC3\x9F", true},
        {"Gr\xC3\xBC", "us-ascii", "Gr\xC3\xBC", true},
        {"\x80", "iso-8859-1", "\xE2\x82\xAC", true},
        {"Gr\xC3\xBC", "iso-8859-1", "Gr\xC3\xBC", false},
        {"Gr\xC3\xBC \xfc", "Windows-1252", "Gr\xC3\x83\xC2\xBC \xC3\xBC", true},
        {"\x82\xa0", "Shift_JIS", "\xE3\x81\x82", true},
        {"\xb0\xa1", "gb2312", "\xE5\x95\x8A", true},
        {"ok", "no-such-charset", "ok", false},
        {"\xff", "utf-8", "\xC3\xBF", false},
        {"plain", NULL, "plain", true},
    };
    struct arena arena;
    (void)state;
    arena_init(&arena, 1024 * 1024);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool as_declared = false;
        assert_string_equal(charset_to_utf8(&arena, cases[i].bytes, strlen(cases[i].bytes), cases[i].charset, &as_declared),
                            cases[i].expected);
        assert_int_equal(as_declared, cases[i].as_declared);
    }
    arena_fini(&arena);
}

static void quotes_and_signatures_are_cut_but_never_everything(void **state)
{
    static const struct { const char *text, *summary; } cases[] = {
        {"yes\n\n> no\n", "yes\n\n"},
        {"> only\n> quotes\n", "> only\n> quotes\n"},
        {"-- \nonly a signature\n", "--\nonly a signature\n"},
        {"a\nOn 1 Jan X wrote:\n> b\nc\n", "a\nc\n"},
        {"On time is what counts:\nplease\n", "On time is what counts:\nplease\n"},
        {"a\n-----Urspr\xC3\xBCngliche Nachricht-----\nVon: x\nb\n", "a\n"},
        {"a\nLe 4 mars 2026, X a \xC3\xA9" "crit :\n> b", "a\n"},
        {"no line end", "no line end"},
        {"", ""},
    };
    struct arena arena;
    (void)state;
    arena_init(&arena, 1024 * 1024);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mail_body body;
        assert_true(mail_body_cut(&arena, cases[i].text, &body));
        assert_string_equal(body.summary, cases[i].summary);
    }
    arena_fini(&arena);
}

static void html_reads_as_people_see_it(void **state)
{
    static const struct { const char *html, *text; } cases[] = {
        {"<p>a</p><p>b</p>", "a\n\nb"},
        {"a<br>b<br><br>c", "a\nb\n\nc"},
        {"<table><tr><td>Name<td>Ada</tr><tr><td>Tel<td>1</tr></table>", "Name\tAda\t\nTel\t1\t"},
        {"<ul><li>x<li>y</ul>", "- x\n- y"},
        {"a<blockquote type=cite>old</blockquote>b", "a\nb"},
        {"<head><title>t</title></head><style>x</style>y", "y"},
        {"&lt;tag&gt; &amp; &euro;", "<tag> & \xE2\x82\xAC"},
        {"<pre>a\n  b</pre>", "a\nb"},
        {"", ""},
    };
    struct arena arena;
    (void)state;
    arena_init(&arena, 1024 * 1024);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool parsed = false;
        assert_string_equal(html_to_text(&arena, cases[i].html, strlen(cases[i].html), &parsed), cases[i].text);
        assert_true(parsed);
    }
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_huge_header_is_named),
        cmocka_unit_test(a_list_of_addresses_without_end_is_read),
        cmocka_unit_test(nesting_of_any_depth_is_named),
        cmocka_unit_test(a_report_is_a_report_however_it_is_built),
        cmocka_unit_test(deep_html_is_stripped_in_time),
        cmocka_unit_test(a_long_text_is_cut_with_a_warning),
        cmocka_unit_test(a_mail_of_many_megabytes_is_read),
        cmocka_unit_test(padded_words_are_joined_whole),
        cmocka_unit_test(bytes_become_utf8_whatever_is_declared),
        cmocka_unit_test(quotes_and_signatures_are_cut_but_never_everything),
        cmocka_unit_test(html_reads_as_people_see_it),
    };
    mail_library_init();
    byte_buffer_init(&made, MADE_MAX);
    int failed = cmocka_run_group_tests_name("mail limits", tests, NULL, NULL);
    byte_buffer_fini(&made);
    mail_lead_fini(&mail);
    mail_library_fini();
    return failed;
}
