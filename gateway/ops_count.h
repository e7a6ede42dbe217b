/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_count - today's numbers and those of the last day's minutes, from what happens. Inside of ops_board only.
 */
#ifndef OPS_COUNT_H
#define OPS_COUNT_H

#include "ops_board.h"

/* A live event of a lead. lead: its row as it was before; NULL: it has none. */
void ops_count_event(struct ops_board *board, struct ops_lead *lead, const struct lw_event *event);
/* Of several who are offered a lead, one has left: event->rep. The others, also_offered, still have their offers. */
bool ops_event_is_leave(const struct lw_event *event);
/* The rep went on as they are until now. */
void ops_count_rep_time(struct ops_rep *rep, int64_t now_ms);
void ops_count_new_day(struct ops_board *board, int64_t midnight_ms);
/* This minute's. */
struct ops_minute *ops_count_minute(struct ops_board *board);

#endif
