/* SPDX-License-Identifier: Apache-2.0
 *
 * The backlog at opening time. Where all reps are there when the desk opens, nobody ever gets a whole lead more than their share
 * of it, and when all is dealt, nobody has a whole lead less: |had S - n s| < S, in whole numbers. Where they come one after the
 * other, and the rule waits for all of them, with equal shares, nobody ever gets a whole lead more than an equal part.
 * Restarts in the middle change nothing, and what comes in later does not count.
 */
#include "../property/seeded.h"
#include "desk_rig.h"

enum { REPS = 8, BACKLOG_MAX = 60, OPEN_MS = 3600000 };

static const char *const names[REPS] = {"ada", "bob", "cleo", "dan", "eve", "fay", "gus", "hal"};

struct desk_at_opening {
    struct desk_rig rig;
    uint64_t sessions[REPS];           /* 0: not there yet */
    uint32_t shares[REPS], count, backlog;
    int64_t had[REPS], all;            /* all: shares */
    struct desk_id leads[BACKLOG_MAX];
    uint32_t later;
};

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void ignore_effect(void *context, const struct core_effect *effect)
{
    (void)context, (void)effect;
}

static struct core_config *rules_of(struct desk_at_opening *desk, struct seeded *random, bool alike)
{
    static const char *const policies[] = {"least_loaded", "longest_idle", "round_robin", "weighted"};
    struct core_config *config = rig_rules();
    struct config_team *team;
    MUST_HOLD(core_config_set_policy(config, policies[seeded_below(random, 4)]) == LW_OK);
    MUST_HOLD(core_config_add_team(config, "inside", &team) == LW_OK);
    MUST_HOLD(core_config_team_open(team, UINT64_C(1800000000000) + OPEN_MS, UINT64_C(1800000000000) + 10 * OPEN_MS) == LW_OK);
    for (uint32_t i = 0; i < desk->count; i++) {
        rig_add_rep(config, names[i], 1 + (uint32_t)seeded_below(random, 4), NULL, NULL, 0);
        desk->shares[i] = alike ? 10 : 1 + (uint32_t)seeded_below(random, seeded_below(random, 2) ? 100 : 5);
        desk->all += desk->shares[i];
        config->reps[i].share = desk->shares[i];
    }
    config->channels[LW_CHANNEL_WEB].wait_limit_ms = 100u * OPEN_MS;
    config->channels[LW_CHANNEL_WEB].wrap_up_ms = 0;
    config->channels[LW_CHANNEL_WEB].offer_timeout_ms = OPEN_MS;
    config->work_limit_ms = 100u * OPEN_MS;
    config->opening.reps = alike ? desk->count : 1 + (uint32_t)seeded_below(random, desk->count);
    config->opening.for_ms = 9 * OPEN_MS;
    return config;
}

static void publish_backlog(struct desk_at_opening *desk)
{
    for (uint32_t i = 0; i < desk->backlog; i++) {
        char id[16];
        snprintf(id, sizeof id, "%u", i);
        desk->leads[i] = rig_publish(&desk->rig, id);
    }
}

static void restart(struct desk_at_opening *desk)
{
    static const struct core_callbacks deaf = {NULL, ignore_record, ignore_effect};
    for (uint32_t i = 0; i < desk->count; i++) {
        if (desk->sessions[i])
            rig_lose(&desk->rig, desk->sessions[i]);
    }
    struct core *twin = rig_restore(&desk->rig, desk->rig.record_count, &deaf);
    MUST_HOLD(twin && core_state_hash(twin) == core_state_hash(desk->rig.core));
    core_set_epoch(twin, ++desk->rig.epoch);
    core_free(rig_swap(&desk->rig, twin));
    rig_resume_service(&desk->rig);
    for (uint32_t i = 0; i < desk->count; i++) {
        if (desk->sessions[i])
            desk->sessions[i] = rig_log_on(&desk->rig, names[i]);
    }
}

/* Whoever is offered it takes it, and is done with it. Gives who that was. */
static uint32_t do_one(struct desk_at_opening *desk, struct desk_id lead)
{
    uint32_t rep = 0;
    while (strcmp(names[rep], rig_owner(&desk->rig, lead)) != 0)
        rep++;
    MUST_HOLD(rig_accept(&desk->rig, desk->sessions[rep], lead, rig_row(&desk->rig, lead).offer_number) == CORE_ACCEPTED);
    MUST_HOLD(rig_complete(&desk->rig, desk->sessions[rep], lead, "done", "won") == CORE_ACCEPTED);
    return rep;
}

static bool one_is_done(struct desk_at_opening *desk, struct seeded *random)
{
    uint32_t first = (uint32_t)seeded_below(random, desk->backlog);
    for (uint32_t i = 0; i < desk->backlog; i++) {
        struct desk_id lead = desk->leads[(first + i) % desk->backlog];
        if (rig_state(&desk->rig, lead) != LEAD_OFFERED)
            continue;
        desk->had[do_one(desk, lead)]++;
        return true;
    }
    return false;
}

static void one_comes_later(struct desk_at_opening *desk)
{
    char id[24];
    snprintf(id, sizeof id, "later-%u", desk->later++);
    struct desk_id lead = rig_publish(&desk->rig, id);
    if (rig_state(&desk->rig, lead) == LEAD_WAITING)
        MUST_HOLD(rig_cancel(&desk->rig, lead) == CORE_ACCEPTED);
    else
        do_one(desk, lead);
}

/* What reps have and are offered of the backlog. */
static int64_t has_now(struct desk_at_opening *desk, uint32_t rep)
{
    int64_t has = desk->had[rep];
    for (uint32_t i = 0; i < desk->backlog; i++)
        has += strcmp(rig_owner(&desk->rig, desk->leads[i]), names[rep]) == 0;
    return has;
}

static void check(struct desk_at_opening *desk, bool is_done)
{
    for (uint32_t i = 0; i < desk->count; i++) {
        int64_t off = has_now(desk, i) * desk->all - (int64_t)desk->backlog * desk->shares[i];
        if (off >= desk->all || (is_done && off <= -desk->all))
            fprintf(stderr, "%s had %lld of %u leads with share %u of %lld\n", names[i], (long long)has_now(desk, i), desk->backlog, desk->shares[i],
                    (long long)desk->all);
        MUST_HOLD(off < desk->all && (!is_done || off > -desk->all));
    }
}

static void log_on_all(struct desk_at_opening *desk)
{
    for (uint32_t i = 0; i < desk->count; i++)
        desk->sessions[i] = rig_log_on(&desk->rig, names[i]);
}

static void all_are_there(struct seeded *random)
{
    struct desk_at_opening desk = {.count = 1 + (uint32_t)seeded_below(random, REPS), .backlog = 1 + (uint32_t)seeded_below(random, BACKLOG_MAX)};
    rig_open(&desk.rig, rules_of(&desk, random, false), NULL);
    log_on_all(&desk);
    publish_backlog(&desk);
    rig_pass(&desk.rig, OPEN_MS);
    do {
        check(&desk, false);
        if (seeded_below(random, 10) == 0)
            restart(&desk);
        if (seeded_below(random, 5) == 0)
            one_comes_later(&desk);
    } while (one_is_done(&desk, random));
    check(&desk, true);
    rig_close(&desk.rig);
}

static void they_come_one_after_the_other(struct seeded *random)
{
    struct desk_at_opening desk = {.count = 2 + (uint32_t)seeded_below(random, REPS - 1), .backlog = 2 + (uint32_t)seeded_below(random, BACKLOG_MAX - 1)};
    rig_open(&desk.rig, rules_of(&desk, random, true), NULL);
    publish_backlog(&desk);
    rig_pass(&desk.rig, OPEN_MS);
    for (uint32_t i = 0; i < desk.count; i++) {
        desk.sessions[i] = rig_log_on(&desk.rig, names[i]);
        check(&desk, false);
        for (uint64_t n = seeded_below(random, 2 * BACKLOG_MAX); n > 0 && one_is_done(&desk, random); n--)
            check(&desk, false);
        if (seeded_below(random, 4) == 0)
            restart(&desk);
    }
    while (one_is_done(&desk, random))
        check(&desk, false);
    check(&desk, true);
    rig_close(&desk.rig);
}

static void round_of(struct seeded *random)
{
    all_are_there(random);
    they_come_one_after_the_other(random);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 30, round_of);
}
