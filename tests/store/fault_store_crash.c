/* SPDX-License-Identifier: Apache-2.0
 *
 * The broker's process dies at each crash point, under load, in a child. The child tells its parent every confirmed
 * batch over a pipe before it does anything else, as a broker tells its clients. Then the next life loads: it must
 * have everything that was told, and be able to go on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash_point.h"
#include "store_rig.h"
#include "wall_clock.h"

enum { LIVES_PER_POINT = 12, CHILD_MS_MAX = 20000, UNCONFIRMED_MAX = 10 };

static struct redis_fixture redis;
static struct rig rig;          /* told: all that any life said */
static unsigned hits;
static uint64_t seed;

/* In the child: passes on what was just told. */
static void pass_on(struct rig *child)
{
    uint8_t size[8];
    static size_t sent;
    uint64_t left = child->log_told - sent;

    for (unsigned i = 0; i < 8; i++)
        size[i] = (uint8_t)(left >> (8 * i));
    if (write(child->told_fd, size, 8) != 8 || write(child->told_fd, child->log.data + sent, left) != (ssize_t)left)
        _exit(3);
    sent = child->log_told;
}

static void live(int told_fd, const char *point)
{
    struct rig child;

    rig_init(&child, &redis, "o");
    child.options.checkpoint_bytes = 60000;
    child.told_fd = told_fd;
    child.on_confirmed = pass_on;
    child.random ^= seed;
    crash_point_arm(point);
    rig_open(&child);
    if (!rig_until_state(&child, STORE_READY))
        _exit(4);
    for (uint64_t end_ms = wall_clock_monotonic_ms() + CHILD_MS_MAX; wall_clock_monotonic_ms() < end_ms;) {
        if (child.ticket_last - child.confirmed < UNCONFIRMED_MAX)
            rig_change(&child, 1 + (unsigned)rig_random(&child, 20));
        rig_turn(&child, 5);
    }
    _exit(5);      /* the point was never reached */
}

static void hear(int fd)
{
    uint8_t head[8];

    for (;;) {
        uint64_t size = 0;
        if (read(fd, head, 8) != 8)
            return;
        for (unsigned i = 0; i < 8; i++)
            size |= (uint64_t)head[i] << (8 * i);
        uint8_t *bytes = malloc(size + 1);
        size_t got = 0;
        for (ssize_t more; got < size && (more = read(fd, bytes + got, size - got)) > 0;)
            got += (size_t)more;
        if (got == size)
            rig_tell(&rig, bytes, size);
        free(bytes);
    }
}

/* One life up to the point; true: it died there. */
static bool die_at(const char *point)
{
    int pipes[2], status;

    assert_int_equal(pipe(pipes), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(pipes[0]);
        live(pipes[1], point);
    }
    close(pipes[1]);
    hear(pipes[0]);
    close(pipes[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status))
        fprintf(stderr, "%s: the child ended with %d\n", point, WEXITSTATUS(status));
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void next_life_has_all_that_was_told(void)
{
    rig.random ^= ++seed * 0x9e3779b97f4a7c15u;
    rig.epoch = rig.desk_ms = 0;
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    assert_true(fake_core_covers(rig.core, rig.told));
    for (int i = 0; i < 10; i++)
        assert_true(rig_change(&rig, 3));
    assert_true(rig_until_confirmed(&rig));
    rig_crash(&rig);
}

static void crash_at(const char *name, unsigned passing_max)
{
    for (unsigned i = 0; i < LIVES_PER_POINT; i++) {
        char point[64];
        snprintf(point, sizeof point, "%s:%u", name, 1 + (unsigned)rig_random(&rig, passing_max));
        crash_point_arm(NULL);
        if (die_at(point))
            hits++;
        next_life_has_all_that_was_told();
    }
    print_message("%s: died %u times of %d\n", name, hits, LIVES_PER_POINT);
    assert_int_equal(hits, LIVES_PER_POINT);
}

static int begin(void **state)
{
    (void)state;
    hits = 0;
    redis_fixture_open(&redis, NULL);
    rig_init(&rig, &redis, "o");
    return 0;
}

static int end(void **state)
{
    (void)state;
    rig_fini(&rig);
    redis_fixture_close(&redis);
    return 0;
}

#define POINT(test, name, passing_max) \
    static void test(void **state) { (void)state; crash_at(name, passing_max); }
POINT(dies_before_append, "append.before", 60)
POINT(dies_with_an_append_unanswered, "append.sent", 60)
POINT(dies_with_an_append_answered_and_untold, "append.answered", 60)
POINT(dies_as_a_checkpoint_begins, "checkpoint.begin", 3)
POINT(dies_between_slices, "checkpoint.slice", 8)
POINT(dies_before_a_checkpoint_ends, "checkpoint.before_end", 3)
POINT(dies_after_a_checkpoint_ended, "checkpoint.end", 3)
POINT(dies_after_the_claim, "recovery.claimed", 1)
POINT(dies_while_loading, "recovery.loading", 1)
POINT(dies_after_loading, "recovery.loaded", 1)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
        TEST(dies_before_append), TEST(dies_with_an_append_unanswered), TEST(dies_with_an_append_answered_and_untold),
        TEST(dies_as_a_checkpoint_begins), TEST(dies_between_slices), TEST(dies_before_a_checkpoint_ends),
        TEST(dies_after_a_checkpoint_ended), TEST(dies_after_the_claim), TEST(dies_while_loading), TEST(dies_after_loading),
    };
    seed = argc > 2 && strcmp(argv[1], "--seed") == 0 ? strtoull(argv[2], NULL, 10) : 1;
    print_message("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
