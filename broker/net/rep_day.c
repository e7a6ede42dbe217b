/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_day.h"

#include <string.h>

#include "core_explain.h"
#include "core_ledger.h"

struct whys { Leadwire__V1__DayWhy *rows, **list; size_t count; };
struct filling { struct arena *arena; struct whys others, waiting; };
struct share { const char *rep; Leadwire__V1__DayReply *reply; };

static bool whys_init(struct whys *whys, struct arena *arena)
{
    whys->rows = arena_calloc(arena, REP_DAY_WHYS_MAX, sizeof *whys->rows);
    whys->list = arena_calloc(arena, REP_DAY_WHYS_MAX, sizeof *whys->list);
    return whys->rows && whys->list;
}

/* What the core tells lives as long as the call that tells it. */
static char *keep(struct arena *arena, const char *text)
{
    char *copy = *text ? arena_strdup(arena, text) : NULL;
    return copy ? copy : (char *)"";
}

/* Alike ones are one. */
static void count_why(struct arena *arena, struct whys *whys, const char *excluded_by, const char *detail, const char *decided_by, uint32_t count)
{
    for (size_t i = 0; i < whys->count; i++) {
        Leadwire__V1__DayWhy *row = whys->list[i];
        if (strcmp(row->excluded_by, excluded_by) == 0 && strcmp(row->detail, detail) == 0 && strcmp(row->decided_by, decided_by) == 0) {
            row->count += count;
            return;
        }
    }
    if (whys->count == REP_DAY_WHYS_MAX)
        return;
    Leadwire__V1__DayWhy *row = whys->list[whys->count] = &whys->rows[whys->count];
    whys->count++;
    leadwire__v1__day_why__init(row);
    row->excluded_by = keep(arena, excluded_by);
    row->detail = keep(arena, detail);
    row->decided_by = keep(arena, decided_by);
    row->count = count;
}

static void add_other(void *context, const struct core_rep_decision *told)
{
    struct filling *filling = context;
    if (!told->is_mine && told->complete)
        count_why(filling->arena, &filling->others, told->excluded_by, told->detail, told->decided_by, 1);
}

static void add_waiting(void *context, const struct core_rep_waiting *told)
{
    struct filling *filling = context;
    count_why(filling->arena, &filling->waiting, told->excluded_by, told->detail, "", told->count);
}

static void add_share(void *context, const struct core_ledger_row *row)
{
    const struct share *share = context;
    Leadwire__V1__DayReply *reply = share->reply;
    reply->of += row->is_present;
    if (strcmp(row->rep, share->rep) != 0)
        return;
    reply->share = row->share;
    reply->present = row->is_present;
    reply->owed_hundredths = row->owed_hundredths;
    reply->place = row->place;
}

static void fill_share(const struct core *core, const char *rep, Leadwire__V1__DayReply *reply)
{
    struct share share = {rep, reply};
    uint64_t given;
    reply->shared = core_ledger_in_use(core, &given);
    if (reply->shared)
        core_ledger_visit(core, add_share, &share);
}

bool rep_day_fill(struct core *core, const char *rep, uint64_t now_ms, struct arena *arena, Leadwire__V1__DayReply *reply)
{
    const struct core_text name = {rep, (uint32_t)strlen(rep)};
    struct filling filling = {.arena = arena};
    const struct core_explain_rep_visitor visitor = {.context = &filling, .decision = add_other, .waiting = add_waiting};
    struct core_rep_today today;
    uint64_t from_ms;
    if (!core_rep_today(core, name, &today))
        return false;
    reply->rep = (char *)rep;
    reply->since_unix_ms = (int64_t)today.since_ms;
    reply->offered = today.offered;
    reply->accepted = today.accepted;
    reply->completed = today.completed;
    reply->declined = today.declined;
    reply->missed = today.missed;
    fill_share(core, rep, reply);
    if (!whys_init(&filling.others, arena) || !whys_init(&filling.waiting, arena))
        return true;
    core_explain_rep(core, name, now_ms > REP_DAY_LOOKS_BACK_MS ? now_ms - REP_DAY_LOOKS_BACK_MS : 0, &visitor, &from_ms);
    reply->others = filling.others.list;
    reply->n_others = filling.others.count;
    reply->waiting = filling.waiting.list;
    reply->n_waiting = filling.waiting.count;
    return true;
}
