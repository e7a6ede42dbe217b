/* SPDX-License-Identifier: Apache-2.0 */
#include "stops.h"

#include "core_internal.h"
#include "lead_extra.h"
#include "people.h"

/* What is kept of them: whole characters. */
static uint32_t words_fit(struct core_text words)
{
    uint32_t size = words.size < CORE_STOP_WORDS_MAX ? words.size : CORE_STOP_WORDS_MAX;
    while (size < words.size && size > 0 && ((unsigned char)words.data[size] & 0xC0) == 0x80)
        size--;
    return size;
}

static uint64_t said_at(const struct core *core, int64_t claimed_unix_ms)
{
    const bool is_past = claimed_unix_ms > 0 && (uint64_t)claimed_unix_ms < core->now_ms;
    return is_past ? (uint64_t)claimed_unix_ms : core->now_ms;
}

const struct known_key *stops_counts(const struct core *core, const struct core_command *publish, const struct person *person)
{
    const bool agrees = publish->publish.opts_in && !publish->publish.wants_no_more;
    const uint64_t agreed_ms = agrees ? said_at(core, publish->publish.opt_in_unix_ms) : 0;
    const struct known_key *last = NULL;
    for (uint32_t i = 0; i < person->key_count && core->config->people.keeps_stops; i++) {
        const struct known_key *stop = known_find(&core->stops, person->keys[i]);
        if (stop && !stop->is_taken_back && stop->at_ms > agreed_ms && (!last || stop->serial > last->serial))
            last = stop;
    }
    return last;
}

/* Ahead of the records of its lead: who is told that the lead is in has the word kept too. */
static void keep(struct core *core, struct known_key *word)
{
    struct seen_image image;
    const struct known_key *had = known_find(&core->stops, word->key);
    if (had && (had->at_ms > word->at_ms || (had->at_ms == word->at_ms && had->is_taken_back == word->is_taken_back)))
        return;   /* of before, or the same again, of a publish that was told to come again */
    word->serial = core_next_revision(core);
    known_keep(&core->stops, word, true);
    stops_fill(word, false, &image);
    byte_buffer_clear(&core->record);
    record_put_seen(&core->record, &image);
    emit_record(core, RECORD_SEEN);
}

void stops_take(struct core *core, const struct core_command *publish, const struct person *person)
{
    const bool stops = publish->publish.wants_no_more;
    const struct core_text words = publish->publish.stop_words;
    struct known_key word = {.at_ms = said_at(core, stops ? publish->publish.stop_unix_ms : publish->publish.opt_in_unix_ms)};
    if (!core->config->people.keeps_stops || !(stops || publish->publish.opts_in))
        return;
    word.is_taken_back = !stops;
    word.words = stops ? (char *)words.data : NULL;
    word.words_size = stops ? words_fit(words) : 0;
    for (uint32_t i = 0; i < person->key_count; i++) {
        const struct known_key *had = known_find(&core->stops, person->keys[i]);
        word.key = person->keys[i];
        if (stops || (had && !had->is_taken_back))
            keep(core, &word);
    }
}

void stops_take_lead(struct core *core, const struct lead *lead, struct core_text words)
{
    const struct lead_person *person = lead->extra ? lead->extra->person : NULL;
    struct known_key word = {.at_ms = core->now_ms, .words = (char *)words.data, .words_size = words_fit(words)};
    for (const struct person_key *key = person ? person->first : NULL; key && core->config->people.keeps_stops; key = key->next) {
        word.key = key->hash;
        keep(core, &word);
    }
}

bool stops_lead(const struct core *core, const struct lead *lead)
{
    const struct lead_person *person = lead->extra ? lead->extra->person : NULL;
    for (const struct person_key *key = person ? person->first : NULL; key; key = key->next) {
        const struct known_key *stop = known_find(&core->stops, key->hash);
        if (stop && !stop->is_taken_back)
            return true;
    }
    return false;
}

void stops_carry(struct core *core, const struct core_command *publish, const struct known_key *stop, struct core_command *out)
{
    uint8_t bytes[CORE_STOP_BYTES_MAX];
    const struct core_text words = {stop->words, stop->words_size};
    const uint32_t size = publish->publish.write_stop ? publish->publish.write_stop(publish->publish.fields, stop->at_ms, words, bytes) : 0;
    assert(size <= sizeof bytes);
    *out = *publish;
    out->publish.wants_no_more |= core->config->people.parks_stopped;
    if (size == 0)
        return;
    byte_buffer_clear(&core->with_stop);
    byte_buffer_put(&core->with_stop, publish->publish.payload, publish->publish.payload_size);
    byte_buffer_put(&core->with_stop, bytes, size);
    if (core->with_stop.failed)
        return;
    out->publish.payload = core->with_stop.data;
    out->publish.payload_size = (uint32_t)core->with_stop.size;
}

/* end: which of the two words it is. */
void stops_fill(const struct known_key *stop, bool in_checkpoint, struct seen_image *image)
{
    *image = (struct seen_image){.key = stop->key, .at_ms = stop->at_ms, .serial = stop->serial, .kind = in_checkpoint ? SEEN_STOPPED : SEEN_STOP,
                                 .end = stop->is_taken_back ? LEAD_CANCELLED : LEAD_COMPLETED, .bought = {stop->words, stop->words_size}};
}

void stops_restore(struct core *core, const struct seen_image *image)
{
    known_keep(&core->stops, &(struct known_key){.key = image->key, .at_ms = image->at_ms, .serial = image->serial, .is_taken_back = image->end == LEAD_CANCELLED,
                                                 .words = (char *)image->bought.data, .words_size = image->bought.size}, image->kind == SEEN_STOP);
}
