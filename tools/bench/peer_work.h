/* SPDX-License-Identifier: Apache-2.0
 *
 * peer_work - what the drivers of all peers share: the payload, the pace of the publisher, the check of every delivered
 * lead, and the run of a publisher's and the reps' process around a server.
 */
#ifndef PEER_WORK_H
#define PEER_WORK_H

#include <stdbool.h>

#include "floor.h"
#include "floor_clients.h"

enum { PEER_PAYLOAD = 400, PEER_STOP_PUBLISHER = 1, PEER_STOP_REPS = 2 };

struct peer_result {
    struct floor_result floor;
    bool all_once;        /* every lead came once, to a rep with its skill, and was acknowledged */
};

/* A publisher's connection. put appends one lead, flush sends what was appended, take waits for answers and gives how many came. */
struct peer_publisher {
    void *link;
    void (*put)(void *link, uint64_t number);
    void (*flush)(void *link);
    uint64_t (*take)(void *link);
};

/* "NUMBER SENT_NS ", filled up; with a NUL behind. */
void peer_payload(uint64_t number, char payload[PEER_PAYLOAD + 1]);
/* Publishes at the board's rate, with a window and a bounded backlog, until board->stop; then takes the last answers. */
void peer_publish(struct floor_board *board, const struct peer_publisher *publisher);
/* A lead came to this rep: checked, timed. Gives its number. In the reps' process only. */
uint64_t peer_deliver(struct floor_board *board, uint32_t rep, const char *payload);

/* The board's run_dir is the server's folder. The functions run in processes of their own until board->stop says so;
 * reps count up board->reps_ready and board->completed, the publisher board->published. Stops the server, removes the
 * folder, unmaps the board. */
struct peer_result peer_run(struct floor_board *board, pid_t server, int (*publisher)(void *board), int (*reps)(void *board), uint32_t seconds);

#endif
