/* SPDX-License-Identifier: Apache-2.0
 *
 * adapter_rules - what docs/PROTOCOL.md asks of publishers, and what was seen of it.
 *
 * The rules stand in the document under these numbers and names (tests/docs compares). A rule passes when it was provoked
 * and kept, and fails with the first breach, which stays. Threads: one owner.
 */
#ifndef ADAPTER_RULES_H
#define ADAPTER_RULES_H

#include <stdbool.h>
#include <stddef.h>

/* number, NAME, "name in documents" */
#define ADAPTER_RULE_TABLE(X) \
    X(1, HELLO_FIRST, "hello-first") \
    X(2, HELLO_AGAIN, "hello-again") \
    X(3, HELLO_WAITS, "hello-waits") \
    X(4, REDIRECT, "redirect") \
    X(5, VERSION, "version") \
    X(6, FRAMES, "frames") \
    X(7, CREDIT, "credit") \
    X(8, HEARTBEAT, "heartbeat") \
    X(9, COUNT, "count") \
    X(10, UNKNOWN_FIELDS, "unknown-fields") \
    X(11, UNKNOWN_TYPES, "unknown-types") \
    X(12, EPOCH, "epoch") \
    X(13, ANY_ORDER, "any-order") \
    X(14, TAKEN, "taken") \
    X(15, REFUSED, "refused") \
    X(16, BUSY, "busy") \
    X(17, RESEND, "resend") \
    X(18, SAME_ID, "same-id") \
    X(19, SAME_CONTENT, "same-content") \
    X(20, NO_SESSION, "no-session") \
    X(21, BYE, "bye") \
    X(22, SILENCE, "silence") \
    X(23, RESTART, "restart")

enum adapter_rule {
    ADAPTER_RULE_NONE = 0,
#define X(number, NAME, name) ADAPTER_RULE_##NAME = number,
    ADAPTER_RULE_TABLE(X)
#undef X
    ADAPTER_RULES_END
};

enum adapter_verdict { ADAPTER_NOT_SEEN, ADAPTER_PASS, ADAPTER_FAIL };
enum { ADAPTER_DETAIL_SIZE = 192 };

struct adapter_rules {
    struct { enum adapter_verdict verdict; char detail[ADAPTER_DETAIL_SIZE]; } of[ADAPTER_RULES_END];
};

const char *adapter_rule_name(enum adapter_rule rule);
const char *adapter_verdict_name(enum adapter_verdict verdict);   /* "pass", "fail", "not_seen" */
/* Leaves a failure as it is. */
void adapter_rule_pass(struct adapter_rules *rules, enum adapter_rule rule, const char *detail);
void adapter_rule_fail(struct adapter_rules *rules, enum adapter_rule rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Why it was not provoked; leaves verdicts as they are. */
void adapter_rule_missed(struct adapter_rules *rules, enum adapter_rule rule, const char *why);
bool adapter_rule_failed(const struct adapter_rules *rules, enum adapter_rule rule);
size_t adapter_rules_count(const struct adapter_rules *rules, enum adapter_verdict verdict);

#endif
