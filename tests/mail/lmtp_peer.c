/* SPDX-License-Identifier: Apache-2.0 */
#include "lmtp_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { SAY_TURNS_MAX = 5000 };

bool lmtp_peer_open(struct lmtp_peer *peer, const char *where)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    struct sockaddr_in port = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bool is_path = where[0] == '/';
    memset(peer, 0, sizeof *peer);
    strncpy(path.sun_path, where, sizeof path.sun_path - 1);
    port.sin_port = htons((uint16_t)atoi(where));
    peer->fd = socket(is_path ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
    int connected = is_path ? connect(peer->fd, (struct sockaddr *)&path, sizeof path)
                            : connect(peer->fd, (struct sockaddr *)&port, sizeof port);
    if (peer->fd < 0 || connected != 0) {
        lmtp_peer_close(peer);
        return false;
    }
    fcntl(peer->fd, F_SETFL, O_NONBLOCK);
    return true;
}

void lmtp_peer_close(struct lmtp_peer *peer)
{
    if (peer->fd >= 0)
        close(peer->fd);
    peer->fd = -1;
}

bool lmtp_peer_say(struct lmtp_peer *peer, const char *words)
{
    size_t size = strlen(words);
    for (int turn = 0; size > 0 && turn < SAY_TURNS_MAX; turn++) {
        ssize_t sent = send(peer->fd, words, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            return false;
        if (sent < 0) {
            struct pollfd wait = {.fd = peer->fd, .events = POLLOUT};
            poll(&wait, 1, 1);
            continue;
        }
        words += sent;
        size -= (size_t)sent;
    }
    return size == 0;
}

void lmtp_peer_hear(struct lmtp_peer *peer)
{
    struct pollfd wait = {.fd = peer->fd, .events = POLLIN};
    if (peer->ended || poll(&wait, 1, 1) <= 0)
        return;
    ssize_t got = recv(peer->fd, peer->heard + peer->size, sizeof peer->heard - 1 - peer->size, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN))
        peer->ended = true;
    if (got > 0)
        peer->size += (size_t)got;
    peer->heard[peer->size] = '\0';
}

void lmtp_peer_forget(struct lmtp_peer *peer)
{
    peer->size = 0;
    peer->heard[0] = '\0';
}
