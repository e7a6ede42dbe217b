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
#include "wall_clock.h"

enum { PATH_SIZE = 192, DONE_MIN = 2, START_MS = 20000, LONG_S = 1200 };

#define INTAKE "desk: main\nbroker: ipc://@R/publish\nanswer_within: 2s\n"

/* Of the pages' password (chaos_pages.py), and cheap to compare. */
#define PASSWORD_HASH "$argon2id$v=19$m=8,t=1,p=1$T4BJLyjfL/na6Rkhi7qXIQ$1cGU0XgDPXihBh/Oxvn0dvLxbieTBq76jLCNJjgX8lQ"

/* @R: the broker's run directory; @P: the receiver's port; @S: the reps' secrets. */
static const struct { const char *name, *config; } kinds[CHAOS_WORKERS] = {
    [CHAOS_WEB] = {"web", INTAKE "listen: 127.0.0.1:0\nraw: {directory: raw-web}\nsources:\n"
                           "  form: {region: FR, language: " LOAD_LANGUAGE_APART "}\n  page: {region: FR, language: " LOAD_LANGUAGE_PAGES "}\n"},
    [CHAOS_MAIL] = {"mail", INTAKE "scan_every: 100ms\ndecisions_log: decisions\nraw: {directory: raw-mail}\n"
                            "sources: {office: {maildir: box, region: FR, language: " LOAD_LANGUAGE_APART "}}\n"},
    [CHAOS_PHONE] = {"phone", INTAKE "listen: 127.0.0.1:0\npublic_base: https://voice.example.com/\nraw: {directory: raw-phone}\n"
                              "sources: {line: {auth_token_file: voice.token, region: FR, language: " LOAD_LANGUAGE_APART "}}\n"},
    [CHAOS_HOOKS] = {"webhooks", "desk: main\nevents: ipc://@R/events\ncontrol: ipc://@R/control\nstate: state-webhooks\nhooks:\n  crm:\n"
                     "    url: https://localhost:@P/\n    secret_file: hook.secret\n    ca_file: receiver.pem\n    allow_private: yes\n    sources: [form]\n"
                     "    states: [waiting, offered, completed, cancelled, expired, merged, gone]\n    retry: {first: 50ms, most: 200ms, give_up: 30d}\n"},
    [CHAOS_GATEWAY] = {"gateway", "desk: main\nbroker: ipc://@R/reps\nusers: users\nrep_secrets: @S\nlisten: 127.0.0.1:0\n"
                       "ops: {control: \"ipc://@R/control\", events: \"ipc://@R/events\"}\nhttp: {trusted_proxies: [127.0.0.1]}\n"
                       "sessions: {page_grace: 3s, file: sessions}\n"},
};

static const char *page_rep(unsigned number) { return load_rep_name(LOAD_REPS + LOAD_REPS_APART + number); }

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

static void write_config(const struct chaos_workers *workers, enum chaos_worker which, const char *port)
{
    char text[1024];
    size_t size = 0;

    for (const char *at = kinds[which].config; *at && size < sizeof text; at++) {
        const char *word = at[0] != '@' ? NULL : at[1] == 'R' ? workers->rig->broker.run_dir : at[1] == 'P' ? port : workers->rig->broker.secrets;
        size += word ? (size_t)snprintf(text + size, sizeof text - size, "%s", word) : (size_t)snprintf(text + size, sizeof text - size, "%c", *at);
        at += word != NULL;
    }
    MUST_HOLD(size < sizeof text);
    write_file(workers, kinds[which].name, ".yaml", text);
}

static void write_files(const struct chaos_workers *workers)
{
    static const char *const folders[] = {"box", "box/new", "box/cur", "box/tmp"};
    char path[PATH_SIZE], users[LOAD_REPS_PAGES * 256];
    size_t size = 0;

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        path_of(workers, folders[i], "", path);
        MUST_HOLD(mkdir(path, 0700) == 0);
    }
    write_file(workers, "voice.token", "", "0123456789abcdef");
    for (unsigned i = 0; i < LOAD_REPS_PAGES; i++)
        size += (size_t)snprintf(users + size, sizeof users - size, "%s rep %s " PASSWORD_HASH "\n", page_rep(i), page_rep(i));
    write_file(workers, "users", "", users);
    write_file(workers, "hook", ".secret", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n");
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
    signal(SIGXFSZ, SIG_IGN);           /* its files may be bounded: a write then fails, as on a full disk */
    path_of(workers, name, ".log", log);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (getppid() != floor || fd < 0 || chdir(workers->directory) != 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
        _exit(127);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

/* The same of each page's rep into the log. */
static void put_pages(const struct chaos_workers *workers, const struct client_line *what)
{
    for (unsigned i = 0; i < LOAD_REPS_PAGES; i++) {
        struct client_line line = *what;
        snprintf(line.who, sizeof line.who, "%s", page_rep(i));
        client_log_put(load_log(workers->rig->load), &line);
    }
}

void chaos_worker_start(struct chaos_workers *workers, enum chaos_worker which)
{
    char program[256], config[PATH_SIZE], port[PATH_SIZE];
    const bool has_port = which != CHAOS_MAIL && which != CHAOS_HOOKS;
    const struct client_line apart = {.word = CLIENT_APART};
    const char *const argv[] = {program, "--config", config, has_port ? "--port-file" : NULL, port, NULL};

    snprintf(program, sizeof program, "%s/leadwire-%s", LEADWIRE_BIN_DIR, kinds[which].name);
    path_of(workers, kinds[which].name, ".yaml", config);
    path_of(workers, kinds[which].name, ".port", port);
    if (which == CHAOS_GATEWAY)
        put_pages(workers, &apart);
    workers->pids[which] = start(workers, kinds[which].name, argv);
}

static void start_senders(struct chaos_workers *workers, unsigned seconds)
{
    char pace[16];
    const char *const argv[] = {"python3", "-B", CHAOS_SCRIPTS "/chaos_senders.py", workers->directory, workers->rig->log_path, workers->rig->broker.run_dir, pace, NULL};

    snprintf(pace, sizeof pace, "%.2f", seconds > LONG_S ? seconds / (double)LONG_S : 1);
    setenv("LEADWIRE_BIN", LEADWIRE_BIN_DIR, 1);
    workers->senders = start(workers, "senders", argv);
}

static void start_pages(struct chaos_workers *workers)
{
    const char *argv[5 + LOAD_REPS_PAGES + 1] = {"python3", "-B", CHAOS_SCRIPTS "/chaos_pages.py", workers->directory, workers->rig->log_path};
    char reps[LOAD_REPS_PAGES][CLIENT_TEXT_MAX];

    for (unsigned i = 0; i < LOAD_REPS_PAGES; i++) {
        snprintf(reps[i], sizeof reps[i], "%s", page_rep(i));
        argv[5 + i] = reps[i];
    }
    workers->pages = start(workers, "pages", argv);
}

/* port: on which it listens. */
static void start_receiver(struct chaos_workers *workers, char port[8])
{
    const char *const argv[] = {"python3", "-B", CHAOS_SCRIPTS "/chaos_receiver.py", workers->directory, workers->rig->log_path, NULL};
    char path[PATH_SIZE];
    FILE *file = NULL;

    path_of(workers, "receiver", ".port", path);
    workers->receiver = start(workers, "receiver", argv);
    for (uint64_t end_ms = wall_clock_monotonic_ms() + START_MS; !file && wall_clock_monotonic_ms() < end_ms; file = fopen(path, "re"))
        floor_rig_turn(workers->rig);
    MUST_HOLD(file && fgets(port, 8, file));
    fclose(file);
}

void chaos_workers_open(struct chaos_workers *workers, struct floor_rig *rig, unsigned seconds)
{
    char port[8];

    *workers = (struct chaos_workers){.rig = rig, .log = fopen(rig->log_path, "re")};
    MUST_HOLD(workers->log);
    snprintf(workers->directory, sizeof workers->directory, "%s/workers", rig->broker.directory);
    MUST_HOLD(mkdir(workers->directory, 0700) == 0);
    write_files(workers);
    start_receiver(workers, port);
    for (unsigned i = 0; i < CHAOS_WORKERS; i++) {
        write_config(workers, (enum chaos_worker)i, port);
        chaos_worker_start(workers, (enum chaos_worker)i);
    }
    start_senders(workers, seconds);
    start_pages(workers);
}

static void end(pid_t *pid)
{
    if (*pid == 0)
        return;
    kill(*pid, SIGKILL);
    waitpid(*pid, NULL, 0);
    *pid = 0;
}

/* Its reps are gone without a word. */
static void gateway_is_gone(const struct chaos_workers *workers)
{
    put_pages(workers, &(struct client_line){.word = CLIENT_CLOSED, .text = "drop"});
}

void chaos_worker_kill(struct chaos_workers *workers, enum chaos_worker which)
{
    end(&workers->pids[which]);
    if (which == CHAOS_GATEWAY)
        gateway_is_gone(workers);
}

bool chaos_worker_runs(struct chaos_workers *workers, enum chaos_worker which)
{
    int status;

    if (workers->pids[which] != 0 && waitpid(workers->pids[which], &status, WNOHANG) == 0)
        return true;
    if (workers->pids[which] != 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == 1)) {
        printf("VIOLATED: leadwire-%s ended with status %d\n", kinds[which].name, status);
        exit(1);
    }
    workers->pids[which] = 0;
    if (which == CHAOS_GATEWAY)
        gateway_is_gone(workers);
    return false;
}

void chaos_workers_close(struct chaos_workers *workers)
{
    end(&workers->senders);
    for (unsigned i = 0; i < CHAOS_WORKERS; i++)
        end(&workers->pids[i]);
    end(&workers->receiver);
    end(&workers->pages);
    fclose(workers->log);
}

pid_t chaos_worker_pid(const struct chaos_workers *workers, enum chaos_worker which)
{
    return workers->pids[which];
}

/* A form that came since the last look, and then what the receiver is told of it; the other way round it is not seen, and the next is. */
static void note_fresh(struct chaos_workers *workers, const struct client_line *line)
{
    if (line->word == CLIENT_PUBLISHED && workers->fresh_count < CHAOS_FRESH_MAX && strncmp(line->text, "web-", 4) == 0)
        snprintf(workers->fresh[workers->fresh_count++], CLIENT_TEXT_MAX, "%s", line->lead);
    for (unsigned i = 0; i < workers->fresh_count && line->word == CLIENT_TOLD && line->outcome == 0; i++)
        workers->done[CHAOS_HOOKS] += strcmp(workers->fresh[i], line->lead) == 0;
}

static void read_log(struct chaos_workers *workers)
{
    struct client_line line;

    while (client_log_next(workers->log, &line)) {
        note_fresh(workers, &line);
        for (unsigned i = 0; i < LOAD_REPS_PAGES && line.word == CLIENT_COMPLETED; i++)
            workers->done[CHAOS_GATEWAY] += strcmp(line.who, page_rep(i)) == 0;
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
    workers->fresh_count = 0;
}

bool chaos_workers_go_on(struct chaos_workers *workers)
{
    bool all = true;

    read_log(workers);
    for (unsigned i = 0; i < CHAOS_WORKERS; i++)
        all = all && workers->done[i] >= workers->before[i] + DONE_MIN;
    return all;
}

/* With status 0; asked once: as it ends Python no longer catches that. */
static bool has_ended(pid_t *pid, bool *is_asked, const char *name)
{
    int status;

    if (*pid == 0)
        return true;
    if (!*is_asked)
        kill(*pid, SIGTERM);
    *is_asked = true;
    if (waitpid(*pid, &status, WNOHANG) == 0)
        return false;
    *pid = 0;
    if (status != 0) {
        printf("the %s ended with status %d\n", name, status);
        exit(1);
    }
    return true;
}

bool chaos_workers_have_ended(struct chaos_workers *workers)
{
    return has_ended(&workers->senders, &workers->are_asked_to_end, "senders");
}

bool chaos_pages_have_ended(struct chaos_workers *workers)
{
    return has_ended(&workers->pages, &workers->pages_are_asked_to_end, "pages");
}
