/* SPDX-License-Identifier: Apache-2.0 */
#include "message_random.h"

#include <string.h>

enum { TRIES_MAX = 100 };

static ProtobufCMessage *fill_message(struct seeded *random, const struct wire_rules *rules, struct arena *arena);
static bool fill_field(struct seeded *random, const struct wire_rule *rule, const ProtobufCFieldDescriptor *field,
                       char *message, struct arena *arena);
static bool fill_list(struct seeded *random, const struct wire_rule *rule, const ProtobufCFieldDescriptor *field,
                      char *message, struct arena *arena);
static void fill_number(struct seeded *random, const ProtobufCFieldDescriptor *field, void *member);
static void fill_enum(struct seeded *random, const struct wire_rule *rule, const ProtobufCFieldDescriptor *field,
                      void *member);
static char *random_url(struct seeded *random, const struct wire_rule *rule, struct arena *arena);
static char *random_text(struct seeded *random, const struct wire_rule *rule, struct arena *arena);
static size_t put_code_point(struct seeded *random, bool name, char *at);

enum wire_type message_random_type(struct seeded *random)
{
    static const enum wire_type types[] = {
#define X(number, name, member, message, sender, size_max) WIRE_##name,
        WIRE_TYPE_TABLE(X)
#undef X
    };
    return types[seeded_below(random, sizeof types / sizeof types[0])];
}

ProtobufCMessage *message_random(struct seeded *random, const struct wire_rules *rules, struct arena *arena)
{
    for (int i = 0; i < TRIES_MAX; i++) {
        ProtobufCMessage *message = fill_message(random, rules, arena);
        if (!message)
            return NULL;
        if (!rules->check_across || !rules->check_across(message))
            return message;
    }
    return NULL;
}

static ProtobufCMessage *fill_message(struct seeded *random, const struct wire_rules *rules, struct arena *arena)
{
    ProtobufCMessage *message = arena_alloc(arena, rules->descriptor->sizeof_message);

    if (!message)
        return NULL;
    protobuf_c_message_init(rules->descriptor, message);
    for (size_t i = 0; i < rules->field_count; i++) {
        const struct wire_rule *rule = &rules->fields[i];
        if (!rule->required && seeded_chance(random, 30))
            continue;
        if (!fill_field(random, rule, &rules->descriptor->fields[i], (char *)message, arena))
            return NULL;
    }
    return message;
}

static bool fill_field(struct seeded *random, const struct wire_rule *rule, const ProtobufCFieldDescriptor *field,
                       char *message, struct arena *arena)
{
    void *member = message + field->offset;

    if (rule->count_max > 0)
        return fill_list(random, rule, field, message, arena);
    switch (rule->kind) {
    case WIRE_RULE_NUMBER:
    case WIRE_RULE_REQUEST_ID:
        fill_number(random, field, member);
        return true;
    case WIRE_RULE_ENUM:
        fill_enum(random, rule, field, member);
        return true;
    case WIRE_RULE_NAME:
    case WIRE_RULE_TEXT:
        *(char **)member = strcmp(rule->field, "url") == 0 ? random_url(random, rule, arena) : random_text(random, rule, arena);
        return *(char **)member != NULL;
    case WIRE_RULE_MESSAGE:
        return (*(ProtobufCMessage **)member = fill_message(random, rule->of, arena)) != NULL;
    default:
        return false;
    }
}

static bool fill_list(struct seeded *random, const struct wire_rule *rule, const ProtobufCFieldDescriptor *field,
                      char *message, struct arena *arena)
{
    size_t count = (size_t)seeded_below(random, 4);
    if (seeded_chance(random, 3))
        count = rule->count_max <= 64 ? rule->count_max : 64;

    void **items = arena_calloc(arena, count, sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < count; i++) {
        items[i] = rule->kind == WIRE_RULE_MESSAGE ? (void *)fill_message(random, rule->of, arena)
                                                   : (void *)random_text(random, rule, arena);
        if (!items[i])
            return false;
    }
    memcpy(message + field->quantifier_offset, &count, sizeof count);
    memcpy(message + field->offset, &items, sizeof items);
    return true;
}

static void fill_number(struct seeded *random, const ProtobufCFieldDescriptor *field, void *member)
{
    uint64_t value = seeded_any_size(random);

    if (field->type == PROTOBUF_C_TYPE_BOOL) {
        protobuf_c_boolean flag = value & 1;
        memcpy(member, &flag, sizeof flag);
    } else if (field->type == PROTOBUF_C_TYPE_UINT32) {
        uint32_t narrow = (uint32_t)value;
        memcpy(member, &narrow, sizeof narrow);
    } else {   /* uint64 and int64: leadwire.v1 has no others */
        memcpy(member, &value, sizeof value);
    }
}

static void fill_enum(struct seeded *random, const struct wire_rule *rule, const ProtobufCFieldDescriptor *field,
                      void *member)
{
    const ProtobufCEnumDescriptor *descriptor = field->descriptor;
    int value;

    do
        value = descriptor->values[seeded_below(random, descriptor->n_values)].value;
    while (rule->required && value == 0);
    memcpy(member, &value, sizeof value);
}

/* A host of letters, up to the limit. */
static char *random_url(struct seeded *random, const struct wire_rule *rule, struct arena *arena)
{
    static const char scheme[] = "https://";
    size_t size = sizeof scheme + (size_t)seeded_below(random, seeded_chance(random, 10) ? rule->size_max - sizeof scheme + 1 : 24);
    char *text = arena_alloc(arena, size + 1);
    if (!text)
        return NULL;
    memcpy(text, scheme, sizeof scheme - 1);
    for (size_t at = sizeof scheme - 1; at < size; at++)
        text[at] = (char)('a' + seeded_below(random, 26));
    text[size] = '\0';
    return text;
}

/* Mostly short, sometimes exactly at the limit (kept below 2 KiB, or frames would mostly be too large). */
static char *random_text(struct seeded *random, const struct wire_rule *rule, struct arena *arena)
{
    size_t limit = rule->size_max < 2048 ? rule->size_max : 2048;
    size_t target = (size_t)seeded_below(random, seeded_chance(random, 5) ? limit + 1 : 24);
    if (seeded_chance(random, 1))
        target = limit;
    if (target > limit)
        target = limit;
    if (rule->required && target == 0)
        target = 1;

    char *text = arena_alloc(arena, target + 1);
    if (!text)
        return NULL;
    bool ascii = seeded_chance(random, 70);
    size_t at = 0;
    while (at < target) {
        if (ascii || target - at < 4)
            text[at++] = (char)(' ' + seeded_below(random, 0x7f - ' '));
        else
            at += put_code_point(random, rule->kind == WIRE_RULE_NAME, text + at);
    }
    text[at] = '\0';
    return text;
}

/* Any code point a name or text may hold. Returns its size. */
static size_t put_code_point(struct seeded *random, bool name, char *at)
{
    uint32_t point;

    do
        point = (uint32_t)(seeded_any_size(random) % 0x110000);
    while (point == 0 || (point >= 0xd800 && point <= 0xdfff) ||
           (name && (point < 0x20 || (point >= 0x7f && point < 0xa0))));
    if (point < 0x80) {
        at[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        at[0] = (char)(0xc0 | point >> 6);
        at[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        at[0] = (char)(0xe0 | point >> 12);
        at[1] = (char)(0x80 | (point >> 6 & 0x3f));
        at[2] = (char)(0x80 | (point & 0x3f));
        return 3;
    }
    at[0] = (char)(0xf0 | point >> 18);
    at[1] = (char)(0x80 | (point >> 12 & 0x3f));
    at[2] = (char)(0x80 | (point >> 6 & 0x3f));
    at[3] = (char)(0x80 | (point & 0x3f));
    return 4;
}
