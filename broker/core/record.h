/* SPDX-License-Identifier: Apache-2.0
 *
 * record - the core's own bytes: after-images of leads, reps, rules and the desk.
 *
 * A private format, versioned by its first byte. Each image carries the revision
 * of its last change: restoring skips what is not newer than what is there. An
 * open lead's image carries its payload and what else never changes (arrival, priority,
 * source, queue, rule, needs while they are the rule's) when it was made and in checkpoints; the
 * images between go without. An ended lead's image is short.
 *
 * Decoding borrows texts and payload from the bytes, checks every bound and never
 * asserts. Threads: none.
 */
#ifndef RECORD_H
#define RECORD_H

#include "acts.h"
#include "byte_buffer.h"
#include "core.h"
#include "core_explain.h"
#include "declines.h"
#include "reach.h"

enum {
    RECORD_FORMAT = 1,
    EXCLUSIONS_PER_LEAD_MAX = 32,
    EXCLUSIONS_PER_REP_MAX = 32,
    BREAK_REASON_MAX = 128,
    CAP_BUCKETS = 13,          /* of the hour that caps look at */
    BROADCAST_MAX = CONFIG_OFFER_TO_MAX,
    LEAD_PLACE_MAX = 255,      /* bytes of an appointment's place */
    KEPT_LIVES_MAX = 15,       /* times that a lead can be reopened */
};

struct record_require { struct core_text skill; uint8_t level; };

/* A rep who does not get this lead again until then. */
struct exclusion {
    uint32_t rep;
    uint32_t offer_number;
    uint64_t until_ms;
    uint8_t cause;            /* enum core_cause */
    uint8_t times;            /* the rep refused the lead in this round, with this one */
};

/* Of a rep who may get the lead again; the last of so many. */
struct lapsed_refusal { uint32_t rep, offer_number; uint8_t cause, times; };

enum { DECISION_OLDER = 1u << 30, DECISION_PLACE_SHIFT = 16, DECISION_PLACES = (BROADCAST_MAX - 1) << DECISION_PLACE_SHIFT,
       DECISION_BACKLOG = 1u << 29 };

/* One decision about one lead: an offer, or that nobody was there (rep 0). A line of the cache. */
struct decision {
    uint64_t at_ms;
    uint64_t idle_since_ms;   /* of the chosen, before */
    uint64_t history_seq;     /* kept changes of reps before it; this and the next two only within one life of the process */
    int64_t ledger_total;     /* of the fair share, before */
    uint32_t demand_hash;     /* what the lead asked for */
    uint32_t rep;
    uint32_t offer_number;
    uint32_t config_version;
    uint32_t refusals;        /* that kept reps from the lead: bit k: of the offer k + 1 before this one; DECISION_OLDER: of one longer ago;
                               * DECISION_BACKLOG: it was backlog of an opening;
                               * DECISION_PLACES: of an offer to several, how many were made before it, whose offers precede it by number */
    int32_t standing;         /* round_robin: whose turn was past; weighted: hundredths of a lead owed to the chosen */
    uint16_t load, capacity;  /* of the chosen, before */
    uint16_t able;            /* reps who could have taken it */
    uint8_t cause, outcome;   /* enum core_cause */
};

/* A contact that joined a lead. Of an ended lead without its payload and what tells contacts apart. serial 0: a merge brought it. */
struct contact_image {
    struct siphash_128 seen_key;
    uint64_t content_hash, serial, at_ms;
    uint64_t received_ms;
    uint16_t priority, keys;
    uint8_t channel;
    struct core_text payload;
};

/* What a lead with contacts is without them. */
struct person_own {
    uint64_t received_ms;
    uint16_t priority, keys;          /* keys: bit k: the key k is its own */
    bool took_appointment, took_set_by;   /* from a lead that was merged */
};

struct act_image {
    uint64_t at_ms;
    uint32_t rep;
    uint8_t cause;
    struct desk_id other;
    struct core_text by, reason;
};

struct leg_image {
    uint64_t at_ms;
    uint32_t rep, offer_number;
    uint8_t cause;
    struct core_text id;
};

struct other_offer_image { uint32_t rep, offer_number; };

struct lead_image {
    struct desk_id id;
    uint64_t revision;
    enum lead_state state;
    enum core_cause cause;            /* of the last change */
    uint64_t at_ms;                   /* of the last change */
    struct siphash_128 seen_key;
    uint64_t content_hash;
    uint64_t created_revision, created_ms;
    uint32_t rep;                     /* 0: none. Of an ended lead: who had it last */
    uint32_t idle_rep;                /* whose idle time starts with this change; 0: nobody's */
    bool in_checkpoint;               /* written by a checkpoint, not by a change */
    /* open leads only */
    uint64_t deadline_ms, wait_deadline_ms;
    uint32_t offer_number, offers_made, weight, charged;
    uint8_t channel;
    bool is_call_back;
    uint32_t preferred_rep;           /* 0: none */
    uint64_t preferred_until_ms, preferred_for_ms;
    uint64_t appointment_ms;
    struct core_text place;
    uint32_t set_by, set_offer_number;
    uint32_t value;                   /* 0: 1 */
    uint32_t last_offer_number;       /* 0: never offered to several */
    uint8_t offer_to;
    uint32_t other_count;             /* open offers but the first */
    bool has_own_needs;               /* needs stand in the image also without payload */
    bool has_own_priority;            /* the priority too */
    uint64_t touch_ms, nudge_ms;
    const struct reach *reach;        /* written from here; */
    uint64_t touched_ms;              /* read into these and legs_read */
    uint8_t touched, leg_count;
    const struct act_notes *acts;     /* written from here; */
    uint32_t act_count;               /* read into acts_read */
    const struct decline_notes *declines;   /* written from here; */
    uint32_t decline_count;           /* read into declines_read */
    uint32_t lapsed_count, call_backs;
    uint64_t waits_from_ms;           /* 0: from when it was received */
    uint32_t touch_for_ms;            /* its rule's time for a first touch; 0: its channel's */
    bool has_payload;                 /* and the rest of what never changes. Of an ended lead: a whole image, to be reopened from */
    uint64_t received_ms;
    uint32_t priority;
    struct core_text source, queue, rule;
    const void *payload;
    uint32_t payload_size;
    /* ended leads only */
    struct core_text disposition;
    /* both: this change is a rep's completion */
    bool has_completion;
    struct siphash_128 completion_key;
    uint64_t completion_hash;
    uint8_t life;                     /* how often it was reopened before */
    bool is_kept;                     /* an end: the lead is kept to be reopened */
    uint64_t kept_floor;              /* the same: what ended up to this revision is not */
    /* open leads again: counts, then rooms of which only the counted part is filled */
    uint64_t relax_from_ms, relax_next_ms;
    uint8_t relaxed;                  /* above 0: what it needs is in every image */
    uint32_t require_count, prefer_count, team_count, exclusion_count, decision_count;
    bool with_own_teams;              /* beside those named */
    const struct exclusion *exclusions;   /* written from here; when read, these are exclusions_read, */
    const struct decision *decisions;     /* and these decisions_read: of this image, not of its copy */
    bool has_person;                  /* with the payload, and at the end: */
    uint32_t person_key_count, contact_count;
    bool has_own;                     /* with contacts; */
    struct person_own own;
    struct other_offer_image others[BROADCAST_MAX - 1];
    struct record_require require[CONFIG_REQUIRE_MAX];
    struct record_require prefer[CONFIG_PREFER_MAX];
    struct core_text teams[CONFIG_TEAMS_OF_RULE_MAX];
    struct exclusion exclusions_read[EXCLUSIONS_PER_LEAD_MAX];
    struct decision decisions_read[CORE_DECISIONS_MAX];
    struct siphash_128 person_keys[CORE_PERSON_KEYS_MAX];
    struct contact_image contacts[CORE_CONTACTS_MAX];
    struct act_image acts_read[ACTS_KEPT];
    struct leg_image legs_read[LEGS_KEPT];
    struct lapsed_refusal lapsed[EXCLUSIONS_PER_LEAD_MAX];
    struct { uint32_t offer_number; struct core_text reason; } declines_read[DECLINES_KEPT];
};

/* What counts under the caps of a rep. */
struct caps_image {
    bool is_there;
    uint16_t hour[CAP_BUCKETS];       /* ring, by number of the bucket */
    uint64_t bucket, counted_ms;      /* of the last lead that counted */
    uint32_t day, source_count;
    struct { struct core_text source; uint32_t counted; } sources[CONFIG_CAP_SOURCES_MAX];
};

struct rep_image {
    uint32_t number;
    uint64_t revision;
    enum rep_state state;
    struct core_text name, reason;
    uint64_t idle_since_ms, until_ms, grace_deadline_ms;
    uint32_t misses;
    bool connected;
    enum device_state device_state;
    uint64_t device_until_ms;         /* 0: it is free */
    int64_t account;                  /* of the fair share ledger */
    uint64_t share_mark;
    uint64_t opening_ms;              /* 0: no backlog was dealt to them */
    uint32_t opening_dealt;
    struct caps_image caps;
    uint32_t decline_count;           /* reasons that the rep gave */
    struct { struct core_text reason; uint32_t counted; } declines[CONFIG_DECLINE_REASONS_MAX];
};

struct seen_image {
    struct siphash_128 key;
    struct desk_id lead;
    uint64_t content_hash, at_ms, serial;
    uint8_t kind;                     /* enum seen_kind */
    uint8_t end;                      /* enum lead_state: 0 while the lead is open */
    uint8_t life;                     /* how often the lead was reopened; 15 at most */
    struct core_text bought;          /* SEEN_WON, SEEN_NAMED; SEEN_STOP, SEEN_STOPPED: the words; borrowed */
};

/* Whose turn a queue's round_robin has come past. */
struct queue_image {
    struct core_text name;
    uint64_t revision;
    uint32_t turn;
};

/* What counts under the limits of a team. */
struct team_image {
    struct core_text name;
    uint64_t revision, counted_ms;
    uint32_t counted, taken_in;
};

/* A source that was paused, or goes on: when, who and why. */
struct paused_image {
    struct core_text source, by, reason;
    uint64_t revision, at_ms;
    bool is_paused;
};

/* One of them: what the desk's record goes on with. */
enum desk_part_kind { DESK_PART_QUEUE, DESK_PART_TEAM, DESK_PART_PAUSED };
struct desk_part { enum desk_part_kind kind; struct queue_image queue; struct team_image team; struct paused_image paused; };

/* Followed by parts: queues, teams and paused sources that changed, in checkpoints all of which there is something to say. */
struct desk_image {
    uint64_t revision, next_number, desk_ms;
    struct siphash_key fingerprint_key;
    uint64_t ledger_revision, ledger_given;
    int64_t ledger_total;
    uint8_t nobody;                   /* enum core_nobody */
    bool nobody_told;
    uint64_t nobody_since_ms;
    uint64_t opening_since_ms, opening_until_ms;   /* 0: none is in force */
};

void record_put_lead(struct byte_buffer *out, const struct lead_image *image);
LW_MUST_CHECK lw_status record_read_lead(const void *bytes, size_t size, struct lead_image *out);
void record_put_exclusions(struct byte_buffer *out, const struct lead_image *image);   /* parts of a lead's */
void record_read_exclusions(struct byte_reader *in, struct lead_image *image);
void record_put_decisions(struct byte_buffer *out, const struct lead_image *image);
void record_read_decisions(struct byte_reader *in, struct lead_image *image);
void record_put_caps(struct byte_buffer *out, const struct caps_image *caps);   /* part of a rep's */
void record_read_caps(struct byte_reader *in, struct caps_image *caps);
void record_put_person(struct byte_buffer *out, const struct lead_image *image);   /* part of a lead's */
void record_read_person(struct byte_reader *in, struct lead_image *image);
void record_put_offers(struct byte_buffer *out, const struct lead_image *image);   /* part of a lead's */
void record_read_offers(struct byte_reader *in, struct lead_image *image);
/* Parts: who did not take a lead and why; how often a rep gave which reason. */
bool record_has_refusals(const struct lead_image *image);
void record_put_refusals(struct byte_buffer *out, const struct lead_image *image);
void record_read_refusals(struct byte_reader *in, struct lead_image *image);
void record_put_rep_declines(struct byte_buffer *out, const struct rep_image *image);
void record_read_rep_declines(struct byte_reader *in, struct rep_image *image);
void record_put_rep(struct byte_buffer *out, const struct rep_image *image);
LW_MUST_CHECK lw_status record_read_rep(const void *bytes, size_t size, struct rep_image *out);
void record_put_seen(struct byte_buffer *out, const struct seen_image *image);
LW_MUST_CHECK lw_status record_read_seen(const void *bytes, size_t size, struct seen_image *out);
void record_put_desk(struct byte_buffer *out, const struct desk_image *image);
void record_put_queue(struct byte_buffer *out, const struct queue_image *image);
void record_put_team(struct byte_buffer *out, const struct team_image *image);
void record_read_team(struct byte_reader *in, struct team_image *image);   /* behind its empty name */
void record_put_paused(struct byte_buffer *out, const struct paused_image *image);
void record_read_paused(struct byte_reader *in, struct paused_image *image);   /* behind two empty names */
/* rest: at the parts, for record_next_part. */
LW_MUST_CHECK lw_status record_read_desk(const void *bytes, size_t size, struct desk_image *out, struct byte_reader *rest);
/* LW_NOT_FOUND at the end. */
LW_MUST_CHECK lw_status record_next_part(struct byte_reader *rest, struct desk_part *out);

/* RECORD_LEADS. records: `count` of them, each put as a blob. */
void record_put_leads(struct byte_buffer *out, uint32_t count, const struct byte_buffer *records);
/* Gives each; visit's first status that is not LW_OK ends it. */
LW_MUST_CHECK lw_status record_visit_leads(const void *bytes, size_t size, lw_status (*visit)(void *context, const void *bytes, size_t size), void *context);

/* "waiting", "offered"... Never NULL. */
const char *lead_state_word(enum lead_state state);
const char *rep_state_word(enum rep_state state);

#endif
