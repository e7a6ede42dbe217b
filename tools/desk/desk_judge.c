/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be said only with the whole desk in view: weights against capacities,
 * rules against the roster, rules against each other, calls against devices.
 */
#include <stdlib.h>
#include <string.h>

#include <leadwire/lead.h>

#include "desk_reader.h"
#include "desk_together.h"

enum { TWOS_RULES_MAX = 200, TWOS_TOLD_MAX = 8 };   /* of rules in twos, so that a large desk is read at once */

static void check_weights(struct desk_yaml *reader)
{
    const Leadwire__V1__DeskConfig *config = &reader->config;
    uint32_t capacity_max = 0;
    for (size_t i = 0; i < config->n_reps; i++) {
        if (config->reps[i]->capacity > capacity_max)
            capacity_max = config->reps[i]->capacity;
    }
    for (size_t i = 0; i < config->n_channels && config->n_reps > 0; i++) {
        const uint32_t weight = config->channels[i]->weight;
        if (weight > capacity_max)
            yaml_doc_problem(reader->doc, reader->channel_nodes[i],
                             "channel '%s' weighs %u, but no rep has a capacity above %u: nobody could ever take one",
                             lw_channel_name((lw_channel)config->channels[i]->channel), (unsigned)weight, (unsigned)capacity_max);
    }
}

static void check_devices(struct desk_yaml *reader)
{
    const Leadwire__V1__DeskConfig *config = &reader->config;
    bool takes_calls = false;
    for (size_t i = 0; i < config->n_channels; i++)
        takes_calls = takes_calls || config->channels[i]->channel == LEADWIRE__V1__CHANNEL__CHANNEL_PHONE;
    size_t without = 0;
    for (size_t i = 0; takes_calls && i < config->n_reps; i++)
        without += config->reps[i]->device[0] == '\0';
    if (without == 0)
        return;
    for (size_t i = 0, shown = 0; i < config->n_reps; i++) {
        if (config->reps[i]->device[0] != '\0')
            continue;
        if (++shown == 10 && without > 10) {
            desk_warn(reader, reader->rep_nodes[i], "%zu more reps have no device", without - 9);
            break;
        }
        desk_warn(reader, reader->rep_nodes[i], "rep '%s' has no device: calls cannot be connected to them", config->reps[i]->name);
    }
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static size_t count_different(const char **texts, size_t count)
{
    size_t different = 0;
    qsort(texts, count, sizeof *texts, compare_texts);
    for (size_t i = 0; i < count; i++)
        different += i == 0 || strcmp(texts[i - 1], texts[i]) != 0;
    return different;
}

/* The broker numbers skills, languages and territories in one table. */
static void check_abilities_fit(struct desk_yaml *reader)
{
    const Leadwire__V1__DeskConfig *config = &reader->config;
    size_t languages = 0, territories = 0;
    for (size_t r = 0; r < config->n_reps; r++) {
        languages += config->reps[r]->n_languages;
        territories += config->reps[r]->n_territories;
    }
    const char **spoken = desk_alloc(reader, languages + config->n_rules, sizeof *spoken);
    const char **served = desk_alloc(reader, territories + config->n_rules, sizeof *served);
    languages = territories = 0;
    for (size_t r = 0; spoken != NULL && served != NULL && r < config->n_reps; r++) {
        for (size_t i = 0; i < config->reps[r]->n_languages; i++)
            spoken[languages++] = config->reps[r]->languages[i]->skill;
        for (size_t i = 0; i < config->reps[r]->n_territories; i++)
            served[territories++] = config->reps[r]->territories[i];
    }
    for (size_t i = 0; spoken != NULL && served != NULL && i < config->n_rules; i++) {
        if (config->rules[i]->language != NULL)
            spoken[languages++] = config->rules[i]->language->value[0] != '\0' ? config->rules[i]->language->value : "other";
        if (config->rules[i]->territory != NULL)
            served[territories++] = config->rules[i]->territory->value[0] != '\0' ? config->rules[i]->territory->value : "other";
    }
    if (spoken == NULL || served == NULL)
        return;
    languages = count_different(spoken, languages);
    territories = count_different(served, territories);
    if (config->n_skills + languages + territories > DESK_ABILITIES_MAX)
        yaml_doc_problem(reader->doc, yaml_map_find(reader->root, "reps"),
                         "the desk has %zu skills, %zu languages and %zu territories; together at most %d are allowed", config->n_skills,
                         languages, territories, DESK_ABILITIES_MAX);
}

struct skill_place { const char *name; size_t number; };

static int compare_skills(const void *left, const void *right)
{
    const struct skill_place *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* What each rep can do, as a table: levels[rep * n_skills + skill]. */
struct roster {
    struct skill_place *skills;   /* by name */
    size_t skill_count, rep_count;
    uint8_t *levels;
};

/* skill_count when there is no such skill. */
static size_t skill_number(const struct roster *roster, const char *name)
{
    const struct skill_place key = {.name = name};
    const struct skill_place *found =
        roster->skill_count > 0 ? bsearch(&key, roster->skills, roster->skill_count, sizeof key, compare_skills) : NULL;
    return found != NULL ? found->number : roster->skill_count;
}

static bool roster_init(struct roster *roster, struct desk_yaml *reader)
{
    const Leadwire__V1__DeskConfig *config = &reader->config;
    *roster = (struct roster){.skill_count = config->n_skills, .rep_count = config->n_reps};
    roster->skills = desk_alloc(reader, roster->skill_count, sizeof *roster->skills);
    roster->levels = desk_alloc(reader, roster->rep_count * roster->skill_count, sizeof *roster->levels);
    if (roster->skills == NULL || roster->levels == NULL)
        return false;
    for (size_t i = 0; i < roster->skill_count; i++)
        roster->skills[i] = (struct skill_place){config->skills[i]->name, i};
    qsort(roster->skills, roster->skill_count, sizeof *roster->skills, compare_skills);
    for (size_t r = 0; r < config->n_reps; r++) {
        for (size_t i = 0; i < config->reps[r]->n_skills; i++) {
            const Leadwire__V1__SkillLevel *level = config->reps[r]->skills[i];
            const size_t number = skill_number(roster, level->skill);
            if (number < roster->skill_count)
                roster->levels[r * roster->skill_count + number] = (uint8_t)level->level;
        }
    }
    return true;
}

/* Of a language or territory that each lead names itself, any will do. */
static bool speaks(const Leadwire__V1__RepConfig *rep, const Leadwire__V1__OwnNeed *need)
{
    for (size_t i = 0; need != NULL && i < rep->n_languages; i++) {
        const Leadwire__V1__SkillLevel *language = rep->languages[i];
        if (language->level >= need->level && (need->value[0] == '\0' || strcmp(language->skill, need->value) == 0))
            return true;
    }
    return need == NULL;
}

static bool serves(const Leadwire__V1__RepConfig *rep, const Leadwire__V1__OwnNeed *need)
{
    for (size_t i = 0; need != NULL && i < rep->n_territories; i++) {
        if (need->value[0] == '\0' || strcmp(rep->territories[i], need->value) == 0)
            return true;
    }
    return need == NULL;
}

static void warn_nobody(struct desk_yaml *reader, size_t rule)
{
    desk_warn(reader, reader->rule_nodes[rule], "rule '%s' requires what no rep on the roster has; its leads are parked at once, until other rules have somebody",
              reader->config.rules[rule]->name);
}

/* What a rule asks for when all its relaxation is over. */
struct least {
    size_t numbers[DESK_REQUIRE_TOGETHER_MAX];
    uint32_t levels[DESK_REQUIRE_TOGETHER_MAX];
    size_t count;
    char *teams[2 * DESK_TEAMS_OF_RULE_MAX];   /* before and after they were dropped */
    size_t team_count;
    bool own_teams;              /* and any that is not outsourced */
    const Leadwire__V1__OwnNeed *language, *territory;
};

static bool is_in_teams(const Leadwire__V1__DeskConfig *config, const Leadwire__V1__RepConfig *rep, const struct least *least)
{
    for (size_t i = 0; i < least->team_count; i++) {
        if (strcmp(rep->team, least->teams[i]) == 0)
            return true;
    }
    return least->own_teams && !desk_team_is_outsourced(config, rep->team);
}

static void drop(struct least *least, const Leadwire__V1__RuleConfig *rule, const char *word)
{
    if (strcmp(word, "language") == 0)
        least->language = NULL;
    if (strcmp(word, "territory") == 0)
        least->territory = NULL;
    least->own_teams |= strcmp(word, "team") == 0;
    for (size_t i = 0; i < rule->n_require; i++) {
        if (strcmp(rule->require[i]->skill, word) == 0)
            least->levels[i] = 0;
    }
}

static struct least least_of(const struct roster *roster, const Leadwire__V1__RuleConfig *rule)
{
    struct least least = {.count = rule->n_require, .team_count = rule->n_teams, .own_teams = rule->n_teams == 0, .language = rule->language, .territory = rule->territory};
    for (size_t i = 0; i < rule->n_require; i++) {
        least.numbers[i] = skill_number(roster, rule->require[i]->skill);
        least.levels[i] = rule->require[i]->level;
    }
    for (size_t i = 0; i < rule->n_teams; i++)
        least.teams[i] = rule->teams[i];
    for (size_t s = 0; s < rule->n_relax; s++) {
        const Leadwire__V1__RelaxStep *step = rule->relax[s];
        for (size_t i = 0; i < step->n_drop; i++)
            drop(&least, rule, step->drop[i]);
        for (size_t k = 0; k < step->n_lower; k++) {
            for (size_t i = 0; i < rule->n_require; i++) {
                if (strcmp(rule->require[i]->skill, step->lower[k]->skill) == 0)
                    least.levels[i] = step->lower[k]->level;
            }
        }
        for (size_t i = 0; i < step->n_add_teams; i++)
            least.teams[least.team_count++] = step->add_teams[i];
    }
    return least;
}

static bool somebody_meets(const struct roster *roster, const Leadwire__V1__DeskConfig *config, const Leadwire__V1__RuleConfig *rule)
{
    const struct least least = least_of(roster, rule);
    for (size_t r = 0; r < roster->rep_count; r++) {
        const Leadwire__V1__RepConfig *rep = config->reps[r];
        size_t met = 0;
        while (met < least.count && (least.levels[met] == 0 || roster->levels[r * roster->skill_count + least.numbers[met]] >= least.levels[met]))
            met++;
        if (met == least.count && is_in_teams(config, rep, &least) && speaks(rep, least.language) && serves(rep, least.territory))
            return true;
    }
    return false;
}

/* Where all rules count: holds[i * n_rules + k] says that rule k holds whenever rule i does. */
struct company { const struct roster *roster; uint8_t *holds; bool *is_met; };

/* What a lead asks for at least for which rules i and k hold. */
static bool are_met(const struct desk_yaml *reader, const struct company *company, size_t i, size_t k)
{
    struct desk_together together;
    const size_t n = reader->config.n_rules;
    desk_together_begin(&together);
    for (size_t r = 0; r < n; r++) {
        if (company->holds[i * n + r] || company->holds[k * n + r])
            desk_together_add(&together, reader->config.rules[r]);
    }
    return somebody_meets(company->roster, &reader->config, &together.rule);
}

static void check_with_company(struct desk_yaml *reader, struct company *company)
{
    const size_t n = reader->config.n_rules;
    for (size_t i = 0; i < n; i++) {
        const Leadwire__V1__RuleConfig *rule = reader->config.rules[i];
        size_t others = 0;
        for (size_t k = 0; k < n; k++) {
            company->holds[i * n + k] = k == i || desk_rule_follows(reader->config.rules[k], rule);
            others += k != i && company->holds[i * n + k];
        }
        company->is_met[i] = are_met(reader, company, i, i);
        if (!company->is_met[i] && others > 0)
            desk_warn(reader, reader->rule_nodes[i], "rule '%s', with those that hold whenever it does, requires what no rep on the roster has; "
                      "its leads are parked at once, until other rules have somebody", rule->name);
        else if (!company->is_met[i])
            warn_nobody(reader, i);
    }
}

/* Of two that can hold by themselves and for the same lead. */
static void check_in_twos(struct desk_yaml *reader, const struct company *company)
{
    const size_t n = reader->config.n_rules < TWOS_RULES_MAX ? reader->config.n_rules : TWOS_RULES_MAX;
    size_t told = 0;
    for (size_t k = 1; k < n; k++) {
        for (size_t i = 0; i < k && told < TWOS_TOLD_MAX; i++) {
            const Leadwire__V1__RuleConfig *a = reader->config.rules[i], *b = reader->config.rules[k];
            const bool is_judged = company->holds[i * reader->config.n_rules + k] || company->holds[k * reader->config.n_rules + i];
            if (is_judged || !company->is_met[i] || !company->is_met[k] || desk_rules_exclude(a, b) || are_met(reader, company, i, k))
                continue;
            desk_warn(reader, reader->rule_nodes[k], "rules '%s' and '%s' may hold for the same lead, and require together what no rep on the roster has; "
                      "it is parked at once then, until other rules have somebody", a->name, b->name);
            told++;
        }
    }
}

static void check_rules_together(struct desk_yaml *reader, const struct roster *roster)
{
    const size_t n = reader->config.n_rules;
    struct company company = {.roster = roster, .holds = desk_alloc(reader, n * n, sizeof *company.holds),
                              .is_met = desk_alloc(reader, n, sizeof *company.is_met)};
    if (company.holds == NULL || company.is_met == NULL)
        return;
    check_with_company(reader, &company);
    check_in_twos(reader, &company);
}

static void check_rules_can_be_met(struct desk_yaml *reader)
{
    struct roster roster;
    if (!roster_init(&roster, reader))
        return;
    if (reader->config.all_rules) {
        check_rules_together(reader, &roster);
        return;
    }
    for (size_t i = 0; i < reader->config.n_rules; i++) {
        const Leadwire__V1__RuleConfig *rule = reader->config.rules[i];
        if (!somebody_meets(&roster, &reader->config, rule))
            warn_nobody(reader, i);
    }
}

static bool has_reps(const Leadwire__V1__DeskConfig *config, const char *team)
{
    for (size_t r = 0; r < config->n_reps; r++) {
        if (strcmp(config->reps[r]->team, team) == 0)
            return true;
    }
    return false;
}

/* A step that lets a team without reps in leads nowhere for now. */
static void check_added_teams(struct desk_yaml *reader)
{
    for (size_t i = 0; i < reader->config.n_rules; i++) {
        const Leadwire__V1__RuleConfig *rule = reader->config.rules[i];
        for (size_t s = 0; s < rule->n_relax; s++) {
            for (size_t t = 0; t < rule->relax[s]->n_add_teams; t++) {
                if (!has_reps(&reader->config, rule->relax[s]->add_teams[t]))
                    desk_warn(reader, reader->rule_nodes[i], "rule '%s': relax step %zu: team '%s' has no reps, so nobody more may take it then",
                              rule->name, s + 1, rule->relax[s]->add_teams[t]);
            }
        }
    }
}

static void check_rules_are_reached(struct desk_yaml *reader)
{
    const Leadwire__V1__RuleConfig *catch_all = NULL;
    for (size_t i = 0; !reader->config.all_rules && i < reader->config.n_rules; i++) {
        const Leadwire__V1__RuleConfig *rule = reader->config.rules[i];
        if (catch_all != NULL)
            desk_warn(reader, reader->rule_nodes[i], "rule '%s' is never reached: '%s' before it takes every lead", rule->name,
                      catch_all->name);
        else if (rule->n_when == 0)
            catch_all = rule;
    }
}

void desk_judge(struct desk_yaml *reader)
{
    check_weights(reader);
    check_abilities_fit(reader);
    desk_judge_order(reader);
    /* A half-read desk would be warned about what is only a misspelling. */
    if (yaml_doc_problem_count(reader->doc) > 0)
        return;
    desk_judge_pairs(reader);
    desk_judge_broadcast(reader);
    check_devices(reader);
    check_rules_can_be_met(reader);
    check_added_teams(reader);
    check_rules_are_reached(reader);
}
