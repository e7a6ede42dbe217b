/* SPDX-License-Identifier: Apache-2.0 */
#include "http_signature.h"

#include <assert.h>
#include <string.h>

bool http_signature_request(struct http_call *call, const char *base, const struct form_fields *form, struct signed_request *out)
{
    *out = (struct signed_request){.method = http_call_method(call) == HTTP_GET ? "GET" : "POST", .form = form};
    out->url = base ? arena_printf(http_call_arena(call), "%s%s", base, http_call_uri(call)) : NULL;
    out->body = http_call_body(call, &out->body_size);
    return !base || out->url;
}

const char *http_signature_header(const struct http_call *call, const char *name, size_t *size_out)
{
    const char *value = http_call_header(call, name);
    *size_out = value ? strlen(value) : 0;
    return value;
}

struct http_signature_refusal http_signature_refusal(const struct signature_rule *rule, enum signature_verdict verdict)
{
    static const struct http_signature_refusal key = {WORKER_COUNT_UNAUTHORIZED, 401, "the key is missing or wrong", 0};
    static const struct http_signature_refusal signature[] = {
        [SIGNATURE_MISSING] = {WORKER_COUNT_SIGNATURE_MISSING, 401, "the signature is missing", 0},
        [SIGNATURE_WRONG] = {WORKER_COUNT_SIGNATURE_WRONG, 403, "the signature is wrong", 0},
        [SIGNATURE_STALE] = {WORKER_COUNT_SIGNATURE_STALE, 403, "the signature is too old, or the clocks differ", 0},
        [SIGNATURE_FAILED] = {WORKER_COUNT_BUSY, 503, "out of memory", 1},
    };
    assert(verdict != SIGNATURE_GOOD);
    return rule->scheme.algorithm == SIGNATURE_SHARED_KEY ? key : signature[verdict];
}
