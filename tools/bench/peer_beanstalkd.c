/* SPDX-License-Identifier: Apache-2.0 */
#include "peer_beanstalkd.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench_desk.h"
#include "bench_process.h"
#include "byte_buffer.h"

enum { IN_MAX = 64 * 1024, OUT_MAX = 4 * 1024 * 1024 };

/* One connection: what is to be sent, and what came and was not read yet. */
struct link {
    int fd;
    struct byte_buffer out;
    char in[IN_MAX + 1];
    size_t in_size, read;
};

static bool find_program(char path[512])
{
    const char *named = getenv("LEADWIRE_BEANSTALKD"), *folders = getenv("PATH");
    if (named && named[0]) {
        snprintf(path, 512, "%s", named);
        return access(path, X_OK) == 0;
    }
    while (folders && *folders) {
        size_t size = strcspn(folders, ":");
        snprintf(path, 512, "%.*s/beanstalkd", (int)size, folders);
        if (access(path, X_OK) == 0)
            return true;
        folders += size + (folders[size] == ':');
    }
    return false;
}

bool peer_beanstalkd_is_there(void)
{
    char path[512];
    return find_program(path);
}

static struct link *open_link(const char *dir)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    struct link *link = calloc(1, sizeof *link);
    if (!link)
        bench_give_up("out of memory");
    byte_buffer_init(&link->out, OUT_MAX);
    snprintf(where.sun_path, sizeof where.sun_path, "%s/socket", dir);
    link->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (link->fd < 0 || connect(link->fd, (const struct sockaddr *)&where, sizeof where) != 0)
        bench_give_up("cannot reach the bench's beanstalkd");
    return link;
}

static void close_link(struct link *link)
{
    close(link->fd);
    byte_buffer_fini(&link->out);
    free(link);
}

/* False: nothing came, and wait was not set. */
static bool fill_link(struct link *link, bool wait)
{
    memmove(link->in, link->in + link->read, link->in_size - link->read);
    link->in_size -= link->read;
    link->read = 0;
    ssize_t got = recv(link->fd, link->in + link->in_size, IN_MAX - link->in_size, wait ? 0 : MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        bench_give_up("the bench's beanstalkd is gone");
    link->in_size += got > 0 ? (size_t)got : 0;
    link->in[link->in_size] = '\0';
    return got > 0;
}

/* Reads meanwhile: a server whose answers nobody takes reads no more. */
static void flush_link(void *place)
{
    struct link *link = place;
    for (size_t at = 0; at < link->out.size;) {
        ssize_t sent = send(link->fd, link->out.data + at, link->out.size - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        struct pollfd wait = {.fd = link->fd, .events = POLLOUT | POLLIN};
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            bench_give_up("cannot write to the bench's beanstalkd");
        at += sent > 0 ? (size_t)sent : 0;
        if (sent <= 0 && poll(&wait, 1, 1000) > 0 && (wait.revents & POLLIN))
            fill_link(link, false);
    }
    byte_buffer_clear(&link->out);
}

/* The next whole line, with the job's bytes behind it where it has some; NULL: not there yet. */
static const char *next_line(struct link *link, const char **body)
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
    struct link *link = place;
    char payload[PEER_PAYLOAD + 1];
    peer_payload(number, payload);
    byte_buffer_printf(&link->out, "use s%u\r\nput 0 0 600 %d\r\n%s\r\n", (unsigned)(number % BENCH_SKILLS), (int)PEER_PAYLOAD, payload);
}

static uint64_t take_confirmations(void *place)
{
    struct link *link = place;
    uint64_t count = 0;
    const char *body;
    fill_link(link, link->read == link->in_size);
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
    struct link *link = open_link(board->run_dir);
    peer_publish(board, &(struct peer_publisher){.link = link, .put = put_one, .flush = flush_link, .take = take_confirmations});
    close_link(link);
    return 0;
}

static void work_off(struct floor_board *board, struct link *link, uint32_t rep)
{
    const char *body;
    fill_link(link, false);
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
    flush_link(link);
}

static int run_reps(void *argument)
{
    struct floor_board *board = argument;
    static struct link *links[BENCH_REPS];
    struct epoll_event ready[BENCH_REPS];
    int queue = epoll_create1(0);
    for (uint32_t i = 0; i < BENCH_REPS; i++) {
        struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = i};
        links[i] = open_link(board->run_dir);
        if (epoll_ctl(queue, EPOLL_CTL_ADD, links[i]->fd, &wanted) != 0)
            bench_give_up("cannot watch a rep");
        byte_buffer_printf(&links[i]->out, "watch s%u\r\nwatch s%u\r\nignore default\r\nreserve\r\n", i % BENCH_SKILLS, (i + 5) % BENCH_SKILLS);
        flush_link(links[i]);
        board->reps_ready++;
    }
    while (board->stop != PEER_STOP_REPS) {
        int count = epoll_wait(queue, ready, BENCH_REPS, 50);
        for (int i = 0; i < count; i++)
            work_off(board, links[ready[i].data.u32], ready[i].data.u32);
    }
    for (uint32_t i = 0; i < BENCH_REPS; i++)
        close_link(links[i]);
    close(queue);
    return 0;
}

struct peer_result peer_beanstalkd_run(unsigned fsync_every_ms, uint32_t seconds)
{
    char program[512], address[160], every[16], log[128], socket_path[128];
    struct floor_board *board = floor_board_new();
    if (!find_program(program))
        bench_give_up("beanstalkd is not there");
    bench_make_dir(board->run_dir);
    snprintf(socket_path, sizeof socket_path, "%s/socket", board->run_dir);
    snprintf(address, sizeof address, "unix:%s", socket_path);
    snprintf(every, sizeof every, "%u", fsync_every_ms);
    snprintf(log, sizeof log, "%s/log", board->run_dir);
    const char *const argv[] = {program, "-b", board->run_dir, "-f", every, "-l", address, NULL};
    pid_t server = bench_start(argv, NULL, log);
    if (!bench_await_path(socket_path, 10000))
        bench_give_up("beanstalkd did not start");
    return peer_run(board, server, run_publisher, run_reps, seconds);
}
