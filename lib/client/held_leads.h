/* SPDX-License-Identifier: Apache-2.0
 *
 * held_leads - what a rep was offered and has, as the broker told it.
 *
 * Tells repeats from news, and is what a new session's Hello lists. Bounded:
 * beyond HELD_LEADS_MAX nothing is remembered, so repeats of those are passed on.
 * Few entries (a rep's capacity), so they are searched one by one, by hash first.
 * Threads: one owner.
 */
#ifndef HELD_LEADS_H
#define HELD_LEADS_H

#include <leadwire/publisher.h>
#include <stdbool.h>
#include <stdint.h>

enum { HELD_LEADS_MAX = 1024 };

struct held_lead {
    uint64_t hash;
    char lead_id[LW_LEAD_ID_TEXT_MAX];
    uint32_t offer_number;
    lw_lead_state state;      /* offered, connecting, assigned */
    int contacts;             /* that joined it */
    uint32_t told_in;         /* the session that last told it */
};

struct held_leads {
    struct held_lead *items;
    uint32_t count, capacity;
    uint32_t session;         /* counts the sessions */
};

void held_leads_fini(struct held_leads *held);
/* A new session tells all again; what it does not tell until held_leads_end_snapshot is gone. */
void held_leads_begin_session(struct held_leads *held);
void held_leads_end_snapshot(struct held_leads *held);
/* True when this is news: the lead, its offer, its state, other contacts than before, or the first time in this session.
 * contacts: as many as came with the lead; HELD_CONTACTS_UNTOLD: the lead did not come. */
enum { HELD_CONTACTS_UNTOLD = -1 };
bool held_leads_tell(struct held_leads *held, const char *lead_id, uint32_t offer_number, lw_lead_state state, int contacts);
/* offer_number 0: whatever it is. A lead that is not held, or under another offer, stays as it is. */
void held_leads_forget(struct held_leads *held, const char *lead_id, uint32_t offer_number);

#endif
