/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_reply.h"

#include "core_preview.h"
#include "lead_command.h"

#include <string.h>

struct filling {
    struct arena *arena;
    Leadwire__V1__ExplainReply *reply;
};

static void fill_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *require_names,
                      const uint8_t *require_levels, uint32_t require_count, const char *waiting_because);
static void add_decision(void *context, const struct core_decision_view *view);
static void add_candidate(void *context, const struct core_candidate *view);
static void add_rep_decision(void *context, const struct core_rep_decision *view);
static void add_rep_waiting(void *context, const struct core_rep_waiting *view);
static void add_declines(struct filling *filling, const struct core *core, struct core_text rep);
static void add_act(void *context, const struct core_act_view *view);
static void add_leg(void *context, const struct core_leg_view *view);
static bool grow(struct arena *arena, void ***items, size_t count);
static char *keep(struct arena *arena, const char *text);

void explain_reply_fill(struct core *core, struct desk_id lead, struct arena *arena, Leadwire__V1__ExplainReply *reply)
{
    struct filling filling = {.arena = arena, .reply = reply};
    struct core_explain_visitor visitor = {.context = &filling, .lead = fill_lead, .decision = add_decision,
                                           .candidate = add_candidate};

    reply->found = core_explain(core, lead, &visitor);
    core_explain_acts(core, lead, &filling, add_act);
    uint64_t touched_ms;
    reply->touched = (char *)core_touch_word(core_explain_reach(core, lead, &filling, add_leg, &touched_ms));
    reply->touched_unix_ms = (int64_t)touched_ms;
}

void explain_reply_fill_preview(struct core *core, const Leadwire__V1__Lead *lead, bool all_present, struct arena *arena,
                                Leadwire__V1__ExplainReply *reply)
{
    struct filling filling = {.arena = arena, .reply = reply};
    struct core_explain_visitor visitor = {.context = &filling, .lead = fill_lead, .decision = add_decision,
                                           .candidate = add_candidate};
    struct core_command command = {.kind = COMMAND_PUBLISH};
    const char *why_not;

    lead_command_fill(lead, &command);
    reply->found = core_preview(core, &command, all_present, &visitor, &why_not);
    if (!reply->found)
        reply->waiting_because = (char *)why_not;
}

void explain_reply_fill_rep(struct core *core, struct core_text rep, uint64_t since_ms, struct arena *arena, Leadwire__V1__ExplainReply *reply)
{
    struct filling filling = {.arena = arena, .reply = reply};
    struct core_explain_rep_visitor visitor = {.context = &filling, .decision = add_rep_decision, .waiting = add_rep_waiting};
    uint64_t from_ms;

    reply->found = core_explain_rep(core, rep, since_ms, &visitor, &from_ms);
    reply->since_unix_ms = (int64_t)from_ms;
    add_declines(&filling, core, rep);
}

static void add_declines(struct filling *filling, const struct core *core, struct core_text rep)
{
    uint32_t count;
    const struct core_decline_count *declines = core_explain_rep_declines(core, rep, &count);
    Leadwire__V1__ExplainReply *reply = filling->reply;
    Leadwire__V1__DeclineCount *rows = arena_calloc(filling->arena, count + 1, sizeof *rows);

    reply->declines = arena_calloc(filling->arena, count + 1, sizeof *reply->declines);
    for (uint32_t i = 0; rows && reply->declines && i < count; i++) {
        leadwire__v1__decline_count__init(&rows[i]);
        rows[i].reason = keep(filling->arena, declines[i].reason);
        rows[i].count = declines[i].count;
        reply->declines[reply->n_declines++] = &rows[i];
    }
}

static void fill_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *require_names,
                      const uint8_t *require_levels, uint32_t require_count, const char *waiting_because)
{
    struct filling *filling = context;
    Leadwire__V1__ExplainReply *reply = filling->reply;
    struct arena *arena = filling->arena;

    reply->state = (Leadwire__V1__LeadState)lead->to;
    reply->queue = keep(arena, lead->queue);
    reply->rule = keep(arena, rule);
    reply->priority = lead->priority;
    reply->channel = (Leadwire__V1__Channel)lead->channel;
    reply->source = keep(arena, lead->source);
    reply->received_unix_ms = (int64_t)lead->received_unix_ms;
    reply->waiting_because = keep(arena, waiting_because);
    reply->require = arena_calloc(arena, require_count, sizeof *reply->require);
    Leadwire__V1__SkillLevel *levels = arena_calloc(arena, require_count, sizeof *levels);
    for (uint32_t i = 0; reply->require && levels && i < require_count; i++) {
        leadwire__v1__skill_level__init(&levels[i]);
        levels[i].skill = keep(arena, require_names[i]);
        levels[i].level = require_levels[i];
        reply->require[reply->n_require++] = &levels[i];
    }
}

static void add_decision(void *context, const struct core_decision_view *view)
{
    struct filling *filling = context;
    Leadwire__V1__ExplainReply *reply = filling->reply;
    Leadwire__V1__Decision *decision = arena_alloc(filling->arena, sizeof *decision);

    if (!decision || !grow(filling->arena, (void ***)&reply->decisions, reply->n_decisions))
        return;
    leadwire__v1__decision__init(decision);
    decision->at_unix_ms = (int64_t)view->at_ms;
    decision->offer_number = view->offer_number;
    decision->rep = keep(filling->arena, view->rep);
    decision->config_version = view->config_version;
    decision->policy = keep(filling->arena, view->policy);
    decision->cause = (char *)core_cause_word(view->cause);
    decision->considered = view->considered;
    decision->eligible = view->eligible;
    decision->complete = view->complete;
    decision->outcome = (char *)core_cause_word(view->outcome);
    decision->urgency = keep(filling->arena, view->urgency);
    decision->reason = keep(filling->arena, view->reason);
    reply->decisions[reply->n_decisions++] = decision;
}

static void add_candidate(void *context, const struct core_candidate *view)
{
    struct filling *filling = context;
    Leadwire__V1__ExplainReply *reply = filling->reply;

    if (reply->n_decisions == 0)
        return;
    Leadwire__V1__Decision *decision = reply->decisions[reply->n_decisions - 1];
    if (decision->n_candidates == EXPLAIN_CANDIDATES_MAX)
        return;
    Leadwire__V1__Candidate *candidate = arena_alloc(filling->arena, sizeof *candidate);
    if (!candidate || !grow(filling->arena, (void ***)&decision->candidates, decision->n_candidates))
        return;
    leadwire__v1__candidate__init(candidate);
    candidate->rep = keep(filling->arena, view->rep);
    candidate->excluded_by = keep(filling->arena, view->excluded_by);
    candidate->detail = keep(filling->arena, view->detail);
    candidate->keys = keep(filling->arena, view->keys);
    candidate->load = view->load;
    candidate->capacity = view->capacity;
    candidate->idle_ms = (int64_t)view->idle_ms;
    candidate->rank = view->rank;
    candidate->chosen = view->chosen;
    decision->candidates[decision->n_candidates++] = candidate;
}

static void add_act(void *context, const struct core_act_view *view)
{
    struct filling *filling = context;
    Leadwire__V1__ExplainReply *reply = filling->reply;
    Leadwire__V1__LeadActNote *act = arena_alloc(filling->arena, sizeof *act);

    if (!act || !grow(filling->arena, (void ***)&reply->acts, reply->n_acts))
        return;
    leadwire__v1__lead_act_note__init(act);
    act->at_unix_ms = (int64_t)view->at_ms;
    act->what = (char *)core_cause_word(view->what);
    act->rep = keep(filling->arena, view->rep);
    act->by = keep(filling->arena, view->by);
    act->reason = keep(filling->arena, view->reason);
    char *other = view->other.number != 0 ? arena_alloc(filling->arena, DESK_ID_TEXT_MAX) : NULL;
    if (other) {
        desk_id_format(view->other, other);
        act->other_lead_id = other;
    }
    reply->acts[reply->n_acts++] = act;
}

static void add_leg(void *context, const struct core_leg_view *view)
{
    struct filling *filling = context;
    Leadwire__V1__ExplainReply *reply = filling->reply;
    Leadwire__V1__CallLeg *leg = arena_alloc(filling->arena, sizeof *leg);

    if (!leg || !grow(filling->arena, (void ***)&reply->legs, reply->n_legs))
        return;
    leadwire__v1__call_leg__init(leg);
    leg->at_unix_ms = (int64_t)view->at_ms;
    leg->rep = keep(filling->arena, view->rep);
    leg->offer_number = view->offer_number;
    leg->outcome = (char *)core_cause_word(view->outcome);
    leg->leg_id = keep(filling->arena, view->id);
    reply->legs[reply->n_legs++] = leg;
}

static void add_rep_decision(void *context, const struct core_rep_decision *view)
{
    struct filling *filling = context;
    Leadwire__V1__ExplainReply *reply = filling->reply;
    Leadwire__V1__RepDecision *decision = arena_alloc(filling->arena, sizeof *decision);
    char lead_id[DESK_ID_TEXT_MAX];

    if (!decision || !grow(filling->arena, (void ***)&reply->rep_decisions, reply->n_rep_decisions))
        return;
    leadwire__v1__rep_decision__init(decision);
    desk_id_format(view->lead, lead_id);
    decision->at_unix_ms = (int64_t)view->at_ms;
    decision->lead_id = keep(filling->arena, lead_id);
    decision->offer_number = view->offer_number;
    decision->rep = keep(filling->arena, view->rep);
    decision->mine = view->is_mine;
    decision->complete = view->complete;
    decision->queue = keep(filling->arena, view->queue);
    decision->channel = (Leadwire__V1__Channel)view->channel;
    decision->policy = keep(filling->arena, view->policy);
    decision->config_version = view->config_version;
    decision->outcome = (char *)core_cause_word(view->outcome);
    decision->excluded_by = keep(filling->arena, view->excluded_by);
    decision->detail = keep(filling->arena, view->detail);
    decision->decided_by = keep(filling->arena, view->decided_by);
    decision->keys = keep(filling->arena, view->keys);
    decision->chosen_keys = keep(filling->arena, view->chosen_keys);
    reply->rep_decisions[reply->n_rep_decisions++] = decision;
}

static void add_rep_waiting(void *context, const struct core_rep_waiting *view)
{
    struct filling *filling = context;
    Leadwire__V1__ExplainReply *reply = filling->reply;
    Leadwire__V1__RepWaiting *waiting = arena_alloc(filling->arena, sizeof *waiting);

    if (!waiting || !grow(filling->arena, (void ***)&reply->rep_waiting, reply->n_rep_waiting))
        return;
    leadwire__v1__rep_waiting__init(waiting);
    waiting->excluded_by = keep(filling->arena, view->excluded_by);
    waiting->detail = keep(filling->arena, view->detail);
    waiting->count = view->count;
    reply->rep_waiting[reply->n_rep_waiting++] = waiting;
}

/* Room for one more pointer: the array doubles at powers of two, in the arena. */
static bool grow(struct arena *arena, void ***items, size_t count)
{
    if (count != 0 && (count & (count - 1)) != 0)
        return true;
    void **larger = arena_calloc(arena, count ? 2 * count : 1, sizeof *larger);
    if (!larger)
        return false;
    if (count)
        memcpy(larger, *items, count * sizeof *larger);
    *items = larger;
    return true;
}

static char *keep(struct arena *arena, const char *text)
{
    char *copy = text && *text ? arena_strdup(arena, text) : NULL;

    return copy ? copy : (char *)"";
}
