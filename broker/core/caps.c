/* SPDX-License-Identifier: Apache-2.0 */
#include "caps.h"

#include <stdio.h>
#include <stdlib.h>

#include "broadcast.h"
#include "core_internal.h"
#include "lead_end.h"
#include "lead_state.h"
#include "match.h"
#include "rep_state.h"

static void refresh(struct core *core, struct rep *rep);
static struct cap_source *source_of(struct rep_caps *caps, uint32_t source);
static void move_leads(struct core *core);

/* ---- counts ------------------------------------------------------------------------ */

void caps_day_of(const struct config_team *team, uint64_t now_ms, uint64_t *from, uint64_t *to)
{
    const uint64_t whole_ms = 24ull * 3600 * 1000;
    uint32_t next = 0;
    for (uint32_t low = 0, high = team->day_count; low < high;) {
        uint32_t middle = (low + high) / 2;
        if (team->days[middle] <= now_ms)
            low = middle + 1;
        else
            high = middle;
        next = low;
    }
    *from = next > 0 ? team->days[next - 1] : 0;
    *to = next < team->day_count ? team->days[next] : *from + whole_ms;
    if (next == team->day_count && now_ms >= *to) {
        *from += (now_ms - *from) / whole_ms * whole_ms;
        *to = *from + whole_ms;
    }
}

static void forget_buckets(struct rep_caps *caps, uint64_t now)
{
    for (uint64_t bucket = caps->bucket + 1; bucket <= now && bucket <= caps->bucket + CAP_BUCKETS; bucket++)
        caps->hour[bucket % CAP_BUCKETS] = 0;
    caps->bucket = now > caps->bucket ? now : caps->bucket;
}

static void count_in_day(struct rep_caps *caps, struct cap_source *source, uint64_t now_ms)
{
    uint64_t from_ms, to_ms;
    caps_day_of(caps->team, now_ms, &from_ms, &to_ms);
    if (caps->counted_ms < from_ms) {
        caps->day = 0;
        for (uint32_t i = 0; i < caps->source_count; i++)
            caps->sources[i].counted = 0;
    }
    caps->counted_ms = now_ms;
    caps->day++;
    if (source)
        source->counted++;
}

static void change_offered(struct rep_caps *caps, uint32_t from, int change)
{
    struct cap_source *source = source_of(caps, from);
    caps->offered += (uint32_t)change;
    if (source)
        source->offered += (uint32_t)change;
}

static void count(struct rep_caps *caps, uint32_t source, uint64_t now_ms)
{
    uint64_t now = now_ms / CAP_BUCKET_MS;
    forget_buckets(caps, now);
    caps->hour[now % CAP_BUCKETS]++;
    if (caps->team)
        count_in_day(caps, source_of(caps, source), now_ms);
}

void caps_note_move(struct core *core, struct rep *rep, const struct lead *lead, bool was_offered)
{
    rep_before_change(core, rep);
    if (was_offered && lead->state == LEAD_ASSIGNED)
        change_offered(rep->caps, lead->source, -1);
    if (lead->state == LEAD_ASSIGNED)
        count(rep->caps, lead->source, core->now_ms);
    refresh(core, rep);
    rep_relink(core, rep);
    if (lead->state == LEAD_ASSIGNED)
        rep_record(core, rep);
}

void caps_note_offered(struct core *core, struct rep *rep, const struct lead *lead, int change)
{
    if (lead->state != LEAD_OFFERED && lead->state != LEAD_CONNECTING)
        return;
    change_offered(rep->caps, lead->source, change);
    refresh(core, rep);
}

static struct cap_source *source_of(struct rep_caps *caps, uint32_t source)
{
    for (uint32_t i = 0; i < caps->source_count; i++) {
        if (caps->sources[i].source == source)
            return &caps->sources[i];
    }
    return NULL;
}

/* ---- what is full --------------------------------------------------------------------- */

/* Says until when: 0 if only an offer's end can free it. */
static bool hour_is_full(const struct rep_caps *caps, uint64_t now_ms, uint64_t *until_ms)
{
    uint64_t now = now_ms / CAP_BUCKET_MS;
    uint32_t sum = caps->offered;
    *until_ms = 0;
    if (caps->rules->per_hour == 0)
        return false;
    for (uint64_t bucket = caps->bucket; bucket + CAP_BUCKETS > now && bucket + CAP_BUCKETS > caps->bucket; bucket--)
        sum += caps->hour[bucket % CAP_BUCKETS];
    if (sum < caps->rules->per_hour)
        return false;
    if (caps->offered >= caps->rules->per_hour)
        return true;
    uint64_t oldest = caps->bucket - (CAP_BUCKETS - 1);
    for (; sum >= caps->rules->per_hour; oldest++) {
        if (oldest + CAP_BUCKETS > now)
            sum -= caps->hour[oldest % CAP_BUCKETS];
        *until_ms = (oldest + CAP_BUCKETS) * CAP_BUCKET_MS;
    }
    return true;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* What counts of today keeps it full, and tomorrow it is not. */
static bool is_full_today(uint32_t counted, uint32_t offered, uint32_t most, uint64_t tomorrow_ms, uint64_t *free_ms)
{
    if (counted + offered < most)
        return false;
    if (offered < most)
        *free_ms = earlier(*free_ms, tomorrow_ms);
    return true;
}

static void refresh_full(struct rep_caps *caps, uint64_t now_ms)
{
    const struct config_caps *rules = caps->rules;
    uint64_t until_ms, today_ms = 0, tomorrow_ms = 0;
    caps->full = hour_is_full(caps, now_ms, &until_ms) ? CAP_HOUR : 0;
    caps->full_sources = 0;
    caps->free_ms = until_ms;
    if (!caps->team)
        return;
    caps_day_of(caps->team, now_ms, &today_ms, &tomorrow_ms);
    bool is_today = caps->counted_ms >= today_ms;
    if (rules->per_day > 0 && is_full_today(is_today ? caps->day : 0, caps->offered, rules->per_day, tomorrow_ms, &caps->free_ms))
        caps->full |= CAP_DAY;
    for (uint32_t i = 0; i < caps->source_count; i++) {
        const struct cap_source *source = &caps->sources[i];
        if (is_full_today(is_today ? source->counted : 0, source->offered, rules->sources[i].most, tomorrow_ms, &caps->free_ms))
            caps->full_sources |= (uint8_t)(1u << i);
    }
}

static void refresh(struct core *core, struct rep *rep)
{
    struct rep_caps *caps = rep->caps;
    uint8_t full = caps->full, full_sources = caps->full_sources;
    uint64_t free_ms = caps->free_ms;
    assert(!rep->is_ready);
    refresh_full(caps, core->now_ms);
    if (caps->full_sources != full_sources && rep->supply)
        rep_join_class(core, rep);
    if (caps->free_ms != free_ms)
        rep_set_timer(core, rep);
    if ((full & ~caps->full) != 0 || (full_sources & ~caps->full_sources) != 0)
        match_note_rep(core, rep);   /* also where a look at them for another reason came before the timer */
}

void caps_due(struct core *core, struct rep *rep)
{
    if (!rep->caps || rep->caps->free_ms == 0 || rep->caps->free_ms > core->now_ms)
        return;
    rep_before_change(core, rep);
    refresh(core, rep);
    rep_relink(core, rep);
}

uint32_t caps_source_need(const struct core *core, uint32_t source)
{
    bool is_capped = source < core->capped_sources.word_count * 64 && bitset_test(&core->capped_sources, source);
    return is_capped ? source + 1 : 0;
}

bool caps_source_is_full(const struct rep *rep, uint32_t source)
{
    for (uint32_t i = 0; rep->caps && i < rep->caps->source_count; i++) {
        if ((rep->caps->full_sources >> i & 1) != 0 && rep->caps->sources[i].source == source)
            return true;
    }
    return false;
}

bool caps_explain(const struct core *core, const struct rep *rep, uint8_t full, uint8_t full_sources, uint32_t capped_source,
                  char *detail, size_t detail_size)
{
    const struct rep_caps *caps = rep->caps;
    if (!caps)
        return false;
    if (full & CAP_HOUR) {
        snprintf(detail, detail_size, "%u per hour", caps->rules->per_hour);
        return true;
    }
    if (full & CAP_DAY) {
        snprintf(detail, detail_size, "%u per day", caps->rules->per_day);
        return true;
    }
    for (uint32_t i = 0; i < caps->source_count; i++) {
        if ((full_sources >> i & 1) == 0 || caps->sources[i].source + 1 != capped_source)
            continue;
        snprintf(detail, detail_size, "%u per day of %s", caps->rules->sources[i].most, names_text(&core->names, caps->sources[i].source));
        return true;
    }
    return false;
}

/* ---- new rules ------------------------------------------------------------------------- */

static const struct config_team *team_of(const struct core *core, const struct config_rep *rep)
{
    for (uint32_t i = 0; i < core->config->team_count; i++) {
        if (core->config->teams[i].day_count > 0 && strcmp(core->config->teams[i].name, rep->team) == 0)
            return &core->config->teams[i];
    }
    return NULL;
}

static void count_offered(struct rep *rep)
{
    for (const struct lead *lead = rep->held_first; lead; lead = lead->held.next) {
        if (lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING)
            change_offered(rep->caps, lead->source, 1);
    }
    for (const struct other_offer *offer = rep->other_offers; offer; offer = offer->rep_next)
        change_offered(rep->caps, offer->lead->source, 1);
}

/* What counted before for the sources that are still capped; says if anything was for others. */
static bool take_counts(struct rep_caps *caps, const struct rep_caps *before)
{
    bool lost = false;
    memcpy(caps->hour, before->hour, sizeof caps->hour);
    caps->bucket = before->bucket;
    caps->counted_ms = before->counted_ms;
    caps->day = before->day;
    for (uint32_t i = 0; i < before->source_count; i++) {
        struct cap_source *source = source_of(caps, before->sources[i].source);
        if (source)
            source->counted = before->sources[i].counted;
        lost |= !source;
    }
    return lost;
}

void caps_link(struct core *core, struct rep *rep, const struct config_rep *wanted)
{
    struct rep_caps *before = rep->caps;
    bool lost = before != NULL;
    rep->caps = NULL;
    if (wanted && wanted->caps) {
        struct rep_caps *caps = rep->caps = calloc(1, sizeof *caps);
        if (!caps)
            abort();   /* two hundred bytes for a rep: part of having rules */
        caps->rules = wanted->caps;
        caps->team = team_of(core, wanted);
        for (uint32_t i = 0; i < wanted->caps->source_count; i++)
            caps->sources[caps->source_count++].source = names_add(&core->names, wanted->caps->sources[i].source, strlen(wanted->caps->sources[i].source));
        lost = before && take_counts(caps, before);
        count_offered(rep);
        refresh_full(caps, core->now_ms);
    }
    free(before);
    rep_set_timer(core, rep);
    if (lost && !core->is_restoring)
        rep_record(core, rep);   /* else a restart would find again what was forgotten */
}

void caps_link_sources(struct core *core)
{
    bool had_any = core->capped_sources.word_count > 0;
    bitset_fini(&core->capped_sources);
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        for (uint32_t k = 0; rep && rep->configured && rep->caps && k < rep->caps->source_count; k++) {
            bitset_reserve(&core->capped_sources, rep->caps->sources[k].source + 1);
            bitset_set(&core->capped_sources, rep->caps->sources[k].source);
        }
    }
    if (had_any || core->capped_sources.word_count > 0)
        move_leads(core);
}

/* Leads whose source began or ceased to be capped. Without memory for a class one stays where it is: too many leads, never too few. */
static void move_leads(struct core *core)
{
    uint32_t index = 0;
    for (struct lead *lead; (lead = lead_table_next(&core->leads, &index)) != NULL; index++) {
        uint32_t capped = caps_source_need(core, lead->source);
        if (core->is_restoring || lead->demand->needs.capped_source == capped)
            continue;
        struct needs needs = lead->demand->needs;
        needs.capped_source = capped;
        struct demand_class *demand = classes_demand(&core->classes, lead->demand->queue, lead->demand->channel, &needs);
        if (!demand)
            continue;
        if (lead->state == LEAD_WAITING)
            lead_leave_queue(core, lead);
        lead_change_demand(core, lead, demand);
        if (lead->state == LEAD_WAITING)
            lead_join_queue(core, lead);
    }
}

/* ---- records ------------------------------------------------------------------------------ */

void caps_image_fill(const struct core *core, const struct rep *rep, struct caps_image *image)
{
    const struct rep_caps *caps = rep->caps;
    *image = (struct caps_image){.is_there = caps != NULL};
    if (!caps)
        return;
    memcpy(image->hour, caps->hour, sizeof image->hour);
    image->bucket = caps->bucket;
    image->counted_ms = caps->counted_ms;
    image->day = caps->day;
    image->source_count = caps->source_count;
    for (uint32_t i = 0; i < caps->source_count; i++) {
        image->sources[i].source = names_view(&core->names, caps->sources[i].source);
        image->sources[i].counted = caps->sources[i].counted;
    }
}

lw_status caps_restore(struct core *core, struct rep *rep, const struct caps_image *image)
{
    caps_free(rep);
    if (!image->is_there)
        return LW_OK;
    struct rep_caps *caps = rep->caps = calloc(1, sizeof *caps);
    if (!caps)
        return LW_NO_MEMORY;
    memcpy(caps->hour, image->hour, sizeof caps->hour);
    caps->bucket = image->bucket;
    caps->counted_ms = image->counted_ms;
    caps->day = image->day;
    for (uint32_t i = 0; i < image->source_count; i++) {
        uint32_t source = names_add(&core->names, image->sources[i].source.data, image->sources[i].source.size);
        if (source == NAME_NONE)
            return LW_FULL;
        caps->sources[caps->source_count++] = (struct cap_source){.source = source, .counted = image->sources[i].counted};
    }
    return LW_OK;
}

void caps_free(struct rep *rep)
{
    free(rep->caps);
    rep->caps = NULL;
}

uint32_t caps_full_sources(const struct rep *rep, uint32_t sources[CONFIG_CAP_SOURCES_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = 0; rep->caps && i < rep->caps->source_count; i++) {
        uint32_t source = rep->caps->sources[i].source, at = count;
        if ((rep->caps->full_sources >> i & 1) == 0)
            continue;
        for (; at > 0 && sources[at - 1] > source; at--)
            sources[at] = sources[at - 1];
        sources[at] = source;
        count++;
    }
    return count;
}
