/* SPDX-License-Identifier: Apache-2.0
 *
 * How far leads were told: kept over restarts, beside a twin that is an array.
 */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lead_progress.h"

static char folder[] = "/tmp/lw-progress-XXXXXX";
static char path[64];

static void what_was_put_is_there_after_a_restart(void **state)
{
    (void)state;
    struct lead_progress progress;
    assert_int_equal(lead_progress_open(path, &progress), LW_OK);
    assert_true(progress.is_new);
    assert_int_equal(lead_progress_put(&progress, "1-1", 3, "portal", "solar panels"), LW_OK);
    assert_int_equal(lead_progress_put(&progress, "1-2", 1, "", ""), LW_OK);
    assert_int_equal(lead_progress_put(&progress, "1-1", 4, "portal", "pumps"), LW_OK);
    assert_int_equal(lead_progress_put(&progress, "1-3", 1, "a", "b"), LW_OK);
    assert_int_equal(lead_progress_end(&progress, "1-3"), LW_OK);
    assert_int_equal(lead_progress_end(&progress, "1-9"), LW_OK);
    lead_progress_close(&progress);
    assert_int_equal(lead_progress_open(path, &progress), LW_OK);
    assert_false(progress.is_new);
    assert_int_equal(progress.count, 2);
    assert_int_equal(lead_progress_find(&progress, "1-1")->revision, 4);
    assert_string_equal(lead_progress_find(&progress, "1-1")->queue, "pumps");
    assert_string_equal(lead_progress_find(&progress, "1-2")->source, "");
    assert_null(lead_progress_find(&progress, "1-3"));
    lead_progress_close(&progress);
}

static void lines_that_cannot_be_read_are_skipped(void **state)
{
    (void)state;
    struct lead_progress progress;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("\n\t\t\t\nx\ny\tz\ta\tb\n1-1\t5\tportal\n1-2\t6\ta\tb\nonly-half", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(lead_progress_open(path, &progress), LW_OK);
    assert_int_equal(progress.count, 1);
    assert_int_equal(lead_progress_find(&progress, "1-2")->revision, 6);
    lead_progress_close(&progress);
}

static void half_a_line_takes_nothing_back(void **state)
{
    static const char *const halves[] = {"1-2", "1-2\t", "1-2\t7", "1-2\t7\ta", "1-2\t7\ta\t", "1-2\t0\t\t"};
    (void)state;
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        struct lead_progress progress;
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fprintf(file, "1-2\t6\ta\tb\n%s", halves[i]) > 0);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(lead_progress_open(path, &progress), LW_OK);
        assert_int_equal(progress.count, 1);
        assert_int_equal(lead_progress_find(&progress, "1-2")->revision, 6);
        lead_progress_close(&progress);
    }
}

static void what_was_not_seen_is_found(void **state)
{
    (void)state;
    struct lead_progress progress;
    uint32_t at = 0;
    assert_int_equal(lead_progress_open(path, &progress), LW_OK);
    assert_int_equal(lead_progress_put(&progress, "2-1", 1, "", ""), LW_OK);
    lead_progress_look_anew(&progress);
    lead_progress_find(&progress, "1-2")->is_seen = true;
    assert_string_equal(lead_progress_unseen(&progress, &at)->id, "2-1");
    at++;
    assert_null(lead_progress_unseen(&progress, &at));
    lead_progress_close(&progress);
}

/* So much that places are used again and the file is written anew. */
static void it_is_as_an_array_is(void **state)
{
    (void)state;
    enum { LEADS = 300, STEPS = 60000 };
    static uint64_t twin[LEADS];
    struct lead_progress progress;
    uint32_t luck = 1, open = 0;
    assert_int_equal(unlink(path), 0);
    assert_int_equal(lead_progress_open(path, &progress), LW_OK);
    for (int step = 1; step <= STEPS; step++) {
        char id[16];
        luck = luck * 1103515245u + 12345u;
        uint32_t lead = luck >> 16 & 0x7FFF;
        lead %= LEADS;
        snprintf(id, sizeof id, "l-%u", lead);
        bool ends = (luck >> 8 & 3) == 0;
        twin[lead] = ends ? 0 : (uint64_t)step;
        assert_int_equal(ends ? lead_progress_end(&progress, id) : lead_progress_put(&progress, id, (uint64_t)step, "s", "q"), LW_OK);
    }
    assert_true(progress.lines < STEPS / 2);
    lead_progress_close(&progress);
    assert_int_equal(lead_progress_open(path, &progress), LW_OK);
    for (uint32_t i = 0; i < LEADS; i++) {
        char id[16];
        snprintf(id, sizeof id, "l-%u", i);
        const struct known_lead *known = lead_progress_find(&progress, id);
        assert_int_equal(known ? known->revision : 0, twin[i]);
        open += twin[i] != 0;
    }
    assert_int_equal(progress.count, open);
    lead_progress_close(&progress);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_there_after_a_restart),
        cmocka_unit_test(lines_that_cannot_be_read_are_skipped),
        cmocka_unit_test(half_a_line_takes_nothing_back),
        cmocka_unit_test(what_was_not_seen_is_found),
        cmocka_unit_test(it_is_as_an_array_is),
    };
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/progress", folder);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return unlink(path) == 0 && rmdir(folder) == 0 ? failed : 1;
}
