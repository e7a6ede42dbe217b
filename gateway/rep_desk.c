/* SPDX-License-Identifier: Apache-2.0
 *
 * The session's descriptor tells of news only once: so after each call on the session `pump` runs from the loop, until there is nothing more.
 */
#include "rep_desk.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link_trouble.h"
#include "lw_log.h"
#include "rep_desk_state.h"
#include "wall_clock.h"

enum { EVENTS_PER_TURN_MAX = 256, WAITING_LEAD_ID_MAX = 64 };

/* An act that was done, or is being done. */
struct kept_act {
    enum desk_act_kind kind;
    uint64_t ticket;                /* 0: free, or answered */
    uint64_t began_ms;
    char key[ACT_KEY_MAX + 1];
    char lead_id[WAITING_LEAD_ID_MAX];
    uint32_t offer_number;
    desk_act_done *done;            /* NULL: nobody waits for the answer */
    void *context;
    char outcome[24], reason[ACT_REASON_MAX];
};

struct rep_desk {
    struct rep_desk_options options;
    struct lw_rep *rep;
    struct event *readable, *pump;
    struct rep_desk_state state;
    struct link_trouble trouble;
    struct kept_act acts[ACTS_KEPT];   /* a ring */
    uint32_t next_act;
    uint64_t told_revision;
    bool break_after_lead;
    char break_reason[ACT_REASON_MAX];
    struct { uint64_t ticket; desk_day_done *done; void *context; } day;   /* done NULL: nobody waits for it */
};

static void take_choices(struct rep_desk *desk, const struct lw_rep_event *event)
{
    uint64_t ticket;   /* its answer says all */
    if (!desk->options.chooses)
        return;
    if (event->kind == LW_REP_SNAPSHOT && lw_rep_ask_choices(desk->rep, &ticket) != LW_OK)
        log_warning("what there is to choose from cannot be asked: %s", lw_rep_error(desk->rep));
    if (event->kind == LW_REP_CHOICES && event->choices)
        desk->options.chooses(desk->options.context, event->choices);
}

static void end_day(struct rep_desk *desk, const struct lw_day *day, const char *why)
{
    desk_day_done *done = desk->day.done;
    desk->day.done = NULL;
    if (done)
        done(desk->day.context, day, why);
}

static void take_day(struct rep_desk *desk, const struct lw_rep_event *event)
{
    if ((event->kind != LW_REP_DAY && event->kind != LW_REP_ANSWER) || event->ticket != desk->day.ticket)
        return;
    if (event->kind == LW_REP_DAY)
        end_day(desk, event->day, event->day ? "" : "the broker does not answer");
    else
        end_day(desk, NULL, event->reason);
}

static void on_event(evutil_socket_t fd, short what, void *context);
static lw_status ask(struct rep_desk *desk, const struct desk_act *act, uint64_t *ticket_out);
static struct kept_act *find_key(struct rep_desk *desk, const char *key);
static void answer(struct kept_act *act, const char *outcome, const char *reason);
static void take_answer(struct rep_desk *desk, const struct lw_rep_event *event);

lw_status rep_desk_open(const struct rep_desk_options *options, struct rep_desk **out)
{
    *out = NULL;
    struct rep_desk *desk = calloc(1, sizeof *desk);
    if (!desk)
        return LW_NO_MEMORY;
    desk->options = *options;
    link_trouble_init(&desk->trouble, "reps", options->rep);
    rep_desk_state_init(&desk->state, options->rep);
    const struct lw_rep_options session = {.endpoint = options->endpoint, .desk = options->desk, .rep = options->rep,
                                           .secret = options->secret, .key_file = options->key_file, .client = "leadwire-gateway " LEADWIRE_VERSION};
    lw_status status = lw_rep_open(&session, &desk->rep);
    if (status == LW_OK) {
        desk->readable = event_new(options->base, lw_rep_fd(desk->rep), EV_READ | EV_PERSIST, on_event, desk);
        desk->pump = event_new(options->base, -1, 0, on_event, desk);
        if (!desk->readable || !desk->pump || event_add(desk->readable, NULL) != 0)
            status = LW_NO_MEMORY;
    }
    if (status != LW_OK) {
        rep_desk_close(&desk, false);
        return status;
    }
    event_active(desk->pump, EV_TIMEOUT, 0);
    *out = desk;
    return LW_OK;
}

void rep_desk_close(struct rep_desk **desk_place, bool log_off)
{
    struct rep_desk *desk = *desk_place;
    *desk_place = NULL;
    if (!desk)
        return;
    if (desk->readable)
        event_free(desk->readable);
    if (desk->pump)
        event_free(desk->pump);
    for (int i = 0; i < ACTS_KEPT; i++)
        answer(&desk->acts[i], "", "the desk was left");
    end_day(desk, NULL, "the desk was left");
    if (desk->rep)
        lw_rep_close(&desk->rep, log_off);
    rep_desk_state_fini(&desk->state);
    free(desk);
}

bool rep_desk_is_connected(const struct rep_desk *desk)
{
    return desk && desk->state.connected;
}

json_t *rep_desk_json(const struct rep_desk *desk)
{
    return rep_desk_state_json(&desk->state, wall_clock_unix_ms(), desk->break_after_lead);
}

lw_status rep_desk_act(struct rep_desk *desk, const struct desk_act *act, desk_act_done *done, void *context, char why[ACT_REASON_MAX])
{
    struct kept_act *kept = find_key(desk, act->key);
    uint64_t ticket = 0;
    assert(strlen(act->key) <= ACT_KEY_MAX);
    if (kept && kept->done)   /* asked once more while it is under way: the last who asks is told */
        answer(kept, "", "asked again");
    if (kept) {
        kept->done = done;
        kept->context = context;
        event_active(desk->pump, EV_TIMEOUT, 0);
        return LW_OK;
    }
    kept = &desk->acts[desk->next_act];
    if (kept->done)
        return LW_FULL;
    lw_status status = ask(desk, act, &ticket);
    if (status != LW_OK) {
        snprintf(why, ACT_REASON_MAX, "%s", lw_rep_error(desk->rep));
        return status;
    }
    desk->next_act = (desk->next_act + 1) % ACTS_KEPT;
    *kept = (struct kept_act){.kind = act->kind, .ticket = ticket, .began_ms = wall_clock_monotonic_ms(), .offer_number = act->offer_number,
                              .done = done, .context = context};
    snprintf(kept->key, sizeof kept->key, "%s", act->key);
    snprintf(kept->lead_id, sizeof kept->lead_id, "%s", act->lead_id ? act->lead_id : "");
    if (ticket == 0)
        snprintf(kept->outcome, sizeof kept->outcome, "accepted");
    event_active(desk->pump, EV_TIMEOUT, 0);
    return LW_OK;
}

lw_status rep_desk_ask_day(struct rep_desk *desk, desk_day_done *done, void *context)
{
    uint64_t ticket;
    lw_status status = lw_rep_ask_day(desk->rep, &ticket);
    if (status != LW_OK)
        return status;
    end_day(desk, NULL, "asked again");
    desk->day.ticket = ticket;
    desk->day.done = done;
    desk->day.context = context;
    event_active(desk->pump, EV_TIMEOUT, 0);
    return LW_OK;
}

void rep_desk_tick(struct rep_desk *desk, uint64_t now_ms)
{
    for (int i = 0; i < ACTS_KEPT; i++)
        if (desk->acts[i].done && now_ms - desk->acts[i].began_ms >= ACT_ANSWER_WITHIN_MS)
            answer(&desk->acts[i], "", "no answer in time");
}

/* The break is asked for before the completion that it waits for, so that no offer comes between them. */
static lw_status ask_break_first(struct rep_desk *desk)
{
    uint64_t ticket;
    if (!desk->break_after_lead || rep_desk_state_held(&desk->state) != 1)
        return LW_OK;
    lw_status status = lw_rep_set_state(desk->rep, LW_REP_BREAK, desk->break_reason, &ticket);
    if (status == LW_OK)
        desk->break_after_lead = false;
    return status;
}

static lw_status ask_state(struct rep_desk *desk, const struct desk_act *act, uint64_t *ticket_out)
{
    bool later = act->after_lead && act->state == LW_REP_BREAK && rep_desk_state_held(&desk->state) > 0;
    desk->break_after_lead = later;
    if (!later)
        return lw_rep_set_state(desk->rep, act->state, act->reason, ticket_out);
    snprintf(desk->break_reason, sizeof desk->break_reason, "%s", act->reason ? act->reason : "");
    desk->state.revision++;
    return LW_OK;
}

/* *ticket_out 0: done, there is nothing to wait for. */
static lw_status ask(struct rep_desk *desk, const struct desk_act *act, uint64_t *ticket_out)
{
    lw_status status;
    switch (act->kind) {
    case ACT_STATE:
        return ask_state(desk, act, ticket_out);
    case ACT_ACCEPT:
        return lw_rep_accept(desk->rep, act->lead_id, act->offer_number, ticket_out);
    case ACT_DECLINE:
        return lw_rep_decline(desk->rep, act->lead_id, act->offer_number, act->reason, ticket_out);
    case ACT_TOUCH:
        return lw_rep_touch(desk->rep, act->lead_id, act->offer_number, ticket_out);
    case ACT_COMPLETE:
        status = ask_break_first(desk);
        return status == LW_OK ? lw_rep_complete_with(desk->rep, act->lead_id, &act->completion, ticket_out) : status;
    case ACT_TRANSFER:
        status = ask_break_first(desk);
        return status == LW_OK ? lw_rep_transfer(desk->rep, act->lead_id, act->offer_number, &act->transfer, ticket_out) : status;
    case ACT_LIST:
        return lw_rep_pull_list(desk->rep, ticket_out);
    case ACT_PULL:
        return lw_rep_pull(desk->rep, act->lead_id, ticket_out);
    }
    return LW_INVALID;
}

static struct kept_act *find_key(struct rep_desk *desk, const char *key)
{
    for (int i = 0; i < ACTS_KEPT; i++)
        if (desk->acts[i].key[0] && strcmp(desk->acts[i].key, key) == 0)
            return &desk->acts[i];
    return NULL;
}

static void answer(struct kept_act *act, const char *outcome, const char *reason)
{
    desk_act_done *done = act->done;
    act->done = NULL;
    if (done)
        done(act->context, outcome, reason);
}

/* Acts that were done before, and asked for again. */
static void answer_repeated(struct rep_desk *desk)
{
    for (int i = 0; i < ACTS_KEPT; i++)
        if (desk->acts[i].done && desk->acts[i].ticket == 0)
            answer(&desk->acts[i], desk->acts[i].outcome, desk->acts[i].reason);
}

static void on_event(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct rep_desk *desk = context;
    struct lw_rep_event event;
    int left = EVENTS_PER_TURN_MAX;
    lw_status status = LW_AGAIN;
    char refused[ACT_REASON_MAX] = "";
    while (left-- > 0 && (status = lw_rep_next(desk->rep, &event)) == LW_OK) {
        rep_desk_state_note(&desk->state, &event, wall_clock_unix_ms());
        if (event.kind == LW_REP_ANSWER || event.kind == LW_REP_PULL_LIST)
            take_answer(desk, &event);
        take_choices(desk, &event);
        take_day(desk, &event);
        if (event.kind == LW_REP_REFUSED)
            snprintf(refused, sizeof refused, "%s", event.reason);
    }
    answer_repeated(desk);
    link_trouble_look(&desk->trouble, lw_rep_connected(desk->rep), refused[0] ? "" : lw_rep_error(desk->rep));
    int wait_ms = status == LW_OK ? 0 : lw_rep_wait_ms(desk->rep);
    const struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
    if (status != LW_CLOSED)
        event_add(desk->pump, &wait);
    if (desk->state.revision != desk->told_revision) {
        desk->told_revision = desk->state.revision;
        desk->options.changed(desk->options.context);
    }
    if (refused[0])
        desk->options.refused(desk->options.context, refused);   /* last: it may close us */
}

/* What the answer says about whose the lead is. */
static void settle(struct rep_desk *desk, const struct kept_act *act, lw_outcome outcome)
{
    bool done = outcome == LW_OUTCOME_ACCEPTED || outcome == LW_OUTCOME_DUPLICATE;
    if (done && (act->kind == ACT_COMPLETE || act->kind == ACT_TRANSFER))
        rep_desk_state_forget(&desk->state, act->lead_id, 0);
    else if (done && act->kind == ACT_TOUCH)
        rep_desk_state_touched(&desk->state, act->lead_id);
    else if ((done && act->kind == ACT_DECLINE) || (outcome == LW_OUTCOME_NOT_YOURS && act->kind != ACT_PULL))
        rep_desk_state_forget(&desk->state, act->lead_id, act->offer_number);
}

static void take_answer(struct rep_desk *desk, const struct lw_rep_event *event)
{
    lw_outcome outcome = event->kind == LW_REP_PULL_LIST ? LW_OUTCOME_ACCEPTED : event->outcome;
    for (int i = 0; i < ACTS_KEPT; i++) {
        struct kept_act *act = &desk->acts[i];
        if (act->ticket != event->ticket)
            continue;
        act->ticket = 0;
        settle(desk, act, outcome);
        snprintf(act->outcome, sizeof act->outcome, "%s", lw_outcome_name(outcome));
        snprintf(act->reason, sizeof act->reason, "%s", event->reason);
        answer(act, act->outcome, act->reason);
        return;
    }
}
