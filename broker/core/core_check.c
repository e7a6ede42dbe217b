/* SPDX-License-Identifier: Apache-2.0
 *
 * The derived state against the plain one, and a fingerprint of what decides. For tests and the simulator.
 */
#include <stdlib.h>

#include "broadcast.h"
#include "caps.h"
#include "core_internal.h"
#include "device.h"
#include "exclusions.h"
#include "hours.h"
#include "interrupt.h"
#include "lead_extra.h"
#include "lead_record.h"
#include "pairs.h"
#include "people.h"
#include "preferred.h"
#include "ready_words.h"
#include "rep_state.h"
#include "team_limits.h"
#include "touch.h"
#include "unroutable.h"

static const struct siphash_key HASH_KEY = {0x737461, 0x7465};

static void check_lead(const struct core *core, const struct lead *lead);
static void check_rep(const struct core *core, const struct rep *rep, uint32_t load, uint32_t held);
static void check_fair_share(const struct core *core);
static void check_paused(const struct core *core);
static void check_team_limits(const struct core *core);
static void check_classes(const struct core *core);
static void check_matched(struct core *core);

void core_check_invariants(struct core *core)
{
    uint32_t *load = calloc(core->reps.count, sizeof *load), *held = calloc(core->reps.count, sizeof *held);
    uint64_t by_state[LEAD_STATES] = {0};
    uint32_t index = 0;
    assert(load && held);

    for (struct lead *lead; (lead = lead_table_next(&core->leads, &index)) != NULL; index++) {
        check_lead(core, lead);
        by_state[lead->state]++;
        if (lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING || lead->state == LEAD_ASSIGNED) {
            load[lead->rep] += lead->weight;
            held[lead->rep]++;
        }
        for (const struct other_offer *offer = lead->extra ? lead->extra->others : NULL; offer; offer = offer->next) {
            assert(lead->state == LEAD_OFFERED && offer->lead == lead && offer->rep != lead->rep && lead_offer_number(lead, offer->rep) == offer->offer_number);
            assert(offer->offer_number > lead->offer_number && offer->offer_number <= lead->extra->last_offer_number);
            load[offer->rep] += lead->weight;
            held[offer->rep]++;
        }
    }
    assert(memcmp(by_state, core->totals.by_state, sizeof by_state) == 0);
    kept_check(core);
    for (uint32_t i = 1; i < core->reps.count; i++) {
        if (core->reps.reps[i])
            check_rep(core, core->reps.reps[i], load[i], held[i]);
    }
    free(load);
    free(held);
    check_fair_share(core);
    check_team_limits(core);
    check_paused(core);
    check_classes(core);
    check_matched(core);
}

static void check_lead(const struct core *core, const struct lead *lead)
{
    assert(lead->state >= LEAD_WAITING && lead->state < LEAD_STATES && !lead_state_is_end((enum lead_state)lead->state));
    assert(lead_table_find(&core->leads, lead->id) == lead);
    assert(lead->payload && lead->demand);
    assert(timer_wheel_is_set(&lead->timer));   /* no state without a deadline */
    assert(lead->timer.deadline_ms <= lead->deadline_ms);
    assert(!lead->in_match);
    assert(lead->exclusion_count <= EXCLUSIONS_PER_LEAD_MAX);
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        const struct rep *rep = core->reps.reps[lead->exclusions[i].rep];
        bool found = false;
        for (uint32_t k = 0; k < rep->excluded_count; k++)
            found |= desk_id_equal(rep->excluded[k].lead, lead->id);
        assert(found);
    }
    bool held = lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING || lead->state == LEAD_ASSIGNED;
    assert(held == (lead->rep != 0));
    person_check(core, lead);
    assert(lead->demand->needs.rings == (lead->demand->channel == LW_CHANNEL_PHONE && !(lead->extra && lead->extra->is_call_back)));
    if (lead->state == LEAD_ASSIGNED)
        assert(lead->timer.deadline_ms <= touch_next_ms(lead));
    else
        assert(touch_next_ms(lead) == UINT64_MAX);
    if (lead_is_preferring(lead)) {
        assert(lead->timer.deadline_ms <= lead->extra->preferred_until_ms);
        assert(core->reps.reps[lead->extra->preferred_rep]->configured);
        assert(avl_contains(&lead->extra->everywhere));
    }
}

static void check_rep(const struct core *core, const struct rep *rep, uint32_t load, uint32_t held)
{
    assert(rep->rank.load == load && rep->held_count == held);
    assert(!rep->configured || rep->is_closed == !hours_are_open(core, rep->team));
    assert(rep->is_ready == (rep->supply && rep_is_ready(rep)));
    for (uint32_t i = 0; i < core->classes.order_count; i++)
        assert(rep->is_ready == avl_contains(&rep->ready[core->classes.orders[i]].node));
    assert(!rep->in_match);
    assert(rep->connected == (rep->session != 0));
    assert(rep->session == 0 || rep_table_by_session(&core->reps, rep->session) == rep);
    if (rep->state == REP_WRAP_UP || (!rep->connected && rep->state != REP_OFFLINE))
        assert(timer_wheel_is_set(&rep->timer));
    for (uint32_t i = 0; i < rep->excluded_count; i++) {
        const struct lead *lead = lead_table_find(&core->leads, rep->excluded[i].lead);
        assert(lead && lead_excludes(lead, rep->number));
    }
    uint32_t offered = 0;
    for (const struct lead *lead = rep->held_first; lead; lead = lead->held.next)
        offered += lead->state != LEAD_ASSIGNED;
    for (const struct other_offer *offer = rep->other_offers; offer; offer = offer->rep_next)
        offered++;
    assert(!rep->caps || (rep->configured && rep->caps->offered == offered));
    assert(!rep->caps || rep->caps->free_ms == 0 || (timer_wheel_is_set(&rep->timer) && rep->timer.deadline_ms <= rep->caps->free_ms));
    assert(device_is_taken(rep) == (rep->device_until_ms != 0));
    assert(!device_is_taken(rep) || (timer_wheel_is_set(&rep->timer) && rep->timer.deadline_ms <= rep->device_until_ms));
    if (rep->supply) {
        assert(rep->supply->is_device_taken == device_is_taken(rep));
        assert(rep->supply->capacity == rep->rank.capacity && rep->supply->team == rep->team && rep->supply->is_kept == rep->is_kept);
        assert(memcmp(rep->supply->levels, rep->levels, sizeof rep->levels) == 0 && pairs_same_rates(rep->supply->rates, rep->rates));
        uint32_t full_sources[CONFIG_CAP_SOURCES_MAX];
        assert(caps_full_sources(rep, full_sources) == rep->supply->full_source_count);
    }
}

static void check_paused(const struct core *core)
{
    struct core_paused_view views[CORE_PAUSED_MAX];
    assert(core_paused_read(core, views) == core->paused.count);
}

static void check_team_limits(const struct core *core)
{
    for (uint32_t i = 0; i < core->team_limit_count; i++) {
        const struct team_limit *limit = &core->team_limits[i];
        uint32_t open = 0;
        for (uint32_t k = 0; k < limit->rep_count; k++) {
            assert(limit->reps[k]->limit == limit && limit->reps[k]->team == limit->team);
            for (const struct lead *lead = limit->reps[k]->held_first; lead; lead = lead->held.next)
                open += lead->state != LEAD_ASSIGNED;
            for (const struct other_offer *offer = limit->reps[k]->other_offers; offer; offer = offer->rep_next)
                open++;
        }
        assert(limit->open == open && limit->index == i && timer_wheel_is_set(&limit->timer));
    }
}

static void check_fair_share(const struct core *core)
{
    nobody_check(core);
    opening_check(core);
    const struct fair_share *ledger = &core->fair_share;
    int64_t shares = 0;
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        if (!rep)
            continue;
        assert(rep->is_present == (rep->configured && (rep->state == REP_AVAILABLE || rep->state == REP_WRAP_UP)));
        assert(rep->is_present == avl_contains(&rep->start));
        shares += rep->is_present ? rep->rank.share : 0;
        bool is_ahead = rep->is_present && rep->rank.account * ledger->shares >= (ledger->total + POLICY_LEAD) * rep->rank.share;
        assert(rep->rank.is_ahead == is_ahead);
    }
    assert(ledger->shares == shares);
}

/* What is kept so that a search need not look at every class. */
static void check_search(const struct classes *classes, const struct demand_class *demand)
{
    uint64_t words[SUPPLY_WORDS_MAX / 64] = {0};
    uint32_t ready = 0;
    for (uint32_t w = 0; w < demand->able.word_count; w++) {
        words[w / 64] |= (uint64_t)(demand->able.words[w] != 0) << (w % 64);
        for (uint64_t bits = demand->able.words[w]; bits != 0; bits &= bits - 1)
            ready += classes->supply[w * 64 + (uint32_t)__builtin_ctzll(bits)]->ready_count;
    }
    assert(classes->demand_ready_count[demand->index] == ready);
    assert(memcmp(demand->able_words, words, sizeof words) == 0);
}

static void check_classes(const struct core *core)
{
    const struct classes *classes = &core->classes;
    uint32_t idle = 0;
    for (uint32_t d = 0; d < classes->demand_count; d++) {
        const struct demand_class *demand = classes->demand[d];
        assert(bitset_test(&classes->demand_waiting, d) == (demand && demand->waiting.count > 0));
        assert(bitset_test(&classes->demand_ranks_pairs, d) == (demand && demand->of_queue->policy->ranks_pairs));
        if (demand)
            check_search(classes, demand);
        assert(!demand || !demand->is_idle || (demand->lead_count == 0 && !demand->is_kept));
        idle += demand && demand->is_idle;
        for (const struct avl_node *node = demand ? avl_first(&demand->waiting) : NULL; node && avl_next(node); node = avl_next(node))
            assert(demand->waiting.compare(node, avl_next(node)) < 0);
        for (uint32_t s = 0; s < classes->supply_count; s++) {
            const struct supply_class *supply = classes->supply[s];
            bool can = demand && supply && supply_is_offered(supply, demand);
            assert(!demand || bitset_test(&demand->able, s) == can);
            assert(!supply || bitset_test(&supply->can_serve, d) == can);
        }
    }
    assert(classes->idle_count == idle && idle <= IDLE_DEMAND_MAX);
    for (uint32_t i = 0; i < classes->order_count; i++) {
        uint32_t order = classes->orders[i];
        if (policy_at(order)->first_key)
            ready_words_check(classes->supply_words[order], &classes->supply_ready, classes->supply_first_key[order]);
    }
    for (uint32_t s = 0; s < classes->supply_count; s++) {
        const struct supply_class *supply = classes->supply[s];
        assert(bitset_test(&classes->supply_ready, s) == (supply && supply->ready_count > 0));
        for (uint32_t i = 0; supply && i < classes->order_count; i++) {
            const struct avl_tree *ready = &supply->ready[classes->orders[i]];
            uint32_t most = 0;
            assert(ready->count == supply->ready_count);
            for (const struct avl_node *node = avl_first(ready); node; node = avl_next(node)) {
                const struct policy_rep *rank = &AVL_ENTRY(node, struct ready_place, node)->rep->rank;
                most = rank->capacity - rank->load > most ? rank->capacity - rank->load : most;
            }
            assert(!ready->summarize || !ready->root || AVL_ENTRY(ready->root, struct ready_place, node)->room_max == most);
        }
    }
}

/* After a step no waiting lead and ready rep are left that fit: found by looking at every pair. */
static void check_matched(struct core *core)
{
    uint32_t index = 0;
    if (!core->config || core->match_everything)
        return;
    for (struct lead *lead; (lead = lead_table_next(&core->leads, &index)) != NULL; index++) {
        if (lead->state != LEAD_WAITING)
            continue;
        assert(lead_is_preferring(lead) || !lead_is_unroutable(core, lead));
        uint32_t weight = core_channel(core, lead->demand->channel)->weight;
        for (uint32_t i = 1; i < core->reps.count; i++) {
            const struct rep *rep = core->reps.reps[i];
            bool fits = rep && rep->supply && rep_is_ready(rep) && rep->rank.capacity - rep->rank.load >= weight &&
                        !lead_excludes(lead, rep->number);
            if (fits && lead_is_preferring(lead))
                fits = i == lead->extra->preferred_rep && !(lead->demand->needs.rings && !device_can_ring(rep)) &&
                       !caps_source_is_full(rep, lead->source);
            else if (!lead_is_preferring(lead) && rep && rep->supply && !lead_excludes(lead, rep->number))
                fits = (fits || (interrupt_may(core, lead->demand->channel, &lead->demand->needs) && !lead->demand->of_queue->policy->ranks_pairs &&
                                 interrupt_fits(core, rep, lead->demand))) && supply_is_offered(rep->supply, lead->demand);
            assert(!fits);
        }
    }
}

/* Order-free: each record hashed on its own, sums added. Revisions count writes, of which a restart needs its own; they decide nothing. */
uint64_t core_state_hash(struct core *core)
{
    uint64_t sum = core->next_number * 31 + core->config_version + core->fair_share.given + (uint64_t)core->fair_share.total * 7 +
                   core->nobody.kind * 11 + core->nobody.told * 13 + core->nobody.since_ms * 17 +
                   core->opening.since_ms * 19 + core->opening.until_ms * 23 + core->opening.open * 29;
    uint32_t index = 0;
    for (struct lead *lead; (lead = lead_table_next(&core->leads, &index)) != NULL; index++) {
        struct lead_image image;
        lead_image_fill(core, lead, true, &image);
        image.revision = image.created_revision = 0;
        for (uint32_t i = 0; i < image.contact_count; i++)
            image.contacts[i].serial = 0;
        byte_buffer_clear(&core->record);
        record_put_lead(&core->record, &image);
        sum += siphash_64(HASH_KEY, core->record.data, core->record.size);
    }
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        struct rep_image image;
        if (!rep)
            continue;
        rep_image_fill(core, rep, &image);
        image.revision = 0;
        byte_buffer_clear(&core->record);
        record_put_rep(&core->record, &image);
        byte_buffer_put_varint(&core->record, rep->rank.load);
        sum += siphash_64(HASH_KEY, core->record.data, core->record.size);
    }
    for (uint32_t i = 0; i < core->names.count; i++) {
        const struct queue *queue = queues_find(&core->queues, i);
        struct core_text name = names_view(&core->names, i);
        if (queue)
            sum += siphash_64(HASH_KEY, name.data, name.size) * queue->turn;
    }
    for (const struct avl_node *node = avl_first(&core->kept.by_number); node; node = avl_next(node)) {
        const struct kept_lead *kept = AVL_ENTRY(node, struct kept_lead, by_number);
        kept_put_content(&core->record, kept);
        byte_buffer_put_varint(&core->record, kept->counted);
        sum += siphash_64(HASH_KEY, core->record.data, core->record.size);
    }
    for (uint32_t i = 0; i < core->team_limit_count; i++) {
        const struct team_limit *limit = &core->team_limits[i];
        struct core_text name = names_view(&core->names, limit->team);
        const uint64_t parts[] = {siphash_64(HASH_KEY, name.data, name.size), limit->counted, limit->taken_in, limit->counted_ms, limit->open};
        sum += siphash_64(HASH_KEY, parts, sizeof parts);
    }
    struct paused_image paused;
    for (uint32_t i = 0; i < CORE_PAUSED_MAX; i++) {
        if (!paused_source_image_fill(core, i, &paused))
            continue;
        paused.revision = 0;
        byte_buffer_clear(&core->record);
        record_put_paused(&core->record, &paused);
        sum += siphash_64(HASH_KEY, core->record.data, core->record.size);
    }
    for (const struct avl_node *node = avl_first(&core->known.by_serial); node; node = avl_next(node)) {
        const struct known_key *known = AVL_ENTRY(node, struct known_key, by_serial);
        struct core_text bought = names_view(&core->names, known->bought - 1);
        const uint64_t parts[] = {known->key.lo, known->key.hi, known->lead.number, known->rep, known->at_ms,
                                  known->bought != 0 ? siphash_64(HASH_KEY, bought.data, bought.size) : 0};
        if (core->now_ms - known->at_ms <= CONFIG_WINDOW_MAX_MS)   /* others are never found */
            sum += siphash_64(HASH_KEY, parts, sizeof parts);
    }
    for (const struct avl_node *node = avl_first(&core->stops.by_serial); node; node = avl_next(node)) {
        const struct known_key *stop = AVL_ENTRY(node, struct known_key, by_serial);
        const uint64_t parts[] = {stop->key.lo, stop->key.hi, stop->at_ms, stop->is_taken_back,
                                  stop->words ? siphash_64(HASH_KEY, stop->words, stop->words_size) : 0};
        sum += siphash_64(HASH_KEY, parts, sizeof parts);
    }
    for (uint64_t position = core->seen.first; position < core->seen.next; position++) {
        const struct seen_entry *entry = seen_at(&core->seen, position);
        const uint64_t parts[] = {entry->key.lo, entry->key.hi, entry->lead.number, entry->content_hash, entry->at_ms, entry->kind, entry->end};
        sum += siphash_64(HASH_KEY, parts, sizeof parts);
    }
    return sum;
}
