/* SPDX-License-Identifier: Apache-2.0
 * What the bench of ingest says of its figures. */
#include "ingest_judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct ingest_result good = {.web_over_http = 0.5, .mail_over_gmime = 0.5, .p50_over_floor = 1.0, .rounds = 2,
                                          .memory_early_bytes = 25000000, .memory_late_bytes = 26000000, .requests = 1000000};

/* words NULL: it holds, and nothing is said. */
static void says(const struct ingest_result *result, const char *words)
{
    char *said = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&said, &size);
    assert_non_null(out);
    const bool holds = ingest_judge(result, out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(holds, words == NULL);
    if (words)
        assert_non_null(strstr(said, words));
    else
        assert_int_equal(size, 0);
    free(said);
}

static void what_is_promised_holds(void **state)
{
    (void)state;
    says(&good, NULL);
}

static void each_bound_that_is_missed_is_told(void **state)
{
    (void)state;
    struct ingest_result web = good, mail = good, p50 = good, memory = good;
    web.web_over_http = 0.49;
    says(&web, "missed: leadwire-web does 0.49 of its HTTP server's requests");
    mail.mail_over_gmime = 0.49;
    says(&mail, "missed: mails become leads at 0.49 of the speed of gmime");
    p50.p50_over_floor = 1.02;
    says(&p50, "missed: a request is in the journal after 1.02 of the time");
    memory.memory_late_bytes = 26300000;
    says(&memory, "missed: the worker's memory grows: 25.0 MB after 100000 requests, 26.3 MB after 1000000");
}

static void one_round_and_a_short_run_say_nothing(void **state)
{
    (void)state;
    struct ingest_result once = {.web_over_http = 0.1, .mail_over_gmime = 0.1, .p50_over_floor = 9, .rounds = 1,
                                 .memory_early_bytes = 1, .memory_late_bytes = 9, .requests = 999999};
    says(&once, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_promised_holds),
        cmocka_unit_test(each_bound_that_is_missed_is_told),
        cmocka_unit_test(one_round_and_a_short_run_say_nothing),
    };
    return cmocka_run_group_tests_name("ingest judge", tests, NULL, NULL);
}
