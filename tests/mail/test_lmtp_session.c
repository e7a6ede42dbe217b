/* SPDX-License-Identifier: Apache-2.0
 * What an LMTP session answers to words, pieces and garbage: the same for every way the bytes are cut. */
#include "cmocka_all.h"
#include "lmtp_session.h"
#include "seeded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SIZE_MAX_TEST = 200, SCRIPT_MAX = 64 * 1024 };

struct heard {
    struct byte_buffer replies;
    char mails[4096];        /* "0,1|bytes|" of each mail: its sources and its text */
    size_t memory;
};

static int find_source(void *context, const char *recipient)
{
    (void)context;
    return strcasecmp(recipient, "sales@shop.example") == 0 ? 0 : strcasecmp(recipient, "help@shop.example") == 0 ? 1 : -1;
}

static struct lmtp_rules rules = {.host = "door", .mail_size_max = SIZE_MAX_TEST, .memory_max = 4 * SIZE_MAX_TEST + 2000,
                                  .find_source = find_source};

/* Notes the mail and answers each recipient. */
static void answer(struct lmtp_session *session, struct heard *heard)
{
    size_t at = strlen(heard->mails);
    for (size_t i = 0; i < session->recipient_count; i++) {
        at += (size_t)snprintf(heard->mails + at, sizeof heard->mails - at, "%d,", session->sources[i]);
        lmtp_session_answer(session, "250 2.0.0 ok", &heard->replies);
    }
    snprintf(heard->mails + at, sizeof heard->mails - at, "|%.*s|", (int)session->mail.size, (const char *)session->mail.data);
    lmtp_session_answered(session);
}

/* Feeds the script in pieces of at most piece bytes, each in memory of exactly its size. */
static void talk(const char *script, size_t size, size_t piece, struct heard *heard)
{
    static struct lmtp_session session;
    memset(heard, 0, sizeof *heard);
    byte_buffer_init(&heard->replies, 1024 * 1024);
    lmtp_session_init(&session, &rules, &heard->memory, &heard->replies);
    for (size_t at = 0; at < size && session.phase != LMTP_ENDED;) {
        size_t part = size - at < piece ? size - at : piece, taken = 0;
        char *exact = malloc(part);
        memcpy(exact, script + at, part);
        while (taken < part && session.phase != LMTP_ENDED) {
            taken += lmtp_session_feed(&session, exact + taken, part - taken, &heard->replies);
            if (session.phase == LMTP_ANSWERING)
                answer(&session, heard);
        }
        free(exact);
        at += part;
    }
    byte_buffer_put(&heard->replies, "", 1);
    lmtp_session_fini(&session);
    assert_int_equal(heard->memory, 0);
}

static void expect(const char *script, const char *replies, const char *mails)
{
    static const size_t pieces[] = {1, 2, 3, 7, SCRIPT_MAX};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct heard heard;
        talk(script, strlen(script), pieces[i], &heard);
        assert_string_equal((const char *)heard.replies.data, replies);
        assert_string_equal(heard.mails, mails);
        byte_buffer_fini(&heard.replies);
    }
}

#define HELLO "220 door LMTP leadwire-mail\r\n"
#define FEATURES "250-door\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE 200\r\n"
#define SENDER "250 2.1.0 sender taken\r\n"
#define RECIPIENT "250 2.1.5 recipient taken\r\n"
#define GO "354 end the mail with a line that is a dot\r\n"
#define BYE "221 2.0.0 bye\r\n"

static void every_recipient_gets_an_answer_in_order(void **state)
{
    (void)state;
    expect("LHLO mx\r\nMAIL FROM:<a@b.example> BODY=8BITMIME SIZE=200\r\nRCPT TO:<help@shop.example>\r\nRCPT TO:<nobody@shop.example>\r\n"
           "RCPT TO:<Sales@Shop.example>\r\nDATA\r\nSubject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n",
           HELLO FEATURES SENDER RECIPIENT "550 5.1.1 no such recipient here\r\n" RECIPIENT GO "250 2.0.0 ok\r\n250 2.0.0 ok\r\n" BYE,
           "1,0,|Return-Path: <a@b.example>\r\nSubject: x\r\n\r\nhi\r\n|");
}

static void only_a_dot_between_whole_line_ends_ends_a_mail(void **state)
{
    (void)state;
    expect("LHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<sales@shop.example>\r\nDATA\r\n"
           "..stuffed\r\n.one\r\n\n.\nMAIL FROM:<evil@x.example>\n.\r\r\n.\rx\r\r\n...\r\n.\r\nRSET\r\n",
           HELLO FEATURES SENDER RECIPIENT GO "250 2.0.0 ok\r\n250 2.0.0 forgotten\r\n",
           "0,|Return-Path: <>\r\n.stuffed\r\none\r\n\n.\nMAIL FROM:<evil@x.example>\n.\r\r\n\rx\r\r\n..\r\n|");
    expect("LHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<sales@shop.example>\r\nDATA\r\n.\r\n",
           HELLO FEATURES SENDER RECIPIENT GO "250 2.0.0 ok\r\n", "0,|Return-Path: <>\r\n|");
}

static void commands_out_of_order_are_refused(void **state)
{
    (void)state;
    expect("MAIL FROM:<a@b.example>\r\nLHLO\r\nEHLO mx\r\nLHLO mx\r\nRCPT TO:<sales@shop.example>\r\nDATA\r\nMAIL FROM:<a@b.example>\r\n"
           "MAIL FROM:<a@b.example>\r\nDATA\r\nVRFY x\r\nnoop\r\n",
           HELLO "503 5.5.1 say LHLO first\r\n501 5.5.4 LHLO needs a name\r\n500 5.5.1 this is LMTP: say LHLO\r\n" FEATURES
           "503 5.5.1 say MAIL first\r\n503 5.5.1 no recipient was taken\r\n" SENDER "503 5.5.1 a mail has begun already\r\n"
           "503 5.5.1 no recipient was taken\r\n252 2.5.1 try RCPT\r\n250 2.0.0 here\r\n", "");
}

static void paths_and_parameters_are_read_with_care(void **state)
{
    (void)state;
    expect("LHLO mx\nMAIL FROM: <@r.example:\"a > b\"@b.example> BODY=7BIT\nRSET\nMAIL FROM:a@b.example\nMAIL FROM:<a@b.example\n"
           "MAIL FROM:<a@b.example> SIZE=201\nMAIL FROM:<a@b.example> SIZE=1x\nMAIL FROM:<a@b.example> AUTH=<>\n"
           "MAIL FROM:<a\x80@b.example>\nMAIL FROM:<a@b.example>\nRCPT TO:<>\nRCPT TO:<sales@shop.example> NOTIFY=NEVER\nNOOP\n",
           HELLO FEATURES SENDER "250 2.0.0 forgotten\r\n501 5.1.7 MAIL FROM:<address> is needed\r\n501 5.1.7 MAIL FROM:<address> is needed\r\n"
           "552 5.3.4 the mail is too large\r\n501 5.5.4 SIZE is not a number\r\n555 5.5.4 unknown parameter\r\n"
           "501 5.1.7 MAIL FROM:<address> is needed\r\n" SENDER "501 5.1.3 RCPT TO:<address> is needed\r\n"
           "555 5.5.4 unknown parameter\r\n250 2.0.0 here\r\n", "");
}

static char *repeat(const char *before, const char *piece, size_t count, const char *after)
{
    size_t size = strlen(before) + count * strlen(piece) + strlen(after) + 1;
    char *text = malloc(size), *at = text;
    at += snprintf(at, size, "%s", before);
    for (size_t i = 0; i < count; i++)
        at += sprintf(at, "%s", piece);
    strcpy(at, after);
    return text;
}

static void a_mail_above_the_limit_is_swallowed_and_refused(void **state)
{
    (void)state;
    char *script = repeat("LHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<sales@shop.example>\r\nRCPT TO:<help@shop.example>\r\nDATA\r\n",
                          "0123456789\r\n", 100, ".\r\nNOOP\r\n");
    expect(script, HELLO FEATURES SENDER RECIPIENT RECIPIENT GO
           "552 5.3.4 the mail is too large\r\n552 5.3.4 the mail is too large\r\n250 2.0.0 here\r\n", "");
    free(script);
}

static void no_room_for_all_mails_together_is_a_later(void **state)
{
    (void)state;
    rules.memory_max = 40;
    expect("LHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<sales@shop.example>\r\nDATA\r\n0123456789012345678901234567890123456789\r\n.\r\nNOOP\r\n",
           HELLO FEATURES SENDER RECIPIENT GO "452 4.3.1 no room for the mail now\r\n250 2.0.0 here\r\n", "");
    rules.memory_max = 4 * SIZE_MAX_TEST + 2000;
}

static void long_lines_errors_and_commands_have_limits(void **state)
{
    (void)state;
    char *script = repeat("", "x", LMTP_LINE_MAX + 1, "\r\nNOOP\r\n");
    expect(script, HELLO "500 5.5.2 the line is too long\r\n250 2.0.0 here\r\n", "");
    free(script);
    script = repeat("", "?\r\n", LMTP_ERRORS_MAX + 5, "");
    char *replies = repeat(HELLO, "500 5.5.2 unknown command\r\n", LMTP_ERRORS_MAX, "421 4.7.0 too many errors\r\n");
    expect(script, replies, "");
    free(script);
    free(replies);
    script = repeat("", "NOOP\r\n", LMTP_COMMANDS_MAX + 5, "");
    replies = repeat(HELLO, "250 2.0.0 here\r\n", LMTP_COMMANDS_MAX, "421 4.7.0 too many commands without a mail\r\n");
    expect(script, replies, "");
    free(script);
    free(replies);
    script = repeat("LHLO mx\r\nMAIL FROM:<>\r\n", "RCPT TO:<sales@shop.example>\r\n", LMTP_RECIPIENTS_MAX + 1, "");
    replies = repeat(HELLO FEATURES SENDER, RECIPIENT, LMTP_RECIPIENTS_MAX, "452 4.5.3 too many recipients\r\n");
    expect(script, replies, "");
    free(script);
    free(replies);
}

/* Whatever comes: every reply is a whole line that begins with a code, and how the bytes are cut changes nothing. */
static void garbage_gets_whole_replies(void **state)
{
    (void)state;
    static const char *const tokens[] = {
        "LHLO mx\r\n", "MAIL FROM:<a@b.example>\r\n", "RCPT TO:<sales@shop.example>\r\n", "DATA\r\n", ".\r\n", "\r\n.\r\n", "\r", "\n",
        ".", "RSET\r\n", "NOOP\r\n", "MAIL FROM:<", "<>", "SIZE=99999999999999999999\r\n", "\xff\xfe", "x: y\r\n", "EHLO", " ", "\"",
    };
    static char script[SCRIPT_MAX];
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct seeded random = {.state = seed};
        struct heard whole, cut;
        size_t size = 0;
        for (size_t i = 0, count = 1 + seeded_below(&random, 60); i < count; i++) {
            const char *token = tokens[seeded_below(&random, sizeof tokens / sizeof *tokens)];
            memcpy(script + size, token, strlen(token));
            size += strlen(token);
            if (seeded_below(&random, 8) == 0)
                script[size++] = (char)seeded_below(&random, 256);
        }
        talk(script, size, size, &whole);
        talk(script, size, 1 + seeded_below(&random, 5), &cut);
        assert_string_equal((const char *)whole.replies.data, (const char *)cut.replies.data);
        assert_string_equal(whole.mails, cut.mails);
        for (char *line = (char *)whole.replies.data, *end; *line; line = end + 2) {
            end = strstr(line, "\r\n");
            assert_non_null(end);
            assert_true(line[0] >= '2' && line[0] <= '5' && (line[3] == ' ' || line[3] == '-'));
        }
        byte_buffer_fini(&whole.replies);
        byte_buffer_fini(&cut.replies);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recipient_gets_an_answer_in_order),
        cmocka_unit_test(only_a_dot_between_whole_line_ends_ends_a_mail),
        cmocka_unit_test(commands_out_of_order_are_refused),
        cmocka_unit_test(paths_and_parameters_are_read_with_care),
        cmocka_unit_test(a_mail_above_the_limit_is_swallowed_and_refused),
        cmocka_unit_test(no_room_for_all_mails_together_is_a_later),
        cmocka_unit_test(long_lines_errors_and_commands_have_limits),
        cmocka_unit_test(garbage_gets_whole_replies),
    };
    return cmocka_run_group_tests_name("lmtp session", tests, NULL, NULL);
}
