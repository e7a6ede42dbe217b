/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is told that nobody is there for the leads that wait.
 *
 *   nobody_there:
 *     closed: {after: 1m, tell: [boss]}
 *     no_rep: {after: 2m, tell: [boss, sms-duty]}
 *     busy: {after: 10m, tell: [boss]}
 */
#include <stdio.h>

#include "desk_reader.h"

static const char *const kinds[] = {"closed", "no_rep", "busy", NULL};   /* in the order of their numbers, from 1 */
enum { KINDS = 3, ADDRESSES_MAX = 16 };

static void read_addresses(struct desk_yaml *reader, const struct yaml_node *node, const struct yaml_node *list, const char *what,
                           Leadwire__V1__NobodyConfig *nobody)
{
    const bool is_list = list != NULL && yaml_node_kind(list) == YAML_KIND_LIST;
    const size_t count = is_list ? yaml_node_count(list) : 0;
    if (count < 1 || count > ADDRESSES_MAX) {
        yaml_doc_problem(reader->doc, list != NULL ? list : node, "%s: tell must be a list of 1 to %d addresses, e.g. [boss]", what, ADDRESSES_MAX);
        return;
    }
    nobody->tell = desk_alloc(reader, count, sizeof *nobody->tell);
    for (size_t i = 0; nobody->tell != NULL && i < count; i++) {
        const char *address = yaml_read_text(reader->doc, yaml_list_at(list, i), what, DESK_NAME_SIZE_MAX, NULL);
        if (address != NULL && address[0] == '\0')
            yaml_doc_problem(reader->doc, yaml_list_at(list, i), "%s: an address is empty; write one or leave it out", what);
        if (address != NULL)
            nobody->tell[nobody->n_tell++] = desk_borrow(address);
    }
}

static void read_kind(struct desk_yaml *reader, size_t at, const struct yaml_node *node, Leadwire__V1__NobodyConfig *nobody)
{
    static const char *const keys[] = {"after", "tell", NULL};
    char what[64], after[80];
    snprintf(what, sizeof what, "nobody_there: %s", kinds[at]);
    snprintf(after, sizeof after, "%s: after", what);
    leadwire__v1__nobody_config__init(nobody);
    nobody->kind = (Leadwire__V1__Nobody)(at + 1);
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(reader->doc, node, "%s must be a map, e.g. {after: 2m, tell: [boss]}", what);
        return;
    }
    yaml_check_keys(reader->doc, node, what, keys);
    nobody->after_ms = (uint32_t)yaml_read_duration_ms(reader->doc, yaml_map_find(node, "after"), after, 1000, DAY_MS, 2 * MINUTE_MS);
    read_addresses(reader, node, yaml_map_find(node, "tell"), what, nobody);
}

void desk_read_nobody(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "nobody_there", YAML_KIND_MAP, KINDS);
    Leadwire__V1__NobodyConfig *nobody = desk_alloc(reader, KINDS, sizeof *nobody);
    yaml_check_keys(reader->doc, map, "nobody_there", kinds);
    reader->config.nobody_there = desk_alloc(reader, KINDS, sizeof *reader->config.nobody_there);
    for (size_t i = 0; nobody != NULL && reader->config.nobody_there != NULL && i < KINDS; i++) {
        const struct yaml_node *node = yaml_map_find(map, kinds[i]);
        if (node == NULL)
            continue;
        read_kind(reader, i, node, &nobody[i]);
        reader->config.nobody_there[reader->config.n_nobody_there++] = &nobody[i];
    }
}
