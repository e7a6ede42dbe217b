/* SPDX-License-Identifier: Apache-2.0
 *
 * How desk.yaml lets people be recognised:
 *
 *   people: {join: yes, window: 30d, customer_for: 365d, owner_for: 45s, owner: from attribute.owner, do_not_call: park}
 */
#include <string.h>

#include "desk_reader.h"

static const char *const people_keys[] = {"join", "window", "customer_for", "owner_for", "owner", "do_not_call", NULL};
static const uint64_t LONGEST_MS = 366 * (uint64_t)DAY_MS;

static void read_owner(struct desk_yaml *reader, const struct yaml_node *node, Leadwire__V1__PeopleConfig *people)
{
    static const char from[] = "from ";
    const char *text = yaml_read_text(reader->doc, node, "people: owner", 640, "");
    if (text[0] == '\0')
        return;
    const char *field = strncmp(text, from, sizeof from - 1) == 0 ? text + sizeof from - 1 : "";
    if (!desk_is_field(field))
        yaml_doc_problem(reader->doc, node, "people: owner must name a field of the lead, e.g. 'from attribute.owner', not '%.64s'", text);
    people->owner_from = desk_borrow(field);
}

/* Who wanted to hear no more, when they come again. */
static void read_stops(struct desk_yaml *reader, const struct yaml_node *node, Leadwire__V1__PeopleConfig *people)
{
    const char *word = yaml_read_text(reader->doc, node, "people: do_not_call", 64, "flag");
    people->park_stopped = strcmp(word, "park") == 0;
    people->keep_stops = people->park_stopped || strcmp(word, "flag") == 0;
    if (!people->keep_stops && strcmp(word, "forget") != 0)
        yaml_doc_problem(reader->doc, node, "people: do_not_call must be flag (who wanted to hear no more is known by it), park (and not called) or forget, not '%.64s'", word);
}

/* What rules ask the desk must be something it knows. */
static void check_customers(struct desk_yaml *reader, const Leadwire__V1__PeopleConfig *people)
{
    for (size_t i = 0; i < reader->config.n_rules; i++) {
        const Leadwire__V1__RuleConfig *rule = reader->config.rules[i];
        for (size_t k = 0; k < rule->n_when && (people == NULL || people->customer_for_ms == 0); k++) {
            if (strcmp(rule->when[k]->field, "customer") == 0 || strcmp(rule->when[k]->field, "bought") == 0 || strcmp(rule->when[k]->field, "bought_days") == 0)
                yaml_doc_problem(reader->doc, reader->rule_nodes[i],
                                 "rule '%.64s' asks for customers, whom the desk does not know; say how long: people: {customer_for: 365d}", rule->name);
        }
    }
}

void desk_read_people(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "people", YAML_KIND_MAP, 16);
    Leadwire__V1__PeopleConfig *people = desk_alloc(reader, 1, sizeof *people);
    if (map == NULL || people == NULL) {
        check_customers(reader, NULL);
        return;
    }
    leadwire__v1__people_config__init(people);
    yaml_check_keys(reader->doc, map, "people", people_keys);
    people->join = yaml_read_bool(reader->doc, yaml_map_find(map, "join"), "people: join", false);
    people->window_ms = yaml_read_duration_ms(reader->doc, yaml_map_find(map, "window"), "people: window", 1000, LONGEST_MS, 30 * (uint64_t)DAY_MS);
    people->customer_for_ms = yaml_read_duration_ms(reader->doc, yaml_map_find(map, "customer_for"), "people: customer_for", 0, LONGEST_MS, 0);
    people->owner_for_ms = (uint32_t)yaml_read_duration_ms(reader->doc, yaml_map_find(map, "owner_for"), "people: owner_for", 0, DAY_MS, 0);
    read_owner(reader, yaml_map_find(map, "owner"), people);
    read_stops(reader, yaml_map_find(map, "do_not_call"), people);
    if (people->owner_from[0] != '\0' && people->owner_for_ms == 0)
        yaml_doc_problem(reader->doc, map, "people: owner is asked first for no time; say how long: owner_for: 45s");
    check_customers(reader, people);
    reader->config.people = people;
}
