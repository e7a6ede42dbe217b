/* SPDX-License-Identifier: Apache-2.0
 *
 * connections - every connection that was accepted, by its descriptor, whether or not it ever said anything.
 *
 *   accepted --> WAITING --Hello--> GREETED        WAITING for CONNECTIONS_HELLO_MS: to be cut
 *                   ^                  |
 *                   '-- session over --'           beyond a bound: to be cut at once
 *
 * libzmq ends by itself only who does not complete its handshake in 5 s. Whoever completes it and then says nothing, or
 * comes by the thousand, would hold descriptors for ever, until none is left for anybody, nor for Redis. Of connections by
 * TCP there may be a little less, so that this machine's own workers and tools always find room.
 * Watchers of events say no Hello. By TCP they have to subscribe instead, which tells whose key they have; by ipc they are not waited
 * for. Of those by TCP there may be only so many altogether.
 * The key of a connection is known from its Hello or its subscription on, and of each key there may be only so many, at all doors
 * together.
 *
 * Descriptors are used again; a serial number tells who has one. What is known of one comes in order from each socket, and
 * its end is told before the descriptor is free; but of two sockets what came later may be read first. So a connection is known
 * by its door and its descriptor, and what one door tells is never taken for another's.
 * Knows no socket; threads: one owner.
 */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

#include "index_table.h"
#include "siphash.h"

enum {
    CONNECTIONS_HELLO_MS = 5000,
    CONNECTIONS_KEPT_MAX = 64,         /* that only peers of this machine may have, or an eighth of all */
    CONNECTIONS_WATCHERS_MAX = 1024,   /* by TCP, or half of those that there may be by it */
    CONNECTIONS_DOORS_MAX = 8,
};

struct connection {
    uint64_t session;                  /* 0: none */
    uint64_t since_ms;                 /* WAITING: from when on */
    uint64_t serial;
    uint64_t route;                    /* by which its door knows it; 0: by its descriptor */
    struct siphash_128 key_tag;        /* zero: none, or not known yet */
    int32_t next, previous;            /* WAITING, or to be cut: places */
    uint8_t state;
    bool is_tcp, watches;              /* watches: by TCP, and subscribes instead of saying Hello */
};

struct connection_name { int fd; uint8_t door; uint64_t serial, route; };

struct connection_list { int32_t first, last; };   /* places */

struct connections {
    struct index_table by_key;         /* places */
    struct connection *places;         /* of descriptor times CONNECTIONS_DOORS_MAX plus door */
    uint32_t capacity, max;            /* max 0: none */
    uint32_t per_key_max, key_peak;    /* 0: as many as there may be; the most that one key ever had at a time */
    uint32_t count, tcp_count, watcher_count;      /* watcher_count: by TCP */
    struct connection_list waiting, crowded;
    uint64_t accepted, cut_crowded, cut_of_key, cut_silent;
};

/* LW_NO_MEMORY. */
LW_MUST_CHECK lw_status connections_init(struct connections *connections, uint32_t max, uint32_t per_key_max);
void connections_fini(struct connections *connections);

/* greets: it has to say Hello; else it watches. LW_NO_MEMORY: it is not known, and lives. */
LW_MUST_CHECK lw_status connections_accept(struct connections *connections, uint8_t door, int fd, bool is_tcp, bool greets, uint64_t now_ms);
/* Of one that was accepted: its door knows it by this. */
void connections_route(struct connections *connections, uint8_t door, int fd, uint64_t route);
/* Gives the session that it had; 0: none, or nothing is known of it. */
uint64_t connections_close(struct connections *connections, uint8_t door, int fd);
/* The door's socket is gone, and all its connections. */
void connections_forget(struct connections *connections, uint8_t door);

/* It has this key, zero: none. False: it is to be cut, as there are as many as there may be, or as many of that key. */
bool connections_identify(struct connections *connections, uint8_t door, int fd, struct siphash_128 key_tag);
/* A Hello gave it this session, or it watches, and has subscribed (0). What is not known is ignored, here and below. */
void connections_greet(struct connections *connections, uint8_t door, int fd, uint64_t session);
/* It said something that deserves patience: its time begins anew. */
void connections_bear(struct connections *connections, uint8_t door, int fd, uint64_t now_ms);
/* Its session is over: it has to say Hello again. */
void connections_leave(struct connections *connections, uint8_t door, int fd, uint64_t session, uint64_t now_ms);

/* The next to be cut; false: none. silent_too: not only those beyond the bound; only when all that they have said by now was read. */
bool connections_peek_cut(const struct connections *connections, bool silent_too, uint64_t now_ms, struct connection_name *name_out);
/* It is being shut, and stays counted until libzmq has noticed. False: it has gone by itself. */
bool connections_cut(struct connections *connections, const struct connection_name *name);
/* How long until one is to be cut; UINT64_MAX: none waits. */
uint64_t connections_wait_ms(const struct connections *connections, uint64_t now_ms);
/* How many there may be by TCP. */
uint32_t connections_tcp_max(const struct connections *connections);
/* And of these, who watch events. */
uint32_t connections_watchers_max(const struct connections *connections);

#endif
