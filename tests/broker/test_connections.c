/* SPDX-License-Identifier: Apache-2.0
 *
 * Which connections are cut, and which never.
 */
#include "cmocka_all.h"
#include "connections.h"

enum { PUBLISH, REPS, EVENTS };

static struct connections all;

static int open_all(void **state)
{
    (void)state;
    assert_int_equal(connections_init(&all, 100, 3), LW_OK);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    connections_fini(&all);
    return 0;
}

static void accept_tcp(uint8_t door, int fd, uint64_t now_ms)
{
    assert_int_equal(connections_accept(&all, door, fd, true, door != EVENTS, now_ms), LW_OK);
}

static int cut_one(bool silent_too, uint64_t now_ms)
{
    struct connection_name name;

    if (!connections_peek_cut(&all, silent_too, now_ms, &name))
        return -1;
    assert_true(connections_cut(&all, &name));
    return name.fd;
}

static int cut(uint64_t now_ms) { return cut_one(true, now_ms); }

static void who_says_no_hello_is_cut(void **state)
{
    (void)state;
    accept_tcp(PUBLISH, 10, 1000);
    accept_tcp(REPS, 300, 1500);
    accept_tcp(EVENTS, 12, 1500);
    connections_greet(&all, EVENTS, 12, 0);
    accept_tcp(PUBLISH, 13, 1600);
    connections_greet(&all, PUBLISH, 13, 7);
    accept_tcp(EVENTS, 14, 1700);
    assert_int_equal(connections_accept(&all, EVENTS, 15, false, false, 1800), LW_OK);
    assert_int_equal(cut(1000 + CONNECTIONS_HELLO_MS - 1), -1);
    assert_int_equal(connections_wait_ms(&all, 1000 + CONNECTIONS_HELLO_MS - 1), 1);
    assert_int_equal(cut_one(false, 1000 + CONNECTIONS_HELLO_MS), -1);
    assert_int_equal(cut(1000 + CONNECTIONS_HELLO_MS), 10);
    assert_int_equal(cut(1000 + CONNECTIONS_HELLO_MS), -1);
    assert_int_equal(cut(90000), 300);
    assert_int_equal(cut(90000), 14);                    /* watches, and has not subscribed */
    assert_int_equal(cut(90000), -1);                    /* neither who did, nor who watches by ipc */
    assert_int_equal(all.cut_silent, 3);
    assert_int_equal(all.count, 6);                      /* until libzmq has noticed */
    (void)connections_close(&all, PUBLISH, 10);
    assert_int_equal(all.count, 5);
}

static void a_session_that_is_over_has_to_say_hello_again(void **state)
{
    (void)state;
    accept_tcp(PUBLISH, 10, 1000);
    connections_greet(&all, PUBLISH, 10, 7);
    connections_leave(&all, PUBLISH, 10, 6, 2000);                /* an earlier one's */
    assert_int_equal(connections_wait_ms(&all, 90000), UINT64_MAX);
    connections_leave(&all, PUBLISH, 10, 7, 2000);
    assert_int_equal(connections_wait_ms(&all, 2000), CONNECTIONS_HELLO_MS);
    connections_bear(&all, PUBLISH, 10, 4000);
    assert_int_equal(connections_wait_ms(&all, 4000), CONNECTIONS_HELLO_MS);
    connections_greet(&all, PUBLISH, 10, 8);
    assert_int_equal(cut(90000), -1);
}

static void beyond_the_bound_the_newest_are_cut(void **state)
{
    uint32_t tcp_max = connections_tcp_max(&all);

    (void)state;
    assert_int_equal(tcp_max, 88);                       /* an eighth is for this machine's own */
    for (uint32_t i = 0; i < tcp_max; i++)
        accept_tcp(PUBLISH, 100 + (int)i, 1000);
    assert_int_equal(cut(1000), -1);
    accept_tcp(REPS, 900, 1000);
    assert_int_equal(cut(1000), 900);
    assert_int_equal(connections_accept(&all, REPS, 901, false, true, 1000), LW_OK);
    assert_int_equal(cut(1000), -1);                     /* by ipc */
    (void)connections_close(&all, REPS, 900);
    (void)connections_close(&all, PUBLISH, 100);
    accept_tcp(REPS, 100, 1000);
    assert_int_equal(cut(1000), -1);
    for (int fd = 1000; all.count < 100; fd++)
        assert_int_equal(connections_accept(&all, PUBLISH, fd, false, true, 1000), LW_OK);
    assert_int_equal(connections_accept(&all, PUBLISH, 2000, false, true, 1000), LW_OK);
    assert_int_equal(cut_one(false, 1000), 2000);
    assert_int_equal(all.cut_crowded, 2);
}

static void watchers_by_tcp_leave_half_to_others(void **state)
{
    uint32_t watchers_max = connections_watchers_max(&all);

    (void)state;
    assert_int_equal(watchers_max, 44);
    for (uint32_t i = 0; i < watchers_max; i++)
        accept_tcp(EVENTS, 100 + (int)i, 1000);
    assert_int_equal(cut(1000), -1);
    accept_tcp(EVENTS, 900, 1000);
    assert_int_equal(cut_one(false, 1000), 900);
    assert_int_equal(all.cut_crowded, 1);
    assert_int_equal(connections_accept(&all, EVENTS, 901, false, false, 1000), LW_OK);
    accept_tcp(REPS, 902, 1000);
    assert_int_equal(cut(1000), -1);                     /* by ipc, and who says Hello */
    (void)connections_close(&all, EVENTS, 900);
    (void)connections_close(&all, EVENTS, 100);
    accept_tcp(EVENTS, 100, 1000);
    assert_int_equal(cut(1000), -1);
    connections_forget(&all, EVENTS);
    assert_int_equal(all.watcher_count, 0);
    assert_int_equal(all.count, 1);

    struct connections many;
    assert_int_equal(connections_init(&many, 24000, 0), LW_OK);
    assert_int_equal(connections_watchers_max(&many), CONNECTIONS_WATCHERS_MAX);
    connections_fini(&many);
}

/* Three for each key; of one key there are those that say Hello and those that watch. */
static void beyond_its_bound_a_key_gets_no_more(void **state)
{
    const struct siphash_128 one = {1, 7}, other = {1, 8}, none = {0, 0};

    (void)state;
    for (int fd = 10; fd < 20; fd++)
        accept_tcp(fd % 2 == 0 ? PUBLISH : EVENTS, fd, 1000);
    for (int fd = 10; fd < 13; fd++)
        assert_true(connections_identify(&all, fd % 2 == 0 ? PUBLISH : EVENTS, fd, one));
    assert_true(connections_identify(&all, PUBLISH, 12, one));           /* known already */
    assert_true(connections_identify(&all, EVENTS, 13, other));
    assert_true(connections_identify(&all, PUBLISH, 14, none));
    connections_greet(&all, PUBLISH, 14, 7);
    assert_int_equal(cut_one(false, 1000), -1);
    assert_false(connections_identify(&all, EVENTS, 15, one));
    assert_false(connections_identify(&all, EVENTS, 15, one));           /* said again before it was cut */
    assert_int_equal(all.cut_of_key, 1);
    assert_int_equal(all.key_peak, 3);
    assert_int_equal(cut_one(false, 1000), 15);
    assert_false(connections_identify(&all, EVENTS, 15, one));
    (void)connections_close(&all, PUBLISH, 10);
    assert_true(connections_identify(&all, PUBLISH, 16, one));
    assert_false(connections_identify(&all, PUBLISH, 18, one));
    assert_true(connections_identify(&all, PUBLISH, 16, other));         /* what was said before by who had the number before */
    assert_true(connections_identify(&all, EVENTS, 17, one));
    connections_forget(&all, EVENTS);
    assert_true(connections_identify(&all, PUBLISH, 16, one));
    accept_tcp(EVENTS, 30, 1000);
    assert_true(connections_identify(&all, EVENTS, 30, one));
    accept_tcp(EVENTS, 31, 1000);
    assert_false(connections_identify(&all, EVENTS, 31, one));
    assert_true(connections_identify(&all, EVENTS, 500, one));           /* nothing is known of it */
}

static void a_descriptor_that_is_used_again_is_the_new_ones(void **state)
{
    (void)state;
    accept_tcp(PUBLISH, 10, 1000);
    accept_tcp(REPS, 10, 5000);                          /* the other socket's end is told later */
    (void)connections_close(&all, PUBLISH, 10);
    assert_int_equal(all.count, 1);
    assert_int_equal(all.tcp_count, 1);
    assert_int_equal(cut(1000 + CONNECTIONS_HELLO_MS), -1);
    struct connection_name name;
    assert_true(connections_peek_cut(&all, true, 5000 + CONNECTIONS_HELLO_MS, &name));
    assert_int_equal(name.fd, 10);
    (void)connections_close(&all, REPS, 10);
    accept_tcp(REPS, 10, 6000);
    assert_false(connections_cut(&all, &name));          /* not the one that was meant */
    assert_int_equal(cut(6000 + CONNECTIONS_HELLO_MS), 10);
}

static void what_a_door_tells_late_is_not_anothers(void **state)
{
    (void)state;
    accept_tcp(PUBLISH, 10, 5000);                       /* read first, though it had the number after REPS */
    accept_tcp(REPS, 10, 1000);
    (void)connections_close(&all, REPS, 10);
    assert_int_equal(all.count, 1);
    connections_greet(&all, REPS, 10, 7);                /* that one is over */
    assert_int_equal(cut(5000 + CONNECTIONS_HELLO_MS), 10);
}

static void a_socket_that_is_gone_takes_its_connections_along(void **state)
{
    (void)state;
    accept_tcp(PUBLISH, 10, 1000);
    accept_tcp(EVENTS, 11, 1000);
    accept_tcp(EVENTS, 12, 1000);
    connections_forget(&all, EVENTS);
    assert_int_equal(all.count, 1);
    connections_greet(&all, EVENTS, 11, 7);                      /* nothing is known of it */
    connections_leave(&all, EVENTS, -1, 7, 1000);
    (void)connections_close(&all, EVENTS, 5000);
    assert_int_equal(all.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_says_no_hello_is_cut, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_session_that_is_over_has_to_say_hello_again, open_all, close_all),
        cmocka_unit_test_setup_teardown(beyond_the_bound_the_newest_are_cut, open_all, close_all),
        cmocka_unit_test_setup_teardown(watchers_by_tcp_leave_half_to_others, open_all, close_all),
        cmocka_unit_test_setup_teardown(beyond_its_bound_a_key_gets_no_more, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_descriptor_that_is_used_again_is_the_new_ones, open_all, close_all),
        cmocka_unit_test_setup_teardown(what_a_door_tells_late_is_not_anothers, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_socket_that_is_gone_takes_its_connections_along, open_all, close_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
