/* SPDX-License-Identifier: Apache-2.0 */
#include "broker_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_MS_MAX = 20000, END_MS_MAX = 20000, TEXT_MAX = 256 * 1024 };

static void give_up(const struct broker_fixture *broker, const char *what);
static void run_broker(const struct broker_fixture *broker, int ready_fd);
static int exit_code_of(int status);
static char *read_text(const char *path);

static const char program[] = LEADWIRE_BIN_DIR "/leadwire-broker";

void broker_fixture_open(struct broker_fixture *broker, const char *const *args)
{
    *broker = (struct broker_fixture){.ready_fd = -1};
    snprintf(broker->directory, sizeof broker->directory, "/tmp/lw-broker-XXXXXX");
    if (!mkdtemp(broker->directory))
        give_up(broker, "no temporary directory could be made");
    snprintf(broker->run_dir, sizeof broker->run_dir, "%s/run", broker->directory);
    snprintf(broker->secrets, sizeof broker->secrets, "%s/secrets", broker->directory);
    snprintf(broker->log, sizeof broker->log, "%s/log", broker->directory);
    for (size_t i = 0; args && args[i] && i + 1 < BROKER_FIXTURE_ARGS_MAX; i++)
        broker->args[i] = args[i];

    int fd = open(broker->secrets, O_WRONLY | O_CREAT | O_EXCL, 0600);
    static const char lines[] = "# who may log on\nanna secret-of-anna\n\nbruno secret-of-bruno\ncarla secret-of-carla\n";
    if (fd < 0 || write(fd, lines, sizeof lines - 1) != (ssize_t)(sizeof lines - 1))
        give_up(broker, "the secrets could not be written");
    close(fd);
}

void broker_fixture_close(struct broker_fixture *broker)
{
    char command[128];

    broker_fixture_kill(broker);
    snprintf(command, sizeof command, "rm -rf %s", broker->directory);
    if (system(command) != 0)
        give_up(broker, "its directory could not be removed");
}

void broker_fixture_start(struct broker_fixture *broker)
{
    broker_fixture_launch(broker);
    broker_fixture_await(broker);
}

void broker_fixture_launch(struct broker_fixture *broker)
{
    int pipe_fds[2];

    if (pipe(pipe_fds) != 0)
        give_up(broker, "no pipe");
    broker->pid = fork();
    if (broker->pid < 0)
        give_up(broker, "fork failed");
    if (broker->pid == 0) {
        close(pipe_fds[0]);
        run_broker(broker, pipe_fds[1]);
    }
    close(pipe_fds[1]);
    fcntl(pipe_fds[0], F_SETFD, FD_CLOEXEC);
    broker->ready_fd = pipe_fds[0];
}

void broker_fixture_await(struct broker_fixture *broker)
{
    char word[16];
    struct pollfd item = {.fd = broker->ready_fd, .events = POLLIN};

    if (poll(&item, 1, START_MS_MAX) != 1 || read(broker->ready_fd, word, sizeof word) <= 0)
        give_up(broker, "it does not serve");
    close(broker->ready_fd);
    broker->ready_fd = -1;
}

void broker_fixture_kill(struct broker_fixture *broker)
{
    if (broker->pid == 0)
        return;
    kill(broker->pid, SIGKILL);
    waitpid(broker->pid, NULL, 0);
    broker->pid = 0;
    if (broker->ready_fd >= 0)
        close(broker->ready_fd);
    broker->ready_fd = -1;
}

int broker_fixture_stop(struct broker_fixture *broker)
{
    kill(broker->pid, SIGTERM);
    return broker_fixture_wait(broker);
}

int broker_fixture_wait(struct broker_fixture *broker)
{
    int status;

    for (int waited_ms = 0; waitpid(broker->pid, &status, WNOHANG) == 0; waited_ms += 5) {
        if (waited_ms > END_MS_MAX)
            give_up(broker, "it does not end");
        poll(NULL, 0, 5);
    }
    broker->pid = 0;
    return exit_code_of(status);
}

int broker_fixture_run(const char *const *args, char *out, size_t size)
{
    int pipe_fds[2], status;
    const char *argv[BROKER_FIXTURE_ARGS_MAX] = {program};
    size_t used = 0;
    ssize_t count;

    for (int i = 0; args[i] && i + 2 < BROKER_FIXTURE_ARGS_MAX; i++)
        argv[i + 1] = args[i];
    if (pipe(pipe_fds) != 0)
        exit(1);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(pipe_fds[1], STDERR_FILENO);
        execv(program, (char *const *)argv);
        _exit(127);
    }
    close(pipe_fds[1]);
    while ((count = read(pipe_fds[0], out + used, size - 1 - used)) > 0)
        used += (size_t)count;
    out[used] = '\0';
    close(pipe_fds[0]);
    waitpid(pid, &status, 0);
    return exit_code_of(status);
}

bool broker_fixture_logged(const struct broker_fixture *broker, const char *text)
{
    return broker_fixture_log_count(broker, text) > 0;
}

unsigned broker_fixture_log_count(const struct broker_fixture *broker, const char *text)
{
    char *log = read_text(broker->log);
    unsigned count = 0;

    for (const char *at = log; at && (at = strstr(at, text)) != NULL; at++)
        count++;
    free(log);
    return count;
}

bool broker_fixture_address(const struct broker_fixture *broker, const char *name, const char *begins, char *out, size_t size)
{
    char path[128], key[64];
    bool found = false;

    snprintf(path, sizeof path, "%s/status", broker->run_dir);
    snprintf(key, sizeof key, "%s %s", name, begins);
    char *text = read_text(path);
    for (char *rest = NULL, *line = text ? strtok_r(text, "\n", &rest) : NULL; line && !found; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, key, strlen(key)) != 0)
            continue;
        snprintf(out, size, "%s", line + strlen(name) + 1);
        found = true;
    }
    free(text);
    return found;
}

static void give_up(const struct broker_fixture *broker, const char *what)
{
    char *log = read_text(broker->log);

    fprintf(stderr, "the broker of the test: %s\n%s", what, log ? log : "");
    free(log);
    exit(1);
}

static void run_broker(const struct broker_fixture *broker, int ready_fd)
{
    char fd_text[16];
    const char *argv[BROKER_FIXTURE_ARGS_MAX + 16] = {program, "--desk", "main", "--run-dir", broker->run_dir, "--rep-secrets",
                                                      broker->secrets, "--ready-fd", fd_text};
    int log_fd = open(broker->log, O_WRONLY | O_CREAT | O_APPEND, 0600);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGXFSZ, SIG_IGN);   /* a test may bound its files: a write then fails, as on a full disk */
    snprintf(fd_text, sizeof fd_text, "%d", ready_fd);
    for (int i = 0, at = 9; broker->args[i]; i++)
        argv[at++] = broker->args[i];
    if (broker->crash_at)
        setenv("LEADWIRE_CRASH_AT", broker->crash_at, 1);
    else
        unsetenv("LEADWIRE_CRASH_AT");
    if (broker->limit_files && setrlimit(RLIMIT_NOFILE, broker->limit_files) != 0)
        _exit(126);
    dup2(log_fd, STDERR_FILENO);
    execv(program, (char *const *)argv);
    _exit(127);
}

static int exit_code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, TEXT_MAX);

    if (file && text)
        text[fread(text, 1, TEXT_MAX - 1, file)] = '\0';
    if (file)
        fclose(file);
    return text;
}
