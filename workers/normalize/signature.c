/* SPDX-License-Identifier: Apache-2.0 */
#include "signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "binary_text.h"
#include "signature_key.h"

/* What a template may add to the body: a URL and headers of 16 KiB, a form's fields once more. */
enum { TEXT_ADDED_MAX = 64 * 1024, BODY_FACTOR = 2, TIMESTAMP_DIGITS_MAX = 15, FIVE_MINUTES_S = 300 };

static const struct signature_scheme schemes[] = {
    {.name = "twilio", .algorithm = SIGNATURE_HMAC_SHA1, .encoding = SIGNATURE_BASE64, .signature = {"X-Twilio-Signature", false},
     .prefix = "", .text = "{url}{sorted_fields}"},
    {.name = "meta", .algorithm = SIGNATURE_HMAC_SHA256, .encoding = SIGNATURE_HEX, .signature = {"X-Hub-Signature-256", false},
     .prefix = "sha256=", .text = "{body}"},
    {.name = "typeform", .algorithm = SIGNATURE_HMAC_SHA256, .encoding = SIGNATURE_BASE64, .signature = {"Typeform-Signature", false},
     .prefix = "sha256=", .text = "{body}"},
    {.name = "hubspot", .algorithm = SIGNATURE_HMAC_SHA256, .encoding = SIGNATURE_BASE64, .signature = {"X-HubSpot-Signature-v3", false},
     .timestamp = {"X-HubSpot-Request-Timestamp", false}, .prefix = "", .text = "{method}{url_decoded}{body}{timestamp}",
     .timestamp_is_ms = true, .max_age_s = FIVE_MINUTES_S},
    {.name = "mailgun", .algorithm = SIGNATURE_HMAC_SHA256, .encoding = SIGNATURE_HEX, .signature = {"signature", true},
     .timestamp = {"timestamp", true}, .prefix = "", .text = "{timestamp}{field:token}"},
    {.name = "sendgrid", .algorithm = SIGNATURE_ECDSA_P256, .encoding = SIGNATURE_BASE64,
     .signature = {"X-Twilio-Email-Event-Webhook-Signature", false}, .timestamp = {"X-Twilio-Email-Event-Webhook-Timestamp", false},
     .prefix = "", .text = "{timestamp}{body}"},
    {.name = "telnyx", .algorithm = SIGNATURE_ED25519, .encoding = SIGNATURE_BASE64, .signature = {"telnyx-signature-ed25519", false},
     .timestamp = {"telnyx-timestamp", false}, .prefix = "", .text = "{timestamp}|{body}", .max_age_s = FIVE_MINUTES_S},
    {.name = "standard-webhooks", .algorithm = SIGNATURE_HMAC_SHA256, .encoding = SIGNATURE_BASE64, .secret = SIGNATURE_SECRET_BASE64,
     .signature = {"webhook-signature", false}, .timestamp = {"webhook-timestamp", false}, .prefix = "v1,",
     .text = "{header:webhook-id}.{timestamp}.{body}", .max_age_s = FIVE_MINUTES_S},
    {.name = "google-ads", .algorithm = SIGNATURE_SHARED_KEY, .signature = {"google_key", true}, .prefix = ""},
};

/* A value of the request, where a scheme says. */
struct given {
    const char *text;
    size_t size;
};

static bool find(const struct signed_request *request, const struct signature_place *place, struct given *out);
static enum signature_verdict check_text(const struct signature_rule *rule, const struct given *signatures, const struct byte_buffer *text);
static bool one_is_good(const struct signature_rule *rule, const struct given *one, const struct byte_buffer *text);
static bool hmac(const struct signature_rule *rule, const struct byte_buffer *text, unsigned char out[EVP_MAX_MD_SIZE], size_t *size_out);
static bool shared_key_equals(const struct signature_rule *rule, const struct given *given);
static bool is_fresh(const struct signature_scheme *scheme, const struct given *timestamp, int64_t now_unix_ms);

const struct signature_scheme *signature_scheme_find(const char *name)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strcmp(schemes[i].name, name) == 0)
            return &schemes[i];
    return NULL;
}

const char *signature_scheme_name_at(size_t index)
{
    return index < sizeof schemes / sizeof *schemes ? schemes[index].name : NULL;
}

bool signature_needs_fields(const struct signature_rule *rule)
{
    const struct signature_scheme *scheme = &rule->scheme;
    return scheme->signature.is_field || scheme->timestamp.is_field ||
           (scheme->text && (signature_text_uses(scheme->text, "field:") || signature_text_uses(scheme->text, "sorted_fields")));
}

bool signature_uses_field(const struct signature_rule *rule, const char *name)
{
    const struct signature_scheme *scheme = &rule->scheme;
    return (scheme->signature.is_field && strcmp(scheme->signature.name, name) == 0) ||
           (scheme->timestamp.is_field && strcmp(scheme->timestamp.name, name) == 0) ||
           (scheme->text && signature_text_uses_field(scheme->text, name));
}

bool signature_needs_url(const struct signature_rule *rule)
{
    const char *text = rule->scheme.text;
    return text && (signature_text_uses(text, "url") || signature_text_uses(text, "url_decoded"));
}

enum signature_verdict signature_check(const struct signature_rule *rule, const struct signed_request *request, int64_t now_unix_ms)
{
    const struct signature_scheme *scheme = &rule->scheme;
    struct given signatures, timestamp = {"", 0};
    if (!find(request, &scheme->signature, &signatures) ||
        (scheme->timestamp.name && !find(request, &scheme->timestamp, &timestamp)))
        return SIGNATURE_MISSING;
    if (scheme->algorithm == SIGNATURE_SHARED_KEY)
        return shared_key_equals(rule, &signatures) ? SIGNATURE_GOOD : SIGNATURE_WRONG;

    struct byte_buffer text;
    byte_buffer_init(&text, request->body_size * BODY_FACTOR + TEXT_ADDED_MAX);
    enum signature_verdict verdict = SIGNATURE_MISSING;
    if (signature_text_write(scheme->text, request, timestamp.text, timestamp.size, &text))
        verdict = check_text(rule, &signatures, &text);
    else if (text.failed)
        verdict = SIGNATURE_FAILED;
    byte_buffer_fini(&text);
    if (verdict == SIGNATURE_GOOD && scheme->max_age_s > 0 && !is_fresh(scheme, &timestamp, now_unix_ms))
        return SIGNATURE_STALE;
    return verdict;
}

bool signature_make(const struct signature_rule *rule, const struct signed_request *request, char out[SIGNATURE_TEXT_MAX])
{
    const struct signature_scheme *scheme = &rule->scheme;
    struct given timestamp = {"", 0};
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t size = 0, prefix_size = strlen(scheme->prefix);
    if (scheme->algorithm > SIGNATURE_HMAC_SHA256 || prefix_size >= SIGNATURE_TEXT_MAX ||
        (scheme->timestamp.name && !find(request, &scheme->timestamp, &timestamp)))
        return false;
    struct byte_buffer text;
    byte_buffer_init(&text, request->body_size * BODY_FACTOR + TEXT_ADDED_MAX);
    bool made = signature_text_write(scheme->text, request, timestamp.text, timestamp.size, &text) && hmac(rule, &text, digest, &size);
    byte_buffer_fini(&text);
    memcpy(out, scheme->prefix, prefix_size);
    char *written = out + prefix_size;
    return made && (scheme->encoding == SIGNATURE_HEX ? binary_text_to_hex(digest, size, written, SIGNATURE_TEXT_MAX - prefix_size)
                                                      : binary_text_to_base64(digest, size, written, SIGNATURE_TEXT_MAX - prefix_size));
}

static bool find(const struct signed_request *request, const struct signature_place *place, struct given *out)
{
    out->size = 0;
    out->text = request->find(request->context, place, &out->size);
    return out->text && out->size > 0;
}

/* One of several is enough: while a secret is being changed senders sign with both. */
static enum signature_verdict check_text(const struct signature_rule *rule, const struct given *signatures, const struct byte_buffer *text)
{
    const char *at = signatures->text, *end = at + signatures->size;
    for (int count = 0; at < end && count < SIGNATURES_PER_HEADER_MAX; count++) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        const struct given one = {at, (size_t)((space ? space : end) - at)};
        if (one_is_good(rule, &one, text))
            return SIGNATURE_GOOD;
        at = space ? space + 1 : end;
    }
    return SIGNATURE_WRONG;
}

static bool one_is_good(const struct signature_rule *rule, const struct given *one, const struct byte_buffer *text)
{
    const struct signature_scheme *scheme = &rule->scheme;
    unsigned char bytes[SIGNATURE_TEXT_MAX], expected[EVP_MAX_MD_SIZE];
    size_t size, expected_size, prefix_size = strlen(scheme->prefix);
    if (one->size < prefix_size || memcmp(one->text, scheme->prefix, prefix_size) != 0)
        return false;
    bool is_read = scheme->encoding == SIGNATURE_HEX
        ? binary_text_from_hex(one->text + prefix_size, one->size - prefix_size, bytes, sizeof bytes, &size)
        : binary_text_from_base64(one->text + prefix_size, one->size - prefix_size, bytes, sizeof bytes, &size);
    if (!is_read || size == 0)
        return false;
    if (scheme->algorithm == SIGNATURE_ECDSA_P256 || scheme->algorithm == SIGNATURE_ED25519)
        return signature_key_verify(rule, text->data, text->size, bytes, size);
    return hmac(rule, text, expected, &expected_size) && size == expected_size && CRYPTO_memcmp(bytes, expected, size) == 0;
}

static bool hmac(const struct signature_rule *rule, const struct byte_buffer *text, unsigned char out[EVP_MAX_MD_SIZE], size_t *size_out)
{
    static const unsigned char nothing[1];
    const EVP_MD *digest = rule->scheme.algorithm == SIGNATURE_HMAC_SHA1 ? EVP_sha1() : EVP_sha256();
    unsigned int size = 0;
    bool made = HMAC(digest, rule->key, (int)rule->key_size, text->data ? text->data : nothing, text->size, out, &size) != NULL;
    *size_out = size;
    return made;
}

/* By their hashes, so that neither the place of a difference nor the length shows in the time. */
static bool shared_key_equals(const struct signature_rule *rule, const struct given *given)
{
    const char *text = given->text;
    size_t size = given->size, prefix_size = strlen(rule->scheme.prefix);
    unsigned char mine[EVP_MAX_MD_SIZE], theirs[EVP_MAX_MD_SIZE];
    unsigned int mine_size = 0, theirs_size = 0;
    if (size < prefix_size || memcmp(text, rule->scheme.prefix, prefix_size) != 0)
        return false;
    return EVP_Digest(rule->key, rule->key_size, mine, &mine_size, EVP_sha256(), NULL) == 1 &&
           EVP_Digest(text + prefix_size, size - prefix_size, theirs, &theirs_size, EVP_sha256(), NULL) == 1 &&
           CRYPTO_memcmp(mine, theirs, mine_size) == 0;
}

static bool is_fresh(const struct signature_scheme *scheme, const struct given *timestamp, int64_t now_unix_ms)
{
    int64_t at = 0;
    if (timestamp->size > TIMESTAMP_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < timestamp->size; i++) {
        if (timestamp->text[i] < '0' || timestamp->text[i] > '9')
            return false;
        at = at * 10 + (timestamp->text[i] - '0');
    }
    int64_t age_ms = now_unix_ms - (scheme->timestamp_is_ms ? at : at * 1000);
    int64_t limit_ms = (int64_t)scheme->max_age_s * 1000;
    return age_ms <= limit_ms && age_ms >= -limit_ms;
}
