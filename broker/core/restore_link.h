/* SPDX-License-Identifier: Apache-2.0
 *
 * restore_link - what was restored is put into classes, trees, timers and the idempotency window. Inside broker/core only, once all
 * records are in: core_restore_done.
 */
#ifndef RESTORE_LINK_H
#define RESTORE_LINK_H

#include "core.h"

struct core;

void restore_link_reps(struct core *core);
/* Errors: LW_CORRUPT (records that contradict each other), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status restore_link_leads(struct core *core);
/* After the leads, which learn their places in the window. Errors: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status restore_link_seen(struct core *core);

#endif
