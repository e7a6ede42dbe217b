/* SPDX-License-Identifier: Apache-2.0
 * leadwire-mail --once, --check and their exit codes: what a mail server relies on. */
#include "fake_broker.h"
#include "mail_file.h"
#include "mail_process.h"
#include "mail_scratch.h"
#include "wall_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES LEADWIRE_SOURCE_DIR "/tests/mail/samples/"

struct fixture {
    struct fake_broker fake;
    struct mail_process process;
    char folder[64], config[96], log[96], output[8192];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char text[512];
    if (!f || !mail_scratch_make(f->folder))
        return -1;
    *state = f;
    fake_open(&f->fake);
    snprintf(f->config, sizeof f->config, "%s/mail.yaml", f->folder);
    snprintf(f->log, sizeof f->log, "%s/log", f->folder);
    snprintf(text, sizeof text, "desk: sales\nbroker: %s\nanswer_within: 300ms\nmail_size_max_kib: 64\n"
             "sources:\n  office: {region: IT, own: [shop.example]}\n", f->fake.endpoint);
    mail_scratch_write(f->config, text, 0);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    mail_process_kill(&f->process);
    fake_close(&f->fake);
    mail_scratch_remove(f->folder);
    free(f);
    return 0;
}

static void start_once(struct fixture *f, const char *sample)
{
    const char *const arguments[] = {"--once", "--source", "office", "--config", f->config, NULL};
    mail_process_start(&f->process, arguments, f->log, sample, true);
}

static int end_once(struct fixture *f)
{
    mail_process_output(&f->process, f->output, sizeof f->output);
    return mail_process_end(&f->process, 0);
}

static int run(struct fixture *f, const char *const *arguments, const char *input)
{
    mail_process_start(&f->process, arguments, f->log, input, true);
    return end_once(f);
}

static void answered(struct fixture *f, Leadwire__V1__Status status, const char *lead_id, const char *reason,
                     int exit_code, const char *output)
{
    start_once(f, SAMPLES "plain.eml");
    fake_expect(&f->fake, WIRE_HELLO);
    fake_welcome(&f->fake, 10, FAKE_HEARTBEAT_MS);
    struct wire_message message = fake_expect(&f->fake, WIRE_PUBLISH);
    assert_string_equal(message.publish->lead->source, "office");
    fake_reply(&f->fake, message.publish->request_id, status, lead_id, reason, 0);
    assert_int_equal(end_once(f), exit_code);
    assert_string_equal(f->output, output);
    fake_stop(&f->fake);
    fake_start(&f->fake);
}

static void the_brokers_answer_is_the_exit_code(void **state)
{
    struct fixture *f = *state;
    answered(f, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0, "{\"status\":\"accepted\",\"lead_id\":\"5-1\"}\n");
    answered(f, LEADWIRE__V1__STATUS__STATUS_DUPLICATE, "5-1", "", 0, "{\"status\":\"duplicate\",\"lead_id\":\"5-1\"}\n");
    answered(f, LEADWIRE__V1__STATUS__STATUS_REJECTED, "", "no", 65, "{\"status\":\"rejected\",\"reason\":\"no\"}\n");
    /* the library asks again until the time is up */
    answered(f, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "full", 75,
             "{\"status\":\"try_again\",\"reason\":\"no answer in time\"}\n");
}

static void a_broker_that_is_away_means_try_again(void **state)
{
    struct fixture *f = *state;
    fake_stop(&f->fake);
    start_once(f, SAMPLES "plain.eml");
    assert_int_equal(end_once(f), 75);
    assert_non_null(strstr(f->output, "\"status\":\"try_again\""));
}

static void what_needs_no_broker_asks_none(void **state)
{
    struct fixture *f = *state;
    fake_stop(&f->fake);
    start_once(f, SAMPLES "auto_reply.eml");
    assert_int_equal(end_once(f), 0);
    assert_string_equal(f->output, "{\"status\":\"not_a_lead\",\"reason\":\"auto_reply\"}\n");
    start_once(f, SAMPLES "no_headers.eml");
    assert_int_equal(end_once(f), 65);
    assert_string_equal(f->output, "{\"status\":\"not_understood\",\"reason\":\"unparsable\"}\n");
    const char *const dry[] = {"--once", "--source", "x", "--dry-run", NULL};
    assert_int_equal(run(f, dry, SAMPLES "form_html_table.eml"), 0);
    assert_non_null(strstr(f->output, "\"full_name\": \"Sam Hill\""));
    assert_non_null(strstr(f->output, "\"e164\": \"+14155552671\""));
}

static void our_own_faults_never_bounce_a_mail(void **state)
{
    struct fixture *f = *state;
    const char *const no_source[] = {"--once", "--source", "nobody", "--config", f->config, NULL};
    const char *const no_file[] = {"--once", "--source", "office", "--config", "/nowhere/mail.yaml", NULL};
    const char *const no_raw[] = {"--once", "--source", "office", "--config", f->config, "--raw", "/nowhere/raw", NULL};
    assert_int_equal(run(f, no_source, SAMPLES "plain.eml"), 75);
    assert_int_equal(run(f, no_file, SAMPLES "plain.eml"), 75);
    assert_int_equal(run(f, no_raw, SAMPLES "plain.eml"), 75);
}

static void wrong_arguments_are_told(void **state)
{
    struct fixture *f = *state;
    const char *const unknown[] = {"--once", "--sauce", "x", NULL}, *const none[] = {"--once", NULL};
    const char *const bare[] = {NULL}, *const help[] = {"--once", "--help", NULL}, *const version[] = {"--version", NULL};
    assert_int_equal(run(f, unknown, NULL), 64);
    assert_int_equal(run(f, none, NULL), 64);
    assert_int_equal(run(f, bare, NULL), 2);
    assert_int_equal(run(f, help, NULL), 0);
    assert_non_null(strstr(f->output, "--dry-run"));
    assert_int_equal(run(f, version, NULL), 0);
    assert_non_null(strstr(f->output, LEADWIRE_VERSION));
}

static void check_names_what_is_wrong(void **state)
{
    struct fixture *f = *state;
    const char *const check[] = {"--check", "--config", f->config, NULL};
    assert_int_equal(run(f, check, NULL), 0);
    mail_scratch_write(f->config,
                       "desk: sales\nbroker: ipc:///x\nsources:\n  a:\n    maildir: m\n    own: [nodot]\n"
                       "    labels: {Tel: phoen}\n    spam_score: many\n  b: {maildir: m}\n", 0);
    assert_int_equal(run(f, check, NULL), 3);
    size_t size = 0;
    char *log = mail_file_read(f->log, &size);
    assert_non_null(log);
    assert_non_null(strstr(log, ":6: own: 'nodot'"));
    assert_non_null(strstr(log, ":7: 'phoen' is no field"));
    assert_non_null(strstr(log, ":8: spam_score"));
    assert_non_null(strstr(log, "reads this maildir already"));
    free(log);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_brokers_answer_is_the_exit_code),
        TEST(a_broker_that_is_away_means_try_again),
        TEST(what_needs_no_broker_asks_none),
        TEST(our_own_faults_never_bounce_a_mail),
        TEST(wrong_arguments_are_told),
        TEST(check_names_what_is_wrong),
    };
    return cmocka_run_group_tests_name("mail once", tests, NULL, NULL);
}
