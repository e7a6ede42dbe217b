/* SPDX-License-Identifier: Apache-2.0
 *
 * core - the routing state machine of one desk.
 *
 *     (command, now)  ->  records (what changed)  and  effects (whom to tell what)
 *
 * The core does no I/O, reads no clock and draws no randomness: the same commands
 * at the same times give the same records and effects, byte for byte, from any
 * compiler and from a broker that was restarted half way.
 *
 * Time: `now_ms` is desk time, unix milliseconds that never go back (desk_clock.h).
 *
 * Records are after-images of leads, reps, the configuration and the desk. The caller
 * appends them to the journal in order and, with core_restore(), gives them back
 * after a restart; their bytes are the core's own format (record.h).
 *
 * Effects leave only after the records of the same and all earlier steps are
 * durable. They are given as structs whose pointers live until the callback returns,
 * so the caller encodes them at once and holds back the bytes.
 *
 * Sessions: `session` in commands and effects is the caller's number of a connection (never 0,
 * never used twice within an epoch). The core keeps for each rep the one session that speaks for it.
 *
 * Memory is bounded: leads by core_limits.leads_max, the idempotency window by
 * seen_max, explanation history by history_max, payloads by payload_bytes_max.
 * Threads: one owner.
 */
#ifndef CORE_H
#define CORE_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core_config.h"
#include "desk_id.h"
#include "siphash.h"

enum lead_state {          /* numbers as leadwire.v1.LeadState */
    LEAD_NONE = 0,
    LEAD_WAITING = 1,
    LEAD_OFFERED = 2,
    LEAD_CONNECTING = 3,
    LEAD_ASSIGNED = 4,
    LEAD_PARKED = 5,
    LEAD_COMPLETED = 6,    /* these are ends: the lead is gone from the table, its seen entry remains; */
    LEAD_CANCELLED = 7,    /* perhaps it is kept for a while, to be reopened */
    LEAD_EXPIRED = 8,
    LEAD_SCHEDULED = 9,    /* open: sleeps until its deadline, then waits */
    LEAD_MERGED = 10,      /* an end: what it held is with another lead; perhaps it is kept too, to be parted from that */
    LEAD_STATES = 11,
};
static inline bool lead_state_is_end(enum lead_state state)
{
    return state == LEAD_COMPLETED || state == LEAD_CANCELLED || state == LEAD_EXPIRED || state == LEAD_MERGED;
}

enum rep_state {           /* numbers as leadwire.v1.RepState */
    REP_NONE = 0,
    REP_OFFLINE = 1,
    REP_AVAILABLE = 2,
    REP_WRAP_UP = 3,
    REP_BREAK = 4,
    REP_AWAY = 5,
};

enum core_status {         /* numbers as leadwire.v1.Status */
    CORE_ACCEPTED = 1,
    CORE_DUPLICATE = 2,
    CORE_DUPLICATE_DIFFERS = 3,
    CORE_REJECTED = 4,
    CORE_BUSY = 5,
    CORE_NOT_YOURS = 7,
    CORE_NOT_FOUND = 8,
    CORE_NO_SESSION = 9,
};

/* What the device on which a rep's calls ring is doing. */
enum device_state { DEVICE_FREE = 0, DEVICE_BUSY = 1, DEVICE_UNREACHABLE = 2 };   /* numbers as leadwire.v1.DeviceState tells them of reps */
const char *core_device_word(enum device_state state);   /* "free"...; never NULL */

enum dial_outcome { DIAL_OUTCOME_ANSWERED = 1, DIAL_OUTCOME_NO_ANSWER = 2, DIAL_OUTCOME_BUSY = 3, DIAL_OUTCOME_FAILED = 4 };

/* Why something happened: in records, events and explanations. number, NAME, word */
#define CORE_CAUSE_TABLE(X) \
    X(1, PUBLISHED, "published") \
    X(2, OFFERED, "offered") \
    X(3, ACCEPTED, "accepted") \
    X(4, DECLINED, "declined") \
    X(5, OFFER_EXPIRED, "expired") \
    X(6, REP_GONE, "rep_gone") \
    X(7, ANSWERED, "answered") \
    X(8, NO_ANSWER, "no_answer") \
    X(9, DEVICE_BUSY, "busy") \
    X(10, DIAL_FAILED, "failed") \
    X(11, CONNECT_TIMEOUT, "connect_timeout") \
    X(12, COMPLETED, "completed") \
    X(13, CANCELLED, "cancelled") \
    X(14, WAIT_LIMIT, "wait_limit") \
    X(15, OFFERS_USED_UP, "offers_used_up") \
    X(16, PARK_LIMIT, "park_limit") \
    X(17, WORK_LIMIT, "overdue") \
    X(18, RELEASED, "released") \
    X(19, TAKEN_BACK, "taken_back") \
    X(20, RETRY, "retry") \
    X(21, CONFIGURED, "configured") \
    X(22, LOGGED_ON, "logged_on") \
    X(23, LOGGED_OFF, "logged_off") \
    X(24, CONNECTION_LOST, "connection_lost") \
    X(25, STATE_SET, "state_set") \
    X(26, WRAP_UP_OVER, "wrap_up_over") \
    X(27, MISSES, "missed_offers") \
    X(28, GRACE_OVER, "grace_over") \
    X(29, REP_FREED, "rep_freed") \
    X(30, UNKNOWN_LEAD, "unknown") \
    X(31, REPLACED, "another_device") \
    X(32, SERVING, "serving") \
    X(33, REP_REMOVED, "rep_removed") \
    X(34, TEST_LEAD, "test") \
    X(50, CALL_BACK, "call_back") \
    X(51, APPOINTMENT, "appointment") \
    X(52, SET_ASIDE, "set_aside") \
    X(53, DUE, "due") \
    X(54, TO_ALL, "to_all") \
    X(55, PREFERRED, "preferred_rep") \
    X(56, ABANDONED, "abandoned") \
    X(57, TRANSFERRED, "transferred") \
    X(60, RELAXED, "relaxed") \
    X(61, UNROUTABLE, "unroutable") \
    X(70, JOINED, "joined") \
    X(71, TAKEN, "taken") \
    X(72, PULLED, "pulled") \
    X(80, ASSIGNED, "assigned") \
    X(81, HELD, "held") \
    X(82, PRIORITISED, "prioritised") \
    X(83, CREDITED, "credited") \
    X(84, SET_BY_MANAGER, "set_by_manager") \
    X(85, TOUCHED, "touched") \
    X(86, NUDGED, "nudged") \
    X(87, UNTOUCHED, "untouched") \
    X(88, STILL_PARKED, "still_parked") \
    X(110, MERGED, "merged") \
    X(111, REOPENED, "reopened") \
    X(112, PARTED, "parted") \
    X(120, CALL_BACKS_USED_UP, "call_backs_used_up") \
    X(121, NOBODY_THERE, "nobody_there") \
    X(130, DEVICE_TAKEN, "device_busy") \
    X(131, DEVICE_UNREACHABLE, "device_unreachable") \
    X(132, DEVICE_FREE, "device_free")

enum core_cause {
    CAUSE_NONE = 0,
#define X(number, name, word) CAUSE_##name = number,
    CORE_CAUSE_TABLE(X)
#undef X
};
const char *core_cause_word(enum core_cause cause);

/* ---- commands ------------------------------------------------------------ */

enum core_command_kind {
    COMMAND_NONE,
    COMMAND_FOUND_DESK,      /* once, on an empty desk */
    COMMAND_CONFIGURE,
    COMMAND_PUBLISH,
    COMMAND_QUERY,
    COMMAND_CANCEL,
    COMMAND_DIAL_RESULT,
    COMMAND_LOG_ON,
    COMMAND_LOG_OFF,         /* Bye: at once, no grace */
    COMMAND_CONNECTION_LOST, /* grace starts */
    COMMAND_SET_REP_STATE,
    COMMAND_ANSWER_OFFER,
    COMMAND_COMPLETE,
    COMMAND_TRANSFER,
    COMMAND_PULL,            /* a rep takes a lead from the shared list */
    COMMAND_TOUCH,           /* the first touch of a lead was made */
    COMMAND_ACT,             /* a manager, on a lead: enum core_act */
    COMMAND_ACT_ON_REP,      /* a manager sets a rep's state */
    COMMAND_ACT_ON_SOURCE,   /* a manager pauses a source, or lets it go on */
    COMMAND_CUSTOMER,        /* a manager names a customer */
    COMMAND_DEVICE,          /* what a device is doing */
    COMMAND_SERVICE_RESUMED, /* after a restart or a stalled store: fresh graces and answer times */
    COMMAND_TIME,            /* nothing but time passed */
};

/* What the first touch was, and who says so. */
enum touch_kind {          /* numbers as leadwire.v1.TouchKind */
    TOUCH_NONE = 0, TOUCH_REP = 1, TOUCH_CALL_ANSWERED = 2, TOUCH_CALL_ATTEMPTED = 3, TOUCH_MAIL_SENT = 4,
};
const char *core_touch_word(enum touch_kind kind);

enum core_act {            /* numbers as leadwire.v1.LeadAct */
    ACT_RELEASE = 1, ACT_CANCEL = 2, ACT_TAKE_BACK = 3, ACT_CREDIT = 4, ACT_MERGE = 5, ACT_ASSIGN = 6, ACT_HOLD = 7, ACT_PRIORITISE = 8, ACT_REOPEN = 9,
    ACT_PART = 10,
};

/* Text with its length; not NUL-terminated; data may be NULL when size is 0. */
struct core_text { const char *data; uint32_t size; };

/* What a person is known by. Vendor ids are unique within the lead's source. */
enum core_person_key_kind { PERSON_KEY_PHONE = 1, PERSON_KEY_EMAIL, PERSON_KEY_VENDOR, PERSON_KEY_MESSAGE };
enum { CORE_PERSON_KEYS_MAX = 16, CORE_CONTACTS_MAX = 7 };   /* of one lead; contacts: that joined it */
struct core_person_key { enum core_person_key_kind kind; struct core_text value; };   /* value: in its one normal form */
/* Fills in what a lead's person is known by; gives how many. */
typedef uint32_t core_person_reader(const void *lead, struct core_person_key out[CORE_PERSON_KEYS_MAX]);

/* Gives the value of a lead's field for the rules; NULL when absent. */
typedef const char *core_field_reader(const void *lead, const char *field);

enum { CORE_STOP_WORDS_MAX = 200, CORE_STOP_BYTES_MAX = 512 };
/* Writes what stands behind the packed lead of somebody who wanted to hear no more, when they come again: when they said so,
 * and the words. Gives its size, CORE_STOP_BYTES_MAX at most; 0: the lead says so itself, or has no room. */
typedef uint32_t core_stop_writer(const void *lead, uint64_t said_ms, struct core_text words, uint8_t out[CORE_STOP_BYTES_MAX]);

struct core_command {
    enum core_command_kind kind;
    uint64_t session;        /* who asks; 0: nobody (timers, files) */
    uint64_t request;        /* echoed in the reply effect; 0: no reply wanted */
    union {
        struct { struct siphash_key fingerprint_key; } found_desk;
        struct { const struct core_config *config; const void *source; uint32_t source_size; struct core_text by; } configure; /* source: opaque bytes kept with it */
        struct {
            struct core_text idempotency_id, source;
            uint64_t content_hash;         /* of the packed lead: same id, other hash = differs */
            uint8_t channel;               /* lw_channel */
            int64_t received_unix_ms;
            bool is_test;
            bool is_voicemail;             /* a caller left a message: nobody is on the line */
            bool wants_no_more;            /* to hear no more is all that the person says; */
            int64_t stop_unix_ms;          /* when (0: now), */
            struct core_text stop_words;   /* and in which words, of which CORE_STOP_WORDS_MAX bytes are kept */
            bool opts_in;                  /* the person agrees to hear from the desk, */
            int64_t opt_in_unix_ms;        /* and did so then (0: now): a stop of before counts no more */
            struct core_text follows;      /* idempotency id of an earlier contact of the source, whose lead it joins while that is open; empty: of none */
            const void *payload;           /* the packed lead, opaque */
            uint32_t payload_size;
            const void *fields;            /* handed to read_field */
            core_field_reader *read_field;
            core_person_reader *read_person;   /* NULL: the person is not known by anything */
            core_stop_writer *write_stop;      /* NULL: the lead says nothing of it */
        } publish;
        struct { struct desk_id lead; struct core_text source, idempotency_id; } query;   /* lead, or source + id */
        struct { struct desk_id lead; struct core_text source, idempotency_id, reason; } cancel;
        struct { struct desk_id lead; uint32_t offer_number; enum dial_outcome outcome; struct core_text leg_id; } dial_result;
        struct {
            struct core_text rep;          /* authenticated by the caller */
            const struct core_held *held;  /* what the client believes to hold */
            uint32_t held_count;
        } log_on;
        struct { enum rep_state state; struct core_text reason; } set_rep_state;
        struct { struct desk_id lead; uint32_t offer_number; bool accept; struct core_text reason; } answer_offer;
        struct {
            struct desk_id lead;
            struct core_text idempotency_id, disposition, note;
            int64_t at_unix_ms;            /* when to call back, or of the appointment; 0: as the disposition says */
            struct core_text place;        /* of the appointment */
        } complete;
        struct {
            struct desk_id lead;
            uint32_t offer_number;         /* with whose acceptance the rep has it */
            struct core_text rep, team, skill;   /* one of them */
            uint32_t level;                /* of the skill */
            bool back;                     /* the fourth: to who handed it on last */
            int64_t appointment_unix_ms;   /* 0: none */
            struct core_text place;
            struct core_text note;         /* for who gets it: kept with the lead, at most 500 bytes */
        } transfer;
        struct { struct desk_id lead; } pull;
        struct { struct desk_id lead; uint32_t offer_number; enum touch_kind kind; } touch;   /* TOUCH_REP: by the session's rep */
        struct {
            struct desk_id lead;
            enum core_act act;
            struct core_text by, reason;   /* who and why: kept with the lead */
            struct core_text rep;          /* ASSIGN */
            int64_t until_unix_ms;         /* HOLD; 0: the desk's park limit from now */
            uint32_t priority;             /* PRIORITISE */
            struct desk_id into;           /* MERGE */
        } act;
        struct { struct core_text rep, by, reason; enum rep_state state; } act_on_rep;
        struct { struct core_text source, by, reason; bool pause; } act_on_source;
        struct {
            const struct core_person_key *keys;   /* CORE_PERSON_KEYS_MAX at most */
            uint32_t key_count;
            struct core_text owner, bought;       /* owner: the rep; "" nobody. bought: "" not known */
            int64_t bought_unix_ms;               /* 0: now */
        } customer;
        struct { struct core_text device; enum device_state state; uint64_t for_ms; } device;   /* for_ms: so long unless said again; 0: an hour */
    };
};
struct core_held { struct desk_id lead; uint32_t offer_number; };

/* ---- effects --------------------------------------------------------------- */

enum core_effect_kind {
    EFFECT_REPLY,          /* to session: the outcome of request */
    EFFECT_QUERY_REPLY,    /* to session */
    EFFECT_LOGGED_ON,      /* to session: the log-on is good; before anything else to it */
    EFFECT_REPLACED,       /* to session: another device of this rep logged on; the session is over */
    EFFECT_OFFER,          /* to session (a rep's) */
    EFFECT_HOLDING,        /* to session */
    EFFECT_WITHDRAWN,      /* to session */
    EFFECT_NUDGE,          /* to session: the first touch of a lead is awaited */
    EFFECT_REP_STATUS,     /* to session */
    EFFECT_SNAPSHOT_END,   /* to session */
    EFFECT_LEAD_EVENT,     /* to the event stream */
    EFFECT_REP_EVENT,
    EFFECT_DESK_EVENT,
};

struct core_decline_count { const char *reason; uint32_t count; };   /* how often a rep declined for it */

/* A contact that joined a lead: packed, and when it came. */
struct core_contact {
    const char *data;
    uint32_t size;
    uint64_t at_ms;
};

struct core_effect {
    enum core_effect_kind kind;
    uint64_t session;
    uint64_t request;
    enum core_status status;
    const char *reason;                /* static or configured words; never NULL, never personal data */
    uint32_t retry_after_ms;
    struct desk_id lead;
    struct desk_id other;              /* of a merge, or of parting: the lead that it went into, or that came into it; number 0: none */
    uint64_t revision;
    enum lead_state from, to;          /* `to`: the lead's state in query replies and holdings too */
    enum core_cause cause;
    uint32_t offer_number;
    uint64_t deadline_ms;              /* of the state; 0: none */
    uint64_t touch_ms;                 /* until when the first touch is awaited; 0: it is not */
    uint64_t received_unix_ms;
    uint32_t weight, priority, position;
    uint8_t channel;
    bool resumed;
    bool joined;                       /* of a publish: the contact joined an open lead */
    uint32_t contact_count;            /* contacts that joined the lead */
    const struct core_contact *contacts;   /* offer, resumed holding: theirs, in the order in which they came; else NULL */
    const char *queue, *rep, *device, *source, *disposition;   /* never NULL */
    const void *payload;               /* offer, resumed holding, lead event: the packed lead; NULL: the client has it from the offer */
    uint32_t payload_size;
    bool interrupts;                   /* offer: the rep has no room for it: it interrupts what else they have */
    bool hides_person;                 /* offer: of the payload only what says nothing of whom it is about */
    const struct core_why *why;        /* offer: why this rep; NULL: nothing is kept for explanations. Words by core_why_words */
    bool is_call_back;                 /* the rep calls; nobody is on the line */
    bool do_not_call;                  /* of an end: the prospect wants no more calls */
    bool is_no_customer;               /* offer, holding: the desk knows customers, and its person is none; false, without bought_ms: it is not known */
    uint64_t bought_ms;                /* offer, holding: when its person bought last, or was won; 0: no customer that the desk knows */
    const char *bought;                /* and what, as far as it is known; never NULL */
    uint64_t appointment_ms;           /* 0: none */
    const char *place;                 /* of the appointment; never NULL. Personal data: for the rep only */
    const char *preferred_rep;         /* waiting, scheduled: who gets it first; never NULL */
    uint64_t preferred_until_ms;       /* waiting: and then all */
    const char *by;                    /* whose act it is: the rep who set it aside or scheduled it, or a manager; withdrawn: who took it; never NULL */
    const char *const *also_offered;   /* reps with an open offer besides `rep`, where several have one */
    uint32_t also_offered_count;
    const char *set_by;                /* who handed it on last; never NULL */
    const char *note, *note_by;        /* offer, holding: the last note with which it was handed on, and whose; never NULL. Personal data: for the rep only */
    enum rep_state rep_state;
    uint32_t load, capacity;
    uint64_t until_ms;
    bool connected;
    enum device_state device_state;    /* of the rep */
    uint64_t device_until_ms;          /* and until when it is believed; 0: free */
    uint32_t decline_count;            /* reasons that the rep gave; */
    const struct core_decline_count *declines;
    enum core_nobody nobody;           /* query reply, waiting: what a caller may hear. Desk event nobody_there: why; */
    uint64_t waiting;                  /* how many leads wait; */
    const char *const *tell;           /* whom to tell */
    uint32_t tell_count;
    uint32_t config_version;
    uint32_t count_offers, count_holdings;   /* snapshot end */
};

enum {
    CORE_WHY_SIZE = 512,               /* bytes of words, with the NUL */
    CORE_WHY_ROOM = 8192,              /* in which they are written: more than they can be before they are cut */
};

/* "italian 8 of 5 needed; load 1 of 3; idle 42 s; 4 could take it". To be called while the effect is told: who tells nobody
 * needs no words. NULL, and an offer whose decision is no longer kept: "". Returns text. */
const char *core_why_words(const struct core_why *why, char text[CORE_WHY_ROOM]);

/* ---- the core ---------------------------------------------------------------- */

enum record_kind {
    RECORD_DESK = 1,       /* fingerprint key, counters */
    RECORD_CONFIG = 2,     /* one version of the rules */
    RECORD_LEAD = 3,       /* open: whole after-image; ended: the end */
    RECORD_REP = 4,
    RECORD_SEEN = 5,       /* only in checkpoints: one idempotency entry */
    RECORD_LEADS = 6,      /* only in the journal: records of leads that changed as one */
};

/* A record as the journal and the checkpoint hold it. */
struct core_record {
    enum record_kind kind;
    struct desk_id lead;       /* RECORD_LEAD */
    uint32_t rep;              /* RECORD_REP: rep number */
    struct siphash_128 seen;   /* RECORD_SEEN: key */
    uint64_t seen_bucket;      /* RECORD_SEEN: which bucket of the window */
    bool of_people;            /* RECORD_SEEN: not an idempotency id but a customer's key, in buckets of its own */
    bool ended;                /* RECORD_LEAD: remove from the checkpoint */
    const void *bytes;
    size_t size;
};

struct core_limits {
    uint32_t leads_max;            /* open leads; above: publishes are BUSY. Default 1,100,000 */
    uint32_t seen_max;             /* idempotency window in ids. Default 2,000,000 */
    uint64_t seen_ms;              /* and in time. Default 7 days */
    uint32_t seen_min_ms;          /* no publish makes the window forget an id that is younger: it is BUSY. Default 0: none is */
    uint64_t payload_bytes_max;    /* Default 1 GiB */
    uint32_t people_max;           /* keys of customers, and as many of who wanted to hear no more. Default 500,000 */
    uint64_t reopen_bytes_max;     /* of ended leads that may be reopened: their contacts, and 1 KiB each. Default 8 MiB */
    /* Kept for explanations; decides nothing. All of it 0: nothing is kept, and offers go without a reason. */
    uint32_t history_max;          /* rep changes. Default 262,144 */
    uint32_t decisions_max;        /* decisions of a lead. Default and most: CORE_DECISIONS_KEPT */
    uint32_t decided_max;          /* decisions of all leads, in their order. Default 32,768 */
    uint32_t ended_max;            /* ended leads. Default 16,384 */
    uint32_t timers_per_step_max;  /* due deadlines handled in one step. Default 512 */
};

struct core_callbacks {
    void *context;
    void (*record)(void *context, enum record_kind kind, const void *bytes, size_t size);
    void (*effect)(void *context, const struct core_effect *effect);
};

struct core;

void core_limits_default(struct core_limits *limits);
/* A desk without configuration. NULL without memory. callbacks may be changed later. */
struct core *core_new(const struct core_limits *limits, const struct core_callbacks *callbacks);
void core_free(struct core *core);
void core_set_callbacks(struct core *core, const struct core_callbacks *callbacks);

/* Ids made from now on carry this epoch. Before the first step, and once per claim; epochs only grow. */
void core_set_epoch(struct core *core, uint64_t epoch);

/* One command. now_ms is at least that of the step before. Never fails: what a peer asked wrongly is answered by an effect.
 * Handles at most timers_per_step_max due deadlines besides the command; core_next_deadline_ms() tells if more are due. */
void core_step(struct core *core, const struct core_command *command, uint64_t now_ms);
/* When COMMAND_TIME is next needed; UINT64_MAX: never. May be early, never late. */
uint64_t core_next_deadline_ms(const struct core *core);
/* Whether a lead may go from one state to another. False for numbers that are no states. */
bool core_lead_may_move(enum lead_state from, enum lead_state to);
/* Desk time of the last step or restored record. */
uint64_t core_now_ms(const struct core *core);

/* Gives back one record, in any number of passes: first the checkpoint's, then the journal's tail in order. A record
 * older than what is there (by its revision) is skipped. Errors: LW_CORRUPT, LW_UNSUPPORTED (newer format), LW_FULL. */
LW_MUST_CHECK lw_status core_restore(struct core *core, enum record_kind kind, const void *bytes, size_t size);
/* After the last record: derives loads, classes, timers. Then core_set_epoch and COMMAND_SERVICE_RESUMED. */
LW_MUST_CHECK lw_status core_restore_done(struct core *core);

/* Checkpoints: walks what changed since the last one, in bounded slices.
 *   core_checkpoint_begin();  while (core_checkpoint_next(&record)) put it into the slice;
 * A record is the state now (at most as new as the last step); its bytes live until the next call on the core.
 * Between calls steps may run; what they change is left for the next checkpoint or given newer, both are right. */
void core_checkpoint_begin(struct core *core);
bool core_checkpoint_next(struct core *core, struct core_record *out);
/* The store lost what it had: everything counts as changed. Looks at no more than max things or so; false: call again, steps may run
 * between, before the walk begins. */
bool core_checkpoint_all(struct core *core, uint32_t max);
/* Oldest bucket of the idempotency window still needed; older ones may be dropped whole. */
uint64_t core_seen_oldest_bucket(const struct core *core);
/* The same of customers. */
uint64_t core_people_oldest_bucket(const struct core *core);

/* A fingerprint of all state that decides: equal for twins. O(state). */
uint64_t core_state_hash(struct core *core);
/* Asserts every invariant (derived sets equal recomputed ones). O(state); for tests and the simulator. */
void core_check_invariants(struct core *core);

/* ---- looking inside (control endpoint, tests) ------------------------------------ */

struct core_totals {
    uint64_t by_state[LEAD_STATES];    /* open leads by lead_state */
    uint64_t published, completed, cancelled, expired, merged, reopened, duplicates, joined, offered, accepted, declined, missed;
    uint64_t payload_bytes, memory_bytes;
    uint32_t reps_connected, reps_available, demand_classes, supply_classes, config_version;
};
void core_totals_read(const struct core *core, struct core_totals *out);
/* How many patterns of rules took too long for a lead, and so did not hold, since the core began; *rule_out: the last such rule, "" if none. */
uint64_t core_patterns_given_up(const struct core *core, const char **rule_out);

/* How near core_limits are. in_use_bytes: what open leads have, roughly; falls as they end, other than the process's size. */
struct core_bounds {
    uint32_t leads, leads_max, seen, seen_max;
    uint64_t seen_bytes, seen_bytes_max, seen_forgotten;   /* forgotten: before their time, at the bound, since this core was made */
    uint64_t payload_bytes, payload_bytes_max, in_use_bytes;
    uint64_t leads_refused, payload_refused, seen_refused;   /* what was told busy for want of room, since this core was made */
};
void core_bounds_read(const struct core *core, struct core_bounds *out);

struct core_queue_view { const char *queue; uint64_t waiting; uint64_t oldest_age_ms; };
/* Fills at most max, returns how many queues there are. */
uint32_t core_queues_read(const struct core *core, struct core_queue_view *out, uint32_t max);

/* A source of which no leads are taken: since when, who said so and why. Texts until the next step. */
struct core_paused_view { const char *source, *by, *reason; uint64_t since_ms; };
enum { CORE_PAUSED_MAX = 64 };
/* Returns how many there are. */
uint32_t core_paused_read(const struct core *core, struct core_paused_view out[CORE_PAUSED_MAX]);

/* An opening is in force, until when, and how many leads of its backlog no rep has yet. False, with zeroes: none is. */
bool core_opening_read(const struct core *core, uint64_t *until_ms_out, uint64_t *left_out);

/* Gives, as effects of kind EFFECT_LEAD_EVENT, open leads from cursor on (0: start), at most max; returns the next cursor, 0 at the end. */
uint64_t core_leads_visit(struct core *core, uint64_t cursor, uint32_t max,
                          void (*visit)(void *context, const struct core_effect *row), void *context);
/* How a rep's day went, in numbers: since since_ms, when the day or this process began. They decide nothing. */
struct core_rep_today {
    uint64_t since_ms;
    uint32_t offered, accepted, declined, missed, completed;   /* missed: let an offer expire */
};
/* The desk's day began then. Another moment than was said before: every rep's numbers begin at 0. */
void core_set_day(struct core *core, uint64_t begin_ms);
/* False: no rep of this name is in the rules. */
bool core_rep_today(const struct core *core, struct core_text rep, struct core_rep_today *out);
/* Who speaks by that session; "": nobody. */
const char *core_session_rep(const struct core *core, uint64_t session);
/* Gives, in the same form, what the session's rep may take from the shared list now: by priority, then age. Returns how many. */
enum { CORE_PULL_LIST_MAX = 50 };
uint32_t core_pull_list(const struct core *core, uint64_t session, void (*visit)(void *context, const struct core_effect *row), void *context);
/* As EFFECT_REP_EVENT, every configured rep. */
void core_reps_visit(struct core *core, void (*visit)(void *context, const struct core_effect *row), void *context);

/* The configuration in force; NULL before the first. source/by as given. */
const struct core_config *core_config_read(const struct core *core, uint32_t *version_out, const void **source_out,
                                           uint32_t *source_size_out, uint64_t *applied_ms_out, struct core_text *by_out);

/* Explanations: core_explain.h */
#endif
