/* SPDX-License-Identifier: Apache-2.0
 *
 * Which reps do not get a lead again for a while. Bounded per lead and per rep.
 */
#include <stdlib.h>

#include "core_internal.h"
#include "exclusions.h"
#include "lead_extra.h"
#include "lead_record.h"
#include "match.h"

bool lead_excludes(const struct lead *lead, uint32_t rep)
{
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        if (lead->exclusions[i].rep == rep)
            return true;
    }
    return false;
}

static void remove_from_lead(struct lead *lead, uint32_t index)
{
    memmove(&lead->exclusions[index], &lead->exclusions[index + 1], (lead->exclusion_count - index - 1u) * sizeof *lead->exclusions);
    lead->exclusion_count--;
}

static void remove_from_rep(struct rep *rep, struct desk_id lead)
{
    for (uint32_t i = 0; rep && i < rep->excluded_count; i++) {
        if (desk_id_equal(rep->excluded[i].lead, lead)) {
            rep->excluded[i] = rep->excluded[--rep->excluded_count];
            return;
        }
    }
}

/* ---- how often -------------------------------------------------------------------- */

static void remember_times(struct lead *lead, const struct exclusion *exclusion)
{
    struct lead_extra *extra = lead_extra_of(lead);
    if (!extra->lapsed)
        extra->lapsed = calloc(1, sizeof *extra->lapsed);
    if (!extra->lapsed)
        abort();   /* a few hundred bytes: there is no sensible way to go on */
    struct lapsed_refusals *lapsed = extra->lapsed;
    if (lapsed->count == EXCLUSIONS_PER_LEAD_MAX)
        memmove(lapsed->list, lapsed->list + 1, --lapsed->count * sizeof *lapsed->list);
    lapsed->list[lapsed->count++] = (struct lapsed_refusal){exclusion->rep, exclusion->offer_number, exclusion->cause, exclusion->times};
}

/* How often before; forgotten here. */
static uint8_t take_times(struct lead *lead, uint32_t rep)
{
    struct lapsed_refusals *lapsed = lead->extra ? lead->extra->lapsed : NULL;
    for (uint32_t i = 0; lapsed && i < lapsed->count; i++) {
        if (lapsed->list[i].rep != rep)
            continue;
        uint8_t times = lapsed->list[i].times;
        memmove(&lapsed->list[i], &lapsed->list[i + 1], (--lapsed->count - i) * sizeof *lapsed->list);
        return times;
    }
    return 0;
}

/* Of the n-th refusal. */
static uint32_t pause_ms(const struct core_config *config, uint8_t times)
{
    uint64_t ms = config->retry_same_rep_ms;
    for (uint8_t i = 1; i < times && ms < config->refusals.retry_max_ms; i++)
        ms *= config->refusals.retry_factor;
    return ms < config->refusals.retry_max_ms ? (uint32_t)ms : config->refusals.retry_max_ms;
}

void lapsed_fill(const struct lapsed_refusals *lapsed, struct lead_image *image)
{
    image->lapsed_count = lapsed->count;
    memcpy(image->lapsed, lapsed->list, lapsed->count * sizeof *lapsed->list);
}

void lapsed_take(struct lead *lead, const struct lead_image *image)
{
    if (image->lapsed_count == 0 && !(lead->extra && lead->extra->lapsed))
        return;
    struct lead_extra *extra = lead_extra_of(lead);
    if (!extra->lapsed)
        extra->lapsed = calloc(1, sizeof *extra->lapsed);
    if (!extra->lapsed)
        abort();   /* a few hundred bytes */
    extra->lapsed->count = (uint8_t)image->lapsed_count;
    memcpy(extra->lapsed->list, image->lapsed, image->lapsed_count * sizeof *image->lapsed);
}

/* ---- who, and until when ------------------------------------------------------------ */

/* The rep's oldest exclusion lapses: that lead may come to the rep again. */
static void lapse_oldest_of_rep(struct core *core, struct rep *rep)
{
    uint32_t oldest = 0;
    for (uint32_t i = 1; i < rep->excluded_count; i++) {
        const struct rep_exclusion *a = &rep->excluded[i], *b = &rep->excluded[oldest];
        if (a->until_ms < b->until_ms || (a->until_ms == b->until_ms && a->lead.number < b->lead.number))
            oldest = i;
    }
    struct lead *lead = lead_table_find(&core->leads, rep->excluded[oldest].lead);
    rep->excluded[oldest] = rep->excluded[--rep->excluded_count];
    assert(lead);
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        if (lead->exclusions[i].rep == rep->number) {
            remember_times(lead, &lead->exclusions[i]);
            remove_from_lead(lead, i);
            break;
        }
    }
    lead_record(core, lead, false);
    if (lead->state == LEAD_WAITING)
        match_note_lead(core, lead);
}

/* False, with nothing changed, without room. */
static bool add(struct core *core, struct lead *lead, const struct exclusion *exclusion)
{
    struct rep *rep = core->reps.reps[exclusion->rep];
    if (lead->exclusion_count == EXCLUSIONS_PER_LEAD_MAX || rep->excluded_count == EXCLUSIONS_PER_REP_MAX)
        return false;
    struct exclusion *exclusions = realloc(lead->exclusions, (lead->exclusion_count + 1u) * sizeof *exclusions);
    if (!exclusions)
        return false;
    lead->exclusions = exclusions;
    exclusions[lead->exclusion_count++] = *exclusion;
    rep->excluded[rep->excluded_count++] = (struct rep_exclusion){lead->id, exclusion->until_ms};
    return true;
}

void lead_exclude(struct core *core, struct lead *lead, uint32_t number, uint32_t offer_number, enum core_cause cause)
{
    struct rep *rep = core->reps.reps[number];
    uint8_t times = take_times(lead, number);
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        if (lead->exclusions[i].rep == number) {
            times = lead->exclusions[i].times;
            remove_from_lead(lead, i);
            remove_from_rep(rep, lead->id);
            break;
        }
    }
    if (lead->exclusion_count == EXCLUSIONS_PER_LEAD_MAX) {
        remove_from_rep(core->reps.reps[lead->exclusions[0].rep], lead->id);
        remember_times(lead, &lead->exclusions[0]);
        remove_from_lead(lead, 0);
    }
    if (rep->excluded_count == EXCLUSIONS_PER_REP_MAX)
        lapse_oldest_of_rep(core, rep);

    times = times < UINT8_MAX ? (uint8_t)(times + 1) : times;
    uint64_t until_ms = deadline_after(core, pause_ms(core->config, times));
    (void)add(core, lead, &(struct exclusion){number, offer_number, until_ms, (uint8_t)cause, times});
    /* Without memory the lead may come to this rep again: not nice, not wrong. */
}

static void set_until(struct core *core, struct lead *lead, struct exclusion *exclusion, uint64_t until_ms)
{
    struct rep *rep = core->reps.reps[exclusion->rep];
    exclusion->until_ms = until_ms;
    for (uint32_t i = 0; i < rep->excluded_count; i++) {
        if (desk_id_equal(rep->excluded[i].lead, lead->id))
            rep->excluded[i].until_ms = until_ms;
    }
}

void lead_put_lapsed_behind(struct core *core, struct lead *lead)
{
    struct lapsed_refusals *lapsed = lead->extra ? lead->extra->lapsed : NULL;
    uint64_t until_ms = deadline_after(core, 1);
    uint8_t kept = 0;
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        if (lead->exclusions[i].until_ms <= core->now_ms)
            set_until(core, lead, &lead->exclusions[i], until_ms);
    }
    for (uint32_t i = 0; lapsed && i < lapsed->count; i++) {
        const struct lapsed_refusal *of = &lapsed->list[i];
        if (!add(core, lead, &(struct exclusion){of->rep, of->offer_number, until_ms, of->cause, of->times}))
            lapsed->list[kept++] = *of;
    }
    if (lapsed)
        lapsed->count = kept;
}

static bool drop_lapsed(struct core *core, struct lead *lead)
{
    bool any = false;
    for (uint32_t i = lead->exclusion_count; i-- > 0;) {
        if (lead->exclusions[i].until_ms <= core->now_ms) {
            remove_from_rep(rep_table_at(&core->reps, lead->exclusions[i].rep), lead->id);
            remember_times(lead, &lead->exclusions[i]);
            remove_from_lead(lead, i);
            any = true;
        }
    }
    return any;
}

void lead_lapse_exclusions(struct core *core, struct lead *lead)
{
    if (drop_lapsed(core, lead)) {
        lead->cause = CAUSE_RETRY;
        lead_record(core, lead, false);
        match_note_lead(core, lead);
    }
}

void lead_forget_exclusions(struct core *core, struct lead *lead)
{
    for (uint32_t i = 0; i < lead->exclusion_count; i++)
        remove_from_rep(rep_table_at(&core->reps, lead->exclusions[i].rep), lead->id);
    lead->exclusion_count = 0;
    if (lead->extra && lead->extra->lapsed)
        lead->extra->lapsed->count = 0;
}
