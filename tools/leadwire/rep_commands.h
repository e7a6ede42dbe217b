/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_commands - what a rep types, a line each, done at their desk; what could not be done is said in words. Threads: one owner.
 */
#ifndef REP_COMMANDS_H
#define REP_COMMANDS_H

#include "rep_undo.h"

/* line is written into. False: quit. */
bool rep_commands_obey(struct rep_desk *desk, struct rep_undo *undo, char *line);
/* What the rep asked for was not possible just now. */
void rep_commands_not_now(lw_status status);
/* What the rep did since they logged on, a line. */
void rep_commands_summary(const struct rep_desk *desk);

#endif
