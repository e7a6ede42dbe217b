/* SPDX-License-Identifier: Apache-2.0
 *
 * Every image starts with the format (u8) and, but for seen entries, its
 * revision. Numbers are varints, ids {epoch fixed64, number varint}. A lead's times
 * are differences to the time of the change, which is unix ms.
 */
#include "record.h"
#include "record_parts.h"
#include "seen.h"

#include <string.h>

#define ACCOUNT_MAX (INT64_C(1) << 42)   /* times the shares of a full desk it still fits */

enum lead_flags {
    LEAD_HAS_PAYLOAD = 1, LEAD_HAS_COMPLETION = 2, LEAD_IN_CHECKPOINT = 4, LEAD_HAS_EXTRA = 8, LEAD_HAS_OWN_NEEDS = 16,
    LEAD_HAS_PERSON = 32, LEAD_HAS_LIFE = 64,
};

/* What happened in few lives: a byte of bits, then each that is there. */
enum life_bits {
    LIFE_PRIORITY = 1, LIFE_ACTS = 2, LIFE_TOUCH = 4, LIFE_LEGS = 8, LIFE_REOPENED = 16, LIFE_KEPT = 32, LIFE_KEPT_FLOOR = 64,
    LIFE_REFUSALS = 128,
};
enum rep_flags { REP_IS_CONNECTED = 1, REP_HAS_CAPS = 2, REP_HAS_DECLINES = 32, REP_HAS_OPENING = 64, REP_HAS_DEVICE_STATE = 128 };
enum { NOBODY_WAS_TOLD = 128, DESK_IS_OPENING = 64 };   /* beside the kind of nobody */
enum { OPENING_DEALT_MAX = 1 << 24 };   /* leads: shares are reckoned in 64 bits */
enum { WITH_OWN_TEAMS = 16 };   /* in the number of teams */

static void put_open_lead(struct byte_buffer *out, const struct lead_image *image);
static void read_open_lead(struct byte_reader *in, struct lead_image *image);
static void put_relaxation(struct byte_buffer *out, const struct lead_image *image);
static void read_relaxation(struct byte_reader *in, struct lead_image *image);
static void put_needs(struct byte_buffer *out, const struct lead_image *image);
static void read_needs(struct byte_reader *in, struct lead_image *image);
static void put_extra(struct byte_buffer *out, const struct lead_image *image);
static void read_extra(struct byte_reader *in, struct lead_image *image);
static void put_life(struct byte_buffer *out, const struct lead_image *image);
static void read_life(struct byte_reader *in, struct lead_image *image);
static void put_fixed_part(struct byte_buffer *out, const struct lead_image *image);
static void read_fixed_part(struct byte_reader *in, struct lead_image *image);

static uint32_t read_u32(struct byte_reader *in)
{
    return (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
}

static lw_status read_format(struct byte_reader *in)
{
    uint8_t format = byte_reader_u8(in);
    if (in->failed)
        return LW_CORRUPT;
    return format > RECORD_FORMAT ? LW_UNSUPPORTED : format == 0 ? LW_CORRUPT : LW_OK;
}

static lw_status read_end(const struct byte_reader *in)
{
    return byte_reader_done(in) ? LW_OK : LW_CORRUPT;
}

static bool has_extra(const struct lead_image *image)
{
    return image->is_call_back || image->set_by != 0 || image->preferred_rep != 0 || image->appointment_ms != 0 || image->place.size > 0 ||
           image->value != 0 || image->waits_from_ms != 0 || image->last_offer_number != 0 || image->offer_to != 0 ||
           image->touch_for_ms != 0;
}

static uint8_t life_of(const struct lead_image *image)
{
    uint8_t both = (uint8_t)((image->life > 0 ? LIFE_REOPENED : 0) | (image->is_kept ? LIFE_KEPT : 0));
    if (is_short(image))
        return (uint8_t)(both | (image->is_kept && image->acts ? LIFE_ACTS : 0) | (image->kept_floor > 0 ? LIFE_KEPT_FLOOR : 0));
    return (uint8_t)(both | (image->has_own_priority ? LIFE_PRIORITY : 0) | (image->acts ? LIFE_ACTS : 0) |
                     (image->touch_ms != 0 || image->nudge_ms != 0 || (image->reach && image->reach->touched != 0) ? LIFE_TOUCH : 0) |
                     (image->reach && image->reach->leg_count > 0 ? LIFE_LEGS : 0) | (record_has_refusals(image) ? LIFE_REFUSALS : 0));
}

/* Of every record of a lead: most of most records. */
static void put_head(struct byte_buffer *out, const struct lead_image *image, uint8_t flags)
{
    uint8_t *at = byte_buffer_reserve(out, 16 * BYTE_VARINT_MAX);
    if (!at)
        return;
    at = byte_put_u8(at, RECORD_FORMAT);
    at = byte_put_fixed64(at, image->id.epoch);
    at = byte_put_varint(at, image->id.number);
    at = byte_put_varint(at, image->revision);
    at = byte_put_u8(at, (uint8_t)image->state);
    at = byte_put_u8(at, (uint8_t)image->cause);
    at = byte_put_u8(at, flags);
    at = byte_put_varint(at, image->at_ms);
    at = byte_put_fixed64(at, image->seen_key.lo);
    at = byte_put_fixed64(at, image->seen_key.hi);
    at = byte_put_fixed64(at, image->content_hash);
    at = byte_put_varint(at, image->created_revision);
    at = byte_put_zigzag(at, (int64_t)(image->created_ms - image->at_ms));
    at = byte_put_varint(at, image->rep);
    at = byte_put_varint(at, image->idle_rep);
    at = byte_put_u8(at, image->channel);
    byte_buffer_commit(out, byte_put_varint(at, image->offer_number));
}

void record_put_lead(struct byte_buffer *out, const struct lead_image *image)
{
    uint8_t flags = (uint8_t)((image->has_payload ? LEAD_HAS_PAYLOAD : 0) | (image->has_completion ? LEAD_HAS_COMPLETION : 0) |
                              (image->in_checkpoint ? LEAD_IN_CHECKPOINT : 0) | (has_extra(image) ? LEAD_HAS_EXTRA : 0) |
                              (image->has_own_needs ? LEAD_HAS_OWN_NEEDS : 0) | (image->has_person ? LEAD_HAS_PERSON : 0) |
                              (life_of(image) != 0 ? LEAD_HAS_LIFE : 0));

    put_head(out, image, flags);
    if (lead_state_is_end(image->state))
        byte_buffer_put_blob(out, image->disposition.data, image->disposition.size);
    if (!is_short(image)) {
        put_open_lead(out, image);
        if (has_extra(image))
            put_extra(out, image);
    }
    if (life_of(image) != 0)
        put_life(out, image);
    if (image->has_person)
        record_put_person(out, image);
    if (image->has_completion) {
        put_key(out, image->completion_key);
        byte_buffer_put_fixed64(out, image->completion_hash);
    }
}

lw_status record_read_lead(const void *bytes, size_t size, struct lead_image *out)
{
    struct byte_reader in;
    byte_reader_init(&in, bytes, size);
    memset(out, 0, offsetof(struct lead_image, others));
    lw_status status = read_format(&in);
    if (status != LW_OK)
        return status;

    out->id = read_id(&in);
    out->revision = byte_reader_varint(&in);
    out->state = (enum lead_state)byte_reader_u8(&in);
    out->cause = (enum core_cause)byte_reader_u8(&in);
    uint8_t flags = byte_reader_u8(&in);
    out->has_payload = flags & LEAD_HAS_PAYLOAD;
    out->has_completion = flags & LEAD_HAS_COMPLETION;
    out->in_checkpoint = flags & LEAD_IN_CHECKPOINT;
    out->has_own_needs = flags & LEAD_HAS_OWN_NEEDS;
    out->has_person = flags & LEAD_HAS_PERSON;
    out->at_ms = byte_reader_varint(&in);
    out->seen_key = read_key(&in);
    out->content_hash = byte_reader_fixed64(&in);
    out->created_revision = byte_reader_varint(&in);
    out->created_ms = read_time(&in, out->at_ms);
    out->rep = read_u32(&in);
    out->idle_rep = read_u32(&in);
    out->channel = byte_reader_u8(&in);
    out->offer_number = read_u32(&in);
    if (in.failed || out->state < LEAD_WAITING || out->state >= LEAD_STATES || out->channel >= LW_CHANNEL_COUNT)
        return LW_CORRUPT;

    if (lead_state_is_end(out->state))
        out->disposition = read_text(&in, LW_NAME_MAX);
    if (!is_short(out)) {
        read_open_lead(&in, out);
        if (flags & LEAD_HAS_EXTRA)
            read_extra(&in, out);
    }
    if (flags & LEAD_HAS_LIFE)
        read_life(&in, out);
    if (out->has_person)
        record_read_person(&in, out);
    if (out->has_completion) {
        out->completion_key = read_key(&in);
        out->completion_hash = byte_reader_fixed64(&in);
    }
    return read_end(&in);
}

static void put_open_lead(struct byte_buffer *out, const struct lead_image *image)
{
    uint8_t *at = byte_buffer_reserve(out, 5 * BYTE_VARINT_MAX);
    if (!at)
        return;
    at = byte_put_zigzag(at, (int64_t)(image->deadline_ms - image->at_ms));
    at = byte_put_zigzag(at, (int64_t)(image->wait_deadline_ms - image->at_ms));
    at = byte_put_varint(at, image->offers_made);
    at = byte_put_varint(at, image->weight);
    byte_buffer_commit(out, byte_put_varint(at, image->charged));
    record_put_exclusions(out, image);
    record_put_decisions(out, image);
    put_relaxation(out, image);
    if (image->has_payload || image->relaxed > 0 || image->has_own_needs)
        put_needs(out, image);
    if (image->has_payload)
        put_fixed_part(out, image);
}

/* What few leads have. */
static void put_extra(struct byte_buffer *out, const struct lead_image *image)
{
    byte_buffer_put_u8(out, image->is_call_back);
    byte_buffer_put_varint(out, image->preferred_rep);
    byte_buffer_put_varint(out, image->preferred_until_ms);
    byte_buffer_put_varint(out, image->preferred_for_ms);
    byte_buffer_put_varint(out, image->appointment_ms);
    byte_buffer_put_blob(out, image->place.data, image->place.size);
    byte_buffer_put_varint(out, image->set_by);
    byte_buffer_put_varint(out, image->set_offer_number);
    byte_buffer_put_varint(out, image->value);
    byte_buffer_put_varint(out, image->waits_from_ms);
    record_put_offers(out, image);
}

static void read_extra(struct byte_reader *in, struct lead_image *image)
{
    image->is_call_back = byte_reader_u8(in) != 0;
    image->preferred_rep = read_u32(in);
    image->preferred_until_ms = byte_reader_varint(in);
    image->preferred_for_ms = byte_reader_varint(in);
    image->appointment_ms = byte_reader_varint(in);
    image->place = read_text(in, LEAD_PLACE_MAX);
    image->set_by = read_u32(in);
    image->set_offer_number = read_u32(in);
    image->value = (uint32_t)byte_reader_varint_max(in, CONFIG_VALUE_MAX);
    image->waits_from_ms = byte_reader_varint(in);
    record_read_offers(in, image);
}

static bool names_other(uint8_t act)
{
    return act == CAUSE_MERGED || act == CAUSE_PARTED;
}

static void put_acts(struct byte_buffer *out, const struct lead_image *image)
{
    byte_buffer_put_u8(out, image->acts->count);
    for (uint32_t i = 0; i < image->acts->count; i++) {
        const struct act_note *note = &image->acts->list[i];
        put_time(out, image->at_ms, note->at_ms);
        byte_buffer_put_u8(out, note->cause);
        byte_buffer_put_varint(out, note->rep);
        byte_buffer_put_blob(out, note->by, strlen(note->by));
        byte_buffer_put_blob(out, note->reason, strlen(note->reason));
        if (names_other(note->cause))
            put_id(out, note->other);
    }
}

static void read_acts(struct byte_reader *in, struct lead_image *image)
{
    image->act_count = byte_reader_u8(in);
    if (image->act_count > ACTS_KEPT) {
        in->failed = true;
        return;
    }
    for (uint32_t i = 0; i < image->act_count; i++) {
        struct act_image *act = &image->acts_read[i];
        act->at_ms = read_time(in, image->at_ms);
        act->cause = byte_reader_u8(in);
        act->rep = read_u32(in);
        act->by = read_text(in, LW_NAME_MAX);
        act->reason = read_text(in, ACT_NOTE_MAX);
        act->other = names_other(act->cause) ? read_id(in) : (struct desk_id){0};
    }
}

static void put_legs(struct byte_buffer *out, const struct lead_image *image)
{
    byte_buffer_put_u8(out, image->reach->leg_count);
    for (uint32_t i = 0; i < image->reach->leg_count; i++) {
        const struct leg_note *leg = &image->reach->legs[i];
        put_time(out, image->at_ms, leg->at_ms);
        byte_buffer_put_u8(out, leg->cause);
        byte_buffer_put_varint(out, leg->rep);
        byte_buffer_put_varint(out, leg->offer_number);
        byte_buffer_put_blob(out, leg->id, strlen(leg->id));
    }
}

static void read_legs(struct byte_reader *in, struct lead_image *image)
{
    image->leg_count = byte_reader_u8(in);
    if (image->leg_count > LEGS_KEPT) {
        in->failed = true;
        return;
    }
    for (uint32_t i = 0; i < image->leg_count; i++) {
        struct leg_image *leg = &image->legs_read[i];
        leg->at_ms = read_time(in, image->at_ms);
        leg->cause = byte_reader_u8(in);
        leg->rep = read_u32(in);
        leg->offer_number = read_u32(in);
        leg->id = read_text(in, LEG_ID_MAX);
    }
}

static void put_life(struct byte_buffer *out, const struct lead_image *image)
{
    const uint8_t bits = life_of(image);
    byte_buffer_put_u8(out, bits);
    if (bits & LIFE_PRIORITY)
        byte_buffer_put_varint(out, image->priority);
    if (bits & LIFE_ACTS)
        put_acts(out, image);
    if (bits & LIFE_REOPENED)
        byte_buffer_put_u8(out, image->life);
    if (bits & LIFE_KEPT_FLOOR)
        byte_buffer_put_varint(out, image->kept_floor);
    if (bits & LIFE_TOUCH) {
        byte_buffer_put_varint(out, image->touch_ms);
        byte_buffer_put_varint(out, image->nudge_ms);
        byte_buffer_put_varint(out, image->reach ? image->reach->touched_ms : 0);
        byte_buffer_put_u8(out, image->reach ? image->reach->touched : TOUCH_NONE);
    }
    if (bits & LIFE_LEGS)
        put_legs(out, image);
    if (bits & LIFE_REFUSALS)
        record_put_refusals(out, image);
}

static void read_life(struct byte_reader *in, struct lead_image *image)
{
    uint8_t bits = byte_reader_u8(in);
    image->has_own_priority = bits & LIFE_PRIORITY;
    if (image->has_own_priority)
        image->priority = (uint32_t)byte_reader_varint_max(in, CONFIG_PRIORITY_MAX);
    if (bits & LIFE_ACTS)
        read_acts(in, image);
    if (bits & LIFE_REOPENED)
        image->life = byte_reader_u8(in);
    image->is_kept = bits & LIFE_KEPT;
    if (bits & LIFE_KEPT_FLOOR)
        image->kept_floor = byte_reader_varint(in);
    if (image->life > KEPT_LIVES_MAX)
        in->failed = true;
    if (bits & LIFE_TOUCH) {
        image->touch_ms = byte_reader_varint(in);
        image->nudge_ms = byte_reader_varint(in);
        image->touched_ms = byte_reader_varint(in);
        image->touched = byte_reader_u8(in);
    }
    if (bits & LIFE_LEGS)
        read_legs(in, image);
    if (bits & LIFE_REFUSALS)
        record_read_refusals(in, image);
}

/* Most leads never relax: one byte. */
static void put_relaxation(struct byte_buffer *out, const struct lead_image *image)
{
    bool has_any = image->relaxed > 0 || image->relax_next_ms != 0;
    byte_buffer_put_u8(out, has_any ? (uint8_t)(image->relaxed + 1) : 0);
    if (!has_any)
        return;
    put_time(out, image->at_ms, image->relax_from_ms);
    byte_buffer_put_varint(out, image->relax_next_ms != 0 ? image->relax_next_ms - image->relax_from_ms : 0);
}

static void put_levels(struct byte_buffer *out, const struct record_require *levels, uint32_t count)
{
    byte_buffer_put_varint(out, count);
    for (uint32_t i = 0; i < count; i++) {
        byte_buffer_put_blob(out, levels[i].skill.data, levels[i].skill.size);
        byte_buffer_put_u8(out, levels[i].level);
    }
}

static uint32_t read_levels(struct byte_reader *in, struct record_require *levels, uint32_t max)
{
    uint32_t count = (uint32_t)byte_reader_varint_max(in, max);
    for (uint32_t i = 0; i < count; i++) {
        levels[i].skill = read_text(in, LW_NAME_MAX);
        levels[i].level = byte_reader_u8(in);
    }
    return count;
}

static void put_needs(struct byte_buffer *out, const struct lead_image *image)
{
    put_levels(out, image->require, image->require_count);
    put_levels(out, image->prefer, image->prefer_count);
    byte_buffer_put_varint(out, image->team_count + (image->with_own_teams ? WITH_OWN_TEAMS : 0));
    for (uint32_t i = 0; i < image->team_count; i++)
        byte_buffer_put_blob(out, image->teams[i].data, image->teams[i].size);
}

/* What never changes over a lead's life. */
static void put_fixed_part(struct byte_buffer *out, const struct lead_image *image)
{
    put_time(out, image->at_ms, image->received_ms);
    byte_buffer_put_varint(out, image->priority);
    byte_buffer_put_blob(out, image->source.data, image->source.size);
    byte_buffer_put_blob(out, image->queue.data, image->queue.size);
    byte_buffer_put_blob(out, image->rule.data, image->rule.size);
    byte_buffer_put_blob(out, image->payload, image->payload_size);
}

static void read_open_lead(struct byte_reader *in, struct lead_image *image)
{
    image->deadline_ms = read_time(in, image->at_ms);
    image->wait_deadline_ms = read_time(in, image->at_ms);
    image->offers_made = read_u32(in);
    image->weight = (uint32_t)byte_reader_varint_max(in, CONFIG_WEIGHT_MAX);
    image->charged = (uint32_t)byte_reader_varint_max(in, CONFIG_WEIGHT_MAX);
    record_read_exclusions(in, image);
    record_read_decisions(in, image);
    read_relaxation(in, image);
    if (image->has_payload || image->relaxed > 0 || image->has_own_needs)
        read_needs(in, image);
    if (image->has_payload)
        read_fixed_part(in, image);
}

static void read_relaxation(struct byte_reader *in, struct lead_image *image)
{
    uint8_t steps = byte_reader_u8(in);
    if (steps == 0)
        return;
    image->relaxed = (uint8_t)(steps - 1);
    image->relax_from_ms = read_time(in, image->at_ms);
    uint64_t next_ms = byte_reader_varint(in);
    image->relax_next_ms = next_ms != 0 ? image->relax_from_ms + next_ms : 0;
}

static void read_needs(struct byte_reader *in, struct lead_image *image)
{
    image->require_count = read_levels(in, image->require, CONFIG_REQUIRE_MAX);
    image->prefer_count = read_levels(in, image->prefer, CONFIG_PREFER_MAX);
    uint32_t teams = (uint32_t)byte_reader_varint_max(in, WITH_OWN_TEAMS + CONFIG_TEAMS_OF_RULE_MAX);
    image->with_own_teams = (teams & WITH_OWN_TEAMS) != 0;
    image->team_count = teams & (WITH_OWN_TEAMS - 1);
    if (image->team_count > CONFIG_TEAMS_OF_RULE_MAX) {
        in->failed = true;
        image->team_count = 0;
    }
    for (uint32_t i = 0; i < image->team_count; i++)
        image->teams[i] = read_text(in, LW_NAME_MAX);
}

static void read_fixed_part(struct byte_reader *in, struct lead_image *image)
{
    size_t size;
    image->received_ms = read_time(in, image->at_ms);
    image->priority = (uint32_t)byte_reader_varint_max(in, 2 * CONFIG_PRIORITY_MAX);
    image->source = read_text(in, LW_NAME_MAX);
    image->queue = read_text(in, LW_NAME_MAX);
    image->rule = read_text(in, LW_NAME_MAX);
    image->payload = byte_reader_blob(in, &size);
    image->payload_size = (uint32_t)size;
}

void record_put_rep(struct byte_buffer *out, const struct rep_image *image)
{
    byte_buffer_put_u8(out, RECORD_FORMAT);
    byte_buffer_put_varint(out, image->revision);
    byte_buffer_put_varint(out, image->number);
    byte_buffer_put_u8(out, (uint8_t)image->state);
    byte_buffer_put_u8(out, (uint8_t)((image->connected ? REP_IS_CONNECTED : 0) | (image->caps.is_there ? REP_HAS_CAPS : 0) |
                                      (image->decline_count > 0 ? REP_HAS_DECLINES : 0) | (image->opening_ms != 0 ? REP_HAS_OPENING : 0) |
                                      (image->device_until_ms != 0 ? REP_HAS_DEVICE_STATE : 0)));
    byte_buffer_put_blob(out, image->name.data, image->name.size);
    byte_buffer_put_blob(out, image->reason.data, image->reason.size);
    byte_buffer_put_varint(out, image->idle_since_ms);
    byte_buffer_put_varint(out, image->until_ms);
    byte_buffer_put_varint(out, image->grace_deadline_ms);
    byte_buffer_put_varint(out, image->misses);
    byte_buffer_put_zigzag(out, image->account);
    byte_buffer_put_varint(out, image->share_mark);
    if (image->caps.is_there)
        record_put_caps(out, &image->caps);
    if (image->decline_count > 0)
        record_put_rep_declines(out, image);
    if (image->opening_ms != 0) {
        byte_buffer_put_varint(out, image->opening_ms);
        byte_buffer_put_varint(out, image->opening_dealt);
    }
    if (image->device_until_ms != 0) {
        byte_buffer_put_u8(out, (uint8_t)image->device_state);
        byte_buffer_put_varint(out, image->device_until_ms);
    }
}

lw_status record_read_rep(const void *bytes, size_t size, struct rep_image *out)
{
    struct byte_reader in;
    byte_reader_init(&in, bytes, size);
    *out = (struct rep_image){0};
    lw_status status = read_format(&in);
    if (status != LW_OK)
        return status;

    out->revision = byte_reader_varint(&in);
    out->number = read_u32(&in);
    out->state = (enum rep_state)byte_reader_u8(&in);
    uint8_t flags = byte_reader_u8(&in);
    out->connected = flags & REP_IS_CONNECTED;
    out->name = read_text(&in, LW_NAME_MAX);
    out->reason = read_text(&in, BREAK_REASON_MAX - 1);
    out->idle_since_ms = byte_reader_varint(&in);
    out->until_ms = byte_reader_varint(&in);
    out->grace_deadline_ms = byte_reader_varint(&in);
    out->misses = read_u32(&in);
    out->account = byte_reader_zigzag(&in);
    out->share_mark = byte_reader_varint(&in);
    if (flags & REP_HAS_CAPS)
        record_read_caps(&in, &out->caps);
    if (flags & REP_HAS_DECLINES)
        record_read_rep_declines(&in, out);
    if (flags & REP_HAS_OPENING) {
        out->opening_ms = byte_reader_varint(&in);
        out->opening_dealt = (uint32_t)byte_reader_varint_max(&in, OPENING_DEALT_MAX);
    }
    if (flags & REP_HAS_DEVICE_STATE) {
        out->device_state = (enum device_state)byte_reader_u8(&in);
        out->device_until_ms = byte_reader_varint(&in);
        if (out->device_until_ms == 0 || (out->device_state != DEVICE_BUSY && out->device_state != DEVICE_UNREACHABLE))
            return LW_CORRUPT;
    }
    if (out->account > ACCOUNT_MAX || out->account < -ACCOUNT_MAX)
        return LW_CORRUPT;
    if (out->number == 0 || out->name.size == 0 || out->state < REP_OFFLINE || out->state > REP_AWAY)
        return LW_CORRUPT;
    return read_end(&in);
}

void record_put_seen(struct byte_buffer *out, const struct seen_image *image)
{
    byte_buffer_put_u8(out, RECORD_FORMAT);
    put_key(out, image->key);
    put_id(out, image->lead);
    byte_buffer_put_fixed64(out, image->content_hash);
    byte_buffer_put_varint(out, image->at_ms);
    byte_buffer_put_varint(out, image->serial);
    byte_buffer_put_u8(out, image->kind);
    byte_buffer_put_u8(out, (uint8_t)(image->end | image->life << 4));
    if (image->bought.size > 0)   /* most have none, and then not a byte for it */
        byte_buffer_put_blob(out, image->bought.data, image->bought.size);
}

lw_status record_read_seen(const void *bytes, size_t size, struct seen_image *out)
{
    struct byte_reader in;
    byte_reader_init(&in, bytes, size);
    *out = (struct seen_image){0};
    lw_status status = read_format(&in);
    if (status != LW_OK)
        return status;

    out->key = read_key(&in);
    out->lead = read_id(&in);
    out->content_hash = byte_reader_fixed64(&in);
    out->at_ms = byte_reader_varint(&in);
    out->serial = byte_reader_varint(&in);
    out->kind = byte_reader_u8(&in);
    out->end = byte_reader_u8(&in);
    out->life = out->end >> 4;
    out->end &= 0x0F;
    if (!in.failed && byte_reader_left(&in) > 0)
        out->bought = read_text(&in, out->kind == SEEN_STOP || out->kind == SEEN_STOPPED ? CORE_STOP_WORDS_MAX : LW_NAME_MAX);
    return read_end(&in);
}

void record_put_desk(struct byte_buffer *out, const struct desk_image *image)
{
    byte_buffer_put_u8(out, RECORD_FORMAT);
    byte_buffer_put_varint(out, image->revision);
    byte_buffer_put_varint(out, image->next_number);
    byte_buffer_put_varint(out, image->desk_ms);
    byte_buffer_put_fixed64(out, image->fingerprint_key.k0);
    byte_buffer_put_fixed64(out, image->fingerprint_key.k1);
    byte_buffer_put_varint(out, image->ledger_revision);
    byte_buffer_put_varint(out, image->ledger_given);
    byte_buffer_put_zigzag(out, image->ledger_total);
    byte_buffer_put_u8(out, (uint8_t)(image->nobody | (image->nobody_told ? NOBODY_WAS_TOLD : 0) | (image->opening_until_ms != 0 ? DESK_IS_OPENING : 0)));
    if (image->nobody != NOBODY_NONE)
        byte_buffer_put_varint(out, image->nobody_since_ms);
    if (image->opening_until_ms != 0) {
        byte_buffer_put_varint(out, image->opening_since_ms);
        byte_buffer_put_varint(out, image->opening_until_ms);
    }
}

void record_put_queue(struct byte_buffer *out, const struct queue_image *image)
{
    byte_buffer_put_blob(out, image->name.data, image->name.size);
    byte_buffer_put_varint(out, image->revision);
    byte_buffer_put_varint(out, image->turn);
}

lw_status record_read_desk(const void *bytes, size_t size, struct desk_image *out, struct byte_reader *rest)
{
    byte_reader_init(rest, bytes, size);
    *out = (struct desk_image){0};
    lw_status status = read_format(rest);
    if (status != LW_OK)
        return status;

    out->revision = byte_reader_varint(rest);
    out->next_number = byte_reader_varint(rest);
    out->desk_ms = byte_reader_varint(rest);
    out->fingerprint_key.k0 = byte_reader_fixed64(rest);
    out->fingerprint_key.k1 = byte_reader_fixed64(rest);
    out->ledger_revision = byte_reader_varint(rest);
    out->ledger_given = byte_reader_varint(rest);
    out->ledger_total = byte_reader_zigzag(rest);
    uint8_t nobody = byte_reader_u8(rest);
    out->nobody_told = nobody & NOBODY_WAS_TOLD;
    out->nobody = nobody & (uint8_t)~(NOBODY_WAS_TOLD | DESK_IS_OPENING);
    if (out->nobody != NOBODY_NONE)
        out->nobody_since_ms = byte_reader_varint(rest);
    if (nobody & DESK_IS_OPENING) {
        out->opening_since_ms = byte_reader_varint(rest);
        out->opening_until_ms = byte_reader_varint(rest);
    }
    if (out->nobody >= NOBODY_KINDS)
        return LW_CORRUPT;
    if (out->ledger_total > ACCOUNT_MAX || out->ledger_total < -ACCOUNT_MAX)
        return LW_CORRUPT;
    return rest->failed ? LW_CORRUPT : LW_OK;
}

/* Teams came later than queues: they begin with an empty name, which no queue has; and paused sources with another, which no team has. */
lw_status record_next_part(struct byte_reader *rest, struct desk_part *out)
{
    if (byte_reader_done(rest))
        return LW_NOT_FOUND;
    struct core_text name = read_text(rest, LW_NAME_MAX);
    out->kind = name.size == 0 ? DESK_PART_TEAM : DESK_PART_QUEUE;
    if (out->kind == DESK_PART_TEAM) {
        record_read_team(rest, &out->team);
        if (rest->failed || out->team.name.size > 0)
            return rest->failed ? LW_CORRUPT : LW_OK;
        out->kind = DESK_PART_PAUSED;
        record_read_paused(rest, &out->paused);
        return rest->failed ? LW_CORRUPT : LW_OK;
    }
    out->queue = (struct queue_image){.name = name, .revision = byte_reader_varint(rest)};
    out->queue.turn = read_u32(rest);
    return rest->failed ? LW_CORRUPT : LW_OK;
}

const char *lead_state_word(enum lead_state state)
{
    static const char *const words[] = {"none", "waiting", "offered", "connecting", "assigned", "parked", "completed", "cancelled", "expired", "scheduled",
                                        "merged"};
    return (unsigned)state < sizeof words / sizeof *words ? words[state] : "none";
}

const char *rep_state_word(enum rep_state state)
{
    static const char *const words[] = {"none", "offline", "available", "wrap_up", "break", "away"};
    return (unsigned)state < sizeof words / sizeof *words ? words[state] : "none";
}
