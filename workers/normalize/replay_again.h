/* SPDX-License-Identifier: Apache-2.0
 *
 * replay_again - contacts of one name that came in more than once, each time in other bytes that say the same: a call whose caller came
 * back while the broker was busy. The broker knows one of them, by its raw reference too; the others only seem to differ from it.
 *
 * First all are added, then each is taken in turn. Threads: one owner. Memory: about 100 bytes a contact.
 */
#ifndef REPLAY_AGAIN_H
#define REPLAY_AGAIN_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contact_reader.h"

enum { REPLAY_LEAD_ID_SIZE = 64 };

struct replay_same {
    uint64_t hash;                       /* of name and content, but for the raw reference */
    uint32_t left;                       /* of these contacts, still to be taken */
    char lead_id[REPLAY_LEAD_ID_SIZE];   /* "" until the broker has said that one of them is this lead */
};

struct replay_again { struct replay_same *entries; size_t count, capacity; };

void replay_again_init(struct replay_again *again);
void replay_again_fini(struct replay_again *again);
/* Errors: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status replay_again_add(struct replay_again *again, const struct contact_reading *reading);
/* Between the last that is added and the first that is taken. */
void replay_again_close(struct replay_again *again);
/* Counts it as taken. NULL: it was not added. */
struct replay_same *replay_again_take(struct replay_again *again, const struct contact_reading *reading);

#endif
