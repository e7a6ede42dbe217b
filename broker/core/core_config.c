/* SPDX-License-Identifier: Apache-2.0 */
#include "core_config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"

static char *copy_text(const char *text);
static bool find_skill(const struct core_config *config, const char *name, uint32_t *index_out);
static lw_status add_level(const struct core_config *config, struct config_skill_level *levels, uint32_t *count, uint32_t max,
                           const char *skill, uint32_t level);
static lw_status wrong(char *reason, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void *grown(void *items, uint32_t count, uint32_t max, size_t item_size);
static lw_status check_channels(const struct core_config *config, char *reason, size_t reason_size);
static lw_status check_texts(const struct core_config *config, char *reason, size_t reason_size);
static lw_status check_dispositions(const struct core_config *config, char *reason, size_t reason_size);
static lw_status check_rep_names(const struct core_config *config, char *reason, size_t reason_size);
static lw_status check_queues(const struct core_config *config, char *reason, size_t reason_size);
static void free_rule(struct config_rule *rule);

struct core_config *core_config_new(const char *desk)
{
    struct core_config *config = calloc(1, sizeof *config);
    if (!config)
        return NULL;
    *config = (struct core_config){
        .desk = copy_text(desk),
        .policy = copy_text("least_loaded"),
        .channels = {
            [LW_CHANNEL_PHONE] = {true, 3, 50, 15000, 600000, 10000, 25000, false},
            [LW_CHANNEL_WEB] = {true, 1, 0, 45000, 4 * 3600000, 0, 25000, false},
            [LW_CHANNEL_EMAIL] = {true, 1, 0, 60000, 8 * 3600000, 0, 25000, false},
        },
        .grace_ms = 15000, .park_limit_ms = 24 * 3600000, .work_limit_ms = 24 * 3600000,
        .retry_same_rep_ms = 120000, .offers_max = 12, .misses_to_away = 3, .transfer_for_ms = 600000,
    };
    if (!config->desk || !config->policy) {
        core_config_free(config);
        return NULL;
    }
    return config;
}

void core_config_free(struct core_config *config)
{
    if (!config)
        return;
    for (uint32_t i = 0; i < config->skill_count; i++)
        free(config->skills[i]);
    for (uint32_t i = 0; i < config->rep_count; i++) {
        free(config->reps[i].name);
        free(config->reps[i].team);
        free(config->reps[i].device);
    }
    for (uint32_t i = 0; i < config->rule_count; i++)
        free_rule(&config->rules[i]);
    for (uint32_t i = 0; i < config->disposition_count; i++)
        free(config->dispositions[i].code);
    for (uint32_t i = 0; i < config->queue_count; i++) {
        free(config->queues[i].name);
        free(config->queues[i].policy);
    }
    free(config->queues);
    for (uint32_t i = 0; i < config->team_count; i++) {
        free(config->teams[i].name);
        free(config->teams[i].open);
    }
    free(config->teams);
    free(config->skills);
    free(config->reps);
    free(config->rules);
    free(config->dispositions);
    free(config->desk);
    free(config->policy);
    free(config);
}

lw_status core_config_add_skill(struct core_config *config, const char *name)
{
    uint32_t index;
    if (find_skill(config, name, &index))
        return LW_DUPLICATE;
    if (config->skill_count == CONFIG_SKILLS_MAX)
        return LW_FULL;
    char **skills = grown(config->skills, config->skill_count, CONFIG_SKILLS_MAX, sizeof *skills);
    char *copy = copy_text(name);
    if (skills)
        config->skills = skills;
    if (!skills || !copy) {
        free(copy);
        return LW_NO_MEMORY;
    }
    config->skills[config->skill_count++] = copy;
    return LW_OK;
}

lw_status core_config_add_rep(struct core_config *config, const char *name, const char *team, uint32_t capacity,
                              const char *device, struct config_rep **out)
{
    if (config->rep_count == CONFIG_REPS_MAX)
        return LW_FULL;
    struct config_rep *reps = grown(config->reps, config->rep_count, CONFIG_REPS_MAX, sizeof *reps);
    if (!reps)
        return LW_NO_MEMORY;
    config->reps = reps;
    struct config_rep *rep = &reps[config->rep_count];
    *rep = (struct config_rep){.name = copy_text(name), .team = copy_text(team ? team : ""),
                               .device = copy_text(device ? device : ""), .capacity = capacity, .share = CONFIG_SHARE_DEFAULT};
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

lw_status core_config_add_team(struct core_config *config, const char *name, struct config_team **out)
{
    for (uint32_t i = 0; i < config->team_count; i++) {
        if (strcmp(config->teams[i].name, name) == 0)
            return LW_DUPLICATE;
    }
    if (config->team_count == CONFIG_TEAMS_MAX)
        return LW_FULL;
    struct config_team *teams = grown(config->teams, config->team_count, CONFIG_TEAMS_MAX, sizeof *teams);
    char *copy = copy_text(name);
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
    struct config_interval *open = grown(team->open, team->open_count, CONFIG_OPEN_MAX, sizeof *open);
    if (!open)
        return LW_NO_MEMORY;
    team->open = open;
    open[team->open_count++] = (struct config_interval){open_ms, close_ms};
    return LW_OK;
}

lw_status core_config_rep_skill(struct core_config *config, struct config_rep *rep, const char *skill, uint32_t level)
{
    return add_level(config, rep->skills, &rep->skill_count, CONFIG_REP_SKILLS_MAX, skill, level);
}

lw_status core_config_add_rule(struct core_config *config, const char *name, const char *queue, uint32_t priority,
                               struct config_rule **out)
{
    if (config->rule_count == CONFIG_RULES_MAX)
        return LW_FULL;
    struct config_rule *rules = grown(config->rules, config->rule_count, CONFIG_RULES_MAX, sizeof *rules);
    if (!rules)
        return LW_NO_MEMORY;
    config->rules = rules;
    struct config_rule *rule = &rules[config->rule_count];
    *rule = (struct config_rule){.name = copy_text(name), .queue = copy_text(queue), .priority = priority};
    if (!rule->name || !rule->queue) {
        free_rule(rule);
        return LW_NO_MEMORY;
    }
    config->rule_count++;
    *out = rule;
    return LW_OK;
}

lw_status core_config_rule_require(struct core_config *config, struct config_rule *rule, const char *skill, uint32_t level)
{
    return add_level(config, rule->require, &rule->require_count, CONFIG_REQUIRE_MAX, skill, level);
}

lw_status core_config_rule_prefer(struct core_config *config, struct config_rule *rule, const char *skill, uint32_t level)
{
    return add_level(config, rule->prefer, &rule->prefer_count, CONFIG_PREFER_MAX, skill, level);
}

static lw_status know_skill(struct core_config *config, const char *name)
{
    uint32_t index;
    return find_skill(config, name, &index) ? LW_OK : core_config_add_skill(config, name);
}

lw_status core_config_rep_ability(struct core_config *config, struct config_rep *rep, enum ability_kind kind, const char *value,
                                  uint32_t level)
{
    char name[ABILITY_NAME_MAX + 1];
    if (kind == ABILITY_SKILL || !ability_name_write(kind, value, name))
        return LW_INVALID;
    lw_status status = know_skill(config, name);
    return status == LW_OK ? core_config_rep_skill(config, rep, name, level) : status;
}

static bool asks_for(const struct core_config *config, const struct config_rule *rule, enum ability_kind kind)
{
    for (uint32_t i = 0; i < rule->require_count; i++) {
        if (ability_kind_of(config->skills[rule->require[i].skill]) == kind)
            return true;
    }
    return kind == ABILITY_LANGUAGE ? rule->own_language.field != NULL : rule->own_territory.field != NULL;
}

lw_status core_config_rule_ability(struct core_config *config, struct config_rule *rule, enum ability_kind kind, const char *value,
                                   uint32_t level)
{
    char name[ABILITY_NAME_MAX + 1];
    if (kind == ABILITY_SKILL || !ability_name_write(kind, value, name))
        return LW_INVALID;
    if (asks_for(config, rule, kind))
        return LW_DUPLICATE;
    lw_status status = know_skill(config, name);
    return status == LW_OK ? core_config_rule_require(config, rule, name, level) : status;
}

lw_status core_config_rule_own(struct core_config *config, struct config_rule *rule, enum ability_kind kind, const char *field,
                               uint32_t level)
{
    char name[ABILITY_NAME_MAX + 1];
    struct config_own_need *own = kind == ABILITY_LANGUAGE ? &rule->own_language : &rule->own_territory;
    if (kind == ABILITY_SKILL || *field == '\0' || level < 1 || level > CONFIG_LEVEL_MAX)
        return LW_INVALID;
    if (asks_for(config, rule, kind))
        return LW_DUPLICATE;
    (void)ability_name_write(kind, "other", name);
    lw_status status = know_skill(config, name);
    char *copy = status == LW_OK ? copy_text(field) : NULL;
    if (!copy)
        return status == LW_OK ? LW_NO_MEMORY : status;
    *own = (struct config_own_need){copy, (uint8_t)level};
    return LW_OK;
}

static lw_status add_team(char **teams, uint32_t *count, const char *team)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (strcmp(teams[i], team) == 0)
            return LW_DUPLICATE;
    }
    if (*count == CONFIG_TEAMS_OF_RULE_MAX)
        return LW_FULL;
    char *copy = copy_text(team);
    if (!copy)
        return LW_NO_MEMORY;
    teams[(*count)++] = copy;
    return LW_OK;
}

lw_status core_config_rule_team(struct config_rule *rule, const char *team)
{
    return add_team(rule->teams, &rule->team_count, team);
}

lw_status core_config_rule_relax(struct config_rule *rule, uint32_t after_ms, struct config_relax_step **out)
{
    if (rule->relax_count == CONFIG_RELAX_MAX)
        return LW_FULL;
    struct config_relax_step *steps = grown(rule->relax, rule->relax_count, CONFIG_RELAX_MAX, sizeof *steps);
    if (!steps)
        return LW_NO_MEMORY;
    rule->relax = steps;
    *out = &steps[rule->relax_count++];
    **out = (struct config_relax_step){.after_ms = after_ms};
    return LW_OK;
}

lw_status core_config_relax_skill(const struct core_config *config, struct config_relax_step *step, const char *skill, uint32_t level)
{
    uint32_t index;
    if (level > CONFIG_LEVEL_MAX || ability_kind_of(skill) != ABILITY_SKILL || !find_skill(config, skill, &index))
        return LW_INVALID;
    for (uint32_t i = 0; i < step->lower_count; i++) {
        if (step->lower[i].skill == index)
            return LW_DUPLICATE;
    }
    if (step->lower_count == CONFIG_REQUIRE_MAX)
        return LW_FULL;
    step->lower[step->lower_count++] = (struct config_skill_level){index, (uint8_t)level};
    return LW_OK;
}

lw_status core_config_relax_team(struct config_relax_step *step, const char *team)
{
    return add_team(step->teams, &step->team_count, team);
}

lw_status core_config_rule_when(struct config_rule *rule, const char *field, enum config_predicate_kind kind,
                                const char *const *values, uint32_t value_count)
{
    if (rule->predicate_count == CONFIG_PREDICATES_MAX || value_count > CONFIG_VALUES_MAX)
        return LW_FULL;
    struct config_predicate *predicates = grown(rule->predicates, rule->predicate_count, CONFIG_PREDICATES_MAX, sizeof *predicates);
    if (!predicates)
        return LW_NO_MEMORY;
    rule->predicates = predicates;
    struct config_predicate *predicate = &predicates[rule->predicate_count];
    *predicate = (struct config_predicate){.field = copy_text(field), .kind = kind, .values = calloc(value_count + 1, sizeof(char *))};
    if (!predicate->field || !predicate->values) {
        free(predicate->field);
        free(predicate->values);
        return LW_NO_MEMORY;
    }
    rule->predicate_count++;
    for (uint32_t i = 0; i < value_count; i++) {
        predicate->values[i] = copy_text(values[i]);
        if (!predicate->values[i])
            return LW_NO_MEMORY;
        predicate->value_count++;
    }
    return LW_OK;
}

lw_status core_config_add_disposition(struct core_config *config, const char *code, uint8_t class_number)
{
    for (uint32_t i = 0; i < config->disposition_count; i++) {
        if (strcmp(config->dispositions[i].code, code) == 0)
            return LW_DUPLICATE;
    }
    if (config->disposition_count == CONFIG_DISPOSITIONS_MAX)
        return LW_FULL;
    struct config_disposition *items = grown(config->dispositions, config->disposition_count, CONFIG_DISPOSITIONS_MAX, sizeof *items);
    char *copy = copy_text(code);
    if (items)
        config->dispositions = items;
    if (!items || !copy) {
        free(copy);
        return LW_NO_MEMORY;
    }
    items[config->disposition_count++] = (struct config_disposition){.code = copy, .class_number = class_number, .follow_up = FOLLOW_UP_END};
    return LW_OK;
}

lw_status core_config_add_queue(struct core_config *config, const char *name, const char *policy, struct config_queue **out)
{
    for (uint32_t i = 0; i < config->queue_count; i++) {
        if (strcmp(config->queues[i].name, name) == 0)
            return LW_DUPLICATE;
    }
    if (config->queue_count == CONFIG_QUEUES_MAX)
        return LW_FULL;
    struct config_queue *queues = grown(config->queues, config->queue_count, CONFIG_QUEUES_MAX, sizeof *queues);
    if (!queues)
        return LW_NO_MEMORY;
    config->queues = queues;
    struct config_queue *queue = &queues[config->queue_count];
    *queue = (struct config_queue){.name = copy_text(name), .policy = copy_text(policy)};
    if (!queue->name || !queue->policy) {
        free(queue->name);
        free(queue->policy);
        return LW_NO_MEMORY;
    }
    config->queue_count++;
    *out = queue;
    return LW_OK;
}

lw_status core_config_set_policy(struct core_config *config, const char *policy)
{
    char *copy = copy_text(policy);
    if (!copy)
        return LW_NO_MEMORY;
    free(config->policy);
    config->policy = copy;
    return LW_OK;
}

lw_status core_config_check(const struct core_config *config, char *reason, size_t reason_size)
{
    if (config->desk[0] == '\0')
        return wrong(reason, reason_size, "the desk has no name");
    if (config->rep_count == 0)
        return wrong(reason, reason_size, "the desk has no reps");
    if (!policy_find(config->policy))
        return wrong(reason, reason_size, "there is no policy '%s'", config->policy);
    if (config->disposition_count == 0)
        return wrong(reason, reason_size, "the desk has no dispositions: a lead could never be completed");
    for (uint32_t i = 0; i < config->rep_count; i++) {
        const struct config_rep *rep = &config->reps[i];
        if (rep->name[0] == '\0')
            return wrong(reason, reason_size, "rep %u has no name", i + 1);
        if (rep->capacity < 1 || rep->capacity > CONFIG_CAPACITY_MAX)
            return wrong(reason, reason_size, "rep '%s': capacity must be 1 to %d", rep->name, CONFIG_CAPACITY_MAX);
        if (rep->tier > CONFIG_TIER_MAX)
            return wrong(reason, reason_size, "rep '%s': tier must be 0 to %d", rep->name, CONFIG_TIER_MAX);
        if (rep->share < 1 || rep->share > CONFIG_SHARE_MAX)
            return wrong(reason, reason_size, "rep '%s': share must be 1 to %d", rep->name, CONFIG_SHARE_MAX);
    }
    for (uint32_t i = 0; i < config->rule_count; i++) {
        const struct config_rule *rule = &config->rules[i];
        if (rule->queue[0] == '\0' || rule->name[0] == '\0')
            return wrong(reason, reason_size, "rule %u has no name or no queue", i + 1);
        if (rule->priority > CONFIG_PRIORITY_MAX)
            return wrong(reason, reason_size, "rule '%s': priority above %d", rule->name, CONFIG_PRIORITY_MAX);
        uint32_t own = (rule->own_language.field ? 1u : 0) + (rule->own_territory.field ? 1u : 0);
        if (rule->require_count + own > CONFIG_REQUIRE_MAX)
            return wrong(reason, reason_size, "rule '%s': requires more than %d skills, language and territory counted", rule->name,
                         CONFIG_REQUIRE_MAX);
    }
    if (config->absent_leads_max > CONFIG_ABSENT_LEADS_MAX)
        return wrong(reason, reason_size, "absent leads must be at most %d", CONFIG_ABSENT_LEADS_MAX);
    if (config->offers_max < 1 || config->offers_max > 32)
        return wrong(reason, reason_size, "offers_max must be 1 to 32");
    if (config->transfer_for_ms < 1)
        return wrong(reason, reason_size, "the time that a transfer is for one rep alone must be above 0");
    if (config->grace_ms < 1 || config->park_limit_ms < 1 || config->work_limit_ms < 1 || config->retry_same_rep_ms < 1)
        return wrong(reason, reason_size, "grace, park limit, work limit and retry time must be above 0");
    lw_status status = check_texts(config, reason, reason_size);
    if (status == LW_OK)
        status = check_queues(config, reason, reason_size);
    for (uint32_t i = 0; i < config->rule_count && status == LW_OK; i++) {
        uint32_t step;
        const char *problem = config_relax_problem(config, &config->rules[i], &step);
        if (problem)
            status = wrong(reason, reason_size, "rule '%s': step %u of its relaxation %s", config->rules[i].name, step + 1, problem);
    }
    if (status == LW_OK)
        status = check_dispositions(config, reason, reason_size);
    return status == LW_OK ? check_channels(config, reason, reason_size) : status;
}

static bool is_name(const char *text)
{
    return text[0] != '\0' && strlen(text) <= LW_NAME_MAX;
}

/* What a record could not hold would make the journal unreadable. */
static lw_status check_texts(const struct core_config *config, char *reason, size_t reason_size)
{
    for (uint32_t i = 0; i < config->skill_count; i++) {
        if (!is_name(config->skills[i]))
            return wrong(reason, reason_size, "skill %u: its name must have 1 to %d bytes", i + 1, LW_NAME_MAX);
    }
    for (uint32_t i = 0; i < config->rep_count; i++) {
        const struct config_rep *rep = &config->reps[i];
        if (!is_name(rep->name) || strlen(rep->team) > CONFIG_TEXT_MAX || strlen(rep->device) > CONFIG_TEXT_MAX)
            return wrong(reason, reason_size, "rep %u: name, team or device is too long", i + 1);
    }
    for (uint32_t i = 0; i < config->rule_count; i++) {
        const struct config_rule *rule = &config->rules[i];
        bool fits = is_name(rule->name) && is_name(rule->queue);
        const char *const fields[] = {rule->own_language.field, rule->own_territory.field};
        for (uint32_t f = 0; f < 2; f++)
            fits &= !fields[f] || strlen(fields[f]) <= CONFIG_TEXT_MAX;
        for (uint32_t t = 0; t < rule->team_count; t++)
            fits &= is_name(rule->teams[t]);
        for (uint32_t r = 0; r < rule->relax_count; r++) {
            for (uint32_t t = 0; t < rule->relax[r].team_count; t++)
                fits &= is_name(rule->relax[r].teams[t]);
        }
        for (uint32_t p = 0; p < rule->predicate_count; p++) {
            fits &= strlen(rule->predicates[p].field) <= CONFIG_TEXT_MAX;
            for (uint32_t v = 0; v < rule->predicates[p].value_count; v++)
                fits &= strlen(rule->predicates[p].values[v]) <= CONFIG_TEXT_MAX;
        }
        if (!fits)
            return wrong(reason, reason_size, "rule %u: name, queue, team, field or value is too long", i + 1);
    }
    for (uint32_t i = 0; i < config->team_count; i++) {
        if (!is_name(config->teams[i].name))
            return wrong(reason, reason_size, "team %u: its name must have 1 to %d bytes", i + 1, LW_NAME_MAX);
    }
    for (uint32_t i = 0; i < config->disposition_count; i++) {
        if (!is_name(config->dispositions[i].code))
            return wrong(reason, reason_size, "disposition %u: its code must have 1 to %d bytes", i + 1, LW_NAME_MAX);
    }
    return check_rep_names(config, reason, reason_size);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static lw_status check_rep_names(const struct core_config *config, char *reason, size_t reason_size)
{
    const char **names = malloc(config->rep_count * sizeof *names);
    lw_status status = LW_OK;
    if (!names)
        return wrong(reason, reason_size, "out of memory");
    for (uint32_t i = 0; i < config->rep_count; i++)
        names[i] = config->reps[i].name;
    qsort(names, config->rep_count, sizeof *names, by_text);
    for (uint32_t i = 1; i < config->rep_count && status == LW_OK; i++) {
        if (strcmp(names[i - 1], names[i]) == 0)
            status = wrong(reason, reason_size, "there are two reps '%s'", names[i]);
    }
    free(names);
    return status;
}

static lw_status check_queues(const struct core_config *config, char *reason, size_t reason_size)
{
    for (uint32_t i = 0; i < config->queue_count; i++) {
        const struct config_queue *queue = &config->queues[i];
        if (!is_name(queue->name))
            return wrong(reason, reason_size, "queue %u: its name must have 1 to %d bytes", i + 1, LW_NAME_MAX);
        if (queue->policy[0] != '\0' && !policy_find(queue->policy))
            return wrong(reason, reason_size, "queue '%s': there is no policy '%s'", queue->name, queue->policy);
    }
    return LW_OK;
}

static lw_status check_dispositions(const struct core_config *config, char *reason, size_t reason_size)
{
    for (uint32_t i = 0; i < config->disposition_count; i++) {
        const struct config_disposition *disposition = &config->dispositions[i];
        if (disposition->follow_up < FOLLOW_UP_END || disposition->follow_up > FOLLOW_UP_SUPPRESS)
            return wrong(reason, reason_size, "disposition '%s': what follows is not known", disposition->code);
        if (disposition->follow_up != FOLLOW_UP_CALL_BACK && disposition->follow_up != FOLLOW_UP_APPOINTMENT)
            continue;
        if (disposition->at_most_ms < 1 || disposition->at_most_ms > CONFIG_SCHEDULE_MAX_MS || disposition->at_least_ms > disposition->at_most_ms)
            return wrong(reason, reason_size, "disposition '%s': the latest time must be within a year, and not before the earliest", disposition->code);
        if (disposition->after_ms != 0 && (disposition->after_ms < disposition->at_least_ms || disposition->after_ms > disposition->at_most_ms))
            return wrong(reason, reason_size, "disposition '%s': its time is not between the earliest and the latest", disposition->code);
    }
    return LW_OK;
}

static lw_status check_channels(const struct core_config *config, char *reason, size_t reason_size)
{
    uint32_t most = 0;
    bool any = false;
    for (uint32_t i = 0; i < config->rep_count; i++)
        most = config->reps[i].capacity > most ? config->reps[i].capacity : most;
    for (uint32_t i = 1; i < LW_CHANNEL_COUNT; i++) {
        const struct config_channel *channel = &config->channels[i];
        const char *name = lw_channel_name((lw_channel)i);
        if (!channel->enabled)
            continue;
        any = true;
        if (channel->weight < 1 || channel->weight > CONFIG_WEIGHT_MAX)
            return wrong(reason, reason_size, "channel %s: weight must be 1 to %d", name, CONFIG_WEIGHT_MAX);
        if (channel->weight > most)
            return wrong(reason, reason_size, "channel %s: weight %u is above every rep's capacity (at most %u): nobody could ever take one",
                         name, channel->weight, most);
        if (channel->priority > CONFIG_PRIORITY_MAX)
            return wrong(reason, reason_size, "channel %s: priority above %d", name, CONFIG_PRIORITY_MAX);
        if (channel->offer_timeout_ms < 1 || channel->wait_limit_ms < 1 || channel->connect_timeout_ms < 1)
            return wrong(reason, reason_size, "channel %s: offer timeout, wait limit and connect timeout must be above 0", name);
    }
    return any ? LW_OK : wrong(reason, reason_size, "the desk serves no channel");
}

static lw_status wrong(char *reason, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, size, format, arguments);
    va_end(arguments);
    return LW_INVALID;
}

static lw_status add_level(const struct core_config *config, struct config_skill_level *levels, uint32_t *count, uint32_t max,
                           const char *skill, uint32_t level)
{
    uint32_t index;
    if (level < 1 || level > CONFIG_LEVEL_MAX || !find_skill(config, skill, &index))
        return LW_INVALID;
    for (uint32_t i = 0; i < *count; i++) {
        if (levels[i].skill == index)
            return LW_DUPLICATE;
    }
    if (*count == max)
        return LW_FULL;
    levels[(*count)++] = (struct config_skill_level){index, (uint8_t)level};
    return LW_OK;
}

static bool find_skill(const struct core_config *config, const char *name, uint32_t *index_out)
{
    for (uint32_t i = 0; i < config->skill_count; i++) {
        if (strcmp(config->skills[i], name) == 0) {
            *index_out = i;
            return true;
        }
    }
    return false;
}

/* Room for one more item, doubling at powers of two. NULL without memory; items is then still good. */
static void *grown(void *items, uint32_t count, uint32_t max, size_t item_size)
{
    if (count > 0 && (count < 8 || (count & (count - 1)) != 0))
        return items;
    uint32_t capacity = count == 0 ? 8 : count * 2;
    return realloc(items, (capacity > max && max >= 8 ? max : capacity) * item_size);
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

static void free_rule(struct config_rule *rule)
{
    for (uint32_t i = 0; i < rule->predicate_count; i++) {
        for (uint32_t v = 0; v < rule->predicates[i].value_count; v++)
            free(rule->predicates[i].values[v]);
        free(rule->predicates[i].values);
        free(rule->predicates[i].field);
    }
    for (uint32_t i = 0; i < rule->team_count; i++)
        free(rule->teams[i]);
    for (uint32_t i = 0; i < rule->relax_count; i++) {
        for (uint32_t t = 0; t < rule->relax[i].team_count; t++)
            free(rule->relax[i].teams[t]);
    }
    free(rule->relax);
    free(rule->own_language.field);
    free(rule->own_territory.field);
    free(rule->predicates);
    free(rule->name);
    free(rule->queue);
}
