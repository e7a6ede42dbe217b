/* SPDX-License-Identifier: Apache-2.0
 *
 * Signatures of webhooks: "SCHEME" or "text TEMPLATE", lines "Header: value", an empty line, the body (a form).
 *
 * Whatever comes gets a verdict; and what our own side signs, the verifier finds good.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "door_promises.h"
#include "signature.h"

enum { ARENA_CAP = 4 << 20, HEADERS_MAX = 8 };
static const int64_t NOW_UNIX_MS = 1700000000123;

static const struct { enum signature_algorithm algorithm; const char *secret; } secrets[] = {
    {SIGNATURE_HMAC_SHA1, "12345"}, {SIGNATURE_HMAC_SHA256, "app-secret"}, {SIGNATURE_SHARED_KEY, "a-shared-key"},
    {SIGNATURE_ECDSA_P256, "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+v1fAZj4VlQi1Y162ewgsq3QWqDoonTnfEXZHqvbZoLN74pkac905BOijzQZnJgDF0Xqrd/"
                           "GplObRVzfAT0jMg=="},
    {SIGNATURE_ED25519, "cfjHfFObsLrqwKhd5U+3uBtqalZ1q5PxbMDtrtubdy8="},
};

struct parts {
    const struct signature_rule *rule;
    const char *names[HEADERS_MAX], *values[HEADERS_MAX];
    size_t count;
    const struct form_fields *form;
    const char *made;       /* stands in the signature's place; NULL: what came does */
};

static const char *find(const void *context, const struct signature_place *place, size_t *size_out)
{
    const struct parts *parts = context;
    const struct signature_place *own = &parts->rule->scheme.signature;
    if (parts->made && place->is_field == own->is_field && strcasecmp(place->name, own->name) == 0) {
        *size_out = strlen(parts->made);
        return parts->made;
    }
    if (place->is_field) {
        const struct form_field *field = form_fields_find(parts->form, place->name);
        *size_out = field ? field->value_size : 0;
        return field ? field->value : NULL;
    }
    for (size_t i = 0; i < parts->count; i++) {
        if (strcasecmp(parts->names[i], place->name) == 0) {
            *size_out = strlen(parts->values[i]);
            return parts->values[i];
        }
    }
    return NULL;
}

static bool read_rule(const char *line, struct arena *arena, struct signature_rule *rule)
{
    const struct signature_scheme *scheme = signature_scheme_find(strncmp(line, "text ", 5) == 0 ? "standard-webhooks" : line);
    if (!scheme)
        return false;
    *rule = (struct signature_rule){.scheme = *scheme};
    if (strncmp(line, "text ", 5) == 0) {
        if (signature_text_problem(line + 5))
            return false;
        rule->scheme.text = line + 5;
    }
    const char *secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets && rule->scheme.secret == SIGNATURE_SECRET_TEXT; i++)
        if (secrets[i].algorithm == rule->scheme.algorithm)
            secret = secrets[i].secret;
    return !signature_rule_set_key(rule, secret, arena);
}

static void read_headers(struct parts *parts, struct fuzz_input *input, struct arena *arena)
{
    for (char *line; (line = fuzz_take_line(input, arena)) != NULL && *line;) {
        char *colon = strstr(line, ": ");
        if (!colon || parts->count == HEADERS_MAX)
            continue;
        *colon = '\0';
        parts->names[parts->count] = line;
        parts->values[parts->count++] = colon + 2;
    }
}

/* Of a signature made by us the text may still name what it stands in, or have a time that is old. */
static void sign_and_check(struct parts *parts, const struct signature_rule *rule, const struct signed_request *request)
{
    char made[SIGNATURE_TEXT_MAX];
    const bool signs_itself = rule->scheme.signature.is_field
        ? signature_text_uses_field(rule->scheme.text ? rule->scheme.text : "", rule->scheme.signature.name)
        : strstr(rule->scheme.text ? rule->scheme.text : "", "{header:") != NULL;
    if (signs_itself || !signature_make(rule, request, made))
        return;
    parts->made = made;
    const enum signature_verdict verdict = signature_check(rule, request, NOW_UNIX_MS);
    parts->made = NULL;
    if (verdict != SIGNATURE_GOOD && verdict != SIGNATURE_STALE)
        door_broken("what we sign is good");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fuzz_input input = {(const char *)bytes, size};
    struct signature_rule rule;
    struct form_fields form = {0};
    struct arena arena;
    arena_init(&arena, ARENA_CAP);
    struct parts parts = {.rule = &rule, .form = &form};
    const char *first = fuzz_take_line(&input, &arena);
    if (first && read_rule(first, &arena, &rule)) {
        size_t body_size;
        read_headers(&parts, &input, &arena);
        char *body = fuzz_take_rest(&input, &body_size);
        const bool is_form = form_fields_read(&arena, body, body_size, &form) == LW_OK;
        const struct signed_request request = {
            .method = "POST", .url = "https://leads.example.com/in/hub?to=a%3Ab%2Fc%20d", .body = body, .body_size = body_size,
            .form = is_form ? &form : NULL, .find = find, .context = &parts,
        };
        (void)signature_check(&rule, &request, NOW_UNIX_MS);
        sign_and_check(&parts, &rule, &request);
        free(body);
    }
    arena_fini(&arena);
    return 0;
}
