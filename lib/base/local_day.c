/* SPDX-License-Identifier: Apache-2.0 */
#include "local_day.h"

#include <stdlib.h>
#include <time.h>

void local_day_of(int64_t unix_ms, int64_t *begin_ms_out, int64_t *end_ms_out)
{
    const time_t now_s = (time_t)(unix_ms / 1000);
    struct tm begin;

    if (!localtime_r(&now_s, &begin))
        abort();
    begin.tm_hour = begin.tm_min = begin.tm_sec = 0;
    begin.tm_isdst = -1;
    struct tm end = begin;
    end.tm_mday++;
    *begin_ms_out = (int64_t)mktime(&begin) * 1000;
    *end_ms_out = (int64_t)mktime(&end) * 1000;
}
