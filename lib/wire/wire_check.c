/* SPDX-License-Identifier: Apache-2.0 */
#include "wire_check.h"

#include <assert.h>
#include <string.h>

#include "wire_text.h"

static lw_status check_repeated(const void *member, size_t count, const struct wire_rule *rule, const char **reason);
static lw_status check_single(const void *member, const ProtobufCFieldDescriptor *field,
                              const struct wire_rule *rule, const char **reason);
static enum wire_fault find_enum_fault(int value, const ProtobufCFieldDescriptor *field, const struct wire_rule *rule);
static enum wire_fault find_text_fault(const char *text, const struct wire_rule *rule);
static lw_status refuse(enum wire_fault fault, const struct wire_rule *rule, const char **reason);

lw_status wire_check(const struct wire_message *message, const char **reason)
{
    const struct wire_type_info *type = wire_type_find((unsigned)message->type);

    assert(type && message->base);
    return wire_check_message(message->base, type->rules, reason);
}

lw_status wire_check_message(const ProtobufCMessage *message, const struct wire_rules *rules, const char **reason)
{
    for (size_t i = 0; i < rules->field_count; i++) {
        const struct wire_rule *rule = &rules->fields[i];
        if (rule->kind <= WIRE_RULE_REQUEST_ID)
            continue;

        const ProtobufCFieldDescriptor *field = &rules->descriptor->fields[i];
        const char *member = (const char *)message + field->offset;
        lw_status status;

        if (rule->count_max > 0) {
            size_t count;
            memcpy(&count, (const char *)message + field->quantifier_offset, sizeof count);
            status = check_repeated(member, count, rule, reason);
        } else {
            status = check_single(member, field, rule, reason);
        }
        if (status != LW_OK)
            return status;
    }
    const char *broken = rules->check_across ? rules->check_across(message) : NULL;
    if (broken) {
        *reason = broken;
        return LW_INVALID;
    }
    return LW_OK;
}

/* Repeated fields are names, texts or messages; leadwire.v1 has no repeated numbers. */
static lw_status check_repeated(const void *member, size_t count, const struct wire_rule *rule, const char **reason)
{
    if (count > rule->count_max)
        return refuse(WIRE_FAULT_TOO_MANY, rule, reason);
    if (rule->kind == WIRE_RULE_MESSAGE) {
        ProtobufCMessage *const *items = *(ProtobufCMessage *const *const *)member;
        for (size_t i = 0; i < count; i++) {
            lw_status status = wire_check_message(items[i], rule->of, reason);
            if (status != LW_OK)
                return status;
        }
        return LW_OK;
    }
    char *const *items = *(char *const *const *)member;
    for (size_t i = 0; i < count; i++) {
        enum wire_fault fault = find_text_fault(items[i], rule);
        if (fault != WIRE_FAULT_NONE)
            return refuse(fault, rule, reason);
    }
    return LW_OK;
}

static lw_status check_single(const void *member, const ProtobufCFieldDescriptor *field,
                              const struct wire_rule *rule, const char **reason)
{
    enum wire_fault fault;

    if (rule->kind == WIRE_RULE_MESSAGE) {
        const ProtobufCMessage *message = *(const ProtobufCMessage *const *)member;
        if (message)
            return wire_check_message(message, rule->of, reason);
        fault = rule->required ? WIRE_FAULT_MISSING : WIRE_FAULT_NONE;
    } else if (rule->kind == WIRE_RULE_ENUM) {
        int value;
        memcpy(&value, member, sizeof value);
        fault = find_enum_fault(value, field, rule);
    } else {
        fault = find_text_fault(*(const char *const *)member, rule);
    }
    return fault == WIRE_FAULT_NONE ? LW_OK : refuse(fault, rule, reason);
}

static enum wire_fault find_enum_fault(int value, const ProtobufCFieldDescriptor *field, const struct wire_rule *rule)
{
    if (value == 0)
        return rule->required ? WIRE_FAULT_MISSING : WIRE_FAULT_NONE;
    return rule->open || protobuf_c_enum_descriptor_get_value(field->descriptor, value) ? WIRE_FAULT_NONE : WIRE_FAULT_NO_SUCH_VALUE;
}

static enum wire_fault find_text_fault(const char *text, const struct wire_rule *rule)
{
    if (!text || !*text)
        return rule->required ? WIRE_FAULT_MISSING : WIRE_FAULT_NONE;

    size_t size = strlen(text);
    if (size > rule->size_max)
        return WIRE_FAULT_TOO_LONG;
    if (!wire_text_is_utf8(text, size))
        return WIRE_FAULT_NOT_UTF8;
    if (rule->kind == WIRE_RULE_NAME && wire_text_has_control(text, size))
        return WIRE_FAULT_CONTROL;
    return WIRE_FAULT_NONE;
}

static lw_status refuse(enum wire_fault fault, const struct wire_rule *rule, const char **reason)
{
    *reason = rule->reasons[fault];
    return fault == WIRE_FAULT_TOO_LONG || fault == WIRE_FAULT_TOO_MANY ? LW_TOO_LARGE : LW_INVALID;
}
