/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "cmocka_all.h"
#include "socket_edge.h"

enum { WAIT_MS = 8000 };

static void *context, *socket, *peer;
static struct socket_edge edge;
static zmq_pollitem_t item;

static int set_up(void **state)
{
    (void)state;
    context = zmq_ctx_new();
    socket = zmq_socket(context, ZMQ_PAIR);
    peer = zmq_socket(context, ZMQ_PAIR);
    assert_int_equal(zmq_bind(socket, "inproc://edge"), 0);
    assert_int_equal(zmq_connect(peer, "inproc://edge"), 0);
    assert_true(socket_edge_init(&edge, socket));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    zmq_close(socket);
    zmq_close(peer);
    zmq_ctx_term(context);
    return 0;
}

static void read_empty(int count)
{
    char byte;

    for (; zmq_recv(socket, &byte, 1, ZMQ_DONTWAIT) >= 0; count--)
        ;
    socket_edge_note_failure(&edge);
    assert_int_equal(count, 0);
}

static void say(void)
{
    assert_int_equal(zmq_send(peer, "x", 1, 0), 1);
}

static void poll_it(long wait_ms, int expected)
{
    assert_int_equal(zmq_poll(&item, 1, wait_ms), expected);
    socket_edge_polled(&edge, &item);
}

static void what_was_read_empty_has_nothing_until_polling_says_so(void **state)
{
    (void)state;
    assert_true(edge.may_have);                          /* nobody has asked yet */
    read_empty(0);
    assert_false(edge.may_have);
    assert_false(socket_edge_ask(&edge, socket, &item));
    say();
    poll_it(WAIT_MS, 1);
    assert_true(edge.may_have);
    read_empty(1);
    assert_false(socket_edge_ask(&edge, socket, &item));
    poll_it(0, 0);
    assert_false(edge.may_have);
}

/* A send looks at what was told, and then the descriptor is silent about it. */
static void what_a_send_has_taken_from_the_descriptor_is_found_by_asking(void **state)
{
    int events;
    size_t size = sizeof events;

    (void)state;
    read_empty(0);
    say();
    assert_int_equal(zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size), 0);     /* as a send may */
    (void)socket_edge_ask(&edge, socket, &item);
    poll_it(0, 0);
    assert_false(edge.may_have);
    socket_edge_touch(&edge);
    assert_true(socket_edge_ask(&edge, socket, &item));
    read_empty(1);
}

static void what_was_not_read_to_its_end_is_read_on(void **state)
{
    char byte;

    (void)state;
    read_empty(0);
    say();
    say();
    (void)socket_edge_ask(&edge, socket, &item);
    poll_it(WAIT_MS, 1);
    assert_int_equal(zmq_recv(socket, &byte, 1, ZMQ_DONTWAIT), 1);
    assert_true(socket_edge_ask(&edge, socket, &item));
    errno = EINTR;
    socket_edge_note_failure(&edge);                     /* a signal: nobody knows */
    assert_true(edge.may_have);
    assert_true(socket_edge_ask(&edge, socket, &item));
    read_empty(1);
    assert_false(edge.may_have);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_read_empty_has_nothing_until_polling_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_send_has_taken_from_the_descriptor_is_found_by_asking, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_not_read_to_its_end_is_read_on, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
