/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_pages - the pages that watch the desk: each is told all that its user may see, twice a second while it changes, else each
 * OPS_TOLD_EVERY_MS. One text is made for all of one scope. What a slow page has not taken is not piled up.
 *
 *   event: state       data: ops_view.h
 *   event: signed_out  the session is over, or its user's role another; the stream ends
 *
 * Threads: one owner, that of the event base.
 */
#ifndef OPS_PAGES_H
#define OPS_PAGES_H

#include "http_stream.h"
#include "ops_feed.h"
#include "ops_scope.h"

enum { OPS_TOLD_AT_MOST_EVERY_MS = 500, OPS_TOLD_EVERY_MS = 5000, OPS_QUEUED_MAX = 512 * 1024, OPS_PAGES_MAX = 256, OPS_PAGES_OF_SESSION_MAX = 8 };

struct ops_page;

struct ops_pages {
    struct ops_feed *feed;
    struct ops_page *first;
    uint32_t count;
};

/* Answers the call with the stream. Of a session that has OPS_PAGES_OF_SESSION_MAX, the oldest ends. */
void ops_pages_listen(struct ops_pages *pages, struct http_call *call, uint64_t session_id, struct ops_scope scope, uint64_t now_ms);
/* The scope that this session's user has now; false ends its pages. */
typedef bool ops_pages_judge(void *context, uint64_t session_id, struct ops_scope *out);
/* What is due. Several times a second. */
void ops_pages_tick(struct ops_pages *pages, uint64_t now_ms, ops_pages_judge *judge, void *context);
void ops_pages_close(struct ops_pages *pages);

#endif
