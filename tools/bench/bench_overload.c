/* SPDX-License-Identifier: Apache-2.0
 *
 * Three times what it can do: the maximum is found with a publisher that waits; then publishers that do not wait offer three times
 * as much; then the maximum is found once more, as a machine's speed changes meanwhile, and the mean of both counts. What is taken
 * must be done as fast, wait no longer than the bound on open leads allows, and nothing may grow. Judged from what the clients noted of
 * each lead.
 */
#include <stdio.h>

#include "bench.h"
#include "bench_desk.h"
#include "bench_process.h"
#include "overload_judge.h"
#include "overload_publisher.h"
#include "soak_rig.h"

/* The bounds are small, so that they are reached before the load begins: what fills up to a bound is no growth. */
enum { MINUTES = 5, ROWS = 60, ROWS_QUICK = 20, LEADS_MAX = 10000, SEEN_MAX = 100000, TIMES = 3, WARM_MS = 5000, FLAT_OUT_MS = 10000, SETTLE_MS = 3000 };
#define FIRST_NUMBER (UINT64_C(1) << 40)   /* above all that was published to find the maximum */

struct overload {
    struct soak_rig rig;
    struct overload_board *board;
    struct overload_logs logs;
    struct soak_row rows[ROWS];
    pid_t publishers;
    double maximum_before;       /* the load */
};

static void set_up(struct overload *overload, const char *durability)
{
    static char leads_max[16], seen_max[16];
    snprintf(leads_max, sizeof leads_max, "%d", LEADS_MAX);
    snprintf(seen_max, sizeof seen_max, "%d", SEEN_MAX);
    const char *const options[] = {"--leads-max", leads_max, "--seen-max", seen_max, "--seen-min-ms", "0", NULL};   /* so small a window turns over within a second */
    soak_rig_open(&overload->rig, durability, true, options);
    overload->board = soak_map_shared(sizeof *overload->board);
    overload->board->first = FIRST_NUMBER;
    overload->board->accepted = soak_map_shared(SOAK_LEADS_MAX);
    snprintf(overload->board->publish, sizeof overload->board->publish, "%s", overload->rig.board->publish);
}

/* The publisher that waits ends after it. */
static double find_maximum(struct soak_rig *rig, const struct bench_options *options)
{
    double maximum = soak_rig_find_maximum(rig, WARM_MS, options->quick ? FLAT_OUT_MS / 2 : FLAT_OUT_MS);
    soak_rig_stop_publisher(rig);
    if (!soak_rig_drain(rig))
        bench_give_up("the leads that were to find the maximum did not end");
    return maximum;
}

static void begin_overload(struct overload *overload, const struct bench_options *options)
{
    struct soak_rig *rig = &overload->rig;
    overload->maximum_before = find_maximum(rig, options);
    overload->logs.leads_max = LEADS_MAX;
    overload->board->rate = options->rate ? options->rate : (uint32_t)(TIMES * overload->maximum_before);
    overload->publishers = bench_fork(overload_publisher, overload->board);
    soak_rig_run_for(rig, SETTLE_MS);
    fprintf(stderr, "maximum %.0f lives/s; %u leads/s are offered from now on\n", overload->maximum_before, overload->board->rate);
}

/* True: all that was accepted came to its end. */
static bool end_overload(struct overload *overload, const struct bench_options *options)
{
    overload->board->stop = 1;
    bench_wait(overload->publishers);
    bool is_drained = soak_rig_drain(&overload->rig);
    soak_rig_start_publisher(&overload->rig);
    double after = find_maximum(&overload->rig, options);
    overload->logs.maximum_lives_per_s = (overload->maximum_before + after) / 2;
    fprintf(stderr, "maximum %.0f lives/s now; the mean of both counts\n", after);
    return is_drained;
}

static void print_row(const struct soak_row *row, const struct overload_board *now, const uint64_t before[4], double seconds, double at_s)
{
    printf("%7.0f %8.0f %9.0f %8.0f %9.0f %8.1f %5.0f %9.1f %8.0f %8.0f\n", at_s, row->lives_per_s, (double)(now->accepted_count - before[0]) / seconds,
           (double)(now->busy - before[1]) / seconds, (double)(now->unsent - before[2]) / seconds, row->values[SOAK_RSS] / 1048576,
           row->values[SOAK_DESCRIPTORS], row->values[SOAK_REDIS_MEMORY] / 1048576, row->values[SOAK_P50] / 1000, row->open);
    fflush(stdout);
}

static struct soak_row run_row(struct overload *overload, uint32_t seconds, double at_s)
{
    static struct log_histogram before, since;
    struct soak_rig *rig = &overload->rig;
    const struct overload_board *board = overload->board;
    const uint64_t counts[] = {board->accepted_count, board->busy, board->unsent, rig->board->completed};
    uint64_t start_ns = bench_now_ns();
    before = rig->board->offered_us;
    for (uint32_t second = 0; second < seconds; second++) {
        soak_rig_run_for(rig, 1000);
        soak_watch_look(rig->watch);
    }
    double took_s = (double)(bench_now_ns() - start_ns) / 1e9;
    log_histogram_since(&rig->board->offered_us, &before, &since);
    struct soak_row row = soak_watch_row(rig->watch);
    row.values[SOAK_P50] = (double)log_histogram_at(&since, 0.5);
    row.lives_per_s = (double)(rig->board->completed - counts[3]) / took_s;
    row.open = (double)rig->open;
    print_row(&row, board, counts, took_s, at_s + took_s);
    return row;
}

static void run_rows(struct overload *overload, uint32_t row_count, uint32_t row_s)
{
    static struct log_histogram offered, answered, since;
    struct soak_board *reps = overload->rig.board;
    uint64_t completed = reps->completed, start_ns = bench_now_ns();
    offered = reps->offered_us;
    answered = overload->board->answered_us;
    printf("seconds  lives/s accepted/s   busy/s no room/s  RSS MiB   fds Redis MiB   p50 ms     open\n");
    for (uint32_t i = 0; i < row_count; i++)
        overload->rows[i] = run_row(overload, row_s, (double)(bench_now_ns() - start_ns) / 1e9);
    overload->logs.lives_per_s = (double)(reps->completed - completed) * 1e9 / (double)(bench_now_ns() - start_ns);
    log_histogram_since(&reps->offered_us, &offered, &since);
    overload->logs.offered_p50_us = (double)log_histogram_at(&since, 0.5);
    log_histogram_since(&overload->board->answered_us, &answered, &since);
    overload->logs.answered_p50_us = (double)log_histogram_at(&since, 0.5);
}

/* Each lead by its number: what its publisher was told beside what its rep did. */
static void read_logs(struct overload *overload)
{
    struct overload_logs *logs = &overload->logs;
    const uint8_t *accepted = overload->board->accepted, *ended = overload->rig.board->ended;
    uint64_t left = overload->board->accepted_count;
    for (uint64_t number = 0; number < SOAK_LEADS_MAX && left > 0; number++) {
        if (accepted[number] == 0)
            continue;
        left -= accepted[number];
        logs->accepted++;
        logs->lost += ended[number] == 0;
        logs->doubled += ended[number] > 1 || accepted[number] > 1;
    }
    logs->unhinted = overload->board->unhinted;
    logs->wrong = overload->board->wrong + overload->rig.board->wrong + overload->rig.board->churn.refused;
}

static void print_growth(const struct overload_verdict *verdict)
{
    const struct soak_verdict *growth = &verdict->growth;
    for (enum soak_figure figure = SOAK_RSS; figure < SOAK_P50; figure++)
        printf("%-20s begin %12.0f  end %12.0f\n", soak_figure_name(figure), growth->begin[figure], growth->end[figure]);
    if (verdict->has_grown)
        printf("GREW: the end is more than %.2f times the begin\n", soak_allowed(SOAK_RSS));
}

static void print_verdict(const struct overload *overload, const struct overload_verdict *verdict, double seconds)
{
    const struct overload_logs *logs = &overload->logs;
    const struct overload_board *board = overload->board;
    printf("%.0f s: %llu leads offered, %llu accepted, %llu told busy (%llu without a time), %llu found no room in their connection\n", seconds,
           (unsigned long long)board->offered, (unsigned long long)logs->accepted, (unsigned long long)board->busy, (unsigned long long)logs->unhinted,
           (unsigned long long)board->unsent);
    printf("lives/s %.0f, %.2f of the maximum (0.80 at least)%s\n", logs->lives_per_s, verdict->throughput_ratio, verdict->is_slow ? "  SLOW" : "");
    printf("p50 of accepted leads: told after %.1f ms, offered after %.1f ms (%.0f at most)%s\n", logs->answered_p50_us / 1e3,
           logs->offered_p50_us / 1e3, verdict->p50_bound_us / 1e3, verdict->waits_long ? "  LONG" : "");
    printf("of the accepted %llu lost, %llu twice; %llu answers that should not be\n", (unsigned long long)logs->lost,
           (unsigned long long)logs->doubled, (unsigned long long)logs->wrong);
    print_growth(verdict);
}

static void print_json(const struct overload *overload, const struct overload_verdict *verdict, const char *durability, double seconds)
{
    const struct overload_logs *logs = &overload->logs;
    const struct overload_board *board = overload->board;
    printf("{\"durability\": \"%s\", \"seconds\": %.0f, \"maximum_lives_per_s\": %.0f, \"offered_per_s\": %u, \"lives_per_s\": %.0f, \"throughput_ratio\": %.3f, \"leads_max\": %u, "
           "\"offered\": %llu, \"accepted\": %llu, \"busy\": %llu, \"no_room\": %llu, \"lost\": %llu, \"doubled\": %llu, \"wrong\": %llu, \"busy_without_retry\": %llu, "
           "\"accepted_p50_ms\": %.2f, \"offered_p50_ms\": %.2f, \"p50_bound_ms\": %.0f",
           durability, seconds, logs->maximum_lives_per_s, board->rate, logs->lives_per_s, verdict->throughput_ratio, logs->leads_max,
           (unsigned long long)board->offered, (unsigned long long)logs->accepted, (unsigned long long)board->busy, (unsigned long long)board->unsent,
           (unsigned long long)logs->lost, (unsigned long long)logs->doubled, (unsigned long long)logs->wrong, (unsigned long long)logs->unhinted,
           logs->answered_p50_us / 1e3, logs->offered_p50_us / 1e3, verdict->p50_bound_us / 1e3);
    for (enum soak_figure figure = SOAK_RSS; figure < SOAK_P50; figure++)
        printf(", \"%s\": {\"begin\": %.0f, \"end\": %.0f}", soak_figure_name(figure), verdict->growth.begin[figure], verdict->growth.end[figure]);
    printf(", \"holds\": %s}\n", verdict->holds ? "true" : "false");
}

int bench_overload(const struct bench_options *options)
{
    static struct overload overload;
    uint32_t row_count = options->quick ? ROWS_QUICK : ROWS, minutes = options->minutes ? options->minutes : MINUTES;
    uint32_t row_s = options->quick ? 1 : minutes;   /* 60 rows of as many seconds as there are minutes */
    double seconds = row_count * row_s;
    set_up(&overload, options->durability);
    begin_overload(&overload, options);
    run_rows(&overload, row_count, row_s);
    bool is_drained = end_overload(&overload, options);
    overload.logs.seconds = seconds;
    read_logs(&overload);
    struct overload_verdict verdict = overload_judge(&overload.logs, overload.rows, row_count);
    print_verdict(&overload, &verdict, seconds);
    if (options->json)
        print_json(&overload, &verdict, options->durability, seconds);
    soak_rig_close(&overload.rig);
    return verdict.holds && is_drained ? 0 : 1;
}
