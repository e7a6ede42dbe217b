/* SPDX-License-Identifier: Apache-2.0
 *
 * A customer whom somebody names: won elsewhere, or before this desk was. It is kept as if a lead of the person had been won
 * then, by whoever is named; what is known already, or of a later time, stands. Each key is a record of its own.
 */
#include "core_commands.h"
#include "core_internal.h"
#include "effects.h"
#include "known.h"
#include "people.h"

enum { BOUGHT_MAX = LW_NAME_MAX };

/* NULL: it can be kept. */
static const char *refusal(const struct core *core, const struct core_command *command)
{
    const uint64_t at_ms = command->customer.bought_unix_ms > 0 ? (uint64_t)command->customer.bought_unix_ms : core->now_ms;
    if (core->config->people.customer_for_ms == 0)
        return "the desk's rules remember no customers: people: {customer_for: 365d}";
    if (command->customer.key_count == 0)
        return "neither phone nor email";
    if (at_ms > core->now_ms)
        return "bought in the future";
    if (core->now_ms - at_ms > core->config->people.customer_for_ms)
        return "bought longer ago than the desk's rules remember customers";
    if (command->customer.bought.size > BOUGHT_MAX)
        return "what was bought has a name that is too long";
    return NULL;
}

static void keep(struct core *core, const struct known_key *key)
{
    const struct seen_image image = {.key = key->key, .content_hash = key->rep, .at_ms = key->at_ms, .serial = key->serial, .kind = SEEN_NAMED,
                                     .end = LEAD_COMPLETED, .bought = names_view(&core->names, key->bought - 1)};
    known_keep(&core->known, key, true);
    byte_buffer_clear(&core->record);
    record_put_seen(&core->record, &image);
    emit_record(core, RECORD_SEEN);
}

/* Said already, or something later is known. */
static bool is_known(const struct core *core, const struct core_command *command, const struct known_key *wanted)
{
    const struct known_key *have = known_find(&core->known, wanted->key);
    if (!have)
        return false;
    const bool is_same = have->rep == wanted->rep && have->bought == wanted->bought;
    if (command->customer.bought_unix_ms == 0)
        return is_same;
    return have->at_ms > wanted->at_ms || (have->at_ms == wanted->at_ms && is_same);
}

/* Half of all names are for rules and sources, which must not be kept out. */
static bool name_bought(struct core *core, struct core_text bought, uint32_t *out)
{
    uint32_t number = bought.size > 0 ? names_find(&core->names, bought.data, bought.size) : NAME_NONE;
    if (bought.size > 0 && number == NAME_NONE && core->names.count < NAMES_MAX / 2)
        number = names_add(&core->names, bought.data, bought.size);
    *out = number + 1;   /* 0 without any */
    return bought.size == 0 || number != NAME_NONE;
}

void command_customer(struct core *core, const struct core_command *command)
{
    const struct desk_id none = {0};
    struct person person;
    const char *why_not = core->config ? refusal(core, command) : "the desk has no rules yet: apply a desk.yaml";
    if (why_not) {
        reply(core, command, core->config ? CORE_REJECTED : CORE_BUSY, why_not, none);
        return;
    }
    const struct core_text owner = command->customer.owner, bought = command->customer.bought;
    const struct rep *rep = owner.size > 0 ? rep_table_by_name(&core->reps, owner.data, owner.size) : NULL;
    if (owner.size > 0 && (!rep || !rep->configured)) {
        reply(core, command, CORE_REJECTED, "the rules have no rep of the owner's name", none);
        return;
    }
    struct known_key key = {.rep = rep ? rep->number : 0,
                            .at_ms = command->customer.bought_unix_ms > 0 ? (uint64_t)command->customer.bought_unix_ms : core->now_ms};
    if (!name_bought(core, bought, &key.bought)) {
        reply(core, command, CORE_REJECTED, "too many different things were bought", none);
        return;
    }
    bool any = false;
    person_of_keys(core, command->customer.keys, command->customer.key_count, (struct core_text){"", 0}, &person);
    for (uint32_t i = 0; i < person.key_count; i++) {
        key.key = person.keys[i];
        if (is_known(core, command, &key))
            continue;
        key.serial = core_next_revision(core);
        keep(core, &key);
        any = true;
    }
    reply(core, command, any ? CORE_ACCEPTED : CORE_DUPLICATE, "", none);
}
