/* SPDX-License-Identifier: Apache-2.0
 *
 * Reps and their teams, as they come into a configuration.
 */
#include <stdlib.h>
#include <string.h>

#include "config_parts.h"

lw_status core_config_add_rep(struct core_config *config, const char *name, const char *team, uint32_t capacity,
                              const char *device, struct config_rep **out)
{
    if (config->rep_count == CONFIG_REPS_MAX)
        return LW_FULL;
    struct config_rep *reps = config_grown(config->reps, config->rep_count, CONFIG_REPS_MAX, sizeof *reps);
    if (!reps)
        return LW_NO_MEMORY;
    config->reps = reps;
    struct config_rep *rep = &reps[config->rep_count];
    *rep = (struct config_rep){.name = config_copy_text(name), .team = config_copy_text(team ? team : ""),
                               .device = config_copy_text(device ? device : ""), .capacity = capacity, .share = CONFIG_SHARE_DEFAULT};
    if (!rep->name || !rep->team || !rep->device) {
        free(rep->name);
        free(rep->team);
        free(rep->device);
        return LW_NO_MEMORY;
    }
    config->rep_count++;
    *out = rep;
    return LW_OK;
}

lw_status core_config_rep_skill(struct core_config *config, struct config_rep *rep, const char *skill, uint32_t level)
{
    return config_add_level(config, rep->skills, &rep->skill_count, CONFIG_REP_SKILLS_MAX, skill, level);
}

lw_status core_config_rep_ability(struct core_config *config, struct config_rep *rep, enum ability_kind kind, const char *value,
                                  uint32_t level)
{
    char name[ABILITY_NAME_MAX + 1];
    if (kind == ABILITY_SKILL || !ability_name_write(kind, value, name))
        return LW_INVALID;
    lw_status status = config_know_skill(config, name);
    return status == LW_OK ? core_config_rep_skill(config, rep, name, level) : status;
}

bool config_team_is_outsourced(const struct core_config *config, const char *team)
{
    for (uint32_t i = 0; i < config->team_count; i++) {
        if (strcmp(config->teams[i].name, team) == 0)
            return config->teams[i].outsourced;
    }
    return false;
}

lw_status core_config_add_team(struct core_config *config, const char *name, struct config_team **out)
{
    for (uint32_t i = 0; i < config->team_count; i++) {
        if (strcmp(config->teams[i].name, name) == 0)
            return LW_DUPLICATE;
    }
    if (config->team_count == CONFIG_TEAMS_MAX)
        return LW_FULL;
    struct config_team *teams = config_grown(config->teams, config->team_count, CONFIG_TEAMS_MAX, sizeof *teams);
    char *copy = config_copy_text(name);
    if (teams)
        config->teams = teams;
    if (!teams || !copy) {
        free(copy);
        return LW_NO_MEMORY;
    }
    *out = &teams[config->team_count++];
    **out = (struct config_team){.name = copy};
    return LW_OK;
}

lw_status core_config_team_open(struct config_team *team, uint64_t open_ms, uint64_t close_ms)
{
    if (open_ms >= close_ms || (team->open_count > 0 && open_ms <= team->open[team->open_count - 1].close_ms))
        return LW_INVALID;
    if (team->open_count == CONFIG_OPEN_MAX)
        return LW_FULL;
    struct config_interval *open = config_grown(team->open, team->open_count, CONFIG_OPEN_MAX, sizeof *open);
    if (!open)
        return LW_NO_MEMORY;
    team->open = open;
    open[team->open_count++] = (struct config_interval){open_ms, close_ms};
    return LW_OK;
}
