/* SPDX-License-Identifier: Apache-2.0
 *
 * Many reps' desks in browsers on one gateway that has a core to itself: from a lead's entry in the journal to the browser that shows it,
 * at GATEWAY_COMMITS commits a second or more (a lead makes three: taken, accepted, completed); memory of a connection. It refuses its
 * result when a browser was shown what is not its own, a lead was not shown or not completed, a browser was told more often than it
 * should, there were too few commits, or the full count of desks was open and half of the leads took longer than P50_MAX_MS.
 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS */
#include <leadwire/publisher.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "bench_desk.h"
#include "bench_process.h"
#include "file_limit.h"
#include "gateway_browsers.h"

enum { ROUNDS_MAX = 16, GATEWAY_COMMITS = 200, LEADS_PER_S = 75, DESKS = 2000, WARM_S = 2, SETTLE_S = 10, WAIT_MS = 2, P50_MAX_MS = 20 };

struct load {
    struct gateway_desk desk;
    struct gateway_journal *journal;
    struct gateway_browsers *browsers;
    struct lw_publisher *publisher;
    uint64_t published, refused;
    uint64_t *sent_ns, *shown_ns;   /* by lead */
};

struct figures { double p50_ms, p99_ms, sent_p50_ms, commits_per_s, asker_frames_per_s, cpu_share; };

static void publish(struct load *load)
{
    char name[sizeof GATEWAY_LEAD_NAME + GATEWAY_LEAD_DIGITS + 1], id[BENCH_ID_SIZE], skill[16];
    uint64_t ticket, number = load->published++;
    if (number >= GATEWAY_LEADS_MAX)
        bench_give_up("more leads than the bench has room for: fewer rounds");
    snprintf(name, sizeof name, GATEWAY_LEAD_NAME "%0*u", (int)GATEWAY_LEAD_DIGITS, (unsigned)number);
    snprintf(skill, sizeof skill, "s%u", (unsigned)(number % BENCH_SKILLS));
    bench_desk_id(number, id);
    const struct lw_lead_phone phone = {.e164 = "+390212345678", .raw = "02 1234 5678", .kind = "fixed", .region = "IT"};
    const struct lw_lead lead = {.channel = LW_CHANNEL_WEB, .source = BENCH_SOURCE, .full_name = name, .phones = &phone, .phone_count = 1, .language = "it",
                                 .country = "IT", .product = skill, .subject = "Request for a quote", .campaign = "autumn",
                                 .summary = "Good morning, we would like a quote for our house: two floors, a roof of eighty square metres that faces south. "
                                            "Please call in the afternoon. Thank you and best regards."};
    load->sent_ns[number] = bench_now_ns();
    if (lw_publisher_publish(load->publisher, id, 0, &lead, 0, &ticket) != LW_OK)
        bench_give_up("cannot publish");
}

static void take_answers(struct load *load)
{
    struct lw_publisher_answer answer;
    while (lw_publisher_next(load->publisher, &answer) == LW_OK)
        load->refused += answer.outcome != LW_OUTCOME_ACCEPTED;
}

static void run_for(struct load *load, double seconds)
{
    uint64_t start_ns = bench_now_ns(), first = load->published;
    for (uint64_t since_ns; (since_ns = bench_now_ns() - start_ns) < (uint64_t)(seconds * 1e9);) {
        while (load->published - first < since_ns * LEADS_PER_S / 1000000000u)
            publish(load);
        take_answers(load);
        gateway_browsers_work(load->browsers, WAIT_MS, load->shown_ns);
    }
}

/* Of the leads first to last, in ms; those not shown count as endless. */
static void measure_leads(const struct load *load, uint64_t first, uint64_t last, struct figures *out)
{
    size_t count = last - first;
    uint32_t *from_journal = calloc(count + 1, sizeof *from_journal), *from_sending = calloc(count + 1, sizeof *from_sending);
    if (!from_journal || !from_sending)
        bench_give_up("out of memory");
    for (size_t i = 0; i < count; i++) {
        uint64_t shown = load->shown_ns[first + i], kept = load->journal->at_ns[first + i];
        from_journal[i] = shown == 0 || kept == 0 ? UINT32_MAX : shown <= kept ? 0 : (uint32_t)((shown - kept) / 1000);
        from_sending[i] = shown == 0 ? UINT32_MAX : (uint32_t)((shown - load->sent_ns[first + i]) / 1000);
    }
    out->p50_ms = bench_percentile_u32(from_journal, count, 0.5) / 1e3;
    out->p99_ms = bench_percentile_u32(from_journal, count, 0.99) / 1e3;
    out->sent_p50_ms = bench_percentile_u32(from_sending, count, 0.5) / 1e3;
    free(from_journal);
    free(from_sending);
}

static struct figures measure(struct load *load, double seconds)
{
    struct figures out;
    struct gateway_counts before = gateway_browsers_counts(load->browsers);
    uint64_t first = load->published, commits = load->journal->commits, cpu_us = bench_cpu_us(load->desk.gateway), start_ns = bench_now_ns();
    gateway_browsers_ask(load->browsers, true);
    run_for(load, seconds);
    double took_s = (double)(bench_now_ns() - start_ns) / 1e9;
    gateway_browsers_ask(load->browsers, false);
    struct gateway_counts after = gateway_browsers_counts(load->browsers);
    out.commits_per_s = (double)(load->journal->commits - commits) / took_s;
    out.cpu_share = (double)(bench_cpu_us(load->desk.gateway) - cpu_us) / 1e6 / took_s;
    out.asker_frames_per_s = (double)(after.asker_frames - before.asker_frames - 1) / took_s;   /* the first is no gap */
    for (uint64_t until_ns = bench_now_ns() + SETTLE_S * 1000000000ull; bench_now_ns() < until_ns;) {
        take_answers(load);
        gateway_browsers_work(load->browsers, WAIT_MS, load->shown_ns);
        if (gateway_browsers_counts(load->browsers).completed == load->published)
            break;
    }
    measure_leads(load, first, load->published, &out);
    return out;
}

static void open_load(struct load *load, uint32_t desks)
{
    char endpoint[128];
    file_limit_raise();
    gateway_desk_start(&load->desk, desks);
    load->journal = mmap(NULL, sizeof *load->journal, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    load->sent_ns = calloc(GATEWAY_LEADS_MAX, sizeof *load->sent_ns);
    load->shown_ns = calloc(GATEWAY_LEADS_MAX, sizeof *load->shown_ns);
    if (load->journal == MAP_FAILED || !load->sent_ns || !load->shown_ns)
        bench_give_up("out of memory");
    snprintf(load->journal->redis_socket, sizeof load->journal->redis_socket, "%s", load->desk.redis_socket);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/publish", load->desk.run_dir);
    const struct lw_publisher_options options = {.endpoint = endpoint, .desk = "bench", .client = "leadwire-bench"};
    if (lw_publisher_open(&options, &load->publisher) != LW_OK)
        bench_give_up("cannot open a publisher");
}

static void close_load(struct load *load)
{
    gateway_browsers_close(load->browsers);
    lw_publisher_close(&load->publisher);
    gateway_desk_stop(&load->desk);
    munmap(load->journal, sizeof *load->journal);
    free(load->sent_ns);
    free(load->shown_ns);
}

#define MEDIAN(field) median_of(rounds, count, offsetof(struct figures, field))
static double median_of(const struct figures *rounds, uint32_t count, size_t offset)
{
    double values[ROUNDS_MAX];
    for (uint32_t i = 0; i < count; i++)
        memcpy(&values[i], (const char *)&rounds[i] + offset, sizeof values[i]);
    return bench_median(values, count);
}

/* Says why not. The time is asked of all DESKS; fewer say nothing about it. */
static bool is_valid(const struct load *load, uint32_t desks, const struct figures *rounds, uint32_t count)
{
    struct gateway_counts counts = gateway_browsers_counts(load->browsers);
    bool valid = true;
    if (counts.wrong > 0 || load->refused > 0 || counts.completed != load->published) {
        fprintf(stderr, "leadwire-bench: it does not count: of %llu leads %llu were completed, %llu refused, %llu times something was wrong\n",
                (unsigned long long)load->published, (unsigned long long)counts.completed, (unsigned long long)load->refused, (unsigned long long)counts.wrong);
        valid = false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (rounds[i].asker_frames_per_s > GATEWAY_FRAMES_PER_S || rounds[i].commits_per_s < GATEWAY_COMMITS) {
            fprintf(stderr, "leadwire-bench: round %u does not count: %.0f commits/s, %.1f frames/s for the browser that asks\n", i + 1,
                    rounds[i].commits_per_s, rounds[i].asker_frames_per_s);
            valid = false;
        }
    }
    if (desks >= DESKS && MEDIAN(p50_ms) > P50_MAX_MS) {
        fprintf(stderr, "leadwire-bench: too slow: p50 from the journal to the browser is %.1f ms with %u desks, and at most %d ms are asked\n", MEDIAN(p50_ms), desks,
                (int)P50_MAX_MS);
        valid = false;
    }
    return valid;
}

static void print(const struct load *load, uint32_t desks, const struct figures *rounds, uint32_t count, double rss, bool json)
{
    struct gateway_counts counts = gateway_browsers_counts(load->browsers);
    double p50[ROUNDS_MAX], median;
    for (uint32_t i = 0; i < count; i++)
        p50[i] = rounds[i].p50_ms;
    median = bench_median(p50, count);
    printf("%u desks open, %s: from the journal to the browser p50 %.1f ms (%.1f to %.1f over %u rounds), p99 %.1f ms; from publishing p50 %.1f ms\n", desks,
           load->desk.has_own_core ? "the gateway on a core of its own" : "all on one core", median, p50[0], p50[count - 1], count, MEDIAN(p99_ms), MEDIAN(sent_p50_ms));
    printf("%.0f commits/s; %.1f frames/s for a browser that asks %d times a second; %.0f %% of the core; %.0f bytes a connection\n", MEDIAN(commits_per_s),
           MEDIAN(asker_frames_per_s), (int)GATEWAY_ASKS_PER_S, 100 * MEDIAN(cpu_share), rss);
    if (json)
        printf("{\"connections\": %u, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"p50_spread\": [%.2f, %.2f], \"p50_from_publish_ms\": %.2f, \"rss_bytes_per_connection\": %.0f, "
               "\"commits_per_s\": %.0f, \"frames_per_s_most\": %.1f, \"cpu_share\": %.3f, \"own_core\": %s, \"published\": %llu, \"completed\": %llu, \"wrong\": %llu, \"rounds\": %u, \"calibration\": %.2f}\n", desks, median,
               MEDIAN(p99_ms), p50[0], p50[count - 1], MEDIAN(sent_p50_ms), rss, MEDIAN(commits_per_s), MEDIAN(asker_frames_per_s), MEDIAN(cpu_share),
               load->desk.has_own_core ? "true" : "false", (unsigned long long)load->published, (unsigned long long)counts.completed,
               (unsigned long long)(counts.wrong + load->refused), count, bench_calibration());
}

int bench_gateway(const struct bench_options *options)
{
    static struct load load;
    struct figures figures[ROUNDS_MAX];
    uint32_t rounds = options->rounds ? options->rounds : options->quick ? 3 : 5, desks = options->desks ? options->desks : DESKS;
    double seconds = options->quick ? 3 : 10;
    if (rounds > ROUNDS_MAX || desks > GATEWAY_REPS_MAX)
        bench_give_up("that is more than this bench has room for");
    open_load(&load, desks);
    uint64_t empty = gateway_desk_rss(&load.desk);
    pid_t reader = bench_fork(gateway_journal_read, load.journal);
    load.browsers = gateway_browsers_open(&load.desk, desks);
    run_for(&load, WARM_S);
    for (uint32_t i = 0; i < rounds; i++)
        figures[i] = measure(&load, seconds);
    double rss = (double)(gateway_desk_rss(&load.desk) - empty) / desks;
    load.journal->stop = 1;
    bench_wait(reader);
    bool valid = is_valid(&load, desks, figures, rounds);
    print(&load, desks, figures, rounds, rss, options->json);
    close_load(&load);
    return valid ? 0 : 1;
}
