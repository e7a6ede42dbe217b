/* SPDX-License-Identifier: Apache-2.0
 *
 * What the gateway reads out of a worker's metrics: errors, what is held, and what people should look at.
 */
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "worker_reading.h"

static struct worker_reading read_text(const char *text)
{
    struct worker_reading reading;
    assert_true(worker_reading_parse(text, strlen(text), &reading));
    return reading;
}

static void errors_are_what_ended_otherwise_than_it_should(void **state)
{
    (void)state;
    struct worker_reading reading = read_text("# HELP leadwire_requests_total Contacts.\n# TYPE leadwire_requests_total counter\n"
                                              "leadwire_requests_total{outcome=\"accepted\"} 40\nleadwire_requests_total{outcome=\"held\"} 2\n"
                                              "leadwire_requests_total{outcome=\"robot\"} 3\nleadwire_requests_total{outcome=\"signature_wrong\"} 5\n"
                                              "leadwire_requests_total{outcome=\"malformed\"} 0\nleadwire_requests_total{outcome=\"busy\"} 1\n"
                                              "leadwire_broker_connected 1\nprocess_open_fds 9\n");
    assert_int_equal(reading.errors_total, 6);
    assert_int_equal(reading.came_total, 51);
    assert_int_equal(reading.error_count, 2);
    assert_string_equal(reading.errors[0].reason, "signature_wrong");
    assert_int_equal(reading.errors[0].count, 5);
    assert_string_equal(reading.errors[1].reason, "busy");
    assert_false(reading.broker_away);
    assert_string_equal(worker_reading_alarm(&reading), "");
    reading = read_text("leadwire_mails_total{outcome=\"spam\"} 9\nleadwire_mails_total{outcome=\"unparsable\"} 2\nleadwire_mails_waiting 3");
    assert_int_equal(reading.errors_total, 2);
    assert_int_equal(reading.held, 3);
    assert_string_equal(worker_reading_alarm(&reading), "");   /* they are just being taken */
}

static void what_is_held_is_told_with_what_to_look_at(void **state)
{
    (void)state;
    struct worker_reading reading = read_text("leadwire_broker_connected 0\nleadwire_spool_contacts 7\nleadwire_spool_bytes 28672\nleadwire_spool_max_bytes 1.048576e+06\n"
                                              "leadwire_spool_oldest_seconds 61.5\nleadwire_spool_aside_contacts 0\n");
    assert_true(reading.broker_away);
    assert_int_equal(reading.held, 7);
    assert_int_equal(reading.spool_max_bytes, 1048576);
    assert_int_equal(reading.oldest_ms, 61500);
    assert_string_equal(worker_reading_alarm(&reading), "waiting");
    reading.aside = 1;
    assert_string_equal(worker_reading_alarm(&reading), "aside");
    reading.spool_bytes = 838861;
    assert_string_equal(worker_reading_alarm(&reading), "nearly_full");
    reading = read_text("leadwire_webhooks_waiting{hook=\"crm\"} 4\nleadwire_webhooks_waiting{hook=\"sms\"} 5\nleadwire_webhooks_dead{hook=\"crm\"} 2\n"
                        "leadwire_webhooks_failures_total{hook=\"crm\"} 8\n");
    assert_int_equal(reading.held, 9);
    assert_int_equal(reading.aside, 2);
    assert_string_equal(reading.errors[0].reason, "not_delivered");
    assert_string_equal(worker_reading_alarm(&reading), "aside");
}

static void what_is_no_such_text_is_nothing(void **state)
{
    (void)state;
    const char *const texts[] = {"", "\n\n", "<html>", "leadwire_spool_contacts", "leadwire_spool_contacts x", "leadwire_spool_contacts -1", "# leadwire_up 1",
                                 "other_total{outcome=\"busy\"} 3\n"};
    struct worker_reading reading;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(worker_reading_parse(texts[i], strlen(texts[i]), &reading));
    reading = read_text("leadwire_requests_total{outcome=\"x 1\nleadwire_requests_total{} 2\nleadwire_spool_contacts 1e300\n");
    assert_true(reading.held > 0);
    char many[4096] = "";
    for (int i = 0; i < 40; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many), "leadwire_requests_total{outcome=\"reason_%d\"} 1\n", i);
    reading = read_text(many);
    assert_int_equal(reading.error_count, READING_ERRORS_MAX);
    assert_int_equal(reading.errors_total, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_what_ended_otherwise_than_it_should),
        cmocka_unit_test(what_is_held_is_told_with_what_to_look_at),
        cmocka_unit_test(what_is_no_such_text_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
