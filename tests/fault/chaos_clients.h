/* SPDX-License-Identifier: Apache-2.0
 *
 * chaos_clients - clients of a floor in processes of their own, that can be killed and stopped: two with reps, and one that publishes
 * what only these reps may take. What they see goes into the floor's client log. The floor's own load is not touched by what befalls them.
 *
 * They are this program started anew (chaos_client_main) and end with it. Functions that cannot do their work end the test.
 */
#ifndef CHAOS_CLIENTS_H
#define CHAOS_CLIENTS_H

#include "floor_rig.h"

enum chaos_client { CHAOS_REPS_FIRST, CHAOS_REPS_SECOND, CHAOS_PUBLISHER, CHAOS_CLIENTS };

struct chaos_clients {
    struct floor_rig *rig;
    pid_t pids[CHAOS_CLIENTS];              /* 0: not running */
    FILE *log;                              /* what they have written so far */
    unsigned done[CHAOS_CLIENTS], before[CHAOS_CLIENTS];
};

/* The word in argv[1] that makes this program a client. */
#define CHAOS_CLIENT_WORD "--client"
int chaos_client_main(int argc, char **argv);

void chaos_clients_open(struct chaos_clients *clients, struct floor_rig *rig);
void chaos_clients_close(struct chaos_clients *clients);
void chaos_client_kill(struct chaos_clients *clients, enum chaos_client which);      /* kill -9, waited for */
void chaos_client_start(struct chaos_clients *clients, enum chaos_client which);
pid_t chaos_client_pid(const struct chaos_clients *clients, enum chaos_client which);
/* From here on: what chaos_clients_go_on compares with. */
void chaos_clients_remember(struct chaos_clients *clients);
/* Each of them has had a completion or a publish acknowledged since. */
bool chaos_clients_go_on(struct chaos_clients *clients);
/* Asks the publisher, and when it has ended the reps, to end when nothing is left to do; true: all have. */
bool chaos_clients_have_ended(struct chaos_clients *clients);

#endif
