/* SPDX-License-Identifier: Apache-2.0
 *
 * Matching: every lead with every rep.
 */
#include "slow_desk_internal.h"

static int best_rep(const struct slow_desk *desk, const struct slow_lead *lead)
{
    int best = -1;
    for (int i = 0; i < desk->rep_count && (prefers(lead) || !is_pulled(desk, lead)); i++) {
        if (eligible(desk, i, lead) && (best < 0 || rep_before(desk, lead, i, best)))
            best = i;
    }
    return best;
}

/* The lead of the pair that is worth most, of all pairs in queues that rank them; NULL. */
static struct slow_lead *best_pair(struct slow_desk *desk)
{
    struct slow_lead *best = NULL;
    int64_t best_worth = 0;
    for (int i = 0; i < desk->lead_count; i++) {
        struct slow_lead *lead = &desk->leads[i];
        for (int k = 0; k < desk->rep_count; k++) {
            if (!lead->open || lead->state != LEAD_WAITING || prefers(lead) || is_pulled(desk, lead) || !ranks_pairs(desk, lead) || !eligible(desk, k, lead))
                continue;
            int64_t worth = worth_of(desk, lead, k);
            int ahead = slow_ahead(desk, lead), best_ahead = best ? slow_ahead(desk, best) : 0;
            bool is_better = !best || ahead > best_ahead || (ahead == best_ahead && lead->priority > best->priority);
            if (best && ahead == best_ahead && lead->priority == best->priority)
                is_better = worth > best_worth || (worth == best_worth && lead_before(desk, lead, best));
            best = is_better ? lead : best;
            best_worth = is_better ? worth : best_worth;
        }
    }
    return best;
}

static struct slow_lead *most_urgent(struct slow_desk *desk)
{
    struct slow_lead *urgent = best_pair(desk);
    for (int i = 0; i < desk->lead_count; i++) {
        struct slow_lead *lead = &desk->leads[i];
        if (lead->open && lead->state == LEAD_WAITING && (prefers(lead) || !ranks_pairs(desk, lead)) &&
            (!urgent || lead_before(desk, lead, urgent)) && best_rep(desk, lead) >= 0)
            urgent = lead;
    }
    return urgent;
}

void match(struct slow_desk *desk)
{
    for (struct slow_lead *lead; (lead = most_urgent(desk)) != NULL;) {
        int rep = best_rep(desk, lead);
        uint32_t at_once = offers_at_once(desk, lead);
        const struct config_channel *channel = channel_of(desk, lead->channel);
        note_decision(desk, lead, rep);
        lead->offer_number = ++lead->last_offer_number;
        lead->offers_made++;
        lead->weight = channel->weight;
        move(desk, lead, LEAD_OFFERED, CAUSE_OFFERED, rep, desk->now_ms + channel->offer_timeout_ms, "");
        tell_lead(desk, lead, EFFECT_OFFER, false);
        note_offer(desk, lead, rep);
        for (uint32_t i = 1; i < at_once && (rep = best_rep(desk, lead)) >= 0; i++) {
            note_decision(desk, lead, rep);
            offer_too(desk, lead, rep);
            note_offer(desk, lead, rep);
        }
    }
}
