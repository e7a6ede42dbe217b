/* SPDX-License-Identifier: Apache-2.0
 *
 * What leadwire-bench core measures is right: the first COMMANDS of its load, on a floor that the slow desk can have, give a hash of
 * all effects that equals the slow desk's after each command.
 */
#include <stdio.h>
#include <string.h>

#include "../property/seeded.h"
#include "core.h"
#include "core_work.h"
#include "siphash.h"
#include "slow_desk.h"

enum { COMMANDS = 10000, EPOCH = 1 << 24, LIVES = 2000 };

struct heard { struct siphash_key hash; uint64_t effects; };
struct pair { struct slow_desk *slow; struct heard core, twin; uint64_t commands, offers, declined, expired; };

static void add(struct heard *heard, const void *bytes, size_t size)
{
    heard->hash.k0 = siphash_64(heard->hash, bytes, size);
}

/* All but revisions, reasons and the words of an offer, which the slow desk has not. */
static void hear(struct heard *heard, const struct core_effect *effect)
{
    const uint64_t numbers[] = {
        effect->kind, effect->session, effect->request, effect->status, effect->retry_after_ms, effect->lead.epoch, effect->lead.number,
        effect->from, effect->to, effect->cause, effect->offer_number, effect->deadline_ms, effect->touch_ms, effect->received_unix_ms,
        effect->weight, effect->priority, effect->position, effect->channel, effect->resumed, effect->joined, effect->contact_count,
        effect->payload_size, effect->rep_state, effect->load, effect->capacity, effect->until_ms, effect->connected, effect->config_version};
    const char *const texts[] = {effect->queue, effect->rep, effect->device, effect->source, effect->disposition, effect->by};

    heard->effects++;
    add(heard, numbers, sizeof numbers);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add(heard, texts[i], strlen(texts[i]));
}

static void hear_core(void *context, const struct core_effect *effect)
{
    struct pair *pair = context;

    hear(&pair->core, effect);
    pair->offers += effect->kind == EFFECT_OFFER;
    pair->declined += effect->kind == EFFECT_LEAD_EVENT && effect->cause == CAUSE_DECLINED;
    pair->expired += effect->kind == EFFECT_LEAD_EVENT && effect->cause == CAUSE_OFFER_EXPIRED;
}

static void hear_twin(void *context, const struct core_effect *effect)
{
    hear(&((struct pair *)context)->twin, effect);
}

static void compare(const struct pair *pair)
{
    if (pair->core.effects == pair->twin.effects && pair->core.hash.k0 == pair->twin.hash.k0)
        return;
    fprintf(stderr, "after command %llu the core has told %llu effects, the slow desk %llu, and they differ\n", (unsigned long long)pair->commands,
            (unsigned long long)pair->core.effects, (unsigned long long)pair->twin.effects);
    abort();
}

/* What the command before made of the core is known now. */
static void take_command(void *context, const struct core_command *command, uint64_t now_ms)
{
    struct pair *pair = context;

    compare(pair);
    pair->commands++;
    slow_desk_step(pair->slow, command, now_ms);
}

int main(void)
{
    const struct core_work_size size = {.reps = 15, .classes = 25, .capacity = 4};
    struct core_limits limits;
    struct pair pair = {0};

    core_limits_default(&limits);
    pair.slow = slow_desk_new(EPOCH, &limits, hear_twin, &pair);
    struct core_work *work = core_work_new_watched(&size, 1, &(struct core_work_watcher){take_command, hear_core, &pair});
    core_work_run(work, LIVES);
    compare(&pair);
    printf("%llu commands, %llu effects, %llu offers of which %llu were declined and %llu expired: hash %016llx twice\n",
           (unsigned long long)pair.commands, (unsigned long long)pair.core.effects, (unsigned long long)pair.offers,
           (unsigned long long)pair.declined, (unsigned long long)pair.expired, (unsigned long long)pair.core.hash.k0);
    MUST_HOLD(pair.commands >= COMMANDS && pair.declined > 0 && pair.expired > 0);
    core_work_free(work);
    slow_desk_free(pair.slow);
    return 0;
}
