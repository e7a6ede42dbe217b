/* SPDX-License-Identifier: Apache-2.0
 *
 * Who does not get a lead again for a while.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>

static void drop_refusal(struct slow_lead *lead, uint32_t at)
{
    memmove(&lead->refusals[at], &lead->refusals[at + 1], (lead->refusal_count - at - 1) * sizeof lead->refusals[0]);
    lead->refusal_count--;
}

bool drop_lapsed(struct slow_desk *desk, struct slow_lead *lead)
{
    uint32_t before = lead->refusal_count;
    for (uint32_t i = lead->refusal_count; i-- > 0;) {
        if (lead->refusals[i].until_ms <= desk->now_ms)
            drop_refusal(lead, i);
    }
    return lead->refusal_count < before;
}

/* A rep's refusals are bounded: the one that would end first goes. */
static void drop_oldest_of_rep(struct slow_desk *desk, int rep)
{
    struct slow_lead *oldest = NULL;
    uint32_t oldest_at = 0, count = 0;
    for (int i = 0; i < desk->lead_count; i++) {
        struct slow_lead *lead = &desk->leads[i];
        for (uint32_t k = 0; lead->open && k < lead->refusal_count; k++) {
            if (lead->refusals[k].rep != rep)
                continue;
            count++;
            if (!oldest || lead->refusals[k].until_ms < oldest->refusals[oldest_at].until_ms) {
                oldest = lead;
                oldest_at = k;
            }
        }
    }
    if (count >= REFUSALS_OF_REP)
        drop_refusal(oldest, oldest_at);
}

void refuse(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause)
{
    int rep = lead->rep;
    for (uint32_t i = 0; i < lead->refusal_count; i++) {
        if (lead->refusals[i].rep == rep) {
            drop_refusal(lead, i);
            break;
        }
    }
    drop_oldest_of_rep(desk, rep);
    assert(lead->refusal_count < 32);
    lead->refusals[lead->refusal_count++] = (struct refusal){rep, lead->offer_number, desk->now_ms + desk->rules->retry_same_rep_ms, cause};
}
