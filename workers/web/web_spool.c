/* SPDX-License-Identifier: Apache-2.0 */
#include "web_spool.h"

#include "web_config.h"

enum { ENTRY_VERSION = 1, ENTRY_OVERHEAD_MAX = 64 * 1024, ARENA_PER_BODY_BYTE = 6, ARENA_BASE = 512 * 1024 };

static contact_spool_send send_on;
static lw_status publish(struct http_worker *worker, struct contact_lane *lane, const struct web_held *held, const char **why_out);
static void on_answer(void *context, const struct lw_publisher_answer *answer);
static void encode(const struct web_held *held, struct byte_buffer *out);
static bool decode(const uint8_t *bytes, size_t size, struct arena *arena, struct web_held *out);

lw_status web_spool_open(struct http_worker *worker, const struct contact_spool_options *options, struct contact_spool **out)
{
    return contact_spool_open(worker, options, send_on, worker, out);
}

lw_status web_spool_hold(struct contact_spool *spool, const struct web_held *held)
{
    struct byte_buffer entry;
    byte_buffer_init(&entry, held->body.size + ENTRY_OVERHEAD_MAX);
    encode(held, &entry);
    lw_status status = entry.failed ? LW_NO_MEMORY : contact_spool_hold(spool, held->source, entry.data, entry.size);
    byte_buffer_fini(&entry);
    return status;
}

static lw_status send_on(void *context, struct contact_lane *lane, const uint8_t *bytes, size_t size, const char **why_out)
{
    struct arena arena;
    struct web_held held;
    arena_init(&arena, size * ARENA_PER_BODY_BYTE + ARENA_BASE);
    lw_status status = decode(bytes, size, &arena, &held) ? publish(context, lane, &held, why_out) : LW_INVALID;
    arena_fini(&arena);
    return status;
}

/* By the rules in force now: a map that was wrong when the contact came may have been corrected. */
static lw_status publish(struct http_worker *worker, struct contact_lane *lane, const struct web_held *held, const char **why_out)
{
    static struct lead_builder builder;   /* large; used by one contact at a time */
    const struct web_source *source = web_config_find(worker->rules->own, held->source);
    const struct lw_lead *lead;
    struct input_fields fields = {0};
    struct arena arena;
    *why_out = "its source is not in the configuration";
    if (!source)
        return LW_NOT_FOUND;
    arena_init(&arena, held->body.size * ARENA_PER_BODY_BYTE + ARENA_BASE);
    *why_out = "its body cannot be read";
    lw_status status = web_body_read(source, &held->body, &arena, &fields);
    if (status == LW_OK) {
        status = web_body_lead(source, &fields, held->raw_ref, &builder, &lead, why_out);
        if (status == LW_OK) {
            struct broker_link_call call = {worker->rules->common.answer_within_ms, on_answer, lane};
            contact_lane_note_set(lane, held->id_is_hash);
            status = broker_link_publish(worker->link, held->id, held->received_unix_ms, lead, &call, NULL);
            *why_out = "it breaks a rule of the broker";
        }
        lead_builder_fini(&builder);
    }
    arena_fini(&arena);
    return status;
}

/* Where the id is a hash, other content is the same bytes mapped by other rules than the first time: the contact is in. */
static void on_answer(void *context, const struct lw_publisher_answer *answer)
{
    struct contact_lane *lane = context;
    contact_lane_published(lane, answer, contact_lane_note(lane) != 0);
}

static void encode(const struct web_held *held, struct byte_buffer *out)
{
    byte_buffer_put_varint(out, ENTRY_VERSION);
    byte_buffer_put_text(out, held->source);
    byte_buffer_put_text(out, held->id);
    byte_buffer_put_varint(out, held->id_is_hash);
    byte_buffer_put_text(out, held->raw_ref);
    byte_buffer_put_zigzag(out, held->received_unix_ms);
    byte_buffer_put_varint(out, held->body.kind);
    byte_buffer_put_text(out, held->body.content_type);
    byte_buffer_put_blob(out, held->body.bytes, held->body.size);
}

static bool decode(const uint8_t *bytes, size_t size, struct arena *arena, struct web_held *out)
{
    struct byte_reader reader;
    byte_reader_init(&reader, bytes, size);
    if (byte_reader_varint(&reader) != ENTRY_VERSION)
        return false;
    *out = (struct web_held){0};
    out->source = byte_reader_text_in(&reader, arena);
    out->id = byte_reader_text_in(&reader, arena);
    out->id_is_hash = byte_reader_varint_max(&reader, 1) != 0;
    out->raw_ref = byte_reader_text_in(&reader, arena);
    out->received_unix_ms = byte_reader_zigzag(&reader);
    out->body.kind = (enum web_body_kind)byte_reader_varint_max(&reader, WEB_BODY_KINDS - 1);
    out->body.content_type = byte_reader_text_in(&reader, arena);
    const uint8_t *body = byte_reader_blob(&reader, &out->body.size);
    out->body.bytes = arena_copy(arena, body, out->body.size);
    return byte_reader_done(&reader) && out->body.bytes;
}
