/* SPDX-License-Identifier: Apache-2.0
 *
 * What ingest costs, each figure beside its floor of the same run, in turns:
 *
 *   requests/s on one core    leadwire-web, with all that it does, beside its HTTP server with an empty handler
 *   mails/s                   a mail to a lead, beside gmime parsing it
 *   p50                       a request until its contact is in the journal, beside a raw append of as much to the same kind of
 *                             Redis and an empty request
 *   memory                    of leadwire-web, after the first tenth of many requests and at their end
 */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "bench_desk.h"
#include "bench_process.h"
#include "ingest_http.h"
#include "ingest_judge.h"
#include "ingest_mail.h"

enum { ROUNDS_MAX = 16, CONNECTIONS = 32, TURNS = 5, APPEND_SIZE = 500 };
static const double ABOVE_FLOOR_MAX = 1.1;   /* what is above it is no noise */

struct size { uint32_t requests, mails, appends, long_run; };

struct round {
    struct ingest_figures worker, empty;           /* under load */
    struct ingest_figures one, one_empty;          /* a request at a time; `one` with Redis, always */
    double append_us;
    size_t entry_size;                             /* of a contact in the journal, the least */
    struct ingest_mail_figures mail;
};

struct ratio { double median, low, high; };

static struct ratio ratio_of(const struct round *rounds, uint32_t count, double of(const struct round *round))
{
    double values[ROUNDS_MAX];
    for (uint32_t i = 0; i < count; i++)
        values[i] = of(&rounds[i]);
    const double median = bench_median(values, count);   /* sorts */
    return (struct ratio){median, values[0], values[count - 1]};
}

static double web_over_empty(const struct round *round) { return round->worker.per_cpu_s / round->empty.per_cpu_s; }
static double mail_over_gmime(const struct round *round) { return round->mail.leads_per_s / round->mail.parsed_per_s; }
/* 1: a request is in the journal after the time of two appends and an empty request, its answer's way included. */
static double p50_over_floor(const struct round *round) { return round->one.journal_p50_us / (2 * round->append_us + round->one_empty.p50_us); }
static double worker_rate(const struct round *round) { return round->worker.per_cpu_s; }
static double empty_rate(const struct round *round) { return round->empty.per_cpu_s; }
static double mail_rate(const struct round *round) { return round->mail.leads_per_s; }
static double gmime_rate(const struct round *round) { return round->mail.parsed_per_s; }
static double request_us(const struct round *round) { return round->one.journal_p50_us; }
static double answer_us(const struct round *round) { return round->one.p50_us; }
static double append_us(const struct round *round) { return round->append_us; }
static double empty_us(const struct round *round) { return round->one_empty.p50_us; }

/* What is measured in turns: the speed of the machine changes within a second. */
struct turns { struct ingest_figures figures; double cpu_s; double p50_us[TURNS], journal_p50_us[TURNS]; };

static void take_turn(struct turns *turns, uint32_t turn, struct ingest_clients *clients, uint32_t requests)
{
    const struct ingest_figures figures = ingest_http_run(clients, requests);
    turns->cpu_s += requests / figures.per_cpu_s;
    turns->p50_us[turn] = figures.p50_us;
    turns->journal_p50_us[turn] = figures.journal_p50_us;
}

static struct ingest_figures figures_of(struct turns *turns, uint32_t requests)
{
    return (struct ingest_figures){.per_cpu_s = requests / turns->cpu_s, .p50_us = bench_median(turns->p50_us, TURNS),
                                   .journal_p50_us = bench_median(turns->journal_p50_us, TURNS)};
}

/* leadwire-web and its floor, under load. */
static void run_web(struct round *round, uint32_t requests)
{
    struct ingest_server worker, empty;
    struct turns of_worker = {0}, of_empty = {0};
    ingest_worker_start(&worker, NULL);
    ingest_empty_start(&empty);
    struct ingest_clients *to_worker = ingest_clients_open(&worker, CONNECTIONS, false), *to_empty = ingest_clients_open(&empty, CONNECTIONS, false);
    ingest_http_run(to_worker, requests / 10 + 1);     /* warm */
    ingest_http_run(to_empty, requests / 10 + 1);
    for (uint32_t turn = 0; turn < 2 * TURNS; turn++) {
        if (turn % 2 == 0)
            take_turn(&of_worker, turn / 2, to_worker, requests / TURNS);
        else
            take_turn(&of_empty, turn / 2, to_empty, requests / TURNS);
    }
    round->worker = figures_of(&of_worker, requests / TURNS * TURNS);
    round->empty = figures_of(&of_empty, requests / TURNS * TURNS);
    ingest_clients_close(&to_worker);
    ingest_clients_close(&to_empty);
    ingest_server_stop(&worker);
    ingest_server_stop(&empty);
}

/* One entry after the other, each waited for: XADD to a Redis that syncs each. */
static double append_turn(redisContext *redis, uint32_t count)
{
    char bytes[APPEND_SIZE];
    uint32_t *took_us = calloc(count, sizeof *took_us);
    if (!took_us)
        bench_give_up("no memory");
    memset(bytes, 'x', sizeof bytes);
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t start_ns = bench_now_ns();
        redisReply *reply = redisCommand(redis, "XADD journal * b %b", bytes, sizeof bytes);
        if (!reply || reply->type == REDIS_REPLY_ERROR)
            bench_give_up("an append was refused");
        freeReplyObject(reply);
        took_us[i] = (uint32_t)((bench_now_ns() - start_ns) / 1000);
    }
    const double p50_us = bench_percentile_u32(took_us, count, 0.5);
    free(took_us);
    return p50_us;
}

/* A request at a time until it is in the journal, and what that stands on. */
static void run_single(struct round *round, uint32_t count)
{
    char dir[64], path[96];
    struct ingest_server worker, empty;
    struct turns of_worker = {0}, of_empty = {0};
    double append_us[TURNS];
    bench_make_dir(dir);
    snprintf(path, sizeof path, "%s/redis.sock", dir);
    const pid_t server = bench_desk_redis(dir, "always");
    redisContext *redis = redisConnectUnix(path);
    if (!redis || redis->err)
        bench_give_up("cannot connect to Redis");
    ingest_worker_start(&worker, "always");
    ingest_empty_start(&empty);
    struct ingest_clients *to_worker = ingest_clients_open(&worker, 1, true), *to_empty = ingest_clients_open(&empty, 1, false);
    ingest_http_run(to_worker, count / 10 + 1);     /* warm */
    ingest_http_run(to_empty, count / 10 + 1);
    append_turn(redis, count / 10 + 1);
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        take_turn(&of_worker, turn, to_worker, count / TURNS);
        append_us[turn] = append_turn(redis, count / TURNS);
        take_turn(&of_empty, turn, to_empty, count / TURNS);
    }
    round->one = figures_of(&of_worker, count / TURNS * TURNS);
    round->one_empty = figures_of(&of_empty, count / TURNS * TURNS);
    round->append_us = bench_median(append_us, TURNS);
    round->entry_size = ingest_clients_entry_size(to_worker);
    ingest_clients_close(&to_worker);
    ingest_clients_close(&to_empty);
    ingest_server_stop(&worker);
    ingest_server_stop(&empty);
    redisFree(redis);
    bench_stop(server);
    bench_remove_dir(dir);
}

static void run_round(struct round *round, const struct size *size)
{
    run_web(round, size->requests);
    run_single(round, size->appends);
    round->mail = ingest_mail_run(size->mails);
}

static void run_long(uint32_t requests, uint64_t *early, uint64_t *late)
{
    struct ingest_server server;
    ingest_worker_start(&server, NULL);
    struct ingest_clients *clients = ingest_clients_open(&server, CONNECTIONS, false);
    for (uint32_t tenth = 1; tenth <= 10; tenth++) {
        ingest_http_run(clients, requests / 10);
        *late = ingest_server_rss(&server);
        *early = tenth == 1 ? *late : *early;
        fprintf(stderr, "%u of %u requests\n", requests / 10 * tenth, requests);
    }
    ingest_clients_close(&clients);
    ingest_server_stop(&server);
}

/* Says why not. Every contact of it was taken, or it would not have come so far; whether it was fast ingest_judge says. */
static bool is_valid(const struct round *rounds, uint32_t count, const uint64_t memory[2])
{
    bool valid = memory[0] > 0 && memory[1] > 0;
    if (!valid)
        fprintf(stderr, "leadwire-bench: it does not count: the worker's memory was not seen\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct round *round = &rounds[i];
        const bool is_measured = round->worker.per_cpu_s > 0 && round->empty.per_cpu_s > 0 && round->one.journal_p50_us > 0 && round->one_empty.p50_us > 0 &&
                                 round->append_us > 0 && round->mail.leads_per_s > 0 && round->mail.parsed_per_s > 0;
        const bool is_on_its_floor = web_over_empty(round) <= ABOVE_FLOOR_MAX && mail_over_gmime(round) <= ABOVE_FLOOR_MAX;
        const bool is_fair = round->entry_size >= APPEND_SIZE;
        if (!is_measured || !is_on_its_floor || !is_fair)
            fprintf(stderr, "leadwire-bench: round %u does not count: %s\n", i + 1,
                    !is_measured ? "a figure is missing" : !is_fair ? "the floor appends more than a contact takes in the journal" :
                    "what does more was faster than what it stands on");
        valid = valid && is_measured && is_on_its_floor && is_fair;
    }
    return valid;
}

static void print(const struct round *rounds, uint32_t count, const struct size *size, const uint64_t memory[2], bool is_json)
{
    const struct ratio web = ratio_of(rounds, count, web_over_empty), mail = ratio_of(rounds, count, mail_over_gmime);
    const struct ratio p50 = ratio_of(rounds, count, p50_over_floor);
    const double rates[4] = {ratio_of(rounds, count, worker_rate).median, ratio_of(rounds, count, empty_rate).median,
                             ratio_of(rounds, count, mail_rate).median, ratio_of(rounds, count, gmime_rate).median};
    const double times[4] = {ratio_of(rounds, count, request_us).median, ratio_of(rounds, count, append_us).median,
                             ratio_of(rounds, count, empty_us).median, ratio_of(rounds, count, answer_us).median};

    printf("web    %8.0f requests/s on one core; its HTTP server alone %8.0f: %.2f (%.2f to %.2f)\n", rates[0], rates[1], web.median, web.low, web.high);
    printf("mail   %8.0f mails/s; gmime alone %8.0f: %.2f (%.2f to %.2f)\n", rates[2], rates[3], mail.median, mail.low, mail.high);
    printf("p50    %8.0f us until in the journal; append %.0f us, HTTP %.0f us: %.2f (%.2f to %.2f) of two appends and an empty request; "
           "answered after %.0f us\n", times[0], times[1], times[2], p50.median, p50.low, p50.high, times[3]);
    printf("memory %8.1f MB after %u requests, %.1f MB after %u\n", (double)memory[0] / 1e6, size->long_run / 10, (double)memory[1] / 1e6, size->long_run);
    printf("medians of %u rounds\n", count);
    if (!is_json)
        return;
    printf("{\"web_per_core_s\": %.0f, \"http_per_core_s\": %.0f, \"mails_per_s\": %.0f, \"gmime_per_s\": %.0f, \"request_p50_us\": %.0f, "
           "\"append_p50_us\": %.0f, \"http_p50_us\": %.0f, \"answer_p50_us\": %.0f, ", rates[0], rates[1], rates[2], rates[3], times[0], times[1], times[2], times[3]);
    printf("\"ratio\": {\"web_over_http\": %.3f, \"mail_over_gmime\": %.3f, \"p50_over_two_appends_and_http\": %.3f}, "
           "\"ratio_spread\": {\"web_over_http\": [%.3f, %.3f], \"mail_over_gmime\": [%.3f, %.3f], \"p50_over_two_appends_and_http\": [%.3f, %.3f]}, ",
           web.median, mail.median, p50.median, web.low, web.high, mail.low, mail.high, p50.low, p50.high);
    printf("\"memory_early_bytes\": %llu, \"memory_late_bytes\": %llu, \"requests\": %u, \"calibration\": %.2f, \"rounds\": %u}\n",
           (unsigned long long)memory[0], (unsigned long long)memory[1], size->long_run, bench_calibration(), count);
}

int bench_ingest(const struct bench_options *options)
{
    const struct size quick = {10000, 4000, 1000, 30000}, whole = {40000, 20000, 5000, INGEST_REQUESTS_MIN};
    struct size size = options->quick ? quick : whole;
    static struct round rounds[ROUNDS_MAX];
    uint32_t count = options->rounds ? options->rounds : options->quick ? 2 : 5;
    uint64_t memory[2];

    if (count > ROUNDS_MAX)
        count = ROUNDS_MAX;
    if (options->leads >= 10)
        size.long_run = options->leads;
    for (uint32_t i = 0; i < count; i++) {
        fprintf(stderr, "round %u of %u\n", i + 1, count);
        run_round(&rounds[i], &size);
    }
    run_long(size.long_run, &memory[0], &memory[1]);
    print(rounds, count, &size, memory, options->json);
    const bool valid = is_valid(rounds, count, memory);
    const struct ingest_result result = {
        .web_over_http = ratio_of(rounds, count, web_over_empty).median, .mail_over_gmime = ratio_of(rounds, count, mail_over_gmime).median,
        .p50_over_floor = ratio_of(rounds, count, p50_over_floor).median, .rounds = count,
        .memory_early_bytes = memory[0], .memory_late_bytes = memory[1], .requests = size.long_run,
    };
    return ingest_judge(&result, stderr) && valid ? 0 : 1;
}
