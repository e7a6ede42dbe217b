/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "metrics.h"
#include "metrics_text.h"

static const uint64_t bounds_us[] = {1000, 10000, 2500000};
static const struct metric waiting = {"leadwire_waiting", METRIC_GAUGE, "Leads that wait.", "queue"};
static const struct metric accepted = {"leadwire_accepted_total", METRIC_COUNTER, "Taken \\ in\nall.", NULL};
static const struct metric offer = {"leadwire_offer_seconds", METRIC_HISTOGRAM, "From arrival to offer.", NULL};
static const struct metric turn = {"leadwire_turn_seconds", METRIC_HISTOGRAM, "A turn.", "part"};

static struct metrics_text text;

static void read_back(struct byte_buffer *out)
{
    assert_false(out->failed);
    byte_buffer_put_u8(out, '\0');
    metrics_text_read((const char *)out->data, &text);
}

static void the_bytes_are_as_the_format_says(void **state)
{
    struct byte_buffer out;
    struct metric_histogram histogram;
    (void)state;
    byte_buffer_init(&out, 1 << 20);
    metric_histogram_init(&histogram, bounds_us, 3);
    metric_histogram_add(&histogram, 1000);
    metric_histogram_add(&histogram, 1001);
    metric_histogram_add(&histogram, 9999999);
    metrics_put_only(&out, &accepted, 12345678901.0);
    metrics_begin(&out, &waiting);
    metrics_put(&out, &waiting, "a \"b\" \\ c", 3);
    metrics_begin(&out, &offer);
    metrics_put_histogram(&out, &offer, NULL, &histogram);
    byte_buffer_put_u8(&out, '\0');
    assert_string_equal((const char *)out.data,
                        "# HELP leadwire_accepted_total Taken \\\\ in\\nall.\n"
                        "# TYPE leadwire_accepted_total counter\n"
                        "leadwire_accepted_total 12345678901\n"
                        "# HELP leadwire_waiting Leads that wait.\n"
                        "# TYPE leadwire_waiting gauge\n"
                        "leadwire_waiting{queue=\"a \\\"b\\\" \\\\ c\"} 3\n"
                        "# HELP leadwire_offer_seconds From arrival to offer.\n"
                        "# TYPE leadwire_offer_seconds histogram\n"
                        "leadwire_offer_seconds_bucket{le=\"0.001\"} 1\n"
                        "leadwire_offer_seconds_bucket{le=\"0.01\"} 2\n"
                        "leadwire_offer_seconds_bucket{le=\"2.5\"} 2\n"
                        "leadwire_offer_seconds_bucket{le=\"+Inf\"} 3\n"
                        "leadwire_offer_seconds_sum 10.002\n"
                        "leadwire_offer_seconds_count 3\n");
    byte_buffer_fini(&out);
}

static void a_reader_finds_what_was_written(void **state)
{
    struct byte_buffer out;
    struct metric_histogram histogram;
    (void)state;
    byte_buffer_init(&out, 1 << 20);
    metric_histogram_init(&histogram, bounds_us, 3);
    for (uint64_t us = 1; us < 5000000; us += us / 3 + 1)
        metric_histogram_add(&histogram, us);
    metrics_begin(&out, &turn);
    metrics_put_histogram(&out, &turn, "read\nwrite", &histogram);
    read_back(&out);
    uint64_t below_10_ms = 0, all = 0;
    for (uint64_t us = 1; us < 5000000; us += us / 3 + 1) {
        below_10_ms += us <= 10000;
        all++;
    }
    assert_true(metrics_text_find(&text, "leadwire_turn_seconds_bucket", "read\nwrite", "0.01") == (double)below_10_ms);
    assert_true(metrics_text_find(&text, "leadwire_turn_seconds_bucket", "read\nwrite", "+Inf") == (double)all);
    assert_true(metrics_text_find(&text, "leadwire_turn_seconds_count", "read\nwrite", "") == (double)all);
    byte_buffer_fini(&out);
}

/* Queues of that many names; the largest, or the sum of what is beyond the bound, is one sample. */
static void put_queues(struct byte_buffer *out, unsigned count, bool takes_largest)
{
    struct metric_rest rest = {.takes_largest = takes_largest};
    char name[16];
    byte_buffer_clear(out);
    metrics_begin(out, &waiting);
    metrics_put_bounded(out, &waiting, &rest, "other", 1);
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, "q%u", i);
        metrics_put_bounded(out, &waiting, &rest, name, i);
    }
    metrics_put_rest(out, &waiting, &rest);
    read_back(out);
}

static void values_of_a_label_are_bounded(void **state)
{
    struct byte_buffer out;
    (void)state;
    byte_buffer_init(&out, 1 << 20);
    put_queues(&out, METRIC_LABEL_VALUES_MAX - 1, false);
    assert_int_equal(text.count, METRIC_LABEL_VALUES_MAX);
    assert_true(metrics_text_find(&text, "leadwire_waiting", "other", "") == 1);
    put_queues(&out, 300, false);
    assert_int_equal(text.count, METRIC_LABEL_VALUES_MAX);
    unsigned beyond = 1;
    for (unsigned i = METRIC_LABEL_VALUES_MAX - 1; i < 300; i++)
        beyond += i;
    assert_true(metrics_text_find(&text, "leadwire_waiting", "other", "") == beyond);
    put_queues(&out, 300, true);
    assert_true(metrics_text_find(&text, "leadwire_waiting", "other", "") == 299);
    byte_buffer_fini(&out);
}

static void what_does_not_fit_fails_the_buffer(void **state)
{
    struct byte_buffer out;
    (void)state;
    byte_buffer_init(&out, 100);
    metrics_put_only(&out, &accepted, 1);
    assert_true(out.failed);
    byte_buffer_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_are_as_the_format_says),
        cmocka_unit_test(a_reader_finds_what_was_written),
        cmocka_unit_test(values_of_a_label_are_bounded),
        cmocka_unit_test(what_does_not_fit_fails_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
