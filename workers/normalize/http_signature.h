/* SPDX-License-Identifier: Apache-2.0
 *
 * http_signature - signature.h's verifier on the requests of http_door: what is signed, and what a refusal is called.
 */
#ifndef HTTP_SIGNATURE_H
#define HTTP_SIGNATURE_H

#include "http_door.h"
#include "signature.h"
#include "worker_counts.h"

struct http_signature_refusal {
    enum worker_count what;
    int status;
    const char *reason;
    uint32_t retry_after_s;
};

/* Method, body, and the URL below base as the sender called it (base NULL: not known). form may be NULL; find is the caller's
 * to set. False at the arena's cap. */
bool http_signature_request(struct http_call *call, const char *base, const struct form_fields *form, struct signed_request *out);
/* The value of a header, for the caller's find. */
const char *http_signature_header(const struct http_call *call, const char *name, size_t *size_out);
/* Of any verdict but SIGNATURE_GOOD. A shared key that is missing or wrong is 401; so is a missing signature; a wrong or old one is 403. */
struct http_signature_refusal http_signature_refusal(const struct signature_rule *rule, enum signature_verdict verdict);

#endif
