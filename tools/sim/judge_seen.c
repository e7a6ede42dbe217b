/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_seen.h"

#include <string.h>

#include "judge_books.h"

bool judge_is_id_kept(const struct judge_publication *publication, uint64_t now_ms)
{
    return publication->acknowledged && now_ms < publication->acknowledged_ms + SIM_SEEN_MIN_MS;
}

/* Each publication that was taken has an id, and so has each end that a rep gave: when it came. */
static void note_id(struct sim_judge *judge, uint64_t now_ms)
{
    judge->ids_ms[judge->id_count++ % judge->seen_max] = now_ms;
}

static uint32_t count_young(const struct sim_judge *judge, uint64_t now_ms)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < judge->seen_max && i < judge->id_count; i++)
        count += judge->ids_ms[i] + SIM_SEEN_MIN_MS > now_ms;
    return count;
}

static uint32_t count_open(const struct sim_judge *judge)
{
    uint32_t count = 0;
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++)
        count += judge_is_open(&judge->leads[l]);
    return count;
}

/* It and its end, and the end of each lead that is open, find no room without one that is young. */
static void check_busy(struct sim_judge *judge, uint32_t number, const struct core_effect *reply, uint64_t now_ms)
{
    if (count_young(judge, now_ms) + count_open(judge) + 2 <= judge->seen_max)
        judge_broken(judge, "nothing is refused that has room: publication %u is told busy for %u young ids", number, count_young(judge, now_ms));
    if (reply->retry_after_ms == 0 || reply->retry_after_ms > SIM_SEEN_MIN_MS)
        judge_broken(judge, "nothing is refused that has room: publication %u is told to wait %u ms", number, reply->retry_after_ms);
    judge->coverage->faults[SIM_FAULT_IDS_YOUNG]++;
}

static void take_repeat(struct sim_judge *judge, uint32_t number, struct judge_publication *publication, const struct core_effect *reply, uint64_t now_ms)
{
    const uint64_t age_ms = now_ms - publication->acknowledged_ms;
    const bool is_known = reply->status == CORE_DUPLICATE || reply->status == CORE_DUPLICATE_DIFFERS, is_young = judge_is_id_kept(publication, now_ms);
    if (!is_known && is_young)
        judge_broken(judge, "never doubled: publication %u comes again after %u ms, and is answered %d as if it were new", number, (unsigned)age_ms, reply->status);
    judge->coverage->faults[SIM_FAULT_LATE_REPEAT] += is_known && is_young && age_ms > SIM_SEEN_MIN_MS / 2;
    if (is_young || reply->status != CORE_ACCEPTED)
        return;
    judge->coverage->faults[SIM_FAULT_ID_FORGOTTEN]++;
    publication->acknowledged = false;   /* another lead, as its sender must expect by now */
}

void judge_take_seen(struct sim_judge *judge, const struct sim_batch *batch, const struct core_effect *reply)
{
    const bool is_taken = reply->status == CORE_ACCEPTED;
    const uint32_t number = (uint32_t)(reply->request >> SIM_REQUEST_SHIFT);
    if (batch->command == COMMAND_PUBLISH && judge->publications[number].acknowledged)
        take_repeat(judge, number, &judge->publications[number], reply, batch->now_ms);
    if (batch->command == COMMAND_PUBLISH && reply->status == CORE_BUSY && strstr(reply->reason, "remember the ids of"))
        check_busy(judge, number, reply, batch->now_ms);
    if (batch->command == COMMAND_PUBLISH && is_taken)
        judge->publications[number].acknowledged_ms = batch->now_ms;
    if (is_taken && (batch->command == COMMAND_PUBLISH || batch->command == COMMAND_COMPLETE))
        note_id(judge, batch->now_ms);
}
