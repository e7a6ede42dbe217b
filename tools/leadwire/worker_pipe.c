/* SPDX-License-Identifier: Apache-2.0 */
#include "worker_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct worker_pipe {
    FILE *lines;
    pid_t pid;
    char *line;
    size_t line_room;
};

/* In the folder of this program, if it is there. */
static bool beside_us(const char *name, char path[PATH_MAX])
{
    const ssize_t size = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (size <= 0)
        return false;
    path[size] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL || (size_t)(slash + 1 - path) + strlen(name) >= PATH_MAX)
        return false;
    memcpy(slash + 1, name, strlen(name) + 1);
    return access(path, X_OK) == 0;
}

static int run(char *const argv[], int output, pid_t *pid)
{
    char path[PATH_MAX];
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (error == 0 && beside_us(argv[0], path))
        error = posix_spawn(pid, path, &actions, NULL, argv, environ);
    else if (error == 0)
        error = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

struct worker_pipe *worker_pipe_open(char *const argv[])
{
    struct worker_pipe *made = calloc(1, sizeof *made);
    int ends[2];
    if (made == NULL || pipe(ends) != 0) {
        free(made);
        return NULL;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    int error = run(argv, ends[1], &made->pid);
    close(ends[1]);
    made->lines = error == 0 ? fdopen(ends[0], "r") : NULL;
    if (made->lines == NULL) {
        close(ends[0]);
        free(made);
        errno = error != 0 ? error : ENOMEM;
        return NULL;
    }
    return made;
}

char *worker_pipe_line(struct worker_pipe *pipe)
{
    const ssize_t size = getline(&pipe->line, &pipe->line_room, pipe->lines);
    if (size < 0)
        return NULL;
    if (size > 0 && pipe->line[size - 1] == '\n')
        pipe->line[size - 1] = '\0';
    return pipe->line;
}

int worker_pipe_close(struct worker_pipe **pipe)
{
    struct worker_pipe *closing = *pipe;
    int status = 0;
    if (closing == NULL)
        return -1;
    fclose(closing->lines);
    pid_t ended;
    do
        ended = waitpid(closing->pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    free(closing->line);
    free(closing);
    *pipe = NULL;
    if (ended < 0)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
