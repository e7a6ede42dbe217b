/* SPDX-License-Identifier: Apache-2.0
 *
 * What changed since the last checkpoint, in slices. Counts taken at the begin
 * bound the walk: what changes meanwhile is appended behind and waits for the
 * next one, so a steady load cannot keep a checkpoint from ending.
 */
#include <stdlib.h>

#include "checkpoint.h"
#include "config_record.h"
#include "core_internal.h"
#include "lead_record.h"
#include "rep_state.h"
#include "stops.h"

enum { PEOPLE_BUCKET_MS = 24 * 3600 * 1000, STOPS_BUCKET = INT32_MAX };   /* a day that does not come: no time leaves it behind */

static bool give(struct core *core, struct core_record *out);
static bool mark_leads(struct core *core, uint64_t *from, uint32_t *left);
static bool mark_reps(struct core *core, uint64_t *from, uint32_t *left);
static bool next_rep(struct core *core, struct core_record *out);
static bool next_lead(struct core *core, struct core_record *out);
static bool next_kept(struct core *core, struct core_record *out);
static bool next_seen(struct core *core, struct core_record *out);
static bool next_known(struct core *core, struct core_record *out);
static bool next_stop(struct core *core, struct core_record *out);

void checkpoint_note_gone(struct core *core, struct desk_id lead)
{
    if (core->gone_count == core->gone_capacity) {
        size_t left = core->gone_count - core->gone_first;
        size_t capacity = left >= core->gone_capacity / 2 ? core->gone_capacity * 2 + 64 : core->gone_capacity;
        struct desk_id *gone = malloc(capacity * sizeof *gone);
        if (!gone)
            abort();   /* a deletion that is forgotten would bring an ended lead back */
        if (left > 0)
            memcpy(gone, core->gone + core->gone_first, left * sizeof *gone);
        free(core->gone);
        core->gone = gone;
        core->gone_first = 0;
        core->gone_count = left;
        core->gone_capacity = capacity;
    }
    core->gone[core->gone_count++] = lead;
}

void checkpoint_note_gone_now(struct core *core, struct desk_id lead)
{
    checkpoint_note_gone(core, lead);
    core->checkpoint.gone = core->gone_count - core->gone_first;
}

void core_checkpoint_begin(struct core *core)
{
    core->checkpoint.number++;
    core->checkpoint.rep = 1;
    core->checkpoint.leads = core->dirty_count;
    core->checkpoint.gone = core->gone_count - core->gone_first;
    core->checkpoint.seen = core->seen.dirty_count;
    core->checkpoint.kept = core->kept.dirty_count;
    core->checkpoint.known = core->known.dirty_count;
    core->checkpoint.stops = core->stops.dirty_count;
    core->checkpoint.desk = core->is_founded;
    core->checkpoint.config = core->config_dirty;
}

bool core_checkpoint_next(struct core *core, struct core_record *out)
{
    *out = (struct core_record){0};
    byte_buffer_clear(&core->record);
    if (core->checkpoint.desk) {
        core->checkpoint.desk = false;
        out->kind = RECORD_DESK;
        desk_record_put(&core->record, core);
        return give(core, out);
    }
    if (core->checkpoint.config) {
        core->checkpoint.config = core->config_dirty = false;
        out->kind = RECORD_CONFIG;
        config_record_put(&core->record, core);
        return give(core, out);
    }
    return next_rep(core, out) || next_lead(core, out) || next_kept(core, out) || next_seen(core, out) || next_known(core, out) ||
           next_stop(core, out);
}

static bool next_rep(struct core *core, struct core_record *out)
{
    for (; core->checkpoint.rep < core->reps.count; core->checkpoint.rep++) {
        struct rep *rep = core->reps.reps[core->checkpoint.rep];
        struct rep_image image;
        if (!rep || !rep->is_dirty)
            continue;
        rep->is_dirty = false;
        out->kind = RECORD_REP;
        out->rep = rep->number;
        rep_image_fill(core, rep, &image);
        record_put_rep(&core->record, &image);
        return give(core, out);
    }
    return false;
}

static bool next_lead(struct core *core, struct core_record *out)
{
    out->kind = RECORD_LEAD;
    if (core->checkpoint.gone > 0 && core->gone_first < core->gone_count) {
        core->checkpoint.gone--;
        out->lead = core->gone[core->gone_first++];
        out->ended = true;
        return true;
    }
    if (core->checkpoint.leads == 0 || core->dirty_first == LEAD_INDEX_NONE)
        return false;
    struct lead *lead = lead_table_at(&core->leads, core->dirty_first);
    struct lead_image image;
    core->checkpoint.leads--;
    lead_unmark_dirty(core, lead);
    lead->in_checkpoint = true;
    out->lead = lead->id;
    lead_image_fill(core, lead, true, &image);
    image.in_checkpoint = true;
    record_put_lead(&core->record, &image);
    return give(core, out);
}

/* An ended lead that may be reopened stands where it stood when it was open. */
static bool next_kept(struct core *core, struct core_record *out)
{
    const struct kept_lead *kept;
    if (core->checkpoint.kept == 0 || !(kept = kept_take_dirty(&core->kept)))
        return false;
    core->checkpoint.kept--;
    out->kind = RECORD_LEAD;
    out->lead = kept->id;
    byte_buffer_put(&core->record, kept->bytes, kept->size);
    return give(core, out);
}

static bool next_seen(struct core *core, struct core_record *out)
{
    struct seen_entry *entry;
    if (core->checkpoint.seen == 0 || !(entry = seen_take_dirty(&core->seen)))
        return false;
    core->checkpoint.seen--;
    struct seen_image image = {.key = entry->key, .lead = entry->lead, .content_hash = entry->content_hash, .at_ms = entry->at_ms,
                               .serial = entry->serial, .kind = entry->kind, .end = entry->end, .life = entry->life};
    out->kind = RECORD_SEEN;
    out->seen = entry->key;
    out->seen_bucket = seen_bucket(entry);
    record_put_seen(&core->record, &image);
    return give(core, out);
}

/* As an entry of the idempotency window, which it is like but for its time. */
static bool next_known(struct core *core, struct core_record *out)
{
    const struct known_key *known;
    if (core->checkpoint.known == 0 || !(known = known_take_dirty(&core->known)))
        return false;
    core->checkpoint.known--;
    struct seen_image image = {.key = known->key, .lead = known->lead, .content_hash = known->rep, .at_ms = known->at_ms, .serial = known->serial,
                               .kind = SEEN_WON, .end = LEAD_COMPLETED, .bought = names_view(&core->names, known->bought - 1)};
    out->kind = RECORD_SEEN;
    out->seen = known->key;
    out->seen_bucket = known->at_ms / PEOPLE_BUCKET_MS;
    out->of_people = true;
    record_put_seen(&core->record, &image);
    return give(core, out);
}

static bool next_stop(struct core *core, struct core_record *out)
{
    struct seen_image image;
    const struct known_key *stop;
    if (core->checkpoint.stops == 0 || !(stop = known_take_dirty(&core->stops)))
        return false;
    core->checkpoint.stops--;
    stops_fill(stop, true, &image);
    out->kind = RECORD_SEEN;
    out->seen = stop->key;
    out->seen_bucket = STOPS_BUCKET;
    out->of_people = true;
    record_put_seen(&core->record, &image);
    return give(core, out);
}

static bool give(struct core *core, struct core_record *out)
{
    assert(!core->record.failed);
    out->bytes = core->record.data;
    out->size = core->record.size;
    return true;
}

/* What comes behind the place that is reached, or changes anywhere, is marked by itself. */
bool core_checkpoint_all(struct core *core, uint32_t max)
{
    enum { STAGE_LEADS, STAGE_REPS, STAGE_SEEN, STAGE_KEPT, STAGE_KNOWN, STAGE_STOPS, STAGES };
    uint64_t *from = &core->mark_all.from;

    for (; core->mark_all.stage < STAGES; core->mark_all.stage++, *from = 0) {
        bool is_done = true;
        switch (core->mark_all.stage) {
        case STAGE_LEADS: is_done = mark_leads(core, from, &max); break;
        case STAGE_REPS: is_done = mark_reps(core, from, &max); break;
        case STAGE_SEEN: is_done = seen_mark_dirty_from(&core->seen, from, &max); break;
        case STAGE_KEPT: is_done = kept_mark_dirty_from(&core->kept, from, &max); break;
        case STAGE_KNOWN: is_done = known_mark_dirty_from(&core->known, from, &max); break;
        case STAGE_STOPS: is_done = known_mark_dirty_from(&core->stops, from, &max); break;
        }
        if (!is_done)
            return false;
    }
    core->mark_all.stage = 0;
    core->config_dirty = core->config != NULL;
    return true;
}

static bool mark_leads(struct core *core, uint64_t *from, uint32_t *left)
{
    uint32_t index = (uint32_t)*from;
    for (; *left > 0 && index < core->leads.touched; index++, (*left)--) {
        struct lead *lead = lead_table_at(&core->leads, index);
        if (lead->in_use)
            lead_mark_dirty(core, lead);
    }
    *from = index;
    return index >= core->leads.touched;
}

static bool mark_reps(struct core *core, uint64_t *from, uint32_t *left)
{
    for (; *left > 0 && *from < core->reps.count; (*from)++, (*left)--) {
        if (core->reps.reps[*from])
            core->reps.reps[*from]->is_dirty = true;
    }
    return *from >= core->reps.count;
}

uint64_t core_seen_oldest_bucket(const struct core *core)
{
    const struct seen_entry *oldest = seen_at(&core->seen, core->seen.first);
    return oldest ? seen_bucket(oldest) : 0;
}

uint64_t core_people_oldest_bucket(const struct core *core)
{
    return core->now_ms > CONFIG_WINDOW_MAX_MS ? (core->now_ms - CONFIG_WINDOW_MAX_MS) / PEOPLE_BUCKET_MS : 0;
}
