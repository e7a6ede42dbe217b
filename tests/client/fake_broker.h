/* SPDX-License-Identifier: Apache-2.0
 *
 * fake_broker - the other end of one client, played by the test, in the test's own thread.
 *
 * A real ROUTER (and XPUB) socket on ipc:// in a fresh directory. The test says
 * every word of the broker; only Ping is answered by itself while `answers_ping`.
 * All waiting is for a condition, with WAIT_MAX_MS as the deadline.
 */
#ifndef FAKE_BROKER_H
#define FAKE_BROKER_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <zmq.h>

#include "arena.h"
#include "byte_buffer.h"
#include "wire.h"

enum { WAIT_MAX_MS = 8000, FAKE_EPOCH = 5 << 20, FAKE_HEARTBEAT_MS = 2000 };

struct fake_broker {
    void *context, *router, *publisher;
    char directory[64];
    char endpoint[96], events_endpoint[96];
    uint8_t peer[256];               /* who spoke last */
    size_t peer_size;
    bool answers_ping;
    bool bundles;                    /* says in Welcome that it reads them */
    bool days;                       /* and that it answers DayRequest */
    uint64_t messages;               /* of ZeroMQ, from the client */
    zmq_msg_t inbox;                 /* the one that is being read, */
    size_t inbox_at;                 /* from this byte on, counted from 1; 0: none */
    unsigned pings;
    uint64_t confirmed;              /* received_count of the last Ping */
    uint64_t sessions;
    uint64_t epoch;
    struct arena arena;
    struct byte_buffer buffer;
    void (*turn)(void *client);      /* lets the client under test do its work */
    void *client;
};

void fake_open(struct fake_broker *fake);
void fake_close(struct fake_broker *fake);
/* Is gone, and the connections with it. */
void fake_stop(struct fake_broker *fake);
/* Is there again on the same endpoints, knowing nobody. */
void fake_start(struct fake_broker *fake);

/* One turn of both sides. True when the client said something that is no Ping. */
bool fake_turn(struct fake_broker *fake, struct wire_message *out);
/* The next message, which must be of this type; lives until the next turn. */
struct wire_message fake_expect(struct fake_broker *fake, enum wire_type type);
/* Runs both sides for a while; fails if the client says anything but Ping. */
void fake_expect_silence(struct fake_broker *fake, int ms);
/* Runs both sides until done(client). */
void fake_run_until(struct fake_broker *fake, bool (*done)(void *client));

void fake_say(struct fake_broker *fake, enum wire_type type, void *message);
void fake_say_bytes(struct fake_broker *fake, const void *bytes, size_t size);
void fake_welcome(struct fake_broker *fake, uint32_t credit, uint32_t heartbeat_ms);
void fake_reply(struct fake_broker *fake, uint64_t request_id, Leadwire__V1__Status status, const char *lead_id,
                const char *reason, uint32_t retry_after_ms);
void fake_publish_bytes(struct fake_broker *fake, const char *topic, const void *bytes, size_t size);

#endif
