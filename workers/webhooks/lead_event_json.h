/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_event_json - a change of a lead as a CloudEvents 1.0 body. No personal data is in it. Threads: none.
 *
 *   {"specversion": "1.0", "id": "1mdq63-1042.7", "source": "/leadwire/desks/main", "type": "io.leadwire.lead.completed",
 *    "subject": "1mdq63-1042", "time": "2026-03-01T09:15:00.000Z", "datacontenttype": "application/json", "data": {...}}
 *
 * The id is the lead's and its revision: the same change has the same id, however often it is told.
 */
#ifndef LEAD_EVENT_JSON_H
#define LEAD_EVENT_JSON_H

#include <leadwire/events.h>

enum { LEAD_EVENT_ID_SIZE = LW_LEAD_ID_TEXT_MAX + 24 };

/* What webhooks are told of a lead whose end nobody saw: it was open when we looked last, and is not now. */
#define LEAD_EVENT_GONE "gone"

struct lead_event {
    const char *desk, *lead_id, *state;      /* state: a word of lw_lead_state_name, or LEAD_EVENT_GONE */
    uint64_t revision;
    const char *source, *queue;
    const struct lw_event *change;           /* NULL: gone */
    const char *accept_url;                  /* of an offer: where its rep can accept it; NULL: none */
};

void lead_event_id(const struct lead_event *event, char out[LEAD_EVENT_ID_SIZE]);
/* A new text (free it); NULL without memory. now_unix_ms: of an event without a time. */
char *lead_event_json(const struct lead_event *event, int64_t now_unix_ms);

#endif
