/* SPDX-License-Identifier: Apache-2.0
 *
 * ingest_http - the HTTP half of the bench of ingest: leadwire-web with a broker behind it, beside the same HTTP server
 * (lib/http) with a handler that does nothing, under the same load.
 *
 * The load is this process: some connections that are kept, each with one request at a time, a JSON contact of about 400
 * bytes that was never sent before. Anything but the answer 200 ends the bench.
 */
#ifndef INGEST_HTTP_H
#define INGEST_HTTP_H

#include <stdint.h>
#include <sys/types.h>

struct ingest_server {
    pid_t pid, broker, redis;     /* 0: none */
    uint16_t port;
    char dir[64];
};

struct ingest_load { uint32_t connections, requests; };    /* requests: in all */

struct ingest_figures {
    double per_s;                 /* requests a second, by the wall */
    double per_cpu_s;             /* and of CPU time of the server's process: what one core does */
    double p50_us, p99_us;        /* from a request's first byte out to its answer's last byte in */
};

/* fsync: of a Redis of its own ("always"); NULL: the broker keeps nothing (--ephemeral). */
void ingest_worker_start(struct ingest_server *server, const char *fsync);
void ingest_empty_start(struct ingest_server *server);
void ingest_server_stop(struct ingest_server *server);
struct ingest_figures ingest_http_run(const struct ingest_server *server, const struct ingest_load *load);
/* Resident memory of the server's process, bytes. */
uint64_t ingest_server_rss(const struct ingest_server *server);

#endif
