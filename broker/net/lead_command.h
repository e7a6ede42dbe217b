/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_command - what the core looks at in a lead that is published, or might be. Threads: none.
 */
#ifndef LEAD_COMMAND_H
#define LEAD_COMMAND_H

#include "core.h"
#include "wire.h"

/* Source, channel, test and how to read fields and the person's keys; borrows the lead. */
void lead_command_fill(const Leadwire__V1__Lead *lead, struct core_command *out);

#endif
