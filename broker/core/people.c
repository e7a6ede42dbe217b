/* SPDX-License-Identifier: Apache-2.0 */
#include "lead_extra.h"
#include "lead_state.h"
#include "people.h"

#include <stdlib.h>

enum { KEY_VALUE_MAX = 512, DISPOSITION_IS_WON = 1 };   /* as leadwire.v1.DispositionClass */

/* The newest lead of a key comes first, whatever order the tree was built in: a restart finds the same. */
static int compare_keys(const struct avl_node *a, const struct avl_node *b)
{
    const struct person_key *x = AVL_ENTRY(a, struct person_key, node), *y = AVL_ENTRY(b, struct person_key, node);
    if (x->hash.hi != y->hash.hi)
        return x->hash.hi < y->hash.hi ? -1 : 1;
    if (x->hash.lo != y->hash.lo)
        return x->hash.lo < y->hash.lo ? -1 : 1;
    if (x->lead->id.number != y->lead->id.number)
        return x->lead->id.number > y->lead->id.number ? -1 : 1;
    return 0;
}

void people_init(struct core *core)
{
    avl_init(&core->people, compare_keys);
}

/* ---- keys ------------------------------------------------------------------------ */

static struct siphash_128 hash_key(const struct core *core, const struct core_person_key *key, struct core_text source)
{
    uint8_t bytes[2 + LW_NAME_MAX + KEY_VALUE_MAX];
    uint32_t scope_size = key->kind == PERSON_KEY_VENDOR ? source.size : 0, size = 2 + scope_size;
    bytes[0] = 'k';
    bytes[1] = (uint8_t)key->kind;
    if (scope_size > 0)
        memcpy(bytes + 2, source.data, scope_size);
    memcpy(bytes + size, key->value.data, key->value.size);
    struct siphash_key scoped = {core->fingerprint_key.k0, core->fingerprint_key.k1 + scope_size};   /* where the source ends is told apart too */
    return siphash_128(scoped, bytes, size + key->value.size);
}

static bool has_key(const struct person *person, struct siphash_128 hash)
{
    for (uint32_t i = 0; i < person->key_count; i++) {
        if (same_hash(person->keys[i], hash))
            return true;
    }
    return false;
}

void person_read(const struct core *core, const struct core_command *publish, struct person *out)
{
    struct core_person_key keys[CORE_PERSON_KEYS_MAX];
    uint32_t count = publish->publish.read_person(publish->publish.fields, keys);
    person_of_keys(core, keys, count, publish->publish.source, out);
}

void person_of_keys(const struct core *core, const struct core_person_key *keys, uint32_t count, struct core_text source, struct person *out)
{
    assert(count <= CORE_PERSON_KEYS_MAX);
    out->key_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (keys[i].value.size == 0 || keys[i].value.size > KEY_VALUE_MAX)
            continue;
        struct siphash_128 hash = hash_key(core, &keys[i], source);
        if (!has_key(out, hash))
            out->keys[out->key_count++] = hash;
    }
}

static struct lead *newest_of_key(const struct core *core, struct siphash_128 hash)
{
    struct lead beyond = {.id = {.number = UINT64_MAX}};
    struct person_key from = {.hash = hash, .lead = &beyond};
    const struct avl_node *node = avl_find_from(&core->people, &from.node);
    struct person_key *key = node ? AVL_ENTRY((struct avl_node *)node, struct person_key, node) : NULL;
    return key && same_hash(key->hash, hash) ? key->lead : NULL;
}

struct lead *person_open_lead(const struct core *core, const struct person *person)
{
    struct lead *best = NULL;
    for (uint32_t i = 0; i < person->key_count; i++) {
        struct lead *lead = newest_of_key(core, person->keys[i]);
        if (!lead || lead == best)
            continue;
        bool is_better = !best || ((lead->rep != 0) != (best->rep != 0) ? lead->rep != 0 : lead->id.number > best->id.number);
        best = is_better ? lead : best;
    }
    return best;
}

static struct lead_person *person_of(struct lead *lead)
{
    struct lead_extra *extra = lead_extra_of(lead);
    if (!extra->person && !(extra->person = calloc(1, sizeof *extra->person)))
        abort();   /* a few dozen bytes: there is no sensible way to go on */
    return extra->person;
}

uint16_t person_add_key(struct core *core, struct lead *lead, struct siphash_128 hash)
{
    struct lead_person *person = person_of(lead);
    struct person_key **end = &person->first;
    uint32_t at = 0;
    for (; *end; end = &(*end)->next, at++) {
        if (same_hash((*end)->hash, hash))
            return (uint16_t)(1u << at);
    }
    if (at == CORE_PERSON_KEYS_MAX)
        return 0;
    struct person_key *key = calloc(1, sizeof *key);
    if (!key)
        abort();   /* the same */
    key->hash = hash;
    key->lead = lead;
    *end = key;
    person->key_count++;
    avl_insert(&core->people, &key->node);
    return (uint16_t)(1u << at);
}

uint16_t person_attach(struct core *core, struct lead *lead, const struct person *person)
{
    uint16_t keys = 0;
    for (uint32_t i = 0; i < person->key_count; i++)
        keys |= person_add_key(core, lead, person->keys[i]);
    return keys;
}

/* ---- contacts ---------------------------------------------------------------------- */

uint64_t person_heard_ms(const struct lead *lead)
{
    const struct lead_person *person = lead->extra ? lead->extra->person : NULL;
    uint64_t last_ms = person && person->contact_count > 0 ? person->contacts[person->contact_count - 1].at_ms : 0;
    return last_ms > lead->created_ms ? last_ms : lead->created_ms;   /* what a merge brought may be older than the lead */
}

static struct contact *new_contact(struct lead_person *person)
{
    assert(person->contact_count < CORE_CONTACTS_MAX);
    if (!person->contacts)
        person->contacts = calloc(CORE_CONTACTS_MAX, sizeof *person->contacts);
    return person->contacts ? &person->contacts[person->contact_count] : NULL;
}

/* What the lead is, before its first contact makes more of it. */
static void note_own(const struct lead *lead, struct lead_person *person)
{
    person->own = (struct person_own){.received_ms = lead->received_ms, .priority = lead->priority,
                                      .keys = (uint16_t)((1u << person->key_count) - 1)};
}

bool person_fill_contact(struct core *core, struct lead *lead, const struct contact *from, const void *payload)
{
    struct lead_person *person = person_of(lead);
    struct contact *contact = new_contact(person);
    void *copy = contact ? malloc(from->payload_size + 1u) : NULL;
    if (!copy)
        return false;
    if (from->payload_size > 0)
        memcpy(copy, payload, from->payload_size);
    if (person->contact_count == 0)
        note_own(lead, person);
    *contact = *from;
    contact->payload = copy;
    person->contact_count++;
    person->contact_bytes += from->payload_size;
    core->totals.payload_bytes += from->payload_size;
    return true;
}

bool person_add_contact(struct core *core, struct lead *lead, const struct core_command *publish, struct siphash_128 seen_key,
                        const struct person *person, uint16_t priority)
{
    struct contact contact = {.seen_key = seen_key, .content_hash = publish->publish.content_hash, .serial = core_next_revision(core),
                              .at_ms = core->now_ms, .seen_position = core->seen.next, .payload_size = publish->publish.payload_size,
                              .channel = publish->publish.channel, .priority = priority};
    struct seen_entry entry = {.key = seen_key, .lead = lead->id, .content_hash = contact.content_hash, .at_ms = contact.at_ms,
                               .serial = contact.serial, .kind = SEEN_JOIN, .life = lead_extra_of(lead)->life};
    if (!person_fill_contact(core, lead, &contact, publish->publish.payload))
        return false;
    struct lead_person *of = lead->extra->person;
    of->contacts[of->contact_count - 1].keys = person ? person_attach(core, lead, person) : 0;
    if (!seen_add(&core->seen, &entry))
        abort();   /* without it a repeat would be doubled: better to restart from the journal */
    return true;
}

bool person_prioritise(struct lead *lead, uint16_t priority)
{
    struct lead_person *person = lead->extra ? lead->extra->person : NULL;
    if (!person || person->contact_count == 0)
        return false;
    person->own.priority = priority;
    for (uint32_t i = 0; i < person->contact_count; i++)
        person->contacts[i].priority = 0;
    return true;
}

/* ---- ends of contacts ---------------------------------------------------------------- */

void person_end(struct core *core, const struct lead_person *person, enum lead_state end)
{
    for (uint32_t i = 0; i < person->contact_count; i++) {
        struct seen_entry *entry = seen_at(&core->seen, person->contacts[i].seen_position);
        if (entry && same_hash(entry->key, person->contacts[i].seen_key)) {
            entry->end = (uint8_t)end;
            seen_mark_dirty(&core->seen, entry);
        }
    }
}

bool person_is_won(const struct core *core, const struct lead_change *change)
{
    return change->to == LEAD_COMPLETED && change->disposition && change->disposition->class_number == DISPOSITION_IS_WON &&
           core->config->people.customer_for_ms > 0;
}

/* Each key has a serial of its own, behind the revision of the lead's last record: restoring gives them the same. */
void person_keep_won(struct core *core, const struct lead *lead, const struct lead_change *change)
{
    for (const struct person_key *key = lead->extra->person->first; key; key = key->next)
        known_keep(&core->known, &(struct known_key){.key = key->hash, .lead = lead->id, .rep = change->rep, .at_ms = core->now_ms,
                                                     .serial = core_next_revision(core)}, true);
}

/* ---- records ------------------------------------------------------------------------- */

void person_fill(const struct lead_person *person, bool with_keys, struct lead_image *image)
{
    image->has_person = (with_keys && person->key_count > 0) || person->contact_count > 0;
    for (const struct person_key *key = person->first; key && with_keys; key = key->next)
        image->person_keys[image->person_key_count++] = key->hash;
    image->contact_count = person->contact_count;
    for (uint32_t i = 0; i < person->contact_count; i++) {
        const struct contact *contact = &person->contacts[i];
        image->contacts[i] = (struct contact_image){contact->seen_key, contact->content_hash, contact->serial, contact->at_ms, contact->received_ms,
                                                    contact->priority, contact->keys, contact->channel, {contact->payload, contact->payload_size}};
    }
    image->has_own = person->contact_count > 0;
    image->own = person->own;
}

bool person_take(struct core *core, struct lead *lead, const struct lead_image *image)
{
    struct lead_extra *extra = lead_extra_of(lead);
    if (extra->person) {
        person_forget(core, lead);
        person_free(extra->person);
        extra->person = NULL;
    }
    for (uint32_t i = 0; i < image->person_key_count; i++)
        person_add_key(core, lead, image->person_keys[i]);
    for (uint32_t i = 0; i < image->contact_count; i++) {
        const struct contact_image *from = &image->contacts[i];
        struct contact contact = {.seen_key = from->seen_key, .content_hash = from->content_hash, .serial = from->serial, .at_ms = from->at_ms,
                                  .received_ms = from->received_ms, .priority = from->priority, .keys = from->keys,
                                  .seen_position = UINT64_MAX, .payload_size = from->payload.size, .channel = from->channel};
        if (!person_fill_contact(core, lead, &contact, from->payload.data))
            return false;
    }
    if (image->contact_count > 0 && image->has_own)
        lead->extra->person->own = image->own;
    return true;
}

void person_seen_at(struct lead *lead, uint64_t serial, uint64_t position)
{
    struct lead_person *person = lead->extra ? lead->extra->person : NULL;
    for (uint32_t i = 0; person && i < person->contact_count; i++) {
        if (person->contacts[i].serial == serial)
            person->contacts[i].seen_position = position;
    }
}

/* ---- ends ------------------------------------------------------------------------------ */

void person_forget(struct core *core, struct lead *lead)
{
    const struct lead_person *person = lead->extra->person;
    for (struct person_key *key = person->first; key; key = key->next)
        avl_remove(&core->people, &key->node);
    core->totals.payload_bytes -= person->contact_bytes;
}

void person_free(struct lead_person *person)
{
    if (!person)
        return;
    for (struct person_key *key = person->first, *next; key; key = next) {
        next = key->next;
        free(key);
    }
    for (uint32_t i = 0; i < person->contact_count; i++)
        free(person->contacts[i].payload);
    free(person->contacts);
    free(person);
}

void person_check(const struct core *core, const struct lead *lead)
{
    const struct lead_person *person = lead->extra ? lead->extra->person : NULL;
    uint32_t keys = 0, bytes = 0, owned = person ? person->own.keys : 0;
    if (!person)
        return;
    for (const struct person_key *key = person->first; key; key = key->next, keys++) {
        assert(key->lead == lead && avl_contains(&key->node));
        assert(newest_of_key(core, key->hash)->id.number >= lead->id.number);
    }
    for (uint32_t i = 0; i < person->contact_count; i++) {
        const struct contact *contact = &person->contacts[i];
        const struct seen_entry *entry = seen_at(&core->seen, contact->seen_position);
        bytes += contact->payload_size;
        owned |= contact->keys;
        assert(contact->serial != 0 || !entry);
        assert(!entry || (same_hash(entry->key, contact->seen_key) && entry->kind == SEEN_JOIN && desk_id_equal(entry->lead, lead->id)));
    }
    assert(keys == person->key_count && bytes == person->contact_bytes && keys <= CORE_PERSON_KEYS_MAX);
    assert(person->contact_count == 0 || owned == (1u << keys) - 1);
    assert(person->contact_count <= CORE_CONTACTS_MAX && lead->payload_size + bytes <= PERSON_BYTES_MAX);
}
