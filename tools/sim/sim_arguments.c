/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool sim_parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
    char *end;
    if (!text || *text < '0' || *text > '9')
        return false;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *out >= low && *out <= high;
}

bool sim_parse_decimal(const char *text, double *out)
{
    if (!text || *text < '0' || *text > '9' || strspn(text, "0123456789.") != strlen(text))
        return false;
    char *end;
    errno = 0;
    *out = strtod(text, &end);
    return errno == 0 && *end == '\0';
}
