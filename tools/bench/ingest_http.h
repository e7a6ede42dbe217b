/* SPDX-License-Identifier: Apache-2.0
 *
 * ingest_http - the HTTP half of the bench of ingest: leadwire-web with a broker behind it, beside the same HTTP server
 * (lib/http) with a handler that does nothing, under the same load.
 *
 * The load is this process: some connections that are kept, each with one request at a time, a JSON contact of about 400
 * bytes that was never sent before. Anything but the answer 200 ends the bench.
 *
 * Clients outlive a run, so that a run costs no connections, and two servers can be asked in turns. Who watches the journal of the server's
 * Redis has one connection: it waits there for the entry that bears the contact, which Redis gives a reader as it gives an
 * answer, after its fsync.
 */
#ifndef INGEST_HTTP_H
#define INGEST_HTTP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct ingest_server {
    pid_t pid, broker, redis;     /* 0: none */
    uint16_t port;
    char dir[64];
};

struct ingest_clients;

struct ingest_figures {
    double per_s;                 /* requests a second, by the wall */
    double per_cpu_s;             /* and of CPU time of the server's process: what one core does */
    double p50_us, p99_us;        /* from a request's first byte out to its answer's last byte in */
    double journal_p50_us;        /* and to its entry in the journal; 0: nobody watches */
};

/* fsync: of a Redis of its own ("always"); NULL: the broker keeps nothing (--ephemeral). */
void ingest_worker_start(struct ingest_server *server, const char *fsync);
void ingest_empty_start(struct ingest_server *server);
void ingest_server_stop(struct ingest_server *server);
/* Of a server that runs. watches_journal: it has a Redis, and connections is 1. */
struct ingest_clients *ingest_clients_open(const struct ingest_server *server, uint32_t connections, bool watches_journal);
void ingest_clients_close(struct ingest_clients **clients);
/* requests: in all, by all connections. */
struct ingest_figures ingest_http_run(struct ingest_clients *clients, uint32_t requests);
/* The least that a contact took in the journal, bytes; 0: nobody watched one. */
size_t ingest_clients_entry_size(const struct ingest_clients *clients);
/* Resident memory of the server's process, bytes. */
uint64_t ingest_server_rss(const struct ingest_server *server);

#endif
