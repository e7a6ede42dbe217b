/* SPDX-License-Identifier: Apache-2.0
 *
 * worker_pipe - runs a worker and reads what it prints, line by line. Its standard input and error are ours.
 *
 * What a contact becomes, only its worker knows: the tool asks it instead of knowing it too. The worker is the program of
 * that name in our own folder, else the one of PATH. Threads: one owner.
 */
#ifndef WORKER_PIPE_H
#define WORKER_PIPE_H

#include <stddef.h>

struct worker_pipe;

/* argv[0]: "leadwire-mail"...; NULL-ended. NULL with errno: it cannot be run. */
struct worker_pipe *worker_pipe_open(char *const argv[]);
/* Without its newline; borrowed until the next call. NULL at the end. */
char *worker_pipe_line(struct worker_pipe *pipe);
/* Waits for its end; gives its exit code, 128 and more for a signal, -1 when that is not known. NULL is accepted. */
int worker_pipe_close(struct worker_pipe **pipe);

#endif
