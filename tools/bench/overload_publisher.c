/* SPDX-License-Identifier: Apache-2.0 */
#include "overload_publisher.h"

#include <poll.h>
#include <string.h>

#include "bench.h"
#include "bench_desk.h"
#include "soak_clients.h"
#include "wall_clock.h"
#include "wire.h"
#include "zmtp_link.h"

#define SECOND_NS UINT64_C(1000000000)
/* A bundle is what one call sends. None waits here for room: a connection has what the kernel keeps for it. */
enum { BUNDLE_LEADS = 16, BUNDLE_BYTES = 32 * 1024, SENT_MAX = 1 << 18, PING_EVERY = 512, PING_MS = 500, QUIET_MS = 5000 };

struct connection {
    struct zmtp_link link;     /* as libleadwire's own, so that the load costs no more than the one that found the maximum */
    bool said_hello, is_open;
    uint64_t received, pinged, pinged_ns;
};

struct publishers {
    struct overload_board *board;
    struct connection connections[OVERLOAD_CONNECTIONS];
    struct arena arena, scratch;
    struct byte_buffer frames;
    uint64_t sent, answered;                 /* leads */
    uint64_t heard_ns;
    uint64_t sent_ns[SENT_MAX];              /* by request id */
};

static bool has_room(const struct connection *connection)
{
    return connection->link.state == ZMTP_UP && !connection->link.awaits_room;
}

static bool send_frames(struct publishers *all, struct connection *connection)
{
    uint8_t *room = zmtp_link_reserve(&connection->link, all->frames.size);
    if (!room)
        return false;
    memcpy(room, all->frames.data, all->frames.size);
    return zmtp_link_send(&connection->link, all->frames.size);
}

static void add_frame(struct publishers *all, enum wire_type type, ProtobufCMessage *message)
{
    if (wire_encode(&(struct wire_message){.type = type, .base = message}, &all->frames) != LW_OK)
        bench_give_up("cannot encode a frame");
}

static void say_hello(struct publishers *all, struct connection *connection)
{
    Leadwire__V1__Hello hello = LEADWIRE__V1__HELLO__INIT;
    hello.version_min = WIRE_VERSION_MIN;
    hello.version_max = WIRE_VERSION_MAX;
    hello.role = LEADWIRE__V1__ROLE__ROLE_PUBLISHER;
    hello.desk = (char *)(uintptr_t)"bench";
    hello.client = (char *)(uintptr_t)"leadwire-bench";
    hello.bundles = true;
    byte_buffer_clear(&all->frames);
    add_frame(all, WIRE_HELLO, &hello.base);
    connection->said_hello = send_frames(all, connection);
}

static void connect_all(struct publishers *all)
{
    for (int i = 0; i < OVERLOAD_CONNECTIONS; i++)
        if (zmtp_link_open(&all->connections[i].link, all->board->publish, WIRE_FRAME_SIZE_MAX, wall_clock_monotonic_ms()) != LW_OK)
            bench_give_up("cannot connect a publisher");
}

static void on_reply(struct publishers *all, const Leadwire__V1__Reply *reply)
{
    struct overload_board *board = all->board;
    all->answered++;
    if (reply->status == LEADWIRE__V1__STATUS__STATUS_BUSY) {
        board->busy++;
        board->unhinted += reply->retry_after_ms == 0;
        return;
    }
    uint64_t number = soak_lead_number(reply->lead_id);
    if (reply->status != LEADWIRE__V1__STATUS__STATUS_ACCEPTED || number >= SOAK_LEADS_MAX) {
        board->wrong++;
        return;
    }
    if (board->accepted[number] < UINT8_MAX)
        board->accepted[number]++;
    board->accepted_count++;
    log_histogram_add(&board->answered_us, (bench_now_ns() - all->sent_ns[reply->request_id % SENT_MAX]) / 1000);
}

static void on_message(struct publishers *all, struct connection *connection, const unsigned char *bytes, size_t size)
{
    const char *reason;
    struct wire_message message;
    for (size_t at = 0; at < size;) {
        size_t frame_size = wire_first_frame_size(bytes + at, size - at);
        if (wire_decode(bytes + at, frame_size, WIRE_FROM_BROKER, &all->arena, &message, &reason, NULL) != LW_OK)
            bench_give_up("the broker sent what cannot be read");
        at += frame_size;
        connection->received++;
        if (message.type == WIRE_REPLY)
            on_reply(all, message.reply);
        if (message.type == WIRE_WELCOME)
            connection->received = 0;
        if (message.type == WIRE_WELCOME || message.type == WIRE_BYE)
            connection->is_open = message.type == WIRE_WELCOME;
        all->board->wrong += message.type == WIRE_BYE;
        arena_reset(&all->arena, BUNDLE_BYTES);
    }
}

static void listen_to_all(struct publishers *all)
{
    uint64_t now_ms = wall_clock_monotonic_ms();
    for (int i = 0; i < OVERLOAD_CONNECTIONS; i++) {
        struct connection *connection = &all->connections[i];
        struct zmtp_frame frame;
        zmtp_link_turn(&connection->link, now_ms);
        while (zmtp_link_receive(&connection->link, &frame)) {
            on_message(all, connection, frame.body, frame.size);
            all->heard_ns = bench_now_ns();
        }
        if (connection->said_hello && connection->link.state == ZMTP_DOWN)
            bench_give_up("the broker hung up on a publisher");
        if (!connection->said_hello && connection->link.state == ZMTP_UP)
            say_hello(all, connection);
    }
}

/* Says what has come, without which the broker would send no more, and end who says it too late: so it goes behind whatever waits. */
static void ping_all(struct publishers *all)
{
    uint64_t now_ns = bench_now_ns();
    for (int i = 0; i < OVERLOAD_CONNECTIONS; i++) {
        struct connection *connection = &all->connections[i];
        if (!connection->is_open || (connection->received - connection->pinged < PING_EVERY && now_ns - connection->pinged_ns < PING_MS * UINT64_C(1000000)))
            continue;
        Leadwire__V1__Ping ping = LEADWIRE__V1__PING__INIT;
        ping.received_count = connection->received;
        byte_buffer_clear(&all->frames);
        add_frame(all, WIRE_PING, &ping.base);
        if (send_frames(all, connection)) {
            connection->pinged = connection->received;
            connection->pinged_ns = now_ns;
        }
    }
}

static void add_lead(struct publishers *all, uint64_t request_id)
{
    char id[BENCH_ID_SIZE];
    struct bench_lead room;
    Leadwire__V1__Publish publish = LEADWIRE__V1__PUBLISH__INIT;
    uint64_t number = all->board->first + request_id;
    bench_desk_id(number, id);
    arena_reset(&all->scratch, BUNDLE_BYTES);
    publish.request_id = request_id;
    publish.idempotency_id = id;
    publish.lead = wire_lead_from_public(bench_desk_lead(number, BENCH_SKILLS, &room), &all->scratch);
    add_frame(all, WIRE_PUBLISH, &publish.base);
    all->sent_ns[request_id % SENT_MAX] = bench_now_ns();
}

static void send_due(struct publishers *all, uint64_t count)
{
    struct overload_board *board = all->board;
    while (count > 0) {
        uint64_t leads = count < BUNDLE_LEADS ? count : BUNDLE_LEADS;
        struct connection *connection = &all->connections[board->offered / BUNDLE_LEADS % OVERLOAD_CONNECTIONS];
        count -= leads;
        if (!connection->is_open || !has_room(connection)) {
            board->offered += leads;
            board->unsent += leads;
            continue;
        }
        byte_buffer_clear(&all->frames);
        for (uint64_t i = 1; i <= leads; i++)
            add_lead(all, board->offered + i);
        board->offered += leads;
        if (send_frames(all, connection))
            all->sent += leads;
        else
            board->unsent += leads;
    }
}

static void wait_a_little(struct publishers *all)
{
    struct pollfd items[OVERLOAD_CONNECTIONS];
    for (int i = 0; i < OVERLOAD_CONNECTIONS; i++)
        items[i] = (struct pollfd){.fd = all->connections[i].link.fd, .events = POLLIN};
    poll(items, OVERLOAD_CONNECTIONS, 1);
}

static bool is_done(const struct publishers *all)
{
    return all->board->stop && (all->answered >= all->sent || bench_now_ns() - all->heard_ns > QUIET_MS * UINT64_C(1000000));
}

int overload_publisher(void *argument)
{
    static struct publishers all;
    uint64_t base_ns = 0, base = 0;
    uint32_t rate = 0;
    all.board = argument;
    all.heard_ns = bench_now_ns();
    arena_init(&all.arena, WIRE_ARENA_CAP);
    arena_init(&all.scratch, WIRE_ARENA_CAP);
    byte_buffer_init(&all.frames, 2 * BUNDLE_BYTES);
    connect_all(&all);
    while (!is_done(&all)) {
        uint64_t now_ns = bench_now_ns();
        if (all.board->rate != rate) {
            rate = all.board->rate;
            base_ns = now_ns;
            base = all.board->offered;
        }
        uint64_t due = base + (now_ns - base_ns) / 1000 * rate / 1000000;
        if (!all.board->stop && due > all.board->offered)
            send_due(&all, due - all.board->offered);
        listen_to_all(&all);
        ping_all(&all);
        wait_a_little(&all);
    }
    for (int i = 0; i < OVERLOAD_CONNECTIONS; i++)
        zmtp_link_close(&all.connections[i].link);
    return 0;
}
