/* SPDX-License-Identifier: Apache-2.0
 *
 * What the table of roles grants is granted: each role with each message, by a key, by the run directory and by plain TCP of
 * the machine. What a role may say has its effect and the answer that the protocol promises; what it may not is refused,
 * though all else about it is right. A message that has no row here fails.
 *
 * test_broker_keys.c has the other half: frames that ask for nothing that there is, at every door.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "broker_keys.h"
#include "cmocka_all.h"

#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name
#define LEAD_STATE(name) LEADWIRE__V1__LEAD_STATE__LEAD_STATE_##name

enum { LONG_MS = 600000, REPS = 2, CAPACITY = 100, UNKNOWN_TYPE = 250 };

/* A role that came in one way, and who it needs: a publisher, a manager and anna, who is the asker itself where that is a rep. */
struct cast {
    const char *way;
    enum role role;
    struct raw_peer asker, publisher, manager, own_anna, *anna;
    char lead[64];               /* that the question is about */
    uint32_t offer_number;
    uint32_t rules_version;
};

struct promise {
    enum wire_type type, answer;
    Leadwire__V1__Status status;                    /* of an answer that is a Reply */
    void (*ask)(struct cast *cast);
    void (*expect)(struct cast *cast);              /* more of the answer, which is the asker's last message; and of the effect. NULL: none */
    void (*mend)(struct cast *cast);                /* so that the next can be asked. NULL: nothing to do */
};

static struct broker_fixture locked, plain;
static struct broker_keys keys;
static unsigned serial;

static char *text(const char *value) { return (char *)(uintptr_t)value; }

/* ---- what the others do ---- */

static void send_publish(struct raw_peer *peer, Leadwire__V1__Channel channel, const char *source)
{
    Leadwire__V1__Publish publish = LEADWIRE__V1__PUBLISH__INIT;
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    char id[32];

    snprintf(id, sizeof id, "role-%u", serial++);
    lead.channel = channel;
    lead.source = text(source);
    lead.full_name = text("Test Person");
    lead.call_id = text(channel == LEADWIRE__V1__CHANNEL__CHANNEL_PHONE ? id : "");
    publish.request_id = ++peer->request_id;
    publish.idempotency_id = id;
    publish.lead = &lead;
    raw_peer_send(peer, WIRE_PUBLISH, &publish.base);
}

/* There is a lead, and anna is offered it. */
static void have_offered(struct cast *cast, Leadwire__V1__Channel channel)
{
    send_publish(&cast->publisher, channel, "form");
    snprintf(cast->lead, sizeof cast->lead, "%s", raw_peer_expect_reply(&cast->publisher, cast->publisher.request_id, STATUS(ACCEPTED))->lead_id);
    const Leadwire__V1__Offer *offer;
    do
        offer = raw_peer_expect(cast->anna, WIRE_OFFER)->offer;
    while (strcmp(offer->lead_id, cast->lead) != 0);
    cast->offer_number = offer->offer_number;
}

static void have_accepted(struct cast *cast, Leadwire__V1__Channel channel)
{
    have_offered(cast, channel);
    raw_peer_expect_reply(cast->anna, raw_peer_answer(cast->anna, cast->lead, cast->offer_number, true), STATUS(ACCEPTED));
}

static void send_act(struct raw_peer *peer, const struct cast *cast)
{
    Leadwire__V1__LeadCommand act = LEADWIRE__V1__LEAD_COMMAND__INIT;

    act.request_id = ++peer->request_id;
    act.lead_id = text(cast->lead);
    act.act = LEADWIRE__V1__LEAD_ACT__LEAD_ACT_CANCEL;
    act.by = text("test");
    raw_peer_send(peer, WIRE_LEAD_COMMAND, &act.base);
}

static void send_rep_command(struct raw_peer *peer, Leadwire__V1__RepState state)
{
    Leadwire__V1__RepCommand command = LEADWIRE__V1__REP_COMMAND__INIT;

    command.request_id = ++peer->request_id;
    command.rep = text("anna");
    command.state = state;
    command.by = text("test");
    raw_peer_send(peer, WIRE_REP_COMMAND, &command.base);
}

static void send_device(struct raw_peer *peer, Leadwire__V1__DeviceState state)
{
    Leadwire__V1__DeviceReport report = LEADWIRE__V1__DEVICE_REPORT__INIT;

    report.request_id = ++peer->request_id;
    report.device = text("sip:anna");
    report.state = state;
    raw_peer_send(peer, WIRE_DEVICE_REPORT, &report.base);
}

static void send_source_command(struct raw_peer *peer, bool pause)
{
    Leadwire__V1__SourceCommand command = LEADWIRE__V1__SOURCE_COMMAND__INIT;

    command.request_id = ++peer->request_id;
    command.source = text("fair");
    command.by = text("test");
    command.pause = pause;
    raw_peer_send(peer, WIRE_SOURCE_COMMAND, &command.base);
}

static void send_query(struct raw_peer *peer, const struct cast *cast)
{
    Leadwire__V1__LeadQuery query = LEADWIRE__V1__LEAD_QUERY__INIT;

    query.request_id = ++peer->request_id;
    query.lead_id = text(cast->lead);
    raw_peer_send(peer, WIRE_LEAD_QUERY, &query.base);
}

static void expect_lead_state(struct cast *cast, Leadwire__V1__LeadState state)
{
    send_query(&cast->publisher, cast);
    assert_int_equal(raw_peer_expect(&cast->publisher, WIRE_LEAD_QUERY_REPLY)->lead_query_reply->state, state);
}

static void expect_rep_state(struct cast *cast, Leadwire__V1__RepState state)
{
    while (raw_peer_expect(cast->anna, WIRE_REP_STATUS)->rep_status->state != state)
        ;
}

static void mend_lead(struct cast *cast)
{
    send_act(&cast->manager, cast);
    raw_peer_expect_reply(&cast->manager, cast->manager.request_id, STATUS(ACCEPTED));
}

static void mend_rep(struct cast *cast)
{
    send_rep_command(&cast->manager, LEADWIRE__V1__REP_STATE__REP_STATE_AVAILABLE);
    raw_peer_expect_reply(&cast->manager, cast->manager.request_id, STATUS(ACCEPTED));
}

/* ---- what is asked, and what comes of it ---- */

static Leadwire__V1__Role hello_of(enum role role)
{
    return role == ROLE_PUBLISHER ? LEADWIRE__V1__ROLE__ROLE_PUBLISHER : role == ROLE_REP ? LEADWIRE__V1__ROLE__ROLE_REP : LEADWIRE__V1__ROLE__ROLE_CONTROL;
}

static void ask_hello(struct cast *cast)
{
    raw_peer_hello(&cast->asker, hello_of(cast->role), cast->role == ROLE_REP ? "anna" : NULL, "secret-of-anna");
}

static void expect_hello(struct cast *cast) { assert_string_equal(cast->asker.message.welcome->desk, "main"); }

static void ask_ping(struct cast *cast) { raw_peer_ping(&cast->asker); }

/* There is no answer but that to what is said after it. */
static void ask_bye(struct cast *cast)
{
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;

    raw_peer_send(&cast->asker, WIRE_BYE, &bye.base);
    raw_peer_ping(&cast->asker);
}

static void mend_bye(struct cast *cast)
{
    ask_hello(cast);
    raw_peer_expect(&cast->asker, WIRE_WELCOME);
}

static void ask_publish(struct cast *cast) { send_publish(&cast->asker, LEADWIRE__V1__CHANNEL__CHANNEL_WEB, "form"); }

static void expect_publish(struct cast *cast)
{
    snprintf(cast->lead, sizeof cast->lead, "%s", cast->asker.message.reply->lead_id);
    while (strcmp(raw_peer_expect(cast->anna, WIRE_OFFER)->offer->lead_id, cast->lead) != 0)
        ;
}

static void ask_query(struct cast *cast)
{
    have_offered(cast, LEADWIRE__V1__CHANNEL__CHANNEL_WEB);
    send_query(&cast->asker, cast);
}

static void expect_query(struct cast *cast)
{
    assert_string_equal(cast->asker.message.lead_query_reply->lead_id, cast->lead);
    assert_string_equal(cast->asker.message.lead_query_reply->rep, "anna");
}

static void ask_cancel(struct cast *cast)
{
    Leadwire__V1__Cancel cancel = LEADWIRE__V1__CANCEL__INIT;

    have_offered(cast, LEADWIRE__V1__CHANNEL__CHANNEL_WEB);
    cancel.request_id = ++cast->asker.request_id;
    cancel.lead_id = cast->lead;
    cancel.reason = text("test");
    raw_peer_send(&cast->asker, WIRE_CANCEL, &cancel.base);
}

/* It was offered when it was asked for: no other end is near. */
static void expect_ended(struct cast *cast)
{
    send_query(&cast->publisher, cast);
    assert_false(raw_peer_expect(&cast->publisher, WIRE_LEAD_QUERY_REPLY)->lead_query_reply->found);
}

static void ask_dial_result(struct cast *cast)
{
    Leadwire__V1__DialResult result = LEADWIRE__V1__DIAL_RESULT__INIT;

    have_accepted(cast, LEADWIRE__V1__CHANNEL__CHANNEL_PHONE);
    expect_lead_state(cast, LEAD_STATE(CONNECTING));
    result.request_id = ++cast->asker.request_id;
    result.lead_id = cast->lead;
    result.offer_number = cast->offer_number;
    result.outcome = LEADWIRE__V1__DIAL_OUTCOME__DIAL_ANSWERED;
    raw_peer_send(&cast->asker, WIRE_DIAL_RESULT, &result.base);
}

static void expect_assigned(struct cast *cast) { expect_lead_state(cast, LEAD_STATE(ASSIGNED)); }

static void ask_device(struct cast *cast) { send_device(&cast->asker, LEADWIRE__V1__DEVICE_STATE__DEVICE_STATE_BUSY); }

static void expect_device(struct cast *cast)
{
    while (raw_peer_expect(cast->anna, WIRE_REP_STATUS)->rep_status->device_state != LEADWIRE__V1__DEVICE_STATE__DEVICE_STATE_BUSY)
        ;
}

static void mend_device(struct cast *cast)
{
    send_device(&cast->publisher, LEADWIRE__V1__DEVICE_STATE__DEVICE_STATE_FREE);
    raw_peer_expect_reply(&cast->publisher, cast->publisher.request_id, STATUS(ACCEPTED));
}

static void ask_set_state(struct cast *cast)
{
    Leadwire__V1__SetRepState set = LEADWIRE__V1__SET_REP_STATE__INIT;

    set.request_id = ++cast->asker.request_id;
    set.state = LEADWIRE__V1__REP_STATE__REP_STATE_BREAK;
    raw_peer_send(&cast->asker, WIRE_SET_REP_STATE, &set.base);
}

static void expect_break(struct cast *cast) { expect_rep_state(cast, LEADWIRE__V1__REP_STATE__REP_STATE_BREAK); }

static void ask_answer(struct cast *cast)
{
    have_offered(cast, LEADWIRE__V1__CHANNEL__CHANNEL_WEB);
    (void)raw_peer_answer(&cast->asker, cast->lead, cast->offer_number, true);
}

static void ask_complete(struct cast *cast)
{
    char id[32];

    have_accepted(cast, LEADWIRE__V1__CHANNEL__CHANNEL_WEB);
    snprintf(id, sizeof id, "done-%u", serial++);
    (void)raw_peer_complete(&cast->asker, cast->lead, id);
}

static void ask_transfer(struct cast *cast)
{
    Leadwire__V1__Transfer transfer = LEADWIRE__V1__TRANSFER__INIT;

    have_accepted(cast, LEADWIRE__V1__CHANNEL__CHANNEL_WEB);
    transfer.request_id = ++cast->asker.request_id;
    transfer.lead_id = cast->lead;
    transfer.offer_number = cast->offer_number;
    transfer.rep = text("bruno");
    raw_peer_send(&cast->asker, WIRE_TRANSFER, &transfer.base);
}

/* bruno is not there. */
static void expect_waiting(struct cast *cast) { expect_lead_state(cast, LEAD_STATE(WAITING)); }

static void ask_touch(struct cast *cast)
{
    Leadwire__V1__Touch touch = LEADWIRE__V1__TOUCH__INIT;

    have_accepted(cast, LEADWIRE__V1__CHANNEL__CHANNEL_WEB);
    touch.request_id = ++cast->asker.request_id;
    touch.lead_id = cast->lead;
    touch.offer_number = cast->offer_number;
    touch.kind = cast->role == ROLE_REP ? LEADWIRE__V1__TOUCH_KIND__TOUCH_KIND_REP : LEADWIRE__V1__TOUCH_KIND__TOUCH_KIND_MAIL_SENT;
    raw_peer_send(&cast->asker, WIRE_TOUCH, &touch.base);
}

static void ask_pull(struct cast *cast)
{
    Leadwire__V1__Pull pull = LEADWIRE__V1__PULL__INIT;

    pull.request_id = ++cast->asker.request_id;
    raw_peer_send(&cast->asker, WIRE_PULL, &pull.base);
}

static void expect_pull(struct cast *cast) { assert_int_equal(cast->asker.message.pull_list->request_id, cast->asker.request_id); }

static void ask_choices(struct cast *cast)
{
    Leadwire__V1__ChoicesRequest request = LEADWIRE__V1__CHOICES_REQUEST__INIT;

    request.request_id = ++cast->asker.request_id;
    raw_peer_send(&cast->asker, WIRE_CHOICES_REQUEST, &request.base);
}

static void ask_config(struct cast *cast)
{
    Leadwire__V1__ConfigRequest request = LEADWIRE__V1__CONFIG_REQUEST__INIT;

    request.request_id = ++cast->asker.request_id;
    raw_peer_send(&cast->asker, WIRE_CONFIG_REQUEST, &request.base);
}

static void expect_config(struct cast *cast)
{
    const Leadwire__V1__ConfigReply *reply = cast->asker.message.config_reply;

    assert_int_equal(reply->request_id, cast->asker.request_id);
    assert_non_null(reply->config);
    assert_int_equal(reply->config->n_dispositions, 1);
}

static void ask_day(struct cast *cast)
{
    Leadwire__V1__DayRequest request = LEADWIRE__V1__DAY_REQUEST__INIT;

    request.request_id = ++cast->asker.request_id;
    raw_peer_send(&cast->asker, WIRE_DAY_REQUEST, &request.base);
}

static void expect_day(struct cast *cast) { assert_string_equal(cast->asker.message.day_reply->rep, "anna"); }

static void ask_status(struct cast *cast)
{
    Leadwire__V1__StatusRequest request = LEADWIRE__V1__STATUS_REQUEST__INIT;

    request.request_id = ++cast->asker.request_id;
    raw_peer_send(&cast->asker, WIRE_STATUS_REQUEST, &request.base);
}

static void expect_status(struct cast *cast)
{
    assert_int_equal(cast->asker.message.status_reply->request_id, cast->asker.request_id);
    assert_string_equal(cast->asker.message.status_reply->desk, "main");
}

static void ask_snapshot(struct cast *cast)
{
    Leadwire__V1__SnapshotRequest request = LEADWIRE__V1__SNAPSHOT_REQUEST__INIT;

    request.request_id = ++cast->asker.request_id;
    raw_peer_send(&cast->asker, WIRE_SNAPSHOT_REQUEST, &request.base);
}

static void expect_snapshot(struct cast *cast) { assert_int_equal(cast->asker.message.snapshot_reply->n_reps, REPS); }

static void ask_explain(struct cast *cast)
{
    Leadwire__V1__ExplainRequest request = LEADWIRE__V1__EXPLAIN_REQUEST__INIT;

    have_offered(cast, LEADWIRE__V1__CHANNEL__CHANNEL_WEB);
    request.request_id = ++cast->asker.request_id;
    request.lead_id = cast->lead;
    raw_peer_send(&cast->asker, WIRE_EXPLAIN_REQUEST, &request.base);
}

static void expect_explain(struct cast *cast)
{
    assert_true(cast->asker.message.explain_reply->found);
    assert_string_equal(cast->asker.message.explain_reply->lead_id, cast->lead);
}

static void ask_ledger(struct cast *cast)
{
    Leadwire__V1__LedgerRequest request = LEADWIRE__V1__LEDGER_REQUEST__INIT;

    request.request_id = ++cast->asker.request_id;
    raw_peer_send(&cast->asker, WIRE_LEDGER_REQUEST, &request.base);
}

static void expect_ledger(struct cast *cast) { assert_int_equal(cast->asker.message.ledger_reply->n_rows, REPS); }

static void send_rules(struct raw_peer *peer)
{
    static const char *const names[REPS] = {"anna", "bruno"}, *const devices[REPS] = {"sip:anna", "sip:bruno"};
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    Leadwire__V1__DeskConfig config = LEADWIRE__V1__DESK_CONFIG__INIT;
    Leadwire__V1__ChannelConfig web = LEADWIRE__V1__CHANNEL_CONFIG__INIT, phone = web, *channels[] = {&web, &phone};
    Leadwire__V1__RepConfig rep_rows[REPS], *reps[REPS];
    Leadwire__V1__RuleConfig rule = LEADWIRE__V1__RULE_CONFIG__INIT, *rules[] = {&rule};
    Leadwire__V1__DispositionConfig won = LEADWIRE__V1__DISPOSITION_CONFIG__INIT, *dispositions[] = {&won};
    Leadwire__V1__PeopleConfig people = LEADWIRE__V1__PEOPLE_CONFIG__INIT;

    web.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    web.weight = 1;
    web.offer_timeout_ms = web.wait_limit_ms = web.first_touch_ms = LONG_MS;
    phone.channel = LEADWIRE__V1__CHANNEL__CHANNEL_PHONE;
    phone.weight = 1;
    phone.offer_timeout_ms = phone.wait_limit_ms = phone.connect_timeout_ms = LONG_MS;
    for (int i = 0; i < REPS; i++) {
        leadwire__v1__rep_config__init(&rep_rows[i]);
        rep_rows[i].name = text(names[i]);
        rep_rows[i].device = text(devices[i]);
        rep_rows[i].capacity = CAPACITY;
        reps[i] = &rep_rows[i];
    }
    rule.name = rule.queue = text("all");
    won.code = text("won");
    won.class_ = LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_WON;
    people.customer_for_ms = LONG_MS;
    config.n_channels = sizeof channels / sizeof channels[0];
    config.n_reps = REPS;
    config.n_rules = config.n_dispositions = 1;
    config.channels = channels;
    config.reps = reps;
    config.rules = rules;
    config.dispositions = dispositions;
    config.people = &people;
    config.grace_ms = LONG_MS;
    apply.request_id = ++peer->request_id;
    apply.config = &config;
    apply.applied_by = text("test");
    raw_peer_send(peer, WIRE_APPLY_CONFIG, &apply.base);
}

static void ask_apply(struct cast *cast) { send_rules(&cast->asker); }

static void expect_apply(struct cast *cast)
{
    assert_int_equal(cast->asker.message.reply->config_version, cast->rules_version + 1);
}

static void ask_lead_command(struct cast *cast)
{
    have_offered(cast, LEADWIRE__V1__CHANNEL__CHANNEL_WEB);
    send_act(&cast->asker, cast);
}

static void ask_rep_command(struct cast *cast) { send_rep_command(&cast->asker, LEADWIRE__V1__REP_STATE__REP_STATE_BREAK); }

static void ask_customer(struct cast *cast)
{
    Leadwire__V1__CustomerCommand command = LEADWIRE__V1__CUSTOMER_COMMAND__INIT;
    char phone[32], *phones[] = {phone};

    snprintf(phone, sizeof phone, "+3906%06u", serial++);
    command.request_id = ++cast->asker.request_id;
    command.n_phones = 1;
    command.phones = phones;
    command.owner = text("anna");
    raw_peer_send(&cast->asker, WIRE_CUSTOMER_COMMAND, &command.base);
}

static void ask_source(struct cast *cast) { send_source_command(&cast->asker, true); }

static void expect_source(struct cast *cast)
{
    send_publish(&cast->publisher, LEADWIRE__V1__CHANNEL__CHANNEL_WEB, "fair");
    raw_peer_expect_reply(&cast->publisher, cast->publisher.request_id, STATUS(BUSY));
}

static void mend_source(struct cast *cast)
{
    send_source_command(&cast->manager, false);
    raw_peer_expect_reply(&cast->manager, cast->manager.request_id, STATUS(ACCEPTED));
}

/* Each message of the protocol that is a client's. */
static const struct promise promises[] = {
    {WIRE_HELLO, WIRE_WELCOME, 0, ask_hello, expect_hello, NULL},
    {WIRE_PING, WIRE_PONG, 0, ask_ping, NULL, NULL},
    {WIRE_BYE, WIRE_REPLY, STATUS(NO_SESSION), ask_bye, NULL, mend_bye},
    {WIRE_PUBLISH, WIRE_REPLY, STATUS(ACCEPTED), ask_publish, expect_publish, mend_lead},
    {WIRE_LEAD_QUERY, WIRE_LEAD_QUERY_REPLY, 0, ask_query, expect_query, mend_lead},
    {WIRE_CANCEL, WIRE_REPLY, STATUS(ACCEPTED), ask_cancel, expect_ended, NULL},
    {WIRE_DIAL_RESULT, WIRE_REPLY, STATUS(ACCEPTED), ask_dial_result, expect_assigned, mend_lead},
    {WIRE_DEVICE_REPORT, WIRE_REPLY, STATUS(ACCEPTED), ask_device, expect_device, mend_device},
    {WIRE_SET_REP_STATE, WIRE_REPLY, STATUS(ACCEPTED), ask_set_state, expect_break, mend_rep},
    {WIRE_OFFER_ANSWER, WIRE_REPLY, STATUS(ACCEPTED), ask_answer, expect_assigned, mend_lead},
    {WIRE_COMPLETE, WIRE_REPLY, STATUS(ACCEPTED), ask_complete, expect_ended, NULL},
    {WIRE_TRANSFER, WIRE_REPLY, STATUS(ACCEPTED), ask_transfer, expect_waiting, mend_lead},
    {WIRE_TOUCH, WIRE_REPLY, STATUS(ACCEPTED), ask_touch, NULL, mend_lead},
    {WIRE_PULL, WIRE_PULL_LIST, 0, ask_pull, expect_pull, NULL},
    {WIRE_STATUS_REQUEST, WIRE_STATUS_REPLY, 0, ask_status, expect_status, NULL},
    {WIRE_SNAPSHOT_REQUEST, WIRE_SNAPSHOT_REPLY, 0, ask_snapshot, expect_snapshot, NULL},
    {WIRE_APPLY_CONFIG, WIRE_REPLY, STATUS(ACCEPTED), ask_apply, expect_apply, NULL},
    {WIRE_CONFIG_REQUEST, WIRE_CONFIG_REPLY, 0, ask_config, expect_config, NULL},
    {WIRE_EXPLAIN_REQUEST, WIRE_EXPLAIN_REPLY, 0, ask_explain, expect_explain, mend_lead},
    {WIRE_LEAD_COMMAND, WIRE_REPLY, STATUS(ACCEPTED), ask_lead_command, expect_ended, NULL},
    {WIRE_REP_COMMAND, WIRE_REPLY, STATUS(ACCEPTED), ask_rep_command, expect_break, mend_rep},
    {WIRE_CUSTOMER_COMMAND, WIRE_REPLY, STATUS(ACCEPTED), ask_customer, NULL, NULL},
    {WIRE_SOURCE_COMMAND, WIRE_REPLY, STATUS(ACCEPTED), ask_source, expect_source, mend_source},
    {WIRE_LEDGER_REQUEST, WIRE_LEDGER_REPLY, 0, ask_ledger, expect_ledger, NULL},
    {WIRE_CHOICES_REQUEST, WIRE_CONFIG_REPLY, 0, ask_choices, expect_config, NULL},
    {WIRE_DAY_REQUEST, WIRE_DAY_REPLY, 0, ask_day, expect_day, NULL},
};
enum { PROMISES = sizeof promises / sizeof promises[0] };

static const struct { enum wire_type type; unsigned senders; } types[] = {
#define X(number, name, member, message, sender, size_max) {WIRE_##name, sender},
    WIRE_TYPE_TABLE(X)
#undef X
};

static const struct promise *find_promise(enum wire_type type)
{
    for (size_t i = 0; i < PROMISES; i++)
        if (promises[i].type == type)
            return &promises[i];
    return NULL;
}

/* ---- the cells ---- */

/* The answer to what was asked last: the next of that type, or of a refusal. Offers and the like come between. */
static void take_answer(struct cast *cast, const struct promise *promise)
{
    const bool is_said_to_all = promise->type == WIRE_BYE;        /* its Ping's answer names no request */

    do {
        if (!raw_peer_receive(&cast->asker, RAW_PEER_WAIT_MS))
            fail_msg("%s of a %s by %s: no answer", wire_type_name(promise->type), roles_name(cast->role), cast->way);
    } while (cast->asker.message.type != promise->answer
             && !(cast->asker.message.type == WIRE_REPLY && cast->asker.message.reply->request_id == (is_said_to_all ? 0 : cast->asker.request_id)));
}

static void try_cell(struct cast *cast, const struct promise *promise)
{
    const bool may = roles_may(cast->role, promise->type);

    raw_peer_sync(cast->anna);
    raw_peer_sync(&cast->asker);
    cast->lead[0] = '\0';
    const struct wire_message *answer = &cast->asker.message;
    promise->ask(cast);
    take_answer(cast, promise);
    while (may && promise->type == WIRE_DAY_REQUEST && answer->type == WIRE_REPLY && answer->reply->status == STATUS(BUSY)) {
        poll(NULL, 0, (int)answer->reply->retry_after_ms);      /* days are told one after the other */
        promise->ask(cast);
        take_answer(cast, promise);
    }
    const bool is_reply = answer->type == WIRE_REPLY;
    if (!may && (!is_reply || (answer->reply->status != STATUS(FORBIDDEN) && strcmp(answer->reply->reason, "this endpoint does not take this message") != 0)))
        fail_msg("%s of a %s by %s: not refused", wire_type_name(promise->type), roles_name(cast->role), cast->way);
    if (may && (answer->type != promise->answer || (is_reply && answer->reply->status != promise->status)))
        fail_msg("%s of a %s by %s: %s, status %d (%s)", wire_type_name(promise->type), roles_name(cast->role), cast->way,
                 wire_type_name(answer->type), is_reply ? (int)answer->reply->status : 0, is_reply ? answer->reply->reason : "");
    if (may && promise->expect)
        promise->expect(cast);
    if (may && promise->mend)
        promise->mend(cast);
    if (!may && cast->lead[0] != '\0')
        mend_lead(cast);      /* the refused changed nothing: it is open */
}

/* One that nobody has ever heard of. */
static void expect_unlisted_refused(struct cast *cast)
{
    Leadwire__V1__StatusRequest request = LEADWIRE__V1__STATUS_REQUEST__INIT;
    struct byte_buffer frame;

    request.request_id = ++cast->asker.request_id;
    byte_buffer_init(&frame, WIRE_FRAME_SIZE_MAX);
    assert_int_equal(wire_encode(&(struct wire_message){.type = WIRE_STATUS_REQUEST, .status_request = &request}, &frame), LW_OK);
    frame.data[3] = UNKNOWN_TYPE;
    raw_peer_sync(&cast->asker);
    raw_peer_send_bytes(&cast->asker, frame.data, frame.size);
    byte_buffer_fini(&frame);
    assert_int_not_equal(raw_peer_expect(&cast->asker, WIRE_REPLY)->reply->status, STATUS(ACCEPTED));
    raw_peer_sync(&cast->asker);
}

/* way, role: of the asker, who is connected and has said nothing. */
static void try_role(struct cast *cast, const struct broker_fixture *broker)
{
    raw_peer_open(&cast->publisher, broker->run_dir, "publish");
    raw_peer_enter(&cast->publisher, LEADWIRE__V1__ROLE__ROLE_PUBLISHER, NULL);
    raw_peer_open(&cast->manager, broker->run_dir, "control");
    raw_peer_enter(&cast->manager, LEADWIRE__V1__ROLE__ROLE_CONTROL, NULL);
    send_rules(&cast->manager);
    cast->rules_version = raw_peer_expect_reply(&cast->manager, cast->manager.request_id, STATUS(ACCEPTED))->config_version;
    ask_hello(cast);
    raw_peer_expect(&cast->asker, WIRE_WELCOME);
    cast->anna = cast->role == ROLE_REP ? &cast->asker : &cast->own_anna;
    if (cast->role != ROLE_REP) {
        raw_peer_open(&cast->own_anna, broker->run_dir, "reps");
        raw_peer_enter(&cast->own_anna, LEADWIRE__V1__ROLE__ROLE_REP, "anna");
    }
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const struct promise *promise = find_promise(types[i].type);
        if (!(types[i].senders & WIRE_FROM_CLIENT))
            continue;
        if (!promise)
            fail_msg("%s has no row here: what does it promise?", wire_type_name(types[i].type));
        else
            try_cell(cast, promise);
    }
    expect_unlisted_refused(cast);
    if (cast->role != ROLE_REP)
        raw_peer_close(&cast->own_anna);
    raw_peer_close(&cast->asker);
    raw_peer_close(&cast->manager);
    raw_peer_close(&cast->publisher);
}

static const char *door_of(enum role role)
{
    return role == ROLE_PUBLISHER ? "publish" : role == ROLE_REP ? "reps" : "control";
}

static void each_message_of_a_key_has_the_effect_that_its_role_grants(void **state)
{
    (void)state;
    for (int role = ROLE_PUBLISHER; role < ROLES_END; role++) {
        struct key_file key = broker_keys_issue(&keys, (enum role)role, "anna");
        struct cast cast = {.way = "a key", .role = (enum role)role};
        char address[256];
        assert_true(broker_fixture_address(&locked, door_of(cast.role), "tcp://", address, sizeof address));
        broker_keys_connect(&cast.asker, address, &key);
        try_role(&cast, &locked);
    }
}

/* Whom the rights on the run directory let in, or who is on the machine: a door is a role. There is no plain door for managers but
 * the first, so it is the last here. */
static const enum role plain_roles[] = {ROLE_PUBLISHER, ROLE_REP, ROLE_ADMIN};
enum { PLAIN_ROLES = sizeof plain_roles / sizeof plain_roles[0] };

static void each_message_has_its_effect_at_the_doors_of_the_run_directory(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLAIN_ROLES; i++) {
        struct cast cast = {.way = "the run directory", .role = plain_roles[i]};
        raw_peer_open(&cast.asker, locked.run_dir, door_of(cast.role));
        try_role(&cast, &locked);
    }
}

static void each_message_has_its_effect_at_the_plain_doors_of_the_machine(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLAIN_ROLES - 1; i++) {
        struct cast cast = {.way = "plain TCP", .role = plain_roles[i]};
        char address[256];
        assert_true(broker_fixture_address(&plain, door_of(cast.role), "tcp://", address, sizeof address));
        raw_peer_open(&cast.asker, plain.run_dir, address);
        try_role(&cast, &plain);
    }
}

static int start(void **state)
{
    static const char *const of_locked[] = {"--ephemeral", "--keys", keys.path, "--listen-publish", "tcp://127.0.0.1:0", "--listen-reps",
                                            "tcp://127.0.0.1:0", "--listen-control", "tcp://127.0.0.1:0", NULL};
    static const char *const of_plain[] = {"--ephemeral", "--listen-publish", "tcp://127.0.0.1:0", "--listen-reps", "tcp://127.0.0.1:0", NULL};

    (void)state;
    broker_fixture_open(&locked, of_locked);
    broker_keys_open(&keys, &locked);
    broker_fixture_start(&locked);
    broker_fixture_open(&plain, of_plain);
    broker_fixture_start(&plain);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_int_equal(broker_fixture_stop(&plain), 0);
    broker_fixture_close(&plain);
    assert_int_equal(broker_fixture_stop(&locked), 0);
    broker_fixture_close(&locked);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_of_a_key_has_the_effect_that_its_role_grants),
        cmocka_unit_test(each_message_has_its_effect_at_the_doors_of_the_run_directory),
        cmocka_unit_test(each_message_has_its_effect_at_the_plain_doors_of_the_machine),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
