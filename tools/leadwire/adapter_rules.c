/* SPDX-License-Identifier: Apache-2.0 */
#include "adapter_rules.h"

#include <stdarg.h>
#include <stdio.h>

const char *adapter_rule_name(enum adapter_rule rule)
{
    static const char *const names[ADAPTER_RULES_END] = {
        [ADAPTER_RULE_NONE] = "none",
#define X(number, NAME, name) [number] = name,
        ADAPTER_RULE_TABLE(X)
#undef X
    };
    return names[rule];
}

const char *adapter_verdict_name(enum adapter_verdict verdict)
{
    static const char *const names[] = {[ADAPTER_NOT_SEEN] = "not_seen", [ADAPTER_PASS] = "pass", [ADAPTER_FAIL] = "fail"};
    return names[verdict];
}

void adapter_rule_pass(struct adapter_rules *rules, enum adapter_rule rule, const char *detail)
{
    if (rules->of[rule].verdict == ADAPTER_FAIL)
        return;
    rules->of[rule].verdict = ADAPTER_PASS;
    snprintf(rules->of[rule].detail, ADAPTER_DETAIL_SIZE, "%s", detail);
}

void adapter_rule_fail(struct adapter_rules *rules, enum adapter_rule rule, const char *format, ...)
{
    if (rules->of[rule].verdict == ADAPTER_FAIL)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(rules->of[rule].detail, ADAPTER_DETAIL_SIZE, format, arguments);
    va_end(arguments);
    rules->of[rule].verdict = ADAPTER_FAIL;
}

void adapter_rule_missed(struct adapter_rules *rules, enum adapter_rule rule, const char *why)
{
    if (rules->of[rule].verdict == ADAPTER_NOT_SEEN)
        snprintf(rules->of[rule].detail, ADAPTER_DETAIL_SIZE, "%s", why);
}

bool adapter_rule_failed(const struct adapter_rules *rules, enum adapter_rule rule)
{
    return rules->of[rule].verdict == ADAPTER_FAIL;
}

size_t adapter_rules_count(const struct adapter_rules *rules, enum adapter_verdict verdict)
{
    size_t count = 0;
    for (int rule = 1; rule < ADAPTER_RULES_END; rule++)
        count += rules->of[rule].verdict == verdict;
    return count;
}
