/* SPDX-License-Identifier: Apache-2.0 */
#include "config_from_wire.h"

#include <stdio.h>
#include <string.h>

struct reading { struct core_config *config; char *reason; };

static bool read_skills(struct reading *reading, const Leadwire__V1__DeskConfig *from);
static bool read_channels(struct reading *reading, const Leadwire__V1__DeskConfig *from);
static bool read_teams(struct reading *reading, const Leadwire__V1__DeskConfig *from);
static bool read_reps(struct reading *reading, const Leadwire__V1__DeskConfig *from);
static bool read_rates(struct reading *reading, const Leadwire__V1__RepConfig *from, struct config_rep *rep);
static bool read_value(struct reading *reading, const Leadwire__V1__RuleConfig *from, struct config_rule *rule);
static bool read_rep_skills(struct reading *reading, const Leadwire__V1__RepConfig *from, struct config_rep *rep);
static bool read_rep_abilities(struct reading *reading, const Leadwire__V1__RepConfig *from, struct config_rep *rep);
static bool read_rules(struct reading *reading, const Leadwire__V1__DeskConfig *from);
static bool read_rule(struct reading *reading, const Leadwire__V1__RuleConfig *from);
static bool read_conditions(struct reading *reading, const Leadwire__V1__RuleConfig *from, struct config_rule *rule);
static bool read_need(struct reading *reading, const Leadwire__V1__OwnNeed *from, struct config_rule *rule, enum ability_kind kind);
static bool read_relax(struct reading *reading, const Leadwire__V1__RuleConfig *from, struct config_rule *rule);
static bool read_relax_step(struct reading *reading, const Leadwire__V1__RelaxStep *from, struct config_rule *rule);
static bool field_exists(const char *field);
static bool read_dispositions(struct reading *reading, const Leadwire__V1__DeskConfig *from);
static bool read_queues(struct reading *reading, const Leadwire__V1__DeskConfig *from);
static bool read_order(struct reading *reading, const Leadwire__V1__OrderConfig *from, struct config_queue *queue);
static bool read_people(struct reading *reading, const Leadwire__V1__PeopleConfig *from);
static bool read_times(struct reading *reading, const Leadwire__V1__DeskConfig *from);
static bool judge(struct reading *reading, lw_status status, const char *what, const char *name);
static int shown_size(const char *name);
static void set(uint32_t *field, uint32_t value);

lw_status config_from_wire(const Leadwire__V1__DeskConfig *config, const char *desk, struct core_config **out, char *reason)
{
    *out = NULL;
    if (*config->desk && strcmp(config->desk, desk) != 0) {
        snprintf(reason, CONFIG_REASON_MAX, "these are the rules of desk %s; this broker serves %s", config->desk, desk);
        return LW_INVALID;
    }
    struct reading reading = {.config = core_config_new(desk), .reason = reason};
    if (!reading.config) {
        snprintf(reason, CONFIG_REASON_MAX, "out of memory");
        return LW_NO_MEMORY;
    }
    bool read = read_skills(&reading, config) && read_channels(&reading, config) && read_teams(&reading, config) && read_reps(&reading, config)
        && read_rules(&reading, config) && read_dispositions(&reading, config) && read_queues(&reading, config)
        && read_times(&reading, config) && read_people(&reading, config->people);
    if (!read || core_config_check(reading.config, reason, CONFIG_REASON_MAX) != LW_OK) {
        core_config_free(reading.config);
        return LW_INVALID;
    }
    *out = reading.config;
    return LW_OK;
}

static bool read_skills(struct reading *reading, const Leadwire__V1__DeskConfig *from)
{
    for (size_t i = 0; i < from->n_skills; i++) {
        const char *name = from->skills[i]->name;
        lw_status status = ability_kind_of(name) == ABILITY_SKILL ? core_config_add_skill(reading->config, name) : LW_INVALID;
        if (!judge(reading, status, "skill", name))
            return false;
    }
    return true;
}

static bool read_channels(struct reading *reading, const Leadwire__V1__DeskConfig *from)
{
    bool seen[LW_CHANNEL_COUNT] = {false};

    for (size_t i = 0; i < from->n_channels; i++) {
        const Leadwire__V1__ChannelConfig *channel = from->channels[i];
        if ((unsigned)channel->channel >= LW_CHANNEL_COUNT || seen[channel->channel])
            return judge(reading, LW_DUPLICATE, "channel", lw_channel_name((lw_channel)channel->channel));
        struct config_channel *to = &reading->config->channels[channel->channel];
        seen[channel->channel] = true;
        to->enabled = true;
        set(&to->weight, channel->weight);
        to->priority = channel->priority;
        set(&to->offer_timeout_ms, channel->offer_timeout_ms);
        set(&to->wait_limit_ms, channel->wait_limit_ms);
        to->wrap_up_ms = channel->wrap_up_ms;
        set(&to->connect_timeout_ms, channel->connect_timeout_ms);
        to->call_back_when_abandoned = channel->call_back_when_abandoned;
        to->first_touch_ms = channel->first_touch_ms;
        to->nudge_percent = channel->nudge_percent;
        to->interrupts = channel->interrupts <= UINT8_MAX ? (uint8_t)channel->interrupts : UINT8_MAX;   /* which is refused */
    }
    for (int i = 0; from->n_channels > 0 && i < LW_CHANNEL_COUNT; i++)
        reading->config->channels[i].enabled = seen[i];
    return true;
}

/* The core knows teams by their reps; only those of which more is said need more. */
static bool read_teams(struct reading *reading, const Leadwire__V1__DeskConfig *from)
{
    for (size_t i = 0; i < from->n_teams; i++) {
        const Leadwire__V1__TeamConfig *team = from->teams[i];
        struct config_team *added;
        if (team->n_hours == 0 && team->n_days == 0 && !team->outsourced && team->daily_cap == 0 && team->daily_share == 0)
            continue;
        if (!judge(reading, core_config_add_team(reading->config, team->name, &added), "team", team->name))
            return false;
        for (size_t k = 0; k < team->n_hours; k++) {
            const Leadwire__V1__Interval *hours = team->hours[k];
            bool is_time = hours->open_unix_ms >= 0 && hours->close_unix_ms >= 0;
            lw_status status = is_time ? core_config_team_open(added, (uint64_t)hours->open_unix_ms, (uint64_t)hours->close_unix_ms) : LW_INVALID;
            if (!judge(reading, status, "an interval of the hours of team", team->name))
                return false;
        }
        added->outsourced = team->outsourced;
        added->daily_cap = team->daily_cap;
        added->daily_share = team->daily_share;
        for (size_t k = 0; k < team->n_days; k++) {
            int64_t start = team->days[k]->open_unix_ms;
            if (!judge(reading, start >= 0 ? core_config_team_day(added, (uint64_t)start) : LW_INVALID, "a day of team", team->name))
                return false;
        }
    }
    return true;
}

static bool read_caps(struct reading *reading, const Leadwire__V1__RepConfig *from, struct config_rep *rep)
{
    if (!from->caps)
        return true;
    lw_status status = core_config_rep_caps(rep, from->caps->per_hour, from->caps->per_day);
    for (size_t i = 0; status == LW_OK && i < from->caps->n_sources; i++)
        status = core_config_rep_cap_source(rep, from->caps->sources[i]->source, from->caps->sources[i]->most);
    return judge(reading, status, "a cap of rep", from->name);
}

static bool read_reps(struct reading *reading, const Leadwire__V1__DeskConfig *from)
{
    for (size_t i = 0; i < from->n_reps; i++) {
        const Leadwire__V1__RepConfig *rep = from->reps[i];
        struct config_rep *added;
        lw_status status = core_config_add_rep(reading->config, rep->name, rep->team, rep->capacity, rep->device, &added);
        if (!judge(reading, status, "rep", rep->name) || !read_rep_skills(reading, rep, added) || !read_rep_abilities(reading, rep, added) ||
            !read_caps(reading, rep, added))
            return false;
        added->tier = rep->tier;
        added->reserve = rep->reserve;
        set(&added->share, rep->share);
        if (!read_rates(reading, rep, added))
            return false;
    }
    return true;
}

static bool read_rates(struct reading *reading, const Leadwire__V1__RepConfig *from, struct config_rep *rep)
{
    for (size_t i = 0; i < from->n_rates; i++) {
        if (!judge(reading, core_config_rep_rate(rep, from->rates[i]->queue, from->rates[i]->rate), "rate of a rep in queue", from->rates[i]->queue))
            return false;
    }
    return true;
}

static bool read_rep_skills(struct reading *reading, const Leadwire__V1__RepConfig *from, struct config_rep *rep)
{
    for (size_t i = 0; i < from->n_skills; i++) {
        lw_status status = core_config_rep_skill(reading->config, rep, from->skills[i]->skill, from->skills[i]->level);
        if (!judge(reading, status, "skill of a rep", from->skills[i]->skill))
            return false;
    }
    return true;
}

static bool read_rep_abilities(struct reading *reading, const Leadwire__V1__RepConfig *from, struct config_rep *rep)
{
    for (size_t i = 0; i < from->n_languages; i++) {
        const Leadwire__V1__SkillLevel *language = from->languages[i];
        lw_status status = core_config_rep_ability(reading->config, rep, ABILITY_LANGUAGE, language->skill, language->level);
        if (!judge(reading, status, "language of a rep", language->skill))
            return false;
    }
    for (size_t i = 0; i < from->n_territories; i++) {
        lw_status status = core_config_rep_ability(reading->config, rep, ABILITY_TERRITORY, from->territories[i], 1);
        if (!judge(reading, status, "territory of a rep", from->territories[i]))
            return false;
    }
    return true;
}

static bool read_rules(struct reading *reading, const Leadwire__V1__DeskConfig *from)
{
    reading->config->all_rules = from->all_rules;
    for (size_t i = 0; i < from->n_rules; i++)
        if (!read_rule(reading, from->rules[i]))
            return false;
    return true;
}

static bool read_rule(struct reading *reading, const Leadwire__V1__RuleConfig *from)
{
    struct config_rule *rule;

    if (!judge(reading, core_config_add_rule(reading->config, from->name, from->queue, from->priority, &rule), "rule", from->name))
        return false;
    rule->keeps_queue = from->keeps_queue;
    rule->first_touch_ms = from->first_touch_ms;
    if (*from->owner && !judge(reading, core_config_rule_owner(rule, from->owner, from->owner_for_ms), "owner of a rule", from->owner))
        return false;
    for (size_t i = 0; i < from->n_require; i++) {
        lw_status status = core_config_rule_require(reading->config, rule, from->require[i]->skill, from->require[i]->level);
        if (!judge(reading, status, "skill that a rule requires", from->require[i]->skill))
            return false;
    }
    for (size_t i = 0; i < from->n_prefer; i++) {
        lw_status status = core_config_rule_prefer(reading->config, rule, from->prefer[i]->skill, from->prefer[i]->level);
        if (!judge(reading, status, "skill that a rule prefers", from->prefer[i]->skill))
            return false;
    }
    for (size_t i = 0; i < from->n_teams; i++)
        if (!judge(reading, core_config_rule_team(rule, from->teams[i]), "team of a rule", from->teams[i]))
            return false;
    return read_need(reading, from->language, rule, ABILITY_LANGUAGE) && read_need(reading, from->territory, rule, ABILITY_TERRITORY)
        && read_relax(reading, from, rule) && read_value(reading, from, rule) && read_conditions(reading, from, rule);
}

static bool read_conditions(struct reading *reading, const Leadwire__V1__RuleConfig *from, struct config_rule *rule)
{
    for (size_t i = 0; i < from->n_when; i++) {
        const Leadwire__V1__Predicate *predicate = from->when[i];
        lw_status status = field_exists(predicate->field) || strcmp(predicate->field, "customer") == 0 ||
                                   strcmp(predicate->field, "bought") == 0 || strcmp(predicate->field, "bought_days") == 0   /* what the desk knows */
            ? core_config_rule_when(rule, predicate->field, (enum config_predicate_kind)predicate->kind,
                                    (const char *const *)predicate->values, (uint32_t)predicate->n_values)
            : LW_NOT_FOUND;
        if (!judge(reading, status, "field of a rule's condition", predicate->field))
            return false;
    }
    return true;
}

static bool read_need(struct reading *reading, const Leadwire__V1__OwnNeed *from, struct config_rule *rule, enum ability_kind kind)
{
    const char *what = kind == ABILITY_LANGUAGE ? "language that a rule asks for" : "territory that a rule asks for";

    if (!from)
        return true;
    uint32_t level = from->level != 0 ? from->level : 1;
    if (*from->value)
        return judge(reading, core_config_rule_ability(reading->config, rule, kind, from->value, level), what, from->value);
    lw_status status = field_exists(from->field) ? core_config_rule_own(reading->config, rule, kind, from->field, level) : LW_NOT_FOUND;
    return judge(reading, status, what, from->field);
}

static bool read_relax(struct reading *reading, const Leadwire__V1__RuleConfig *from, struct config_rule *rule)
{
    for (size_t i = 0; i < from->n_relax; i++)
        if (!read_relax_step(reading, from->relax[i], rule))
            return false;
    return true;
}

static lw_status drop(const struct core_config *config, struct config_relax_step *step, const char *word)
{
    bool *dropped = strcmp(word, "language") == 0 ? &step->drop_language
        : strcmp(word, "territory") == 0 ? &step->drop_territory
        : strcmp(word, "team") == 0 ? &step->drop_teams : NULL;

    if (!dropped)
        return core_config_relax_skill(config, step, word, 0);
    *dropped = true;
    return LW_OK;
}

static bool read_relax_step(struct reading *reading, const Leadwire__V1__RelaxStep *from, struct config_rule *rule)
{
    struct config_relax_step *step;

    if (!judge(reading, core_config_rule_relax(rule, from->after_ms, &step), "step of a rule's relaxation in rule", rule->name))
        return false;
    step->offer_to = from->offer_to;
    for (size_t i = 0; i < from->n_drop; i++)
        if (!judge(reading, drop(reading->config, step, from->drop[i]), "what a rule's relaxation drops:", from->drop[i]))
            return false;
    for (size_t i = 0; i < from->n_lower; i++) {
        const Leadwire__V1__SkillLevel *lower = from->lower[i];
        lw_status status = lower->level == 0 ? LW_INVALID : core_config_relax_skill(reading->config, step, lower->skill, lower->level);
        if (!judge(reading, status, "skill that a rule's relaxation lowers:", lower->skill))
            return false;
    }
    for (size_t i = 0; i < from->n_add_teams; i++)
        if (!judge(reading, core_config_relax_team(step, from->add_teams[i]), "team that a rule's relaxation adds:", from->add_teams[i]))
            return false;
    return true;
}

static bool read_value(struct reading *reading, const Leadwire__V1__RuleConfig *from, struct config_rule *rule)
{
    rule->value = from->value;
    if (!*from->value_from)
        return true;
    lw_status status = field_exists(from->value_from) ? core_config_rule_value_from(rule, from->value_from) : LW_NOT_FOUND;
    return judge(reading, status, "field of a rule's value", from->value_from);
}

static bool field_exists(const char *field)
{
    static const Leadwire__V1__Lead nothing = LEADWIRE__V1__LEAD__INIT;
    bool known;

    (void)wire_lead_field(&nothing, field, &known);
    return known;
}

static void read_follow_up(const Leadwire__V1__DispositionConfig *from, struct config_disposition *to)
{
    to->follow_up = from->follow_up == LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_NONE ? FOLLOW_UP_END : (enum config_follow_up)from->follow_up;
    to->after_ms = from->after_ms;
    to->at_least_ms = from->at_least_ms;
    to->at_most_ms = from->at_most_ms;
    to->same_rep_for_ms = from->same_rep_for_ms;
}

static bool read_dispositions(struct reading *reading, const Leadwire__V1__DeskConfig *from)
{
    for (size_t i = 0; i < from->n_dispositions; i++) {
        const Leadwire__V1__DispositionConfig *disposition = from->dispositions[i];
        lw_status status = core_config_add_disposition(reading->config, disposition->code, (uint8_t)disposition->class_);
        if (!judge(reading, status, "disposition", disposition->code))
            return false;
        read_follow_up(disposition, &reading->config->dispositions[reading->config->disposition_count - 1]);
    }
    return true;
}

static bool read_queues(struct reading *reading, const Leadwire__V1__DeskConfig *from)
{
    for (size_t i = 0; i < from->n_queues; i++) {
        const Leadwire__V1__QueueConfig *queue = from->queues[i];
        struct config_queue *added;
        if (!judge(reading, core_config_add_queue(reading->config, queue->name, queue->policy, &added), "queue", queue->name) ||
            !read_order(reading, queue->order, added))
            return false;
        added->half_life_ms = queue->half_life_ms;
        added->offer_to = queue->offer_to;
        added->is_pulled = queue->pull;
    }
    return read_order(reading, from->order, NULL);
}

/* queue NULL: the desk's. */
static bool read_order(struct reading *reading, const Leadwire__V1__OrderConfig *from, struct config_queue *queue)
{
    if (!from)
        return true;
    const struct config_order order = {.priority = from->priority, .slack = from->slack, .value = from->value, .age = from->age,
                                       .service_level_ms = from->service_level_ms, .age_cap_ms = from->age_cap_ms, .hours_of = from->hours_of};
    return judge(reading, core_config_set_order(reading->config, queue, &order), "order of", queue ? queue->name : "the desk");
}

static bool read_people(struct reading *reading, const Leadwire__V1__PeopleConfig *from)
{
    struct config_people *people = &reading->config->people;

    if (!from)
        return true;
    people->join = from->join;
    people->window_ms = from->window_ms;
    people->owner_for_ms = from->owner_for_ms;
    people->customer_for_ms = from->customer_for_ms;
    people->keeps_stops = from->keep_stops;
    people->parks_stopped = from->keep_stops && from->park_stopped;
    lw_status status = *from->owner_from && !field_exists(from->owner_from) ? LW_NOT_FOUND : core_config_set_owner_from(reading->config, from->owner_from);
    return judge(reading, status, "field that names the owner", from->owner_from);
}

static bool read_nobody(struct reading *reading, const Leadwire__V1__DeskConfig *from)
{
    for (size_t i = 0; i < from->n_nobody_there; i++) {
        const Leadwire__V1__NobodyConfig *nobody = from->nobody_there[i];
        enum core_nobody kind = (enum core_nobody)nobody->kind;
        if (!judge(reading, core_config_tell_nobody(reading->config, kind, nobody->after_ms), "nobody there", core_nobody_word(kind)))
            return false;
        for (size_t k = 0; k < nobody->n_tell; k++) {
            if (!judge(reading, core_config_nobody_address(reading->config, kind, nobody->tell[k]), "address", nobody->tell[k]))
                return false;
        }
    }
    return true;
}

static bool read_opening(struct reading *reading, const Leadwire__V1__DeskConfig *from)
{
    if (!from->opening)
        return true;
    reading->config->opening.reps = from->opening->reps;
    reading->config->opening.for_ms = from->opening->for_ms;
    for (size_t i = 0; i < from->opening->n_teams; i++) {
        if (!judge(reading, core_config_opening_team(reading->config, from->opening->teams[i]), "opening: team", from->opening->teams[i]))
            return false;
    }
    return true;
}

static bool read_refusals(struct reading *reading, const Leadwire__V1__DeskConfig *from)
{
    struct config_refusals *refusals = &reading->config->refusals;

    if (refusals->retry_max_ms < reading->config->retry_same_rep_ms)
        refusals->retry_max_ms = reading->config->retry_same_rep_ms;
    if (!from->refusals)
        return true;
    set(&refusals->retry_factor, from->refusals->retry_factor);
    set(&refusals->retry_max_ms, from->refusals->retry_max_ms);
    for (size_t i = 0; i < from->refusals->n_reasons; i++) {
        const char *reason = from->refusals->reasons[i];
        if (!judge(reading, core_config_add_decline_reason(reading->config, reason), "decline reason", reason))
            return false;
    }
    return true;
}

static bool read_times(struct reading *reading, const Leadwire__V1__DeskConfig *from)
{
    struct core_config *config = reading->config;

    set(&config->grace_ms, from->grace_ms);
    set(&config->park_limit_ms, from->park_limit_ms);
    config->park_nudge_ms = from->park_nudge_ms == 0 ? core_config_usual_park_nudge_ms(config->park_limit_ms)
        : from->park_nudge_ms == UINT32_MAX ? 0 : from->park_nudge_ms;
    set(&config->work_limit_ms, from->work_limit_ms);
    set(&config->retry_same_rep_ms, from->retry_same_rep_ms);
    set(&config->transfer_for_ms, from->transfer_for_ms);
    config->reopen_for_ms = from->reopen_for_ms;
    set(&config->offers_max, from->offers_max);
    config->misses_to_away = from->misses_to_away;
    if (from->fair_share) {
        config->refused_counts = from->fair_share->refused_counts;
        config->bad_counts = from->fair_share->bad_counts;
        config->absent_leads_max = from->fair_share->absent_leads_max;
    }
    config->return_assigned_when_gone = from->return_assigned_when_gone;
    if (from->call_backs) {
        set(&config->call_backs.most, from->call_backs->most);
        config->call_backs.ends = from->call_backs->ends;
    }
    if (!read_refusals(reading, from) || !read_nobody(reading, from) || !read_opening(reading, from))
        return false;
    return !*from->policy || judge(reading, core_config_set_policy(config, from->policy), "policy", from->policy);
}

static bool judge(struct reading *reading, lw_status status, const char *what, const char *name)
{
    const char *problem = status == LW_DUPLICATE ? "stands there twice"
        : status == LW_FULL ? "is one too many"
        : status == LW_NOT_FOUND ? "is not known"
        : status == LW_NO_MEMORY ? "needs more memory than there is"
        : "is not valid";

    if (status == LW_OK)
        return true;
    snprintf(reading->reason, CONFIG_REASON_MAX, "%s %.*s %s", what, shown_size(name), name, problem);
    return false;
}

/* As much of a name as is shown, never half a character: the reason must be UTF-8. */
static int shown_size(const char *name)
{
    size_t size = strlen(name);

    if (size <= LW_NAME_MAX)
        return (int)size;
    size = LW_NAME_MAX;
    while (size > 0 && ((unsigned char)name[size] & 0xc0) == 0x80)
        size--;
    return (int)size;
}

static void set(uint32_t *field, uint32_t value)
{
    if (value != 0)
        *field = value;
}
