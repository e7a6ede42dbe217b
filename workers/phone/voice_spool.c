/* SPDX-License-Identifier: Apache-2.0 */
#include "voice_spool.h"

#include "phone_config.h"
#include "voice_lead.h"

enum { ENTRY_VERSION = 1, ENTRY_OVERHEAD_MAX = 64 * 1024, ARENA_PER_BYTE = 16, ARENA_BASE = 256 * 1024, STEP_QUERY = 0, STEP_CANCEL = 1 };

static contact_spool_send send_on;
static lw_status publish(struct http_worker *worker, struct contact_lane *lane, const struct voice_held *held, struct arena *arena, const char **why_out);
static lw_status tell_end(struct http_worker *worker, struct contact_lane *lane, const struct voice_held *held);
static broker_link_done on_published, on_told, on_end_state;
static void encode(const struct voice_held *held, struct byte_buffer *out);
static bool decode(const uint8_t *bytes, size_t size, struct arena *arena, struct voice_held *out);

lw_status voice_spool_open(struct http_worker *worker, const struct contact_spool_options *options, struct contact_spool **out)
{
    return contact_spool_open(worker, options, send_on, worker, out);
}

lw_status voice_spool_hold(struct contact_spool *spool, const struct voice_held *held)
{
    struct byte_buffer entry;
    byte_buffer_init(&entry, held->body_size + ENTRY_OVERHEAD_MAX);
    encode(held, &entry);
    lw_status status = entry.failed ? LW_NO_MEMORY : contact_spool_hold(spool, held->source, entry.data, entry.size);
    byte_buffer_fini(&entry);
    return status;
}

static lw_status send_on(void *context, struct contact_lane *lane, const uint8_t *bytes, size_t size, const char **why_out)
{
    struct http_worker *worker = context;
    struct voice_held held;
    struct arena arena;
    lw_status status = LW_INVALID;
    arena_init(&arena, size * ARENA_PER_BYTE + ARENA_BASE);
    if (decode(bytes, size, &arena, &held)) {
        *why_out = "it breaks a rule of the broker";
        if (held.kind == VOICE_HELD_DIAL) {
            struct broker_link_call call = {worker->rules->common.answer_within_ms, on_told, lane};
            status = broker_link_dial_result(worker->link, held.lead_id, held.offer_number, held.outcome, held.leg_id, &call, NULL);
        } else if (held.kind == VOICE_HELD_END) {
            status = tell_end(worker, lane, &held);
        } else {
            status = publish(worker, lane, &held, &arena, why_out);
        }
    }
    arena_fini(&arena);
    return status;
}

static lw_status publish(struct http_worker *worker, struct contact_lane *lane, const struct voice_held *held, struct arena *arena, const char **why_out)
{
    static struct lead_builder builder;   /* large; used by one webhook at a time */
    const struct phone_source *source = phone_config_find(worker->rules->own, held->source);
    const bool is_message = held->kind == VOICE_HELD_MESSAGE;
    const struct lw_lead *lead;
    struct form_fields params;
    if (!source) {
        *why_out = "its source is not in the configuration";
        return LW_NOT_FOUND;
    }
    lw_status status = form_fields_read(arena, held->body, held->body_size, &params);
    if (status != LW_OK)
        return status;
    const struct phone_texts *texts = phone_texts_for(source, form_fields_text(&params, "From", NULL));
    lead_builder_init(&builder, &source->defaults);
    if (is_message && !voice_recording_fill(&builder, &params, texts, &held->recording))
        status = LW_INVALID;
    if (!is_message)
        voice_lead_fill(&builder, &params, texts);
    lead_builder_set_text(&builder, LEAD_FIELD_RAW_REF, held->raw_ref);
    if (status == LW_OK)
        status = lead_builder_finish(&builder, &lead, why_out);
    if (status == LW_OK) {
        struct broker_link_call call = {worker->rules->common.answer_within_ms, on_published, lane};
        status = broker_link_publish(worker->link, is_message ? held->recording.id : held->call_id, held->received_unix_ms, lead, &call, NULL);
        *why_out = "it breaks a rule of the broker";
    }
    lead_builder_fini(&builder);
    return status;
}

/* In two steps: who has talked keeps their rep. */
static lw_status tell_end(struct http_worker *worker, struct contact_lane *lane, const struct voice_held *held)
{
    const struct lw_lead_name name = {.source = held->source, .idempotency_id = held->call_id};
    const bool is_cancel = contact_lane_note(lane) == STEP_CANCEL;
    struct broker_link_call call = {worker->rules->common.answer_within_ms, is_cancel ? on_told : on_end_state, lane};
    return is_cancel ? broker_link_cancel(worker->link, &name, voice_hung_up, &call, NULL) : broker_link_query(worker->link, &name, &call, NULL);
}

/* What is known under this name is the same call or recording, whichever webhook told it first. */
static void on_published(void *context, const struct lw_publisher_answer *answer)
{
    contact_lane_published(context, answer, true);
}

static void on_told(void *context, const struct lw_publisher_answer *answer)
{
    struct contact_lane *lane = context;
    if (answer->outcome == LW_OUTCOME_BUSY)
        contact_lane_later(lane, answer->retry_after_ms);
    else
        contact_lane_taken(lane);
}

static void on_end_state(void *context, const struct lw_publisher_answer *answer)
{
    struct contact_lane *lane = context;
    if (answer->outcome == LW_OUTCOME_BUSY)
        contact_lane_later(lane, answer->retry_after_ms);
    else if (answer->outcome != LW_OUTCOME_NOT_FOUND && voice_lead_waits(answer))
        contact_lane_go_on(lane, STEP_CANCEL);
    else
        contact_lane_taken(lane);
}

static void put_text(struct byte_buffer *out, const char *text)
{
    byte_buffer_put_text(out, text ? text : "");
}

static void encode(const struct voice_held *held, struct byte_buffer *out)
{
    byte_buffer_put_varint(out, ENTRY_VERSION);
    byte_buffer_put_varint(out, held->kind);
    put_text(out, held->source);
    put_text(out, held->call_id);
    put_text(out, held->raw_ref);
    byte_buffer_put_zigzag(out, held->received_unix_ms);
    put_text(out, held->lead_id);
    put_text(out, held->leg_id);
    byte_buffer_put_varint(out, held->offer_number);
    byte_buffer_put_varint(out, held->outcome);
    put_text(out, held->recording.id);
    put_text(out, held->recording.url);
    byte_buffer_put_varint(out, held->recording.duration_s);
    byte_buffer_put_blob(out, held->body, held->body_size);
}

static bool decode(const uint8_t *bytes, size_t size, struct arena *arena, struct voice_held *out)
{
    struct byte_reader reader;
    byte_reader_init(&reader, bytes, size);
    if (byte_reader_varint(&reader) != ENTRY_VERSION)
        return false;
    *out = (struct voice_held){.kind = (enum voice_held_kind)byte_reader_varint_max(&reader, VOICE_HELD_KINDS - 1)};
    out->source = byte_reader_text_in(&reader, arena);
    out->call_id = byte_reader_text_in(&reader, arena);
    out->raw_ref = byte_reader_text_in(&reader, arena);
    out->received_unix_ms = byte_reader_zigzag(&reader);
    out->lead_id = byte_reader_text_in(&reader, arena);
    out->leg_id = byte_reader_text_in(&reader, arena);
    out->offer_number = (uint32_t)byte_reader_varint_max(&reader, UINT32_MAX);
    out->outcome = (lw_dial_outcome)byte_reader_varint_max(&reader, LW_DIAL_FAILED);
    out->recording.id = byte_reader_text_in(&reader, arena);
    out->recording.url = byte_reader_text_in(&reader, arena);
    out->recording.duration_s = (uint32_t)byte_reader_varint_max(&reader, UINT32_MAX);
    const uint8_t *body = byte_reader_blob(&reader, &out->body_size);
    out->body = arena_copy(arena, body, out->body_size);
    return byte_reader_done(&reader) && out->body && out->kind != VOICE_HELD_NOTHING;
}
