/* SPDX-License-Identifier: Apache-2.0
 * Who says "stop" and nothing else gets a withdrawn consent on the lead; who says more does not. */
#include "cmocka_all.h"
#include "mail_file.h"
#include "mail_stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mail_lead mail;

static void sample(const char *name)
{
    char path[1024];
    size_t size = 0;
    snprintf(path, sizeof path, LEADWIRE_SOURCE_DIR "/tests/mail/samples/%s.eml", name);
    char *bytes = mail_file_read(path, &size);
    assert_non_null(bytes);
    assert_int_equal(mail_take(&sample_source, bytes, size, &mail), MAIL_LEAD);
    free(bytes);
}

static void short_words_in_many_languages_are_a_stop(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "STOP", "stop.", " Stop!\n", "Unsubscribe", "Please remove me", "Unsubscribe, thanks\n\nTom Hill\n", "don't contact me",
        "Disiscrivimi per favore", "CANCELLATEMI", "Bitte abmelden.", "Abmelden", "Nicht mehr anrufen, danke", "\"STOP\"",
        "D\xC3\x89SINSCRIRE", "D\xC3\xA9sabonnez-moi, s'il vous pla\xC3\xAEt", "Baja", "Darme de baja, por favor", "Uitschrijven",
        "N\xC3\xA3o me contacte, obrigado", "- stop -",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!mail_says_stop(texts[i]))
            fail_msg("not seen as a stop: %s", texts[i]);
    }
}

static void longer_words_are_for_a_person(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "\n\n", "Thanks", "please", "Please stop by on Monday", "Stop?", "stop\n\nNo wait, call me tomorrow instead",
        "stop\n333 1234567", "Can you unsubscribe my colleague", "nonstop", "bus stop", "stop stop stop stop stop stop stop stop stop",
        "I want to unsubscribe from the newsletter but keep the offer, please call me about the chairs",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (mail_says_stop(texts[i]))
            fail_msg("seen as a stop: %s", texts[i]);
    }
}

static void the_lead_bears_the_withdrawn_consent_with_time_and_words(void **state)
{
    (void)state;
    sample("stop_reply");
    assert_int_equal(mail.lead->consent_count, 1);
    assert_string_equal(mail.lead->consents[0].purpose, "contact");
    assert_int_equal(mail.lead->consents[0].granted, 0);
    assert_int_equal(mail.lead->consents[0].given_unix_ms, INT64_C(1795509000000));   /* 2026-11-24 08:30:00 UTC */
    assert_memory_equal(mail.lead->consents[0].text, "Disiscrivimi, grazie!", 21);
    assert_int_equal(mail.lead->attribute_count, 1);
    assert_string_equal(mail.lead->attributes[0].name, "do_not_call");
    sample("stop_inside_words");
    assert_int_equal(mail.lead->consent_count, 0);
    assert_int_equal(mail.lead->attribute_count, 0);
}

static void a_subject_says_it_when_there_is_no_text(void **state)
{
    (void)state;
    static const char text[] = "From: a@buyer.example\nSubject: unsubscribe\n\n\n";
    assert_int_equal(mail_take(&sample_source, text, strlen(text), &mail), MAIL_LEAD);
    assert_int_equal(mail.lead->consent_count, 1);
    assert_int_equal(mail.lead->consents[0].given_unix_ms, 0);
    static const char other[] = "From: a@buyer.example\nSubject: unsubscribe\n\nWhere is my order?\n";
    assert_int_equal(mail_take(&sample_source, other, strlen(other), &mail), MAIL_LEAD);
    assert_int_equal(mail.lead->consent_count, 0);
}

static void a_form_that_says_stop_is_no_stop(void **state)
{
    (void)state;
    static const char text[] = "From: website@shop.example\nSubject: form\n\nName: Ada\nEmail: ada@buyer.example\nMessage: stop\n";
    assert_int_equal(mail_take(&sample_source, text, strlen(text), &mail), MAIL_LEAD);
    assert_int_equal(mail.lead->consent_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_words_in_many_languages_are_a_stop),
        cmocka_unit_test(longer_words_are_for_a_person),
        cmocka_unit_test(the_lead_bears_the_withdrawn_consent_with_time_and_words),
        cmocka_unit_test(a_subject_says_it_when_there_is_no_text),
        cmocka_unit_test(a_form_that_says_stop_is_no_stop),
    };
    mail_library_init();
    int failed = cmocka_run_group_tests_name("mail stop", tests, NULL, NULL);
    mail_lead_fini(&mail);
    mail_library_fini();
    return failed;
}
