/* SPDX-License-Identifier: Apache-2.0
 *
 * core_internal - the core itself, and what all files of broker/core share; nobody else includes it. What one of them
 * offers the others is in the header of its name.
 *
 *   command --> cmd_*.c --> lead_state.c / rep_state.c (the only ones that move)
 *                                |  relink: demand_class, supply_class, timers, loads
 *                                '- mark what may now match --> match.c --> offers
 *
 * Every change of a lead goes through lead_move(), of a rep's readiness
 * through rep_relink(): they keep the derived sets true and write the records.
 */
#ifndef CORE_INTERNAL_H
#define CORE_INTERNAL_H

#include <assert.h>
#include <string.h>

#include "acts.h"
#include "avl_tree.h"
#include "byte_buffer.h"
#include "classes.h"
#include "core.h"
#include "fair_share.h"
#include "history.h"
#include "kept.h"
#include "known.h"
#include "lead_table.h"
#include "names.h"
#include "nobody.h"
#include "opening.h"
#include "paused_sources.h"
#include "queues.h"
#include "record.h"
#include "rep_table.h"
#include "rules.h"
#include "seen.h"
#include "slab_pool.h"
#include "timer_wheel.h"

struct calendar;
struct team_hours;
struct team_limit;

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
    struct team_limit *team_limits;        /* of teams that the rules limit; while restoring, of all that records name */
    uint32_t team_limit_count;
    struct rep **reserves;                 /* reps who may be interrupted; by number */
    uint32_t reserve_count;
    struct rules_index rules_index;
    struct calendar *calendars;            /* urgency.c: by number of the team in config; NULL: the desk does not weigh */
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
    struct slab_pool slabs;                /* what leads own */
    struct lead_table leads;
    struct rep_table reps;
    struct classes classes;
    struct fair_share fair_share;
    struct seen seen;
    struct timer_wheel wheel;
    struct avl_tree people;                /* person_key of open leads, where people are recognised: people.h */
    struct known known;
    struct known stops;                    /* stops.h */
    struct byte_buffer with_stop;          /* a lead, and what the desk remembers of its person */
    struct kept kept;
    const char *customer;                  /* what rules are told of a publish that looks for its own: "yes", "no"; */
    const char *bought;                    /* and what such a person bought; "" */
    char bought_days[12];                  /* so many whole days ago; "" */
    bool is_stopped;                       /* and whether such a person wanted to hear no more */
    struct bitset capped_sources;          /* names: some rep of the rules may have only so many of it */
    struct avl_tree preferred;             /* lead_extra of all leads that wait for a preferred rep, most urgent first */
    struct history history;
    uint64_t day_ms;                       /* when the desk's day began: rep_today.h */
    struct nobody nobody;
    struct opening opening;
    struct paused_sources paused;

    uint32_t dirty_first, dirty_last;      /* places of leads in their table, or LEAD_INDEX_NONE */
    struct desk_id *gone;                  /* ended leads the checkpoint still holds */
    size_t gone_first, gone_count, gone_capacity;
    size_t dirty_count;
    struct { uint32_t rep; size_t leads, gone, kept, seen, known, stops; bool desk, config; uint8_t number; } checkpoint;   /* what is left to give */
    struct { uint8_t stage; uint64_t from; } mark_all;   /* how far core_checkpoint_all is, in the order of that stage */
    struct seen_entry *restored_seen;      /* while restoring; sorted and taken over at the end */
    size_t restored_count, restored_capacity;

    struct lead *match_leads[64];          /* may match since the last match_run */
    uint32_t match_lead_count;
    uint32_t match_reps[64];
    uint32_t match_rep_count;
    bool match_everything;

    bool is_restoring;
    const struct act_note *acting;         /* while a manager's command is done: its events say who and why */
    struct core_totals totals;
    uint64_t leads_refused, payload_refused, seen_refused;   /* for want of room; decides nothing */
    struct patterns_note patterns;
    struct byte_buffer record;             /* scratch for one record */
    struct byte_buffer joint;              /* records of leads that changed as one, until all are there */
    uint32_t joint_count;
    bool is_joint;
};

struct siphash_128 seen_key_publish(const struct core *core, struct core_text source, struct core_text idempotency_id);
struct siphash_128 seen_key_complete(const struct core *core, struct desk_id lead, struct core_text idempotency_id);
static inline uint64_t core_next_revision(struct core *core) { return ++core->next_revision; }
static inline uint64_t deadline_after(const struct core *core, uint64_t ms) { return core->now_ms + (ms ? ms : 1); }
static inline const struct config_channel *core_channel(const struct core *core, uint8_t channel)
{
    return &core->config->channels[channel];
}
void emit_record(struct core *core, enum record_kind kind);   /* of core->record */
/* Is there room for so many bytes of contacts more? A no is counted. core_bounds.c */
bool bounds_have_room(struct core *core, uint64_t payload_size);
/* Until when a publish must wait, so that no id is forgotten before seen_min_ms, and is counted as told so; 0: not at all. */
uint32_t bounds_seen_wait_ms(struct core *core);
/* A place for a lead more; NULL: there is none, which is counted. */
struct lead *bounds_add_lead(struct core *core, struct desk_id id);

#endif
