/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "call_refuse.h"
#include "sip_config.h"
#include "sip_contact.h"
#include "sip_frame.h"
#include "sip_lead.h"
#include "sip_request.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    sip_request_library_init();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static enum sip_verdict read_text(const char *text, struct sip_request *out)
{
    return sip_request_read(&arena, "192.0.2.7", 5062, text, strlen(text), out);
}

static struct sip_request invite(const char *more)
{
    struct sip_request request;
    const char *text = arena_printf(&arena, "INVITE sip:+390255500000@10.0.0.9 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bKa;rport\r\n"
                                    "From: \"Rossi \\\"M\\\"\" <sip:+390212345678;x=y@b.example>;tag=f\r\nt: <sip:0255500000@c.example>\r\n"
                                    "i: call-1\r\nCSeq: 7 INVITE\r\n%s\r\n", more);
    assert_int_equal(read_text(text, &request), SIP_IS_REQUEST);
    return request;
}

static void a_frame_joins_folded_lines_and_knows_compact_names(void **state)
{
    (void)state;
    struct sip_frame frame;
    const char *text = "OPTIONS sip:a SIP/2.0\r\nv : x\r\n  y\r\nL: 5\r\nSubject:\r\n\r\nhello and more";
    assert_int_equal(sip_frame_read(&arena, text, strlen(text), &frame), SIP_FRAME_WHOLE);
    assert_string_equal(frame.start, "OPTIONS sip:a SIP/2.0");
    assert_string_equal(sip_frame_find(&frame, "via", 0), "x    y");
    assert_string_equal(sip_frame_find(&frame, "subject", 0), "");
    assert_null(sip_frame_find(&frame, "via", 1));
    assert_int_equal(frame.body_size, 5);
    assert_memory_equal(text + frame.head_size, "hello", 5);
    assert_int_equal(sip_frame_read(&arena, text, frame.head_size - 1, &frame), SIP_FRAME_PART);
}

static void lines_that_end_otherwise_are_no_sip(void **state)
{
    (void)state;
    static const char *const broken[] = {"A\r\nB: c\nD: e\r\n\r\n", "A\r\nB: c\rD: e\r\n\r\n", "A\r\nno colon\r\n\r\n", "A\r\n: x\r\n\r\n", "A\r\nB c: x\r\n\r\n"};
    struct sip_frame frame;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_int_equal(sip_frame_read(&arena, broken[i], strlen(broken[i]), &frame), SIP_FRAME_BROKEN);
    assert_int_equal(sip_frame_read(&arena, "A\r\nB: \0\r\n\r\n", 11, &frame), SIP_FRAME_BROKEN);
}

static void a_list_is_divided_outside_of_quotes_and_brackets(void **state)
{
    (void)state;
    const char *at = " \"a, \\\"b\" <sip:c,d@e> ,, f;g=h ,";
    assert_string_equal(sip_list_next(&arena, &at), "\"a, \\\"b\" <sip:c,d@e>");
    assert_string_equal(sip_list_next(&arena, &at), "f;g=h");
    assert_null(sip_list_next(&arena, &at));
}

static void an_invite_gives_its_fields(void **state)
{
    (void)state;
    struct sip_request request = invite("P-Asserted-Identity: <sip:>, \"N\" <tel:+39029;x=1>\r\nDiversion: <sip:+39025@x>;reason=busy\r\n");
    assert_int_equal(request.refusal, 0);
    assert_int_equal(request.method, SIP_INVITE);
    assert_string_equal(request.uri.user, "+390255500000");
    assert_string_equal(request.from.user, "+390212345678");
    assert_string_equal(request.from.display, "Rossi \"M\"");
    assert_string_equal(request.from_tag, "f");
    assert_null(request.to_tag);
    assert_string_equal(request.asserted.user, "+39029");
    assert_string_equal(request.diversion.user, "+39025");
    assert_true(request.reply_to_source);
    assert_int_equal(request.via_port, 5070);
    assert_false(request.is_private);
}

static void an_ack_and_a_cancel_have_the_key_of_their_invite(void **state)
{
    (void)state;
    struct sip_request first = invite(""), other;
    assert_int_equal(read_text("ACK sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bKa\r\nFrom: <sip:a@b>;tag=f\r\n"
                               "To: <sip:c@d>;tag=t\r\nCall-ID: call-1\r\nCSeq: 7 ACK\r\n\r\n", &other), SIP_IS_REQUEST);
    assert_string_equal(other.key, first.key);
    assert_int_equal(read_text("CANCEL sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bKb\r\nFrom: <sip:a@b>;tag=f\r\n"
                               "To: <sip:c@d>\r\nCall-ID: call-1\r\nCSeq: 7 CANCEL\r\n\r\n", &other), SIP_IS_REQUEST);
    assert_string_not_equal(other.key, first.key);   /* another branch */
}

static void an_answer_repeats_what_it_must(void **state)
{
    (void)state;
    struct byte_buffer reply;
    struct sip_request request = invite("Via: SIP/2.0/TCP x;branch=z9hG4bKb\r\nRecord-Route: <sip:r;lr>, <sip:s;lr>\r\nTimestamp: 3\r\n");
    byte_buffer_init(&reply, 1 << 16);
    sip_reply_write(&reply, &request, 180, "tag", "Contact: <sip:us>\r\n");
    byte_buffer_put(&reply, "", 1);
    assert_string_equal((const char *)reply.data,
                        "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bKa;rport=5062;received=192.0.2.7\r\n"
                        "Via: SIP/2.0/TCP x;branch=z9hG4bKb\r\nFrom: \"Rossi \\\"M\\\"\" <sip:+390212345678;x=y@b.example>;tag=f\r\n"
                        "To: <sip:0255500000@c.example>;tag=tag\r\nCall-ID: call-1\r\nCSeq: 7 INVITE\r\nRecord-Route: <sip:r;lr>\r\n"
                        "Record-Route: <sip:s;lr>\r\nContact: <sip:us>\r\nServer: leadwire-phone\r\nContent-Length: 0\r\n\r\n");
    byte_buffer_clear(&reply);
    sip_reply_write(&reply, &request, 100, "", NULL);
    byte_buffer_put(&reply, "", 1);
    assert_non_null(strstr((const char *)reply.data, "\r\nTimestamp: 3\r\n"));
    assert_null(strstr((const char *)reply.data, ";tag=tag"));
    byte_buffer_fini(&reply);
}

static void a_device_becomes_a_contact_or_none(void **state)
{
    (void)state;
    const struct sip_source plain = {0}, domain = {.contact_domain = "pbx.example"};
    assert_string_equal(sip_contact_of_device(&arena, &plain, "+39 02 (5550)-0101"), "Contact: <tel:+390255500101>\r\n");
    assert_string_equal(sip_contact_of_device(&arena, &domain, "+390255500101"), "Contact: <sip:+390255500101@pbx.example;user=phone>\r\n");
    assert_string_equal(sip_contact_of_device(&arena, &domain, "sips:anna@x"), "Contact: <sips:anna@x>\r\n");
    static const char *const none[] = {"", "anna", "sip:", "sip:a@b>\r\nX: y", "sip:a b", "client:anna", "+"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_null(sip_contact_of_device(&arena, &plain, none[i]));
}

static struct sip_config *read_config(const char *text, size_t problems)
{
    struct yaml_doc *doc = yaml_doc_from_text("x", text, strlen(text));
    struct sip_config *config = sip_config_read(doc, yaml_map_find(yaml_doc_root(doc), "sip"), &arena);
    for (size_t i = 0; i < yaml_doc_problem_count(doc); i++)
        print_message("%s\n", yaml_doc_problem_at(doc, i));
    assert_int_equal(yaml_doc_problem_count(doc), problems);
    yaml_doc_close(&doc);
    return config;
}

static bool is_peer(const struct sip_config *config, const char *text)
{
    struct address address;
    assert_true(address_parse(text, strlen(text), &address));
    return sip_config_is_peer(config, &address);
}

static void a_configuration_says_who_may_call_what(void **state)
{
    (void)state;
    struct sip_config *config = read_config(
        "sip:\n  listen: [\"udp:0.0.0.0:5060\", \"tcp:[::1]:0\"]\n  peers: [192.0.2.0/24]\n  trusted: [192.0.2.1]\n"
        "  sources:\n    a: {called: [\"+39 02-555\", \"anna\"], refuse: []}\n    b: {}\n", 0);
    assert_int_equal(config->listen_count, 2);
    assert_true(config->listen[1].is_tcp && !config->listen[0].is_tcp);
    assert_string_equal(sip_config_find(config, "+3902555")->name, "a");
    assert_string_equal(sip_config_find(config, "anna")->name, "a");
    assert_string_equal(sip_config_find(config, "+39025551")->name, "b");
    assert_int_equal(config->sources[0].refuse, 0);
    assert_int_equal(config->sources[1].refuse, CALL_REFUSE_CLOSED | CALL_REFUSE_NO_REP);
    assert_true(is_peer(config, "192.0.2.77") && is_peer(config, "127.3.0.1") && is_peer(config, "::1") && is_peer(config, "::ffff:192.0.2.1"));
    assert_false(is_peer(config, "192.0.3.1") || is_peer(config, "::2"));
    assert_null(read_config("a: b\n", 0));
}

static void a_wrong_configuration_is_refused(void **state)
{
    (void)state;
    static const char good_end[] = "  sources: {a: {}}\n";
    static const struct { const char *sip; bool with_end; size_t problems; } wrong[] = {
        {"sip: 1\n", false, 1},
        {"sip:\n  listen: udp:127.0.0.1:1\n", true, 1},
        {"sip:\n  listen: [\"udp:127.0.0.1\", \"sctp:127.0.0.1:1\", \"tcp:localhost:1\", \"udp:127.0.0.1:70000\", \"u\"]\n", true, 5},
        {"sip:\n  listen: [\"udp:0.0.0.0:5060\"]\n", true, 1},                     /* peers are missing */
        {"sip:\n  listen: [\"udp:127.0.0.1:0\"]\n  peers: [nobody]\n  trusted: []\n", true, 2},
        {"sip:\n  listen: [\"udp:127.0.0.1:0\"]\n  calls_max: 0\n  t1: 1ms\n  nonsense: 1\n", true, 3},
        {"sip:\n  listen: [\"udp:127.0.0.1:0\"]\n", false, 1},                     /* no sources */
        {"sip:\n  listen: [\"udp:127.0.0.1:0\"]\n  sources: {a: {}, b: {}}\n", false, 1},
        {"sip:\n  listen: [\"udp:127.0.0.1:0\"]\n  sources: {a: {called: [\"1\"]}, b: {called: [\"(1)\"]}}\n", false, 1},
        {"sip:\n  listen: [\"udp:127.0.0.1:0\"]\n  sources: {a: {refuse: [never], contact_domain: \"a b\", called: [], wait: 1ms}}\n", false, 4},
        {"sip:\n  listen: [\"udp:127.0.0.1:0\"]\n  sources: {a: 1, \"b c\": {}}\n", false, 3},
        {"sip:\n  listen: [\"udp:127.0.0.1:0\"]\n  sources: {a: {refuse: closed}}\n", false, 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        read_config(arena_printf(&arena, "%s%s", wrong[i].sip, wrong[i].with_end ? good_end : ""), wrong[i].problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_frame_joins_folded_lines_and_knows_compact_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_that_end_otherwise_are_no_sip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_is_divided_outside_of_quotes_and_brackets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_invite_gives_its_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_ack_and_a_cancel_have_the_key_of_their_invite, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_repeats_what_it_must, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_device_becomes_a_contact_or_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_configuration_says_who_may_call_what, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_configuration_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
