/* SPDX-License-Identifier: Apache-2.0 */
#include "model_draws.h"

#include "config_opening.h"

static const char *const reasons[] = {"no_time", "language", "product"};

void model_draw_refusals(struct seeded *random, struct core_config *config)
{
    uint64_t count = seeded_below(random, 2) ? 0 : 1 + seeded_below(random, 3);
    config->refusals.retry_factor = 1 + (uint32_t)seeded_below(random, 4);
    config->refusals.retry_max_ms = config->retry_same_rep_ms + (uint32_t)seeded_below(random, 200000);
    config->call_backs.most = 1 + (uint32_t)seeded_below(random, 4);
    config->call_backs.ends = seeded_below(random, 2);
    for (uint64_t i = 0; i < count; i++)
        MUST_HOLD(core_config_add_decline_reason(config, reasons[i]) == LW_OK);
}

void model_draw_nobody(struct seeded *random, struct core_config *config)
{
    for (int kind = NOBODY_CLOSED; kind < NOBODY_KINDS; kind++) {
        if (seeded_below(random, 2))
            continue;
        MUST_HOLD(core_config_tell_nobody(config, (enum core_nobody)kind, CONFIG_NOBODY_MIN_MS + (uint32_t)seeded_below(random, 20000)) == LW_OK);
        MUST_HOLD(core_config_nobody_address(config, (enum core_nobody)kind, "boss") == LW_OK);
    }
}

void model_draw_opening(struct seeded *random, struct core_config *config)
{
    char reason[256];
    if (seeded_below(random, 4) == 0)
        return;
    config->opening.reps = 1 + (uint32_t)seeded_below(random, 4);
    config->opening.for_ms = CONFIG_OPENING_MIN_MS + (uint32_t)seeded_below(random, 40000);
    if (seeded_below(random, 3) == 0)
        MUST_HOLD(core_config_opening_team(config, config->teams[seeded_below(random, config->team_count)].name) == LW_OK);
    if (config_opening_check(config, reason, sizeof reason) == LW_OK)
        return;
    config_opening_fini(&config->opening);
    config->opening = (struct config_opening){.reps = 0};
}

const char *model_draw_reason(struct seeded *random)
{
    uint64_t at = seeded_below(random, 12);
    return at < 10 ? reasons[at % 3] : at == 10 ? "" : "weather";
}

struct list { struct desk_id leads[CORE_PULL_LIST_MAX]; uint32_t count; };

static void hear_pullable(void *context, const struct core_effect *row)
{
    struct list *list = context;
    list->leads[list->count++] = row->lead;
}

struct desk_id model_draw_pullable(struct seeded *random, const struct core *core, const struct slow_desk *slow, uint64_t session, struct desk_id other)
{
    struct list fast = {.count = 0};
    struct desk_id slow_leads[CORE_PULL_LIST_MAX];
    uint32_t count = core_pull_list(core, session, hear_pullable, &fast);
    MUST_HOLD(count == fast.count && count == slow_desk_pull_list(slow, session, slow_leads));
    for (uint32_t i = 0; i < count; i++)
        MUST_HOLD(desk_id_equal(fast.leads[i], slow_leads[i]));
    return count == 0 || seeded_below(random, 6) == 0 ? other : fast.leads[seeded_below(random, count)];
}

const char *const model_bought[2] = {"panels", "pumps"};
