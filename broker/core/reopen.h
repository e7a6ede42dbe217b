/* SPDX-License-Identifier: Apache-2.0
 *
 * reopen - a manager's act on a lead that has ended. Inside broker/core only.
 */
#ifndef REOPEN_H
#define REOPEN_H

#include "core.h"

struct core;
struct act_note;

/* ACT_REOPEN, done by whom and why the note says: answers it. */
void command_reopen(struct core *core, const struct core_command *command, const struct act_note *note);

#endif
