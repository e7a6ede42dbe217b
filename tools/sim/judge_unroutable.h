/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_unroutable - whether a lead waits for nothing: nobody in the rules could ever take it.
 */
#ifndef JUDGE_UNROUTABLE_H
#define JUDGE_UNROUTABLE_H

#include "sim_judge.h"

/* It waits for everybody, and nobody could ever take it. */
bool judge_should_be_parked(const struct core_config *rules, const struct judge_lead *lead);
/* It is parked because nobody could, and somebody could. */
bool judge_should_not_be_parked(const struct core_config *rules, const struct judge_lead *lead);

#endif
