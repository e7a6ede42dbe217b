/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_rows.h"

#include <leadwire/lead.h>
#include <stdlib.h>
#include <string.h>

#include "json_out.h"
#include "record.h"
#include "store_keys.h"

enum { TEXT_MAX = 512, REPS_MAX = 1 << 16 };

static lw_status put_lead(struct journal_rows *rows, struct json_out *json, const void *bytes, size_t size);
static void put_open_lead(struct json_out *json, const struct lead_image *image);
static lw_status put_rep(struct journal_rows *rows, struct json_out *json, const void *bytes, size_t size);
static lw_status put_seen(struct json_out *json, const void *bytes, size_t size);
static lw_status put_desk(struct json_out *json, const void *bytes, size_t size);
static void put_id(struct json_out *json, struct desk_id id);
static void put_core_text(struct json_out *json, const char *key, struct core_text text);
static bool keep_name(struct rep_names *reps, uint32_t number, struct core_text name);
static const char *kind_word(enum record_kind kind);

void journal_rows_init(struct journal_rows *rows, FILE *out)
{
    *rows = (struct journal_rows){.out = out};
}

void journal_rows_fini(struct journal_rows *rows)
{
    for (size_t i = 0; i < rows->reps.count; i++)
        free(rows->reps.names[i]);
    free(rows->reps.names);
    *rows = (struct journal_rows){0};
}

bool journal_rows_put(struct journal_rows *rows, const struct journal_place *place, enum record_kind kind,
                      const void *bytes, size_t size)
{
    struct json_out json;
    char entry[STREAM_ID_MAX];
    lw_status status = LW_OK;

    stream_id_format(place->entry, entry);
    json_begin_line(&json, rows->out);
    json_put_text(&json, "entry", place->in_checkpoint ? NULL : entry);
    json_put_unsigned(&json, "desk_ms", place->desk_ms);
    json_put_text(&json, "kind", kind_word(kind));
    switch (kind) {
    case RECORD_LEAD: status = put_lead(rows, &json, bytes, size); break;
    case RECORD_REP: status = put_rep(rows, &json, bytes, size); break;
    case RECORD_SEEN: status = put_seen(&json, bytes, size); break;
    case RECORD_DESK: status = put_desk(&json, bytes, size); break;
    case RECORD_CONFIG: json_put_unsigned(&json, "bytes", size); break;
    case RECORD_LEADS: default: status = LW_UNSUPPORTED; break;
    }
    json_end_line(&json);
    rows->status = status;
    return status == LW_OK;
}

static lw_status put_lead(struct journal_rows *rows, struct json_out *json, const void *bytes, size_t size)
{
    struct lead_image image;
    lw_status status = record_read_lead(bytes, size, &image);

    if (status != LW_OK)
        return status;
    put_id(json, image.id);
    json_put_unsigned(json, "revision", image.revision);
    json_put_unsigned(json, "at_ms", image.at_ms);
    json_put_text(json, "state", lead_state_word(image.state));
    json_put_bool(json, "ended", lead_state_is_end(image.state));
    json_put_text(json, "cause", core_cause_word(image.cause));
    json_put_text(json, "rep", image.rep > 0 && image.rep < rows->reps.count ? rows->reps.names[image.rep] : NULL);
    json_put_unsigned(json, "rep_number", image.rep);
    json_put_unsigned(json, "created_ms", image.created_ms);
    if (lead_state_is_end(image.state))
        put_core_text(json, "disposition", image.disposition);
    else
        put_open_lead(json, &image);
    return LW_OK;
}

static void put_open_lead(struct json_out *json, const struct lead_image *image)
{
    json_put_unsigned(json, "offer_number", image->offer_number);
    json_put_unsigned(json, "weight", image->weight);
    json_put_text(json, "channel", lw_channel_name((lw_channel)image->channel));
    if (!image->has_payload)
        return;   /* what never changes stands in the first image and in checkpoints */
    json_put_unsigned(json, "priority", image->priority);
    put_core_text(json, "source", image->source);
    put_core_text(json, "queue", image->queue);
}

static lw_status put_rep(struct journal_rows *rows, struct json_out *json, const void *bytes, size_t size)
{
    struct rep_image image;
    lw_status status = record_read_rep(bytes, size, &image);

    if (status != LW_OK)
        return status;
    if (!keep_name(&rows->reps, image.number, image.name))
        return LW_NO_MEMORY;
    put_core_text(json, "rep", image.name);
    json_put_unsigned(json, "rep_number", image.number);
    json_put_unsigned(json, "revision", image.revision);
    json_put_text(json, "state", rep_state_word(image.state));
    json_put_bool(json, "connected", image.connected);
    json_put_unsigned(json, "misses", image.misses);
    return LW_OK;
}

static const char *seen_word(uint8_t kind)
{
    static const char *const words[] = {"unknown", "publish", "complete", "join", "won"};   /* as enum seen_kind of the core */
    return kind < sizeof words / sizeof *words ? words[kind] : words[0];
}

static lw_status put_seen(struct json_out *json, const void *bytes, size_t size)
{
    struct seen_image image;
    lw_status status = record_read_seen(bytes, size, &image);

    if (status != LW_OK)
        return status;
    put_id(json, image.lead);
    json_put_text(json, "what", seen_word(image.kind));
    json_put_text(json, "state", image.end == 0 ? "open" : lead_state_word((enum lead_state)image.end));
    json_put_unsigned(json, "at_ms", image.at_ms);
    return LW_OK;
}

static lw_status put_desk(struct json_out *json, const void *bytes, size_t size)
{
    struct desk_image image;
    struct byte_reader rest;
    lw_status status = record_read_desk(bytes, size, &image, &rest);

    if (status == LW_OK)
        json_put_unsigned(json, "revision", image.revision);
    return status;
}

static void put_id(struct json_out *json, struct desk_id id)
{
    char text[DESK_ID_TEXT_MAX];

    desk_id_format(id, text);
    json_put_text(json, "lead_id", text);
}

static void put_core_text(struct json_out *json, const char *key, struct core_text text)
{
    char copy[TEXT_MAX];
    size_t size = text.size < sizeof copy ? text.size : sizeof copy - 1;

    if (size > 0)
        memcpy(copy, text.data, size);
    copy[size] = '\0';
    json_put_text(json, key, copy);
}

static bool keep_name(struct rep_names *reps, uint32_t number, struct core_text name)
{
    if (number >= REPS_MAX)
        return false;
    if (number >= reps->count) {
        char **names = realloc(reps->names, (number + 1u) * sizeof *names);
        if (!names)
            return false;
        for (size_t i = reps->count; i <= number; i++)
            names[i] = NULL;
        reps->names = names;
        reps->count = number + 1u;
    }
    free(reps->names[number]);
    reps->names[number] = strndup(name.data ? name.data : "", name.size);
    return reps->names[number] != NULL;
}

static const char *kind_word(enum record_kind kind)
{
    switch (kind) {
    case RECORD_DESK: return "desk";
    case RECORD_CONFIG: return "config";
    case RECORD_LEAD: return "lead";
    case RECORD_REP: return "rep";
    case RECORD_SEEN: return "seen";
    case RECORD_LEADS: break;   /* told as the leads that they are of */
    }
    return "unknown";
}
