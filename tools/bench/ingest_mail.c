/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest_mail.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "bench_desk.h"
#include "mail_lead.h"
#include "mail_message.h"

enum { MAILS = 4, MAIL_MAX = 8192, MAILS_PER_TURN = 200 };

/* What a small business gets: from a phone, from a mail program with text and HTML, a reply with a quotation, a form's robot. */
static const char *const mails[MAILS] = {
    "From: Anna Rossi <anna%u@example.com>\r\nTo: sales@shop.example\r\nSubject: Solar panels\r\nDate: Thu, 1 Jan 2026 10:00:00 +0100\r\n"
    "Message-ID: <a%u@phone.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "Good morning,\r\n\r\nwe have a house of 120 m2 near the lake. What do panels with a battery cost?\r\nYou reach me at 02 5550 0104.\r\n\r\n"
    "Anna Rossi\r\n\r\nSent from my phone\r\n",

    "Received: from mx.example.com by shop.example; Thu, 1 Jan 2026 10:00:01 +0100\r\nFrom: =?utf-8?Q?J=C3=B6rg_M=C3=BCller?= <joerg%u@example.com>\r\n"
    "To: sales@shop.example\r\nSubject: =?utf-8?B?V8Okcm1lcHVtcGU=?=\r\nDate: Thu, 1 Jan 2026 10:00:00 +0100\r\nMessage-ID: <b%u@desk.example>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"part\"\r\n\r\n--part\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n\r\nGuten Tag,\r\n\r\nwir m=C3=B6chten unsere Gasheizung durch eine W=C3=A4rmepumpe ersetzen. =\r\n"
    "K=C3=B6nnen Sie uns ein Angebot machen?\r\n\r\nMit freundlichen Gr=C3=BC=C3=9Fen\r\nJ=C3=B6rg M=C3=BCller\r\nTel. 030 5550104\r\n--part\r\n"
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><body><p>Guten Tag,</p><p>wir m=C3=B6chten "
    "unsere Gasheizung durch eine W=C3=A4rmepumpe ersetzen.=\r\n K=C3=B6nnen Sie uns ein Angebot machen?</p><p>Mit freundlichen Gr=C3=BC=C3=9Fen<br>"
    "J=C3=B6rg M=C3=BCller<br>Tel. 030 5550104</p></body></html>\r\n--part--\r\n",

    "From: Oliver Stone <oliver%u@example.com>\r\nTo: sales@shop.example\r\nSubject: Re: Your enquiry\r\nDate: Thu, 1 Jan 2026 10:00:00 +0100\r\n"
    "Message-ID: <c%u@mail.example>\r\nIn-Reply-To: <offer-1@shop.example>\r\nReferences: <offer-0@shop.example> <offer-1@shop.example>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nThank you. Could we talk on "
    "Tuesday after 5 pm? Call me at +44 20 7946 0104.\r\n\r\nOliver\r\n\r\nOn 31 Dec 2025, sales wrote:\r\n> Dear Mr Stone,\r\n> thank you for your "
    "interest. The price of the heat pump\r\n> depends on your house; when may we call you?\r\n> -- \r\n> Sales\r\n",

    "From: Website <website@shop.example>\r\nTo: sales@shop.example\r\nSubject: Contact form\r\nDate: Thu, 1 Jan 2026 10:00:00 +0100\r\n"
    "Message-ID: <d%u@shop.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head><style>td { padding: 4px }</style>"
    "</head><body><table><tr><td>Name:</td><td>Giulia Bianchi</td></tr><tr><td>Email:</td><td>giulia%u@example.com</td></tr><tr><td>Phone:</td>"
    "<td>+39 06 5550 0104</td></tr><tr><td>Message:</td><td>Vorrei un preventivo per una caldaia nuova.</td></tr></table></body></html>\r\n",
};

static const char *const own[] = {"shop.example"};
static const char *const robots[] = {"website@shop.example"};
static const struct mail_source source = {
    .name = "bench", .region = "IT", .rules = {.own = own, .own_count = 1, .robots = robots, .robot_count = 1, .spam_score_milli = 5000}};

static size_t make_mail(uint32_t number, char bytes[MAIL_MAX])
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    return (size_t)snprintf(bytes, MAIL_MAX, mails[number % MAILS], number, number);
#pragma GCC diagnostic pop
}

static void parse(const char *bytes, size_t size)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, size);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    if (!message)
        bench_give_up("gmime cannot parse a mail");
    g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
}

static void make_lead(const char *bytes, size_t size)
{
    static struct mail_lead mail;
    if (mail_lead_read(&source, bytes, size, &mail) != MAIL_LEAD || mail_lead_build(&source, bytes, size, NULL, &mail) != MAIL_LEAD)
        bench_give_up("a mail is no lead");
}

/* Of mails first..end. */
static uint64_t take_turn(uint32_t first, uint32_t end, void take(const char *bytes, size_t size))
{
    static char bytes[MAIL_MAX];
    uint64_t spent_ns = 0;
    for (uint32_t i = first; i < end; i++) {
        const size_t size = make_mail(i, bytes);
        const uint64_t start_ns = bench_cpu_ns();
        take(bytes, size);
        spent_ns += bench_cpu_ns() - start_ns;
    }
    return spent_ns;
}

struct ingest_mail_figures ingest_mail_run(uint32_t count)
{
    uint64_t parse_ns = 0, lead_ns = 0;
    mail_library_init();
    for (uint32_t first = 0; first < count; first += MAILS_PER_TURN) {
        const uint32_t end = count - first < MAILS_PER_TURN ? count : first + MAILS_PER_TURN;
        parse_ns += take_turn(first, end, parse);
        lead_ns += take_turn(first, end, make_lead);
    }
    return (struct ingest_mail_figures){.leads_per_s = count / ((double)lead_ns / 1e9), .parsed_per_s = count / ((double)parse_ns / 1e9)};
}
