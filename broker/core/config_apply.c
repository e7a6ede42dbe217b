/* SPDX-License-Identifier: Apache-2.0
 *
 * New rules take effect: reps come, change and go; who can serve what is built anew.
 */
#include <stdlib.h>

#include "caps.h"
#include "config_apply.h"
#include "core_internal.h"
#include "declines.h"
#include "device.h"
#include "effects.h"
#include "hours.h"
#include "interrupt.h"
#include "pairs.h"
#include "preferred.h"
#include "rep_state.h"
#include "rules.h"
#include "team_limits.h"
#include "unroutable.h"
#include "urgency.h"

static void know_skills(struct core *core);
static void know_dispositions(struct core *core);
static struct rep *ensure_rep(struct core *core, const struct config_rep *wanted, bool *is_new_out);
static void take_skills(struct core *core, struct rep *rep, const struct config_rep *wanted);
static void forget_caps(struct core *core);
static void count_configured(struct core *core);
static void remove_rep(struct core *core, struct rep *rep);
static void show_offers(struct core *core, const struct rep *rep);
static void drop_unused_demand(struct core *core);

uint32_t core_skill_number(struct core *core, const char *name, size_t size)
{
    uint32_t known = names_add(&core->names, name, size);
    for (uint32_t i = 0; i < core->skill_count; i++) {
        if (core->skill_names[i] == known)
            return i;
    }
    if (known == NAME_NONE || core->skill_count == CONFIG_SKILLS_MAX)
        return NAME_NONE;
    core->skill_names[core->skill_count] = known;
    return core->skill_count++;
}

bool config_skills_fit(const struct core *core, const struct core_config *config)
{
    uint32_t count = core->skill_count;
    for (uint32_t i = 0; i < config->skill_count; i++) {
        uint32_t known = names_find(&core->names, config->skills[i], strlen(config->skills[i])), at = 0;
        while (at < core->skill_count && core->skill_names[at] != known)
            at++;
        count += at == core->skill_count;
    }
    return count <= CONFIG_SKILLS_MAX && core->names.count + config->skill_count <= NAMES_MAX;
}

void config_link(struct core *core)
{
    bool new_order = !core->is_restoring && (core->queues.weighs || core->config->order);
    if (new_order)
        urgency_leave_all(core);
    queues_link(core);
    if (!core->is_restoring)
        drop_unused_demand(core);
    rules_link(core);
    know_skills(core);
    know_dispositions(core);
    hours_link(core);
    urgency_link(core);
    if (new_order)
        urgency_join_all(core);
    /* Out of the trees before their order changes. */
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (!rep)
            continue;
        rep_before_change(core, rep);
        rep->configured = false;
    }
    team_limits_link(core);
    classes_set_orders(&core->classes);
    for (uint32_t i = 0; i < core->config->rep_count; i++) {
        bool is_new;
        struct rep *rep = ensure_rep(core, &core->config->reps[i], &is_new);
        take_skills(core, rep, &core->config->reps[i]);
        caps_link(core, rep, &core->config->reps[i]);
        rep_join_class(core, rep);
        if (is_new && !core->is_restoring) {
            rep->share_mark = core->fair_share.given;
            rep_record(core, rep);
        }
    }
    forget_caps(core);
    declines_link(core);
    device_link(core);
    team_limits_link_reps(core);
    interrupt_link(core);
    count_configured(core);
    caps_link_sources(core);
    fair_share_link(core);
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (rep)
            rep_relink(core, rep);
    }
    opening_link(core);
    nobody_link(core);
}

void config_apply(struct core *core)
{
    config_link(core);
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (!rep)
            continue;
        if (!rep->configured)
            preferred_release(core, rep);
        if (!rep->configured && (rep->state != REP_OFFLINE || rep->held_count > 0))
            remove_rep(core, rep);
        else if (rep->session != 0)
            tell_rep_status(core, rep);
        if (rep->configured && rep->was_outsourced && !rep->is_outsourced)
            show_offers(core, rep);
    }
    unroutable_review(core);
    core->match_everything = true;
}

static void know_skills(struct core *core)
{
    memset(core->skill_is_known, 0, sizeof core->skill_is_known);
    for (uint32_t i = 0; i < core->config->skill_count; i++) {
        uint32_t number = core_skill_number(core, core->config->skills[i], strlen(core->config->skills[i]));
        if (number != NAME_NONE)
            core->skill_is_known[number] = true;
    }
}

static void know_dispositions(struct core *core)
{
    for (uint32_t i = 0; i < core->config->disposition_count; i++) {
        struct config_disposition *disposition = &core->config->dispositions[i];
        disposition->name = names_add(&core->names, disposition->code, strlen(disposition->code));
    }
}

static struct rep *ensure_rep(struct core *core, const struct config_rep *wanted, bool *is_new_out)
{
    struct rep *rep = rep_table_by_name(&core->reps, wanted->name, strlen(wanted->name));
    *is_new_out = !rep;
    if (!rep)
        rep = rep_table_add(&core->reps, core->reps.count, wanted->name, strlen(wanted->name));
    assert(rep);   /* CONFIG_REPS_MAX is far below REPS_MAX; memory for it is part of starting */
    return rep;
}

static void take_skills(struct core *core, struct rep *rep, const struct config_rep *wanted)
{
    rep->configured = true;
    rep->rank.capacity = wanted->capacity;
    rep->rank.tier = wanted->tier;
    rep->reserve = wanted->reserve;
    rep->new_share = wanted->share;
    rep->team = names_add(&core->names, wanted->team, strlen(wanted->team));
    rep->is_closed = !hours_are_open(core, rep->team);
    rep->was_outsourced = rep->is_outsourced;
    rep->is_outsourced = config_team_is_outsourced(core->config, wanted->team);
    rep->device = wanted->device[0] == '\0' ? NAME_NONE : names_add(&core->names, wanted->device, strlen(wanted->device));
    pairs_take_rates(core, rep, wanted);
    memset(rep->levels, 0, sizeof rep->levels);
    for (uint32_t i = 0; i < wanted->skill_count; i++) {
        const char *skill = core->config->skills[wanted->skills[i].skill];
        uint32_t number = core_skill_number(core, skill, strlen(skill));
        if (number != NAME_NONE)
            rep->levels[number] = wanted->skills[i].level;
    }
}

/* Of reps whom the rules no longer have. */
static void forget_caps(struct core *core)
{
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (!rep || rep->configured || !rep->caps)
            continue;
        caps_link(core, rep, NULL);
        if (rep->supply)
            rep_join_class(core, rep);
    }
}

static void count_configured(struct core *core)
{
    for (uint32_t i = 0; i < core->classes.supply_count; i++) {
        if (core->classes.supply[i])
            core->classes.supply[i]->configured_count = 0;
    }
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        if (rep && rep->configured)
            rep->supply->configured_count++;
    }
}

static void remove_rep(struct core *core, struct rep *rep)
{
    if (rep->session != 0) {
        struct core_effect effect;
        rep_row(core, rep, &effect);
        effect.kind = EFFECT_REPLACED;
        effect.session = rep->session;
        effect.reason = "removed from the desk's rules";
        effect_emit(core, &effect);
    }
    rep_log_off(core, rep, CAUSE_REP_REMOVED);
}

/* Of one's own now: what they are offered was hidden from them in part, and what they accept is not told again. */
static void show_offers(struct core *core, const struct rep *rep)
{
    struct lead **leads = rep_held_sorted(rep);
    for (uint32_t i = 0; leads[i]; i++) {
        if (leads[i]->state == LEAD_OFFERED)
            tell_offer(core, leads[i], rep, true);
    }
    free(leads);
}

/* Classes come from rules: what the old rules made and no open lead needs would pile up. */
static void drop_unused_demand(struct core *core)
{
    for (uint32_t i = 0; i < core->classes.demand_count; i++) {
        struct demand_class *demand = core->classes.demand[i];
        if (!demand)
            continue;
        demand->is_kept = false;
        if (demand->lead_count == 0)
            classes_drop_demand(&core->classes, demand);
    }
}
