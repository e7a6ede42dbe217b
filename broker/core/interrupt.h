/* SPDX-License-Identifier: Apache-2.0
 *
 * interrupt - a call may interrupt lighter work. Inside broker/core only.
 *
 * A channel may interrupt others (config_channel.interrupts), and a rep may have a reserve: units beyond the capacity, for that alone.
 * A lead for which the rep has no room may be offered to them when all that they have in hand, or are offered, is of channels that
 * the lead's interrupts, at least one such lead, and the load with it is at most capacity + reserve; alone it must fit the
 * capacity, so that what a rep is offered makes them free for nothing else. A channel that is interrupted
 * interrupts none: so nothing interrupts what interrupted, and never a call a call. A call-back interrupts nobody, as nobody
 * is on the line; nor does what waits for one rep alone, nor a lead of a queue that ranks pairs.
 *
 * Whoever needs no interruption comes before all who do. It costs a look at each rep with a reserve, when nobody has room.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include "core.h"

struct core;
struct demand_class;
struct history_entry;
struct lead;
struct needs;
struct rep;

/* Who has a reserve. After the rules gave each rep theirs. */
void interrupt_link(struct core *core);
void interrupt_fini(struct core *core);

/* Such leads interrupt, for whom they find. */
bool interrupt_may(const struct core *core, uint8_t channel, const struct needs *needs);
/* The rep, who has no room for leads of this class, may be interrupted for one. */
bool interrupt_fits(const struct core *core, const struct rep *rep, const struct demand_class *demand);
/* The best for this lead, for whom nobody has room, by its queue's policy; NULL. *able: adds those who could be interrupted, whether or
 * not the lead excludes them. */
struct rep *interrupt_best_rep(const struct core *core, const struct lead *lead, uint32_t *able);

/* Bits of the channels of what the rep has in hand; 0 for reps without a reserve. */
uint8_t interrupt_held_channels(const struct rep *rep);
/* As interrupt_fits, of what the rep was. */
bool interrupt_fitted(const struct core *core, const struct rep *rep, const struct history_entry *was, uint8_t channel, const struct needs *needs);
/* With this lead the rep has more than fits the capacity: it interrupts what else they have. */
bool interrupt_is(const struct core *core, const struct lead *lead, const struct rep *rep);

#endif
