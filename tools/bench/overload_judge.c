/* SPDX-License-Identifier: Apache-2.0 */
#include "overload_judge.h"

#define THROUGHPUT_MIN 0.8

static double mean_of_redis(const struct soak_row *rows, uint32_t from, uint32_t to)
{
    double sum = 0;
    for (uint32_t i = from; i < to; i++)
        sum += rows[i].values[SOAK_REDIS_MEMORY];
    return to > from ? sum / (to - from) : 0;
}

/* Under this load Redis' memory doubles and halves with every checkpoint, each few seconds. Of such a saw the median of a minute is any
 * height of a tooth; the mean of many teeth stays. */
static void judge_redis(struct soak_verdict *growth, const struct soak_row *rows, uint32_t row_count)
{
    const double begin = mean_of_redis(rows, row_count / 12, row_count / 12 + row_count / 3), end = mean_of_redis(rows, row_count - row_count / 3, row_count);
    growth->begin[SOAK_REDIS_MEMORY] = begin;
    growth->end[SOAK_REDIS_MEMORY] = end;
    growth->grew[SOAK_REDIS_MEMORY] = begin > 0 && end > begin * soak_allowed(SOAK_REDIS_MEMORY);
}

struct overload_verdict overload_judge(const struct overload_logs *logs, const struct soak_row *rows, uint32_t row_count)
{
    struct overload_verdict verdict = {.growth = soak_judge(rows, row_count)};
    const bool *grew = verdict.growth.grew;
    judge_redis(&verdict.growth, rows, row_count);
    verdict.has_grown = grew[SOAK_RSS] || grew[SOAK_DESCRIPTORS] || (grew[SOAK_REDIS_MEMORY] && logs->seconds >= OVERLOAD_LONG_S);
    verdict.throughput_ratio = logs->lives_per_s / logs->maximum_lives_per_s;
    verdict.p50_bound_us = 1.5 * logs->leads_max / logs->maximum_lives_per_s * 1e6 + 100e3;
    verdict.is_slow = verdict.throughput_ratio < THROUGHPUT_MIN;
    verdict.waits_long = logs->offered_p50_us > verdict.p50_bound_us || logs->answered_p50_us > verdict.p50_bound_us;
    verdict.has_lost = logs->lost > 0 || logs->doubled > 0;
    verdict.is_wrong = logs->accepted == 0 || logs->unhinted > 0 || logs->wrong > 0;
    verdict.holds = !verdict.has_grown && !verdict.is_slow && !verdict.waits_long && !verdict.has_lost && !verdict.is_wrong;
    return verdict;
}
