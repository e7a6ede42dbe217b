/* SPDX-License-Identifier: Apache-2.0 */
#include "chaos_workers.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seeded.h"

enum { PATH_SIZE = 192, DONE_MIN = 2 };

static const struct { const char *name, *config; } kinds[CHAOS_WORKERS] = {
    [CHAOS_WEB] = {"web", "listen: 127.0.0.1:0\nraw: {directory: raw-web}\nsources: {form: {region: FR, language: " LOAD_LANGUAGE_APART "}}\n"},
    [CHAOS_MAIL] = {"mail", "scan_every: 200ms\ndecisions_log: decisions\nraw: {directory: raw-mail}\n"
                            "sources: {office: {maildir: box, region: FR, language: " LOAD_LANGUAGE_APART "}}\n"},
    [CHAOS_PHONE] = {"phone", "listen: 127.0.0.1:0\npublic_base: https://voice.example.com/\nraw: {directory: raw-phone}\n"
                              "sources: {line: {auth_token_file: voice.token, region: FR, language: " LOAD_LANGUAGE_APART "}}\n"},
};

static void path_of(const struct chaos_workers *workers, const char *name, const char *end, char path[PATH_SIZE])
{
    MUST_HOLD(snprintf(path, PATH_SIZE, "%s/%s%s", workers->directory, name, end) < PATH_SIZE);
}

static void write_file(const struct chaos_workers *workers, const char *name, const char *end, const char *text)
{
    char path[PATH_SIZE];

    path_of(workers, name, end, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    MUST_HOLD(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static void write_configs(const struct chaos_workers *workers)
{
    static const char *const folders[] = {"box", "box/new", "box/cur", "box/tmp"};
    char text[1024], path[PATH_SIZE];

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        path_of(workers, folders[i], "", path);
        MUST_HOLD(mkdir(path, 0700) == 0);
    }
    write_file(workers, "voice.token", "", "0123456789abcdef");
    for (unsigned i = 0; i < CHAOS_WORKERS; i++) {
        snprintf(text, sizeof text, "desk: main\nbroker: ipc://%s/publish\nanswer_within: 2s\n%s", workers->rig->broker.run_dir, kinds[i].config);
        write_file(workers, kinds[i].name, ".yaml", text);
    }
}

/* What it says goes to a file beside it; it dies with us. */
static pid_t start(const struct chaos_workers *workers, const char *name, const char *const *argv)
{
    char log[PATH_SIZE];
    const pid_t floor = getpid(), pid = fork();

    MUST_HOLD(pid >= 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    path_of(workers, name, ".log", log);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (getppid() != floor || fd < 0 || chdir(workers->directory) != 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
        _exit(127);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

void chaos_worker_start(struct chaos_workers *workers, enum chaos_worker which)
{
    char program[256], config[PATH_SIZE], port[PATH_SIZE];
    const bool has_port = which != CHAOS_MAIL;
    const char *const argv[] = {program, "--config", config, has_port ? "--port-file" : NULL, port, NULL};

    snprintf(program, sizeof program, "%s/leadwire-%s", LEADWIRE_BIN_DIR, kinds[which].name);
    path_of(workers, kinds[which].name, ".yaml", config);
    path_of(workers, kinds[which].name, ".port", port);
    workers->pids[which] = start(workers, kinds[which].name, argv);
}

static void start_senders(struct chaos_workers *workers)
{
    const char *const argv[] = {"python3", "-B", CHAOS_SENDERS, workers->directory, workers->rig->log_path, workers->rig->broker.run_dir, NULL};

    setenv("LEADWIRE_BIN", LEADWIRE_BIN_DIR, 1);
    workers->senders = start(workers, "senders", argv);
}

void chaos_workers_open(struct chaos_workers *workers, struct floor_rig *rig)
{
    *workers = (struct chaos_workers){.rig = rig, .log = fopen(rig->log_path, "re")};
    MUST_HOLD(workers->log);
    snprintf(workers->directory, sizeof workers->directory, "%s/workers", rig->broker.directory);
    MUST_HOLD(mkdir(workers->directory, 0700) == 0);
    write_configs(workers);
    for (unsigned i = 0; i < CHAOS_WORKERS; i++)
        chaos_worker_start(workers, (enum chaos_worker)i);
    start_senders(workers);
}

static void end(pid_t *pid)
{
    if (*pid == 0)
        return;
    kill(*pid, SIGKILL);
    waitpid(*pid, NULL, 0);
    *pid = 0;
}

void chaos_worker_kill(struct chaos_workers *workers, enum chaos_worker which)
{
    end(&workers->pids[which]);
}

void chaos_workers_close(struct chaos_workers *workers)
{
    end(&workers->senders);
    for (unsigned i = 0; i < CHAOS_WORKERS; i++)
        end(&workers->pids[i]);
    fclose(workers->log);
}

pid_t chaos_worker_pid(const struct chaos_workers *workers, enum chaos_worker which)
{
    return workers->pids[which];
}

static void read_log(struct chaos_workers *workers)
{
    struct client_line line;

    while (client_log_next(workers->log, &line)) {
        for (unsigned i = 0; i < CHAOS_WORKERS && (line.word == CLIENT_PUBLISHED || line.word == CLIENT_HELD); i++) {
            const size_t size = strlen(kinds[i].name);
            workers->done[i] += strncmp(line.text, kinds[i].name, size) == 0 && line.text[size] == '-';
        }
    }
}

void chaos_workers_remember(struct chaos_workers *workers)
{
    read_log(workers);
    memcpy(workers->before, workers->done, sizeof workers->before);
}

bool chaos_workers_go_on(struct chaos_workers *workers)
{
    bool all = true;

    read_log(workers);
    for (unsigned i = 0; i < CHAOS_WORKERS; i++)
        all = all && workers->done[i] >= workers->before[i] + DONE_MIN;
    return all;
}

bool chaos_workers_have_ended(struct chaos_workers *workers)
{
    int status;

    if (workers->senders == 0)
        return true;
    if (!workers->are_asked_to_end)         /* once: as it ends Python no longer catches them */
        kill(workers->senders, SIGTERM);
    workers->are_asked_to_end = true;
    if (waitpid(workers->senders, &status, WNOHANG) == 0)
        return false;
    workers->senders = 0;
    if (status != 0) {
        printf("the senders ended with status %d\n", status);
        exit(1);
    }
    return true;
}
