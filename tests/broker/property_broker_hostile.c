/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever is thrown at its doors, by peers with and without a session, the broker stays up and goes on serving
 * the others.
 */
#include <stdio.h>

#include "broker_fixture.h"
#include "cmocka_all.h"
#include "frame_mutator.h"
#include "message_random.h"
#include "raw_peer.h"

enum { HOSTILE = 6, FRAMES = 6000, CHECK_EVERY = 500 };

struct hostile { struct raw_peer peer; Leadwire__V1__Role role; bool is_in; };

static struct broker_fixture broker;
static struct arena arena;
static struct byte_buffer frame, mutant;
static unsigned lives;

static void enter(struct seeded *random, struct hostile *hostile)
{
    static const char *const doors[] = {"", "publish", "reps", "control"};

    hostile->role = (Leadwire__V1__Role)(1 + seeded_below(random, 3));
    raw_peer_open(&hostile->peer, broker.run_dir, doors[hostile->role]);
    hostile->is_in = seeded_chance(random, 70);
    if (hostile->is_in)
        raw_peer_hello(&hostile->peer, hostile->role, "bruno", "secret-of-bruno");
}

/* Rules that are right would be obeyed: that is no misbehaviour, so there are none. */
static bool encode_random(struct seeded *random)
{
    enum wire_type type;

    do
        type = message_random_type(random);
    while (type == WIRE_APPLY_CONFIG);
    arena_reset(&arena, 0);
    ProtobufCMessage *message = message_random(random, wire_type_find((unsigned)type)->rules, &arena);
    byte_buffer_clear(&frame);
    return message && wire_encode(&(struct wire_message){.type = type, .base = message}, &frame) == LW_OK;
}

static void misbehave(struct seeded *random, struct hostile *hostile)
{
    if (seeded_chance(random, 1)) {
        raw_peer_close(&hostile->peer);
        enter(random, hostile);
    }
    if (seeded_chance(random, 30))
        (void)raw_peer_receive(&hostile->peer, 0);
    if (!encode_random(random))
        return;
    if (seeded_chance(random, 50)) {
        raw_peer_send_bytes(&hostile->peer, frame.data, frame.size);
        return;
    }
    frame_mutate(random, frame.data, frame.size, &mutant);
    raw_peer_send_bytes(&hostile->peer, mutant.data, mutant.size);
}

/* The publisher is answered, and anna ends what she is offered; hostile reps may be offered leads too, by right. */
static void check_served(struct raw_peer *publisher, struct raw_peer *anna, unsigned number)
{
    char id[LW_LEAD_ID_TEXT_MAX];

    snprintf(id, sizeof id, "good-%u", number);
    raw_peer_sync(publisher);
    raw_peer_expect_reply(publisher, raw_peer_publish(publisher, id, "it"), LEADWIRE__V1__STATUS__STATUS_ACCEPTED);
    raw_peer_ping(anna);
    do {
        assert_true(raw_peer_receive(anna, RAW_PEER_WAIT_MS));
        if (anna->message.type != WIRE_OFFER)
            continue;
        uint32_t offer_number = anna->message.offer->offer_number;
        snprintf(id, sizeof id, "%s", anna->message.offer->lead_id);
        raw_peer_answer(anna, id, offer_number, true);
        raw_peer_complete(anna, id, id);
        lives++;
    } while (anna->message.type != WIRE_PONG);
}

static void round_of_misbehaviour(struct seeded *random)
{
    static const char *const args[] = {"--ephemeral", NULL};
    static struct hostile hostile[HOSTILE];
    struct raw_peer publisher, anna;

    arena_init(&arena, 64 * 1024 * 1024);
    byte_buffer_init(&frame, 8 * 1024 * 1024);
    byte_buffer_init(&mutant, 8 * 1024 * 1024);
    broker_fixture_open(&broker, args);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, 60000, 200);
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, LEADWIRE__V1__ROLE__ROLE_PUBLISHER, NULL);
    raw_peer_open(&anna, broker.run_dir, "reps");
    raw_peer_enter(&anna, LEADWIRE__V1__ROLE__ROLE_REP, "anna");
    for (int i = 0; i < HOSTILE; i++)
        enter(random, &hostile[i]);
    for (unsigned i = 0; i < FRAMES; i++) {
        misbehave(random, &hostile[seeded_below(random, HOSTILE)]);
        if (i % CHECK_EVERY == 0)
            check_served(&publisher, &anna, i);
    }
    check_served(&publisher, &anna, FRAMES);
    for (int i = 0; i < HOSTILE; i++)
        raw_peer_close(&hostile[i].peer);
    assert_true(lives > 0);
    raw_peer_close(&anna);
    raw_peer_close(&publisher);
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_close(&broker);
    byte_buffer_fini(&frame);
    byte_buffer_fini(&mutant);
    arena_fini(&arena);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 3, round_of_misbehaviour);
}
