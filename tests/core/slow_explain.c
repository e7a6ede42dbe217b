/* SPDX-License-Identifier: Apache-2.0
 *
 * Why: what the desk was when it gave a lead away.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>

static uint32_t level_of(const struct slow_desk *desk, const struct slow_rep *rep, const char *ability)
{
    for (uint32_t i = 0; i < rep->rules->skill_count; i++) {
        if (strcmp(desk->rules->skills[rep->rules->skills[i].skill], ability) == 0)
            return rep->rules->skills[i].level;
    }
    return 0;
}

static bool lacks_one(const struct slow_desk *desk, const struct slow_rep *rep, const struct slow_lead *lead, const char *kind)
{
    for (uint32_t i = 0; i < lead->require_count; i++) {
        const char *ability = lead->require[i];
        const char *its_kind = strncmp(ability, "language:", 9) == 0 ? "language" : strncmp(ability, "territory:", 10) == 0 ? "territory" : "skill";
        if (strcmp(kind, its_kind) == 0 && level_of(desk, rep, ability) < lead->require_level[i])
            return true;
    }
    return false;
}

static bool is_of_another_team(const struct slow_desk *desk, const struct slow_rep *rep, const struct slow_lead *lead)
{
    for (uint32_t i = 0; i < lead->team_count; i++) {
        if (strcmp(lead->teams[i], rep->rules->team) == 0)
            return false;
    }
    return !lead->own_teams || is_outsourced(desk, rep);
}

static bool has_refused(const struct slow_lead *lead, int rep)
{
    for (uint32_t i = 0; i < lead->refusal_count; i++) {
        if (lead->refusals[i].rep == rep)
            return true;
    }
    return false;
}

/* The first that holds of what docs/ROUTING.md lists. */
static const char *why_not(const struct slow_desk *desk, int number, const struct slow_lead *lead)
{
    const struct slow_rep *rep = &desk->reps[number];
    static const char *const states[] = {[REP_OFFLINE] = "offline", [REP_BREAK] = "break", [REP_WRAP_UP] = "wrap_up", [REP_AWAY] = "away"};
    if (prefers(lead) && lead->preferred != number)
        return "preferred_rep";
    if (!rep->connected)
        return "offline";
    if (rep->state != REP_AVAILABLE)
        return states[rep->state];
    if (!at_work(desk, rep))
        return "hours";
    if (!prefers(lead) && lacks_one(desk, rep, lead, "skill"))
        return "skill";
    if (!prefers(lead) && lacks_one(desk, rep, lead, "language"))
        return "language";
    if (!prefers(lead) && lacks_one(desk, rep, lead, "territory"))
        return "territory";
    if (!prefers(lead) && is_of_another_team(desk, rep, lead))
        return "team";
    if (is_call(lead) && !slow_rings(rep))
        return "device";
    if (is_at_cap(desk, number, lead->source))
        return "cap";
    if (team_rule_against(desk, number))
        return team_rule_against(desk, number);
    if (!prefers(lead) && slow_is_kept(desk, number, lead))
        return "opening";
    if (has_refused(lead, number))
        return "declined_before";
    if (held(lead) && offer_of(lead, number) > 0)
        return "offered";
    return slow_has_room(desk, number, lead) || slow_interrupts(desk, number, lead) ? "" : "capacity";
}

void note_decision(struct slow_desk *desk, const struct slow_lead *lead, int chosen)
{
    assert(desk->decision_count < DECISIONS);
    struct slow_decision *decision = &desk->decisions[desk->decision_count++];
    *decision = (struct slow_decision){.lead = lead->id, .at_ms = desk->now_ms, .offer_number = lead->last_offer_number + 1, .config_version = desk->version};
    strcpy(decision->chosen, desk->reps[chosen].name);
    strcpy(decision->policy, policy_of(desk, lead));
    for (int i = 0; i < desk->rep_count; i++) {
        uint32_t at = decision->count;
        if (!desk->reps[i].rules)
            continue;
        assert(at < SLOW_CANDIDATES_MAX);
        strcpy(decision->candidates[at].rep, desk->reps[i].name);
        decision->candidates[at].excluded_by = why_not(desk, i, lead);
        assert((*decision->candidates[at].excluded_by == '\0') == eligible(desk, i, lead));
        for (int k = 0; eligible(desk, i, lead) && k < desk->rep_count; k++)
            decision->candidates[at].rank += eligible(desk, k, lead) && (k == i || rep_before(desk, lead, k, i));
        decision->count++;
    }
}

uint32_t slow_desk_decisions(const struct slow_desk *desk, const struct slow_decision **out)
{
    *out = desk->decisions;
    return desk->decision_count;
}
