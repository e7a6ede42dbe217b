/* SPDX-License-Identifier: Apache-2.0
 *
 * status_bounds - what leadwire status tells of the broker's bounds: in words those that are near, as JSON all. Threads: one owner.
 */
#ifndef STATUS_BOUNDS_H
#define STATUS_BOUNDS_H

#include "json_out.h"
#include "wire.h"

/* A line for each bound of which four fifths are used, or that is shut. */
void status_bounds_print(const Leadwire__V1__StatusReply *status);
/* `bounds`, and the counts of those whom they kept out. */
void status_bounds_put(struct json_out *out, const Leadwire__V1__StatusReply *status);

#endif
