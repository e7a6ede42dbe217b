/* SPDX-License-Identifier: Apache-2.0
 *
 * Customers, and the rep whom a returning person comes to first.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>

int who_won(const struct slow_desk *desk, char keys[][KEY_TEXT], uint32_t count)
{
    int rep = -1;
    for (int i = 0; i < desk->won_count; i++) {
        for (uint32_t k = 0; k < count; k++) {
            if (strcmp(desk->won[i].key, keys[k]) == 0 && desk->now_ms - desk->won[i].at_ms <= desk->rules->people.customer_for_ms)
                rep = desk->won[i].rep;
        }
    }
    return rep;
}

void note_won(struct slow_desk *desk, const struct slow_lead *lead, const char *disposition)
{
    bool won = false;
    for (uint32_t i = 0; i < desk->rules->disposition_count; i++)
        won |= strcmp(desk->rules->dispositions[i].code, disposition) == 0 && desk->rules->dispositions[i].class_number == 1;
    for (uint32_t k = 0; won && desk->rules->people.customer_for_ms > 0 && k < lead->key_count; k++) {
        assert(desk->won_count < KNOWN);
        strcpy(desk->won[desk->won_count].key, lead->keys[k]);
        desk->won[desk->won_count].rep = lead->rep;
        desk->won[desk->won_count++].at_ms = desk->now_ms;
    }
}

static bool is_there(const struct slow_desk *desk, int number, const struct slow_lead *lead)
{
    const struct slow_rep *rep = &desk->reps[number];
    uint32_t weight = channel_of(desk, lead->channel)->weight;
    if (!rep->rules || !rep->connected || (rep->state != REP_AVAILABLE && rep->state != REP_WRAP_UP) || !at_work(desk, rep) ||
        is_at_cap(desk, number, lead->source) || team_rule_against(desk, number) || weight > rep->rules->capacity)
        return false;
    return !is_call(lead) || (rep->state == REP_AVAILABLE && rep->rules->device[0] != '\0' && load_of(desk, number) + weight <= rep->rules->capacity);
}

/* Who has another lead of the person; else who is named; else who won the last. */
void prefer_owner(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command)
{
    char keys[CORE_PERSON_KEYS_MAX][KEY_TEXT];
    uint32_t count = read_keys(desk, command, keys);
    const struct slow_lead *open = find_open(desk, keys, count);
    const char *field = desk->rules->people.owner_from;
    const char *name = field ? command->publish.read_field(command->publish.fields, field) : NULL;
    int rep = open && held(open) ? open->rep : -1;
    if (desk->rules->people.owner_for_ms == 0 || !command->publish.read_person || command->publish.is_test)
        return;
    if (rep < 0 && name)
        rep = find_rep(desk, name);
    if (rep < 0)
        rep = who_won(desk, keys, count);
    if (rep < 0 || !is_there(desk, rep, lead))
        return;
    lead->preferred = rep;
    lead->preferred_until_ms = desk->now_ms + desk->rules->people.owner_for_ms;
}
