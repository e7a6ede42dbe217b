/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_table - the reps, by number, name and session. What changes one is in rep_state.h. Inside broker/core only.
 */
#ifndef REP_TABLE_H
#define REP_TABLE_H

#include "avl_tree.h"
#include "chunk_pool.h"
#include "core.h"
#include "index_table.h"
#include "policy.h"
#include "record.h"
#include "rep_today.h"
#include "timer_wheel.h"

struct lead;
struct other_offer;
struct rep_caps;
struct rep_declines;
struct rep_rates;
struct supply_class;
struct team_limit;

enum { SESSIONS_MAX = 1 << 15, REPS_MAX = 1 << 16 };

struct rep_exclusion { struct desk_id lead; uint64_t until_ms; };

/* A ready rep's place in one order of its supply class. */
struct ready_place { struct avl_node node; struct rep *rep; const struct policy *policy; uint32_t room_max; };   /* room_max: of its subtree */

struct rep {
    /* First what every lead that a rep gets looks at. */
    uint32_t number, held_count, misses, excluded_count;
    bool configured, connected, is_dirty, in_match, is_ready;
    bool is_outsourced, was_outsourced;    /* of a team that is; that was until the rules last changed */
    bool is_kept;                          /* has had their share of the backlog: opening.h */
    bool is_closed;                        /* its team has working hours, and these are not */
    bool is_present;                       /* in the fair share ledger */
    uint8_t presence;                      /* bits of enum presence, where nobody.h watches */
    uint8_t state;
    uint64_t session, revision;
    uint64_t noted_at;                     /* history.decision_count when what it was went there */
    struct supply_class *supply;
    struct policy_rep rank;                /* load, capacity, idle since, number, tier, share, account: what policies see */
    struct lead *held_first, *held_last;   /* leads whose rep this is */
    struct other_offer *other_offers;      /* and what it is offered beside others */
    char *name;
    struct rep_caps *caps;                 /* NULL: none */
    struct rep_declines *declines;         /* NULL: none were counted */
    struct team_limit *limit;              /* of the rep's team; NULL: none */
    uint32_t reserve;                      /* units beyond the capacity, for what interrupts; 0: none */
    uint32_t device;                       /* names; NAME_NONE: none */
    uint8_t device_state;                  /* enum device_state, until device_until_ms: device.h */
    struct avl_tree preferred;             /* waiting leads that only this rep gets for now, most urgent first */
    struct ready_place ready[POLICIES_MAX];   /* in its supply class while ready: by number of the policy, of those in use */

    uint32_t team;                         /* names */
    struct timer_node timer;
    uint64_t until_ms, grace_deadline_ms;  /* 0: none */
    uint64_t device_until_ms;              /* 0: the device is free */
    uint32_t device_told;                  /* names: of which device that was said */
    uint32_t opening_dealt;                /* of the backlog of the opening that began at opening_ms */
    uint64_t opening_ms;
    struct rep_today today;
    struct rep_rates *rates;               /* NULL: none of its own */
    uint32_t new_share;                    /* of the rules that are being linked */
    uint64_t share_mark;                   /* fair_share.given when they left */
    struct avl_node start;                 /* in fair_share.by_start while present */
    struct rep_exclusion excluded[EXCLUSIONS_PER_REP_MAX];
    uint8_t levels[CONFIG_SKILLS_MAX];     /* by skill number; 0: has not */
    char reason[BREAK_REASON_MAX];
};

struct rep_table {
    struct rep **reps;                     /* by number; [0] is NULL */
    struct chunk_pool memory;              /* of them */
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
/* What every lead that the rep gets looks at: of many reps all of it is far away. */
static inline void rep_prefetch(const struct rep *rep)
{
    for (size_t at = 0; at < offsetof(struct rep, ready) + sizeof *rep->ready; at += 64)
        __builtin_prefetch((const char *)rep + at, 1);
    __builtin_prefetch(rep->supply, 1);
}
static inline struct rep *rep_table_at(const struct rep_table *table, uint32_t number)
{
    return number < table->count ? table->reps[number] : NULL;
}

#endif
