/* SPDX-License-Identifier: Apache-2.0
 *
 * away_offers - reps who let themselves be reached while their page is closed: they stay at the desk for a while, and accept an offer
 * with the link that a webhook brought them (offer_link.h).
 *
 *   POST /api/v1/desk/away      {"page", "key", "on": true}   the desk stays for away.for, with or without the page
 *   POST /api/v1/offer/accept   {"token"}                     answers as the acts of the page do; the same token again does nothing again
 *
 * Nothing is accepted by opening the link: the page needs a click, which POSTs. The token is behind the '#', and so in no log and
 * no preview. Tries are limited by address. Threads: one owner, that of the event base.
 */
#ifndef AWAY_OFFERS_H
#define AWAY_OFFERS_H

#include "offer_link.h"
#include "rate_limit.h"
#include "rep_desks.h"
#include "request_guard.h"

enum { OFFER_TRIES_OF_ADDRESS = 30 };   /* a minute */

struct away_offers {
    struct rep_desks *desks;
    struct rate_limit limit;
};

/* Errors: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status away_offers_open(struct away_offers *away, struct rep_desks *desks);
void away_offers_close(struct away_offers *away);   /* zeroed: accepted */
void away_offers_set(struct away_offers *away, const struct request *request);
void away_offers_accept(struct away_offers *away, const struct request *request);

#endif
