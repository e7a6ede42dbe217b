/* SPDX-License-Identifier: Apache-2.0 */
#include "peer_beanstalkd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_desk.h"
#include "bench_process.h"
#include "peer_link.h"

bool peer_beanstalkd_is_there(void)
{
    char path[512];
    return peer_program_find("beanstalkd", "LEADWIRE_BEANSTALKD", path);
}

void peer_beanstalkd_version(char version[BENCH_VERSION_MAX])
{
    char path[512];
    peer_program_find("beanstalkd", "LEADWIRE_BEANSTALKD", path);
    bench_version_ask((const char *const[]){path, "-v", NULL}, NULL, version);
}

static struct peer_link *open_link(const struct floor_board *board)
{
    char path[128];
    snprintf(path, sizeof path, "%s/socket", board->run_dir);
    return peer_link_open_unix("beanstalkd", path);
}

/* The next whole line, with the job's bytes behind it where it has some; NULL: not there yet. */
static const char *next_line(struct peer_link *link, const char **body)
{
    unsigned long long id, size = 0;
    char *line = link->in + link->read, *end = strstr(line, "\r\n");
    if (!end)
        return NULL;
    size_t used = (size_t)(end - line) + 2;
    *body = NULL;
    if (sscanf(line, "RESERVED %llu %llu", &id, &size) == 2) {
        if (link->in_size - link->read < used + size + 2)
            return NULL;
        *body = line + used;
        used += size + 2;
    }
    link->read += used;
    return line;
}

static bool begins(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

static void put_one(void *place, uint64_t number)
{
    struct peer_link *link = place;
    char payload[PEER_PAYLOAD + 1];
    peer_payload(number, payload);
    byte_buffer_printf(&link->out, "use s%u\r\nput 0 0 600 %d\r\n%s\r\n", (unsigned)(number % BENCH_SKILLS), (int)PEER_PAYLOAD, payload);
}

static uint64_t take_confirmations(void *place)
{
    struct peer_link *link = place;
    uint64_t count = 0;
    const char *body;
    peer_link_fill(link, link->read == link->in_size);
    for (const char *line; (line = next_line(link, &body));) {
        if (!begins(line, "USING") && !begins(line, "INSERTED"))
            bench_give_up("the bench's beanstalkd refused a lead");
        count += begins(line, "INSERTED");
    }
    return count;
}

static int run_publisher(void *argument)
{
    struct floor_board *board = argument;
    struct peer_link *link = open_link(board);
    peer_publish(board, &(struct peer_publisher){.link = link, .put = put_one, .flush = peer_link_flush, .take = take_confirmations});
    peer_link_close(link);
    return 0;
}

static void work_off(struct floor_board *board, struct peer_link *link, uint32_t rep)
{
    const char *body;
    peer_link_fill(link, false);
    for (const char *line; (line = next_line(link, &body));) {
        if (body) {
            peer_deliver(board, rep, body);
            byte_buffer_printf(&link->out, "delete %llu\r\nreserve\r\n", strtoull(line + strlen("RESERVED "), NULL, 10));
        } else if (begins(line, "DELETED")) {
            board->completed++;
        } else if (!begins(line, "WATCHING")) {
            board->wrong++;
        }
    }
    peer_link_flush(link);
}

static struct peer_link *open_rep(struct floor_board *board, uint32_t rep)
{
    struct peer_link *link = open_link(board);
    byte_buffer_printf(&link->out, "watch s%u\r\nwatch s%u\r\nignore default\r\nreserve\r\n", rep % BENCH_SKILLS, (rep + 5) % BENCH_SKILLS);
    peer_link_flush(link);
    return link;
}

static int run_reps(void *board)
{
    peer_reps_run(board, &(struct peer_reps){.open = open_rep, .work_off = work_off});
    return 0;
}

struct peer_result peer_beanstalkd_run(unsigned fsync_every_ms, uint32_t seconds)
{
    char program[512], address[160], every[16], log[128], socket_path[128];
    struct floor_board *board = floor_board_new();
    if (!peer_program_find("beanstalkd", "LEADWIRE_BEANSTALKD", program))
        bench_give_up("beanstalkd is not there");
    bench_make_dir(board->run_dir);
    snprintf(socket_path, sizeof socket_path, "%s/socket", board->run_dir);
    snprintf(address, sizeof address, "unix:%s", socket_path);
    snprintf(every, sizeof every, "%u", fsync_every_ms);
    snprintf(log, sizeof log, "%s/log", board->run_dir);
    const char *const argv[] = {program, "-b", board->run_dir, "-f", every, "-l", address, NULL};
    pid_t server = bench_start(argv, NULL, log);
    if (!bench_await_socket(socket_path, 10000))
        bench_give_up("beanstalkd did not start");
    return peer_run(board, server, run_publisher, run_reps, seconds);
}
