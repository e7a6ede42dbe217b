/* SPDX-License-Identifier: Apache-2.0
 *
 * The gateway's questions and acts, against a scripted broker: an act reaches it once.
 */
#include "fake_broker.h"

#include "control_link.h"

struct fixture {
    struct fake_broker fake;
    struct event_base *base;
    struct control_link *link;
    unsigned told, unknown;
};

static void turn(void *client)
{
    event_base_loop(((struct fixture *)client)->base, EVLOOP_NONBLOCK);
}

static bool is_told(void *client)
{
    return ((struct fixture *)client)->told > 0;
}

static void on_answer(void *context, const struct wire_message *reply)
{
    struct fixture *f = context;
    f->told++;
    f->unknown += reply == NULL;
}

static struct fixture *begin(void)
{
    static struct fixture f;
    f = (struct fixture){.base = event_base_new()};
    fake_open(&f.fake);
    assert_int_equal(control_link_open(f.base, f.fake.endpoint, "main", NULL, &f.link), LW_OK);
    f.fake.client = &f;
    f.fake.turn = turn;
    fake_expect(&f.fake, WIRE_HELLO);
    fake_welcome(&f.fake, 8, FAKE_HEARTBEAT_MS);
    return &f;
}

static void end(struct fixture *f)
{
    control_link_close(&f->link);
    event_base_free(f->base);
    fake_close(&f->fake);
}

static void act(struct fixture *f)
{
    Leadwire__V1__LeadCommand command = LEADWIRE__V1__LEAD_COMMAND__INIT;
    struct wire_message message = {.type = WIRE_LEAD_COMMAND, .lead_command = &command};
    command.act = LEADWIRE__V1__LEAD_ACT__LEAD_ACT_TAKE_BACK;
    command.lead_id = (char *)"1abc-1";
    command.by = (char *)"maria";
    assert_int_equal(control_link_ask(f->link, &message, on_answer, f), LW_OK);
    fake_expect(&f->fake, WIRE_LEAD_COMMAND);
}

static void an_act_that_is_not_answered_soon_is_not_sent_again(void **state)
{
    (void)state;
    struct fixture *f = begin();
    act(f);
    fake_expect_silence(&f->fake, 2500);
    assert_int_equal(f->told, 0);
    end(f);
    assert_int_equal(f->unknown, 1);
}

/* Whether the broker that is gone carried it out, nobody knows; the next one must not. */
static void an_act_does_not_outlive_the_session_and_a_question_does(void **state)
{
    (void)state;
    struct fixture *f = begin();
    Leadwire__V1__StatusRequest status = LEADWIRE__V1__STATUS_REQUEST__INIT;
    struct wire_message question = {.type = WIRE_STATUS_REQUEST, .status_request = &status};
    act(f);
    assert_int_equal(control_link_ask(f->link, &question, on_answer, f), LW_OK);
    fake_expect(&f->fake, WIRE_STATUS_REQUEST);
    fake_stop(&f->fake);
    fake_run_until(&f->fake, is_told);
    assert_int_equal(f->unknown, 1);
    fake_start(&f->fake);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_welcome(&f->fake, 8, FAKE_HEARTBEAT_MS);
    fake_expect(&f->fake, WIRE_STATUS_REQUEST);
    fake_expect_silence(&f->fake, 50);
    assert_int_equal(f->told, 1);
    end(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_act_that_is_not_answered_soon_is_not_sent_again),
        cmocka_unit_test(an_act_does_not_outlive_the_session_and_a_question_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
