/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* memmem */
#include "ingest_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "bench_desk.h"
#include "bench_process.h"
#include "http_door.h"

enum { CONNECTIONS_MAX = 128, READY_WITHIN_MS = 20000, ANSWER_MAX = 4096, REQUEST_MAX = 1024 };

struct connection {
    int fd;
    uint64_t sent_ns;             /* 0: nothing is under way */
    size_t got;
    char answer[ANSWER_MAX];
};

struct run {
    struct connection connections[CONNECTIONS_MAX];
    uint32_t sent, answered, requests;
    uint32_t *took_us;
};

static uint32_t next_contact;     /* over all runs of this process */

/* ---- servers ------------------------------------------------------------------------------ */

static void write_config(const char *dir, char path[128])
{
    snprintf(path, 128, "%s/web.yaml", dir);
    FILE *file = fopen(path, "w");
    if (!file)
        bench_give_up("cannot write the worker's configuration");
    fprintf(file, "desk: bench\nbroker: ipc://%s/run/publish\nlisten: 127.0.0.1:0\nanswer_within: 25s\n"
                  "raw: {directory: raw, size_max_mib: 4096, keep: 1d}\n"
                  "http: {connections_max: 256, request_within: 15s}\n"
                  "sources:\n  bench:\n    region: IT\n    idempotency: submission_id\n"
                  "    map: {full_name: contact.name, email: contact.email, phone: contact.phone, product: interest, summary: message, "
                  "campaign: tracking.campaign}\n", dir);
    fclose(file);
}

static uint16_t read_port(const char *path)
{
    unsigned port = 0;
    if (!bench_await_path(path, READY_WITHIN_MS))
        bench_give_up("leadwire-web does not listen: see its log");
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%u", &port) != 1)
        bench_give_up("leadwire-web says no port");
    fclose(file);
    return (uint16_t)port;
}

static pid_t start_broker(const struct ingest_server *server, const char *fsync)
{
    char program[512], run_dir[96], redis[128], log[96], ready[128];
    snprintf(run_dir, sizeof run_dir, "%s/run", server->dir);
    snprintf(redis, sizeof redis, "unix:%s/redis.sock", server->dir);
    snprintf(log, sizeof log, "%s/broker.log", server->dir);
    snprintf(ready, sizeof ready, "%s/publish", run_dir);
    bench_program("leadwire-broker", program);
    const char *const argv[] = {program, "--desk", "bench", "--run-dir", run_dir, "--leads-max", "2000000",
                                fsync ? "--redis" : "--ephemeral", fsync ? redis : NULL, NULL};
    pid_t pid = bench_start(argv, NULL, log);
    if (!bench_await_path(ready, READY_WITHIN_MS))
        bench_give_up("the broker does not serve: see its log");
    bench_desk_rules(run_dir);
    return pid;
}

void ingest_worker_start(struct ingest_server *server, const char *fsync)
{
    char program[512], config[128], port[128], log[96];
    *server = (struct ingest_server){0};
    bench_make_dir(server->dir);
    write_config(server->dir, config);
    snprintf(port, sizeof port, "%s/port", server->dir);
    snprintf(log, sizeof log, "%s/web.log", server->dir);
    bench_program("leadwire-web", program);
    if (fsync)
        server->redis = bench_desk_redis(server->dir, fsync);
    server->broker = start_broker(server, fsync);
    const char *const argv[] = {program, "--config", config, "--port-file", port, NULL};
    server->pid = bench_start(argv, NULL, log);
    server->port = read_port(port);
}

static void answer_at_once(void *context, struct http_call *call)
{
    static const char body[] = "{\"lead_id\": \"nsv55-3\", \"status\": \"accepted\"}";
    (void)context;
    http_call_reply(call, 200, "application/json", body, sizeof body - 1);
}

static int serve_empty(void *argument)
{
    struct event_base *base = event_base_new();
    struct http_door *door;
    const struct http_door_options options = {.listen = "127.0.0.1:0", .body_size_max = 1 << 20, .connections_max = 256, .request_within_ms = 15000,
                                              .handler = answer_at_once};
    if (!base || http_door_open(base, &options, &door) != LW_OK)
        return 1;
    const uint16_t port = http_door_port(door);
    const int out = *(int *)argument;
    if (write(out, &port, sizeof port) != sizeof port)
        return 1;
    close(out);
    return event_base_dispatch(base);
}

void ingest_empty_start(struct ingest_server *server)
{
    int ends[2];
    *server = (struct ingest_server){0};
    if (pipe(ends) != 0)
        bench_give_up("no pipe");
    server->pid = bench_fork(serve_empty, &ends[1]);
    close(ends[1]);
    if (read(ends[0], &server->port, sizeof server->port) != sizeof server->port)
        bench_give_up("the empty server does not listen");
    close(ends[0]);
}

void ingest_server_stop(struct ingest_server *server)
{
    bench_stop(server->pid);
    bench_stop(server->broker);
    bench_stop(server->redis);
    if (server->dir[0])
        bench_remove_dir(server->dir);
}

uint64_t ingest_server_rss(const struct ingest_server *server)
{
    return bench_resident_bytes(server->pid);
}

/* ---- load --------------------------------------------------------------------------------- */

static void connect_to(struct connection *connection, uint16_t port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int on = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 || connect(connection->fd, (const struct sockaddr *)&address, sizeof address) != 0)
        bench_give_up("cannot connect");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void send_contact(struct run *run, struct connection *connection)
{
    char body[REQUEST_MAX / 2], request[REQUEST_MAX];
    const uint32_t n = next_contact++;
    int body_size = snprintf(body, sizeof body, "{\"submission_id\": \"form-%u\", \"contact\": {\"name\": \"Anna Rossi\", \"email\": \"anna%u@example.com\", "
                             "\"phone\": \"+3902%08u\"}, \"interest\": \"s%u\", \"message\": \"We have a house of 120 m2 near the lake and would like "
                             "to know what solar panels with a battery cost.\", \"tracking\": {\"campaign\": \"autumn\", \"page\": \"/solar\"}}",
                             n, n, 10000000 + n % 80000000, n % BENCH_SKILLS);
    int size = snprintf(request, sizeof request, "POST /in/bench HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                        "Content-Length: %d\r\n\r\n%s", body_size, body);
    connection->sent_ns = bench_now_ns();
    connection->got = 0;
    if (write(connection->fd, request, (size_t)size) != size)      /* fits the socket's buffer */
        bench_give_up("a request was not taken");
    run->sent++;
}

/* Whole when headers and as many bytes as they tell are there. */
static bool is_whole(const struct connection *connection)
{
    const char *end = memmem(connection->answer, connection->got, "\r\n\r\n", 4);
    if (!end)
        return false;
    const char *length = memmem(connection->answer, (size_t)(end - connection->answer), "Content-Length: ", 16);
    if (!length || strncmp(connection->answer, "HTTP/1.1 200", 12) != 0) {
        fprintf(stderr, "%.*s\n", (int)connection->got, connection->answer);
        bench_give_up("a contact was not taken");
    }
    return connection->got >= (size_t)(end + 4 - connection->answer) + strtoul(length + 16, NULL, 10);
}

static void take_answer(struct run *run, struct connection *connection)
{
    ssize_t got = read(connection->fd, connection->answer + connection->got, sizeof connection->answer - 1 - connection->got);
    if (got <= 0)
        bench_give_up("a connection ended");
    connection->got += (size_t)got;
    connection->answer[connection->got] = '\0';
    if (!is_whole(connection))
        return;
    run->took_us[run->answered++] = (uint32_t)((bench_now_ns() - connection->sent_ns) / 1000);
    connection->sent_ns = 0;
    if (run->sent < run->requests)
        send_contact(run, connection);
}

struct ingest_figures ingest_http_run(const struct ingest_server *server, const struct ingest_load *load)
{
    static struct run run;
    struct pollfd items[CONNECTIONS_MAX];
    const uint32_t count = load->connections < CONNECTIONS_MAX ? load->connections : CONNECTIONS_MAX;

    run = (struct run){.requests = load->requests, .took_us = calloc(load->requests, sizeof *run.took_us)};
    if (!run.took_us)
        bench_give_up("no memory");
    for (uint32_t i = 0; i < count; i++) {
        connect_to(&run.connections[i], server->port);
        items[i] = (struct pollfd){.fd = run.connections[i].fd, .events = POLLIN};
    }
    const uint64_t cpu_us = bench_cpu_us(server->pid), start_ns = bench_now_ns();
    for (uint32_t i = 0; i < count && run.sent < run.requests; i++)
        send_contact(&run, &run.connections[i]);
    while (run.answered < run.requests) {
        if (poll(items, count, READY_WITHIN_MS) <= 0)
            bench_give_up("no answer comes");
        for (uint32_t i = 0; i < count; i++)
            if (items[i].revents && run.connections[i].sent_ns != 0)
                take_answer(&run, &run.connections[i]);
    }
    const double seconds = (double)(bench_now_ns() - start_ns) / 1e9, cpu_s = (double)(bench_cpu_us(server->pid) - cpu_us) / 1e6;
    struct ingest_figures figures = {.per_s = run.requests / seconds, .per_cpu_s = run.requests / cpu_s,
                                     .p50_us = bench_percentile_u32(run.took_us, run.requests, 0.5),
                                     .p99_us = bench_percentile_u32(run.took_us, run.requests, 0.99)};
    for (uint32_t i = 0; i < count; i++)
        close(run.connections[i].fd);
    free(run.took_us);
    return figures;
}
