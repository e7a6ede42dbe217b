/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* memmem */
#include "ingest_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <hiredis/hiredis.h>
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

enum { CONNECTIONS_MAX = 128, READY_WITHIN_MS = 20000, ANSWER_MAX = 4096, REQUEST_MAX = 1024, ID_MAX = 48, CONTACT_MAX = 64 };
static const char JOURNAL[] = "lw:{bench}:journal";

struct connection {
    int fd;
    uint64_t sent_ns;             /* 0: nothing is under way */
    size_t got;
    char answer[ANSWER_MAX];
};

/* Who waits for entries of the journal. */
struct reader {
    redisContext *redis, *beside;    /* NULL: nobody watches. beside: tells that redis is waiting */
    char last[ID_MAX];               /* of the entry that was read last */
    char sought[CONTACT_MAX];        /* what the contact's entry bears */
    uint64_t seen_ns;                /* 0: not yet */
    size_t entry_size_min;
};

struct ingest_clients {
    pid_t server;
    struct connection connections[CONNECTIONS_MAX];
    struct reader reader;
    uint32_t count, sent, answered, requests;
    uint32_t *took_us, *kept_us;
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

static redisReply *answer_of(redisContext *redis)
{
    redisReply *reply = NULL;
    if (redisGetReply(redis, (void **)&reply) != REDIS_OK || !reply || reply->type == REDIS_REPLY_ERROR)
        bench_give_up("Redis does not tell of its journal");
    return reply;
}

static void open_reader(struct reader *reader, const char *dir)
{
    char path[96];
    snprintf(path, sizeof path, "%s/redis.sock", dir);
    reader->redis = redisConnectUnix(path);
    reader->beside = redisConnectUnix(path);
    if (!reader->redis || reader->redis->err || !reader->beside || reader->beside->err)
        bench_give_up("cannot connect to Redis");
    redisReply *reply = redisCommand(reader->redis, "XREVRANGE %s + - COUNT 1", JOURNAL);
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 1)
        bench_give_up("the journal is empty, or elsewhere");
    snprintf(reader->last, sizeof reader->last, "%s", reply->element[0]->element[0]->str);
    freeReplyObject(reply);
}

/* Has Redis wait for what comes behind the last entry, and returns when it does. */
static void await_entry(struct reader *reader)
{
    if (!reader->redis)
        return;
    reader->seen_ns = 0;
    int is_done = 0;
    redisAppendCommand(reader->redis, "XREAD BLOCK 0 STREAMS %s %s", JOURNAL, reader->last);
    while (!is_done)
        if (redisBufferWrite(reader->redis, &is_done) != REDIS_OK)
            bench_give_up("Redis does not wait for its journal");
    redisReply *reply = redisCommand(reader->beside, "PING");
    freeReplyObject(reply);
}

/* What came, at this moment; the sought contact's entry among it or not: timers of the desk make entries too. */
static void read_entries(struct reader *reader, bool until_found)
{
    do {
        redisReply *reply = answer_of(reader->redis);
        const uint64_t now_ns = bench_now_ns();
        const redisReply *entries = reply->type == REDIS_REPLY_ARRAY && reply->elements == 1 ? reply->element[0]->element[1] : NULL;
        for (size_t i = 0; entries && i < entries->elements; i++) {
            const redisReply *bytes = entries->element[i]->element[1]->element[1];
            snprintf(reader->last, sizeof reader->last, "%s", entries->element[i]->element[0]->str);
            if (!memmem(bytes->str, (size_t)bytes->len, reader->sought, strlen(reader->sought)))
                continue;
            reader->seen_ns = now_ns;
            if (reader->entry_size_min == 0 || (size_t)bytes->len < reader->entry_size_min)
                reader->entry_size_min = (size_t)bytes->len;
        }
        freeReplyObject(reply);
        if (reader->seen_ns == 0)
            redisAppendCommand(reader->redis, "XREAD BLOCK 0 STREAMS %s %s", JOURNAL, reader->last);
        for (int is_done = reader->seen_ns != 0; !is_done;)
            if (redisBufferWrite(reader->redis, &is_done) != REDIS_OK)
                bench_give_up("Redis does not wait for its journal");
    } while (until_found && reader->seen_ns == 0);
}

static void send_contact(struct ingest_clients *run, struct connection *connection)
{
    char body[REQUEST_MAX / 2], request[REQUEST_MAX];
    const uint32_t n = next_contact++;
    int body_size = snprintf(body, sizeof body, "{\"submission_id\": \"form-%u\", \"contact\": {\"name\": \"Anna Rossi\", \"email\": \"anna%u@example.com\", "
                             "\"phone\": \"+3902%08u\"}, \"interest\": \"s%u\", \"message\": \"We have a house of 120 m2 near the lake and would like "
                             "to know what solar panels with a battery cost.\", \"tracking\": {\"campaign\": \"autumn\", \"page\": \"/solar\"}}",
                             n, n, 10000000 + n % 80000000, n % BENCH_SKILLS);
    int size = snprintf(request, sizeof request, "POST /in/bench HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                        "Content-Length: %d\r\n\r\n%s", body_size, body);
    snprintf(run->reader.sought, sizeof run->reader.sought, "anna%u@example.com", n);
    await_entry(&run->reader);
    connection->got = 0;
    connection->sent_ns = bench_now_ns();
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

static void take_answer(struct ingest_clients *run, struct connection *connection)
{
    ssize_t got = read(connection->fd, connection->answer + connection->got, sizeof connection->answer - 1 - connection->got);
    if (got <= 0)
        bench_give_up("a connection ended");
    connection->got += (size_t)got;
    connection->answer[connection->got] = '\0';
    if (!is_whole(connection))
        return;
    if (run->reader.redis && run->reader.seen_ns == 0)
        read_entries(&run->reader, true);    /* it is there: the answer says so */
    if (run->reader.redis)
        run->kept_us[run->answered] = (uint32_t)((run->reader.seen_ns - connection->sent_ns) / 1000);
    run->took_us[run->answered++] = (uint32_t)((bench_now_ns() - connection->sent_ns) / 1000);
    connection->sent_ns = 0;
    if (run->sent < run->requests)
        send_contact(run, connection);
}

struct ingest_clients *ingest_clients_open(const struct ingest_server *server, uint32_t connections, bool watches_journal)
{
    struct ingest_clients *clients = calloc(1, sizeof *clients);
    if (!clients)
        bench_give_up("no memory");
    clients->server = server->pid;
    clients->count = connections < CONNECTIONS_MAX ? connections : CONNECTIONS_MAX;
    for (uint32_t i = 0; i < clients->count; i++)
        connect_to(&clients->connections[i], server->port);
    if (watches_journal)
        open_reader(&clients->reader, server->dir);
    return clients;
}

void ingest_clients_close(struct ingest_clients **clients)
{
    for (uint32_t i = 0; i < (*clients)->count; i++)
        close((*clients)->connections[i].fd);
    if ((*clients)->reader.redis) {
        redisFree((*clients)->reader.redis);
        redisFree((*clients)->reader.beside);
    }
    free(*clients);
    *clients = NULL;
}

size_t ingest_clients_entry_size(const struct ingest_clients *clients)
{
    return clients->reader.entry_size_min;
}

static void ask(struct ingest_clients *run)
{
    struct pollfd items[CONNECTIONS_MAX + 1];
    const uint32_t count = run->count;
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct pollfd){.fd = run->connections[i].fd, .events = POLLIN};
    items[count] = (struct pollfd){.fd = run->reader.redis ? run->reader.redis->fd : -1, .events = POLLIN};
    for (uint32_t i = 0; i < count && run->sent < run->requests; i++)
        send_contact(run, &run->connections[i]);
    while (run->answered < run->requests) {
        if (poll(items, count + 1, READY_WITHIN_MS) <= 0)
            bench_give_up("no answer comes");
        if (items[count].revents)
            read_entries(&run->reader, false);
        for (uint32_t i = 0; i < count; i++)
            if (items[i].revents && run->connections[i].sent_ns != 0)
                take_answer(run, &run->connections[i]);
    }
}

struct ingest_figures ingest_http_run(struct ingest_clients *run, uint32_t requests)
{
    run->requests = requests;
    run->sent = run->answered = 0;
    run->took_us = calloc(requests, sizeof *run->took_us);
    run->kept_us = calloc(requests, sizeof *run->kept_us);
    if (!run->took_us || !run->kept_us)
        bench_give_up("no memory");
    const uint64_t cpu_us = bench_cpu_us(run->server), start_ns = bench_now_ns();
    ask(run);
    const double seconds = (double)(bench_now_ns() - start_ns) / 1e9, cpu_s = (double)(bench_cpu_us(run->server) - cpu_us) / 1e6;
    struct ingest_figures figures = {.per_s = requests / seconds, .per_cpu_s = requests / cpu_s,
                                     .p50_us = bench_percentile_u32(run->took_us, requests, 0.5),
                                     .p99_us = bench_percentile_u32(run->took_us, requests, 0.99),
                                     .journal_p50_us = bench_percentile_u32(run->kept_us, requests, 0.5)};
    free(run->took_us);
    free(run->kept_us);
    return figures;
}
