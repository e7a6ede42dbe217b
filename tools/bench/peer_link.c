/* SPDX-License-Identifier: Apache-2.0 */
#include "peer_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

static void give_up(const char *peer, const char *what)
{
    char text[160];
    snprintf(text, sizeof text, "%s %s", what, peer);
    bench_give_up(text);
}

bool peer_program_find(const char *name, const char *variable, char path[512])
{
    const char *named = getenv(variable), *folders = getenv("PATH");
    if (named && named[0]) {
        snprintf(path, 512, "%s", named);
        return access(path, X_OK) == 0;
    }
    while (folders && *folders) {
        size_t size = strcspn(folders, ":");
        snprintf(path, 512, "%.*s/%s", (int)size, folders, name);
        if (access(path, X_OK) == 0)
            return true;
        folders += size + (folders[size] == ':');
    }
    snprintf(path, 512, "/usr/sbin/%s", name);
    return access(path, X_OK) == 0;
}

static struct sockaddr_in local(uint16_t port)
{
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

uint16_t peer_free_port(void)
{
    struct sockaddr_in where = local(0);
    socklen_t size = sizeof where;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&where, sizeof where) != 0 || getsockname(fd, (struct sockaddr *)&where, &size) != 0)
        bench_give_up("there is no free port");
    close(fd);
    return ntohs(where.sin_port);
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in where = local(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    const int one = 1;
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&where, sizeof where) == 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

bool peer_await_port(uint16_t port, uint32_t timeout_ms)
{
    for (uint32_t waited = 0; waited < timeout_ms; waited += 50) {
        int fd = connect_to(port);
        if (fd >= 0) {
            close(fd);
            return true;
        }
        poll(NULL, 0, 50);
    }
    return false;
}

static struct peer_link *link_new(const char *peer, int fd)
{
    struct peer_link *link = calloc(1, sizeof *link);
    if (!link || fd < 0)
        give_up(peer, "cannot reach the bench's");
    byte_buffer_init(&link->out, PEER_OUT_MAX);
    link->peer = peer;
    link->fd = fd;
    return link;
}

struct peer_link *peer_link_open_unix(const char *peer, const char *path)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    snprintf(where.sun_path, sizeof where.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&where, sizeof where) != 0)
        give_up(peer, "cannot reach the bench's");
    return link_new(peer, fd);
}

struct peer_link *peer_link_open_tcp(const char *peer, uint16_t port)
{
    return link_new(peer, connect_to(port));
}

void peer_link_close(struct peer_link *link)
{
    close(link->fd);
    byte_buffer_fini(&link->out);
    free(link);
}

bool peer_link_fill(struct peer_link *link, bool wait)
{
    memmove(link->in, link->in + link->read, link->in_size - link->read);
    link->in_size -= link->read;
    link->read = 0;
    ssize_t got = recv(link->fd, link->in + link->in_size, PEER_IN_MAX - link->in_size, wait ? 0 : MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        give_up(link->peer, "lost the bench's");
    link->in_size += got > 0 ? (size_t)got : 0;
    link->in[link->in_size] = '\0';
    return got > 0;
}

void peer_link_flush(void *place)
{
    struct peer_link *link = place;
    for (size_t at = 0; at < link->out.size;) {
        ssize_t sent = send(link->fd, link->out.data + at, link->out.size - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        struct pollfd wait = {.fd = link->fd, .events = POLLOUT | POLLIN};
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            give_up(link->peer, "cannot write to the bench's");
        at += sent > 0 ? (size_t)sent : 0;
        if (sent <= 0 && poll(&wait, 1, 1000) > 0 && (wait.revents & POLLIN) && link->in_size - link->read < PEER_IN_MAX)
            peer_link_fill(link, false);
    }
    byte_buffer_clear(&link->out);
}

void peer_reps_run(struct floor_board *board, const struct peer_reps *reps)
{
    static struct peer_link *links[BENCH_REPS];
    struct epoll_event ready[BENCH_REPS];
    int queue = epoll_create1(0);
    for (uint32_t i = 0; i < BENCH_REPS; i++) {
        struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = i};
        links[i] = reps->open(board, i);
        if (epoll_ctl(queue, EPOLL_CTL_ADD, links[i]->fd, &wanted) != 0)
            bench_give_up("cannot watch a rep");
        board->reps_ready++;
    }
    while (board->stop != PEER_STOP_REPS) {
        int count = epoll_wait(queue, ready, BENCH_REPS, 50);
        for (int i = 0; i < count; i++)
            reps->work_off(board, links[ready[i].data.u32], ready[i].data.u32);
    }
    for (uint32_t i = 0; i < BENCH_REPS; i++)
        peer_link_close(links[i]);
    close(queue);
}
