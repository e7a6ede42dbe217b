/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_judge - decides from what the broker told its clients, and from nothing
 * else, whether the promises were kept. Fed with each released batch in order.
 *
 * It keeps three books of its own: the leads and reps as the event stream tells
 * them, what each rep's session was told, and what publishers were promised. It knows
 * the rules, but has its own idea of who may take what.
 *
 * Promises: one owner; never over capacity; never lost, never doubled; no state
 * without a deadline; freed capacity serves the backlog at once; no head-of-line
 * blocking. (Explained and deterministic are checked where the core is.)
 */
#ifndef SIM_JUDGE_H
#define SIM_JUDGE_H

#include "sim_broker.h"
#include "sim_coverage.h"
#include "sim_rules.h"

enum { SIM_LEADS_MAX = 16384, SIM_REFUSALS_MAX = 40, SIM_HELD_MAX = 32, SIM_COUNTED_MAX = 512, SIM_LIMITS_MAX = 8, SIM_PEOPLE_MAX = 64 /* as a uint64_t has bits */,
       SIM_SOURCES = 2, SIM_SEEN_MOST = 1024, SIM_SEEN_MIN_MS = 110000 };   /* no id is forgotten before */

struct judge_refusal { uint32_t rep; uint64_t until_ms; uint32_t times; };

struct judge_needs {
    uint32_t require_count;
    char require[CONFIG_REQUIRE_MAX][20];
    uint8_t require_level[CONFIG_REQUIRE_MAX];
    char prefer[CONFIG_PREFER_MAX][20];
    uint8_t prefer_level[CONFIG_PREFER_MAX];
    uint32_t prefer_count;
    char teams[CONFIG_TEAMS_OF_RULE_MAX][16];
    uint32_t team_count;
    bool own_teams;                  /* and any that is not outsourced */
};

/* What a lead was before a contact joined it. */
struct judge_before { enum lead_state state; uint8_t channel; bool is_call_back; uint32_t priority, contact_count; };

/* What a lead got when another was merged into it. */
struct judge_merged { struct desk_id lead; uint32_t contact_count, priority; uint64_t persons, received_ms, heard_ms; };

struct judge_lead {
    bool known;                      /* its first event was told */
    struct desk_id id;
    enum lead_state state;
    enum core_cause cause;           /* of that state */
    uint32_t rep, offer_number, weight, priority;
    struct { uint32_t rep, offer_number; } others[CONFIG_OFFER_TO_MAX];   /* judge_broadcast.h */
    uint32_t other_count, last_number;
    uint32_t preferred;              /* NOBODY: all alike */
    uint64_t preferred_until_ms;
    bool is_call_back;
    uint64_t deadline_ms, received_ms;
    uint64_t wait_ms;                /* the end of its wait, when it waited last */
    uint8_t channel;
    bool is_of_form;                 /* of the source that caps are for */
    uint32_t product;                /* UINT32_MAX until its publisher was answered */
    char queue[16];
    uint64_t began_ms, less_ms;      /* it began to wait; it asks for less from then on, 0: never */
    uint32_t steps_taken;
    struct judge_needs needs;
    struct judge_refusal refusals[SIM_REFUSALS_MAX];
    uint32_t refusal_count;
    uint32_t value;
    uint64_t woken_ms;               /* it was scheduled until then; 0: never */
    bool completed_once;
    uint64_t ended_ms;
    char set_by[16];                 /* who handed it on last; "" nobody */
    char note_by[16];                /* who did by its own transfer, with a note; "" nobody; */
    uint32_t acts_since;             /* and events of managers since then: it is kept for some */
    uint64_t persons;                /* bit n: person n is recognised as its own; more than one after a merge */
    uint64_t heard_ms;               /* of its last contact */
    uint32_t contact_count;
    struct judge_before before_join;
    struct judge_merged merged[CORE_CONTACTS_MAX];
    uint32_t merged_count;
    struct { uint32_t priority; uint64_t persons, received_ms, heard_ms; } own;   /* what it would be without those */
    uint64_t touch_ms;               /* the first touch is awaited until then; 0: it is not */
    uint64_t again_first_ms, again_last_ms;   /* PARKED: when managers are told of it again, between; UINT64_MAX: never */
    bool was_told_again;             /* PARKED: they were */
    bool has_own_priority;           /* a manager gave it */
    uint32_t first_preferred;        /* for whom it waited when it was told of first */
    bool was_stopped;                /* set aside by no rep: its person wanted to hear no more */
};

struct judge_held { struct desk_id lead; uint32_t offer_number; enum lead_state state; };

struct judge_rep {
    bool connected;
    enum rep_state state;
    bool is_device_taken;            /* busy with other calls, or unreachable: no call rings there */
    uint64_t session;                /* 0: none */
    bool in_snapshot;
    struct judge_held told[SIM_HELD_MAX];
    uint32_t told_count;
    struct { uint64_t at_ms; bool of_source; } counted[SIM_COUNTED_MAX];   /* under its caps; of_source: one that is capped */
    uint32_t counted_count;
};

/* What a publisher sent: the judge asks by the number in the request. */
struct judge_publication {
    uint32_t product, person;
    uint32_t follows;                /* the call whose caller left this message; 0: it is none */
    uint8_t channel, source;
    bool is_test;
    struct desk_id lead;
    uint64_t acknowledged_ms;        /* first, if it was */
    bool acknowledged, joined;
    bool is_kept_waiting;            /* its last answer: the source is paused */
};

/* Of the backlog that is dealt out, while it is: judge_opening.h. */
struct judge_opening {
    bool is_on, changed;             /* changed: in this batch, and nobody knows before which of its events */
    bool is_unsure;                  /* what reps had when it began is not known */
    uint64_t since_ms, now_ms;
    uint64_t until_least_ms, until_most_ms;
    uint32_t dealt[SIM_REPS_MAX];
};

/* What counts for a team that is limited, in the day that began at day_ms. */
struct judge_limit { char team[16]; uint64_t day_ms; uint32_t counted, taken_in; };

struct sim_judge {
    const struct sim_rules *rules;
    struct sim_coverage *coverage;
    uint32_t version;
    uint64_t stepped_ms;             /* of the batch before: what was due then is done; what became due since may wait for the timer */
    const struct core_config *batch_rules;   /* in force in the batch that is looked at */
    const struct config_rep *rep_rules[SIM_REPS_MAX];   /* of that version; NULL: not in it */
    struct judge_lead *leads;        /* by number */
    uint64_t lead_first, lead_last;  /* numbers below the first have ended; highest told */
    struct judge_rep reps[SIM_REPS_MAX];
    struct judge_limit limits[SIM_LIMITS_MAX];
    struct judge_opening opening;
    struct judge_publication *publications;
    uint32_t publication_count;
    uint64_t ids_ms[SIM_SEEN_MOST];  /* when the last ids came, by their number: judge_seen.h */
    uint32_t id_count, seen_max;     /* seen_max: how many the broker remembers */
    bool paused[SIM_SOURCES];        /* by a manager: judge_paused.h */
    struct desk_id merging;          /* taken in by a lead, and not told yet that it ended; number 0: none */
    struct desk_id parting;          /* given up by a lead, and not told yet that it lives again; number 0: none */
    struct { uint32_t rep; uint64_t at_ms; } won[SIM_PEOPLE_MAX];   /* by person: the last; rep is NOBODY until then */
    bool stopped[SIM_PEOPLE_MAX];    /* by person: a rep said that they want to hear no more, and the rules kept it */
    char fault[200];                 /* the first promise that was broken; "" none */
};

/* Requests of publishers carry the number of the publication, so that the judge knows what a reply is about. */
enum { SIM_REQUEST_SHIFT = 16 };
/* Those of a manager who pauses a source, or lets it go on, carry which. */
static inline uint64_t sim_pause_request(uint64_t request, uint32_t source, bool pause)
{
    return request << SIM_REQUEST_SHIFT | source << 1 | pause;
}
static inline uint32_t sim_pause_source(uint64_t request)
{
    return (uint32_t)(request >> 1) % SIM_SOURCES;
}
static inline bool sim_pause_is_on(uint64_t request)
{
    return request % 2 != 0;
}
const char *sim_source_name(uint32_t source);   /* below SIM_SOURCES */

/* seen_max: how many ids the broker remembers, SIM_SEEN_MOST at most. */
void sim_judge_init(struct sim_judge *judge, const struct sim_rules *rules, struct sim_coverage *coverage, uint32_t seen_max);
void sim_judge_fini(struct sim_judge *judge);
/* A publication was made; gives its number. */
uint32_t sim_judge_publication(struct sim_judge *judge, const struct judge_publication *publication);
void sim_judge_batch(struct sim_judge *judge, const struct sim_batch *batch);
/* The broker died: no session is left. */
void sim_judge_killed(struct sim_judge *judge);
/* After a restart: the open leads of the broker are exactly those of the books. */
void sim_judge_restarted(struct sim_judge *judge, struct core *core);
/* At the end nothing is open and everything acknowledged has ended. */
void sim_judge_drained(struct sim_judge *judge);
struct judge_lead *sim_judge_lead(struct sim_judge *judge, struct desk_id id);

#endif
