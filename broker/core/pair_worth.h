/* SPDX-License-Identifier: Apache-2.0
 *
 * pair_worth - what a lead is worth with a rep: value x rate x decay of waiting. Integers only.
 *
 *   value   1 to CONFIG_VALUE_MAX, of the lead
 *   rate    1 to 1000, wins in a thousand leads, of the rep with such leads
 *   decay   halves every half_life_ms of age; half_life_ms 0: never
 *
 * Compared are logarithms to base 2 with PAIR_FRACTION_BITS behind the point: nothing underflows however old a lead is, and
 * with one half-life the order of two leads never changes with time. Threads: none.
 */
#ifndef PAIR_WORTH_H
#define PAIR_WORTH_H

#include <stdint.h>

enum { PAIR_FRACTION_BITS = 27, PAIR_RATE_MAX = 1000 };

/* Rounded down; number >= 1. */
uint32_t pair_log2(uint32_t number);
/* What orders leads of one half-life (above 0, below 2^PAIR_FRACTION_BITS) at any time: higher is worth more. value_log: pair_log2(value). */
int64_t pair_standing(uint64_t received_ms, uint32_t value_log, uint32_t half_life_ms);
/* log2(value x decay) at now_ms; orders two leads of one half-life as their standings do. */
int64_t pair_log_worth(int64_t standing, uint32_t half_life_ms, uint64_t now_ms);
/* Thousandths of value x rate x decay, for people. */
uint32_t pair_worth_thousandths(uint32_t value, uint32_t rate, uint64_t age_ms, uint32_t half_life_ms);

#endif
