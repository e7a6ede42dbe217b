/* SPDX-License-Identifier: Apache-2.0
 *
 * opening - the backlog of closing time is dealt out by share, not to whoever logs on first. Inside broker/core only.
 *
 * The desk opens when the first of the teams that the rule is for begins to work after all of them were closed. From then on,
 * until `for` is over, the last of these teams closes or all is dealt, every open lead that was received before that moment is
 * *backlog*. Of the teams' reps, those *on* are within their hours and available or in wrap-up. Let
 *
 *     T = backlog that waits, is offered or rings + what those who are on were assigned of it
 *     there = how many are on, at most n (`reps`)
 *     share = T * there / n, in the proportion of the shares of those who are on
 *
 * Each may have the whole leads of their share, and one of the leads that remain when all have that; who has as much, with what
 * they are offered, is kept from the backlog. With fewer than n on, the rest is kept for those who are to come.
 *
 * Callers on the line go first, then backlog for which somebody is to call, or that would be parked before the opening ends.
 * Both are said by the lead's demand class (needs.opening), set and cleared by one walk over the leads when an opening begins
 * and ends: so the order within a class never changes with time, and a desk without the rule pays a branch for each move.
 */
#ifndef OPENING_H
#define OPENING_H

#include "core.h"
#include "needs.h"
#include "record.h"
#include "timer_wheel.h"

struct core;
struct lead;
struct rep;
struct team_hours;

/* Bit of history_entry.full, beside those of cap_kind and team_limit_kind. */
enum { KEPT_FROM_BACKLOG = 16 };

/* A rep, by number. */
struct opening_rep {
    uint32_t dealt, offered;               /* assigned of the backlog since it began; offered or ringing now */
    uint32_t share, whole;                 /* whole: leads of their share */
    bool is_member, is_on, has_rest, is_kept;   /* has_rest: their share is not a whole number */
};

struct opening {
    bool is_on, is_stale;                  /* stale: counts changed and shares are not reckoned yet */
    uint64_t since_ms, until_ms;
    uint32_t open;                         /* backlog that waits, is offered or rings */
    struct opening_rep *reps;              /* NULL while none is in force */
    uint32_t rep_count;
    struct timer_node timer;
    uint64_t restored_revision;            /* of the newest desk record, while restoring */
};

static inline bool opening_is_backlog(const struct needs *needs) { return needs->opening >= OPENING_FIRST; }
/* Added to what makes a lead urgent: more than all else can. */
static inline int64_t opening_head_start(const struct needs *needs)
{
    return needs->opening == OPENING_CALLER ? INT64_C(1) << 61 : needs->opening == OPENING_FIRST ? INT64_C(1) << 60 : 0;
}
/* What needs.opening must be of this lead, if it needs the rest. */
uint8_t opening_place_of(const struct core *core, const struct lead *lead, const struct needs *needs);

/* New or restored rules, when reps are linked. */
void opening_link(struct core *core);
void opening_fini(struct core *core);
/* The team has opened or closed: was_open: before. */
void opening_note_hours(struct core *core, const struct team_hours *hours, bool was_open);
void opening_due(struct core *core);
/* At the end of a step, when no deadline is due any more: is all dealt? */
void opening_look(struct core *core);

/* The rest only while one is in force. */
void opening_note_rep(struct core *core, struct rep *rep);
/* One of several offers of the lead begins or ends: +1, -1. */
void opening_note_offered(struct core *core, const struct rep *rep, const struct lead *lead, int change);
/* Around a move: before anything of the lead changes; the demand class of what it becomes, in no queue; when it is there. */
void opening_forget_lead(struct core *core, const struct lead *lead);
void opening_place_lead(struct core *core, struct lead *lead);
void opening_count_lead(struct core *core, const struct lead *lead, enum lead_state from);
/* The lead ended. */
void opening_note_end(struct core *core);

/* For records, and nothing else. */
uint32_t opening_dealt(const struct core *core, const struct rep *rep);
void opening_restore(struct core *core, const struct desk_image *image);
void opening_restore_lead(struct core *core, const struct lead *lead);
void opening_restore_done(struct core *core);

void opening_check(const struct core *core);

#endif
