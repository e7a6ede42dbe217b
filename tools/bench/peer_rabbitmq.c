/* SPDX-License-Identifier: Apache-2.0 */
#include "peer_rabbitmq.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "amqp.h"
#include "bench_desk.h"
#include "bench_process.h"

enum { START_WITHIN_MS = 60000, CONFIRMS = 4 * FLOOR_IN_FLIGHT, SETTINGS = 16, SETTING_MAX = 256 };

static uint16_t port;
static bool is_merged;

/* Where Debian's packages are: "" if they are installed. */
static const char *root(void)
{
    const char *named = getenv("LEADWIRE_RABBITMQ");
    return named ? named : "";
}

static void server_path(char path[512])
{
    snprintf(path, 512, "%s/usr/lib/rabbitmq/bin/rabbitmq-server", root());
}

bool peer_rabbitmq_is_there(void)
{
    char path[512];
    server_path(path);
    return access(path, X_OK) == 0 && !strchr(path, ' ');   /* its scripts take a path apart at spaces */
}

/* It would take seconds to say so itself; the folder of its code has it in its name. */
void peer_rabbitmq_version(char version[BENCH_VERSION_MAX])
{
    char pattern[512];
    glob_t found;

    snprintf(pattern, sizeof pattern, "%s/usr/lib/rabbitmq/lib/rabbitmq_server-*", root());
    version[0] = '\0';
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    bench_version_find(strrchr(found.gl_pathv[0], '/'), version);
    globfree(&found);
}

/* ---- the publisher ----------------------------------------------------------------------- */

/* Which of the last CONFIRMS are confirmed; those up to `before` all are. */
static struct { bool is_confirmed[CONFIRMS]; uint64_t before; } confirms;

static uint64_t confirm(const struct amqp_event *event)
{
    uint64_t count = 0;
    for (uint64_t tag = event->and_before ? confirms.before + 1 : event->tag; tag <= event->tag; tag++) {
        count += !confirms.is_confirmed[tag % CONFIRMS];
        confirms.is_confirmed[tag % CONFIRMS] = true;
    }
    for (; confirms.is_confirmed[(confirms.before + 1) % CONFIRMS]; confirms.before++)
        confirms.is_confirmed[(confirms.before + 1) % CONFIRMS] = false;
    return count;
}

static const char *queue_of(uint32_t skill, char name[16])
{
    snprintf(name, 16, "s%u", skill);
    return name;
}

static void put_one(void *link, uint64_t number)
{
    char payload[PEER_PAYLOAD + 1], queue[16];
    peer_payload(number, payload);
    amqp_publish(link, queue_of((uint32_t)(number % BENCH_SKILLS), queue), payload, PEER_PAYLOAD);
}

static uint64_t take_confirmations(void *place)
{
    struct peer_link *link = place;
    struct amqp_event event;
    uint64_t count = 0;
    peer_link_fill(link, link->read == link->in_size);
    while (amqp_next(link, &event))
        count += event.kind == AMQP_CONFIRM ? confirm(&event) : 0;
    return count;
}

static int run_publisher(void *board)
{
    struct peer_link *link = amqp_open(port);
    amqp_confirm(link);
    peer_publish(board, &(struct peer_publisher){.link = link, .put = put_one, .flush = peer_link_flush, .take = take_confirmations});
    peer_link_close(link);
    return 0;
}

/* ---- the reps ---------------------------------------------------------------------------- */

/* Two consumers, each with half of the rep's room. */
static struct peer_link *open_rep(struct floor_board *board, uint32_t rep)
{
    char queue[16];
    (void)board;
    struct peer_link *link = amqp_open(port);
    amqp_consume(link, queue_of(rep % BENCH_SKILLS, queue), BENCH_CAPACITY / 2);
    amqp_consume(link, queue_of((rep + 5) % BENCH_SKILLS, queue), BENCH_CAPACITY / 2);
    return link;
}

static void work_off(struct floor_board *board, struct peer_link *link, uint32_t rep)
{
    struct amqp_event event;
    uint64_t done = 0, last = 0;
    peer_link_fill(link, false);
    while (amqp_next(link, &event)) {
        if (event.kind != AMQP_DELIVERY)
            continue;
        peer_deliver(board, rep, event.body);
        last = event.tag;
        done++;
        if (!is_merged)
            amqp_ack(link, event.tag, false);
    }
    if (done > 0 && is_merged)
        amqp_ack(link, last, true);
    peer_link_flush(link);
    board->completed += done;
}

static int run_reps(void *board)
{
    peer_reps_run(board, &(struct peer_reps){.open = open_rep, .work_off = work_off});
    return 0;
}

/* ---- the server -------------------------------------------------------------------------- */

static void prepare(void)
{
    char queue[16];
    struct peer_link *link = amqp_open(port);
    for (uint32_t i = 0; i < BENCH_SKILLS; i++)
        amqp_declare_quorum(link, queue_of(i, queue));
    peer_link_close(link);
}

/* Erlang's nodes find each other by epmd, which would stay behind if the node started it; so the bench has one on a port of its own. */
static pid_t start(const char *dir, pid_t *epmd)
{
    char server[512], daemon[512], log[96], settings[SETTINGS][SETTING_MAX + 512];
    const char *argv[SETTINGS + 3] = {"/usr/bin/env"};
    int count = 0;
    server_path(server);
    snprintf(daemon, sizeof daemon, "%s/usr/lib/erlang/bin/epmd", root());
    snprintf(log, sizeof log, "%s/log", dir);
#define SET(...) snprintf(settings[count], sizeof settings[count], __VA_ARGS__), count++
    SET("ERL_EPMD_PORT=%u", peer_free_port());
    SET("ERL_EPMD_ADDRESS=127.0.0.1");
    SET("PATH=%s/usr/lib/erlang/bin:/usr/sbin:/usr/bin:/sbin:/bin", root());
    SET("ERL_ROOTDIR=%s/usr/lib/erlang", root());
    SET("HOME=%s", dir);
    SET("RABBITMQ_MNESIA_BASE=%s/data", dir);
    SET("RABBITMQ_LOG_BASE=%s/logs", dir);
    SET("RABBITMQ_NODENAME=bench@localhost");
    SET("RABBITMQ_NODE_IP_ADDRESS=127.0.0.1");
    SET("RABBITMQ_NODE_PORT=%u", port);
    SET("RABBITMQ_DIST_PORT=%u", peer_free_port());
    SET("RABBITMQ_CONF_ENV_FILE=%s/none", dir);
    SET("RABBITMQ_CONFIG_FILE=%s/none", dir);
    SET("RABBITMQ_ENABLED_PLUGINS_FILE=%s/none", dir);
    SET("RABBITMQ_PID_FILE=%s/pid", dir);
    SET("detached=1");   /* the script becomes the server instead of waiting for it */
#undef SET
    for (int i = 0; i < count; i++)
        argv[i + 1] = settings[i];
    argv[count + 1] = daemon;
    *epmd = bench_start(argv, NULL, log);
    argv[count + 1] = server;
    pid_t pid = bench_start(argv, NULL, log);
    if (!peer_await_port(port, START_WITHIN_MS))
        bench_give_up("rabbitmq-server did not start");
    return pid;
}

struct peer_result peer_rabbitmq_run(bool merged, uint32_t seconds)
{
    is_merged = merged;
    struct floor_board *board = floor_board_new();
    pid_t epmd;
    bench_make_dir(board->run_dir);
    port = peer_free_port();
    pid_t server = start(board->run_dir, &epmd);
    prepare();
    struct peer_result result = peer_run(board, server, run_publisher, run_reps, seconds);
    bench_stop(epmd);
    return result;
}
