/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a configuration can be put in force: the desk itself, its queues, dispositions and channels.
 */
#include <stdarg.h>
#include <stdio.h>

#include "config_check.h"
#include "config_nobody.h"
#include "config_opening.h"
#include "config_order.h"
#include "config_refusals.h"
#include "policy.h"

static lw_status check_channels(const struct core_config *config, char *reason, size_t reason_size);
static lw_status check_dispositions(const struct core_config *config, char *reason, size_t reason_size);
static lw_status check_queues(const struct core_config *config, char *reason, size_t reason_size);

lw_status core_config_check(const struct core_config *config, char *reason, size_t reason_size)
{
    if (config->desk[0] == '\0')
        return config_wrong(reason, reason_size, "the desk has no name");
    if (config->rep_count == 0)
        return config_wrong(reason, reason_size, "the desk has no reps");
    if (!policy_find(config->policy))
        return config_wrong(reason, reason_size, "there is no policy '%s'", config->policy);
    if (config->disposition_count == 0)
        return config_wrong(reason, reason_size, "the desk has no dispositions: a lead could never be completed");
    lw_status status = config_check_reps(config, reason, reason_size);
    if (status == LW_OK)
        status = config_check_caps(config, reason, reason_size);
    if (status == LW_OK)
        status = config_check_rules(config, reason, reason_size);
    if (status != LW_OK)
        return status;
    if (config->absent_leads_max > CONFIG_ABSENT_LEADS_MAX)
        return config_wrong(reason, reason_size, "absent leads must be at most %d", CONFIG_ABSENT_LEADS_MAX);
    if (config->offers_max < 1 || config->offers_max > 32)
        return config_wrong(reason, reason_size, "offers_max must be 1 to 32");
    if (config->call_backs.most < 1 || config->call_backs.most > CONFIG_CALL_BACKS_MAX)
        return config_wrong(reason, reason_size, "the call-backs of a lead must be 1 to %d", CONFIG_CALL_BACKS_MAX);
    if (config->people.join && (config->people.window_ms < 1 || config->people.window_ms > CONFIG_WINDOW_MAX_MS))
        return config_wrong(reason, reason_size, "the time in which contacts of a person join must be above 0 and at most 366 days");
    if (config->reopen_for_ms > CONFIG_WINDOW_MAX_MS)
        return config_wrong(reason, reason_size, "ended leads can be reopened for at most 366 days");
    if (config->people.customer_for_ms > CONFIG_WINDOW_MAX_MS)
        return config_wrong(reason, reason_size, "people are customers for at most 366 days");
    if (config->transfer_for_ms < 1)
        return config_wrong(reason, reason_size, "the time that a transfer is for one rep alone must be above 0");
    if (config->grace_ms < 1 || config->park_limit_ms < 1 || config->work_limit_ms < 1 || config->retry_same_rep_ms < 1)
        return config_wrong(reason, reason_size, "grace, park limit, work limit and retry time must be above 0");
    if (config->park_nudge_ms >= config->park_limit_ms)
        return config_wrong(reason, reason_size, "a parked lead expires before managers are told of it again: the time until that must be shorter than the park limit");
    status = config_refusals_check(config, reason, reason_size);
    if (status == LW_OK)
        status = config_nobody_check(&config->nobody_there, reason, reason_size);
    if (status == LW_OK)
        status = config_opening_check(config, reason, reason_size);
    if (status == LW_OK)
        status = config_check_texts(config, reason, reason_size);
    if (status == LW_OK)
        status = config_check_rep_names(config, reason, reason_size);
    if (status == LW_OK)
        status = check_queues(config, reason, reason_size);
    if (status == LW_OK && config_order_problem(config, reason, reason_size))
        status = LW_INVALID;
    if (status == LW_OK)
        status = config_check_relaxations(config, reason, reason_size);
    if (status == LW_OK)
        status = config_check_pairs(config, reason, reason_size);
    if (status == LW_OK)
        status = check_dispositions(config, reason, reason_size);
    return status == LW_OK ? check_channels(config, reason, reason_size) : status;
}

static lw_status check_queues(const struct core_config *config, char *reason, size_t reason_size)
{
    for (uint32_t i = 0; i < config->queue_count; i++) {
        const struct config_queue *queue = &config->queues[i];
        if (!config_is_name(queue->name))
            return config_wrong(reason, reason_size, "queue %u: its name must have 1 to %d bytes", i + 1, LW_NAME_MAX);
        if (queue->policy[0] != '\0' && !policy_find(queue->policy))
            return config_wrong(reason, reason_size, "queue '%s': there is no policy '%s'", queue->name, queue->policy);
    }
    return LW_OK;
}

static lw_status check_dispositions(const struct core_config *config, char *reason, size_t reason_size)
{
    for (uint32_t i = 0; i < config->disposition_count; i++) {
        const struct config_disposition *disposition = &config->dispositions[i];
        if (disposition->follow_up < FOLLOW_UP_END || disposition->follow_up > FOLLOW_UP_SUPPRESS)
            return config_wrong(reason, reason_size, "disposition '%s': what follows is not known", disposition->code);
        if (disposition->follow_up != FOLLOW_UP_CALL_BACK && disposition->follow_up != FOLLOW_UP_APPOINTMENT)
            continue;
        if (disposition->at_most_ms < 1 || disposition->at_most_ms > CONFIG_SCHEDULE_MAX_MS || disposition->at_least_ms > disposition->at_most_ms)
            return config_wrong(reason, reason_size, "disposition '%s': the latest time must be within a year, and not before the earliest", disposition->code);
        if (disposition->after_ms != 0 && (disposition->after_ms < disposition->at_least_ms || disposition->after_ms > disposition->at_most_ms))
            return config_wrong(reason, reason_size, "disposition '%s': its time is not between the earliest and the latest", disposition->code);
    }
    return LW_OK;
}

/* What is interrupted interrupts nothing: else a call could interrupt the call that interrupted a form. */
static lw_status check_interrupts(const struct core_config *config, uint32_t number, char *reason, size_t reason_size)
{
    const char *name = lw_channel_name((lw_channel)number);
    uint8_t interrupts = config->channels[number].interrupts;
    if (interrupts >> LW_CHANNEL_COUNT != 0 || (interrupts & 1) != 0)
        return config_wrong(reason, reason_size, "channel %s interrupts what is no channel", name);
    for (uint32_t i = 1; i < LW_CHANNEL_COUNT; i++) {
        if ((interrupts >> i & 1) != 0 && config->channels[i].interrupts != 0)
            return config_wrong(reason, reason_size, "channel %s cannot interrupt %s, which interrupts others itself", name, lw_channel_name((lw_channel)i));
    }
    return LW_OK;
}

static lw_status check_channels(const struct core_config *config, char *reason, size_t reason_size)
{
    uint32_t most = 0;
    bool any = false;
    for (uint32_t i = 0; i < config->rep_count; i++)
        most = config->reps[i].capacity > most ? config->reps[i].capacity : most;
    for (uint32_t i = 1; i < LW_CHANNEL_COUNT; i++) {
        const struct config_channel *channel = &config->channels[i];
        const char *name = lw_channel_name((lw_channel)i);
        if (!channel->enabled)
            continue;
        any = true;
        if (channel->weight < 1 || channel->weight > CONFIG_WEIGHT_MAX)
            return config_wrong(reason, reason_size, "channel %s: weight must be 1 to %d", name, CONFIG_WEIGHT_MAX);
        if (channel->weight > most)
            return config_wrong(reason, reason_size, "channel %s: weight %u is above every rep's capacity (at most %u): nobody could ever take one",
                                name, channel->weight, most);
        if (channel->priority > CONFIG_PRIORITY_MAX)
            return config_wrong(reason, reason_size, "channel %s: priority above %d", name, CONFIG_PRIORITY_MAX);
        if (channel->offer_timeout_ms < 1 || channel->wait_limit_ms < 1 || channel->connect_timeout_ms < 1)
            return config_wrong(reason, reason_size, "channel %s: offer timeout, wait limit and connect timeout must be above 0", name);
        lw_status status = check_interrupts(config, i, reason, reason_size);
        if (status != LW_OK)
            return status;
        if (channel->nudge_percent > 99)
            return config_wrong(reason, reason_size, "channel %s: a nudge comes at 0 to 99 percent of the time for the first touch", name);
    }
    return any ? LW_OK : config_wrong(reason, reason_size, "the desk serves no channel");
}

lw_status config_wrong(char *reason, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, size, format, arguments);
    va_end(arguments);
    return LW_INVALID;
}
