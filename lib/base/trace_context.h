/* SPDX-License-Identifier: Apache-2.0
 *
 * trace_context - one contact's way through all programs, by W3C Trace Context: the value of a header `traceparent`.
 *
 *   00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
 *   version, trace id, parent id, flags: small hexadecimal digits
 *
 * An id says nothing about a person. Threads: none.
 */
#ifndef TRACE_CONTEXT_H
#define TRACE_CONTEXT_H

#include <stdbool.h>

enum { TRACE_PARENT_SIZE = 56, TRACE_ID_SIZE = 33 };   /* with the NUL */

/* Continues what the caller sent: its trace id and flags, a parent id of our own. NULL, and what is no such value, begins a trace. True: continued. */
bool trace_parent_continue(const char *received, char out[TRACE_PARENT_SIZE]);
/* The trace id in it, "" when it is no such value. */
void trace_id_read(const char *trace_parent, char out[TRACE_ID_SIZE]);

#endif
