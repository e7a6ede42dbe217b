/* SPDX-License-Identifier: Apache-2.0
 *
 * redis_fixture - a redis-server of the test's own: a unix socket in a directory of its own, no port, nothing shared.
 *
 * The server is $LEADWIRE_REDIS_SERVER or redis-server from PATH. It dies with the test. A library in
 * $LEADWIRE_REDIS_PRELOAD is preloaded into it. Functions that cannot do
 * their work end the test with a sentence.
 */
#ifndef REDIS_FIXTURE_H
#define REDIS_FIXTURE_H

#include <stdbool.h>
#include <sys/types.h>

enum { REDIS_FIXTURE_ARGS_MAX = 16 };

struct redis_fixture {
    char directory[64];
    char socket[96];
    const char *args[REDIS_FIXTURE_ARGS_MAX];
    pid_t pid;                    /* 0: not running */
    const char *password;         /* for our own commands; NULL: none */
    char port[8];                 /* on loopback; "0": none */
};

/* Prints "SKIP: ..." and exits 77 when there is no redis-server. extra: further arguments, NULL-terminated, borrowed for
 * ever; NULL: none. Default: append-only file, appendfsync always, no snapshots. */
void redis_fixture_open(struct redis_fixture *redis, const char *const *extra);
/* The same, also on a free port of loopback: there replicas find it. */
void redis_fixture_open_with_port(struct redis_fixture *redis);
/* It becomes a replica of `master`, until it is started again. */
void redis_fixture_follow(struct redis_fixture *redis, const struct redis_fixture *master);
/* The same for a server that asks for a password. */
void redis_fixture_open_with_password(struct redis_fixture *redis, const char *const *extra, const char *password);
/* Ends it and removes its directory. */
void redis_fixture_close(struct redis_fixture *redis);
/* Starts it (again) on the same directory; returns when it answers. */
void redis_fixture_start(struct redis_fixture *redis);
void redis_fixture_kill(struct redis_fixture *redis);       /* kill -9, waited for */
void redis_fixture_pause(struct redis_fixture *redis);      /* SIGSTOP */
void redis_fixture_go_on(struct redis_fixture *redis);      /* SIGCONT */
/* Keeps a copy of its data / puts that copy back (while it is not running). */
void redis_fixture_save_copy(struct redis_fixture *redis);
void redis_fixture_restore_copy(struct redis_fixture *redis);
/* One command, printf-like as hiredis formats. True: no error. The text form is in answer (if not NULL). */
bool redis_fixture_ask(struct redis_fixture *redis, char *answer, int answer_size, const char *format, ...);

#endif
