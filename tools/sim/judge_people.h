/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_people - contacts of one person: that those join which the rules let join, and no others.
 */
#ifndef JUDGE_PEOPLE_H
#define JUDGE_PEOPLE_H

#include "sim_judge.h"

/* The book of the event stream hears that a contact joined the lead; before anything else of the event is written down. */
void judge_take_join(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event);
/* The lead is completed: perhaps its person is a customer from now on. */
void judge_take_won(struct sim_judge *judge, const struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms);
/* Perhaps its person wants to hear no more from now on, or is kept from the reps for it. */
void judge_take_stop(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event);
/* A publication was acknowledged for the first time, as this lead or as a contact of it. */
void judge_take_published(struct sim_judge *judge, const struct judge_publication *publication, struct judge_lead *lead, bool joined,
                          uint64_t now_ms);

#endif
