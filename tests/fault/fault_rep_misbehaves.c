/* SPDX-License-Identifier: Apache-2.0
 *
 * One rep client misbehaves on a busy floor: it is told why, and nobody else is hurt. Nobody else loses the session, and
 * while the misbehaviour lasts others' leads are completed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "floor_rig.h"
#include "raw_peer.h"
#include "seeded.h"
#include "wall_clock.h"

#define REP LEADWIRE__V1__ROLE__ROLE_REP
#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { DONE_MIN = 30, ROUNDS = 40, FRAMES_PER_ROUND = 50, FRAME_MAX = 2000, PINGS = 3000, WRONG_LOG_ONS = 20 };

static struct floor_rig rig;
static struct raw_peer wild;
static struct load_totals before;
static struct seeded seeded;

static int open_floor(void **state)
{
    (void)state;
    seeded.state = (uint64_t)wall_clock_unix_ms();
    printf("seed %llu\n", (unsigned long long)seeded.state);
    floor_rig_open(&rig, &(struct load_options){.seed = seeded_next(&seeded), .open_target = 180, .steady_reps = true}, NULL);
    return 0;
}

static int finish_floor(void **state)
{
    (void)state;
    return floor_rig_finish(&rig);
}

static void remember(void)
{
    load_totals_read(rig.load, &before);
}

static bool others_go_on(struct floor_rig *floor)
{
    struct load_totals told;

    load_totals_read(floor->load, &told);
    return told.completed >= before.completed + DONE_MIN && told.offers >= before.offers + DONE_MIN;
}

/* From the clients' own log. */
static void nobody_else_was_disturbed(void)
{
    FILE *log = fopen(rig.log_path, "r");
    struct client_line line;

    assert_non_null(log);
    while (client_log_next(log, &line))
        if (line.word == CLIENT_LOST || line.word == CLIENT_REFUSED)
            fail_msg("%s: %s, %s", line.who, client_word_text(line.word), line.text);
    fclose(log);
}

static void enter_wild(void)
{
    raw_peer_open(&wild, rig.broker.run_dir, "reps");
    raw_peer_enter(&wild, REP, "wild");
}

/* So that its offers go to others. */
static void log_off_wild(void)
{
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;

    raw_peer_send(&wild, WIRE_BYE, &bye.base);
    raw_peer_ping(&wild);
    raw_peer_expect_reply(&wild, 0, STATUS(NO_SESSION));
    raw_peer_close(&wild);
}

static void one_that_stops_reading_is_let_go(void **state)
{
    Leadwire__V1__Ping ping = LEADWIRE__V1__PING__INIT;
    bool is_gone = false;

    (void)state;
    enter_wild();
    remember();
    for (int i = 0; i < PINGS; i++) {          /* each is answered, and no answer is read */
        raw_peer_send(&wild, WIRE_PING, &ping.base);
        if (i % 100 == 0)
            floor_rig_turn(&rig);
    }
    floor_rig_until(&rig, others_go_on, "others' leads are completed beside one that does not read");
    while (!is_gone && raw_peer_receive(&wild, RAW_PEER_WAIT_MS))
        is_gone = wild.message.type == WIRE_BYE && strcmp(wild.message.bye->reason, "slow") == 0;
    assert_true(is_gone);
    raw_peer_close(&wild);
    nobody_else_was_disturbed();
}

/* Bytes without sense, and frames of a good message with some bytes changed. */
static void send_garbage(void)
{
    uint8_t bytes[FRAME_MAX];
    size_t size = 1 + seeded_below(&seeded, sizeof bytes);

    if (wild.buffer.size > 0 && seeded_below(&seeded, 2) == 0) {
        size = wild.buffer.size < sizeof bytes ? wild.buffer.size : sizeof bytes;
        memcpy(bytes, wild.buffer.data, size);
        for (int i = 0; i < 3; i++)
            bytes[seeded_below(&seeded, size)] = (uint8_t)seeded_next(&seeded);
    } else {
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)seeded_next(&seeded);
    }
    raw_peer_send_bytes(&wild, bytes, size);
}

static void one_that_sends_garbage_is_told_so(void **state)
{
    unsigned reasons = 0, ends = 0;

    (void)state;
    remember();
    for (int round = 0; round < ROUNDS; round++) {
        enter_wild();
        raw_peer_answer(&wild, "1-1", 1, true);
        for (int i = 0; i < FRAMES_PER_ROUND; i++)
            send_garbage();
        floor_rig_turn(&rig);
        bool is_over = false;
        while (!is_over && raw_peer_receive(&wild, RAW_PEER_WAIT_MS)) {
            reasons += wild.message.type == WIRE_REPLY && wild.message.reply->status == STATUS(MALFORMED) && *wild.message.reply->reason;
            is_over = wild.message.type == WIRE_BYE || (wild.message.type == WIRE_REPLY && wild.message.reply->status == STATUS(NO_SESSION));
        }
        assert_true(is_over);
        ends++;
        raw_peer_close(&wild);
    }
    floor_rig_until(&rig, others_go_on, "others' leads are completed beside one that sends garbage");
    assert_true(reasons >= ends);
    nobody_else_was_disturbed();
}

/* Offers of its own under other numbers, others' leads (ids are counted), leads that never were. */
static void one_that_answers_what_it_was_never_offered_gets_nothing(void **state)
{
    unsigned tried = 0;

    (void)state;
    enter_wild();
    remember();
    while (tried < 10 * ROUNDS) {
        char lead[LW_LEAD_ID_TEXT_MAX], other[LW_LEAD_ID_TEXT_MAX], id[64];
        struct desk_id desk_id;
        floor_rig_turn(&rig);
        raw_peer_ping(&wild);
        if (!raw_peer_receive(&wild, 5) || wild.message.type != WIRE_OFFER)
            continue;
        snprintf(lead, sizeof lead, "%s", wild.message.offer->lead_id);
        uint32_t number = wild.message.offer->offer_number;
        assert_true(desk_id_parse(lead, &desk_id));
        raw_peer_expect_reply(&wild, raw_peer_answer(&wild, lead, number + 1, true), STATUS(NOT_YOURS));
        for (uint64_t back = 1; back <= 10 && back < desk_id.number; back++) {
            desk_id_format((struct desk_id){desk_id.epoch, desk_id.number - back}, other);
            snprintf(id, sizeof id, "wild-%u", tried++);
            uint64_t request = raw_peer_answer(&wild, other, 77, true);
            assert_string_not_equal(raw_peer_expect_reply(&wild, request, STATUS(NOT_YOURS))->reason, "");
            raw_peer_expect_reply(&wild, raw_peer_complete(&wild, other, id), STATUS(NOT_YOURS));
        }
        raw_peer_expect_reply(&wild, raw_peer_answer(&wild, lead, number, false), STATUS(ACCEPTED));     /* for the next */
    }
    floor_rig_until(&rig, others_go_on, "others' leads are completed beside one that answers for them");
    log_off_wild();
    nobody_else_was_disturbed();
}

static void one_that_logs_on_with_anothers_name_is_refused(void **state)
{
    struct raw_peer liars[WRONG_LOG_ONS];

    (void)state;
    remember();
    for (unsigned i = 0; i < WRONG_LOG_ONS; i++) {
        raw_peer_open(&liars[i], rig.broker.run_dir, "reps");
        raw_peer_hello(&liars[i], REP, load_rep_name(i % LOAD_REPS), "secret-of-wild");
    }
    floor_rig_until(&rig, others_go_on, "others' leads are completed beside ones that log on with their names");
    for (unsigned i = 0; i < WRONG_LOG_ONS; i++) {
        assert_string_not_equal(raw_peer_expect_reply(&liars[i], 0, STATUS(UNAUTHENTICATED))->reason, "");
        raw_peer_close(&liars[i]);
    }
    nobody_else_was_disturbed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_stops_reading_is_let_go),
        cmocka_unit_test(one_that_sends_garbage_is_told_so),
        cmocka_unit_test(one_that_answers_what_it_was_never_offered_gets_nothing),
        cmocka_unit_test(one_that_logs_on_with_anothers_name_is_refused),
    };
    return cmocka_run_group_tests(tests, open_floor, finish_floor);
}
