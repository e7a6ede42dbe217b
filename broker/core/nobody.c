/* SPDX-License-Identifier: Apache-2.0 */
#include "nobody.h"

#include "caps.h"
#include "core_internal.h"
#include "deadlines.h"
#include "device.h"
#include "effects.h"
#include "team_limits.h"

const char *core_nobody_word(enum core_nobody kind)
{
    switch (kind) {
    case NOBODY_CLOSED: return "closed";
    case NOBODY_NO_REP: return "no_rep";
    case NOBODY_BUSY: return "busy";
    case NOBODY_NONE: case NOBODY_KINDS: break;
    }
    return "";
}

static uint8_t presence_of(const struct rep *rep)
{
    if (!rep->configured || rep->is_closed)
        return 0;
    if (rep->state != REP_AVAILABLE && rep->state != REP_WRAP_UP)
        return PRESENCE_OPEN;
    bool has_room = rep->state == REP_AVAILABLE && rep->rank.load < rep->rank.capacity && !(rep->caps && rep->caps->full != 0) &&
                    team_limit_full(rep) == 0;
    return PRESENCE_OPEN | PRESENCE_THERE | (has_room ? PRESENCE_FREE : 0);
}

static enum core_nobody kind_of(uint32_t open, uint32_t there, uint32_t free)
{
    return open == 0 ? NOBODY_CLOSED : there == 0 ? NOBODY_NO_REP : free == 0 ? NOBODY_BUSY : NOBODY_NONE;
}

enum core_nobody nobody_for(const struct core *core, const struct lead *lead)
{
    uint8_t any = 0;
    bool somebody = false;
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        if (!rep || !rep->configured || !rep->supply || !supply_has_what(rep->supply, &lead->demand->needs))
            continue;
        somebody = true;
        any |= presence_of(rep) & (lead->demand->needs.rings && device_is_taken(rep) ? (uint8_t)~PRESENCE_FREE : UINT8_MAX);
    }
    return somebody ? kind_of(any & PRESENCE_OPEN, any & PRESENCE_THERE, any & PRESENCE_FREE) : NOBODY_NO_REP;
}

static void count(struct nobody *nobody, uint8_t presence, uint32_t change)
{
    nobody->open += presence & PRESENCE_OPEN ? change : 0;
    nobody->there += presence & PRESENCE_THERE ? change : 0;
    nobody->free += presence & PRESENCE_FREE ? change : 0;
}

void nobody_note_rep(struct core *core, struct rep *rep)
{
    uint8_t now = presence_of(rep);
    if (now == rep->presence)
        return;
    count(&core->nobody, rep->presence, UINT32_MAX);   /* one less */
    count(&core->nobody, now, 1);
    rep->presence = now;
}

void nobody_link(struct core *core)
{
    struct nobody *nobody = &core->nobody;
    nobody->watches = core->config->nobody_there.kinds != 0;
    nobody->open = nobody->there = nobody->free = 0;
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (!rep)
            continue;
        rep->presence = 0;
        if (nobody->watches)
            nobody_note_rep(core, rep);
    }
    if (nobody->watches)
        return;
    timer_wheel_cancel(&core->wheel, &nobody->timer);
    nobody->kind = NOBODY_NONE;
    nobody->told = false;
    nobody->since_ms = 0;
}

/* Of several desk records the newest holds. */
void nobody_restore(struct core *core, const struct desk_image *image)
{
    struct nobody *nobody = &core->nobody;
    if (image->revision < nobody->restored_revision)
        return;
    nobody->restored_revision = image->revision;
    nobody->kind = image->nobody;
    nobody->told = image->nobody_told;
    nobody->since_ms = image->nobody_since_ms;
}

static bool is_told_of(const struct core *core, enum core_nobody kind)
{
    return kind != NOBODY_NONE && (core->config->nobody_there.kinds & (1u << kind)) != 0;
}

static void tell(struct core *core, enum core_nobody kind)
{
    const struct config_nobody *rules = &core->config->nobody_there;
    struct core_effect effect;
    effect_init(core, &effect, EFFECT_DESK_EVENT);
    effect.cause = CAUSE_NOBODY_THERE;
    effect.config_version = core->config_version;
    effect.nobody = kind;
    effect.waiting = core->totals.by_state[LEAD_WAITING];
    effect.tell = (const char *const *)rules->tell[kind];
    effect.tell_count = rules->tell_count[kind];
    effect_emit(core, &effect);
}

/* What was told lasts until somebody is there, or it is for another reason; what was not, as long as leads wait. */
static struct nobody after_this_step(const struct core *core)
{
    struct nobody now = core->nobody;
    enum core_nobody kind = kind_of(now.open, now.there, now.free);
    bool goes_on = kind != NOBODY_NONE && kind == (enum core_nobody)now.kind;
    if (goes_on && (now.told || core->totals.by_state[LEAD_WAITING] > 0))
        return now;
    now.told = false;
    now.kind = core->totals.by_state[LEAD_WAITING] > 0 ? (uint8_t)kind : NOBODY_NONE;
    now.since_ms = now.kind != NOBODY_NONE ? core->now_ms : 0;
    return now;
}

void nobody_look(struct core *core)
{
    struct nobody now = after_this_step(core), *nobody = &core->nobody;
    enum core_nobody kind = (enum core_nobody)now.kind;
    uint64_t due_ms = is_told_of(core, kind) && !now.told ? now.since_ms + core->config->nobody_there.after_ms[kind] : 0;
    bool changes = now.kind != nobody->kind || now.told != nobody->told || now.since_ms != nobody->since_ms;

    timer_wheel_cancel(&core->wheel, &nobody->timer);
    nobody->kind = now.kind;
    nobody->since_ms = now.since_ms;
    nobody->told = now.told || (due_ms != 0 && due_ms <= core->now_ms);
    if (changes || nobody->told != now.told) {
        (void)core_next_revision(core);   /* later than all desk records before */
        desk_record(core, NULL);
    }
    if (nobody->told != now.told)
        tell(core, kind);
    else if (due_ms != 0)
        timer_wheel_set(&core->wheel, &nobody->timer, due_ms, 1ull << ORDER_IS_DESK);
}

void nobody_check(const struct core *core)
{
    struct nobody counted = {0};
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        if (rep && core->nobody.watches)
            count(&counted, presence_of(rep), 1);
    }
    assert(counted.open == core->nobody.open && counted.there == core->nobody.there && counted.free == core->nobody.free);
}
