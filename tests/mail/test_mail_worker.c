/* SPDX-License-Identifier: Apache-2.0
 * The real leadwire-mail over a Maildir, against a broker that says what the test wants. */
#include "fake_broker.h"
#include "full_disk.h"
#include "mail_file.h"
#include "mail_process.h"
#include "mail_scratch.h"
#include "raw_list.h"
#include "wall_clock.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEARD_MAX = 800, SERVE_MAX_MS = 30000 };

struct heard {
    char idempotency_id[LW_IDEMPOTENCY_ID_MAX + 1];
    char subject[64], raw_ref[64], summary[64];
    int64_t received_unix_ms;
    uint64_t request_id;
};

struct fixture {
    struct fake_broker fake;
    struct mail_process worker;
    char folder[64], box[96], config[96], log[96], decisions[96];
    struct heard heard[HEARD_MAX];
    size_t heard_count;
    bool is_there;                    /* the worker has said Hello */
    bool silent;                      /* takes publishes without an answer */
    Leadwire__V1__Status answer;      /* to every publish */
};

static void write_config(struct fixture *f, const char *more)
{
    char text[2048];
    snprintf(text, sizeof text,
             "desk: sales\nbroker: %s\nanswer_within: 2s\nscan_every: 200ms\nmail_size_max_kib: 64\n"
             "decisions_log: decisions\nraw: {directory: raw}\n%s"
             "sources:\n  office: {maildir: box, region: IT, own: [shop.example]}\n", f->fake.endpoint, more);
    mail_scratch_write(f->config, text, 0);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char folder[128];
    if (!f || !mail_scratch_make(f->folder))
        return -1;
    *state = f;
    fake_open(&f->fake);
    f->answer = LEADWIRE__V1__STATUS__STATUS_ACCEPTED;
    snprintf(f->box, sizeof f->box, "%s/box", f->folder);
    snprintf(f->config, sizeof f->config, "%s/mail.yaml", f->folder);
    snprintf(f->log, sizeof f->log, "%s/log", f->folder);
    snprintf(f->decisions, sizeof f->decisions, "%s/decisions", f->folder);
    static const char *const folders[] = {"", "/new", "/cur", "/tmp"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(folder, sizeof folder, "%s%s", f->box, folders[i]);
        if (mkdir(folder, 0700) != 0)
            return -1;
    }
    write_config(f, "");
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    mail_process_kill(&f->worker);
    fake_close(&f->fake);
    mail_scratch_remove(f->folder);
    free(f);
    return 0;
}

static void start(struct fixture *f)
{
    const char *const arguments[] = {"--config", f->config, NULL};
    mail_process_start(&f->worker, arguments, f->log, NULL, false);
}

static void deliver(struct fixture *f, const char *name, const char *subject, int64_t time_s)
{
    char text[512];
    snprintf(text, sizeof text, "From: Tom <tom@buyer.example>\nSubject: %s\nMessage-ID: <%s@buyer.example>\n\nHello\n",
             subject, name);
    mail_scratch_deliver(f->box, name, text, time_s);
}

static size_t count_in(const struct fixture *f, const char *folder)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", f->box, folder);
    return mail_scratch_count(path);
}

/* One turn of the broker: says Welcome, hears publishes, answers by the script. */
static void serve(struct fixture *f)
{
    struct wire_message message;
    if (!fake_turn(&f->fake, &message))
        return;
    if (message.type == WIRE_HELLO) {
        fake_welcome(&f->fake, 1000, FAKE_HEARTBEAT_MS);
        f->is_there = true;
        return;
    }
    if (message.type == WIRE_BYE)
        return;
    assert_int_equal(message.type, WIRE_PUBLISH);
    assert_true(f->heard_count < HEARD_MAX);
    struct heard *heard = &f->heard[f->heard_count++];
    const Leadwire__V1__Lead *lead = message.publish->lead;
    snprintf(heard->idempotency_id, sizeof heard->idempotency_id, "%s", message.publish->idempotency_id);
    snprintf(heard->subject, sizeof heard->subject, "%s", lead->subject);
    snprintf(heard->summary, sizeof heard->summary, "%s", lead->summary);
    snprintf(heard->raw_ref, sizeof heard->raw_ref, "%s", lead->raw_ref);
    heard->received_unix_ms = message.publish->received_unix_ms;
    heard->request_id = message.publish->request_id;
    bool taken = f->answer == LEADWIRE__V1__STATUS__STATUS_ACCEPTED || f->answer == LEADWIRE__V1__STATUS__STATUS_DUPLICATE;
    if (!f->silent)
        fake_reply(&f->fake, heard->request_id, f->answer, taken ? "5-77" : "", taken ? "" : "said so", 0);
}

typedef bool condition(const struct fixture *f, size_t number);

static bool heard_at_least(const struct fixture *f, size_t number) { return f->heard_count >= number; }
/* Of number mails each was told something as often as the others. */
static bool heard_whole_rounds(const struct fixture *f, size_t number) { return f->heard_count % number == 0; }
static bool cur_has(const struct fixture *f, size_t number) { return count_in(f, "cur") == number; }
static bool quarantine_has(const struct fixture *f, size_t number) { return count_in(f, ".Quarantine/new") == number; }

static void serve_until(struct fixture *f, condition *done, size_t number)
{
    uint64_t deadline_ms = wall_clock_monotonic_ms() + SERVE_MAX_MS;
    while (!done(f, number)) {
        serve(f);
        if (wall_clock_monotonic_ms() > deadline_ms) {
            size_t size = 0;
            char *log = mail_file_read(f->log, &size);
            fprintf(stderr, "%s", log ? log : "");
            free(log);
            fail_msg("what was waited for did not happen (heard %zu, new %zu, cur %zu)", f->heard_count,
                     count_in(f, "new"), count_in(f, "cur"));
        }
    }
}

static void serve_for(struct fixture *f, uint64_t ms)
{
    uint64_t until_ms = wall_clock_monotonic_ms() + ms;
    while (wall_clock_monotonic_ms() < until_ms)
        serve(f);
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

static void a_mail_leaves_new_only_after_the_answer(void **state)
{
    struct fixture *f = *state;
    f->silent = true;
    start(f);
    deliver(f, "one", "Chairs", 1000);
    serve_until(f, heard_at_least, 1);
    serve_for(f, 200);
    assert_int_equal(count_in(f, "new"), 1);
    assert_int_equal(count_in(f, "cur"), 0);
    assert_int_equal(f->heard[0].received_unix_ms, 1000 * 1000);
    assert_string_equal(f->heard[0].subject, "Chairs");
    fake_reply(&f->fake, f->heard[0].request_id, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    serve_until(f, cur_has, 1);
    assert_int_equal(count_in(f, "new"), 0);
    assert_int_equal(mail_process_end(&f->worker, SIGTERM), 0);   /* a decision is logged after the mail was moved */
    expect_in_file(f->decisions, " office one accepted 5-1\n", true);
    expect_in_file(f->log, "buyer.example", false);   /* no personal data */
    expect_in_file(f->decisions, "buyer.example", false);
    char raw[200];
    struct raw_list list;
    struct byte_buffer mail;
    snprintf(raw, sizeof raw, "%s/raw", f->folder);
    byte_buffer_init(&mail, 1 << 20);
    assert_int_equal(raw_list_open(raw, 0, INT64_MAX, &list), LW_OK);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.files[0].name, f->heard[0].raw_ref);
    assert_int_equal(raw_list_read(&list, &list.files[0], &mail), LW_OK);
    byte_buffer_put(&mail, "", 1);
    assert_non_null(strstr((const char *)mail.data, "Subject: Chairs\n"));
    raw_list_close(&list);
    byte_buffer_fini(&mail);
}

static void killed_between_publish_and_move_it_publishes_the_same_again(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 3; round++) {
        char name[32];
        f->heard_count = 0;
        snprintf(name, sizeof name, "mail%d", round);
        deliver(f, name, "Chairs", 1000 + round);
        f->silent = true;
        start(f);
        serve_until(f, heard_at_least, 1);
        mail_process_kill(&f->worker);
        assert_int_equal(count_in(f, "new"), 1);
        f->silent = false;
        f->answer = LEADWIRE__V1__STATUS__STATUS_DUPLICATE;
        start(f);
        serve_until(f, cur_has, (size_t)round + 1);
        assert_int_equal(f->heard_count, 2);
        assert_string_equal(f->heard[0].idempotency_id, f->heard[1].idempotency_id);
        assert_string_equal(f->heard[0].raw_ref, f->heard[1].raw_ref);
        assert_int_equal(f->heard[0].received_unix_ms, f->heard[1].received_unix_ms);
        assert_int_equal(mail_process_end(&f->worker, SIGTERM), 0);
    }
    expect_in_file(f->decisions, "mail2 duplicate 5-77\n", true);
}

static void what_is_no_lead_goes_to_cur_by_name(void **state)
{
    struct fixture *f = *state;
    mail_scratch_deliver(f->box, "auto", "From: a@buyer.example\nAuto-Submitted: auto-replied\n\nAway\n", 0);
    mail_scratch_deliver(f->box, "own", "From: a@shop.example\nSubject: x\n\nLunch?\n", 0);
    start(f);
    serve_until(f, cur_has, 2);
    assert_int_equal(f->heard_count, 0);
    assert_int_equal(mail_process_end(&f->worker, SIGTERM), 0);
    expect_in_file(f->decisions, "auto auto_reply -\n", true);
    expect_in_file(f->decisions, "own own_address -\n", true);
    expect_in_file(f->log, "count source=office outcome=auto_reply mails=1", true);
}

static void what_cannot_be_taken_goes_to_quarantine(void **state)
{
    struct fixture *f = *state;
    char *large = malloc(70 * 1024);
    assert_non_null(large);
    memset(large, 'x', 70 * 1024 - 1);
    large[70 * 1024 - 1] = '\0';
    mail_scratch_deliver(f->box, "large", large, 1);
    mail_scratch_deliver(f->box, "words", "no header at all\n", 2);
    free(large);
    start(f);
    serve_until(f, quarantine_has, 2);
    f->answer = LEADWIRE__V1__STATUS__STATUS_REJECTED;
    deliver(f, "refused", "x", 3);
    serve_until(f, quarantine_has, 3);
    f->answer = LEADWIRE__V1__STATUS__STATUS_DUPLICATE_DIFFERS;
    deliver(f, "differs", "x", 4);
    serve_until(f, quarantine_has, 4);
    assert_int_equal(count_in(f, "cur"), 0);
    assert_int_equal(mail_process_end(&f->worker, SIGTERM), 0);
    expect_in_file(f->decisions, "large too_large -\n", true);
    expect_in_file(f->decisions, "words unparsable -\n", true);
    expect_in_file(f->decisions, "refused rejected -\n", true);
    expect_in_file(f->decisions, "differs duplicate_differs -\n", true);
}

static void a_busy_broker_gets_the_same_mails_again_in_order(void **state)
{
    struct fixture *f = *state;
    deliver(f, "b", "second", 2000);
    deliver(f, "a", "third", 3000);
    deliver(f, "c", "first", 1000);
    f->answer = LEADWIRE__V1__STATUS__STATUS_BUSY;
    start(f);
    serve_until(f, heard_at_least, 3);
    serve_for(f, 100);
    serve_until(f, heard_whole_rounds, 3);
    assert_int_equal(count_in(f, "new"), 3);
    f->answer = LEADWIRE__V1__STATUS__STATUS_ACCEPTED;
    serve_until(f, cur_has, 3);
    assert_string_equal(f->heard[0].subject, "first");
    assert_string_equal(f->heard[1].subject, "second");
    assert_string_equal(f->heard[2].subject, "third");
    const struct heard *last = &f->heard[f->heard_count - 3];
    assert_string_equal(last[0].subject, "first");
    assert_string_equal(last[1].subject, "second");
    assert_string_equal(last[2].subject, "third");
    assert_string_equal(last[0].idempotency_id, f->heard[0].idempotency_id);
}

static void a_broker_that_was_away_gets_all_when_it_is_back(void **state)
{
    struct fixture *f = *state;
    fake_stop(&f->fake);
    deliver(f, "a", "one", 1000);
    start(f);
    deliver(f, "b", "two", 2000);
    serve_for(f, 2500);   /* beyond answer_within */
    assert_int_equal(count_in(f, "new"), 2);
    fake_start(&f->fake);
    serve_until(f, cur_has, 2);
    assert_int_equal(count_in(f, "new"), 0);
}

static bool is_there(const struct fixture *f, size_t number)
{
    (void)number;
    return f->is_there;
}

static bool log_says_so(const struct fixture *f, size_t number)
{
    (void)number;
    size_t size = 0;
    char *log = mail_file_read(f->log, &size);
    const bool said = log && strstr(log, "the raw bytes cannot be kept");
    free(log);
    return said;
}

static void a_mail_whose_bytes_cannot_be_kept_stays_in_new(void **state)
{
    struct fixture *f = *state;
    char path[160];
    start(f);
    serve_until(f, is_there, 0);
    snprintf(path, sizeof path, "%s/raw", f->folder);
    assert_int_equal(rmdir(path), 0);   /* from under the worker */
    deliver(f, "a", "one", 1000);
    serve_until(f, log_says_so, 0);
    assert_int_equal(count_in(f, "new"), 1);
    assert_int_equal(f->heard_count, 0);
    assert_int_equal(mail_process_end(&f->worker, SIGTERM), 0);
    start(f);                           /* which makes the folder again */
    serve_until(f, cur_has, 1);
}

static void a_mail_waits_in_new_while_the_disk_is_full(void **state)
{
    static const char *const errors[] = {"ENOSPC", "EDQUOT"};
    struct fixture *f = *state;
    full_disk_preload(f->folder);
    start(f);
    full_disk_forget();
    serve_until(f, is_there, 0);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        full_disk_set(f->folder, errors[i]);
        deliver(f, errors[i], "one", 1000);
        serve_until(f, log_says_so, 0);
        assert_int_equal(count_in(f, "new"), 1);
        assert_int_equal(f->heard_count, i);   /* nothing is told that is not kept */
        full_disk_set(f->folder, NULL);
        serve_until(f, cur_has, i + 1);
        assert_string_not_equal(f->heard[i].raw_ref, "");
        assert_int_equal(truncate(f->log, 0), 0);
    }
}

static void in_flight_is_bounded(void **state)
{
    struct fixture *f = *state;
    write_config(f, "in_flight_max: 2\n");
    for (int i = 0; i < 5; i++) {
        char name[16];
        snprintf(name, sizeof name, "m%d", i);
        deliver(f, name, name, 1000 + i);
    }
    f->silent = true;
    start(f);
    serve_until(f, heard_at_least, 2);
    serve_for(f, 300);
    assert_int_equal(f->heard_count, 2);
    f->silent = false;
    fake_reply(&f->fake, f->heard[0].request_id, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    fake_reply(&f->fake, f->heard[1].request_id, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-2", "", 0);
    serve_until(f, cur_has, 5);
    assert_int_equal(f->heard_count, 5);
    assert_string_equal(f->heard[4].subject, "m4");
}

static void a_crowd_is_taken_once_each_in_order(void **state)
{
    enum { CROWD = 600 };
    struct fixture *f = *state;
    for (int i = 0; i < CROWD; i++) {
        char name[16];
        snprintf(name, sizeof name, "%03d", (i * 7) % CROWD);
        deliver(f, name, name, 1000 + (i * 7) % CROWD);
    }
    start(f);
    serve_until(f, cur_has, CROWD);
    assert_int_equal(f->heard_count, CROWD);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(atoi(f->heard[i].subject), i);
}

static void odd_things_in_new_hinder_nobody(void **state)
{
    struct fixture *f = *state;
    char path[200];
    snprintf(path, sizeof path, "%s/new/folder", f->box);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/new/pipe", f->box);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/new/link", f->box);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    snprintf(path, sizeof path, "%s/tmp/half", f->box);
    mail_scratch_write(path, "From: a@buyer.example\n\nhal", 0);
    deliver(f, "odd name\n\t'\"%s", "fine", 1000);
    if (geteuid() != 0) {   /* nothing is unreadable to root */
        deliver(f, "closed", "closed", 900);
        snprintf(path, sizeof path, "%s/new/closed", f->box);
        assert_int_equal(chmod(path, 0), 0);
    }
    start(f);
    serve_until(f, cur_has, 1);
    assert_int_equal(f->heard_count, 1);
    assert_string_equal(f->heard[0].subject, "fine");
    assert_int_equal(count_in(f, "tmp"), 1);
    assert_int_equal(count_in(f, "new"), geteuid() != 0 ? 4 : 3);
}

static void sighup_takes_a_good_configuration_and_refuses_a_bad_one(void **state)
{
    struct fixture *f = *state;
    start(f);
    deliver(f, "a", "one", 1000);
    serve_until(f, cur_has, 1);
    write_config(f, "no_such_key: 1\n");
    kill(f->worker.pid, SIGHUP);
    deliver(f, "b", "two", 2000);
    serve_until(f, cur_has, 2);
    write_config(f, "in_flight_max: 7\n");
    kill(f->worker.pid, SIGHUP);
    deliver(f, "c", "three", 3000);
    serve_until(f, cur_has, 3);
    assert_int_equal(mail_process_end(&f->worker, SIGTERM), 0);
    expect_in_file(f->log, "no_such_key", true);
    expect_in_file(f->log, "configuration taken over", true);
}

static void sigterm_waits_for_what_is_being_answered(void **state)
{
    struct fixture *f = *state;
    f->silent = true;
    start(f);
    deliver(f, "a", "one", 1000);
    serve_until(f, heard_at_least, 1);
    kill(f->worker.pid, SIGTERM);
    fake_reply(&f->fake, f->heard[0].request_id, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    serve_until(f, cur_has, 1);
    assert_int_equal(mail_process_end(&f->worker, 0), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_mail_leaves_new_only_after_the_answer),
        TEST(killed_between_publish_and_move_it_publishes_the_same_again),
        TEST(what_is_no_lead_goes_to_cur_by_name),
        TEST(what_cannot_be_taken_goes_to_quarantine),
        TEST(a_busy_broker_gets_the_same_mails_again_in_order),
        TEST(a_broker_that_was_away_gets_all_when_it_is_back),
        TEST(a_mail_whose_bytes_cannot_be_kept_stays_in_new),
        TEST(a_mail_waits_in_new_while_the_disk_is_full),
        TEST(in_flight_is_bounded),
        TEST(a_crowd_is_taken_once_each_in_order),
        TEST(odd_things_in_new_hinder_nobody),
        TEST(sighup_takes_a_good_configuration_and_refuses_a_bad_one),
        TEST(sigterm_waits_for_what_is_being_answered),
    };
    return cmocka_run_group_tests_name("mail worker", tests, NULL, NULL);
}
