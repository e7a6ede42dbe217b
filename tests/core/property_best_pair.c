/* SPDX-License-Identifier: Apache-2.0
 *
 * Policy best_pair beside a desk that looks at every pair: with many leads and reps of different worth, both give the same
 * leads to the same reps in the same order. Turns with one new side, with several, and with everything new.
 */
#include "../property/seeded.h"
#include "core.h"
#include "slow_desk.h"

enum { REPS = 10, OFFERS_MAX = 4096, TURNS = 150 };

struct offered { struct desk_id lead; uint32_t offer_number; uint64_t session; };
struct desk_pair {
    struct seeded *random;
    struct core *core;
    struct slow_desk *slow;
    struct offered fast[OFFERS_MAX], slowly[OFFERS_MAX], open[OFFERS_MAX];
    uint32_t fast_count, slow_count, open_count;
    uint64_t now_ms, published;
};

static uint64_t below(struct desk_pair *pair, uint64_t bound)
{
    return seeded_below(pair->random, bound);
}

static void note(struct offered *list, uint32_t *count, const struct core_effect *effect)
{
    if (effect->kind != EFFECT_OFFER)
        return;
    MUST_HOLD(*count < OFFERS_MAX);
    list[(*count)++] = (struct offered){effect->lead, effect->offer_number, effect->session};
}

static void hear_fast(void *context, const struct core_effect *effect)
{
    struct desk_pair *pair = context;
    note(pair->fast, &pair->fast_count, effect);
}

static void hear_slow(void *context, const struct core_effect *effect)
{
    struct desk_pair *pair = context;
    note(pair->slowly, &pair->slow_count, effect);
}

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void step(struct desk_pair *pair, const struct core_command *command)
{
    const struct core_command time = {.kind = COMMAND_TIME};
    pair->fast_count = pair->slow_count = 0;
    core_step(pair->core, command, pair->now_ms);
    while (core_next_deadline_ms(pair->core) <= pair->now_ms)
        core_step(pair->core, &time, pair->now_ms);
    core_check_invariants(pair->core);
    slow_desk_step(pair->slow, command, pair->now_ms);
    MUST_HOLD(pair->fast_count == pair->slow_count);
    for (uint32_t i = 0; i < pair->fast_count; i++) {
        MUST_HOLD(desk_id_equal(pair->fast[i].lead, pair->slowly[i].lead) && pair->fast[i].session == pair->slowly[i].session);
        pair->open[pair->open_count++ % OFFERS_MAX] = pair->fast[i];
    }
}

static struct core_config *rules_of(struct desk_pair *pair)
{
    static const char *const skills[] = {"italian", "roofs"};
    struct core_config *config = core_config_new("desk");
    struct config_queue *queue;
    char name[16], reason[256];
    MUST_HOLD(config && core_config_set_policy(config, below(pair, 3) ? "best_pair" : "least_loaded") == LW_OK);
    for (int i = 0; i < 2; i++)
        MUST_HOLD(core_config_add_skill(config, skills[i]) == LW_OK);
    for (int i = 0; i < REPS; i++) {
        struct config_rep *rep;
        snprintf(name, sizeof name, "rep%d", i);
        MUST_HOLD(core_config_add_rep(config, name, "", 1 + (uint32_t)below(pair, 3), "", &rep) == LW_OK);
        for (int k = 0; k < 2; k++) {
            if (below(pair, 4))
                MUST_HOLD(core_config_rep_skill(config, rep, skills[k], 1 + (uint32_t)below(pair, 10)) == LW_OK);
        }
        if (below(pair, 2))
            MUST_HOLD(core_config_rep_rate(rep, "rule1", 1 + (uint32_t)below(pair, 40)) == LW_OK);
    }
    for (int i = 0; i < 4; i++) {
        static const char *const products[] = {"0", "1", "2", "3"};
        struct config_rule *rule;
        snprintf(name, sizeof name, "rule%d", i);
        MUST_HOLD(core_config_add_rule(config, name, name, below(pair, 4) == 0 ? 10 : 0, &rule) == LW_OK);
        MUST_HOLD(core_config_rule_when(rule, "product", CONFIG_EQUALS, &products[i], 1) == LW_OK);
        if (i > 0 && below(pair, 2))
            MUST_HOLD(core_config_rule_require(config, rule, skills[below(pair, 2)], 1 + (uint32_t)below(pair, 6)) == LW_OK);
        MUST_HOLD(core_config_rule_value_from(rule, "score") == LW_OK);
        MUST_HOLD(core_config_add_queue(config, name, i == 3 ? "longest_idle" : "best_pair", &queue) == LW_OK);
        queue->half_life_ms = below(pair, 2) ? 1000 + (uint32_t)below(pair, 20000) : 0;
    }
    MUST_HOLD(core_config_add_disposition(config, "won", 1) == LW_OK);
    config->channels[LW_CHANNEL_PHONE].enabled = config->channels[LW_CHANNEL_EMAIL].enabled = false;
    config->channels[LW_CHANNEL_WEB] = (struct config_channel){.enabled = true, .weight = 1, .offer_timeout_ms = 5000, .wait_limit_ms = 900000,
                                                               .connect_timeout_ms = 1000};
    config->retry_same_rep_ms = 20000;
    config->misses_to_away = 0;
    config->offers_max = 32;
    MUST_HOLD(core_config_check(config, reason, sizeof reason) == LW_OK);
    return config;
}

static void configure(struct desk_pair *pair, struct core_config *config)
{
    step(pair, &(struct core_command){.kind = COMMAND_CONFIGURE, .configure = {.config = config}});
}

struct fields { const char *product, *score; };

static const char *read_field(const void *lead, const char *field)
{
    const struct fields *fields = lead;
    return strcmp(field, "product") == 0 ? fields->product : strcmp(field, "score") == 0 ? fields->score : NULL;
}

static void publish(struct desk_pair *pair)
{
    char id[24], score[24], product[4];
    snprintf(id, sizeof id, "%llu", (unsigned long long)pair->published++);
    snprintf(score, sizeof score, "%llu", (unsigned long long)(below(pair, 2) ? below(pair, 5) : below(pair, 2000000)));
    snprintf(product, sizeof product, "%llu", (unsigned long long)below(pair, 4));
    struct fields fields = {product, below(pair, 5) ? score : NULL};
    step(pair, &(struct core_command){.kind = COMMAND_PUBLISH, .publish = {
        .idempotency_id = {id, (uint32_t)strlen(id)}, .source = {"form", 4}, .channel = LW_CHANNEL_WEB, .fields = &fields, .read_field = read_field,
        .received_unix_ms = (int64_t)(pair->now_ms - below(pair, 3) * below(pair, 40000)), .payload = id, .payload_size = 1}});
}

/* Declined, or taken and won, or what comes too late. */
static void answer(struct desk_pair *pair)
{
    if (pair->open_count == 0)
        return;
    const struct offered *offer = &pair->open[(pair->open_count - 1 - below(pair, pair->open_count < 12 ? pair->open_count : 12)) % OFFERS_MAX];
    bool accepts = below(pair, 3) != 0;
    step(pair, &(struct core_command){.kind = COMMAND_ANSWER_OFFER, .session = offer->session,
                                      .answer_offer = {.lead = offer->lead, .offer_number = offer->offer_number, .accept = accepts}});
    if (accepts)
        step(pair, &(struct core_command){.kind = COMMAND_COMPLETE, .session = offer->session,
                                          .complete = {.lead = offer->lead, .idempotency_id = {"x", 1}, .disposition = {"won", 3}}});
}

static void round_of(struct seeded *random)
{
    static struct desk_pair pair;
    struct core_config *configs[8];
    struct core_limits limits;
    uint32_t config_count = 1;
    core_limits_default(&limits);
    limits.leads_max = 2000;
    limits.seen_max = 2000;
    limits.history_max = 1024;
    pair = (struct desk_pair){.random = random, .now_ms = 1700000000000};
    const struct core_callbacks callbacks = {&pair, ignore_record, hear_fast};
    MUST_HOLD((pair.core = core_new(&limits, &callbacks)) && (pair.slow = slow_desk_new(1, &limits, hear_slow, &pair)));
    core_set_epoch(pair.core, 1);
    step(&pair, &(struct core_command){.kind = COMMAND_FOUND_DESK});
    configure(&pair, configs[0] = rules_of(&pair));
    for (int i = 0; i < TURNS; i++) {
        pair.now_ms += below(&pair, 3) ? below(&pair, 300) : below(&pair, 6000);
        uint64_t dice = below(&pair, 100);
        char name[16];
        snprintf(name, sizeof name, "rep%llu", (unsigned long long)below(&pair, REPS));
        if (dice < 12)
            step(&pair, &(struct core_command){.kind = COMMAND_LOG_ON, .session = 100 + (uint64_t)i, .log_on = {.rep = {name, 4}}});
        else if (dice < 14 && config_count < 8)
            configure(&pair, configs[config_count++] = rules_of(&pair));
        else if (dice < 50)
            answer(&pair);
        else
            publish(&pair);
    }
    slow_desk_free(pair.slow);
    core_free(pair.core);
    for (uint32_t i = 0; i < config_count; i++)
        core_config_free(configs[i]);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 40, round_of);
}
