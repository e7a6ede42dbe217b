/* SPDX-License-Identifier: Apache-2.0
 *
 * What must hold when a broker came back, and when all is over.
 */
#include "judge_books.h"
#include "judge_paused.h"

struct recount { struct sim_judge *judge; uint64_t open; };

static void compare_row(void *context, const struct core_effect *row)
{
    struct recount *recount = context;
    const struct judge_lead *lead = sim_judge_lead(recount->judge, row->lead);
    recount->open++;
    if (!lead || !judge_is_open(lead))
        judge_broken(recount->judge, "never doubled: after the restart lead %llu is open again", (unsigned long long)row->lead.number);
    else if (lead->state != row->to || lead->rep != sim_rep_number(row->rep) || lead->offer_number != row->offer_number ||
             lead->deadline_ms != row->deadline_ms || lead->other_count != row->also_offered_count)
        judge_broken(recount->judge, "one owner: after the restart lead %llu is in state %d with '%s', before in %d with rep%u", judge_number(lead), row->to,
                     row->rep, lead->state, lead->rep);
}

void sim_judge_killed(struct sim_judge *judge)
{
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
        judge->reps[i].session = 0;
        judge->reps[i].connected = false;
    }
}

void sim_judge_restarted(struct sim_judge *judge, struct core *core)
{
    struct recount recount = {.judge = judge};
    uint64_t open = 0;
    judge_check_paused_kept(judge, core);
    core_leads_visit(core, 0, UINT32_MAX, compare_row, &recount);
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++)
        open += judge_is_open(&judge->leads[l]);
    if (open != recount.open)
        judge_broken(judge, "never lost: %llu leads were open, after the restart %llu are", (unsigned long long)open, (unsigned long long)recount.open);
}

void sim_judge_drained(struct sim_judge *judge)
{
    judge_check_paused_taken(judge);
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++) {
        if (judge_is_open(&judge->leads[l]))
            judge_broken(judge, "never lost: lead %llu never ends, it is in state %d", judge_number(&judge->leads[l]), judge->leads[l].state);
    }
    for (uint32_t i = 0; i < judge->publication_count; i++) {
        const struct judge_publication *publication = &judge->publications[i];
        const struct judge_lead *lead = publication->acknowledged ? sim_judge_lead(judge, publication->lead) : NULL;
        if (publication->acknowledged && (!lead || !lead_state_is_end(lead->state)))
            judge_broken(judge, "never lost: publication %u was acknowledged and its lead has no end", i);
    }
}
