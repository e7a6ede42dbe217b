/* SPDX-License-Identifier: Apache-2.0
 *
 * checkpoint - what a checkpoint has still to give. Inside broker/core only.
 */
#ifndef CHECKPOINT_H
#define CHECKPOINT_H

#include "core.h"

struct core;

/* An ended lead of which the checkpoint has a record. */
void checkpoint_note_gone(struct core *core, struct desk_id lead);
/* The same of one that the checkpoint that is being written owes a record: it gives this instead. */
void checkpoint_note_gone_now(struct core *core, struct desk_id lead);

#endif
