/* SPDX-License-Identifier: Apache-2.0
 *
 * A publisher brings a lead.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>


int open_count(const struct slow_desk *desk)
{
    int count = 0;
    for (int i = 0; i < desk->lead_count; i++)
        count += desk->leads[i].open;
    return count;
}

/* In small letters; of a language what stands before '-'; "other" if no rep and no rule has such a one. */
static void ask_for_own(const struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command,
                        const struct config_own_need *own, const char *prefix)
{
    const char *value = own->field ? command->publish.read_field(command->publish.fields, own->field) : NULL;
    bool is_known = false;
    char name[TEXT];
    if (!value || !*value)
        return;
    strcpy(name, prefix);
    size_t size = strlen(prefix);
    for (; *value && !(*prefix == 'l' && *value == '-'); value++)
        name[size++] = (char)(*value >= 'A' && *value <= 'Z' ? *value - 'A' + 'a' : *value);
    name[size] = '\0';
    for (uint32_t i = 0; i < desk->rules->skill_count; i++)
        is_known |= strcmp(desk->rules->skills[i], name) == 0;
    if (!is_known) {
        strcpy(name, prefix);
        strcat(name, "other");
    }
    strcpy(lead->require[lead->require_count], name);
    lead->require_level[lead->require_count++] = own->level;
}

static void fill_lead(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command, const struct config_rule *rule)
{
    const uint64_t month_ms = 30ull * 24 * 3600 * 1000;
    uint8_t channel = command->publish.channel;
    uint64_t received_ms = command->publish.received_unix_ms > 0 ? (uint64_t)command->publish.received_unix_ms : desk->now_ms;
    if (received_ms > desk->now_ms)
        received_ms = desk->now_ms;
    if (received_ms + month_ms < desk->now_ms)
        received_ms = desk->now_ms - month_ms;
    *lead = (struct slow_lead){.open = true, .id = {desk->epoch, ++desk->next_number}, .channel = channel, .received_ms = received_ms, .rep = -1, .preferred = -1, .set_by = -1,
                               .wait_deadline_ms = desk->now_ms + channel_of(desk, channel)->wait_limit_ms,
                               .priority = rule->priority + channel_of(desk, channel)->priority,
                               .weight = channel_of(desk, channel)->weight, .require_count = rule->require_count,
                               .payload_size = command->publish.payload_size};
    copy_text(lead->source, command->publish.source);
    strcpy(lead->queue, rule->queue);
    strcpy(lead->rule, rule->name);
    lead->began_ms = desk->now_ms;
    lead->value = value_by(rule, command);
    lead->touch_for_ms = rule->first_touch_ms;
    plan_less(desk, lead);
    memcpy(lead->payload, command->publish.payload, lead->payload_size);
    for (uint32_t i = 0; i < rule->require_count; i++) {
        strcpy(lead->require[i], desk->rules->skills[rule->require[i].skill]);
        lead->require_level[i] = rule->require[i].level;
    }
    for (uint32_t i = 0; i < rule->prefer_count; i++) {
        strcpy(lead->prefer[i], desk->rules->skills[rule->prefer[i].skill]);
        lead->prefer_level[i] = rule->prefer[i].level;
    }
    lead->prefer_count = rule->prefer_count;
    ask_for_own(desk, lead, command, &rule->own_language, "language:");
    ask_for_own(desk, lead, command, &rule->own_territory, "territory:");
    lead->call_back = channel == LW_CHANNEL_PHONE && command->publish.is_voicemail;
    lead->own_teams = rule->team_count == 0;
    for (uint32_t i = 0; i < rule->team_count; i++)
        strcpy(lead->teams[lead->team_count++], rule->teams[i]);
}

void publish(struct slow_desk *desk, const struct core_command *said)
{
    struct core_command carried = *said, *const command = &carried;
    uint8_t with_stop[64 + CORE_STOP_BYTES_MAX];
    const struct desk_id none = {0};
    char source[TEXT], id[TEXT], keys[CORE_PERSON_KEYS_MAX][KEY_TEXT];
    if (!desk->rules) {
        answer(desk, command, CORE_BUSY, none);
        return;
    }
    copy_text(source, command->publish.source);
    copy_text(id, command->publish.idempotency_id);
    const uint32_t count = read_keys(desk, command, keys);
    desk->customer = last_won(desk, keys, count);
    const struct slow_stop *stop = stop_of(desk, command, keys, count);
    desk->is_stopped = stop != NULL;
    const struct slow_seen *seen = recall(desk, 'p', source, id);
    if (seen) {
        answer_joined(desk, command, seen->hash == command->publish.content_hash ? CORE_DUPLICATE : CORE_DUPLICATE_DIFFERS, seen->lead, seen->joined);
        return;
    }
    if (is_paused(desk, source)) {
        answer_busy(desk, command, 10000);
        return;
    }
    if (command->publish.channel >= LW_CHANNEL_COUNT || !channel_of(desk, command->publish.channel)->enabled) {
        answer(desk, command, CORE_REJECTED, none);
        return;
    }
    const bool is_taken = find_rule(desk, command) || follows_open(desk, command);
    const uint32_t wait_ms = is_taken ? wait_to_remember(desk, open_count(desk)) : 0;
    if (wait_ms > 0) {
        answer_busy(desk, command, wait_ms);
        return;
    }
    if (stop)
        carry_stop(desk, stop, &carried, with_stop);
    if (is_taken)
        hear_stop(desk, said, keys, count);
    if (follow(desk, command))
        return;
    if (!find_rule(desk, command)) {
        answer(desk, command, CORE_REJECTED, none);
        return;
    }
    if (join(desk, command))
        return;
    if (open_count(desk) >= (int)desk->limits.leads_max) {
        answer(desk, command, CORE_BUSY, none);
        return;
    }
    assert(desk->lead_count < LEADS);
    struct slow_lead *lead = &desk->leads[desk->lead_count++];
    fill_lead(desk, lead, command, find_rule(desk, command));
    if (!command->publish.is_test)
        take_in(desk);
    prefer_owner(desk, lead, command);
    know(desk, lead, command);
    move(desk, lead, LEAD_WAITING, CAUSE_PUBLISHED, -1, lead->wait_deadline_ms, "");
    struct slow_seen entry = {.kind = 'p', .hash = command->publish.content_hash, .at_ms = desk->now_ms, .lead = lead->id};
    strcpy(entry.name, source);
    strcpy(entry.id, id);
    remember(desk, entry);
    if (command->publish.wants_no_more && desk->rules->people.parks_stopped && !is_call(lead) && !command->publish.is_test)
        move(desk, lead, LEAD_PARKED, CAUSE_SET_ASIDE, -1, desk->now_ms + desk->rules->park_limit_ms, "");
    answer(desk, command, CORE_ACCEPTED, lead->id);
    if (command->publish.is_test)
        move(desk, lead, LEAD_CANCELLED, CAUSE_TEST_LEAD, -1, 0, "");
}
