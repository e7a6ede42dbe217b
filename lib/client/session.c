/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include "message_fields.h"
#include "secret_file.h"
#include "session_options.h"
#include "session_socket.h"
#include "wall_clock.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    HEARTBEAT_MIN_MS = 50,
    HEARTBEAT_MAX_MS = 60000,
    HELLOS_BEFORE_REDIAL = 5,     /* unanswered on a standing connection: try another */
    RESENDS_BEFORE_REDIAL = 10,
    FRAMES_BEFORE_CHORES = 64,    /* timers run at least this often in a flood */
    ARENA_KEEP = 16 * 1024,
    GATHERED_ENOUGH = 16 * 1024,  /* bytes of requests that wait to go together */
    CONTROL_ARENA_CAP = 64 * 1024 * 1024,
};

static bool do_chores(struct session *session, uint64_t now_ms);
static void redial_if_unreached(struct session *session, uint64_t now_ms);
static bool look_at_connection(struct session *session, uint64_t now_ms);
static bool take_due_event(struct session *session, uint64_t now_ms, struct session_event *out);
static void say_hello(struct session *session, uint64_t now_ms);
static void ping_if_due(struct session *session, uint64_t now_ms);
static void resend_overdue(struct session *session, uint64_t now_ms);
static bool has_credit(const struct session *session);
static bool may_send(const struct session *session);
static void send_queued(struct session *session, uint64_t now_ms);
static bool send_bundle(struct session *session, uint64_t now_ms);
static bool send_frames(struct session *session, const struct pending_request *request, uint32_t count, size_t size);
static bool send_message(struct session *session, const struct wire_message *message);

static bool handle_frame(struct session *session, const struct session_frame *frame, uint64_t now_ms,
                         struct session_event *out);
static bool handle_welcome(struct session *session, const Leadwire__V1__Welcome *welcome, uint64_t now_ms,
                           struct session_event *out);
static bool handle_reply(struct session *session, const struct wire_message *message, uint64_t now_ms,
                         struct session_event *out);
static void handle_refusal(struct session *session, const Leadwire__V1__Reply *reply, uint64_t now_ms);
static void handle_bye(struct session *session, const Leadwire__V1__Bye *bye, uint64_t now_ms);
static void note_answer(struct session *session, const struct pending_request *request);
static bool give_answer(struct session *session, const struct wire_message *message, uint64_t ticket, struct session_event *out);

static void lose(struct session *session, uint64_t now_ms, const char *reason);
static void refuse(struct session *session, uint64_t now_ms, bool final, const char *reason);

/* ---- public ---- */

lw_status session_open(struct session *session, const struct session_options *options)
{
    *session = (struct session){.state = SESSION_OPENING, .hello_interval_ms = SESSION_HELLO_FIRST_MS,
                                .credit = 1, .heartbeat_ms = HEARTBEAT_MAX_MS, .fd = -1};
    const char *wrong = session_options_check(options);
    if (wrong) {
        session_set_error(session, wrong);
        return LW_INVALID;
    }
    bool control = options->role == LEADWIRE__V1__ROLE__ROLE_CONTROL;
    byte_buffer_init(&session->out, WIRE_FRAME_SIZE_MAX);
    arena_init(&session->arena, control ? CONTROL_ARENA_CAP : WIRE_ARENA_CAP);
    uint64_t now_ms = wall_clock_monotonic_ms();
    lw_status status = pending_init(&session->pending, options->pending_max, now_ms);
    if (status == LW_OK && !session_options_copy(&session->options, options))
        status = LW_NO_MEMORY;
    if (status == LW_OK)
        status = session_socket_open(session, control ? WIRE_CONTROL_FRAME_SIZE_MAX : WIRE_FRAME_SIZE_MAX + 4096, now_ms);
    if (status != LW_OK)
        session_close(session, NULL);
    return status;
}

void session_close(struct session *session, const char *bye)
{
    if (session->state == SESSION_OPEN) {
        send_queued(session, wall_clock_monotonic_ms());
        if (bye) {
            Leadwire__V1__Bye message = LEADWIRE__V1__BYE__INIT;
            message.reason = (char *)bye;
            send_message(session, &(struct wire_message){.type = WIRE_BYE, .bye = &message});
        }
    }
    session_socket_close(session);
    pending_fini(&session->pending);
    arena_fini(&session->arena);
    byte_buffer_fini(&session->out);
    session_options_free(&session->options);
    session->state = SESSION_ENDED;
}

lw_status session_request(struct session *session, struct wire_message *request, const struct pending_tag *tag,
                          uint32_t time_limit_ms, uint64_t *ticket_out)
{
    if (session->state == SESSION_ENDED)
        return LW_CLOSED;
    struct pending_request *slot = pending_new(&session->pending);
    if (!slot)
        return LW_FULL;
    uint64_t *request_id = message_request_id(request);
    assert(request_id);
    *request_id = slot->ticket;

    const char *reason = "it does not fit a frame";
    lw_status status = wire_check(request, &reason);
    if (status == LW_OK)
        status = wire_encode(request, &slot->frame);
    if (status != LW_OK) {
        pending_free(&session->pending, slot);
        session_set_error(session, reason);
        return status;
    }
    slot->tag = *tag;
    slot->tag.type = request->type;
    *ticket_out = slot->ticket;
    uint64_t now_ms = wall_clock_monotonic_ms();
    pending_queue(&session->pending, slot, now_ms, time_limit_ms);
    session->gathered_bytes += slot->frame.size;
    bool waits = session->pending.sent_count > 0 || session_socket_is_within(session);
    if (!session->sends_bundles || !waits || session->gathered_bytes >= GATHERED_ENOUGH)
        send_queued(session, now_ms);
    return LW_OK;
}

void session_forget(struct session *session, uint64_t ticket)
{
    struct pending_request *request = pending_find(&session->pending, ticket);
    if (request)
        pending_free(&session->pending, request);
}

enum session_event_kind session_next(struct session *session, struct session_event *out)
{
    if (!session_socket_is_within(session))   /* what came together is told at one time */
        session->now_ms = wall_clock_monotonic_ms();
    uint64_t now_ms = session->now_ms;
    struct session_frame frame;
    unsigned frame_count = 0;

    arena_reset(&session->arena, ARENA_KEEP);
    *out = (struct session_event){.reason = ""};
    while (!take_due_event(session, now_ms, out)) {
        if (session->state == SESSION_ENDED)
            break;
        if (frame_count < FRAMES_BEFORE_CHORES && session_socket_receive(session, &frame)) {
            frame_count++;
            session->heard = true;
            if (handle_frame(session, &frame, now_ms, out))
                break;
            arena_reset(&session->arena, ARENA_KEEP);
            continue;
        }
        bool more = do_chores(session, now_ms);
        if (!more && frame_count < FRAMES_BEFORE_CHORES)
            break;
        frame_count = 0;
    }
    return out->kind;
}

int session_wait_ms(const struct session *session)
{
    if (session->state == SESSION_ENDED)
        return session->due_event == SESSION_NOTHING ? SESSION_WAIT_MAX_MS : 0;
    uint64_t now_ms = wall_clock_monotonic_ms();
    uint64_t at_ms = now_ms + SESSION_WAIT_MAX_MS;
    uint64_t due[6] = {pending_next_ms(&session->pending), UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, session_socket_due_ms(session)};

    if (session->state == SESSION_OPENING && session->writable)
        due[1] = session->hello_at_ms;
    if (session->state == SESSION_OPEN) {
        due[1] = session->ping_at_ms;
        const struct pending_request *oldest = pending_peek_sent(&session->pending);
        if (oldest)
            due[2] = oldest->sent_ms
                + (has_credit(session) ? 1u : RESENDS_BEFORE_REDIAL) * (uint64_t)session->options.resend_ms;
        if (session->unheard_since_ms)
            due[3] = session->unheard_since_ms + (uint64_t)SESSION_SILENT_HEARTBEATS * session->heartbeat_ms + 1;
        if (session->look_at_ms)
            due[4] = session->look_at_ms;
    }
    if (session->due_event != SESSION_NOTHING || (may_send(session) && session_socket_has_room(session)))
        at_ms = now_ms;
    for (size_t i = 0; i < sizeof due / sizeof due[0]; i++)
        at_ms = due[i] < at_ms ? due[i] : at_ms;
    return at_ms > now_ms ? (int)(at_ms - now_ms) : 0;
}

bool session_is_connected(const struct session *session)
{
    return session->state == SESSION_OPEN;
}

bool session_is_turned_away(const struct session *session)
{
    return session->is_turned_away && session->writable;
}

const char *session_error(const struct session *session)
{
    return session->error;
}

void session_set_error(struct session *session, const char *error)
{
    snprintf(session->error, sizeof session->error, "%s", error);
}

/* ---- what is due ---- */

/* True when something may have changed: look at the socket again before sleeping. */
static bool do_chores(struct session *session, uint64_t now_ms)
{
    bool was_writable = session->writable;
    uint64_t send_count = session->send_count;
    if (!session->connected_endpoint)
        session_socket_redial(session);
    bool readable = look_at_connection(session, now_ms);
    if (*session->options.key_file)
        redial_if_unreached(session, now_ms);

    if (session->state == SESSION_OPEN && !session->writable) {
        lose(session, now_ms, "the connection broke");
        return true;
    }
    if (session->state == SESSION_OPENING && session->writable) {
        bool new_connection = !was_writable && !session->refusal_told;
        if (new_connection || now_ms >= session->hello_at_ms)
            say_hello(session, now_ms);
        return session_socket_poll(session, now_ms);
    }
    if (session->state != SESSION_OPEN)
        return readable;

    uint64_t silent_ms = (uint64_t)SESSION_SILENT_HEARTBEATS * session->heartbeat_ms;
    if (!readable && session->unheard_since_ms && now_ms > session->unheard_since_ms + silent_ms) {
        lose(session, now_ms, "the broker is silent");
        session_socket_redial(session);
        return true;
    }
    send_queued(session, now_ms);
    resend_overdue(session, now_ms);
    ping_if_due(session, now_ms);
    /* A send may have taken the descriptor's edge for a frame that came meanwhile. */
    return session->send_count != send_count ? session_socket_poll(session, now_ms) : readable;
}

/* libzmq gives up for ever on a broker that is not encrypted, which may be another one tomorrow. */
static void redial_if_unreached(struct session *session, uint64_t now_ms)
{
    if (session->writable) {
        session->unreached_since_ms = 0;
    } else if (session->unreached_since_ms == 0) {
        session->unreached_since_ms = now_ms;
    } else if (now_ms - session->unreached_since_ms >= SESSION_KEYED_REDIAL_MS) {
        session->unreached_since_ms = now_ms;
        session_set_error(session, "nobody answers there who has the server's key of the key file and knows this key");
        session_socket_redial(session);
    }
}

/* Looking costs system calls. Where a frame just came from stands: the look can wait until no more come.
 * True when a frame can be received. */
static bool look_at_connection(struct session *session, uint64_t now_ms)
{
    bool put_off = !session_socket_looks_free(session) && session->heard && session->state == SESSION_OPEN && session->writable;
    session->heard = false;
    session->look_at_ms = put_off ? now_ms + SESSION_LOOK_MS : 0;
    return put_off ? false : session_socket_poll(session, now_ms);
}

static bool take_due_event(struct session *session, uint64_t now_ms, struct session_event *out)
{
    if (session->due_event != SESSION_NOTHING) {
        out->kind = session->due_event;
        out->reason = session->due_reason;
        session->due_event = SESSION_NOTHING;
        return true;
    }
    if (session->state == SESSION_ENDED)
        return false;
    struct pending_request *expired = pending_take_expired(&session->pending, now_ms);
    if (!expired)
        return false;
    memcpy(session->expired_reason, expired->busy_reason, sizeof session->expired_reason);
    *out = (struct session_event){.kind = SESSION_EXPIRED, .ticket = expired->ticket, .tag = expired->tag,
                                  .retry_after_ms = expired->retry_after_ms,
                                  .reason = expired->state == PENDING_BACKED_OFF ? session->expired_reason : "",
                                  .busy_reason = session->expired_reason};
    pending_free(&session->pending, expired);
    return true;
}

static void say_hello(struct session *session, uint64_t now_ms)
{
    if (session->hellos_unanswered >= HELLOS_BEFORE_REDIAL) {
        session->hellos_unanswered = 0;
        session_socket_redial(session);
        return;
    }
    Leadwire__V1__Hello hello = LEADWIRE__V1__HELLO__INIT;
    const struct session_options *options = &session->options;
    hello.version_min = WIRE_VERSION_MIN;
    hello.version_max = WIRE_VERSION_MAX;
    hello.role = options->role;
    hello.desk = (char *)options->desk;
    hello.client = (char *)options->client;
    hello.rep = (char *)options->rep;
    hello.secret = (char *)options->secret;
    hello.last_epoch = session->epoch;
    hello.bundles = true;
    if (options->complete_hello)
        options->complete_hello(options->owner, &hello, &session->arena);

    if (send_message(session, &(struct wire_message){.type = WIRE_HELLO, .hello = &hello}))
        session->hellos_unanswered++;
    secret_wipe(session->out.data, session->out.capacity);
    session->hello_sent_ms = now_ms;
    session->hello_at_ms = now_ms + session->hello_interval_ms;
    session->hello_interval_ms *= 2;
    if (session->hello_interval_ms > SESSION_HELLO_LAST_MS)
        session->hello_interval_ms = SESSION_HELLO_LAST_MS;
    session->refusal_told = false;
}

/* A Ping keeps the session alive and confirms what was received, so that the broker may send more. */
static void ping_if_due(struct session *session, uint64_t now_ms)
{
    uint64_t unconfirmed = session->received_count - session->confirmed_count;
    if (session->state != SESSION_OPEN || (now_ms < session->ping_at_ms && unconfirmed < SESSION_CONFIRM_EVERY))
        return;
    Leadwire__V1__Ping ping = LEADWIRE__V1__PING__INIT;
    ping.received_count = session->received_count;
    if (!send_message(session, &(struct wire_message){.type = WIRE_PING, .ping = &ping}))
        return;
    session->confirmed_count = session->received_count;
    session->ping_at_ms = now_ms + session->heartbeat_ms / 2;
    if (session->unheard_since_ms == 0)
        session->unheard_since_ms = now_ms;
}

/* A repeat takes credit like any request: the broker answers it too. With all credit out, it is the
 * broker's turn; should it go on without a word to what it was asked, try a new session. */
static void resend_overdue(struct session *session, uint64_t now_ms)
{
    struct pending_request *oldest;
    uint64_t resend_ms = session->options.resend_ms;
    while ((oldest = pending_peek_sent(&session->pending)) != NULL && now_ms >= oldest->sent_ms + resend_ms) {
        if (!has_credit(session)) {
            if (now_ms >= oldest->sent_ms + RESENDS_BEFORE_REDIAL * resend_ms) {
                lose(session, now_ms, "the broker does not answer");
                session_socket_redial(session);
            }
            return;
        }
        if (!session_socket_send(session, oldest->frame.data, oldest->frame.size))
            return;
        session->repeat_count++;
        pending_mark_sent(&session->pending, oldest, now_ms);
    }
}

static bool has_credit(const struct session *session)
{
    return session->pending.sent_count + session->repeat_count < session->credit;
}

static bool may_send(const struct session *session)
{
    return session->state == SESSION_OPEN && has_credit(session) && pending_peek_queued(&session->pending);
}

static void send_queued(struct session *session, uint64_t now_ms)
{
    session->gathered_bytes = 0;
    while (may_send(session)) {
        if (!send_bundle(session, now_ms))
            return;
    }
}

/* As many queued requests as fit one message; what is alone goes from where it is. */
static bool send_bundle(struct session *session, uint64_t now_ms)
{
    const struct pending_request *first = pending_peek_queued(&session->pending), *last = first;
    uint32_t credit = session->credit - session->pending.sent_count - session->repeat_count, count = 1;
    size_t size = first->frame.size;

    while (session->sends_bundles && last->next && count < credit && count < WIRE_BUNDLE_FRAMES_MAX
           && size + last->next->frame.size <= WIRE_BUNDLE_SIZE_MAX) {
        last = last->next;
        size += last->frame.size;
        count++;
    }
    if (!send_frames(session, first, count, size))
        return false;
    for (; count > 0; count--)
        pending_mark_sent(&session->pending, pending_peek_queued(&session->pending), now_ms);
    return true;
}

static bool send_frames(struct session *session, const struct pending_request *request, uint32_t count, size_t size)
{
    unsigned char *at = session_socket_begin(session, size);

    if (!at)
        return false;
    for (; count > 0; count--, request = request->next) {
        memcpy(at, request->frame.data, request->frame.size);
        at += request->frame.size;
    }
    return session_socket_end(session, size);
}

static bool send_message(struct session *session, const struct wire_message *message)
{
    byte_buffer_clear(&session->out);
    if (wire_encode(message, &session->out) != LW_OK)
        return false;
    return session_socket_send(session, session->out.data, session->out.size);
}

/* ---- what the broker says ---- */

/* True when the frame gave an event. */
static bool handle_frame(struct session *session, const struct session_frame *frame, uint64_t now_ms,
                         struct session_event *out)
{
    struct wire_message message;
    const char *reason;
    uint64_t request_id;

    if (session->state == SESSION_OPEN)
        session->received_count++;
    bool readable = frame->data && wire_decode(frame->data, frame->size, WIRE_FROM_BROKER, &session->arena,
                                               &message, &reason, &request_id) == LW_OK;
    uint64_t epoch = readable ? message_epoch(&message) : 0;
    if (!readable || (epoch != 0 && epoch < session->epoch)) {
        session->frames_dropped++;
        return false;
    }
    if (epoch > session->epoch)
        session->epoch = epoch;
    session->unheard_since_ms = 0;
    if (session->received_count - session->confirmed_count >= SESSION_CONFIRM_EVERY)
        ping_if_due(session, now_ms);

    if (message.type == WIRE_WELCOME)
        return handle_welcome(session, message.welcome, now_ms, out);
    if (message.type == WIRE_REPLY)
        return handle_reply(session, &message, now_ms, out);
    if (message.type == WIRE_BYE) {
        handle_bye(session, message.bye, now_ms);
        return false;
    }
    if (message.type == WIRE_PING || message.type == WIRE_PONG) {
        if (message.type == WIRE_PING)
            session->ping_at_ms = now_ms;
        if (session->state == SESSION_OPEN)
            session->hello_interval_ms = SESSION_HELLO_FIRST_MS;
        return false;
    }
    if (request_id != 0)
        return give_answer(session, &message, request_id, out);
    if (session->state != SESSION_OPEN)
        return false;
    out->kind = SESSION_MESSAGE;
    out->message = message;
    return true;
}

static bool handle_welcome(struct session *session, const Leadwire__V1__Welcome *welcome, uint64_t now_ms,
                           struct session_event *out)
{
    if (session->state == SESSION_OPEN && welcome->session == session->session_number)
        return false;   /* the answer to a repeated Hello */
    session->state = SESSION_OPEN;
    session_set_error(session, "");
    session->is_turned_away = false;
    session->session_number = welcome->session;
    session->credit = welcome->credit;
    if (session->credit == 0 || session->credit > SESSION_CREDIT_MAX)
        session->credit = session->credit == 0 ? 1 : SESSION_CREDIT_MAX;
    session->heartbeat_ms = welcome->heartbeat_ms;
    if (session->heartbeat_ms < HEARTBEAT_MIN_MS)
        session->heartbeat_ms = HEARTBEAT_MIN_MS;
    if (session->heartbeat_ms > HEARTBEAT_MAX_MS)
        session->heartbeat_ms = HEARTBEAT_MAX_MS;
    session->sends_bundles = welcome->bundles;
    session->tells_days = welcome->days;
    session->hellos_unanswered = 0;
    session->received_count = session->confirmed_count = 0;
    session->unheard_since_ms = 0;
    session->ping_at_ms = now_ms + session->heartbeat_ms / 2;
    session->repeat_count = 0;
    pending_requeue_sent(&session->pending);
    if (!session->tells_days)   /* it would not be able to read the question */
        pending_give_up(&session->pending, WIRE_DAY_REQUEST, now_ms);
    send_queued(session, now_ms);
    out->kind = SESSION_WELCOME;
    return true;
}

static bool handle_reply(struct session *session, const struct wire_message *message, uint64_t now_ms,
                         struct session_event *out)
{
    const Leadwire__V1__Reply *reply = message->reply;
    switch (reply->status) {
    case LEADWIRE__V1__STATUS__STATUS_NO_SESSION:
        /* While opening: the echo of what was sent before the Hello. */
        if (session->state == SESSION_OPEN)
            lose(session, now_ms, "the broker restarted or the session lapsed");
        return false;
    case LEADWIRE__V1__STATUS__STATUS_UNAUTHENTICATED:
    case LEADWIRE__V1__STATUS__STATUS_VERSION:
    case LEADWIRE__V1__STATUS__STATUS_NOT_OWNER:
        handle_refusal(session, reply, now_ms);
        return false;
    case LEADWIRE__V1__STATUS__STATUS_BUSY: {
        struct pending_request *request = pending_find(&session->pending, reply->request_id);
        note_answer(session, request);
        if (request && request->state != PENDING_BACKED_OFF)
            pending_back_off(&session->pending, request, now_ms, reply->retry_after_ms, reply->reason);
        else if (reply->request_id == 0 && session->state == SESSION_OPENING)
            handle_refusal(session, reply, now_ms);
        return false;
    }
    case LEADWIRE__V1__STATUS__STATUS_NONE:
        session->frames_dropped++;
        return false;
    case LEADWIRE__V1__STATUS__STATUS_REJECTED:
    case LEADWIRE__V1__STATUS__STATUS_FORBIDDEN:
    default:   /* a status of later counts as rejected */
        if (reply->request_id == 0 && session->state == SESSION_OPENING)
            handle_refusal(session, reply, now_ms);
        break;
    case LEADWIRE__V1__STATUS__STATUS_ACCEPTED:
    case LEADWIRE__V1__STATUS__STATUS_DUPLICATE:
    case LEADWIRE__V1__STATUS__STATUS_DUPLICATE_DIFFERS:
    case LEADWIRE__V1__STATUS__STATUS_NOT_YOURS:
    case LEADWIRE__V1__STATUS__STATUS_NOT_FOUND:
    case LEADWIRE__V1__STATUS__STATUS_MALFORMED:
    case LEADWIRE__V1__STATUS__STATUS_TOO_LARGE:
    case _LEADWIRE__V1__STATUS_IS_INT_SIZE:
        break;
    }
    return give_answer(session, message, reply->request_id, out);
}

/* What a broker may answer to Hello instead of Welcome. Not the owner and busy pass with time; the rest does not. */
static void handle_refusal(struct session *session, const Leadwire__V1__Reply *reply, uint64_t now_ms)
{
    bool busy = reply->status == LEADWIRE__V1__STATUS__STATUS_BUSY;
    bool not_owner = reply->status == LEADWIRE__V1__STATUS__STATUS_NOT_OWNER;
    if (session->state == SESSION_OPEN)
        lose(session, now_ms, reply->reason);
    session->hellos_unanswered = 0;
    session->is_turned_away = busy;
    if (busy || (not_owner && session->options.ends_when_refused)) {
        uint64_t wait_ms = reply->retry_after_ms > SESSION_HELLO_LAST_MS ? SESSION_HELLO_LAST_MS : reply->retry_after_ms;
        if (strcmp(session->error, reply->reason) != 0) {   /* told once, though it is said at every Hello */
            session_set_error(session, reply->reason);
            snprintf(session->due_reason, sizeof session->due_reason, "%s", reply->reason);
            session->due_event = SESSION_LOST;
        }
        if (session->hello_at_ms < now_ms + wait_ms)
            session->hello_at_ms = now_ms + wait_ms;
        return;
    }
    refuse(session, now_ms, session->options.ends_when_refused, reply->reason);
}

/* Who comes back by itself after these would take the desk from the other device, and undo what the manager did. */
static bool is_final(const char *reason)
{
    return strcmp(reason, "another device logged on") == 0 || strcmp(reason, "a manager logged you off") == 0;
}

static void handle_bye(struct session *session, const Leadwire__V1__Bye *bye, uint64_t now_ms)
{
    if (session->state != SESSION_OPEN)
        return;
    if (session->options.ends_when_refused && is_final(bye->reason)) {
        refuse(session, now_ms, true, bye->reason);
        return;
    }
    lose(session, now_ms, bye->reason);
    if (session->hello_at_ms < now_ms + SESSION_HELLO_FIRST_MS)
        session->hello_at_ms = now_ms + SESSION_HELLO_FIRST_MS;
}

/* The second answer to what was sent twice gives the repeat's credit back. */
static void note_answer(struct session *session, const struct pending_request *request)
{
    if ((!request || request->state != PENDING_SENT) && session->repeat_count > 0)
        session->repeat_count--;
}

/* An answer counts in any state: it was true when it was said. Late repeats of it find no request and are dropped. */
static bool give_answer(struct session *session, const struct wire_message *message, uint64_t ticket, struct session_event *out)
{
    struct pending_request *request = pending_find(&session->pending, ticket);
    note_answer(session, request);
    if (!request || !message_answers(message->type, request->tag.type))
        return false;
    session->hello_interval_ms = SESSION_HELLO_FIRST_MS;
    *out = (struct session_event){.kind = SESSION_ANSWER, .ticket = ticket, .tag = request->tag,
                                  .message = *message, .reason = ""};
    pending_free(&session->pending, request);
    return true;
}

/* ---- ends and beginnings ---- */

static void lose(struct session *session, uint64_t now_ms, const char *reason)
{
    session->state = SESSION_OPENING;
    session->repeat_count = 0;
    session->due_event = SESSION_LOST;
    snprintf(session->due_reason, sizeof session->due_reason, "%s", reason);
    session->unheard_since_ms = 0;
    session->hellos_unanswered = 0;
    pending_requeue_sent(&session->pending);
    /* A broker that welcomes and forgets at once is not asked faster than at the growing interval. */
    session->hello_at_ms = session->hello_sent_ms + session->hello_interval_ms;
    if (session->hello_at_ms < now_ms)
        session->hello_at_ms = now_ms;
}

static void refuse(struct session *session, uint64_t now_ms, bool final, const char *reason)
{
    session_set_error(session, *reason ? reason : "the broker gave no reason");
    snprintf(session->due_reason, sizeof session->due_reason, "%s", session->error);
    session->due_event = SESSION_REFUSED;
    session->refusal_told = true;
    session->hello_at_ms = now_ms + SESSION_REFUSED_RETRY_MS;
    session->state = final ? SESSION_ENDED : SESSION_OPENING;
    if (final)
        session_socket_hang_up(session);
}
