/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* SOCK_NONBLOCK, SOCK_CLOEXEC */
#include "lmtp_socket.h"

#include <errno.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 128, ADDRESS_TEXT_MAX = 64 };

static const char unix_prefix[] = "unix:";

static const char *path_of(const char *address)
{
    return strncmp(address, unix_prefix, sizeof unix_prefix - 1) == 0 ? address + sizeof unix_prefix - 1 : NULL;
}

/* libevent reads "address:port" but not port 0, so the port is put in afterwards. */
static bool read_tcp(const char *address, struct sockaddr_storage *where, int *size)
{
    char with_port_1[ADDRESS_TEXT_MAX + 3];
    const char *colon = strrchr(address, ':');
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    if (digits == 0 || digits > 5 || colon[1 + digits] || colon - address > ADDRESS_TEXT_MAX)
        return false;
    unsigned long port = strtoul(colon + 1, NULL, 10);
    snprintf(with_port_1, sizeof with_port_1, "%.*s:1", (int)(colon - address), address);
    if (port > UINT16_MAX || evutil_parse_sockaddr_port(with_port_1, (struct sockaddr *)where, size) != 0)
        return false;
    if (where->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)where)->sin6_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in *)where)->sin_port = htons((uint16_t)port);
    return true;
}

static bool is_loopback(const struct sockaddr_storage *where)
{
    if (where->ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)where)->sin6_addr);
    return ntohl(((const struct sockaddr_in *)where)->sin_addr.s_addr) >> 24 == 127;
}

const char *lmtp_socket_flaw(const char *address)
{
    struct sockaddr_storage where = {0};
    int size = sizeof where;
    const char *path = path_of(address);
    if (path)
        return path[0] != '/' ? "the path must begin with /"
             : strlen(path) >= sizeof ((struct sockaddr_un *)0)->sun_path ? "the path is too long for a socket" : NULL;
    if (!read_tcp(address, &where, &size))
        return "expected unix:/PATH or ADDRESS:PORT";
    return is_loopback(&where) ? NULL : "LMTP knows no passwords: only a path or a loopback address (127.0.0.1, [::1]) is accepted";
}

/* Somebody accepts connections there. */
static bool is_alive(const struct sockaddr_un *where)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool alive = fd >= 0 && (connect(fd, (const struct sockaddr *)where, sizeof *where) == 0 || errno == EAGAIN);
    if (fd >= 0)
        close(fd);
    return alive;
}

/* Made under a mode that shuts all others out, opened to mode only then. */
static bool bind_path(int fd, const char *path, uint32_t mode)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    struct stat info;
    memcpy(where.sun_path, path, strlen(path) + 1);
    if (lstat(path, &info) == 0) {
        if (!S_ISSOCK(info.st_mode) || is_alive(&where)) {
            errno = EADDRINUSE;
            return false;
        }
        unlink(path);
    }
    mode_t before = umask(0177);
    int bound = bind(fd, (const struct sockaddr *)&where, sizeof where);
    umask(before);
    return bound == 0 && chmod(path, mode) == 0;
}

static bool bind_tcp(int fd, const struct sockaddr_storage *where, int size, uint16_t *port_out)
{
    struct sockaddr_storage bound = {0};
    socklen_t bound_size = sizeof bound;
    if (evutil_make_listen_socket_reuseable(fd) != 0 || bind(fd, (const struct sockaddr *)where, (socklen_t)size) != 0 ||
        getsockname(fd, (struct sockaddr *)&bound, &bound_size) != 0)
        return false;
    *port_out = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                  : ((struct sockaddr_in *)&bound)->sin_port);
    return true;
}

lw_status lmtp_socket_open(const char *address, uint32_t mode, int *fd_out, uint16_t *port_out)
{
    struct sockaddr_storage where = {.ss_family = AF_UNIX};
    int size = sizeof where;
    const char *path = path_of(address);
    *fd_out = -1;
    *port_out = 0;
    if (lmtp_socket_flaw(address) || (!path && !read_tcp(address, &where, &size)))
        return LW_INVALID;
    int fd = socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool bound = fd >= 0 && (path ? bind_path(fd, path, mode) : bind_tcp(fd, &where, size, port_out));
    if (!bound || listen(fd, BACKLOG) != 0) {
        int why = errno;
        if (fd >= 0)
            close(fd);
        errno = why;
        return LW_IO;
    }
    *fd_out = fd;
    return LW_OK;
}

void lmtp_socket_close(const char *address, int fd)
{
    if (fd < 0)
        return;
    if (path_of(address))
        unlink(path_of(address));
    close(fd);
}
