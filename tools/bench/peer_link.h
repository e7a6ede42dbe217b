/* SPDX-License-Identifier: Apache-2.0
 *
 * peer_link - a peer's program, and a connection to it: what is to be sent, and what came and was not read yet. Anything that goes wrong
 * ends the bench. Threads: one owner.
 */
#ifndef PEER_LINK_H
#define PEER_LINK_H

#include <stdbool.h>

#include "byte_buffer.h"
#include "peer_work.h"

enum { PEER_IN_MAX = 64 * 1024, PEER_OUT_MAX = 4 * 1024 * 1024 };

struct peer_link {
    const char *peer;             /* its name, for messages */
    int fd;
    struct byte_buffer out;
    char in[PEER_IN_MAX + 1];     /* from read to in_size; with a NUL behind */
    size_t in_size, read;
    uint64_t tag;                 /* the driver's own */
};

/* The program that the variable names, else the one of this name from PATH, /usr/sbin or /usr/lib; false: there is none. */
bool peer_program_find(const char *name, const char *variable, char path[512]);
/* A port of 127.0.0.1 that nobody has now. */
uint16_t peer_free_port(void);
/* True once somebody listens there; false after timeout_ms. */
bool peer_await_port(uint16_t port, uint32_t timeout_ms);

struct peer_link *peer_link_open_unix(const char *peer, const char *path);
struct peer_link *peer_link_open_tcp(const char *peer, uint16_t port);
void peer_link_close(struct peer_link *link);
/* False: nothing came, and wait was not set. */
bool peer_link_fill(struct peer_link *link, bool wait);
/* For struct peer_publisher. Reads meanwhile: a server whose answers nobody takes reads no more. */
void peer_link_flush(void *link);

struct peer_reps {
    struct peer_link *(*open)(struct floor_board *board, uint32_t rep);   /* ready to be given leads */
    void (*work_off)(struct floor_board *board, struct peer_link *link, uint32_t rep);
};
/* BENCH_REPS of them until board->stop says so. */
void peer_reps_run(struct floor_board *board, const struct peer_reps *reps);

#endif
