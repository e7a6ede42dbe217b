/* SPDX-License-Identifier: Apache-2.0
 *
 * A rep of an outsourced team, over sockets: until they accept, no frame to them says whom a lead is about.
 */
#include <stdio.h>
#include <string.h>

#include "broker_fixture.h"
#include "cmocka_all.h"
#include "raw_peer.h"
#include "wall_clock.h"

#define CONTROL LEADWIRE__V1__ROLE__ROLE_CONTROL
#define PUBLISHER LEADWIRE__V1__ROLE__ROLE_PUBLISHER
#define REP LEADWIRE__V1__ROLE__ROLE_REP
#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { OFFER_MS = 60000, GRACE_MS = 60000 };

static struct broker_fixture broker;
static struct byte_buffer bytes;

static char *text(const char *literal)
{
    return (char *)(uintptr_t)literal;
}

/* Of Giulia, whatever names, reaches or quotes her. */
static const char *const personal[] = {"Giulia", "Verdi", "+390255500104", "giulia@example.com", "Via Roma", "20121", "Solar Verdi", "roof of my house",
                                       "call me at noon", "house-colour", "yellow"};

static int start(void **state)
{
    static const char *const args[] = {"--ephemeral", NULL};

    (void)state;
    byte_buffer_init(&bytes, 1024 * 1024);
    broker_fixture_open(&broker, args);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, OFFER_MS, GRACE_MS);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_close(&broker);
    byte_buffer_fini(&bytes);
    return 0;
}

static void open_as(struct raw_peer *peer, const char *door, Leadwire__V1__Role role, const char *rep)
{
    raw_peer_open(peer, broker.run_dir, door);
    raw_peer_enter(peer, role, rep);
}

/* Anna is of the team agency, whom the only rule names. */
static void put_anna_in_an_agency(bool outsourced)
{
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    Leadwire__V1__ConfigRequest request = LEADWIRE__V1__CONFIG_REQUEST__INIT;
    Leadwire__V1__TeamConfig agency = LEADWIRE__V1__TEAM_CONFIG__INIT, *teams[1] = {&agency};
    char *names[1] = {text("agency")};
    struct raw_peer control, reader;

    open_as(&reader, "control", CONTROL, NULL);
    open_as(&control, "control", CONTROL, NULL);
    request.request_id = 1;
    raw_peer_send(&reader, WIRE_CONFIG_REQUEST, &request.base);
    Leadwire__V1__DeskConfig *config = raw_peer_expect(&reader, WIRE_CONFIG_REPLY)->config_reply->config;
    agency.name = text("agency");
    agency.outsourced = outsourced;
    config->teams = teams;
    config->n_teams = 1;
    config->reps[0]->team = text("agency");
    config->rules[0]->teams = names;
    config->rules[0]->n_teams = 1;
    apply.config = config;
    apply.request_id = 2;
    apply.applied_by = text("test");
    raw_peer_send(&control, WIRE_APPLY_CONFIG, &apply.base);
    raw_peer_expect_reply(&control, 2, STATUS(ACCEPTED));
    raw_peer_close(&control);
    raw_peer_close(&reader);
}

/* A form in which everything is filled in. */
static void publish_giulia(const char *id)
{
    Leadwire__V1__Publish publish = LEADWIRE__V1__PUBLISH__INIT;
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    Leadwire__V1__Phone phone = LEADWIRE__V1__PHONE__INIT, *phones[1] = {&phone};
    Leadwire__V1__Attribute colour = LEADWIRE__V1__ATTRIBUTE__INIT, *attributes[1] = {&colour};
    Leadwire__V1__Email email = LEADWIRE__V1__EMAIL__INIT, *emails[1] = {&email};
    struct raw_peer publisher;

    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead.source = text("form");
    lead.language = text("it");
    lead.country = text("IT");
    lead.product = text("heatpump");
    lead.full_name = text("Giulia Verdi");
    lead.given_name = text("Giulia");
    lead.family_name = text("Verdi");
    lead.company = text("Solar Verdi");
    lead.city = text("Via Roma");
    lead.postal_code = text("20121");
    lead.subject = text("roof of my house");
    lead.summary = text("please call me at noon");
    phone.e164 = phone.raw = text("+390255500104");
    lead.phones = phones;
    lead.n_phones = 1;
    email.address = email.key = text("giulia@example.com");
    lead.emails = emails;
    lead.n_emails = 1;
    colour.name = text("house-colour");
    colour.value = text("yellow");
    lead.attributes = attributes;
    lead.n_attributes = 1;
    publish.request_id = 1;
    publish.idempotency_id = text(id);
    publish.received_unix_ms = wall_clock_unix_ms();
    publish.lead = &lead;
    open_as(&publisher, "publish", PUBLISHER, NULL);
    raw_peer_send(&publisher, WIRE_PUBLISH, &publish.base);
    raw_peer_expect_reply(&publisher, 1, STATUS(ACCEPTED));
    raw_peer_close(&publisher);
}

static bool says(const char *words)
{
    for (size_t i = 0; i + strlen(words) <= bytes.size; i++) {
        if (memcmp(bytes.data + i, words, strlen(words)) == 0)
            return true;
    }
    return false;
}

/* All until one of this type: nothing of Giulia in any of them. */
static const struct wire_message *expect_without_her(struct raw_peer *peer, enum wire_type type)
{
    do {
        assert_true(raw_peer_receive(peer, RAW_PEER_WAIT_MS));
        byte_buffer_clear(&bytes);
        assert_int_equal(wire_encode(&peer->message, &bytes), LW_OK);
        for (size_t i = 0; i < sizeof personal / sizeof *personal; i++) {
            if (says(personal[i]))
                fail_msg("%s says '%s'", wire_type_name(peer->message.type), personal[i]);
        }
    } while (peer->message.type != type);
    return &peer->message;
}

static void assert_is_giulia(const Leadwire__V1__Lead *lead)
{
    assert_non_null(lead);
    assert_string_equal(lead->full_name, "Giulia Verdi");
    assert_string_equal(lead->phones[0]->e164, "+390255500104");
    assert_string_equal(lead->summary, "please call me at noon");
    assert_int_equal(lead->n_attributes, 1);
}

static void log_off(struct raw_peer *peer)
{
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;

    raw_peer_send(peer, WIRE_BYE, &bye.base);
    raw_peer_close(peer);
}

static void nothing_says_who_it_is_before_it_is_accepted(void **state)
{
    struct raw_peer anna;
    char lead_id[LW_LEAD_ID_TEXT_MAX];

    (void)state;
    put_anna_in_an_agency(true);
    open_as(&anna, "reps", REP, "anna");
    publish_giulia("hidden");
    const Leadwire__V1__Offer *offer = expect_without_her(&anna, WIRE_OFFER)->offer;
    assert_string_equal(offer->lead->product, "heatpump");
    assert_string_equal(offer->lead->country, "IT");
    snprintf(lead_id, sizeof lead_id, "%s", offer->lead_id);
    raw_peer_close(&anna);

    open_as(&anna, "reps", REP, "anna");         /* the snapshot hides what is offered, */
    offer = expect_without_her(&anna, WIRE_OFFER)->offer;
    assert_true(offer->resumed);
    expect_without_her(&anna, WIRE_SNAPSHOT_END);
    raw_peer_answer(&anna, lead_id, 1, true);
    assert_is_giulia(raw_peer_expect(&anna, WIRE_HOLDING)->holding->lead);
    raw_peer_close(&anna);

    open_as(&anna, "reps", REP, "anna");         /* and has what is theirs */
    const Leadwire__V1__Holding *holding = raw_peer_expect(&anna, WIRE_HOLDING)->holding;
    assert_true(holding->resumed);
    assert_is_giulia(holding->lead);
    raw_peer_expect_reply(&anna, raw_peer_complete(&anna, lead_id, "done-1"), STATUS(ACCEPTED));
    log_off(&anna);
}

static void a_team_taken_on_sees_what_it_is_offered(void **state)
{
    struct raw_peer anna;
    char lead_id[LW_LEAD_ID_TEXT_MAX];

    (void)state;
    put_anna_in_an_agency(true);
    open_as(&anna, "reps", REP, "anna");
    publish_giulia("taken-on");
    snprintf(lead_id, sizeof lead_id, "%s", expect_without_her(&anna, WIRE_OFFER)->offer->lead_id);
    put_anna_in_an_agency(false);
    const Leadwire__V1__Offer *offer = raw_peer_expect(&anna, WIRE_OFFER)->offer;
    assert_true(offer->resumed);
    assert_is_giulia(offer->lead);
    raw_peer_expect_reply(&anna, raw_peer_answer(&anna, lead_id, 1, true), STATUS(ACCEPTED));
    raw_peer_expect_reply(&anna, raw_peer_complete(&anna, lead_id, "done-2"), STATUS(ACCEPTED));
    log_off(&anna);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_says_who_it_is_before_it_is_accepted),
        cmocka_unit_test(a_team_taken_on_sees_what_it_is_offered),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
