/* SPDX-License-Identifier: Apache-2.0
 * The real leadwire-mail as an LMTP server: raw words over real sockets, against a broker that says what the test wants. */
#include "fake_broker.h"
#include "full_disk.h"
#include "lmtp_peer.h"
#include "mail_file.h"
#include "mail_process.h"
#include "mail_scratch.h"
#include "wall_clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { HEARD_MAX = 300, SERVE_MAX_MS = 30000, PEERS = 5 };

struct fixture {
    struct fake_broker fake;
    struct mail_process worker;
    char folder[64], socket[96], config[96], log[96], decisions[96];
    char ids[HEARD_MAX][LW_IDEMPOTENCY_ID_MAX + 1], source[HEARD_MAX][32];
    uint64_t requests[HEARD_MAX];
    size_t heard_count;
    bool silent;
    Leadwire__V1__Status answer;
    struct lmtp_peer peers[PEERS];   /* [0] is `peer` of most tests */
};

#define MAIL "Subject: Chairs\r\nFrom: Tom <tom@buyer.example>\r\nMessage-ID: <1@buyer.example>\r\n\r\nForty, please.\r\n.\r\n"
#define ENVELOPE "MAIL FROM:<tom@buyer.example>\r\nRCPT TO:<sales@shop.example>\r\n"

static const char *raw_options = "";

static void write_config(struct fixture *f, const char *listen, const char *more)
{
    char text[2048];
    snprintf(text, sizeof text,
             "desk: sales\nbroker: %s\nanswer_within: 2s\nmail_size_max_kib: 64\ndecisions_log: decisions\nraw: {directory: raw%s}\n"
             "lmtp: {listen: \"%s\", connections_max: 4%s}\n"
             "sources:\n  office: {region: IT, own: [shop.example], recipients: [sales@shop.example]}\n"
             "  help: {region: IT, recipients: [help.example]}\n", f->fake.endpoint, raw_options, listen, more);
    mail_scratch_write(f->config, text, 0);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char listen[128];
    if (!f || !mail_scratch_make(f->folder))
        return -1;
    *state = f;
    for (size_t i = 0; i < PEERS; i++)
        f->peers[i].fd = -1;
    fake_open(&f->fake);
    f->answer = LEADWIRE__V1__STATUS__STATUS_ACCEPTED;
    snprintf(f->socket, sizeof f->socket, "%s/lmtp", f->folder);
    snprintf(f->config, sizeof f->config, "%s/mail.yaml", f->folder);
    snprintf(f->log, sizeof f->log, "%s/log", f->folder);
    snprintf(f->decisions, sizeof f->decisions, "%s/decisions", f->folder);
    snprintf(listen, sizeof listen, "unix:%s", f->socket);
    write_config(f, listen, "");
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < PEERS; i++)
        lmtp_peer_close(&f->peers[i]);
    mail_process_kill(&f->worker);
    fake_close(&f->fake);
    mail_scratch_remove(f->folder);
    free(f);
    return 0;
}

static void serve(struct fixture *f)
{
    struct wire_message message;
    if (!fake_turn(&f->fake, &message))
        return;
    if (message.type == WIRE_HELLO) {
        fake_welcome(&f->fake, 1000, FAKE_HEARTBEAT_MS);
        return;
    }
    if (message.type == WIRE_BYE)
        return;
    assert_int_equal(message.type, WIRE_PUBLISH);
    assert_true(f->heard_count < HEARD_MAX);
    size_t at = f->heard_count++;
    snprintf(f->ids[at], sizeof f->ids[at], "%s", message.publish->idempotency_id);
    snprintf(f->source[at], sizeof f->source[at], "%s", message.publish->lead->source);
    f->requests[at] = message.publish->request_id;
    bool taken = f->answer == LEADWIRE__V1__STATUS__STATUS_ACCEPTED || f->answer == LEADWIRE__V1__STATUS__STATUS_DUPLICATE;
    if (!f->silent)
        fake_reply(&f->fake, f->requests[at], f->answer, taken ? "5-77" : "", taken ? "" : "said so", 0);
}

static void give_up(struct fixture *f, const char *what)
{
    size_t size = 0;
    char *log = mail_file_read(f->log, &size);
    fprintf(stderr, "%s", log ? log : "");
    free(log);
    fail_msg("%s did not happen; heard: %s", what, f->peers[0].heard);
}

static void hear_until(struct fixture *f, struct lmtp_peer *peer, const char *words)
{
    uint64_t deadline_ms = wall_clock_monotonic_ms() + SERVE_MAX_MS;
    while (!strstr(peer->heard, words)) {
        serve(f);
        lmtp_peer_hear(peer);
        if (wall_clock_monotonic_ms() > deadline_ms || (peer->ended && !strstr(peer->heard, words)))
            give_up(f, words);
    }
}

static void hear_end(struct fixture *f, struct lmtp_peer *peer)
{
    uint64_t deadline_ms = wall_clock_monotonic_ms() + SERVE_MAX_MS;
    while (!peer->ended) {
        serve(f);
        lmtp_peer_hear(peer);
        if (wall_clock_monotonic_ms() > deadline_ms)
            give_up(f, "the end of the connection");
    }
}

static void publishes_until(struct fixture *f, size_t count)
{
    uint64_t deadline_ms = wall_clock_monotonic_ms() + SERVE_MAX_MS;
    while (f->heard_count < count) {
        serve(f);
        if (wall_clock_monotonic_ms() > deadline_ms)
            give_up(f, "a publish");
    }
}

static struct lmtp_peer *open_peer(struct fixture *f, size_t index, const char *where)
{
    struct lmtp_peer *peer = &f->peers[index];
    uint64_t deadline_ms = wall_clock_monotonic_ms() + SERVE_MAX_MS;
    lmtp_peer_close(peer);
    while (!lmtp_peer_open(peer, where)) {
        serve(f);
        if (wall_clock_monotonic_ms() > deadline_ms)
            give_up(f, "a connection");
    }
    return peer;
}

static void start(struct fixture *f)
{
    const char *const arguments[] = {"--config", f->config, NULL};
    mail_process_start(&f->worker, arguments, f->log, NULL, false);
}

/* Connected, greeted, and the worker has its broker: a first mail was taken. */
static struct lmtp_peer *ready_peer(struct fixture *f)
{
    start(f);
    struct lmtp_peer *peer = open_peer(f, 0, f->socket);
    hear_until(f, peer, "220 ");
    assert_true(lmtp_peer_say(peer, "LHLO mx.buyer.example\r\n"));
    hear_until(f, peer, "250 SIZE 65536\r\n");
    lmtp_peer_forget(peer);
    return peer;
}

static void say(struct lmtp_peer *peer, const char *words)
{
    assert_true(lmtp_peer_say(peer, words));
}

static void expect_in_file(const char *path, const char *words, bool expected)
{
    size_t size = 0;
    char *text = mail_file_read(path, &size);
    bool found = text && strstr(text, words);
    if (found != expected)
        fail_msg("'%s' is %s in %s:\n%s", words, found ? "" : "not", path, text ? text : "(no such file)");
    free(text);
}

static void success_is_said_only_after_the_brokers_word(void **state)
{
    struct fixture *f = *state;
    struct lmtp_peer *peer = ready_peer(f);
    struct stat info;
    assert_int_equal(stat(f->socket, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0660);
    f->silent = true;
    say(peer, ENVELOPE "RCPT TO:<nobody@shop.example>\r\nRCPT TO:<any.body+web@HELP.example>\r\nRCPT TO:<SALES+x@shop.example>\r\nDATA\r\n" MAIL);
    publishes_until(f, 2);   /* one for each source */
    for (int i = 0; i < 50; i++)
        lmtp_peer_hear(peer);
    assert_non_null(strstr(peer->heard, "550 5.1.1 "));
    assert_null(strstr(peer->heard, "250 2.0.0"));
    fake_reply(&f->fake, f->requests[1], LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-2", "", 0);
    fake_reply(&f->fake, f->requests[0], LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    hear_until(f, peer, "\r\n250 2.0.0 accepted 5-1\r\n250 2.0.0 accepted 5-2\r\n250 2.0.0 accepted 5-1\r\n");
    assert_string_equal(f->source[0], "office");
    assert_string_equal(f->source[1], "help");
    assert_int_equal(mail_process_end(&f->worker, SIGTERM), 0);
    expect_in_file(f->decisions, " office lmtp-1.1 accepted 5-1\n", true);
    expect_in_file(f->log, "buyer.example", false);
    expect_in_file(f->decisions, "buyer.example", false);
}

static void each_end_has_its_code(void **state)
{
    struct fixture *f = *state;
    struct lmtp_peer *peer = ready_peer(f);
    static char large[80 * 1024];
    f->answer = LEADWIRE__V1__STATUS__STATUS_DUPLICATE;
    say(peer, ENVELOPE "DATA\r\n" MAIL);
    hear_until(f, peer, "250 2.0.0 duplicate 5-77\r\n");
    f->answer = LEADWIRE__V1__STATUS__STATUS_BUSY;
    say(peer, ENVELOPE "DATA\r\n" MAIL);
    hear_until(f, peer, "451 4.3.0 ");
    f->answer = LEADWIRE__V1__STATUS__STATUS_REJECTED;
    say(peer, ENVELOPE "DATA\r\n" MAIL);
    hear_until(f, peer, "554 5.6.0 not understood: rejected\r\n");
    say(peer, ENVELOPE "DATA\r\nno header at all\r\n.\r\n");
    hear_until(f, peer, "554 5.6.0 not understood: unparsable\r\n");
    lmtp_peer_forget(peer);
    say(peer, "MAIL FROM:<>\r\nRCPT TO:<sales@shop.example>\r\nDATA\r\nFrom: postmaster@mx.example\r\nSubject: x\r\n\r\ny\r\n.\r\n");
    hear_until(f, peer, "250 2.0.0 not a lead: delivery_report\r\n");   /* known by the empty path alone */
    say(peer, "MAIL FROM:<a@b.example> SIZE=65537\r\n");
    hear_until(f, peer, "552 5.3.4 ");
    lmtp_peer_forget(peer);
    memset(large, 'x', sizeof large - 1);
    say(peer, ENVELOPE "DATA\r\n");
    say(peer, large);
    say(peer, "\r\n.\r\n");
    hear_until(f, peer, "552 5.3.4 ");
    say(peer, "QUIT\r\n");
    hear_until(f, peer, "221 ");
    hear_end(f, peer);
}

static void a_full_raw_store_is_told_with_its_code(void **state)
{
    enum { MAILS_MAX = 40, BODY_SIZE = 60 * 1024 };
    struct fixture *f = *state;
    char listen[128], head[256];
    char *body = malloc(BODY_SIZE);
    assert_non_null(body);
    memset(body, 'x', BODY_SIZE - 1);
    for (size_t at = 900; at + 1 < BODY_SIZE; at += 900)
        memcpy(body + at, "\r\n", 2);
    body[BODY_SIZE - 1] = '\0';
    snprintf(listen, sizeof listen, "unix:%s", f->socket);
    raw_options = ", size_max_mib: 1";
    write_config(f, listen, "");
    raw_options = "";
    struct lmtp_peer *peer = ready_peer(f);
    size_t taken = 0;
    do {
        lmtp_peer_forget(peer);
        snprintf(head, sizeof head, ENVELOPE "DATA\r\nFrom: b%zu@buyer.example\r\nSubject: %zu\r\n\r\n", taken, taken);
        say(peer, head);
        say(peer, body);
        say(peer, "\r\n.\r\nNOOP\r\n");
        hear_until(f, peer, "250 2.0.0 here\r\n");
    } while (strstr(peer->heard, "250 2.0.0 accepted") && ++taken < MAILS_MAX);
    assert_non_null(strstr(peer->heard, "452 4.3.1 no room to keep the mail\r\n"));
    assert_true(taken > 5);
    free(body);
}

static void a_full_disk_is_told_with_its_code_and_the_mail_is_taken_when_it_comes_again(void **state)
{
    static const char *const errors[] = {"ENOSPC", "EDQUOT"};
    struct fixture *f = *state;
    full_disk_preload(f->folder);
    struct lmtp_peer *peer = ready_peer(f);
    full_disk_forget();
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        char mail[512];   /* each another: what is kept already needs no room */
        snprintf(mail, sizeof mail, ENVELOPE "DATA\r\nX-Disk: %s\r\n" MAIL, errors[i]);
        full_disk_set(f->folder, errors[i]);
        say(peer, mail);
        hear_until(f, peer, "452 4.3.1 no room to keep the mail\r\n");
        assert_int_equal(f->heard_count, i);
        full_disk_set(f->folder, NULL);
        lmtp_peer_forget(peer);
        say(peer, mail);
        hear_until(f, peer, "250 2.0.0 accepted 5-77\r\n");
        lmtp_peer_forget(peer);
    }
}

static void a_broker_that_is_away_is_a_later(void **state)
{
    struct fixture *f = *state;
    fake_stop(&f->fake);
    struct lmtp_peer *peer = ready_peer(f);
    say(peer, ENVELOPE "DATA\r\n" MAIL);
    hear_until(f, peer, "451 4.3.0 come again\r\n");
    fake_start(&f->fake);
    say(peer, ENVELOPE "DATA\r\n" MAIL);
    hear_until(f, peer, "250 2.0.0 accepted 5-77\r\n");
}

static void a_pipelined_burst_is_answered_in_order(void **state)
{
    enum { MAILS = 50 };
    struct fixture *f = *state;
    struct lmtp_peer *peer = ready_peer(f);
    char *burst = calloc(MAILS, 512), *at = burst;
    for (int i = 0; i < MAILS; i++)
        at += sprintf(at, ENVELOPE "DATA\r\nFrom: b%d@buyer.example\r\nSubject: %d\r\n\r\nhello\r\n.\r\n", i, i);
    strcpy(at, "QUIT\r\n");
    say(peer, burst);
    free(burst);
    hear_end(f, peer);
    size_t taken = 0;
    for (const char *found = strstr(peer->heard, "250 2.0.0 accepted"); found; found = strstr(found + 1, "250 2.0.0 accepted"))
        taken++;
    assert_int_equal(taken, MAILS);
    assert_int_equal(f->heard_count, MAILS);
    assert_string_equal(peer->heard + peer->size - 15, "221 2.0.0 bye\r\n");
}

static void a_half_closed_connection_is_answered_to_the_end(void **state)
{
    struct fixture *f = *state;
    struct lmtp_peer *peer = ready_peer(f);
    say(peer, ENVELOPE "DATA\r\n" MAIL);
    assert_int_equal(shutdown(peer->fd, SHUT_WR), 0);
    hear_until(f, peer, "250 2.0.0 accepted 5-77\r\n");
    hear_end(f, peer);
    peer = open_peer(f, 0, f->socket);   /* in the middle of a mail: nothing was said, nothing is taken */
    say(peer, "LHLO mx\r\n" ENVELOPE "DATA\r\nFrom: a@buyer.example\r\n\r\nhal");
    hear_until(f, peer, "354 ");
    assert_int_equal(shutdown(peer->fd, SHUT_WR), 0);
    hear_end(f, peer);
    assert_int_equal(f->heard_count, 1);
}

static void silent_and_slow_peers_are_told_so(void **state)
{
    struct fixture *f = *state;
    char listen[128];
    snprintf(listen, sizeof listen, "unix:%s", f->socket);
    write_config(f, listen, ", command_within: 300ms, data_within: 600ms");
    start(f);
    struct lmtp_peer *silent = open_peer(f, 0, f->socket), *dripping = open_peer(f, 1, f->socket);
    struct lmtp_peer *slow = open_peer(f, 2, f->socket);
    say(slow, "LHLO mx\r\n" ENVELOPE "DATA\r\nFrom: a@buyer.example\r\n");
    uint64_t deadline_ms = wall_clock_monotonic_ms() + SERVE_MAX_MS;
    while (!(silent->ended && dripping->ended && slow->ended) && wall_clock_monotonic_ms() < deadline_ms) {
        if (!dripping->ended)
            lmtp_peer_say(dripping, "N");   /* never a whole command */
        if (!slow->ended)
            lmtp_peer_say(slow, "x");
        lmtp_peer_hear(silent);
        lmtp_peer_hear(dripping);
        lmtp_peer_hear(slow);
        serve(f);
    }
    assert_non_null(strstr(silent->heard, "421 4.4.2 too slow\r\n"));
    assert_non_null(strstr(dripping->heard, "421 4.4.2 too slow\r\n"));
    assert_non_null(strstr(slow->heard, "421 4.4.2 too slow\r\n"));
}

static void a_peer_that_takes_no_replies_does_not_grow_the_worker(void **state)
{
    struct fixture *f = *state;
    char listen[128];
    snprintf(listen, sizeof listen, "unix:%s", f->socket);
    write_config(f, listen, ", command_within: 300ms");
    start(f);
    struct lmtp_peer *peer = open_peer(f, 0, f->socket);
    static char burst[8 * 1024];
    for (size_t i = 0; i + 9 < sizeof burst; i += 9)
        memcpy(burst + i, "LHLO mx\r\n", 9);
    while (lmtp_peer_say(peer, burst))   /* until the other side takes no more or ends it */
        serve(f);
    hear_end(f, peer);
    peer = open_peer(f, 1, f->socket);
    say(peer, "LHLO mx\r\n" ENVELOPE "DATA\r\n" MAIL);
    hear_until(f, peer, "250 2.0.0 accepted 5-77\r\n");
}

static void one_connection_too_many_is_told_so(void **state)
{
    struct fixture *f = *state;
    start(f);
    for (size_t i = 0; i < 4; i++)
        hear_until(f, open_peer(f, i, f->socket), "220 ");
    struct lmtp_peer *fifth = open_peer(f, 4, f->socket);
    hear_until(f, fifth, "421 4.3.2 too many connections\r\n");
    hear_end(f, fifth);
    say(&f->peers[0], "QUIT\r\n");
    hear_end(f, &f->peers[0]);
    hear_until(f, open_peer(f, 4, f->socket), "220 ");
}

static void garbage_is_answered_and_ended(void **state)
{
    struct fixture *f = *state;
    struct lmtp_peer *peer = ready_peer(f);
    for (int i = 0; i < 20; i++)
        lmtp_peer_say(peer, "\x16\x03\x01\xff garbage \x01\r\n");
    hear_end(f, peer);
    assert_non_null(strstr(peer->heard, "500 5.5.2 unknown command\r\n"));
    assert_non_null(strstr(peer->heard, "421 4.7.0 too many errors\r\n"));
}

static void killed_between_data_and_answer_the_mail_comes_again_as_the_same(void **state)
{
    struct fixture *f = *state;
    for (size_t round = 0; round < 3; round++) {
        struct lmtp_peer *peer = ready_peer(f);
        f->heard_count = 0;
        f->silent = true;
        say(peer, ENVELOPE "DATA\r\n" MAIL);
        publishes_until(f, 1);
        mail_process_kill(&f->worker);
        hear_end(f, peer);
        assert_null(strstr(peer->heard, "250 2.0.0"));
        f->silent = false;
        f->answer = LEADWIRE__V1__STATUS__STATUS_DUPLICATE;
        peer = ready_peer(f);   /* the dead worker's socket file is in the way of nobody */
        say(peer, ENVELOPE "DATA\r\n" MAIL);
        hear_until(f, peer, "250 2.0.0 duplicate 5-77\r\n");
        assert_string_equal(f->ids[0], f->ids[1]);
        assert_int_equal(mail_process_end(&f->worker, SIGTERM), 0);
    }
}

static void sigterm_answers_what_is_with_the_broker(void **state)
{
    struct fixture *f = *state;
    struct lmtp_peer *peer = ready_peer(f), *idle = open_peer(f, 1, f->socket);
    hear_until(f, idle, "220 ");
    f->silent = true;
    say(peer, ENVELOPE "DATA\r\n" MAIL);
    publishes_until(f, 1);
    kill(f->worker.pid, SIGTERM);
    hear_until(f, idle, "421 4.3.2 stopping\r\n");
    fake_reply(&f->fake, f->requests[0], LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    hear_until(f, peer, "250 2.0.0 accepted 5-1\r\n421 4.3.2 stopping\r\n");
    assert_int_equal(mail_process_end(&f->worker, 0), 0);
    struct stat info;
    assert_int_not_equal(stat(f->socket, &info), 0);
}

static void sighup_sends_those_there_away_and_serves_anew(void **state)
{
    struct fixture *f = *state;
    struct lmtp_peer *peer = ready_peer(f);
    f->silent = true;
    say(peer, ENVELOPE "DATA\r\n" MAIL);
    publishes_until(f, 1);
    kill(f->worker.pid, SIGHUP);
    hear_until(f, peer, "451 4.3.2 come again\r\n421 4.3.2 ");
    hear_end(f, peer);
    f->silent = false;
    peer = open_peer(f, 0, f->socket);
    say(peer, "LHLO mx\r\n" ENVELOPE "DATA\r\n" MAIL);
    hear_until(f, peer, "250 2.0.0 accepted 5-77\r\n");
    write_config(f, "127.0.0.1:0", "");
    kill(f->worker.pid, SIGHUP);
    hear_end(f, peer);
    size_t size = 0;
    char *log = mail_file_read(f->log, &size), *found = log ? strstr(log, "lmtp listening on 127.0.0.1:0 port=") : NULL;
    assert_non_null(found);
    char port[8] = "";
    sscanf(found, "lmtp listening on 127.0.0.1:0 port=%7[0-9]", port);
    free(log);
    peer = open_peer(f, 0, port);
    say(peer, "LHLO mx\r\n" ENVELOPE "DATA\r\n" MAIL);
    hear_until(f, peer, "250 2.0.0 accepted 5-77\r\n");
    assert_int_equal(mail_process_end(&f->worker, SIGTERM), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(success_is_said_only_after_the_brokers_word),
        TEST(each_end_has_its_code),
        TEST(a_full_raw_store_is_told_with_its_code),
        TEST(a_full_disk_is_told_with_its_code_and_the_mail_is_taken_when_it_comes_again),
        TEST(a_broker_that_is_away_is_a_later),
        TEST(a_pipelined_burst_is_answered_in_order),
        TEST(a_half_closed_connection_is_answered_to_the_end),
        TEST(silent_and_slow_peers_are_told_so),
        TEST(a_peer_that_takes_no_replies_does_not_grow_the_worker),
        TEST(one_connection_too_many_is_told_so),
        TEST(garbage_is_answered_and_ended),
        TEST(killed_between_data_and_answer_the_mail_comes_again_as_the_same),
        TEST(sigterm_answers_what_is_with_the_broker),
        TEST(sighup_sends_those_there_away_and_serves_anew),
    };
    return cmocka_run_group_tests_name("lmtp worker", tests, NULL, NULL);
}
