/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "caps.h"
#include "core_internal.h"
#include "device.h"
#include "interrupt.h"
#include "lead_extra.h"
#include "lead_memory.h"
#include "lead_state.h"
#include "pairs.h"
#include "team_limits.h"
#include "urgency.h"

enum { CACHE_LINE = 64, REPS_AHEAD = 16, DECIDED_AHEAD = 8 };   /* AHEAD: so far rings are fetched before they are written */
#define IDLE_SINCE_MASK ((UINT64_C(1) << 52) - 1)   /* milliseconds of 142,000 years */

/* A ring of none is NULL. */
static bool make_ring(void **ring, uint32_t count, size_t size)
{
    *ring = count > 0 ? calloc(count, size) : NULL;
    return *ring || count == 0;
}

/* The same, at the beginning of a line of the cache. */
static bool make_lines(void **ring, uint32_t count, size_t size)
{
    size_t bytes = (count * size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    *ring = count > 0 ? aligned_alloc(CACHE_LINE, bytes) : NULL;
    if (*ring)
        memset(*ring, 0, bytes);
    return *ring || count == 0;
}

lw_status history_init(struct history *history, const struct core_limits *limits)
{
    void *reps = NULL, *accounts = NULL, *decided = NULL, *ended = NULL, *only = NULL;
    bool made = make_ring(&reps, limits->history_max, sizeof *history->reps) && make_ring(&accounts, limits->history_max, sizeof *history->accounts) &&
                make_ring(&decided, limits->decided_max, sizeof *history->decided) && make_lines(&ended, limits->ended_max, sizeof *history->ended) &&
                make_lines(&only, limits->ended_max, sizeof *history->only);
    *history = (struct history){.reps = reps, .accounts = accounts, .decided = decided, .ended = ended, .only = only,
                                .reps_max = limits->history_max, .decided_max = limits->decided_max, .ended_max = limits->ended_max};
    return made ? LW_OK : LW_NO_MEMORY;
}

static void drop_needs(struct ended_needs *needs)
{
    if (needs && --needs->use_count == 0)
        free(needs);
}

static void free_ended(struct core *core, struct ended_lead *ended)
{
    if (ended->decision_capacity > 0)
        decisions_free(core, ended->decisions, ended->decision_capacity);
    drop_needs(ended->asked);
    if (!ended->rest)
        return;
    free(ended->rest->acts);
    reach_free(ended->rest->reach);
    free(ended->rest->declines);
    free(ended->rest);
}

void history_fini(struct core *core)
{
    struct history *history = &core->history;
    for (uint32_t i = 0; history->ended && i < history->ended_max; i++)
        free_ended(core, &history->ended[i]);
    free(history->reps);
    free(history->accounts);
    free(history->decided);
    free(history->ended);
    free(history->only);
    *history = (struct history){0};
}

/* The place to write now: `at` goes along with `next`, modulo max. */
static uint32_t take_place(uint64_t *next, uint32_t *at, uint32_t max)
{
    uint32_t place = *at;
    ++*next;
    *at = place + 1 < max ? place + 1 : 0;
    return place;
}

/* Of what: bits of cap_kind, team_limit_kind, KEPT_FROM_BACKLOG, and of a device that does not ring. */
static uint8_t full_of(const struct rep *rep)
{
    return (uint8_t)((rep->caps ? rep->caps->full : 0) | team_limit_full(rep) | (rep->is_kept ? KEPT_FROM_BACKLOG : 0) | device_full(rep));
}

void history_note_rep(struct core *core, struct rep *rep)
{
    struct history *history = &core->history;
    if (rep->noted_at == history->decision_count || history->reps_max == 0)
        return;
    rep->noted_at = history->decision_count;
    uint32_t at = take_place(&history->reps_next, &history->reps_at, history->reps_max);
    if (at + REPS_AHEAD < history->reps_max)
        __builtin_prefetch(&history->reps[at + REPS_AHEAD], 1);
    history->reps[at] = (struct kept_rep){
        .idle_since_ms = rep->rank.idle_since_ms & IDLE_SINCE_MASK, .has_account = rep->rank.account != 0, .rep = (uint16_t)rep->number, .load = (uint16_t)rep->rank.load,
        .capacity = (uint16_t)rep->rank.capacity, .state = rep->state & 0x7u, .connected = rep->connected, .configured = rep->configured,
        .is_closed = rep->is_closed, .full = full_of(rep),
        .full_sources = rep->caps ? rep->caps->full_sources : 0, .held = interrupt_held_channels(rep) >> 1 & 0x1fu,
    };
    if (rep->rank.account != 0)
        history->accounts[at] = rep->rank.account;
}

struct history_entry history_rep_at(const struct history *history, uint64_t seq)
{
    uint64_t at = seq % history->reps_max;
    const struct kept_rep *kept = &history->reps[at];
    return (struct history_entry){.rep = kept->rep, .load = kept->load, .capacity = kept->capacity, .idle_since_ms = kept->idle_since_ms,
                                  .account = kept->has_account ? history->accounts[at] : 0, .state = kept->state, .connected = kept->connected,
                                  .configured = kept->configured, .is_closed = kept->is_closed, .full = kept->full, .full_sources = kept->full_sources,
                                  .held = (uint8_t)(kept->held << 1)};
}

struct history_entry history_rep_now(const struct rep *rep)
{
    return (struct history_entry){.rep = rep->number, .load = (uint16_t)rep->rank.load, .capacity = (uint16_t)rep->rank.capacity,
                                  .idle_since_ms = rep->rank.idle_since_ms, .account = rep->rank.account, .state = rep->state,
                                  .connected = rep->connected, .configured = rep->configured, .is_closed = rep->is_closed,
                                  .full = full_of(rep),
                                  .full_sources = rep->caps ? rep->caps->full_sources : 0, .held = interrupt_held_channels(rep)};
}

/* Made when the first lead of the class ends. NULL without memory. */
static struct ended_needs *needs_of(struct demand_class *demand)
{
    struct ended_needs *needs = demand->ended_needs;
    if (!needs && (needs = malloc(sizeof *needs)) != NULL) {
        *needs = (struct ended_needs){.use_count = 1, .hash = demand->hash, .queue = demand->queue, .channel = demand->channel, .needs = demand->needs};
        demand->ended_needs = needs;
    }
    return needs;
}

void history_forget_class(struct demand_class *demand)
{
    drop_needs(demand->ended_needs);
    demand->ended_needs = NULL;
}

/* Takes over what the lead has of it. */
static struct ended_rest *rest_of(struct lead *lead)
{
    struct ended_rest rest = {.acts = lead->extra->acts, .reach = lead->extra->reach, .declines = lead->extra->declines, .value = lead_value(lead),
                              .waits_from_ms = urgency_from_ms(lead), .settled_ms = urgency_settled_ms(lead)};
    bool is_plain = !rest.acts && !rest.reach && !rest.declines && rest.value == 1 && rest.waits_from_ms == lead->received_ms && rest.settled_ms == 0;
    struct ended_rest *kept = is_plain ? NULL : malloc(sizeof *kept);
    if (!kept)
        return NULL;
    *kept = rest;
    lead->extra->acts = NULL;
    lead->extra->reach = NULL;
    lead->extra->declines = NULL;
    return kept;
}

static uint32_t short_name(uint32_t name)
{
    return name < NAMES_MAX ? name : NAMES_MAX;
}

/* What the next ends will drop and write over: they would wait for it. */
static void prefetch_next(const struct history *history)
{
    uint64_t next = (history->ended_next + 1) % history->ended_max;
    __builtin_prefetch(&history->ended[next], 1);
    __builtin_prefetch(&history->only[next], 1);
}

/* A single decision is copied, as the lead's own memory is near, and the next lead takes it at once; more are handed over. */
static void take_decisions(struct history *history, struct ended_lead *ended, struct lead *lead)
{
    ended->decision_count = lead->decision_count;
    if (lead->decision_count == 1) {
        ended->decisions = &history->only[ended - history->ended];
        *ended->decisions = lead->decisions[0];
        return;
    }
    ended->decisions = lead->decisions;
    ended->decision_capacity = lead->decision_capacity;
    lead->decisions = NULL;
    lead->decision_count = lead->decision_capacity = 0;
}

void history_note_end(struct core *core, struct lead *lead, const struct lead_change *change)
{
    struct history *history = &core->history;
    struct ended_needs *asked = history->ended_max > 0 ? needs_of(lead->demand) : NULL;
    if (!asked)
        return;
    struct ended_lead *ended = &history->ended[history->ended_next++ % history->ended_max];
    free_ended(core, ended);
    asked->use_count++;
    *ended = (struct ended_lead){
        .id = lead->id, .received_ms = lead->received_ms, .asked = asked, .rest = lead->extra ? rest_of(lead) : NULL,
        .rule = short_name(lead->rule) & 0x1ffffu, .source = short_name(lead->source) & 0x1ffffu, .state = lead->state & 0xfu,
        .disposition = short_name(change->disposition ? change->disposition->name : NAME_NONE) & 0x1ffffu,
        .rep = change->rep, .priority = lead->priority,
    };
    take_decisions(history, ended, lead);
    prefetch_next(history);
}

void history_note_decision(struct core *core, struct desk_id lead, uint32_t offer_number, uint32_t rep)
{
    struct history *history = &core->history;
    history->decision_count++;
    if (history->decided_max == 0)
        return;
    uint32_t at = take_place(&history->decided_next, &history->decided_at, history->decided_max);
    if (at + DECIDED_AHEAD < history->decided_max)
        __builtin_prefetch(&history->decided[at + DECIDED_AHEAD], 1);
    history->decided[at] = (struct decided){lead, core->now_ms, offer_number, rep};
}
