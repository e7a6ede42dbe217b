/* SPDX-License-Identifier: Apache-2.0 */
#include "password_process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "users.h"

struct question {
    uint64_t check;
    char hash[PASSWORD_HASH_MAX + 1];        /* "": of nobody */
    char password[PASSWORD_SIZE_MAX + 1];
};

struct verdict {
    uint64_t check;
    uint8_t good;
};

struct password_process {
    pid_t pid;
    int fd;
    struct event *readable;
    struct password_process_events events;
    uint64_t checks;
    uint32_t under_way;
};

static void answer_all(int fd);
static void on_readable(evutil_socket_t fd, short what, void *context);

lw_status password_process_start(struct password_process **out)
{
    int pair[2];
    *out = NULL;
    struct password_process *process = calloc(1, sizeof *process);
    if (!process)
        return LW_NO_MEMORY;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0) {
        free(process);
        return LW_IO;
    }
    process->pid = fork();
    if (process->pid == 0) {
        close(pair[0]);
        answer_all(pair[1]);
        _exit(0);
    }
    close(pair[1]);
    process->fd = pair[0];
    *out = process;
    if (process->pid < 0) {
        password_process_stop(out);
        return LW_IO;
    }
    fcntl(process->fd, F_SETFD, FD_CLOEXEC);
    return evutil_make_socket_nonblocking(process->fd) == 0 ? LW_OK : LW_IO;
}

lw_status password_process_attach(struct password_process *process, struct event_base *base, const struct password_process_events *events)
{
    process->events = *events;
    process->readable = event_new(base, process->fd, EV_READ | EV_PERSIST, on_readable, process);
    return process->readable && event_add(process->readable, NULL) == 0 ? LW_OK : LW_NO_MEMORY;
}

void password_process_stop(struct password_process **process_place)
{
    struct password_process *process = *process_place;
    *process_place = NULL;
    if (!process)
        return;
    if (process->readable)
        event_free(process->readable);
    close(process->fd);   /* the child sees it once the check under way is done */
    if (process->pid > 0)
        while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    free(process);
}

lw_status password_process_check(struct password_process *process, const char *hash, const char *password, uint64_t *check_out)
{
    struct question question = {.check = ++process->checks};
    *check_out = question.check;
    if (process->under_way == PASSWORD_CHECKS_MAX)
        return LW_FULL;
    if (strlen(password) > PASSWORD_SIZE_MAX || (hash && strlen(hash) > PASSWORD_HASH_MAX))
        return LW_TOO_LARGE;
    memcpy(question.password, password, strlen(password));
    if (hash)
        memcpy(question.hash, hash, strlen(hash));
    ssize_t sent = send(process->fd, &question, sizeof question, MSG_NOSIGNAL);
    sodium_memzero(&question, sizeof question);
    if (sent < 0)
        return errno == EAGAIN ? LW_FULL : LW_IO;
    process->under_way++;
    return LW_OK;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    struct password_process *process = context;
    struct verdict verdict;
    ssize_t size = recv(fd, &verdict, sizeof verdict, 0);
    if (size == (ssize_t)sizeof verdict) {
        process->under_way--;
        process->events.verdict(process->events.context, verdict.check, verdict.good == 1);
    } else if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) {
        event_del(process->readable);
        process->events.died(process->events.context);
    }
}

/* The child's whole life. Ctrl-C is for the parent, whose end it sees. */
static void answer_all(int fd)
{
    struct question question;
    char nobody[crypto_pwhash_STRBYTES];   /* whose password nobody has */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, SIG_IGN);
    if (crypto_pwhash_str(nobody, "nobody", 6, crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return;
    for (;;) {
        ssize_t size = recv(fd, &question, sizeof question, 0);
        if (size < 0 && errno == EINTR)
            continue;
        if (size != (ssize_t)sizeof question)
            return;
        bool known = question.hash[0] != '\0';
        bool good = crypto_pwhash_str_verify(known ? question.hash : nobody, question.password, strlen(question.password)) == 0;
        const struct verdict verdict = {.check = question.check, .good = known && good};
        sodium_memzero(&question, sizeof question);
        if (send(fd, &verdict, sizeof verdict, MSG_NOSIGNAL) < 0)
            return;
    }
}

static bool read_line(FILE *in, char *line, size_t capacity)
{
    struct termios shown, hidden;
    bool is_terminal = isatty(fileno(in)) && tcgetattr(fileno(in), &shown) == 0;
    if (is_terminal) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        fprintf(stderr, "password: ");
        tcsetattr(fileno(in), TCSAFLUSH, &hidden);
    }
    bool read = fgets(line, (int)capacity, in) != NULL;
    if (is_terminal) {
        tcsetattr(fileno(in), TCSAFLUSH, &shown);
        fputc('\n', stderr);
    }
    line[read ? strcspn(line, "\r\n") : 0] = '\0';
    return read;
}

int password_hash_line(FILE *in, FILE *out)
{
    char password[PASSWORD_SIZE_MAX + 3], hash[crypto_pwhash_STRBYTES];
    assert(crypto_pwhash_STRBYTES <= PASSWORD_HASH_MAX);
    if (!read_line(in, password, sizeof password) || strlen(password) < PASSWORD_SIZE_MIN || strlen(password) > PASSWORD_SIZE_MAX) {
        fprintf(stderr, "leadwire-gateway: a password has %d to %d bytes: give it as one line of standard input\n",
                PASSWORD_SIZE_MIN, PASSWORD_SIZE_MAX);
        return 2;
    }
    int failed = crypto_pwhash_str(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE);
    sodium_memzero(password, sizeof password);
    if (failed) {
        fprintf(stderr, "leadwire-gateway: no memory for the hash (64 MiB)\n");
        return 1;
    }
    fprintf(out, "%s\n", hash);
    return 0;
}
