/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS */
#include "soak_rig.h"

#include <hiredis.h>
#include <leadwire/publisher.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "bench_desk.h"
#include "bench_process.h"
#include "control_client.h"

enum { CORRECT_EVERY_MS = 100, DRAIN_MS = 300000, ARGUMENTS_MAX = 24 };

static void start_broker(struct soak_rig *rig, const char *durability, const char *const *options)
{
    static char program[512];
    char secrets[96], redis_address[128], log[96], control[128];
    snprintf(rig->run_dir, sizeof rig->run_dir, "%s/run", rig->dir);
    snprintf(rig->redis_socket, sizeof rig->redis_socket, "%s/redis.sock", rig->dir);
    snprintf(secrets, sizeof secrets, "%s/secrets", rig->dir);
    snprintf(redis_address, sizeof redis_address, "unix:%s", rig->redis_socket);
    snprintf(log, sizeof log, "%s/broker.log", rig->dir);
    snprintf(control, sizeof control, "%s/control", rig->run_dir);
    bench_desk_secrets(secrets, BENCH_REPS);
    bench_program("leadwire-broker", program);
    const char *argv[ARGUMENTS_MAX] = {program, "--desk", "bench", "--run-dir", rig->run_dir, "--rep-secrets", secrets, "--durability", durability,
                                       "--redis", redis_address};
    for (int i = 0, at = 11; options && options[i] && at < ARGUMENTS_MAX - 1; i++)
        argv[at++] = options[i];
    rig->broker = bench_start(argv, NULL, log);
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
static void ask_broker(struct soak_rig *rig)
{
    Leadwire__V1__StatusRequest request = LEADWIRE__V1__STATUS_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_STATUS_REQUEST, .status_request = &request}, reply;
    if (control_client_ask(rig->control, &message, 10000, &reply) != LW_OK || reply.type != WIRE_STATUS_REPLY)
        bench_give_up("the broker does not tell its status: see its log");
    const Leadwire__V1__StatusReply *status = reply.status_reply;
    rig->published = status->published_total;
    rig->completed = status->completed_total;
    rig->open = status->waiting + status->offered + status->connecting + status->assigned + status->parked + status->scheduled;
    rig->board->correction = (int64_t)rig->open - ((int64_t)rig->board->published - (int64_t)rig->board->completed);
}

void *soak_map_shared(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        bench_give_up("out of memory");
    return memory;
}

void soak_rig_open(struct soak_rig *rig, const char *durability, bool is_calm, const char *const *broker_options)
{
    char endpoint[128];
    rig->board = soak_map_shared(sizeof *rig->board);
    rig->board->backlog = SOAK_BACKLOG;
    rig->board->is_calm = is_calm;
    if (is_calm)
        rig->board->ended = soak_map_shared(SOAK_LEADS_MAX);
    bench_make_dir(rig->dir);
    rig->redis = bench_desk_redis(rig->dir, durability);
    start_broker(rig, durability, broker_options);
    let_redis_rewrite(rig->redis_socket);
    bench_desk_rules_timed(rig->run_dir, "bench", SOAK_OFFER_MS, SOAK_GRACE_MS);
    snprintf(rig->board->publish, sizeof rig->board->publish, "ipc://%s/publish", rig->run_dir);
    snprintf(rig->board->reps, sizeof rig->board->reps, "ipc://%s/reps", rig->run_dir);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/control", rig->run_dir);
    if (control_client_open(endpoint, "bench", "leadwire-bench", NULL, &rig->control) != LW_OK)
        bench_give_up("cannot open control");
    rig->watch = soak_watch_new(rig->broker, rig->redis_socket);
    rig->reps = bench_fork(soak_reps, rig->board);
    for (int i = 0; rig->board->reps_ready < BENCH_REPS; i++) {
        if (i > 1000)
            bench_give_up("the reps could not log on");
        poll(NULL, 0, 10);
    }
    soak_rig_start_publisher(rig);
}

void soak_rig_run_for(struct soak_rig *rig, uint64_t ms)
{
    for (uint64_t end_ns = bench_now_ns() + ms * 1000000; bench_now_ns() < end_ns;) {
        poll(NULL, 0, CORRECT_EVERY_MS);
        ask_broker(rig);
    }
}

double soak_rig_find_maximum(struct soak_rig *rig, uint64_t warm_ms, uint64_t ms)
{
    soak_rig_run_for(rig, warm_ms);
    uint64_t completed = rig->completed, start_ns = bench_now_ns();
    soak_rig_run_for(rig, ms);
    double maximum = (double)(rig->completed - completed) * 1e9 / (double)(bench_now_ns() - start_ns);
    if (maximum < 1)
        bench_give_up("no lead came to its end");
    return maximum;
}

void soak_rig_start_publisher(struct soak_rig *rig)
{
    rig->board->stop_publisher = 0;
    rig->publisher = bench_fork(soak_publisher, rig->board);
}

void soak_rig_stop_publisher(struct soak_rig *rig)
{
    rig->board->stop_publisher = 1;
    if (rig->publisher > 0)
        bench_wait(rig->publisher);
    rig->publisher = 0;
}

static void name_open(struct soak_rig *rig)
{
    Leadwire__V1__SnapshotRequest request = LEADWIRE__V1__SNAPSHOT_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_SNAPSHOT_REQUEST, .snapshot_request = &request}, reply;
    if (control_client_ask(rig->control, &message, 10000, &reply) != LW_OK || reply.type != WIRE_SNAPSHOT_REPLY)
        return;
    for (size_t i = 0; i < reply.snapshot_reply->n_leads && i < 20; i++) {
        const Leadwire__V1__LeadEvent *lead = reply.snapshot_reply->leads[i];
        fprintf(stderr, "still open: %s, %s by cause '%s', rep '%s', offer %u, handed on by '%s'\n", lead->lead_id,
                lw_lead_state_name((lw_lead_state)lead->to), lead->cause, lead->rep, (unsigned)lead->offer_number, lead->set_by);
    }
}

bool soak_rig_drain(struct soak_rig *rig)
{
    ask_broker(rig);
    for (uint32_t waited = 0; rig->open > 0 && waited < DRAIN_MS; waited += CORRECT_EVERY_MS)
        soak_rig_run_for(rig, CORRECT_EVERY_MS);
    if (rig->open > 0)
        name_open(rig);
    return rig->open == 0 && rig->published == rig->completed;
}

void soak_rig_close(struct soak_rig *rig)
{
    rig->board->stop_reps = 1;
    bench_wait(rig->reps);
    control_client_close(&rig->control);
    soak_watch_free(rig->watch);
    bench_stop(rig->broker);
    bench_stop(rig->redis);
    bench_remove_dir(rig->dir);
    if (rig->board->ended)
        munmap(rig->board->ended, SOAK_LEADS_MAX);
    munmap(rig->board, sizeof *rig->board);
}

