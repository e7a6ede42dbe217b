/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a rule's relaxation leads somewhere: each step comes later than the one before, and asks for less.
 */
#include <string.h>

#include "core_config.h"

/* What the rule still asks for after the steps so far. */
struct asked {
    bool language, territory;
    uint8_t levels[CONFIG_REQUIRE_MAX];   /* of the rule's requirements; 0: dropped */
    const char *teams[CONFIG_TEAMS_OF_RULE_MAX];
    uint32_t team_count;
    bool own_teams;                       /* and any that is not outsourced */
    uint32_t offer_to;
};

static const char *take_skills(const struct config_rule *rule, const struct config_relax_step *step, struct asked *asked);
static const char *take_teams(const struct core_config *config, const struct config_relax_step *step, struct asked *asked);

static struct asked asked_by(const struct core_config *config, const struct config_rule *rule)
{
    struct asked asked = {.language = rule->own_language.field != NULL, .territory = rule->own_territory.field != NULL,
                          .team_count = rule->team_count, .own_teams = rule->team_count == 0, .offer_to = config_offer_to(config, rule->queue)};
    for (uint32_t i = 0; i < rule->require_count; i++) {
        enum ability_kind kind = ability_kind_of(config->skills[rule->require[i].skill]);
        asked.levels[i] = rule->require[i].level;
        asked.language |= kind == ABILITY_LANGUAGE;
        asked.territory |= kind == ABILITY_TERRITORY;
    }
    for (uint32_t i = 0; i < rule->team_count; i++)
        asked.teams[i] = rule->teams[i];
    return asked;
}

static const char *take_step(const struct core_config *config, const struct config_rule *rule, const struct config_relax_step *step, struct asked *asked)
{
    if (!step->drop_language && !step->drop_territory && !step->drop_teams && step->lower_count == 0 && step->team_count == 0 &&
        step->offer_to == 0)
        return "changes nothing";
    if (step->drop_language && !asked->language)
        return "drops the language, which is not asked for";
    if (step->drop_territory && !asked->territory)
        return "drops the territory, which is not asked for";
    if (step->offer_to != 0 && (step->offer_to <= asked->offer_to || step->offer_to > CONFIG_OFFER_TO_MAX))
        return "does not offer to more reps than before, or to too many";
    asked->offer_to = step->offer_to != 0 ? step->offer_to : asked->offer_to;
    asked->language &= !step->drop_language;
    asked->territory &= !step->drop_territory;
    const char *problem = take_skills(rule, step, asked);
    return problem ? problem : take_teams(config, step, asked);
}

static const char *take_skills(const struct config_rule *rule, const struct config_relax_step *step, struct asked *asked)
{
    for (uint32_t i = 0; i < step->lower_count; i++) {
        uint32_t at = 0;
        while (at < rule->require_count && rule->require[at].skill != step->lower[i].skill)
            at++;
        if (at == rule->require_count || asked->levels[at] == 0)
            return "drops or lowers a skill that is not asked for";
        if (step->lower[i].level >= asked->levels[at])
            return "does not lower the level that is asked for";
        asked->levels[at] = step->lower[i].level;
    }
    return NULL;
}

static bool may_take_already(const struct core_config *config, const struct asked *asked, const char *team)
{
    for (uint32_t i = 0; i < asked->team_count; i++) {
        if (strcmp(asked->teams[i], team) == 0)
            return true;
    }
    return asked->own_teams && !config_team_is_outsourced(config, team);
}

/* Who is outsourced and was named may still take it. */
static void drop_teams(const struct core_config *config, struct asked *asked)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < asked->team_count; i++) {
        if (config_team_is_outsourced(config, asked->teams[i]))
            asked->teams[kept++] = asked->teams[i];
    }
    asked->team_count = kept;
    asked->own_teams = true;
}

static const char *take_teams(const struct core_config *config, const struct config_relax_step *step, struct asked *asked)
{
    if (step->drop_teams && asked->own_teams)
        return "drops the teams, but any team may take it";
    if (step->drop_teams)
        drop_teams(config, asked);
    for (uint32_t i = 0; i < step->team_count; i++) {
        if (may_take_already(config, asked, step->teams[i]))
            return step->drop_teams ? "drops the teams and adds one" : asked->own_teams ? "adds a team, but any team may take it"
                                                                                       : "adds a team that may take it already";
        if (asked->team_count == CONFIG_TEAMS_OF_RULE_MAX)
            return "adds a team too many";
        asked->teams[asked->team_count++] = step->teams[i];
    }
    return NULL;
}

const char *config_relax_problem(const struct core_config *config, const struct config_rule *rule, uint32_t *step_out)
{
    struct asked asked = asked_by(config, rule);
    for (uint32_t i = 0; i < rule->relax_count; i++) {
        *step_out = i;
        if (rule->relax[i].after_ms == 0 || (i > 0 && rule->relax[i].after_ms <= rule->relax[i - 1].after_ms))
            return "does not come later than what is before it";
        const char *problem = take_step(config, rule, &rule->relax[i], &asked);
        if (problem)
            return problem;
    }
    return NULL;
}
