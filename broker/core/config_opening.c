/* SPDX-License-Identifier: Apache-2.0 */
#include "config_opening.h"

#include <stdlib.h>
#include <string.h>

#include "config_check.h"
#include "config_parts.h"

lw_status core_config_opening_team(struct core_config *config, const char *team)
{
    struct config_opening *opening = &config->opening;
    for (uint32_t i = 0; i < opening->team_count; i++) {
        if (strcmp(opening->teams[i], team) == 0)
            return LW_DUPLICATE;
    }
    if (opening->team_count == CONFIG_OPENING_TEAMS_MAX)
        return LW_FULL;
    char *copy = config_copy_text(team);
    if (!copy)
        return LW_NO_MEMORY;
    opening->teams[opening->team_count++] = copy;
    return LW_OK;
}

void config_opening_fini(struct config_opening *opening)
{
    for (uint32_t i = 0; i < opening->team_count; i++)
        free(opening->teams[i]);
}

bool config_opening_has(const struct core_config *config, const struct config_team *team)
{
    const struct config_opening *opening = &config->opening;
    for (uint32_t i = 0; i < opening->team_count; i++) {
        if (strcmp(opening->teams[i], team->name) == 0)
            return team->open_count > 0;
    }
    return opening->team_count == 0 && team->open_count > 0;
}

static const struct config_team *team_named(const struct core_config *config, const char *name)
{
    for (uint32_t i = 0; i < config->team_count; i++) {
        if (strcmp(config->teams[i].name, name) == 0)
            return &config->teams[i];
    }
    return NULL;
}

static uint32_t count_reps(const struct core_config *config)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < config->rep_count; i++) {
        const struct config_team *team = team_named(config, config->reps[i].team);
        count += team && config_opening_has(config, team);
    }
    return count;
}

static uint64_t longest_ms(const struct core_config *config)
{
    uint64_t longest = 0;
    for (uint32_t i = 0; i < config->team_count; i++) {
        const struct config_team *team = &config->teams[i];
        for (uint32_t k = 0; config_opening_has(config, team) && k < team->open_count; k++) {
            uint64_t ms = team->open[k].close_ms - team->open[k].open_ms;
            longest = ms > longest ? ms : longest;
        }
    }
    return longest;
}

lw_status config_opening_check(const struct core_config *config, char *reason, size_t size)
{
    const struct config_opening *opening = &config->opening;
    if (opening->reps == 0 && (opening->for_ms != 0 || opening->team_count > 0))
        return config_wrong(reason, size, "opening: reps must be 1 or more");
    if (opening->reps == 0)
        return LW_OK;
    if (opening->for_ms < CONFIG_OPENING_MIN_MS || opening->for_ms > CONFIG_OPENING_MAX_MS)
        return config_wrong(reason, size, "opening: it lasts 1 second to 24 hours");
    for (uint32_t i = 0; i < opening->team_count; i++) {
        const struct config_team *team = team_named(config, opening->teams[i]);
        if (!team || team->open_count == 0)
            return config_wrong(reason, size, "opening: team '%.*s' has no hours, so it never opens", LW_NAME_MAX, opening->teams[i]);
    }
    if (longest_ms(config) == 0)
        return config_wrong(reason, size, "opening: no team has hours, so the desk never opens");
    if (opening->for_ms > longest_ms(config))
        return config_wrong(reason, size, "opening: it would last longer than any working time of its teams");
    if (opening->reps > count_reps(config))
        return config_wrong(reason, size, "opening: it waits for %u reps, and its teams have %u", opening->reps, count_reps(config));
    return LW_OK;
}

void config_opening_put(struct byte_buffer *out, const struct config_opening *opening)
{
    byte_buffer_put_varint(out, opening->reps);
    if (opening->reps == 0)
        return;
    byte_buffer_put_varint(out, opening->for_ms);
    byte_buffer_put_varint(out, opening->team_count);
    for (uint32_t i = 0; i < opening->team_count; i++)
        byte_buffer_put_text(out, opening->teams[i]);
}

bool config_opening_read(struct byte_reader *in, struct core_config *config)
{
    char team[CONFIG_TEXT_MAX + 1];
    config->opening.reps = (uint32_t)byte_reader_varint_max(in, CONFIG_REPS_MAX);
    if (in->failed || config->opening.reps == 0)
        return !in->failed;
    config->opening.for_ms = (uint32_t)byte_reader_varint_max(in, CONFIG_OPENING_MAX_MS);
    uint32_t count = (uint32_t)byte_reader_varint_max(in, CONFIG_OPENING_TEAMS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        byte_reader_text(in, team, sizeof team);
        if (in->failed || core_config_opening_team(config, team) != LW_OK)
            return false;
    }
    return !in->failed;
}
