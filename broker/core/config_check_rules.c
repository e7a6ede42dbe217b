/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether rules are as they must be.
 */
#include "config_check.h"

#include <string.h>

static bool has_rep(const struct core_config *config, const char *name)
{
    for (uint32_t i = 0; i < config->rep_count; i++) {
        if (strcmp(config->reps[i].name, name) == 0)
            return true;
    }
    return false;
}

lw_status config_check_rules(const struct core_config *config, char *reason, size_t reason_size)
{
    for (uint32_t i = 0; i < config->rule_count; i++) {
        const struct config_rule *rule = &config->rules[i];
        if (rule->queue[0] == '\0' || rule->name[0] == '\0')
            return config_wrong(reason, reason_size, "rule %u has no name or no queue", i + 1);
        if (rule->priority > CONFIG_PRIORITY_MAX)
            return config_wrong(reason, reason_size, "rule '%s': priority above %d", rule->name, CONFIG_PRIORITY_MAX);
        uint32_t own = (rule->own_language.field ? 1u : 0) + (rule->own_territory.field ? 1u : 0);
        if (rule->require_count + own > CONFIG_REQUIRE_MAX)
            return config_wrong(reason, reason_size, "rule '%s': requires more than %d skills, language and territory counted", rule->name,
                                CONFIG_REQUIRE_MAX);
        if (rule->first_touch_ms > CONFIG_FIRST_TOUCH_MAX_MS)
            return config_wrong(reason, reason_size, "rule '%s': first_touch must be at most 7 d", rule->name);
        if (rule->owner && (rule->owner_for_ms == 0 || rule->owner_for_ms > CONFIG_OWNER_MAX_MS))
            return config_wrong(reason, reason_size, "rule '%s': owner_for must be at most 24 h, and not 0", rule->name);
        if (rule->owner && !has_rep(config, rule->owner))
            return config_wrong(reason, reason_size, "rule '%s': the rules have no rep '%s', its owner", rule->name, rule->owner);
    }
    return LW_OK;
}

lw_status config_check_relaxations(const struct core_config *config, char *reason, size_t reason_size)
{
    lw_status status = LW_OK;
    for (uint32_t i = 0; i < config->rule_count && status == LW_OK; i++) {
        uint32_t step;
        const char *problem = config_relax_problem(config, &config->rules[i], &step);
        if (problem)
            status = config_wrong(reason, reason_size, "rule '%s': step %u of its relaxation %s", config->rules[i].name, step + 1, problem);
    }
    return status;
}
