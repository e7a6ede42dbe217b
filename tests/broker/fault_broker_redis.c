/* SPDX-License-Identifier: Apache-2.0
 *
 * Brokers that die, and a Redis that goes away: what was acknowledged stays, what was offered goes on.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker_fixture.h"
#include "cmocka_all.h"
#include "raw_peer.h"
#include "redis_fixture.h"
#include "wall_clock.h"

#define PUBLISHER LEADWIRE__V1__ROLE__ROLE_PUBLISHER
#define REP LEADWIRE__V1__ROLE__ROLE_REP
#define CONTROL LEADWIRE__V1__ROLE__ROLE_CONTROL
#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { OFFER_MS = 60000, GRACE_MS = 60000 };

static struct redis_fixture redis;
static struct broker_fixture broker;
static char redis_address[128];
static const char *args[16];

static int start(void **state)
{
    static const char *const options[] = {"--redis", redis_address, "--lease", "2000", "--away-after", "300",
                                          "--name", "same", "--checkpoint-ms", "200", NULL};

    (void)state;
    redis_fixture_open(&redis, NULL);
    snprintf(redis_address, sizeof redis_address, "unix:%s", redis.socket);
    memcpy(args, options, sizeof options);
    broker_fixture_open(&broker, args);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, OFFER_MS, GRACE_MS);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    broker_fixture_close(&broker);
    redis_fixture_close(&redis);
    return 0;
}

static void open_as(struct raw_peer *peer, const char *door, Leadwire__V1__Role role, const char *rep)
{
    raw_peer_open(peer, broker.run_dir, door);
    raw_peer_enter(peer, role, rep);
}

static void until_logged(const struct broker_fixture *of, const char *words)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + 2 * RAW_PEER_WAIT_MS;

    while (!broker_fixture_logged(of, words)) {
        if (wall_clock_monotonic_ms() >= end_ms)
            fail_msg("the broker does not come to say '%s'", words);
        poll(NULL, 0, 5);
    }
}

static void a_killed_broker_goes_on_with_the_same_offers_and_answers(void **state)
{
    struct raw_peer anna, publisher;
    char first_lead[LW_LEAD_ID_TEXT_MAX], second_lead[LW_LEAD_ID_TEXT_MAX];

    (void)state;
    open_as(&anna, "reps", REP, "anna");
    open_as(&publisher, "publish", PUBLISHER, NULL);
    raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, "one", "it"), STATUS(ACCEPTED));
    raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, "two", "it"), STATUS(ACCEPTED));
    const Leadwire__V1__Offer *offer = raw_peer_expect(&anna, WIRE_OFFER)->offer;
    snprintf(first_lead, sizeof first_lead, "%s", offer->lead_id);
    uint32_t first_number = offer->offer_number;
    offer = raw_peer_expect(&anna, WIRE_OFFER)->offer;
    snprintf(second_lead, sizeof second_lead, "%s", offer->lead_id);
    uint32_t second_number = offer->offer_number;
    raw_peer_expect_reply(&anna, raw_peer_answer(&anna, first_lead, first_number, true), STATUS(ACCEPTED));
    uint64_t epoch = anna.epoch;
    broker_fixture_kill(&broker);
    broker_fixture_start(&broker);
    raw_peer_close(&anna);
    raw_peer_close(&publisher);

    open_as(&anna, "reps", REP, "anna");
    assert_true(anna.epoch > epoch);
    const Leadwire__V1__Holding *holding = NULL;
    offer = NULL;
    for (int i = 0; i < 2; i++) {
        assert_true(raw_peer_receive(&anna, RAW_PEER_WAIT_MS));
        holding = anna.message.type == WIRE_HOLDING ? anna.message.holding : NULL;
        offer = anna.message.type == WIRE_OFFER ? anna.message.offer : NULL;
        assert_true(holding || offer);
        if (holding) {
            assert_string_equal(holding->lead_id, first_lead);
            assert_true(holding->resumed);
            assert_string_equal(holding->lead->full_name, "Test Person");
        } else {
            assert_string_equal(offer->lead_id, second_lead);
            assert_int_equal(offer->offer_number, second_number);
            assert_true(offer->resumed);
        }
    }
    raw_peer_expect(&anna, WIRE_SNAPSHOT_END);
    raw_peer_expect_reply(&anna, raw_peer_answer(&anna, second_lead, second_number, true), STATUS(ACCEPTED));
    raw_peer_expect_reply(&anna, raw_peer_complete(&anna, first_lead, "c1"), STATUS(ACCEPTED));
    raw_peer_expect_reply(&anna, raw_peer_complete(&anna, first_lead, "c1"), STATUS(DUPLICATE));
    raw_peer_expect_reply(&anna, raw_peer_complete(&anna, second_lead, "c2"), STATUS(ACCEPTED));

    open_as(&publisher, "publish", PUBLISHER, NULL);
    const Leadwire__V1__Reply *reply = raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, "one", "it"), STATUS(DUPLICATE));
    assert_string_equal(reply->lead_id, first_lead);
    raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, "one", "de"), STATUS(DUPLICATE_DIFFERS));
    raw_peer_close(&anna);
    raw_peer_close(&publisher);
}

/* Dies with half of what it may tell told; whoever asks again gets the same answer. */
static void half_told_turns_are_told_whole_after_a_restart(void **state)
{
    enum { LEADS = 300, WAVE = 20 };
    static char told[LEADS][LW_LEAD_ID_TEXT_MAX];
    struct raw_peer publisher;
    int told_count = 0;

    (void)state;
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker.crash_at = "release.half:4";
    broker_fixture_start(&broker);
    broker.crash_at = NULL;
    open_as(&publisher, "publish", PUBLISHER, NULL);
    for (int i = 0; i < LEADS; i++) {
        char id[32];
        snprintf(id, sizeof id, "half-%d", i);
        publisher.request_id = (uint64_t)i;
        raw_peer_publish(&publisher, id, "it");
        /* In waves, each at least a turn of its own: however much a turn takes in, the fourth comes. */
        for (int answers = 0; i % WAVE == WAVE - 1 && answers < WAVE && raw_peer_receive(&publisher, 500); answers++) {
            snprintf(told[publisher.message.reply->request_id - 1], LW_LEAD_ID_TEXT_MAX, "%s", publisher.message.reply->lead_id);
            told_count++;
        }
        if (told_count < (i + 1) / WAVE * WAVE)
            break;   /* it is dead */
    }
    assert_int_equal(broker_fixture_wait(&broker), -1);
    while (raw_peer_receive(&publisher, 200)) {
        if (publisher.message.type != WIRE_REPLY || publisher.message.reply->status != STATUS(ACCEPTED))
            continue;
        snprintf(told[publisher.message.reply->request_id - 1], LW_LEAD_ID_TEXT_MAX, "%s", publisher.message.reply->lead_id);
        told_count++;
    }
    raw_peer_close(&publisher);
    assert_true(told_count > 0 && told_count < LEADS);

    broker_fixture_start(&broker);
    open_as(&publisher, "publish", PUBLISHER, NULL);
    for (int i = 0; i < LEADS; i++) {
        char id[32];
        snprintf(id, sizeof id, "half-%d", i);
        raw_peer_publish(&publisher, id, "it");
        const Leadwire__V1__Reply *reply = raw_peer_expect(&publisher, WIRE_REPLY)->reply;
        assert_true(reply->status == STATUS(ACCEPTED) || reply->status == STATUS(DUPLICATE));
        if (*told[i]) {
            assert_int_equal(reply->status, STATUS(DUPLICATE));
            assert_string_equal(reply->lead_id, told[i]);
        }
    }
    raw_peer_close(&publisher);
}

static void while_redis_is_away_publishers_are_told_busy_and_reps_wait(void **state)
{
    struct raw_peer anna, publisher;
    char lead[LW_LEAD_ID_TEXT_MAX];
    bool is_busy = false;
    uint64_t end_ms = wall_clock_monotonic_ms() + RAW_PEER_WAIT_MS;

    (void)state;
    open_as(&anna, "reps", REP, "anna");
    open_as(&publisher, "publish", PUBLISHER, NULL);
    const Leadwire__V1__Offer *offer = raw_peer_expect(&anna, WIRE_OFFER)->offer;
    snprintf(lead, sizeof lead, "%s", offer->lead_id);
    uint32_t number = offer->offer_number;
    raw_peer_sync(&anna);

    redis_fixture_pause(&redis);
    for (int i = 0; !is_busy && wall_clock_monotonic_ms() < end_ms; i++) {
        char id[32];
        snprintf(id, sizeof id, "away-%d", i);
        raw_peer_publish(&publisher, id, "it");
        if (!raw_peer_receive(&publisher, 100))
            continue;
        assert_int_equal(publisher.message.type, WIRE_REPLY);
        assert_int_equal(publisher.message.reply->status, STATUS(BUSY));
        assert_true(publisher.message.reply->retry_after_ms > 0);
        is_busy = true;
    }
    assert_true(is_busy);

    /* The rep's answer waits; Pings are answered all the same. */
    uint64_t request = raw_peer_answer(&anna, lead, number, true);
    raw_peer_sync(&anna);
    assert_int_equal(anna.message.type, WIRE_PONG);
    redis_fixture_go_on(&redis);
    raw_peer_expect_reply(&anna, request, STATUS(ACCEPTED));
    raw_peer_close(&anna);
    raw_peer_close(&publisher);
}

static void a_redis_that_dies_and_comes_back_loses_nothing(void **state)
{
    struct raw_peer publisher;
    char lead[LW_LEAD_ID_TEXT_MAX];

    (void)state;
    open_as(&publisher, "publish", PUBLISHER, NULL);
    raw_peer_publish(&publisher, "before", "it");
    snprintf(lead, sizeof lead, "%s", raw_peer_expect(&publisher, WIRE_REPLY)->reply->lead_id);
    redis_fixture_kill(&redis);
    uint64_t request = raw_peer_publish(&publisher, "during", "it");
    redis_fixture_start(&redis);
    for (;;) {                          /* told busy, or held and then accepted */
        const Leadwire__V1__Reply *reply = raw_peer_expect(&publisher, WIRE_REPLY)->reply;
        assert_int_equal(reply->request_id, request);
        if (reply->status == STATUS(ACCEPTED) || reply->status == STATUS(DUPLICATE))
            break;
        assert_int_equal(reply->status, STATUS(BUSY));
        poll(NULL, 0, 20);              /* retry_after_ms, shortened */
        request = raw_peer_publish(&publisher, "during", "it");
    }
    const Leadwire__V1__Reply *reply = raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, "before", "it"), STATUS(DUPLICATE));
    assert_string_equal(reply->lead_id, lead);
    raw_peer_close(&publisher);
}

/* Rules whose record is larger than a batch. */
static void large_rules_survive_a_kill(void **state)
{
    enum { REPS = 3000 };
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    Leadwire__V1__DeskConfig config = LEADWIRE__V1__DESK_CONFIG__INIT;
    Leadwire__V1__RuleConfig rule = LEADWIRE__V1__RULE_CONFIG__INIT, *rules[1] = {&rule};
    Leadwire__V1__DispositionConfig won = LEADWIRE__V1__DISPOSITION_CONFIG__INIT, *dispositions[1] = {&won};
    Leadwire__V1__RepConfig *rows = calloc(REPS, sizeof *rows), **reps = calloc(REPS, sizeof *reps);
    Leadwire__V1__ConfigRequest ask = LEADWIRE__V1__CONFIG_REQUEST__INIT;
    char (*names)[64] = calloc(REPS, sizeof *names);
    struct raw_peer control;

    (void)state;
    for (int i = 0; i < REPS; i++) {
        leadwire__v1__rep_config__init(&rows[i]);
        snprintf(names[i], sizeof names[i], "rep-with-quite-a-long-name-so-that-it-fills-%d", i);
        rows[i].name = i == 0 ? (char *)"anna" : names[i];
        rows[i].capacity = 3;
        reps[i] = &rows[i];
    }
    rule.name = rule.queue = (char *)"all";
    won.code = (char *)"won";
    won.class_ = LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_WON;
    config.reps = reps;
    config.rules = rules;
    config.dispositions = dispositions;
    config.n_reps = REPS;
    config.n_rules = config.n_dispositions = 1;
    apply.request_id = 1;
    apply.config = &config;
    open_as(&control, "control", CONTROL, NULL);
    raw_peer_send(&control, WIRE_APPLY_CONFIG, &apply.base);
    uint32_t version = raw_peer_expect_reply(&control, 1, STATUS(ACCEPTED))->config_version;
    broker_fixture_kill(&broker);
    raw_peer_close(&control);
    broker_fixture_start(&broker);

    open_as(&control, "control", CONTROL, NULL);
    ask.request_id = 2;
    raw_peer_send(&control, WIRE_CONFIG_REQUEST, &ask.base);
    const Leadwire__V1__ConfigReply *reply = raw_peer_expect(&control, WIRE_CONFIG_REPLY)->config_reply;
    assert_int_equal(reply->version, version);
    assert_int_equal(reply->config->n_reps, REPS);
    raw_peer_close(&control);
    free(rows);
    free(reps);
    free(names);
}

/* The rules that are in force, with a source text of this size. */
static void apply_with_text(const struct broker_fixture *to, size_t text_size)
{
    Leadwire__V1__ConfigRequest ask = LEADWIRE__V1__CONFIG_REQUEST__INIT;
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    struct raw_peer control;
    char *text = malloc(text_size + 1);

    memset(text, '#', text_size);
    text[text_size] = '\0';
    raw_peer_open(&control, to->run_dir, "control");
    raw_peer_enter(&control, CONTROL, NULL);
    ask.request_id = 1;
    raw_peer_send(&control, WIRE_CONFIG_REQUEST, &ask.base);
    apply.config = raw_peer_expect(&control, WIRE_CONFIG_REPLY)->config_reply->config;
    apply.config->source_text = text;
    apply.request_id = 2;
    raw_peer_send(&control, WIRE_APPLY_CONFIG, &apply.base);
    raw_peer_expect_reply(&control, 2, STATUS(ACCEPTED));
    raw_peer_close(&control);
    free(text);
}

/* More than the socket takes at once: the rest goes as soon as Redis has read. A broker that waits for something else takes
   half a second or more each time. A loaded machine may do that now and then, but not always. */
static void rules_larger_than_the_socket_takes_are_written_at_once(void **state)
{
    enum { TRIES = 8, SOON_MS = 150 };
    static const char *const patient_args[] = {"--redis", redis_address, "--lease", "60000", "--away-after", "30000", "--name", "same", NULL};
    struct broker_fixture patient;
    uint64_t took_ms = UINT64_MAX;

    (void)state;
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_open(&patient, patient_args);
    broker_fixture_start(&patient);
    for (int i = 0; i < TRIES && took_ms >= SOON_MS; i++) {
        uint64_t start_ms = wall_clock_monotonic_ms();
        apply_with_text(&patient, 1000 * 1000);
        took_ms = wall_clock_monotonic_ms() - start_ms;
    }
    assert_true(took_ms < SOON_MS);
    assert_int_equal(broker_fixture_stop(&patient), 0);
    broker_fixture_close(&patient);
    broker_fixture_start(&broker);
}

static void a_checkpoint_holds_the_largest_rules(void **state)
{
    Leadwire__V1__StatusRequest ask = LEADWIRE__V1__STATUS_REQUEST__INIT;
    struct raw_peer control;

    (void)state;
    apply_with_text(&broker, 1024 * 1024);
    uint64_t applied_ms = wall_clock_monotonic_ms(), end_ms = applied_ms + RAW_PEER_WAIT_MS, age_ms = UINT64_MAX, now_ms;
    open_as(&control, "control", CONTROL, NULL);
    do {
        now_ms = wall_clock_monotonic_ms();
        assert_true(now_ms < end_ms);
        ask.request_id++;
        raw_peer_send(&control, WIRE_STATUS_REQUEST, &ask.base);
        age_ms = raw_peer_expect(&control, WIRE_STATUS_REPLY)->status_reply->checkpoint_age_ms;
        raw_peer_sync(&control);                /* tells that it reads what it gets */
    } while (age_ms >= now_ms - applied_ms);
    raw_peer_close(&control);
}

static void a_fenced_broker_ends_with_its_own_exit_code(void **state)
{
    struct broker_fixture other;

    (void)state;
    broker_fixture_open(&other, args);       /* the same name in another directory claims at once */
    broker_fixture_start(&other);
    assert_int_equal(broker_fixture_wait(&broker), 3);
    assert_true(broker_fixture_logged(&broker, "the desk is served here no longer: another broker"));
    assert_int_equal(broker_fixture_stop(&other), 0);
    broker_fixture_close(&other);
    broker_fixture_start(&broker);
}

static void a_standby_serves_again_when_the_other_ends(void **state)
{
    static const char *standby_args[16];
    struct broker_fixture standby, other;
    struct raw_peer peer;
    int i = 0;

    (void)state;
    assert_int_equal(broker_fixture_stop(&broker), 0);
    for (; args[i]; i++)
        standby_args[i] = args[i];
    standby_args[i] = "--standby";
    broker_fixture_open(&standby, standby_args);
    broker_fixture_start(&standby);
    raw_peer_open(&peer, standby.run_dir, "publish");
    raw_peer_enter(&peer, PUBLISHER, NULL);
    uint64_t first_epoch = peer.epoch;
    raw_peer_close(&peer);

    broker_fixture_open(&other, args);
    broker_fixture_launch(&other);
    until_logged(&other, "desk claimed");   /* that fences the standby; whether this one comes to serve is all the same */
    int code = broker_fixture_stop(&other);
    /* They have one name: the standby may be quicker to claim anew than this to stop it, while it serves or still reads the desk. */
    assert_true(code == 0 || code == 3);
    uint64_t end_ms = wall_clock_monotonic_ms() + 6 * RAW_PEER_WAIT_MS;
    do {                                    /* until it has seen that it is fenced, and claimed anew */
        assert_true(wall_clock_monotonic_ms() < end_ms);
        raw_peer_open(&peer, standby.run_dir, "publish");
        raw_peer_hello(&peer, PUBLISHER, NULL, NULL);
        (void)raw_peer_receive(&peer, 1000);
        raw_peer_close(&peer);
    } while (peer.epoch <= first_epoch);
    assert_int_equal(broker_fixture_stop(&standby), 0);
    broker_fixture_close(&standby);
    broker_fixture_close(&other);
    broker_fixture_start(&broker);
}

/* What is under way when SIGTERM comes is made durable, told, and there after the next start. */
static void what_is_under_way_at_sigterm_is_told_and_kept(void **state)
{
    enum { LEADS = 40 };
    static const char *const patient_args[] = {"--redis", redis_address, "--lease", "600000", "--away-after", "600000", "--name", "same", NULL};
    static char told[LEADS][LW_LEAD_ID_TEXT_MAX];
    struct broker_fixture patient;
    struct raw_peer publisher;
    char id[32];

    (void)state;
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_open(&patient, patient_args);
    broker_fixture_start(&patient);
    raw_peer_open(&publisher, patient.run_dir, "publish");
    raw_peer_enter(&publisher, PUBLISHER, NULL);
    redis_fixture_pause(&redis);
    uint64_t first = publisher.request_id + 1;
    for (int i = 0; i < LEADS; i++) {
        snprintf(id, sizeof id, "sigterm-%d", i);
        raw_peer_publish(&publisher, id, "it");
    }
    raw_peer_sync(&publisher);
    kill(patient.pid, SIGTERM);
    until_logged(&patient, "stopping: ");
    assert_false(broker_fixture_logged(&patient, "stopping: 0 batches"));
    redis_fixture_go_on(&redis);
    for (int count = 0; count < LEADS; count++) {
        const Leadwire__V1__Reply *reply = raw_peer_expect(&publisher, WIRE_REPLY)->reply;
        assert_int_equal(reply->status, STATUS(ACCEPTED));
        snprintf(told[reply->request_id - first], LW_LEAD_ID_TEXT_MAX, "%s", reply->lead_id);
    }
    assert_string_equal(raw_peer_expect(&publisher, WIRE_BYE)->bye->reason, "shutdown");
    assert_int_equal(broker_fixture_wait(&patient), 0);
    raw_peer_close(&publisher);

    broker_fixture_start(&patient);
    raw_peer_open(&publisher, patient.run_dir, "publish");
    raw_peer_enter(&publisher, PUBLISHER, NULL);
    for (int i = 0; i < LEADS; i++) {
        snprintf(id, sizeof id, "sigterm-%d", i);
        assert_string_equal(raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, id, "it"), STATUS(DUPLICATE))->lead_id, told[i]);
    }
    raw_peer_close(&publisher);
    assert_int_equal(broker_fixture_stop(&patient), 0);
    broker_fixture_close(&patient);
    broker_fixture_start(&broker);
}

/* The lease is an hour, and two names: only a claim that was given back lets the other serve here. */
static void a_standby_serves_at_once_when_the_claim_was_released(void **state)
{
    static const char *const first_args[] = {"--redis", redis_address, "--lease", "3600000", "--name", "first", NULL};
    static const char *const standby_args[] = {"--redis", redis_address, "--lease", "3600000", "--name", "second", "--standby", NULL};
    struct broker_fixture first, standby;
    struct raw_peer publisher;
    char lead[LW_LEAD_ID_TEXT_MAX];

    (void)state;
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_open(&first, first_args);
    broker_fixture_start(&first);
    broker_fixture_open(&standby, standby_args);
    broker_fixture_launch(&standby);
    until_logged(&standby, "waiting for its lease to end");
    raw_peer_open(&publisher, first.run_dir, "publish");
    raw_peer_enter(&publisher, PUBLISHER, NULL);
    uint64_t epoch = publisher.epoch;
    snprintf(lead, sizeof lead, "%s", raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, "handed-over", "it"), STATUS(ACCEPTED))->lead_id);
    raw_peer_close(&publisher);
    assert_false(broker_fixture_logged(&standby, "desk claimed"));
    assert_int_equal(broker_fixture_stop(&first), 0);
    broker_fixture_await(&standby);
    assert_false(broker_fixture_logged(&standby, "the lease of the owner before has ended"));

    raw_peer_open(&publisher, standby.run_dir, "publish");
    raw_peer_enter(&publisher, PUBLISHER, NULL);
    assert_true(publisher.epoch > epoch);
    assert_string_equal(raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, "handed-over", "it"), STATUS(DUPLICATE))->lead_id, lead);
    raw_peer_close(&publisher);
    assert_int_equal(broker_fixture_stop(&standby), 0);
    broker_fixture_close(&standby);
    broker_fixture_close(&first);
    broker_fixture_start(&broker);
}

/* Redis stands still when SIGTERM comes, and goes on before the broker gives up. */
static void a_claim_is_given_back_to_a_store_that_returns_in_time(void **state)
{
    static const char *const first_args[] = {"--redis", redis_address, "--lease", "3600000", "--away-after", "200", "--name", "first", NULL};
    static const char *const standby_args[] = {"--redis", redis_address, "--lease", "3600000", "--name", "second", "--standby", NULL};
    struct broker_fixture first, standby;

    (void)state;
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_open(&first, first_args);
    broker_fixture_start(&first);
    broker_fixture_open(&standby, standby_args);
    broker_fixture_launch(&standby);
    until_logged(&standby, "waiting for its lease to end");
    redis_fixture_pause(&redis);
    until_logged(&first, "store is away");
    kill(first.pid, SIGTERM);
    until_logged(&first, "stopping");
    redis_fixture_go_on(&redis);
    assert_int_equal(broker_fixture_wait(&first), 0);
    assert_false(broker_fixture_logged(&first, "stopped while the store is away"));
    broker_fixture_await(&standby);
    assert_false(broker_fixture_logged(&standby, "the lease of the owner before has ended"));
    assert_int_equal(broker_fixture_stop(&standby), 0);
    broker_fixture_close(&standby);
    broker_fixture_close(&first);
    broker_fixture_start(&broker);
}

/* ---- what `leadwire status` says -------------------------------------------------------------- */

static void ask_status(const struct broker_fixture *of, char *text, size_t size)
{
    char command[256];

    snprintf(command, sizeof command, LEADWIRE_BIN_DIR "/leadwire status --timeout 2 --run-dir %s 2>&1", of->run_dir);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t used = fread(text, 1, size - 1, pipe);
    text[used] = '\0';
    int ended = pclose(pipe);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), strstr(text, ": store away, ") || strstr(text, ": store behind, ") || strstr(text, "the store is away") ? 3 : 0);
}

static void until_status(const struct broker_fixture *of, const char *words, bool wanted)
{
    char text[16384];
    uint64_t end_ms = wall_clock_monotonic_ms() + 3 * RAW_PEER_WAIT_MS;

    for (;;) {
        ask_status(of, text, sizeof text);
        if ((strstr(text, words) != NULL) == wanted)
            return;
        if (wall_clock_monotonic_ms() >= end_ms)
            fail_msg("status %s '%s':\n%s", wanted ? "does not come to say" : "goes on to say", words, text);
    }
}

static void status_warns_while_no_replica_is_there(void **state)
{
    static char master_address[128], replica_address[128];
    static const char *const replicated_args[] = {"--redis", master_address, "--redis", replica_address, "--durability", "replicated", NULL};
    static const char warning[] =
        "warning:     Redis has 0 replicas that are up to date, durability replicated asks for 1: start them, or see why they lag\n";
    struct redis_fixture master = {0}, replica = {0};
    struct broker_fixture replicated;

    (void)state;
    redis_fixture_open_with_port(&master);
    redis_fixture_open_with_port(&replica);
    redis_fixture_follow(&replica, &master);
    snprintf(master_address, sizeof master_address, "unix:%s", master.socket);
    snprintf(replica_address, sizeof replica_address, "unix:%s", replica.socket);
    broker_fixture_open(&replicated, replicated_args);
    broker_fixture_start(&replicated);
    until_status(&replicated, "warning:", false);
    redis_fixture_kill(&replica);
    until_status(&replicated, warning, true);
    /* And goes on to say so when nothing can be confirmed any more, to who asks only then too. */
    until_status(&replicated, ": store away, durability replicated, rules not told", true);
    until_status(&replicated, warning, true);
    redis_fixture_start(&replica);
    redis_fixture_follow(&replica, &master);
    until_status(&replicated, "warning:", false);
    assert_int_equal(broker_fixture_stop(&replicated), 0);
    broker_fixture_close(&replicated);
    redis_fixture_close(&replica);
    redis_fixture_close(&master);
}

static void status_warns_while_redis_syncs_later_than_asked(void **state)
{
    (void)state;
    until_status(&broker, "warning:", false);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET appendfsync no"));
    until_status(&broker, "warning:     Redis syncs its file too late for durability always (appendfsync no): set appendfsync always, or a power cut may lose "
                 "what is acknowledged\n", true);
    until_status(&broker, ", durability always is asked, in force is none, ", true);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET appendfsync always"));
    until_status(&broker, "warning:", false);
    until_status(&broker, ", durability always, ", true);
}

/* Asked whole, by who came before it went and by who comes now; all else is told busy, with the reason. */
static void status_is_answered_whole_while_the_store_is_away(void **state)
{
    Leadwire__V1__StatusRequest request = LEADWIRE__V1__STATUS_REQUEST__INIT;
    Leadwire__V1__SnapshotRequest snapshot = LEADWIRE__V1__SNAPSHOT_REQUEST__INIT;
    struct raw_peer control;

    (void)state;
    until_status(&broker, ": store ready, durability always, ", true);
    raw_peer_open(&control, broker.run_dir, "control");
    raw_peer_enter(&control, LEADWIRE__V1__ROLE__ROLE_CONTROL, NULL);
    redis_fixture_kill(&redis);
    until_status(&broker, "store away: Redis cannot be reached", true);
    until_status(&broker, ": store away, durability always, rules not told, up ", true);
    until_status(&broker, "broker:      0 publishers, ", true);
    until_status(&broker, "leads now:", false);
    request.request_id = ++control.request_id;
    raw_peer_send(&control, WIRE_STATUS_REQUEST, &request.base);
    const Leadwire__V1__StatusReply *told = raw_peer_expect(&control, WIRE_STATUS_REPLY)->status_reply;
    assert_true(told->counts_untold && told->n_bounds > 8 && told->memory_bytes > 0 && told->epoch > 0);
    assert_string_equal(told->store_state, "away");
    assert_string_equal(told->durability, "always");
    assert_string_equal(told->durability_in_force, "");
    assert_true(told->config_version == 0 && told->published_total == 0);
    snapshot.request_id = ++control.request_id;
    raw_peer_send(&control, WIRE_SNAPSHOT_REQUEST, &snapshot.base);
    const Leadwire__V1__Reply *busy = raw_peer_expect_reply(&control, control.request_id, STATUS(BUSY));
    assert_non_null(strstr(busy->reason, "the store is away (durability always): "));
    redis_fixture_start(&redis);
    until_status(&broker, "leads now:", true);
    request.request_id = ++control.request_id;
    raw_peer_send(&control, WIRE_STATUS_REQUEST, &request.base);
    told = raw_peer_expect(&control, WIRE_STATUS_REPLY)->status_reply;
    assert_false(told->counts_untold);
    assert_string_equal(told->durability_in_force, "always");
    raw_peer_close(&control);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_broker_goes_on_with_the_same_offers_and_answers),
        cmocka_unit_test(half_told_turns_are_told_whole_after_a_restart),
        cmocka_unit_test(while_redis_is_away_publishers_are_told_busy_and_reps_wait),
        cmocka_unit_test(a_redis_that_dies_and_comes_back_loses_nothing),
        cmocka_unit_test(large_rules_survive_a_kill),
        cmocka_unit_test(rules_larger_than_the_socket_takes_are_written_at_once),
        cmocka_unit_test(a_checkpoint_holds_the_largest_rules),
        cmocka_unit_test(a_fenced_broker_ends_with_its_own_exit_code),
        cmocka_unit_test(a_standby_serves_again_when_the_other_ends),
        cmocka_unit_test(what_is_under_way_at_sigterm_is_told_and_kept),
        cmocka_unit_test(a_standby_serves_at_once_when_the_claim_was_released),
        cmocka_unit_test(a_claim_is_given_back_to_a_store_that_returns_in_time),
        cmocka_unit_test(status_warns_while_no_replica_is_there),
        cmocka_unit_test(status_warns_while_redis_syncs_later_than_asked),
        cmocka_unit_test(status_is_answered_whole_while_the_store_is_away),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
