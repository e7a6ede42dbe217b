/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_together.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void desk_together_begin(struct desk_together *together)
{
    leadwire__v1__rule_config__init(&together->rule);
    together->rule.require = together->require;
}

static size_t asked_count(const Leadwire__V1__RuleConfig *rule)
{
    return rule->n_require + (rule->language != NULL) + (rule->territory != NULL);
}

/* Of one skill the higher level; what is too many is left out. */
static void add_skill(Leadwire__V1__RuleConfig *rule, Leadwire__V1__SkillLevel *level)
{
    for (size_t i = 0; i < rule->n_require; i++) {
        if (strcmp(rule->require[i]->skill, level->skill) != 0)
            continue;
        if (level->level > rule->require[i]->level)
            rule->require[i] = level;
        return;
    }
    if (asked_count(rule) < DESK_REQUIRE_TOGETHER_MAX)
        rule->require[rule->n_require++] = level;
}

void desk_together_add(struct desk_together *together, const Leadwire__V1__RuleConfig *rule)
{
    Leadwire__V1__RuleConfig *all = &together->rule;
    if (rule->language != NULL)
        all->language = NULL;
    if (rule->territory != NULL)
        all->territory = NULL;
    for (size_t i = 0; i < rule->n_require; i++)
        add_skill(all, rule->require[i]);
    if (rule->language != NULL && asked_count(all) < DESK_REQUIRE_TOGETHER_MAX)
        all->language = rule->language;
    if (rule->territory != NULL && asked_count(all) < DESK_REQUIRE_TOGETHER_MAX)
        all->territory = rule->territory;
    if (rule->n_teams > 0) {
        all->n_teams = rule->n_teams;
        all->teams = rule->teams;
    }
    if (rule->n_relax > 0) {
        all->n_relax = rule->n_relax;
        all->relax = rule->relax;
    }
}

static bool has_value(const Leadwire__V1__Predicate *predicate, const char *value)
{
    for (size_t i = 0; i < predicate->n_values; i++) {
        if (strcasecmp(predicate->values[i], value) == 0)
            return true;
    }
    return false;
}

static bool values_are_among(const Leadwire__V1__Predicate *some, const Leadwire__V1__Predicate *all)
{
    for (size_t i = 0; i < some->n_values; i++) {
        if (!has_value(all, some->values[i]))
            return false;
    }
    return true;
}

static bool values_meet(const Leadwire__V1__Predicate *a, const Leadwire__V1__Predicate *b)
{
    for (size_t i = 0; i < a->n_values; i++) {
        if (has_value(b, a->values[i]))
            return true;
    }
    return false;
}

static bool predicate_follows(const Leadwire__V1__Predicate *predicate, const Leadwire__V1__Predicate *by)
{
    if (strcmp(predicate->field, by->field) != 0)
        return false;
    if (predicate->kind == LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EXISTS)
        return by->kind != LEADWIRE__V1__PREDICATE_KIND__PREDICATE_MISSING;
    return predicate->kind == by->kind && values_are_among(by, predicate);
}

bool desk_rule_follows(const Leadwire__V1__RuleConfig *rule, const Leadwire__V1__RuleConfig *by)
{
    for (size_t i = 0; i < rule->n_when; i++) {
        bool follows = false;
        for (size_t k = 0; k < by->n_when && !follows; k++)
            follows = predicate_follows(rule->when[i], by->when[k]);
        if (!follows)
            return false;
    }
    return true;
}

/* The largest (smallest) of the numbers that such a predicate lets in; false where it has none that is a number. */
static bool limit_of(const Leadwire__V1__Predicate *predicate, long long *out)
{
    const bool is_most = predicate->kind == LEADWIRE__V1__PREDICATE_KIND__PREDICATE_AT_MOST;
    for (size_t i = 0; i < predicate->n_values; i++) {
        char *end = NULL;
        const long long number = strtoll(predicate->values[i], &end, 10);
        if (end == predicate->values[i] || *end != '\0')
            return false;
        *out = i == 0 || (is_most ? number > *out : number < *out) ? number : *out;
    }
    return predicate->n_values > 0;
}

static bool is_empty_range(const Leadwire__V1__Predicate *least, const Leadwire__V1__Predicate *most)
{
    long long from = 0, to = 0;
    return least->kind == LEADWIRE__V1__PREDICATE_KIND__PREDICATE_AT_LEAST && most->kind == LEADWIRE__V1__PREDICATE_KIND__PREDICATE_AT_MOST &&
           limit_of(least, &from) && limit_of(most, &to) && from > to;
}

static bool predicates_exclude(const Leadwire__V1__Predicate *a, const Leadwire__V1__Predicate *b)
{
    const Leadwire__V1__PredicateKind missing = LEADWIRE__V1__PREDICATE_KIND__PREDICATE_MISSING, equals = LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EQUALS;
    if (strcmp(a->field, b->field) != 0)
        return false;
    if ((a->kind == missing) != (b->kind == missing))
        return true;
    if (a->kind == equals && b->kind == equals)
        return !values_meet(a, b);
    return is_empty_range(a, b) || is_empty_range(b, a);
}

bool desk_rules_exclude(const Leadwire__V1__RuleConfig *a, const Leadwire__V1__RuleConfig *b)
{
    for (size_t i = 0; i < a->n_when; i++) {
        for (size_t k = 0; k < b->n_when; k++) {
            if (predicates_exclude(a->when[i], b->when[k]))
                return true;
        }
    }
    return false;
}
