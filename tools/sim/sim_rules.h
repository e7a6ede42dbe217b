/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_rules - the desk's rules in a simulation, drawn from the seed. All
 * versions are kept: the judge reads them too. Reps are "rep0".."repN", rule i
 * takes leads whose field "product" is "p<i>"; the last rule takes all. The product also
 * says the lead's language and region.
 */
#ifndef SIM_RULES_H
#define SIM_RULES_H

#include "core_config.h"
#include "sim_random.h"

enum { SIM_VERSIONS_MAX = 64, SIM_REPS_MAX = 32, SIM_RULES_MAX = 16, SIM_SKILLS = 4 };

/* What reps say when they decline: the first is in every table of reasons. */
#define SIM_REASON_OF_ALL "busy"
#define SIM_REASON_OF_SOME "language"
#define SIM_START_MS UINT64_C(1800000000000)   /* when a simulation begins */

struct sim_rules {
    struct core_config *drawn[SIM_VERSIONS_MAX];
    uint32_t count;
    const struct core_config *versions[2 * SIM_VERSIONS_MAX];   /* what the broker applied: [v - 1] is version v */
    uint32_t reps, rules;                             /* how many to draw */
};

void sim_rules_init(struct sim_rules *rules, uint32_t reps, uint32_t rule_count);
void sim_rules_fini(struct sim_rules *rules);
/* A version in which everybody can be served in the end; NULL at SIM_VERSIONS_MAX. */
const struct core_config *sim_rules_draw(struct sim_rules *rules, struct sim_random *random);
/* The broker gave these rules this version; one that was lost in a crash is given again. */
void sim_rules_applied(struct sim_rules *rules, uint32_t version, const struct core_config *config);
const struct core_config *sim_rules_version(const struct sim_rules *rules, uint32_t version);
/* In this version; NULL: not a rep of it. */
const struct config_rep *sim_rules_rep(const struct core_config *config, uint32_t rep);
/* The number in "rep7"; SIM_REPS_MAX for other texts. */
uint32_t sim_rep_number(const char *name);
/* The device that rep has, if any. */
void sim_rules_device(char *out, size_t size, uint32_t rep);
/* One of SIM_SKILLS. */
const char *sim_rules_skill(uint32_t number);
/* What a lead of product i has in this field: product, language, region; NULL: nothing. Static until the next call. */
const char *sim_rules_field(uint32_t product, const char *field);
/* Of this queue. */
const char *sim_rules_policy(const struct core_config *config, const char *queue);
/* Whether a rep of this team works at this moment, as the rules have it. */
bool sim_rules_open(const struct core_config *config, const char *team, uint64_t now_ms);
/* The rule for product i. */
const struct config_rule *sim_rules_for(const struct core_config *config, uint32_t product);

#endif
