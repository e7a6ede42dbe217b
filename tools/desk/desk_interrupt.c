/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls that may interrupt lighter work, and the reserve that a rep has for that, written on a rep or on a team for each of its reps.
 *
 *   channels:
 *     phone: {interrupts: [web, email]}
 *   teams:
 *     inside: {reserve: 3}
 */
#include <leadwire/lead.h>
#include <stdio.h>
#include <string.h>

#include "desk_reader.h"

enum { WHAT_MAX = DESK_NAME_SIZE_MAX + 48 };

static const char *name_of(const Leadwire__V1__ChannelConfig *channel)
{
    return lw_channel_name((lw_channel)channel->channel);
}

/* NULL: the desk does not serve it. */
static const Leadwire__V1__ChannelConfig *channel_named(const Leadwire__V1__DeskConfig *config, const char *name)
{
    for (size_t i = 0; i < config->n_channels; i++) {
        if (strcmp(name_of(config->channels[i]), name) == 0)
            return config->channels[i];
    }
    return NULL;
}

static void add_interrupted(struct desk_yaml *reader, Leadwire__V1__ChannelConfig *channel, const struct yaml_node *item, const char *what)
{
    const char *name = yaml_read_text(reader->doc, item, what, DESK_NAME_SIZE_MAX, "");
    const Leadwire__V1__ChannelConfig *interrupted = channel_named(&reader->config, name);
    if (interrupted == NULL)
        yaml_doc_problem(reader->doc, item, "%s: '%.64s' is no channel of this desk; name one that it serves", what, name);
    else if (interrupted == channel)
        yaml_doc_problem(reader->doc, item, "%s: a channel cannot interrupt itself; remove it", what);
    else
        channel->interrupts |= 1u << interrupted->channel;
}

static void read_channel(struct desk_yaml *reader, Leadwire__V1__ChannelConfig *channel, const struct yaml_node *node)
{
    char what[WHAT_MAX];
    snprintf(what, sizeof what, "channel '%s': interrupts", name_of(channel));
    if (node == NULL || yaml_node_is_null(node))
        return;
    if (yaml_node_kind(node) == YAML_KIND_MAP) {
        yaml_doc_problem(reader->doc, node, "%s must be a channel or a list of channels, e.g. [web, email]", what);
        return;
    }
    const bool is_list = yaml_node_kind(node) == YAML_KIND_LIST;
    for (size_t i = 0; i < (is_list ? yaml_node_count(node) : 1); i++)
        add_interrupted(reader, channel, is_list ? yaml_list_at(node, i) : node, what);
}

/* What is interrupted interrupts nothing: else a call could interrupt the call that interrupted a form. */
static void check_circles(struct desk_yaml *reader)
{
    const Leadwire__V1__DeskConfig *config = &reader->config;
    for (size_t i = 0; i < config->n_channels; i++) {
        for (size_t k = 0; k < config->n_channels; k++) {
            if ((config->channels[i]->interrupts >> config->channels[k]->channel & 1) != 0 && config->channels[k]->interrupts != 0)
                yaml_doc_problem(reader->doc, yaml_map_find(reader->channel_nodes[k], "interrupts"),
                                 "channel '%s' is interrupted by '%s', so it can interrupt none; remove one of the two", name_of(config->channels[k]),
                                 name_of(config->channels[i]));
        }
    }
}

static bool anybody_has_reserve(const Leadwire__V1__DeskConfig *config)
{
    for (size_t i = 0; i < config->n_reps; i++) {
        if (config->reps[i]->reserve > 0)
            return true;
    }
    return false;
}

static void read_reserves(struct desk_yaml *reader)
{
    const struct yaml_node *teams = yaml_map_find(reader->root, "teams");
    for (size_t i = 0; i < reader->config.n_reps; i++) {
        Leadwire__V1__RepConfig *rep = reader->config.reps[i];
        const struct yaml_node *own = yaml_map_find(reader->rep_nodes[i], "reserve"), *of_team = yaml_map_find(yaml_map_find(teams, rep->team), "reserve");
        char what[WHAT_MAX];
        snprintf(what, sizeof what, own != NULL ? "rep '%.127s': reserve" : "team '%.127s': reserve", own != NULL ? rep->name : rep->team);
        rep->reserve = (uint32_t)yaml_read_number(reader->doc, own != NULL ? own : of_team, what, 0, DESK_CAPACITY_MAX, 0);
    }
}

void desk_read_interrupts(struct desk_yaml *reader)
{
    const Leadwire__V1__DeskConfig *config = &reader->config;
    const struct yaml_node *first = NULL;
    for (size_t i = 0; i < config->n_channels; i++) {
        const struct yaml_node *node = yaml_map_find(reader->channel_nodes[i], "interrupts");
        first = first == NULL ? node : first;
        read_channel(reader, config->channels[i], node);
    }
    check_circles(reader);
    read_reserves(reader);
    if (first != NULL && !anybody_has_reserve(config))
        desk_warn(reader, first, "calls interrupt nobody, as no rep has a reserve; give reps or teams one, e.g. reserve: 3");
    else if (first == NULL && anybody_has_reserve(config))
        desk_warn(reader, NULL, "a reserve serves nothing, as no channel interrupts another; write e.g. phone: {interrupts: [web, email]}");
}
