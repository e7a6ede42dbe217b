/* SPDX-License-Identifier: Apache-2.0
 *
 * wire_rules - what each field of each message may hold, as tables.
 *
 * A message's rules stand in the order of its descriptor's fields (ascending field
 * numbers), one for one; tests/wire checks that. Nesting is as deep as the tables, so
 * walking them needs no depth limit. Internal to lib/wire and its tests.
 * Threads: constant data.
 */
#ifndef WIRE_RULES_H
#define WIRE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum wire_rule_kind {
    WIRE_RULE_NUMBER,      /* integers and bools: any value */
    WIRE_RULE_REQUEST_ID,  /* a number, and the message's first field */
    WIRE_RULE_ENUM,        /* a value that exists; of an open one any */
    WIRE_RULE_NAME,        /* UTF-8 without control characters */
    WIRE_RULE_TEXT,        /* UTF-8 */
    WIRE_RULE_MESSAGE,
};

/* What can be wrong with a field. Each rule carries the static text of each fault. */
enum wire_fault {
    WIRE_FAULT_NONE,
    WIRE_FAULT_MISSING,
    WIRE_FAULT_TOO_LONG,
    WIRE_FAULT_TOO_MANY,
    WIRE_FAULT_NOT_UTF8,
    WIRE_FAULT_CONTROL,
    WIRE_FAULT_NUL,
    WIRE_FAULT_NO_SUCH_VALUE,
    WIRE_FAULT_COUNT,
};

struct wire_rules;

struct wire_rule {
    const char *field;
    enum wire_rule_kind kind;
    bool required;                 /* not 0, not "", not absent */
    bool open;                     /* enums: receivers know what to do with values of later */
    uint32_t size_max;             /* names and texts: bytes without NUL */
    uint32_t count_max;            /* repeated fields: items; else 0 */
    const struct wire_rules *of;   /* messages */
    const char *reasons[WIRE_FAULT_COUNT];
};

struct wire_rules {
    const ProtobufCMessageDescriptor *descriptor;
    const struct wire_rule *fields;
    size_t field_count;
    /* What spans several fields; NULL or the reason when it is broken. May be NULL. */
    const char *(*check_across)(const ProtobufCMessage *message);
};

struct wire_type_info {
    const char *name;              /* "publish" */
    const struct wire_rules *rules;
    unsigned senders;              /* bits of wire_sender */
    size_t size_max;               /* of the frame, header included */
};

/* NULL for a number that is no type. */
const struct wire_type_info *wire_type_find(unsigned number);

extern const struct wire_rules *const wire_lead_rules;

#endif
