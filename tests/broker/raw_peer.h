/* SPDX-License-Identifier: Apache-2.0
 *
 * raw_peer - a client that does only what the test says: no Hello, Ping, resend or reconnect by itself.
 *
 * Assertions are cmocka's: what does not come within RAW_PEER_WAIT_MS fails the test.
 */
#ifndef RAW_PEER_H
#define RAW_PEER_H

#include <zmq.h>

#include "wire.h"

enum { RAW_PEER_WAIT_MS = 10000 };

struct raw_peer {
    void *context, *socket;
    struct arena arena;
    struct byte_buffer buffer;
    struct wire_message message;      /* the last that came; lives until the next */
    uint64_t epoch, session, request_id;
    uint64_t received;                /* frames since Welcome */
    bool takes_bundles;               /* said in Hello */
    uint64_t messages;                /* of ZeroMQ, whatever they held */
    zmq_msg_t inbox;                  /* the one that is being read, */
    size_t inbox_at;                  /* from this byte on, counted from 1; 0: none */
};

/* endpoint: "publish", "reps" or "control" of this run directory, or an address. */
void raw_peer_open(struct raw_peer *peer, const char *run_dir, const char *endpoint);
/* With a routing id of its own choice, which brokers do not serve. */
void raw_peer_open_as(struct raw_peer *peer, const char *run_dir, const char *endpoint, const char *routing_id);
/* By CURVE; keys in Z85: the server's, its own. server: NULL for a plain one. */
void raw_peer_open_unconnected(struct raw_peer *peer, const char *server, const char *public_key, const char *secret_key);
void raw_peer_open_locked(struct raw_peer *peer, const char *address, const char *server, const char *public_key, const char *secret_key);
void raw_peer_close(struct raw_peer *peer);
void raw_peer_send_bytes(struct raw_peer *peer, const void *bytes, size_t size);
void raw_peer_send(struct raw_peer *peer, enum wire_type type, ProtobufCMessage *message);
/* The next message, whatever it is. False: nothing within timeout_ms. */
bool raw_peer_receive(struct raw_peer *peer, int timeout_ms);
/* Skips all until one of this type. */
const struct wire_message *raw_peer_expect(struct raw_peer *peer, enum wire_type type);
/* The next Reply, of this request, with this status. */
const Leadwire__V1__Reply *raw_peer_expect_reply(struct raw_peer *peer, uint64_t request_id, Leadwire__V1__Status status);
void raw_peer_ping(struct raw_peer *peer);
/* After what was sent before has been handled. */
void raw_peer_sync(struct raw_peer *peer);

/* Hello and, if welcome, its Welcome. */
void raw_peer_hello(struct raw_peer *peer, Leadwire__V1__Role role, const char *rep, const char *secret);
void raw_peer_enter(struct raw_peer *peer, Leadwire__V1__Role role, const char *rep);
/* Asks for a lead to be taken; gives the request's id. */
uint64_t raw_peer_publish(struct raw_peer *peer, const char *idempotency_id, const char *language);
uint64_t raw_peer_answer(struct raw_peer *peer, const char *lead_id, uint32_t offer_number, bool accept);
uint64_t raw_peer_complete(struct raw_peer *peer, const char *lead_id, const char *idempotency_id);

/* Applies the rules of the tests through a control session: reps anna, bruno and carla of capacity 2, offers last offer_ms, the grace grace_ms. */
void raw_peer_apply_rules(const char *run_dir, uint32_t offer_ms, uint32_t grace_ms);
/* The same with this policy of the desk; "": the default. */
void raw_peer_apply_policy(const char *run_dir, const char *policy, uint32_t offer_ms, uint32_t grace_ms);

#endif
