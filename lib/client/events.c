/* SPDX-License-Identifier: Apache-2.0
 *
 * Two sockets: SUB for the events (event_socket.h), a control session for the snapshot. The
 * events that come while the pages are fetched wait in the SUB socket, which is
 * bounded; should it overflow, the sequence has a gap.
 *
 *   WAITING --Welcome--> PAGING --last page told--> LIVE
 *      ^                    |                         |
 *      +---- page refused --+-- gap, higher epoch ----+   (LW_EVENTS_RESET)
 *
 * A subscription that was not in force yet when the snapshot was taken, or that
 * a reconnect interrupted, shows as a gap at the next event; on a quiet desk
 * that may be long. So a second after going live, and after each reconnect of
 * the control session, the desk's sequence number is asked for and must be
 * reached within a second.
 */
#include <leadwire/events.h>

#include "event_socket.h"
#include "revision_table.h"
#include "session.h"
#include "wall_clock.h"

#include <stdlib.h>
#include <string.h>

enum {
    REQUESTS_MAX = 4,
    RESEND_MS = 2000,
    START_OVER_MS = 200,          /* between two attempts at a snapshot */
    VERIFY_AFTER_MS = 1000,
    VERIFY_WITHIN_MS = 1000,
    ARENA_KEEP = 16 * 1024,
};

enum phase { PHASE_WAITING, PHASE_PAGING, PHASE_LIVE };
enum take { TAKE_NOTHING, TAKE_SKIPPED, TAKE_EVENT, TAKE_GAP };

struct lw_events {
    struct session control;
    bool has_control;
    struct event_socket socket;
    enum phase phase;
    bool connected;                   /* the control session is open */
    bool reset_due, refused_due;
    uint64_t start_at_ms;             /* waiting: not before */

    uint64_t epoch, seq;              /* of the last event or of the snapshot; epoch 0: none yet */
    uint64_t first_page_seq, last_page_seq;
    uint64_t ticket;                  /* of the page or verification asked for; 0: none */
    Leadwire__V1__SnapshotReply *page; /* in the control session's arena while its rows are told */
    size_t row;
    struct revision_table revisions;

    uint64_t verify_at_ms;            /* 0: not due */
    uint64_t verify_seq, verify_by_ms; /* to be reached; 0: nothing to reach */

    struct arena arena;               /* of the last live event */
    struct lw_event kept;             /* held back while its RESET is told */
    bool has_kept;
};

static lw_status open_control(struct lw_events *events, const struct lw_events_options *options);
static void start_over(struct lw_events *events, uint64_t now_ms);
static void drive_control(struct lw_events *events, uint64_t now_ms);
static void handle_answer(struct lw_events *events, const struct session_event *event, uint64_t now_ms);
static void take_page(struct lw_events *events, Leadwire__V1__SnapshotReply *page, uint64_t now_ms);
static void ask(struct lw_events *events, uint64_t cursor, uint64_t now_ms);
static bool tell_row(struct lw_events *events, uint64_t now_ms, struct lw_event *out);
static bool tell_live_event(struct lw_events *events, uint64_t now_ms, struct lw_event *out);
static enum take take_event(struct lw_events *events, uint64_t now_ms, struct lw_event *out);
static enum take judge_event(struct lw_events *events, const Leadwire__V1__Event *event);
static bool is_in_snapshot(const struct lw_events *events, const Leadwire__V1__Event *event);
static void verify(struct lw_events *events, uint64_t now_ms);
static struct lw_event blank_event(lw_events_kind kind);
static void fill_lead(const Leadwire__V1__LeadEvent *lead, struct lw_event *out);
static void fill_rep(const Leadwire__V1__RepEvent *rep, struct lw_event *out);
static void fill_event(const Leadwire__V1__Event *event, struct lw_event *out);

lw_status lw_events_open(const struct lw_events_options *options, struct lw_events **out)
{
    *out = NULL;
    if (!options->events_endpoint || !*options->events_endpoint || !options->desk || !*options->desk
        || strlen(options->desk) > LW_NAME_MAX)
        return LW_INVALID;
    struct lw_events *events = calloc(1, sizeof *events);
    if (!events)
        return LW_NO_MEMORY;
    arena_init(&events->arena, WIRE_ARENA_CAP);
    revision_table_init(&events->revisions);
    events->phase = options->no_snapshot ? PHASE_LIVE : PHASE_WAITING;
    events->reset_due = !options->no_snapshot;
    lw_status status = event_socket_open(&events->socket, options);
    if (status == LW_OK && !options->no_snapshot)
        status = open_control(events, options);
    if (status != LW_OK)
        lw_events_close(&events);
    *out = events;
    return status;
}

void lw_events_close(struct lw_events **events)
{
    if (!*events)
        return;
    if ((*events)->has_control)
        session_close(&(*events)->control, "closed");
    event_socket_close(&(*events)->socket);
    revision_table_clear(&(*events)->revisions);
    arena_fini(&(*events)->arena);
    free(*events);
    *events = NULL;
}

lw_status lw_events_next(struct lw_events *events, struct lw_event *out)
{
    uint64_t now_ms = wall_clock_monotonic_ms();
    *out = blank_event(LW_EVENTS_NONE);
    if (events->has_kept) {
        *out = events->kept;
        events->has_kept = false;
        return LW_OK;
    }
    event_socket_turn(&events->socket, now_ms);
    while (!events->reset_due) {
        if (tell_row(events, now_ms, out))
            return LW_OK;
        drive_control(events, now_ms);
        if (events->refused_due) {
            events->refused_due = false;
            return LW_REFUSED;
        }
        if (events->reset_due || events->page)
            continue;
        if (events->phase != PHASE_LIVE)
            event_socket_clear_edge(&events->socket);
        if (tell_live_event(events, now_ms, out))
            return LW_OK;
        if (events->reset_due)
            continue;
        verify(events, now_ms);
        if (!events->reset_due)
            return LW_AGAIN;
    }
    events->reset_due = false;
    *out = blank_event(LW_EVENTS_RESET);
    out->epoch = events->epoch;
    return LW_OK;
}

int lw_events_fds(const struct lw_events *events, int fds[2])
{
    fds[0] = events->socket.fd;
    fds[1] = events->has_control ? events->control.fd : -1;
    return events->has_control ? 2 : 1;
}

int lw_events_wait_ms(const struct lw_events *events)
{
    if (events->reset_due || events->refused_due || events->page || events->has_kept)
        return 0;
    if (!events->has_control)
        return SESSION_WAIT_MAX_MS;
    uint64_t now_ms = wall_clock_monotonic_ms();
    uint64_t at_ms = now_ms + (uint64_t)session_wait_ms(&events->control);
    uint64_t due[3] = {
        events->phase == PHASE_WAITING && events->connected ? events->start_at_ms : UINT64_MAX,
        events->verify_at_ms && events->connected && !events->ticket ? events->verify_at_ms : UINT64_MAX,
        events->verify_seq ? events->verify_by_ms : UINT64_MAX,
    };
    for (size_t i = 0; i < sizeof due / sizeof due[0]; i++)
        at_ms = due[i] < at_ms ? due[i] : at_ms;
    return at_ms > now_ms ? (int)(at_ms - now_ms) : 0;
}

const char *lw_events_error(const struct lw_events *events)
{
    return session_error(&events->control);
}

/* ---- opening ---- */

static lw_status open_control(struct lw_events *events, const struct lw_events_options *options)
{
    struct session_options session = {
        .role = LEADWIRE__V1__ROLE__ROLE_CONTROL,
        .endpoint = options->control_endpoint,
        .desk = options->desk,
        .client = options->client,
        .key_file = options->key_file,
        .pending_max = REQUESTS_MAX,
        .resend_ms = RESEND_MS,
    };
    lw_status status = session_open(&events->control, &session);
    events->has_control = status == LW_OK;
    return status;
}

/* ---- the snapshot ---- */

/* Forgets all; the program is told so. Events go on waiting in the socket. */
static void start_over(struct lw_events *events, uint64_t now_ms)
{
    events->phase = PHASE_WAITING;
    events->start_at_ms = now_ms + START_OVER_MS;
    events->reset_due = true;
    events->page = NULL;
    events->verify_at_ms = events->verify_seq = 0;
    revision_table_clear(&events->revisions);
    event_socket_take_singles(&events->socket);      /* the broker may have changed to one that sends no bundles */
    struct pending_request *asked = pending_find(&events->control.pending, events->ticket);
    if (asked)
        pending_free(&events->control.pending, asked);
    events->ticket = 0;
}

static void drive_control(struct lw_events *events, uint64_t now_ms)
{
    while (events->has_control && !events->page && !events->reset_due && !events->refused_due) {
        struct session_event event;
        switch (session_next(&events->control, &event)) {
        case SESSION_NOTHING:
            if (events->connected && events->phase == PHASE_WAITING && now_ms >= events->start_at_ms) {
                events->phase = PHASE_PAGING;
                events->first_page_seq = events->last_page_seq = events->epoch = 0;
                ask(events, 0, now_ms);
                continue;
            }
            return;
        case SESSION_WELCOME:
            events->connected = true;
            if (events->phase == PHASE_LIVE)
                events->verify_at_ms = now_ms;
            break;
        case SESSION_LOST:
            events->connected = false;
            break;
        case SESSION_REFUSED:
            events->refused_due = true;
            break;
        case SESSION_ANSWER:
            handle_answer(events, &event, now_ms);
            break;
        case SESSION_EXPIRED:
        case SESSION_MESSAGE:
            break;
        }
    }
}

static void handle_answer(struct lw_events *events, const struct session_event *event, uint64_t now_ms)
{
    if (event->ticket != events->ticket)
        return;
    events->ticket = 0;
    if (event->message.type != WIRE_SNAPSHOT_REPLY) {
        session_set_error(&events->control, event->message.reply->reason);
        start_over(events, now_ms);
        return;
    }
    Leadwire__V1__SnapshotReply *page = event->message.snapshot_reply;
    if (events->phase == PHASE_PAGING) {
        take_page(events, page, now_ms);
    } else if (page->epoch != events->epoch) {
        start_over(events, now_ms);
    } else if (page->seq > events->seq) {
        events->verify_seq = page->seq;
        events->verify_by_ms = now_ms + VERIFY_WITHIN_MS;
    }
}

static void take_page(struct lw_events *events, Leadwire__V1__SnapshotReply *page, uint64_t now_ms)
{
    if (events->epoch != 0 && page->epoch != events->epoch) {
        start_over(events, now_ms);
        return;
    }
    if (events->epoch == 0) {
        events->epoch = page->epoch;
        events->first_page_seq = page->seq;
    }
    events->last_page_seq = page->seq;
    events->page = page;
    events->row = 0;
}

static void ask(struct lw_events *events, uint64_t cursor, uint64_t now_ms)
{
    Leadwire__V1__SnapshotRequest request = LEADWIRE__V1__SNAPSHOT_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_SNAPSHOT_REQUEST, .snapshot_request = &request};
    struct pending_tag tag = {0};
    request.cursor = cursor;
    if (session_request(&events->control, &message, &tag, 0, &events->ticket) != LW_OK)
        start_over(events, now_ms);
}

/* One row of the page; after the last row of the last page, that all is live. Rows of later pages
 * may be ahead of events to come: their revisions are kept until those have passed. */
static bool tell_row(struct lw_events *events, uint64_t now_ms, struct lw_event *out)
{
    const Leadwire__V1__SnapshotReply *page = events->page;
    if (!page)
        return false;
    bool ahead = page->seq > events->first_page_seq, kept = true;
    if (events->row < page->n_leads) {
        const Leadwire__V1__LeadEvent *lead = page->leads[events->row++];
        *out = blank_event(LW_EVENTS_LEAD);
        fill_lead(lead, out);
        kept = !ahead || revision_table_put(&events->revisions, 'l', lead->lead_id, lead->revision);
    } else if (events->row < page->n_leads + page->n_reps) {
        const Leadwire__V1__RepEvent *rep = page->reps[events->row++ - page->n_leads];
        *out = blank_event(LW_EVENTS_REP);
        fill_rep(rep, out);
        kept = !ahead || revision_table_put(&events->revisions, 'r', rep->rep, rep->revision);
    } else if (page->next_cursor != 0) {
        uint64_t cursor = page->next_cursor;
        events->page = NULL;
        ask(events, cursor, now_ms);
        return false;
    } else {
        *out = blank_event(LW_EVENTS_LIVE);
        events->page = NULL;
        events->phase = PHASE_LIVE;
        events->seq = events->first_page_seq;
        events->verify_at_ms = now_ms + VERIFY_AFTER_MS;
    }
    if (!kept) {
        start_over(events, now_ms);
        return false;
    }
    out->epoch = events->epoch;
    out->seq = page->seq;
    out->is_snapshot = out->kind != LW_EVENTS_LIVE;
    return true;
}

/* ---- live ---- */

static bool tell_live_event(struct lw_events *events, uint64_t now_ms, struct lw_event *out)
{
    while (events->phase == PHASE_LIVE) {
        switch (take_event(events, now_ms, out)) {
        case TAKE_NOTHING:
            return false;
        case TAKE_SKIPPED:
            break;
        case TAKE_EVENT:
            return true;
        case TAKE_GAP:
            if (events->has_control) {
                start_over(events, now_ms);
                return false;
            }
            events->kept = *out;      /* no snapshot to take: say that some were missed, then go on */
            events->has_kept = true;
            events->reset_due = true;
            return false;
        }
    }
    return false;
}

static enum take take_event(struct lw_events *events, uint64_t now_ms, struct lw_event *out)
{
    struct session_frame frame;
    struct wire_message message;
    const char *reason;

    arena_reset(&events->arena, ARENA_KEEP);
    switch (event_socket_take(&events->socket, now_ms, &frame)) {
    case EVENT_SOCKET_NOTHING: return TAKE_NOTHING;
    case EVENT_SOCKET_SKIPPED: return TAKE_SKIPPED;
    case EVENT_SOCKET_FRAME: break;
    }
    if (wire_decode(frame.data, frame.size, WIRE_FROM_BROKER, &events->arena, &message, &reason, NULL) != LW_OK || message.type != WIRE_EVENT)
        return TAKE_SKIPPED;
    enum take taken = judge_event(events, message.event);
    fill_event(message.event, out);
    return taken;
}

/* Is it the next one? Takes it into account if so. */
static enum take judge_event(struct lw_events *events, const Leadwire__V1__Event *event)
{
    bool first = !events->has_control && events->epoch == 0;
    if (!first && event->epoch < events->epoch)
        return TAKE_SKIPPED;
    if (!first && event->epoch == events->epoch && event->seq <= events->seq)
        return TAKE_SKIPPED;
    bool gap = !first && (event->epoch > events->epoch || event->previous_seq > events->seq);
    if (gap && events->has_control)
        return TAKE_GAP;
    bool old = is_in_snapshot(events, event);
    events->epoch = event->epoch;
    events->seq = event->seq;
    if (events->revisions.count > 0 && event->seq >= events->last_page_seq)
        revision_table_clear(&events->revisions);
    if (gap)
        return TAKE_GAP;
    return old ? TAKE_SKIPPED : TAKE_EVENT;
}

static bool is_in_snapshot(const struct lw_events *events, const Leadwire__V1__Event *event)
{
    if (events->revisions.count == 0)
        return false;
    if (event->lead)
        return event->lead->revision <= revision_table_find(&events->revisions, 'l', event->lead->lead_id);
    if (event->rep)
        return event->rep->revision <= revision_table_find(&events->revisions, 'r', event->rep->rep);
    return false;
}

static void verify(struct lw_events *events, uint64_t now_ms)
{
    if (events->phase != PHASE_LIVE || !events->has_control)
        return;
    if (events->verify_seq && events->seq >= events->verify_seq)
        events->verify_seq = 0;
    if (events->verify_seq && now_ms >= events->verify_by_ms) {
        start_over(events, now_ms);
        return;
    }
    if (events->verify_at_ms && now_ms >= events->verify_at_ms && events->connected && events->ticket == 0) {
        events->verify_at_ms = 0;
        ask(events, 0, now_ms);
    }
}

/* ---- wire to public ---- */

static struct lw_event blank_event(lw_events_kind kind)
{
    return (struct lw_event){.kind = kind, .cause = "", .rep = "", .lead_id = "", .queue = "", .source = "",
                             .disposition = "", .reason = "", .preferred_rep = "", .by = "", .set_by = "", .nobody = "", .other_lead_id = "", .trace_id = ""};
}

static void fill_lead(const Leadwire__V1__LeadEvent *lead, struct lw_event *out)
{
    out->kind = LW_EVENTS_LEAD;
    out->cause = lead->cause;
    out->rep = lead->rep;
    out->lead_id = lead->lead_id;
    out->from = (lw_lead_state)lead->from;
    out->to = (lw_lead_state)lead->to;
    out->queue = lead->queue;
    out->source = lead->source;
    out->disposition = lead->disposition;
    out->reason = lead->reason;
    out->channel = (lw_channel)lead->channel;
    out->priority = lead->priority;
    out->offer_number = lead->offer_number;
    out->received_unix_ms = lead->received_unix_ms;
    out->deadline_unix_ms = lead->deadline_unix_ms;
    out->preferred_rep = lead->preferred_rep;
    out->preferred_until_unix_ms = lead->preferred_until_unix_ms;
    out->do_not_call = lead->do_not_call;
    out->call_back = lead->call_back;
    out->appointment_unix_ms = lead->appointment_unix_ms;
    out->by = lead->by;
    out->set_by = lead->set_by;
    out->other_lead_id = lead->other_lead_id;
    out->trace_id = lead->trace_id;
    out->also_offered = (const char *const *)lead->also_offered;
    out->also_offered_count = lead->n_also_offered;
    out->revision = lead->revision;
}

static void fill_rep(const Leadwire__V1__RepEvent *rep, struct lw_event *out)
{
    out->kind = LW_EVENTS_REP;
    out->cause = rep->cause;
    out->rep = rep->rep;
    out->rep_state = (lw_rep_state)rep->state;
    out->load = rep->load;
    out->capacity = rep->capacity;
    out->connected = rep->connected;
    out->revision = rep->revision;
    out->by = rep->by;
    out->reason = rep->reason;
}

static void fill_event(const Leadwire__V1__Event *event, struct lw_event *out)
{
    *out = blank_event(LW_EVENTS_DESK);
    if (event->lead) {
        fill_lead(event->lead, out);
    } else if (event->rep) {
        fill_rep(event->rep, out);
    } else if (event->desk) {
        out->cause = event->desk->cause;
        out->config_version = event->desk->config_version;
        out->nobody = event->desk->nobody;
        out->waiting = event->desk->waiting;
        out->tell = (const char *const *)event->desk->tell;
        out->tell_count = event->desk->n_tell;
    }
    out->epoch = event->epoch;
    out->seq = event->seq;
    out->previous_seq = event->previous_seq;
    out->at_unix_ms = event->at_unix_ms;
}
