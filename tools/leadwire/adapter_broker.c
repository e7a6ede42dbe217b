/* SPDX-License-Identifier: Apache-2.0 */
#include "adapter_broker.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "siphash.h"
#include "wall_clock.h"

enum {
    SLICE_MS = 100,            /* silence is counted in these */
    SILENCE_SLACK_MS = 1000,   /* for machines that have much to do */
    BUSY_HINT_MS = 300,
    TOGETHER_MS = 500,
    TIMER_SLACK_MS = 20,       /* timers of other languages may be early by a little */
    NOBODY_KNOWS_TYPE = 99,
    REBIND_MS = 5000,          /* an endpoint may be in use for a moment after its owner went */
};
static const uint64_t EPOCH_STEP = UINT64_C(1) << 24;
static const struct siphash_key CONTENT_KEY = {1, 2};
static const uint8_t nobody_knows_fields[] = {0xc2, 0x3e, 3, 'n', 'e', 'w', 0xc8, 0x3e, 7};   /* 1000: "new", 1001: 7 */

static bool bind_router(struct adapter_broker *broker);
static enum adapter_saw take_message(struct adapter_broker *broker);
static enum adapter_saw take_frame(struct adapter_broker *broker, const void *bytes, size_t size, const uint8_t *peer,
                                   size_t peer_size);
static enum adapter_saw take_hello(struct adapter_broker *broker, const Leadwire__V1__Hello *hello, const uint8_t *peer,
                                   size_t peer_size);
static void take_ping(struct adapter_broker *broker, const Leadwire__V1__Ping *ping);
static enum adapter_saw take_publish(struct adapter_broker *broker, const Leadwire__V1__Publish *publish);
static bool judge_repeat(struct adapter_broker *broker, struct adapter_lead *lead, uint64_t request_id, uint64_t now_ms);
static struct adapter_lead *lead_of(struct adapter_broker *broker, const Leadwire__V1__Publish *publish);
static void judge_new_id(struct adapter_broker *broker, const char *id, uint64_t content, uint64_t now_ms);
static void count_silence(struct adapter_broker *broker, uint64_t elapsed_ms);
static void welcome(struct adapter_broker *broker);
static void end_session(struct adapter_broker *broker);
static void reply(struct adapter_broker *broker, uint64_t request_id, Leadwire__V1__Status status, const char *lead_id,
                  const char *reason, uint32_t retry_after_ms, uint64_t epoch);
static void say(struct adapter_broker *broker, enum wire_type type, void *message, const void *more, size_t more_size);
static void send_frame(struct adapter_broker *broker);

lw_status adapter_broker_open(struct adapter_broker *broker, const char *endpoint)
{
    *broker = (struct adapter_broker){.endpoint = endpoint, .epoch = EPOCH_STEP};
    arena_init(&broker->arena, WIRE_ARENA_CAP);
    byte_buffer_init(&broker->out, WIRE_FRAME_SIZE_MAX);
    byte_buffer_init(&broker->packed, WIRE_FRAME_SIZE_MAX);
    broker->leads = calloc(ADAPTER_LEADS_MAX, sizeof *broker->leads);
    broker->context = zmq_ctx_new();
    if (!broker->leads || !broker->context) {
        adapter_broker_close(broker);
        return LW_NO_MEMORY;
    }
    if (!bind_router(broker)) {
        adapter_broker_close(broker);
        return LW_INVALID;
    }
    return LW_OK;
}

void adapter_broker_close(struct adapter_broker *broker)
{
    if (broker->router)
        zmq_close(broker->router);
    if (broker->context)
        zmq_ctx_term(broker->context);
    broker->router = broker->context = NULL;
    free(broker->leads);
    broker->leads = NULL;
    arena_fini(&broker->arena);
    byte_buffer_fini(&broker->out);
    byte_buffer_fini(&broker->packed);
}

void adapter_broker_stop(struct adapter_broker *broker)
{
    end_session(broker);
    zmq_close(broker->router);
    broker->router = NULL;
    broker->peer_size = 0;
}

lw_status adapter_broker_start(struct adapter_broker *broker)
{
    const uint64_t give_up_ms = wall_clock_monotonic_ms() + REBIND_MS;
    broker->epoch += EPOCH_STEP;
    while (!bind_router(broker)) {
        if (wall_clock_monotonic_ms() > give_up_ms)
            return LW_INVALID;
        poll(NULL, 0, 10);
    }
    return LW_OK;
}

enum adapter_saw adapter_broker_turn(struct adapter_broker *broker, uint64_t until_ms)
{
    for (;;) {
        const uint64_t before_ms = wall_clock_monotonic_ms();
        uint64_t wait_ms = until_ms > before_ms ? until_ms - before_ms : 0;
        if (wait_ms > SLICE_MS)
            wait_ms = SLICE_MS;
        zmq_pollitem_t item = {.socket = broker->router, .events = ZMQ_POLLIN};
        const int ready = zmq_poll(&item, 1, (long)wait_ms);
        if (ready < 0)
            return ADAPTER_SAW_NOTHING;
        if (ready > 0)
            return take_message(broker);
        count_silence(broker, wait_ms);
        if (before_ms + wait_ms >= until_ms)
            return ADAPTER_SAW_NOTHING;
    }
}

void adapter_broker_answer(struct adapter_broker *broker, struct adapter_lead *lead, Leadwire__V1__Status status,
                           enum adapter_rule breaks, uint32_t retry_after_ms)
{
    const bool is_busy = status == LEADWIRE__V1__STATUS__STATUS_BUSY;
    const bool is_taken = status == LEADWIRE__V1__STATUS__STATUS_ACCEPTED || status == LEADWIRE__V1__STATUS__STATUS_DUPLICATE;
    for (unsigned i = 0; i < lead->unanswered; i++) {
        const bool is_repeat = i > 0 && is_taken;
        reply(broker, lead->requests[i], is_repeat ? LEADWIRE__V1__STATUS__STATUS_DUPLICATE : status, is_taken ? lead->lead_id : "",
              "", retry_after_ms, broker->epoch);
    }
    adapter_broker_forget_requests(broker, lead);
    lead->answered_ms = wall_clock_monotonic_ms();
    lead->busy_until_ms = is_busy ? lead->answered_ms + retry_after_ms : 0;
    lead->is_final = !is_busy;
    lead->answer = status;
    lead->breaks = breaks;
    lead->session = broker->session;
    lead->answer_frame = broker->sent;
}

void adapter_broker_answer_more(struct adapter_broker *broker, struct adapter_lead *lead, enum adapter_rule breaks)
{
    Leadwire__V1__Reply answer = LEADWIRE__V1__REPLY__INIT;
    answer.request_id = lead->requests[0];
    answer.status = LEADWIRE__V1__STATUS__STATUS_ACCEPTED;
    answer.lead_id = lead->lead_id;
    answer.epoch = broker->epoch;
    say(broker, WIRE_REPLY, &answer, nobody_knows_fields, sizeof nobody_knows_fields);
    for (unsigned i = 1; i < lead->unanswered; i++)
        lead->requests[i - 1] = lead->requests[i];
    lead->unanswered--;
    broker->unanswered--;
    adapter_broker_answer(broker, lead, LEADWIRE__V1__STATUS__STATUS_DUPLICATE, breaks, 0);
}

void adapter_broker_answer_stale(struct adapter_broker *broker, const struct adapter_lead *lead)
{
    for (unsigned i = 0; i < lead->unanswered; i++)
        reply(broker, lead->requests[i], LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "stale-1", "", 0, broker->epoch - EPOCH_STEP / 2);
}

void adapter_broker_forget_requests(struct adapter_broker *broker, struct adapter_lead *lead)
{
    broker->unanswered -= lead->unanswered;
    lead->unanswered = 0;
}

void adapter_broker_say_unknown(struct adapter_broker *broker, unsigned count)
{
    for (; count > 0; count--) {
        byte_buffer_clear(&broker->out);
        byte_buffer_put(&broker->out, (const uint8_t[]){'L', 'W', WIRE_VERSION_MAX, NOBODY_KNOWS_TYPE, 2, 0, 0, 0, 8, 1}, 10);
        send_frame(broker);
    }
}

void adapter_broker_say_no_session(struct adapter_broker *broker, uint64_t request_id)
{
    reply(broker, request_id, LEADWIRE__V1__STATUS__STATUS_NO_SESSION, "", "say Hello first", 0, broker->epoch);
    end_session(broker);
}

void adapter_broker_say_bye(struct adapter_broker *broker, const char *reason)
{
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;
    bye.reason = (char *)reason;
    say(broker, WIRE_BYE, &bye, NULL, 0);
    end_session(broker);
}

/* ---- what the adapter says ---- */

static enum adapter_saw take_message(struct adapter_broker *broker)
{
    uint8_t peer[sizeof broker->peer];
    const int peer_size = zmq_recv(broker->router, peer, sizeof peer, ZMQ_DONTWAIT);
    zmq_msg_t message;
    zmq_msg_init(&message);
    if (peer_size <= 0 || (size_t)peer_size > sizeof peer || zmq_msg_recv(&message, broker->router, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&message);
        return ADAPTER_SAW_NOTHING;
    }
    if (peer[0] != 0)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_FRAMES, "it set a routing id");
    if (zmq_msg_more(&message))
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_FRAMES, "a message has more than one part");
    const uint8_t *bytes = zmq_msg_data(&message);
    size_t at = 0, size = zmq_msg_size(&message);
    enum adapter_saw saw;
    do {
        const size_t frame_size = wire_first_frame_size(bytes + at, size - at);
        if (frame_size < size)
            adapter_rule_fail(&broker->rules, ADAPTER_RULE_FRAMES, "a bundle came, though Welcome did not say that we read them");
        saw = take_frame(broker, bytes + at, frame_size, peer, (size_t)peer_size);
        at += frame_size;
    } while (at < size);
    bool more = zmq_msg_more(&message);
    while (more && zmq_msg_recv(&message, broker->router, ZMQ_DONTWAIT) >= 0)
        more = zmq_msg_more(&message);
    zmq_msg_close(&message);
    return saw;
}

static enum adapter_saw take_frame(struct adapter_broker *broker, const void *bytes, size_t size, const uint8_t *peer,
                                   size_t peer_size)
{
    struct wire_message message;
    const char *reason;
    uint64_t request_id = 0;
    arena_reset(&broker->arena, 0);
    const bool readable = wire_decode(bytes, size, WIRE_FROM_CLIENT, &broker->arena, &message, &reason, &request_id) == LW_OK;
    if (!readable)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_FRAMES, "%s", reason);
    if (!broker->was_heard && (!readable || message.type != WIRE_HELLO))
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_HELLO_FIRST, "the first frame is %s",
                          readable ? wire_type_name(message.type) : "not to be read");
    broker->was_heard = true;
    if (readable && message.type == WIRE_HELLO)
        return take_hello(broker, message.hello, peer, peer_size);

    const bool is_peer = peer_size == broker->peer_size && memcmp(peer, broker->peer, peer_size) == 0;
    if (!is_peer || !broker->is_open) {
        broker->outside += readable && message.type == WIRE_PUBLISH;
        if (!broker->is_open && !broker->is_mute && !(readable && message.type == WIRE_BYE)) {
            memcpy(broker->peer, peer, peer_size);
            broker->peer_size = peer_size;
            reply(broker, request_id, LEADWIRE__V1__STATUS__STATUS_NO_SESSION, "", "say Hello first", 0, broker->epoch);
        }
        return ADAPTER_SAW_OTHER;
    }
    broker->silent_ms = 0;
    if (broker->is_mute)
        return ADAPTER_SAW_OTHER;
    if (!readable)
        reply(broker, request_id, LEADWIRE__V1__STATUS__STATUS_MALFORMED, "", reason, 0, broker->epoch);
    else if (message.type == WIRE_PING)
        take_ping(broker, message.ping);
    else if (message.type == WIRE_BYE)
        end_session(broker);
    else if (message.type == WIRE_PUBLISH)
        return take_publish(broker, message.publish);
    else
        reply(broker, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_FOUND, "", "no such lead", 0, broker->epoch);
    return ADAPTER_SAW_OTHER;
}

static enum adapter_saw take_hello(struct adapter_broker *broker, const Leadwire__V1__Hello *hello, const uint8_t *peer,
                                   size_t peer_size)
{
    struct adapter_rules *rules = &broker->rules;
    if (hello->role != LEADWIRE__V1__ROLE__ROLE_PUBLISHER)
        adapter_rule_fail(rules, ADAPTER_RULE_HELLO_FIRST, "Hello's role is not ROLE_PUBLISHER");
    if (!hello->desk || hello->desk[0] == '\0')
        adapter_rule_fail(rules, ADAPTER_RULE_HELLO_FIRST, "Hello names no desk");
    if (hello->version_min > WIRE_VERSION_MAX || hello->version_max < WIRE_VERSION_MIN)
        adapter_rule_fail(rules, ADAPTER_RULE_HELLO_FIRST, "Hello's versions are without %d", WIRE_VERSION_MAX);
    adapter_rule_pass(rules, ADAPTER_RULE_HELLO_FIRST, "");
    snprintf(broker->desk, sizeof broker->desk, "%s", hello->desk ? hello->desk : "");
    broker->is_new_connection = peer_size != broker->peer_size || memcmp(peer, broker->peer, peer_size) != 0;
    if (broker->is_new_connection && broker->is_open)
        end_session(broker);
    memcpy(broker->peer, peer, peer_size);
    broker->peer_size = peer_size;
    broker->hellos++;
    broker->hello_ms = wall_clock_monotonic_ms();
    if (broker->is_mute)
        return ADAPTER_SAW_HELLO;
    switch (broker->hello) {
    case ADAPTER_WELCOMES:
        welcome(broker);
        break;
    case ADAPTER_SAYS_BUSY:
        reply(broker, 0, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "the store is away", broker->hello_hint_ms, broker->epoch);
        break;
    case ADAPTER_SAYS_NOT_OWNER:
        reply(broker, 0, LEADWIRE__V1__STATUS__STATUS_NOT_OWNER, "", "this broker does not serve that desk", 0, 0);
        break;
    case ADAPTER_SAYS_VERSION:
        reply(broker, 0, LEADWIRE__V1__STATUS__STATUS_VERSION, "", "this broker speaks protocol version 2", 0, 0);
        break;
    case ADAPTER_IGNORES:
        break;
    }
    return ADAPTER_SAW_HELLO;
}

static void take_ping(struct adapter_broker *broker, const Leadwire__V1__Ping *ping)
{
    if (ping->received_count > broker->sent)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_COUNT, "received_count is %llu, but %llu frames were sent since Welcome",
                          (unsigned long long)ping->received_count, (unsigned long long)broker->sent);
    if (ping->received_count < broker->confirmed)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_COUNT, "received_count fell from %llu to %llu", (unsigned long long)broker->confirmed,
                          (unsigned long long)ping->received_count);
    broker->confirmed = ping->received_count;
    Leadwire__V1__Pong pong = LEADWIRE__V1__PONG__INIT;
    pong.epoch = broker->epoch;
    pong.now_unix_ms = wall_clock_unix_ms();
    say(broker, WIRE_PONG, &pong, NULL, 0);
}

static enum adapter_saw take_publish(struct adapter_broker *broker, const Leadwire__V1__Publish *publish)
{
    const uint64_t now_ms = wall_clock_monotonic_ms();
    const uint64_t request_id = publish->request_id;
    if (request_id == 0) {
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_FRAMES, "the request_id of a Publish is 0");
        reply(broker, 0, LEADWIRE__V1__STATUS__STATUS_REJECTED, "", "request_id is missing", 0, broker->epoch);
        return ADAPTER_SAW_OTHER;
    }
    if (broker->unanswered >= ADAPTER_CREDIT) {
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_CREDIT, "request %u came with %d unanswered, which is all the credit",
                          broker->unanswered + 1, ADAPTER_CREDIT);
        reply(broker, request_id, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "more requests are unanswered than the credit allows",
              BUSY_HINT_MS, broker->epoch);
        return ADAPTER_SAW_OTHER;
    }
    struct adapter_lead *lead = lead_of(broker, publish);
    if (!lead || !judge_repeat(broker, lead, request_id, now_ms))
        return ADAPTER_SAW_OTHER;
    if (lead->unanswered < ADAPTER_REQUESTS_MAX) {
        lead->requests[lead->unanswered++] = request_id;
        broker->unanswered++;
    }
    return ADAPTER_SAW_PUBLISH;
}

/* False when the request is answered already. */
static bool judge_repeat(struct adapter_broker *broker, struct adapter_lead *lead, uint64_t request_id, uint64_t now_ms)
{
    const bool crossed = now_ms <= lead->answered_ms + ADAPTER_CROSSING_MS;
    if (lead->is_final) {
        if (!crossed && !lead->may_repeat && lead->breaks != ADAPTER_RULE_NONE)
            adapter_rule_fail(&broker->rules, lead->breaks, "'%.64s' came again %llu ms after its final answer", lead->id,
                              (unsigned long long)(now_ms - lead->answered_ms));
        const bool is_taken = lead->lead_id[0] != '\0' && lead->answer == LEADWIRE__V1__STATUS__STATUS_ACCEPTED;
        reply(broker, request_id, is_taken ? LEADWIRE__V1__STATUS__STATUS_DUPLICATE : lead->answer, is_taken ? lead->lead_id : "", "", 0,
              broker->epoch);
        return false;
    }
    if (now_ms + TIMER_SLACK_MS >= lead->busy_until_ms)
        return true;
    if (now_ms > lead->answered_ms + BUSY_HINT_MS / 2)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_BUSY, "'%.64s' came again %llu ms before its retry_after_ms was over", lead->id,
                          (unsigned long long)(lead->busy_until_ms - now_ms));
    reply(broker, request_id, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "", (uint32_t)(lead->busy_until_ms - now_ms), broker->epoch);
    return false;
}

/* NULL when there are too many. */
static struct adapter_lead *lead_of(struct adapter_broker *broker, const Leadwire__V1__Publish *publish)
{
    byte_buffer_clear(&broker->packed);
    const uint64_t content = wire_lead_pack(publish->lead, &broker->packed) == LW_OK
        ? siphash_64(CONTENT_KEY, broker->packed.data, broker->packed.size) : 0;
    for (size_t i = 0; i < broker->lead_count; i++) {
        struct adapter_lead *lead = &broker->leads[i];
        if (strcmp(lead->id, publish->idempotency_id) != 0 || strcmp(lead->source, publish->lead->source) != 0)
            continue;
        broker->was_repeated = true;
        if (lead->content != content)
            adapter_rule_fail(&broker->rules, ADAPTER_RULE_SAME_CONTENT, "'%.64s' came again with another lead", lead->id);
        return lead;
    }
    if (broker->lead_count == ADAPTER_LEADS_MAX)
        return NULL;
    judge_new_id(broker, publish->idempotency_id, content, wall_clock_monotonic_ms());
    struct adapter_lead *lead = &broker->leads[broker->lead_count++];
    snprintf(lead->id, sizeof lead->id, "%s", publish->idempotency_id);
    snprintf(lead->source, sizeof lead->source, "%s", publish->lead->source ? publish->lead->source : "");
    snprintf(lead->lead_id, sizeof lead->lead_id, "test-%zu", broker->lead_count);
    lead->content = content;
    lead->asked_ms = wall_clock_monotonic_ms();
    return lead;
}

/* The content of what has waited for its answer comes under another id. Leads that are alike anyhow show it before that:
 * by coming together, or after the answer. */
static void judge_new_id(struct adapter_broker *broker, const char *id, uint64_t content, uint64_t now_ms)
{
    for (size_t i = 0; i < broker->lead_count && !broker->has_twins; i++) {
        const struct adapter_lead *other = &broker->leads[i];
        if (other->content != content)
            continue;
        if (other->is_final || now_ms < other->asked_ms + TOGETHER_MS)
            broker->has_twins = true;
        else
            adapter_rule_fail(&broker->rules, ADAPTER_RULE_SAME_ID, "what came as '%.48s' and had no answer came again as '%.48s'",
                              other->id, id);
    }
}

/* As a broker does: who says nothing for three heartbeats has no session. While it waits for an answer that is a fault. */
static void count_silence(struct adapter_broker *broker, uint64_t elapsed_ms)
{
    if (!broker->is_open || broker->is_mute)
        return;
    broker->silent_ms += elapsed_ms;
    if (broker->silent_ms <= ADAPTER_SILENT_MS + SILENCE_SLACK_MS)
        return;
    if (broker->unanswered > 0)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_HEARTBEAT,
                          "nothing was said for %llu ms while a request had no answer; heartbeat_ms is %d",
                          (unsigned long long)broker->silent_ms, ADAPTER_HEARTBEAT_MS);
    end_session(broker);
}

/* ---- sessions ---- */

static void welcome(struct adapter_broker *broker)
{
    const bool is_first = !broker->is_open;
    if (is_first) {
        end_session(broker);
        broker->is_open = true;
        broker->session++;
    }
    Leadwire__V1__Welcome said = LEADWIRE__V1__WELCOME__INIT;
    said.version = WIRE_VERSION_MAX;
    said.epoch = broker->epoch;
    said.session = broker->session;
    said.credit = ADAPTER_CREDIT;
    said.heartbeat_ms = ADAPTER_HEARTBEAT_MS;
    said.frame_size_max = WIRE_FRAME_SIZE_MAX;
    said.now_unix_ms = wall_clock_unix_ms();
    said.desk = broker->desk;
    said.durability = "memory";
    say(broker, WIRE_WELCOME, &said, nobody_knows_fields, sizeof nobody_knows_fields);
    if (is_first)
        broker->sent = 0;   /* the first of a session does not count */
}

static void end_session(struct adapter_broker *broker)
{
    for (size_t i = 0; i < broker->lead_count; i++) {
        struct adapter_lead *lead = &broker->leads[i];
        lead->unanswered = 0;
        if (lead->is_final && lead->session == broker->session && lead->answer_frame > broker->confirmed)
            lead->may_repeat = true;
    }
    broker->is_open = false;
    broker->unanswered = 0;
    broker->sent = broker->confirmed = broker->silent_ms = 0;
}

/* ---- what is said to it ---- */

static void reply(struct adapter_broker *broker, uint64_t request_id, Leadwire__V1__Status status, const char *lead_id,
                  const char *reason, uint32_t retry_after_ms, uint64_t epoch)
{
    Leadwire__V1__Reply said = LEADWIRE__V1__REPLY__INIT;
    said.request_id = request_id;
    said.status = status;
    said.lead_id = (char *)lead_id;
    said.reason = (char *)reason;
    said.retry_after_ms = retry_after_ms;
    said.epoch = epoch;
    say(broker, WIRE_REPLY, &said, NULL, 0);
}

/* more: fields behind those of the message. */
static void say(struct adapter_broker *broker, enum wire_type type, void *message, const void *more, size_t more_size)
{
    struct wire_message said = {.type = type, .base = message};
    byte_buffer_clear(&broker->out);
    if (wire_encode(&said, &broker->out) != LW_OK)
        return;
    byte_buffer_put(&broker->out, more, more_size);
    const size_t length = broker->out.size - WIRE_HEADER_SIZE;
    for (unsigned i = 0; i < 4; i++)
        broker->out.data[4 + i] = (uint8_t)(length >> (8 * i));
    send_frame(broker);
}

static void send_frame(struct adapter_broker *broker)
{
    if (broker->peer_size == 0 || zmq_send(broker->router, broker->peer, broker->peer_size, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0)
        return;
    if (zmq_send(broker->router, broker->out.data, broker->out.size, ZMQ_DONTWAIT) >= 0)
        broker->sent++;
}

static bool bind_router(struct adapter_broker *broker)
{
    const int linger_ms = 0, mandatory = 1;
    broker->router = zmq_socket(broker->context, ZMQ_ROUTER);
    if (!broker->router)
        return false;
    zmq_setsockopt(broker->router, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    zmq_setsockopt(broker->router, ZMQ_ROUTER_MANDATORY, &mandatory, sizeof mandatory);
    if (zmq_bind(broker->router, broker->endpoint) == 0)
        return true;
    zmq_close(broker->router);
    broker->router = NULL;
    return false;
}
