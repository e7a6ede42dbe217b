/* SPDX-License-Identifier: Apache-2.0 */
#include "overload_judge.h"

#define THROUGHPUT_MIN 0.8

struct overload_verdict overload_judge(const struct overload_logs *logs, const struct soak_row *rows, uint32_t row_count)
{
    struct overload_verdict verdict = {.growth = soak_judge(rows, row_count)};
    const bool *grew = verdict.growth.grew;
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
