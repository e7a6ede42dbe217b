/* SPDX-License-Identifier: Apache-2.0
 *
 * What the judge of a floor says of a receiver of webhooks: a log by hand, and a Redis in which every lead has ended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "floor_judge.h"

enum { ACCEPTED = 1 };

static char path[64];
static FILE *file;
static struct judge *judge;
static struct redis_desk desk;
static unsigned at_us;

static int begin(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/lw-judge-XXXXXX");
    int fd = mkstemp(path);
    file = fd < 0 ? NULL : fdopen(fd, "w");
    assert_non_null(file);
    judge = judge_new(path);
    redis_desk_init(&desk);
    at_us = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    judge_free(judge);
    redis_desk_fini(&desk);
    fclose(file);
    unlink(path);
    return 0;
}

static void put(const char *word, const char *who, const char *lead, unsigned outcome, const char *text)
{
    fprintf(file, "%u 0 %s %s %s 0 0 %u %s\n", ++at_us, word, who, lead, outcome, text);
    fflush(file);
}

static void mark(const char *word) { put(word, "-", "-", 0, "-"); }
static void told(const char *lead, const char *state) { put("told", "-", lead, 0, state); }
static void complete(const char *lead) { put("completed", "rep-01", lead, ACCEPTED, "won"); }

/* It has ended in Redis. */
static void publish(const char *lead, const char *contact)
{
    struct redis_lead ended = {.state = LEAD_COMPLETED, .was_published = true};

    assert_true(desk_id_parse(lead, &ended.id));
    assert_true(index_table_add(&desk.by_id, index_hash_u64(ended.id.number ^ ended.id.epoch * 31), desk.count));
    desk.leads[desk.count++] = ended;
    put("publishing", "publisher", "-", 0, contact);
    put("published", "publisher", lead, ACCEPTED, contact);
}

static void judged(unsigned untold, unsigned lost, unsigned other)
{
    struct judge_totals totals;

    assert_int_equal(judge_untold(judge), untold);
    judge_read_redis(judge, &desk, true);
    judge_totals_read(judge, &totals);
    assert_int_equal(totals.broken[JUDGE_LOST], lost);
    assert_int_equal(totals.broken[JUDGE_OTHER], other);
    assert_int_equal(totals.violations, lost + other);
}

static void who_was_told_of_a_lead_must_be_told_how_it_ended(void **state)
{
    (void)state;
    publish("1-1", "web-1");
    publish("1-2", "web-2");
    told("1-1", "waiting");
    told("1-2", "offered");
    told("1-2", "gone");
    judged(1, 1, 0);
}

/* The receiver heard of a lead that was asked for after this one had come, and after it was completed. */
static void what_came_and_ended_in_calm_must_be_told(void **state)
{
    (void)state;
    mark("calm");
    publish("1-1", "web-1");
    complete("1-1");
    publish("1-2", "web-2");
    told("1-2", "waiting");
    told("1-2", "completed");
    mark("fault");
    judged(1, 1, 0);
}

static void a_completion_in_calm_is_not_told_by_gone_alone(void **state)
{
    (void)state;
    mark("calm");
    publish("1-1", "web-1");
    told("1-1", "waiting");
    told("1-1", "gone");
    complete("1-1");
    publish("1-2", "web-2");
    told("1-2", "completed");
    mark("fault");
    judged(1, 1, 0);
}

/* Nobody can say of these that the webhooks had heard of them before the fault. */
static void what_the_fault_may_have_hidden_need_not_be_told(void **state)
{
    (void)state;
    publish("1-1", "web-1");
    mark("calm");
    publish("1-2", "web-2");
    told("1-2", "completed");
    publish("1-3", "web-3");
    publish("1-4", "other-4");
    mark("fault");
    judged(0, 0, 0);
}

static void after_the_last_fault_all_must_be_told(void **state)
{
    (void)state;
    mark("fault");
    mark("calm");
    publish("1-1", "web-1");
    publish("1-2", "other-2");
    judged(1, 1, 0);
}

static void what_is_told_must_be_so(void **state)
{
    (void)state;
    publish("1-1", "web-1");
    complete("1-1");
    told("1-1", "cancelled");
    judged(0, 0, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_was_told_of_a_lead_must_be_told_how_it_ended),
        TEST(what_came_and_ended_in_calm_must_be_told),
        TEST(a_completion_in_calm_is_not_told_by_gone_alone),
        TEST(what_the_fault_may_have_hidden_need_not_be_told),
        TEST(after_the_last_fault_all_must_be_told),
        TEST(what_is_told_must_be_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
