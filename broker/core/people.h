/* SPDX-License-Identifier: Apache-2.0
 *
 * people - who the open leads are about, where the rules let contacts of one person join one lead.
 *
 * A person is known by keys: keyed hashes of phone, email, vendor id and message id; what was hashed is not kept. The
 * keys of all open leads stand in one tree, so that a contact finds the newest open lead of its person at a cost that
 * grows with the logarithm of their number. Nothing here is made where the rules let nothing join.
 * Bounds: CORE_PERSON_KEYS_MAX keys and CORE_CONTACTS_MAX joined contacts a lead, PERSON_BYTES_MAX of payload in all.
 */
#ifndef PEOPLE_H
#define PEOPLE_H

#include "core_internal.h"

struct lead_change;

enum { PERSON_BYTES_MAX = 48 * 1024 };   /* of a lead with its contacts: they go out in one offer, and into one record */

/* What somebody who publishes is known by. */
struct person { struct siphash_128 keys[CORE_PERSON_KEYS_MAX]; uint32_t key_count; };

struct person_key {
    struct avl_node node;          /* in core->people: by hash, then the newest lead first */
    struct siphash_128 hash;
    struct lead *lead;
    struct person_key *next;       /* of the same lead, in the order in which they came */
};

struct contact {
    struct siphash_128 seen_key;
    uint64_t content_hash, serial, at_ms;
    uint64_t seen_position;        /* of its entry in the idempotency window */
    uint64_t received_ms;          /* of a lead that was merged: it makes this one as old; else 0 */
    void *payload;
    uint32_t payload_size;
    uint16_t priority;             /* of which it makes its lead at least; 0: it came with another */
    uint16_t keys;                 /* bit k: the key k of its lead is one of its own */
    uint8_t channel;
};

struct lead_person {
    struct person_key *first;
    struct contact *contacts;      /* room for CORE_CONTACTS_MAX; NULL while none has joined */
    uint32_t key_count, contact_count;
    uint32_t contact_bytes;
    struct person_own own;         /* while it has contacts */
};

static inline bool same_hash(struct siphash_128 a, struct siphash_128 b) { return a.lo == b.lo && a.hi == b.hi; }
void people_init(struct core *core);
/* The keys of the lead that is published, hashed. */
void person_read(const struct core *core, const struct core_command *publish, struct person *out);
/* The same of keys that somebody names. */
void person_of_keys(const struct core *core, const struct core_person_key *keys, uint32_t count, struct core_text source, struct person *out);
/* Of the newest open lead for each key the one that a rep has, then the newest; NULL. */
struct lead *person_open_lead(const struct core *core, const struct person *person);
/* The lead is about this person too; at the bound of keys what is new is not kept. Gives the bits of those that are. */
uint16_t person_attach(struct core *core, struct lead *lead, const struct person *person);
/* The same of one key. */
uint16_t person_add_key(struct core *core, struct lead *lead, struct siphash_128 hash);
/* Keeps a contact, whose payload is copied, behind the others. False, with nothing changed, without memory. */
LW_MUST_CHECK bool person_fill_contact(struct core *core, struct lead *lead, const struct contact *from, const void *payload);
/* The last contact of the lead. */
uint64_t person_heard_ms(const struct lead *lead);
/* Keeps the contact with its lead, and in the idempotency window; person: NULL if nobody is recognised. False, with nothing changed, without memory. */
LW_MUST_CHECK bool person_add_contact(struct core *core, struct lead *lead, const struct core_command *publish, struct siphash_128 seen_key,
                                      const struct person *person, uint16_t priority);
/* A manager gives the lead a priority, whatever its contacts ask for. Says if its next record has to tell its contacts. */
bool person_prioritise(struct lead *lead, uint16_t priority);
/* Whoever had the lead won it: they are known by it from now on. */
bool person_is_won(const struct core *core, const struct lead_change *change);
void person_keep_won(struct core *core, const struct lead *lead, const struct lead_change *change);
/* Of a record; of an ended lead only what is needed: contacts without payload, keys if it was won. */
void person_fill(const struct lead_person *person, bool with_keys, struct lead_image *image);
LW_MUST_CHECK bool person_take(struct core *core, struct lead *lead, const struct lead_image *image);
void person_seen_at(struct lead *lead, uint64_t serial, uint64_t position);
/* The lead ended: what publishers of its contacts are told from now on. */
void person_end(struct core *core, const struct lead_person *person, enum lead_state end);
/* Nobody finds the lead by its person any more. */
void person_forget(struct core *core, struct lead *lead);
/* NULL: nothing. */
void person_free(struct lead_person *person);
void person_check(const struct core *core, const struct lead *lead);

/* cmd_join.c: a publish of somebody who has an open lead becomes a contact of that lead, and is answered. False: it is a lead of its own. */
bool join_open_lead(struct core *core, const struct core_command *publish, const struct config_rule *rule, struct siphash_128 seen_key,
                    const struct person *person);
/* The open lead of the contact that this publish says it follows; NULL. A test lead follows nobody's. */
struct lead *publish_followed_lead(struct core *core, const struct core_command *command);
/* As join_open_lead, of a publish that follows `lead`; rule and person may be NULL. */
bool join_followed_lead(struct core *core, const struct core_command *publish, const struct config_rule *rule, struct siphash_128 seen_key,
                        const struct person *person, struct lead *lead);

#endif
