/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_rules.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_opening.h"
#include "policy.h"

static const char *const skills[SIM_SKILLS] = {"italian", "german", "roofs", "heating"};

static const char *const languages[] = {"it", "de", "other"}, *const territories[] = {"north", "south", "other"}, *const teams[] = {"inside", "outside", "far"};
enum { SIM_LANGUAGES = 3, SIM_TERRITORIES = 3, SIM_TEAMS = 3 };

static void add_abilities(struct core_config *config, struct config_rep *rep, struct sim_random *random, bool is_first);
static void add_needs(struct core_config *config, struct config_rule *rule, struct sim_random *random);
static void add_rep(struct core_config *config, struct sim_random *random, uint32_t number);
static void add_rule(struct core_config *config, struct sim_random *random, uint32_t number, bool takes_all);
static void add_hours(struct core_config *config, struct sim_random *random);
static void add_queues(struct core_config *config, struct sim_random *random);
static void add_order(struct core_config *config, struct sim_random *random);
static void add_offers(struct core_config *config, struct sim_random *random);
static void add_dispositions(struct core_config *config, struct sim_random *random);
static void draw_refusals(struct core_config *config, struct sim_random *random)
{
    config->call_backs.most = 1 + (uint32_t)sim_random_below(random, 5);
    config->call_backs.ends = sim_random_percent(random, 40);
    config->refusals.retry_factor = 1 + (uint32_t)sim_random_below(random, 3);
    config->refusals.retry_max_ms = config->retry_same_rep_ms + (uint32_t)sim_random_below(random, 300000);
    if (sim_random_percent(random, 60) && core_config_add_decline_reason(config, SIM_REASON_OF_ALL) != LW_OK)
        abort();
    if (config->refusals.reason_count > 0 && sim_random_percent(random, 50) && core_config_add_decline_reason(config, SIM_REASON_OF_SOME) != LW_OK)
        abort();
}

static void draw_nobody(struct core_config *config, struct sim_random *random)
{
    for (int kind = NOBODY_CLOSED; kind < NOBODY_KINDS; kind++) {
        uint32_t after_ms = CONFIG_NOBODY_MIN_MS + (uint32_t)sim_random_below(random, 30000);
        if (sim_random_percent(random, 60) && (core_config_tell_nobody(config, (enum core_nobody)kind, after_ms) != LW_OK ||
                                               core_config_nobody_address(config, (enum core_nobody)kind, "boss") != LW_OK))
            abort();
    }
}

/* For the teams that have hours; after reps and hours. */
static void draw_opening(struct core_config *config, struct sim_random *random)
{
    char reason[256];
    if (sim_random_percent(random, 15))
        return;
    config->opening.for_ms = 5000 + (uint32_t)sim_random_below(random, 60000);
    config->opening.reps = 2 + (uint32_t)sim_random_below(random, 5);
    while (config->opening.reps > 0 && config_opening_check(config, reason, sizeof reason) != LW_OK)
        config->opening.reps--;
    if (config->opening.reps == 0)
        config->opening.for_ms = 0;
}

static void set_times(struct core_config *config, struct sim_random *random);

void sim_rules_init(struct sim_rules *rules, uint32_t reps, uint32_t rule_count)
{
    assert(reps >= 1 && reps <= SIM_REPS_MAX && rule_count >= 1 && rule_count <= SIM_RULES_MAX);
    *rules = (struct sim_rules){.reps = reps, .rules = rule_count};
}

void sim_rules_fini(struct sim_rules *rules)
{
    for (uint32_t i = 0; i < rules->count; i++)
        core_config_free(rules->drawn[i]);
    *rules = (struct sim_rules){0};
}

const struct core_config *sim_rules_draw(struct sim_rules *rules, struct sim_random *random)
{
    char reason[256];
    if (rules->count == SIM_VERSIONS_MAX)
        return NULL;
    struct core_config *config = core_config_new("simulated");
    assert(config);
    for (uint32_t i = 0; i < SIM_SKILLS; i++) {   /* in another order each time: numbers must not matter */
        const char *skill = skills[(i + rules->count) % SIM_SKILLS];
        if (core_config_add_skill(config, skill) != LW_OK)
            abort();
    }
    for (uint32_t i = 0; i < rules->reps; i++) {
        if (i == 0 || !sim_random_percent(random, 12))
            add_rep(config, random, i);
    }
    add_hours(config, random);
    for (uint32_t i = 0; i < rules->rules; i++)
        add_rule(config, random, i, i == rules->rules - 1);
    add_queues(config, random);
    add_offers(config, random);
    add_order(config, random);
    set_times(config, random);
    add_dispositions(config, random);
    draw_opening(config, random);
    if (core_config_check(config, reason, sizeof reason) != LW_OK)
        abort();
    rules->drawn[rules->count++] = config;
    return config;
}

static void add_caps(struct config_rep *rep, struct sim_random *random)
{
    bool per_hour = sim_random_percent(random, 50), per_day = sim_random_percent(random, 50);
    if (core_config_rep_caps(rep, per_hour ? 1 + (uint32_t)sim_random_below(random, 15) : 0,
                             per_day ? 1 + (uint32_t)sim_random_below(random, 8) : 0) != LW_OK)
        abort();
    if (sim_random_percent(random, 40) && core_config_rep_cap_source(rep, "form", 1 + (uint32_t)sim_random_below(random, 8)) != LW_OK)
        abort();
}

/* Two desks share one. */
void sim_rules_device(char *out, size_t size, uint32_t number)
{
    snprintf(out, size, "+39055%u", number / 2);
}

/* The first can do everything, but at times one skill not well: what requires it may then be for nobody. */
static void add_rep(struct core_config *config, struct sim_random *random, uint32_t number)
{
    struct config_rep *rep;
    char name[16];
    bool is_first = number == 0;
    snprintf(name, sizeof name, "rep%u", number);
    uint32_t capacity = is_first ? 6 : 1 + (uint32_t)sim_random_below(random, 6);
    bool has_device = is_first || sim_random_percent(random, 70);
    const char *team = teams[is_first ? 0 : sim_random_below(random, SIM_TEAMS)];
    char device[16] = "";
    if (has_device)
        sim_rules_device(device, sizeof device, number);
    if (core_config_add_rep(config, name, team, capacity, device, &rep) != LW_OK)
        abort();
    add_abilities(config, rep, random, is_first);
    if (!is_first && sim_random_percent(random, 30))
        add_caps(rep, random);
    rep->tier = (uint32_t)sim_random_below(random, 3);
    rep->reserve = sim_random_percent(random, 50) ? 1 + (uint32_t)sim_random_below(random, 4) : 0;
    rep->share = 1 + (uint32_t)sim_random_below(random, 100);
    if (sim_random_percent(random, 30) && core_config_rep_rate(rep, "sales", 1 + (uint32_t)sim_random_below(random, 1000)) != LW_OK)
        abort();
    uint64_t weak = sim_random_percent(random, 15) ? sim_random_below(random, SIM_SKILLS) : SIM_SKILLS;
    for (uint32_t i = 0; i < SIM_SKILLS; i++) {
        if (!is_first && sim_random_percent(random, 40))
            continue;
        if (core_config_rep_skill(config, rep, skills[i], is_first && i != weak ? 10 : 1 + (uint32_t)sim_random_below(random, 10)) != LW_OK)
            abort();
    }
}

static void add_abilities(struct core_config *config, struct config_rep *rep, struct sim_random *random, bool is_first)
{
    for (uint32_t i = 0; i < SIM_LANGUAGES; i++) {
        uint32_t level = is_first ? 10 : 1 + (uint32_t)sim_random_below(random, 10);
        if ((is_first || sim_random_percent(random, 60)) && core_config_rep_ability(config, rep, ABILITY_LANGUAGE, languages[i], level) != LW_OK)
            abort();
    }
    for (uint32_t i = 0; i < SIM_TERRITORIES; i++) {
        if ((is_first || sim_random_percent(random, 60)) && core_config_rep_ability(config, rep, ABILITY_TERRITORY, territories[i], 1) != LW_OK)
            abort();
    }
}

/* The first rep's team may take everything. */
static void add_needs(struct core_config *config, struct config_rule *rule, struct sim_random *random)
{
    lw_status status = LW_OK;
    if (sim_random_percent(random, 30) &&
        core_config_rule_prefer(config, rule, skills[sim_random_below(random, SIM_SKILLS)], 1 + (uint32_t)sim_random_below(random, 9)) != LW_OK)
        abort();
    if (sim_random_percent(random, 30))
        status = core_config_rule_own(config, rule, ABILITY_LANGUAGE, "language", 1 + (uint32_t)sim_random_below(random, 9));
    else if (sim_random_percent(random, 15))
        status = core_config_rule_ability(config, rule, ABILITY_LANGUAGE, languages[sim_random_below(random, SIM_LANGUAGES)], 3);
    if (status == LW_OK && sim_random_percent(random, 20))
        status = core_config_rule_own(config, rule, ABILITY_TERRITORY, "region", 1);
    for (uint32_t i = 0; sim_random_percent(random, 40) && i < SIM_TEAMS && status == LW_OK; i++)
        status = core_config_rule_team(rule, teams[i]);
    if (status != LW_OK)
        abort();
}

/* A step that would lead nowhere is taken back. */
static void add_step(struct core_config *config, struct config_rule *rule, struct sim_random *random, uint32_t after_ms)
{
    struct config_relax_step *step;
    uint32_t at;
    if (core_config_rule_relax(rule, after_ms, &step) != LW_OK)
        abort();
    step->drop_language = sim_random_percent(random, 40);
    step->drop_territory = sim_random_percent(random, 30);
    step->drop_teams = sim_random_percent(random, 20);
    if (sim_random_percent(random, 50) &&
        core_config_relax_skill(config, step, skills[sim_random_below(random, SIM_SKILLS)], (uint32_t)sim_random_below(random, 5)) != LW_OK)
        abort();
    if (sim_random_percent(random, 40) && core_config_relax_team(step, teams[sim_random_below(random, SIM_TEAMS)]) != LW_OK)
        abort();
    if (config_relax_problem(config, rule, &at)) {
        for (uint32_t i = 0; i < step->team_count; i++)
            free(step->teams[i]);
        rule->relax_count--;
    }
}

static void add_rule(struct core_config *config, struct sim_random *random, uint32_t number, bool takes_all)
{
    struct config_rule *rule;
    char name[16], product[16];
    const char *values[] = {product};
    snprintf(name, sizeof name, "rule%u", number);
    snprintf(product, sizeof product, "p%u", number);
    bool shares_queue = sim_random_percent(random, 50);
    uint32_t priority = (uint32_t)sim_random_below(random, 4) * 20;
    if (core_config_add_rule(config, name, shares_queue ? "sales" : name, priority, &rule) != LW_OK)
        abort();
    if (!takes_all && core_config_rule_when(rule, "product", CONFIG_EQUALS, values, 1) != LW_OK)
        abort();
    for (uint32_t i = 0; i < SIM_SKILLS && !takes_all; i++) {
        const char *skill = skills[(i + number) % SIM_SKILLS];
        if (sim_random_percent(random, 30) && core_config_rule_require(config, rule, skill, 1 + (uint32_t)sim_random_below(random, 9)) != LW_OK)
            abort();
    }
    if (!takes_all)
        add_needs(config, rule, random);
    rule->value = (uint32_t)sim_random_below(random, 5) * (1 + (uint32_t)sim_random_below(random, 100));
    for (uint32_t i = 0, after_ms = 0; i < 3 && sim_random_percent(random, 60); i++) {
        after_ms += 1000 + (uint32_t)sim_random_below(random, 40000);
        add_step(config, rule, random, after_ms);
    }
}

static const char *draw_policy(struct sim_random *random)
{
    uint32_t count = 0;
    while (policy_at(count))
        count++;
    return policy_at((uint32_t)sim_random_below(random, count))->name;
}

/* Half of the desk by its policy, the rest by others. */
static void add_queues(struct core_config *config, struct sim_random *random)
{
    struct config_queue *queue;
    for (uint32_t i = 0; i < config->rule_count; i++) {
        const uint32_t before = config->queue_count;
        lw_status status = sim_random_percent(random, 50) ? core_config_add_queue(config, config->rules[i].queue, draw_policy(random), &queue)
                                                          : LW_OK;
        if (status != LW_OK && status != LW_DUPLICATE)   /* several rules share a queue */
            abort();
        if (config->queue_count > before && sim_random_percent(random, 70))
            queue->half_life_ms = 1000 + (uint32_t)sim_random_below(random, 120000);
        if (config->queue_count > before && sim_random_percent(random, 50))
            queue->offer_to = 2 + (uint32_t)sim_random_below(random, 4);
        if (config->queue_count > before)
            queue->is_pulled = sim_random_percent(random, 15);
    }
    if (core_config_set_policy(config, draw_policy(random)) != LW_OK)
        abort();
}

static struct config_order draw_order(const struct core_config *config, struct sim_random *random)
{
    struct config_order order = {.priority = (uint32_t)sim_random_below(random, 3), .slack = (uint32_t)sim_random_below(random, 200),
                                 .value = (uint32_t)sim_random_below(random, 50), .age = (uint32_t)sim_random_below(random, 1000), .hours_of = ""};
    order.service_level_ms = sim_random_percent(random, 70) ? 5000 + (uint32_t)sim_random_below(random, 100000) : 0;
    order.age_cap_ms = sim_random_percent(random, 50) ? 10000 + (uint32_t)sim_random_below(random, 100000) : 0;
    if (config->team_count > 0 && sim_random_percent(random, 50)) {
        const struct config_team *team = &config->teams[sim_random_below(random, config->team_count)];
        order.hours_of = team->open_count > 0 ? team->name : "";
    }
    return order;
}

/* Half of the desks without best_pair weigh what makes a lead urgent, and some of their queues differ. After queues and hours. */
static void add_order(struct core_config *config, struct sim_random *random)
{
    bool ranks_pairs = strcmp(config->policy, "best_pair") == 0;
    for (uint32_t i = 0; i < config->queue_count; i++)
        ranks_pairs |= strcmp(config->queues[i].policy, "best_pair") == 0;
    if (ranks_pairs || sim_random_percent(random, 50))
        return;
    struct config_order order = draw_order(config, random);
    lw_status status = core_config_set_order(config, NULL, &order);
    for (uint32_t i = 0; i < config->queue_count && status == LW_OK; i++) {
        order = draw_order(config, random);
        if (sim_random_percent(random, 50))
            status = core_config_set_order(config, &config->queues[i], &order);
    }
    if (status != LW_OK)
        abort();
}

/* Some of what waits is offered to more; a step that would not offer to more stays as it is. */
static void add_offers(struct core_config *config, struct sim_random *random)
{
    uint32_t at;
    for (uint32_t i = 0; i < config->rule_count; i++) {
        struct config_rule *rule = &config->rules[i];
        for (uint32_t k = 0; k < rule->relax_count; k++) {
            rule->relax[k].offer_to = sim_random_percent(random, 30) ? 2 + (uint32_t)sim_random_below(random, 4) : 0;
            if (config_relax_problem(config, rule, &at))
                rule->relax[k].offer_to = 0;
        }
    }
}

static void add_dispositions(struct core_config *config, struct sim_random *random)
{
    static const struct { const char *code; enum config_follow_up follow_up; } table[] = {
        {"won", FOLLOW_UP_END}, {"lost", FOLLOW_UP_END}, {"later", FOLLOW_UP_CALL_BACK}, {"visit", FOLLOW_UP_APPOINTMENT},
        {"aside", FOLLOW_UP_PARK}, {"never", FOLLOW_UP_SUPPRESS}};
    for (uint8_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (core_config_add_disposition(config, table[i].code, i + 1u) != LW_OK)
            abort();
        struct config_disposition *added = &config->dispositions[i];
        added->follow_up = table[i].follow_up;
        added->after_ms = 20000 + sim_random_below(random, 100000);
        added->at_most_ms = 600000;
        added->same_rep_for_ms = sim_random_percent(random, 70) ? 5000 + (uint32_t)sim_random_below(random, 40000) : 0;
    }
}

/* The same in all rules, of 20 minutes. */
static void add_days(struct config_team *team)
{
    for (uint32_t i = 0; i < 500; i++) {
        if (core_config_team_day(team, SIM_START_MS + i * UINT64_C(1200000)) != LW_OK)
            abort();
    }
}

/* All but the first rep's team may be closed for minutes; the times are those of the simulation. */
static void add_hours(struct core_config *config, struct sim_random *random)
{
    for (uint32_t i = 0; i < SIM_TEAMS; i++) {
        struct config_team *team;
        if (core_config_add_team(config, teams[i], &team) != LW_OK)
            abort();
        add_days(team);
        team->outsourced = i == 2 && sim_random_percent(random, 50);
        team->daily_cap = sim_random_percent(random, 20) ? 1 + (uint32_t)sim_random_below(random, 60) : 0;
        team->daily_share = sim_random_percent(random, 20) ? 10 + (uint32_t)sim_random_below(random, 80) : 0;
        uint64_t at_ms = SIM_START_MS + sim_random_below(random, 600000);
        if (i == 0 || sim_random_percent(random, 40))
            continue;
        for (uint32_t k = 0; k < 20; k++) {
            uint64_t open_ms = at_ms + 1000 + sim_random_below(random, 90000);
            at_ms = open_ms + 1000 + sim_random_below(random, 240000);
            if (core_config_team_open(team, open_ms, at_ms) != LW_OK)
                abort();
        }
    }
}

bool sim_rules_open(const struct core_config *config, const char *team, uint64_t now_ms)
{
    for (uint32_t i = 0; i < config->team_count; i++) {
        for (uint32_t k = 0; strcmp(config->teams[i].name, team) == 0 && k < config->teams[i].open_count; k++) {
            if (now_ms < config->teams[i].open[k].close_ms)
                return now_ms >= config->teams[i].open[k].open_ms;
        }
    }
    return true;
}

static void set_times(struct core_config *config, struct sim_random *random)
{
    config->channels[LW_CHANNEL_PHONE] = (struct config_channel){true, 3, 50, 15000, 120000, 5000, 20000, sim_random_percent(random, 60), 0, 0, 0};
    config->channels[LW_CHANNEL_PHONE].interrupts = sim_random_percent(random, 60) ? 1u << LW_CHANNEL_WEB | 1u << LW_CHANNEL_EMAIL : 0;
    config->channels[LW_CHANNEL_WEB] = (struct config_channel){true, 1, 0, 20000 + (uint32_t)sim_random_below(random, 20000), 180000, 0, 20000, false, 0, 0, 0};
    config->channels[LW_CHANNEL_EMAIL] = (struct config_channel){true, 1 + (uint32_t)sim_random_below(random, 2), 10, 30000, 240000, 2000, 20000, false, 0, 0, 0};
    for (int i = LW_CHANNEL_WEB; i <= LW_CHANNEL_EMAIL; i++) {
        config->channels[i].first_touch_ms = sim_random_percent(random, 60) ? 6000 + (uint32_t)sim_random_below(random, 30000) : 0;
        config->channels[i].nudge_percent = (uint32_t)sim_random_below(random, 100);
    }
    config->grace_ms = 5000 + (uint32_t)sim_random_below(random, 15000);
    config->park_limit_ms = 60000 + (uint32_t)sim_random_below(random, 240000);
    config->park_nudge_ms = config->park_limit_ms / 4 * (config->park_limit_ms % 4);
    config->work_limit_ms = 300000 + (uint32_t)sim_random_below(random, 600000);
    config->retry_same_rep_ms = 10000 + (uint32_t)sim_random_below(random, 110000);
    draw_refusals(config, random);
    draw_nobody(config, random);
    config->offers_max = 3 + (uint32_t)sim_random_below(random, 10);
    config->transfer_for_ms = 5000 + (uint32_t)sim_random_below(random, 60000);
    config->misses_to_away = 2 + (uint32_t)sim_random_below(random, 3);
    config->return_assigned_when_gone = sim_random_percent(random, 50);
    config->reopen_for_ms = sim_random_percent(random, 80) ? 20000 + sim_random_below(random, 300000) : 0;
    config->people.join = sim_random_percent(random, 80);
    config->people.customer_for_ms = sim_random_percent(random, 70) ? 60000 + sim_random_below(random, 600000) : 0;
    config->people.owner_for_ms = sim_random_percent(random, 70) ? 5000 + (uint32_t)sim_random_below(random, 40000) : 0;
    config->people.window_ms = 30000 + sim_random_below(random, 300000);
    config->people.keeps_stops = config->work_limit_ms % 4 != 0;   /* of what is drawn already: no draw of the world moves */
    config->people.parks_stopped = config->work_limit_ms % 8 == 1;
    config->refused_counts = sim_random_percent(random, 50);
    config->absent_leads_max = (uint32_t)sim_random_below(random, 3);
}

void sim_rules_applied(struct sim_rules *rules, uint32_t version, const struct core_config *config)
{
    assert(version >= 1 && version <= 2 * SIM_VERSIONS_MAX);
    rules->versions[version - 1] = config;
}

const struct core_config *sim_rules_version(const struct sim_rules *rules, uint32_t version)
{
    return version >= 1 && version <= 2 * SIM_VERSIONS_MAX ? rules->versions[version - 1] : NULL;
}

uint32_t sim_rep_number(const char *name)
{
    uint32_t number = 0;
    if (strncmp(name, "rep", 3) != 0 || name[3] == '\0')
        return SIM_REPS_MAX;
    for (name += 3; *name >= '0' && *name <= '9' && number < SIM_REPS_MAX; name++)
        number = number * 10 + (uint32_t)(*name - '0');
    return *name == '\0' && number < SIM_REPS_MAX ? number : SIM_REPS_MAX;
}

const struct config_rep *sim_rules_rep(const struct core_config *config, uint32_t rep)
{
    uint32_t last = config && config->rep_count > 0 ? config->rep_count - 1 : 0;
    for (uint32_t i = rep < last ? rep : last; config && i < config->rep_count; i--) {   /* in order, with gaps: at or before its number */
        if (sim_rep_number(config->reps[i].name) == rep)
            return &config->reps[i];
    }
    return NULL;
}

const char *sim_rules_skill(uint32_t number)
{
    return skills[number % SIM_SKILLS];
}

const char *sim_rules_field(uint32_t product, const char *field)
{
    static const char *const spoken[] = {"IT", "de-AT", "fr", NULL}, *const regions[] = {"North", "south", "east", "", NULL};
    static char text[16];
    if (strcmp(field, "language") == 0)
        return spoken[product % 4];
    if (strcmp(field, "region") == 0)
        return regions[product % 5];
    snprintf(text, sizeof text, "p%u", product);
    return strcmp(field, "product") == 0 ? text : NULL;
}

const char *sim_rules_policy(const struct core_config *config, const char *queue)
{
    for (uint32_t i = 0; i < config->queue_count; i++) {
        if (strcmp(config->queues[i].name, queue) == 0)
            return config->queues[i].policy;
    }
    return config->policy;
}

const struct config_rule *sim_rules_for(const struct core_config *config, uint32_t product)
{
    return &config->rules[product < config->rule_count ? product : config->rule_count - 1];
}
