/* SPDX-License-Identifier: Apache-2.0 */
#include "core_work.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "core.h"

enum { LEVELS = 5, SKILLS_OF_A_REP = 3, PAYLOAD_SIZE = 400, PAYLOAD_MAX = 32768, QUEUE = 1 << 18, SAMPLES = 1 << 20, SAMPLE_EVERY = 16, TURN = 64 };

struct pending { struct desk_id lead; uint64_t session; uint32_t offer_number; };
struct pending_ring { struct pending items[QUEUE]; uint32_t first, count; };

struct core_work {
    struct core_work_size size;
    struct core *core;
    struct core_config *config;
    struct core_work_watcher watcher;
    uint64_t random, now_ms, published, completed, effects, records, record_bytes, next_id;
    uint64_t by_state[LEAD_STATES];   /* as events tell: asking the core looks at every rep, which would be a tenth of what is measured */
    struct pending_ring offers, assigned;
    bool is_digesting;
    struct siphash_key digest;
    uint32_t *samples;
    size_t sample_count;
    char payload[PAYLOAD_MAX];
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

static void digest(struct core_work *work, const void *bytes, size_t size)
{
    work->digest.k0 = siphash_64(work->digest, bytes, size);
}

static void digest_effect(struct core_work *work, const struct core_effect *effect)
{
    const uint64_t numbers[] = {effect->kind, effect->session, effect->request, effect->status, effect->lead.number, effect->revision, effect->from,
                                effect->to, effect->cause, effect->offer_number, effect->deadline_ms, effect->load, effect->rep_state};
    char why[CORE_WHY_ROOM];
    const char *const texts[] = {effect->reason, effect->queue, effect->rep, effect->disposition, core_why_words(effect->why, why)};
    digest(work, numbers, sizeof numbers);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        digest(work, texts[i], strlen(texts[i]));
}

static void on_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    struct core_work *work = context;
    work->records++;
    work->record_bytes += size;
    if (work->is_digesting) {
        digest(work, &(uint64_t){kind}, sizeof(uint64_t));
        digest(work, bytes, size);
    }
}

static void on_effect(void *context, const struct core_effect *effect)
{
    struct core_work *work = context;
    work->effects++;
    if (work->watcher.effect)
        work->watcher.effect(work->watcher.context, effect);
    if (work->is_digesting)
        digest_effect(work, effect);
    if (effect->kind == EFFECT_LEAD_EVENT) {
        work->by_state[effect->from]--;
        work->by_state[effect->to]++;
    }
    if (effect->kind == EFFECT_OFFER) {
        char why[CORE_WHY_ROOM];
        core_why_words(effect->why, why);   /* as a broker does: they are part of what explanations cost */
        push(&work->offers, (struct pending){effect->lead, effect->session, effect->offer_number});
    }
}

static void give(struct core_work *work, const struct core_command *command)
{
    if (work->watcher.command)
        work->watcher.command(work->watcher.context, command, work->now_ms);
    core_step(work->core, command, work->now_ms);
}

static const char *const languages[] = {"it", "en"};
struct fields { char product[8]; const char *language; };

static const char *read_field(const void *lead, const char *field)
{
    const struct fields *fields = lead;
    return field[0] == 'l' ? fields->language : fields->product;   /* the rules ask for no other */
}

static bool asks_for_language(const struct core_work_size *size)
{
    return size->classes > CONFIG_RULES_MAX;
}

static void must(lw_status status)
{
    if (status != LW_OK)
        abort();
}

/* A rule for each skill and level; each rep has 3 skills (or all there are), and both languages where they count. */
static struct core_config *make_config(const struct core_work_size *size, uint64_t *random)
{
    char name[32];
    uint32_t rules = asks_for_language(size) ? size->classes / 2 : size->classes, skills = rules / LEVELS;
    struct core_config *config = core_config_new("bench");
    for (uint32_t i = 0; i < skills; i++) {
        snprintf(name, sizeof name, "skill%u", i);
        must(core_config_add_skill(config, name));
    }
    for (uint32_t i = 0; i < size->reps; i++) {
        struct config_rep *rep;
        snprintf(name, sizeof name, "rep%u", i);
        must(core_config_add_rep(config, name, "inside", size->capacity, "", &rep));
        for (uint32_t k = 0; k < SKILLS_OF_A_REP && k < skills; k++) {
            uint32_t level = 5 + (uint32_t)(bench_random(random) % 6);
            snprintf(name, sizeof name, "skill%u", (i + k * (1 + skills / SKILLS_OF_A_REP)) % skills);
            must(core_config_rep_skill(config, rep, name, size->same_levels ? 7 : level));
        }
        for (int k = 0; k < 2 && asks_for_language(size); k++)
            must(core_config_rep_ability(config, rep, ABILITY_LANGUAGE, languages[k], 5));
    }
    for (uint32_t i = 0; i < rules; i++) {
        struct config_rule *rule;
        char value[32];
        const char *values[] = {value};
        snprintf(name, sizeof name, "rule%u", i);
        snprintf(value, sizeof value, "%u", i);
        must(core_config_add_rule(config, name, name, i % 5 * 10, &rule));
        must(core_config_rule_when(rule, "product", CONFIG_EQUALS, values, 1));
        snprintf(name, sizeof name, "skill%u", i % skills);
        must(core_config_rule_require(config, rule, name, 1 + i / skills));
        if (asks_for_language(size))
            must(core_config_rule_own(config, rule, ABILITY_LANGUAGE, "language", 1));
    }
    must(core_config_add_disposition(config, "won", 1));
    config->channels[LW_CHANNEL_WEB].offer_timeout_ms = 2000;
    config->channels[LW_CHANNEL_WEB].wait_limit_ms = 3600000;
    config->retry_same_rep_ms = 3000;
    config->offers_max = 32;
    config->misses_to_away = 0;
    return config;
}

static void start_desk(struct core_work *work)
{
    work->config = make_config(&work->size, &work->random);
    struct core_command command = {.kind = COMMAND_FOUND_DESK, .found_desk.fingerprint_key = {1, 2}};
    core_set_epoch(work->core, 1 << 24);
    give(work, &command);
    command = (struct core_command){.kind = COMMAND_CONFIGURE, .configure = {.config = work->config}};
    give(work, &command);
    for (uint32_t i = 0; i < work->size.reps; i++) {
        char name[32];
        int size = snprintf(name, sizeof name, "rep%u", i);
        command = (struct core_command){.kind = COMMAND_LOG_ON, .session = i + 1, .log_on.rep = {name, (uint32_t)size}};
        give(work, &command);
    }
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

/* What a publish or a completion makes possible is decided in the same step. */
static void step(struct core_work *work, const struct core_command *command)
{
    bool is_sampled = work->samples && work->next_id % SAMPLE_EVERY == 0 && work->sample_count < SAMPLES;
    uint64_t start_ns = is_sampled ? bench_now_ns() : 0;
    give(work, command);
    if (is_sampled)
        work->samples[work->sample_count++] = (uint32_t)(bench_now_ns() - start_ns);
}

static void publish(struct core_work *work)
{
    char id[32];
    struct fields fields = {.language = languages[0]};
    uint64_t number = bench_random(&work->random) % work->size.classes;
    uint32_t size = write_number(id, 'l', work->next_id++);
    if (asks_for_language(&work->size)) {
        fields.language = languages[number % 2];
        number /= 2;
    }
    write_number(fields.product, '\0', number);
    struct core_command command = {
        .kind = COMMAND_PUBLISH, .session = 1000000, .request = work->next_id,
        .publish = {.idempotency_id = {id, size}, .source = {"bench", 5}, .content_hash = work->next_id, .channel = LW_CHANNEL_WEB,
                    .received_unix_ms = (int64_t)work->now_ms, .payload = work->payload, .payload_size = work->size.payload,
                    .fields = &fields, .read_field = read_field}};
    step(work, &command);
    work->published++;
}

static void answer_one(struct core_work *work)
{
    struct pending offer = take(&work->offers);
    uint64_t dice = bench_random(&work->random) % 100;
    if (dice < 5)
        return;   /* left to expire */
    struct core_command command = {.kind = COMMAND_ANSWER_OFFER, .session = offer.session, .request = 1,
                                   .answer_offer = {.lead = offer.lead, .offer_number = offer.offer_number, .accept = dice >= 15}};
    give(work, &command);
    if (dice >= 15)
        push(&work->assigned, offer);
}

static void complete_one(struct core_work *work)
{
    struct pending lead = take(&work->assigned);
    struct core_command command = {.kind = COMMAND_COMPLETE, .session = lead.session, .request = 1,
                                   .complete = {.lead = lead.lead, .idempotency_id = {"c", 1}, .disposition = {"won", 3}}};
    step(work, &command);
    work->completed++;
}

static uint64_t held(const struct core_work *work)
{
    return work->by_state[LEAD_OFFERED] + work->by_state[LEAD_ASSIGNED];
}

/* One turn of traffic is 1 ms of desk time, so 64,000 lives a second of it. Without a backlog six tenths of the floor's room
 * are in use, so that most leads find a rep at once. */
static void turn(struct core_work *work, bool completes)
{
    uint64_t room = (uint64_t)work->size.reps * work->size.capacity;
    uint64_t target = work->size.waiting > 0 ? room + work->size.waiting : room * 6 / 10;

    work->now_ms++;
    uint64_t open = work->by_state[LEAD_WAITING] + held(work);
    for (uint64_t i = open; i < target && i < open + TURN; i++)
        publish(work);
    for (int i = 0; i < 2 * TURN && work->offers.count > 0; i++)
        answer_one(work);
    for (int i = 0; completes && i < TURN && work->assigned.count > room / 5; i++)
        complete_one(work);
    give(work, &(struct core_command){.kind = COMMAND_TIME});
}

void core_work_run(struct core_work *work, uint64_t lives)
{
    uint64_t end = work->completed + lives;

    while (work->by_state[LEAD_WAITING] < work->size.waiting)
        turn(work, false);
    while (work->completed < end)
        turn(work, true);
}

uint64_t core_work_digest(struct core_work *work, uint64_t lives)
{
    work->is_digesting = true;
    core_work_run(work, lives);
    work->is_digesting = false;
    return work->digest.k0;
}

void core_work_sample(struct core_work *work)
{
    work->samples = malloc(SAMPLES * sizeof *work->samples);
    if (!work->samples)
        abort();
}

double core_work_percentile_us(struct core_work *work, double share)
{
    return bench_percentile_u32(work->samples, work->sample_count, share) / 1e3;
}

struct core_work_counts core_work_read(const struct core_work *work)
{
    struct core_totals totals;
    core_totals_read(work->core, &totals);
    return (struct core_work_counts){.completed = work->completed, .records = work->records, .record_bytes = work->record_bytes,
                                     .effects = work->effects, .waiting = work->by_state[LEAD_WAITING], .held = held(work), .memory_bytes = totals.memory_bytes};
}

struct core_work *core_work_new(const struct core_work_size *size, uint64_t seed)
{
    return core_work_new_watched(size, seed, &(struct core_work_watcher){0});
}

struct core_work *core_work_new_watched(const struct core_work_size *size, uint64_t seed, const struct core_work_watcher *watcher)
{
    struct core_limits limits;
    struct core_work *work = calloc(1, sizeof *work);
    struct core_callbacks callbacks = {work, on_record, on_effect};
    if (!work)
        abort();
    core_limits_default(&limits);
    if (size->keeps_nothing)
        limits.history_max = limits.decisions_max = limits.decided_max = limits.ended_max = 0;
    if (size->has_small_window)
        limits.seen_max = 1000;
    work->size = *size;
    if (size->payload == 0)
        work->size.payload = PAYLOAD_SIZE;
    work->watcher = *watcher;
    work->random = seed;
    work->now_ms = 1700000000000u;
    work->core = core_new(&limits, &callbacks);
    if (!work->core)
        abort();
    memset(work->payload, 'x', sizeof work->payload);
    start_desk(work);
    return work;
}

void core_work_free(struct core_work *work)
{
    core_free(work->core);
    core_config_free(work->config);
    free(work->samples);
    free(work);
}
