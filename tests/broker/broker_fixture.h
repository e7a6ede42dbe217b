/* SPDX-License-Identifier: Apache-2.0
 *
 * broker_fixture - a leadwire-broker of the test's own, in a run directory of its own. It dies with the test.
 * Functions that cannot do their work end the test with a sentence.
 */
#ifndef BROKER_FIXTURE_H
#define BROKER_FIXTURE_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { BROKER_FIXTURE_ARGS_MAX = 24 };

struct broker_fixture {
    char directory[64], run_dir[96], secrets[96], log[96];
    const char *args[BROKER_FIXTURE_ARGS_MAX];
    const char *crash_at;        /* LEADWIRE_CRASH_AT of the next start; NULL: none */
    const struct rlimit *limit_files;   /* of the next start; NULL: as ours */
    pid_t pid;                   /* 0: not running */
    int ready_fd;                /* -1: it has said that it serves, or ended */
};

/* Makes the directory and the secrets of reps "anna", "bruno" and "carla": "secret-of-NAME". args: beside --desk, --run-dir, --rep-secrets and
 * --ready-fd; borrowed for ever. Starts nothing. */
void broker_fixture_open(struct broker_fixture *broker, const char *const *args);
/* Kills what runs and removes the directory. */
void broker_fixture_close(struct broker_fixture *broker);
/* Returns when it serves. */
void broker_fixture_start(struct broker_fixture *broker);
/* Returns at once; then wait with broker_fixture_await. */
void broker_fixture_launch(struct broker_fixture *broker);
void broker_fixture_await(struct broker_fixture *broker);
void broker_fixture_kill(struct broker_fixture *broker);                /* kill -9, waited for */
int broker_fixture_stop(struct broker_fixture *broker);                 /* SIGTERM; the exit code, or -1 for a signal */
/* Waits until it ends by itself; the exit code, or -1 for a signal. */
int broker_fixture_wait(struct broker_fixture *broker);
/* Runs a broker with exactly these arguments to its end; standard error goes to out. The exit code. */
int broker_fixture_run(const char *const *args, char *out, size_t size);
/* Does its log hold this text, and how often? */
bool broker_fixture_logged(const struct broker_fixture *broker, const char *text);
unsigned broker_fixture_log_count(const struct broker_fixture *broker, const char *text);
/* The first address of this name in the status file that begins so: "publish", "tcp://". */
bool broker_fixture_address(const struct broker_fixture *broker, const char *name, const char *begins, char *out, size_t size);

#endif
