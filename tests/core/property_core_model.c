/* SPDX-License-Identifier: Apache-2.0
 *
 * The core against the slow obvious desk: the same random commands, of which
 * many make no sense, at the same times; after each the same effects in the
 * same order, the same open leads, and the same reasons for each decision. The core may handle only a few
 * deadlines a step: it is given time until none is left, the slow desk takes all at once.
 */
#include "../property/seeded.h"
#include "core.h"
#include "model_draws.h"
#include "model_explain.h"
#include "policy.h"
#include "slow_desk.h"

enum { COMMANDS = 2500, CONFIGS_MAX = 40, TOLD_MAX = 4096, NAMES = 8, KNOWN = 64, IDS = 400, NOTE_TOO_LONG = 501 };

enum { TEXTS = 12, OTHERS = TEXTS };
struct heard { struct core_effect effect; char texts[TEXTS + 1][160], payload[64], contacts[256], declines[96]; };
struct hearer { struct heard *list; uint32_t count; };

struct pair {
    struct seeded *random;
    struct core *core;
    struct slow_desk *slow;
    struct core_limits limits;
    struct hearer fast_told, slow_told;
    struct core_config *configs[CONFIGS_MAX];
    uint32_t config_count;
    uint64_t now_ms, next_request, next_session;
    uint64_t sessions[NAMES];                       /* of each rep; may be over */
    struct { struct desk_id lead; uint32_t offer_number; uint64_t session; } known[KNOWN];   /* what was offered last */
    uint32_t known_next;
    uint32_t ids;
    struct model_explain explained;
};

static const char *const rep_names[NAMES] = {"ada", "bob", "cleo", "dan", "eve", "fay", "gus", "hal"};
static const char *const skills[] = {"italian", "german", "roofs"};
static const char *const languages[] = {"it", "de", "other"}, *const territories[] = {"it", "Other", "de"}, *const teams[] = {"outside", "inside", "far"},
    *const queues[] = {"sales", "rule1", "rule2", "rule4"};

/* ---- hearing ------------------------------------------------------------------- */

static void hear(void *context, const struct core_effect *effect)
{
    struct hearer *hearer = context;
    MUST_HOLD(hearer->count < TOLD_MAX);
    struct heard *heard = &hearer->list[hearer->count++];
    const char *texts[] = {effect->queue, effect->rep, effect->device, effect->source, effect->disposition, effect->place,
                           effect->preferred_rep, effect->by, effect->set_by, effect->bought,
                           effect->note, effect->note_by};
    *heard = (struct heard){.effect = *effect};
    for (int i = 0; i < TEXTS; i++)
        snprintf(heard->texts[i], sizeof heard->texts[i], "%s", texts[i]);
    for (uint32_t i = 0; i < effect->also_offered_count; i++) {
        strcat(heard->texts[OTHERS], " ");
        strcat(heard->texts[OTHERS], effect->also_offered[i]);
    }
    if (effect->payload)
        memcpy(heard->payload, effect->payload, effect->payload_size);
    for (uint32_t i = 0; effect->contacts && i < effect->contact_count; i++) {
        size_t size = strlen(heard->contacts);
        snprintf(heard->contacts + size, sizeof heard->contacts - size, "%.*s %llx,", (int)effect->contacts[i].size, effect->contacts[i].data,
                 (unsigned long long)effect->contacts[i].at_ms);
    }
    for (uint32_t i = 0; i < effect->decline_count; i++) {
        size_t size = strlen(heard->declines);
        snprintf(heard->declines + size, sizeof heard->declines - size, "%s %u,", effect->declines[i].reason, effect->declines[i].count);
    }
}

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static bool same(const struct heard *fast, const struct heard *slow)
{
    const struct core_effect *a = &fast->effect, *b = &slow->effect;
    return a->kind == b->kind && a->session == b->session && a->request == b->request && a->status == b->status &&
           a->retry_after_ms == b->retry_after_ms && desk_id_equal(a->lead, b->lead) && a->from == b->from && a->to == b->to &&
           a->cause == b->cause && a->offer_number == b->offer_number && a->deadline_ms == b->deadline_ms &&
           a->received_unix_ms == b->received_unix_ms && a->weight == b->weight && a->priority == b->priority && a->position == b->position &&
           a->channel == b->channel && a->hides_person == b->hides_person && a->interrupts == b->interrupts && a->resumed == b->resumed &&
           a->rep_state == b->rep_state && a->load == b->load &&
           a->capacity == b->capacity && a->until_ms == b->until_ms && a->connected == b->connected && a->device_state == b->device_state && a->device_until_ms == b->device_until_ms && a->config_version == b->config_version &&
           a->is_call_back == b->is_call_back && a->do_not_call == b->do_not_call && a->appointment_ms == b->appointment_ms &&
           a->preferred_until_ms == b->preferred_until_ms && a->touch_ms == b->touch_ms && a->count_offers == b->count_offers && a->count_holdings == b->count_holdings && a->payload_size == b->payload_size &&
           desk_id_equal(a->other, b->other) &&
           a->joined == b->joined && a->nobody == b->nobody && a->waiting == b->waiting && a->bought_ms == b->bought_ms && a->is_no_customer == b->is_no_customer && a->tell_count == b->tell_count && a->contact_count == b->contact_count && memcmp(fast->contacts, slow->contacts, sizeof fast->contacts) == 0 &&
           memcmp(fast->declines, slow->declines, sizeof fast->declines) == 0 &&
           memcmp(fast->texts, slow->texts, sizeof fast->texts) == 0 && memcmp(fast->payload, slow->payload, sizeof fast->payload) == 0;
}

static void show(const char *who, const struct heard *heard)
{
    const struct core_effect *e = &heard->effect;
    fprintf(stderr, "  %s: kind %d session %llu status %d lead %llu %d->%d cause %s offer %u deadline %llu rep %s with%s state %d load %u/%u position %u\n",
            who, e->kind, (unsigned long long)e->session, e->status, (unsigned long long)e->lead.number, e->from, e->to,
            core_cause_word(e->cause), e->offer_number, (unsigned long long)e->deadline_ms, heard->texts[1], heard->texts[OTHERS], e->rep_state, e->load,
            e->capacity, e->position);
}

static void compare_heard(struct pair *pair, const char *what)
{
    uint32_t count = pair->fast_told.count > pair->slow_told.count ? pair->fast_told.count : pair->slow_told.count;
    for (uint32_t i = 0; i < count; i++) {
        bool both = i < pair->fast_told.count && i < pair->slow_told.count;
        if (both && same(&pair->fast_told.list[i], &pair->slow_told.list[i]))
            continue;
        fprintf(stderr, "%s: effect %u of %u (core), %u (slow) differs\n", what, i, pair->fast_told.count, pair->slow_told.count);
        if (i < pair->fast_told.count)
            show("core", &pair->fast_told.list[i]);
        if (i < pair->slow_told.count)
            show("slow", &pair->slow_told.list[i]);
        abort();
    }
}

/* ---- one step of both ------------------------------------------------------------ */

static int by_number(const void *a, const void *b)
{
    const struct heard *x = a, *y = b;
    return x->effect.lead.number < y->effect.lead.number ? -1 : x->effect.lead.number > y->effect.lead.number;
}

static void note_offers(struct pair *pair)
{
    for (uint32_t i = 0; i < pair->fast_told.count; i++) {
        const struct core_effect *effect = &pair->fast_told.list[i].effect;
        if (effect->kind != EFFECT_OFFER && effect->kind != EFFECT_HOLDING)
            continue;
        uint32_t at = pair->known_next++ % KNOWN;
        pair->known[at].lead = effect->lead;
        pair->known[at].offer_number = effect->offer_number;
        pair->known[at].session = effect->session;
    }
}

static void step(struct pair *pair, struct core_command *command, const char *what)
{
    const struct core_command time = {.kind = COMMAND_TIME};
    command->request = ++pair->next_request;
    pair->fast_told.count = pair->slow_told.count = 0;
    core_step(pair->core, command, pair->now_ms);
    while (core_next_deadline_ms(pair->core) <= pair->now_ms)
        core_step(pair->core, &time, pair->now_ms);
    core_check_invariants(pair->core);
    slow_desk_step(pair->slow, command, pair->now_ms);
    compare_heard(pair, what);
    note_offers(pair);
    model_explain_step(&pair->explained, pair->core, pair->slow);

    MUST_HOLD(core_next_deadline_ms(pair->core) <= slow_desk_next_deadline_ms(pair->slow));   /* may be early, never late */
    pair->fast_told.count = pair->slow_told.count = 0;
    core_leads_visit(pair->core, 0, UINT32_MAX, hear, &pair->fast_told);
    slow_desk_leads_visit(pair->slow, hear, &pair->slow_told);
    qsort(pair->fast_told.list, pair->fast_told.count, sizeof *pair->fast_told.list, by_number);
    compare_heard(pair, "open leads");
}

/* ---- random rules -------------------------------------------------------------------- */

static uint64_t below(struct pair *pair, uint64_t bound)
{
    return seeded_below(pair->random, bound);
}

static void add_random_caps(struct pair *pair, struct config_rep *rep)
{
    uint64_t dice = below(pair, 6);
    if (dice > 2)
        return;
    MUST_HOLD(core_config_rep_caps(rep, dice != 1 ? 1 + (uint32_t)below(pair, 12) : 0, dice == 1 ? 1 + (uint32_t)below(pair, 12) : 0) == LW_OK);
    if (below(pair, 2))
        MUST_HOLD(core_config_rep_cap_source(rep, "form", 1 + (uint32_t)below(pair, 6)) == LW_OK);
    if (below(pair, 2))
        MUST_HOLD(core_config_rep_cap_source(rep, "fair", 1 + (uint32_t)below(pair, 3)) == LW_OK);
}

static void add_random_rep(struct pair *pair, struct core_config *config, const char *name)
{
    struct config_rep *rep;
    const char *team = teams[below(pair, 3)];
    MUST_HOLD(core_config_add_rep(config, name, team, 1 + (uint32_t)below(pair, 4), below(pair, 3) ? below(pair, 3) ? "+39" : "+40" : "", &rep) == LW_OK);
    add_random_caps(pair, rep);
    rep->tier = (uint32_t)below(pair, 3);
    rep->reserve = below(pair, 2) ? 0 : (uint32_t)below(pair, 5);
    rep->share = below(pair, 2) ? 10 : 1 + (uint32_t)below(pair, 100);
    for (int i = 0; i < 4; i++) {
        if (below(pair, 3) == 0)
            MUST_HOLD(core_config_rep_rate(rep, queues[i], 1 + (uint32_t)below(pair, 1000)) == LW_OK);
    }
    for (int i = 0; i < 3; i++) {
        if (below(pair, 2))
            MUST_HOLD(core_config_rep_skill(config, rep, skills[i], 1 + (uint32_t)below(pair, 10)) == LW_OK);
        if (below(pair, 2))
            MUST_HOLD(core_config_rep_ability(config, rep, ABILITY_LANGUAGE, languages[i], 1 + (uint32_t)below(pair, 10)) == LW_OK);
        if (below(pair, 2))
            MUST_HOLD(core_config_rep_ability(config, rep, ABILITY_TERRITORY, territories[i], 1) == LW_OK);
    }
}

/* Each of the teams has these days, in all rules. */
static void add_days(struct config_team *team)
{
    uint64_t day_ms = 1800000000000 - 50000;
    for (uint64_t i = 0; i < 30; i++, day_ms += 700000 + i * 7919 % 13 * 100000)
        MUST_HOLD(core_config_team_day(team, day_ms) == LW_OK);
}

static void add_random_needs(struct pair *pair, struct core_config *config, struct config_rule *rule)
{
    for (int i = 0; i < 3; i++) {
        if (below(pair, 4) == 0)
            MUST_HOLD(core_config_rule_prefer(config, rule, skills[i], 1 + (uint32_t)below(pair, 10)) == LW_OK);
    }
    uint64_t dice = below(pair, 8);
    if (dice < 2)
        MUST_HOLD(core_config_rule_own(config, rule, ABILITY_LANGUAGE, "language", 1 + (uint32_t)below(pair, 8)) == LW_OK);
    else if (dice == 2)
        MUST_HOLD(core_config_rule_ability(config, rule, ABILITY_LANGUAGE, languages[below(pair, 3)], 1 + (uint32_t)below(pair, 8)) == LW_OK);
    dice = below(pair, 8);
    if (dice < 2)
        MUST_HOLD(core_config_rule_own(config, rule, ABILITY_TERRITORY, "product", 1) == LW_OK);
    else if (dice == 2)
        MUST_HOLD(core_config_rule_ability(config, rule, ABILITY_TERRITORY, territories[below(pair, 3)], 1) == LW_OK);
    for (int i = 2; below(pair, 3) == 0 && i >= 0; i--) {
        if (below(pair, 2))
            MUST_HOLD(core_config_rule_team(rule, teams[i]) == LW_OK);
    }
}

/* A step that makes no sense is taken back. */
static void add_random_step(struct pair *pair, struct core_config *config, struct config_rule *rule, uint32_t after_ms)
{
    struct config_relax_step *step;
    uint32_t number;
    MUST_HOLD(core_config_rule_relax(rule, after_ms, &step) == LW_OK);
    step->drop_language = below(pair, 3) == 0;
    step->drop_territory = below(pair, 3) == 0;
    step->drop_teams = below(pair, 6) == 0;
    if (below(pair, 2))
        MUST_HOLD(core_config_relax_skill(config, step, skills[below(pair, 3)], (uint32_t)below(pair, 4)) == LW_OK);
    if (below(pair, 2))
        MUST_HOLD(core_config_relax_team(step, teams[below(pair, 3)]) == LW_OK);
    if (below(pair, 4) == 0)
        step->offer_to = 2 + (uint32_t)below(pair, 5);
    if (config_relax_problem(config, rule, &number)) {
        for (uint32_t i = 0; i < step->team_count; i++)
            free(step->teams[i]);
        rule->relax_count--;
    }
}

static void add_random_rule(struct pair *pair, struct core_config *config, int number)
{
    static const char *const fields[] = {"language", "product", "score"};
    static const char *const values[] = {"it", "de", "5"};
    struct config_rule *rule;
    char name[16];
    snprintf(name, sizeof name, "rule%d", number);
    MUST_HOLD(core_config_add_rule(config, name, below(pair, 2) ? "sales" : name, (uint32_t)below(pair, 3) * 10, &rule) == LW_OK);
    rule->keeps_queue = config->all_rules && below(pair, 2);
    rule->first_touch_ms = below(pair, 4) ? 0 : 1000 + (uint32_t)below(pair, 50000);
    if (below(pair, 5) == 0)
        MUST_HOLD(core_config_rule_owner(rule, config->reps[below(pair, config->rep_count)].name, 1000 + (uint32_t)below(pair, 50000)) == LW_OK);
    if (number < 4) {
        uint64_t field = below(pair, 3), kind = below(pair, 6);
        static const char *const answers[] = {"Yes", "no"};
        if (below(pair, 4) == 0)
            MUST_HOLD(core_config_rule_when(rule, "customer", CONFIG_EQUALS, &answers[below(pair, 2)], 1) == LW_OK);
        if (below(pair, 12) == 0)
            MUST_HOLD(core_config_rule_when(rule, "attribute.do_not_call", CONFIG_EQUALS, &answers[0], 1) == LW_OK);
        if (below(pair, 6) == 0)
            MUST_HOLD(core_config_rule_when(rule, "bought", CONFIG_EQUALS, &model_bought[below(pair, 2)], 1) == LW_OK);
        const char *value[] = {values[field == 2 ? 2 : below(pair, 2)]};
        static const enum config_predicate_kind kinds[] = {CONFIG_EQUALS, CONFIG_PREFIX, CONFIG_EXISTS, CONFIG_MISSING, CONFIG_AT_LEAST};
        static const char *const patterns[] = {"^I|^d", "e$|x"};
        enum config_predicate_kind chosen = field == 2 ? CONFIG_AT_LEAST : kind == 5 ? CONFIG_REGEX : kinds[kind == 4 ? 0 : kind];
        if (chosen == CONFIG_REGEX)
            value[0] = patterns[below(pair, 2)];
        MUST_HOLD(core_config_rule_when(rule, fields[field], chosen, value, chosen == CONFIG_EXISTS || chosen == CONFIG_MISSING ? 0 : 1) == LW_OK);
    }
    for (int i = 2; i >= 0; i--) {
        if (below(pair, 3) == 0)
            MUST_HOLD(core_config_rule_require(config, rule, skills[i], 1 + (uint32_t)below(pair, 8)) == LW_OK);
    }
    add_random_needs(pair, config, rule);
    if (below(pair, 3) == 0)
        MUST_HOLD(core_config_rule_value_from(rule, "score") == LW_OK);
    else
        rule->value = (uint32_t)below(pair, 3) * (1 + (uint32_t)below(pair, 50));
    for (uint32_t i = 0, after_ms = 0; i < 4 && below(pair, 4); i++) {
        after_ms += 1 + (uint32_t)below(pair, 30000);
        add_random_step(pair, config, rule, after_ms);
    }
}

static const char *any_policy(struct pair *pair)
{
    uint32_t count = 0;
    while (policy_at(count))
        count++;
    return policy_at((uint32_t)below(pair, count))->name;
}

static void add_random_queues(struct pair *pair, struct core_config *config)
{
    struct config_queue *queue;
    for (int i = 0; i < 4; i++) {
        if (below(pair, 2) == 0)
            continue;
        MUST_HOLD(core_config_add_queue(config, queues[i], below(pair, 4) ? any_policy(pair) : "", &queue) == LW_OK);
        queue->offer_to = below(pair, 2) ? 2 + (uint32_t)below(pair, 5) : 0;
        queue->is_pulled = below(pair, 6) == 0;
        queue->half_life_ms = below(pair, 3) ? 1000 + (uint32_t)below(pair, 60000) : 0;
    }
    MUST_HOLD(core_config_set_policy(config, any_policy(pair)) == LW_OK);
}

static struct config_order random_order(struct pair *pair, const struct core_config *config)
{
    struct config_order order = {.priority = (uint32_t)below(pair, 4), .slack = (uint32_t)below(pair, 100), .value = (uint32_t)below(pair, 1000),
                                 .age = (uint32_t)below(pair, 1000), .hours_of = ""};
    order.service_level_ms = below(pair, 3) ? 1000 + (uint32_t)below(pair, 60000) : 0;
    order.age_cap_ms = below(pair, 2) ? 1000 + (uint32_t)below(pair, 90000) : 0;
    if (config->team_count > 0 && below(pair, 2)) {
        const struct config_team *team = &config->teams[below(pair, config->team_count)];
        order.hours_of = team->open_count > 0 ? team->name : "";
    }
    return order;
}

/* Half of the desks without best_pair weigh, and half of their queues in their own way. */
static void add_random_order(struct pair *pair, struct core_config *config)
{
    bool ranks_pairs = strcmp(config->policy, "best_pair") == 0;
    for (uint32_t i = 0; i < config->queue_count; i++)
        ranks_pairs |= strcmp(config->queues[i].policy, "best_pair") == 0;
    if (ranks_pairs || below(pair, 2))
        return;
    struct config_order order = random_order(pair, config);
    MUST_HOLD(core_config_set_order(config, NULL, &order) == LW_OK);
    for (uint32_t i = 0; i < config->queue_count; i++) {
        order = random_order(pair, config);
        if (below(pair, 2))
            MUST_HOLD(core_config_set_order(config, &config->queues[i], &order) == LW_OK);
    }
}

static const char *const dispositions[] = {"won", "lost", "later", "visit", "aside", "never", "maybe"};

/* All but the last, which no desk knows. */
static void add_random_dispositions(struct pair *pair, struct core_config *config)
{
    static const enum config_follow_up follow_ups[] = {FOLLOW_UP_END, FOLLOW_UP_END, FOLLOW_UP_CALL_BACK, FOLLOW_UP_APPOINTMENT, FOLLOW_UP_PARK, FOLLOW_UP_SUPPRESS};
    for (uint32_t i = 0; i < sizeof follow_ups / sizeof *follow_ups; i++) {
        MUST_HOLD(core_config_add_disposition(config, dispositions[i], (uint8_t)(1 + i)) == LW_OK);
        struct config_disposition *added = &config->dispositions[i];
        added->follow_up = follow_ups[i];
        added->at_least_ms = below(pair, 5000);
        added->at_most_ms = added->at_least_ms + 1 + below(pair, 60000);
        added->after_ms = below(pair, 3) ? added->at_least_ms + below(pair, added->at_most_ms - added->at_least_ms) : 0;
        added->same_rep_for_ms = below(pair, 3) ? (uint32_t)below(pair, 30000) : 0;
    }
}

static struct core_config *random_rules(struct pair *pair)
{
    struct core_config *config = core_config_new("desk");
    MUST_HOLD(config && pair->config_count < CONFIGS_MAX);
    pair->configs[pair->config_count++] = config;
    for (int i = 0; i < 3; i++)
        MUST_HOLD(core_config_add_skill(config, skills[below(pair, 3)]) != LW_NO_MEMORY);
    for (int i = 0; i < 3; i++)
        MUST_HOLD(core_config_add_skill(config, skills[i]) != LW_NO_MEMORY);
    for (int i = 0; i < NAMES; i++) {
        if (i == 0 || below(pair, 5))
            add_random_rep(pair, config, rep_names[i]);
    }
    for (int i = 0; i < 3; i++) {
        struct config_team *team;
        uint64_t at_ms = pair->now_ms - below(pair, 60000);
        MUST_HOLD(core_config_add_team(config, teams[i], &team) == LW_OK);
        add_days(team);
        team->outsourced = i == 2 && below(pair, 2);
        team->daily_cap = below(pair, 4) ? 0 : 1 + (uint32_t)below(pair, 30);
        team->daily_share = below(pair, 4) ? 0 : 1 + (uint32_t)below(pair, 60);
        if (i == 2 || below(pair, 3) == 0)
            continue;
        for (uint64_t k = 1 + below(pair, 6); k > 0; k--) {
            uint64_t open_ms = at_ms + 1 + below(pair, 40000);
            at_ms = open_ms + 1 + below(pair, 60000);
            MUST_HOLD(core_config_team_open(team, open_ms, at_ms) == LW_OK);
        }
    }
    config->reps[0].capacity = 4;   /* every weight fits somebody */
    add_random_queues(pair, config);   /* to how many a step of a rule may offer depends on them */
    config->all_rules = below(pair, 3) == 0;
    for (int i = 0; i < 5; i++)
        add_random_rule(pair, config, i);
    add_random_order(pair, config);
    add_random_dispositions(pair, config);
    config->refused_counts = below(pair, 2);
    config->bad_counts = below(pair, 2);
    config->reopen_for_ms = below(pair, 3) ? 2000 + below(pair, 100000) : 0;
    config->absent_leads_max = below(pair, 2) ? 0 : (uint32_t)below(pair, 4);
    for (int i = 1; i <= 3; i++) {
        config->channels[i] = (struct config_channel){true, 1 + (uint32_t)below(pair, 3), (uint32_t)below(pair, 3) * 10,
                                                      1 + (uint32_t)below(pair, 30000), 1 + (uint32_t)below(pair, 200000),
                                                      below(pair, 2) ? 0 : (uint32_t)below(pair, 10000), 1 + (uint32_t)below(pair, 20000), below(pair, 2), 0, 0, 0};
        config->channels[i].enabled = i == 2 || below(pair, 4);
        config->channels[i].first_touch_ms = below(pair, 2) ? (uint32_t)below(pair, 40000) : 0;
        config->channels[i].nudge_percent = (uint32_t)below(pair, 100);
    }
    config->channels[LW_CHANNEL_PHONE].interrupts = (uint8_t)(below(pair, 2) ? 0 : below(pair, 4) << LW_CHANNEL_WEB);
    config->grace_ms = 1 + (uint32_t)below(pair, 15000);
    config->park_limit_ms = 1 + (uint32_t)below(pair, 400000);
    config->park_nudge_ms = config->park_limit_ms / 4 * (config->park_limit_ms % 4);
    config->work_limit_ms = 1 + (uint32_t)below(pair, 100000);
    config->retry_same_rep_ms = 1 + (uint32_t)below(pair, 60000);
    model_draw_refusals(pair->random, config);
    model_draw_nobody(pair->random, config);
    model_draw_opening(pair->random, config);
    config->offers_max = 1 + (uint32_t)below(pair, 12);
    config->misses_to_away = (uint32_t)below(pair, 4);
    config->people.join = below(pair, 4) != 0;
    config->people.window_ms = 1 + (below(pair, 2) ? below(pair, 60000) : below(pair, 3000000));
    config->people.customer_for_ms = below(pair, 3) ? below(pair, 1000000) : 0;
    config->people.owner_for_ms = below(pair, 2) ? (uint32_t)below(pair, 20000) : 0;
    config->people.keeps_stops = below(pair, 3) != 0;
    config->people.parks_stopped = config->people.keeps_stops && below(pair, 2);
    MUST_HOLD(core_config_set_owner_from(config, below(pair, 2) ? "owner" : "") == LW_OK);
    config->transfer_for_ms = 1 + (uint32_t)below(pair, 40000);
    config->return_assigned_when_gone = below(pair, 2);
    char reason[256];
    if (core_config_check(config, reason, sizeof reason) != LW_OK)
        fprintf(stderr, "%s\n", reason);
    MUST_HOLD(core_config_check(config, reason, sizeof reason) == LW_OK);
    return config;
}

/* ---- random commands ------------------------------------------------------------------ */

struct fields { const char *language, *product, *score; char phone[16], email[16], vendor[16]; const char *owner; };

static const char *read_field(const void *lead, const char *field)
{
    const struct fields *fields = lead;
    return strcmp(field, "language") == 0 ? fields->language : strcmp(field, "product") == 0 ? fields->product :
           strcmp(field, "owner") == 0 ? fields->owner : fields->score;
}

static struct core_text text(const char *words)
{
    return (struct core_text){words, (uint32_t)strlen(words)};
}

/* Empty values, which are no keys, among them. */
static uint32_t read_person(const void *lead, struct core_person_key out[CORE_PERSON_KEYS_MAX])
{
    const struct fields *fields = lead;
    out[0] = (struct core_person_key){PERSON_KEY_PHONE, text(fields->phone)};
    out[1] = (struct core_person_key){PERSON_KEY_EMAIL, text(fields->email)};
    out[2] = (struct core_person_key){PERSON_KEY_VENDOR, text(fields->vendor)};
    return 3;
}

static uint32_t write_stop(const void *lead, uint64_t said_ms, struct core_text words, uint8_t out[CORE_STOP_BYTES_MAX])
{
    (void)lead;
    return (uint32_t)snprintf((char *)out, CORE_STOP_BYTES_MAX, "%.*s%u", words.size < 2 ? (int)words.size : 2, words.data ? words.data : "", (unsigned)(said_ms % 100));
}

/* Few people, of whom each has a phone and an email, and some use another's. */
static void any_person(struct pair *pair, struct fields *fields)
{
    uint64_t person = below(pair, 15);
    if (below(pair, 3))
        snprintf(fields->phone, sizeof fields->phone, "%llu", (unsigned long long)(below(pair, 20) ? person : below(pair, 15)));
    if (below(pair, 3) == 0)
        snprintf(fields->email, sizeof fields->email, "%llu", (unsigned long long)(below(pair, 20) ? person : below(pair, 15)));
    if (below(pair, 6) == 0)
        snprintf(fields->vendor, sizeof fields->vendor, "%llu", (unsigned long long)below(pair, 10));
}

static uint64_t any_session(struct pair *pair)
{
    return pair->sessions[below(pair, NAMES)];
}

/* Half the time from the few ids used last: repeats. */
static void any_id(struct pair *pair, char id[16])
{
    uint32_t newest = pair->ids < 12 ? pair->ids : 12;
    uint64_t number = below(pair, 2) && newest > 0 ? pair->ids - 1 - below(pair, newest) : pair->ids++;
    snprintf(id, 16, "%llu", (unsigned long long)(number % IDS));
}

static struct desk_id any_lead(struct pair *pair, uint32_t *offer_number_out, uint64_t *session_out)
{
    uint64_t newest = pair->known_next < 10 ? pair->known_next : 10;
    uint32_t at = newest == 0 ? 0 : (uint32_t)((pair->known_next - 1 - below(pair, newest)) % KNOWN);
    *offer_number_out = pair->known[at].offer_number + (below(pair, 12) == 0);
    *session_out = below(pair, 12) ? pair->known[at].session : any_session(pair);
    return pair->known[at].lead;
}

static void publish(struct pair *pair)
{
    static const char *const spoken[] = {NULL, "it", "IT", "de-AT", "deutsch"}, *const products[] = {NULL, "", "de", "it"},
        *const scores[] = {NULL, "4", "5", "6", "-3", "700"};
    char id[16];
    any_id(pair, id);
    struct fields fields = {.language = spoken[below(pair, 5)], .product = products[below(pair, 4)], .score = scores[below(pair, 6)]};
    any_person(pair, &fields);
    if (below(pair, 6) == 0)
        fields.owner = below(pair, 10) ? rep_names[below(pair, NAMES)] : "nobody";
    char earlier[16];
    bool follows = below(pair, 5) == 0;
    if (follows)
        any_id(pair, earlier);
    struct core_command command = {.kind = COMMAND_PUBLISH, .session = 1, .publish = {
        .is_voicemail = below(pair, 6) == 0, .wants_no_more = below(pair, 8) == 0, .stop_words = text(below(pair, 2) ? "stop" : ""), .opts_in = below(pair, 5) == 0,
        .stop_unix_ms = below(pair, 2) ? (int64_t)(pair->now_ms - below(pair, 300000)) : 0, .opt_in_unix_ms = below(pair, 2) ? (int64_t)(pair->now_ms - below(pair, 300000)) : 0, .follows = text(follows ? earlier : ""),
        .idempotency_id = text(id), .source = text(below(pair, 4) ? "form" : "fair"), .content_hash = below(pair, 20) ? 7 : 8,
        .channel = (uint8_t)(below(pair, 30) ? 1 + below(pair, 3) : below(pair, 8)), .is_test = below(pair, 40) == 0,
        .received_unix_ms = below(pair, 3) ? (int64_t)(pair->now_ms - below(pair, 60000)) : 0,
        .payload = id, .payload_size = (uint32_t)strlen(id), .fields = &fields, .read_field = read_field, .read_person = below(pair, 3) ? read_person : NULL, .write_stop = below(pair, 6) ? write_stop : NULL}};
    step(pair, &command, "publish");
}

static void log_on(struct pair *pair)
{
    struct core_held held[3];
    uint64_t rep = below(pair, NAMES), ignored;
    for (int i = 0; i < 3; i++)
        held[i].lead = any_lead(pair, &held[i].offer_number, &ignored);
    pair->sessions[rep] = ++pair->next_session;
    struct core_command command = {.kind = COMMAND_LOG_ON, .session = pair->sessions[rep],
                                   .log_on = {text(rep_names[rep]), held, pair->known_next > 3 ? (uint32_t)below(pair, 4) : 0}};
    step(pair, &command, "log on");
}

static void say_device(struct pair *pair)
{
    static const char *const devices[] = {"+39", "+40", "+41", ""};
    struct core_command command = {.kind = COMMAND_DEVICE, .session = 1, .device = {
        .device = text(devices[below(pair, 8) ? below(pair, 2) : below(pair, 4)]), .state = (enum device_state)(below(pair, 2) ? DEVICE_FREE : below(pair, 3)),
        .for_ms = below(pair, 20) ? below(pair, 30000) : 1 + below(pair, 200000000)}};
    step(pair, &command, "device");
}

static void by_publisher(struct pair *pair)
{
    uint32_t offer_number;
    uint64_t ignored;
    char id[16];
    any_id(pair, id);
    struct desk_id lead = below(pair, 2) ? any_lead(pair, &offer_number, &ignored) : (struct desk_id){0};
    struct core_command command = {.session = 1};
    if (below(pair, 8) == 0) {
        say_device(pair);
        return;
    }
    switch (below(pair, 3)) {
    case 0:
        command.kind = COMMAND_QUERY;
        command.query.lead = lead, command.query.source = text("form"), command.query.idempotency_id = text(id);
        break;
    case 1:
        command.kind = COMMAND_CANCEL;
        command.cancel.lead = lead, command.cancel.source = text("form"), command.cancel.idempotency_id = text(id);
        break;
    default:
        command.kind = COMMAND_DIAL_RESULT;
        command.dial_result.lead = any_lead(pair, &offer_number, &ignored);
        command.dial_result.offer_number = offer_number;
        command.dial_result.outcome = (enum dial_outcome)(1 + below(pair, 4));
        command.dial_result.leg_id = text("leg");
        break;
    }
    step(pair, &command, "publisher");
}

/* None, short, or too long to be kept. */
static struct core_text any_note(struct pair *pair, char note[NOTE_TOO_LONG + 1])
{
    memset(note, 'n', NOTE_TOO_LONG);
    note[below(pair, 3) == 0 ? 0 : below(pair, 20) == 0 ? NOTE_TOO_LONG : 1 + below(pair, 20)] = '\0';
    return text(note);
}

static void transfer(struct pair *pair, struct desk_id lead, uint32_t offer_number, uint64_t session)
{
    struct core_command command = {.kind = COMMAND_TRANSFER, .session = session, .transfer = {.lead = lead, .offer_number = offer_number}};
    uint64_t dice = below(pair, 12);
    if (dice < 5 || dice == 11)
        command.transfer.rep = text(rep_names[below(pair, NAMES)]);
    else if (dice < 8)
        command.transfer.team = text(teams[below(pair, sizeof teams / sizeof *teams)]);
    else if (dice < 11)
        command.transfer.skill = text(skills[below(pair, 3)]);
    if (dice == 11)
        command.transfer.team = command.transfer.rep;   /* two targets are none */
    command.transfer.back = below(pair, 6) == 0;
    if (command.transfer.back && below(pair, 10))   /* else two targets, which are none */
        command.transfer.rep = command.transfer.team = command.transfer.skill = text("");
    command.transfer.level = (uint32_t)below(pair, 12);
    command.transfer.appointment_unix_ms = below(pair, 3) ? 0 : (int64_t)(pair->now_ms + below(pair, 50000)) - 1000;
    command.transfer.place = text(command.transfer.appointment_unix_ms != 0 && below(pair, 2) ? "at home" : "");
    char note[NOTE_TOO_LONG + 1];
    command.transfer.note = any_note(pair, note);
    step(pair, &command, "transfer");
}

static void by_rep(struct pair *pair)
{
    struct core_command command = {.kind = COMMAND_ANSWER_OFFER};
    uint32_t offer_number;
    char id[16], note[NOTE_TOO_LONG + 1];
    struct desk_id lead = any_lead(pair, &offer_number, &command.session);
    if (below(pair, 8) == 0) {
        transfer(pair, lead, offer_number, command.session);
        return;
    }
    if (below(pair, 6) == 0) {
        command.kind = COMMAND_TOUCH;
        command.touch.lead = lead, command.touch.offer_number = offer_number;
        command.touch.kind = (enum touch_kind)(below(pair, 3) ? TOUCH_REP : below(pair, 6));
        step(pair, &command, "touch");
        return;
    }
    if (below(pair, 6) == 0) {
        command.kind = COMMAND_PULL;
        command.session = any_session(pair);
        command.pull.lead = model_draw_pullable(pair->random, pair->core, pair->slow, command.session, lead);
        step(pair, &command, "pull");
        return;
    }
    if (below(pair, 2)) {
        command.answer_offer.lead = lead, command.answer_offer.offer_number = offer_number;
        command.answer_offer.accept = below(pair, 5) != 0;
        command.answer_offer.reason = text(model_draw_reason(pair->random));
    } else {
        snprintf(id, sizeof id, "c%llu", (unsigned long long)below(pair, 3));
        command.kind = COMMAND_COMPLETE;
        command.complete.lead = lead, command.complete.idempotency_id = text(id);
        command.complete.disposition = text(dispositions[below(pair, 12) ? below(pair, 6) : 6]);
        command.complete.at_unix_ms = below(pair, 4) ? 0 : (int64_t)(pair->now_ms + below(pair, 60000)) - 2000;
        command.complete.place = text(below(pair, 4) ? "" : "at home");
        command.complete.note = any_note(pair, note);
    }
    step(pair, &command, "rep");
}

static void name_customer_at_random(struct pair *pair)
{
    struct fields fields = {.phone = ""};
    struct core_person_key keys[CORE_PERSON_KEYS_MAX];
    any_person(pair, &fields);
    read_person(&fields, keys);
    struct core_command command = {.kind = COMMAND_CUSTOMER, .session = 2, .customer = {
        .keys = keys, .key_count = (uint32_t)below(pair, 8) ? 2 : 0, .owner = text(below(pair, 3) ? rep_names[below(pair, NAMES)] : below(pair, 6) ? "" : "nobody"),
        .bought = text(below(pair, 3) ? model_bought[below(pair, 2)] : ""),
        .bought_unix_ms = below(pair, 3) ? (int64_t)(pair->now_ms - below(pair, 100000)) + 1000 : 0}};
    step(pair, &command, "customer");
}

static void pause_a_source(struct pair *pair)
{
    const char *source = below(pair, 20) ? below(pair, 4) ? "fair" : "form" : below(pair, 2) ? "nobody's" : "";
    struct core_command command = {.kind = COMMAND_ACT_ON_SOURCE, .session = 2,
                                   .act_on_source = {.source = text(source), .by = text("boss"), .pause = below(pair, 4) == 0}};
    step(pair, &command, "source");
}

static void by_manager(struct pair *pair)
{
    if (below(pair, 8) == 0) {
        pause_a_source(pair);
        return;
    }
    if (below(pair, 8) == 0) {
        name_customer_at_random(pair);
        return;
    }
    struct core_command command = {.kind = COMMAND_ACT, .session = 2};
    uint32_t offer_number;
    uint64_t ignored;
    struct core_text rep = text(below(pair, 20) ? rep_names[below(pair, NAMES)] : "nobody"), by = text(below(pair, 2) ? "boss" : "");
    if (below(pair, 8) == 0) {
        command.kind = COMMAND_ACT_ON_REP;
        command.act_on_rep.rep = rep, command.act_on_rep.by = by;
        command.act_on_rep.state = (enum rep_state)(below(pair, 8) ? below(pair, 4) ? REP_AVAILABLE : REP_BREAK : below(pair, 6));
    } else {
        command.act.lead = any_lead(pair, &offer_number, &ignored);
        command.act.act = (enum core_act)(1 + below(pair, 11));
        command.act.rep = rep, command.act.by = by;
        command.act.until_unix_ms = below(pair, 3) ? (int64_t)(pair->now_ms + below(pair, 60000)) - 2000 : 0;
        command.act.priority = (uint32_t)below(pair, 220);
        command.act.into = any_lead(pair, &offer_number, &ignored);
    }
    step(pair, &command, "manager");
}

static void other(struct pair *pair)
{
    struct core_command command = {.session = any_session(pair)};
    switch (below(pair, 24)) {
    case 0: command.kind = COMMAND_LOG_OFF; break;
    case 1: case 2: command.kind = COMMAND_CONNECTION_LOST; break;
    case 3: case 4: case 5: case 6: case 7: case 8: case 9: case 10: case 11: case 12: case 13: case 14:
        command.kind = COMMAND_SET_REP_STATE;
        command.set_rep_state.state = (enum rep_state)(below(pair, 10) ? (below(pair, 6) ? REP_AVAILABLE : REP_BREAK) : below(pair, 6));
        break;
    case 15:
        command.kind = below(pair, 4) ? COMMAND_TIME : COMMAND_SERVICE_RESUMED;
        break;
    default:
        by_manager(pair);
        return;
    }
    step(pair, &command, "other");
}

static void pass_time(struct pair *pair)
{
    uint64_t next_ms = slow_desk_next_deadline_ms(pair->slow), dice = below(pair, 40);
    if (dice < 20)
        return;
    if (dice < 36)
        pair->now_ms += below(pair, 600);
    else if (dice < 39 && next_ms != UINT64_MAX && next_ms > pair->now_ms)
        pair->now_ms = next_ms - below(pair, 2);   /* on the moment, or just before */
    else
        pair->now_ms += below(pair, 15) ? below(pair, 20000) : below(pair, 600000);
}

static void configure(struct pair *pair)
{
    struct core_command command = {.kind = COMMAND_CONFIGURE, .session = 2, .configure = {.config = random_rules(pair), .by = text("boss")}};
    step(pair, &command, "configure");
}

static void round_of(struct seeded *random)
{
    struct pair pair = {.random = random, .now_ms = 1800000000000, .next_session = 100};
    core_limits_default(&pair.limits);
    pair.limits.reopen_bytes_max = 1024 + below(&pair, 30000);
    pair.limits.leads_max = 5 + (uint32_t)below(&pair, 60);
    pair.limits.seen_max = 20 + (uint32_t)below(&pair, 300);
    pair.limits.seen_ms = 10000 + below(&pair, 3000000);
    pair.limits.seen_min_ms = below(&pair, 4) ? 0 : (uint32_t)below(&pair, 3000000);
    pair.limits.history_max = below(&pair, 2) ? 64 : 16384;
    pair.limits.timers_per_step_max = 1 + (uint32_t)below(&pair, 6);
    pair.fast_told.list = calloc(TOLD_MAX, sizeof *pair.fast_told.list);
    pair.slow_told.list = calloc(TOLD_MAX, sizeof *pair.slow_told.list);
    pair.core = core_new(&pair.limits, &(struct core_callbacks){&pair.fast_told, ignore_record, hear});
    core_set_epoch(pair.core, 77);
    pair.slow = slow_desk_new(77, &pair.limits, hear, &pair.slow_told);
    struct core_command found = {.kind = COMMAND_FOUND_DESK, .found_desk = {{3, 4}}};
    step(&pair, &found, "found");
    configure(&pair);
    for (int i = 0; i < COMMANDS; i++) {
        pass_time(&pair);
        uint64_t dice = below(&pair, 100);
        if (dice < 30)
            publish(&pair);
        else if (dice < 34)
            log_on(&pair);
        else if (dice < 46)
            by_publisher(&pair);
        else if (dice < 86)
            by_rep(&pair);
        else if (dice < 99 || pair.config_count == CONFIGS_MAX)
            other(&pair);
        else
            configure(&pair);
    }
    struct core_totals totals;
    core_totals_read(pair.core, &totals);
    MUST_HOLD(pair.explained.compared >= 100 && totals.joined > 0);
    core_free(pair.core);
    slow_desk_free(pair.slow);
    for (uint32_t i = 0; i < pair.config_count; i++)
        core_config_free(pair.configs[i]);
    free(pair.fast_told.list);
    free(pair.slow_told.list);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 20, round_of);
}
