/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_desk.h"
#include "cmocka_all.h"
#include "plot_page.h"

_Noreturn void bench_give_up(const char *what)
{
    fail_msg("%s", what);
    abort();
}

static void read_page(const char *path, char *text, size_t capacity)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, capacity - 1, file)] = '\0';
    fclose(file);
    unlink(path);
}

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, word)); at++)
        count++;
    return count;
}

static void bars_and_curves_are_drawn_and_nothing_is_loaded(void **state)
{
    static char text[32768];
    char path[] = "/tmp/lw-plot-XXXXXX";
    (void)state;
    close(mkstemp(path));
    FILE *page = plot_page_open(path, "Ours & <theirs>");
    const struct plot_bar bars[] = {{"ours", {100, 90, 110}, false}, {"theirs", {50, 40, 60}, true}};
    const struct plot_point points[] = {{0, {10, 9, 11}}, {100, {20, 19, 21}}, {10000, {15, 14, 16}}};
    plot_page_text(page, "%d rounds", 5);
    plot_page_bars(page, "Lives", "lives/s", bars, 2);
    plot_page_curve(page, "Growth", "reps", "lives/s", true, points, 3);
    plot_page_close(page);
    read_page(path, text, sizeof text);
    assert_int_equal(count_of(text, "<rect class=\"bar\""), 1);
    assert_int_equal(count_of(text, "<rect class=\"void\""), 1);
    assert_int_equal(count_of(text, "<circle"), 3);
    assert_int_equal(count_of(text, "<svg"), count_of(text, "</svg>"));
    assert_non_null(strstr(text, "Ours &#38; &#60;theirs&#62;"));
    assert_non_null(strstr(text, "50.0 lives/s (void)"));
    assert_null(strstr(text, "http"));
    assert_null(strstr(text, "src="));
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bars_and_curves_are_drawn_and_nothing_is_loaded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
