/* SPDX-License-Identifier: Apache-2.0 */
#include "pairs.h"

#include <stdlib.h>

#include "broadcast.h"
#include "core_internal.h"
#include "exclusions.h"
#include "lead_extra.h"
#include "match.h"
#include "match_search.h"
#include "pair_worth.h"
#include "preferred.h"
#include "ready_order.h"

enum { RATE_OF_LEVEL = 10, LEVEL_WITHOUT_SKILL = 5 };

/* ---- rates and values ---------------------------------------------------------------- */

void pairs_take_rates(struct core *core, struct rep *rep, const struct config_rep *wanted)
{
    free(rep->rates);
    rep->rates = NULL;
    if (wanted->rate_count == 0)
        return;
    struct rep_rates *rates = rep->rates = calloc(1, sizeof *rates);
    if (!rates)
        abort();   /* a few words: part of having rules */
    for (uint32_t i = 0; i < wanted->rate_count; i++) {
        const char *name = wanted->rates[i].queue;
        uint32_t queue = names_add(&core->names, name, strlen(name)), at = rates->count;
        if (queue == NAME_NONE)
            continue;
        for (; at > 0 && rates->list[at - 1].queue > queue; at--)
            rates->list[at] = rates->list[at - 1];
        rates->list[at].queue = queue;
        rates->list[at].rate = wanted->rates[i].rate;
        rates->count++;
    }
}

bool pairs_same_rates(const struct rep_rates *a, const struct rep_rates *b)
{
    if (!a || !b)
        return a == b;
    return a->count == b->count && memcmp(a->list, b->list, a->count * sizeof *a->list) == 0;
}

uint32_t pairs_rate(const struct rep_rates *rates, uint32_t queue, uint32_t levels, uint32_t require_count)
{
    for (uint32_t i = 0; rates && i < rates->count; i++) {
        if (rates->list[i].queue == queue)
            return rates->list[i].rate;
    }
    if (require_count == 0)
        return RATE_OF_LEVEL * LEVEL_WITHOUT_SKILL;
    uint32_t rate = levels * RATE_OF_LEVEL / require_count;
    return rate > 0 ? rate : 1;
}

uint32_t pairs_class_rate(const struct classes *classes, const struct demand_class *demand, uint32_t supply)
{
    return pairs_rate(classes->supply[supply]->rates, demand->queue, classes_levels(classes, demand, supply), demand->needs.require_count);
}

uint32_t lead_value(const struct lead *lead)
{
    return lead->extra && lead->extra->value != 0 ? lead->extra->value : 1;
}

static uint32_t value_log(const struct lead *lead)
{
    return lead->extra ? lead->extra->value_log : 0;
}

void pairs_value_lead(struct lead *lead, uint32_t value)
{
    if (value <= 1)
        return;
    lead_extra_of(lead)->value = value;
    lead->extra->value_log = pair_log2(value);
}

uint32_t pairs_worth(const struct queue *queue, uint32_t value, uint32_t rate, uint64_t received_ms, uint64_t at_ms)
{
    return pair_worth_thousandths(value, rate, at_ms > received_ms ? at_ms - received_ms : 0, queue->half_life_ms);
}

/* ---- orders -------------------------------------------------------------------------- */

static int64_t standing_of(const struct lead *lead)
{
    return pair_standing(lead->received_ms, value_log(lead), lead->demand->of_queue->half_life_ms);
}

int pairs_compare_waiting(const struct avl_node *a, const struct avl_node *b)
{
    const struct lead *x = AVL_ENTRY(a, struct lead, order), *y = AVL_ENTRY(b, struct lead, order);
    int64_t of_x = standing_of(x), of_y = standing_of(y);
    if (x->priority == y->priority && of_x != of_y)
        return of_x > of_y ? -1 : 1;
    return lead_compare_urgency(x, y);
}

/* A lead with a rep of this class. */
struct pair {
    struct lead *lead;                     /* NULL: none */
    const struct rep *rep;
    int64_t log_worth;
};

static struct pair pair_of(const struct core *core, struct lead *lead, const struct rep *rep)
{
    const struct queue *queue = lead->demand->of_queue;
    uint32_t rate = pairs_class_rate(&core->classes, lead->demand, rep->supply->index);
    return (struct pair){lead, rep, pair_log2(rate) + pair_log_worth(standing_of(lead), queue->half_life_ms, core->now_ms)};
}

/* Of two pairs with one lead, or with one rep, it says what the policy says, or the order of the class. */
static bool pair_before(const struct pair *a, const struct pair *b)
{
    if (!a->lead || !b->lead)
        return a->lead != NULL;
    const int64_t ahead_a = opening_head_start(&a->lead->demand->needs), ahead_b = opening_head_start(&b->lead->demand->needs);
    if (ahead_a != ahead_b)
        return ahead_a > ahead_b;
    if (a->lead->priority != b->lead->priority)
        return a->lead->priority > b->lead->priority;
    if (a->log_worth != b->log_worth)
        return a->log_worth > b->log_worth;
    if (a->lead != b->lead)
        return lead_compare_urgency(a->lead, b->lead) < 0;
    return policy_compare_idle(&a->rep->rank, &b->rep->rank) < 0;
}

/* ---- what an event made possible --------------------------------------------------------- */

static struct pair best_of_rep(const struct core *core, const struct rep *rep)
{
    struct pair best = {0};
    if (!rep->is_ready)
        return best;
    const struct classes *classes = &core->classes;
    const struct bitset *can_serve = &rep->supply->can_serve, *waiting = &classes->demand_waiting, *ranking = &classes->demand_ranks_pairs;
    uint32_t words = can_serve->word_count < waiting->word_count ? can_serve->word_count : waiting->word_count;
    words = ranking->word_count < words ? ranking->word_count : words;
    for (uint32_t w = 0; w < words; w++) {
        for (uint64_t bits = can_serve->words[w] & waiting->words[w] & ranking->words[w]; bits != 0; bits &= bits - 1) {
            const struct demand_class *demand = classes->demand[w * 64 + (uint32_t)__builtin_ctzll(bits)];
            if (core_channel(core, demand->channel)->weight > rep->rank.capacity - rep->rank.load)
                continue;
            struct lead *lead = match_first_not_excluding(core, demand, rep);
            struct pair pair = lead ? pair_of(core, lead, rep) : (struct pair){0};
            if (pair_before(&pair, &best))
                best = pair;
        }
    }
    return best;
}

static bool is_ranked(const struct lead *lead)
{
    return lead->demand->of_queue->policy->ranks_pairs && !lead_is_preferring(lead);
}

struct lead *pairs_most_urgent_noted(struct core *core)
{
    struct pair best = {0};
    struct lead *other = NULL;             /* of queues with other policies, and for one rep */
    for (uint32_t i = core->match_lead_count; i-- > 0;) {
        struct lead *lead = core->match_leads[i];
        uint32_t able;
        if (!is_ranked(lead)) {
            other = !other || lead_compare_urgency(lead, other) < 0 ? lead : other;
            continue;
        }
        const struct rep *rep = match_best_rep(core, lead, &able);
        if (!rep) {
            match_forget_lead(core, lead);
            continue;
        }
        struct pair pair = pair_of(core, lead, rep);
        best = pair_before(&pair, &best) ? pair : best;
    }
    for (uint32_t i = core->match_rep_count; i-- > 0;) {
        const struct rep *rep = core->reps.reps[core->match_reps[i]];
        struct pair pair = best_of_rep(core, rep);
        struct lead *lead = match_best_lead(core, rep);
        if (!lead && !pair.lead) {
            match_forget_rep(core, i);
            continue;
        }
        best = pair_before(&pair, &best) ? pair : best;
        other = lead && (!other || lead_compare_urgency(lead, other) < 0) ? lead : other;
    }
    return !best.lead || (other && lead_compare_urgency(other, best.lead) < 0) ? other : best.lead;
}

/* ---- everything ---------------------------------------------------------------------------- */

struct pairs_search {
    const struct core *core;
    uint32_t count;                        /* demand classes */
    struct { struct pair best; bool is_known; } classes[];
};

struct pairs_search *pairs_search_new(const struct core *core)
{
    uint32_t count = core->classes.demand_count;
    struct pairs_search *search = calloc(1, sizeof *search + count * sizeof *search->classes);
    if (!search)
        abort();   /* a few words for each class: there is no sensible way to go on */
    search->core = core;
    search->count = count;
    return search;
}

void pairs_search_free(struct pairs_search *search)
{
    free(search);
}

/* With reps of one supply class: they are alike but for who was idle longer, so the first lead that any of them may take. */
static struct pair best_with(const struct core *core, const struct demand_class *demand, const struct supply_class *supply, uint32_t weight)
{
    for (struct avl_node *node = avl_first(&demand->waiting); node; node = avl_next(node)) {
        struct lead *lead = AVL_ENTRY(node, struct lead, order);
        const struct rep *rep = ready_order_best(supply, demand->of_queue, lead, weight);
        if (rep)
            return pair_of(core, lead, rep);
        if (lead->exclusion_count == 0)
            break;   /* nobody has room */
    }
    return (struct pair){0};
}

static struct pair best_of_class(const struct core *core, const struct demand_class *demand)
{
    const struct classes *classes = &core->classes;
    struct pair best = {0};
    uint32_t words = demand->able.word_count < classes->supply_ready.word_count ? demand->able.word_count : classes->supply_ready.word_count;
    for (uint32_t w = 0; w < words; w++) {
        for (uint64_t bits = demand->able.words[w] & classes->supply_ready.words[w]; bits != 0; bits &= bits - 1) {
            const struct supply_class *supply = classes->supply[w * 64 + (uint32_t)__builtin_ctzll(bits)];
            struct pair pair = best_with(core, demand, supply, core_channel(core, demand->channel)->weight);
            best = pair_before(&pair, &best) ? pair : best;
        }
    }
    return best;
}

struct lead *pairs_search_next(struct pairs_search *search)
{
    const struct core *core = search->core;
    struct pair best = {0};
    for (uint32_t i = 0; i < search->count; i++) {
        const struct demand_class *demand = core->classes.demand[i];
        if (!demand || !demand->of_queue->policy->ranks_pairs)
            continue;
        if (!search->classes[i].is_known)
            search->classes[i].best = best_of_class(core, demand);
        search->classes[i].is_known = true;
        best = pair_before(&search->classes[i].best, &best) ? search->classes[i].best : best;
    }
    return best.lead;
}

/* It may not be any more: its rep is full, as their whole team may be, or has had their share of the backlog. */
static bool is_still_possible(const struct core *core, uint32_t demand, const struct rep *rep)
{
    return rep->is_ready && bitset_test(&core->classes.demand[demand]->able, rep->supply->index);
}

/* What a rep gets makes no other pair better. */
void pairs_search_offered(struct pairs_search *search, const struct lead *lead)
{
    for (uint32_t i = 0; i < search->count; i++) {
        const struct pair *best = &search->classes[i].best;
        search->classes[i].is_known &= best->lead != lead && !(best->rep && (lead_offer_number(lead, best->rep->number) != 0 ||
                                                                             !is_still_possible(search->core, i, best->rep)));
    }
}
