/* SPDX-License-Identifier: Apache-2.0
 *
 * reopen - a manager's act on a lead that has ended. Inside broker/core only.
 */
#ifndef REOPEN_H
#define REOPEN_H

#include "core.h"

struct core;
struct act_note;
struct kept_lead;
struct lead;

/* ACT_REOPEN, done by whom and why the note says: answers it. */
void command_reopen(struct core *core, const struct core_command *command, const struct act_note *note);
/* The lead as it was kept, open but in its end still, for its next life. NULL, with nothing changed, when there is no room. */
struct lead *reopen_kept(struct core *core, const struct kept_lead *kept);
/* And then: an appointment that has passed is none, and publishers are told of an open lead again. */
void reopen_known(struct core *core, struct lead *lead);

#endif
