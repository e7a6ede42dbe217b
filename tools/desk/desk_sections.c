/* SPDX-License-Identifier: Apache-2.0
 *
 * The short sections of desk.yaml: skills, channels.
 */
#include <stdio.h>
#include <string.h>

#include "desk_reader.h"

/* A map "name: label"; an empty label is the name itself. */
static const char *read_label(struct desk_yaml *reader, const struct yaml_node *node, const char *what, const char *name)
{
    if (yaml_node_is_null(node))
        return name;
    return yaml_read_text(reader->doc, node, what, DESK_LABEL_SIZE_MAX, name);
}

void desk_read_skills(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "skills", YAML_KIND_MAP, DESK_SKILLS_MAX);
    const size_t count = map != NULL ? yaml_node_count(map) : 0;
    Leadwire__V1__SkillConfig *skills = desk_alloc(reader, count, sizeof *skills);
    reader->config.skills = desk_alloc(reader, count, sizeof *reader->config.skills);
    reader->skill_names = desk_alloc(reader, count + 1, sizeof *reader->skill_names);
    if (skills == NULL || reader->config.skills == NULL || reader->skill_names == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        const char *name = yaml_map_key_at(map, i);
        const struct yaml_node *node = yaml_map_value_at(map, i);
        desk_check_name(reader, node, "skill", name);
        leadwire__v1__skill_config__init(&skills[i]);
        skills[i].name = desk_borrow(name);
        skills[i].label = desk_borrow(read_label(reader, node, "skill label", name));
        reader->skill_names[i] = name;
        reader->config.skills[i] = &skills[i];
    }
    reader->config.n_skills = count;
}

struct channel_defaults {
    const char *name;
    Leadwire__V1__Channel channel;
    uint32_t weight, priority, offer_timeout_ms, wait_limit_ms, wrap_up_ms, connect_timeout_ms;
};

/* A call dies in seconds and takes the whole rep; forms and mails can share one. */
static const struct channel_defaults channel_table[] = {
    {"phone", LEADWIRE__V1__CHANNEL__CHANNEL_PHONE, 3, 50, 15000, 10 * 60 * 1000, 10000, 25000},
    {"web", LEADWIRE__V1__CHANNEL__CHANNEL_WEB, 1, 20, 45000, 4 * 60 * 60 * 1000, 0, 25000},
    {"email", LEADWIRE__V1__CHANNEL__CHANNEL_EMAIL, 1, 10, 60000, 8 * 60 * 60 * 1000, 0, 25000},
    {"chat", LEADWIRE__V1__CHANNEL__CHANNEL_CHAT, 1, 30, 30000, 30 * 60 * 1000, 0, 25000},
    {"import", LEADWIRE__V1__CHANNEL__CHANNEL_IMPORT, 1, 0, 60000, 24 * 60 * 60 * 1000, 0, 25000},
};
enum { CHANNEL_TABLE_SIZE = sizeof channel_table / sizeof channel_table[0], CHANNELS_BY_DEFAULT = 3 };
static const char *const channel_names[] = {"phone", "web", "email", "chat", "import", NULL};

static const char *const channel_keys[] = {"weight", "priority", "offer_timeout", "wait_limit", "wrap_up", "connect_timeout", "abandoned", "first_touch", "nudge",
                                           "interrupts", NULL};

static uint32_t read_time(struct desk_yaml *reader, const struct yaml_node *map, const char *channel, const char *key,
                          uint64_t min_ms, uint64_t max_ms, uint32_t absent_ms)
{
    char what[64];
    snprintf(what, sizeof what, "channel '%s': %s", channel, key);
    return (uint32_t)yaml_read_duration_ms(reader->doc, yaml_map_find(map, key), what, min_ms, max_ms, absent_ms);
}

/* node NULL: all defaults. */
static void fill_channel(struct desk_yaml *reader, Leadwire__V1__ChannelConfig *channel,
                         const struct channel_defaults *defaults, const struct yaml_node *node)
{
    char what[64];
    snprintf(what, sizeof what, "channel '%s'", defaults->name);
    yaml_check_keys(reader->doc, node, what, channel_keys);
    leadwire__v1__channel_config__init(channel);
    channel->channel = defaults->channel;
    snprintf(what, sizeof what, "channel '%s': weight", defaults->name);
    channel->weight = (uint32_t)yaml_read_number(reader->doc, yaml_map_find(node, "weight"), what, 1, DESK_CAPACITY_MAX, defaults->weight);
    snprintf(what, sizeof what, "channel '%s': priority", defaults->name);
    channel->priority = (uint32_t)yaml_read_number(reader->doc, yaml_map_find(node, "priority"), what, 0, DESK_PRIORITY_MAX, defaults->priority);
    channel->offer_timeout_ms = read_time(reader, node, defaults->name, "offer_timeout", 100, HOUR_MS, defaults->offer_timeout_ms);
    channel->wait_limit_ms = read_time(reader, node, defaults->name, "wait_limit", 100, (uint64_t)30 * DAY_MS, defaults->wait_limit_ms);
    channel->wrap_up_ms = read_time(reader, node, defaults->name, "wrap_up", 0, HOUR_MS, defaults->wrap_up_ms);
    channel->connect_timeout_ms = read_time(reader, node, defaults->name, "connect_timeout", 100, 5 * MINUTE_MS, defaults->connect_timeout_ms);
}

/* nudge: so many percent of first_touch; half of it if not written. */
static void read_first_touch(struct desk_yaml *reader, Leadwire__V1__ChannelConfig *channel, const char *name, const struct yaml_node *node)
{
    char what[64];
    channel->first_touch_ms = read_time(reader, node, name, "first_touch", 0, (uint64_t)7 * DAY_MS, 0);
    snprintf(what, sizeof what, "channel '%s': nudge", name);
    const struct yaml_node *nudge = yaml_map_find(node, "nudge");
    channel->nudge_percent = (uint32_t)yaml_read_number(reader->doc, nudge, what, 0, 99, channel->first_touch_ms > 0 ? 50 : 0);
    if (nudge != NULL && channel->first_touch_ms == 0)
        yaml_doc_problem(reader->doc, nudge, "channel '%s': nudge is a percentage of first_touch, which is not set", name);
}

static bool read_abandoned(struct desk_yaml *reader, const struct yaml_node *map, const struct channel_defaults *defaults)
{
    const struct yaml_node *node = yaml_map_find(map, "abandoned");
    if (node == NULL)
        return false;
    const char *word = yaml_read_text(reader->doc, node, "abandoned", 64, "cancel");
    if (strcmp(word, "cancel") != 0 && strcmp(word, "call_back") != 0)
        yaml_doc_problem(reader->doc, node, "channel '%s': abandoned must be cancel (the lead ends) or call_back (a rep calls), not '%s'", defaults->name, word);
    else if (defaults->channel != LEADWIRE__V1__CHANNEL__CHANNEL_PHONE)
        yaml_doc_problem(reader->doc, node, "channel '%s': abandoned is for phone: nobody else can hang up", defaults->name);
    return strcmp(word, "call_back") == 0;
}

void desk_read_channels(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "channels", YAML_KIND_MAP, CHANNEL_TABLE_SIZE * 2);
    const size_t count = map != NULL ? yaml_node_count(map) : CHANNELS_BY_DEFAULT;
    Leadwire__V1__ChannelConfig *channels = desk_alloc(reader, count, sizeof *channels);
    reader->config.channels = desk_alloc(reader, count, sizeof *reader->config.channels);
    reader->channel_nodes = desk_alloc(reader, count, sizeof *reader->channel_nodes);
    if (channels == NULL || reader->config.channels == NULL || reader->channel_nodes == NULL)
        return;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = map != NULL ? yaml_map_key_at(map, i) : channel_table[i].name;
        const struct yaml_node *node = map != NULL ? yaml_map_value_at(map, i) : NULL;
        size_t k = 0;
        while (k < CHANNEL_TABLE_SIZE && strcmp(channel_table[k].name, name) != 0)
            k++;
        if (k == CHANNEL_TABLE_SIZE) {
            const char *nearest = yaml_nearest(name, channel_names);
            yaml_doc_problem(reader->doc, node, "channel '%.64s' is not known; %s%s%s", name,
                             nearest != NULL ? "did you mean '" : "there are phone, web, email, chat and import",
                             nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
            continue;
        }
        if (node != NULL && !yaml_node_is_null(node) && yaml_node_kind(node) != YAML_KIND_MAP) {
            yaml_doc_problem(reader->doc, node, "channel '%s' must be a map, e.g. {weight: 1, offer_timeout: 30s}", name);
            continue;
        }
        fill_channel(reader, &channels[used], &channel_table[k], node);
        channels[used].call_back_when_abandoned = read_abandoned(reader, node, &channel_table[k]);
        read_first_touch(reader, &channels[used], channel_table[k].name, node);
        reader->channel_nodes[used] = node;
        reader->config.channels[used] = &channels[used];
        used++;
    }
    reader->config.n_channels = used;
}
