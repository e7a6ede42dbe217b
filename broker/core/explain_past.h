/* SPDX-License-Identifier: Apache-2.0
 *
 * explain_past - what explanations of a lead and of a rep share: what reps were at a
 * decision, which rule excluded them, what they were ranked by. Threads: none.
 */
#ifndef EXPLAIN_PAST_H
#define EXPLAIN_PAST_H

#include "core_internal.h"

struct subject {            /* what both open and ended leads have */
    const struct needs *needs;
    uint8_t channel;
    const struct policy *policy;
    const struct decision *decisions;
    uint32_t decision_count;
    const struct decline_notes *declines;   /* NULL: none */
    uint32_t demand_hash;
    uint32_t queue, value;  /* names */
    uint32_t priority;
    uint64_t received_ms, waits_from_ms, settled_ms;   /* the latter: urgency_from_ms, urgency_settled_ms */
};

struct subject explain_subject_of_lead(const struct lead *lead);
struct subject explain_subject_of_ended(const struct core *core, const struct ended_lead *ended);

struct past_rep { struct history_entry was; uint32_t rank; };   /* by rep number */
struct past_ledger { int64_t total, shares; };

/* Fills in what all reps are now; gives the number of changes so far, from which to rewind. */
uint64_t explain_reps_now(const struct core *core, struct past_rep *reps);
/* From what every rep was when *from changes had happened back to `seq` of them. False, with nothing done, when that is
 * later than *from, or the history does not go back that far. */
LW_MUST_CHECK bool explain_rewind(const struct core *core, uint64_t *from, uint64_t seq, struct past_rep *reps);
/* The rules and what the lead asks for are the same since, and the refusals that counted are of offers whose decisions are
 * kept: else the candidates cannot be told truly. */
bool explain_is_known(const struct core *core, const struct subject *subject, const struct decision *decision);
/* The first rule, in the order in which people ask: there? able? allowed? room? "" is eligible. decision NULL: now. */
const char *explain_excluded_by(const struct core *core, const struct rep *rep, const struct history_entry *was,
                                const struct subject *subject, const struct decision *decision, char *detail, size_t detail_size);
/* The fair share ledger at the decision, when the reps were so. */
struct past_ledger explain_ledger_of(const struct core *core, const struct decision *decision, const struct past_rep *reps);
struct policy_rep explain_rank_of(const struct core *core, const struct history_entry *was, const struct subject *subject,
                                  const struct decision *decision, const struct past_ledger *ledger);
/* The lead itself, to the visitor. rule: a name. */
void explain_tell_lead(struct core *core, const struct core_effect *row, uint32_t rule, const struct needs *needs, const char *because,
                       const struct core_explain_visitor *visitor);
/* Counts, and unless count_only tells, who could have taken it, best first, and who could not, when the reps were so. */
void explain_candidates(struct core *core, const struct decision *decision, struct past_rep *reps, const struct subject *subject,
                        const struct core_explain_visitor *visitor, uint32_t *considered, uint32_t *eligible, bool count_only);

#endif
