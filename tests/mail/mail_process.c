/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_process.h"

#include "wall_clock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 16, END_WAIT_MAX_MS = 10000 };

static void must(bool condition, const char *what)
{
    if (!condition) {
        perror(what);
        abort();
    }
}

/* In the child: never returns. */
static void become(const char *const *argv, const char *log_path, const char *input_path, int out_fd)
{
    char *arguments[ARGUMENTS_MAX + 2] = {(char *)(uintptr_t)"leadwire-mail"};
    for (size_t i = 0; argv[i] && i < ARGUMENTS_MAX; i++)
        arguments[i + 1] = (char *)(uintptr_t)argv[i];
    int log_fd = open(log_path, O_WRONLY | O_APPEND | O_CREAT, 0600);
    int in_fd = open(input_path ? input_path : "/dev/null", O_RDONLY);
    if (log_fd < 0 || in_fd < 0 || dup2(in_fd, 0) < 0 || dup2(out_fd >= 0 ? out_fd : log_fd, 1) < 0 || dup2(log_fd, 2) < 0)
        _exit(126);
    execv(LEADWIRE_BIN_DIR "/leadwire-mail", arguments);
    _exit(127);
}

void mail_process_start(struct mail_process *process, const char *const *argv, const char *log_path,
                        const char *input_path, bool with_output)
{
    int ends[2] = {-1, -1};
    if (with_output)
        must(pipe(ends) == 0, "pipe");
    pid_t pid = fork();
    must(pid >= 0, "fork");
    if (pid == 0) {
        if (with_output)
            close(ends[0]);
        become(argv, log_path, input_path, ends[1]);
    }
    if (with_output)
        close(ends[1]);
    *process = (struct mail_process){.pid = pid, .out_fd = ends[0]};
}

void mail_process_kill(struct mail_process *process)
{
    if (process->pid <= 0)
        return;
    kill(process->pid, SIGKILL);
    waitpid(process->pid, NULL, 0);
    process->pid = 0;
}

int mail_process_end(struct mail_process *process, int signal_number)
{
    uint64_t deadline_ms = wall_clock_monotonic_ms() + END_WAIT_MAX_MS;
    int status = 0;
    if (process->pid <= 0)
        return -1;
    if (signal_number)
        kill(process->pid, signal_number);
    while (waitpid(process->pid, &status, WNOHANG) == 0) {
        if (wall_clock_monotonic_ms() > deadline_ms) {
            mail_process_kill(process);
            return -1;
        }
        poll(NULL, 0, 1);
    }
    process->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void mail_process_output(struct mail_process *process, char *text, size_t size)
{
    size_t at = 0;
    ssize_t got;
    while (at + 1 < size && (got = read(process->out_fd, text + at, size - 1 - at)) > 0)
        at += (size_t)got;
    text[at] = '\0';
    close(process->out_fd);
    process->out_fd = -1;
}
