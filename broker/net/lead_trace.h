/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_trace - the trace of a lead, out of its packed bytes: so the core need not know of it. Threads: none.
 */
#ifndef LEAD_TRACE_H
#define LEAD_TRACE_H

#include <stddef.h>

#include "trace_context.h"

/* payload: a packed leadwire.v1.Lead, or NULL. "" when it has no trace. */
void lead_trace_id(const void *payload, size_t size, char out[TRACE_ID_SIZE]);

#endif
