/* SPDX-License-Identifier: Apache-2.0
 *
 * Matching: every lead with every rep.
 */
#include "slow_desk_internal.h"

static int best_rep(const struct slow_desk *desk, const struct slow_lead *lead)
{
    int best = -1;
    for (int i = 0; i < desk->rep_count; i++) {
        if (eligible(desk, i, lead) && (best < 0 || rep_before(desk, lead, i, best)))
            best = i;
    }
    return best;
}

void match(struct slow_desk *desk)
{
    for (;;) {
        struct slow_lead *urgent = NULL;
        for (int i = 0; i < desk->lead_count; i++) {
            struct slow_lead *lead = &desk->leads[i];
            if (lead->open && lead->state == LEAD_WAITING && (!urgent || lead_before(lead, urgent)) && best_rep(desk, lead) >= 0)
                urgent = lead;
        }
        if (!urgent)
            return;
        int rep = best_rep(desk, urgent);
        const struct config_channel *channel = channel_of(desk, urgent->channel);
        note_decision(desk, urgent, rep);
        urgent->offer_number++;
        urgent->offers_made++;
        urgent->weight = channel->weight;
        move(desk, urgent, LEAD_OFFERED, CAUSE_OFFERED, rep, desk->now_ms + channel->offer_timeout_ms, "");
        tell_lead(desk, urgent, EFFECT_OFFER, false);
        note_offer(desk, urgent);
    }
}
