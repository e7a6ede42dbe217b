/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_process - the real leadwire-mail, started and ended by a test.
 */
#ifndef MAIL_PROCESS_H
#define MAIL_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct mail_process {
    pid_t pid;     /* 0: none */
    int out_fd;    /* its standard output; -1 when not read */
};

/* argv without the program, NULL-ended. Its log goes to log_path. input_path: its standard input (NULL: nothing).
 * with_output: read it with mail_process_output. */
void mail_process_start(struct mail_process *process, const char *const *argv, const char *log_path,
                        const char *input_path, bool with_output);
/* kill -9, and waits until it is gone. */
void mail_process_kill(struct mail_process *process);
/* Sends the signal (0: none) and waits; its exit code, or -1 when it was ended by a signal or did not end. */
int mail_process_end(struct mail_process *process, int signal_number);
/* All of its standard output, until it closes it. */
void mail_process_output(struct mail_process *process, char *text, size_t size);

#endif
