/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* memmem */
#include "peer_nats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_desk.h"
#include "bench_process.h"
#include "peer_link.h"

static uint16_t port;

struct message { const char *subject, *reply, *body; size_t subject_size, reply_size, body_size; };

bool peer_nats_is_there(void)
{
    char path[512];
    return peer_program_find("nats-server", "LEADWIRE_NATS_SERVER", path);
}

void peer_nats_version(char version[BENCH_VERSION_MAX])
{
    char path[512];
    peer_program_find("nats-server", "LEADWIRE_NATS_SERVER", path);
    bench_version_ask((const char *const[]){path, "--version", NULL}, NULL, version);
}

/* The next whole message; pings are answered, what else the server says is skipped. "MSG SUBJECT SID [REPLY] SIZE", and the body's line. */
static bool next_message(struct peer_link *link, struct message *out)
{
    for (;;) {
        char *line = link->in + link->read, *end = strstr(line, "\r\n");
        size_t used = end ? (size_t)(end + 2 - line) : 0;
        if (!end)
            return false;
        if (strncmp(line, "-ERR", 4) == 0)
            bench_give_up("the bench's nats-server refused something");
        if (strncmp(line, "PING", 4) == 0)
            byte_buffer_printf(&link->out, "PONG\r\n");
        if (strncmp(line, "MSG ", 4) != 0) {
            link->read += used;
            continue;
        }
        const char *words[5] = {line};
        size_t sizes[5] = {0}, count = 0;
        for (const char *at = line; count < 5 && at < end; at += sizes[count - 1] + 1) {
            words[count] = at;
            sizes[count++] = strcspn(at, " \r");
        }
        size_t body_size = strtoul(words[count - 1], NULL, 10);
        if (link->in_size - link->read < used + body_size + 2)
            return false;
        *out = (struct message){.subject = words[1], .subject_size = sizes[1], .reply = count == 5 ? words[3] : "", .reply_size = count == 5 ? sizes[3] : 0,
                                .body = line + used, .body_size = body_size};
        link->read += used + body_size + 2;
        return true;
    }
}

static struct peer_link *open_link(void)
{
    struct peer_link *link = peer_link_open_tcp("nats-server", port);
    byte_buffer_printf(&link->out, "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":false,\"lang\":\"c\",\"version\":\"1\",\"protocol\":1}\r\n");
    return link;
}

/* Asks JetStream, and waits for the answer. */
static void ask(struct peer_link *link, const char *subject, const char *request)
{
    struct message answer;
    byte_buffer_printf(&link->out, "PUB $JS.API.%s inbox %zu\r\n%s\r\n", subject, strlen(request), request);
    peer_link_flush(link);
    while (!next_message(link, &answer))
        peer_link_fill(link, true);
    if (memmem(answer.body, answer.body_size, "\"error\"", 7)) {
        fprintf(stderr, "%.*s\n", (int)answer.body_size, answer.body);
        bench_give_up("JetStream refused a stream or a consumer");
    }
}

static void prepare(void)
{
    char subject[64], request[512];
    struct peer_link *link = open_link();
    byte_buffer_printf(&link->out, "SUB inbox 1\r\n");
    ask(link, "STREAM.CREATE.LEADS", "{\"name\":\"LEADS\",\"subjects\":[\"lead.*\"],\"storage\":\"file\",\"retention\":\"workqueue\",\"num_replicas\":1}");
    for (unsigned i = 0; i < BENCH_SKILLS; i++) {
        snprintf(subject, sizeof subject, "CONSUMER.DURABLE.CREATE.LEADS.s%u", i);
        snprintf(request, sizeof request, "{\"stream_name\":\"LEADS\",\"config\":{\"durable_name\":\"s%u\",\"filter_subject\":\"lead.s%u\",\"deliver_subject\":\"give.s%u\","
                 "\"deliver_group\":\"reps\",\"ack_policy\":\"explicit\",\"deliver_policy\":\"all\",\"replay_policy\":\"instant\",\"max_ack_pending\":1000}}", i, i, i);
        ask(link, subject, request);
    }
    peer_link_close(link);
}

static void put_one(void *place, uint64_t number)
{
    struct peer_link *link = place;
    char payload[PEER_PAYLOAD + 1];
    peer_payload(number, payload);
    byte_buffer_printf(&link->out, "PUB lead.s%u inbox.p %d\r\n%s\r\n", (unsigned)(number % BENCH_SKILLS), (int)PEER_PAYLOAD, payload);
}

static uint64_t take_confirmations(void *place)
{
    struct peer_link *link = place;
    struct message message;
    uint64_t count = 0;
    peer_link_fill(link, link->read == link->in_size);
    for (; next_message(link, &message); count++)
        if (memmem(message.body, message.body_size, "\"error\"", 7))
            bench_give_up("JetStream refused a lead");
    return count;
}

static int run_publisher(void *board)
{
    struct peer_link *link = open_link();
    byte_buffer_printf(&link->out, "SUB inbox.p 1\r\n");
    peer_publish(board, &(struct peer_publisher){.link = link, .put = put_one, .flush = peer_link_flush, .take = take_confirmations});
    peer_link_close(link);
    return 0;
}

static struct peer_link *open_rep(struct floor_board *board, uint32_t rep)
{
    (void)board;
    struct peer_link *link = open_link();
    byte_buffer_printf(&link->out, "SUB give.s%u reps 1\r\nSUB give.s%u reps 2\r\n", rep % BENCH_SKILLS, (rep + 5) % BENCH_SKILLS);
    peer_link_flush(link);
    return link;
}

static void work_off(struct floor_board *board, struct peer_link *link, uint32_t rep)
{
    struct message message;
    peer_link_fill(link, false);
    uint64_t done = 0;
    for (; next_message(link, &message); done++) {
        peer_deliver(board, rep, message.body);
        byte_buffer_printf(&link->out, "PUB %.*s 0\r\n\r\n", (int)message.reply_size, message.reply);
    }
    peer_link_flush(link);
    board->completed += done;
}

static int run_reps(void *board)
{
    peer_reps_run(board, &(struct peer_reps){.open = open_rep, .work_off = work_off});
    return 0;
}

struct peer_result peer_nats_run(uint32_t seconds)
{
    char program[512], store[128], log[128], number[16];
    struct floor_board *board = floor_board_new();
    if (!peer_program_find("nats-server", "LEADWIRE_NATS_SERVER", program))
        bench_give_up("nats-server is not there");
    bench_make_dir(board->run_dir);
    port = peer_free_port();
    snprintf(store, sizeof store, "%s/store", board->run_dir);
    snprintf(log, sizeof log, "%s/log", board->run_dir);
    snprintf(number, sizeof number, "%u", port);
    const char *const argv[] = {program, "-js", "-sd", store, "-a", "127.0.0.1", "-p", number, NULL};
    pid_t server = bench_start(argv, NULL, log);
    if (!peer_await_port(port, 10000))
        bench_give_up("nats-server did not start: see its log");
    prepare();
    return peer_run(board, server, run_publisher, run_reps, seconds);
}
