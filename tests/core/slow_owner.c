/* SPDX-License-Identifier: Apache-2.0
 *
 * Customers, and the rep whom a returning person comes to first.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>

/* No later word on the same key. */
static bool is_latest(const struct slow_desk *desk, int at)
{
    for (int i = at + 1; i < desk->won_count; i++) {
        if (strcmp(desk->won[i].key, desk->won[at].key) == 0)
            return false;
    }
    return true;
}

const struct slow_won *last_won(const struct slow_desk *desk, char keys[][KEY_TEXT], uint32_t count)
{
    const struct slow_won *last = NULL;
    for (int i = 0; i < desk->won_count; i++) {
        for (uint32_t k = 0; k < count; k++) {
            if (strcmp(desk->won[i].key, keys[k]) == 0 && is_latest(desk, i) && desk->now_ms - desk->won[i].at_ms <= desk->rules->people.customer_for_ms)
                last = &desk->won[i];
        }
    }
    return last;
}

static struct slow_won *latest_of(struct slow_desk *desk, const char *key)
{
    struct slow_won *latest = NULL;
    for (int i = 0; i < desk->won_count; i++)
        latest = strcmp(desk->won[i].key, key) == 0 ? &desk->won[i] : latest;
    return latest;
}

static void append_won(struct slow_desk *desk, const char *key, int rep, uint64_t at_ms, const char *bought)
{
    const struct slow_won *before = latest_of(desk, key);
    assert(desk->won_count < KNOWN);
    struct slow_won *won = &desk->won[desk->won_count++];
    strcpy(won->key, key);
    strcpy(won->bought, bought[0] != '\0' ? bought : before ? before->bought : "");
    won->rep = rep;
    won->at_ms = at_ms;
}

void note_won(struct slow_desk *desk, const struct slow_lead *lead, const char *disposition)
{
    bool won = false;
    for (uint32_t i = 0; i < desk->rules->disposition_count; i++)
        won |= strcmp(desk->rules->dispositions[i].code, disposition) == 0 && desk->rules->dispositions[i].class_number == 1;
    for (uint32_t k = 0; won && desk->rules->people.customer_for_ms > 0 && k < lead->key_count; k++)
        append_won(desk, lead->keys[k], lead->rep, desk->now_ms, "");
}

static bool may_name(const struct slow_desk *desk, const struct core_command *command, int rep, uint64_t at_ms)
{
    return desk->rules->people.customer_for_ms > 0 && command->customer.key_count > 0 && at_ms <= desk->now_ms &&
           desk->now_ms - at_ms <= desk->rules->people.customer_for_ms &&
           (command->customer.owner.size == 0 || (rep >= 0 && desk->reps[rep].rules));
}

void name_customer(struct slow_desk *desk, const struct core_command *command)
{
    const struct desk_id none = {0};
    char owner[TEXT], bought[TEXT], keys[CORE_PERSON_KEYS_MAX][KEY_TEXT];
    const bool says_when = command->customer.bought_unix_ms > 0;
    const uint64_t at_ms = says_when ? (uint64_t)command->customer.bought_unix_ms : desk->now_ms;
    bool any = false;
    copy_text(owner, command->customer.owner);
    copy_text(bought, command->customer.bought);
    int rep = owner[0] != '\0' ? find_rep(desk, owner) : -1;
    if (!desk->rules || !may_name(desk, command, rep, at_ms)) {
        answer(desk, command, desk->rules ? CORE_REJECTED : CORE_BUSY, none);
        return;
    }
    uint32_t count = write_keys(command->customer.keys, command->customer.key_count, (struct core_text){"", 0}, keys);
    for (uint32_t k = 0; k < count; k++) {
        const struct slow_won *have = latest_of(desk, keys[k]);
        bool is_same = have && have->rep == rep && strcmp(have->bought, bought) == 0;
        if (have && (says_when ? have->at_ms > at_ms || (have->at_ms == at_ms && is_same) : is_same))
            continue;
        append_won(desk, keys[k], rep, at_ms, bought);
        any = true;
    }
    answer(desk, command, any ? CORE_ACCEPTED : CORE_DUPLICATE, none);
}

static bool is_there(const struct slow_desk *desk, int number, const struct slow_lead *lead)
{
    const struct slow_rep *rep = &desk->reps[number];
    uint32_t weight = channel_of(desk, lead->channel)->weight;
    if (!rep->rules || !rep->connected || (rep->state != REP_AVAILABLE && rep->state != REP_WRAP_UP) || !at_work(desk, rep) ||
        is_at_cap(desk, number, lead->source) || team_rule_against(desk, number) || weight > rep->rules->capacity)
        return false;
    return !is_call(lead) || (rep->state == REP_AVAILABLE && slow_rings(rep) && load_of(desk, number) + weight <= rep->rules->capacity);
}

/* Who has another lead of the person; else who is named; else who won the last; else whom the rule names. */
void prefer_owner(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command)
{
    char keys[CORE_PERSON_KEYS_MAX][KEY_TEXT];
    uint32_t count = read_keys(desk, command, keys);
    const struct slow_lead *open = find_open(desk, keys, count);
    const char *field = desk->rules->people.owner_from;
    const char *name = field ? command->publish.read_field(command->publish.fields, field) : NULL;
    int rep = open && held(open) ? open->rep : -1;
    const struct config_rule *rule = find_rule(desk, command);
    int named = rule->owner ? find_rep(desk, rule->owner) : -1;
    if (named >= 0 && is_there(desk, named, lead)) {   /* unless the person's is there too */
        lead->preferred = named;
        lead->preferred_until_ms = desk->now_ms + rule->owner_for_ms;
    }
    if (desk->rules->people.owner_for_ms == 0 || !command->publish.read_person || command->publish.is_test)
        return;
    if (rep < 0 && name)
        rep = find_rep(desk, name);
    const struct slow_won *won = rep < 0 ? last_won(desk, keys, count) : NULL;
    rep = won ? won->rep : rep;
    if (rep < 0 || !is_there(desk, rep, lead))
        return;
    lead->preferred = rep;
    lead->preferred_until_ms = desk->now_ms + desk->rules->people.owner_for_ms;
}
