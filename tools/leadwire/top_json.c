/* SPDX-License-Identifier: Apache-2.0 */
#include "top_json.h"

#include <stdlib.h>

#include "json_out.h"
#include "words.h"

static void put_broker(struct json_out *out, const struct top_broker *broker)
{
    char epoch[WORDS_SIZE];
    json_begin_object(out, "broker");
    json_put_text(out, "version", broker->version);
    json_put_text(out, "epoch", words_epoch(broker->epoch, epoch));
    json_put_unsigned(out, "uptime_ms", broker->uptime_ms);
    json_put_unsigned(out, "config_version", broker->config_version);
    json_put_text(out, "store", broker->store_state);
    json_put_text(out, "durability", broker->durability);
    json_begin_list(out, "store_warnings");
    for (size_t i = 0; i < broker->warning_count; i++)
        json_put_text(out, NULL, broker->warnings[i]);
    json_end_list(out);
    json_put_unsigned(out, "journal_entries", broker->journal_entries);
    json_put_unsigned(out, "checkpoint_age_ms", broker->checkpoint_age_ms);
    json_put_unsigned(out, "memory_bytes", broker->memory_bytes);
    json_put_unsigned(out, "publishers", broker->publishers);
    json_end_object(out);
}

static void put_queue(struct json_out *out, const char *name, const struct top_queue *queue, int64_t now_unix_ms)
{
    json_begin_object(out, NULL);
    json_put_text(out, "queue", name);
    json_put_unsigned(out, "waiting", queue->waiting);
    json_put_number(out, "longest_wait_ms", queue->waiting > 0 ? now_unix_ms - queue->oldest_unix_ms : 0);
    json_put_unsigned(out, "late", queue->late);
    json_put_unsigned(out, "at_risk", queue->at_risk);
    json_put_unsigned(out, "offered", queue->offered);
    json_put_unsigned(out, "in_hand", queue->in_hand);
    json_put_unsigned(out, "service_level_ms", queue->service_level_ms);
    json_end_object(out);
}

static void put_rep(struct json_out *out, const char *name, const struct top_rep *rep)
{
    json_begin_object(out, NULL);
    json_put_text(out, "rep", name);
    json_put_text(out, "state", lw_rep_state_name(rep->state));
    json_put_bool(out, "connected", rep->connected);
    json_put_unsigned(out, "load", rep->load);
    json_put_unsigned(out, "capacity", rep->capacity);
    json_end_object(out);
}

static void put_channels(struct json_out *out, const struct top_model *model)
{
    json_begin_list(out, "channels");
    for (int i = LW_CHANNEL_NONE + 1; i < LW_CHANNEL_COUNT; i++) {
        json_begin_object(out, NULL);
        json_put_text(out, "channel", lw_channel_name((lw_channel)i));
        json_put_unsigned(out, "waiting", model->channels[i].waiting);
        json_put_unsigned(out, "open", model->channels[i].open);
        json_end_object(out);
    }
    json_end_list(out);
}

bool top_json_print(const struct top_model *model, int64_t now_unix_ms)
{
    const struct top_view all = {.sort = TOP_BY_NAME};
    const size_t most = model->queue_room > model->rep_room ? model->queue_room : model->rep_room;
    uint32_t *order = malloc((most + 1) * sizeof *order);
    if (order == NULL)
        return false;
    struct json_out out;
    json_begin_line(&out, stdout);
    json_put_text(&out, "desk", model->broker.desk);
    json_put_time(&out, "now", now_unix_ms);
    put_broker(&out, &model->broker);
    json_begin_list(&out, "queues");
    const uint32_t queues = top_view_order_queues(&all, model, order);
    for (uint32_t i = 0; i < queues; i++)
        put_queue(&out, model->queue_names.names[order[i]], &model->queues[order[i]], now_unix_ms);
    json_end_list(&out);
    put_channels(&out, model);
    json_begin_list(&out, "reps");
    const uint32_t reps = top_view_order_reps(&all, model, order);
    for (uint32_t i = 0; i < reps; i++)
        put_rep(&out, model->rep_names.names[order[i]], &model->reps[order[i]]);
    json_end_list(&out);
    json_end_line(&out);
    free(order);
    return true;
}
