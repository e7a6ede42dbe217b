/* SPDX-License-Identifier: Apache-2.0
 *
 * Who does not get a lead again for a while.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>

static void remove_at(struct refusal *list, uint32_t *count, uint32_t at)
{
    memmove(&list[at], &list[at + 1], (*count - at - 1) * sizeof *list);
    (*count)--;
}

/* Its time is over. */
static void drop_refusal(struct slow_lead *lead, uint32_t at)
{
    assert(lead->past_count < 32);
    lead->past[lead->past_count++] = lead->refusals[at];
    remove_at(lead->refusals, &lead->refusal_count, at);
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

/* That are not over, of all leads; the one that would end first. */
static uint32_t count_of_rep(struct slow_desk *desk, int rep, struct slow_lead **oldest, uint32_t *oldest_at)
{
    uint32_t count = 0;
    *oldest = NULL;
    for (int i = 0; i < desk->lead_count; i++) {
        struct slow_lead *lead = &desk->leads[i];
        for (uint32_t k = 0; lead->open && k < lead->refusal_count; k++) {
            if (lead->refusals[k].rep != rep)
                continue;
            count++;
            if (!*oldest || lead->refusals[k].until_ms < (*oldest)->refusals[*oldest_at].until_ms) {
                *oldest = lead;
                *oldest_at = k;
            }
        }
    }
    return count;
}

void put_lapsed_behind(struct slow_desk *desk, struct slow_lead *lead)
{
    struct slow_lead *oldest;
    uint32_t at;
    for (uint32_t i = 0; i < lead->refusal_count; i++) {
        if (lead->refusals[i].until_ms <= desk->now_ms)
            lead->refusals[i].until_ms = desk->now_ms + 1;
    }
    for (uint32_t i = 0; i < lead->past_count;) {
        if (count_of_rep(desk, lead->past[i].rep, &oldest, &at) >= REFUSALS_OF_REP) {
            i++;
            continue;
        }
        lead->refusals[lead->refusal_count] = lead->past[i];
        lead->refusals[lead->refusal_count++].until_ms = desk->now_ms + 1;
        remove_at(lead->past, &lead->past_count, i);
    }
}

void forget_refusals(struct slow_lead *lead)
{
    lead->refusal_count = lead->past_count = 0;
    memset(lead->refused, 0, sizeof lead->refused);
}

/* first, first x factor, first x factor x factor ..., but never above the most. */
static uint64_t pause_ms(const struct slow_desk *desk, uint32_t times)
{
    const struct config_refusals *rules = &desk->rules->refusals;
    uint64_t ms = desk->rules->retry_same_rep_ms;
    for (uint32_t i = 1; i < times; i++)
        ms = ms * rules->retry_factor > rules->retry_max_ms ? rules->retry_max_ms : ms * rules->retry_factor;
    return ms;
}

static void forget_rep(struct refusal *list, uint32_t *count, int rep)
{
    for (uint32_t i = *count; i-- > 0;) {
        if (list[i].rep == rep)
            remove_at(list, count, i);
    }
}

/* A rep's refusals are bounded: the one that would end first is over. */
void refuse(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause)
{
    refuse_for(desk, lead, lead->rep, lead->offer_number, cause);
}

void refuse_for(struct slow_desk *desk, struct slow_lead *lead, int rep, uint32_t offer_number, enum core_cause cause)
{
    struct slow_lead *oldest;
    uint32_t at;
    forget_rep(lead->refusals, &lead->refusal_count, rep);
    forget_rep(lead->past, &lead->past_count, rep);
    if (count_of_rep(desk, rep, &oldest, &at) >= REFUSALS_OF_REP)
        drop_refusal(oldest, at);
    assert(lead->refusal_count < 32);
    lead->refused[rep]++;
    lead->refusals[lead->refusal_count++] = (struct refusal){rep, offer_number, desk->now_ms + pause_ms(desk, lead->refused[rep]), cause};
}
