/* SPDX-License-Identifier: Apache-2.0
 *
 * `leadwire rep` against a scripted broker that offers one lead: the robot, and a person at the terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "scripted_broker.h"
#include "tool_run.h"

/* Personal data of nobody: must never be seen outside a rep's own terminal. */
#define SECRET_NAME "Zacharias Quillfeather"

static struct scripted_broker *broker;

/* What the script offers, and what it was asked: handed back so often, of which it refuses the first. */
static struct { bool interrupts; int handed_back; int64_t appointment_unix_ms; char place[64]; } told;

static char *words(const char *text)
{
    return (char *)text;
}

static void reply_to(struct scripted_broker *to, uint64_t request_id, Leadwire__V1__Status status, const char *reason)
{
    Leadwire__V1__Reply reply = LEADWIRE__V1__REPLY__INIT;
    reply.request_id = request_id;
    reply.status = status;
    reply.reason = words(reason);
    reply.lead_id = words("7-1042");
    reply.epoch = 7;
    scripted_broker_send(to, WIRE_REPLY, &reply);
}

/* An offer with personal data, once logged on. */
static void offer_lead(struct scripted_broker *to)
{
    Leadwire__V1__SnapshotEnd end = LEADWIRE__V1__SNAPSHOT_END__INIT;
    Leadwire__V1__RepStatus status = LEADWIRE__V1__REP_STATUS__INIT;
    Leadwire__V1__Offer offer = LEADWIRE__V1__OFFER__INIT;
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    end.epoch = status.epoch = offer.epoch = 7;
    status.state = LEADWIRE__V1__REP_STATE__REP_STATE_AVAILABLE;
    status.capacity = 3;
    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead.source = words("contact-form");
    lead.full_name = words(SECRET_NAME);
    offer.lead_id = words("7-1042");
    offer.offer_number = 2;
    offer.answer_ms = 20000;
    offer.deadline_unix_ms = 1767225620000;
    offer.received_unix_ms = 1767225600000;
    offer.weight = 1;
    offer.queue = words("italian");
    offer.why = words("italian 10");
    offer.lead = &lead;
    offer.interrupts = told.interrupts;
    scripted_broker_send(to, WIRE_REP_STATUS, &status);
    scripted_broker_send(to, WIRE_SNAPSHOT_END, &end);
    scripted_broker_send(to, WIRE_OFFER, &offer);
}

static void hold_lead(struct scripted_broker *to)
{
    Leadwire__V1__Holding holding = LEADWIRE__V1__HOLDING__INIT;
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead.source = words("contact-form");
    lead.full_name = words(SECRET_NAME);
    holding.lead_id = words("7-1042");
    holding.offer_number = 2;
    holding.state = LEADWIRE__V1__LEAD_STATE__LEAD_STATE_ASSIGNED;
    holding.queue = words("italian");
    holding.weight = 1;
    holding.epoch = 7;
    holding.lead = &lead;
    scripted_broker_send(to, WIRE_HOLDING, &holding);
}

static void take_transfer(struct scripted_broker *to, const Leadwire__V1__Transfer *transfer)
{
    bool is_first = told.handed_back == 0;
    told.handed_back += transfer->back;
    told.appointment_unix_ms = transfer->appointment_unix_ms;
    snprintf(told.place, sizeof told.place, "%s", transfer->place);
    reply_to(to, transfer->request_id, is_first ? LEADWIRE__V1__STATUS__STATUS_REJECTED : LEADWIRE__V1__STATUS__STATUS_ACCEPTED,
             is_first ? "nobody\033handed it on" : "");
}

static void script(struct scripted_broker *to, const struct wire_message *request, void *context)
{
    (void)context;
    if (request->type == WIRE_HELLO) {
        offer_lead(to);
    } else if (request->type == WIRE_OFFER_ANSWER) {
        reply_to(to, request->offer_answer->request_id, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "");
        if (request->offer_answer->accept)
            hold_lead(to);
    } else if (request->type == WIRE_COMPLETE) {
        reply_to(to, request->complete->request_id, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "");
    } else if (request->type == WIRE_TRANSFER) {
        take_transfer(to, request->transfer);
    }
}

static int set_up(void **state)
{
    (void)state;
    memset(&told, 0, sizeof told);
    broker = scripted_broker_start(script, NULL);
    return broker == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    scripted_broker_stop(&broker);
    return 0;
}

/* A file of mode 0600 with a secret, beside the sockets. */
static void write_secret(char *path, size_t size)
{
    snprintf(path, size, "%s/secret", scripted_broker_run_dir(broker));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("open sesame\n", file);
    fclose(file);
    chmod(path, 0600);
}

static void a_robot_takes_a_lead_to_its_end_and_logs_no_personal_data(void **state)
{
    (void)state;
    static const char *const in_order[] = {"\"welcome\"", "\"offer\"", "\"accepting\"", "\"accepted\"", "\"holding\"", "\"completing\"", "\"completed\""};
    char secret[128], log[128], arguments[512], text[16 * 1024];
    write_secret(secret, sizeof secret);
    snprintf(log, sizeof log, "%s/log", scripted_broker_run_dir(broker));
    snprintf(arguments, sizeof arguments, "rep anna --auto --secret-file %s --log %s --think-ms 10 --handle-ms 10 --for 3", secret, log);
    assert_int_equal(tool_run(broker, arguments), 0);
    assert_string_equal(tool_output, "anna: 1 offers, 1 accepted, 0 declined, 1 completed, 0 refused, 0 withdrawn\n");
    tool_read_file(log, text, sizeof text);
    const char *at = text;
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++) {
        at = strstr(at, in_order[i]);
        if (at == NULL)
            fail_msg("%s is not in the log, or not in order:\n%s", in_order[i], text);
    }
    assert_non_null(strstr(text, "\"lead_id\": \"7-1042\", \"offer_number\": 2"));
    assert_null(strstr(text, SECRET_NAME));
    assert_null(strstr(text, "sesame"));
    unlink(secret);
    unlink(log);
}

/* A person: takes the lead, then does this, a shell's words that may wait for what is shown (see TEXT), and say it (say LINE). */
static void at_the_terminal(const char *commands)
{
    const char *dir = scripted_broker_run_dir(broker);
    char secret[128], in[128], out[128], arguments[1024];
    write_secret(secret, sizeof secret);
    snprintf(in, sizeof in, "%s/in", dir);
    snprintf(out, sizeof out, "%s/out", dir);
    snprintf(arguments, sizeof arguments,
             "rep anna --secret-file %s --for 20 < %s > %s & exec 3> %s; see() { until grep -q \"$1\" %s; do :; done; }; "
             "say() { echo \"$1\" >&3; }; see OFFER; say a; see YOURS; %s; say q; wait; cat %s", secret, in, out, in, out, commands, out);
    assert_int_equal(mkfifo(in, 0600), 0);
    assert_int_equal(tool_run(broker, arguments), 0);
    unlink(in);
    unlink(out);
    unlink(secret);
}

static void a_person_sees_the_lead_and_completes_it(void **state)
{
    (void)state;
    at_the_terminal("say 'c 1 won'; see done; say l");
    assert_non_null(strstr(tool_output, "[1] OFFER: a web lead for queue italian, 20 s to answer (lead 7-1042)"));
    assert_non_null(strstr(tool_output, SECRET_NAME));
    assert_non_null(strstr(tool_output, "[1] YOURS: lead 7-1042; complete it with 'c 1 CODE'"));
}

static void a_person_sees_that_an_offer_interrupts(void **state)
{
    (void)state;
    told.interrupts = true;
    at_the_terminal(":");
    assert_non_null(strstr(tool_output, "[1] OFFER, interrupts what you have in hand: a web lead for queue italian"));
}

static void a_lead_is_handed_back_with_its_appointment_and_stays_when_that_is_refused(void **state)
{
    (void)state;
    at_the_terminal("say 't 1 back'; see refused; say l; see '7-1042: yours'; say 't 1 back 2099-11-26T15:30 at their shop'; see done");
    assert_non_null(strstr(tool_output, "refused: nobody had it before you\n"));
    assert_int_equal(told.handed_back, 2);
    assert_int_equal(told.appointment_unix_ms, 4099390200000);
    assert_string_equal(told.place, "at their shop");
}

static void a_secret_that_others_can_read_is_refused(void **state)
{
    (void)state;
    char secret[128], arguments[512];
    write_secret(secret, sizeof secret);
    chmod(secret, 0644);
    snprintf(arguments, sizeof arguments, "rep anna --secret-file %s", secret);
    assert_int_equal(tool_run(broker, arguments), 2);
    assert_non_null(strstr(tool_output, "others than its owner can read it"));
    unlink(secret);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_robot_takes_a_lead_to_its_end_and_logs_no_personal_data),
        TEST(a_person_sees_the_lead_and_completes_it),
        TEST(a_person_sees_that_an_offer_interrupts),
        TEST(a_lead_is_handed_back_with_its_appointment_and_stays_when_that_is_refused),
        TEST(a_secret_that_others_can_read_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
