/* SPDX-License-Identifier: Apache-2.0
 *
 * fair_share - the ledger of policy `weighted`. Inside broker/core only.
 */
#ifndef FAIR_SHARE_H
#define FAIR_SHARE_H

#include "avl_tree.h"
#include "core.h"

struct core;
struct lead;
struct rep;

struct fair_share {
    int64_t total, shares;                 /* T and S, see there */
    uint64_t given;                        /* units of weight ever charged */
    uint64_t revision;                     /* of the last change of the total */
    struct avl_tree by_start;              /* the present, by account over share */
};
void fair_share_init(struct fair_share *ledger);
/* After a rep's state changed, out of the trees of ready reps. Their record is the caller's. */
void fair_share_update(struct core *core, struct rep *rep);
/* After new rules, everybody out of those trees; records whose account changed. */
void fair_share_link(struct core *core);
/* The rep got a lead of this weight. */
void fair_share_charge(struct core *core, struct rep *rep, uint32_t weight);
/* What is charged for the lead to its rep is taken back, as if it had never been given. */
void fair_share_credit(struct core *core, struct lead *lead);
/* The lead leaves its rep, who may have refused it: whether it counts is for the rules to say. */
void fair_share_returned(struct core *core, struct lead *lead, enum core_cause cause);
/* Hundredths of a lead. */
int32_t fair_share_owed(const struct fair_share *ledger, const struct rep *rep);

#endif
