/* SPDX-License-Identifier: Apache-2.0
 *
 * Who wanted to hear no more: every word that was said, in order; of each key the last one counts.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>

static const struct slow_stop *last_word(const struct slow_desk *desk, const char *key)
{
    const struct slow_stop *last = NULL;
    for (int i = 0; i < desk->stop_count; i++)
        last = strcmp(desk->stops[i].key, key) == 0 ? &desk->stops[i] : last;
    return last;
}

static void say(struct slow_desk *desk, const char *key, bool stop, uint64_t at_ms, struct core_text words)
{
    const struct slow_stop *had = last_word(desk, key);
    if ((!stop && (!had || !had->stop)) || (had && had->at_ms > at_ms) || (had && had->at_ms == at_ms && had->stop == stop))
        return;
    assert(desk->stop_count < KNOWN);
    struct slow_stop *said = &desk->stops[desk->stop_count++];
    *said = (struct slow_stop){.stop = stop, .at_ms = at_ms};
    strcpy(said->key, key);
    copy_text(said->words, words);
}

static uint64_t when(const struct slow_desk *desk, int64_t claimed_ms)
{
    return claimed_ms > 0 && (uint64_t)claimed_ms < desk->now_ms ? (uint64_t)claimed_ms : desk->now_ms;
}

const struct slow_stop *stop_of(const struct slow_desk *desk, const struct core_command *command, char keys[][KEY_TEXT], uint32_t count)
{
    const bool agrees = command->publish.opts_in && !command->publish.wants_no_more;
    const struct slow_stop *found = NULL;
    for (uint32_t k = 0; k < count && desk->rules->people.keeps_stops; k++) {
        const struct slow_stop *last = last_word(desk, keys[k]);
        bool counts = last && last->stop && !(agrees && last->at_ms <= when(desk, command->publish.opt_in_unix_ms));
        found = counts && last > found ? last : found;
    }
    return found;
}

void carry_stop(const struct slow_desk *desk, const struct slow_stop *stop, struct core_command *command, uint8_t *room)
{
    const struct core_text words = {stop->words, (uint32_t)strlen(stop->words)};
    const uint32_t size = command->publish.payload_size;
    memcpy(room, command->publish.payload, size);
    command->publish.payload = room;
    if (command->publish.write_stop)
        command->publish.payload_size += command->publish.write_stop(command->publish.fields, stop->at_ms, words, room + size);
    command->publish.wants_no_more |= desk->rules->people.parks_stopped;
}

void hear_stop(struct slow_desk *desk, const struct core_command *command, char keys[][KEY_TEXT], uint32_t count)
{
    const bool stop = command->publish.wants_no_more;
    const uint64_t at_ms = when(desk, stop ? command->publish.stop_unix_ms : command->publish.opt_in_unix_ms);
    for (uint32_t k = 0; k < count && desk->rules->people.keeps_stops && (stop || command->publish.opts_in); k++)
        say(desk, keys[k], stop, at_ms, stop ? command->publish.stop_words : (struct core_text){"", 0});
}

void note_stop(struct slow_desk *desk, const struct slow_lead *lead, const struct config_disposition *disposition)
{
    const bool stop = disposition->class_number == 6 || disposition->follow_up == FOLLOW_UP_SUPPRESS;
    for (uint32_t k = 0; k < lead->key_count && desk->rules->people.keeps_stops && stop; k++)
        say(desk, lead->keys[k], true, desk->now_ms, (struct core_text){disposition->code, (uint32_t)strlen(disposition->code)});
}
