/* SPDX-License-Identifier: Apache-2.0
 *
 * rep - a rep's session: offers come, answers go, assigned leads are completed.
 *
 * The session reconnects by itself within and after the grace and resumes:
 * offers and holdings are then told again with `resumed`, closed by an
 * LW_REP_SNAPSHOT event; what the program holds beyond that is gone. Answers
 * and completions are repeated until the broker has confirmed them.
 * Waiting and threads: as in publisher.h.
 */
#ifndef LEADWIRE_REP_H
#define LEADWIRE_REP_H

#include <leadwire/lead.h>
#include <leadwire/publisher.h>
#include <leadwire/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lw_rep;   /* opaque */

struct lw_rep_options {
    const char *endpoint;   /* the broker's reps endpoint */
    const char *desk;
    const char *rep;        /* the rep's name in the desk's rules */
    const char *secret;     /* read it from a file; copied, wiped at close */
    const char *client;
    const char *key_file;   /* of a broker with keys, by tcp: the rep's own; then secret may be NULL. NULL: plain, by ipc and loopback only */
};

typedef enum lw_rep_state {   /* numbers are those of leadwire.v1.RepState */
    LW_REP_STATE_NONE = 0, LW_REP_OFFLINE, LW_REP_AVAILABLE, LW_REP_WRAP_UP, LW_REP_BREAK, LW_REP_AWAY,
} lw_rep_state;
const char *lw_rep_state_name(lw_rep_state state);

typedef enum lw_rep_event_kind {
    LW_REP_NONE = 0,
    LW_REP_WELCOME,     /* the session is open */
    LW_REP_LOST,        /* no session: the connection broke, the broker restarted, or (reason) does not serve the desk now;
                           it is tried until it opens */
    LW_REP_OFFER,       /* answer it before the deadline. The same offer again: as it is now, as another contact of the person joined, or some were parted from it */
    LW_REP_HOLDING,     /* the lead is yours: state connecting or assigned; again when another contact joined, or some were parted from it */
    LW_REP_WITHDRAWN,   /* an offer or a lead is no longer yours; reason says why */
    LW_REP_NUDGE,       /* touch this lead before touch_by_unix_ms, or it goes to another */
    LW_REP_STATUS,      /* your state, load, capacity */
    LW_REP_SNAPSHOT,    /* after (re)connect: all offers and holdings have been told */
    LW_REP_PULL_LIST,   /* the answer to lw_rep_pull_list: ticket, pullable */
    LW_REP_ANSWER,      /* the broker's answer to a request of ours: ticket, outcome, reason, lead_id; of accept and decline offer_number, else 0 */
    LW_REP_REFUSED,     /* the broker will not have us: unknown rep, wrong secret, version, another device logged on, a manager logged you off. Final. */
    LW_REP_CHOICES,     /* the answer to lw_rep_ask_choices: ticket, choices */
    LW_REP_DAY,         /* the answer to lw_rep_ask_day: ticket, day */
} lw_rep_event_kind;

/* A lead on the desk's shared list. */
struct lw_pullable {
    const char *lead_id, *queue, *source;
    lw_channel channel;
    uint32_t priority;
    int64_t received_unix_ms;
    int call_back;                 /* you call; nobody is on the line */
};

/* A name that the desk's rules have, and what people see: the label, and that in other languages. Strings are never NULL. */
struct lw_local_text { const char *language, *text; };
struct lw_choice {
    const char *name, *label;
    const char *team;                      /* of a rep; else "" */
    int outsourced;                        /* of a team: its reps see whom a lead is about once they accept it */
    const struct lw_local_text *texts;     /* of dispositions, reasons to decline and for breaks: text_count of them */
    uint32_t text_count;
    const char *follows;                   /* of a disposition: "end", "call_back", "appointment", "park", "suppress"; else "" */
    const char *kind;                      /* of a disposition: "won", "lost", "later", "bad", "no_answer", "do_not_call"; else "" */
    uint64_t after_ms, at_least_ms, at_most_ms;   /* of one that comes back: when, without a time (0: it needs one), and within what a time may be */
};

/* What there is to choose from at the rep's desk, of the rules in force. */
struct lw_choices {
    uint32_t version;                      /* of the rules */
    const struct lw_choice *dispositions, *break_reasons, *skills, *teams, *reps;
    uint32_t disposition_count, break_reason_count, skill_count, team_count, rep_count;
    const struct lw_choice *decline_reasons;   /* the name of one of which a decline must have; none: any text */
    uint32_t decline_reason_count;
};

/* Leads that the rep did not get, alike ones in one. Strings are never NULL. */
struct lw_day_why {
    const char *excluded_by, *detail;      /* the first rule that kept them from it, in the broker's words; "": they could have had it, and */
    const char *decided_by;                /* by this another came first */
    uint32_t count;
};

/* How the rep's day goes. Nothing in it is of colleagues. */
struct lw_day {
    int64_t since_unix_ms;                 /* midnight where the broker runs, or when it took the desk over */
    uint32_t offered, accepted, completed, declined, missed;   /* missed: let an offer expire */
    int is_shared;                         /* leads are dealt out by share; else the next five are 0 */
    int is_present;
    uint32_t share, place, of;             /* place: who is due first has 1, of those present */
    int64_t owed_hundredths;               /* of a lead of weight 1; below 0: more than their share */
    const struct lw_day_why *others, *waiting;   /* for somebody else in the last half hour, newest first; what keeps the rep from leads that wait now */
    uint32_t other_count, waiting_count;
};

/* Pointers live until the next call on this session; lead may be NULL, strings never are. */
struct lw_rep_event {
    lw_rep_event_kind kind;
    const char *lead_id;
    uint32_t offer_number;
    const struct lw_lead *lead;    /* offer; holding when resumed, or when no offer brought it, or not all of it; else NULL: the offer had it */
    const struct lw_lead *contacts;   /* that joined the lead, with `lead`, in the order in which they came: contact_count of them */
    const int64_t *contact_unix_ms;   /* when each of them came; 0: an older broker does not tell */
    uint32_t contact_count;
    int64_t deadline_unix_ms;      /* by the broker's clock */
    uint32_t answer_ms;            /* offer: time left when it was sent */
    int64_t received_unix_ms;      /* the lead's original arrival */
    uint32_t weight;
    const char *queue, *why;
    int resumed;
    lw_lead_state lead_state;      /* holding */
    lw_rep_state state;            /* status */
    uint32_t load, capacity;
    int64_t until_unix_ms;
    int64_t touch_by_unix_ms;      /* holding, nudge: the first touch is awaited until then; 0: it is not */
    int call_back;                 /* offer, holding: you call; nobody is on the line */
    int interrupts;                /* offer: you have no room for it; it interrupts all that you have in hand */
    int64_t bought_unix_ms;        /* offer, holding: when this person bought last, or was won; 0: no customer that the desk knows */
    const char *bought;            /* and what, as far as the desk knows; "" */
    int no_customer;               /* offer, holding: the desk knows its customers, and this person is none; 0 without bought_unix_ms: it is not known */
    int64_t appointment_unix_ms;   /* offer, holding; 0: none */
    const char *place;             /* of the appointment */
    const char *set_by;            /* the rep who handed it on; "" nobody */
    const char *note, *note_by;    /* offer, holding: the last that a rep wrote, handing it on or ending the work on it, and the rep whose it is; "" none.
                                      To an outsourced team an offer has none: the holding does */
    const char *taken_by;          /* withdrawn: the rep who was faster, of several who were offered it; "" nobody */
    const struct lw_pullable *pullable;   /* pull list: higher priority first, then older: pullable_count of them */
    uint32_t pullable_count;
    const struct lw_choices *choices;     /* choices; NULL when there was no memory */
    const struct lw_day *day;      /* day; NULL: it was not told in time, or there was no memory */
    uint64_t ticket;               /* answer, pull list, choices, day */
    lw_outcome outcome;
    const char *reason;
    uint64_t epoch;
};

/* As lw_publisher_open. The session starts in the state the rep had; a new log-on is available. */
LW_MUST_CHECK lw_status lw_rep_open(const struct lw_rep_options *options, struct lw_rep **out);
/* Says Bye (the rep logs off at once, without grace) if log_off, else just drops the connection. Nulls *rep. */
void lw_rep_close(struct lw_rep **rep, int log_off);

/* The requests are queued, and repeated until an LW_REP_ANSWER with their ticket (never 0) ends them; "busy" is
 * repeated by the library. Errors: LW_INVALID, LW_TOO_LARGE (lw_rep_error() says what), LW_FULL, LW_CLOSED (refused). */
LW_MUST_CHECK lw_status lw_rep_accept(struct lw_rep *rep, const char *lead_id, uint32_t offer_number, uint64_t *ticket_out);
LW_MUST_CHECK lw_status lw_rep_decline(struct lw_rep *rep, const char *lead_id, uint32_t offer_number,
                                       const char *reason, uint64_t *ticket_out);
/* idempotency_id NULL: the library makes one per call (and repeats it on resend). note: the broker refuses more than 500 bytes. */
LW_MUST_CHECK lw_status lw_rep_complete(struct lw_rep *rep, const char *lead_id, const char *disposition,
                                        const char *note, const char *idempotency_id, uint64_t *ticket_out);
/* A completion that says more than an outcome. Zero members are left out. */
struct lw_completion {
    const char *disposition, *note, *idempotency_id;   /* as in lw_rep_complete */
    int64_t at_unix_ms;       /* when to call back, or of the appointment; 0: as the disposition says */
    const char *place;        /* of the appointment; at most 255 bytes */
};
LW_MUST_CHECK lw_status lw_rep_complete_with(struct lw_rep *rep, const char *lead_id, const struct lw_completion *completion,
                                             uint64_t *ticket_out);
/* Hands a lead on that is yours by offer offer_number. One of rep, team, skill, back is set. */
struct lw_transfer {
    const char *rep;               /* asked first and alone for a while; then all are */
    const char *team;
    const char *skill;             /* with `level` required from now on, besides what was */
    uint32_t level;                /* 1-10 */
    int64_t appointment_unix_ms;   /* 0: none */
    const char *place;             /* of the appointment; at most 255 bytes */
    int back;                      /* 1: to the rep who handed it on last, as if named in `rep` */
    const char *note;              /* for who gets it; at most 500 bytes */
};
LW_MUST_CHECK lw_status lw_rep_transfer(struct lw_rep *rep, const char *lead_id, uint32_t offer_number,
                                        const struct lw_transfer *target, uint64_t *ticket_out);
/* You called or wrote to the prospect of a lead that is yours by offer offer_number: its first touch. */
LW_MUST_CHECK lw_status lw_rep_touch(struct lw_rep *rep, const char *lead_id, uint32_t offer_number, uint64_t *ticket_out);
/* What you may take from the shared list now, at most 50; answered by LW_REP_PULL_LIST. */
LW_MUST_CHECK lw_status lw_rep_pull_list(struct lw_rep *rep, uint64_t *ticket_out);
/* Takes a lead of the list: accepted, an LW_REP_HOLDING brings it; not yours: another was faster. */
LW_MUST_CHECK lw_status lw_rep_pull(struct lw_rep *rep, const char *lead_id, uint64_t *ticket_out);
/* What there is to choose from: dispositions, reasons, whom to hand leads on to. Answered by LW_REP_CHOICES; by LW_REP_ANSWER
 * of an older broker, which forbids it. Nobody tells when the rules change: ask again after LW_REP_WELCOME at least. */
LW_MUST_CHECK lw_status lw_rep_ask_choices(struct lw_rep *rep, uint64_t *ticket_out);
/* How the rep's own day goes: numbers, the place in the fair share, why leads were not theirs. Answered by LW_REP_DAY within seconds,
 * whatever the broker does; by LW_REP_ANSWER when the rules have no such rep. LW_UNSUPPORTED: this broker does not tell it, or there was no
 * LW_REP_WELCOME yet. */
LW_MUST_CHECK lw_status lw_rep_ask_day(struct lw_rep *rep, uint64_t *ticket_out);
/* LW_REP_AVAILABLE or LW_REP_BREAK. */
LW_MUST_CHECK lw_status lw_rep_set_state(struct lw_rep *rep, lw_rep_state state, const char *reason, uint64_t *ticket_out);

/* Does what is due and takes the next event: LW_OK, LW_AGAIN, LW_CLOSED after LW_REP_REFUSED. */
LW_MUST_CHECK lw_status lw_rep_next(struct lw_rep *rep, struct lw_rep_event *out);
int lw_rep_fd(const struct lw_rep *rep);
int lw_rep_wait_ms(const struct lw_rep *rep);
int lw_rep_connected(const struct lw_rep *rep);
/* The reason of the last LW_INVALID, LW_REP_REFUSED or failed log-on; never NULL. */
const char *lw_rep_error(const struct lw_rep *rep);

#ifdef __cplusplus
}
#endif
#endif
