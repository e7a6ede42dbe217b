/* SPDX-License-Identifier: Apache-2.0
 *
 * What the core is told of a lead: by which keys the person, and the mail that is answered, are known.
 */
#include <string.h>

#include "../unit/cmocka_all.h"
#include "lead_command.h"
#include "leadwire/lead.h"

#define TEXT(text) ((char *)(uintptr_t)(text))

static bool has(const struct core_person_key *keys, uint32_t count, enum core_person_key_kind kind, const char *value)
{
    for (uint32_t i = 0; i < count; i++)
        if (keys[i].kind == kind && keys[i].value.size == strlen(value) && memcmp(keys[i].value.data, value, strlen(value)) == 0)
            return true;
    return false;
}

static uint32_t keys_of(const Leadwire__V1__Lead *lead, struct core_person_key keys[CORE_PERSON_KEYS_MAX])
{
    struct core_command command = {.kind = COMMAND_PUBLISH};
    lead_command_fill(lead, &command);
    return command.publish.read_person(command.publish.fields, keys);
}

static void a_mail_is_known_by_its_own_id_and_by_those_that_it_answers(void **state)
{
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    char *references[] = {TEXT("first@shop.example"), TEXT("offer@shop.example")};
    struct core_person_key keys[CORE_PERSON_KEYS_MAX];
    (void)state;
    lead.source = TEXT("office");
    lead.message_id = TEXT("reply@buyer.example");
    lead.references = references;
    lead.n_references = 2;
    const uint32_t count = keys_of(&lead, keys);
    assert_int_equal(count, 3);
    assert_true(has(keys, count, PERSON_KEY_MESSAGE, "reply@buyer.example"));
    assert_true(has(keys, count, PERSON_KEY_MESSAGE, "first@shop.example"));
    assert_true(has(keys, count, PERSON_KEY_MESSAGE, "offer@shop.example"));
}

static void a_person_is_known_by_what_was_read_and_by_nothing_else(void **state)
{
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    Leadwire__V1__Phone read = LEADWIRE__V1__PHONE__INIT, unread = LEADWIRE__V1__PHONE__INIT;
    Leadwire__V1__Email email = LEADWIRE__V1__EMAIL__INIT;
    Leadwire__V1__Phone *phones[] = {&unread, &read};
    Leadwire__V1__Email *emails[] = {&email};
    struct core_person_key keys[CORE_PERSON_KEYS_MAX];
    (void)state;
    read.e164 = TEXT("+390212345678");
    unread.raw = TEXT("call me");
    email.address = TEXT("Anna@Buyer.example");
    email.key = TEXT("anna@buyer.example");
    lead.vendor_id = TEXT("v-1");
    lead.phones = phones;
    lead.n_phones = 2;
    lead.emails = emails;
    lead.n_emails = 1;
    const uint32_t count = keys_of(&lead, keys);
    assert_int_equal(count, 3);
    assert_true(has(keys, count, PERSON_KEY_VENDOR, "v-1"));
    assert_true(has(keys, count, PERSON_KEY_PHONE, "+390212345678"));
    assert_true(has(keys, count, PERSON_KEY_EMAIL, "anna@buyer.example"));
}

static void more_keys_than_there_is_room_for_are_left_out(void **state)
{
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    char *references[2 * CORE_PERSON_KEYS_MAX];
    struct core_person_key keys[CORE_PERSON_KEYS_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof references / sizeof *references; i++)
        references[i] = TEXT("m@shop.example");
    lead.references = references;
    lead.n_references = sizeof references / sizeof *references;
    assert_int_equal(keys_of(&lead, keys), CORE_PERSON_KEYS_MAX);
}

/* As leadwire-mail says it: with both. Either alone may come with a question, which somebody answers. */
static void only_who_withdraws_and_wants_no_calls_wants_to_hear_no_more(void **state)
{
    static const struct { bool granted; const char *purpose, *no_calls; bool wants_no_more; } table[] = {
        {false, "contact", "yes", true}, {true, "contact", "yes", false}, {false, "marketing", "yes", false}, {false, "contact", "no", false},
        {false, "contact", NULL, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
        Leadwire__V1__Consent consent = LEADWIRE__V1__CONSENT__INIT, *consents[] = {&consent};
        Leadwire__V1__Attribute attribute = LEADWIRE__V1__ATTRIBUTE__INIT, *attributes[] = {&attribute};
        struct core_command command = {.kind = COMMAND_PUBLISH};
        consent.purpose = TEXT(table[i].purpose);
        consent.granted = table[i].granted;
        attribute.name = TEXT("do_not_call");
        attribute.value = TEXT(table[i].no_calls);
        lead.consents = consents;
        lead.n_consents = 1;
        lead.attributes = attributes;
        lead.n_attributes = table[i].no_calls ? 1 : 0;
        lead_command_fill(&lead, &command);
        assert_int_equal(command.publish.wants_no_more, table[i].wants_no_more);
    }
}

/* What the desk remembers of a person stands behind the packed lead; whoever decodes the two has one lead. */
static void what_was_said_before_is_read_with_the_lead(void **state)
{
    static const struct { bool says_so, is_full, no_calls; size_t consents, attributes; } table[] = {
        {false, false, false, 2, 1}, {true, false, true, 1, 1}, {false, true, false, LW_LEAD_CONSENTS_MAX, 1}, {true, false, false, 1, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint8_t bytes[4096];
        Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
        Leadwire__V1__Consent consent = LEADWIRE__V1__CONSENT__INIT, *consents[LW_LEAD_CONSENTS_MAX];
        Leadwire__V1__Attribute attribute = LEADWIRE__V1__ATTRIBUTE__INIT, *attributes[] = {&attribute};
        struct core_command command = {.kind = COMMAND_PUBLISH};
        for (size_t k = 0; k < LW_LEAD_CONSENTS_MAX; k++)
            consents[k] = &consent;
        consent.purpose = TEXT(table[i].says_so ? "contact" : "marketing");
        attribute.name = TEXT("do_not_call");
        attribute.value = TEXT("yes");
        lead.source = TEXT("form");
        lead.consents = consents;
        lead.n_consents = table[i].is_full ? LW_LEAD_CONSENTS_MAX : 1;
        lead.attributes = attributes;
        lead.n_attributes = table[i].no_calls;
        lead_command_fill(&lead, &command);
        size_t size = leadwire__v1__lead__pack(&lead, bytes);
        size += command.publish.write_stop(&lead, 1234, (struct core_text){"STOP it", 4}, bytes + size);
        Leadwire__V1__Lead *both = leadwire__v1__lead__unpack(NULL, size, bytes);
        assert_non_null(both);
        assert_string_equal(both->source, "form");
        assert_int_equal(both->n_consents, table[i].consents);
        assert_int_equal(both->n_attributes, table[i].attributes);
        assert_string_equal(both->attributes[0]->name, "do_not_call");
        if (!table[i].says_so && !table[i].is_full) {
            const Leadwire__V1__Consent *said = both->consents[1];
            assert_true(strcmp(said->purpose, "contact") == 0 && !said->granted && said->given_unix_ms == 1234 && strcmp(said->text, "STOP") == 0);
        }
        leadwire__v1__lead__free_unpacked(both, NULL);
    }
}

/* Of the purpose `contact` alone; when, and in which words. */
static void who_agrees_and_who_withdraws_is_told_with_the_time(void **state)
{
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    Leadwire__V1__Consent given = LEADWIRE__V1__CONSENT__INIT, withdrawn = LEADWIRE__V1__CONSENT__INIT, *consents[] = {&given, &withdrawn};
    struct core_command command = {.kind = COMMAND_PUBLISH};
    (void)state;
    given.purpose = withdrawn.purpose = TEXT("contact");
    given.granted = true;
    given.given_unix_ms = 5;
    withdrawn.given_unix_ms = 7;
    withdrawn.text = TEXT("no more");
    lead.consents = consents;
    lead.n_consents = 2;
    lead_command_fill(&lead, &command);
    assert_true(command.publish.opts_in && command.publish.opt_in_unix_ms == 5 && command.publish.stop_unix_ms == 7);
    assert_memory_equal(command.publish.stop_words.data, "no more", 7);
    given.purpose = TEXT("marketing");
    command = (struct core_command){.kind = COMMAND_PUBLISH};
    lead_command_fill(&lead, &command);
    assert_false(command.publish.opts_in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_is_known_by_its_own_id_and_by_those_that_it_answers),
        cmocka_unit_test(a_person_is_known_by_what_was_read_and_by_nothing_else),
        cmocka_unit_test(only_who_withdraws_and_wants_no_calls_wants_to_hear_no_more),
        cmocka_unit_test(what_was_said_before_is_read_with_the_lead),
        cmocka_unit_test(who_agrees_and_who_withdraws_is_told_with_the_time),
        cmocka_unit_test(more_keys_than_there_is_room_for_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
