/* SPDX-License-Identifier: Apache-2.0
 *
 * session - one client's conversation with a broker, whatever the role:
 * connect, Hello, heartbeat, credit, resend, reconnect.
 *
 *            connected, Hello         Welcome
 *   OPENING ------------------> .. -----------> OPEN
 *      ^  Hello again at 100 ms..2 s              |  connection gone, silent for 3 heartbeats,
 *      +------------------------------------------+  NO_SESSION, Bye
 *      |                                          |
 *      +--> ENDED  <------------------------------+  refused for good, or replaced
 *
 * Requests outlive the connection: what was on the wire when it broke is sent
 * again, byte for byte, after the next Welcome. Messages of a lower epoch than
 * the highest seen are dropped, and so are bytes that break the protocol.
 *
 * A broker on this machine is spoken to by a zmtp_link, others through libzmq.
 * There ZMQ_IMMEDIATE makes the socket writable only while it is connected, so a
 * broken connection is seen at once, or SESSION_LOOK_MS after the frames that
 * came with it. The descriptor stays the same over reconnects.
 * A request goes at once while nothing else is unanswered and nothing else of what came is left to be told. Under load it waits for
 * the session_next that finds nothing, or a bundle's worth of others, to go with them in one message (as Nagle's algorithm has it, RFC 896).
 *
 * Nothing blocks. Threads: one owner.
 */
#ifndef CLIENT_SESSION_H
#define CLIENT_SESSION_H

#include <zmq.h>

#include "arena.h"
#include "byte_buffer.h"
#include "pending.h"
#include "wire.h"
#include "zmtp_link.h"

enum {
    SESSION_HELLO_FIRST_MS = 100,
    SESSION_HELLO_LAST_MS = 2000,
    SESSION_REFUSED_RETRY_MS = 5000,
    SESSION_SILENT_HEARTBEATS = 3,
    SESSION_CREDIT_MAX = 8192,
    SESSION_CONFIRM_EVERY = 128,     /* frames received until a Ping confirms them */
    SESSION_ERROR_MAX = 320,
    SESSION_WAIT_MAX_MS = 1000,
    SESSION_SECRET_MAX = 256,
    SESSION_KEYED_REDIAL_MS = 10000, /* longer than a refused key is kept waiting */
    SESSION_LOOK_MS = 50,            /* after frames, until the connection itself is looked at */
};

/* The message that is being read, frame by frame. */
struct session_inbox {
    zmq_msg_t message;
    size_t at;
    bool is_open;
};

struct session_bytes { const unsigned char *data; size_t size; };

enum session_state { SESSION_OPENING, SESSION_OPEN, SESSION_ENDED };

/* Adds to a Hello what only the owner of the session knows; memory from the arena. */
typedef void session_complete_hello(void *owner, Leadwire__V1__Hello *hello, struct arena *arena);

struct session_options {
    Leadwire__V1__Role role;
    const char *endpoint, *desk, *client;
    const char *rep, *secret;        /* reps; else NULL. With a key a rep needs no secret */
    const char *key_file;            /* encrypted, with this key; NULL: plain */
    uint32_t pending_max;
    uint32_t resend_ms;
    bool ends_when_refused;          /* else it tries again every few seconds */
    session_complete_hello *complete_hello;   /* may be NULL */
    void *owner;
};

enum session_event_kind {
    SESSION_NOTHING,     /* nothing more now */
    SESSION_WELCOME,     /* it is open: again after each reconnect */
    SESSION_LOST,        /* it was open, or cannot be opened yet; reason */
    SESSION_REFUSED,     /* session_error() says why */
    SESSION_ANSWER,      /* ticket, tag, message: the request is done */
    SESSION_EXPIRED,     /* ticket, tag: the time limit passed; reason "" or of the last "busy", retry_after_ms */
    SESSION_MESSAGE,     /* message: anything else the broker says */
};

/* Pointers live until the next session_next or session_request. */
struct session_event {
    enum session_event_kind kind;
    uint64_t ticket;
    struct pending_tag tag;
    struct wire_message message;
    const char *reason;
    const char *busy_reason;   /* SESSION_EXPIRED: the last "busy" that was said to it, though it may have been asked again since; "": none */
    uint32_t retry_after_ms;
};

struct session {
    struct session_options options;  /* strings are owned copies */
    struct zmtp_link link;           /* if it is open; else */
    void *socket;                    /* libzmq's */
    zmq_msg_t outbox;                /* between session_socket_begin and _end */
    int fd;
    enum session_state state;
    bool connected_endpoint;         /* zmq_connect is in force; of a link: always */
    bool writable;                   /* a broker is at the other end */
    struct session_inbox inbox;
    struct session_bytes bundle;     /* of a link: what is left of the message that is being read */
    bool skip_parts;                 /* in a multi-part message, which nobody should send */
    bool heard;                      /* a frame came since the connection was looked at */
    bool refusal_told;
    bool is_turned_away;             /* the last Hello was answered with busy */
    uint64_t unreached_since_ms;     /* with a key: nobody was at the other end since; 0: somebody is */

    uint64_t now_ms;                 /* when the message that is being read was taken */
    uint64_t epoch;                  /* highest seen */
    uint64_t session_number;
    uint32_t credit, heartbeat_ms;
    bool sends_bundles;              /* the broker reads messages of several frames */
    bool tells_days;                 /* it answers DayRequest */
    uint32_t repeat_count;           /* sent again in this session, and the second answer not come */

    uint64_t hello_at_ms, hello_sent_ms, ping_at_ms;
    uint32_t hello_interval_ms, hellos_unanswered;
    uint64_t unheard_since_ms;       /* of the oldest Ping after which nothing came; 0: none */
    uint64_t received_count, confirmed_count;
    uint64_t look_at_ms;             /* a look at the connection was put off to then; 0: none */

    enum session_event_kind due_event;   /* LOST or REFUSED, to be told next */
    char due_reason[SESSION_ERROR_MAX];
    char error[SESSION_ERROR_MAX];
    char expired_reason[PENDING_BUSY_REASON_MAX];

    struct pending pending;
    struct arena arena;              /* of the last event's message */
    struct byte_buffer out;          /* Hello, Ping, Bye */
    size_t gathered_bytes;           /* of requests queued since the last sending */
    uint64_t send_count;
    uint64_t frames_dropped;         /* broke the protocol, or of a lower epoch */
};

/* Begins to connect; *session must stay where it is. Errors: LW_INVALID, and what client_key_give has (session_error()), LW_NO_MEMORY, LW_IO. */
LW_MUST_CHECK lw_status session_open(struct session *session, const struct session_options *options);
/* Sends what credit allows, and Bye if `bye` is not NULL; waits for nothing. A zeroed or closed one is accepted. */
void session_close(struct session *session, const char *bye);

/* Checks, encodes and queues one request; fills its request_id. The tag's type is filled too.
 * Errors: LW_INVALID, LW_TOO_LARGE (session_error()), LW_FULL, LW_NO_MEMORY, LW_CLOSED (ended). */
LW_MUST_CHECK lw_status session_request(struct session *session, struct wire_message *request,
                                        const struct pending_tag *tag, uint32_t time_limit_ms, uint64_t *ticket_out);
/* This request is not sent again, and has no answer any more: one that is in the socket already may be carried out all the same. A ticket
 * that is answered or expired is accepted. */
void session_forget(struct session *session, uint64_t ticket);
/* Does what is due and takes the next event. */
enum session_event_kind session_next(struct session *session, struct session_event *out);

/* 0..SESSION_WAIT_MAX_MS. */
int session_wait_ms(const struct session *session);
bool session_is_connected(const struct session *session);
/* A broker is there, and has said busy to the last Hello: session_error has why. */
bool session_is_turned_away(const struct session *session);
/* Never NULL. */
const char *session_error(const struct session *session);
void session_set_error(struct session *session, const char *error);

#endif
