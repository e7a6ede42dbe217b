/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* strcasestr */
#include "gateway_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench_desk.h"

enum { ANSWER_WITHIN_MS = 20000 };

void http_link_open(struct http_link *link, uint16_t port)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int one = 1;
    link->size = link->text_size = 0;
    link->has_headers = false;
    link->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (link->fd < 0 || connect(link->fd, (const struct sockaddr *)&where, sizeof where) != 0)
        bench_give_up("cannot reach the gateway: are there descriptors enough (ulimit -n)?");
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

void http_link_close(struct http_link *link)
{
    close(link->fd);
}

void http_link_send(struct http_link *link, const char *bytes, size_t size)
{
    if (send(link->fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
        bench_give_up("cannot write to the gateway");
}

bool http_link_fill(struct http_link *link)
{
    ssize_t got = recv(link->fd, link->raw + link->size, HTTP_IN_MAX - link->size, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        return false;
    link->size += got > 0 ? (size_t)got : 0;
    link->raw[link->size] = '\0';
    return true;
}

static void use_up(struct http_link *link, size_t size)
{
    memmove(link->raw, link->raw + size, link->size - size + 1);
    link->size -= size;
}

int http_link_answer(struct http_link *link, const char **answer)
{
    const char *end = strstr(link->raw, "\r\n\r\n"), *length = strcasestr(link->raw, "\r\nContent-Length:");
    if (!end || !length)
        return 0;
    size_t whole = (size_t)(end + 4 - link->raw) + strtoul(length + sizeof "\r\nContent-Length:" - 1, NULL, 10);
    if (link->size < whole || whole > HTTP_IN_MAX)
        return 0;
    memcpy(link->text, link->raw, whole);
    link->text[whole] = '\0';
    use_up(link, whole);
    *answer = link->text;
    return atoi(link->text + sizeof "HTTP/1.1 " - 1);
}

int http_link_wait(struct http_link *link, const char **answer)
{
    for (;;) {
        struct pollfd wait = {.fd = link->fd, .events = POLLIN};
        int status = http_link_answer(link, answer);
        if (status != 0)
            return status;
        if (poll(&wait, 1, ANSWER_WITHIN_MS) != 1 || !http_link_fill(link))
            bench_give_up("the gateway gave no answer");
    }
}

/* Moves whole chunks from raw to text. */
static void unpack(struct http_link *link)
{
    const char *end;
    if (!link->has_headers && (end = strstr(link->raw, "\r\n\r\n"))) {
        if (strncmp(link->raw, "HTTP/1.1 200", 12) != 0)
            bench_give_up("the gateway refused a stream");
        link->has_headers = true;
        use_up(link, (size_t)(end + 4 - link->raw));
    }
    while (link->has_headers && (end = strstr(link->raw, "\r\n"))) {
        size_t size = strtoul(link->raw, NULL, 16), head = (size_t)(end + 2 - link->raw);
        if (size + link->text_size > HTTP_IN_MAX)
            bench_give_up("the gateway sends more than a browser of the bench has room for");
        if (link->size < head + size + 2)
            return;
        memcpy(link->text + link->text_size, end + 2, size);
        link->text_size += size;
        use_up(link, head + size + 2);
    }
}

char *http_link_event(struct http_link *link, const char *name)
{
    static char event[HTTP_IN_MAX + 1];
    unpack(link);
    link->text[link->text_size] = '\0';
    const char *end = strstr(link->text, "\n\n");
    if (!end)
        return NULL;
    size_t size = (size_t)(end - link->text);
    memcpy(event, link->text, size);
    event[size] = '\0';
    link->text_size -= size + 2;
    memmove(link->text, end + 2, link->text_size);
    const char *said = strstr(event, "event: ");
    char *data = strstr(event, "data: ");
    bool is_it = said && data && strncmp(said + 7, name, strlen(name)) == 0 && said[7 + strlen(name)] == '\n';
    return is_it ? data + 6 : event + size;
}
