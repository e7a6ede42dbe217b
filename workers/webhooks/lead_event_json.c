/* SPDX-License-Identifier: Apache-2.0 */
#include "lead_event_json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "wall_clock.h"

void lead_event_id(const struct lead_event *event, char out[LEAD_EVENT_ID_SIZE])
{
    snprintf(out, LEAD_EVENT_ID_SIZE, "%s.%" PRIu64 "%s", event->lead_id, event->revision, event->change ? "" : "-" LEAD_EVENT_GONE);
}

static void put_text(json_t *object, const char *name, const char *text)
{
    if (text && *text)
        json_object_set_new(object, name, json_string(text));
}

static void put_number(json_t *object, const char *name, int64_t number)
{
    if (number != 0)
        json_object_set_new(object, name, json_integer((json_int_t)number));
}

static json_t *data_of(const struct lead_event *event)
{
    const struct lw_event *change = event->change;
    json_t *data = json_pack("{s:s, s:s, s:I, s:s, s:s}", "lead_id", event->lead_id, "state", event->state, "revision", (json_int_t)event->revision, "source",
                             event->source, "queue", event->queue);
    json_object_set_new(data, "missed", json_boolean(!change || change->is_snapshot));
    if (!change)
        return data;
    if (!change->is_snapshot)
        put_text(data, "from", lw_lead_state_name(change->from));
    put_text(data, "channel", lw_channel_name(change->channel));
    put_text(data, "cause", change->cause);
    put_text(data, "rep", change->rep);
    put_text(data, "disposition", change->disposition);
    put_text(data, "reason", change->reason);
    put_text(data, "by", change->by);
    put_text(data, "other_lead_id", change->other_lead_id);
    put_text(data, "trace_id", change->trace_id);
    if (change->to == LW_LEAD_OFFERED) {
        put_number(data, "offer_number", change->offer_number);
        put_number(data, "deadline_unix_ms", change->deadline_unix_ms);
        put_text(data, "accept_url", event->accept_url);
    }
    put_number(data, "priority", change->priority);
    put_number(data, "received_unix_ms", change->received_unix_ms);
    put_number(data, "appointment_unix_ms", change->appointment_unix_ms);
    return data;
}

char *lead_event_json(const struct lead_event *event, int64_t now_unix_ms)
{
    char id[LEAD_EVENT_ID_SIZE], type[64], source[LW_NAME_MAX + 32], when[25];
    bool has_time = event->change && event->change->at_unix_ms > 0;
    lead_event_id(event, id);
    snprintf(type, sizeof type, "io.leadwire.lead.%s", event->state);
    snprintf(source, sizeof source, "/leadwire/desks/%s", event->desk);
    wall_clock_format(has_time ? event->change->at_unix_ms : now_unix_ms, when);
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "specversion", "1.0", "id", id, "source", source, "type", type, "subject", event->lead_id,
                             "time", when, "datacontenttype", "application/json", "data", data_of(event));
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    return text;
}
