/* SPDX-License-Identifier: Apache-2.0
 *
 * doctor - findings about this machine, each with what to do. Used by command_doctor only.
 *
 * Threads: one owner.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

enum finding { FINDING_GOOD, FINDING_WARNING, FINDING_BAD };

enum { FINDINGS_MAX = 64, FINDING_SIZE = 240 };

struct doctor {
    struct { enum finding kind; const char *check; char words[FINDING_SIZE], remedy[FINDING_SIZE]; } findings[FINDINGS_MAX];
    size_t count;
};

/* check: a literal, one word. remedy is "" for good findings. */
void doctor_say(struct doctor *doctor, enum finding kind, const char *check, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* address: "unix:PATH" or "host:port". user and password_file may be NULL. Waits at most 2 s for each answer. */
void doctor_check_redis(struct doctor *doctor, const char *address, const char *user, const char *password_file);
/* The sockets' directory, and this machine's limits. */
void doctor_check_run_dir(struct doctor *doctor, const char *run_dir);
void doctor_check_machine(struct doctor *doctor, const char *run_dir);

#endif
