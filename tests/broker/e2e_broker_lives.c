/* SPDX-License-Identifier: Apache-2.0
 *
 * Well-behaved clients of libleadwire against a real broker: lives, grace, and an event stream that adds up.
 */
#include <leadwire/leadwire.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker_fixture.h"
#include "cmocka_all.h"
#include "raw_peer.h"
#include "wall_clock.h"

enum { OFFER_MS = 30000, GRACE_MS = 300, REPS = 3, LEADS = 2000, ROWS_MAX = 4096, WAIT_MS = 30000 };

static struct broker_fixture broker;
static char publish_endpoint[160], reps_endpoint[160], events_endpoint[160], control_endpoint[160];

static int start(void **state)
{
    static const char *const args[] = {"--ephemeral", NULL};

    (void)state;
    broker_fixture_open(&broker, args);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, OFFER_MS, GRACE_MS);
    snprintf(publish_endpoint, sizeof publish_endpoint, "ipc://%s/publish", broker.run_dir);
    snprintf(reps_endpoint, sizeof reps_endpoint, "ipc://%s/reps", broker.run_dir);
    snprintf(events_endpoint, sizeof events_endpoint, "ipc://%s/events", broker.run_dir);
    snprintf(control_endpoint, sizeof control_endpoint, "ipc://%s/control", broker.run_dir);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_close(&broker);
    return 0;
}

/* ---- what a follower of the events knows ---- */

struct row { char lead_id[LW_LEAD_ID_TEXT_MAX]; lw_lead_state state; uint64_t revision; };
struct view { struct row rows[ROWS_MAX]; size_t count; bool is_live, hears; uint64_t seq; unsigned completed; };

static struct row *find_row(struct view *view, const char *lead_id)
{
    for (size_t i = 0; i < view->count; i++)
        if (strcmp(view->rows[i].lead_id, lead_id) == 0)
            return &view->rows[i];
    return NULL;
}

static void follow(struct view *view, const struct lw_event *event)
{
    if (event->kind == LW_EVENTS_RESET)
        *view = (struct view){0};
    if (event->kind == LW_EVENTS_LIVE)
        view->is_live = true;
    if (event->kind == LW_EVENTS_DESK)             /* never of a snapshot */
        view->hears = true;
    if (event->seq > view->seq)
        view->seq = event->seq;
    if (event->kind != LW_EVENTS_LEAD)
        return;
    struct row *row = find_row(view, event->lead_id);
    if (!row) {
        assert_true(view->count < ROWS_MAX);
        row = &view->rows[view->count++];
        *row = (struct row){0};
        snprintf(row->lead_id, sizeof row->lead_id, "%s", event->lead_id);
    } else {
        assert_true(event->revision > row->revision);      /* each change once, in order */
        if (!event->is_snapshot)
            assert_int_equal(event->from, row->state);
    }
    row->state = event->to;
    row->revision = event->revision;
    view->completed += event->to == LW_LEAD_COMPLETED;
}

static void drain_events(struct lw_events *events, struct view *view)
{
    struct lw_event event;

    while (lw_events_next(events, &event) == LW_OK)
        follow(view, &event);
}

/* ---- lives ---- */

struct floor { struct lw_publisher *publisher; struct lw_rep *reps[REPS]; unsigned accepted, completed, offered, declined; };

static void open_floor(struct floor *floor)
{
    static const char *const names[REPS] = {"anna", "bruno", "carla"};
    struct lw_publisher_options publisher = {.endpoint = publish_endpoint, .desk = "main", .client = "test"};
    char secret[64];

    *floor = (struct floor){0};
    assert_int_equal(lw_publisher_open(&publisher, &floor->publisher), LW_OK);
    for (int i = 0; i < REPS; i++) {
        snprintf(secret, sizeof secret, "secret-of-%s", names[i]);
        struct lw_rep_options rep = {.endpoint = reps_endpoint, .desk = "main", .rep = names[i], .secret = secret, .client = "test"};
        assert_int_equal(lw_rep_open(&rep, &floor->reps[i]), LW_OK);
    }
}

static void close_floor(struct floor *floor)
{
    lw_publisher_close(&floor->publisher);
    for (int i = 0; i < REPS; i++)
        lw_rep_close(&floor->reps[i], 1);
}

static void serve_rep(struct floor *floor, struct lw_rep *rep)
{
    struct lw_rep_event event;
    uint64_t ticket;

    while (lw_rep_next(rep, &event) == LW_OK) {
        assert_int_not_equal(event.kind, LW_REP_REFUSED);
        if (event.kind == LW_REP_OFFER) {
            floor->offered++;
            /* Never the same lead twice: what all three declined would wait for longer than the test. */
            bool declines = floor->offered % 10 == 0 && event.offer_number == 1;
            if (declines)
                assert_int_equal(lw_rep_decline(rep, event.lead_id, event.offer_number, "busy", &ticket), LW_OK);
            else
                assert_int_equal(lw_rep_accept(rep, event.lead_id, event.offer_number, &ticket), LW_OK);
            floor->declined += declines;
        } else if (event.kind == LW_REP_HOLDING) {
            floor->accepted++;
            assert_int_equal(lw_rep_complete(rep, event.lead_id, "won", "", NULL, &ticket), LW_OK);
        } else if (event.kind == LW_REP_ANSWER) {
            assert_in_range(event.outcome, LW_OUTCOME_ACCEPTED, LW_OUTCOME_DUPLICATE);
        }
    }
}

static unsigned take_answers(struct floor *floor)
{
    struct lw_publisher_answer answer;
    unsigned count = 0;

    while (lw_publisher_next(floor->publisher, &answer) == LW_OK) {
        assert_int_equal(answer.outcome, LW_OUTCOME_ACCEPTED);
        count++;
    }
    return count;
}

static void publish_next(struct floor *floor, unsigned *published)
{
    struct lw_lead lead = {.channel = LW_CHANNEL_WEB, .source = "form", .language = "it", .full_name = "Test Person"};
    char id[32];
    uint64_t ticket;

    snprintf(id, sizeof id, "life-%u", *published);
    if (*published < LEADS && lw_publisher_publish(floor->publisher, id, wall_clock_unix_ms(), &lead, 0, &ticket) == LW_OK)
        (*published)++;
}

static void sleep_for(struct floor *floor, struct lw_events *events)
{
    struct pollfd items[REPS + 3];
    int fds[2], count = 0;

    items[count++] = (struct pollfd){.fd = lw_publisher_fd(floor->publisher), .events = POLLIN};
    for (int i = 0; i < REPS; i++)
        items[count++] = (struct pollfd){.fd = lw_rep_fd(floor->reps[i]), .events = POLLIN};
    int more = lw_events_fds(events, fds);
    for (int i = 0; i < more; i++)
        items[count++] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    poll(items, (nfds_t)count, 5);
}

static bool all_ended(const struct view *view)
{
    for (size_t i = 0; i < view->count; i++)
        if (view->rows[i].state != LW_LEAD_COMPLETED)
            return false;
    return view->is_live;
}

static void every_life_ends_once_and_the_events_tell_it_all(void **state)
{
    struct lw_events_options options = {.events_endpoint = events_endpoint, .control_endpoint = control_endpoint, .desk = "main", .client = "test"};
    static struct view early, late;
    struct lw_events *early_events, *late_events = NULL;
    struct floor floor;
    unsigned published = 0, answered = 0;
    uint64_t end_ms = wall_clock_monotonic_ms() + WAIT_MS;

    (void)state;
    assert_int_equal(lw_events_open(&options, &early_events), LW_OK);
    while (!early.hears) {                /* whose subscription is in force only after the snapshot starts over */
        assert_true(wall_clock_monotonic_ms() < end_ms);
        raw_peer_apply_rules(broker.run_dir, OFFER_MS, GRACE_MS);
        drain_events(early_events, &early);
    }
    open_floor(&floor);
    while (answered < LEADS || floor.accepted < LEADS || early.count < LEADS || !all_ended(&early) || !late_events || !all_ended(&late)) {
        if (wall_clock_monotonic_ms() >= end_ms)
            fail_msg("stuck: %u published, %u answered, %u offered, %u accepted; early %zu rows, %u completed, seq %llu, live %d; late %zu rows, live %d",
                     published, answered, floor.offered, floor.accepted, early.count, early.completed, (unsigned long long)early.seq,
                     early.is_live, late.count, late.is_live);
        for (int i = 0; i < 20 && (published < LEADS * 3 / 4 || late.is_live); i++)      /* so that there is a middle, however fast it goes */
            publish_next(&floor, &published);
        answered += take_answers(&floor);
        for (int i = 0; i < REPS; i++)
            serve_rep(&floor, floor.reps[i]);
        if (!late_events && floor.accepted > LEADS / 4)          /* in the middle of it all: a snapshot, then events */
            assert_int_equal(lw_events_open(&options, &late_events), LW_OK);
        drain_events(early_events, &early);
        if (late_events)
            drain_events(late_events, &late);
        sleep_for(&floor, early_events);
    }
    assert_int_equal(floor.accepted, LEADS);
    assert_int_equal(floor.offered, LEADS + floor.declined);
    assert_int_equal(early.count, LEADS);
    assert_int_equal(early.completed, LEADS);
    assert_true(late.count > 0 && late.count < LEADS);
    for (size_t i = 0; i < late.count; i++) {
        struct row *row = find_row(&early, late.rows[i].lead_id);
        assert_non_null(row);
        assert_int_equal(row->revision, late.rows[i].revision);
    }
    close_floor(&floor);
    lw_events_close(&early_events);
    lw_events_close(&late_events);
}

/* No Bye and no Ping any more: the session ends, the grace passes, the offer goes to somebody else. */
static void a_silent_rep_loses_its_offers_after_the_grace(void **state)
{
    struct raw_peer anna, bruno, publisher;
    char lead_id[LW_LEAD_ID_TEXT_MAX];

    (void)state;
    raw_peer_open(&anna, broker.run_dir, "reps");
    raw_peer_enter(&anna, LEADWIRE__V1__ROLE__ROLE_REP, "anna");
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, LEADWIRE__V1__ROLE__ROLE_PUBLISHER, NULL);
    raw_peer_publish(&publisher, "silent", "it");
    snprintf(lead_id, sizeof lead_id, "%s", raw_peer_expect(&anna, WIRE_OFFER)->offer->lead_id);
    raw_peer_open(&bruno, broker.run_dir, "reps");
    raw_peer_enter(&bruno, LEADWIRE__V1__ROLE__ROLE_REP, "bruno");
    uint64_t end_ms = wall_clock_monotonic_ms() + WAIT_MS;
    do {
        assert_true(wall_clock_monotonic_ms() < end_ms);
        raw_peer_ping(&bruno);
    } while (!raw_peer_receive(&bruno, 200) || bruno.message.type != WIRE_OFFER);
    assert_string_equal(bruno.message.offer->lead_id, lead_id);
    assert_int_equal(bruno.message.offer->offer_number, 2);
    raw_peer_ping(&anna);
    raw_peer_expect_reply(&anna, 0, LEADWIRE__V1__STATUS__STATUS_NO_SESSION);
    raw_peer_close(&anna);
    raw_peer_close(&bruno);
    raw_peer_close(&publisher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_life_ends_once_and_the_events_tell_it_all),
        cmocka_unit_test(a_silent_rep_loses_its_offers_after_the_grace),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
