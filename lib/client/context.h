/* SPDX-License-Identifier: Apache-2.0
 *
 * context - the one ZeroMQ context of this process, shared by all connections.
 *
 * One I/O thread serves every publisher, rep session and event stream. The
 * context exists while somebody holds it. A child after fork gets its own: the
 * parent's threads are not there.
 * Threads: any.
 */
#ifndef CLIENT_CONTEXT_H
#define CLIENT_CONTEXT_H

/* NULL when there is no memory or no descriptor left (errno). Pair with context_release. */
void *context_acquire(void);
/* The last release ends the I/O thread; sockets must be closed by then. Waits at most their LINGER. */
void context_release(void);

#endif
