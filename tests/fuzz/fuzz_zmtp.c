/* SPDX-License-Identifier: Apache-2.0
 *
 * What a peer may say to a zmtp_router: the first byte says how the rest is torn. However that is, the same is heard.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "door_promises.h"
#include "zmtp_router.h"

enum { FRAME_MAX = 2048, TURNS_MAX = 4096, WHOLE = 1 << 20 };

struct told { uint64_t hash; uint32_t messages, failed_handshakes; };

static void add(struct told *told, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        told->hash = (told->hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
}

static void hear(struct zmtp_router *router, struct told *told)
{
    struct zmtp_arrival arrival;

    router->always.may_have = router->reads.may_have = true;
    zmtp_router_turn(router, 1);
    while (zmtp_router_receive(router, &arrival)) {
        if (arrival.size > FRAME_MAX || !zmtp_router_has(arrival.route))
            door_broken("a message is not too large, and is somebody's");
        const uint64_t size = arrival.size, kind = (arrival.data != NULL) + 2u * arrival.has_identity + 4u * (arrival.user_id != NULL);
        add(told, &size, sizeof size);
        add(told, &kind, sizeof kind);
        add(told, arrival.data, arrival.size);
        if (arrival.user_id)
            add(told, arrival.user_id, strlen(arrival.user_id));
        told->messages++;
    }
    zmtp_router_flush(router);
}

static void drop_answers(int fd)
{
    uint8_t bytes[4096];

    while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        continue;
}

static struct told say(const uint8_t *bytes, size_t size, uint32_t tear)
{
    static const struct zmtp_limits limits = {FRAME_MAX, 1 << 20};
    static struct zmtp_router router;
    struct told told = {.hash = UINT64_C(0xcbf29ce484222325)};
    struct endpoint_event event;
    int ends[2];

    if (!router.is_open && zmtp_router_open(&router, &limits) != LW_OK)
        door_broken("there is a router");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 || zmtp_router_admit(&router, ends[0], 0) != LW_OK)
        door_broken("there is a connection");
    for (size_t at = 0, step; at < size; at += step) {
        tear = tear * 1103515245 + 12345;
        step = tear >= WHOLE ? 1 + (tear >> 16) % 97 : size;
        step = step < size - at ? step : size - at;
        if (send(ends[1], bytes + at, step, MSG_NOSIGNAL) != (ssize_t)step)
            break;                                     /* it was hung up on */
        hear(&router, &told);
        drop_answers(ends[1]);
    }
    (void)shutdown(ends[1], SHUT_WR);
    for (int i = 0; i < TURNS_MAX && router.count > 0; i++) {
        hear(&router, &told);
        drop_answers(ends[1]);
    }
    close(ends[1]);
    if (router.count > 0)
        door_broken("who has gone is found to have gone");
    int balance = 0;
    while (zmtp_router_take_event(&router, &event)) {
        balance += (event.kind == ENDPOINT_ACCEPTED) - (event.kind == ENDPOINT_DISCONNECTED);
        told.failed_handshakes += event.kind == ENDPOINT_HANDSHAKE_FAILED;
    }
    if (balance != 0 || told.failed_handshakes > 1)
        door_broken("each connection comes once and goes once");
    return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2)
        return 0;
    const struct told whole = say(bytes + 1, size - 1, 0), torn = say(bytes + 1, size - 1, WHOLE + bytes[0] * 7919u);
    if (whole.hash != torn.hash || whole.messages != torn.messages)
        door_broken("the same messages are heard, however they are torn");
    if (whole.failed_handshakes != torn.failed_handshakes)
        door_broken("a handshake is what it is, however it is torn");
    return 0;
}
