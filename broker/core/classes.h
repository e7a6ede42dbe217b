/* SPDX-License-Identifier: Apache-2.0
 *
 * classes - who can serve what, as rows of bits. Inside broker/core only.
 */
#ifndef CLASSES_H
#define CLASSES_H

#include "avl_tree.h"
#include "bitset.h"
#include "chunk_pool.h"
#include "index_table.h"
#include "lead_table.h"
#include "needs.h"
#include "policy.h"
#include "queues.h"
#include "rep_table.h"
#include "supply_places.h"

enum {
    CLASSES_MAX = SUPPLY_PLACE_NONE,
    IDLE_DEMAND_MAX = 2048    /* a bit for each class of reps: 8 MB with as many of them as there can be */
};

struct ended_needs;
struct ready_words;

struct demand_class {
    uint32_t index, hash;
    uint32_t queue;                        /* names */
    struct queue *of_queue;
    uint8_t channel;
    bool is_kept;                          /* a rule refers to it, with or without leads */
    struct needs needs;
    struct avl_tree waiting;               /* leads, most urgent first */
    struct avl_tree by_age;                /* the same, longest waiting first, where the queue has an age cap */
    struct bitset able;                    /* supply classes that can serve it */
    uint64_t able_words[SUPPLY_WORDS_MAX / 64];   /* of their words those that are not empty: a bit each */
    uint32_t lead_count;                   /* all open leads of the class */
    bool is_idle;                          /* in classes.idle_oldest to idle_newest, by these two */
    struct demand_class *idle_before, *idle_after;
    struct ended_needs *ended_needs;       /* history.h; NULL: none of its leads has ended */
};

struct supply_class {
    /* First what changes with the load of its reps, and what every lead looks at. */
    uint32_t index;
    uint32_t ready_count;
    uint32_t counted_count;                /* of them, those in demand_ready_count of the classes that it can serve */
    uint32_t capacity;
    uint32_t rep_count, configured_count;  /* the latter: of the rules in force */
    struct bitset can_serve;               /* demand classes */
    struct avl_tree ready[POLICIES_MAX];   /* reps, in the order of each policy in use */

    uint32_t hash;
    uint32_t team;                         /* names */
    bool has_device, is_outsourced;
    bool is_device_taken;                  /* it does not ring now: device.h */
    bool is_kept;                          /* from the backlog of an opening */
    uint32_t full_sources[CONFIG_CAP_SOURCES_MAX], full_source_count;   /* names: its reps may have no more of them today */
    uint8_t levels[CONFIG_SKILLS_MAX];
    struct rep_rates *rates;               /* NULL: none of their own */
};

/* All that a policy with first_key compares. */
struct first_key { uint64_t idle_since_ms; uint32_t first, number; };
#define FIRST_KEY_LAST ((struct first_key){UINT64_MAX, UINT32_MAX, UINT32_MAX})   /* behind everybody's */
/* Without branches: which of them decides is as good as random. */
static inline bool first_key_is_before(const struct first_key *a, const struct first_key *b)
{
    unsigned before = (a->idle_since_ms < b->idle_since_ms) | ((a->idle_since_ms == b->idle_since_ms) & (a->number < b->number));
    return (a->first < b->first) | ((a->first == b->first) & before);
}

struct lead_rank { int64_t urgency; uint64_t since_ms, number; };   /* most urgent, then since longest, then lowest */

struct classes {
    struct queues *queues;                 /* borrowed */
    uint32_t orders[POLICIES_MAX], order_count;   /* numbers of the policies in use */
    struct demand_class **demand;          /* NULL: free index */
    struct supply_class **supply;
    struct chunk_pool supply_memory;       /* of them */
    uint32_t demand_count, supply_count;   /* highest index + 1 */
    /* Classes that no rule made for all its leads, whose last lead has ended: the next such lead finds its class made. */
    struct demand_class *idle_oldest, *idle_newest;
    uint32_t idle_count;
    struct index_table demand_index, supply_index;
    struct supply_places supply_places;
    struct bitset demand_waiting;          /* classes with waiting leads */
    struct bitset demand_ranks_pairs;      /* classes of queues that do; no words while there are none */
    struct bitset supply_ready;            /* classes with ready reps */
    /* The first of each class side by side, so that comparing many classes walks one array. */
    struct lead_rank *demand_first;
    struct policy_rep *supply_first[POLICIES_MAX];   /* NULL: never in use */
    struct first_key *supply_first_key[POLICIES_MAX];   /* the same, where policy.first_key is */
    struct ready_words *supply_words[POLICIES_MAX];     /* the same again */
    uint32_t *demand_ready_count;          /* ready reps who can serve the class */
    uint8_t *supply_levels[CONFIG_SKILLS_MAX];       /* of each class in this skill; NULL: nobody has it */
};

lw_status classes_init(struct classes *classes, struct queues *queues);
void classes_fini(struct classes *classes);
/* Finds or makes. NULL without memory. */
struct demand_class *classes_demand(struct classes *classes, uint32_t queue, uint8_t channel, const struct needs *needs);
struct supply_class *classes_supply(struct classes *classes, const struct rep *rep);
/* Which policies queues use from now on. No rep may be ready. */
void classes_set_orders(struct classes *classes);
/* Whether the queue's leads are offered has changed. */
void classes_set_rows(struct classes *classes, const struct queue *queue);
/* The class's reps are offered such leads: they can serve them, and the queue's are not for reps to pull. */
bool supply_is_offered(const struct supply_class *supply, const struct demand_class *demand);
/* How many of the lead's preferences the class's reps meet. */
uint32_t classes_preferred(const struct classes *classes, const struct demand_class *demand, uint32_t supply);
/* The level of the class's reps in the skill. */
static inline uint32_t classes_level(const struct classes *classes, uint32_t skill, uint32_t supply)
{
    const uint8_t *of_skill = classes->supply_levels[skill];
    return of_skill ? of_skill[supply] : 0;
}
/* Levels of the class's reps in what the lead asks for, added up: what policy_rep.levels is made of. */
uint32_t classes_levels(const struct classes *classes, const struct demand_class *demand, uint32_t supply);
/* The waiting leads of the queue's classes stand in the order of its policy, which may have changed. */
void classes_reorder(struct classes *classes, const struct queue *queue);
/* Only where the policy has first_key. */
struct first_key first_key_of(const struct policy *policy, const struct policy_rep *rank);
/* One more open lead of the class, or one fewer. With the last the class stays, unless there are more idle ones than IDLE_DEMAND_MAX:
 * then the one that is idle the longest goes. */
void classes_enter(struct classes *classes, struct demand_class *demand);
void classes_leave(struct classes *classes, struct demand_class *demand);
/* A rule refers to it from now on: it stays without leads, until other rules come. */
void classes_keep(struct classes *classes, struct demand_class *demand);
/* Frees the class when nothing refers to it. */
void classes_drop_demand(struct classes *classes, struct demand_class *demand);
void classes_drop_supply(struct classes *classes, struct supply_class *supply);
void demand_class_insert(struct classes *classes, struct lead *lead);
void demand_class_remove(struct classes *classes, struct lead *lead);
/* What a ready rep's order depends on changes between remove and insert; then supply_class_count. */
void supply_class_insert(struct classes *classes, struct rep *rep);
void supply_class_remove(struct classes *classes, struct rep *rep);
/* Brings demand_ready_count up to how many reps of the class are ready. */
void supply_class_count(struct classes *classes, struct supply_class *supply);
/* By standing, then earlier arrival, then lower number: within one queue, and where the desk does not weigh. */
int lead_compare_urgency(const struct lead *a, const struct lead *b);
int lead_rank_compare(const struct lead_rank *a, const struct lead_rank *b);
struct lead_rank lead_rank_of(const struct lead *lead);   /* with the standing for an urgency */
int avl_compare_leads(const struct avl_node *a, const struct avl_node *b);   /* by lead->order */
/* Has what is asked for, whatever caps say. */
bool supply_has_what(const struct supply_class *supply, const struct needs *needs);
bool supply_can_serve(const struct supply_class *supply, const struct demand_class *demand);

#endif
