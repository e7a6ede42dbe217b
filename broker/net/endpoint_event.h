/* SPDX-License-Identifier: Apache-2.0
 *
 * endpoint_event - what becomes of the connections of an endpoint, whoever serves them (endpoint_watch.h, zmtp_router.h).
 */
#ifndef ENDPOINT_EVENT_H
#define ENDPOINT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

enum endpoint_event_kind { ENDPOINT_ACCEPTED, ENDPOINT_DISCONNECTED, ENDPOINT_HANDSHAKE_FAILED, ENDPOINT_ACCEPT_FAILED };
struct endpoint_event {
    enum endpoint_event_kind kind;
    int fd;                    /* of the first two */
    uint64_t route;            /* of these, by which zmtp_router knows it; 0: libzmq has it */
    bool is_tcp;
};

#endif
