/* SPDX-License-Identifier: Apache-2.0 */
#include "floor_clients.h"

#include <leadwire/publisher.h>
#include <leadwire/rep.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench_desk.h"
#include "floor.h"

static void must(lw_status status, const char *what)
{
    if (status == LW_OK)
        return;
    fprintf(stderr, "leadwire-bench: %s: %s\n", what, lw_status_text(status));
    exit(1);
}

static const char *key_of(const struct floor_board *board, const char *name, char out[128])
{
    snprintf(out, 128, "%s/%s.key", board->keys_dir, name);
    return board->keys_dir[0] ? out : NULL;
}

int floor_publisher(void *argument)
{
    struct floor_board *board = argument;
    struct lw_publisher *publisher;
    struct lw_publisher_answer answer;
    char key_file[128];
    uint64_t sent = 0, base_ns = 0, base_sent = 0;
    uint32_t rate = 0;
    const struct lw_publisher_options options = {.endpoint = board->publish, .desk = "bench", .client = "leadwire-bench",
                                                 .pending_max = FLOOR_IN_FLIGHT, .key_file = key_of(board, "publisher", key_file)};
    must(lw_publisher_open(&options, &publisher), "open publisher");

    while (!board->stop) {
        uint32_t wanted = board->rate;
        if (wanted != rate) {
            rate = wanted;
            base_ns = bench_now_ns();
            base_sent = sent;
        }
        uint64_t due = rate == 0 ? UINT64_MAX : base_sent + (bench_now_ns() - base_ns) * rate / 1000000000u;
        /* The backlog is bounded: what waits at the desk counts as well as what is unanswered. */
        while (lw_publisher_pending(publisher) < FLOOR_IN_FLIGHT && sent < due && sent - board->completed < board->open_max)
            must(bench_desk_publish_to(publisher, sent++, board->desk.skills), "publish");
        while (lw_publisher_next(publisher, &answer) == LW_OK) {
            if (answer.outcome != LW_OUTCOME_ACCEPTED)
                board->wrong++;
            board->published++;
        }
        struct pollfd wait = {.fd = lw_publisher_fd(publisher), .events = POLLIN};
        int wait_ms = lw_publisher_wait_ms(publisher);
        poll(&wait, 1, wait_ms > 1 ? 1 : wait_ms);
    }
    lw_publisher_close(&publisher);
    return 0;
}

static void sample(struct floor_board *board, const struct lw_lead *lead)
{
    if (!board->sampling || !lead || !lead->vendor_id)
        return;
    uint64_t at = board->sample_count++;
    if (at < FLOOR_SAMPLES)
        board->samples_us[at] = (uint32_t)((bench_now_ns() - strtoull(lead->vendor_id, NULL, 10)) / 1000);
}

static void react(struct floor_board *board, struct lw_rep *rep, uint32_t number, const struct lw_rep_event *event)
{
    uint64_t ticket;
    switch (event->kind) {
    case LW_REP_OFFER: {
        uint32_t skill = event->lead && event->lead->product ? (uint32_t)atoi(event->lead->product + 1) : 0;
        if (!bench_desk_has_skill(&board->desk, number, skill))
            board->wrong++;
        sample(board, event->lead);
        must(lw_rep_accept(rep, event->lead_id, event->offer_number, &ticket), "accept");
        break;
    }
    case LW_REP_HOLDING:
        must(lw_rep_complete(rep, event->lead_id, "won", "", NULL, &ticket), "complete");
        break;
    case LW_REP_ANSWER:
        if (event->outcome != LW_OUTCOME_ACCEPTED)
            board->wrong++;
        break;
    case LW_REP_NUDGE:
    case LW_REP_SNAPSHOT:
        board->reps_ready++;
        break;
    case LW_REP_NONE: case LW_REP_PULL_LIST: case LW_REP_CHOICES: case LW_REP_DAY: case LW_REP_WELCOME: case LW_REP_LOST: case LW_REP_WITHDRAWN: case LW_REP_STATUS: case LW_REP_REFUSED:
        break;
    }
}

void floor_rep_work_off(struct floor_board *board, struct lw_rep *rep, uint32_t number, uint64_t *answered)
{
    struct lw_rep_event event;
    while (lw_rep_next(rep, &event) == LW_OK) {
        uint64_t before = *answered;
        *answered += event.kind == LW_REP_ANSWER && event.lead_id && event.outcome == LW_OUTCOME_ACCEPTED;
        react(board, rep, number, &event);
        /* Every life gives two answers: to the accept and to the completion. */
        if (*answered != before && *answered % 2 == 0)
            board->completed++;
    }
}

int floor_reps(void *argument)
{
    struct floor_board *board = argument;
    const uint32_t count = board->desk.reps;
    struct lw_rep **reps = calloc(count, sizeof *reps);
    uint64_t *answered = calloc(count, sizeof *answered);
    struct epoll_event ready[BENCH_REPS];
    char key_file[128];
    must(reps && answered ? LW_OK : LW_NO_MEMORY, "reps");
    int queue = epoll_create1(0);
    for (uint32_t i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "rep%u", i);
        const struct lw_rep_options options = {.endpoint = board->reps, .desk = "bench", .rep = name, .secret = "bench-secret", .client = "leadwire-bench",
                                               .key_file = key_of(board, name, key_file)};
        must(lw_rep_open(&options, &reps[i]), "open rep");
        struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = i};
        must(epoll_ctl(queue, EPOLL_CTL_ADD, lw_rep_fd(reps[i]), &wanted) == 0 ? LW_OK : LW_IO, "watch rep");
    }
    uint64_t all_at_ns = 0;
    while (!board->stop) {
        if (board->published - board->completed < board->open_min) {
            poll(NULL, 0, 1);
            continue;
        }
        int ready_count = epoll_wait(queue, ready, BENCH_REPS, 50);
        for (int i = 0; i < ready_count; i++)
            floor_rep_work_off(board, reps[ready[i].data.u32], ready[i].data.u32, &answered[ready[i].data.u32]);
        uint64_t now_ns = bench_now_ns();
        if (now_ns < all_at_ns)
            continue;
        all_at_ns = now_ns + 50000000;   /* heartbeats and the like are due now and then */
        for (uint32_t i = 0; i < count; i++)
            floor_rep_work_off(board, reps[i], i, &answered[i]);
    }
    for (uint32_t i = 0; i < count; i++)
        lw_rep_close(&reps[i], 1);
    close(queue);
    free(reps);
    free(answered);
    return 0;
}
