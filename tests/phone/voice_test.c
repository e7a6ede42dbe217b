/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "call_markup.h"
#include "voice_lead.h"
#include "voice_message.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct form_fields fields(const char *body)
{
    struct form_fields out;
    assert_int_equal(form_fields_read(&arena, body, strlen(body), &out), LW_OK);
    return out;
}

static const struct phone_texts texts[] = {
    {.language = "it", .locale = "it-IT", .hold = "Grazie. Lei \xC3\xA8 il numero {position}. Resti in linea.", .goodbye = "Arrivederci & a presto"},
    {.language = "en", .hold = "Hold", .goodbye = "Bye"},
};
static const struct phone_source line = {.name = "main", .defaults = {.region = "IT", .language = "it"}, .poll_s = 3, .texts = texts, .text_count = 2};

static void hold_markup_tells_the_position_and_comes_back(void **state)
{
    (void)state;
    assert_string_equal(call_markup_hold(&arena, &line, &texts[0], texts[0].hold, 4, "https://x.example/voice/main/hold?n=1&p=4"),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Say language=\"it-IT\">Grazie. Lei \xC3\xA8 il numero 4. Resti in linea.</Say>"
        "<Pause length=\"3\"/><Redirect method=\"POST\">https://x.example/voice/main/hold?n=1&amp;p=4</Redirect></Response>\n");
    assert_non_null(strstr(call_markup_hold(&arena, &line, &texts[0], texts[0].hold, 0, "u"), ">Grazie. Resti in linea.<"));
    assert_null(strstr(call_markup_hold(&arena, &line, &texts[0], NULL, 4, "u"), "Say"));
}

static void dial_markup_rings_numbers_and_sip_addresses(void **state)
{
    (void)state;
    const char *number = call_markup_dial(&arena, &line, "+390255500101", 20, "https://x/leg?lead=1-2&offer=3", "https://x/dial-result?lead=1-2");
    assert_non_null(strstr(number, "<Dial timeout=\"20\" method=\"POST\" action=\"https://x/dial-result?lead=1-2\">"));
    assert_non_null(strstr(number, "statusCallback=\"https://x/leg?lead=1-2&amp;offer=3\">+390255500101</Number>"));
    const char *sip = call_markup_dial(&arena, &line, "sip:anna@pbx.example?a=1&b=<2>", 20, "l", "r");
    assert_non_null(strstr(sip, ">sip:anna@pbx.example?a=1&amp;b=&lt;2&gt;</Sip></Dial>"));
    struct phone_source shown = line;
    shown.caller_id = "+3902\"1";
    assert_non_null(strstr(call_markup_dial(&arena, &shown, "+1", 20, "l", "r"), "callerId=\"+3902&quot;1\""));
}

static void who_waits_for_nobody_hears_why_where_there_is_a_text(void **state)
{
    const struct phone_texts own = {.hold = "Hold", .closed = "We open at nine", .busy = "All are busy"};
    (void)state;
    assert_string_equal(phone_texts_of(&own, "", "Hold"), "Hold");
    assert_string_equal(phone_texts_of(&own, "closed", "Hold"), "We open at nine");
    assert_string_equal(phone_texts_of(&own, "busy", "Hold"), "All are busy");
    assert_string_equal(phone_texts_of(&own, "no_rep", "Hold"), "Hold");
}

static void record_markup_asks_for_a_message_and_tells_where_it_goes(void **state)
{
    const struct voicemail_config voicemail = {.length_max_s = 90, .silence_s = 4, .finish_key = "*#"};
    const struct phone_texts own = {.language = "en", .voicemail = "Speak <now>"};
    struct phone_source source = line;
    (void)state;
    source.voicemail = &voicemail;
    assert_string_equal(call_markup_record(&arena, &source, &own, "Closed", "https://x/message", "https://x/recording?a=1&b=2"),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Say language=\"en\">Closed</Say><Say language=\"en\">Speak &lt;now&gt;</Say>"
        "<Record method=\"POST\" maxLength=\"90\" timeout=\"4\" playBeep=\"true\" finishOnKey=\"*#\" action=\"https://x/message\""
        " recordingStatusCallbackMethod=\"POST\" recordingStatusCallbackEvent=\"completed\" recordingStatusCallback=\"https://x/recording?a=1&amp;b=2\"/>"
        "<Hangup/></Response>\n");
    assert_null(strstr(call_markup_record(&arena, &source, &own, NULL, "a", "b"), "Closed"));
}

static void a_recording_is_read_from_the_parameters_else_from_the_url(void **state)
{
    static const struct { const char *params, *query; bool is_one, is_empty; uint32_t seconds; } rows[] = {
        {"RecordingSid=RE1&RecordingUrl=https%3A%2F%2Fh%2FRE1&RecordingDuration=17", "", true, false, 17},
        {"RecordingSid=RE1&RecordingUrl=https%3A%2F%2Fh%2FRE1&RecordingDuration=0", "", true, true, 0},
        {"RecordingSid=RE1&RecordingUrl=https%3A%2F%2Fh%2FRE1", "", true, false, 0},
        {"RecordingSid=RE1&RecordingUrl=https%3A%2F%2Fh%2FRE1&RecordingDuration=-1", "", true, false, 0},
        {"RecordingSid=RE1&RecordingUrl=https%3A%2F%2Fh%2FRE1&RecordingDuration=99999999999", "", true, false, 0},
        {"CallSid=CA1", "recording=RE1&url=https%3A%2F%2Fh%2FRE1&seconds=17", true, false, 17},
        {"RecordingSid=RE1", "", false, false, 0},
        {"RecordingUrl=https%3A%2F%2Fh%2FRE1", "", false, false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct form_fields params = fields(rows[i].params), query = fields(rows[i].query);
        struct voice_recording recording;
        assert_int_equal(voice_recording_read(&params, &query, &recording), rows[i].is_one);
        assert_int_equal(recording.is_empty, rows[i].is_empty);
        assert_int_equal(recording.duration_s, rows[i].seconds);
        if (rows[i].is_one)
            assert_string_equal(recording.url, "https://h/RE1");
    }
}

static void goodbye_is_said_before_hanging_up(void **state)
{
    (void)state;
    assert_non_null(strstr(call_markup_end(&arena, &texts[0], texts[0].goodbye), ">Arrivederci &amp; a presto</Say><Hangup/>"));
    assert_non_null(strstr(call_markup_end(&arena, &texts[0], NULL), "<Response><Hangup/></Response>"));
}

static void the_caller_hears_the_language_of_their_country(void **state)
{
    (void)state;
    assert_string_equal(phone_texts_for(&line, "+442079460018")->language, "en");
    assert_string_equal(phone_texts_for(&line, "+390212345678")->language, "it");
    assert_string_equal(phone_texts_for(&line, "+33142685300")->language, "it");
    assert_string_equal(phone_texts_for(&line, "anonymous")->language, "it");
    assert_string_equal(phone_texts_for(&line, NULL)->language, "it");
}

static void call_parameters_become_a_lead(void **state)
{
    (void)state;
    static struct lead_builder builder;
    const struct lead_defaults defaults = {.channel = LW_CHANNEL_PHONE, .source = "main", .region = "IT"};
    const struct lw_lead *lead;
    const char *reason;
    struct form_fields params = fields("CallSid=CA1&From=%2B390212345678&To=%2B390255500000&CallerName=ROSSI+MARIO&CallStatus=ringing&FromCity=MILANO");
    lead_builder_init(&builder, &defaults);
    voice_lead_fill(&builder, &params, &texts[0]);
    assert_int_equal(lead_builder_finish(&builder, &lead, &reason), LW_OK);
    assert_string_equal(lead->call_id, "CA1");
    assert_string_equal(lead->phones[0].e164, "+390212345678");
    assert_string_equal(lead->called_number, "+390255500000");
    assert_string_equal(lead->full_name, "ROSSI MARIO");
    assert_string_equal(lead->language, "it");
    assert_int_equal(lead->attribute_count, 1);
    lead_builder_fini(&builder);

    params = fields("CallSid=CA1&From=anonymous");
    lead_builder_init(&builder, &defaults);
    voice_lead_fill(&builder, &params, &texts[1]);
    assert_int_equal(lead_builder_finish(&builder, &lead, &reason), LW_OK);   /* the open call is the way back */
    assert_int_equal(lead->phone_count, 0);
    assert_string_equal(lead->warnings[0], "the caller's number is withheld");
    lead_builder_fini(&builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hold_markup_tells_the_position_and_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dial_markup_rings_numbers_and_sip_addresses, set_up, tear_down),
        cmocka_unit_test(who_waits_for_nobody_hears_why_where_there_is_a_text),
        cmocka_unit_test_setup_teardown(record_markup_asks_for_a_message_and_tells_where_it_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_recording_is_read_from_the_parameters_else_from_the_url, set_up, tear_down),
        cmocka_unit_test_setup_teardown(goodbye_is_said_before_hanging_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_caller_hears_the_language_of_their_country, set_up, tear_down),
        cmocka_unit_test_setup_teardown(call_parameters_become_a_lead, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
