/* SPDX-License-Identifier: Apache-2.0
 *
 * A desk with many waiting leads whose broker is killed, and one that is stopped: from the start of the next broker's
 * process until it has accepted a lead. Then every lead is asked for by the id that its source gave it: what counts as
 * recovered is what a client finds waiting.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bench_desk.h"
#include "bench_process.h"
#include "bench.h"
#include "waiting_desk.h"

enum { LEADS = 1000000, LEADS_QUICK = 100000, ROUNDS_MAX = 16, SERVE_WITHIN_MS = 120000 };

struct restart_way {
    const char *how;
    int signal;
    double seconds[ROUNDS_MAX];
    uint64_t recovered;          /* the least of all rounds */
};

/* From now until a lead is accepted. number: one that no lead had yet. */
static double serve_again(const struct waiting_desk *place, uint64_t number, pid_t *broker)
{
    struct lw_publisher *publisher = waiting_desk_open_publisher(place);
    struct lw_publisher_answer answer = {.outcome = LW_OUTCOME_NONE};
    uint64_t start_ns = bench_now_ns();
    *broker = waiting_desk_start_broker(place, 0);
    if (bench_desk_publish(publisher, number) != LW_OK)
        bench_give_up("cannot publish");
    while (lw_publisher_next(publisher, &answer) != LW_OK) {
        if (bench_now_ns() - start_ns > SERVE_WITHIN_MS * UINT64_C(1000000))
            bench_give_up("the broker did not serve again: see its log");
        waiting_desk_wait(publisher);
    }
    double seconds = (double)(bench_now_ns() - start_ns) / 1e9;
    if (answer.outcome != LW_OUTCOME_ACCEPTED)
        bench_give_up("the broker did not accept a lead after its restart");
    lw_publisher_close(&publisher);
    return seconds;
}

static uint64_t count_waiting(const struct waiting_desk *place, uint32_t leads)
{
    struct lw_publisher *publisher = waiting_desk_open_publisher(place);
    struct lw_publisher_answer answer;
    uint64_t asked = 0, answered = 0, waiting = 0, ticket;
    while (answered < leads) {
        while (asked < leads && lw_publisher_pending(publisher) < WAITING_IN_FLIGHT) {
            char id[BENCH_ID_SIZE];
            const struct lw_lead_name name = {.source = BENCH_SOURCE, .idempotency_id = id};
            bench_desk_id(asked++, id);
            if (lw_publisher_query(publisher, &name, 0, &ticket) != LW_OK)
                bench_give_up("cannot ask for a lead");
        }
        uint64_t before = answered;
        while (lw_publisher_next(publisher, &answer) == LW_OK) {
            waiting += answer.outcome == LW_OUTCOME_ACCEPTED && answer.state == LW_LEAD_WAITING;
            answered++;
        }
        waiting_desk_progress("found again", before, answered);
        if (answered < leads)
            waiting_desk_wait(publisher);
    }
    lw_publisher_close(&publisher);
    return waiting;
}

static void print(const struct restart_way *ways, size_t count, uint32_t leads, uint32_t rounds, const struct bench_options *options)
{
    for (size_t i = 0; i < count; i++)
        printf("%-8s serving after %5.2f s (%.2f to %.2f), %llu of %u leads found again\n", ways[i].how, ways[i].seconds[rounds / 2],
               ways[i].seconds[0], ways[i].seconds[rounds - 1], (unsigned long long)ways[i].recovered, leads);
    if (!options->json)
        return;
    printf("{\"durability\": \"%s\", \"leads\": %u, \"leads_recovered\": %llu, \"seconds_to_serving\": %.3f, \"spread\": [%.3f, %.3f], "
           "\"stopped\": {\"leads_recovered\": %llu, \"seconds_to_serving\": %.3f, \"spread\": [%.3f, %.3f]}, \"rounds\": %u, \"calibration\": %.2f}\n",
           options->durability, leads, (unsigned long long)ways[0].recovered, ways[0].seconds[rounds / 2], ways[0].seconds[0], ways[0].seconds[rounds - 1],
           (unsigned long long)ways[1].recovered, ways[1].seconds[rounds / 2], ways[1].seconds[0], ways[1].seconds[rounds - 1], rounds,
           bench_calibration());
}

int bench_restart(const struct bench_options *options)
{
    uint32_t leads = options->leads ? options->leads : options->quick ? LEADS_QUICK : LEADS;
    uint32_t rounds = options->rounds ? options->rounds : options->quick ? 1 : 3;
    static struct waiting_desk place;
    struct restart_way ways[] = {{.how = "killed", .signal = SIGKILL, .recovered = UINT64_MAX}, {.how = "stopped", .signal = SIGTERM, .recovered = UINT64_MAX}};
    enum { WAYS = sizeof ways / sizeof *ways };
    if (rounds > ROUNDS_MAX)
        rounds = ROUNDS_MAX;
    waiting_desk_make(&place, options->durability, leads);
    pid_t redis = bench_desk_redis(place.dir, options->durability), broker = waiting_desk_start_broker(&place, 0);
    char control[128];
    snprintf(control, sizeof control, "%s/control", place.run_dir);
    if (!bench_await_path(control, 10000))
        bench_give_up("leadwire-broker did not start: see its log");
    bench_desk_rules(place.run_dir);
    waiting_desk_load(&place, leads);
    uint64_t number = leads;
    for (uint32_t round = 0; round < rounds; round++) {
        for (size_t way = 0; way < WAYS; way++) {
            bench_end(broker, ways[way].signal);
            ways[way].seconds[round] = serve_again(&place, number++, &broker);
            uint64_t waiting = count_waiting(&place, leads);
            ways[way].recovered = waiting < ways[way].recovered ? waiting : ways[way].recovered;
            fprintf(stderr, "round %u of %u, %s: %.2f s\n", round + 1, rounds, ways[way].how, ways[way].seconds[round]);
        }
    }
    bench_stop(broker);
    bench_stop(redis);
    bench_remove_dir(place.dir);
    for (size_t way = 0; way < WAYS; way++)
        (void)bench_median(ways[way].seconds, rounds);   /* sorts */
    print(ways, WAYS, leads, rounds, options);
    return ways[0].recovered == leads && ways[1].recovered == leads ? 0 : 1;
}
