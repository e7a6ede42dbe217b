/* SPDX-License-Identifier: Apache-2.0
 *
 * Publishers repeat until they are answered; the telephony edge dials whom the
 * event stream names, and reports.
 */
#include "sim_world.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PUBLISHER = 1, TELEPHONY = 2, MANAGER = 3, REPEAT_MS = 2500, LOOK_MS = 250, PEOPLE = 12, RUSH_EACH = 256, RUSH = 96 /* of so many publications so many come at once: a list, a fair */ };

static void publish(struct sim_world *world);
static void say_device(struct sim_world *world);
static void cancel_call(struct sim_world *world, const struct sim_message *published);

void sim_sources_open(struct sim_world *world)
{
    sim_at(world, world->now_ms, SIM_SOURCE_WAKES, 0);
    sim_at(world, world->now_ms + 30000, SIM_MANAGER_WAKES, 0);
}

static struct sim_pending *free_pending(struct sim_world *world)
{
    for (uint32_t i = 0; i < SIM_PENDING_MAX; i++) {
        if (!world->pending[i].used)
            return &world->pending[i];
    }
    return NULL;
}

/* Sends now and again until a reply with this request comes; false when too much is under way. */
static bool send_until_answered(struct sim_world *world, const struct sim_message *message)
{
    struct sim_pending *pending = free_pending(world);
    if (!pending)
        return false;
    *pending = (struct sim_pending){.message = *message, .next_ms = world->now_ms + REPEAT_MS, .used = true};
    sim_send(world, message);
    return true;
}

void sim_source_configures(struct sim_world *world)
{
    struct sim_message message = {.kind = COMMAND_CONFIGURE, .session = MANAGER, .rules = sim_rules_draw(&world->rules, &world->random)};
    message.request = ++world->next_request << SIM_REQUEST_SHIFT;
    (void)send_until_answered(world, &message);
}

void sim_source_wakes(struct sim_world *world)
{
    sim_at(world, world->now_ms + LOOK_MS, SIM_SOURCE_WAKES, 0);
    for (uint32_t i = 0; i < SIM_PENDING_MAX; i++) {
        struct sim_pending *pending = &world->pending[i];
        if (!pending->used || world->now_ms < pending->next_ms)
            continue;
        world->coverage.faults[SIM_FAULT_REPEATED_PUBLISH] += pending->message.kind == COMMAND_PUBLISH && !pending->is_later;
        pending->is_later = false;
        pending->next_ms = world->now_ms + REPEAT_MS;
        sim_send(world, &pending->message);
    }
    if (!world->draining && world->now_ms >= world->next_device_ms) {
        world->next_device_ms = world->now_ms + sim_random_between(&world->random, 5000, 60000);
        say_device(world);
    }
    if (!world->draining && world->now_ms >= world->next_publish_ms) {
        world->next_publish_ms = world->now_ms + sim_random_between(&world->random, 200, 15000 / (1 + world->options.reps / 3));
        publish(world);
        if (world->is_narrow && world->judge.publication_count % RUSH_EACH >= RUSH_EACH - RUSH)
            world->next_publish_ms = world->now_ms + LOOK_MS;
    }
}

static void publish(struct sim_world *world)
{
    static const uint8_t channels[] = {LW_CHANNEL_PHONE, LW_CHANNEL_WEB, LW_CHANNEL_WEB, LW_CHANNEL_EMAIL};
    struct sim_message message = {.kind = COMMAND_PUBLISH, .session = PUBLISHER, .content_hash = 7};
    message.product = (uint32_t)sim_random_below(&world->random, world->options.rules);
    message.channel = channels[sim_random_below(&world->random, 4)];
    message.is_test = sim_random_percent(&world->random, 2);
    message.received_ms = (int64_t)(world->now_ms - sim_random_below(&world->random, 30000));
    if (sim_random_percent(&world->random, 45))
        message.person = 1 + (uint32_t)sim_random_below(&world->random, PEOPLE);
    message.source = world->judge.publication_count % 4 == 3;
    uint32_t number = sim_judge_publication(&world->judge, &(struct judge_publication){
        .source = message.source, .product = message.product, .person = message.person, .channel = message.channel, .is_test = message.is_test});
    message.request = ((uint64_t)number << SIM_REQUEST_SHIFT) + 1;
    snprintf(message.id, sizeof message.id, "p%u", number);
    if (send_until_answered(world, &message) && message.channel == LW_CHANNEL_PHONE && sim_random_percent(&world->random, 20))
        cancel_call(world, &message);
}

/* The caller hangs up after a while. */
static void cancel_call(struct sim_world *world, const struct sim_message *published)
{
    struct sim_message *cancel = malloc(sizeof *cancel);
    struct sim_pending *pending = free_pending(world);
    assert(cancel);
    *cancel = *published;
    cancel->kind = COMMAND_CANCEL;
    cancel->request = ++world->next_request << SIM_REQUEST_SHIFT;
    if (pending)
        *pending = (struct sim_pending){.message = *cancel, .next_ms = world->now_ms + sim_random_between(&world->random, 2000, 60000), .used = true};
    free(cancel);
}

/* Some callers do not wait on: what they leave is told a while later. By the call's number, so that no draw of the world moves. */
static void leave_message(struct sim_world *world, const struct sim_message *call)
{
    const uint32_t number = (uint32_t)(call->request >> SIM_REQUEST_SHIFT);
    struct sim_pending *pending = free_pending(world);
    if (!pending || call->channel != LW_CHANNEL_PHONE || call->follows != 0 || call->is_test || number == 0 || number % 4 != 0)
        return;
    struct sim_message message = *call;
    message.follows = number;
    message.content_hash = 7;
    message.received_ms = (int64_t)world->now_ms;
    const uint32_t own = sim_judge_publication(&world->judge, &(struct judge_publication){
        .source = message.source, .product = message.product, .person = message.person, .channel = message.channel, .follows = number});
    message.request = ((uint64_t)own << SIM_REQUEST_SHIFT) + 1;
    snprintf(message.id, sizeof message.id, "p%u", own);
    *pending = (struct sim_pending){.message = message, .next_ms = world->now_ms + 500 + number * 7919u % 60000, .used = true, .is_later = true};
}

/* A webhook that comes again as late as its id is kept, or much later. By its number, so that no draw of the world moves. */
static void repeat_late(struct sim_world *world, const struct sim_message *published)
{
    const uint32_t number = (uint32_t)(published->request >> SIM_REQUEST_SHIFT);
    struct sim_pending *pending = number % 8 == 5 ? free_pending(world) : NULL;
    const uint32_t later_ms = number % 16 == 5 ? number * 7919u % SIM_SEEN_MIN_MS : SIM_SEEN_MIN_MS + number * 7919u % (4 * SIM_SEEN_MIN_MS);
    if (pending)
        *pending = (struct sim_pending){.message = *published, .next_ms = world->now_ms + later_ms, .used = true, .is_later = true, .is_repeat = true};
}

void sim_source_hears(struct sim_world *world, const struct core_effect *effect)
{
    if (effect->kind != EFFECT_REPLY)
        return;
    for (uint32_t i = 0; i < SIM_PENDING_MAX; i++) {
        struct sim_pending *pending = &world->pending[i];
        if (!pending->used || pending->message.request != effect->request || pending->message.session != effect->session)
            continue;
        if (effect->status == CORE_BUSY) {   /* again, as after silence, or as told */
            if (effect->retry_after_ms != 0)
                pending->next_ms = world->now_ms + effect->retry_after_ms + effect->request / (UINT64_C(1) << SIM_REQUEST_SHIFT) * 7919u % effect->retry_after_ms;   /* not all at once */
            return;
        }
        pending->used = false;
        if (pending->is_repeat)
            return;
        if (pending->message.kind == COMMAND_PUBLISH && !world->draining && (effect->status == CORE_ACCEPTED || effect->status == CORE_DUPLICATE)) {
            const struct sim_message published = pending->message;
            leave_message(world, &published);
            repeat_late(world, &published);
        }
        world->coverage.faults[SIM_FAULT_HUNG_UP] += pending->message.kind == COMMAND_CANCEL && effect->status == CORE_ACCEPTED;
        if (pending->message.kind == COMMAND_PUBLISH && !world->draining && sim_random_percent(&world->random, 4)) {
            world->coverage.faults[SIM_FAULT_REPEATED_PUBLISH]++;   /* a webhook that comes again later */
            pending->message.content_hash = sim_random_percent(&world->random, 30) ? 8 : 7;
            sim_send(world, &pending->message);
        }
        return;
    }
}

/* ---- the telephony edge ---- */

/* Somebody talks on a device, or hangs up; at times the end is never told. */
static void say_device(struct sim_world *world)
{
    struct sim_message message = {.kind = COMMAND_DEVICE, .session = TELEPHONY, .request = ++world->next_request << SIM_REQUEST_SHIFT};
    uint64_t dice = sim_random_below(&world->random, 10);
    message.device_state = dice < 4 ? DEVICE_FREE : dice < 8 ? DEVICE_BUSY : DEVICE_UNREACHABLE;
    message.until_ms = sim_random_between(&world->random, 1, 60000);
    sim_rules_device(message.id, sizeof message.id, (uint32_t)sim_random_below(&world->random, world->options.reps + 1));
    (void)send_until_answered(world, &message);
}

void sim_event_told(struct sim_world *world, const struct core_effect *event)
{
    sim_manager_sees(world, event);
    if (event->to == LEAD_ASSIGNED && event->from != LEAD_ASSIGNED && event->touch_ms != 0 && sim_random_percent(&world->random, 20))
        sim_send(world, &(struct sim_message){.kind = COMMAND_TOUCH, .session = TELEPHONY, .request = ++world->next_request << SIM_REQUEST_SHIFT,
                                              .lead = event->lead, .offer_number = event->offer_number, .touch = TOUCH_CALL_ATTEMPTED});
    if (event->to != LEAD_CONNECTING || event->from == event->to)
        return;
    uint64_t dice = world->draining ? 0 : sim_random_below(&world->random, 100);
    if (dice >= 95)
        return;   /* nobody ever reports */
    struct sim_message *result = calloc(1, sizeof *result);
    assert(result);
    *result = (struct sim_message){.kind = COMMAND_DIAL_RESULT, .session = TELEPHONY, .lead = event->lead, .offer_number = event->offer_number,
                                   .outcome = dice < 65 ? DIAL_OUTCOME_ANSWERED : dice < 78 ? DIAL_OUTCOME_NO_ANSWER : dice < 88 ? DIAL_OUTCOME_BUSY : DIAL_OUTCOME_FAILED};
    snprintf(result->id, sizeof result->id, "leg-%u-%u", (unsigned)event->lead.number, (unsigned)event->offer_number);
    sim_dial_ends(world, result);
    if (sim_random_percent(&world->random, 8)) {   /* the first counts */
        world->coverage.faults[SIM_FAULT_SECOND_RESULT]++;
        result->outcome = result->outcome == DIAL_OUTCOME_ANSWERED ? DIAL_OUTCOME_FAILED : DIAL_OUTCOME_ANSWERED;
        sim_dial_ends(world, result);
    }
    free(result);
}

/* Rings for a while, then reports until it is heard. */
void sim_dial_ends(struct sim_world *world, const struct sim_message *result)
{
    struct sim_pending *pending = free_pending(world);
    if (!pending)
        return;
    *pending = (struct sim_pending){.message = *result, .next_ms = world->now_ms + sim_random_between(&world->random, 500, 22000), .used = true};
    pending->message.request = ++world->next_request << SIM_REQUEST_SHIFT;
}
