/* SPDX-License-Identifier: Apache-2.0
 *
 * Demand classes (leads with the same requirements) and supply classes (reps
 * with the same skills, device and capacity), and who can serve whom as two
 * rows of bits, one the transpose of the other. A match looks at words of bits
 * and at the first of each tree, never at every rep or lead.
 */
#include <stdlib.h>

#include "caps.h"
#include "core_internal.h"
#include "device.h"
#include "lead_extra.h"
#include "needs.h"
#include "opening.h"
#include "pairs.h"
#include "ready_order.h"
#include "ready_words.h"
#include "urgency.h"

static const struct siphash_key CLASS_KEY = {0x64656d616e64, 0x737570706c79};

static int compare_reps(const struct avl_node *a, const struct avl_node *b);
static int compare_age(const struct avl_node *a, const struct avl_node *b);
static avl_compare *order_of(const struct queue *queue);
static void note_ranking(struct classes *classes, const struct demand_class *demand);
static void idle_remove(struct classes *classes, struct demand_class *demand);
static bool note_levels(struct classes *classes, const struct supply_class *supply);
static bool keep_rates(struct supply_class *supply, const struct rep_rates *rates);
/* An explanation knows by it whether a lead still asks for the same: that is so when the desk has opened. */
static uint32_t demand_hash(uint32_t queue, uint8_t channel, const struct needs *needs);
static uint32_t skills_hash(const struct rep *rep);
static uint32_t supply_hash(const struct rep *rep, bool has_device, const uint32_t full_sources[CONFIG_CAP_SOURCES_MAX]);
static bool demand_is(const struct demand_class *demand, uint32_t queue, uint8_t channel, const struct needs *needs);
static void set_able(struct demand_class *demand, uint32_t supply, bool is_able);
static void set_row(struct classes *classes, struct demand_class *demand, struct supply_class *supply);

lw_status classes_init(struct classes *classes, struct queues *queues)
{
    *classes = (struct classes){.queues = queues};
    chunk_pool_init(&classes->supply_memory, sizeof(struct supply_class));
    classes->demand = calloc(CLASSES_MAX, sizeof *classes->demand);
    classes->supply = calloc(CLASSES_MAX, sizeof *classes->supply);
    classes->demand_first = calloc(CLASSES_MAX, sizeof *classes->demand_first);
    classes->demand_ready_count = calloc(CLASSES_MAX, sizeof *classes->demand_ready_count);
    if (classes->demand && classes->supply && classes->demand_first && classes->demand_ready_count &&
        index_table_init(&classes->demand_index, CLASSES_MAX) == LW_OK &&
        index_table_init(&classes->supply_index, CLASSES_MAX) == LW_OK)
        return LW_OK;
    classes_fini(classes);
    return LW_NO_MEMORY;
}

void classes_fini(struct classes *classes)
{
    for (uint32_t i = 0; i < classes->demand_count; i++) {
        if (classes->demand[i]) {
            bitset_fini(&classes->demand[i]->able);
            history_forget_class(classes->demand[i]);
        }
        free(classes->demand[i]);
    }
    for (uint32_t i = 0; i < classes->supply_count; i++) {
        if (classes->supply[i]) {
            bitset_fini(&classes->supply[i]->can_serve);
            free(classes->supply[i]->rates);
        }
        chunk_pool_give(&classes->supply_memory, classes->supply[i]);
    }
    free(classes->demand);
    free(classes->supply);
    chunk_pool_fini(&classes->supply_memory);
    free(classes->demand_first);
    for (uint32_t i = 0; i < POLICIES_MAX; i++) {
        free(classes->supply_first[i]);
        free(classes->supply_first_key[i]);
        free(classes->supply_words[i]);
    }
    for (uint32_t i = 0; i < CONFIG_SKILLS_MAX; i++)
        free(classes->supply_levels[i]);
    free(classes->demand_ready_count);
    index_table_fini(&classes->demand_index);
    index_table_fini(&classes->supply_index);
    bitset_fini(&classes->demand_waiting);
    bitset_fini(&classes->demand_ranks_pairs);
    bitset_fini(&classes->supply_ready);
    *classes = (struct classes){0};
}

struct demand_class *classes_demand(struct classes *classes, uint32_t queue, uint8_t channel, const struct needs *needs)
{
    uint32_t hash = demand_hash(queue, channel, needs), index;
    for (uint32_t at = index_table_first(&classes->demand_index, hash); index_table_at(&classes->demand_index, hash, &at, &index);) {
        if (demand_is(classes->demand[index], queue, channel, needs))
            return classes->demand[index];
    }

    for (index = 0; index < classes->demand_count && classes->demand[index]; index++)
        continue;
    struct queue *of_queue = queues_at(classes->queues, queue);
    struct demand_class *demand = of_queue && index < CLASSES_MAX ? calloc(1, sizeof *demand) : NULL;
    if (!demand)
        return NULL;
    *demand = (struct demand_class){.index = index, .hash = hash, .queue = queue, .of_queue = of_queue, .channel = channel, .needs = *needs};
    avl_init(&demand->waiting, order_of(of_queue));
    avl_init(&demand->by_age, compare_age);
    classes->demand[index] = demand;
    if (index == classes->demand_count)
        classes->demand_count++;
    index_table_add(&classes->demand_index, hash, index);
    bitset_reserve(&classes->demand_waiting, index + 1);
    note_ranking(classes, demand);
    classes->demand_ready_count[index] = 0;
    for (uint32_t i = 0; i < classes->supply_count; i++) {
        if (classes->supply[i])
            set_row(classes, demand, classes->supply[i]);
    }
    return demand;
}

struct supply_class *classes_supply(struct classes *classes, const struct rep *rep)
{
    bool has_device = rep->device != NAME_NONE;
    uint32_t full_sources[CONFIG_CAP_SOURCES_MAX] = {0}, full_count = caps_full_sources(rep, full_sources);
    uint32_t hash = supply_hash(rep, has_device, full_sources), index;
    for (uint32_t at = index_table_first(&classes->supply_index, hash); index_table_at(&classes->supply_index, hash, &at, &index);) {
        struct supply_class *found = classes->supply[index];
        if (found->capacity == rep->rank.capacity && found->has_device == has_device && found->is_outsourced == rep->is_outsourced &&
            found->team == rep->team && found->is_kept == rep->is_kept && found->is_device_taken == device_is_taken(rep) &&
            found->full_source_count == full_count && memcmp(found->full_sources, full_sources, sizeof full_sources) == 0 &&
            memcmp(found->levels, rep->levels, sizeof found->levels) == 0 && pairs_same_rates(found->rates, rep->rates))
            return found;
    }

    struct supply_class *supply = chunk_pool_take(&classes->supply_memory);
    index = supply ? supply_places_take(&classes->supply_places, skills_hash(rep)) : SUPPLY_PLACE_NONE;
    if (index == SUPPLY_PLACE_NONE) {
        chunk_pool_give(&classes->supply_memory, supply);
        return NULL;
    }
    *supply = (struct supply_class){.index = index, .hash = hash, .capacity = rep->rank.capacity, .team = rep->team, .has_device = has_device,
                                     .is_outsourced = rep->is_outsourced, .is_kept = rep->is_kept, .is_device_taken = device_is_taken(rep)};
    memcpy(supply->levels, rep->levels, sizeof supply->levels);
    memcpy(supply->full_sources, full_sources, sizeof full_sources);
    supply->full_source_count = full_count;
    if (!note_levels(classes, supply) || !keep_rates(supply, rep->rates)) {
        supply_places_give(&classes->supply_places, index);
        chunk_pool_give(&classes->supply_memory, supply);
        return NULL;
    }
    for (uint32_t i = 0; i < POLICIES_MAX; i++)
        avl_init(&supply->ready[i], compare_reps);
    for (uint32_t i = 0; policy_at(i); i++)
        supply->ready[i].summarize = policy_at(i)->orders_by_load ? NULL : ready_order_note_room;
    classes->supply[index] = supply;
    if (index >= classes->supply_count)
        classes->supply_count = index + 1;
    index_table_add(&classes->supply_index, hash, index);
    bitset_reserve(&classes->supply_ready, index + 1);
    for (uint32_t i = 0; i < classes->demand_count; i++) {
        if (classes->demand[i])
            set_row(classes, classes->demand[i], supply);
    }
    return supply;
}

void classes_set_orders(struct classes *classes)
{
    bool used[POLICIES_MAX] = {false};
    used[policy_number(classes->queues->policy)] = true;
    for (uint32_t i = 0; i < NAMES_MAX; i++) {
        const struct queue *queue = queues_find(classes->queues, i);
        if (queue)
            used[queue->order] = true;
    }
    classes->order_count = 0;
    for (uint32_t i = 0; i < POLICIES_MAX; i++) {
        if (!used[i])
            continue;
        classes->orders[classes->order_count++] = i;
        if (!classes->supply_first[i]) {
            classes->supply_first[i] = calloc(CLASSES_MAX, sizeof **classes->supply_first);
            classes->supply_first_key[i] = calloc(CLASSES_MAX, sizeof **classes->supply_first_key);
            classes->supply_words[i] = malloc(sizeof **classes->supply_words);
        }
        if (!classes->supply_first[i] || !classes->supply_first_key[i] || !classes->supply_words[i])
            abort();   /* a few words per class: part of having rules */
        ready_words_clear(classes->supply_words[i]);
    }
}

void classes_set_rows(struct classes *classes, const struct queue *queue)
{
    for (uint32_t d = 0; d < classes->demand_count; d++) {
        if (!classes->demand[d] || classes->demand[d]->of_queue != queue)
            continue;
        for (uint32_t s = 0; s < classes->supply_count; s++) {
            if (classes->supply[s])
                set_row(classes, classes->demand[d], classes->supply[s]);
        }
    }
}

uint32_t classes_levels(const struct classes *classes, const struct demand_class *demand, uint32_t supply)
{
    uint32_t levels = 0;
    for (uint32_t i = 0; i < demand->needs.require_count; i++)
        levels += classes_level(classes, demand->needs.require[i].skill, supply);
    return levels;
}

uint32_t classes_preferred(const struct classes *classes, const struct demand_class *demand, uint32_t supply)
{
    uint32_t met = 0;
    for (uint32_t i = 0; i < demand->needs.prefer_count; i++)
        met += classes_level(classes, demand->needs.prefer[i].skill, supply) >= demand->needs.prefer[i].level;
    return met;
}

static void idle_remove(struct classes *classes, struct demand_class *demand)
{
    if (!demand->is_idle)
        return;
    *(demand->idle_before ? &demand->idle_before->idle_after : &classes->idle_oldest) = demand->idle_after;
    *(demand->idle_after ? &demand->idle_after->idle_before : &classes->idle_newest) = demand->idle_before;
    demand->idle_before = demand->idle_after = NULL;
    demand->is_idle = false;
    classes->idle_count--;
}

static void idle_add(struct classes *classes, struct demand_class *demand)
{
    demand->is_idle = true;
    demand->idle_before = classes->idle_newest;
    *(classes->idle_newest ? &classes->idle_newest->idle_after : &classes->idle_oldest) = demand;
    classes->idle_newest = demand;
    if (++classes->idle_count > IDLE_DEMAND_MAX)
        classes_drop_demand(classes, classes->idle_oldest);
}

void classes_keep(struct classes *classes, struct demand_class *demand)
{
    idle_remove(classes, demand);
    demand->is_kept = true;
}

void classes_enter(struct classes *classes, struct demand_class *demand)
{
    if (demand->lead_count++ == 0)
        idle_remove(classes, demand);
}

void classes_leave(struct classes *classes, struct demand_class *demand)
{
    assert(demand->lead_count > 0);
    if (--demand->lead_count == 0 && !demand->is_kept)
        idle_add(classes, demand);
}

void classes_drop_demand(struct classes *classes, struct demand_class *demand)
{
    assert(demand->lead_count == 0);
    for (uint32_t i = 0; i < classes->supply_count; i++) {
        if (classes->supply[i])
            bitset_clear(&classes->supply[i]->can_serve, demand->index);
    }
    index_table_remove(&classes->demand_index, demand->hash, demand->index);
    bitset_clear(&classes->demand_ranks_pairs, demand->index);
    idle_remove(classes, demand);
    classes->demand[demand->index] = NULL;
    bitset_fini(&demand->able);
    history_forget_class(demand);
    free(demand);
}

void classes_drop_supply(struct classes *classes, struct supply_class *supply)
{
    assert(supply->rep_count == 0 && supply->counted_count == 0);
    for (uint32_t i = 0; i < classes->demand_count; i++) {
        if (classes->demand[i])
            set_able(classes->demand[i], supply->index, false);
    }
    index_table_remove(&classes->supply_index, supply->hash, supply->index);
    classes->supply[supply->index] = NULL;
    supply_places_give(&classes->supply_places, supply->index);
    bitset_fini(&supply->can_serve);
    free(supply->rates);
    chunk_pool_give(&classes->supply_memory, supply);
}

static void note_first_lead(struct classes *classes, const struct demand_class *demand)
{
    const struct avl_node *first = avl_first(&demand->waiting);
    if (first)
        classes->demand_first[demand->index] = lead_rank_of(AVL_ENTRY(first, struct lead, order));
}

struct first_key first_key_of(const struct policy *policy, const struct policy_rep *rank)
{
    return (struct first_key){.first = policy->first_key(rank), .idle_since_ms = rank->idle_since_ms, .number = rank->number};
}

static void note_first_rep(struct classes *classes, const struct supply_class *supply, uint32_t order)
{
    const struct avl_node *first = avl_first(&supply->ready[order]);
    const struct policy *policy = policy_at(order);
    struct first_key *key = &classes->supply_first_key[order][supply->index];
    uint32_t before = key->number;
    if (first) {
        const struct policy_rep *rank = &AVL_ENTRY(first, struct ready_place, node)->rep->rank;
        classes->supply_first[order][supply->index] = *rank;
        if (policy->first_key)
            *key = first_key_of(policy, rank);
    }
    if (policy->first_key)
        ready_words_note(classes->supply_words[order], supply->index, before, first ? key : NULL);
}

static avl_compare *order_of(const struct queue *queue)
{
    return queue->policy->ranks_pairs ? pairs_compare_waiting : avl_compare_leads;
}

static void note_ranking(struct classes *classes, const struct demand_class *demand)
{
    if (!demand->of_queue->policy->ranks_pairs) {
        bitset_clear(&classes->demand_ranks_pairs, demand->index);
        return;
    }
    bitset_reserve(&classes->demand_ranks_pairs, demand->index + 1);
    bitset_set(&classes->demand_ranks_pairs, demand->index);
}

void classes_reorder(struct classes *classes, const struct queue *queue)
{
    for (uint32_t i = 0; i < classes->demand_count; i++) {
        struct demand_class *demand = classes->demand[i];
        if (!demand || demand->of_queue != queue)
            continue;
        struct avl_tree before = demand->waiting;
        avl_init(&demand->waiting, order_of(queue));
        for (struct avl_node *node; (node = avl_first(&before)) != NULL;) {
            avl_remove(&before, node);
            avl_insert(&demand->waiting, node);
        }
        note_ranking(classes, demand);
        note_first_lead(classes, demand);
    }
}

static bool keep_rates(struct supply_class *supply, const struct rep_rates *rates)
{
    if (!rates)
        return true;
    supply->rates = malloc(sizeof *supply->rates);
    if (!supply->rates)
        return false;
    *supply->rates = *rates;
    return true;
}

/* Its row of what most_skilled compares. False without memory. */
static bool note_levels(struct classes *classes, const struct supply_class *supply)
{
    for (uint32_t i = 0; i < CONFIG_SKILLS_MAX; i++) {
        uint8_t **of_skill = &classes->supply_levels[i];
        if (supply->levels[i] != 0 && !*of_skill)
            *of_skill = calloc(CLASSES_MAX, sizeof **of_skill);
        if (*of_skill)
            (*of_skill)[supply->index] = supply->levels[i];
        else if (supply->levels[i] != 0)
            return false;
    }
    return true;
}

void demand_class_insert(struct classes *classes, struct lead *lead)
{
    lead->order = (struct avl_node){0};
    lead->standing = urgency_standing(lead);
    avl_insert(&lead->demand->waiting, &lead->order);
    urgency_age_insert(lead);
    bitset_set(&classes->demand_waiting, lead->demand->index);
    note_first_lead(classes, lead->demand);
}

void demand_class_remove(struct classes *classes, struct lead *lead)
{
    avl_remove(&lead->demand->waiting, &lead->order);
    urgency_age_remove(lead);
    if (lead->demand->waiting.count == 0)
        bitset_clear(&classes->demand_waiting, lead->demand->index);
    note_first_lead(classes, lead->demand);
}

void supply_class_insert(struct classes *classes, struct rep *rep)
{
    struct supply_class *supply = rep->supply;
    for (uint32_t i = 0; i < classes->order_count; i++) {
        uint32_t order = classes->orders[i];
        rep->ready[order] = (struct ready_place){.rep = rep, .policy = policy_at(order)};
        avl_insert(&supply->ready[order], &rep->ready[order].node);
        note_first_rep(classes, supply, order);
    }
    supply->ready_count++;
    bitset_set(&classes->supply_ready, supply->index);
}

void supply_class_remove(struct classes *classes, struct rep *rep)
{
    struct supply_class *supply = rep->supply;
    for (uint32_t i = 0; i < classes->order_count; i++) {
        uint32_t order = classes->orders[i];
        avl_remove(&supply->ready[order], &rep->ready[order].node);
        note_first_rep(classes, supply, order);
    }
    if (--supply->ready_count == 0)
        bitset_clear(&classes->supply_ready, supply->index);
}

void supply_class_count(struct classes *classes, struct supply_class *supply)
{
    uint32_t more = supply->ready_count - supply->counted_count;   /* or fewer: it wraps as the counts do */
    if (more == 0)
        return;
    supply->counted_count = supply->ready_count;
    for (uint32_t w = 0; w < supply->can_serve.word_count; w++) {
        for (uint64_t bits = supply->can_serve.words[w]; bits != 0; bits &= bits - 1)
            classes->demand_ready_count[w * 64 + (uint32_t)__builtin_ctzll(bits)] += more;
    }
}

struct lead_rank lead_rank_of(const struct lead *lead)
{
    return (struct lead_rank){.urgency = lead->standing, .since_ms = lead->received_ms, .number = lead->id.number};
}

int lead_rank_compare(const struct lead_rank *a, const struct lead_rank *b)
{
    if (a->urgency != b->urgency)
        return a->urgency > b->urgency ? -1 : 1;
    if (a->since_ms != b->since_ms)
        return a->since_ms < b->since_ms ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

int lead_compare_urgency(const struct lead *a, const struct lead *b)
{
    struct lead_rank x = lead_rank_of(a), y = lead_rank_of(b);
    return lead_rank_compare(&x, &y);
}

bool supply_can_serve(const struct supply_class *supply, const struct demand_class *demand)
{
    if ((supply->is_kept && opening_is_backlog(&demand->needs)) || (supply->is_device_taken && demand->needs.rings))
        return false;
    for (uint32_t i = 0; demand->needs.capped_source != 0 && i < supply->full_source_count; i++) {
        if (supply->full_sources[i] + 1 == demand->needs.capped_source)
            return false;
    }
    return supply_has_what(supply, &demand->needs);
}

bool supply_is_offered(const struct supply_class *supply, const struct demand_class *demand)
{
    return !demand->of_queue->is_pulled && supply_can_serve(supply, demand);
}

bool supply_has_what(const struct supply_class *supply, const struct needs *needs)
{
    if ((needs->rings && !supply->has_device) || !needs_allow_team(needs, supply->team, supply->is_outsourced))
        return false;
    for (uint32_t i = 0; i < needs->require_count; i++) {
        if (supply->levels[needs->require[i].skill] < needs->require[i].level)
            return false;
    }
    return true;
}

int avl_compare_leads(const struct avl_node *a, const struct avl_node *b)
{
    return lead_compare_urgency(AVL_ENTRY(a, struct lead, order), AVL_ENTRY(b, struct lead, order));
}

static int compare_age(const struct avl_node *a, const struct avl_node *b)
{
    const struct lead *x = AVL_ENTRY(a, struct lead_extra, by_age)->lead, *y = AVL_ENTRY(b, struct lead_extra, by_age)->lead;
    uint64_t x_ms = urgency_from_ms(x), y_ms = urgency_from_ms(y);
    if (x_ms != y_ms)
        return x_ms < y_ms ? -1 : 1;
    return x->id.number < y->id.number ? -1 : x->id.number > y->id.number;
}

static int compare_reps(const struct avl_node *a, const struct avl_node *b)
{
    const struct ready_place *x = AVL_ENTRY(a, struct ready_place, node), *y = AVL_ENTRY(b, struct ready_place, node);
    return x->policy->compare(&x->rep->rank, &y->rep->rank);
}

static void set_able(struct demand_class *demand, uint32_t supply, bool is_able)
{
    uint32_t word = supply / 64;
    uint64_t bit = UINT64_C(1) << (word % 64);
    if (is_able)
        bitset_set(&demand->able, supply);
    else
        bitset_clear(&demand->able, supply);
    bool is_empty = word >= demand->able.word_count || demand->able.words[word] == 0;
    demand->able_words[word / 64] = is_empty ? demand->able_words[word / 64] & ~bit : demand->able_words[word / 64] | bit;
}

static void set_row(struct classes *classes, struct demand_class *demand, struct supply_class *supply)
{
    bitset_reserve(&demand->able, classes->supply_count);
    bitset_reserve(&supply->can_serve, classes->demand_count);
    if (bitset_test(&demand->able, supply->index))
        classes->demand_ready_count[demand->index] -= supply->counted_count;
    if (supply_is_offered(supply, demand)) {
        classes->demand_ready_count[demand->index] += supply->counted_count;
        set_able(demand, supply->index, true);
        bitset_set(&supply->can_serve, demand->index);
    } else {
        set_able(demand, supply->index, false);
        bitset_clear(&supply->can_serve, demand->index);
    }
}

static bool demand_is(const struct demand_class *demand, uint32_t queue, uint8_t channel, const struct needs *needs)
{
    const struct needs *has = &demand->needs;
    if (demand->queue != queue || demand->channel != channel || has->rings != needs->rings ||
        has->with_own_teams != needs->with_own_teams || has->opening != needs->opening ||
        has->capped_source != needs->capped_source || has->require_count != needs->require_count ||
        has->team_count != needs->team_count || has->prefer_count != needs->prefer_count)
        return false;
    for (uint32_t i = 0; i < needs->require_count; i++) {
        if (has->require[i].skill != needs->require[i].skill || has->require[i].level != needs->require[i].level)
            return false;
    }
    for (uint32_t i = 0; i < needs->prefer_count; i++) {
        if (has->prefer[i].skill != needs->prefer[i].skill || has->prefer[i].level != needs->prefer[i].level)
            return false;
    }
    for (uint32_t i = 0; i < needs->team_count; i++) {
        if (has->teams[i] != needs->teams[i])
            return false;
    }
    return true;
}

static uint32_t demand_hash(uint32_t queue, uint8_t channel, const struct needs *needs)
{
    uint32_t words[3 + CONFIG_REQUIRE_MAX + CONFIG_PREFER_MAX + CONFIG_TEAMS_OF_RULE_MAX] = {queue, channel | (uint32_t)needs->rings << 8 | (uint32_t)needs->with_own_teams << 9,
                                                                                                    needs->capped_source};
    uint32_t count = 3;
    for (uint32_t i = 0; i < needs->require_count; i++)
        words[count++] = (uint32_t)needs->require[i].skill << 8 | needs->require[i].level;
    for (uint32_t i = 0; i < needs->prefer_count; i++)
        words[count++] = (uint32_t)needs->prefer[i].skill << 8 | needs->prefer[i].level;
    for (uint32_t i = 0; i < needs->team_count; i++)
        words[count++] = needs->teams[i];
    return (uint32_t)siphash_64(CLASS_KEY, words, count * sizeof *words);
}

/* Of those that the rep has at all. */
static uint32_t skills_hash(const struct rep *rep)
{
    bool has[CONFIG_SKILLS_MAX];
    for (uint32_t i = 0; i < CONFIG_SKILLS_MAX; i++)
        has[i] = rep->levels[i] != 0;
    return (uint32_t)siphash_64(CLASS_KEY, has, sizeof has);
}

static uint32_t supply_hash(const struct rep *rep, bool has_device, const uint32_t full_sources[CONFIG_CAP_SOURCES_MAX])
{
    uint8_t bytes[CONFIG_SKILLS_MAX + 9 + CONFIG_CAP_SOURCES_MAX * 4];
    memcpy(bytes, rep->levels, CONFIG_SKILLS_MAX);
    memcpy(bytes + CONFIG_SKILLS_MAX, &rep->rank.capacity, 4);
    memcpy(bytes + CONFIG_SKILLS_MAX + 4, &rep->team, 4);
    bytes[CONFIG_SKILLS_MAX + 8] = (uint8_t)(has_device | rep->is_outsourced << 1 | rep->is_kept << 2 | device_is_taken(rep) << 3);
    memcpy(bytes + CONFIG_SKILLS_MAX + 9, full_sources, CONFIG_CAP_SOURCES_MAX * 4);
    uint64_t hash = siphash_64(CLASS_KEY, bytes, sizeof bytes);
    if (rep->rates)
        hash ^= siphash_64(CLASS_KEY, rep->rates->list, rep->rates->count * sizeof *rep->rates->list);
    return (uint32_t)hash;
}
