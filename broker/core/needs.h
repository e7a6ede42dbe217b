/* SPDX-License-Identifier: Apache-2.0
 *
 * needs - what a lead asks of a rep. Inside broker/core only.
 */
#ifndef NEEDS_H
#define NEEDS_H

#include <leadwire/lead.h>

#include "core.h"

struct core;

struct requirement { uint16_t skill; uint8_t level; };   /* skill: core number */

/* In what order, and by whose share, a lead goes at the opening of the desk: see opening.h. */
enum opening_place { OPENING_NONE, OPENING_CALLER, OPENING_FIRST, OPENING_SHARED };

/* What a lead asks of a rep. Sorted by name: one set has one form, also after a restart, when numbers may differ. */
struct needs {
    uint8_t require_count, prefer_count, team_count;
    bool rings;                                 /* calls: accepting one rings the rep's device */
    bool with_own_teams;                        /* beside the teams named, all that are not outsourced; not set without any named */
    uint8_t opening;                            /* enum opening_place */
    uint32_t capped_source;                     /* names + 1: reps may have had enough from this source; 0: nobody counts it */
    struct requirement require[CONFIG_REQUIRE_MAX];
    struct requirement prefer[CONFIG_PREFER_MAX];   /* who has these comes first */
    uint32_t teams[CONFIG_TEAMS_OF_RULE_MAX];   /* names; none: all that are not outsourced */
};

/* Somebody is on the line. */
static inline bool publish_is_call(const struct core_command *publish)
{
    return publish->publish.channel == LW_CHANNEL_PHONE && !publish->publish.is_voicemail;
}

void needs_sort(const struct core *core, struct needs *needs);
/* Of those named, or, where that is enough, of one's own. */
bool needs_allow_team(const struct needs *needs, uint32_t team, bool is_outsourced);
/* What a rule asks of a rep who is to take this lead. False when names or numbers ran out. */
bool needs_of_rule(struct core *core, const struct config_rule *rule, const struct core_command *publish, struct needs *out);

/* Asks for less: what the step says. */
void needs_relax(struct core *core, struct needs *needs, const struct config_relax_step *step);

#endif
