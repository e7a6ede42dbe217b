/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_desk_state - what a rep has before them, as the page gets it: kept up to date by the events of a rep's session.
 *
 * Times are unix milliseconds by the gateway's clock. After the session was lost, and opened again, a snapshot tells what is still there: what it
 * did not tell goes. Leads are as lead_json_write writes them. docs/GATEWAY.md has the JSON.
 * Threads: one owner.
 */
#ifndef REP_DESK_STATE_H
#define REP_DESK_STATE_H

#include <jansson.h>
#include <leadwire/rep.h>
#include <stdbool.h>
#include <stdint.h>

enum { DESK_NOTICES_MAX = 8 };

struct rep_desk_state {
    json_t *leads;       /* offers and holdings, in the order in which they came */
    json_t *notices;     /* the last DESK_NOTICES_MAX leads that were taken back */
    json_t *shared;      /* the shared list as last asked for */
    json_t *rep;
    uint64_t revision, notices_made;
    bool connected;      /* the session is open and its snapshot is complete */
};

void rep_desk_state_init(struct rep_desk_state *state, const char *rep);
void rep_desk_state_fini(struct rep_desk_state *state);
/* Takes what the event says. now_ms: unix time by our clock. */
void rep_desk_state_note(struct rep_desk_state *state, const struct lw_rep_event *event, int64_t now_ms);
/* The lead is no longer the rep's: they ended it, declined it, or it was told so in an answer. offer_number 0: any. */
void rep_desk_state_forget(struct rep_desk_state *state, const char *lead_id, uint32_t offer_number);
/* The first touch is no longer awaited. */
void rep_desk_state_touched(struct rep_desk_state *state, const char *lead_id);
/* How many leads are accepted and not done with. */
uint32_t rep_desk_state_held(const struct rep_desk_state *state);
/* All of it, for the page. A new reference. */
json_t *rep_desk_state_json(const struct rep_desk_state *state, int64_t now_ms, bool break_after_lead);

#endif
