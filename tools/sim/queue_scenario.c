/* SPDX-License-Identifier: Apache-2.0 */
#include "queue_scenario.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "queue_stats.h"

static void must(lw_status status) { assert(status == LW_OK); }
static void add_rep(struct core_config *config, const struct queue_scenario *scenario, uint32_t number);
static void add_class(struct core_config *config, uint32_t number);

void queue_scenario_default(struct queue_scenario *scenario)
{
    *scenario = (struct queue_scenario){.reps = 10, .classes = 1, .skills = 1, .per_hour = 48, .handling_s = 600,
                                        .room = QUEUE_NO_LIMIT, .within_s = 60, .arrivals = 20000, .warm_up = 2000, .replications = 20, .seed = 1};
}

bool queue_scenario_check(const struct queue_scenario *scenario, char *reason, size_t reason_size)
{
    const char *words = NULL;
    if (scenario->reps < 1 || scenario->reps > QUEUE_REPS_MAX)
        words = "reps must be 1 to 2000";
    else if (scenario->classes < 1 || scenario->classes > QUEUE_CLASSES_MAX || scenario->classes > scenario->reps)
        words = "classes must be 1 to 32, and no more than there are reps";
    else if (scenario->skills < 1 || scenario->skills > scenario->classes)
        words = "a rep has 1 skill or more, and no more than there are classes";
    else if (!(scenario->handling_s >= 1 && scenario->handling_s <= 86400))
        words = "handling must be 1 to 86400 seconds";
    else if (!(scenario->per_hour > 0 && scenario->per_hour <= 360000))
        words = "arrivals must be above 0 and at most 360000 an hour";
    else if (scenario->patience_s != 0 && !(scenario->patience_s >= 1 && scenario->patience_s <= 86400))
        words = "patience must be 1 to 86400 seconds, or 0: without end";
    else if (!(scenario->within_s >= 0 && isfinite(scenario->within_s)))
        words = "the time to answer within must be 0 or more";
    else if (scenario->replications < 1 || scenario->replications > QUEUE_REPLICATIONS_MAX)
        words = "replications must be 1 to 1000";
    else if (scenario->arrivals < 1)
        words = "at least one lead must be measured";
    else if (scenario->patience_s == 0 && scenario->room == QUEUE_NO_LIMIT && queue_scenario_erlang(scenario) >= scenario->reps)
        words = "that is more work than the reps can do: without patience and with room for all the wait grows for ever";
    if (words) {
        snprintf(reason, reason_size, "%s", words);
        return false;
    }
    struct core_config *config = queue_scenario_rules(scenario);
    lw_status status = core_config_check(config, reason, reason_size);   /* what is left is the policy */
    core_config_free(config);
    return status == LW_OK;
}

struct core_config *queue_scenario_rules(const struct queue_scenario *scenario)
{
    struct core_config *config = core_config_new("queue");
    assert(config);
    for (uint32_t i = 0; i < scenario->classes; i++)
        add_class(config, i);
    for (uint32_t i = 0; i < scenario->reps; i++)
        add_rep(config, scenario, i);
    must(core_config_add_disposition(config, "done", 1));
    if (scenario->policy)
        must(core_config_set_policy(config, scenario->policy));
    for (int i = 0; i < LW_CHANNEL_COUNT; i++)
        config->channels[i].enabled = false;
    config->channels[LW_CHANNEL_WEB] = (struct config_channel){.enabled = true, .weight = 1, .offer_timeout_ms = UINT32_MAX,
                                                               .wait_limit_ms = UINT32_MAX, .connect_timeout_ms = UINT32_MAX};
    config->work_limit_ms = UINT32_MAX;
    config->misses_to_away = 0;
    return config;
}

static void add_class(struct core_config *config, uint32_t number)
{
    struct config_rule *rule;
    char name[16];
    const char *values[] = {name};
    snprintf(name, sizeof name, "%u", number);
    must(core_config_add_skill(config, name));
    must(core_config_add_rule(config, name, name, 0, &rule));
    must(core_config_rule_when(rule, "product", CONFIG_EQUALS, values, 1));
    must(core_config_rule_require(config, rule, name, 1));
}

static void add_rep(struct core_config *config, const struct queue_scenario *scenario, uint32_t number)
{
    struct config_rep *rep;
    char name[16];
    uint32_t first = number % scenario->classes, nth = number / scenario->classes, others = scenario->classes - 1;
    snprintf(name, sizeof name, "r%u", number);
    must(core_config_add_rep(config, name, "", 1, "", &rep));
    for (uint32_t k = 0; k < scenario->skills; k++) {
        uint32_t skill = k == 0 ? first : (first + 1 + (nth + k - 1) % others) % scenario->classes;
        snprintf(name, sizeof name, "%u", skill);
        must(core_config_rep_skill(config, rep, name, 1));
    }
}

double queue_scenario_erlang(const struct queue_scenario *scenario)
{
    return scenario->per_hour * scenario->handling_s / 3600;
}
