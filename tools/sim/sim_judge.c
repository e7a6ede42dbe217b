/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_judge.h"

#include <assert.h>
#include <stdlib.h>

#include "judge_books.h"
#include "judge_caps.h"
#include "judge_events.h"
#include "judge_needs.h"
#include "judge_nobody.h"
#include "judge_merge.h"
#include "judge_offer.h"
#include "judge_opening.h"
#include "judge_parked.h"
#include "judge_pull.h"
#include "judge_team_limits.h"
#include "judge_told.h"
#include "judge_unroutable.h"

enum { PUBLICATIONS_MAX = 32768 };

static void check_after_batch(struct sim_judge *judge, uint64_t now_ms);

void sim_judge_init(struct sim_judge *judge, const struct sim_rules *rules, struct sim_coverage *coverage, uint32_t seen_max)
{
    assert(seen_max <= SIM_SEEN_MOST);
    *judge = (struct sim_judge){.rules = rules, .coverage = coverage, .seen_max = seen_max, .lead_first = 1};
    judge->leads = calloc(SIM_LEADS_MAX, sizeof *judge->leads);
    judge->publications = calloc(PUBLICATIONS_MAX, sizeof *judge->publications);
    assert(judge->leads && judge->publications);
    for (uint32_t i = 0; i < SIM_PEOPLE_MAX; i++)
        judge->won[i].rep = NOBODY;
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++)
        judge->reps[i].state = REP_OFFLINE;
}

void sim_judge_fini(struct sim_judge *judge)
{
    free(judge->leads);
    free(judge->publications);
}

const char *sim_source_name(uint32_t source)
{
    static const char *const names[SIM_SOURCES] = {"form", "fair"};
    return names[source];
}

uint32_t sim_judge_publication(struct sim_judge *judge, const struct judge_publication *publication)
{
    assert(judge->publication_count < PUBLICATIONS_MAX);
    judge->publications[judge->publication_count] = *publication;
    return judge->publication_count++;
}

/* Numbers are unique over all epochs. One that was told in a batch and lost with it comes again under a new epoch. */
struct judge_lead *sim_judge_lead(struct sim_judge *judge, struct desk_id id)
{
    struct judge_lead *lead = id.number < SIM_LEADS_MAX ? &judge->leads[id.number] : NULL;
    return lead && lead->known && desk_id_equal(lead->id, id) ? lead : NULL;
}

static void take_rules(struct sim_judge *judge, uint32_t version)
{
    judge->version = version;
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++)
        judge->rep_rules[i] = sim_rules_rep(judge_rules_now(judge), i);
    judge_caps_take_rules(judge);
    judge_team_take_rules(judge);
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++) {
        struct judge_lead *lead = &judge->leads[l];
        if (lead->known && lead->preferred != NOBODY && !judge->rep_rules[lead->preferred])
            lead->preferred = NOBODY;   /* for good, also if that rep comes back */
    }
}

/* New rules are told of after what they did to leads. */
static const struct core_config *rules_of(const struct sim_judge *judge, const struct sim_batch *batch)
{
    for (uint32_t i = 0; i < batch->effects.count; i++) {
        struct core_effect effect = sim_effect_view(&batch->effects.list[i]);
        if (effect.kind == EFFECT_DESK_EVENT)
            return sim_rules_version(judge->rules, effect.config_version);
    }
    return judge_rules_now(judge);
}

void sim_judge_batch(struct sim_judge *judge, const struct sim_batch *batch)
{
    judge->batch_rules = rules_of(judge, batch);
    judge_opening_begin_batch(judge, batch);
    for (uint32_t i = 0; i < batch->effects.count; i++) {
        struct core_effect effect = sim_effect_view(&batch->effects.list[i]);
        switch (effect.kind) {
        case EFFECT_LEAD_EVENT: judge_take_lead_event(judge, &effect, batch->now_ms); break;
        case EFFECT_REP_EVENT: judge_take_rep_event(judge, &effect); break;
        case EFFECT_DESK_EVENT:
            take_rules(judge, effect.config_version);
            judge_opening_take_rules(judge, batch->now_ms);
            if (effect.nobody != NOBODY_NONE)
                judge_take_nobody(judge, &effect, batch->now_ms);
            for (uint64_t l = judge->lead_first; effect.cause == CAUSE_SERVING && l <= judge->lead_last; l++) {
                struct judge_lead *lead = &judge->leads[l];
                const struct config_channel *channel = &judge_rules_now(judge)->channels[lead->channel];
                if (lead->known && lead->state == LEAD_ASSIGNED && lead->touch_ms != 0 && channel->first_touch_ms != 0)
                    lead->touch_ms = batch->now_ms + channel->first_touch_ms;
                if (lead->known && (lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING))
                    lead->deadline_ms = batch->now_ms + (lead->state == LEAD_OFFERED ? channel->offer_timeout_ms : channel->connect_timeout_ms);
            }
            break;
        case EFFECT_REPLY: judge_take_reply(judge, batch, &effect); break;
        case EFFECT_LOGGED_ON: case EFFECT_REPLACED: case EFFECT_OFFER: case EFFECT_HOLDING: case EFFECT_WITHDRAWN:
        case EFFECT_SNAPSHOT_END: judge_take_told(judge, &effect); break;
        case EFFECT_QUERY_REPLY: case EFFECT_REP_STATUS: case EFFECT_NUDGE: break;
        }
    }
    if (batch->command == COMMAND_LOG_OFF || batch->command == COMMAND_CONNECTION_LOST) {
        for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
            if (judge->reps[i].session == batch->session)
                judge->reps[i].session = 0;
        }
    }
    judge_opening_end_batch(judge);
    check_after_batch(judge, batch->now_ms);
    judge->stepped_ms = batch->now_ms;
}

static void check_after_batch(struct sim_judge *judge, uint64_t now_ms)
{
    judge_check_merges(judge);
    uint32_t loads[SIM_REPS_MAX + 1];
    if (judge->version == 0)
        return;
    while (judge->lead_first < judge->lead_last && judge->leads[judge->lead_first].known && !judge_is_open(&judge->leads[judge->lead_first]))
        judge->lead_first++;
    judge_loads(judge, loads);
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++) {
        struct judge_lead *lead = &judge->leads[l];
        if (!judge_is_open(lead))
            continue;
        if (lead->state == LEAD_WAITING)
            judge_relax(judge_rules_now(judge), lead, now_ms);
        if (lead->state == LEAD_ASSIGNED && lead->touch_ms != 0 && lead->touch_ms <= now_ms)
            judge_broken(judge, "first touch: lead %llu stays with rep%u, who does not touch it", judge_number(lead), lead->rep);
        judge_check_parked(judge, lead, now_ms);
        if (lead->deadline_ms <= now_ms)
            judge_broken(judge, "no state without a deadline: that of lead %llu in state %d has passed", judge_number(lead), lead->state);
        if (judge_should_be_parked(judge_rules_now(judge), lead))
            judge_broken(judge, "parked at once: lead %llu waits, and nobody could ever take it", judge_number(lead));
        if (judge_should_not_be_parked(judge_rules_now(judge), lead))
            judge_broken(judge, "parked at once: lead %llu is parked, and somebody could take it", judge_number(lead));
        bool is_pulled = judge_is_pulled(judge_rules_now(judge), lead);
        for (uint32_t i = 0; lead->state == LEAD_WAITING && i < SIM_REPS_MAX; i++) {
            if (is_pulled && (lead->preferred != i || lead->preferred_until_ms <= now_ms))
                continue;   /* until a rep takes it */
            if (!judge->rep_rules[i] || !judge->reps[i].connected || judge->reps[i].state != REP_AVAILABLE)
                continue;   /* before what is slower to say */
            bool day_turned, is_open = sim_rules_open(judge_rules_now(judge), judge->rep_rules[i]->team, now_ms) &&
                                       !judge_team_full(judge, i, lead, now_ms, &day_turned);
            if (is_open && judge_opening_keeps(judge, i, lead) == MAYBE_KEPT)
                continue;
            if (is_open && judge_may_take(judge, i, lead, loads[i], now_ms) != MAY_NOT)
                judge_broken(judge, "the backlog is served at once: lead %llu waits and rep%u could take it", judge_number(lead), i);
        }
    }
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
        if (judge->reps[i].session != 0)
            judge_check_told(judge, i);
    }
}
