/* SPDX-License-Identifier: Apache-2.0
 *
 * How desk.yaml lets people be recognised:
 *
 *   people: {join: yes, window: 30d}
 */
#include "desk_reader.h"

static const char *const people_keys[] = {"join", "window", NULL};

void desk_read_people(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "people", YAML_KIND_MAP, 16);
    Leadwire__V1__PeopleConfig *people = desk_alloc(reader, 1, sizeof *people);
    if (map == NULL || people == NULL)
        return;
    leadwire__v1__people_config__init(people);
    yaml_check_keys(reader->doc, map, "people", people_keys);
    people->join = yaml_read_bool(reader->doc, yaml_map_find(map, "join"), "people: join", false);
    people->window_ms = yaml_read_duration_ms(reader->doc, yaml_map_find(map, "window"), "people: window", 1000, 366 * (uint64_t)DAY_MS,
                                              30 * (uint64_t)DAY_MS);
    reader->config.people = people;
}
