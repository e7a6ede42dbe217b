/* SPDX-License-Identifier: Apache-2.0 */
#include "known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lead_extra.h"
#include "people.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static int compare_keys(const struct avl_node *a, const struct avl_node *b)
{
    const struct known_key *x = AVL_ENTRY(a, struct known_key, by_key), *y = AVL_ENTRY(b, struct known_key, by_key);
    if (x->key.hi != y->key.hi)
        return x->key.hi < y->key.hi ? -1 : 1;
    return x->key.lo == y->key.lo ? 0 : x->key.lo < y->key.lo ? -1 : 1;
}

static int compare_serials(const struct avl_node *a, const struct avl_node *b)
{
    uint64_t x = AVL_ENTRY(a, struct known_key, by_serial)->serial, y = AVL_ENTRY(b, struct known_key, by_serial)->serial;
    return x == y ? 0 : x < y ? -1 : 1;
}

void known_init(struct known *known, uint32_t max)
{
    *known = (struct known){.max = max};
    avl_init(&known->by_key, compare_keys);
    avl_init(&known->by_serial, compare_serials);
}

static void free_key(struct known_key *key)
{
    free(key->words);
    free(key);
}

void known_fini(struct known *known)
{
    for (struct avl_node *node; (node = avl_first(&known->by_serial)) != NULL;) {
        avl_remove(&known->by_serial, node);
        free_key(AVL_ENTRY(node, struct known_key, by_serial));
    }
}

static void mark_dirty(struct known *known, struct known_key *key)
{
    if (key->is_dirty)
        return;
    key->is_dirty = true;
    key->dirty_next = NULL;
    key->dirty_prev = known->dirty_last;
    *(known->dirty_last ? &known->dirty_last->dirty_next : &known->dirty_first) = key;
    known->dirty_last = key;
    known->dirty_count++;
}

static void unmark_dirty(struct known *known, struct known_key *key)
{
    if (!key->is_dirty)
        return;
    key->is_dirty = false;
    *(key->dirty_prev ? &key->dirty_prev->dirty_next : &known->dirty_first) = key->dirty_next;
    *(key->dirty_next ? &key->dirty_next->dirty_prev : &known->dirty_last) = key->dirty_prev;
    known->dirty_count--;
}

static struct known_key *find(const struct known *known, struct siphash_128 key)
{
    struct known_key probe = {.key = key};
    struct avl_node *node = avl_find_from(&known->by_key, &probe.by_key);
    struct known_key *found = node ? AVL_ENTRY(node, struct known_key, by_key) : NULL;
    return found && found->key.hi == key.hi && found->key.lo == key.lo ? found : NULL;
}

const struct known_key *known_find(const struct known *known, struct siphash_128 key)
{
    return find(known, key);
}

static void drop_oldest(struct known *known)
{
    struct known_key *oldest = AVL_ENTRY(avl_first(&known->by_serial), struct known_key, by_serial);
    avl_remove(&known->by_serial, &oldest->by_serial);
    avl_remove(&known->by_key, &oldest->by_key);
    unmark_dirty(known, oldest);
    free_key(oldest);
}

static void keep_words(struct known_key *key, const struct known_key *found)
{
    char *words = found->words_size > 0 ? malloc(found->words_size) : NULL;
    if (found->words_size > 0 && !words)
        abort();   /* CORE_STOP_WORDS_MAX bytes: part of the same promise */
    if (words)
        memcpy(words, found->words, found->words_size);
    free(key->words);
    key->words = words;
    key->words_size = found->words_size;
}

void known_keep(struct known *known, const struct known_key *found, bool is_dirty)
{
    struct known_key *key = find(known, found->key);
    if (key && key->serial >= found->serial)
        return;
    if (!key) {
        key = calloc(1, sizeof *key);
        if (!key)
            abort();   /* the bound is people_max: memory that the limits promised */
        key->key = found->key;
        avl_insert(&known->by_key, &key->by_key);
    } else {
        avl_remove(&known->by_serial, &key->by_serial);
    }
    key->lead = found->lead;
    key->rep = found->rep;
    key->at_ms = found->at_ms;
    key->serial = found->serial;
    key->bought = found->bought != 0 ? found->bought : key->bought;
    key->is_taken_back = found->is_taken_back;
    keep_words(key, found);
    avl_insert(&known->by_serial, &key->by_serial);
    if (is_dirty)
        mark_dirty(known, key);
    if (known->by_key.count > known->max)
        drop_oldest(known);
}

/* Of the two the later, if it counts. */
static const struct known_key *later(const struct core *core, const struct known_key *last, struct siphash_128 hash)
{
    const struct known_key *key = find(&core->known, hash);
    bool counts = key && core->now_ms - key->at_ms <= core->config->people.customer_for_ms;
    return counts && (!last || key->serial > last->serial) ? key : last;
}

const struct known_key *known_person(const struct core *core, const struct person *person)
{
    const struct known_key *last = NULL;
    for (uint32_t i = 0; i < person->key_count; i++)
        last = later(core, last, person->keys[i]);
    return last;
}

const struct known_key *known_lead(const struct core *core, const struct lead *lead)
{
    const struct lead_person *person = lead->extra ? lead->extra->person : NULL;
    const struct known_key *last = NULL;
    for (const struct person_key *key = person ? person->first : NULL; key; key = key->next)
        last = later(core, last, key->hash);
    return last;
}

void known_tell_rules(struct core *core, const struct known_key *known)
{
    core->customer = known ? "yes" : "no";
    core->bought = known && known->bought != 0 ? names_text(&core->names, known->bought - 1) : "";
    core->bought_days[0] = '\0';
    if (known)
        snprintf(core->bought_days, sizeof core->bought_days, "%u", (unsigned)((core->now_ms - known->at_ms) / DAY_MS));
}

const struct known_key *known_take_dirty(struct known *known)
{
    struct known_key *key = known->dirty_first;
    if (key)
        unmark_dirty(known, key);
    return key;
}

bool known_mark_dirty_from(struct known *known, uint64_t *serial, uint32_t *left)
{
    struct known_key from = {.serial = *serial};
    struct avl_node *node = avl_find_from(&known->by_serial, &from.by_serial);
    for (uint64_t last = 0; node; node = avl_next(node)) {
        struct known_key *key = AVL_ENTRY(node, struct known_key, by_serial);
        if (*left == 0 && key->serial != last) {
            *serial = key->serial;
            return false;
        }
        mark_dirty(known, key);
        last = key->serial;
        *left -= *left > 0;
    }
    return true;
}
