/* SPDX-License-Identifier: Apache-2.0 */
#include "peer_work.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench_desk.h"
#include "bench_process.h"

enum { SEEN_BITS = 1 << 27, DRAIN_MS = 5000 };

void peer_payload(uint64_t number, char payload[PEER_PAYLOAD + 1])
{
    memset(payload, 'x', PEER_PAYLOAD);
    payload[PEER_PAYLOAD] = '\0';
    int size = snprintf(payload, PEER_PAYLOAD, "%llu %llu", (unsigned long long)number, (unsigned long long)bench_now_ns());
    payload[size] = ' ';
}

/* How fast the publisher may go: starts with zeroes. */
struct peer_pace { uint32_t rate; uint64_t base_ns, base_sent; };

static bool may_send(struct peer_pace *pace, const struct floor_board *board, uint64_t sent, uint64_t confirmed)
{
    if (board->rate != pace->rate) {
        pace->rate = board->rate;
        pace->base_ns = bench_now_ns();
        pace->base_sent = sent;
    }
    uint64_t due = pace->rate == 0 ? UINT64_MAX : pace->base_sent + (bench_now_ns() - pace->base_ns) * pace->rate / 1000000000u;
    return sent < due && sent - confirmed < FLOOR_IN_FLIGHT && sent - board->completed < FLOOR_BACKLOG;
}

void peer_publish(struct floor_board *board, const struct peer_publisher *publisher)
{
    struct peer_pace pace = {0};
    uint64_t sent = 0, confirmed = 0;
    while (!board->stop || confirmed < sent) {
        while (!board->stop && may_send(&pace, board, sent, confirmed))
            publisher->put(publisher->link, sent++);
        publisher->flush(publisher->link);
        if (sent > confirmed)
            confirmed += publisher->take(publisher->link);
        else
            poll(NULL, 0, 1);
        board->published = confirmed;
    }
}

uint64_t peer_deliver(struct floor_board *board, uint32_t rep, const char *payload)
{
    static unsigned char *seen;
    unsigned long long number = 0, sent_ns = 0;
    if (!seen && !(seen = calloc(1, SEEN_BITS / 8)))
        bench_give_up("out of memory");
    if (sscanf(payload, "%llu %llu", &number, &sent_ns) != 2 || number >= SEEN_BITS) {
        board->wrong++;
        return number;
    }
    uint32_t skill = (uint32_t)(number % BENCH_SKILLS);
    unsigned char bit = (unsigned char)(1u << (number % 8));
    if ((seen[number / 8] & bit) || (skill != rep % BENCH_SKILLS && skill != (rep + 5) % BENCH_SKILLS))
        board->wrong++;
    seen[number / 8] |= bit;
    uint64_t at = board->sampling ? board->sample_count++ : FLOOR_SAMPLES;
    if (at < FLOOR_SAMPLES)
        board->samples_us[at] = (uint32_t)((bench_now_ns() - sent_ns) / 1000);
    return number;
}

static void wait_for(_Atomic uint64_t *value, uint64_t wanted, uint32_t within_ms)
{
    for (uint32_t waited = 0; *value < wanted && waited < within_ms; waited += 10)
        poll(NULL, 0, 10);
}

struct peer_result peer_run(struct floor_board *board, pid_t server, int (*publisher)(void *board), int (*reps)(void *board), uint32_t seconds)
{
    struct peer_result result;
    pid_t reps_pid = bench_fork(reps, board);
    for (int i = 0; board->reps_ready < BENCH_REPS; i++) {
        if (i > 1000)
            bench_give_up("a peer's reps could not connect");
        poll(NULL, 0, 10);
    }
    pid_t publisher_pid = bench_fork(publisher, board);
    const struct floor_pids pids = {.redis = server, .reps = reps_pid, .publisher = publisher_pid};
    result.floor = floor_measure(board, board->run_dir, &pids, seconds);
    board->stop = PEER_STOP_PUBLISHER;
    bench_wait(publisher_pid);
    wait_for(&board->completed, board->published, DRAIN_MS);
    result.all_once = board->wrong == 0 && board->completed == board->published && board->published > 0;
    board->stop = PEER_STOP_REPS;
    bench_wait(reps_pid);
    bench_stop(server);
    bench_remove_dir(board->run_dir);
    munmap(board, sizeof *board);
    return result;
}
