/* SPDX-License-Identifier: Apache-2.0
 *
 * wire - bytes <-> messages: framing, protobuf, limits, validation.
 *
 * A message is a frame:
 *
 *   0    1    2         3      4            8
 *   +----+----+---------+------+------------+---------------------+
 *   | 'L'| 'W'| version | type | length LE32| protobuf (length B) |
 *   +----+----+---------+------+------------+---------------------+
 *
 * A ZeroMQ message holds one frame, or, between peers that said so, a bundle: several, one after another.
 *
 * wire_decode accepts only what holds all rules: magic, a version in
 * [WIRE_VERSION_MIN, WIRE_VERSION_MAX], a known type, the exact length, the type's size limit,
 * parseable protobuf within the arena's cap, UTF-8 without NUL in every string,
 * sizes and counts within the limits, required fields, enum values that exist.
 * Unknown fields are dropped. What is accepted encodes again to an equal message.
 * Nothing here asserts on the bytes. Threads: none; no state.
 */
#ifndef WIRE_H
#define WIRE_H

#include <leadwire/lead.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "byte_buffer.h"
#include "leadwire/v1/config.pb-c.h"
#include "leadwire/v1/control.pb-c.h"
#include "leadwire/v1/events.pb-c.h"
#include "leadwire/v1/lead.pb-c.h"
#include "leadwire/v1/publisher.pb-c.h"
#include "leadwire/v1/rep.pb-c.h"
#include "leadwire/v1/session.pb-c.h"

enum {
    WIRE_VERSION_MIN = 1,
    WIRE_VERSION_MAX = 1,
    WIRE_HEADER_SIZE = 8,
    WIRE_FRAME_SIZE_MAX = 64 * 1024,           /* header included; most types */
    WIRE_CONTROL_FRAME_SIZE_MAX = 4 * 1024 * 1024,  /* ApplyConfig, ConfigReply, SnapshotReply, ExplainReply, LedgerReply */
    WIRE_BUNDLE_SIZE_MAX = WIRE_FRAME_SIZE_MAX,     /* of a message with more than one frame */
    WIRE_BUNDLE_FRAMES_MAX = 1024,
    WIRE_BUNDLES_TOPIC = '+',                      /* before the desk's name: of its events, several in a message */
    WIRE_ARENA_CAP = 512 * 1024,               /* enough for any frame of WIRE_FRAME_SIZE_MAX that passes the limits */
    WIRE_CONTROL_ARENA_CAP = 32 * 1024 * 1024, /* for who reads control frames: a desk of 4 MiB with names of usual length */
};

/* type number, NAME, protobuf message, which ends may send it (bits of wire_sender), size limit */
#define WIRE_TYPE_TABLE(X) \
    X(1, HELLO, hello, Hello, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(2, WELCOME, welcome, Welcome, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX) \
    X(3, REPLY, reply, Reply, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX) \
    X(4, PING, ping, Ping, WIRE_FROM_CLIENT | WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX) \
    X(5, PONG, pong, Pong, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX) \
    X(6, BYE, bye, Bye, WIRE_FROM_CLIENT | WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX) \
    X(10, PUBLISH, publish, Publish, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(11, LEAD_QUERY, lead_query, LeadQuery, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(12, LEAD_QUERY_REPLY, lead_query_reply, LeadQueryReply, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX) \
    X(13, CANCEL, cancel, Cancel, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(14, DIAL_RESULT, dial_result, DialResult, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(15, DEVICE_REPORT, device_report, DeviceReport, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(20, SET_REP_STATE, set_rep_state, SetRepState, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(21, REP_STATUS, rep_status, RepStatus, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX) \
    X(22, OFFER, offer, Offer, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX + 4096) \
    X(23, OFFER_ANSWER, offer_answer, OfferAnswer, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(24, HOLDING, holding, Holding, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX + 4096) \
    X(25, WITHDRAWN, withdrawn, Withdrawn, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX) \
    X(26, SNAPSHOT_END, snapshot_end, SnapshotEnd, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX) \
    X(27, COMPLETE, complete, Complete, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(28, TRANSFER, transfer, Transfer, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(29, TOUCH, touch, Touch, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(30, EVENT, event, Event, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX) \
    X(31, NUDGE, nudge, Nudge, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX) \
    X(34, PULL, pull, Pull, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(35, PULL_LIST, pull_list, PullList, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX) \
    X(40, STATUS_REQUEST, status_request, StatusRequest, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(41, STATUS_REPLY, status_reply, StatusReply, WIRE_FROM_BROKER, WIRE_CONTROL_FRAME_SIZE_MAX) \
    X(42, SNAPSHOT_REQUEST, snapshot_request, SnapshotRequest, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(43, SNAPSHOT_REPLY, snapshot_reply, SnapshotReply, WIRE_FROM_BROKER, WIRE_CONTROL_FRAME_SIZE_MAX) \
    X(44, APPLY_CONFIG, apply_config, ApplyConfig, WIRE_FROM_CLIENT, WIRE_CONTROL_FRAME_SIZE_MAX) \
    X(45, CONFIG_REQUEST, config_request, ConfigRequest, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(46, CONFIG_REPLY, config_reply, ConfigReply, WIRE_FROM_BROKER, WIRE_CONTROL_FRAME_SIZE_MAX) \
    X(47, EXPLAIN_REQUEST, explain_request, ExplainRequest, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(48, EXPLAIN_REPLY, explain_reply, ExplainReply, WIRE_FROM_BROKER, WIRE_CONTROL_FRAME_SIZE_MAX) \
    X(49, LEAD_COMMAND, lead_command, LeadCommand, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(50, REP_COMMAND, rep_command, RepCommand, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(53, CUSTOMER_COMMAND, customer_command, CustomerCommand, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(58, SOURCE_COMMAND, source_command, SourceCommand, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(59, LEDGER_REQUEST, ledger_request, LedgerRequest, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(60, LEDGER_REPLY, ledger_reply, LedgerReply, WIRE_FROM_BROKER, WIRE_CONTROL_FRAME_SIZE_MAX) \
    X(61, CHOICES_REQUEST, choices_request, ChoicesRequest, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(62, DAY_REQUEST, day_request, DayRequest, WIRE_FROM_CLIENT, WIRE_FRAME_SIZE_MAX) \
    X(63, DAY_REPLY, day_reply, DayReply, WIRE_FROM_BROKER, WIRE_FRAME_SIZE_MAX)

enum wire_sender { WIRE_FROM_CLIENT = 1, WIRE_FROM_BROKER = 2 };

enum wire_type {
    WIRE_NONE = 0,
#define X(number, name, member, message, sender, size_max) WIRE_##name = number,
    WIRE_TYPE_TABLE(X)
#undef X
};

struct wire_message {
    enum wire_type type;
    union {
        ProtobufCMessage *base;
#define X(number, name, member, message, sender, size_max) Leadwire__V1__##message *member;
        WIRE_TYPE_TABLE(X)
#undef X
    };
};

/* "publish", "offer_answer"...; "unknown" for any other number. Never NULL. */
const char *wire_type_name(enum wire_type type);

/* How many of the bytes are the first frame: its header and what that announces. All of them, when they begin with no
 * header or hold less than it announces: wire_decode then says what is wrong. */
size_t wire_first_frame_size(const void *bytes, size_t size);

/* Reads one frame sent by `sender`. The message lives in the arena (and borrows nothing from frame).
 * On failure *out is {WIRE_NONE}, and *reason (never NULL, static text, no personal data) says
 * what is wrong, fit for a Reply. *request_id_out (may be NULL) gets the message's request_id when it
 * could be read even though a later rule failed, else 0.
 * Errors: LW_INVALID, LW_TOO_LARGE, LW_UNSUPPORTED (version), LW_NO_MEMORY (arena cap: same as too large). */
LW_MUST_CHECK lw_status wire_decode(const void *frame, size_t frame_size, enum wire_sender sender,
                                    struct arena *arena, struct wire_message *out,
                                    const char **reason, uint64_t *request_id_out);

/* Appends the frame of one message. Checks only the size limit: broker and client are trusted
 * to fill valid messages; use wire_check for what a user filled.
 * Errors: LW_TOO_LARGE, LW_NO_MEMORY (buffer full); the buffer is then as before. */
LW_MUST_CHECK lw_status wire_encode(const struct wire_message *message, struct byte_buffer *out);
/* The validation part of wire_decode. Errors: LW_INVALID, LW_TOO_LARGE with *reason. */
LW_MUST_CHECK lw_status wire_check(const struct wire_message *message, const char **reason);

struct wire_bytes { const void *data; size_t size; };
/* wire_encode of an Offer or Holding whose lead, and behind it the contacts that joined, are given as already packed bytes
 * (message.lead must be NULL, message.contacts empty). The frame is that of the whole message. */
LW_MUST_CHECK lw_status wire_encode_with_leads(const struct wire_message *message, const struct wire_bytes *leads, size_t count,
                                               struct byte_buffer *out);

/* lw_lead (include/leadwire) <-> protobuf. The protobuf struct lives in the arena and borrows lead's strings. NULL at the cap. */
Leadwire__V1__Lead *wire_lead_from_public(const struct lw_lead *lead, struct arena *arena);
/* The other way: everything in the arena or borrowed from pb. False at the cap. */
bool wire_lead_to_public(const Leadwire__V1__Lead *pb, struct arena *arena, struct lw_lead *out);
/* Packs / unpacks-and-validates a bare Lead (no frame): the form in which the broker stores it. */
LW_MUST_CHECK lw_status wire_lead_pack(const Leadwire__V1__Lead *lead, struct byte_buffer *out);
LW_MUST_CHECK lw_status wire_lead_unpack(const void *bytes, size_t size, struct arena *arena,
                                         Leadwire__V1__Lead **out, const char **reason);

/* The value of a lead's field by its name in rules ("source", "language", "country", "subject", "email.domain",
 * "phone.region", "attribute.NAME"...; docs list them). NULL when absent; *known tells if such a field exists at all. */
const char *wire_lead_field(const Leadwire__V1__Lead *lead, const char *field, bool *known);
/* Those names, NULL-terminated, for documents and checks; "attribute.NAME" stands for any. */
extern const char *const wire_lead_field_names[];

#endif
