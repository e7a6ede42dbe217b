/* SPDX-License-Identifier: Apache-2.0
 *
 * Every row of the table of signatures against answers made elsewhere: those of Twilio and of Standard Webhooks are the
 * published ones, the others are by Python's hmac (HMAC) and the openssl program (ECDSA, Ed25519).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "binary_text.h"
#include "signature_config.h"

enum { HEADERS_MAX = 4, TEXT_MAX = 512, ROUNDS = 3000 };

struct header { const char *name, *value; };

/* One webhook with a good signature. */
struct sample {
    const char *scheme, *secret, *url, *body;
    struct header headers[HEADERS_MAX];   /* the first is the signature, unless it stands in the form */
    bool is_form;
    int64_t at_unix_ms;                   /* when it was signed; 0: it tells no time, or none that has to be fresh */
};

#define UNICODE_BODY "{\"a\": \"\xC3\xA9\", \"n\": 9007199254740993}\n"
#define P256_KEY "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+v1fAZj4VlQi1Y162ewgsq3QWqDoonTnfEXZHqvbZoLN74pkac905BOijzQZnJgDF0Xqrd/GplObRVzfAT0jMg=="
#define P384_KEY "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAELi4jwubcwUru79iFt0qcxO8A/NXGJ+9Kq1mavhH9bGeAJ4wpzSVQSJW8zcN+Bv/8sHqrUAATfIsdrn4tz93NFrcC" \
                 "Co35hMzn4HvKX4N3csaugloytPAf9NPRxnnapLAY"
#define ED25519_KEY "cfjHfFObsLrqwKhd5U+3uBtqalZ1q5PxbMDtrtubdy8="
#define ED25519_PEM "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAcfjHfFObsLrqwKhd5U+3uBtqalZ1q5PxbMDtrtubdy8=\n-----END PUBLIC KEY-----"

static const struct sample samples[] = {
    {.scheme = "twilio", .secret = "12345", .url = "https://mycompany.com/myapp.php?foo=1&bar=2", .is_form = true,
     .body = "To=%2B18005551212&CallSid=CA1234567890ABCDE&Digits=1234&From=%2B12349013030&Caller=%2B12349013030",
     .headers = {{"X-Twilio-Signature", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="}}},
    {.scheme = "meta", .secret = "app-secret", .body = UNICODE_BODY,
     .headers = {{"X-Hub-Signature-256", "sha256=81a47d8f7ddcc959f7cc2ebc2c66b98db868f640ad7db0ff268da23c06ee2475"}}},
    {.scheme = "typeform", .secret = "tf-secret", .body = UNICODE_BODY,
     .headers = {{"Typeform-Signature", "sha256=yAH9GrtaX5eNjbMrv8ssG4IWNv0XVhdQJCUE4ABtdvc="}}},
    {.scheme = "hubspot", .secret = "hs-secret", .body = UNICODE_BODY, .url = "https://leads.example.com/in/hub?to=a%3Ab%2Fc%20d",
     .headers = {{"X-HubSpot-Signature-v3", "rBvh/G+ce9NH1wAPWiWfTEHGBxaFFS9ael05XvXmM3A="}, {"X-HubSpot-Request-Timestamp", "1700000000123"}},
     .at_unix_ms = 1700000000123},
    {.scheme = "mailgun", .secret = "mg-key", .is_form = true,
     .body = "timestamp=1700000000&token=0123token&signature=c1aa246112eb3c7503a6721dcdab734de66556a9efc2451a3768f1aad3015c43&x=y"},
    {.scheme = "sendgrid", .secret = P256_KEY, .body = "[{\"event\":\"inbound\",\"email\":\"anna@example.com\"}]\r\n",
     .headers = {{"X-Twilio-Email-Event-Webhook-Signature",
                  "MEYCIQC17wQd8XAztz0axPO1Om1qhrkBE4rQIfJLBEn0dRl9+QIhAPn+bpVAJ+AKZRPhXZZIUJEq2uCCJP3yTLnwhBXTyk1P"},
                 {"X-Twilio-Email-Event-Webhook-Timestamp", "1700000000"}}},
    {.scheme = "telnyx", .secret = ED25519_KEY, .body = "{\"data\":{\"event_type\":\"call.initiated\"}}",
     .headers = {{"telnyx-signature-ed25519", "nafMqDAmut9n9ribRRIXfW4XTKYaOSKx1czZ8FtmSoCsJJSxTBbQI67oqLgx652P3d6ZkTo16/Hwk7LT0jSLAw=="},
                 {"telnyx-timestamp", "1700000000"}}, .at_unix_ms = 1700000000000},
    {.scheme = "standard-webhooks", .secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .body = "{\"test\": 2432232314}",
     .headers = {{"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, {"webhook-timestamp", "1614265330"},
                 {"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"}}, .at_unix_ms = 1614265330000},
    {.scheme = "google-ads", .secret = "a-shared-key", .is_form = true, .body = "lead_id=1&google_key=a-shared-key"},
};
enum { SAMPLE_COUNT = sizeof samples / sizeof *samples };

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

struct parts {
    const struct sample *sample;
    const struct form_fields *form;
};

static const char *find(const void *context, const struct signature_place *place, size_t *size_out)
{
    const struct parts *parts = context;
    if (place->is_field) {
        const struct form_field *field = parts->form ? form_fields_find(parts->form, place->name) : NULL;
        *size_out = field ? field->value_size : 0;
        return field ? field->value : NULL;
    }
    for (size_t i = 0; i < HEADERS_MAX && parts->sample->headers[i].name; i++) {
        if (strcasecmp(parts->sample->headers[i].name, place->name) == 0) {
            *size_out = strlen(parts->sample->headers[i].value);
            return parts->sample->headers[i].value;
        }
    }
    return NULL;
}

static struct signature_rule rule_of(const struct sample *sample)
{
    struct signature_rule rule = {.scheme = *signature_scheme_find(sample->scheme)};
    const char *problem = signature_rule_set_key(&rule, sample->secret, &arena);
    if (problem)
        fail_msg("%s: %s", sample->scheme, problem);
    return rule;
}

static enum signature_verdict check_at(const struct sample *sample, const struct signature_rule *rule, int64_t now_unix_ms)
{
    struct form_fields form;
    const struct parts parts = {sample, sample->is_form ? &form : NULL};
    if (sample->is_form)
        assert_int_equal(form_fields_read(&arena, sample->body, strlen(sample->body), &form), LW_OK);
    const struct signed_request request = {.method = "POST", .url = sample->url, .body = sample->body, .body_size = strlen(sample->body),
                                           .form = parts.form, .find = find, .context = &parts};
    return signature_check(rule, &request, now_unix_ms);
}

static enum signature_verdict check(const struct sample *sample)
{
    const struct signature_rule rule = rule_of(sample);
    return check_at(sample, &rule, sample->at_unix_ms + 1000);
}

static void every_scheme_has_its_sample_and_knows_the_good_one(void **state)
{
    (void)state;
    for (size_t i = 0; signature_scheme_name_at(i); i++) {
        assert_true(i < SAMPLE_COUNT);
        assert_string_equal(signature_scheme_name_at(i), samples[i].scheme);
        if (check(&samples[i]) != SIGNATURE_GOOD)
            fail_msg("%s: refused", samples[i].scheme);
    }
    assert_null(signature_scheme_name_at(SAMPLE_COUNT));
}

static void another_secret_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        struct sample other = samples[i];
        char secret[TEXT_MAX];
        snprintf(secret, sizeof secret, "%s", other.secret);
        if (strcmp(other.scheme, "sendgrid") == 0)   /* another point of the curve */
            other.secret = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+cRQZMLBUvcI9BwKB5D0atmfu/PLJVdt4LjyzCp99kcsv3qxfhKJSOIbEuAmuT53yk1EoPGKAcfFq0Lm/tt19g==";
        else {
            char *last = &secret[strlen(secret) - 4];
            *last = *last == 'A' ? 'B' : 'A';
            other.secret = secret;
        }
        struct signature_rule rule = {.scheme = *signature_scheme_find(other.scheme)};
        if (signature_rule_set_key(&rule, other.secret, &arena) == NULL && check_at(&other, &rule, other.at_unix_ms) != SIGNATURE_WRONG)
            fail_msg("%s: taken", other.scheme);
    }
}

static void without_a_header_it_is_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        for (size_t without = 0; without < HEADERS_MAX && samples[i].headers[without].name; without++) {
            struct sample other = samples[i];
            other.headers[without].name = "X-Other";
            if (check(&other) != SIGNATURE_MISSING)
                fail_msg("%s without its header %zu", other.scheme, without);
            other = samples[i];
            other.headers[without].value = "";
            if (check(&other) == SIGNATURE_GOOD)
                fail_msg("%s with an empty header %zu", other.scheme, without);
        }
    }
    struct sample other = samples[4];
    other.body = "timestamp=1700000000&signature=c1aa246112eb3c7503a6721dcdab734de66556a9efc2451a3768f1aad3015c43";
    assert_int_equal(check(&other), SIGNATURE_MISSING);   /* the token */
    other = samples[0];
    other.url = NULL;
    assert_int_equal(check(&other), SIGNATURE_MISSING);
    other = samples[0];
    other.is_form = false;   /* a document's bytes would not be signed at all */
    assert_int_equal(check(&other), SIGNATURE_MISSING);
}

static void an_old_one_and_one_of_the_future_are_stale(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        struct signature_rule rule = rule_of(&samples[i]);
        int64_t at = samples[i].at_unix_ms;
        if (rule.scheme.max_age_s == 0) {
            assert_int_equal(check_at(&samples[i], &rule, INT64_C(4000000000000)), SIGNATURE_GOOD);
            continue;
        }
        assert_int_equal(check_at(&samples[i], &rule, at + 300000), SIGNATURE_GOOD);
        assert_int_equal(check_at(&samples[i], &rule, at - 300000), SIGNATURE_GOOD);
        assert_int_equal(check_at(&samples[i], &rule, at + 300001), SIGNATURE_STALE);
        assert_int_equal(check_at(&samples[i], &rule, at - 300001), SIGNATURE_STALE);
        rule.scheme.max_age_s = 0;
        assert_int_equal(check_at(&samples[i], &rule, at + INT64_C(900000000000)), SIGNATURE_GOOD);
    }
}

static void one_good_signature_of_several_is_enough(void **state)
{
    (void)state;
    struct sample several = samples[7];
    several.headers[0].value = "v1a,xxxx v1,AAAA= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    assert_int_equal(check(&several), SIGNATURE_GOOD);
    several.headers[0].value = "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,AAAA";
    assert_int_equal(check(&several), SIGNATURE_WRONG);
    several.headers[0].value = "v1,A v1,A v1,A v1,A v1,A v1,A v1,A v1,A v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    assert_int_equal(check(&several), SIGNATURE_WRONG);   /* the ninth is not looked at */
}

static void a_scheme_spelled_out_makes_what_it_checks(void **state)
{
    (void)state;
    const struct signature_scheme scheme = {
        .name = "generic", .algorithm = SIGNATURE_HMAC_SHA1, .encoding = SIGNATURE_HEX, .signature = {"X-Sig", false},
        .timestamp = {"X-Time", false}, .prefix = "v0=", .text = "{timestamp}.{body}", .max_age_s = 60,
    };
    struct sample sample = {.body = UNICODE_BODY, .headers = {{"X-Sig", "v0=3091623855f596dc9f37d3f8a56d488f945f10c2"}, {"X-Time", "1700000000"}}};
    struct signature_rule rule = {.scheme = scheme};
    assert_null(signature_rule_set_key(&rule, "g", &arena));
    assert_int_equal(check_at(&sample, &rule, 1700000060000), SIGNATURE_GOOD);
    sample.headers[0].value = "v0=3091623855F596DC9F37D3F8A56D488F945F10C2";
    assert_int_equal(check_at(&sample, &rule, 1700000060000), SIGNATURE_GOOD);

    char made[SIGNATURE_TEXT_MAX];
    const struct parts parts = {&sample, NULL};
    struct signed_request request = {.method = "POST", .body = sample.body, .body_size = strlen(sample.body), .find = find, .context = &parts};
    assert_true(signature_make(&rule, &request, made));
    assert_string_equal(made, "v0=3091623855f596dc9f37d3f8a56d488f945f10c2");
    rule.scheme.text = "{url}";   /* not known here */
    assert_false(signature_make(&rule, &request, made));
    assert_int_equal(check_at(&sample, &rule, 1700000060000), SIGNATURE_MISSING);
}

static void keys_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    static const struct { const char *scheme, *secret; bool good; } table[] = {
        {"sendgrid", P256_KEY, true}, {"sendgrid", P384_KEY, false}, {"sendgrid", ED25519_PEM, false}, {"sendgrid", "AAAA", false}, {"sendgrid", "?", false},
        {"telnyx", ED25519_PEM, true}, {"telnyx", ED25519_KEY, true}, {"telnyx", P256_KEY, false}, {"telnyx", "-----BEGIN nothing", false},
        {"standard-webhooks", "whsec_", false}, {"standard-webhooks", "whsec_AAA", false}, {"standard-webhooks", "MfKQ9r8GKYqr", true},
        {"telnyx", "-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0000\n\nAAAA\n-----END PUBLIC KEY-----", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct signature_rule rule = {.scheme = *signature_scheme_find(table[i].scheme)};
        const char *problem = signature_rule_set_key(&rule, table[i].secret, &arena);
        if ((problem == NULL) != table[i].good)
            fail_msg("%s '%s': %s", table[i].scheme, table[i].secret, problem ? problem : "taken");
    }
}

static void templates_are_read_or_refused(void **state)
{
    (void)state;
    static const struct { const char *text; bool good; } table[] = {
        {"", true}, {"{body}", true}, {"a{header:X}b{field:a.b[0]}", true}, {"{url}{sorted_fields}", true}, {"{}", false}, {"{bod}", false},
        {"{body", false}, {"body}", false}, {"}{body}", false}, {"{header:}", false}, {"{{body}}", false}, {"{body}{", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if ((signature_text_problem(table[i].text) == NULL) != table[i].good)
            fail_msg("'%s'", table[i].text);
    assert_true(signature_text_uses("{a}{url}", "url"));
    assert_false(signature_text_uses("url{url_decoded}", "url"));
    assert_true(signature_text_uses("{field:x}", "field:"));
}

static uint64_t seed = 1, chance_state;

static uint32_t chance(uint32_t below)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (uint32_t)(chance_state >> 20) % below;
}

/* One byte of text changed, put in or taken out; never the same text. */
static const char *mutate(const char *text)
{
    size_t size = strlen(text), at = chance((uint32_t)size + 1);
    char *out = arena_alloc(&arena, size + 2);
    char byte = (char)(1 + chance(255));
    memcpy(out, text, size + 1);
    if (at == size || chance(3) == 0) {
        memmove(out + at + 1, out + at, size + 1 - at);
        out[at] = byte;
    } else if (chance(2) == 0) {
        memmove(out + at, out + at + 1, size - at);
    } else {
        out[at] = byte == text[at] ? (char)(byte == 'x' ? 'y' : 'x') : byte;
    }
    return out;
}

/* Changes that mean the same: a digit's case, a space, or a form written otherwise. */
static bool same_meaning(const struct sample *a, const struct sample *b)
{
    for (size_t i = 0; i < HEADERS_MAX && a->headers[i].name; i++)
        if (strcasecmp(a->headers[i].value, b->headers[i].value + strspn(b->headers[i].value, " ")) != 0 && !strchr(b->headers[i].value, ' '))
            return false;
    return true;
}

/* What is signed of a form: its fields. */
static bool same_form(const char *a, const char *b)
{
    struct form_fields x, y;
    if (form_fields_read(&arena, a, strlen(a), &x) != LW_OK || form_fields_read(&arena, b, strlen(b), &y) != LW_OK || x.count != y.count)
        return false;
    for (size_t i = 0; i < x.count; i++)
        if (x.items[i].name_size + x.items[i].value_size != y.items[i].name_size + y.items[i].value_size ||
            memcmp(arena_printf(&arena, "%s%s", x.items[i].name, x.items[i].value),
                   arena_printf(&arena, "%s%s", y.items[i].name, y.items[i].value), x.items[i].name_size + x.items[i].value_size) != 0)
            return false;
    return true;
}

static void no_mutation_of_what_is_signed_is_taken(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const struct sample *good = &samples[round % 8 == 4 ? 0 : round % 8];   /* the fields of mailgun and google are tried below */
        struct sample other = *good;
        uint32_t what = chance(HEADERS_MAX + 2);
        if (what < HEADERS_MAX && other.headers[what].name)
            other.headers[what].value = mutate(other.headers[what].value);
        else if (what == HEADERS_MAX && other.url)
            other.url = mutate(other.url);
        else
            other.body = mutate(other.body);
        bool body_same = good->is_form ? same_form(good->body, other.body) : strcmp(good->body, other.body) == 0;
        bool url_same = !good->url || strcmp(good->url, other.url) == 0 || strcmp(good->scheme, "hubspot") == 0;
        if (check(&other) == SIGNATURE_GOOD && !(body_same && url_same && same_meaning(good, &other)))
            fail_msg("seed %llu round %d: %s takes a mutation", (unsigned long long)seed, round, good->scheme);
        arena_reset(&arena, 1 << 16);
    }
}

static void no_field_breaks_the_verifier(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct sample other = samples[round % 2 ? 4 : 8];
        for (uint32_t i = 0; i <= chance(3); i++)
            other.body = mutate(other.body);
        struct form_fields form, mine;
        const char *fields[] = {"timestamp", "token", "signature", "google_key"};
        bool same = true;
        enum signature_verdict verdict = check(&other);
        assert_int_equal(form_fields_read(&arena, other.body, strlen(other.body), &form), LW_OK);
        assert_int_equal(form_fields_read(&arena, samples[round % 2 ? 4 : 8].body, strlen(samples[round % 2 ? 4 : 8].body), &mine), LW_OK);
        for (size_t i = 0; i < 4; i++) {
            const struct form_field *a = form_fields_find(&form, fields[i]), *b = form_fields_find(&mine, fields[i]);
            same = same && (!b || (a && strcasecmp(a->value, b->value) == 0 && a->value_size == b->value_size) ||
                            (a && strchr(a->value, ' ') && i == 2));
        }
        if (verdict == SIGNATURE_GOOD && !same)
            fail_msg("seed %llu round %d: '%s'", (unsigned long long)seed, round, other.body);
        arena_reset(&arena, 1 << 16);
    }
}

static void bytes_come_back_from_their_texts(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        unsigned char bytes[32], back[32];
        char text[80];
        size_t size = chance(33), got;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char)chance(256);
        assert_true(binary_text_to_base64(bytes, size, text, sizeof text));
        assert_true(binary_text_from_base64(text, strlen(text), back, sizeof back, &got));
        assert_int_equal(got, size);
        assert_memory_equal(bytes, back, size);
        assert_true(binary_text_to_hex(bytes, size, text, sizeof text));
        assert_true(binary_text_from_hex(text, strlen(text), back, sizeof back, &got));
        assert_int_equal(got, size);
        assert_memory_equal(bytes, back, size);
    }
    static const char *const wrong[] = {"A", "AA", "AAA", "AB==", "AAB=", "====", "A===", "AA=A", "AA A", "AAAA=", "AA==AAAA", "-_-_", "AAA\x10"};
    unsigned char out[8];
    size_t got;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (binary_text_from_base64(wrong[i], strlen(wrong[i]), out, sizeof out, &got))
            fail_msg("base64 '%s' is taken", wrong[i]);
    assert_false(binary_text_from_base64("AAAAAAAAAAAA", 12, out, sizeof out, &got));   /* 9 bytes */
    assert_false(binary_text_from_hex("0g", 2, out, sizeof out, &got));
    assert_false(binary_text_from_hex("0", 1, out, sizeof out, &got));
    assert_false(binary_text_from_hex("\x10\x11", 2, out, sizeof out, &got));
    assert_false(binary_text_to_hex(out, 8, (char[16]){0}, 16));
    assert_false(binary_text_to_base64(out, 8, (char[12]){0}, 12));
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--seed") == 0)
        seed = strtoull(argv[2], NULL, 10);
    chance_state = seed * 0x9E3779B97F4A7C15u + 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_scheme_has_its_sample_and_knows_the_good_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_secret_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_header_it_is_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_old_one_and_one_of_the_future_are_stale, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_good_signature_of_several_is_enough, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_scheme_spelled_out_makes_what_it_checks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_that_do_not_fit_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(templates_are_read_or_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_mutation_of_what_is_signed_is_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_field_breaks_the_verifier, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_come_back_from_their_texts, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
