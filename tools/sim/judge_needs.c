/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_needs.h"

#include <stdio.h>
#include <string.h>

#include "judge_books.h"

static void note_own(struct judge_lead *lead, const struct core_config *rules, const struct config_own_need *own, const char *prefix,
                     const char *ends)
{
    struct judge_needs *needs = &lead->needs;
    const char *value = own->field ? sim_rules_field(lead->product, own->field) : NULL;
    char name[20];
    bool is_known = false;
    if (!value || value[0] == '\0')
        return;
    snprintf(name, sizeof name, "%s%.*s", prefix, (int)strcspn(value, ends), value);
    for (char *letter = name; *letter != '\0'; letter++)
        *letter = (char)(*letter >= 'A' && *letter <= 'Z' ? *letter + 32 : *letter);
    for (uint32_t i = 0; i < rules->skill_count; i++)
        is_known |= strcmp(rules->skills[i], name) == 0;
    uint32_t at = needs->require_count++;
    snprintf(needs->require[at], sizeof needs->require[at], "%s%s", is_known ? name : prefix, is_known ? "" : "other");
    needs->require_level[at] = own->level;
}

static void plan_step(struct judge_lead *lead, const struct config_rule *rule)
{
    lead->less_ms = lead->steps_taken < rule->relax_count ? lead->began_ms + rule->relax[lead->steps_taken].after_ms : 0;
}

void judge_needs_note(struct judge_lead *lead, const struct core_config *rules, const struct config_rule *rule)
{
    struct judge_needs *needs = &lead->needs;
    needs->require_count = rule->require_count;
    for (uint32_t i = 0; i < rule->require_count; i++) {
        snprintf(needs->require[i], sizeof needs->require[i], "%s", rules->skills[rule->require[i].skill]);
        needs->require_level[i] = rule->require[i].level;
    }
    note_own(lead, rules, &rule->own_language, "language:", "-");
    note_own(lead, rules, &rule->own_territory, "territory:", "");
    needs->prefer_count = rule->prefer_count;
    for (uint32_t i = 0; i < rule->prefer_count; i++) {
        snprintf(needs->prefer[i], sizeof needs->prefer[i], "%s", rules->skills[rule->prefer[i].skill]);
        needs->prefer_level[i] = rule->prefer[i].level;
    }
    needs->team_count = rule->team_count;
    needs->own_teams = rule->team_count == 0;
    for (uint32_t i = 0; i < rule->team_count; i++)
        snprintf(needs->teams[i], sizeof needs->teams[i], "%s", rule->teams[i]);
    plan_step(lead, rule);
}

/* A need that is dropped stays in its place, at level 0. */
static void lower(const struct core_config *rules, struct judge_needs *needs, const struct config_relax_step *step)
{
    for (uint32_t i = 0; i < needs->require_count; i++) {
        const char *name = needs->require[i];
        if ((step->drop_language && strncmp(name, "language:", 9) == 0) || (step->drop_territory && strncmp(name, "territory:", 10) == 0))
            needs->require_level[i] = 0;
        for (uint32_t k = 0; k < step->lower_count; k++) {
            if (strcmp(rules->skills[step->lower[k].skill], name) == 0 && step->lower[k].level < needs->require_level[i])
                needs->require_level[i] = step->lower[k].level;
        }
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < needs->require_count; i++) {
        if (needs->require_level[i] == 0)
            continue;
        memmove(needs->require[kept], needs->require[i], sizeof needs->require[0]);
        needs->require_level[kept++] = needs->require_level[i];
    }
    needs->require_count = kept;
}

static bool is_outsourced(const struct core_config *rules, const char *team)
{
    for (uint32_t i = 0; i < rules->team_count; i++) {
        if (strcmp(rules->teams[i].name, team) == 0)
            return rules->teams[i].outsourced;
    }
    return false;
}

static void open_to_own_teams(const struct core_config *rules, struct judge_needs *needs)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < needs->team_count; i++) {
        if (is_outsourced(rules, needs->teams[i]))
            memmove(needs->teams[kept++], needs->teams[i], sizeof needs->teams[0]);
    }
    needs->team_count = kept;
    needs->own_teams = true;
}

static void open_to_teams(const struct core_config *rules, struct judge_needs *needs, const struct config_relax_step *step)
{
    if (step->drop_teams)
        open_to_own_teams(rules, needs);
    for (uint32_t i = 0; i < step->team_count && needs->team_count < CONFIG_TEAMS_OF_RULE_MAX; i++) {
        bool may = needs->own_teams && !is_outsourced(rules, step->teams[i]);
        for (uint32_t k = 0; k < needs->team_count; k++)
            may |= strcmp(needs->teams[k], step->teams[i]) == 0;
        if (!may)
            snprintf(needs->teams[needs->team_count++], sizeof needs->teams[0], "%s", step->teams[i]);
    }
}

void judge_relax(const struct core_config *rules, struct judge_lead *lead, uint64_t now_ms)
{
    while (lead->less_ms != 0 && lead->less_ms <= now_ms) {
        const struct config_rule *rule = sim_rules_for(rules, lead->product);
        plan_step(lead, rule);
        if (lead->less_ms == 0 || lead->less_ms > now_ms)
            return;
        const struct config_relax_step *step = &rule->relax[lead->steps_taken++];
        lower(rules, &lead->needs, step);
        open_to_teams(rules, &lead->needs, step);
        plan_step(lead, rule);
    }
}

void judge_needs_skill(struct sim_judge *judge, struct judge_lead *lead, const char *skill)
{
    struct judge_needs *needs = &lead->needs;
    char name[sizeof needs->require[0]];
    unsigned level = 0;
    uint32_t at = 0;
    if (sscanf(skill, "%19s %u", name, &level) != 2 || level < 1 || level > CONFIG_LEVEL_MAX) {
        judge_broken(judge, "one owner: lead %llu is handed to the skill '%s'", judge_number(lead), skill);
        return;
    }
    while (at < needs->require_count && strcmp(needs->require[at], name) != 0)
        at++;
    if (at == CONFIG_REQUIRE_MAX) {
        judge_broken(judge, "one owner: lead %llu requires more than a lead may", judge_number(lead));
        return;
    }
    needs->require_count += at == needs->require_count;
    snprintf(needs->require[at], sizeof needs->require[at], "%s", name);
    needs->require_level[at] = (uint8_t)level;
}

bool judge_meets(const struct core_config *rules, const struct config_rep *rep, const struct judge_needs *needs)
{
    for (uint32_t i = 0; i < needs->require_count; i++) {
        bool has = false;
        for (uint32_t k = 0; k < rep->skill_count; k++)
            has |= strcmp(rules->skills[rep->skills[k].skill], needs->require[i]) == 0 && rep->skills[k].level >= needs->require_level[i];
        if (!has)
            return false;
    }
    bool in_team = needs->own_teams && !is_outsourced(rules, rep->team);
    for (uint32_t i = 0; i < needs->team_count; i++)
        in_team |= strcmp(needs->teams[i], rep->team) == 0;
    return in_team;
}
