/* SPDX-License-Identifier: Apache-2.0
 *
 * events - a desk's event stream with its snapshot. No personal data is in it.
 *
 * lw_events subscribes first, takes a snapshot through the control endpoint,
 * then gives: LW_EVENTS_RESET (forget all), one LW_EVENTS_LEAD / LW_EVENTS_REP row per
 * snapshot row, LW_EVENTS_LIVE, then events as they happen; each change once, in order.
 * A gap in the sequence or a new epoch starts over with LW_EVENTS_RESET. With no_snapshot there
 * are only events; LW_EVENTS_RESET then says that some were missed.
 * Waiting and threads: as in publisher.h, with two descriptors.
 */
#ifndef LEADWIRE_EVENTS_H
#define LEADWIRE_EVENTS_H

#include <leadwire/lead.h>
#include <leadwire/publisher.h>
#include <leadwire/rep.h>
#include <leadwire/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lw_events;   /* opaque */

struct lw_events_options {
    const char *events_endpoint;
    const char *control_endpoint;   /* not needed with no_snapshot */
    const char *desk;
    const char *client;
    int no_snapshot;     /* 1: only live events */
    const char *key_file;           /* of a broker with keys, by tcp, for both endpoints; NULL: plain, by ipc and loopback only */
};

typedef enum lw_events_kind {
    LW_EVENTS_NONE = 0, LW_EVENTS_RESET, LW_EVENTS_LEAD, LW_EVENTS_REP, LW_EVENTS_DESK, LW_EVENTS_LIVE,
} lw_events_kind;

/* Pointers live until the next call. Strings are never NULL. */
struct lw_event {
    lw_events_kind kind;
    int is_snapshot;
    uint64_t epoch, seq, previous_seq;
    int64_t at_unix_ms;
    const char *cause;
    const char *rep;                /* rep's name; of a lead: who has it */
    /* lead */
    const char *lead_id;
    lw_lead_state from, to;
    const char *queue, *source, *disposition, *reason;
    lw_channel channel;
    uint32_t priority, offer_number;
    int64_t received_unix_ms, deadline_unix_ms;
    uint64_t revision;
    const char *preferred_rep;      /* waiting, scheduled: who gets it first */
    int64_t preferred_until_unix_ms;
    int do_not_call, call_back;
    int64_t appointment_unix_ms;
    const char *by;                 /* the rep who scheduled it, set it aside or handed it on; or the manager whose act it is. Rep: who set the state */
    const char *set_by;             /* who handed it on last */
    const char *other_lead_id;      /* merged, parted: into which it went, or which came into it */
    const char *trace_id;           /* of the lead's trace_parent: 32 hexadecimal digits; "" if it has none */
    const char *const *also_offered;   /* of several at once: who has an open offer besides `rep`, whose offer was made or ended */
    size_t also_offered_count;
    /* rep */
    lw_rep_state rep_state;
    uint32_t load, capacity;
    int connected;
    /* desk */
    uint32_t config_version;
    const char *nobody;             /* with cause "nobody_there": closed, no_rep, busy; else "" */
    uint64_t waiting;               /* how many leads wait; */
    const char *const *tell;        /* whom to tell */
    size_t tell_count;
};

/* As lw_publisher_open. */
LW_MUST_CHECK lw_status lw_events_open(const struct lw_events_options *options, struct lw_events **out);
void lw_events_close(struct lw_events **events);
/* Does what is due and takes the next event: LW_OK, LW_AGAIN, or LW_REFUSED when the broker will not
 * serve this desk or speak this version; it is asked again every few seconds. */
LW_MUST_CHECK lw_status lw_events_next(struct lw_events *events, struct lw_event *out);
/* The reason of the last LW_REFUSED; never NULL. */
const char *lw_events_error(const struct lw_events *events);
/* Fills fds[2], returns how many: 2, or 1 with no_snapshot. */
int lw_events_fds(const struct lw_events *events, int fds[2]);
int lw_events_wait_ms(const struct lw_events *events);

#ifdef __cplusplus
}
#endif
#endif
