/* SPDX-License-Identifier: Apache-2.0
 *
 * pairs - policy best_pair: of all free reps and waiting leads the pair that is worth most, again and again.
 *
 * After each turn no eligible pair is left, so of every new pair one side is new: a noted lead looks for its best rep, a noted
 * rep at the first lead of each class. For that the leads of a class stand by what they are worth, which with one half-life
 * for a queue never changes with time (pair_worth.h). Priority comes before all.
 *
 * What waits in queues of other policies keeps its own order. The best pair's lead and the most urgent of the others
 * are compared as leads always are: priority, age, number.
 */
#ifndef PAIRS_H
#define PAIRS_H

#include "avl_tree.h"
#include "core_config.h"
#include "policy.h"

struct core;
struct lead;
struct rep;
struct classes;
struct demand_class;
struct queue;
struct history_entry;

/* By queue (names), for reps and supply classes. */
struct rep_rates {
    uint32_t count;
    struct { uint32_t queue, rate; } list[CONFIG_RATES_MAX];
};

/* The rep's rates of the rules in force. */
void pairs_take_rates(struct core *core, struct rep *rep, const struct config_rep *wanted);
bool pairs_same_rates(const struct rep_rates *a, const struct rep_rates *b);   /* NULL: none */
/* levels: of require_count abilities, added up. Without a rate of its own a level is worth a hundredth; where nothing is required, five. */
uint32_t pairs_rate(const struct rep_rates *rates, uint32_t queue, uint32_t levels, uint32_t require_count);
uint32_t pairs_class_rate(const struct classes *classes, const struct demand_class *demand, uint32_t supply);
/* 1 unless its rule said more. */
uint32_t lead_value(const struct lead *lead);
/* Only of a new lead: what its rule says it is worth. */
void pairs_value_lead(struct lead *lead, uint32_t value);
/* Thousandths, at at_ms. */
uint32_t pairs_worth(const struct queue *queue, uint32_t value, uint32_t rate, uint64_t received_ms, uint64_t at_ms);
/* Order of a class of such a queue: higher priority, worth more, earlier arrival, lower number. */
int pairs_compare_waiting(const struct avl_node *a, const struct avl_node *b);

/* As match.c's, where some queue ranks pairs. Forgets reps who can take nothing more. */
struct lead *pairs_most_urgent_noted(struct core *core);

/* The best pair of all that wait, kept for each class until its rep or its lead is given away. */
struct pairs_search;
struct pairs_search *pairs_search_new(const struct core *core);   /* never NULL */
void pairs_search_free(struct pairs_search *search);
/* The lead of the best pair; NULL: none is left. */
struct lead *pairs_search_next(struct pairs_search *search);
/* A lead was offered, to whomever. */
void pairs_search_offered(struct pairs_search *search, const struct lead *lead);

#endif
