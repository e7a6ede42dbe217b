/* SPDX-License-Identifier: Apache-2.0 */
#include "file_limit.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "lw_log.h"

uint64_t file_limit_raise(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return limit.rlim_cur;
    log_warning("the limit on open files stays as it is: %s", strerror(errno));
    return before;
}
