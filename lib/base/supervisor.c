/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "wall_clock.h"

enum { MESSAGE_MAX = 512 };

/* A path, or with '@' a name in the abstract space. */
static bool find_socket(struct sockaddr_un *address, socklen_t *size)
{
    const char *name = getenv("NOTIFY_SOCKET");
    size_t length = name ? strlen(name) : 0;

    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length < 2 || length >= sizeof address->sun_path || (name[0] != '/' && name[0] != '@'))
        return false;
    memcpy(address->sun_path, name, length);
    if (name[0] == '@')
        address->sun_path[0] = '\0';
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return true;
}

/* False: nobody took it. */
static bool send_message(const char *message)
{
    struct sockaddr_un address;
    socklen_t size;
    int errno_before = errno;

    int fd = find_socket(&address, &size) ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0)
        return false;
    ssize_t sent = sendto(fd, message, strlen(message), MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&address, size);
    close(fd);
    errno = errno_before;
    return sent >= 0;
}

bool supervisor_is_there(void)
{
    struct sockaddr_un address;
    socklen_t size;

    return find_socket(&address, &size);
}

bool supervisor_ready(void)
{
    return send_message("READY=1");
}

void supervisor_reloading(void)
{
    char message[MESSAGE_MAX];

    snprintf(message, sizeof message, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)wall_clock_monotonic_us());
    (void)send_message(message);
}

void supervisor_stopping(void)
{
    (void)send_message("STOPPING=1");
}

void supervisor_status(const char *format, ...)
{
    char message[MESSAGE_MAX] = "STATUS=";
    size_t head = strlen(message);
    va_list args;

    va_start(args, format);
    vsnprintf(message + head, sizeof message - head, format, args);
    va_end(args);
    for (char *at = message; *at; at++)
        *at = *at == '\n' ? ' ' : *at;   /* a line is a field */
    (void)send_message(message);
}

void supervisor_wait_for(uint32_t ms)
{
    char message[MESSAGE_MAX];

    snprintf(message, sizeof message, "EXTEND_TIMEOUT_USEC=%llu", (unsigned long long)ms * 1000);
    (void)send_message(message);
}

static bool read_number(const char *name, uint64_t *out)
{
    const char *text = getenv(name);
    char *end;

    if (!text || *text < '0' || *text > '9')
        return false;
    *out = strtoull(text, &end, 10);
    return *end == '\0';
}

uint32_t supervisor_watchdog_ms(void)
{
    uint64_t us, pid;

    if (!supervisor_is_there() || !read_number("WATCHDOG_USEC", &us) || us < 2000)
        return 0;
    if (getenv("WATCHDOG_PID") && (!read_number("WATCHDOG_PID", &pid) || pid != (uint64_t)getpid()))
        return 0;   /* it is about another process, which left us its environment */
    return us / 2000 < UINT32_MAX ? (uint32_t)(us / 2000) : UINT32_MAX;
}

void supervisor_turns(void)
{
    (void)send_message("WATCHDOG=1");
}
