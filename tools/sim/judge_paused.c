/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_paused.h"

#include <string.h>

#include "judge_books.h"
#include "judge_seen.h"

static void take_act(struct sim_judge *judge, const struct core_effect *reply)
{
    const uint32_t source = sim_pause_source(reply->request);
    const bool pause = sim_pause_is_on(reply->request);
    if (reply->status == CORE_ACCEPTED && judge->paused[source] == pause)
        judge_broken(judge, "paused: source %s was already %s", sim_source_name(source), pause ? "paused" : "going on");
    if (reply->status == CORE_DUPLICATE && judge->paused[source] != pause)
        judge_broken(judge, "paused: source %s was not %s yet", sim_source_name(source), pause ? "paused" : "going on");
    if (reply->status != CORE_ACCEPTED)
        return;
    judge->paused[source] = pause;
    judge->coverage->faults[pause ? SIM_FAULT_SOURCE_PAUSED : SIM_FAULT_SOURCE_GOES_ON]++;
}

void judge_take_paused(struct sim_judge *judge, const struct sim_batch *batch, const struct core_effect *reply)
{
    if (batch->command == COMMAND_ACT_ON_SOURCE)
        take_act(judge, reply);
    if (batch->command != COMMAND_PUBLISH)
        return;
    const uint32_t number = (uint32_t)(reply->request >> SIM_REQUEST_SHIFT);
    struct judge_publication *publication = &judge->publications[number];
    const bool is_told = reply->status == CORE_BUSY && strcmp(reply->reason, "a manager has paused this source") == 0;
    if (is_told && !judge->paused[publication->source])
        judge_broken(judge, "paused: publication %u is kept waiting, and its source %s is not paused", number, sim_source_name(publication->source));
    if (is_told && judge_is_id_kept(publication, batch->now_ms))
        judge_broken(judge, "never lost: publication %u was acknowledged and is then kept waiting", number);
    if (reply->status == CORE_ACCEPTED && judge->paused[publication->source])
        judge_broken(judge, "paused: publication %u is taken, and its source %s is paused", number, sim_source_name(publication->source));
    publication->is_kept_waiting = is_told;
    judge->coverage->faults[SIM_FAULT_KEPT_WAITING] += is_told;
}

void judge_check_paused_kept(struct sim_judge *judge, struct core *core)
{
    static struct core_paused_view views[CORE_PAUSED_MAX];
    const uint32_t count = core_paused_read(core, views);
    uint32_t expected = 0;
    for (uint32_t source = 0; source < SIM_SOURCES; source++) {
        bool is_there = false;
        for (uint32_t i = 0; i < count; i++)
            is_there |= strcmp(views[i].source, sim_source_name(source)) == 0;
        if (is_there != judge->paused[source])
            judge_broken(judge, "paused: after the restart source %s is %s", sim_source_name(source), is_there ? "paused" : "going on");
        expected += judge->paused[source];
    }
    if (count != expected)
        judge_broken(judge, "paused: after the restart %u sources are paused, not %u", count, expected);
}

void judge_check_paused_taken(struct sim_judge *judge)
{
    for (uint32_t i = 0; i < judge->publication_count; i++) {
        if (judge->publications[i].is_kept_waiting)
            judge_broken(judge, "never lost: publication %u of a paused source was never taken", i);
    }
}
