/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether reps are as they must be.
 */
#include <stdlib.h>
#include <string.h>

#include "config_check.h"

lw_status config_check_reps(const struct core_config *config, char *reason, size_t reason_size)
{
    for (uint32_t i = 0; i < config->rep_count; i++) {
        const struct config_rep *rep = &config->reps[i];
        if (rep->name[0] == '\0')
            return config_wrong(reason, reason_size, "rep %u has no name", i + 1);
        if (rep->capacity < 1 || rep->capacity > CONFIG_CAPACITY_MAX)
            return config_wrong(reason, reason_size, "rep '%s': capacity must be 1 to %d", rep->name, CONFIG_CAPACITY_MAX);
        if (rep->reserve > CONFIG_CAPACITY_MAX)
            return config_wrong(reason, reason_size, "rep '%s': the reserve must be at most %d", rep->name, CONFIG_CAPACITY_MAX);
        if (rep->tier > CONFIG_TIER_MAX)
            return config_wrong(reason, reason_size, "rep '%s': tier must be 0 to %d", rep->name, CONFIG_TIER_MAX);
        if (rep->share < 1 || rep->share > CONFIG_SHARE_MAX)
            return config_wrong(reason, reason_size, "rep '%s': share must be 1 to %d", rep->name, CONFIG_SHARE_MAX);
    }
    return LW_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

lw_status config_check_rep_names(const struct core_config *config, char *reason, size_t reason_size)
{
    const char **names = malloc(config->rep_count * sizeof *names);
    lw_status status = LW_OK;
    if (!names)
        return config_wrong(reason, reason_size, "out of memory");
    for (uint32_t i = 0; i < config->rep_count; i++)
        names[i] = config->reps[i].name;
    qsort(names, config->rep_count, sizeof *names, by_text);
    for (uint32_t i = 1; i < config->rep_count && status == LW_OK; i++) {
        if (strcmp(names[i - 1], names[i]) == 0)
            status = config_wrong(reason, reason_size, "there are two reps '%s'", names[i]);
    }
    free(names);
    return status;
}
