/* SPDX-License-Identifier: Apache-2.0
 *
 * A publisher against a broker that misbehaves at random: forgets sessions, restarts, says busy, loses
 * answers, answers twice, sends garbage. Whatever it does:
 *   - every ticket is answered once, as the broker decided for that idempotency id;
 *   - a ticket always carries the same idempotency id;
 *   - nothing is asked outside a session, and never more than its credit.
 *
 *   prop_publisher [--seed N]
 */
#include "fake_broker.h"

#include "wall_clock.h"

#include <leadwire/leadwire.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEADS = 400, CREDIT = 16, DEADLINE_MS = 40000 };

static uint64_t seed = 1;

struct run {
    struct fake_broker fake;
    struct lw_publisher *publisher;
    uint64_t random;
    uint64_t tickets[LEADS];
    bool published[LEADS], answered[LEADS], decided[LEADS];
    unsigned next, answers;
    bool in_session;
    unsigned unanswered;       /* in this session */
    unsigned restarts, forgotten, lost, busy, repeats;
};

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s (replay: --seed %" PRIu64 ")\n", __FILE__, __LINE__, #condition, seed); \
            exit(1); \
        } \
    } while (0)

/* splitmix64 */
static unsigned chance(struct run *run, unsigned below)
{
    uint64_t z = (run->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)((z ^ (z >> 31)) % below);
}

static void publish_some(struct run *run)
{
    struct lw_lead lead = {.channel = LW_CHANNEL_IMPORT, .source = "list", .full_name = "Ada"};
    char id[32];
    while (run->next < LEADS && chance(run, 4) != 0) {
        snprintf(id, sizeof id, "row-%u", run->next);
        lw_status status = lw_publisher_publish(run->publisher, id, 1, &lead, 0, &run->tickets[run->next]);
        if (status == LW_FULL)
            return;
        CHECK(status == LW_OK);
        run->published[run->next++] = true;
    }
}

static void turn(void *client)
{
    struct run *run = client;
    struct lw_publisher_answer answer;
    lw_status status;
    publish_some(run);
    while ((status = lw_publisher_next(run->publisher, &answer)) == LW_OK) {
        unsigned row = LEADS;
        for (unsigned i = 0; i < run->next; i++)
            row = run->tickets[i] == answer.ticket ? i : row;
        CHECK(row < LEADS);
        CHECK(!run->answered[row]);
        CHECK(run->decided[row]);
        if (row % 7 == 0) {
            CHECK(answer.outcome == LW_OUTCOME_REJECTED);
        } else {
            CHECK(answer.outcome == LW_OUTCOME_ACCEPTED || answer.outcome == LW_OUTCOME_DUPLICATE);
            CHECK(strtoul(answer.lead_id, NULL, 10) == row);
        }
        run->answered[row] = true;
        run->answers++;
    }
    CHECK(status == LW_AGAIN);
}

/* Decides once for each id, like the window of a real broker; then says so, more or less well. */
static void answer_publish(struct run *run, uint64_t ticket, unsigned row)
{
    char lead_id[16] = "";
    bool first = !run->decided[row];
    Leadwire__V1__Status status = first ? LEADWIRE__V1__STATUS__STATUS_ACCEPTED : LEADWIRE__V1__STATUS__STATUS_DUPLICATE;
    run->repeats += !first;
    if (row % 7 == 0)
        status = LEADWIRE__V1__STATUS__STATUS_REJECTED;
    else
        snprintf(lead_id, sizeof lead_id, "%u", row);
    run->decided[row] = true;
    run->unanswered--;
    if (chance(run, 20) == 0) {
        run->lost++;            /* takes no part in the credit any more: the broker thinks that it answered */
        return;
    }
    fake_reply(&run->fake, ticket, status, lead_id, "", 0);
    if (chance(run, 20) == 0)
        fake_reply(&run->fake, ticket, status, lead_id, "", 0);
}

static void handle_publish(struct run *run, const Leadwire__V1__Publish *publish)
{
    unsigned row = (unsigned)strtoul(publish->idempotency_id + strlen("row-"), NULL, 10);
    uint64_t ticket = publish->request_id;
    if (!run->in_session) {
        fake_reply(&run->fake, ticket, LEADWIRE__V1__STATUS__STATUS_NO_SESSION, "", "say Hello first", 0);
        return;
    }
    CHECK(row < run->next || row == run->next);
    CHECK(!run->published[row] || run->tickets[row] == ticket);
    CHECK(++run->unanswered <= CREDIT);
    if (chance(run, 12) == 0) {
        run->busy++;
        run->unanswered--;
        fake_reply(&run->fake, ticket, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "away", chance(run, 30));
        return;
    }
    answer_publish(run, ticket, row);
}

static void misbehave(struct run *run)
{
    unsigned what = chance(run, 200);
    if (what == 0) {
        run->restarts++;
        fake_stop(&run->fake);
        fake_start(&run->fake);
        run->fake.epoch++;
        run->in_session = false;
    } else if (what < 4) {
        run->forgotten++;
        run->in_session = false;
    } else if (what < 8 && run->fake.peer_size > 0 && run->in_session) {
        uint8_t bytes[40];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)chance(run, 256);
        fake_say_bytes(&run->fake, bytes, chance(run, sizeof bytes));
    }
}

static void play(struct run *run)
{
    uint64_t deadline_ms = wall_clock_monotonic_ms() + DEADLINE_MS;
    struct wire_message message;
    while (run->answers < LEADS) {
        CHECK(wall_clock_monotonic_ms() < deadline_ms);
        bool said = fake_turn(&run->fake, &message);
        if (said && message.type == WIRE_HELLO) {
            run->in_session = true;
            run->unanswered = 0;
            fake_welcome(&run->fake, CREDIT, 200);
        } else if (said && message.type == WIRE_PUBLISH) {
            handle_publish(run, message.publish);
        }
        if (said)
            misbehave(run);
    }
    CHECK(lw_publisher_pending(run->publisher) == 0);
}

int main(int argc, char **argv)
{
    static struct run run;
    if (argc == 3 && strcmp(argv[1], "--seed") == 0)
        seed = strtoull(argv[2], NULL, 0);
    run.random = seed;
    fake_open(&run.fake);
    struct lw_publisher_options options = {.endpoint = run.fake.endpoint, .desk = "sales", .pending_max = 64,
                                           .resend_ms = 30};
    CHECK(lw_publisher_open(&options, &run.publisher) == LW_OK);
    run.fake.turn = turn;
    run.fake.client = &run;
    play(&run);
    run.fake.turn = NULL;
    lw_publisher_close(&run.publisher);
    fake_close(&run.fake);
    printf("seed %" PRIu64 ": %u leads, %u restarts, %u forgotten sessions, %u lost answers, %u busy, %u repeats\n", seed,
           run.answers, run.restarts, run.forgotten, run.lost, run.busy, run.repeats);
    return 0;
}
