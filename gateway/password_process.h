/* SPDX-License-Identifier: Apache-2.0
 *
 * password_process - checks passwords in a process of its own.
 *
 * One argon2id check takes 64 MiB and some 100 ms: too long for an event loop that has reps' offers to tell. So a child,
 * forked before the loop has any socket, does one after another; at most PASSWORD_CHECKS_MAX wait for it. It ends with us.
 * Should it die first (out of memory, say), nobody can sign in any more: `died` is called, and the gateway ends to be started again.
 * Threads: one owner, that of the event base.
 */
#ifndef PASSWORD_PROCESS_H
#define PASSWORD_PROCESS_H

#include <event2/event.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { PASSWORD_SIZE_MIN = 10, PASSWORD_SIZE_MAX = 256, PASSWORD_CHECKS_MAX = 16 };

struct password_process;   /* opaque */

struct password_process_events {
    void (*verdict)(void *context, uint64_t check, bool good);
    void (*died)(void *context);
    void *context;
};

/* Forks. Before any other descriptor is open that the child must not have. Errors: LW_IO (errno tells why), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status password_process_start(struct password_process **out);
/* Verdicts come on this loop from now on. Errors: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status password_process_attach(struct password_process *process, struct event_base *base, const struct password_process_events *events);
void password_process_stop(struct password_process **process);   /* NULL accepted */
/* Asks; the verdict names *check_out. hash NULL: of a user that there is not, whose check takes as long and is never good.
 * Errors: LW_FULL (PASSWORD_CHECKS_MAX are under way), LW_TOO_LARGE, LW_IO. */
LW_MUST_CHECK lw_status password_process_check(struct password_process *process, const char *hash, const char *password, uint64_t *check_out);

/* Reads a password (a line of in) and writes the line's hash to out; asks on a terminal without showing it. Returns the exit code. */
int password_hash_line(FILE *in, FILE *out);

#endif
