/* SPDX-License-Identifier: Apache-2.0 */
#include "lmtp_session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { RETURN_PATH_LINE_MAX = LMTP_PATH_MAX + 32 };

/* Where DATA is in the line that would end it. */
enum dot { DOT_LINE_START, DOT_INSIDE, DOT_CR, DOT_DOT, DOT_DOT_CR };

static size_t take_line_part(struct lmtp_session *session, const char *bytes, size_t size, struct byte_buffer *replies);
static size_t take_mail_part(struct lmtp_session *session, const char *bytes, size_t size, struct byte_buffer *replies);
static void run_command(struct lmtp_session *session, struct byte_buffer *replies);
static void do_lhlo(struct lmtp_session *session, const char *rest, struct byte_buffer *replies);
static void do_smtp_hello(struct lmtp_session *session, const char *rest, struct byte_buffer *replies);
static void do_mail(struct lmtp_session *session, const char *rest, struct byte_buffer *replies);
static void do_rcpt(struct lmtp_session *session, const char *rest, struct byte_buffer *replies);
static void do_data(struct lmtp_session *session, const char *rest, struct byte_buffer *replies);
static void do_rset(struct lmtp_session *session, const char *rest, struct byte_buffer *replies);
static void do_noop(struct lmtp_session *session, const char *rest, struct byte_buffer *replies);
static void do_vrfy(struct lmtp_session *session, const char *rest, struct byte_buffer *replies);
static void do_quit(struct lmtp_session *session, const char *rest, struct byte_buffer *replies);
static void forget_mail(struct lmtp_session *session);
static void put(struct lmtp_session *session, const char *bytes, size_t size);
static void end_of_mail(struct lmtp_session *session, struct byte_buffer *replies);
static void refuse(struct lmtp_session *session, const char *text, struct byte_buffer *replies);
static void say(struct byte_buffer *replies, const char *text);

void lmtp_session_init(struct lmtp_session *session, const struct lmtp_rules *rules, size_t *memory,
                       struct byte_buffer *replies)
{
    memset(session, 0, sizeof *session);
    session->rules = rules;
    session->memory = memory;
    byte_buffer_init(&session->mail, rules->mail_size_max + RETURN_PATH_LINE_MAX);
    byte_buffer_printf(replies, "220 %s LMTP leadwire-mail\r\n", rules->host);
}

void lmtp_session_fini(struct lmtp_session *session)
{
    forget_mail(session);
}

size_t lmtp_session_feed(struct lmtp_session *session, const char *bytes, size_t size, struct byte_buffer *replies)
{
    size_t taken = 0;
    while (taken < size && (session->phase == LMTP_COMMAND || session->phase == LMTP_DATA)) {
        if (session->phase == LMTP_COMMAND)
            taken += take_line_part(session, bytes + taken, size - taken, replies);
        else
            taken += take_mail_part(session, bytes + taken, size - taken, replies);
    }
    return taken;
}

void lmtp_session_answer(struct lmtp_session *session, const char *text, struct byte_buffer *replies)
{
    assert(session->phase == LMTP_ANSWERING);
    say(replies, text);
}

void lmtp_session_answered(struct lmtp_session *session)
{
    assert(session->phase == LMTP_ANSWERING);
    forget_mail(session);
    session->commands = 0;
    session->phase = LMTP_COMMAND;
}

void lmtp_session_end(struct lmtp_session *session, const char *why, struct byte_buffer *replies)
{
    byte_buffer_printf(replies, "421 %s\r\n", why);
    forget_mail(session);
    session->phase = LMTP_ENDED;
}

/* A command line: up to LF, a CR before it is taken off. What is beyond LMTP_LINE_MAX is dropped. */
static size_t take_line_part(struct lmtp_session *session, const char *bytes, size_t size, struct byte_buffer *replies)
{
    const char *end = memchr(bytes, '\n', size);
    size_t part = end ? (size_t)(end - bytes) : size, room = LMTP_LINE_MAX - session->line_size;
    session->line_too_long = session->line_too_long || part > room;
    memcpy(session->line + session->line_size, bytes, part < room ? part : room);
    session->line_size += part < room ? part : room;
    if (!end)
        return part;
    if (session->line_size > 0 && session->line[session->line_size - 1] == '\r')
        session->line_size--;
    session->line[session->line_size] = '\0';
    run_command(session, replies);
    session->line_size = 0;
    session->line_too_long = false;
    return part + 1;
}

static void run_command(struct lmtp_session *session, struct byte_buffer *replies)
{
    static const struct {
        const char *verb;
        void (*run)(struct lmtp_session *session, const char *rest, struct byte_buffer *replies);
    } commands[] = {
        {"LHLO", do_lhlo}, {"MAIL", do_mail}, {"RCPT", do_rcpt}, {"DATA", do_data}, {"RSET", do_rset}, {"NOOP", do_noop},
        {"VRFY", do_vrfy}, {"QUIT", do_quit}, {"HELO", do_smtp_hello}, {"EHLO", do_smtp_hello},
    };
    const char *line = session->line;
    size_t verb = strcspn(line, " \t");
    if (++session->commands > LMTP_COMMANDS_MAX) {
        lmtp_session_end(session, "4.7.0 too many commands without a mail", replies);
        return;
    }
    if (session->line_too_long || strlen(line) != session->line_size) {
        refuse(session, session->line_too_long ? "500 5.5.2 the line is too long" : "500 5.5.2 a NUL in a command", replies);
        return;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (verb == 4 && strncasecmp(line, commands[i].verb, 4) == 0) {
            commands[i].run(session, line + verb + strspn(line + verb, " \t"), replies);
            return;
        }
    }
    refuse(session, "500 5.5.2 unknown command", replies);
}

static void do_lhlo(struct lmtp_session *session, const char *rest, struct byte_buffer *replies)
{
    if (rest[0] == '\0') {
        refuse(session, "501 5.5.4 LHLO needs a name", replies);
        return;
    }
    forget_mail(session);
    session->greeted = true;
    byte_buffer_printf(replies, "250-%s\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE %zu\r\n",
                       session->rules->host, session->rules->mail_size_max);
}

static void do_smtp_hello(struct lmtp_session *session, const char *rest, struct byte_buffer *replies)
{
    (void)rest;
    refuse(session, "500 5.5.1 this is LMTP: say LHLO", replies);
}

/* "<path> PARAMETERS" -> path without <> and source route, *rest at the parameters. False when it is none. */
static bool read_path(const char **rest, char path[LMTP_PATH_MAX + 1])
{
    const char *at = *rest + strspn(*rest, " \t");
    bool quoted = false;
    size_t size = 0;
    if (*at++ != '<')
        return false;
    if (*at == '@') {   /* a source route is ignored (RFC 5321, appendix C) */
        at = strchr(at, ':');
        if (!at++)
            return false;
    }
    for (; *at && (quoted || *at != '>'); at++) {
        if ((unsigned char)*at < ' ' || (unsigned char)*at >= 0x7F || size == LMTP_PATH_MAX)
            return false;
        if (*at == '"')
            quoted = !quoted;
        if (*at == '\\' && quoted && at[1] && size + 1 < LMTP_PATH_MAX)
            path[size++] = *at++;
        path[size++] = *at;
    }
    path[size] = '\0';
    if (*at != '>' || (at[1] != '\0' && at[1] != ' ' && at[1] != '\t'))
        return false;
    *rest = at + 1;
    return true;
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* SIZE=n and BODY=...; gives the refusal, NULL if there is none. */
static const char *check_parameters(const struct lmtp_session *session, const char *rest)
{
    while (*(rest += strspn(rest, " \t"))) {
        size_t size = strcspn(rest, " \t");
        if (starts_with(rest, "SIZE=")) {
            size_t digits = strspn(rest + 5, "0123456789");
            if (digits == 0 || digits + 5 != size)
                return "501 5.5.4 SIZE is not a number";
            if (digits > 19 || strtoull(rest + 5, NULL, 10) > session->rules->mail_size_max)
                return "552 5.3.4 the mail is too large";
        } else if (!(size == 13 && starts_with(rest, "BODY=8BITMIME")) && !(size == 9 && starts_with(rest, "BODY=7BIT"))) {
            return "555 5.5.4 unknown parameter";
        }
        rest += size;
    }
    return NULL;
}

static void do_mail(struct lmtp_session *session, const char *rest, struct byte_buffer *replies)
{
    if (!session->greeted || session->has_sender) {
        refuse(session, session->greeted ? "503 5.5.1 a mail has begun already" : "503 5.5.1 say LHLO first", replies);
        return;
    }
    bool from = starts_with(rest, "FROM:");
    rest += from ? 5 : 0;
    if (!from || !read_path(&rest, session->sender)) {
        refuse(session, "501 5.1.7 MAIL FROM:<address> is needed", replies);
        return;
    }
    const char *refusal = check_parameters(session, rest);
    if (refusal) {
        refuse(session, refusal, replies);
        return;
    }
    session->has_sender = true;
    say(replies, "250 2.1.0 sender taken");
}

static void do_rcpt(struct lmtp_session *session, const char *rest, struct byte_buffer *replies)
{
    char path[LMTP_PATH_MAX + 1];
    if (!session->has_sender) {
        refuse(session, "503 5.5.1 say MAIL first", replies);
        return;
    }
    bool to = starts_with(rest, "TO:");
    rest += to ? 3 : 0;
    if (!to || !read_path(&rest, path) || path[0] == '\0') {
        refuse(session, "501 5.1.3 RCPT TO:<address> is needed", replies);
        return;
    }
    if (rest[strspn(rest, " \t")] != '\0') {
        refuse(session, "555 5.5.4 unknown parameter", replies);
        return;
    }
    if (session->recipient_count == LMTP_RECIPIENTS_MAX) {
        say(replies, "452 4.5.3 too many recipients");
        return;
    }
    int source = session->rules->find_source(session->rules->context, path);
    if (source < 0) {
        say(replies, "550 5.1.1 no such recipient here");
        return;
    }
    session->sources[session->recipient_count++] = source;
    say(replies, "250 2.1.5 recipient taken");
}

static void do_data(struct lmtp_session *session, const char *rest, struct byte_buffer *replies)
{
    if (rest[0] != '\0') {
        refuse(session, "501 5.5.4 DATA takes no argument", replies);
        return;
    }
    if (session->recipient_count == 0) {
        refuse(session, "503 5.5.1 no recipient was taken", replies);
        return;
    }
    session->phase = LMTP_DATA;
    session->dot = DOT_LINE_START;
    /* The last server writes down who sent it (RFC 5321, 4.4); a bounce is known by the empty path. */
    char line[RETURN_PATH_LINE_MAX + 1] = "Return-Path: <";
    strcat(line, session->sender);
    strcat(line, ">\r\n");
    put(session, line, strlen(line));
    say(replies, "354 end the mail with a line that is a dot");
}

static void do_rset(struct lmtp_session *session, const char *rest, struct byte_buffer *replies)
{
    (void)rest;
    forget_mail(session);
    say(replies, "250 2.0.0 forgotten");
}

static void do_noop(struct lmtp_session *session, const char *rest, struct byte_buffer *replies)
{
    (void)session;
    (void)rest;
    say(replies, "250 2.0.0 here");
}

static void do_vrfy(struct lmtp_session *session, const char *rest, struct byte_buffer *replies)
{
    (void)session;
    (void)rest;
    say(replies, "252 2.5.1 try RCPT");
}

static void do_quit(struct lmtp_session *session, const char *rest, struct byte_buffer *replies)
{
    (void)rest;
    say(replies, "221 2.0.0 bye");
    forget_mail(session);
    session->phase = LMTP_ENDED;
}

/* Up to what is special in this state; stuffed dots are dropped. */
static size_t take_mail_part(struct lmtp_session *session, const char *bytes, size_t size, struct byte_buffer *replies)
{
    char c = bytes[0];
    switch ((enum dot)session->dot) {
    case DOT_INSIDE: {
        const char *cr = memchr(bytes, '\r', size);
        size_t part = cr ? (size_t)(cr - bytes) + 1 : size;
        put(session, bytes, part);
        session->dot = cr ? DOT_CR : DOT_INSIDE;
        return part;
    }
    case DOT_LINE_START:
        if (c == '.') {
            session->dot = DOT_DOT;
            return 1;
        }
        session->dot = DOT_INSIDE;
        return 0;
    case DOT_CR:
        session->dot = c == '\n' ? DOT_LINE_START : DOT_INSIDE;
        if (c == '\n')
            put(session, "\n", 1);
        return c == '\n' ? 1 : 0;
    case DOT_DOT:
        session->dot = c == '\r' ? DOT_DOT_CR : DOT_INSIDE;
        return c == '\r' ? 1 : 0;
    case DOT_DOT_CR:
        if (c == '\n') {
            end_of_mail(session, replies);
            return 1;
        }
        put(session, "\r", 1);
        session->dot = DOT_INSIDE;
        return 0;
    }
    return size;
}

static void put(struct lmtp_session *session, const char *bytes, size_t size)
{
    if (session->too_large || session->no_room)
        return;
    if (size > session->mail.max - session->mail.size) {
        session->too_large = true;
    } else if (*session->memory + size > session->rules->memory_max) {
        session->no_room = true;
    } else {
        byte_buffer_put(&session->mail, bytes, size);
        session->no_room = session->mail.failed;
        *session->memory += session->mail.failed ? 0 : size;
    }
}

static void end_of_mail(struct lmtp_session *session, struct byte_buffer *replies)
{
    if (!session->too_large && !session->no_room) {
        session->phase = LMTP_ANSWERING;
        return;
    }
    for (size_t i = 0; i < session->recipient_count; i++)
        say(replies, session->too_large ? "552 5.3.4 the mail is too large" : "452 4.3.1 no room for the mail now");
    forget_mail(session);
    session->phase = LMTP_COMMAND;
}

/* The transaction's end, whichever way: memory goes back. */
static void forget_mail(struct lmtp_session *session)
{
    *session->memory -= session->mail.size;
    size_t max = session->mail.max;
    byte_buffer_fini(&session->mail);
    byte_buffer_init(&session->mail, max);
    session->has_sender = session->too_large = session->no_room = false;
    session->recipient_count = 0;
}

static void refuse(struct lmtp_session *session, const char *text, struct byte_buffer *replies)
{
    say(replies, text);
    if (++session->errors >= LMTP_ERRORS_MAX)
        lmtp_session_end(session, "4.7.0 too many errors", replies);
}

static void say(struct byte_buffer *replies, const char *text)
{
    byte_buffer_printf(replies, "%.*s\r\n", LMTP_REPLY_MAX - 2, text);
}
