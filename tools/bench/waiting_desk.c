/* SPDX-License-Identifier: Apache-2.0 */
#include "waiting_desk.h"

#include <poll.h>
#include <stdio.h>

#include "bench_desk.h"
#include "bench_process.h"

enum { PROGRESS_EVERY = 100000 };

void waiting_desk_make(struct waiting_desk *desk, const char *durability, uint32_t leads)
{
    desk->durability = durability;
    bench_make_dir(desk->dir);
    snprintf(desk->run_dir, sizeof desk->run_dir, "%s/run", desk->dir);
    snprintf(desk->secrets, sizeof desk->secrets, "%s/secrets", desk->dir);
    snprintf(desk->redis, sizeof desk->redis, "unix:%s/redis.sock", desk->dir);
    snprintf(desk->log, sizeof desk->log, "%s/broker.log", desk->dir);
    snprintf(desk->endpoint, sizeof desk->endpoint, "ipc://%s/publish", desk->run_dir);
    snprintf(desk->leads_max, sizeof desk->leads_max, "%u", leads + 1000);   /* and those that show that it serves */
    bench_program("leadwire-broker", desk->program);
    bench_desk_secrets(desk->secrets, BENCH_REPS);
}

pid_t waiting_desk_start_broker(const struct waiting_desk *desk, uint32_t checkpoint_ms)
{
    char ms[16];
    snprintf(ms, sizeof ms, "%u", checkpoint_ms);
    const char *const argv[] = {desk->program, "--desk", "bench", "--run-dir", desk->run_dir, "--rep-secrets", desk->secrets,
                                "--durability", desk->durability, "--redis", desk->redis, "--leads-max", desk->leads_max, checkpoint_ms > 0 ? "--checkpoint-ms" : NULL, ms, NULL};
    return bench_start(argv, NULL, desk->log);
}

struct lw_publisher *waiting_desk_open_publisher(const struct waiting_desk *desk)
{
    struct lw_publisher *publisher;
    const struct lw_publisher_options options = {.endpoint = desk->endpoint, .desk = "bench", .client = "leadwire-bench", .pending_max = WAITING_IN_FLIGHT,
                                                 .resend_ms = 60000};
    if (lw_publisher_open(&options, &publisher) != LW_OK)
        bench_give_up("cannot open a publisher");
    return publisher;
}

void waiting_desk_wait(const struct lw_publisher *publisher)
{
    struct pollfd wait = {.fd = lw_publisher_fd(publisher), .events = POLLIN};
    poll(&wait, 1, lw_publisher_wait_ms(publisher));
}

void waiting_desk_progress(const char *what, uint64_t before, uint64_t done)
{
    if (before / PROGRESS_EVERY != done / PROGRESS_EVERY)
        fprintf(stderr, "%s %llu\n", what, (unsigned long long)done);
}

void waiting_desk_load(const struct waiting_desk *desk, uint32_t leads)
{
    struct lw_publisher *publisher = waiting_desk_open_publisher(desk);
    struct lw_publisher_answer answer;
    uint64_t sent = 0, accepted = 0;
    while (accepted < leads) {
        while (sent < leads && lw_publisher_pending(publisher) < WAITING_IN_FLIGHT) {
            if (bench_desk_publish(publisher, sent++) != LW_OK)
                bench_give_up("cannot publish");
        }
        uint64_t before = accepted;
        while (lw_publisher_next(publisher, &answer) == LW_OK) {
            if (answer.outcome != LW_OUTCOME_ACCEPTED)
                bench_give_up("a lead was not accepted");
            accepted++;
        }
        waiting_desk_progress("published", before, accepted);
        if (accepted < leads)
            waiting_desk_wait(publisher);
    }
    lw_publisher_close(&publisher);
}
