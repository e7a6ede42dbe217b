/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules as a record: everything core_config holds, plus version, time, who, and the source as given.
 */
#include <stdlib.h>

#include "config_nobody.h"
#include "config_opening.h"
#include "config_order.h"
#include "config_record.h"
#include "config_refusals.h"
#include "core_internal.h"

static void put_config(struct byte_buffer *out, const struct core_config *config);
static lw_status read_config(struct byte_reader *in, struct core_config **out);
static bool read_skills_reps(struct byte_reader *in, struct core_config *config);
static bool read_rules(struct byte_reader *in, struct core_config *config);
static void put_queues(struct byte_buffer *out, const struct core_config *config);
static void put_pairs(struct byte_buffer *out, const struct core_config *config);
static bool read_queues(struct byte_reader *in, struct core_config *config);
static bool read_pairs(struct byte_reader *in, struct core_config *config);

static void put_rule_tails(struct byte_buffer *out, const struct core_config *config);
static uint32_t read_number(struct byte_reader *in, uint64_t max);

enum { TEXT_MAX = CONFIG_TEXT_MAX + 1 };
enum { ALL_RULES_COUNT = 1, RULES_PROMISE = 2, STOPS_KEPT = 4, STOPPED_PARKED = 8 };   /* bits */

void config_record_put(struct byte_buffer *out, const struct core *core)
{
    byte_buffer_put_u8(out, RECORD_FORMAT);
    byte_buffer_put_varint(out, core->config_revision);
    byte_buffer_put_varint(out, core->config_version);
    byte_buffer_put_varint(out, core->config_applied_ms);
    byte_buffer_put_text(out, core->config_by);
    byte_buffer_put_blob(out, core->config_source, core->config_source_size);
    put_config(out, core->config);
}

lw_status config_record_restore(struct core *core, const void *bytes, size_t size)
{
    struct byte_reader in;
    char by[TEXT_MAX];
    byte_reader_init(&in, bytes, size);
    uint8_t format = byte_reader_u8(&in);
    if (in.failed || format == 0)
        return LW_CORRUPT;
    if (format > RECORD_FORMAT)
        return LW_UNSUPPORTED;
    uint64_t revision = byte_reader_varint(&in);
    uint32_t version = (uint32_t)byte_reader_varint_max(&in, UINT32_MAX);
    uint64_t applied_ms = byte_reader_varint(&in);
    byte_reader_text(&in, by, sizeof by);
    size_t source_size;
    const uint8_t *source = byte_reader_blob(&in, &source_size);
    if (in.failed)
        return LW_CORRUPT;
    if (revision <= core->config_revision)
        return LW_OK;

    struct core_config *config = NULL;
    lw_status status = read_config(&in, &config);
    if (status != LW_OK)
        return status;
    void *source_copy = malloc(source_size + 1);
    char *by_copy = malloc(strlen(by) + 1);
    if (!source_copy || !by_copy) {
        free(source_copy);
        free(by_copy);
        core_config_free(config);
        return LW_NO_MEMORY;
    }
    memcpy(source_copy, source, source_size);
    memcpy(by_copy, by, strlen(by) + 1);
    core_config_free(core->config);
    free(core->config_source);
    free(core->config_by);
    core->config = config;
    core->config_revision = revision;
    core->config_version = version;
    core->config_applied_ms = applied_ms;
    core->config_source = source_copy;
    core->config_source_size = (uint32_t)source_size;
    core->config_by = by_copy;
    core->config_dirty = true;
    if (revision > core->next_revision)
        core->next_revision = revision;
    return LW_OK;
}

/* Through the record form: one description of what a configuration holds, not two. */
struct core_config *core_config_clone(const struct core_config *config)
{
    struct byte_buffer bytes;
    struct byte_reader in;
    struct core_config *copy = NULL;
    byte_buffer_init(&bytes, 64u << 20);
    put_config(&bytes, config);
    byte_reader_init(&in, bytes.data, bytes.size);
    if (bytes.failed || read_config(&in, &copy) != LW_OK)
        copy = NULL;
    byte_buffer_fini(&bytes);
    return copy;
}

static void put_levels(struct byte_buffer *out, const struct config_skill_level *levels, uint32_t count)
{
    byte_buffer_put_varint(out, count);
    for (uint32_t i = 0; i < count; i++) {
        byte_buffer_put_varint(out, levels[i].skill);
        byte_buffer_put_u8(out, levels[i].level);
    }
}

/* Level 0: not asked for. */
static void put_own(struct byte_buffer *out, const struct config_own_need *own)
{
    byte_buffer_put_u8(out, own->level);
    if (own->field)
        byte_buffer_put_text(out, own->field);
}

/* Times as differences, each to the one before. */
static void put_teams(struct byte_buffer *out, const struct core_config *config)
{
    byte_buffer_put_varint(out, config->team_count);
    for (uint32_t i = 0; i < config->team_count; i++) {
        const struct config_team *team = &config->teams[i];
        uint64_t before_ms = 0;
        byte_buffer_put_text(out, team->name);
        byte_buffer_put_varint(out, team->open_count);
        for (uint32_t k = 0; k < team->open_count; k++) {
            byte_buffer_put_varint(out, team->open[k].open_ms - before_ms);
            byte_buffer_put_varint(out, team->open[k].close_ms - team->open[k].open_ms);
            before_ms = team->open[k].close_ms;
        }
        byte_buffer_put_u8(out, team->outsourced);
        byte_buffer_put_varint(out, team->daily_cap);
        byte_buffer_put_u8(out, (uint8_t)team->daily_share);
        byte_buffer_put_varint(out, team->day_count);
        for (uint32_t k = 0; k < team->day_count; k++)
            byte_buffer_put_varint(out, team->days[k] - (k > 0 ? team->days[k - 1] : 0));
    }
}

static void put_relax_step(struct byte_buffer *out, const struct config_relax_step *step)
{
    byte_buffer_put_varint(out, step->after_ms);
    byte_buffer_put_u8(out, (uint8_t)((step->drop_language ? 1 : 0) | (step->drop_territory ? 2 : 0) | (step->drop_teams ? 4 : 0)));
    put_levels(out, step->lower, step->lower_count);
    byte_buffer_put_varint(out, step->team_count);
    for (uint32_t i = 0; i < step->team_count; i++)
        byte_buffer_put_text(out, step->teams[i]);
    byte_buffer_put_varint(out, step->offer_to);
}

static void put_follow_up(struct byte_buffer *out, const struct config_disposition *disposition)
{
    byte_buffer_put_u8(out, (uint8_t)disposition->follow_up);
    byte_buffer_put_varint(out, disposition->after_ms);
    byte_buffer_put_varint(out, disposition->at_least_ms);
    byte_buffer_put_varint(out, disposition->at_most_ms);
    byte_buffer_put_varint(out, disposition->same_rep_for_ms);
}

/* One byte where there are none. */
static void put_caps(struct byte_buffer *out, const struct config_caps *caps)
{
    byte_buffer_put_u8(out, caps ? (uint8_t)(caps->source_count + 1) : 0);
    if (!caps)
        return;
    byte_buffer_put_varint(out, caps->per_hour);
    byte_buffer_put_varint(out, caps->per_day);
    for (uint32_t i = 0; i < caps->source_count; i++) {
        byte_buffer_put_text(out, caps->sources[i].source);
        byte_buffer_put_varint(out, caps->sources[i].most);
    }
}

static void put_config(struct byte_buffer *out, const struct core_config *config)
{
    byte_buffer_put_text(out, config->desk);
    byte_buffer_put_text(out, config->policy);
    const uint32_t numbers[] = {config->grace_ms, config->park_limit_ms, config->work_limit_ms, config->retry_same_rep_ms,
                                config->offers_max, config->misses_to_away, config->return_assigned_when_gone, config->transfer_for_ms};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        byte_buffer_put_varint(out, numbers[i]);
    for (uint32_t i = 0; i < LW_CHANNEL_COUNT; i++) {
        const struct config_channel *channel = &config->channels[i];
        const uint32_t values[] = {channel->enabled, channel->weight, channel->priority, channel->offer_timeout_ms,
                                   channel->wait_limit_ms, channel->wrap_up_ms, channel->connect_timeout_ms,
                                   channel->call_back_when_abandoned, channel->first_touch_ms, channel->nudge_percent, channel->interrupts};
        for (size_t v = 0; v < sizeof values / sizeof *values; v++)
            byte_buffer_put_varint(out, values[v]);
    }
    byte_buffer_put_varint(out, config->skill_count);
    for (uint32_t i = 0; i < config->skill_count; i++)
        byte_buffer_put_text(out, config->skills[i]);
    put_teams(out, config);
    byte_buffer_put_varint(out, config->rep_count);
    for (uint32_t i = 0; i < config->rep_count; i++) {
        const struct config_rep *rep = &config->reps[i];
        byte_buffer_put_text(out, rep->name);
        byte_buffer_put_text(out, rep->team);
        byte_buffer_put_text(out, rep->device);
        byte_buffer_put_varint(out, rep->capacity);
        put_levels(out, rep->skills, rep->skill_count);
        put_caps(out, rep->caps);
    }
    byte_buffer_put_varint(out, config->rule_count);
    for (uint32_t i = 0; i < config->rule_count; i++) {
        const struct config_rule *rule = &config->rules[i];
        byte_buffer_put_text(out, rule->name);
        byte_buffer_put_text(out, rule->queue);
        byte_buffer_put_varint(out, rule->priority);
        put_levels(out, rule->require, rule->require_count);
        put_levels(out, rule->prefer, rule->prefer_count);
        put_own(out, &rule->own_language);
        put_own(out, &rule->own_territory);
        byte_buffer_put_varint(out, rule->team_count);
        for (uint32_t t = 0; t < rule->team_count; t++)
            byte_buffer_put_text(out, rule->teams[t]);
        byte_buffer_put_varint(out, rule->relax_count);
        for (uint32_t r = 0; r < rule->relax_count; r++)
            put_relax_step(out, &rule->relax[r]);
        byte_buffer_put_varint(out, rule->predicate_count);
        for (uint32_t p = 0; p < rule->predicate_count; p++) {
            const struct config_predicate *predicate = &rule->predicates[p];
            byte_buffer_put_text(out, predicate->field);
            byte_buffer_put_u8(out, (uint8_t)predicate->kind);
            byte_buffer_put_varint(out, predicate->value_count);
            for (uint32_t v = 0; v < predicate->value_count; v++)
                byte_buffer_put_text(out, predicate->values[v]);
        }
    }
    byte_buffer_put_varint(out, config->disposition_count);
    for (uint32_t i = 0; i < config->disposition_count; i++) {
        byte_buffer_put_text(out, config->dispositions[i].code);
        byte_buffer_put_u8(out, config->dispositions[i].class_number);
        put_follow_up(out, &config->dispositions[i]);
    }
    put_queues(out, config);
    put_pairs(out, config);
    byte_buffer_put_varint(out, config->park_nudge_ms);
    put_rule_tails(out, config);
}

static uint8_t tails_of(const struct core_config *config)
{
    uint8_t bits = config->all_rules ? ALL_RULES_COUNT : 0;
    bits |= config->people.keeps_stops ? STOPS_KEPT : 0;
    bits |= config->people.parks_stopped ? STOPPED_PARKED : 0;
    for (uint32_t i = 0; i < config->rule_count; i++)
        bits |= config->rules[i].first_touch_ms > 0 || config->rules[i].owner ? RULES_PROMISE : 0;
    return bits;
}

/* What rules say since more than one of them may count, and since they promise times and owners; and whether the desk remembers who wanted
 * to hear no more. Not written where none does, as before. */
static void put_rule_tails(struct byte_buffer *out, const struct core_config *config)
{
    const uint8_t bits = tails_of(config);
    if (bits == 0)
        return;
    byte_buffer_put_u8(out, bits);
    for (uint32_t i = 0; i < config->rule_count; i++) {
        const struct config_rule *rule = &config->rules[i];
        byte_buffer_put_u8(out, rule->keeps_queue);
        if ((bits & RULES_PROMISE) == 0)
            continue;
        byte_buffer_put_varint(out, rule->first_touch_ms);
        byte_buffer_put_varint(out, rule->owner_for_ms);
        byte_buffer_put_text(out, rule->owner ? rule->owner : "");
    }
}

static bool read_promises(struct byte_reader *in, struct config_rule *rule)
{
    char owner[TEXT_MAX];
    rule->first_touch_ms = read_number(in, UINT32_MAX);
    uint32_t owner_for_ms = read_number(in, UINT32_MAX);
    byte_reader_text(in, owner, sizeof owner);
    return !in->failed && (owner[0] == '\0' || core_config_rule_owner(rule, owner, owner_for_ms) == LW_OK);
}

static bool read_rule_tails(struct byte_reader *in, struct core_config *config)
{
    if (byte_reader_done(in))
        return true;
    const uint32_t bits = read_number(in, ALL_RULES_COUNT | RULES_PROMISE | STOPS_KEPT | STOPPED_PARKED);
    config->all_rules = (bits & ALL_RULES_COUNT) != 0;
    config->people.keeps_stops = (bits & STOPS_KEPT) != 0;
    config->people.parks_stopped = (bits & STOPPED_PARKED) != 0;
    for (uint32_t i = 0; i < config->rule_count; i++) {
        config->rules[i].keeps_queue = read_number(in, 1);
        if ((bits & RULES_PROMISE) != 0 && !read_promises(in, &config->rules[i]))
            return false;
    }
    return !in->failed;
}

static void put_people(struct byte_buffer *out, const struct config_people *people)
{
    byte_buffer_put_u8(out, people->join);
    byte_buffer_put_varint(out, people->window_ms);
    byte_buffer_put_varint(out, people->customer_for_ms);
    byte_buffer_put_varint(out, people->owner_for_ms);
    byte_buffer_put_text(out, people->owner_from ? people->owner_from : "");
}

static bool read_people(struct byte_reader *in, struct core_config *config)
{
    char owner_from[TEXT_MAX];
    config->people.join = byte_reader_u8(in) != 0;
    config->people.window_ms = byte_reader_varint(in);
    config->people.customer_for_ms = byte_reader_varint(in);
    config->people.owner_for_ms = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
    byte_reader_text(in, owner_from, sizeof owner_from);
    return !in->failed && core_config_set_owner_from(config, owner_from) == LW_OK;
}

static void put_queues(struct byte_buffer *out, const struct core_config *config)
{
    byte_buffer_put_varint(out, config->queue_count);
    for (uint32_t i = 0; i < config->queue_count; i++) {
        byte_buffer_put_text(out, config->queues[i].name);
        byte_buffer_put_text(out, config->queues[i].policy);
    }
    for (uint32_t i = 0; i < config->rep_count; i++) {
        byte_buffer_put_varint(out, config->reps[i].tier);
        byte_buffer_put_varint(out, config->reps[i].reserve);
        byte_buffer_put_varint(out, config->reps[i].share);
    }
    byte_buffer_put_u8(out, config->refused_counts);
    byte_buffer_put_u8(out, config->bad_counts);
    byte_buffer_put_varint(out, config->absent_leads_max);
    put_people(out, &config->people);
    config_refusals_put(out, &config->refusals);
    byte_buffer_put_varint(out, config->call_backs.most);
    byte_buffer_put_u8(out, config->call_backs.ends);
    config_nobody_put(out, &config->nobody_there);
    byte_buffer_put_varint(out, config->reopen_for_ms);
    config_opening_put(out, &config->opening);
    config_order_put(out, config);
}

/* What best_pair reckons with. */
static void put_pairs(struct byte_buffer *out, const struct core_config *config)
{
    for (uint32_t i = 0; i < config->rep_count; i++) {
        byte_buffer_put_varint(out, config->reps[i].rate_count);
        for (uint32_t k = 0; k < config->reps[i].rate_count; k++) {
            byte_buffer_put_text(out, config->reps[i].rates[k].queue);
            byte_buffer_put_varint(out, config->reps[i].rates[k].rate);
        }
    }
    for (uint32_t i = 0; i < config->rule_count; i++) {
        const char *from = config->rules[i].value_from;
        byte_buffer_put_varint(out, config->rules[i].value);
        byte_buffer_put_text(out, from ? from : "");
    }
    for (uint32_t i = 0; i < config->queue_count; i++) {
        byte_buffer_put_varint(out, config->queues[i].half_life_ms);
        byte_buffer_put_varint(out, config->queues[i].offer_to);
        byte_buffer_put_u8(out, config->queues[i].is_pulled);
    }
}

static uint32_t read_number(struct byte_reader *in, uint64_t max)
{
    return (uint32_t)byte_reader_varint_max(in, max);
}

static void read_follow_up(struct byte_reader *in, struct config_disposition *disposition)
{
    disposition->follow_up = (enum config_follow_up)byte_reader_u8(in);
    disposition->after_ms = byte_reader_varint(in);
    disposition->at_least_ms = byte_reader_varint(in);
    disposition->at_most_ms = byte_reader_varint(in);
    disposition->same_rep_for_ms = read_number(in, UINT32_MAX);
}

static lw_status read_config(struct byte_reader *in, struct core_config **out)
{
    char desk[TEXT_MAX], policy[TEXT_MAX], code[TEXT_MAX];
    byte_reader_text(in, desk, sizeof desk);
    byte_reader_text(in, policy, sizeof policy);
    if (in->failed)
        return LW_CORRUPT;
    struct core_config *config = core_config_new(desk);
    if (!config || core_config_set_policy(config, policy) != LW_OK)
        goto fail;
    config->grace_ms = read_number(in, UINT32_MAX);
    config->park_limit_ms = read_number(in, UINT32_MAX);
    config->work_limit_ms = read_number(in, UINT32_MAX);
    config->retry_same_rep_ms = read_number(in, UINT32_MAX);
    config->offers_max = read_number(in, UINT32_MAX);
    config->misses_to_away = read_number(in, UINT32_MAX);
    config->return_assigned_when_gone = read_number(in, 1);
    config->transfer_for_ms = read_number(in, UINT32_MAX);
    for (uint32_t i = 0; i < LW_CHANNEL_COUNT; i++) {
        struct config_channel *channel = &config->channels[i];
        channel->enabled = read_number(in, 1);
        channel->weight = read_number(in, CONFIG_WEIGHT_MAX);
        channel->priority = read_number(in, CONFIG_PRIORITY_MAX);
        channel->offer_timeout_ms = read_number(in, UINT32_MAX);
        channel->wait_limit_ms = read_number(in, UINT32_MAX);
        channel->wrap_up_ms = read_number(in, UINT32_MAX);
        channel->connect_timeout_ms = read_number(in, UINT32_MAX);
        channel->call_back_when_abandoned = read_number(in, 1);
        channel->first_touch_ms = read_number(in, UINT32_MAX);
        channel->nudge_percent = read_number(in, 99);
        channel->interrupts = (uint8_t)read_number(in, UINT8_MAX);
    }
    if (!read_skills_reps(in, config) || !read_rules(in, config))
        goto fail;
    uint32_t count = read_number(in, CONFIG_DISPOSITIONS_MAX);
    for (uint32_t i = 0; i < count && !in->failed; i++) {
        byte_reader_text(in, code, sizeof code);
        uint8_t class_number = byte_reader_u8(in);
        if (in->failed || core_config_add_disposition(config, code, class_number) != LW_OK)
            goto fail;
        read_follow_up(in, &config->dispositions[i]);
    }
    if (!read_queues(in, config) || !read_pairs(in, config))
        goto fail;
    if (byte_reader_done(in))   /* of a version that did not know it */
        config->park_nudge_ms = core_config_usual_park_nudge_ms(config->park_limit_ms);
    else
        config->park_nudge_ms = read_number(in, UINT32_MAX);
    if (!read_rule_tails(in, config) || !byte_reader_done(in) || !policy_find(config->policy))
        goto fail;
    *out = config;
    return LW_OK;
fail:
    core_config_free(config);
    return LW_CORRUPT;
}

static bool read_call_backs(struct byte_reader *in, struct core_config *config)
{
    config->call_backs.most = read_number(in, CONFIG_CALL_BACKS_MAX);
    config->call_backs.ends = byte_reader_u8(in) != 0;
    return !in->failed;
}

static bool read_queues(struct byte_reader *in, struct core_config *config)
{
    char name[TEXT_MAX], policy[TEXT_MAX];
    uint32_t count = read_number(in, CONFIG_QUEUES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        struct config_queue *queue;
        byte_reader_text(in, name, sizeof name);
        byte_reader_text(in, policy, sizeof policy);
        if (in->failed || (policy[0] != '\0' && !policy_find(policy)) || core_config_add_queue(config, name, policy, &queue) != LW_OK)
            return false;
    }
    for (uint32_t i = 0; i < config->rep_count; i++) {
        config->reps[i].tier = read_number(in, CONFIG_TIER_MAX);
        config->reps[i].reserve = read_number(in, CONFIG_CAPACITY_MAX);
        config->reps[i].share = read_number(in, CONFIG_SHARE_MAX);
        if (config->reps[i].share == 0)
            return false;
    }
    config->refused_counts = byte_reader_u8(in) != 0;
    config->bad_counts = byte_reader_u8(in) != 0;
    config->absent_leads_max = read_number(in, CONFIG_ABSENT_LEADS_MAX);
    if (!read_people(in, config) || !config_refusals_read(in, config) || !read_call_backs(in, config) || !config_nobody_read(in, config))
        return false;
    config->reopen_for_ms = byte_reader_varint(in);
    return config_opening_read(in, config) && config_order_read(in, config);
}

static bool read_pairs(struct byte_reader *in, struct core_config *config)
{
    char text[TEXT_MAX];
    for (uint32_t i = 0; i < config->rep_count; i++) {
        uint32_t count = read_number(in, CONFIG_RATES_MAX);
        for (uint32_t k = 0; k < count; k++) {
            byte_reader_text(in, text, sizeof text);
            if (in->failed || core_config_rep_rate(&config->reps[i], text, read_number(in, CONFIG_RATE_MAX)) != LW_OK)
                return false;
        }
    }
    for (uint32_t i = 0; i < config->rule_count; i++) {
        config->rules[i].value = read_number(in, CONFIG_VALUE_MAX);
        byte_reader_text(in, text, sizeof text);
        if (in->failed || (text[0] != '\0' && core_config_rule_value_from(&config->rules[i], text) != LW_OK))
            return false;
    }
    for (uint32_t i = 0; i < config->queue_count; i++) {
        config->queues[i].half_life_ms = read_number(in, CONFIG_HALF_LIFE_MAX_MS);
        config->queues[i].offer_to = read_number(in, CONFIG_OFFER_TO_MAX);
        config->queues[i].is_pulled = byte_reader_u8(in) != 0;
    }
    return !in->failed;
}

static bool read_hours(struct byte_reader *in, struct core_config *config)
{
    char name[TEXT_MAX];
    uint32_t count = read_number(in, CONFIG_TEAMS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        struct config_team *team;
        uint64_t before_ms = 0;
        byte_reader_text(in, name, sizeof name);
        if (in->failed || core_config_add_team(config, name, &team) != LW_OK)
            return false;
        uint32_t intervals = read_number(in, CONFIG_OPEN_MAX);
        for (uint32_t k = 0; k < intervals; k++) {
            uint64_t open_ms = before_ms + byte_reader_varint(in);
            before_ms = open_ms + byte_reader_varint(in);
            if (in->failed || core_config_team_open(team, open_ms, before_ms) != LW_OK)
                return false;
        }
        team->outsourced = byte_reader_u8(in) != 0;
        team->daily_cap = read_number(in, CONFIG_TEAM_CAP_MAX);
        team->daily_share = byte_reader_u8(in);
        uint32_t days = read_number(in, CONFIG_DAYS_MAX);
        for (uint64_t k = 0, day_ms = 0; k < days; k++) {
            day_ms += byte_reader_varint(in);
            if (in->failed || core_config_team_day(team, day_ms) != LW_OK)
                return false;
        }
    }
    return !in->failed;
}

static bool read_caps(struct byte_reader *in, struct config_rep *rep)
{
    char source[TEXT_MAX];
    uint8_t sources = byte_reader_u8(in);
    if (sources == 0)
        return !in->failed;
    uint32_t per_hour = read_number(in, CONFIG_CAP_MAX), per_day = read_number(in, CONFIG_CAP_MAX);
    if (in->failed || core_config_rep_caps(rep, per_hour, per_day) != LW_OK)
        return false;
    for (; sources > 1; sources--) {
        byte_reader_text(in, source, sizeof source);
        uint32_t most = read_number(in, CONFIG_CAP_MAX);
        if (in->failed || core_config_rep_cap_source(rep, source, most) != LW_OK)
            return false;
    }
    return true;
}

static bool read_skills_reps(struct byte_reader *in, struct core_config *config)
{
    char name[TEXT_MAX], team[TEXT_MAX], device[TEXT_MAX];
    uint32_t count = read_number(in, CONFIG_SKILLS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        byte_reader_text(in, name, sizeof name);
        if (in->failed || core_config_add_skill(config, name) != LW_OK)
            return false;
    }
    if (!read_hours(in, config))
        return false;
    count = read_number(in, CONFIG_REPS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        struct config_rep *rep;
        byte_reader_text(in, name, sizeof name);
        byte_reader_text(in, team, sizeof team);
        byte_reader_text(in, device, sizeof device);
        uint32_t capacity = read_number(in, CONFIG_CAPACITY_MAX);
        if (in->failed || core_config_add_rep(config, name, team, capacity, device, &rep) != LW_OK)
            return false;
        uint32_t skills = read_number(in, CONFIG_REP_SKILLS_MAX);
        for (uint32_t s = 0; s < skills; s++) {
            uint32_t skill = read_number(in, CONFIG_SKILLS_MAX);
            uint8_t level = byte_reader_u8(in);
            if (in->failed || skill >= config->skill_count || core_config_rep_skill(config, rep, config->skills[skill], level) != LW_OK)
                return false;
        }
        if (!read_caps(in, rep))
            return false;
    }
    return !in->failed;
}

static bool read_relax_step(struct byte_reader *in, const struct core_config *config, struct config_rule *rule)
{
    struct config_relax_step *step;
    char team[TEXT_MAX];
    uint32_t after_ms = read_number(in, UINT32_MAX);
    uint8_t drops = byte_reader_u8(in);
    if (in->failed || core_config_rule_relax(rule, after_ms, &step) != LW_OK)
        return false;
    step->drop_language = drops & 1;
    step->drop_territory = drops & 2;
    step->drop_teams = drops & 4;
    uint32_t count = read_number(in, CONFIG_REQUIRE_MAX);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t skill = read_number(in, CONFIG_SKILLS_MAX);
        uint8_t level = byte_reader_u8(in);
        if (in->failed || skill >= config->skill_count || core_config_relax_skill(config, step, config->skills[skill], level) != LW_OK)
            return false;
    }
    count = read_number(in, CONFIG_TEAMS_OF_RULE_MAX);
    for (uint32_t i = 0; i < count; i++) {
        byte_reader_text(in, team, sizeof team);
        if (in->failed || core_config_relax_team(step, team) != LW_OK)
            return false;
    }
    step->offer_to = read_number(in, CONFIG_OFFER_TO_MAX);
    return !in->failed;
}

static bool read_relaxation(struct byte_reader *in, const struct core_config *config, struct config_rule *rule)
{
    uint32_t count = read_number(in, CONFIG_RELAX_MAX);
    for (uint32_t i = 0; i < count; i++) {
        if (!read_relax_step(in, config, rule))
            return false;
    }
    return !in->failed;
}

static bool read_own(struct byte_reader *in, struct core_config *config, struct config_rule *rule, enum ability_kind kind)
{
    char field[TEXT_MAX];
    uint8_t level = byte_reader_u8(in);
    if (level == 0)
        return !in->failed;
    byte_reader_text(in, field, sizeof field);
    return !in->failed && core_config_rule_own(config, rule, kind, field, level) == LW_OK;
}

static bool read_teams(struct byte_reader *in, struct config_rule *rule)
{
    char team[TEXT_MAX];
    uint32_t count = read_number(in, CONFIG_TEAMS_OF_RULE_MAX);
    for (uint32_t i = 0; i < count; i++) {
        byte_reader_text(in, team, sizeof team);
        if (in->failed || core_config_rule_team(rule, team) != LW_OK)
            return false;
    }
    return !in->failed;
}

static bool read_rules(struct byte_reader *in, struct core_config *config)
{
    char name[TEXT_MAX], queue[TEXT_MAX];
    uint32_t count = read_number(in, CONFIG_RULES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        struct config_rule *rule;
        byte_reader_text(in, name, sizeof name);
        byte_reader_text(in, queue, sizeof queue);
        uint32_t priority = read_number(in, CONFIG_PRIORITY_MAX);
        if (in->failed || core_config_add_rule(config, name, queue, priority, &rule) != LW_OK)
            return false;
        uint32_t required = read_number(in, CONFIG_REQUIRE_MAX);
        for (uint32_t r = 0; r < required; r++) {
            uint32_t skill = read_number(in, CONFIG_SKILLS_MAX);
            uint8_t level = byte_reader_u8(in);
            if (in->failed || skill >= config->skill_count || core_config_rule_require(config, rule, config->skills[skill], level) != LW_OK)
                return false;
        }
        uint32_t preferred = read_number(in, CONFIG_PREFER_MAX);
        for (uint32_t r = 0; r < preferred; r++) {
            uint32_t skill = read_number(in, CONFIG_SKILLS_MAX);
            uint8_t level = byte_reader_u8(in);
            if (in->failed || skill >= config->skill_count || core_config_rule_prefer(config, rule, config->skills[skill], level) != LW_OK)
                return false;
        }
        if (!read_own(in, config, rule, ABILITY_LANGUAGE) || !read_own(in, config, rule, ABILITY_TERRITORY) || !read_teams(in, rule) ||
            !read_relaxation(in, config, rule))
            return false;
        uint32_t predicates = read_number(in, CONFIG_PREDICATES_MAX);
        for (uint32_t p = 0; p < predicates; p++) {
            static char values[CONFIG_VALUES_MAX][TEXT_MAX];   /* one owner; too large for the stack */
            const char *pointers[CONFIG_VALUES_MAX];
            byte_reader_text(in, name, sizeof name);
            uint8_t kind = byte_reader_u8(in);
            uint32_t value_count = read_number(in, CONFIG_VALUES_MAX);
            for (uint32_t v = 0; v < value_count; v++) {
                byte_reader_text(in, values[v], sizeof values[v]);
                pointers[v] = values[v];
            }
            if (in->failed || kind < CONFIG_EQUALS || kind > CONFIG_REGEX ||
                core_config_rule_when(rule, name, (enum config_predicate_kind)kind, pointers, value_count) != LW_OK)
                return false;
        }
    }
    return !in->failed;
}
