/* SPDX-License-Identifier: Apache-2.0
 *
 * A desk with very many open leads that goes on working: while they come, while reps work at the top of them, and when nothing
 * happens but the checkpoint; and while a Redis that was emptied gets all of it anew. How long the turns of the broker's loop took
 * meanwhile, as the broker tells it; and how long the slices of checkpoints did, by CPU time, in whichever phase: one of more than 5 ms
 * is exit code 1.
 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS */
#include <hiredis.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>

#include "bench.h"
#include "bench_desk.h"
#include "bench_process.h"
#include "control_client.h"
#include "soak_clients.h"
#include "waiting_desk.h"
#include "wall_clock.h"

enum { LEADS = 1000000, LEADS_QUICK = 100000, SERVE_S = 30, SERVE_S_QUICK = 5, LOOK_EVERY_MS = 100, RATE = 2000, IN_HAND = 1000, CHECKPOINT_WITHIN_MS = 90000, CHECKPOINT_MS_QUICK = 5000 };

struct figures { uint64_t turns, long_turns, long_cpu_turns, max_us, max_cpu_us, p99_us, checkpoint_age_ms, waiting, slices, long_slices, slice_max_us; bool is_away; };

static struct figures ask(struct control_client *control)
{
    Leadwire__V1__StatusRequest request = LEADWIRE__V1__STATUS_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_STATUS_REQUEST, .status_request = &request}, reply;
    if (control_client_ask(control, &message, 30000, &reply) != LW_OK || reply.type != WIRE_STATUS_REPLY || !reply.status_reply->turns)
        bench_give_up("the broker does not tell its status: see its log");
    const Leadwire__V1__TurnTimes *turns = reply.status_reply->turns;
    return (struct figures){.turns = turns->count, .long_turns = turns->long_count, .long_cpu_turns = turns->long_cpu_count,
                            .max_cpu_us = turns->max_cpu_us, .max_us = turns->max_us, .p99_us = turns->recent_p99_us,
                            .checkpoint_age_ms = reply.status_reply->checkpoint_age_ms, .waiting = reply.status_reply->waiting,
                            .slices = reply.status_reply->checkpoint_slices, .long_slices = reply.status_reply->checkpoint_slices_long,
                            .slice_max_us = reply.status_reply->checkpoint_slice_max_us, .is_away = reply.status_reply->counts_untold};
}

static struct soak_board *open_board(const struct waiting_desk *desk, uint32_t leads)
{
    struct soak_board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        bench_give_up("out of memory");
    board->rate = RATE;
    board->backlog = IN_HAND;
    board->first = leads;
    snprintf(board->publish, sizeof board->publish, "%s", desk->endpoint);
    snprintf(board->reps, sizeof board->reps, "ipc://%s/reps", desk->run_dir);
    return board;
}

/* Reps complete from the top of what waits, as fast as they can; a publisher brings more. */
static uint64_t serve(const struct waiting_desk *desk, uint32_t leads, uint32_t seconds)
{
    struct soak_board *board = open_board(desk, leads);
    pid_t reps = bench_fork(soak_reps, board), publisher = bench_fork(soak_publisher, board);
    for (uint64_t end_ns = bench_now_ns() + seconds * UINT64_C(1000000000); bench_now_ns() < end_ns;)
        poll(NULL, 0, LOOK_EVERY_MS);
    board->stop_publisher = 1;
    bench_wait(publisher);
    board->stop_reps = 1;
    bench_wait(reps);
    uint64_t completed = board->completed;
    if (board->wrong > 0)
        bench_give_up("leads were refused, or came to a rep without the skill");
    munmap(board, sizeof *board);
    return completed;
}

/* One that ends from now on, with the store there. */
static void await_checkpoint(struct control_client *control, const char *or_else)
{
    const uint64_t began_ms = wall_clock_monotonic_ms();
    for (uint64_t passed_ms = 0; passed_ms < CHECKPOINT_WITHIN_MS; passed_ms = wall_clock_monotonic_ms() - began_ms) {
        const struct figures now = ask(control);
        if (now.checkpoint_age_ms < passed_ms && !now.is_away)
            return;
        poll(NULL, 0, LOOK_EVERY_MS);
    }
    bench_give_up(or_else);
}

/* Redis loses all that it had: the next checkpoint is complete. Until it ends the broker tells no counts. */
static void empty_redis(const char *dir)
{
    char socket[128];
    snprintf(socket, sizeof socket, "%s/redis.sock", dir);
    redisContext *redis = redisConnectUnix(socket);
    redisReply *reply = redis && !redis->err ? redisCommand(redis, "FLUSHALL") : NULL;
    if (!reply || reply->type == REDIS_REPLY_ERROR)
        bench_give_up("Redis cannot be emptied");
    freeReplyObject(reply);
    redisFree(redis);
}

struct memory { double broker, redis; };

static struct memory look(const struct waiting_desk *desk, pid_t broker)
{
    return (struct memory){(double)bench_resident_bytes(broker), bench_desk_redis_number(desk->dir, "used_memory")};
}

static void print_phase(const char *what, const struct figures *before, const struct figures *after)
{
    printf("%-12s %9llu turns, %5llu of more than 5 ms, %llu of more than 5 ms of CPU; longest so far %.2f ms, %.2f ms of CPU; 99 %% of the last minute's at most %.2f ms\n", what,
           (unsigned long long)(after->turns - before->turns), (unsigned long long)(after->long_turns - before->long_turns),
           (unsigned long long)(after->long_cpu_turns - before->long_cpu_turns), (double)after->max_us / 1e3, (double)after->max_cpu_us / 1e3, (double)after->p99_us / 1e3);
    printf("%-12s %9llu slices of checkpoints, %llu of more than 5 ms of CPU; longest so far %.2f ms\n", "", (unsigned long long)(after->slices - before->slices),
           (unsigned long long)(after->long_slices - before->long_slices), (double)after->slice_max_us / 1e3);
    fflush(stdout);
}

int bench_checkpoint(const struct bench_options *options)
{
    uint32_t leads = options->leads ? options->leads : options->quick ? LEADS_QUICK : LEADS;
    static struct waiting_desk desk;
    struct control_client *control;
    struct figures phases[5] = {{0}};
    char path[128];
    waiting_desk_make(&desk, options->durability, leads);
    pid_t redis = bench_desk_redis(desk.dir, options->durability), broker = waiting_desk_start_broker(&desk, options->quick ? CHECKPOINT_MS_QUICK : 0);
    snprintf(path, sizeof path, "%s/control", desk.run_dir);
    if (!bench_await_path(path, 10000))
        bench_give_up("leadwire-broker did not start: see its log");
    bench_desk_rules_timed(desk.run_dir, "bench", SOAK_OFFER_MS, SOAK_GRACE_MS);
    snprintf(path, sizeof path, "ipc://%s/control", desk.run_dir);
    if (control_client_open(path, "bench", "leadwire-bench", NULL, &control) != LW_OK)
        bench_give_up("cannot open control");
    struct memory before = look(&desk, broker);
    waiting_desk_load(&desk, leads);
    phases[1] = ask(control);
    print_phase("loading", &phases[0], &phases[1]);
    await_checkpoint(control, "no checkpoint came");   /* it trims the journal */
    struct memory after = look(&desk, broker), lead = {(after.broker - before.broker) / leads, (after.redis - before.redis) / leads};
    uint64_t completed = serve(&desk, leads, options->quick ? SERVE_S_QUICK : SERVE_S);
    phases[2] = ask(control);
    print_phase("serving", &phases[1], &phases[2]);
    await_checkpoint(control, "no checkpoint came");   /* the one that is due because of time, with nothing else to do */
    phases[3] = ask(control);
    print_phase("checkpoint", &phases[2], &phases[3]);
    empty_redis(desk.dir);
    await_checkpoint(control, "the emptied Redis is not written anew");
    phases[4] = ask(control);
    print_phase("emptied", &phases[3], &phases[4]);
    printf("%llu leads completed while %llu waited\n", (unsigned long long)completed, (unsigned long long)phases[1].waiting);
    printf("a waiting lead, its id remembered, takes %.0f bytes of the broker and %.0f of Redis after a checkpoint\n", lead.broker, lead.redis);
    if (options->json)
        printf("{\"durability\": \"%s\", \"leads\": %u, \"completed\": %llu, \"turns\": %llu, \"turns_over_5_ms\": %llu, \"turns_over_5_ms_of_cpu\": %llu, \"max_turn_ms\": %.2f, \"max_turn_cpu_ms\": %.2f, \"p99_turn_ms\": %.2f, \"slices\": %llu, \"slices_over_5_ms_of_cpu\": %llu, \"max_slice_cpu_ms\": %.2f, \"broker_bytes_per_waiting_lead\": %.0f, \"redis_bytes_per_waiting_lead\": %.0f}\n", options->durability, leads,
               (unsigned long long)completed, (unsigned long long)phases[4].turns, (unsigned long long)phases[4].long_turns,
               (unsigned long long)phases[4].long_cpu_turns, (double)phases[4].max_us / 1e3, (double)phases[4].max_cpu_us / 1e3, (double)phases[2].p99_us / 1e3,
               (unsigned long long)phases[4].slices, (unsigned long long)phases[4].long_slices, (double)phases[4].slice_max_us / 1e3, lead.broker, lead.redis);
    control_client_close(&control);
    bench_stop(broker);
    bench_stop(redis);
    bench_remove_dir(desk.dir);
    if (phases[4].slices == 0)
        fprintf(stderr, "no slice of a checkpoint was written\n");
    return phases[4].slices > 0 && phases[4].long_slices == 0 ? 0 : 1;
}
