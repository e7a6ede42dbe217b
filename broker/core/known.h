/* SPDX-License-Identifier: Apache-2.0
 *
 * known - customers: who completed a lead of a person last as won, or is named as their owner, and what they bought. Inside broker/core only.
 *
 * By key of the person (people.h), of core_limits.people_max keys those that were won last, for a year at most. A key that
 * is won again moves to the end. What is found does not depend on what was dropped when, so that a restart finds the same.
 * Those who wanted to hear no more are kept in the same way (stops.h), in a struct of their own.
 */
#ifndef KNOWN_H
#define KNOWN_H

#include "avl_tree.h"
#include "core.h"

struct core;
struct lead;
struct person;

struct known_key {
    struct avl_node by_key, by_serial;
    struct siphash_128 key;
    struct desk_id lead;               /* that was won */
    uint64_t at_ms, serial;            /* serial: grows with each */
    uint32_t rep;                      /* 0: nobody's */
    uint32_t bought;                   /* names + 1; 0: not known */
    char *words;                       /* of a stop: what was said; a copy, NULL if nothing was */
    uint32_t words_size;
    bool is_taken_back;                /* of a stop: the person agreed since */
    bool is_dirty;
    struct known_key *dirty_next, *dirty_prev;   /* changed since the last checkpoint, in order */
};

struct known {
    struct avl_tree by_key, by_serial;
    uint32_t max;
    struct known_key *dirty_first, *dirty_last;
    size_t dirty_count;
};

void known_init(struct known *known, uint32_t max);
void known_fini(struct known *known);
/* NULL: not known. */
const struct known_key *known_find(const struct known *known, struct siphash_128 key);
/* Of one key the greatest serial stays; what was bought does until something else is. is_dirty: the checkpoint does not have it. */
void known_keep(struct known *known, const struct known_key *found, bool is_dirty);
/* Who won a lead of this person last, within the time of the rules; NULL. */
const struct known_key *known_person(const struct core *core, const struct person *person);
/* The same of whom the lead is about, as far as that is recognised. */
const struct known_key *known_lead(const struct core *core, const struct lead *lead);
/* What rules are told of the person of a publish from now on; NULL: that it is no customer. */
void known_tell_rules(struct core *core, const struct known_key *known);
/* Takes one that changed; NULL when none is left. Borrowed until the next known_keep. */
const struct known_key *known_take_dirty(struct known *known);
/* Those from this serial on, as many as are left, and all of one serial. False: there are more. */
bool known_mark_dirty_from(struct known *known, uint64_t *serial, uint32_t *left);

#endif
