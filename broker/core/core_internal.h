/* SPDX-License-Identifier: Apache-2.0
 *
 * core_internal - what the files of broker/core share; nobody else includes it.
 *
 *   command --> cmd_*.c --> lead_state.c / rep_state.c (the only ones that move)
 *                                |  relink: demand_class, supply_class, timers, loads
 *                                '- mark what may now match --> match.c --> offers
 *
 * Every change of a lead goes through lead_move(), of a rep's readiness
 * through rep_update(): they keep the derived sets true and write the records.
 */
#ifndef CORE_INTERNAL_H
#define CORE_INTERNAL_H

#include <assert.h>
#include <string.h>

#include "avl_tree.h"
#include "bitset.h"
#include "byte_buffer.h"
#include "core.h"
#include "core_explain.h"
#include "index_table.h"
#include "policy.h"
#include "record.h"
#include "timer_wheel.h"

enum { LEAD_CHUNK = 1024, SEEN_CHUNK = 16384, NAMES_MAX = 65536, SESSIONS_MAX = 1 << 15, REPS_MAX = 1 << 16, CLASSES_MAX = 1 << 15, ENDED_KEPT = 16384, DECIDED_KEPT = 32768 };

/* ---- names: each text once, by number -------------------------------------- */

struct names {
    char **texts;
    uint32_t *sizes;
    struct index_table index;
    uint32_t count, capacity;
};
#define NAME_NONE UINT32_MAX   /* more than an enumerator may be */
lw_status names_init(struct names *names);
void names_fini(struct names *names);
/* The number of this text, new if needed; NAME_NONE at NAMES_MAX. */
uint32_t names_add(struct names *names, const char *text, size_t size);
uint32_t names_find(const struct names *names, const char *text, size_t size);
static inline const char *names_text(const struct names *names, uint32_t number)
{
    return number < names->count ? names->texts[number] : "";
}
static inline struct core_text names_view(const struct names *names, uint32_t number)
{
    return number < names->count ? (struct core_text){names->texts[number], names->sizes[number]} : (struct core_text){"", 0};
}

/* ---- queues: what the rules say about each ----------------------------------------- */

struct queue {
    uint32_t name;                         /* names */
    uint32_t order;                        /* policy_number(policy) */
    const struct policy *policy;
    uint32_t turn;                         /* rep whom round_robin served last; 0: nobody yet */
    uint64_t turn_revision;
};
struct queues {
    struct queue **list;                   /* by name; NULL: no queue */
    const struct policy *policy;           /* of those that name none */
};
lw_status queues_init(struct queues *queues);
void queues_fini(struct queues *queues);
/* Finds or makes; it stays. NULL without memory. */
struct queue *queues_at(struct queues *queues, uint32_t name);
/* NULL: there is none of this name. */
const struct queue *queues_find(const struct queues *queues, uint32_t name);

/* ---- leads ---------------------------------------------------------------------- */

struct demand_class;

struct lead {
    struct desk_id id;
    uint64_t revision, created_revision;
    uint64_t received_ms, created_ms, since_ms;
    uint64_t deadline_ms, wait_deadline_ms;
    uint64_t relax_from_ms, relax_next_ms;        /* when it began to wait; when it asks for less, 0: never */
    struct timer_node timer;
    union {
        struct avl_node order;                    /* WAITING: in its demand class */
        struct { struct lead *next, *prev; } held;  /* OFFERED, CONNECTING, ASSIGNED: in its rep's list */
    };
    struct lead *dirty_next, *dirty_prev;         /* changed since the last checkpoint */
    struct siphash_128 seen_key;
    uint64_t content_hash;
    uint64_t seen_position;                       /* of its entry in the idempotency window */
    struct demand_class *demand;
    void *payload;
    struct exclusion *exclusions;
    struct decision *decisions;
    struct lead_extra *extra;                     /* NULL for most */
    uint32_t payload_size;
    uint32_t index;                               /* in the table */
    uint32_t rep, offer_number, offers_made;
    uint32_t rule;                                /* names */
    uint32_t source;                              /* names */
    uint16_t weight, priority;
    uint16_t charged;                             /* units of it that stand in its rep's account */
    uint8_t state, cause, exclusion_count, decision_count, decision_capacity;
    uint8_t relaxed;                              /* steps of its rule's relaxation that were taken */
    bool is_dirty, in_checkpoint, in_match, in_use;
};

/* What few leads have. */
struct lead_extra {
    struct lead *lead;
    struct avl_node everywhere;                   /* WAITING for a preferred rep: in core->preferred */
    uint32_t preferred_rep;                       /* WAITING, SCHEDULED: who gets it first; 0: all alike */
    uint64_t preferred_until_ms;                  /* WAITING: then all */
    uint64_t preferred_for_ms;                    /* SCHEDULED: how long, from when it wakes */
    uint64_t appointment_ms;                      /* 0: none */
    char *place;                                  /* NULL: none */
    uint32_t set_by, set_offer_number;            /* who handed it on last, and which offer had given it to them; 0: nobody */
    bool has_own_needs;                           /* needs that no rule says: a person did */
    bool is_call_back;                            /* the rep calls; nobody is on the line */
};

struct lead_table {
    struct lead **chunks;
    uint32_t chunk_count, free_first;             /* free list through index links */
    struct index_table by_number;                 /* numbers are unique over all epochs among open leads */
    uint32_t count, max;
};

lw_status lead_table_init(struct lead_table *table, uint32_t leads_max);
void lead_table_fini(struct lead_table *table);
/* Zeroed, linked under id. NULL at the bound or without memory. */
struct lead *lead_table_add(struct lead_table *table, struct desk_id id);
void lead_table_remove(struct lead_table *table, struct lead *lead);
struct lead *lead_table_find(const struct lead_table *table, struct desk_id id);
/* Walks by index: the next used lead at or after *index; NULL at the end. */
struct lead *lead_table_next(const struct lead_table *table, uint32_t *index);

/* ---- the idempotency window ------------------------------------------------------ */

enum seen_kind { SEEN_PUBLISH = 1, SEEN_COMPLETE = 2 };

struct seen_entry {
    struct siphash_128 key;
    struct desk_id lead;
    uint64_t content_hash, at_ms;
    uint64_t serial;                 /* the revision of the record that made it: the order of the window */
    uint64_t position;               /* in the ring */
    uint8_t kind, end;
    bool is_dirty;                   /* changed since the last checkpoint */
};

struct seen {
    struct seen_entry **chunks;      /* ring over positions [first, next) modulo capacity */
    struct index_table by_key;       /* ring slots */
    uint64_t first, next;            /* positions, ever growing */
    uint32_t capacity;
    uint64_t window_ms;
    uint64_t *dirty;                 /* positions; consumed by checkpoints */
    size_t dirty_first, dirty_count, dirty_capacity;
};

lw_status seen_init(struct seen *seen, uint32_t seen_max, uint64_t seen_ms);
void seen_fini(struct seen *seen);
/* Before seen_find, with other work between. */
void seen_prefetch(const struct seen *seen, struct siphash_128 key);
/* Not older than the window; NULL otherwise. Borrowed until the next add. */
struct seen_entry *seen_find(struct seen *seen, struct siphash_128 key, uint64_t now_ms);
/* Adds at the end (position next - 1), dropping the oldest at the bound. False without memory. */
bool seen_add(struct seen *seen, const struct seen_entry *entry);
void seen_mark_dirty(struct seen *seen, struct seen_entry *entry);
/* Takes one changed entry; NULL when none is left. */
struct seen_entry *seen_take_dirty(struct seen *seen);
void seen_mark_all_dirty(struct seen *seen);
struct seen_entry *seen_at(const struct seen *seen, uint64_t position);

/* ---- reps ---------------------------------------------------------------------- */

struct supply_class;

struct rep_exclusion { struct desk_id lead; uint64_t until_ms; };

/* A ready rep's place in one order of its supply class. */
struct ready_place { struct avl_node node; struct rep *rep; const struct policy *policy; uint32_t room_max; };   /* room_max: of its subtree */

struct rep {
    uint32_t number;
    char *name;
    uint32_t team, device;                 /* names; device NAME_NONE: none */
    bool configured, connected, is_dirty, in_match, is_ready;
    bool is_closed;                        /* its team has working hours, and these are not */
    uint8_t state;
    uint8_t levels[CONFIG_SKILLS_MAX];     /* by skill number; 0: has not */
    struct policy_rep rank;                /* load, capacity, idle since, number, tier, share, account: what policies see */
    bool is_present;                       /* in the fair share ledger */
    uint32_t new_share;                    /* of the rules that are being linked */
    uint64_t share_mark;                   /* fair_share.given when they left */
    struct avl_node start;                 /* in fair_share.by_start while present */
    uint64_t session, revision;
    uint64_t until_ms, grace_deadline_ms;  /* 0: none */
    uint32_t misses, held_count;
    struct avl_tree preferred;             /* waiting leads that only this rep gets for now, most urgent first */
    struct lead *held_first, *held_last;
    struct timer_node timer;
    struct ready_place ready[POLICIES_MAX];   /* in its supply class while ready: by number of the policy, of those in use */
    struct supply_class *supply;
    struct rep_exclusion excluded[EXCLUSIONS_PER_REP_MAX];
    uint32_t excluded_count;
    char reason[BREAK_REASON_MAX];
};

struct rep_table {
    struct rep **reps;                     /* by number; [0] is NULL */
    uint32_t count;                        /* highest number + 1 */
    uint32_t capacity;
    struct index_table by_session, by_name;   /* rep numbers */
};

lw_status rep_table_init(struct rep_table *table);
void rep_table_fini(struct rep_table *table);
struct rep *rep_table_add(struct rep_table *table, uint32_t number, const char *name, size_t name_size);
struct rep *rep_table_by_name(const struct rep_table *table, const char *name, size_t size);
struct rep *rep_table_by_session(const struct rep_table *table, uint64_t session);
/* Sets rep->session. False when there are too many. */
bool rep_table_bind(struct rep_table *table, struct rep *rep, uint64_t session);
/* Clears rep->session if set. */
void rep_table_unbind(struct rep_table *table, struct rep *rep);
static inline struct rep *rep_table_at(const struct rep_table *table, uint32_t number)
{
    return number < table->count ? table->reps[number] : NULL;
}

/* ---- fair_share.c: the ledger of policy `weighted` -------------------------------------- */

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

/* ---- classes: who can serve what, as rows of bits ---------------------------------- */

struct requirement { uint16_t skill; uint8_t level; };   /* skill: core number */

/* What a lead asks of a rep. Sorted by name: one set has one form, also after a restart, when numbers may differ. */
struct needs {
    struct requirement require[CONFIG_REQUIRE_MAX];
    struct requirement prefer[CONFIG_PREFER_MAX];   /* who has these comes first */
    uint32_t teams[CONFIG_TEAMS_OF_RULE_MAX];   /* names; none: any */
    uint8_t require_count, prefer_count, team_count;
    bool rings;                                 /* calls: accepting one rings the rep's device */
};

struct demand_class {
    uint32_t index, hash;
    uint32_t queue;                        /* names */
    struct queue *of_queue;
    uint8_t channel;
    bool is_kept;                          /* a rule refers to it, with or without leads */
    struct needs needs;
    struct avl_tree waiting;               /* leads, most urgent first */
    struct bitset able;                    /* supply classes that can serve it */
    uint32_t lead_count;                   /* all open leads of the class */
};

struct supply_class {
    uint32_t index, hash;
    uint32_t capacity;
    uint32_t team;                         /* names */
    bool has_device;
    uint8_t levels[CONFIG_SKILLS_MAX];
    struct avl_tree ready[POLICIES_MAX];   /* reps, in the order of each policy in use */
    uint32_t ready_count;
    struct bitset can_serve;               /* demand classes */
    uint32_t rep_count;
};

struct lead_rank { uint64_t received_ms, number; uint32_t priority; };   /* what urgency is made of */

struct classes {
    struct queues *queues;                 /* borrowed */
    uint32_t orders[POLICIES_MAX], order_count;   /* numbers of the policies in use */
    struct demand_class **demand;          /* NULL: free index */
    struct supply_class **supply;
    uint32_t demand_count, supply_count;   /* highest index + 1 */
    struct index_table demand_index, supply_index;
    struct bitset demand_waiting;          /* classes with waiting leads */
    struct bitset supply_ready;            /* classes with ready reps */
    /* The first of each class side by side, so that comparing many classes walks one array. */
    struct lead_rank *demand_first;
    struct policy_rep *supply_first[POLICIES_MAX];   /* NULL: never in use */
    uint32_t *supply_ready_count;
    uint8_t *supply_levels[CONFIG_SKILLS_MAX];       /* of each class in this skill; NULL: nobody has it */
};

lw_status classes_init(struct classes *classes, struct queues *queues);
void classes_fini(struct classes *classes);
/* Finds or makes. NULL without memory. */
struct demand_class *classes_demand(struct classes *classes, uint32_t queue, uint8_t channel, const struct needs *needs);
struct supply_class *classes_supply(struct classes *classes, const struct rep *rep);
/* Which policies queues use from now on. No rep may be ready. */
void classes_set_orders(struct classes *classes);
/* How many of the lead's preferences the class's reps meet. */
uint32_t classes_preferred(const struct classes *classes, const struct demand_class *demand, uint32_t supply);
/* Levels of the class's reps in what the lead asks for, added up: what policy_rep.levels is made of. */
uint32_t classes_levels(const struct classes *classes, const struct demand_class *demand, uint32_t supply);
/* Frees the class when nothing refers to it. */
void classes_drop_demand(struct classes *classes, struct demand_class *demand);
void classes_drop_supply(struct classes *classes, struct supply_class *supply);
void demand_class_insert(struct classes *classes, struct lead *lead);
void demand_class_remove(struct classes *classes, struct lead *lead);
void supply_class_insert(struct classes *classes, struct rep *rep);
void supply_class_remove(struct classes *classes, struct rep *rep);
/* Higher priority, then earlier arrival, then lower number. */
int lead_compare_urgency(const struct lead *a, const struct lead *b);
int lead_rank_compare(const struct lead_rank *a, const struct lead_rank *b);
struct lead_rank lead_rank_of(const struct lead *lead);
bool supply_can_serve(const struct supply_class *supply, const struct demand_class *demand);

/* needs.c */
void needs_sort(const struct core *core, struct needs *needs);
bool needs_allow_team(const struct needs *needs, uint32_t team);
/* What a rule asks of a rep who is to take this lead. False when names or numbers ran out. */
bool needs_of_rule(struct core *core, const struct config_rule *rule, const struct core_command *publish, struct needs *out);

/* Asks for less: what the step says. */
void needs_relax(struct core *core, struct needs *needs, const struct config_relax_step *step);

/* ---- history of rep changes, for explanations ------------------------------------------ */

struct history_entry {
    uint32_t rep, load, capacity;
    uint64_t idle_since_ms;
    int64_t account, ledger_total;         /* the latter before any later change of it, too */
    uint8_t state;
    bool connected, configured, is_closed;
};
struct history {
    struct history_entry *ring;            /* what a rep was before the change */
    uint64_t next;                         /* changes so far */
    uint32_t capacity;
};

/* Which decision was made when, over all leads. */
struct decided {
    struct desk_id lead;
    uint64_t at_ms;
    uint32_t offer_number, rep;
};

/* An ended lead, for explanations. */
struct ended_lead {
    struct desk_id id;
    uint64_t received_ms, ended_ms;
    struct decision only;                  /* if there was one: most leads' */
    struct decision *decisions;            /* else; owned, or NULL */
    uint32_t queue, rule, source, rep, disposition;
    struct needs needs;
    uint16_t priority;
    uint8_t channel, state, decision_count;
    uint32_t demand_hash;                  /* of `needs` in its class */
};

static inline const struct decision *ended_lead_decisions(const struct ended_lead *ended)
{
    return ended->decision_count == 1 ? &ended->only : ended->decisions;
}

/* What a rule's first question must be answered with: the hash of a value; field NAME_NONE: no such gate. name: the rule's. */
struct rule_gate { uint32_t field, hash, name; };

/* ---- working hours ------------------------------------------------------------------- */

/* Bits of timer orders: timers of one moment fire reps first, then teams, then leads. */
enum { ORDER_IS_TEAM = 62, ORDER_IS_LEAD = 63 };

struct team_hours {
    const struct config_team *rules;
    uint32_t team;                         /* names */
    uint32_t index, next;                  /* the interval that is, or comes */
    bool is_open;
    struct timer_node timer;
};

/* ---- the core ------------------------------------------------------------------------- */

struct core {
    struct core_limits limits;
    struct core_callbacks callbacks;
    uint64_t epoch, now_ms;
    uint64_t next_number, next_revision;
    struct siphash_key fingerprint_key;
    bool is_founded;

    struct core_config *config;            /* NULL before the first */
    struct team_hours *hours;              /* of teams that have any */
    uint32_t hours_count;
    struct rule_gate *rule_gates;          /* by rule */
    struct demand_class **rule_demand;     /* by rule and channel, for rules that ask the same of all: found once, kept while the rules last */
    uint32_t config_version;
    uint64_t config_applied_ms, config_revision;
    void *config_source;
    uint32_t config_source_size;
    char *config_by;
    bool config_dirty;
    uint32_t skill_count;                  /* core numbers */
    uint32_t skill_names[CONFIG_SKILLS_MAX];   /* names */
    bool skill_is_known[CONFIG_SKILLS_MAX];    /* the rules in force name it */

    struct names names;
    struct queues queues;
    struct lead_table leads;
    struct rep_table reps;
    struct classes classes;
    struct fair_share fair_share;
    struct seen seen;
    struct timer_wheel wheel;
    struct avl_tree preferred;             /* lead_extra of all leads that wait for a preferred rep, most urgent first */
    struct history history;
    struct ended_lead *ended;              /* ring, ENDED_KEPT */
    uint64_t ended_next;
    struct decided *decided;               /* ring, DECIDED_KEPT */
    uint64_t decided_next, decided_from_ms;   /* from_ms: earlier ones were made by another process */

    struct lead *dirty_first, *dirty_last;
    struct desk_id *gone;                  /* ended leads the checkpoint still holds */
    size_t gone_first, gone_count, gone_capacity;
    size_t dirty_count;
    struct { uint32_t rep; size_t leads, gone, seen; bool desk, config; } checkpoint;   /* what is left to give */
    struct seen_entry *restored_seen;      /* while restoring; sorted and taken over at the end */
    size_t restored_count, restored_capacity;

    struct lead *match_leads[64];          /* may match since the last match_run */
    uint32_t match_lead_count;
    uint32_t match_reps[64];
    uint32_t match_rep_count;
    bool match_everything;

    bool is_restoring;
    struct core_totals totals;
    struct byte_buffer record;             /* scratch for one record */
};

/* why_text.c */
enum { WHY_TEXT_MAX = 512 };
/* "italian 8 of 5 needed; load 1 of 3; idle 42 s; 4 could take it": why this rep got the lead's last offer. */
void why_text_write(const struct core *core, const struct lead *lead, const struct rep *rep, char text[WHY_TEXT_MAX]);
/* "tier 1; idle 42 s": what the policy ranked this rep by. */
void why_keys_write(const struct policy *policy, const struct policy_rep *rank, uint64_t at_ms, char text[WHY_TEXT_MAX]);

/* The first of the policy's keys in which the two differ: "idle"; "preferred" comes before all; "order": in none. */
const char *why_key_decided(const struct policy *policy, const struct policy_rep *a, const struct policy_rep *b);

/* effects.c */
void effect_init(const struct core *core, struct core_effect *effect, enum core_effect_kind kind);
void effect_lead(const struct core *core, const struct lead *lead, struct core_effect *effect);
void effect_emit(struct core *core, const struct core_effect *effect);
void reply(struct core *core, const struct core_command *command, enum core_status status, const char *reason, struct desk_id lead);
void tell_offer(struct core *core, const struct lead *lead, const struct rep *rep, bool resumed);
void tell_holding(struct core *core, const struct lead *lead, const struct rep *rep, bool resumed);
void tell_withdrawn(struct core *core, struct desk_id lead, uint32_t offer_number, const struct rep *rep, enum core_cause cause);
void tell_rep_status(struct core *core, const struct rep *rep);
void tell_rep_event(struct core *core, const struct rep *rep, enum core_cause cause);
void tell_desk_event(struct core *core, enum core_cause cause);
void rep_row(const struct core *core, const struct rep *rep, struct core_effect *row);

/* lead_state.c */
struct lead_change {
    enum lead_state to;
    enum core_cause cause;
    uint32_t rep;                  /* who is offered it / has it; for ends: who had it; 0: none */
    uint64_t deadline_ms;
    struct demand_class *demand;   /* its class from now on; NULL: as it is */
    const char *disposition;       /* end by completion */
    const char *reason;            /* for events; may be NULL */
    uint32_t by;                   /* the rep whose act this is, where `rep` does not say it; 0 */
    bool do_not_call;              /* end by completion */
    bool has_completion;           /* what a repeat of it must match */
    struct siphash_128 completion_key;
    uint64_t completion_hash;
};
void tell_lead_event(struct core *core, const struct lead *lead, enum lead_state from, const struct lead_change *change);
/* Makes the change: relinks, counts, sets the timer, writes the record, tells the event stream. An end frees the lead. */
void lead_move(struct core *core, struct lead *lead, const struct lead_change *change);
/* Back to the queue with its original age (or parked, if its offers are used up); the rep is excluded if exclude. */
void lead_return(struct core *core, struct lead *lead, enum core_cause cause, bool exclude, bool is_fresh_wait);
/* The same for a lead that its rep handed on to `target`: that rep is excluded. */
void lead_return_to(struct core *core, struct lead *lead, enum core_cause cause, const char *target);
/* Until when a lead may be with a rep who gets it now. */
uint64_t lead_work_deadline(const struct core *core, const struct lead *lead);
/* Writes the after-image of a lead whose exclusions or decisions changed without a move. */
void lead_record(struct core *core, struct lead *lead, bool with_payload);
/* A WAITING lead stands where it can be found: with its like, or with its preferred rep. */
void lead_join_queue(struct core *core, struct lead *lead);
void lead_leave_queue(struct core *core, struct lead *lead);
bool lead_excludes(const struct lead *lead, uint32_t rep);
void lead_lapse_exclusions(struct core *core, struct lead *lead);
void lead_forget_exclusions(struct core *core, struct lead *lead);
void lead_set_timer(struct core *core, struct lead *lead);
void lead_mark_dirty(struct core *core, struct lead *lead);
void lead_image_fill(const struct core *core, const struct lead *lead, bool with_payload, struct lead_image *image);
void lead_unmark_dirty(struct core *core, struct lead *lead);
void lead_exclude(struct core *core, struct lead *lead, const struct exclusion *exclusion);
/* Links a restored lead to what its state says: no record, no event. */
void lead_link(struct core *core, struct lead *lead);
void lead_free(struct core *core, struct lead *lead);
/* To a class that asks for something else. A waiting lead must not stand in its class meanwhile. */
void lead_change_demand(struct core *core, struct lead *lead, struct demand_class *to);
void decision_close(struct lead *lead, uint32_t offer_number, enum core_cause outcome);
/* Of the lead's exclusions, as a decision on its offer of this number keeps them. */
uint32_t decision_refusals(const struct lead *lead, uint32_t offer_number);
void decision_add(struct core *core, struct lead *lead, const struct decision *decision);

/* lead_extra.c */
/* Made when missing. */
struct lead_extra *lead_extra_of(struct lead *lead);
void lead_extra_free(struct lead *lead);
/* Only of a lead that is not WAITING. rep 0: nobody. A lead that is to sleep gets for_ms, one that is to wait until_ms. */
void lead_prefer(struct lead *lead, uint32_t rep, uint64_t until_ms, uint64_t for_ms);
/* size 0: none. */
void lead_set_appointment(struct lead *lead, uint64_t appointment_ms, struct core_text place);
/* Only of a lead that is not WAITING. False, with nothing changed, when there are too many classes. */
LW_MUST_CHECK bool lead_set_needs(struct core *core, struct lead *lead, const struct needs *needs);
/* Nobody is on the line any more: accepting it rings nothing. Only of a lead that is not WAITING. False when there are too many classes. */
LW_MUST_CHECK bool lead_make_call_back(struct core *core, struct lead *lead);
/* The caller hung up before a rep had the call: a rep calls back. False, with nothing changed, when there are too many classes. */
LW_MUST_CHECK bool lead_abandon(struct core *core, struct lead *lead);
/* SCHEDULED: waits now, for its preferred rep first if there is one. */
void lead_wake(struct core *core, struct lead *lead, enum core_cause cause);

/* preferred.c */
/* Waits for one rep only. */
static inline bool lead_is_preferring(const struct lead *lead)
{
    return lead->extra && lead->extra->preferred_rep != 0 && lead->state == LEAD_WAITING;
}
void preferred_init(struct core *core);
void preferred_insert(struct core *core, struct lead *lead);
void preferred_remove(struct core *core, struct lead *lead);
/* Waiting for this rep, the most urgent that fits into `room`; NULL. */
struct lead *preferred_lead(const struct core *core, const struct rep *rep, uint32_t room);
/* The rep for whom this lead waits, when it could be offered now; NULL. */
struct rep *preferred_rep(const struct core *core, const struct lead *lead);
/* The next after `lead` (NULL: the first) of all that wait for a preferred rep, most urgent first. */
struct lead *preferred_next(const struct core *core, const struct lead *lead);
/* Its time is over: the lead is everybody's. False when it is not over. */
bool preferred_lapse(struct core *core, struct lead *lead);
/* The rep left the rules: what waits for them is everybody's. */
void preferred_release(struct core *core, struct rep *rep);
int avl_compare_leads(const struct avl_node *a, const struct avl_node *b);   /* by lead->order; classes.c */

/* rep_state.c */
/* Call before any field that decides is changed: keeps the old values for explanations. */
void rep_before_change(struct core *core, struct rep *rep);
/* After changing state, connection, load, capacity or idle time: keeps the ready set true. */
void rep_relink(struct core *core, struct rep *rep);
void rep_set_state(struct core *core, struct rep *rep, enum rep_state state, enum core_cause cause, uint64_t until_ms);
void rep_record(struct core *core, struct rep *rep);
void rep_set_timer(struct core *core, struct rep *rep);
void rep_add_held(struct core *core, struct rep *rep, struct lead *lead);
/* goes_idle: the rep's idle time starts now. */
void rep_remove_held(struct core *core, struct rep *rep, struct lead *lead, bool goes_idle);
/* What the rep holds, by lead number (the list's own order depends on the past), NULL-ended; the caller frees it. */
struct lead **rep_held_sorted(const struct rep *rep);
/* Offers and connecting calls go back at once; assigned leads too if return_assigned. */
void rep_return_leads(struct core *core, struct rep *rep, enum core_cause cause, bool return_assigned);
void rep_log_off(struct core *core, struct rep *rep, enum core_cause cause);
void rep_missed(struct core *core, struct rep *rep);
void rep_not_missed(struct core *core, struct rep *rep);
bool rep_is_ready(const struct rep *rep);
void rep_image_fill(const struct core *core, const struct rep *rep, struct rep_image *image);

/* match.c */
void match_note_lead(struct core *core, struct lead *lead);
void match_note_rep(struct core *core, struct rep *rep);
void match_forget_lead(struct core *core, const struct lead *lead);
/* Until no eligible pair is left among what was noted. */
void match_run(struct core *core, enum core_cause cause);

/* ready_order.c */
/* The first of the class by the queue's policy who has room and has not declined the lead; NULL. */
struct rep *ready_order_best(const struct supply_class *supply, const struct queue *queue, const struct lead *lead, uint32_t weight);
/* round_robin: the place behind whom the queue served last; the first if nobody is behind. The class has somebody ready. */
const struct avl_node *ready_order_turn(const struct supply_class *supply, const struct queue *queue);
/* avl_summarize of these trees. */
void ready_order_note_room(struct avl_node *node);

/* rules.c */
/* Prepares what rules_find needs of core->config: field numbers and gates. */
void rules_link(struct core *core);
/* The first rule whose predicates hold; NULL if none does. */
const struct config_rule *rules_find(const struct core *core, const struct core_command *publish);

/* NULL: the rules in force have none of this name. */
const struct config_rule *rules_by_name(const struct core *core, uint32_t name);

/* hours.c */
/* From core->config and desk time: what is open, and when that changes. Before reps are linked. */
void hours_link(struct core *core);
/* A team without hours is always open. */
bool hours_are_open(const struct core *core, uint32_t team);
void hours_due(struct core *core, struct team_hours *hours);

/* relax.c */
/* A new lead begins to wait. */
void relax_begin(struct core *core, struct lead *lead, const struct config_rule *rule);
/* Takes the steps that are due, with the lead in no tree and without a record; says if there was one. */
bool relax_due(struct core *core, struct lead *lead);
/* The same for a lead that waits: relinked, recorded, noted for matching. */
void relax_waiting(struct core *core, struct lead *lead);

/* cmd_*.c */
/* The rep whose session asks; NULL: the request is answered. */
struct rep *asking_rep(struct core *core, const struct core_command *command);
void command_found_desk(struct core *core, const struct core_command *command);
void command_configure(struct core *core, const struct core_command *command);
void command_publish(struct core *core, const struct core_command *command);
void command_query(struct core *core, const struct core_command *command);
void command_cancel(struct core *core, const struct core_command *command);
void command_dial_result(struct core *core, const struct core_command *command);
void command_log_on(struct core *core, const struct core_command *command);
void command_log_off(struct core *core, const struct core_command *command);
void command_connection_lost(struct core *core, const struct core_command *command);
void command_set_rep_state(struct core *core, const struct core_command *command);
void command_answer_offer(struct core *core, const struct core_command *command);
void command_transfer(struct core *core, const struct core_command *command);
void command_complete(struct core *core, const struct core_command *command);
void command_act(struct core *core, const struct core_command *command);
void command_service_resumed(struct core *core, const struct core_command *command);

/* queues.c */
/* Gives every queue what core->config says of it. */
void queues_link(struct core *core);
/* round_robin served this rep: whoever comes behind is next. */
void queue_set_turn(struct core *core, struct queue *queue, const struct rep *rep);
void queue_image_fill(const struct core *core, const struct queue *queue, struct queue_image *image);
lw_status queue_restore(struct core *core, const struct queue_image *image);
/* The desk's record with the turns of all queues that have one. */
void desk_record_put(struct byte_buffer *out, const struct core *core);
/* Writes the desk's record, with the turn of this queue if not NULL. */
void desk_record(struct core *core, const struct queue *queue);

/* config_apply.c */
/* Makes core->config true: reps, their skills and classes; everything may match. Records of reps, not of the rules. */
void config_apply(struct core *core);
/* The part of it that restoring needs: no records, no effects. */
void config_link(struct core *core);
/* There are numbers left for its skills. */
bool config_skills_fit(const struct core *core, const struct core_config *config);
uint32_t core_skill_number(struct core *core, const char *name, size_t size);   /* NAME_NONE at the bound */

/* config_record.c */
void config_record_put(struct byte_buffer *out, const struct core *core);
lw_status config_record_restore(struct core *core, const void *bytes, size_t size);
struct core_config *core_config_clone(const struct core_config *config);

/* deadlines.c */
void deadlines_run(struct core *core);

/* small helpers */
struct siphash_128 seen_key_publish(const struct core *core, struct core_text source, struct core_text idempotency_id);
struct siphash_128 seen_key_complete(const struct core *core, struct desk_id lead, struct core_text idempotency_id);
static inline uint64_t core_next_revision(struct core *core) { return ++core->next_revision; }
static inline uint64_t deadline_after(const struct core *core, uint64_t ms) { return core->now_ms + (ms ? ms : 1); }
static inline const struct config_channel *core_channel(const struct core *core, uint8_t channel)
{
    return &core->config->channels[channel];
}
void emit_record(struct core *core, enum record_kind kind);   /* of core->record */

/* checkpoint.c */
void checkpoint_note_gone(struct core *core, struct desk_id lead);

#endif
