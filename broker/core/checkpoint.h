/* SPDX-License-Identifier: Apache-2.0
 *
 * checkpoint - what a checkpoint has still to give. Inside broker/core only.
 */
#ifndef CHECKPOINT_H
#define CHECKPOINT_H

#include "core.h"

struct core;

void checkpoint_note_gone(struct core *core, struct desk_id lead);

#endif
