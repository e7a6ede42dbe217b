/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a record can hold all texts.
 */
#include <string.h>

#include "config_check.h"

/* What a record could not hold would make the journal unreadable. */
lw_status config_check_texts(const struct core_config *config, char *reason, size_t reason_size)
{
    for (uint32_t i = 0; i < config->skill_count; i++) {
        if (!config_is_name(config->skills[i]))
            return config_wrong(reason, reason_size, "skill %u: its name must have 1 to %d bytes", i + 1, LW_NAME_MAX);
    }
    for (uint32_t i = 0; i < config->rep_count; i++) {
        const struct config_rep *rep = &config->reps[i];
        if (!config_is_name(rep->name) || strlen(rep->team) > CONFIG_TEXT_MAX || strlen(rep->device) > CONFIG_TEXT_MAX)
            return config_wrong(reason, reason_size, "rep %u: name, team or device is too long", i + 1);
    }
    for (uint32_t i = 0; i < config->rule_count; i++) {
        const struct config_rule *rule = &config->rules[i];
        bool fits = config_is_name(rule->name) && config_is_name(rule->queue);
        const char *const fields[] = {rule->own_language.field, rule->own_territory.field};
        for (uint32_t f = 0; f < 2; f++)
            fits &= !fields[f] || strlen(fields[f]) <= CONFIG_TEXT_MAX;
        for (uint32_t t = 0; t < rule->team_count; t++)
            fits &= config_is_name(rule->teams[t]);
        for (uint32_t r = 0; r < rule->relax_count; r++) {
            for (uint32_t t = 0; t < rule->relax[r].team_count; t++)
                fits &= config_is_name(rule->relax[r].teams[t]);
        }
        for (uint32_t p = 0; p < rule->predicate_count; p++) {
            fits &= strlen(rule->predicates[p].field) <= CONFIG_TEXT_MAX;
            for (uint32_t v = 0; v < rule->predicates[p].value_count; v++)
                fits &= strlen(rule->predicates[p].values[v]) <= CONFIG_TEXT_MAX;
        }
        if (!fits)
            return config_wrong(reason, reason_size, "rule %u: name, queue, team, field or value is too long", i + 1);
    }
    for (uint32_t i = 0; i < config->team_count; i++) {
        if (!config_is_name(config->teams[i].name))
            return config_wrong(reason, reason_size, "team %u: its name must have 1 to %d bytes", i + 1, LW_NAME_MAX);
    }
    for (uint32_t i = 0; i < config->disposition_count; i++) {
        if (!config_is_name(config->dispositions[i].code))
            return config_wrong(reason, reason_size, "disposition %u: its code must have 1 to %d bytes", i + 1, LW_NAME_MAX);
    }
    return LW_OK;
}

bool config_is_name(const char *text)
{
    return text[0] != '\0' && strlen(text) <= LW_NAME_MAX;
}
