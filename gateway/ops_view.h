/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_view - the board as the page gets it, for one scope. docs/GATEWAY.md has the JSON. Threads: one owner.
 */
#ifndef OPS_VIEW_H
#define OPS_VIEW_H

#include <jansson.h>

#include "ops_feed.h"
#include "ops_scope.h"

enum { OPS_LEADS_SHOWN_MAX = 200 };

/* New references. */
json_t *ops_view_json(const struct ops_feed *feed, const struct ops_scope *scope);
/* The last `minutes`, oldest first, `step` minutes a point; none for a team. */
json_t *ops_series_json(const struct ops_board *board, const struct ops_scope *scope, uint32_t minutes, uint32_t step);

#endif
