/* SPDX-License-Identifier: Apache-2.0
 *
 * restore - records back into state. Inside broker/core only; for others: core_restore.
 */
#ifndef RESTORE_H
#define RESTORE_H

#include "lead_table.h"

struct core;

/* Puts an image in place: all of the lead but its links. LW_FULL, LW_NO_MEMORY: the lead is to be freed. */
LW_MUST_CHECK lw_status restore_take_image(struct core *core, struct lead *lead, const struct lead_image *image);

#endif
