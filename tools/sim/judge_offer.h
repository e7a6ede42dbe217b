/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_offer - who may take what, and who comes first: the judge's own idea.
 */
#ifndef JUDGE_OFFER_H
#define JUDGE_OFFER_H

#include "sim_judge.h"

enum judge_may { MAY_NOT, MAY, MAY_SOON };   /* SOON: a refusal's time ended since the step before, or the lead asks for less in this very step */

enum judge_may judge_may_take(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead, uint32_t load, uint64_t now_ms);
/* The lead is counted with its rep already. */
void judge_check_offer(struct sim_judge *judge, const struct judge_lead *lead, uint64_t now_ms);
/* A contact joined a lead that is offered: the offer is what the lead is now. */
void judge_check_renewed(struct sim_judge *judge, const struct judge_lead *lead);

/* The rep is offered the lead beside others, and counted with it already. */
void judge_check_other_offer(struct sim_judge *judge, const struct judge_lead *lead, uint32_t rep, uint64_t now_ms);

#endif
