/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_yaml - desk.yaml -> the rules of one desk, judged before a broker sees them.
 *
 * The format is described in leadwire-desk.yaml(5). Only `desk` and `reps` must be
 * written; all else has the defaults of deploy/small-business/desk.yaml.
 *
 * Problems make the file unusable; warnings do not: a rule that no rep can meet,
 * a rule behind one that takes every lead. Both read "file:line: what; hint".
 * A file with a problem has no configuration. Threads: one owner.
 */
#ifndef DESK_YAML_H
#define DESK_YAML_H

#include <stddef.h>

#include "leadwire/v1/config.pb-c.h"

enum {
    DESK_REPS_MAX = 10000,
    DESK_USERS_MAX = 10000,
    DESK_SKILLS_MAX = 256,
    DESK_RULES_MAX = 1000,
    DESK_TEAMS_MAX = 256,
    DESK_DISPOSITIONS_MAX = 64,
    DESK_QUEUES_MAX = 1000,
    DESK_REP_SKILLS_MAX = 64,
    DESK_REQUIRE_MAX = 8,           /* skills that one rule requires */
    DESK_PREFER_MAX = 8,            /* that one rule prefers */
    DESK_LANGUAGES_MAX = 16,        /* of one rep */
    DESK_TERRITORIES_MAX = 48,
    DESK_TERRITORY_SIZE_MAX = 63,
    DESK_TEAMS_OF_RULE_MAX = 8,     /* with those that its relaxation adds */
    DESK_RELAX_MAX = 8,             /* steps of one rule */
    DESK_ABILITIES_MAX = 512,       /* skills, languages and territories of the desk */
    DESK_PREDICATES_MAX = 16,       /* conditions of one rule */
    DESK_VALUES_MAX = 64,           /* values of one condition */
    DESK_CAPACITY_MAX = 1000,
    DESK_CAP_MAX = 10000,           /* leads */
    DESK_TEAM_CAP_MAX = 1000000,    /* leads of a day */
    DESK_TEAM_SHARE_MAX = 99,       /* in a hundred */
    DESK_CAP_SOURCES_MAX = 8,       /* of one rep */
    DESK_PRIORITY_MAX = 100,
    DESK_LEVEL_MAX = 10,
    DESK_TIER_MAX = 100,
    DESK_SHARE_MAX = 100,
    DESK_SHARE_DEFAULT = 10,
    DESK_RATES_MAX = 16,            /* of one rep */
    DESK_RATE_MAX = 1000,           /* tenths of a hundredth */
    DESK_VALUE_MAX = 1000000,
    DESK_OFFER_TO_MAX = 16,
    DESK_OFFER_TO_DEFAULT = 3,
    DESK_ABSENT_LEADS_MAX = 1000,
    DESK_WARNINGS_MAX = 50,
    DESK_TEXT_SIZE_MAX = 1024 * 1024,
};

struct desk_yaml;

/* Never fail but for memory (NULL): a file that cannot be read has a problem. */
struct desk_yaml *desk_yaml_open(const char *path);
struct desk_yaml *desk_yaml_from_text(const char *name_for_messages, const char *text, size_t size);
void desk_yaml_close(struct desk_yaml **desk);

/* Borrowed; NULL if there is any problem. source_text holds the file as read. */
const Leadwire__V1__DeskConfig *desk_yaml_config(const struct desk_yaml *desk);
size_t desk_yaml_problem_count(const struct desk_yaml *desk);
const char *desk_yaml_problem_at(const struct desk_yaml *desk, size_t index);
size_t desk_yaml_warning_count(const struct desk_yaml *desk);
const char *desk_yaml_warning_at(const struct desk_yaml *desk, size_t index);

#endif
