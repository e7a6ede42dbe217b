/* SPDX-License-Identifier: Apache-2.0 */
#include "zap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "lw_log.h"
#include "wire.h"

enum { VERSION, REQUEST_ID, DOMAIN, ADDRESS, ROUTING_ID, MECHANISM, CREDENTIALS, PARTS };
enum { PART_SIZE_MAX = 256 };

/* A part that does not fit is kept as too large, and fits no rule. */
struct request { size_t sizes[PARTS]; char parts[PARTS][PART_SIZE_MAX]; int count; };

static bool receive(void *socket, struct request *out);
static bool is_text(const struct request *request, int part, const char *text);
static bool may_enter(const struct request *request, const struct key_ring *ring, char tag_text[KEY_TAG_TEXT_SIZE]);
static void answer(void *socket, const struct request *request, bool is_welcome, const char *user_id);

lw_status zap_open(struct zap *zap, void *zmq_context)
{
    int no_linger = 0;

    *zap = (struct zap){.socket = zmq_socket(zmq_context, ZMQ_REP)};
    if (!zap->socket)
        return errno == ENOMEM ? LW_NO_MEMORY : LW_IO;
    if (zmq_setsockopt(zap->socket, ZMQ_LINGER, &no_linger, sizeof no_linger) == 0
        && zmq_bind(zap->socket, "inproc://zeromq.zap.01") == 0)
        return LW_OK;
    zap_close(zap);
    return LW_IO;
}

void zap_close(struct zap *zap)
{
    if (zap->socket)
        zmq_close(zap->socket);
    *zap = (struct zap){0};
}

bool zap_is_asked(const struct zap *zap)
{
    int events = 0;
    size_t size = sizeof events;

    return zap->socket && zmq_getsockopt(zap->socket, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLIN);
}

uint32_t zap_answer(struct zap *zap, const struct key_ring *ring)
{
    struct request request;
    uint32_t count = 0;

    while (count < ZAP_TURN_MAX && receive(zap->socket, &request)) {
        char tag_text[KEY_TAG_TEXT_SIZE] = "";
        bool is_welcome = may_enter(&request, ring, tag_text);
        zap->refused += !is_welcome;
        answer(zap->socket, &request, is_welcome, tag_text);
        count++;
    }
    return count;
}

/* All parts of one request are taken, whatever they are. */
static bool receive(void *socket, struct request *out)
{
    int more = 1;
    size_t more_size = sizeof more;

    *out = (struct request){.count = 0};
    while (more) {
        char spare[PART_SIZE_MAX];
        int size = zmq_recv(socket, out->count < PARTS ? out->parts[out->count] : spare, PART_SIZE_MAX, ZMQ_DONTWAIT);
        if (size < 0)
            return false;
        if (out->count < PARTS)
            out->sizes[out->count] = (size_t)size;
        out->count += out->count <= PARTS;
        if (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &more_size) != 0)
            return false;
    }
    return true;
}

static bool is_text(const struct request *request, int part, const char *text)
{
    return request->sizes[part] == strlen(text) && memcmp(request->parts[part], text, request->sizes[part]) == 0;
}

static bool may_enter(const struct request *request, const struct key_ring *ring, char tag_text[KEY_TAG_TEXT_SIZE])
{
    if (request->count != PARTS || !is_text(request, VERSION, "1.0") || !is_text(request, MECHANISM, "CURVE")
        || request->sizes[CREDENTIALS] != KEY_SIZE)
        return false;
    const uint8_t *public_key = (const uint8_t *)request->parts[CREDENTIALS];
    struct siphash_128 tag = key_ring_tag(ring, public_key);
    const struct key_holder *holder = key_ring_find(ring, tag);
    bool is_welcome = holder && !holder->is_revoked
        && (!is_text(request, DOMAIN, ZAP_DOMAIN_EVENTS) || roles_may(holder->role, WIRE_EVENT));

    if (!is_welcome) {
        char fingerprint[KEY_FINGERPRINT_SIZE];
        key_fingerprint(public_key, fingerprint);
        log_debug("key %s may not enter %.*s: %s", fingerprint, (int)(request->sizes[DOMAIN] < 32 ? request->sizes[DOMAIN] : 32),
                  request->parts[DOMAIN], !holder ? "it is not known" : holder->is_revoked ? "it is revoked" : "its role may not subscribe");
    }
    key_tag_format(tag, tag_text);
    return is_welcome;
}

/* 300, not 400: after that clients of libzmq never try again. */
static void answer(void *socket, const struct request *request, bool is_welcome, const char *user_id)
{
    size_t id_size = request->count > REQUEST_ID && request->sizes[REQUEST_ID] <= PART_SIZE_MAX ? request->sizes[REQUEST_ID] : 0;
    const struct { const char *data; size_t size; } parts[] = {
        {"1.0", 3},
        {request->parts[REQUEST_ID], id_size},
        {is_welcome ? "200" : "300", 3},
        {is_welcome ? "OK" : "No", 2},
        {user_id, is_welcome ? strlen(user_id) : 0},
        {"", 0},
    };
    enum { COUNT = sizeof parts / sizeof parts[0] };

    for (int i = 0; i < COUNT; i++)
        if (zmq_send(socket, parts[i].data, parts[i].size, ZMQ_DONTWAIT | (i + 1 < COUNT ? ZMQ_SNDMORE : 0)) < 0)
            return;
}
