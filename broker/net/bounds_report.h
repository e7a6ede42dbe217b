/* SPDX-License-Identifier: Apache-2.0
 *
 * bounds_report - how near each bound of the broker is, for StatusReply. docs/OPERATIONS.md has the table of them.
 */
#ifndef BOUNDS_REPORT_H
#define BOUNDS_REPORT_H

#include "net_internal.h"

/* Rows live in the arena. Without memory there are none. */
void bounds_report_fill(const struct net *net, struct arena *arena, Leadwire__V1__StatusReply *reply);

#endif
