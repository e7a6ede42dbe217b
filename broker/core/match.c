/* SPDX-License-Identifier: Apache-2.0
 *
 * Matching: after every event no eligible pair of a waiting lead and a ready
 * rep is left. What an event may have made possible is noted (leads that began
 * to wait, reps that gained room); then, until nothing is found, the most urgent
 * of the noted leads and of the noted reps' best leads goes to its best rep.
 *
 * Every choice is the minimum of a total order, so the order in which words and bits are walked decides nothing.
 */
#include <stdlib.h>

#include "core_internal.h"
#include "broadcast.h"
#include "decisions.h"
#include "effects.h"
#include "exclusions.h"
#include "interrupt.h"
#include "lead_state.h"
#include "match.h"
#include "match_search.h"
#include "pairs.h"
#include "preferred.h"
#include "ready_order.h"
#include "ready_words.h"
#include "urgency.h"

enum { NOTED_MAX = 64 };   /* of core->match_leads, match_reps; above: everything */

static struct rep *rep_for(const struct core *core, const struct lead *lead, uint32_t *able_out);
static void offer(struct core *core, struct lead *lead, struct rep *rep, uint32_t able, enum core_cause cause);
static bool offer_to_another(struct core *core, struct lead *lead, uint32_t place, enum core_cause cause);
static struct lead *most_urgent_noted(struct core *core);
static void match_all(struct core *core, enum core_cause cause);

void match_note_lead(struct core *core, struct lead *lead)
{
    if (lead->in_match || core->is_restoring)
        return;
    if (core->match_lead_count == NOTED_MAX) {
        core->match_everything = true;
        return;
    }
    lead->in_match = true;
    core->match_leads[core->match_lead_count++] = lead;
}

void match_note_rep(struct core *core, struct rep *rep)
{
    if (rep->in_match || core->is_restoring)
        return;
    if (core->match_rep_count == NOTED_MAX) {
        core->match_everything = true;
        return;
    }
    rep->in_match = true;
    core->match_reps[core->match_rep_count++] = rep->number;
}

void match_forget_lead(struct core *core, const struct lead *lead)
{
    if (!lead->in_match)
        return;
    for (uint32_t i = 0; i < core->match_lead_count; i++) {
        if (core->match_leads[i] == lead) {
            core->match_leads[i]->in_match = false;
            core->match_leads[i] = core->match_leads[--core->match_lead_count];
            return;
        }
    }
    assert(false && "a noted lead is in the list");
}

void match_run(struct core *core, enum core_cause cause)
{
    if (core->match_everything)
        match_all(core, cause);
    for (;;) {
        struct lead *lead = most_urgent_noted(core);
        if (!lead)
            return;
        uint32_t able;
        bool noted = lead->in_match;
        struct rep *rep = rep_for(core, lead, &able);
        match_forget_lead(core, lead);
        if (rep)
            offer(core, lead, rep, able, noted ? (enum core_cause)lead->cause : CAUSE_REP_FREED);
    }
}

/* Where the desk does not weigh, the standing is all there is. */
static inline struct lead_rank rank_now(const struct core *core, const struct lead *lead)
{
    return core->queues.weighs ? urgency_rank(core, lead) : lead_rank_of(lead);
}

static void take_if_first(const struct core *core, struct lead *lead, struct lead **best, struct lead_rank *best_rank)
{
    struct lead_rank rank = rank_now(core, lead);
    if (*best && lead_rank_compare(&rank, best_rank) >= 0)
        return;
    *best = lead;
    *best_rank = rank;
}

/* Among the noted leads and the noted reps' best ones; a rep who can take nothing more is forgotten. */
static struct lead *most_urgent_noted(struct core *core)
{
    struct lead *best = NULL;
    struct lead_rank best_rank = {0};
    if (core->queues.rank_pairs)
        return pairs_most_urgent_noted(core);
    for (uint32_t i = 0; i < core->match_lead_count; i++)
        take_if_first(core, core->match_leads[i], &best, &best_rank);
    for (uint32_t i = core->match_rep_count; i-- > 0;) {
        struct lead *lead = match_best_lead(core, core->reps.reps[core->match_reps[i]]);
        if (!lead)
            match_forget_rep(core, i);
        else
            take_if_first(core, lead, &best, &best_rank);
    }
    return best;
}

void match_forget_rep(struct core *core, uint32_t at)
{
    core->reps.reps[core->match_reps[at]]->in_match = false;
    core->match_reps[at] = core->match_reps[--core->match_rep_count];
}

/* Everything may match (new rules, very many events): every waiting lead, most urgent first. */
static void match_all(struct core *core, enum core_cause cause)
{
    struct lead *next[CLASSES_MAX];
    uint32_t count = core->classes.demand_count;
    struct pairs_search *pairs = core->queues.rank_pairs ? pairs_search_new(core) : NULL;

    core->match_everything = false;
    for (uint32_t i = core->match_lead_count; i-- > 0;)
        match_forget_lead(core, core->match_leads[i]);
    for (uint32_t i = core->match_rep_count; i-- > 0;)
        match_forget_rep(core, i);
    for (uint32_t i = 0; i < count; i++) {
        struct demand_class *demand = core->classes.demand[i];
        next[i] = demand && !demand->of_queue->policy->ranks_pairs ? urgency_next(core, demand, NULL) : NULL;
    }
    struct lead **preferring = preferred_sorted(core);
    for (size_t at = 0;;) {
        uint32_t best = count, able = 1;
        struct lead *lead = NULL, *paired = pairs ? pairs_search_next(pairs) : NULL;
        struct lead_rank rank = {0};
        for (uint32_t i = 0; i < count; i++) {
            if (next[i])
                take_if_first(core, next[i], &lead, &rank);
            best = next[i] && lead == next[i] ? i : best;
        }
        if (preferring && preferring[at])
            take_if_first(core, preferring[at], &lead, &rank);
        if (paired)
            take_if_first(core, paired, &lead, &rank);
        if (!lead)
            break;
        bool is_preferring = lead_is_preferring(lead);
        struct rep *rep = rep_for(core, lead, &able);
        if (is_preferring)
            at++;
        else if (lead != paired)
            next[best] = able == 0 ? NULL : urgency_next(core, lead->demand, lead);   /* 0: nobody for the whole class */
        if (rep)
            offer(core, lead, rep, able, cause);
        if (rep && pairs)
            pairs_search_offered(pairs, lead);
    }
    pairs_search_free(pairs);
    free(preferring);
}

/* A lead that waits for one rep goes to nobody else. */
static struct rep *rep_for(const struct core *core, const struct lead *lead, uint32_t *able_out)
{
    if (!lead_is_preferring(lead)) {
        struct rep *rep = match_best_rep(core, lead, able_out);
        return rep || core->reserve_count == 0 ? rep : interrupt_best_rep(core, lead, able_out);
    }
    *able_out = 1;
    return preferred_rep(core, lead);
}

/* Behind the first of each class, too: where that one lacks room, refused the lead or is offered it. */
static void search_class(const struct core *core, const struct lead *lead, uint32_t index, struct first_key *best)
{
    const struct queue *queue = lead->demand->of_queue;
    struct rep *rep = ready_order_best(core->classes.supply[index], queue, lead, core_channel(core, lead->demand->channel)->weight);
    struct first_key key = rep ? first_key_of(queue->policy, &rep->rank) : FIRST_KEY_LAST;
    *best = first_key_is_before(&key, best) ? key : *best;
}

static uint32_t words_of(const struct core *core, const struct demand_class *demand)
{
    uint32_t able = demand->able.word_count, ready = core->classes.supply_ready.word_count;
    return able < ready ? able : ready;
}

/* All classes of which all first ones may lack room. */
static __attribute__((noinline)) void search_all(const struct core *core, const struct lead *lead, struct first_key *best)
{
    const uint64_t *able = lead->demand->able.words, *ready = core->classes.supply_ready.words;
    const struct first_key *first = core->classes.supply_first_key[lead->demand->of_queue->order];

    *best = FIRST_KEY_LAST;
    for (uint32_t w = 0; w < words_of(core, lead->demand); w++) {
        for (uint64_t bits = able[w] & ready[w]; bits != 0; bits &= bits - 1) {
            uint32_t index = w * 64 + (uint32_t)__builtin_ctzll(bits);
            if (first_key_is_before(&first[index], best))
                search_class(core, lead, index, best);
        }
    }
}

static bool has_room(const struct core *core, const struct lead *lead, uint32_t rep)
{
    uint32_t weight = core_channel(core, lead->demand->channel)->weight;
    const struct policy_rep *rank = &core->reps.reps[rep]->rank;
    return rank->capacity - rank->load >= weight;
}

/* Classes whose first refused the lead or is offered it. */
struct passed_over { uint32_t count, classes[EXCLUSIONS_PER_LEAD_MAX + BROADCAST_MAX]; };

/* Of the word's classes in `bits`. */
static void search_word(const struct lead *lead, const struct first_key *first, uint32_t word, uint64_t bits, struct first_key *best,
                        struct passed_over *passed_over)
{
    for (; bits != 0; bits &= bits - 1) {
        uint32_t index = word * 64 + (uint32_t)__builtin_ctzll(bits);
        if (!first_key_is_before(&first[index], best))
            continue;
        if (lead_may_go_to(lead, first[index].number))
            *best = first[index];
        else
            passed_over->classes[passed_over->count++] = index;
    }
}

/* Words whose first is not before the best so far are passed over; of a word in which everybody can take the lead, and its first may,
 * nobody else needs looking at. */
static struct first_key search_words(const struct core *core, const struct lead *lead, struct passed_over *passed_over)
{
    const struct demand_class *demand = lead->demand;
    const struct bitset *ready = &core->classes.supply_ready;
    const struct first_key *first = core->classes.supply_first_key[demand->of_queue->order];
    struct ready_words *firsts = core->classes.supply_words[demand->of_queue->order];
    struct first_key best = FIRST_KEY_LAST;

    for (uint32_t i = 0; i * 64 < ready->word_count; i++) {
        for (uint64_t words = demand->able_words[i]; words != 0; words &= words - 1) {
            uint32_t w = i * 64 + (uint32_t)__builtin_ctzll(words);
            uint64_t bits = demand->able.words[w] & ready->words[w];
            if (bits == 0)
                continue;
            const struct first_key *its_first = ready_words_first(firsts, w, ready->words[w], first);
            if (!first_key_is_before(its_first, &best))
                continue;
            if (bits == ready->words[w] && lead_may_go_to(lead, its_first->number))
                best = *its_first;
            else
                search_word(lead, first, w, bits, &best, passed_over);
        }
    }
    return best;
}

/* Nothing of the lead ranks, and all that does is in first_key: most leads of most desks. It is enough to look at the first of
 * each class, side by side, but for classes whose first refused the lead or is offered it, and for leads that weigh much. */
static struct rep *best_by_first_key(const struct core *core, const struct lead *lead)
{
    struct passed_over passed_over;
    passed_over.count = 0;
    struct first_key best = search_words(core, lead, &passed_over);

    for (uint32_t i = 0; i < passed_over.count; i++)
        search_class(core, lead, passed_over.classes[i], &best);
    if (best.number == FIRST_KEY_LAST.number)
        return NULL;
    rep_prefetch(core->reps.reps[best.number]);
    if (!has_room(core, lead, best.number))
        search_all(core, lead, &best);
    return best.number != FIRST_KEY_LAST.number ? core->reps.reps[best.number] : NULL;
}

/* *able_out: ready reps with the skills, whether or not this lead excludes them. */
struct rep *match_best_rep(const struct core *core, const struct lead *lead, uint32_t *able_out)
{
    const struct demand_class *demand = lead->demand;
    const struct classes *classes = &core->classes;
    const struct bitset *ready = &classes->supply_ready;
    const struct policy *policy = demand->of_queue->policy;
    const struct policy_rep *first = classes->supply_first[demand->of_queue->order];
    uint32_t weight = core_channel(core, demand->channel)->weight;
    uint32_t words = words_of(core, demand);
    bool has_preferences = demand->needs.prefer_count > 0 && !policy->ranks_pairs;
    struct rep *best = NULL;
    struct policy_rep best_rank = {0};

    *able_out = classes->demand_ready_count[demand->index];
    if (*able_out == 0)
        return NULL;
    if (policy->first_key && !has_preferences)
        return best_by_first_key(core, lead);
    bool is_plain = !policy->uses_levels && !policy->takes_turns && !policy->ranks_pairs && !has_preferences;

    for (uint32_t w = 0; w < words; w++) {
        for (uint64_t bits = demand->able.words[w] & ready->words[w]; bits != 0; bits &= bits - 1) {
            uint32_t index = w * 64 + (uint32_t)__builtin_ctzll(bits);
            if (is_plain && best && policy->compare(&first[index], &best_rank) > 0)
                continue;
            struct policy_rep rank = first[index];
            if (policy->uses_levels)
                rank.levels = classes_levels(classes, demand, index);
            if (policy->takes_turns) {
                rank = AVL_ENTRY(ready_order_turn(classes->supply[index], demand->of_queue), struct ready_place, node)->rep->rank;
                rank.is_past = rank.number <= demand->of_queue->turn;
            }
            if (policy->ranks_pairs)
                rank.rate = pairs_class_rate(classes, demand, index);
            if (has_preferences)
                rank.preferred = classes_preferred(classes, demand, index);
            if (best && policy_compare(policy, &rank, &best_rank) > 0)
                continue;
            struct rep *rep = ready_order_best(classes->supply[index], demand->of_queue, lead, weight);
            uint32_t levels = rank.levels, preferred = rank.preferred, rate = rank.rate;
            if (!rep)
                continue;
            rank = rep->rank;
            rank.levels = levels;
            rank.preferred = preferred;
            rank.rate = rate;
            rank.is_past = policy->takes_turns && rep->number <= demand->of_queue->turn;
            if (!best || policy_compare(policy, &rank, &best_rank) < 0) {
                best = rep;
                best_rank = rank;
            }
        }
    }
    return best;
}

/* Of those that may interrupt the rep, who has no room for them. */
static void take_interrupting(const struct core *core, const struct rep *rep, struct lead **best, struct lead_rank *best_rank)
{
    const struct bitset *can_serve = &rep->supply->can_serve, *waiting = &core->classes.demand_waiting;
    for (uint32_t i = 0; i < core->classes.demand_count; i++) {
        const struct demand_class *demand = core->classes.demand[i];
        if (!demand || !bitset_test(waiting, i) || !bitset_test(can_serve, i) || demand->of_queue->policy->ranks_pairs ||
            !interrupt_may(core, demand->channel, &demand->needs) || !interrupt_fits(core, rep, demand))
            continue;
        struct lead *lead = match_first_not_excluding(core, demand, rep);
        if (lead)
            take_if_first(core, lead, best, best_rank);
    }
}

static struct lead *best_with_room(const struct core *core, const struct rep *rep, struct lead_rank *best_rank);

struct lead *match_best_lead(const struct core *core, const struct rep *rep)
{
    struct lead_rank rank = {0};
    struct lead *best = rep->is_ready ? best_with_room(core, rep, &rank) : NULL;
    if (rep->reserve > 0 && rep->configured)
        take_interrupting(core, rep, &best, &rank);
    return best;
}

static struct lead *best_with_room(const struct core *core, const struct rep *rep, struct lead_rank *rank_out)
{
    const struct bitset *can_serve = &rep->supply->can_serve, *waiting = &core->classes.demand_waiting;
    const struct bitset *ranking = &core->classes.demand_ranks_pairs;
    uint32_t words = can_serve->word_count < waiting->word_count ? can_serve->word_count : waiting->word_count;
    uint32_t room = rep->rank.capacity - rep->rank.load;
    struct lead *best = rep->preferred.count > 0 ? preferred_lead(core, rep, room) : NULL;
    struct lead_rank best_rank = best ? rank_now(core, best) : (struct lead_rank){0};
    bool weighs = core->queues.weighs != NULL;

    for (uint32_t w = 0; w < words; w++) {
        uint64_t others = w < ranking->word_count ? ~ranking->words[w] : UINT64_MAX;
        for (uint64_t bits = can_serve->words[w] & waiting->words[w] & others; bits != 0; bits &= bits - 1) {
            uint32_t index = w * 64 + (uint32_t)__builtin_ctzll(bits);
            if (!weighs && best && lead_rank_compare(&core->classes.demand_first[index], &best_rank) > 0)
                continue;
            const struct demand_class *demand = core->classes.demand[index];
            if (weighs && best) {
                struct lead_rank first = urgency_first(core, demand);
                if (lead_rank_compare(&first, &best_rank) > 0)
                    continue;
            }
            if (core_channel(core, demand->channel)->weight > room)
                continue;
            struct lead *lead = match_first_not_excluding(core, demand, rep);
            if (lead)
                take_if_first(core, lead, &best, &best_rank);
        }
    }
    *rank_out = best_rank;
    return best;
}

static struct lead *lead_at(struct avl_node *node)
{
    return node ? AVL_ENTRY(node, struct lead, order) : NULL;
}

/* Skips exactly the leads that this rep declined: at most EXCLUSIONS_PER_REP_MAX. */
struct lead *match_first_not_excluding(const struct core *core, const struct demand_class *demand, const struct rep *rep)
{
    bool capped = demand->by_age.count > 0;
    for (struct lead *lead = capped ? urgency_next(core, demand, NULL) : lead_at(avl_first(&demand->waiting)); lead;
         lead = capped ? urgency_next(core, demand, lead) : lead_at(avl_next(&lead->order))) {
        if (lead->exclusion_count == 0 || !lead_excludes(lead, rep->number))
            return lead;
    }
    return NULL;
}

/* How many get the lead at once. */
static uint32_t fan_out(const struct lead *lead)
{
    const struct queue *queue = lead->demand->of_queue;
    uint32_t own = lead->extra ? lead->extra->offer_to : 0;
    if (lead_is_preferring(lead) || queue->policy->uses_shares)
        return 1;
    return own > queue->offer_to ? own : queue->offer_to;
}

static void decide(struct core *core, struct lead *lead, const struct rep *rep, uint32_t offer_number, uint32_t able, uint32_t place, enum core_cause cause)
{
    const struct queue *queue = lead->demand->of_queue;
    const struct policy *policy = queue->policy;
    history_note_decision(core, lead->id, offer_number, rep->number);
    rep_today_count(core, rep->number, CAUSE_OFFERED);
    struct decision *decision = decision_place(core, lead, place != 0);
    if (!decision)
        return;
    *decision = (struct decision){
        .at_ms = core->now_ms, .history_seq = core->history.reps_next, .rep = rep->number, .offer_number = offer_number,
        .config_version = core->config_version, .able = (uint16_t)able, .load = (uint16_t)rep->rank.load,
        .capacity = (uint16_t)rep->rank.capacity, .idle_since_ms = rep->rank.idle_since_ms, .cause = (uint8_t)cause, .demand_hash = lead->demand->hash,
        .refusals = decision_refusals(lead, offer_number) | place << DECISION_PLACE_SHIFT |
                    (opening_is_backlog(&lead->demand->needs) ? DECISION_BACKLOG : 0),
        .ledger_total = core->fair_share.total,
        .standing = policy->takes_turns ? (int32_t)queue->turn : policy->uses_shares ? fair_share_owed(&core->fair_share, rep) : 0};
}

static void offer(struct core *core, struct lead *lead, struct rep *rep, uint32_t able, enum core_cause cause)
{
    const struct config_channel *channel = core_channel(core, lead->demand->channel);
    struct queue *queue = lead->demand->of_queue;
    const struct policy *policy = queue->policy;
    uint32_t offers = fan_out(lead);
    assert(rep->rank.load + channel->weight <= rep->rank.capacity || interrupt_fits(core, rep, lead->demand));

    if (lead_is_preferring(lead))
        cause = CAUSE_PREFERRED;
    lead->offer_number = lead_next_offer_number(lead);
    lead->offers_made = (uint8_t)(lead->offers_made + 1);
    lead->weight = (uint16_t)channel->weight;
    decide(core, lead, rep, lead->offer_number, able, 0, cause);
    lead->charged = policy->uses_shares ? lead->weight : 0;
    lead_move(core, lead, &(struct lead_change){.to = LEAD_OFFERED, .cause = CAUSE_OFFERED, .rep = rep->number,
                                                .deadline_ms = deadline_after(core, channel->offer_timeout_ms)});
    core->totals.offered++;
    tell_offer(core, lead, rep, false);
    if (lead->charged > 0)
        fair_share_charge(core, rep, lead->charged);
    if (policy->takes_turns)
        queue_set_turn(core, queue, rep);
    for (uint32_t place = 1; place < offers && offer_to_another(core, lead, place, cause); place++)
        continue;
}

/* To the next best of those who are not offered it yet. False: there is nobody. */
static bool offer_to_another(struct core *core, struct lead *lead, uint32_t place, enum core_cause cause)
{
    uint32_t able, offer_number = lead_next_offer_number(lead);
    struct queue *queue = lead->demand->of_queue;
    struct rep *rep = match_best_rep(core, lead, &able);
    if (!rep)
        return false;
    decide(core, lead, rep, offer_number, able, place, cause);
    broadcast_add(core, lead, rep, offer_number);
    core->totals.offered++;
    tell_offer(core, lead, rep, false);
    if (queue->policy->takes_turns)
        queue_set_turn(core, queue, rep);
    return true;
}
