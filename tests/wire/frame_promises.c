/* SPDX-License-Identifier: Apache-2.0 */
#include "frame_promises.h"

#include <stdio.h>
#include <string.h>

#include "message_equal.h"
#include "wire_regular.h"
#include "wire_rules.h"

enum { ARENA_KEEP = 64 * 1024 };

static bool is_framed(const uint8_t *bytes, size_t size);
static bool decode_holds(struct frame_promises *p, const uint8_t *bytes, size_t size, enum wire_sender sender,
                         uint64_t variation);
static bool refusal_holds(struct frame_promises *p, lw_status status, const struct wire_message *message,
                          const char *reason);
static bool round_trip_holds(struct frame_promises *p, const struct wire_message *message, enum wire_sender sender);
static bool small_arena_holds(struct frame_promises *p, const uint8_t *bytes, size_t size, enum wire_sender sender,
                              uint64_t variation);
static bool small_buffer_holds(struct frame_promises *p, const struct wire_message *message, uint64_t variation);
static bool lead_holds(struct frame_promises *p, const Leadwire__V1__Lead *lead, uint64_t variation);
static bool lead_fields_hold(struct frame_promises *p, const Leadwire__V1__Lead *lead);
/* Where an Offer or a Holding has its lead and the contacts that joined it. */
struct leads { Leadwire__V1__Lead **lead; size_t *contact_count; Leadwire__V1__Lead **contacts; };
enum { LEADS_MAX = 64 };

static bool with_leads_holds(struct frame_promises *p, const struct wire_message *message, const struct leads *of, uint64_t variation);
static void cramp(struct frame_promises *p, size_t room);
static bool broken(struct frame_promises *p, const char *promise);

void frame_promises_init(struct frame_promises *promises)
{
    *promises = (struct frame_promises){0};
    byte_buffer_init(&promises->first, 2 * WIRE_CONTROL_FRAME_SIZE_MAX);
    byte_buffer_init(&promises->second, 2 * WIRE_CONTROL_FRAME_SIZE_MAX);
}

void frame_promises_fini(struct frame_promises *promises)
{
    arena_fini(&promises->message);
    arena_fini(&promises->again);
    arena_fini(&promises->small);
    byte_buffer_fini(&promises->first);
    byte_buffer_fini(&promises->second);
    byte_buffer_fini(&promises->cramped);
}

bool frame_promises_hold(struct frame_promises *promises, const uint8_t *bytes, size_t size, uint64_t variation)
{
    uint64_t accepted_before = promises->accepted;

    promises->broken = NULL;
    promises->frames++;
    promises->framed += is_framed(bytes, size);
    if (size > 0 && (wire_first_frame_size(bytes, size) == 0 || wire_first_frame_size(bytes, size) > size))
        return broken(promises, "a first frame has some of the bytes, and no more than there are");
    if (!decode_holds(promises, bytes, size, WIRE_FROM_CLIENT, variation) ||
        !decode_holds(promises, bytes, size, WIRE_FROM_BROKER, variation))
        return false;
    if (promises->accepted > accepted_before) {
        promises->accepted = accepted_before + 1;   /* a frame of both sides counts once */
        if (!is_framed(bytes, size))
            return broken(promises, "only what is framed is accepted");
        if (wire_first_frame_size(bytes, size) != size)
            return broken(promises, "what is accepted is one frame, not the beginning of a bundle");
    }
    return true;
}

/* The header rules, told a second time. */
static bool is_framed(const uint8_t *bytes, size_t size)
{
    if (size < WIRE_HEADER_SIZE || bytes[0] != 'L' || bytes[1] != 'W' || bytes[2] != 1)
        return false;
    const struct wire_type_info *type = wire_type_find(bytes[3]);
    size_t length = bytes[4] + 256u * bytes[5] + 65536u * bytes[6] + 16777216u * (size_t)bytes[7];
    return type && size <= type->size_max && length == size - WIRE_HEADER_SIZE;
}

/* The reader of regular bytes gives what protobuf-c gives, or nothing and takes nothing. */
static bool regular_holds(struct frame_promises *p, const uint8_t *payload, size_t size,
                          const ProtobufCMessageDescriptor *descriptor)
{
    arena_reset(&p->again, ARENA_KEEP);
    p->again.cap_bytes = WIRE_CONTROL_ARENA_CAP;
    const ProtobufCMessage *regular = wire_regular_read(payload, size, descriptor, &p->again);
    if (!regular)
        return p->again.used_bytes == 0 || broken(p, "bytes that are not regular leave the arena as it was");
    ProtobufCMessage *plain = protobuf_c_message_unpack(descriptor, NULL, size, payload);
    bool same = plain && message_equal(regular, plain);
    if (plain)
        protobuf_c_message_free_unpacked(plain, NULL);
    return same || broken(p, "regular bytes give the message that protobuf-c gives");
}

static bool decode_holds(struct frame_promises *p, const uint8_t *bytes, size_t size, enum wire_sender sender,
                         uint64_t variation)
{
    struct wire_message message;
    const char *reason = NULL;
    uint64_t request_id = 1;

    if (is_framed(bytes, size) && !regular_holds(p, bytes + WIRE_HEADER_SIZE, size - WIRE_HEADER_SIZE,
                                                 wire_type_find(bytes[3])->rules->descriptor))
        return false;
    arena_reset(&p->message, ARENA_KEEP);
    p->message.cap_bytes = size > WIRE_FRAME_SIZE_MAX + 4096 ? WIRE_CONTROL_ARENA_CAP : WIRE_ARENA_CAP;
    lw_status status = wire_decode(bytes, size, sender, &p->message, &message, &reason, &request_id);
    if (p->message.used_bytes > p->message.cap_bytes)
        return broken(p, "an arena is never used above its cap");
    if (status != LW_OK)
        return refusal_holds(p, status, &message, reason);

    p->accepted++;
    if (message.type != (enum wire_type)bytes[3] || wire_check(&message, &reason) != LW_OK)
        return broken(p, "what is accepted keeps the rules");
    if (!round_trip_holds(p, &message, sender) || !small_arena_holds(p, bytes, size, sender, variation) ||
        !small_buffer_holds(p, &message, variation))
        return false;
    if (message.type == WIRE_PUBLISH)
        return lead_holds(p, message.publish->lead, variation);
    if (message.type == WIRE_OFFER)
        return with_leads_holds(p, &message, &(struct leads){&message.offer->lead, &message.offer->n_contacts, message.offer->contacts}, variation);
    if (message.type == WIRE_HOLDING && message.holding->lead)
        return with_leads_holds(p, &message, &(struct leads){&message.holding->lead, &message.holding->n_contacts, message.holding->contacts},
                                variation);
    return true;
}

static bool refusal_holds(struct frame_promises *p, lw_status status, const struct wire_message *message,
                          const char *reason)
{
    if (status != LW_INVALID && status != LW_TOO_LARGE && status != LW_UNSUPPORTED && status != LW_NO_MEMORY)
        return broken(p, "a refusal has one of the documented statuses");
    if (message->type != WIRE_NONE || message->base)
        return broken(p, "a refusal gives no message");
    if (!reason || !*reason)
        return broken(p, "a refusal has a reason");
    return true;
}

/* Encoded again it is an equal message, and from then on the same bytes. */
static bool round_trip_holds(struct frame_promises *p, const struct wire_message *message, enum wire_sender sender)
{
    struct wire_message again;
    const char *reason;

    byte_buffer_clear(&p->first);
    byte_buffer_clear(&p->second);
    arena_reset(&p->again, ARENA_KEEP);
    p->again.cap_bytes = p->message.cap_bytes;
    if (wire_encode(message, &p->first) != LW_OK)
        return broken(p, "what is accepted can be encoded");
    if (wire_decode(p->first.data, p->first.size, sender, &p->again, &again, &reason, NULL) != LW_OK)
        return broken(p, "what is accepted is accepted again");
    if (again.type != message->type || !message_equal(message->base, again.base))
        return broken(p, "what is accepted encodes to an equal message");
    if (wire_encode(&again, &p->second) != LW_OK || p->second.size != p->first.size ||
        memcmp(p->first.data, p->second.data, p->first.size) != 0)
        return broken(p, "encoding is stable");
    return true;
}

static bool small_arena_holds(struct frame_promises *p, const uint8_t *bytes, size_t size, enum wire_sender sender,
                              uint64_t variation)
{
    struct wire_message message;
    const char *reason;

    arena_reset(&p->small, ARENA_KEEP);
    p->small.cap_bytes = (size_t)(variation % (2 * p->message.used_bytes + 1));
    lw_status status = wire_decode(bytes, size, sender, &p->small, &message, &reason, NULL);
    if (p->small.used_bytes > p->small.cap_bytes)
        return broken(p, "a small arena is never used above its cap");
    if (status != LW_OK && status != LW_NO_MEMORY)
        return broken(p, "a small arena is no reason but for LW_NO_MEMORY");
    return status == LW_OK || refusal_holds(p, status, &message, reason);
}

static bool small_buffer_holds(struct frame_promises *p, const struct wire_message *message, uint64_t variation)
{
    size_t room = (size_t)(variation % (2 * p->first.size));

    cramp(p, room);
    lw_status status = wire_encode(message, &p->cramped);
    if (status != (room < p->first.size ? LW_NO_MEMORY : LW_OK))
        return broken(p, "a full buffer is LW_NO_MEMORY, an other one is not");
    if (p->cramped.failed || p->cramped.size != (status == LW_OK ? 1 + p->first.size : 1))
        return broken(p, "a full buffer is left as it was");
    byte_buffer_put(&p->cramped, p->first.data, p->first.size);
    if (p->cramped.failed && wire_encode(message, &p->cramped) != LW_NO_MEMORY)
        return broken(p, "a failed buffer takes nothing");
    return true;
}

/* lead is one that was accepted: the public struct, and the stored bytes, hold the same. */
static bool lead_holds(struct frame_promises *p, const Leadwire__V1__Lead *lead, uint64_t variation)
{
    struct lw_lead public_lead;
    Leadwire__V1__Lead *stored;
    const char *reason;

    arena_reset(&p->again, ARENA_KEEP);
    p->again.cap_bytes = WIRE_ARENA_CAP;
    if (!wire_lead_to_public(lead, &p->again, &public_lead))
        return broken(p, "a lead has room as a public struct");
    Leadwire__V1__Lead *back = wire_lead_from_public(&public_lead, &p->again);
    if (!back || !message_equal(&lead->base, &back->base))
        return broken(p, "a lead comes back equal from the public struct");

    byte_buffer_clear(&p->first);
    if (wire_lead_pack(lead, &p->first) != LW_OK)
        return broken(p, "an accepted lead can be packed");
    if (wire_lead_unpack(p->first.data, p->first.size, &p->again, &stored, &reason) != LW_OK ||
        !message_equal(&lead->base, &stored->base))
        return broken(p, "a packed lead comes back equal");
    cramp(p, p->first.size - 1);
    if (wire_lead_pack(lead, &p->cramped) != LW_NO_MEMORY || p->cramped.size != 1 || p->cramped.failed)
        return broken(p, "a lead without room is LW_NO_MEMORY and leaves nothing");
    byte_buffer_put(&p->cramped, p->first.data, p->first.size);
    if (wire_lead_pack(lead, &p->cramped) != LW_NO_MEMORY)
        return broken(p, "a failed buffer takes no lead");

    if (wire_lead_unpack(p->first.data, WIRE_FRAME_SIZE_MAX + 1, &p->again, &stored, &reason) != LW_TOO_LARGE || stored)
        return broken(p, "a stored lead has a size limit");
    if (wire_lead_unpack(p->first.data, p->first.size - 1, &p->again, &stored, &reason) != LW_OK && (stored || !*reason))
        return broken(p, "a refused lead gives nothing but the reason");

    /* Too little memory must be harmless. */
    arena_reset(&p->small, ARENA_KEEP);
    p->small.cap_bytes = (size_t)(variation % 4096);
    if (wire_lead_to_public(lead, &p->small, &public_lead))
        (void)wire_lead_from_public(&public_lead, &p->small);
    return lead_fields_hold(p, lead);
}

static bool lead_fields_hold(struct frame_promises *p, const Leadwire__V1__Lead *lead)
{
    bool known;
    char name[LW_LEAD_FIELD_MAX + 16];

    for (const char *const *field = wire_lead_field_names; *field; field++) {
        const char *value = wire_lead_field(lead, *field, &known);
        if (!known || (value && !*value))
            return broken(p, "a listed field is known, and absent when empty");
    }
    for (size_t i = 0; i < lead->n_attributes; i++) {
        snprintf(name, sizeof name, "attribute.%s", lead->attributes[i]->name);
        (void)wire_lead_field(lead, name, &known);
        if (!known)
            return broken(p, "an attribute is a known field");
    }
    (void)wire_lead_field(lead, "no_such_field", &known);
    return !known || broken(p, "other names are not known");
}

/* The lead and the contacts, packed one behind the other. */
static size_t pack_leads(struct frame_promises *p, const struct leads *leads, struct wire_bytes out[1 + LEADS_MAX])
{
    size_t count = 0, at = 0;

    byte_buffer_clear(&p->first);
    for (size_t i = 0; i <= *leads->contact_count; i++) {
        const Leadwire__V1__Lead *lead = i == 0 ? *leads->lead : leads->contacts[i - 1];
        if (wire_lead_pack(lead, &p->first) != LW_OK)
            return 0;
        out[count++] = (struct wire_bytes){NULL, p->first.size - at};
        at = p->first.size;
    }
    at = 0;
    for (size_t i = 0; i < count; i++) {
        out[i].data = p->first.data + at;
        at += out[i].size;
    }
    return count;
}

/* Putting the packed leads behind the rest gives the same bytes as packing the whole. */
static bool with_leads_holds(struct frame_promises *p, const struct wire_message *message, const struct leads *of, uint64_t variation)
{
    Leadwire__V1__Lead *whole = *of->lead;
    size_t contact_count = *of->contact_count;
    struct wire_bytes leads[1 + LEADS_MAX];

    if (!lead_holds(p, whole, variation))
        return false;
    size_t count = pack_leads(p, of, leads);
    if (count == 0)
        return broken(p, "the leads of an offer can be packed");
    *of->lead = NULL;
    *of->contact_count = 0;
    size_t room = (size_t)(variation % (2 * p->second.size));
    cramp(p, room);
    lw_status cramped = wire_encode_with_leads(message, leads, count, &p->cramped);
    size_t added = p->cramped.size - 1;
    size_t size_before = p->second.size;
    lw_status status = wire_encode_with_leads(message, leads, count, &p->second);
    lw_status too_large = wire_encode_with_leads(message, &(struct wire_bytes){leads[0].data, WIRE_FRAME_SIZE_MAX + 4096}, 1, &p->second);
    lw_status just_too_large = wire_encode_with_leads(message, &(struct wire_bytes){leads[0].data, WIRE_FRAME_SIZE_MAX + 4080}, 1, &p->second);
    byte_buffer_put(&p->cramped, p->second.data, p->second.size);
    lw_status failed = p->cramped.failed ? wire_encode_with_leads(message, &(struct wire_bytes){leads[0].data, 1}, 1, &p->cramped) : LW_NO_MEMORY;
    *of->lead = whole;
    *of->contact_count = contact_count;
    if (too_large != LW_TOO_LARGE || just_too_large != LW_TOO_LARGE)
        return broken(p, "a lead given as bytes counts into the size limit");
    if (failed != LW_NO_MEMORY)
        return broken(p, "a failed buffer takes nothing, also with a lead given as bytes");
    if (status != LW_OK || p->second.size != 2 * size_before ||
        memcmp(p->second.data, p->second.data + size_before, size_before) != 0)
        return broken(p, "leads given as bytes make the same frame");
    if (cramped != (room < size_before ? LW_NO_MEMORY : LW_OK) ||
        added != (cramped == LW_OK ? size_before : 0))
        return broken(p, "a full buffer is left as it was, also with a lead given as bytes");
    return true;
}

/* A buffer that already holds one byte and has room for `room` more. */
static void cramp(struct frame_promises *p, size_t room)
{
    byte_buffer_fini(&p->cramped);
    byte_buffer_init(&p->cramped, 1 + room);
    byte_buffer_put_u8(&p->cramped, 'x');
}

static bool broken(struct frame_promises *p, const char *promise)
{
    p->broken = promise;
    return false;
}
