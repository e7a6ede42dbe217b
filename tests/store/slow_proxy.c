/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE 1   /* MAP_ANONYMOUS, prctl */
#include "slow_proxy.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wall_clock.h"

enum { PIECE = 65536, PIECES = 256 };

/* Answers that are held, in the order in which they came. */
struct held { uint64_t due_ms; size_t size; char bytes[PIECE]; };
static struct held ring[PIECES];
static unsigned ring_first, ring_count;

static void must(bool good, const char *what)
{
    if (good)
        return;
    perror(what);
    abort();
}

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    must(strlen(path) < sizeof address.sun_path, "slow_proxy: the path is too long");
    memcpy(address.sun_path, path, strlen(path));
    return address;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = send(fd, bytes, size, MSG_NOSIGNAL);
        if (written <= 0)
            return false;
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

static bool tell_due(int client)
{
    uint64_t now_ms = wall_clock_monotonic_ms();
    while (ring_count > 0 && ring[ring_first].due_ms <= now_ms) {
        if (!write_all(client, ring[ring_first].bytes, ring[ring_first].size))
            return false;
        ring_first = (ring_first + 1) % PIECES;
        ring_count--;
    }
    return true;
}

static int wait_ms(void)
{
    uint64_t now_ms = wall_clock_monotonic_ms();
    if (ring_count == 0)
        return -1;
    return ring[ring_first].due_ms > now_ms ? (int)(ring[ring_first].due_ms - now_ms) : 0;
}

static bool hold_answer(int redis, uint32_t delay_ms)
{
    struct held *held = &ring[(ring_first + ring_count) % PIECES];
    ssize_t size = read(redis, held->bytes, PIECE);
    if (size <= 0)
        return false;
    held->size = (size_t)size;
    held->due_ms = wall_clock_monotonic_ms() + delay_ms;
    ring_count++;
    return true;
}

static bool pass_request(int client, int redis)
{
    static char bytes[PIECE];
    ssize_t size = read(client, bytes, sizeof bytes);
    return size > 0 && write_all(redis, bytes, (size_t)size);
}

static void serve_one(int client, const char *redis_socket, const _Atomic uint32_t *delay_ms)
{
    struct sockaddr_un address = address_of(redis_socket);
    int redis = socket(AF_UNIX, SOCK_STREAM, 0);
    bool is_good = redis >= 0 && connect(redis, (struct sockaddr *)&address, sizeof address) == 0;
    ring_first = ring_count = 0;
    while (is_good) {
        struct pollfd fds[] = {{.fd = client, .events = POLLIN}, {.fd = redis, .events = ring_count < PIECES ? POLLIN : 0}};
        must(poll(fds, 2, wait_ms()) >= 0, "slow_proxy: poll");
        is_good = tell_due(client) && (!fds[0].revents || pass_request(client, redis)) && (!fds[1].revents || hold_answer(redis, *delay_ms));
    }
    close(redis);
    close(client);
}

void slow_proxy_open(struct slow_proxy *proxy, const char *directory, const char *redis_socket)
{
    snprintf(proxy->socket, sizeof proxy->socket, "%s/slow.sock", directory);
    proxy->delay_ms = mmap(NULL, sizeof *proxy->delay_ms, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(proxy->delay_ms != MAP_FAILED, "slow_proxy: mmap");
    struct sockaddr_un address = address_of(proxy->socket);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    must(listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 8) == 0, "slow_proxy: listen");
    fflush(NULL);
    proxy->pid = fork();
    must(proxy->pid >= 0, "slow_proxy: fork");
    if (proxy->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (int client; (client = accept(listener, NULL, NULL)) >= 0;)
            serve_one(client, redis_socket, proxy->delay_ms);
        _exit(1);
    }
    close(listener);
}

void slow_proxy_close(struct slow_proxy *proxy)
{
    kill(proxy->pid, SIGKILL);
    waitpid(proxy->pid, NULL, 0);
    munmap((void *)proxy->delay_ms, sizeof *proxy->delay_ms);
}
