/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_report - what managers are told of the fair share ledger and of paused sources, as wire messages. What the arena has no room for
 * is left out. Threads: none.
 */
#ifndef DESK_REPORT_H
#define DESK_REPORT_H

#include "arena.h"
#include "core.h"
#include "wire.h"

/* All but the request's number; borrows the core's texts. */
void ledger_report_fill(const struct core *core, struct arena *arena, Leadwire__V1__LedgerReply *reply);
void paused_report_fill(const struct core *core, struct arena *arena, Leadwire__V1__StatusReply *reply);

#endif
