/* SPDX-License-Identifier: Apache-2.0 */
#include "queue_desk.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const uint64_t BEGIN_MS = 1700000000000;   /* any desk time: nothing here depends on the date */
enum { PUBLISHER = UINT16_MAX };                   /* a session; rep i has i + 1 */

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size);
static void hear(void *context, const struct core_effect *effect);
static const char *read_product(const void *lead, const char *field);
static void step(struct queue_desk *desk, struct core_command *command);
static void command_and_answers(struct queue_desk *desk, double now_s, struct core_command *command);

void queue_desk_open(struct queue_desk *desk, const struct queue_scenario *scenario)
{
    struct core_limits limits;
    struct core_config *config = queue_scenario_rules(scenario);
    core_limits_default(&limits);
    limits.leads_max = 200000;
    limits.seen_max = 1000;       /* no lead is sent twice, no decision is looked up */
    limits.history_max = 1000;
    *desk = (struct queue_desk){.now_ms = BEGIN_MS};
    desk->core = core_new(&limits, &(struct core_callbacks){desk, ignore_record, hear});
    assert(desk->core);
    core_set_epoch(desk->core, 1u << 24);
    step(desk, &(struct core_command){.kind = COMMAND_FOUND_DESK, .found_desk = {{1, 2}}});
    step(desk, &(struct core_command){.kind = COMMAND_CONFIGURE, .session = PUBLISHER, .configure = {.config = config}});
    core_config_free(config);
    for (uint32_t i = 0; i < scenario->reps; i++) {
        char name[16];
        uint32_t size = (uint32_t)snprintf(name, sizeof name, "r%u", i);
        step(desk, &(struct core_command){.kind = COMMAND_LOG_ON, .session = i + 1, .log_on.rep = {name, size}});
    }
}

void queue_desk_close(struct queue_desk *desk)
{
    core_free(desk->core);
    desk->core = NULL;
}

struct desk_id queue_desk_publish(struct queue_desk *desk, double now_s, uint32_t class_number, uint32_t slot)
{
    char id[24], product[16];
    uint32_t size = (uint32_t)snprintf(id, sizeof id, "%" PRIu64, ++desk->next_id);
    snprintf(product, sizeof product, "%u", class_number);
    command_and_answers(desk, now_s, &(struct core_command){.kind = COMMAND_PUBLISH, .session = PUBLISHER, .publish = {
        .idempotency_id = {id, size}, .source = {"load", 4}, .content_hash = desk->next_id, .channel = LW_CHANNEL_WEB,
        .payload = &slot, .payload_size = sizeof slot, .fields = product, .read_field = read_product}});
    return desk->lead;
}

void queue_desk_complete(struct queue_desk *desk, double now_s, struct desk_id lead, uint32_t rep)
{
    command_and_answers(desk, now_s, &(struct core_command){.kind = COMMAND_COMPLETE, .session = rep + 1, .complete = {
        .lead = lead, .idempotency_id = {"c", 1}, .disposition = {"done", 4}}});
}

void queue_desk_cancel(struct queue_desk *desk, double now_s, struct desk_id lead)
{
    command_and_answers(desk, now_s, &(struct core_command){.kind = COMMAND_CANCEL, .session = PUBLISHER, .cancel = {.lead = lead}});
}

static void command_and_answers(struct queue_desk *desk, double now_s, struct core_command *command)
{
    uint64_t now_ms = BEGIN_MS + (uint64_t)(now_s * 1000);
    desk->now_ms = now_ms > desk->now_ms ? now_ms : desk->now_ms;
    desk->begun_count = 0;
    step(desk, command);
    struct desk_id lead = desk->lead;
    for (uint32_t i = 0; i < desk->begun_count; i++) {
        const struct queue_begun *begun = &desk->begun[i];
        step(desk, &(struct core_command){.kind = COMMAND_ANSWER_OFFER, .session = begun->rep + 1, .answer_offer = {
            .lead = begun->lead, .offer_number = begun->offer_number, .accept = true}});
    }
    desk->lead = lead;
}

static void step(struct queue_desk *desk, struct core_command *command)
{
    command->request = 1;
    core_step(desk->core, command, desk->now_ms);
}

static bool is_of_this_life(enum core_cause cause)
{
    return cause == CAUSE_PUBLISHED || cause == CAUSE_OFFERED || cause == CAUSE_ACCEPTED ||
           cause == CAUSE_COMPLETED || cause == CAUSE_CANCELLED;
}

static void begin(struct queue_desk *desk, const struct core_effect *offer)
{
    struct queue_begun *begun = &desk->begun[desk->begun_count];
    assert(desk->begun_count < QUEUE_BEGUN_MAX && offer->payload_size == sizeof begun->slot);
    *begun = (struct queue_begun){.rep = (uint32_t)offer->session - 1, .offer_number = offer->offer_number, .lead = offer->lead};
    memcpy(&begun->slot, offer->payload, sizeof begun->slot);
    desk->begun_count++;
}

static void hear(void *context, const struct core_effect *effect)
{
    struct queue_desk *desk = context;
    bool sound = desk->fault[0] == '\0';
    if (effect->kind == EFFECT_OFFER)
        begin(desk, effect);
    else if (effect->kind == EFFECT_REPLY)
        desk->lead = effect->lead;
    if (sound && effect->kind == EFFECT_REPLY && effect->status != CORE_ACCEPTED)
        snprintf(desk->fault, sizeof desk->fault, "the core refused: %s", effect->reason);
    if (sound && effect->kind == EFFECT_LEAD_EVENT && !is_of_this_life(effect->cause))
        snprintf(desk->fault, sizeof desk->fault, "a lead moved by '%s': a queue has no such thing", core_cause_word(effect->cause));
}

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static const char *read_product(const void *lead, const char *field)
{
    return strcmp(field, "product") == 0 ? lead : NULL;
}
