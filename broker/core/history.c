/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "caps.h"
#include "core_internal.h"
#include "lead_extra.h"
#include "lead_memory.h"
#include "lead_state.h"
#include "pairs.h"
#include "team_limits.h"
#include "urgency.h"

/* A ring of none is NULL. */
static bool make_ring(void **ring, uint32_t count, size_t size)
{
    *ring = count > 0 ? calloc(count, size) : NULL;
    return *ring || count == 0;
}

lw_status history_init(struct history *history, const struct core_limits *limits)
{
    void *reps = NULL, *decided = NULL, *ended = NULL;
    bool made = make_ring(&reps, limits->history_max, sizeof *history->reps) && make_ring(&decided, limits->decided_max, sizeof *history->decided) &&
                make_ring(&ended, limits->ended_max, sizeof *history->ended);
    *history = (struct history){.reps = reps, .decided = decided, .ended = ended, .reps_max = limits->history_max,
                                .decided_max = limits->decided_max, .ended_max = limits->ended_max};
    return made ? LW_OK : LW_NO_MEMORY;
}

static void free_ended(struct core *core, struct ended_lead *ended)
{
    decisions_free(core, ended->decisions, ended->decision_capacity);
    free(ended->acts);
    reach_free(ended->reach);
    free(ended->declines);
}

void history_fini(struct core *core)
{
    struct history *history = &core->history;
    for (uint32_t i = 0; history->ended && i < history->ended_max; i++)
        free_ended(core, &history->ended[i]);
    free(history->reps);
    free(history->decided);
    free(history->ended);
    *history = (struct history){0};
}

void history_note_rep(struct core *core, struct rep *rep)
{
    struct history *history = &core->history;
    if (rep->noted_at == history->decision_count || history->reps_max == 0)
        return;
    rep->noted_at = history->decision_count;
    history->reps[history->reps_next++ % history->reps_max] = (struct history_entry){
        .idle_since_ms = rep->rank.idle_since_ms, .account = rep->rank.account, .rep = rep->number, .load = (uint16_t)rep->rank.load,
        .capacity = (uint16_t)rep->rank.capacity, .state = rep->state, .connected = rep->connected, .configured = rep->configured,
        .is_closed = rep->is_closed, .full = (uint8_t)((rep->caps ? rep->caps->full : 0) | team_limit_full(rep)),
        .full_sources = rep->caps ? rep->caps->full_sources : 0,
    };
}

/* One decision, all that most leads have, is copied, and its memory serves the next lead while it is in the cache. More are
 * handed over: copying them would write ten times what an end needs to. */
void history_note_end(struct core *core, struct lead *lead, const struct lead_change *change)
{
    struct history *history = &core->history;
    if (history->ended_max == 0)
        return;
    struct ended_lead *ended = &history->ended[history->ended_next++ % history->ended_max];
    free_ended(core, ended);
    ended->id = lead->id;
    ended->received_ms = lead->received_ms;
    ended->decisions = NULL;
    ended->acts = lead->extra ? lead->extra->acts : NULL;
    ended->reach = lead->extra ? lead->extra->reach : NULL;
    ended->declines = lead->extra ? lead->extra->declines : NULL;
    ended->queue = lead->demand->queue;
    ended->rule = lead->rule;
    ended->source = lead->source;
    ended->rep = change->rep;
    ended->disposition = change->disposition ? change->disposition->name : NAME_NONE;
    ended->value = lead_value(lead);
    ended->waits_from_ms = urgency_from_ms(lead);
    ended->settled_ms = urgency_settled_ms(lead);
    ended->priority = lead->priority;
    ended->channel = lead->demand->channel;
    ended->state = lead->state;
    ended->decision_count = lead->decision_count;
    ended->demand_hash = lead->demand->hash;
    needs_copy(&ended->needs, &lead->demand->needs);
    if (lead->extra) {
        lead->extra->acts = NULL;
        lead->extra->reach = NULL;
        lead->extra->declines = NULL;
    }
    if (lead->decision_count == 1) {
        ended->only = lead->decisions[0];
        return;
    }
    ended->decisions = lead->decisions;
    ended->decision_capacity = lead->decision_capacity;
    lead->decisions = NULL;
    lead->decision_count = lead->decision_capacity = 0;
}

void history_note_decision(struct core *core, const struct lead *lead, const struct decision *decision)
{
    struct history *history = &core->history;
    history->decision_count++;
    if (history->decided_max > 0)
        history->decided[history->decided_next++ % history->decided_max] =
            (struct decided){lead->id, decision->at_ms, decision->offer_number, decision->rep};
}
