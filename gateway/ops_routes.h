/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_routes - what /ops and /api/v1/ops serve: for routes.c, which has judged before whether the user may. Threads: one owner.
 */
#ifndef OPS_ROUTES_H
#define OPS_ROUTES_H

#include <jansson.h>

#include "routes.h"

route_handler ops_serve_page, ops_serve_events, ops_serve_series, ops_serve_story, ops_take_lead_act, ops_take_rep_act, ops_serve_rules, ops_serve_forms, ops_take_form, ops_take_rules,
    ops_serve_ledger, ops_take_source_act, ops_serve_day;
/* What a page should offer to the user: names of what they may, as the broker's table has it. A new reference. */
json_t *ops_may_json(const struct gateway *gateway, const struct user *user);

#endif
