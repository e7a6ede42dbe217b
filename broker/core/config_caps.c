/* SPDX-License-Identifier: Apache-2.0
 *
 * Caps of reps and the days of teams, as they come into a configuration, and whether they are as they must be.
 */
#include <stdlib.h>
#include <string.h>

#include "config_check.h"
#include "config_parts.h"

lw_status core_config_rep_caps(struct config_rep *rep, uint32_t per_hour, uint32_t per_day)
{
    if (!rep->caps)
        rep->caps = calloc(1, sizeof *rep->caps);
    if (!rep->caps)
        return LW_NO_MEMORY;
    rep->caps->per_hour = per_hour;
    rep->caps->per_day = per_day;
    return LW_OK;
}

lw_status core_config_rep_cap_source(struct config_rep *rep, const char *source, uint32_t most)
{
    struct config_caps *caps = rep->caps;
    if (!caps)
        return LW_INVALID;
    for (uint32_t i = 0; i < caps->source_count; i++) {
        if (strcmp(caps->sources[i].source, source) == 0)
            return LW_DUPLICATE;
    }
    if (caps->source_count == CONFIG_CAP_SOURCES_MAX)
        return LW_FULL;
    char *copy = config_copy_text(source);
    if (!copy)
        return LW_NO_MEMORY;
    caps->sources[caps->source_count].source = copy;
    caps->sources[caps->source_count++].most = most;
    return LW_OK;
}

void config_caps_free(struct config_caps *caps)
{
    for (uint32_t i = 0; caps && i < caps->source_count; i++)
        free(caps->sources[i].source);
    free(caps);
}

lw_status core_config_team_day(struct config_team *team, uint64_t start_ms)
{
    if (team->day_count > 0 && start_ms <= team->days[team->day_count - 1])
        return LW_INVALID;
    if (team->day_count == CONFIG_DAYS_MAX)
        return LW_FULL;
    uint64_t *days = config_grown(team->days, team->day_count, CONFIG_DAYS_MAX, sizeof *days);
    if (!days)
        return LW_NO_MEMORY;
    team->days = days;
    days[team->day_count++] = start_ms;
    return LW_OK;
}

static bool has_days(const struct core_config *config, const char *team)
{
    for (uint32_t i = 0; i < config->team_count; i++) {
        if (strcmp(config->teams[i].name, team) == 0)
            return config->teams[i].day_count > 0;
    }
    return false;
}

static lw_status check_teams(const struct core_config *config, char *reason, size_t reason_size)
{
    for (uint32_t i = 0; i < config->team_count; i++) {
        const struct config_team *team = &config->teams[i];
        if (team->daily_cap > CONFIG_TEAM_CAP_MAX || team->daily_share > CONFIG_TEAM_SHARE_MAX)
            return config_wrong(reason, reason_size, "team '%s': a daily cap must be at most %d leads, a daily share at most %d in a hundred", team->name,
                                CONFIG_TEAM_CAP_MAX, CONFIG_TEAM_SHARE_MAX);
        if ((team->daily_cap > 0 || team->daily_share > 0) && team->day_count == 0)
            return config_wrong(reason, reason_size, "team '%s': a daily cap or share needs to know when days begin", team->name);
    }
    return LW_OK;
}

lw_status config_check_caps(const struct core_config *config, char *reason, size_t reason_size)
{
    for (uint32_t i = 0; i < config->rep_count; i++) {
        const struct config_rep *rep = &config->reps[i];
        const struct config_caps *caps = rep->caps;
        if (!caps)
            continue;
        if (caps->per_hour > CONFIG_CAP_MAX || caps->per_day > CONFIG_CAP_MAX)
            return config_wrong(reason, reason_size, "rep '%s': a cap must be at most %d", rep->name, CONFIG_CAP_MAX);
        for (uint32_t k = 0; k < caps->source_count; k++) {
            if (!config_is_name(caps->sources[k].source) || caps->sources[k].most < 1 || caps->sources[k].most > CONFIG_CAP_MAX)
                return config_wrong(reason, reason_size, "rep '%s': the cap of a source needs its name, and 1 to %d leads", rep->name, CONFIG_CAP_MAX);
        }
        if ((caps->per_day > 0 || caps->source_count > 0) && !has_days(config, rep->team))
            return config_wrong(reason, reason_size, "rep '%s': a cap of a day needs a team that says when days begin", rep->name);
    }
    return check_teams(config, reason, reason_size);
}
