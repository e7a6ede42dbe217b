/* SPDX-License-Identifier: Apache-2.0
 *
 * The core alone: leads through their whole life (received, offered, accepted,
 * completed), 1,000 reps, 200 demand classes, mixed priorities, 10 % of offers
 * declined, 5 % left to expire; records and effects are made and counted, not sent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "core.h"

enum {
    REPS = 1000, CLASSES = 200, SKILLS = 40, CAPACITY = 10, PAYLOAD_SIZE = 400,
    OPEN_TARGET = 6000,       /* leads kept open: most held, some waiting */
    QUEUE = 1 << 16, SAMPLES = 1 << 20,
};

struct pending { struct desk_id lead; uint64_t session; uint32_t offer_number; };
struct pending_ring { struct pending items[QUEUE]; uint32_t first, count; };

struct work {
    struct core *core;
    uint64_t random, now_ms, published, completed, effects, records, record_bytes, next_id;
    struct pending_ring offers, assigned;
    uint32_t *samples;
    size_t sample_count;
    char payload[PAYLOAD_SIZE];
};

static void push(struct pending_ring *ring, struct pending item)
{
    if (ring->count == QUEUE)
        abort();
    ring->items[(ring->first + ring->count++) % QUEUE] = item;
}

static struct pending take(struct pending_ring *ring)
{
    struct pending item = ring->items[ring->first];
    ring->first = (ring->first + 1) % QUEUE;
    ring->count--;
    return item;
}

static void on_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    struct work *work = context;
    (void)kind;
    (void)bytes;
    work->records++;
    work->record_bytes += size;
}

static void on_effect(void *context, const struct core_effect *effect)
{
    struct work *work = context;
    work->effects++;
    if (effect->kind == EFFECT_OFFER)
        push(&work->offers, (struct pending){effect->lead, effect->session, effect->offer_number});
}

static const char *read_field(const void *lead, const char *field)
{
    (void)field;
    return lead;
}

static void must(lw_status status)
{
    if (status != LW_OK)
        abort();
}

/* 200 rules: 40 skills x 5 levels; each rep has 3 skills. */
static struct core_config *make_config(uint64_t *random)
{
    char name[32];
    struct core_config *config = core_config_new("bench");
    for (int i = 0; i < SKILLS; i++) {
        snprintf(name, sizeof name, "skill%d", i);
        must(core_config_add_skill(config, name));
    }
    for (int i = 0; i < REPS; i++) {
        struct config_rep *rep;
        snprintf(name, sizeof name, "rep%d", i);
        must(core_config_add_rep(config, name, "inside", CAPACITY, "", &rep));
        for (int k = 0; k < 3; k++) {
            snprintf(name, sizeof name, "skill%d", (i + k * 13) % SKILLS);
            must(core_config_rep_skill(config, rep, name, (uint32_t)(5 + bench_random(random) % 6)));
        }
    }
    for (int i = 0; i < CLASSES; i++) {
        struct config_rule *rule;
        char value[32];
        const char *values[] = {value};
        snprintf(name, sizeof name, "rule%d", i);
        snprintf(value, sizeof value, "%d", i);
        must(core_config_add_rule(config, name, name, (uint32_t)(i % 5) * 10, &rule));
        must(core_config_rule_when(rule, "product", CONFIG_EQUALS, values, 1));
        snprintf(name, sizeof name, "skill%d", i % SKILLS);
        must(core_config_rule_require(config, rule, name, (uint32_t)(1 + i / SKILLS)));
    }
    must(core_config_add_disposition(config, "won", 1));
    config->channels[LW_CHANNEL_WEB].offer_timeout_ms = 2000;
    config->channels[LW_CHANNEL_WEB].wait_limit_ms = 3600000;
    config->retry_same_rep_ms = 3000;
    config->offers_max = 32;
    config->misses_to_away = 0;
    return config;
}

static void start_desk(struct work *work)
{
    struct core_config *config = make_config(&work->random);
    struct core_command command = {.kind = COMMAND_FOUND_DESK, .found_desk.fingerprint_key = {1, 2}};
    core_set_epoch(work->core, 1 << 24);
    core_step(work->core, &command, work->now_ms);
    command = (struct core_command){.kind = COMMAND_CONFIGURE, .configure = {.config = config}};
    core_step(work->core, &command, work->now_ms);
    for (uint32_t i = 0; i < REPS; i++) {
        char name[32];
        int size = snprintf(name, sizeof name, "rep%u", i);
        command = (struct core_command){.kind = COMMAND_LOG_ON, .session = i + 1, .log_on.rep = {name, (uint32_t)size}};
        core_step(work->core, &command, work->now_ms);
    }
    core_config_free(config);
}

/* "l123": the bench's own printing would be a twentieth of what it measures. */
static uint32_t write_number(char *text, char letter, uint64_t number)
{
    char digits[21];
    uint32_t count = 0, size = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    if (letter != '\0')
        text[size++] = letter;
    while (count > 0)
        text[size++] = digits[--count];
    text[size] = '\0';
    return size;
}

/* The commands that a publish causes directly are one decision: its time is sampled. */
static void publish(struct work *work)
{
    char id[32], product[8];
    uint64_t random = bench_random(&work->random);
    uint32_t size = write_number(id, 'l', work->next_id++);
    write_number(product, '\0', random % CLASSES);
    struct core_command command = {
        .kind = COMMAND_PUBLISH, .session = 1000000, .request = work->next_id,
        .publish = {.idempotency_id = {id, size}, .source = {"bench", 5}, .content_hash = work->next_id, .channel = LW_CHANNEL_WEB,
                    .received_unix_ms = (int64_t)work->now_ms, .payload = work->payload, .payload_size = PAYLOAD_SIZE,
                    .fields = product, .read_field = read_field}};
    bool sampled = work->samples && work->next_id % 16 == 0 && work->sample_count < SAMPLES;
    uint64_t start_ns = sampled ? bench_now_ns() : 0;
    core_step(work->core, &command, work->now_ms);
    if (sampled)
        work->samples[work->sample_count++] = (uint32_t)(bench_now_ns() - start_ns);
    work->published++;
}

static void answer_one(struct work *work)
{
    struct pending offer = take(&work->offers);
    uint64_t dice = bench_random(&work->random) % 100;
    if (dice < 5)
        return;   /* left to expire */
    struct core_command command = {.kind = COMMAND_ANSWER_OFFER, .session = offer.session, .request = 1,
                                   .answer_offer = {.lead = offer.lead, .offer_number = offer.offer_number, .accept = dice >= 15}};
    core_step(work->core, &command, work->now_ms);
    if (dice >= 15)
        push(&work->assigned, offer);
}

static void complete_one(struct work *work)
{
    struct pending lead = take(&work->assigned);
    struct core_command command = {.kind = COMMAND_COMPLETE, .session = lead.session, .request = 1,
                                   .complete = {.lead = lead.lead, .idempotency_id = {"c", 1}, .disposition = {"won", 3}}};
    core_step(work->core, &command, work->now_ms);
    work->completed++;
}

/* One turn of traffic is 1 ms of desk time: at about 60 lives a turn that is 60,000 lives/s of desk time. */
static void run_until(struct work *work, uint64_t lives)
{
    struct core_totals totals;
    while (work->completed < lives) {
        work->now_ms++;
        core_totals_read(work->core, &totals);
        uint64_t open = totals.by_state[LEAD_WAITING] + totals.by_state[LEAD_OFFERED] + totals.by_state[LEAD_ASSIGNED];
        for (uint64_t i = open; i < OPEN_TARGET && i < open + 64; i++)
            publish(work);
        for (int i = 0; i < 128 && work->offers.count > 0; i++)
            answer_one(work);
        for (int i = 0; i < 64 && work->assigned.count > 2000; i++)
            complete_one(work);
        core_step(work->core, &(struct core_command){.kind = COMMAND_TIME}, work->now_ms);
    }
}

static struct work *work_new(uint64_t seed)
{
    struct core_limits limits;
    struct work *work = calloc(1, sizeof *work);
    struct core_callbacks callbacks = {work, on_record, on_effect};
    if (!work)
        abort();
    core_limits_default(&limits);
    work->random = seed;
    work->now_ms = 1700000000000u;
    work->core = core_new(&limits, &callbacks);
    if (!work->core)
        abort();
    memset(work->payload, 'x', sizeof work->payload);
    start_desk(work);
    return work;
}

static void work_free(struct work *work)
{
    core_free(work->core);
    free(work->samples);
    free(work);
}

int bench_core(const struct bench_options *options)
{
    uint32_t rounds = options->rounds ? options->rounds : options->quick ? 3 : 7;
    uint64_t lives = options->quick ? 400000 : 1500000;
    double rates[64], calibrations[64], p99_us = 0;
    if (rounds > 64)
        rounds = 64;

    for (uint32_t round = 0; round < rounds; round++) {
        struct work *work = work_new(round + 1);
        run_until(work, 50000);   /* warm up: the floor fills */
        calibrations[round] = bench_calibration();
        uint64_t completed = work->completed, start_ns = bench_cpu_ns();
        run_until(work, completed + lives);
        rates[round] = (double)(work->completed - completed) * 1e9 / (double)(bench_cpu_ns() - start_ns);
        if (round == 0) {   /* the sampling clock costs: its own run, not the timed one */
            work->samples = malloc(SAMPLES * sizeof *work->samples);
            run_until(work, work->completed + lives / 4);
            p99_us = bench_percentile_u32(work->samples, work->sample_count, 0.99) / 1e3;
        }
        printf("round %u: %.0f lives/s, %.1f records and %.0f record bytes a life, %.1f effects a life, calibration %.1f\n", round + 1,
               rates[round], (double)work->records / (double)work->completed, (double)work->record_bytes / (double)work->completed,
               (double)work->effects / (double)work->completed, calibrations[round]);
        work_free(work);
    }
    double lowest = rates[0], highest = rates[0];
    for (uint32_t i = 1; i < rounds; i++) {
        lowest = rates[i] < lowest ? rates[i] : lowest;
        highest = rates[i] > highest ? rates[i] : highest;
    }
    double median = bench_median(rates, rounds), calibration = bench_median(calibrations, rounds);
    printf("core: median %.0f lives/s of CPU time (%.0f to %.0f over %u rounds), decision p99 %.1f us; %d reps, %d demand classes\n",
           median, lowest, highest, rounds, p99_us, REPS, CLASSES);
    if (options->json)
        printf("{\"lives_per_s\": %.0f, \"lives_per_s_min\": %.0f, \"lives_per_s_max\": %.0f, \"decision_p99_us\": %.2f, "
               "\"calibration\": %.2f, \"rounds\": %u}\n", median, lowest, highest, p99_us, calibration, rounds);
    return 0;
}
