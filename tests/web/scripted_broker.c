/* SPDX-License-Identifier: Apache-2.0
 *
 * scripted_broker - stands in for leadwire-broker where a test wants a say in
 * its answers: leadwire-web and leadwire-phone are real processes, this is not.
 *
 *   scripted_broker ENDPOINT
 *
 * Standard input, a line each:   mode normal|busy|silent|mute|reject   (mute: done, and not answered)
 *                                state STATE POSITION DEVICE OFFER   of every lead from now on
 *                                say WORD                            what callers may hear; - : nothing
 *                                keep                                the state, whatever a dial result says
 *                                forget                              all leads
 *                                pause SOURCE                        it is told busy; - : none
 *                                mark                                nothing: what was written before it is behind us
 * Standard output: "ready", then one JSON object for each command done and each request answered or left unanswered.
 */
#include <jansson.h>
#include <leadwire/publisher.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "wire.h"

enum { LEADS_MAX = 4096 };

struct known_lead {
    char *source, *id;
    char *content;      /* as JSON */
    char lead_id[32];
};

static struct broker {
    void *socket;
    char mode[16], device[128], heard[16], paused[64];
    struct known_lead leads[LEADS_MAX];
    size_t lead_count;
    unsigned state, position, offer;
    bool keep;
} broker = {.mode = "normal", .state = LW_LEAD_WAITING, .position = 1, .offer = 1};

static void say(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    puts(text);
    fflush(stdout);
    free(text);
    json_decref(object);
}

static void put_text(json_t *object, const char *name, const char *value)
{
    if (value && *value)
        json_object_set_new(object, name, json_string(value));
}

static json_t *lead_json(const Leadwire__V1__Lead *pb)
{
    struct arena arena;
    struct lw_lead lead;
    arena_init(&arena, WIRE_ARENA_CAP);
    if (!wire_lead_to_public(pb, &arena, &lead))
        abort();
    json_t *out = json_pack("{s:i, s:b}", "channel", lead.channel, "is_test", lead.is_test);
    const struct { const char *name, *value; } texts[] = {
        {"source", lead.source}, {"full_name", lead.full_name}, {"given_name", lead.given_name}, {"family_name", lead.family_name},
        {"company", lead.company}, {"country", lead.country}, {"language", lead.language}, {"city", lead.city},
        {"summary", lead.summary}, {"subject", lead.subject}, {"product", lead.product}, {"campaign", lead.campaign},
        {"vendor_id", lead.vendor_id}, {"call_id", lead.call_id}, {"called_number", lead.called_number}, {"raw_ref", lead.raw_ref},
        {"follows", lead.follows}, {"recording", lead.recording.url},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        put_text(out, texts[i].name, texts[i].value);
    if (lead.recording.duration_s > 0)
        json_object_set_new(out, "seconds", json_integer(lead.recording.duration_s));
    json_t *phones = json_array(), *emails = json_array(), *attributes = json_object(), *consents = json_object(), *warnings = json_array();
    for (size_t i = 0; i < lead.phone_count; i++)
        json_array_append_new(phones, json_string(lead.phones[i].e164 && *lead.phones[i].e164 ? lead.phones[i].e164 : lead.phones[i].raw));
    for (size_t i = 0; i < lead.email_count; i++)
        json_array_append_new(emails, json_string(lead.emails[i].address));
    for (size_t i = 0; i < lead.attribute_count; i++)
        json_object_set_new(attributes, lead.attributes[i].name, json_string(lead.attributes[i].value));
    for (size_t i = 0; i < lead.consent_count; i++)
        json_object_set_new(consents, lead.consents[i].purpose, json_boolean(lead.consents[i].granted));
    json_t *consents_said = json_object();   /* purpose: [milliseconds, words] */
    for (size_t i = 0; i < lead.consent_count; i++)
        json_object_set_new(consents_said, lead.consents[i].purpose,
                            json_pack("[I, s?]", (json_int_t)lead.consents[i].given_unix_ms, lead.consents[i].text));
    for (size_t i = 0; i < lead.warning_count; i++)
        json_array_append_new(warnings, json_string(lead.warnings[i]));
    json_t *attachments = json_array();
    for (size_t i = 0; i < lead.attachment_count; i++)
        json_array_append_new(attachments, json_pack("[s, s, I]", lead.attachments[i].file_name, lead.attachments[i].media_type,
                                                     (json_int_t)lead.attachments[i].size_bytes));
    json_object_set_new(out, "attachments", attachments);
    json_object_set_new(out, "phones", phones);
    json_object_set_new(out, "emails", emails);
    json_object_set_new(out, "attributes", attributes);
    json_object_set_new(out, "consents", consents);
    json_object_set_new(out, "consents_said", consents_said);
    json_object_set_new(out, "warnings", warnings);
    arena_fini(&arena);
    return out;
}

static void send_message(zmq_msg_t *peer, enum wire_type type, ProtobufCMessage *base)
{
    struct wire_message message = {.type = type};
    struct byte_buffer frame;
    message.base = base;
    byte_buffer_init(&frame, WIRE_FRAME_SIZE_MAX);
    if (wire_encode(&message, &frame) != LW_OK)
        abort();
    zmq_send(broker.socket, zmq_msg_data(peer), zmq_msg_size(peer), ZMQ_SNDMORE);
    zmq_send(broker.socket, frame.data, frame.size, 0);
    byte_buffer_fini(&frame);
}

static void send_reply(zmq_msg_t *peer, uint64_t request_id, Leadwire__V1__Status status, const char *lead_id, const char *reason)
{
    if (strcmp(broker.mode, "mute") == 0)
        return;
    Leadwire__V1__Reply reply = LEADWIRE__V1__REPLY__INIT;
    reply.request_id = request_id;
    reply.status = status;
    reply.lead_id = (char *)(uintptr_t)lead_id;
    reply.reason = (char *)(uintptr_t)reason;
    reply.epoch = 7;
    reply.retry_after_ms = status == LEADWIRE__V1__STATUS__STATUS_BUSY ? 1500 : 0;
    send_message(peer, WIRE_REPLY, &reply.base);
}

static struct known_lead *find(const char *source, const char *id)
{
    for (size_t i = 0; i < broker.lead_count; i++)
        if (strcmp(broker.leads[i].source, source) == 0 && strcmp(broker.leads[i].id, id) == 0)
            return &broker.leads[i];
    return NULL;
}

static void on_publish(zmq_msg_t *peer, const Leadwire__V1__Publish *publish)
{
    if (strcmp(publish->lead->source, broker.paused) == 0) {
        say(json_pack("{s:s, s:s}", "request", "publish", "left", "paused"));
        send_reply(peer, publish->request_id, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "the source is paused");
        return;
    }
    json_t *lead = lead_json(publish->lead);
    char *content = json_dumps(lead, JSON_COMPACT | JSON_SORT_KEYS);
    struct known_lead *known = find(publish->lead->source, publish->idempotency_id);
    Leadwire__V1__Status status = LEADWIRE__V1__STATUS__STATUS_ACCEPTED;
    if (strcmp(broker.mode, "reject") == 0)
        status = LEADWIRE__V1__STATUS__STATUS_REJECTED;
    else if (known)
        status = strcmp(known->content, content) == 0 ? LEADWIRE__V1__STATUS__STATUS_DUPLICATE
                                                      : LEADWIRE__V1__STATUS__STATUS_DUPLICATE_DIFFERS;
    else if (broker.lead_count < LEADS_MAX) {
        known = &broker.leads[broker.lead_count++];
        known->source = strdup(publish->lead->source);
        known->id = strdup(publish->idempotency_id);
        known->content = strdup(content);
        snprintf(known->lead_id, sizeof known->lead_id, "7-%zu", broker.lead_count);
    }
    free(content);
    say(json_pack("{s:s, s:s, s:i, s:I, s:o}", "request", "publish", "id", publish->idempotency_id, "status", status,
                  "received", (json_int_t)publish->received_unix_ms, "lead", lead));
    send_reply(peer, publish->request_id, status, known ? known->lead_id : "", status == LEADWIRE__V1__STATUS__STATUS_REJECTED ? "scripted" : "");
}

static void forget(void)
{
    for (size_t i = 0; i < broker.lead_count; i++) {
        free(broker.leads[i].source);
        free(broker.leads[i].id);
        free(broker.leads[i].content);
    }
    broker.lead_count = 0;
}

static void on_query(zmq_msg_t *peer, const Leadwire__V1__LeadQuery *query)
{
    struct known_lead *known = find(query->source, query->idempotency_id);
    Leadwire__V1__LeadQueryReply reply = LEADWIRE__V1__LEAD_QUERY_REPLY__INIT;
    reply.request_id = query->request_id;
    reply.epoch = 7;
    if (known) {
        reply.found = true;
        reply.lead_id = known->lead_id;
        reply.state = (Leadwire__V1__LeadState)broker.state;
        reply.position = broker.position;
        reply.device = broker.device;
        reply.say = broker.heard;
        reply.offer_number = broker.offer;
    }
    say(json_pack("{s:s, s:s, s:b}", "request", "query", "id", query->idempotency_id, "found", known != NULL));
    send_message(peer, WIRE_LEAD_QUERY_REPLY, &reply.base);
}

static void on_dial_result(zmq_msg_t *peer, const Leadwire__V1__DialResult *result)
{
    bool answered = result->outcome == LEADWIRE__V1__DIAL_OUTCOME__DIAL_ANSWERED;
    if (!broker.keep)
        broker.state = answered ? LW_LEAD_ASSIGNED : LW_LEAD_WAITING;
    say(json_pack("{s:s, s:s, s:i, s:i, s:s}", "request", "dial_result", "lead", result->lead_id, "offer", (int)result->offer_number,
                  "outcome", (int)result->outcome, "leg", result->leg_id));
    send_reply(peer, result->request_id, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, result->lead_id, "");
}

static uint64_t request_id_of(const struct wire_message *message)
{
    switch ((int)message->type) {
    case WIRE_PUBLISH: return message->publish->request_id;
    case WIRE_LEAD_QUERY: return message->lead_query->request_id;
    case WIRE_CANCEL: return message->cancel->request_id;
    case WIRE_DIAL_RESULT: return message->dial_result->request_id;
    default: return 0;
    }
}

static void on_request(zmq_msg_t *peer, const struct wire_message *message)
{
    if (strcmp(broker.mode, "silent") == 0 || strcmp(broker.mode, "busy") == 0) {
        say(json_pack("{s:s, s:s}", "request", wire_type_name(message->type), "left", broker.mode));
        if (strcmp(broker.mode, "busy") == 0)
            send_reply(peer, request_id_of(message), LEADWIRE__V1__STATUS__STATUS_BUSY, "", "scripted");
    } else if (message->type == WIRE_PUBLISH) {
        on_publish(peer, message->publish);
    } else if (message->type == WIRE_LEAD_QUERY) {
        on_query(peer, message->lead_query);
    } else if (message->type == WIRE_DIAL_RESULT) {
        on_dial_result(peer, message->dial_result);
    } else if (message->type == WIRE_CANCEL) {
        broker.state = LW_LEAD_CANCELLED;
        say(json_pack("{s:s, s:s, s:s}", "request", "cancel", "id", message->cancel->idempotency_id, "reason", message->cancel->reason));
        send_reply(peer, message->cancel->request_id, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "", "");
    }
}

static void on_message(zmq_msg_t *peer, const struct wire_message *message)
{
    if (message->type == WIRE_HELLO) {
        Leadwire__V1__Welcome welcome = LEADWIRE__V1__WELCOME__INIT;
        welcome.version = WIRE_VERSION_MAX;
        welcome.epoch = 7;
        welcome.session = 1;
        welcome.credit = 64;
        welcome.heartbeat_ms = 1000;
        welcome.frame_size_max = WIRE_FRAME_SIZE_MAX;
        welcome.config_version = 1;
        welcome.desk = message->hello->desk;
        welcome.durability = (char *)(uintptr_t)"memory";
        welcome.now_unix_ms = 1;
        send_message(peer, WIRE_WELCOME, &welcome.base);
    } else if (message->type == WIRE_PING) {
        Leadwire__V1__Pong pong = LEADWIRE__V1__PONG__INIT;
        pong.epoch = 7;
        pong.now_unix_ms = 1;
        send_message(peer, WIRE_PONG, &pong.base);
    } else {
        on_request(peer, message);
    }
}

static void receive(void)
{
    static struct arena arena;
    zmq_msg_t peer, frame;
    arena_init(&arena, WIRE_ARENA_CAP);
    zmq_msg_init(&peer);
    zmq_msg_init(&frame);
    if (zmq_msg_recv(&peer, broker.socket, 0) >= 0 && zmq_msg_recv(&frame, broker.socket, 0) >= 0) {
        struct wire_message message;
        const char *reason = "";
        if (wire_decode(zmq_msg_data(&frame), zmq_msg_size(&frame), WIRE_FROM_CLIENT, &arena, &message, &reason, NULL) == LW_OK)
            on_message(&peer, &message);
        else
            say(json_pack("{s:s, s:s}", "request", "undecodable", "reason", reason));
    }
    zmq_msg_close(&peer);
    zmq_msg_close(&frame);
    arena_fini(&arena);
}

static bool command(void)
{
    static char line[512];
    size_t used = 0;
    while (used + 1 < sizeof line) {
        ssize_t got = read(0, line + used, 1);
        if (got <= 0)
            return false;
        if (line[used] == '\n')
            break;
        used++;
    }
    line[used] = '\0';
    if (strcmp(line, "mark") == 0)
        ;
    else if (strcmp(line, "forget") == 0)
        forget();
    else if (strcmp(line, "keep") == 0)
        broker.keep = true;
    else if (sscanf(line, "pause %63s", broker.paused) == 1)
        broker.paused[0] = broker.paused[0] == '-' ? '\0' : broker.paused[0];
    else if (sscanf(line, "say %15s", broker.heard) == 1)
        broker.heard[0] = broker.heard[0] == '-' ? '\0' : broker.heard[0];
    else if (sscanf(line, "mode %15s", broker.mode) != 1 &&
             sscanf(line, "state %u %u %127s %u", &broker.state, &broker.position, broker.device, &broker.offer) != 4)
        return false;
    say(json_pack("{s:s}", "done", line));
    return true;
}

int main(int argc, char **argv)
{
    void *context = zmq_ctx_new();
    broker.socket = zmq_socket(context, ZMQ_ROUTER);
    int linger = 0;
    zmq_setsockopt(broker.socket, ZMQ_LINGER, &linger, sizeof linger);
    if (argc != 2 || zmq_bind(broker.socket, argv[1]) != 0) {
        fprintf(stderr, "scripted_broker: cannot bind\n");
        return 2;
    }
    puts("ready");
    fflush(stdout);
    zmq_pollitem_t items[] = {{.socket = broker.socket, .events = ZMQ_POLLIN}, {.fd = 0, .events = ZMQ_POLLIN}};
    bool open = true;
    while (open && zmq_poll(items, 2, -1) >= 0) {
        if (items[1].revents)
            open = command();
        if (items[0].revents & ZMQ_POLLIN)
            receive();
    }
    forget();
    zmq_close(broker.socket);
    zmq_ctx_term(context);
    return 0;
}
