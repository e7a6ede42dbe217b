/* SPDX-License-Identifier: Apache-2.0
 *
 * core_explain - why this rep got the lead, and why not the others: from records.
 *
 * Each lead keeps its last CORE_DECISIONS_KEPT decisions (core_limits may say fewer; twice as many once it was offered
 * to several at once: each of these offers is a decision); what every rep was at that
 * moment comes from the history of rep changes. Of a decision older than that history, before
 * a restart or under other rules only the chosen one is told (`complete` false), from its own record. Ended leads are
 * explained as long as their decisions are in the ring of ended leads.
 */
#ifndef CORE_EXPLAIN_H
#define CORE_EXPLAIN_H

#include "core.h"

enum { CORE_DECISIONS_KEPT = 8, CORE_DECISIONS_MAX = 2 * CORE_DECISIONS_KEPT };

struct core_candidate {
    const char *rep;
    const char *excluded_by;     /* first rule in order; "" eligible. see docs/ROUTING.md, "Who can take it" */
    const char *detail;          /* e.g. "italian 3 < 5"; "" */
    const char *keys;            /* what the policy ranked it by: "tier 1; idle 42 s"; "" excluded */
    uint32_t load, capacity;     /* at the decision */
    uint64_t idle_ms;
    uint32_t rank;               /* 1: best; 0: excluded */
    bool chosen;
};

struct core_decision_view {
    uint64_t at_ms;
    uint32_t offer_number;       /* 0: nobody was eligible */
    const char *rep;
    uint32_t config_version;
    const char *policy;          /* "": the rules are others since */
    enum core_cause cause;       /* what asked for the decision */
    uint32_t considered, eligible;
    bool complete;               /* false: of the candidates only the chosen one is on record */
    enum core_cause outcome;     /* CAUSE_NONE: open */
    const char *reason;          /* of a decline; "": none was given, or it is no longer kept */
    const char *urgency;         /* what it was made of; "": the desk does not weigh, or the rules are others since */
};

struct core_explain_visitor {
    void *context;
    void (*lead)(void *context, const struct core_effect *lead, const char *rule,
                 const char *const *require_names, const uint8_t *require_levels, uint32_t require_count,
                 const char *waiting_because);
    void (*decision)(void *context, const struct core_decision_view *decision);
    void (*candidate)(void *context, const struct core_candidate *candidate);   /* of the decision before, best first, then excluded by rep number */
};

/* False: no such lead on record. Calls lead once, then each decision, oldest first, followed by its candidates. */
bool core_explain(struct core *core, struct desk_id lead, const struct core_explain_visitor *visitor);

/* What a manager did with a lead. */
struct core_act_view {
    uint64_t at_ms;
    enum core_cause what;        /* CAUSE_ASSIGNED, CAUSE_HELD... */
    const char *rep;             /* who got it, or lost it; "" */
    const char *by, *reason;
    struct desk_id other;        /* CAUSE_MERGED, CAUSE_PARTED: the other lead; else number 0 */
};

/* The last acts of managers on a lead that core_explain knows, and notes with which reps handed it on, oldest first. */
void core_explain_acts(const struct core *core, struct desk_id lead, void *context, void (*act)(void *context, const struct core_act_view *act));

/* A call to a rep's device. */
struct core_leg_view {
    uint64_t at_ms;
    const char *rep;
    uint32_t offer_number;
    enum core_cause outcome;     /* CAUSE_ANSWERED, CAUSE_NO_ANSWER, CAUSE_DEVICE_BUSY, CAUSE_DIAL_FAILED */
    const char *id;
};

/* How the prospect of a lead that core_explain knows was reached: the last calls, oldest first. Gives the first touch, TOUCH_NONE if
 * there was none, and when it was. */
enum touch_kind core_explain_reach(const struct core *core, struct desk_id lead, void *context,
                                   void (*leg)(void *context, const struct core_leg_view *leg), uint64_t *touched_ms_out);

/* One decision as one rep sees it. */
struct core_rep_decision {
    struct desk_id lead;
    uint64_t at_ms;
    const char *rep;             /* who got it */
    uint32_t offer_number;
    bool is_mine;                /* the rep who is asked about got it */
    bool complete;               /* false: the rest is no longer on record */
    const char *queue, *policy;  /* policy "": the rules are others since */
    uint8_t channel;
    uint32_t config_version;
    enum core_cause outcome;     /* CAUSE_NONE: open */
    const char *excluded_by, *detail;   /* as of a candidate; "" when eligible, or it is theirs */
    const char *decided_by;      /* eligible, but another came first: "load", "idle", "tier"..., "preferred", "order" */
    const char *keys, *chosen_keys;     /* with decided_by: of the rep, and of who got it */
};

/* Leads that wait now, and what keeps this rep from them. */
struct core_rep_waiting { const char *excluded_by, *detail; uint32_t count; };

struct core_explain_rep_visitor {
    void *context;
    void (*decision)(void *context, const struct core_rep_decision *decision);   /* newest first */
    void (*waiting)(void *context, const struct core_rep_waiting *waiting);      /* a row for each reason */
};

enum {
    CORE_REP_DECISIONS_MAX = 500,   /* that one question tells */
    CORE_REP_WAITING_MAX = 32,      /* reasons; what is left is told as "other" */
};

/* How often the rep declined for which reason of the desk's table; borrowed until the next step. */
const struct core_decline_count *core_explain_rep_declines(const struct core *core, struct core_text rep, uint32_t *count_out);

/* Every decision made since since_ms, as this rep sees it; then what waits. *from_ms_out: since when it is told; later
 * than since_ms when more decisions were made than are told or kept. False: no rep of this name is in the rules.
 * Work: at most one walk over the history of rep changes, the ended leads, and the classes that wait. */
bool core_explain_rep(struct core *core, struct core_text rep, uint64_t since_ms, const struct core_explain_rep_visitor *visitor,
                      uint64_t *from_ms_out);

#endif
