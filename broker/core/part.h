/* SPDX-License-Identifier: Apache-2.0
 *
 * part - a manager's act on a lead that was merged into another. Inside broker/core only.
 */
#ifndef PART_H
#define PART_H

#include "core.h"

struct core;
struct act_note;

/* ACT_PART, done by whom and why the note says: answers it. */
void command_part(struct core *core, const struct core_command *command, const struct act_note *note);

#endif
