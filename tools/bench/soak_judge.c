/* SPDX-License-Identifier: Apache-2.0 */
#include "soak_judge.h"

#include "bench.h"

enum { ROWS_MAX = 1440 };

const char *soak_figure_name(enum soak_figure figure)
{
    static const char *const names[] = {"rss_bytes", "descriptors", "redis_used_memory", "aof_rewritten_bytes", "p50_us"};
    return names[figure];
}

double soak_allowed(enum soak_figure figure)
{
    return figure == SOAK_P50 ? 1.25 : 1.1;
}

static double median_of(const struct soak_row *rows, uint32_t from, uint32_t to, enum soak_figure figure)
{
    double values[ROWS_MAX];
    uint32_t count = 0;
    for (uint32_t i = from; i < to && count < ROWS_MAX; i++)
        values[count++] = rows[i].values[figure];
    return count > 0 ? bench_median(values, count) : 0;
}

struct soak_verdict soak_judge(const struct soak_row *rows, uint32_t count)
{
    struct soak_verdict verdict = {.has_grown = false};
    for (enum soak_figure figure = SOAK_RSS; figure < SOAK_FIGURES; figure++) {
        double begin = median_of(rows, count / 12, count / 4, figure), end = median_of(rows, count - count / 6, count, figure);
        verdict.begin[figure] = begin;
        verdict.end[figure] = end;
        verdict.grew[figure] = begin > 0 && end > begin * soak_allowed(figure);   /* 0: the file was never rewritten yet */
        verdict.has_grown = verdict.has_grown || verdict.grew[figure];
    }
    return verdict;
}
