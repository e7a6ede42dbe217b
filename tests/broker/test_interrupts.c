/* SPDX-License-Identifier: Apache-2.0
 *
 * A rep who is full of mails is offered a form that interrupts them, over sockets: the offer says so, also told again.
 */
#include <stdio.h>

#include "broker_fixture.h"
#include "cmocka_all.h"
#include "raw_peer.h"

#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { OFFER_MS = 60000, GRACE_MS = 60000 };

static struct broker_fixture broker;

static char *text(const char *literal)
{
    return (char *)(uintptr_t)literal;
}

static int start(void **state)
{
    static const char *const args[] = {"--ephemeral", NULL};

    (void)state;
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
    return 0;
}

/* Forms interrupt mails, and anna has two units for them beyond her two. */
static void let_forms_interrupt_mails(void)
{
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    Leadwire__V1__ConfigRequest request = LEADWIRE__V1__CONFIG_REQUEST__INIT;
    Leadwire__V1__ChannelConfig mail = LEADWIRE__V1__CHANNEL_CONFIG__INIT, *channels[2];
    struct raw_peer control, reader;

    raw_peer_open(&reader, broker.run_dir, "control");
    raw_peer_enter(&reader, LEADWIRE__V1__ROLE__ROLE_CONTROL, NULL);
    raw_peer_open(&control, broker.run_dir, "control");
    raw_peer_enter(&control, LEADWIRE__V1__ROLE__ROLE_CONTROL, NULL);
    request.request_id = 1;
    raw_peer_send(&reader, WIRE_CONFIG_REQUEST, &request.base);
    Leadwire__V1__DeskConfig *config = raw_peer_expect(&reader, WIRE_CONFIG_REPLY)->config_reply->config;
    mail = *config->channels[0];
    mail.channel = LEADWIRE__V1__CHANNEL__CHANNEL_EMAIL;
    channels[0] = config->channels[0];
    channels[1] = &mail;
    channels[0]->interrupts = 1u << LEADWIRE__V1__CHANNEL__CHANNEL_EMAIL;
    config->channels = channels;
    config->n_channels = 2;
    config->reps[0]->reserve = 2;
    apply.config = config;
    apply.request_id = 2;
    apply.applied_by = text("test");
    raw_peer_send(&control, WIRE_APPLY_CONFIG, &apply.base);
    raw_peer_expect_reply(&control, 2, STATUS(ACCEPTED));
    raw_peer_close(&control);
    raw_peer_close(&reader);
}

static void publish(Leadwire__V1__Channel channel, const char *id)
{
    Leadwire__V1__Publish publish = LEADWIRE__V1__PUBLISH__INIT;
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    struct raw_peer publisher;

    lead.channel = channel;
    lead.source = text("source");
    publish.request_id = 1;
    publish.idempotency_id = text(id);
    publish.lead = &lead;
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, LEADWIRE__V1__ROLE__ROLE_PUBLISHER, NULL);
    raw_peer_send(&publisher, WIRE_PUBLISH, &publish.base);
    raw_peer_expect_reply(&publisher, 1, STATUS(ACCEPTED));
    raw_peer_close(&publisher);
}

/* The next offer to the rep, who takes it. */
static void take_mail(struct raw_peer *rep, const char *id)
{
    publish(LEADWIRE__V1__CHANNEL__CHANNEL_EMAIL, id);
    const Leadwire__V1__Offer *offer = raw_peer_expect(rep, WIRE_OFFER)->offer;
    assert_false(offer->interrupts);
    char lead_id[LW_LEAD_ID_TEXT_MAX];
    snprintf(lead_id, sizeof lead_id, "%s", offer->lead_id);
    raw_peer_expect_reply(rep, raw_peer_answer(rep, lead_id, 1, true), STATUS(ACCEPTED));
}

static void an_offer_says_that_it_interrupts(void **state)
{
    struct raw_peer anna;

    (void)state;
    let_forms_interrupt_mails();
    raw_peer_open(&anna, broker.run_dir, "reps");
    raw_peer_enter(&anna, LEADWIRE__V1__ROLE__ROLE_REP, "anna");
    take_mail(&anna, "mail-1");
    take_mail(&anna, "mail-2");
    publish(LEADWIRE__V1__CHANNEL__CHANNEL_WEB, "form");
    const Leadwire__V1__Offer *offer = raw_peer_expect(&anna, WIRE_OFFER)->offer;
    assert_true(offer->interrupts);
    assert_int_equal(offer->lead->channel, LEADWIRE__V1__CHANNEL__CHANNEL_WEB);
    raw_peer_close(&anna);

    raw_peer_open(&anna, broker.run_dir, "reps");
    raw_peer_enter(&anna, LEADWIRE__V1__ROLE__ROLE_REP, "anna");
    offer = raw_peer_expect(&anna, WIRE_OFFER)->offer;
    assert_true(offer->resumed);
    assert_true(offer->interrupts);
    raw_peer_close(&anna);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offer_says_that_it_interrupts),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
