/* SPDX-License-Identifier: Apache-2.0
 *
 * signature - who sent this webhook: one verifier, whose schemes are rows of a table.
 *
 *   {HMAC-SHA1, HMAC-SHA256, ECDSA P-256, Ed25519, shared key}  how it is made
 *   {hex, base64}                                               how it is written
 *   where it stands, behind which prefix; of several divided by spaces one good one is enough
 *   what is signed, as a template (signature_text.h)
 *   where its time stands, and how old it may be
 *
 * What is signed are the bytes of the body as they came and the URL as the sender
 * called it. Signatures are compared in constant time. The rows by name are in
 * signature.c; a configuration may spell out its own. Threads: none.
 */
#ifndef SIGNATURE_H
#define SIGNATURE_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "signature_text.h"

enum { SIGNATURES_PER_HEADER_MAX = 8, SIGNATURE_TEXT_MAX = 1024 };

enum signature_algorithm {
    SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256, SIGNATURE_ECDSA_P256, SIGNATURE_ED25519,
    SIGNATURE_SHARED_KEY,   /* no signature: the sender shows the secret itself */
};

enum signature_encoding { SIGNATURE_HEX, SIGNATURE_BASE64 };

/* How a secret is written. Public keys are PEM or base64 of DER; of Ed25519 also base64 of its 32 bytes. */
enum signature_secret { SIGNATURE_SECRET_TEXT, SIGNATURE_SECRET_BASE64 };   /* base64: also behind "whsec_" */

struct signature_scheme {
    const char *name;
    enum signature_algorithm algorithm;
    enum signature_encoding encoding;
    enum signature_secret secret;
    struct signature_place signature, timestamp;   /* timestamp.name NULL: it has none */
    const char *prefix;          /* "" if none */
    const char *text;            /* template of what is signed; NULL: a shared key */
    bool timestamp_is_ms;
    uint32_t max_age_s;          /* 0: however old */
};

/* A scheme and the key for one source. */
struct signature_rule {
    struct signature_scheme scheme;
    const unsigned char *key;    /* of ECDSA: SubjectPublicKeyInfo as DER; of Ed25519: 32 bytes */
    size_t key_size;
};

enum signature_verdict {
    SIGNATURE_GOOD,
    SIGNATURE_MISSING,   /* it, its time or a signed header or field is not there */
    SIGNATURE_WRONG,
    SIGNATURE_STALE,     /* good, but older (or further in the future) than max_age */
    SIGNATURE_FAILED,    /* out of memory */
};

/* NULL: none of that name. */
const struct signature_scheme *signature_scheme_find(const char *name);
/* Of the i-th row; NULL beyond the last. */
const char *signature_scheme_name_at(size_t index);

/* Reads a secret as text into the rule's key (in the arena). NULL, or what is wrong with it (static, never the secret). */
const char *signature_rule_set_key(struct signature_rule *rule, const char *secret, struct arena *arena);
/* True if the request's form or document has to be read before the signature can be checked. */
bool signature_needs_fields(const struct signature_rule *rule);
/* True if the signature, its time or its text stands in the field of this name. */
bool signature_uses_field(const struct signature_rule *rule, const char *name);
/* True if the URL is signed. */
bool signature_needs_url(const struct signature_rule *rule);

enum signature_verdict signature_check(const struct signature_rule *rule, const struct signed_request *request, int64_t now_unix_ms);
/* The other side, for HMAC only: writes prefix, signature and NUL to out. False: another algorithm, something is missing, out of memory. */
bool signature_make(const struct signature_rule *rule, const struct signed_request *request, char out[SIGNATURE_TEXT_MAX]);

#endif
