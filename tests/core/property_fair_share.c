/* SPDX-License-Identifier: Apache-2.0
 *
 * The bound of `weighted`: over an interval in which the same reps stay eligible and free for every lead, with fixed shares and
 * unit weights, and which begins with nobody owed anything, nobody is ever a whole lead from their share: |had S - n s| < S,
 * in whole numbers. Restarts in the middle change nothing. Then reps come and go: nobody's leads stray three
 * from their part of every lead while they were there, however often the others change (seen, not proved).
 */
#include "../property/seeded.h"
#include "desk_rig.h"

enum { REPS = 10, LEADS = 250 };

static const char *const names[REPS] = {"ada", "bob", "cleo", "dan", "eve", "fay", "gus", "hal", "ida", "jon"};

struct floor_of {
    struct desk_rig rig;
    uint64_t sessions[REPS];
    uint32_t shares[REPS], count;
    int64_t had[REPS];
    uint64_t lead;
};

static struct core_config *rules_of(struct floor_of *floor, struct seeded *random)
{
    struct core_config *config = rig_rules();
    MUST_HOLD(core_config_set_policy(config, "weighted") == LW_OK);
    for (uint32_t i = 0; i < floor->count; i++) {
        rig_add_rep(config, names[i], 5, NULL, NULL, 0);
        floor->shares[i] = 1 + (uint32_t)seeded_below(random, seeded_below(random, 2) ? 100 : 5);
        config->reps[i].share = floor->shares[i];
    }
    return config;
}

/* Everybody is free again after each lead. */
static void one_lead(struct floor_of *floor)
{
    char id[24];
    snprintf(id, sizeof id, "%llu", (unsigned long long)++floor->lead);
    struct desk_id lead = rig_publish(&floor->rig, id);
    for (uint32_t i = 0; i < floor->count; i++) {
        const struct core_effect *offer = floor->sessions[i] ? rig_told(&floor->rig, EFFECT_OFFER, floor->sessions[i], 0) : NULL;
        if (!offer)
            continue;
        floor->had[i]++;
        uint32_t offer_number = offer->offer_number;
        floor->rig.now_ms += 10;
        MUST_HOLD(rig_accept(&floor->rig, floor->sessions[i], lead, offer_number) == CORE_ACCEPTED);
        MUST_HOLD(rig_complete(&floor->rig, floor->sessions[i], lead, id, "won") == CORE_ACCEPTED);
        return;
    }
    MUST_HOLD(false);   /* somebody is there */
}

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void ignore_effect(void *context, const struct core_effect *effect)
{
    (void)context, (void)effect;
}

/* Whether they log on again makes no difference: their state is in the records. */
static void restart(struct floor_of *floor)
{
    static const struct core_callbacks deaf = {NULL, ignore_record, ignore_effect};
    for (uint32_t i = 0; i < floor->count; i++) {
        if (floor->sessions[i])
            rig_lose(&floor->rig, floor->sessions[i]);
    }
    struct core *twin = rig_restore(&floor->rig, floor->rig.record_count, &deaf);
    MUST_HOLD(twin && core_state_hash(twin) == core_state_hash(floor->rig.core));
    core_set_epoch(twin, floor->rig.epoch + 1);
    core_free(rig_swap(&floor->rig, twin));
    rig_resume_service(&floor->rig);
    for (uint32_t i = 0; i < floor->count; i++) {
        if (floor->sessions[i])
            floor->sessions[i] = rig_log_on(&floor->rig, names[i]);
    }
}

static void check_bound(const struct floor_of *floor, int64_t leads, int64_t all)
{
    for (uint32_t i = 0; i < floor->count; i++) {
        int64_t off = floor->had[i] * all - leads * floor->shares[i];
        if (off >= all || off <= -all)
            fprintf(stderr, "%s has %lld of %lld leads with share %u of %lld\n", names[i], (long long)floor->had[i], (long long)leads,
                    floor->shares[i], (long long)all);
        MUST_HOLD(off < all && off > -all);
    }
}

static void keep_the_bound(struct floor_of *floor, struct seeded *random)
{
    int64_t all = 0;
    for (uint32_t i = 0; i < floor->count; i++) {
        floor->sessions[i] = rig_log_on(&floor->rig, names[i]);
        all += floor->shares[i];
    }
    for (int64_t n = 1; n <= LEADS; n++) {
        one_lead(floor);
        check_bound(floor, n, all);
        if (seeded_below(random, 100) == 0)
            restart(floor);
    }
}

/* Each lead is split among those who are there. In millionths. */
static void come_and_go(struct floor_of *floor, struct seeded *random)
{
    int64_t due[REPS] = {0}, before[REPS];
    memcpy(before, floor->had, sizeof before);
    for (int n = 0; n < LEADS; n++) {
        uint32_t who = (uint32_t)seeded_below(random, floor->count), there = 0;
        for (uint32_t i = 0; i < floor->count; i++)
            there += floor->sessions[i] != 0;
        if (seeded_below(random, 8) == 0 && floor->sessions[who] && there > 1) {
            rig_log_off(&floor->rig, floor->sessions[who]);
            floor->sessions[who] = 0;
        } else if (seeded_below(random, 4) == 0 && !floor->sessions[who]) {
            floor->sessions[who] = rig_log_on(&floor->rig, names[who]);
        }
        int64_t all = 0;
        for (uint32_t i = 0; i < floor->count; i++)
            all += floor->sessions[i] ? floor->shares[i] : 0;
        for (uint32_t i = 0; i < floor->count; i++) {
            due[i] += floor->sessions[i] ? floor->shares[i] * INT64_C(1000000) / all : 0;
        }
        one_lead(floor);
        for (uint32_t i = 0; i < floor->count; i++) {
            int64_t off = (floor->had[i] - before[i]) * 1000000 - due[i];
            MUST_HOLD(off < 3000000 && off > -3000000);
        }
    }
}

static void round_of(struct seeded *random)
{
    struct floor_of floor = {.count = 1 + (uint32_t)seeded_below(random, REPS)};
    struct core_config *config = rules_of(&floor, random);
    rig_open(&floor.rig, config, NULL);
    keep_the_bound(&floor, random);
    come_and_go(&floor, random);
    rig_close(&floor.rig);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 30, round_of);
}
