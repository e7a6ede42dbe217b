/* SPDX-License-Identifier: Apache-2.0 */
#include "scripted_broker.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

enum { ENDPOINT_COUNT = 3, EPOCH = 7 };
static const char *const endpoint_names[ENDPOINT_COUNT] = {"control", "publish", "reps"};

struct scripted_broker {
    char run_dir[64];
    void *context, *sockets[ENDPOINT_COUNT];
    pthread_t thread;
    atomic_bool stops;
    broker_script *script;
    void *script_context;
    /* whose request is being answered */
    void *socket;
    unsigned char peer[256];
    int peer_size;
};

void scripted_broker_send(struct scripted_broker *broker, enum wire_type type, void *message)
{
    struct byte_buffer frame;
    const struct wire_message wire = {.type = type, .base = message};
    byte_buffer_init(&frame, WIRE_CONTROL_FRAME_SIZE_MAX);
    if (wire_encode(&wire, &frame) != LW_OK)
        abort();
    zmq_send(broker->socket, broker->peer, (size_t)broker->peer_size, ZMQ_SNDMORE);
    zmq_send(broker->socket, frame.data, frame.size, 0);
    byte_buffer_fini(&frame);
}

static void greet(struct scripted_broker *broker, const Leadwire__V1__Hello *hello)
{
    Leadwire__V1__Welcome welcome = LEADWIRE__V1__WELCOME__INIT;
    welcome.version = WIRE_VERSION_MAX;
    welcome.epoch = EPOCH;
    welcome.session = 1;
    welcome.credit = 64;
    welcome.heartbeat_ms = 1000;
    welcome.frame_size_max = WIRE_FRAME_SIZE_MAX;
    welcome.config_version = 3;
    welcome.now_unix_ms = 1;
    welcome.desk = hello->desk;
    static char memory[] = "memory";
    welcome.durability = memory;
    scripted_broker_send(broker, WIRE_WELCOME, &welcome);
}

static void answer(struct scripted_broker *broker, const void *bytes, size_t size)
{
    struct arena arena;
    struct wire_message request;
    const char *reason = "";
    uint64_t request_id = 0;
    arena_init(&arena, 64 * 1024 * 1024);
    if (wire_decode(bytes, size, WIRE_FROM_CLIENT, &arena, &request, &reason, &request_id) != LW_OK) {
        fprintf(stderr, "the tool sent a wrong frame: %s\n", reason);
        abort();
    }
    Leadwire__V1__Pong pong = LEADWIRE__V1__PONG__INIT;
    pong.epoch = EPOCH;
    if (request.type == WIRE_HELLO)
        greet(broker, request.hello);
    if (request.type == WIRE_PING)
        scripted_broker_send(broker, WIRE_PONG, &pong);
    else
        broker->script(broker, &request, broker->script_context);
    arena_fini(&arena);
}

static void *serve(void *argument)
{
    struct scripted_broker *broker = argument;
    static unsigned char bytes[WIRE_CONTROL_FRAME_SIZE_MAX];
    while (!atomic_load(&broker->stops)) {
        zmq_pollitem_t polled[ENDPOINT_COUNT];
        for (int i = 0; i < ENDPOINT_COUNT; i++)
            polled[i] = (zmq_pollitem_t){.socket = broker->sockets[i], .events = ZMQ_POLLIN};
        zmq_poll(polled, ENDPOINT_COUNT, 20);
        for (int i = 0; i < ENDPOINT_COUNT; i++) {
            broker->socket = broker->sockets[i];
            broker->peer_size = zmq_recv(broker->socket, broker->peer, sizeof broker->peer, ZMQ_DONTWAIT);
            const int size = broker->peer_size > 0 ? zmq_recv(broker->socket, bytes, sizeof bytes, 0) : -1;
            if (size >= 0 && (size_t)size <= sizeof bytes)
                answer(broker, bytes, (size_t)size);
        }
    }
    return NULL;
}

struct scripted_broker *scripted_broker_start(broker_script *script, void *context)
{
    struct scripted_broker *broker = calloc(1, sizeof *broker);
    if (broker == NULL)
        return NULL;
    broker->script = script;
    broker->script_context = context;
    snprintf(broker->run_dir, sizeof broker->run_dir, "/tmp/leadwire-test-XXXXXX");
    if (mkdtemp(broker->run_dir) == NULL) {
        free(broker);
        return NULL;
    }
    broker->context = zmq_ctx_new();
    for (int i = 0; i < ENDPOINT_COUNT; i++) {
        char endpoint[128];
        const int linger_ms = 0;
        snprintf(endpoint, sizeof endpoint, "ipc://%s/%s", broker->run_dir, endpoint_names[i]);
        broker->sockets[i] = zmq_socket(broker->context, ZMQ_ROUTER);
        zmq_setsockopt(broker->sockets[i], ZMQ_LINGER, &linger_ms, sizeof linger_ms);
        if (zmq_bind(broker->sockets[i], endpoint) != 0)
            abort();
    }
    if (pthread_create(&broker->thread, NULL, serve, broker) != 0)
        abort();
    return broker;
}

void scripted_broker_stop(struct scripted_broker **broker)
{
    struct scripted_broker *stopped = *broker;
    atomic_store(&stopped->stops, true);
    pthread_join(stopped->thread, NULL);
    for (int i = 0; i < ENDPOINT_COUNT; i++) {
        char path[128];
        zmq_close(stopped->sockets[i]);
        snprintf(path, sizeof path, "%s/%s", stopped->run_dir, endpoint_names[i]);
        unlink(path);
    }
    zmq_ctx_term(stopped->context);
    rmdir(stopped->run_dir);
    free(stopped);
    *broker = NULL;
}

const char *scripted_broker_run_dir(const struct scripted_broker *broker)
{
    return broker->run_dir;
}
