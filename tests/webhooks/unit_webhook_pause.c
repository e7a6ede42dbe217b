/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "webhook_pause.h"

enum { FIRST_MS = 5000, MOST_MS = 3600000, EACH_QUARTER = 1000 };   /* as when the configuration says nothing */

static void it_doubles_up_to_the_most(void **state)
{
    (void)state;
    assert_int_equal(webhook_pause_ms(FIRST_MS, MOST_MS, 0, 0), FIRST_MS);   /* e.g. of a message that was there at the start */
    for (uint32_t attempts = 1; attempts <= 10; attempts++)
        assert_int_equal(webhook_pause_ms(FIRST_MS, MOST_MS, attempts, 0), (uint64_t)FIRST_MS << (attempts - 1));
    assert_int_equal(webhook_pause_ms(FIRST_MS, MOST_MS, 11, 0), MOST_MS);
    assert_int_equal(webhook_pause_ms(FIRST_MS, MOST_MS, UINT32_MAX, 0), MOST_MS);
    assert_int_equal(webhook_pause_ms(UINT32_MAX, UINT32_MAX, 40, 0), UINT32_MAX);
    assert_int_equal(webhook_pause_ms(5000, 1000, 1, 0), 1000);
}

/* A day of a receiver that is away, by a clock that only counts: few come, and none later than the most and a quarter. */
static void a_day_of_silence_is_few_attempts(void **state)
{
    uint64_t now_ms = 0;
    uint32_t attempts = 0;

    (void)state;
    while (now_ms < 24ULL * 3600 * 1000) {
        attempts++;
        const uint64_t pause_ms = webhook_pause_ms(FIRST_MS, MOST_MS, attempts, attempts * 2654435761U);
        assert_in_range(pause_ms, FIRST_MS, MOST_MS + MOST_MS / 4);
        now_ms += pause_ms;
    }
    assert_in_range(attempts, 27, 34);
}

static void luck_spreads_it_over_a_quarter_and_never_shortens_it(void **state)
{
    unsigned seen[4] = {0};

    (void)state;
    for (uint32_t luck = 0; luck < 4000; luck++) {
        const uint64_t more_ms = webhook_pause_ms(8000, MOST_MS, 1, luck * 2654435761U) - 8000;
        assert_in_range(more_ms, 0, 2000 - 1);
        seen[more_ms / 500]++;
    }
    for (int i = 0; i < 4; i++)
        assert_in_range(seen[i], EACH_QUARTER - 200, EACH_QUARTER + 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_doubles_up_to_the_most),
        cmocka_unit_test(a_day_of_silence_is_few_attempts),
        cmocka_unit_test(luck_spreads_it_over_a_quarter_and_never_shortens_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
