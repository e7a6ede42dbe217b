/* SPDX-License-Identifier: Apache-2.0
 * A lead that was written as JSON is read back as it was; what is wrong is named. */
#include "../unit/cmocka_all.h"
#include "lead_json_read.h"
#include "lead_json_write.h"

#include <stdio.h>

static const struct lw_lead_phone phones[] = {{"+39021234567", "02 1234567", "fixed", "IT", "Europe/Rome"}, {"", "call me", "", "", ""}};
static const struct lw_lead_email emails[] = {{"A.b@c.example", "ab@c.example"}};
static const struct lw_lead_attribute attributes[] = {{"budget", "10000"}, {"colour", "blue"}};
static const struct lw_lead_consent consents[] = {{"marketing", 1, 1700000000000, "yes please"}, {"contact", 0, 0, ""}};
static const struct lw_lead_attachment attachments[] = {{"a.pdf", "application/pdf", 1234}};
static const char *const references[] = {"one@x", "two@x"}, *const warnings[] = {"odd"};

static const struct lw_lead full = {
    .channel = LW_CHANNEL_EMAIL, .source = "office", .full_name = "Anna Keller", .given_name = "Anna", .family_name = "Keller",
    .company = "Co", .job_title = "Buyer", .phones = phones, .phone_count = 2, .emails = emails, .email_count = 1, .country = "IT",
    .language = "it", .city = "Roma", .postal_code = "00100", .region = "RM", .subject = "s", .summary = "line\nline", .product = "p",
    .campaign = "c", .vendor_id = "v", .message_id = "m@x", .references = references, .reference_count = 2, .call_id = "CA1",
    .called_number = "+390299", .attributes = attributes, .attribute_count = 2, .consents = consents, .consent_count = 2,
    .attachments = attachments, .attachment_count = 1, .warnings = warnings, .warning_count = 1, .raw_ref = "abc.eml", .is_test = 1,
    .recording = {"https://api.example.com/RE1", 17}, .follows = "CA0",
};

static void a_lead_written_and_read_is_the_same(void **state)
{
    (void)state;
    char error[200] = "";
    json_t *one = lead_json_write(&full);
    assert_int_equal(json_object_size(one), 31);   /* every field of struct lw_lead */
    struct lead_json *leads = lead_json_from_value(one, error, sizeof error);
    if (!leads)
        fail_msg("%s", error);
    assert_int_equal(lead_json_count(leads), 1);
    json_t *two = lead_json_write(lead_json_at(leads, 0));
    assert_true(json_equal(one, two));
    assert_int_equal(lead_json_at(leads, 0)->consents[0].given_unix_ms, 1700000000000);
    json_decref(two);
    lead_json_close(&leads);
    json_decref(one);
}

static void refused(const char *text, const char *words)
{
    char error[200] = "";
    json_t *value = json_loads(text, 0, NULL);
    assert_non_null(value);
    assert_null(lead_json_from_value(value, error, sizeof error));
    assert_string_equal(error, words);
    json_decref(value);
}

static void what_is_no_lead_is_named(void **state)
{
    (void)state;
#define HEAD "{\"channel\": \"web\", \"source\": \"x\", "
    refused("[]", "there is no lead in it");
    refused("[1]", "lead 1 must be an object");
    refused("{\"source\": \"x\"}", "lead 1: 'channel' is missing");
    refused("{\"channel\": \"fax\"}", "lead 1: 'channel' must be phone, web, email, chat or import");
    refused("{\"channel\": \"web\"}", "lead 1: 'source' is missing");
    refused(HEAD "\"phones\": [1]}", "lead 1: 'phones' must be a list of numbers as text");
    refused(HEAD "\"emails\": \"a@b\"}", "lead 1: 'emails' must be a list of addresses");
    refused(HEAD "\"references\": [{}]}", "lead 1: 'references' must be a list of texts");
    refused(HEAD "\"warnings\": \"x\"}", "lead 1: 'warnings' must be a list of texts");
    refused(HEAD "\"attachments\": {}}", "lead 1: 'attachments' must be a list of objects");
    refused(HEAD "\"consents\": [{\"granted\": true}]}", "lead 1: 'consents' need a purpose each");
    refused(HEAD "\"attributes\": {\"a\": 1}}", "lead 1: 'a' must be text, in quotes");
    refused(HEAD "\"recording\": {}}", "lead 1: 'recording' must be an object with a url, and duration_s if known");
    refused(HEAD "\"recording\": {\"url\": \"https://h/\", \"duration_s\": -1}}", "lead 1: 'recording' must be an object with a url, and duration_s if known");
    refused(HEAD "\"is_test\": 1}", "lead 1: 'is_test' must be true or false");
    refused(HEAD "\"langauge\": \"it\"}", "lead 1: 'langauge' is not a field of a lead; did you mean 'language'?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lead_written_and_read_is_the_same),
        cmocka_unit_test(what_is_no_lead_is_named),
    };
    return cmocka_run_group_tests_name("lead json", tests, NULL, NULL);
}
