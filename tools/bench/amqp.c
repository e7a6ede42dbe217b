/* SPDX-License-Identifier: Apache-2.0 */
#include "amqp.h"

#include <stdio.h>
#include <string.h>

#include "bench_desk.h"

enum { FRAME_METHOD = 1, FRAME_HEADER = 2, FRAME_BODY = 3, FRAME_END = 0xce, FRAME_HEAD = 7, PERSISTENT = 2, HAS_DELIVERY_MODE = 0x1000 };

/* class << 16 | method */
enum method {
    CONNECTION_START = 10 << 16 | 10, CONNECTION_START_OK = 10 << 16 | 11, CONNECTION_TUNE = 10 << 16 | 30, CONNECTION_TUNE_OK = 10 << 16 | 31,
    CONNECTION_OPEN = 10 << 16 | 40, CONNECTION_OPEN_OK = 10 << 16 | 41, CONNECTION_CLOSE = 10 << 16 | 50, CHANNEL_OPEN = 20 << 16 | 10,
    CHANNEL_OPEN_OK = 20 << 16 | 11, CHANNEL_CLOSE = 20 << 16 | 40, QUEUE_DECLARE = 50 << 16 | 10, QUEUE_DECLARE_OK = 50 << 16 | 11,
    BASIC_QOS = 60 << 16 | 10, BASIC_QOS_OK = 60 << 16 | 11, BASIC_CONSUME = 60 << 16 | 20, BASIC_CONSUME_OK = 60 << 16 | 21,
    BASIC_PUBLISH = 60 << 16 | 40, BASIC_DELIVER = 60 << 16 | 60, BASIC_ACK = 60 << 16 | 80, BASIC_NACK = 60 << 16 | 120,
    CONFIRM_SELECT = 85 << 16 | 10, CONFIRM_SELECT_OK = 85 << 16 | 11,
};

struct frame { uint8_t kind; uint32_t size; const uint8_t *bytes; };

static void put_number(struct peer_link *link, uint64_t value, int size)
{
    while (size-- > 0)
        byte_buffer_put_u8(&link->out, (uint8_t)(value >> (8 * size)));
}

static void put_text(struct peer_link *link, const char *text)
{
    put_number(link, strlen(text), 1);
    byte_buffer_put(&link->out, text, strlen(text));
}

/* Gives where the frame begins, for end_frame. */
static size_t begin_frame(struct peer_link *link, uint8_t kind, uint16_t channel)
{
    size_t at = link->out.size;
    put_number(link, kind, 1);
    put_number(link, channel, 2);
    put_number(link, 0, 4);
    return at;
}

static size_t begin_method(struct peer_link *link, uint16_t channel, enum method method)
{
    size_t at = begin_frame(link, FRAME_METHOD, channel);
    put_number(link, (uint64_t)method, 4);
    return at;
}

static void end_frame(struct peer_link *link, size_t at)
{
    size_t size = link->out.size - at - FRAME_HEAD;
    put_number(link, FRAME_END, 1);
    if (link->out.failed)
        bench_give_up("too much for the bench's rabbitmq at once");
    for (size_t i = 0; i < 4; i++)
        link->out.data[at + 3 + i] = (uint8_t)(size >> (24 - 8 * i));
}

static uint64_t number_at(const uint8_t *bytes, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* The frame that lies `ahead` bytes behind what was read; false: it is not whole yet. */
static bool peek_frame(const struct peer_link *link, size_t ahead, struct frame *out)
{
    const uint8_t *at = (const uint8_t *)link->in + link->read + ahead;
    size_t there = link->in_size - link->read;
    if (there < ahead + FRAME_HEAD)
        return false;
    *out = (struct frame){.kind = at[0], .size = (uint32_t)number_at(at + 3, 4), .bytes = at + FRAME_HEAD};
    return there >= ahead + FRAME_HEAD + out->size + 1;
}

static size_t whole(const struct frame *frame)
{
    return FRAME_HEAD + frame->size + 1;
}

static enum method method_of(const struct frame *frame)
{
    return frame->kind == FRAME_METHOD && frame->size >= 4 ? (enum method)number_at(frame->bytes, 4) : 0;
}

static void await_method(struct peer_link *link, enum method wanted)
{
    struct frame frame;
    peer_link_flush(link);
    for (enum method got = 0; got != wanted;) {
        while (!peek_frame(link, 0, &frame))
            peer_link_fill(link, true);
        got = method_of(&frame);
        link->read += whole(&frame);
        if (got == CONNECTION_CLOSE || got == CHANNEL_CLOSE) {
            fprintf(stderr, "%.*s\n", frame.bytes[6], (const char *)frame.bytes + 7);
            bench_give_up("the bench's rabbitmq refused something");
        }
    }
}

struct peer_link *amqp_open(uint16_t port)
{
    static const char who[] = "\0guest\0guest";
    struct peer_link *link = peer_link_open_tcp("rabbitmq-server", port);
    byte_buffer_put(&link->out, "AMQP\0\0\x09\x01", 8);
    await_method(link, CONNECTION_START);
    size_t at = begin_method(link, 0, CONNECTION_START_OK);
    put_number(link, 0, 4);
    put_text(link, "PLAIN");
    put_number(link, sizeof who - 1, 4);
    byte_buffer_put(&link->out, who, sizeof who - 1);
    put_text(link, "en_US");
    end_frame(link, at);
    await_method(link, CONNECTION_TUNE);
    at = begin_method(link, 0, CONNECTION_TUNE_OK);
    put_number(link, 1, 2);            /* channels */
    put_number(link, 32768, 4);        /* of a frame */
    put_number(link, 0, 2);            /* no heartbeats */
    end_frame(link, at);
    at = begin_method(link, 0, CONNECTION_OPEN);
    put_text(link, "/");
    put_number(link, 0, 2);
    end_frame(link, at);
    await_method(link, CONNECTION_OPEN_OK);
    at = begin_method(link, 1, CHANNEL_OPEN);
    put_text(link, "");
    end_frame(link, at);
    await_method(link, CHANNEL_OPEN_OK);
    return link;
}

void amqp_confirm(struct peer_link *link)
{
    size_t at = begin_method(link, 1, CONFIRM_SELECT);
    put_number(link, 0, 1);
    end_frame(link, at);
    await_method(link, CONFIRM_SELECT_OK);
}

void amqp_declare_quorum(struct peer_link *link, const char *queue)
{
    static const char arguments[] = "\x0cx-queue-typeS\0\0\0\x06quorum";
    size_t at = begin_method(link, 1, QUEUE_DECLARE);
    put_number(link, 0, 2);
    put_text(link, queue);
    put_number(link, 2, 1);            /* durable */
    put_number(link, sizeof arguments - 1, 4);
    byte_buffer_put(&link->out, arguments, sizeof arguments - 1);
    end_frame(link, at);
    await_method(link, QUEUE_DECLARE_OK);
}

void amqp_consume(struct peer_link *link, const char *queue, uint16_t prefetch)
{
    size_t at = begin_method(link, 1, BASIC_QOS);
    put_number(link, 0, 4);
    put_number(link, prefetch, 2);
    put_number(link, 0, 1);
    end_frame(link, at);
    await_method(link, BASIC_QOS_OK);
    at = begin_method(link, 1, BASIC_CONSUME);
    put_number(link, 0, 2);
    put_text(link, queue);
    put_text(link, queue);             /* the consumer's name */
    put_number(link, 0, 1);
    put_number(link, 0, 4);
    end_frame(link, at);
    await_method(link, BASIC_CONSUME_OK);
}

void amqp_publish(struct peer_link *link, const char *queue, const char *body, uint32_t size)
{
    size_t at = begin_method(link, 1, BASIC_PUBLISH);
    put_number(link, 0, 2);
    put_text(link, "");
    put_text(link, queue);
    put_number(link, 0, 1);
    end_frame(link, at);
    at = begin_frame(link, FRAME_HEADER, 1);
    put_number(link, 60, 2);
    put_number(link, 0, 2);
    put_number(link, size, 8);
    put_number(link, HAS_DELIVERY_MODE, 2);
    put_number(link, PERSISTENT, 1);
    end_frame(link, at);
    at = begin_frame(link, FRAME_BODY, 1);
    byte_buffer_put(&link->out, body, size);
    end_frame(link, at);
}

void amqp_ack(struct peer_link *link, uint64_t tag, bool and_before)
{
    size_t at = begin_method(link, 1, BASIC_ACK);
    put_number(link, tag, 8);
    put_number(link, and_before, 1);
    end_frame(link, at);
}

/* A delivery is three frames: method, header, body. */
static bool take_delivery(struct peer_link *link, const struct frame *method, struct amqp_event *out)
{
    struct frame header, body;
    size_t behind = whole(method);
    if (!peek_frame(link, behind, &header) || !peek_frame(link, behind + whole(&header), &body))
        return false;
    if (header.kind != FRAME_HEADER || body.kind != FRAME_BODY)
        bench_give_up("the bench's rabbitmq delivers otherwise than expected");
    const uint8_t *tag = method->bytes + 4;
    *out = (struct amqp_event){.kind = AMQP_DELIVERY, .tag = number_at(tag + 1 + tag[0], 8), .body = (const char *)body.bytes};
    link->read += behind + whole(&header) + whole(&body);
    return true;
}

bool amqp_next(struct peer_link *link, struct amqp_event *out)
{
    struct frame frame;
    if (!peek_frame(link, 0, &frame))
        return false;
    enum method method = method_of(&frame);
    if (method == BASIC_DELIVER)
        return take_delivery(link, &frame, out);
    if (method == BASIC_NACK || method == CONNECTION_CLOSE || method == CHANNEL_CLOSE)
        bench_give_up("the bench's rabbitmq refused a lead");
    *out = (struct amqp_event){.kind = method == BASIC_ACK ? AMQP_CONFIRM : AMQP_OTHER};
    if (out->kind == AMQP_CONFIRM) {
        out->tag = number_at(frame.bytes + 4, 8);
        out->and_before = frame.bytes[12] & 1;
    }
    link->read += whole(&frame);
    return true;
}
