/* SPDX-License-Identifier: Apache-2.0 */
#include "kept.h"

#include <stdlib.h>

#include "checkpoint.h"
#include "core_internal.h"
#include "lead_extra.h"
#include "lead_record.h"
#include "people.h"

static int compare_numbers(const struct avl_node *a, const struct avl_node *b)
{
    uint64_t x = AVL_ENTRY(a, struct kept_lead, by_number)->id.number, y = AVL_ENTRY(b, struct kept_lead, by_number)->id.number;
    return x == y ? 0 : x < y ? -1 : 1;
}

static int compare_revisions(const struct avl_node *a, const struct avl_node *b)
{
    uint64_t x = AVL_ENTRY(a, struct kept_lead, by_revision)->revision, y = AVL_ENTRY(b, struct kept_lead, by_revision)->revision;
    return x == y ? 0 : x < y ? -1 : 1;
}

void kept_init(struct kept *kept, uint64_t bytes_max)
{
    *kept = (struct kept){.bytes_max = bytes_max};
    avl_init(&kept->by_number, compare_numbers);
    avl_init(&kept->by_revision, compare_revisions);
}

static struct kept_lead *oldest(const struct kept *kept)
{
    struct avl_node *node = avl_first(&kept->by_revision);
    return node ? AVL_ENTRY(node, struct kept_lead, by_revision) : NULL;
}

void kept_fini(struct kept *kept)
{
    for (struct kept_lead *lead; (lead = oldest(kept)) != NULL;)
        kept_drop(kept, lead);
}

static void mark_dirty(struct kept *kept, struct kept_lead *lead)
{
    if (lead->is_dirty)
        return;
    lead->is_dirty = true;
    lead->dirty_next = NULL;
    lead->dirty_prev = kept->dirty_last;
    *(kept->dirty_last ? &kept->dirty_last->dirty_next : &kept->dirty_first) = lead;
    kept->dirty_last = lead;
    kept->dirty_count++;
}

/* A checkpoint that is being written owes the lead, whose first record it lets go: its end alone would not bring it back. */
static void mark_owed(struct core *core, struct kept_lead *lead)
{
    struct kept *kept = &core->kept;
    lead->is_dirty = true;
    lead->dirty_prev = NULL;
    lead->dirty_next = kept->dirty_first;
    *(kept->dirty_first ? &kept->dirty_first->dirty_prev : &kept->dirty_last) = lead;
    kept->dirty_first = lead;
    kept->dirty_count++;
    core->checkpoint.kept++;
}

static void unmark_dirty(struct kept *kept, struct kept_lead *lead)
{
    if (!lead->is_dirty)
        return;
    lead->is_dirty = false;
    *(lead->dirty_prev ? &lead->dirty_prev->dirty_next : &kept->dirty_first) = lead->dirty_next;
    *(lead->dirty_next ? &lead->dirty_next->dirty_prev : &kept->dirty_last) = lead->dirty_prev;
    kept->dirty_count--;
}

static struct kept_lead *by_number(const struct kept *kept, uint64_t number)
{
    struct kept_lead probe = {.id.number = number};
    struct avl_node *node = avl_find_from(&kept->by_number, &probe.by_number);
    struct kept_lead *lead = node ? AVL_ENTRY(node, struct kept_lead, by_number) : NULL;
    return lead && lead->id.number == number ? lead : NULL;
}

static struct kept_lead *by_revision(const struct kept *kept, uint64_t revision)
{
    struct kept_lead probe = {.revision = revision};
    struct avl_node *node = avl_find_from(&kept->by_revision, &probe.by_revision);
    struct kept_lead *lead = node ? AVL_ENTRY(node, struct kept_lead, by_revision) : NULL;
    return lead && lead->revision == revision ? lead : NULL;
}

struct kept_lead *kept_find(const struct kept *kept, struct desk_id id)
{
    struct kept_lead *lead = by_number(kept, id.number);
    return lead && desk_id_equal(lead->id, id) ? lead : NULL;
}

void kept_drop(struct kept *kept, struct kept_lead *lead)
{
    unmark_dirty(kept, lead);
    avl_remove(&kept->by_number, &lead->by_number);
    avl_remove(&kept->by_revision, &lead->by_revision);
    kept->bytes -= lead->counted;
    free(lead);
}

void kept_clear_place(struct kept *kept, const struct lead_image *image)
{
    for (struct kept_lead *lead; (lead = by_number(kept, image->id.number)) != NULL || (lead = by_revision(kept, image->revision)) != NULL;)
        kept_drop(kept, lead);
}

/* For good. What the checkpoint has of one that is dirty is from before its end, which the journal may not have any more. */
static void give_way(struct core *core, struct kept_lead *lead)
{
    if (lead->revision > core->kept.floor)
        core->kept.floor = lead->revision;
    if (lead->in_checkpoint && lead->is_dirty)
        checkpoint_note_gone_now(core, lead->id);
    else if (lead->in_checkpoint)
        checkpoint_note_gone(core, lead->id);
    kept_drop(&core->kept, lead);
}

void kept_raise_floor(struct core *core, uint64_t floor)
{
    if (floor > core->kept.floor)
        core->kept.floor = floor;
    for (struct kept_lead *lead; (lead = oldest(&core->kept)) != NULL && lead->revision <= core->kept.floor;)
        give_way(core, lead);
}

static uint32_t counted(uint32_t payload_size, uint32_t contact_bytes)
{
    return payload_size + contact_bytes + KEPT_COUNTED_AS;
}

static uint32_t counted_of(const struct lead *lead)
{
    return counted(lead->payload_size, lead->extra && lead->extra->person ? lead->extra->person->contact_bytes : 0);
}

bool kept_wants(const struct core *core, const struct lead *lead, enum core_cause cause)
{
    return core->config->reopen_for_ms > 0 && cause != CAUSE_TEST_LEAD && counted_of(lead) <= core->kept.bytes_max &&
           !(lead->extra && lead->extra->life == KEPT_LIVES_MAX);
}

void kept_make_room(struct core *core, const struct lead *lead, bool is_wanted)
{
    struct kept *kept = &core->kept;
    const uint64_t needed = is_wanted ? counted_of(lead) : 0;
    for (struct kept_lead *first; (first = oldest(kept)) != NULL;) {
        bool is_over = core->now_ms - first->ended_ms > core->config->reopen_for_ms;
        if (!is_over && kept->bytes + needed <= kept->bytes_max)
            return;
        give_way(core, first);
    }
}

static struct kept_lead *add(struct kept *kept, const struct lead_image *image, uint32_t counted_bytes, const void *bytes, size_t size)
{
    struct kept_lead *lead = malloc(sizeof *lead + size);
    if (!lead)
        return NULL;
    *lead = (struct kept_lead){.id = image->id, .revision = image->revision, .ended_ms = image->at_ms, .counted = counted_bytes, .size = (uint32_t)size,
                               .is_merged = image->state == LEAD_MERGED};
    memcpy(lead->bytes, bytes, size);
    kept->bytes += counted_bytes;
    avl_insert(&kept->by_number, &lead->by_number);
    avl_insert(&kept->by_revision, &lead->by_revision);
    return lead;
}

/* What every life begins anew with is left out, so that it is the same whether or not the last of it was recorded. */
static void fill_image(const struct core *core, const struct lead *lead, struct lead_image *image)
{
    lead_image_fill(core, lead, true, image);
    image->in_checkpoint = true;
    image->is_kept = false;   /* this is it */
    image->charged = image->offers_made = 0;
    image->preferred_rep = 0;
    image->preferred_until_ms = image->preferred_for_ms = 0;
    image->touch_ms = image->nudge_ms = 0;
    image->reach = NULL;
    image->declines = NULL;
    image->lapsed_count = image->call_backs = image->other_count = 0;
    image->exclusion_count = image->decision_count = 0;
    image->deadline_ms = image->wait_deadline_ms = image->at_ms;
}

void kept_add(struct core *core, const struct lead *lead, bool in_checkpoint)
{
    struct lead_image image;
    struct byte_buffer *bytes = &core->record;
    fill_image(core, lead, &image);
    byte_buffer_clear(bytes);
    record_put_lead(bytes, &image);
    assert(!bytes->failed);
    struct kept_lead *kept = add(&core->kept, &image, counted_of(lead), bytes->data, bytes->size);
    if (!kept)
        abort();   /* the bound is reopen_bytes_max: memory that the limits promised */
    kept->in_checkpoint = in_checkpoint;
    if (lead->is_dirty && lead->dirty_in != core->checkpoint.number)
        mark_owed(core, kept);
    else
        mark_dirty(&core->kept, kept);
}

lw_status kept_restore(struct core *core, const struct lead_image *image, const void *bytes, size_t size)
{
    uint32_t contact_bytes = 0;
    for (uint32_t i = 0; i < image->contact_count; i++)
        contact_bytes += image->contacts[i].payload.size;
    if (image->revision <= core->kept.floor)
        return LW_OK;
    struct kept_lead *kept = add(&core->kept, image, counted(image->payload_size, contact_bytes), bytes, size);
    if (!kept)
        return LW_NO_MEMORY;
    kept->in_checkpoint = true;
    return LW_OK;
}

struct desk_id kept_other(const struct kept_lead *kept)
{
    struct lead_image image;
    lw_status status = record_read_lead(kept->bytes, kept->size, &image);
    const struct act_image *last = status == LW_OK && image.act_count > 0 ? &image.acts_read[image.act_count - 1] : NULL;
    return last && last->cause == CAUSE_MERGED ? last->other : (struct desk_id){0};
}

struct kept_lead *kept_take_dirty(struct kept *kept)
{
    struct kept_lead *lead = kept->dirty_first;
    if (!lead)
        return NULL;
    unmark_dirty(kept, lead);
    lead->in_checkpoint = true;
    return lead;
}

/* A place in the order, not in memory: between two calls any of them may go. */
bool kept_mark_dirty_from(struct kept *kept, uint64_t *revision, uint32_t *left)
{
    struct kept_lead probe = {.revision = *revision};
    struct avl_node *node = avl_find_from(&kept->by_revision, &probe.by_revision);
    for (; *left > 0 && node; node = avl_next(node), (*left)--)
        mark_dirty(kept, AVL_ENTRY(node, struct kept_lead, by_revision));
    if (node)
        *revision = AVL_ENTRY(node, struct kept_lead, by_revision)->revision;
    return !node;
}

static void fill_acts(const struct lead_image *image, struct act_notes *acts)
{
    acts->count = 0;
    for (uint32_t i = 0; i < image->act_count; i++) {
        const struct act_image *act = &image->acts_read[i];
        struct act_note *note = &acts->list[acts->count];
        if (!act_note_take(note, act->by, act->reason))
            continue;   /* longer than records may hold */
        note->at_ms = act->at_ms;
        note->rep = act->rep;
        note->cause = act->cause;
        note->other = act->other;
        acts->count++;
    }
}

void kept_put_content(struct byte_buffer *out, const struct kept_lead *kept)
{
    struct lead_image image;
    struct act_notes acts;
    lw_status status = record_read_lead(kept->bytes, kept->size, &image);
    assert(status == LW_OK);   /* our own */
    image.revision = image.created_revision = 0;
    for (uint32_t i = 0; i < image.contact_count; i++)
        image.contacts[i].serial = 0;
    fill_acts(&image, &acts);
    image.acts = acts.count > 0 ? &acts : NULL;
    byte_buffer_clear(out);
    record_put_lead(out, &image);
}

void kept_check(const struct core *core)
{
    const struct kept *kept = &core->kept;
    uint64_t bytes = 0;
    for (struct avl_node *node = avl_first(&kept->by_revision); node; node = avl_next(node)) {
        const struct kept_lead *lead = AVL_ENTRY(node, struct kept_lead, by_revision);
        assert(lead->revision > kept->floor && kept_find(kept, lead->id) == lead && !lead_table_find(&core->leads, lead->id));
        bytes += lead->counted;
    }
    assert(bytes == kept->bytes && bytes <= kept->bytes_max);
}
