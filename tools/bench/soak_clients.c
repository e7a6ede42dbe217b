/* SPDX-License-Identifier: Apache-2.0 */
#include "soak_clients.h"

#include <leadwire/publisher.h>
#include <leadwire/rep.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench.h"
#include "bench_desk.h"
#include "desk_id.h"

#define SECOND_NS UINT64_C(1000000000)
enum { IN_FLIGHT = 512, ACT_EVERY_MS = 1000, LEAVE_EVERY_MS = 30000, LOOK_EVERY_MS = 50, HANDING = 16 };

struct soak_rep {
    struct lw_rep *session;          /* NULL: is away until back_at_ns */
    uint32_t number;
    uint64_t act_at_ns, leave_at_ns, back_at_ns;
    bool on_break;
    char hand_on[LW_LEAD_ID_TEXT_MAX];   /* a lead that is handed on once it is held; "": none */
    bool hand_back;                      /* and to whom it came from */
    char handing[HANDING][LW_LEAD_ID_TEXT_MAX];   /* those that the desk was asked to hand on last */
    uint32_t handing_next;
};

struct floor {
    struct soak_board *board;
    struct soak_rep reps[BENCH_REPS];
    uint64_t random;
    int queue;
};

static void must(lw_status status, const char *what)
{
    if (status != LW_OK)
        bench_give_up(what);
}

uint64_t soak_lead_number(const char *lead_id)
{
    struct desk_id id;
    return desk_id_parse(lead_id, &id) && id.number < SOAK_LEADS_MAX ? id.number : SOAK_LEADS_MAX;
}

/* ---- the publisher ---- */

static bool has_room(const struct soak_board *board)
{
    return (int64_t)board->published - (int64_t)board->completed + board->correction < board->backlog;
}

static void take_answers(struct soak_board *board, struct lw_publisher *publisher)
{
    struct lw_publisher_answer answer;
    while (lw_publisher_next(publisher, &answer) == LW_OK)
        board->wrong += answer.outcome != LW_OUTCOME_ACCEPTED;
}

int soak_publisher(void *argument)
{
    struct soak_board *board = argument;
    struct lw_publisher *publisher;
    uint64_t base_ns = 0, base = 0;
    uint32_t rate = UINT32_MAX;
    const struct lw_publisher_options options = {.endpoint = board->publish, .desk = "bench", .client = "leadwire-bench", .pending_max = IN_FLIGHT};
    must(lw_publisher_open(&options, &publisher), "cannot open a publisher");
    while (!board->stop_publisher || lw_publisher_pending(publisher) > 0) {
        uint64_t now_ns = bench_now_ns();
        uint64_t due = rate == 0 ? UINT64_MAX : base + (now_ns - base_ns) * rate / SECOND_NS;
        /* A second behind is too much to make good: the rate goes on from here. */
        if (board->rate != rate || (rate > 0 && due > board->published + rate)) {
            rate = board->rate;
            base_ns = now_ns;
            base = due = board->published;
        }
        while (!board->stop_publisher && lw_publisher_pending(publisher) < IN_FLIGHT && board->published < due && has_room(board))
            must(bench_desk_publish(publisher, board->first + board->published++), "cannot publish");
        take_answers(board, publisher);
        struct pollfd wait = {.fd = lw_publisher_fd(publisher), .events = POLLIN};
        int wait_ms = lw_publisher_wait_ms(publisher);
        poll(&wait, 1, wait_ms > 1 ? 1 : wait_ms);
    }
    lw_publisher_close(&publisher);
    return 0;
}

/* ---- the reps ---- */

/* From half of mean_ms to one and a half. */
static uint64_t some_time_ns(struct floor *floor, uint32_t mean_ms)
{
    return (mean_ms / 2 + bench_random(&floor->random) % mean_ms) * UINT64_C(1000000);
}

static void come(struct floor *floor, struct soak_rep *rep)
{
    char name[16];
    snprintf(name, sizeof name, "rep%u", rep->number);
    const struct lw_rep_options options = {.endpoint = floor->board->reps, .desk = "bench", .rep = name, .secret = "bench-secret",
                                           .client = "leadwire-bench"};
    must(lw_rep_open(&options, &rep->session), "cannot open a rep's session");
    struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = rep->number};
    must(epoll_ctl(floor->queue, EPOLL_CTL_ADD, lw_rep_fd(rep->session), &wanted) == 0 ? LW_OK : LW_IO, "cannot watch a rep's session");
    uint64_t now_ns = bench_now_ns();
    rep->act_at_ns = now_ns + some_time_ns(floor, ACT_EVERY_MS);
    rep->leave_at_ns = now_ns + some_time_ns(floor, LEAVE_EVERY_MS);
    rep->hand_on[0] = '\0';
    memset(rep->handing, 0, sizeof rep->handing);
    rep->on_break = false;
}

static void go(struct floor *floor, struct soak_rep *rep, bool log_off, uint32_t for_ms)
{
    epoll_ctl(floor->queue, EPOLL_CTL_DEL, lw_rep_fd(rep->session), NULL);
    lw_rep_close(&rep->session, log_off);
    rep->back_at_ns = bench_now_ns() + some_time_ns(floor, for_ms);
}

static void take_break(struct floor *floor, struct soak_rep *rep)
{
    uint64_t ticket;
    (void)!lw_rep_set_state(rep->session, rep->on_break ? LW_REP_AVAILABLE : LW_REP_BREAK, "coffee", &ticket);
    rep->on_break = !rep->on_break;
    rep->leave_at_ns = bench_now_ns() + some_time_ns(floor, rep->on_break ? 2000 : LEAVE_EVERY_MS);
    floor->board->churn.breaks += rep->on_break;
}

/* Away for less than the grace: the same session goes on. For more: what they had goes to others. */
static void leave(struct floor *floor, struct soak_rep *rep)
{
    struct soak_churn *churn = &floor->board->churn;
    uint64_t what = rep->on_break ? 0 : bench_random(&floor->random) % 4;
    switch (what) {
    case 0: take_break(floor, rep); break;
    case 1: churn->logged_off++; go(floor, rep, true, 1000); break;
    case 2: churn->crashed++; go(floor, rep, false, SOAK_GRACE_MS / 4); break;
    default: churn->crashed++; go(floor, rep, false, SOAK_GRACE_MS * 3); break;
    }
}

static void check_skill(struct soak_board *board, const struct soak_rep *rep, const struct lw_rep_event *event)
{
    uint32_t skill = event->lead && event->lead->product ? (uint32_t)atoi(event->lead->product + 1) : BENCH_SKILLS;
    if (event->lead && skill != rep->number % BENCH_SKILLS && skill != (rep->number + 5) % BENCH_SKILLS)
        board->wrong++;
}

static void note_time(struct soak_board *board, const struct lw_rep_event *event)
{
    if (event->offer_number == 1 && !event->resumed && event->lead && event->lead->vendor_id)
        log_histogram_add(&board->offered_us, (bench_now_ns() - strtoull(event->lead->vendor_id, NULL, 10)) / 1000);
}

/* Requests that find no room or no session are left: the broker ends what they were about. */
static void on_offer(struct floor *floor, struct soak_rep *rep, const struct lw_rep_event *event)
{
    struct soak_churn *churn = &floor->board->churn;
    uint64_t ticket, now_ns = bench_now_ns();
    check_skill(floor->board, rep, event);
    note_time(floor->board, event);
    uint64_t what = now_ns < rep->act_at_ns || floor->board->is_calm || floor->board->stop_publisher ? 0 : 1 + bench_random(&floor->random) % 3;
    if (what > 0)
        rep->act_at_ns = now_ns + some_time_ns(floor, ACT_EVERY_MS);
    if (what == 1) {
        churn->declined++;
        (void)!lw_rep_decline(rep->session, event->lead_id, event->offer_number, "not for me", &ticket);
        return;
    }
    if (what == 2) {
        churn->ignored++;
        return;
    }
    if (what == 3 || (event->set_by[0] && !floor->board->stop_publisher && bench_random(&floor->random) % 2 == 0)) {
        snprintf(rep->hand_on, sizeof rep->hand_on, "%s", event->lead_id);
        rep->hand_back = event->set_by[0];
    }
    (void)!lw_rep_accept(rep->session, event->lead_id, event->offer_number, &ticket);
}

static void complete(struct floor *floor, struct soak_rep *rep, const char *lead_id)
{
    uint64_t ticket;
    must(lw_rep_complete(rep->session, lead_id, "won", "", NULL, &ticket), "cannot complete a lead");
    floor->board->completed++;
    uint64_t number = soak_lead_number(lead_id);
    if (floor->board->ended && number < SOAK_LEADS_MAX && floor->board->ended[number] < UINT8_MAX)
        floor->board->ended[number]++;
}

static void on_holding(struct floor *floor, struct soak_rep *rep, const struct lw_rep_event *event)
{
    char colleague[16];
    uint64_t ticket;
    if (strcmp(rep->hand_on, event->lead_id) != 0) {
        complete(floor, rep, event->lead_id);
        return;
    }
    snprintf(colleague, sizeof colleague, "rep%u", (rep->number + BENCH_SKILLS) % BENCH_REPS);   /* has the same skills */
    const struct lw_transfer target = {.rep = rep->hand_back ? NULL : colleague, .back = rep->hand_back};
    memcpy(rep->handing[rep->handing_next++ % HANDING], rep->hand_on, sizeof rep->hand_on);
    rep->hand_on[0] = '\0';
    *(rep->hand_back ? &floor->board->churn.handed_back : &floor->board->churn.handed_on) += 1;
    if (lw_rep_transfer(rep->session, event->lead_id, event->offer_number, &target, &ticket) != LW_OK)
        complete(floor, rep, event->lead_id);
}

static void on_answer(struct floor *floor, struct soak_rep *rep, const struct lw_rep_event *event)
{
    if (event->outcome == LW_OUTCOME_ACCEPTED || event->outcome == LW_OUTCOME_DUPLICATE)
        return;
    floor->board->churn.refused++;
    for (uint32_t i = 0; i < HANDING; i++) {   /* nobody to hand it on to */
        if (rep->handing[i][0] && strcmp(rep->handing[i], event->lead_id) == 0) {
            rep->handing[i][0] = '\0';
            complete(floor, rep, event->lead_id);
        }
    }
}

static void work_off(struct floor *floor, struct soak_rep *rep)
{
    struct lw_rep_event event;
    uint64_t ticket;
    while (rep->session && lw_rep_next(rep->session, &event) == LW_OK) {
        switch (event.kind) {
        case LW_REP_OFFER: on_offer(floor, rep, &event); break;
        case LW_REP_HOLDING: on_holding(floor, rep, &event); break;
        case LW_REP_ANSWER: on_answer(floor, rep, &event); break;
        case LW_REP_SNAPSHOT: floor->board->reps_ready++; break;
        case LW_REP_STATUS:
            if (event.state == LW_REP_AWAY || (event.state == LW_REP_BREAK && !rep->on_break))
                (void)!lw_rep_set_state(rep->session, LW_REP_AVAILABLE, "", &ticket);
            break;
        case LW_REP_REFUSED: bench_give_up(lw_rep_error(rep->session));
        case LW_REP_NONE: case LW_REP_WELCOME: case LW_REP_LOST: case LW_REP_WITHDRAWN: case LW_REP_NUDGE: case LW_REP_PULL_LIST: case LW_REP_CHOICES: case LW_REP_DAY:
            break;
        }
    }
}

static void look_after_all(struct floor *floor, uint64_t now_ns)
{
    for (uint32_t i = 0; i < BENCH_REPS; i++) {
        struct soak_rep *rep = &floor->reps[i];
        if (!rep->session && now_ns >= rep->back_at_ns)
            come(floor, rep);
        else if (rep->session && now_ns >= rep->leave_at_ns && (rep->on_break || (!floor->board->is_calm && !floor->board->stop_publisher)))
            leave(floor, rep);       /* who is on a break comes back in any case: leads may be kept for them */
        work_off(floor, rep);
    }
}

int soak_reps(void *argument)
{
    static struct floor floor;
    struct epoll_event ready[BENCH_REPS];
    floor.board = argument;
    floor.random = 1;
    floor.queue = epoll_create1(0);
    for (uint32_t i = 0; i < BENCH_REPS; i++) {
        floor.reps[i].number = i;
        come(&floor, &floor.reps[i]);
    }
    uint64_t all_at_ns = 0;
    while (!floor.board->stop_reps) {
        int count = epoll_wait(floor.queue, ready, BENCH_REPS, LOOK_EVERY_MS);
        for (int i = 0; i < count; i++)
            work_off(&floor, &floor.reps[ready[i].data.u32]);
        uint64_t now_ns = bench_now_ns();
        if (now_ns < all_at_ns)
            continue;
        all_at_ns = now_ns + LOOK_EVERY_MS * UINT64_C(1000000);   /* heartbeats and the like are due now and then */
        look_after_all(&floor, now_ns);
    }
    for (uint32_t i = 0; i < BENCH_REPS; i++)
        if (floor.reps[i].session)
            lw_rep_close(&floor.reps[i].session, 1);
    close(floor.queue);
    return 0;
}
