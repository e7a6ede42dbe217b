/* SPDX-License-Identifier: Apache-2.0
 *
 * floor - the rows of `leadwire-bench floor`: ours end to end, and what bounds it from below.
 *
 *   zmq      the same messages (number, direction, size) through raw ROUTERs, nothing decided, nothing stored
 *   append   the same journal bytes through pipelined appends, no sockets but Redis's
 *   ours     publisher -> leadwire-broker -> 50 rep sessions, on a private Redis
 */
#ifndef FLOOR_H
#define FLOOR_H

#include <stdint.h>
#include <sys/types.h>

#include "bench.h"
#include "bench_desk.h"

enum { FLOOR_IN_FLIGHT = 512, FLOOR_BACKLOG = 1000, FLOOR_RATE = 2000 };

struct floor_result {
    double lives_per_s;
    double p50_us, p99_us;              /* publish to offer at FLOOR_RATE; 0: not measured */
    double cpu_broker_us, cpu_redis_us, cpu_reps_us, cpu_publisher_us;   /* per life */
    double journal_bytes_per_life;
    uint64_t lives;
};

/* durability: "memory", "everysec", "always". seconds of flat-out load, then as many at FLOOR_RATE. */
/* The processes of a system at work; 0: it has none of the kind. */
struct floor_pids { pid_t broker, redis, reps, publisher; };
struct floor_board;

/* Shared memory; munmap it. */
struct floor_board *floor_board_new(void);
/* Flat out, then FLOOR_RATE; figures are differences over the middle, when everybody is at work. dir: where Redis writes. The first is
 * flat out alone. */
struct floor_result floor_measure_flat_out(const struct floor_board *board, const char *dir, const struct floor_pids *pids, uint32_t seconds);
struct floor_result floor_measure(struct floor_board *board, const char *dir, const struct floor_pids *pids, uint32_t seconds);
struct floor_result floor_ours(const char *durability, uint32_t seconds);
/* The same with clients that subscribe to the desk's events and read them all. */
struct floor_result floor_ours_watched(const char *durability, uint32_t subscribers, uint32_t seconds);
/* The same by TCP on loopback, plain or with a CURVE key for each client. */
struct floor_result floor_ours_by_tcp(const char *durability, bool is_encrypted, uint32_t seconds);
/* A desk of that size, each of whose reps is full while so many leads wait; only flat out. */
struct floor_result floor_ours_large(const char *durability, const struct bench_desk_size *desk, uint32_t waiting, uint32_t seconds, double *broker_bytes);
/* The same load, spread over desks with a broker and 5 reps each, on one Redis; *broker_bytes: memory of the brokers together. */
struct floor_result floor_ours_desks(const char *durability, uint32_t desks, uint32_t seconds, double *broker_bytes);
struct floor_result floor_zmq(uint32_t seconds);
/* bytes_per_life and batch size as ours had them. */
struct floor_result floor_append(const char *fsync, uint32_t seconds, double bytes_per_life);

#endif
