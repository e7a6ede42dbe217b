/* SPDX-License-Identifier: Apache-2.0 */
#include "broker_watch.h"

#include "broker_metrics.h"
#include "lw_log.h"
#include "wall_clock.h"

enum { QUEUES_SIZE_MAX = 256 * 1024 };

static const uint64_t turn_bounds_us[] = {100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000};
static const uint64_t offer_bounds_us[] = {10000, 100000, 500000, 1000000, 5000000, 15000000, 30000000, 60000000, 120000000, 300000000,
                                           900000000, 3600000000, 14400000000};
static const uint64_t touch_bounds_us[] = {5000000, 15000000, 30000000, 60000000, 120000000, 300000000, 600000000, 1800000000, 3600000000,
                                           14400000000, 86400000000};

#define COUNT(bounds) (uint32_t)(sizeof(bounds) / sizeof *(bounds))

static void on_effect(void *context, const struct core_effect *effect);
static const char *not_ready(const struct broker *broker);

lw_status broker_watch_open(struct broker_watch *watch, const char *listen, char *why)
{
    const struct health_options options = {.listen = listen};

    *watch = (struct broker_watch){.health = NULL};
    metric_histogram_init(&watch->turns, turn_bounds_us, COUNT(turn_bounds_us));
    for (int channel = 0; channel < LW_CHANNEL_COUNT; channel++) {
        metric_histogram_init(&watch->offers[channel], offer_bounds_us, COUNT(offer_bounds_us));
        metric_histogram_init(&watch->touches[channel], touch_bounds_us, COUNT(touch_bounds_us));
    }
    byte_buffer_init(&watch->queues, QUEUES_SIZE_MAX);
    lw_status status = listen ? health_open(&options, &watch->health, why) : LW_OK;
    if (watch->health)
        log_info("health on %s port=%u", listen, health_port(watch->health));
    return status;
}

void broker_watch_close(struct broker_watch *watch)
{
    health_close(&watch->health);
    byte_buffer_fini(&watch->queues);
}

void broker_watch_attach(struct broker_watch *watch, struct broker *broker)
{
    watch->broker = broker;
    broker->watch_effect = watch->health ? on_effect : NULL;
    broker->watch_context = watch;
}

void broker_watch_begin(struct broker_watch *watch)
{
    if (watch->health)
        watch->turn_began_us = wall_clock_monotonic_us();
}

void broker_watch_end(struct broker_watch *watch, struct broker *broker)
{
    if (!watch->health)
        return;
    uint64_t now_us = wall_clock_monotonic_us();
    metric_histogram_add(&watch->turns, now_us - watch->turn_began_us);
    if (broker->phase != BROKER_OVER && health_turn(watch->health, now_us / 1000)) {
        broker_metrics_write(watch, now_us, health_text(watch->health));
        health_tell(watch->health, not_ready(broker));
    }
    broker->wake_by_ms = health_next_ms(watch->health);
}

/* From its arrival on, also when that was before us. */
static void add_time(struct metric_histogram *histograms, const struct core_effect *effect, uint64_t now_ms)
{
    uint64_t took_ms = now_ms > effect->received_unix_ms ? now_ms - effect->received_unix_ms : 0;

    if (effect->channel < LW_CHANNEL_COUNT)
        metric_histogram_add(&histograms[effect->channel], took_ms * 1000);
}

static void on_effect(void *context, const struct core_effect *effect)
{
    struct broker_watch *watch = context;

    if ((effect->kind != EFFECT_LEAD_EVENT && effect->kind != EFFECT_DESK_EVENT) || (unsigned)effect->cause >= BROKER_WATCH_CAUSES)
        return;
    watch->events[effect->cause]++;
    if (effect->cause == CAUSE_OFFERED && effect->offer_number == 1)
        add_time(watch->offers, effect, watch->broker->now_ms);
    if (effect->cause == CAUSE_TOUCHED || effect->cause == CAUSE_ANSWERED)
        add_time(watch->touches, effect, watch->broker->now_ms);
}

static const char *not_ready(const struct broker *broker)
{
    enum store_state state = store_state_read(broker->store);
    const char *reason = store_state_reason(broker->store);

    if (broker->phase == BROKER_STOPPING || broker->phase == BROKER_OVER)
        return "stopping";
    if (broker->phase == BROKER_SERVING && state == STORE_READY)
        return NULL;
    return *reason ? reason : store_state_name(state);
}
