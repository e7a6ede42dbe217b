/* SPDX-License-Identifier: Apache-2.0
 * Each sample mail gives what expected.tsv says, and the same on every reading. */
#include "cmocka_all.h"
#include "lead_json_write.h"
#include "mail_expected.h"
#include "mail_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mail_lead mail, again;

/* Every field. */
static void expect_the_same_again(const char *sample, const char *bytes, size_t size)
{
    assert_int_equal(mail_take(&sample_source, bytes, size, &again), MAIL_LEAD);
    json_t *one = lead_json_write(mail.lead), *other = lead_json_write(again.lead);
    assert_non_null(one);
    if (!json_equal(one, other) || strcmp(mail.idempotency_id, again.idempotency_id) != 0)
        fail_msg("%s: read twice, two leads", sample);
    json_decref(one);
    json_decref(other);
}

static void check_sample(const struct mail_expected *row)
{
    char path[1024], flaw[MAIL_FLAW_MAX];
    size_t size = 0;
    snprintf(path, sizeof path, LEADWIRE_SOURCE_DIR "/tests/mail/samples/%s.eml", row->name);
    char *bytes = mail_file_read(path, &size);
    if (!bytes)
        fail_msg("%s: no such sample", row->name);
    enum mail_reason reason = mail_take(&sample_source, bytes, size, &mail);
    if (mail_expected_compare(row, reason, mail.lead, flaw))
        fail_msg("%s: %s", row->name, flaw);
    if (reason == MAIL_LEAD) {
        assert_int_equal(mail.lead->channel, LW_CHANNEL_EMAIL);
        assert_string_equal(mail.lead->source, "samples");
        assert_string_equal(mail.lead->raw_ref, "raw.eml");
        assert_true(mail.idempotency_id[0] != '\0');
        expect_the_same_again(row->name, bytes, size);
    }
    free(bytes);
}

static void every_sample_gives_what_the_table_says(void **state)
{
    (void)state;
    static struct mail_table table;
    size_t files = 0;
    assert_true(mail_table_open(&table, ""));
    for (size_t i = 0; i < table.count; i++)
        check_sample(&table.rows[i]);
    char **names = mail_folder_list(LEADWIRE_SOURCE_DIR "/tests/mail/samples", &files);
    for (size_t i = 0; i < files; i++) {
        if (!mail_table_find(&table, names[i], mail_name_size(names[i])))
            fail_msg("%s is not in expected.tsv", names[i]);
    }
    assert_int_equal(files, table.count);
    assert_true(files >= 25);
    mail_folder_free(names, files);
    mail_table_close(&table);
}

/* A table that calls everything unreadable would be easy to agree with. */
static void hardly_any_mail_may_be_unparsable(void **state)
{
    (void)state;
    static const char *const prefixes[] = {"", "shared/"};
    static struct mail_table table;
    size_t unparsable = 0, all = 0;
    for (size_t p = 0; p < 2; p++) {
        assert_true(mail_table_open(&table, prefixes[p]));
        for (size_t i = 0; i < table.count; i++)
            unparsable += strcmp(table.rows[i].outcome, "unparsable") == 0;
        all += table.count;
        mail_table_close(&table);
    }
    assert_true(unparsable <= 3);
    assert_true(all >= 100);
}

static void sample(const char *name, enum mail_reason expected)
{
    char path[1024];
    size_t size = 0;
    snprintf(path, sizeof path, LEADWIRE_SOURCE_DIR "/tests/mail/samples/%s.eml", name);
    char *bytes = mail_file_read(path, &size);
    assert_non_null(bytes);
    assert_int_equal(mail_take(&sample_source, bytes, size, &mail), expected);
    free(bytes);
}

static void the_idempotency_id_is_message_id_and_hash(void **state)
{
    (void)state;
    sample("plain", MAIL_LEAD);
    assert_non_null(strstr(mail.idempotency_id, "plain-1@kunde.example "));
    assert_int_equal(strlen(mail.idempotency_id), strlen("plain-1@kunde.example ") + 64);
}

static void a_mail_without_message_id_is_known_by_its_hash(void **state)
{
    (void)state;
    static const char text[] = "From: a@buyer.example\n\nhello\n";
    assert_int_equal(mail_take(&sample_source, text, strlen(text), &mail), MAIL_LEAD);
    assert_memory_equal(mail.idempotency_id, "sha256:", 7);
    assert_int_equal(strlen(mail.idempotency_id), 7 + 64);
}

static void replies_name_what_they_answer_once(void **state)
{
    (void)state;
    sample("reply_english", MAIL_LEAD);
    assert_int_equal(mail.lead->reference_count, 2);
    assert_string_equal(mail.lead->references[0], "offer-7@shop.example");
    assert_string_equal(mail.lead->references[1], "plain-1@kunde.example");
    assert_int_equal(mail.lead->phone_count, 0);   /* the phone in the quote is ours */
}

static void attachments_are_kept_as_name_type_and_size(void **state)
{
    (void)state;
    sample("attachments_rfc2231", MAIL_LEAD);
    assert_int_equal(mail.lead->attachment_count, 2);
    assert_string_equal(mail.lead->attachments[0].file_name, "Pl\xC3\xA4ne f\xC3\xBCr M\xC3\xBCnchen.pdf");
    assert_string_equal(mail.lead->attachments[0].media_type, "application/pdf");
    assert_int_equal(mail.lead->attachments[0].size_bytes, 10);
}

static void unknown_form_labels_become_attributes(void **state)
{
    (void)state;
    sample("form_own_domain", MAIL_LEAD);
    assert_int_equal(mail.lead->attribute_count, 1);
    assert_string_equal(mail.lead->attributes[0].name, "budget_mensile");
    assert_string_equal(mail.lead->company, "Ferrari Arredi");
}

static void configured_labels_go_before_the_known_ones(void **state)
{
    (void)state;
    static const char text[] = "From: website@shop.example\nSubject: x\n\nName: Ada Lovelace\nPhone: Analytics\n"
                               "Ring me: +44 20 7946 0958\nEmail: ada@buyer.example\n";
    static const struct form_label labels[] = {{"Ring me", FORM_PHONE}, {"phone", LEAD_FIELD_COMPANY}};
    struct mail_source source = sample_source;
    source.rules.labels = labels;
    source.rules.label_count = 2;
    assert_int_equal(mail_take(&source, text, strlen(text), &mail), MAIL_LEAD);
    assert_string_equal(mail.lead->company, "Analytics");
    assert_int_equal(mail.lead->phone_count, 1);
    assert_string_equal(mail.lead->phones[0].e164, "+442079460958");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_gives_what_the_table_says),
        cmocka_unit_test(hardly_any_mail_may_be_unparsable),
        cmocka_unit_test(the_idempotency_id_is_message_id_and_hash),
        cmocka_unit_test(a_mail_without_message_id_is_known_by_its_hash),
        cmocka_unit_test(replies_name_what_they_answer_once),
        cmocka_unit_test(attachments_are_kept_as_name_type_and_size),
        cmocka_unit_test(unknown_form_labels_become_attributes),
        cmocka_unit_test(configured_labels_go_before_the_known_ones),
    };
    mail_library_init();
    int failed = cmocka_run_group_tests_name("mail samples", tests, NULL, NULL);
    mail_lead_fini(&mail);
    mail_lead_fini(&again);
    mail_library_fini();
    return failed;
}
