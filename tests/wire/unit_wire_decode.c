/* SPDX-License-Identifier: Apache-2.0
 *
 * Each rule of wire_decode, with the reason that a peer is told. wire_encode checks
 * no rules, so that the broken messages here come from the encoder itself.
 */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "golden_file.h"
#include "message_equal.h"
#include "wire_rules.h"

struct decoded {
    struct arena arena;
    struct wire_message message;
    const char *reason;
    uint64_t request_id;
    lw_status status;
};

static struct decoded result;

static void decode(const void *bytes, size_t size, enum wire_sender sender)
{
    uint8_t *exact = malloc(size ? size : 1);   /* asan sees a step outside */

    assert_non_null(exact);
    memcpy(exact, bytes, size);
    arena_fini(&result.arena);
    arena_init(&result.arena, WIRE_ARENA_CAP);
    result.status = wire_decode(exact, size, sender, &result.arena, &result.message, &result.reason, &result.request_id);
    memset(exact, 0, size);                      /* the message borrows nothing from the frame */
    free(exact);
    assert_non_null(result.reason);
    if (result.status != LW_OK) {
        assert_int_equal(result.message.type, WIRE_NONE);
        assert_null(result.message.base);
    }
}

static void expect(lw_status status, const char *reason)
{
    if (result.status != status || strcmp(result.reason, reason) != 0)
        fail_msg("expected %s \"%s\", got %s \"%s\"", lw_status_name(status), reason, lw_status_name(result.status),
                 result.reason);
}

/* A message that must be refused, by wire_check too, unless the fault is only in the bytes. */
static void expect_message(struct wire_message message, lw_status status, const char *reason)
{
    struct byte_buffer frame;
    const char *check_reason = "";
    unsigned senders = wire_type_find(message.type)->senders;

    byte_buffer_init(&frame, WIRE_CONTROL_FRAME_SIZE_MAX);
    assert_int_equal(wire_encode(&message, &frame), LW_OK);
    decode(frame.data, frame.size, senders & WIRE_FROM_CLIENT ? WIRE_FROM_CLIENT : WIRE_FROM_BROKER);
    expect(status, reason);
    assert_int_equal(wire_check(&message, &check_reason), status);
    assert_string_equal(check_reason, reason);
    byte_buffer_fini(&frame);
}

static Leadwire__V1__Lead good_lead(void)
{
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;

    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead.source = "contact-form";
    return lead;
}

static Leadwire__V1__Publish good_publish(Leadwire__V1__Lead *lead)
{
    Leadwire__V1__Publish publish = LEADWIRE__V1__PUBLISH__INIT;

    publish.request_id = 7;
    publish.idempotency_id = "form-881";
    publish.lead = lead;
    return publish;
}

static void expect_publish(Leadwire__V1__Publish *publish, lw_status status, const char *reason)
{
    expect_message((struct wire_message){.type = WIRE_PUBLISH, .publish = publish}, status, reason);
}

static void expect_lead(Leadwire__V1__Lead *lead, lw_status status, const char *reason)
{
    Leadwire__V1__Publish publish = good_publish(lead);

    expect_publish(&publish, status, reason);
}

/* A string of one repeated letter. Caller frees. */
static char *letters(size_t size)
{
    char *text = calloc(1, size + 1);

    assert_non_null(text);
    memset(text, 'a', size);
    return text;
}

static void a_frame_needs_its_header(void **state)
{
    struct golden golden = golden_read(WIRE_PING);

    (void)state;
    for (size_t size = 0; size < WIRE_HEADER_SIZE; size++) {
        decode(golden.frame, size, WIRE_FROM_CLIENT);
        expect(LW_INVALID, "the frame is shorter than its header");
    }
    golden.frame[1] = 'X';
    decode(golden.frame, golden.frame_size, WIRE_FROM_CLIENT);
    expect(LW_INVALID, "this is not a Leadwire frame");
    golden_fini(&golden);
}

static void other_versions_are_unsupported(void **state)
{
    static const uint8_t versions[] = {0, WIRE_VERSION_MAX + 1, 255};
    struct golden golden = golden_read(WIRE_PUBLISH);

    (void)state;
    for (size_t i = 0; i < sizeof versions; i++) {
        golden.frame[2] = versions[i];
        decode(golden.frame, golden.frame_size, WIRE_FROM_CLIENT);
        expect(LW_UNSUPPORTED, "this protocol version is not spoken here");
        assert_int_equal(result.request_id, 0);   /* other versions may keep it elsewhere */
    }
    golden_fini(&golden);
}

static void types_are_known_and_come_from_their_side(void **state)
{
    struct golden golden = golden_read(WIRE_WELCOME);

    (void)state;
    decode(golden.frame, golden.frame_size, WIRE_FROM_CLIENT);
    expect(LW_INVALID, "this message type does not come from this side");
    for (unsigned type = 0; type < 256; type++) {
        if (wire_type_find(type))
            continue;
        golden.frame[3] = (uint8_t)type;
        decode(golden.frame, golden.frame_size, WIRE_FROM_BROKER);
        expect(LW_INVALID, "there is no such message type");
        assert_string_equal(wire_type_name((enum wire_type)type), "unknown");
    }
    golden_fini(&golden);
}

static void the_length_is_exact(void **state)
{
    struct golden golden = golden_read(WIRE_PUBLISH);

    (void)state;
    decode(golden.frame, golden.frame_size - 1, WIRE_FROM_CLIENT);
    expect(LW_INVALID, "the header's length is not the frame's");
    golden.frame[4]--;   /* a byte too many behind the message */
    decode(golden.frame, golden.frame_size, WIRE_FROM_CLIENT);
    expect(LW_INVALID, "the header's length is not the frame's");
    golden.frame[7] = 1;
    decode(golden.frame, golden.frame_size, WIRE_FROM_CLIENT);
    expect(LW_INVALID, "the header's length is not the frame's");
    golden_fini(&golden);
}

static void a_type_has_its_size_limit(void **state)
{
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;
    struct wire_message message = {.type = WIRE_BYE, .bye = &bye};
    size_t overhead = WIRE_HEADER_SIZE + 1 + 3;   /* key, length */
    struct byte_buffer frame;

    (void)state;
    byte_buffer_init(&frame, 2 * WIRE_FRAME_SIZE_MAX);
    bye.reason = letters(WIRE_FRAME_SIZE_MAX - overhead);
    assert_int_equal(wire_encode(&message, &frame), LW_OK);
    assert_int_equal(frame.size, WIRE_FRAME_SIZE_MAX);
    decode(frame.data, frame.size, WIRE_FROM_CLIENT);
    expect(LW_TOO_LARGE, "reason is too long");

    byte_buffer_put_u8(&frame, 0);
    decode(frame.data, frame.size, WIRE_FROM_CLIENT);
    expect(LW_TOO_LARGE, "the frame is too large for its type");
    free(bye.reason);

    byte_buffer_clear(&frame);
    bye.reason = letters(WIRE_FRAME_SIZE_MAX - overhead + 1);
    assert_int_equal(wire_encode(&message, &frame), LW_TOO_LARGE);
    assert_int_equal(frame.size, 0);
    free(bye.reason);
    byte_buffer_fini(&frame);
}

static void broken_protobuf_is_refused_and_still_tells_its_request(void **state)
{
    static const uint8_t cut[] = {'L', 'W', 1, WIRE_CANCEL, 6, 0, 0, 0, 0x08, 0x89, 0x01, 0x12, 0x05, 'a'};
    static const uint8_t wrong_wire_type[] = {'L', 'W', 1, WIRE_CANCEL, 2, 0, 0, 0, 0x10, 0x01};
    static const uint8_t group[] = {'L', 'W', 1, WIRE_PING, 1, 0, 0, 0, 0x13};

    (void)state;
    decode(cut, sizeof cut, WIRE_FROM_CLIENT);
    expect(LW_INVALID, "the protobuf is malformed");
    assert_int_equal(result.request_id, 137);
    decode(wrong_wire_type, sizeof wrong_wire_type, WIRE_FROM_CLIENT);
    expect(LW_INVALID, "the protobuf is malformed");
    assert_int_equal(result.request_id, 0);
    decode(group, sizeof group, WIRE_FROM_CLIENT);
    expect(LW_INVALID, "the protobuf is malformed");
}

static void a_broken_rule_tells_its_request(void **state)
{
    Leadwire__V1__Publish publish = LEADWIRE__V1__PUBLISH__INIT;

    (void)state;
    publish.request_id = UINT64_MAX;
    expect_publish(&publish, LW_INVALID, "idempotency_id is missing");
    assert_true(result.request_id == UINT64_MAX);
}

static void required_fields_are_there(void **state)
{
    Leadwire__V1__Lead lead = good_lead();
    Leadwire__V1__Publish publish = good_publish(&lead);

    (void)state;
    expect_publish(&publish, LW_OK, "");
    publish.idempotency_id = "";
    expect_publish(&publish, LW_INVALID, "idempotency_id is missing");
    publish.idempotency_id = "x";
    publish.lead = NULL;
    expect_publish(&publish, LW_INVALID, "lead is missing");
    lead.source = "";
    expect_lead(&lead, LW_INVALID, "source is missing");
    lead = good_lead();
    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_NONE;
    expect_lead(&lead, LW_INVALID, "channel is missing");

    Leadwire__V1__Complete complete = LEADWIRE__V1__COMPLETE__INIT;
    complete.lead_id = "1-1";
    complete.disposition = "won";
    expect_message((struct wire_message){.type = WIRE_COMPLETE, .complete = &complete}, LW_INVALID,
                   "idempotency_id is missing");
    Leadwire__V1__Hello hello = LEADWIRE__V1__HELLO__INIT;
    expect_message((struct wire_message){.type = WIRE_HELLO, .hello = &hello}, LW_INVALID, "role is missing");
}

static void enum_values_exist(void **state)
{
    Leadwire__V1__Lead lead = good_lead();

    (void)state;
    lead.channel = (Leadwire__V1__Channel)6;
    expect_lead(&lead, LW_INVALID, "channel has a value that does not exist");
    lead.channel = (Leadwire__V1__Channel)-1;
    expect_lead(&lead, LW_INVALID, "channel has a value that does not exist");
}

static void a_status_of_later_is_read(void **state)
{
    Leadwire__V1__Reply reply = LEADWIRE__V1__REPLY__INIT;
    struct wire_message message = {.type = WIRE_REPLY, .reply = &reply};

    (void)state;
    expect_message(message, LW_INVALID, "status is missing");
    reply.status = (Leadwire__V1__Status)99;
    expect_message(message, LW_OK, "");
}

static void a_lead_is_named_by_its_id_or_by_its_source(void **state)
{
    Leadwire__V1__LeadQuery query = LEADWIRE__V1__LEAD_QUERY__INIT;
    struct wire_message message = {.type = WIRE_LEAD_QUERY, .lead_query = &query};
    const char *reason = "lead_id is missing, and so are source and idempotency_id";

    (void)state;
    expect_message(message, LW_INVALID, reason);
    query.source = "contact-form";
    expect_message(message, LW_INVALID, reason);
    query.idempotency_id = "form-881";
    expect_message(message, LW_OK, "");
    query = (Leadwire__V1__LeadQuery)LEADWIRE__V1__LEAD_QUERY__INIT;
    query.lead_id = "1-1";
    expect_message(message, LW_OK, "");
    Leadwire__V1__Cancel cancel = LEADWIRE__V1__CANCEL__INIT;
    expect_message((struct wire_message){.type = WIRE_CANCEL, .cancel = &cancel}, LW_INVALID, reason);
}

static void sizes_are_limited_to_the_byte(void **state)
{
    static const struct { size_t offset, size_max; const char *reason; } limits[] = {
        {offsetof(Leadwire__V1__Lead, source), LW_NAME_MAX, "source is too long"},
        {offsetof(Leadwire__V1__Lead, full_name), LW_LEAD_FIELD_MAX, "full_name is too long"},
        {offsetof(Leadwire__V1__Lead, summary), LW_LEAD_SUMMARY_MAX, "summary is too long"},
        {offsetof(Leadwire__V1__Lead, raw_ref), LW_LEAD_FIELD_MAX, "raw_ref is too long"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        Leadwire__V1__Lead lead = good_lead();
        char *text = letters(limits[i].size_max + 1);
        *(char **)(void *)((char *)&lead + limits[i].offset) = text;
        expect_lead(&lead, LW_TOO_LARGE, limits[i].reason);
        text[limits[i].size_max] = '\0';
        expect_lead(&lead, LW_OK, "");
        free(text);
    }
}

static void a_recording_has_an_address_of_the_web(void **state)
{
    static const struct { const char *url; lw_status status; const char *reason; } rows[] = {
        {"https://api.example.com/RE1", LW_OK, ""},
        {"", LW_INVALID, "url is missing"},
        {"javascript:alert(1)", LW_INVALID, "url is not an http or https address"},
        {"https://api.example.com/RE1\n", LW_INVALID, "url has a control character"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Leadwire__V1__Lead lead = good_lead();
        Leadwire__V1__Recording recording = LEADWIRE__V1__RECORDING__INIT;
        recording.url = (char *)rows[i].url;
        lead.recording = &recording;
        expect_lead(&lead, rows[i].status, rows[i].reason);
    }
}

static void counts_are_limited_to_the_item(void **state)
{
    Leadwire__V1__Attribute attribute = LEADWIRE__V1__ATTRIBUTE__INIT, *attributes[LW_LEAD_ATTRIBUTES_MAX + 1];
    Leadwire__V1__Lead lead = good_lead();
    char *warnings[LW_LEAD_WARNINGS_MAX + 1];

    (void)state;
    attribute.name = "page";
    for (size_t i = 0; i <= LW_LEAD_ATTRIBUTES_MAX; i++)
        attributes[i] = &attribute;
    lead.attributes = attributes;
    lead.n_attributes = LW_LEAD_ATTRIBUTES_MAX;
    expect_lead(&lead, LW_OK, "");
    lead.n_attributes++;
    expect_lead(&lead, LW_TOO_LARGE, "attributes has too many items");

    lead = good_lead();
    for (size_t i = 0; i <= LW_LEAD_WARNINGS_MAX; i++)
        warnings[i] = "odd";
    lead.warnings = warnings;
    lead.n_warnings = LW_LEAD_WARNINGS_MAX + 1;
    expect_lead(&lead, LW_TOO_LARGE, "warnings has too many items");
}

static void rules_hold_inside_lists(void **state)
{
    Leadwire__V1__Phone phone = LEADWIRE__V1__PHONE__INIT, *phones[] = {&phone};
    Leadwire__V1__Lead lead = good_lead();
    char *references[] = {"m0", "\xff"};

    (void)state;
    phone.raw = "\xc3";
    lead.phones = phones;
    lead.n_phones = 1;
    expect_lead(&lead, LW_INVALID, "raw is not UTF-8");
    lead = good_lead();
    lead.references = references;
    lead.n_references = 2;
    expect_lead(&lead, LW_INVALID, "references is not UTF-8");
}

static void names_have_no_control_characters_and_texts_may(void **state)
{
    static char *const controls[] = {"a\nb", "\x1b[2J", "tab\t", "del\x7f", "c1 \xc2\x85", "longer than a word\r"};
    static char *const fine[] = {"na\xc3\xafve", "\xc2\xa0", "\xe2\x82\xac", "a b", "{}~"};

    (void)state;
    for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
        Leadwire__V1__Lead lead = good_lead();
        lead.summary = controls[i];
        expect_lead(&lead, LW_OK, "");
        lead.source = controls[i];
        expect_lead(&lead, LW_INVALID, "source has a control character");
        lead = good_lead();
        Leadwire__V1__Publish publish = good_publish(&lead);
        publish.idempotency_id = controls[i];
        expect_publish(&publish, LW_INVALID, "idempotency_id has a control character");
    }
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        Leadwire__V1__Lead lead = good_lead();
        lead.source = fine[i];
        expect_lead(&lead, LW_OK, "");
    }
}

static void strings_are_utf8(void **state)
{
    static char *const broken[] = {
        "\x80", "\xc0\xaf", "\xc3", "abcdefgh\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xe2\x82\x41", "\xff",
    };

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        Leadwire__V1__Lead lead = good_lead();
        lead.subject = broken[i];
        expect_lead(&lead, LW_INVALID, "subject is not UTF-8");
    }
}

/* Puts a NUL where the golden frame has `what`. */
static void nul_inside(enum wire_type type, const char *what)
{
    struct golden golden = golden_read(type);
    size_t at = 0;

    while (memcmp(golden.frame + at, what, strlen(what)) != 0) {
        at++;
        assert_in_range(at, 0, golden.frame_size - strlen(what));
    }
    golden.frame[at + 1] = 0;
    decode(golden.frame, golden.frame_size, golden.sender);
    golden_fini(&golden);
}

static void a_nul_inside_a_string_is_found_in_the_bytes(void **state)
{
    (void)state;
    nul_inside(WIRE_PUBLISH, "form-881");
    expect(LW_INVALID, "idempotency_id has a NUL inside");
    assert_true(result.request_id == UINT64_MAX);
    nul_inside(WIRE_PUBLISH, "Officine");
    expect(LW_INVALID, "company has a NUL inside");
    nul_inside(WIRE_PUBLISH, "employees");
    expect(LW_INVALID, "name has a NUL inside");
    nul_inside(WIRE_APPLY_CONFIG, "it-ch");
    expect(LW_INVALID, "values has a NUL inside");
    nul_inside(WIRE_HELLO, "correct horse");
    expect(LW_INVALID, "secret has a NUL inside");
}

/* protobuf-c takes a varint of 70 bits; what stands behind it must be looked at all the same. */
static void a_nul_behind_an_overlong_varint_is_found(void **state)
{
    static const uint8_t frame[] = {
        'L', 'W', 1, WIRE_CANCEL, 16, 0, 0, 0,
        0x08, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f, 0x12, 0x03, '1', 0, '2',
    };

    (void)state;
    decode(frame, sizeof frame, WIRE_FROM_CLIENT);
    expect(LW_INVALID, "lead_id has a NUL inside");
}

static void unknown_fields_are_dropped_at_every_depth(void **state)
{
    static const uint8_t frame[] = {
        'L', 'W', 1, WIRE_PUBLISH, 40, 0, 0, 0,
        0x12, 1, 'x',                          /* idempotency_id */
        0xf8, 0x07, 0x05,                      /* 127: varint */
        0xfa, 0x07, 0x02, 0x00, 0x01,          /* 127: bytes with a NUL */
        0xf9, 0x07, 0, 1, 2, 3, 4, 5, 6, 7,    /* 127: 8 bytes */
        0x22, 17,                              /* lead */
        0x08, 2, 0x12, 1, 'w',                 /*   channel, source */
        0x42, 4, 0xf2, 0x03, 1, 'z',           /*   a phone with field 62 */
        0xfd, 0x07, 0, 0, 0, 0,                /*   127: 4 bytes */
    };

    (void)state;
    decode(frame, sizeof frame, WIRE_FROM_CLIENT);
    expect(LW_OK, "");
    const Leadwire__V1__Publish *publish = result.message.publish;
    assert_int_equal(publish->base.n_unknown_fields, 0);
    assert_int_equal(publish->lead->base.n_unknown_fields, 0);
    assert_int_equal(publish->lead->n_phones, 1);
    assert_int_equal(publish->lead->phones[0]->base.n_unknown_fields, 0);
}

static void the_arenas_cap_is_kept(void **state)
{
    struct golden golden = golden_read(WIRE_PUBLISH);
    size_t refused = 0;

    (void)state;
    for (size_t cap = 0; cap < 16384; cap += 64) {
        struct arena arena;
        struct wire_message message;
        const char *reason;
        arena_init(&arena, cap);
        lw_status status = wire_decode(golden.frame, golden.frame_size, WIRE_FROM_CLIENT, &arena, &message, &reason, NULL);
        assert_in_range(arena.used_bytes, 0, cap);
        if (status != LW_OK) {
            assert_int_equal(status, LW_NO_MEMORY);
            assert_string_equal(reason, "the message needs too much memory");
            assert_null(message.base);
            refused++;
        }
        arena_fini(&arena);
    }
    assert_in_range(refused, 10, 16384 / 64 - 10);
    golden_fini(&golden);
}

/* WIRE_ARENA_CAP promises room for any frame that passes the limits: the widest one. */
static void the_longest_list_fits_the_usual_arena(void **state)
{
    Leadwire__V1__Hello hello = LEADWIRE__V1__HELLO__INIT;
    Leadwire__V1__HeldLead held = LEADWIRE__V1__HELD_LEAD__INIT, *list[1025];
    struct wire_message message = {.type = WIRE_HELLO, .hello = &hello};

    (void)state;
    hello.role = LEADWIRE__V1__ROLE__ROLE_REP;
    held.lead_id = letters(LW_LEAD_ID_TEXT_MAX - 1);
    held.offer_number = UINT32_MAX;
    for (size_t i = 0; i < 1025; i++)
        list[i] = &held;
    hello.held = list;
    hello.n_held = 1024;
    expect_message(message, LW_OK, "");
    hello.n_held = 1025;
    expect_message(message, LW_TOO_LARGE, "held has too many items");
    free(held.lead_id);
}

/* As many reps as are allowed, each with skills: WIRE_CONTROL_ARENA_CAP promises room for it. */
static void a_large_desk_fits_the_control_arena(void **state)
{
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    Leadwire__V1__DeskConfig config = LEADWIRE__V1__DESK_CONFIG__INIT;
    Leadwire__V1__RepConfig rep = LEADWIRE__V1__REP_CONFIG__INIT;
    Leadwire__V1__SkillLevel level = LEADWIRE__V1__SKILL_LEVEL__INIT, *levels[8];
    enum { REPS = 16384 };
    Leadwire__V1__RepConfig **reps = calloc(REPS, sizeof *reps);
    struct wire_message message = {.type = WIRE_APPLY_CONFIG, .apply_config = &apply}, again;
    struct byte_buffer frame;
    struct arena arena;
    const char *reason;

    (void)state;
    level.skill = "machine-tools";
    level.level = 7;
    for (size_t i = 0; i < 8; i++)
        levels[i] = &level;
    rep.name = "bruno.bianchi";
    rep.label = "Bruno Bianchi";
    rep.team = "inside-north";
    rep.device = "sip:bruno.bianchi@pbx.example";
    rep.skills = levels;
    rep.n_skills = 8;
    for (size_t i = 0; i < REPS; i++)
        reps[i] = &rep;
    config.reps = reps;
    config.n_reps = REPS;
    apply.config = &config;
    byte_buffer_init(&frame, WIRE_CONTROL_FRAME_SIZE_MAX);
    arena_init(&arena, WIRE_CONTROL_ARENA_CAP);
    assert_int_equal(wire_encode(&message, &frame), LW_OK);
    assert_in_range(frame.size, WIRE_CONTROL_FRAME_SIZE_MAX / 2, WIRE_CONTROL_FRAME_SIZE_MAX);
    assert_int_equal(wire_decode(frame.data, frame.size, WIRE_FROM_CLIENT, &arena, &again, &reason, NULL), LW_OK);
    assert_true(message_equal(message.base, again.base));
    arena_fini(&arena);
    byte_buffer_fini(&frame);
    free(reps);
}

static void check_rules(const struct wire_rules *rules)
{
    assert_int_equal(rules->field_count, rules->descriptor->n_fields);
    for (size_t i = 0; i < rules->field_count; i++) {
        const struct wire_rule *rule = &rules->fields[i];
        const ProtobufCFieldDescriptor *field = &rules->descriptor->fields[i];
        bool is_text = rule->kind == WIRE_RULE_NAME || rule->kind == WIRE_RULE_TEXT;

        assert_string_equal(rule->field, field->name);
        assert_int_equal(is_text, field->type == PROTOBUF_C_TYPE_STRING);
        assert_int_equal(rule->kind == WIRE_RULE_ENUM, field->type == PROTOBUF_C_TYPE_ENUM);
        assert_int_equal(rule->kind == WIRE_RULE_MESSAGE, field->type == PROTOBUF_C_TYPE_MESSAGE);
        assert_int_equal(rule->count_max > 0, field->label == PROTOBUF_C_LABEL_REPEATED);
        assert_int_equal(rule->size_max > 0, is_text);
        assert_int_equal(rule->kind == WIRE_RULE_REQUEST_ID, strcmp(field->name, "request_id") == 0);
        if (rule->kind == WIRE_RULE_REQUEST_ID)
            assert_true(i == 0 && field->id == 1 && field->type == PROTOBUF_C_TYPE_UINT64);
        if (rule->kind == WIRE_RULE_MESSAGE) {
            assert_ptr_equal(rule->of->descriptor, field->descriptor);
            check_rules(rule->of);
        }
    }
}

static void every_field_has_the_rule_of_its_type(void **state)
{
    (void)state;
    for (unsigned number = 0; number < 256; number++) {
        const struct wire_type_info *type = wire_type_find(number);
        if (type)
            check_rules(type->rules);
    }
    assert_string_equal(wire_type_name(WIRE_OFFER_ANSWER), "offer_answer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_needs_its_header),
        cmocka_unit_test(other_versions_are_unsupported),
        cmocka_unit_test(types_are_known_and_come_from_their_side),
        cmocka_unit_test(the_length_is_exact),
        cmocka_unit_test(a_type_has_its_size_limit),
        cmocka_unit_test(broken_protobuf_is_refused_and_still_tells_its_request),
        cmocka_unit_test(a_broken_rule_tells_its_request),
        cmocka_unit_test(required_fields_are_there),
        cmocka_unit_test(enum_values_exist),
        cmocka_unit_test(a_status_of_later_is_read),
        cmocka_unit_test(a_lead_is_named_by_its_id_or_by_its_source),
        cmocka_unit_test(sizes_are_limited_to_the_byte),
        cmocka_unit_test(a_recording_has_an_address_of_the_web),
        cmocka_unit_test(counts_are_limited_to_the_item),
        cmocka_unit_test(rules_hold_inside_lists),
        cmocka_unit_test(names_have_no_control_characters_and_texts_may),
        cmocka_unit_test(strings_are_utf8),
        cmocka_unit_test(a_nul_inside_a_string_is_found_in_the_bytes),
        cmocka_unit_test(a_nul_behind_an_overlong_varint_is_found),
        cmocka_unit_test(unknown_fields_are_dropped_at_every_depth),
        cmocka_unit_test(the_arenas_cap_is_kept),
        cmocka_unit_test(the_longest_list_fits_the_usual_arena),
        cmocka_unit_test(a_large_desk_fits_the_control_arena),
        cmocka_unit_test(every_field_has_the_rule_of_its_type),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_fini(&result.arena);
    return failed;
}
