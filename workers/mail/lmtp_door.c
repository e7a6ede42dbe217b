/* SPDX-License-Identifier: Apache-2.0 */
#include "lmtp_door.h"

#include "lmtp_session.h"
#include "lmtp_socket.h"
#include "lw_log.h"
#include "wall_clock.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    CHUNK = 16 * 1024,
    INPUT_MAX = 64 * 1024,           /* read from the socket and not yet taken */
    OUTPUT_MAX = 32 * 1024,          /* replies that the peer has not taken: above, nothing more is read */
    REPLIES_MAX = LMTP_COMMANDS_MAX * LMTP_REPLY_MAX,
    MEMORY_IN_MAILS = 4,             /* all mails that are being received: so many of the largest */
    HOST_MAX = 64,
};

/* One mail to one source. */
struct delivery {
    struct lmtp_connection *connection;
    struct mail_request request;
    bool wanted, waiting;
    char reply[LMTP_REPLY_MAX];
};

struct lmtp_connection {
    struct lmtp_door *door;
    struct lmtp_connection *next, **place;
    struct bufferevent *stream;
    struct event *timer;
    struct lmtp_session session;
    struct delivery deliveries[MAIL_SOURCES_MAX];
    uint32_t waiting;                /* deliveries that are with the broker */
    uint64_t number, mails;
    bool last_words;                 /* ends when the replies are out */
};

struct lmtp_door {
    struct event_base *base;
    struct evconnlistener *listener;   /* NULL when draining */
    int fd;
    char *address;
    uint16_t port;
    char host[HOST_MAX];
    struct mail_service service;
    struct lmtp_rules rules;
    size_t memory;
    struct lmtp_connection *connections;
    uint32_t connection_count;
    uint64_t connections_ever;
    bool draining;
};

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int size, void *context);
static void on_read(struct bufferevent *stream, void *context);
static void on_written(struct bufferevent *stream, void *context);
static void on_end(struct bufferevent *stream, short what, void *context);
static void on_timer(evutil_socket_t fd, short what, void *context);
static int find_source(void *context, const char *recipient);
static void take_input(struct lmtp_connection *connection);
static void bring_mail(struct lmtp_connection *connection);
static void on_outcome(void *context, const struct mail_outcome *outcome);
static void note(struct delivery *delivery, const struct mail_outcome *outcome);
static void answer_mail(struct lmtp_connection *connection);
static void say_goodbye(struct lmtp_connection *connection, const char *why);
static void send_replies(struct lmtp_connection *connection, struct byte_buffer *replies);
static void set_deadline(struct lmtp_connection *connection);
static void drop_deliveries(struct lmtp_connection *connection);
static void connection_free(struct lmtp_connection *connection);

lw_status lmtp_door_open(struct event_base *base, const char *listen, uint32_t socket_mode, struct lmtp_door **out)
{
    struct lmtp_door *door = calloc(1, sizeof *door);
    *out = NULL;
    if (!door)
        return LW_NO_MEMORY;
    door->base = base;
    door->fd = -1;
    door->address = strdup(listen);
    if (gethostname(door->host, sizeof door->host - 1) != 0 || door->host[0] == '\0')
        snprintf(door->host, sizeof door->host, "localhost");
    lw_status status = door->address ? lmtp_socket_open(listen, socket_mode, &door->fd, &door->port) : LW_NO_MEMORY;
    if (status == LW_OK) {
        door->listener = evconnlistener_new(base, on_accept, door, 0, 0, door->fd);
        status = door->listener ? LW_OK : LW_NO_MEMORY;
    }
    if (status != LW_OK) {
        lmtp_door_close(&door);
        return status;
    }
    evconnlistener_disable(door->listener);
    *out = door;
    return LW_OK;
}

void lmtp_door_close(struct lmtp_door **door_place)
{
    struct lmtp_door *door = *door_place;
    *door_place = NULL;
    if (!door)
        return;
    while (door->connections)
        connection_free(door->connections);
    if (door->listener)
        evconnlistener_free(door->listener);
    if (door->address)
        lmtp_socket_close(door->address, door->fd);
    free(door->address);
    free(door);
}

void lmtp_door_serve(struct lmtp_door *door, const struct mail_service *service)
{
    for (struct lmtp_connection *at = door->connections, *next; at; at = next) {
        next = at->next;
        say_goodbye(at, "4.3.2 the configuration is being read again");
    }
    door->service = *service;
    door->rules = (struct lmtp_rules){
        .host = door->host,
        .mail_size_max = service->config->mail_size_max,
        .memory_max = MEMORY_IN_MAILS * (service->config->mail_size_max + 1024),
        .find_source = find_source,
        .context = door,
    };
    evconnlistener_enable(door->listener);
}

void lmtp_door_drain(struct lmtp_door *door)
{
    if (door->listener)
        evconnlistener_free(door->listener);
    door->listener = NULL;
    door->draining = true;
    for (struct lmtp_connection *at = door->connections, *next; at; at = next) {
        next = at->next;
        if (at->waiting == 0)
            say_goodbye(at, "4.3.2 stopping");
    }
}

uint32_t lmtp_door_in_flight(const struct lmtp_door *door)
{
    uint32_t count = 0;
    for (const struct lmtp_connection *at = door->connections; at; at = at->next)
        count += at->waiting > 0 || evbuffer_get_length(bufferevent_get_output(at->stream)) > 0;
    return count;
}

const char *lmtp_door_address(const struct lmtp_door *door)
{
    return door->address;
}

uint16_t lmtp_door_port(const struct lmtp_door *door)
{
    return door->port;
}

static int find_source(void *context, const char *recipient)
{
    const struct lmtp_door *door = context;
    return mail_config_find_recipient(door->service.config, recipient);
}

static void refuse_connection(struct lmtp_door *door, evutil_socket_t fd)
{
    static const char words[] = "421 4.3.2 too many connections\r\n";
    (void)!write(fd, words, sizeof words - 1);   /* the socket is fresh: it takes so few bytes */
    evutil_closesocket(fd);
    log_warning("lmtp: connections at their limit of %u: one refused", door->service.config->lmtp.connections_max);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int size, void *context)
{
    (void)listener;
    (void)peer;
    (void)size;
    struct lmtp_door *door = context;
    struct lmtp_connection *connection = NULL;
    if (door->connection_count < door->service.config->lmtp.connections_max)
        connection = calloc(1, sizeof *connection);
    if (!connection) {
        refuse_connection(door, fd);
        return;
    }
    connection->door = door;
    connection->number = ++door->connections_ever;
    connection->timer = event_new(door->base, -1, 0, on_timer, connection);
    connection->stream = bufferevent_socket_new(door->base, fd, BEV_OPT_CLOSE_ON_FREE);
    connection->next = door->connections;
    connection->place = &door->connections;
    if (connection->next)
        connection->next->place = &connection->next;
    door->connections = connection;
    door->connection_count++;

    struct byte_buffer replies;
    byte_buffer_init(&replies, REPLIES_MAX);
    lmtp_session_init(&connection->session, &door->rules, &door->memory, &replies);
    if (connection->stream && connection->timer) {
        bufferevent_setcb(connection->stream, on_read, on_written, on_end, connection);
        bufferevent_setwatermark(connection->stream, EV_READ, 0, INPUT_MAX);
        bufferevent_enable(connection->stream, EV_READ | EV_WRITE);
        send_replies(connection, &replies);
        set_deadline(connection);
    } else {
        if (!connection->stream)
            evutil_closesocket(fd);
        connection_free(connection);
    }
    byte_buffer_fini(&replies);
}

static void on_read(struct bufferevent *stream, void *context)
{
    (void)stream;
    take_input(context);
}

/* The peer took all replies. */
static void on_written(struct bufferevent *stream, void *context)
{
    (void)stream;
    struct lmtp_connection *connection = context;
    if (connection->last_words)
        connection_free(connection);
    else if (connection->session.phase != LMTP_ANSWERING)
        take_input(connection);
}

/* The peer will say no more, or is gone. Nothing is read while a mail is with the broker, so none is here. */
static void on_end(struct bufferevent *stream, short what, void *context)
{
    struct lmtp_connection *connection = context;
    bool half_closed = (what & BEV_EVENT_EOF) && evbuffer_get_length(bufferevent_get_output(stream)) > 0;
    if (half_closed)
        connection->last_words = true;
    else
        connection_free(connection);
}

/* Takes what there is, as long as the peer takes the replies and no mail is with the broker. */
static void take_input(struct lmtp_connection *connection)
{
    struct evbuffer *input = bufferevent_get_input(connection->stream);
    struct evbuffer *output = bufferevent_get_output(connection->stream);
    struct lmtp_session *session = &connection->session;
    struct byte_buffer replies;
    char chunk[CHUNK];
    byte_buffer_init(&replies, REPLIES_MAX);
    while (session->phase <= LMTP_DATA && evbuffer_get_length(output) <= OUTPUT_MAX) {
        enum lmtp_phase phase = session->phase;
        unsigned commands = session->commands;
        ev_ssize_t size = evbuffer_copyout(input, chunk, sizeof chunk);
        if (size <= 0)
            break;
        evbuffer_drain(input, lmtp_session_feed(session, chunk, (size_t)size, &replies));
        send_replies(connection, &replies);
        if (session->phase != phase || session->commands != commands)
            set_deadline(connection);
    }
    byte_buffer_fini(&replies);
    bool reading = session->phase <= LMTP_DATA && evbuffer_get_length(output) <= OUTPUT_MAX;
    if (reading)
        bufferevent_enable(connection->stream, EV_READ);
    else
        bufferevent_disable(connection->stream, EV_READ);
    if (session->phase == LMTP_ENDED)
        connection->last_words = true;   /* on_written comes: there are replies */
    else if (session->phase == LMTP_ANSWERING)
        bring_mail(connection);
}

/* Once to each source, however many of its recipients were named. */
static void bring_mail(struct lmtp_connection *connection)
{
    const struct mail_service *service = &connection->door->service;
    struct lmtp_session *session = &connection->session;
    int64_t now_unix_ms = wall_clock_unix_ms();
    connection->mails++;
    set_deadline(connection);
    memset(connection->deliveries, 0, sizeof connection->deliveries);
    for (size_t i = 0; i < session->recipient_count; i++) {
        struct delivery *delivery = &connection->deliveries[session->sources[i]];
        if (delivery->wanted)
            continue;
        struct mail_outcome outcome;
        const struct mail_source *source = &service->config->sources[session->sources[i]].source;
        *delivery = (struct delivery){.connection = connection, .wanted = true,
                                      .request = {.done = on_outcome, .context = delivery}};
        if (mail_intake_take(&service->intake, source, session->mail.data, session->mail.size, now_unix_ms,
                             &delivery->request, &outcome)) {
            note(delivery, &outcome);
        } else {
            delivery->waiting = true;
            connection->waiting++;
        }
    }
    if (connection->waiting == 0)
        answer_mail(connection);
}

static void on_outcome(void *context, const struct mail_outcome *outcome)
{
    struct delivery *delivery = context;
    delivery->waiting = false;
    delivery->connection->waiting--;
    note(delivery, outcome);
    if (delivery->connection->waiting == 0)
        answer_mail(delivery->connection);
}

/* The reply to the source's recipients, and the line in the log. */
static void note(struct delivery *delivery, const struct mail_outcome *outcome)
{
    struct lmtp_connection *connection = delivery->connection;
    const struct mail_service *service = &connection->door->service;
    const char *source = service->config->sources[delivery - connection->deliveries].source.name;
    const char *word = mail_outcome_name(outcome);
    char name[64];
    switch (outcome->end) {
    case MAIL_END_TAKEN:
        snprintf(delivery->reply, sizeof delivery->reply, "250 2.0.0 %s %s", word, outcome->lead_id);
        break;
    case MAIL_END_NO_LEAD:
        snprintf(delivery->reply, sizeof delivery->reply, "250 2.0.0 not a lead: %s", word);
        break;
    case MAIL_END_REFUSED:
        snprintf(delivery->reply, sizeof delivery->reply, "%s: %s",
                 outcome->reason == MAIL_HEADER_TOO_LARGE ? "552 5.3.4 too large" : "554 5.6.0 not understood", word);
        break;
    case MAIL_END_LATER:
        snprintf(delivery->reply, sizeof delivery->reply, "%s",
                 outcome->store_full ? "452 4.3.1 no room to keep the mail" : "451 4.3.0 come again");
        log_warning("source=%s: a mail by lmtp was told to come again: %s", source, outcome->why);
        return;
    }
    snprintf(name, sizeof name, "lmtp-%llu.%llu", (unsigned long long)connection->number,
             (unsigned long long)connection->mails);
    decisions_log_add(service->decisions, source, name, word, outcome->lead_id);
    log_info("mail done source=%s file=%s outcome=%s%s%s", source, name, word, outcome->lead_id[0] ? " lead=" : "",
             outcome->lead_id);
}

static void answer_mail(struct lmtp_connection *connection)
{
    struct lmtp_session *session = &connection->session;
    struct byte_buffer replies;
    byte_buffer_init(&replies, LMTP_RECIPIENTS_MAX * LMTP_REPLY_MAX);
    for (size_t i = 0; i < session->recipient_count; i++)
        lmtp_session_answer(session, connection->deliveries[session->sources[i]].reply, &replies);
    lmtp_session_answered(session);
    send_replies(connection, &replies);
    byte_buffer_fini(&replies);
    set_deadline(connection);
    if (connection->door->draining)
        say_goodbye(connection, "4.3.2 stopping");
    else
        bufferevent_trigger(connection->stream, EV_READ, BEV_TRIG_DEFER_CALLBACKS | BEV_TRIG_IGNORE_WATERMARKS);
}

/* 451 to the recipients of a mail that is with the broker, 421, the end. */
static void say_goodbye(struct lmtp_connection *connection, const char *why)
{
    struct byte_buffer replies;
    byte_buffer_init(&replies, REPLIES_MAX);
    if (connection->session.phase == LMTP_ANSWERING) {
        for (size_t i = 0; i < connection->session.recipient_count; i++)
            lmtp_session_answer(&connection->session, "451 4.3.2 come again", &replies);
        lmtp_session_answered(&connection->session);
        drop_deliveries(connection);
    }
    if (connection->session.phase != LMTP_ENDED)
        lmtp_session_end(&connection->session, why, &replies);
    bufferevent_disable(connection->stream, EV_READ);
    connection->last_words = true;
    send_replies(connection, &replies);
    byte_buffer_fini(&replies);
    set_deadline(connection);
}

static void send_replies(struct lmtp_connection *connection, struct byte_buffer *replies)
{
    if (replies->size > 0)
        bufferevent_write(connection->stream, replies->data, replies->size);
    byte_buffer_clear(replies);
}

/* For the whole of what is awaited now: drops that trickle in do not move it. */
static void set_deadline(struct lmtp_connection *connection)
{
    const struct lmtp_config *config = &connection->door->service.config->lmtp;
    uint32_t within_ms = connection->session.phase == LMTP_DATA ? config->data_within_ms : config->command_within_ms;
    const struct timeval within = {within_ms / 1000, (suseconds_t)(within_ms % 1000 * 1000)};
    if (connection->session.phase == LMTP_ANSWERING)
        event_del(connection->timer);   /* the broker link has its own limit */
    else
        event_add(connection->timer, &within);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct lmtp_connection *connection = context;
    if (connection->last_words)
        connection_free(connection);   /* it did not take them */
    else
        say_goodbye(connection, "4.4.2 too slow");
}

static void drop_deliveries(struct lmtp_connection *connection)
{
    for (size_t i = 0; i < MAIL_SOURCES_MAX; i++) {
        if (connection->deliveries[i].waiting)
            mail_intake_drop(&connection->door->service.intake, &connection->deliveries[i].request);
        connection->deliveries[i].waiting = false;
    }
    connection->waiting = 0;
}

static void connection_free(struct lmtp_connection *connection)
{
    struct lmtp_door *door = connection->door;
    drop_deliveries(connection);
    *connection->place = connection->next;
    if (connection->next)
        connection->next->place = connection->place;
    door->connection_count--;
    lmtp_session_fini(&connection->session);
    if (connection->timer)
        event_free(connection->timer);
    if (connection->stream)
        bufferevent_free(connection->stream);
    free(connection);
}
