/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rules say about each queue. A queue exists from the first lead or rule that names it
 * and stays: names are bounded, and what is known of it must not depend on when nobody waited.
 */
#include <stdlib.h>

#include "core_internal.h"
#include "team_limits.h"

static const struct policy *policy_of(const struct core_config *config, const char *name);
static void link_queue(struct core *core, struct queue *queue, const char *name);

lw_status queues_init(struct queues *queues)
{
    *queues = (struct queues){.list = calloc(NAMES_MAX, sizeof *queues->list), .policy = policy_at(0)};
    return queues->list ? LW_OK : LW_NO_MEMORY;
}

void queues_fini(struct queues *queues)
{
    for (uint32_t i = 0; queues->list && i < NAMES_MAX; i++)
        free(queues->list[i]);
    free(queues->list);
    *queues = (struct queues){0};
}

struct queue *queues_at(struct queues *queues, uint32_t name)
{
    assert(name < NAMES_MAX);
    if (!queues->list[name]) {
        queues->list[name] = malloc(sizeof **queues->list);
        if (queues->list[name])
            *queues->list[name] = (struct queue){.name = name, .policy = queues->policy, .order = policy_number(queues->policy),
                                                   .weighs = queues->weighs, .calendar = queues->calendar,
                                                    .offer_to = queues->policy->offers_to_several ? CONFIG_OFFER_TO_DEFAULT : 1};
    }
    return queues->list[name];
}

const struct queue *queues_find(const struct queues *queues, uint32_t name)
{
    return name < NAMES_MAX ? queues->list[name] : NULL;
}

void queues_link(struct core *core)
{
    struct queues *queues = &core->queues;
    queues->policy = policy_find(core->config->policy);
    assert(queues->policy);
    queues->rank_pairs = queues->policy->ranks_pairs;
    for (uint32_t i = 0; i < core->config->queue_count; i++) {
        const char *name = core->config->queues[i].name;
        uint32_t number = names_add(&core->names, name, strlen(name));
        if (number == NAME_NONE || !queues_at(queues, number))
            abort();   /* a few words per queue: part of having rules */
    }
    for (uint32_t i = 0; i < core->names.count; i++) {
        struct queue *queue = queues->list[i];
        if (queue)
            link_queue(core, queue, names_text(&core->names, i));
    }
}

static void link_queue(struct core *core, struct queue *queue, const char *name)
{
    const struct policy *before = queue->policy;
    uint32_t half_life_ms = 0;
    bool is_pulled = false;
    for (uint32_t i = 0; i < core->config->queue_count; i++) {
        if (strcmp(core->config->queues[i].name, name) != 0)
            continue;
        half_life_ms = core->config->queues[i].half_life_ms;
        is_pulled = core->config->queues[i].is_pulled;
    }
    if (queue->is_pulled != is_pulled) {
        queue->is_pulled = is_pulled;
        classes_set_rows(&core->classes, queue);
    }
    queue->offer_to = config_offer_to(core->config, name);
    bool is_reordered = queue->half_life_ms != half_life_ms;
    queue->policy = policy_of(core->config, name);
    queue->order = policy_number(queue->policy);
    queue->half_life_ms = half_life_ms;
    core->queues.rank_pairs |= queue->policy->ranks_pairs;
    if (queue->policy->ranks_pairs != before->ranks_pairs || (queue->policy->ranks_pairs && is_reordered))
        classes_reorder(&core->classes, queue);
}

static struct desk_image desk_image_of(const struct core *core)
{
    return (struct desk_image){.revision = core->next_revision, .next_number = core->next_number, .desk_ms = core->now_ms,
                               .fingerprint_key = core->fingerprint_key, .ledger_revision = core->fair_share.revision,
                               .ledger_total = core->fair_share.total, .ledger_given = core->fair_share.given,
                               .nobody = core->nobody.kind, .nobody_told = core->nobody.told, .nobody_since_ms = core->nobody.since_ms,
                               .opening_since_ms = core->opening.since_ms, .opening_until_ms = core->opening.until_ms};
}

void desk_record(struct core *core, const struct queue *queue)
{
    struct desk_image desk = desk_image_of(core);
    byte_buffer_clear(&core->record);
    record_put_desk(&core->record, &desk);
    if (queue) {
        struct queue_image image;
        queue_image_fill(core, queue, &image);
        record_put_queue(&core->record, &image);
    }
    emit_record(core, RECORD_DESK);
}

void desk_record_team(struct core *core, const struct team_image *team)
{
    struct desk_image desk = desk_image_of(core);
    byte_buffer_clear(&core->record);
    record_put_desk(&core->record, &desk);
    record_put_team(&core->record, team);
    emit_record(core, RECORD_DESK);
}

void desk_record_paused(struct core *core, const struct paused_image *paused)
{
    struct desk_image desk = desk_image_of(core);
    byte_buffer_clear(&core->record);
    record_put_desk(&core->record, &desk);
    record_put_paused(&core->record, paused);
    emit_record(core, RECORD_DESK);
}

void queue_set_turn(struct core *core, struct queue *queue, const struct rep *rep)
{
    queue->turn = rep->number;
    queue->turn_revision = core_next_revision(core);
    desk_record(core, queue);
}

void queue_image_fill(const struct core *core, const struct queue *queue, struct queue_image *image)
{
    *image = (struct queue_image){.name = names_view(&core->names, queue->name), .revision = queue->turn_revision, .turn = queue->turn};
}

lw_status queue_restore(struct core *core, const struct queue_image *image)
{
    uint32_t name = names_add(&core->names, image->name.data, image->name.size);
    struct queue *queue = name == NAME_NONE ? NULL : queues_at(&core->queues, name);
    if (!queue)
        return LW_NO_MEMORY;
    if (image->revision > queue->turn_revision) {
        queue->turn = image->turn;
        queue->turn_revision = image->revision;
    }
    return LW_OK;
}

void desk_record_put(struct byte_buffer *out, const struct core *core)
{
    struct desk_image desk = desk_image_of(core);
    record_put_desk(out, &desk);
    for (uint32_t i = 0; i < core->names.count; i++) {
        const struct queue *queue = queues_find(&core->queues, i);
        struct queue_image image;
        if (!queue || queue->turn == 0)
            continue;
        queue_image_fill(core, queue, &image);
        record_put_queue(out, &image);
    }
    struct team_image team;
    for (uint32_t i = 0; i < core->team_limit_count; i++) {
        if (team_limit_image_fill(core, i, &team))
            record_put_team(out, &team);
    }
    struct paused_image paused;
    for (uint32_t i = 0; i < CORE_PAUSED_MAX; i++) {
        if (paused_source_image_fill(core, i, &paused))
            record_put_paused(out, &paused);
    }
}

/* The queue's own, else the desk's. */
static const struct policy *policy_of(const struct core_config *config, const char *name)
{
    for (uint32_t i = 0; i < config->queue_count; i++) {
        if (strcmp(config->queues[i].name, name) == 0 && config->queues[i].policy[0] != '\0')
            return policy_find(config->queues[i].policy);
    }
    return policy_find(config->policy);
}
