/* SPDX-License-Identifier: Apache-2.0
 *
 * Hours in one: a broker and a private Redis, which rewrites its append-only file as Redis does by itself, under a steady load
 * with reps who come, go and crash. First flat out, to find the maximum; then 70 % of it, and what must not grow is looked at
 * each second. At the end every lead must have ended, and no figure may be above what it was.
 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS */
#include <hiredis.h>
#include <leadwire/publisher.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "bench_desk.h"
#include "bench_process.h"
#include "control_client.h"
#include "soak_clients.h"
#include "soak_watch.h"

enum { MINUTES = 60, MINUTES_QUICK = 2, ROWS_MAX = 1440, CORRECT_EVERY_MS = 100, DRAIN_MS = 300000, WARM_MS = 5000, FLAT_OUT_MS = 15000 };

struct soak {
    char dir[64], run_dir[96], redis_socket[96];
    struct soak_board *board;
    struct soak_watch *watch;
    struct control_client *control;
    pid_t redis, broker, reps, publisher;
    double maximum;                  /* lives a second */
    uint32_t rate;
    uint64_t published, completed, open;   /* as the broker last told */
    struct soak_row rows[ROWS_MAX];
    uint32_t row_count;
};

static void start_broker(struct soak *soak)
{
    static char program[512];
    char secrets[96], redis_address[128], log[96], control[128];
    snprintf(soak->run_dir, sizeof soak->run_dir, "%s/run", soak->dir);
    snprintf(soak->redis_socket, sizeof soak->redis_socket, "%s/redis.sock", soak->dir);
    snprintf(secrets, sizeof secrets, "%s/secrets", soak->dir);
    snprintf(redis_address, sizeof redis_address, "unix:%s", soak->redis_socket);
    snprintf(log, sizeof log, "%s/broker.log", soak->dir);
    snprintf(control, sizeof control, "%s/control", soak->run_dir);
    bench_desk_secrets(secrets);
    bench_program("leadwire-broker", program);
    const char *const argv[] = {program, "--desk", "bench", "--run-dir", soak->run_dir, "--rep-secrets", secrets, "--durability", "everysec",
                                "--redis", redis_address, NULL};
    soak->broker = bench_start(argv, NULL, log);
    if (!bench_await_path(control, 10000))
        bench_give_up("leadwire-broker did not start: see its log");
}

/* Redis's own defaults, which the other benches turn off. */
static void let_redis_rewrite(const char *socket)
{
    redisContext *redis = redisConnectUnix(socket);
    redisReply *reply = redis && !redis->err ? redisCommand(redis, "CONFIG SET auto-aof-rewrite-percentage 100 auto-aof-rewrite-min-size 64mb") : NULL;
    if (!reply || reply->type == REDIS_REPLY_ERROR)
        bench_give_up("the private Redis cannot be set");
    freeReplyObject(reply);
    redisFree(redis);
}

/* What the broker has and the clients guess: from here on they guess better. */
static void ask_broker(struct soak *soak)
{
    Leadwire__V1__StatusRequest request = LEADWIRE__V1__STATUS_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_STATUS_REQUEST, .status_request = &request}, reply;
    if (control_client_ask(soak->control, &message, 10000, &reply) != LW_OK || reply.type != WIRE_STATUS_REPLY)
        bench_give_up("the broker does not tell its status: see its log");
    const Leadwire__V1__StatusReply *status = reply.status_reply;
    soak->published = status->published_total;
    soak->completed = status->completed_total;
    soak->open = status->waiting + status->offered + status->connecting + status->assigned + status->parked + status->scheduled;
    soak->board->correction = (int64_t)soak->open - ((int64_t)soak->board->published - (int64_t)soak->board->completed);
}

static void run_for(struct soak *soak, uint64_t ms)
{
    for (uint64_t end_ns = bench_now_ns() + ms * 1000000; bench_now_ns() < end_ns;) {
        poll(NULL, 0, CORRECT_EVERY_MS);
        ask_broker(soak);
    }
}

static void set_up(struct soak *soak)
{
    char endpoint[128];
    soak->board = mmap(NULL, sizeof *soak->board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (soak->board == MAP_FAILED)
        bench_give_up("out of memory");
    soak->board->backlog = SOAK_BACKLOG;
    bench_make_dir(soak->dir);
    soak->redis = bench_desk_redis(soak->dir, "everysec");
    start_broker(soak);
    let_redis_rewrite(soak->redis_socket);
    bench_desk_rules_timed(soak->run_dir, SOAK_OFFER_MS, SOAK_GRACE_MS);
    snprintf(soak->board->publish, sizeof soak->board->publish, "ipc://%s/publish", soak->run_dir);
    snprintf(soak->board->reps, sizeof soak->board->reps, "ipc://%s/reps", soak->run_dir);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/control", soak->run_dir);
    if (control_client_open(endpoint, "bench", "leadwire-bench", NULL, &soak->control) != LW_OK)
        bench_give_up("cannot open control");
    soak->watch = soak_watch_new(soak->broker, soak->redis_socket);
    soak->reps = bench_fork(soak_reps, soak->board);
    for (int i = 0; soak->board->reps_ready < BENCH_REPS; i++) {
        if (i > 1000)
            bench_give_up("the reps could not log on");
        poll(NULL, 0, 10);
    }
    soak->publisher = bench_fork(soak_publisher, soak->board);
}

static void find_maximum(struct soak *soak, const struct bench_options *options)
{
    run_for(soak, WARM_MS);
    uint64_t completed = soak->completed, start_ns = bench_now_ns();
    run_for(soak, FLAT_OUT_MS);
    soak->maximum = (double)(soak->completed - completed) * 1e9 / (double)(bench_now_ns() - start_ns);
    soak->rate = options->rate ? options->rate : (uint32_t)(soak->maximum * 0.7);
    if (soak->rate == 0)
        bench_give_up("no lead came to its end");
    soak->board->rate = soak->rate;
    fprintf(stderr, "maximum %.0f lives/s; %u leads/s from now on\n", soak->maximum, soak->rate);
}

static void print_row(const struct soak_row *row, double minute)
{
    printf("%6.1f %8.1f %5.0f %9.1f %8.1f %8.1f %7.0f %7.0f %8.0f %6.0f\n", minute, row->values[SOAK_RSS] / 1048576, row->values[SOAK_DESCRIPTORS],
           row->values[SOAK_REDIS_MEMORY] / 1048576, row->values[SOAK_AOF] / 1048576, row->aof_now_bytes / 1048576, row->values[SOAK_P50], row->p99_us,
           row->lives_per_s, row->open);
    fflush(stdout);
}

static void run_row(struct soak *soak, uint32_t seconds)
{
    static struct log_histogram before, since;
    before = soak->board->offered_us;
    uint64_t completed = soak->completed, start_ns = bench_now_ns();
    for (uint32_t second = 0; second < seconds; second++) {
        run_for(soak, 1000);
        soak_watch_look(soak->watch);
    }
    log_histogram_since(&soak->board->offered_us, &before, &since);
    struct soak_row row = soak_watch_row(soak->watch);
    row.values[SOAK_P50] = (double)log_histogram_at(&since, 0.5);
    row.p99_us = (double)log_histogram_at(&since, 0.99);
    row.lives_per_s = (double)(soak->completed - completed) * 1e9 / (double)(bench_now_ns() - start_ns);
    row.open = (double)soak->open;
    soak->rows[soak->row_count++] = row;
}

static void name_open(struct soak *soak)
{
    Leadwire__V1__SnapshotRequest request = LEADWIRE__V1__SNAPSHOT_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_SNAPSHOT_REQUEST, .snapshot_request = &request}, reply;
    if (control_client_ask(soak->control, &message, 10000, &reply) != LW_OK || reply.type != WIRE_SNAPSHOT_REPLY)
        return;
    for (size_t i = 0; i < reply.snapshot_reply->n_leads && i < 20; i++) {
        const Leadwire__V1__LeadEvent *lead = reply.snapshot_reply->leads[i];
        fprintf(stderr, "still open: %s, %s by cause '%s', rep '%s', offer %u, handed on by '%s'\n", lead->lead_id,
                lw_lead_state_name((lw_lead_state)lead->to), lead->cause, lead->rep, (unsigned)lead->offer_number, lead->set_by);
    }
}

/* Every lead must end. False: some did not. */
static bool drain(struct soak *soak)
{
    soak->board->stop_publisher = 1;
    bench_wait(soak->publisher);
    ask_broker(soak);
    for (uint32_t waited = 0; soak->open > 0 && waited < DRAIN_MS; waited += CORRECT_EVERY_MS)
        run_for(soak, CORRECT_EVERY_MS);
    if (soak->open > 0)
        name_open(soak);
    return soak->open == 0 && soak->published == soak->completed;
}

static void print_churn(const struct soak *soak)
{
    const struct soak_churn *churn = &soak->board->churn;
    printf("reps logged off %llu times, lost their connection %llu times, took %llu breaks; offers declined %llu, left to expire %llu; leads handed on "
           "%llu, handed back %llu; answers that came too late %llu\n", (unsigned long long)churn->logged_off, (unsigned long long)churn->crashed,
           (unsigned long long)churn->breaks, (unsigned long long)churn->declined, (unsigned long long)churn->ignored,
           (unsigned long long)churn->handed_on, (unsigned long long)churn->handed_back, (unsigned long long)churn->refused);
}

static void print_verdict(const struct soak *soak, const struct soak_verdict *verdict, bool is_drained, double minutes, bool json)
{
    print_churn(soak);
    printf("%llu leads published, %llu completed, %llu open%s\n", (unsigned long long)soak->published, (unsigned long long)soak->completed,
           (unsigned long long)soak->open, is_drained ? "" : ": not every lead came to its end");
    for (enum soak_figure figure = SOAK_RSS; figure < SOAK_FIGURES; figure++)
        printf("%-20s begin %12.0f  end %12.0f  ratio %.3f (at most %.2f)%s\n", soak_figure_name(figure), verdict->begin[figure], verdict->end[figure],
               verdict->begin[figure] > 0 ? verdict->end[figure] / verdict->begin[figure] : 0, soak_allowed(figure), verdict->grew[figure] ? "  GREW" : "");
    if (!json)
        return;
    printf("{\"minutes\": %.2f, \"maximum_lives_per_s\": %.0f, \"leads_per_s\": %u, \"published\": %llu, \"completed\": %llu, \"open\": %llu", minutes,
           soak->maximum, soak->rate, (unsigned long long)soak->published, (unsigned long long)soak->completed, (unsigned long long)soak->open);
    for (enum soak_figure figure = SOAK_RSS; figure < SOAK_FIGURES; figure++)
        printf(", \"%s\": {\"begin\": %.0f, \"end\": %.0f, \"ratio\": %.3f}", soak_figure_name(figure), verdict->begin[figure], verdict->end[figure],
               verdict->begin[figure] > 0 ? verdict->end[figure] / verdict->begin[figure] : 0);
    printf(", \"grew\": %s}\n", verdict->has_grown ? "true" : "false");
}

static void tear_down(struct soak *soak)
{
    soak->board->stop_reps = 1;
    bench_wait(soak->reps);
    control_client_close(&soak->control);
    soak_watch_free(soak->watch);
    bench_stop(soak->broker);
    bench_stop(soak->redis);
    bench_remove_dir(soak->dir);
    munmap(soak->board, sizeof *soak->board);
}

int bench_soak(const struct bench_options *options)
{
    static struct soak soak;
    uint32_t minutes = options->minutes ? options->minutes : options->quick ? MINUTES_QUICK : MINUTES;
    uint32_t row_s = minutes >= 12 ? 60 : 5, row_count = minutes * 60 / row_s;
    if (row_count > ROWS_MAX)
        row_count = ROWS_MAX;
    set_up(&soak);
    find_maximum(&soak, options);
    printf("minute  RSS MiB   fds Redis MiB  AOF MiB  AOF now  p50 us  p99 us  lives/s   open\n");
    for (uint32_t i = 0; i < row_count; i++) {
        run_row(&soak, row_s);
        print_row(&soak.rows[i], (i + 1) * row_s / 60.0);
    }
    struct soak_verdict verdict = soak_judge(soak.rows, soak.row_count);
    bool is_drained = drain(&soak), is_wrong = soak.board->wrong > 0;
    if (is_wrong)
        fprintf(stderr, "leadwire-bench: %llu leads were refused or came to a rep without the skill\n", (unsigned long long)soak.board->wrong);
    print_verdict(&soak, &verdict, is_drained, minutes, options->json);
    tear_down(&soak);
    return verdict.has_grown || !is_drained || is_wrong ? 1 : 0;
}
