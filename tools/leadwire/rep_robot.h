/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_robot - a rep who is a program, for loads and demos: thinks, accepts or not, works, completes.
 *
 * The same seed gives the same choices for the same sequence of offers. Words can steer it while it runs:
 *
 *   pause    answer no offer          go      answer those that are open, and each that comes
 *   decline  decline the open offers  keep    complete no lead
 *   break, ready                      finish  complete what it has, and whatever it gets
 *
 * Threads: one owner.
 */
#ifndef REP_ROBOT_H
#define REP_ROBOT_H

#include "rep_desk.h"

struct rep_robot {
    uint64_t think_ms, handle_ms;   /* about: half to one and a half of it */
    uint64_t decline_percent, ignore_percent;
    bool stays_away;                /* when set away after misses */
    bool is_paused, keeps_leads;    /* answers no offers; completes no leads: until told otherwise */
    const char *disposition;
    char decline_reason[LW_NAME_MAX + 1];   /* the first of the desk's table; "": it has none, or has not told yet */
    uint64_t seed;                  /* changes as choices are made; never 0 */
};

/* One seed for a whole load, and yet each rep makes choices of their own. Never 0. */
uint64_t rep_robot_seed(uint64_t seed, const char *rep);
void rep_robot_react(struct rep_robot *robot, struct rep_desk *desk, const struct lw_rep_event *event, struct rep_item *item, uint64_t now_ms);
/* Does what is due; gives the time until the next is, at most limit_ms. */
int rep_robot_act(struct rep_robot *robot, struct rep_desk *desk, uint64_t now_ms, int limit_ms);
/* Obeys one of the words above. False: it is none of them. */
bool rep_robot_obey(struct rep_robot *robot, struct rep_desk *desk, const char *word, uint64_t now_ms);

#endif
