/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "health.h"
#include "wall_clock.h"

enum { ANSWER_MAX = 64 * 1024, DEADLINE_MS = 20 * 1000 };

static struct health *open_health(uint32_t stall_ms)
{
    const struct health_options options = {.listen = "127.0.0.1:0", .stall_ms = stall_ms};
    struct health *health;
    char why[HEALTH_WHY_MAX];
    assert_int_equal(health_open(&options, &health, why), LW_OK);
    return health;
}

/* The answer's status; its head and body in answer[ANSWER_MAX]. */
static int ask(const struct health *health, const char *path, char *answer)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons(health_port(health)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char request[128];
    size_t size = 0;
    int status = 0, fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&where, sizeof where), 0);
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
    assert_int_equal(write(fd, request, (size_t)length), length);
    for (ssize_t got; (got = read(fd, answer + size, ANSWER_MAX - 1 - size)) > 0;)
        size += (size_t)got;
    answer[size] = '\0';
    close(fd);
    assert_int_equal(sscanf(answer, "HTTP/1.1 %d", &status), 1);
    return status;
}

static void a_process_is_not_ready_until_it_says_so(void **state)
{
    static char answer[ANSWER_MAX];
    struct health *health = open_health(0);
    (void)state;
    assert_int_equal(ask(health, "/readyz", answer), 503);
    assert_non_null(strstr(answer, "\r\n\r\nstarting\n"));
    assert_int_equal(ask(health, "/livez", answer), 200);
    assert_true(health_turn(health, wall_clock_monotonic_ms()));
    byte_buffer_printf(health_text(health), "told 1\n");
    health_tell(health, NULL);
    assert_int_equal(ask(health, "/readyz", answer), 200);
    assert_int_equal(ask(health, "/metrics", answer), 200);
    assert_non_null(strstr(answer, "\r\n\r\ntold 1\n"));
    assert_non_null(strstr(answer, "\nleadwire_ready 1\n"));
    health_close(&health);
    assert_null(health);
}

static void why_it_is_not_ready_is_told(void **state)
{
    static char answer[ANSWER_MAX];
    struct health *health = open_health(0);
    (void)state;
    health_tell(health, NULL);
    health_tell(health, "Redis does not answer");
    assert_int_equal(ask(health, "/readyz", answer), 503);
    assert_non_null(strstr(answer, "\r\n\r\nRedis does not answer\n"));
    assert_int_equal(ask(health, "/metrics", answer), 200);
    assert_non_null(strstr(answer, "\nleadwire_ready 0\n"));
    health_close(&health);
}

/* Nobody calls health_turn: as when the loop hangs. */
static void a_loop_that_stands_still_is_seen(void **state)
{
    static char answer[ANSWER_MAX];
    struct health *health = open_health(200);
    uint64_t end_ms = wall_clock_monotonic_ms() + DEADLINE_MS;
    (void)state;
    health_tell(health, NULL);
    while (ask(health, "/livez", answer) == 200)
        assert_true(wall_clock_monotonic_ms() < end_ms);
    assert_non_null(strstr(answer, "the loop has not turned for "));
    assert_int_equal(ask(health, "/readyz", answer), 503);
    assert_non_null(strstr(answer, "the loop has not turned for "));
    assert_int_equal(ask(health, "/metrics", answer), 200);
    assert_non_null(strstr(answer, "\nleadwire_ready 0\n"));
    health_close(&health);
}

static void it_tells_once_in_a_while(void **state)
{
    struct health *health = open_health(0);
    uint64_t now_ms = wall_clock_monotonic_ms();
    (void)state;
    assert_true(health_turn(health, now_ms));
    assert_false(health_turn(health, now_ms + HEALTH_EVERY_MS - 1));
    assert_int_equal(health_next_ms(health), now_ms + HEALTH_EVERY_MS);
    assert_true(health_turn(health, now_ms + HEALTH_EVERY_MS));
    health_close(&health);
}

static void text_that_does_not_fit_is_not_told(void **state)
{
    static char answer[ANSWER_MAX], block[4096];
    struct health *health = open_health(0);
    (void)state;
    assert_true(health_turn(health, wall_clock_monotonic_ms()));
    byte_buffer_printf(health_text(health), "told 1\n");
    health_tell(health, NULL);
    assert_true(health_turn(health, wall_clock_monotonic_ms() + HEALTH_EVERY_MS));
    memset(block, '#', sizeof block);
    for (size_t size = 0; size <= HEALTH_TEXT_MAX; size += sizeof block)
        byte_buffer_put(health_text(health), block, sizeof block);
    health_tell(health, "too much to tell");
    assert_int_equal(ask(health, "/metrics", answer), 200);
    assert_non_null(strstr(answer, "\r\n\r\ntold 1\n"));
    assert_int_equal(ask(health, "/readyz", answer), 503);
    health_close(&health);
}

struct teller { struct health *health; atomic_bool is_enough; };

/* As a loop does, but without pause: each text has one number throughout. */
static void *tell_on(void *context)
{
    enum { LINES = 100 };
    struct teller *teller = context;

    for (unsigned number = 0; !atomic_load(&teller->is_enough); number++) {
        struct byte_buffer *text = health_text(teller->health);
        byte_buffer_clear(text);
        for (int line = 0; line < LINES; line++)
            byte_buffer_printf(text, "told %u\n", number);
        (void)health_turn(teller->health, wall_clock_monotonic_ms());
        health_tell(teller->health, number % 2 ? "odd" : NULL);
    }
    return NULL;
}

/* tests/health/threads.sh runs this with the thread sanitizer. */
static void what_is_told_meanwhile_is_never_half_of_it(void **state)
{
    enum { TIMES = 200 };
    static char answer[ANSWER_MAX];
    struct teller teller = {.health = open_health(0)};
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, tell_on, &teller), 0);
    for (int i = 0; i < TIMES; i++) {
        unsigned first, number;
        (void)ask(teller.health, "/readyz", answer);
        assert_int_equal(ask(teller.health, "/metrics", answer), 200);
        const char *line = strstr(answer, "told ");
        if (!line)
            continue;   /* not yet */
        assert_int_equal(sscanf(line, "told %u", &first), 1);
        for (; (line = strstr(line, "told ")) != NULL; line++) {
            assert_int_equal(sscanf(line, "told %u", &number), 1);
            assert_int_equal(number, first);
        }
    }
    atomic_store(&teller.is_enough, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    health_close(&teller.health);
}

static void without_a_listener_nothing_is_done(void **state)
{
    struct health *health = NULL;
    (void)state;
    assert_false(health_turn(health, 5));
    assert_int_equal(health_next_ms(health), UINT64_MAX);
    assert_int_equal(health_port(health), 0);
    health_tell(health, "nobody hears it");
    health_close(&health);
}

static void addresses_that_are_none_are_refused_in_words(void **state)
{
    static const char *const addresses[] = {"", "9470", "unix:", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000"};
    char why[HEALTH_WHY_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        const struct health_options options = {.listen = addresses[i]};
        struct health *health;
        assert_int_equal(health_open(&options, &health, why), LW_INVALID);
        assert_null(health);
        assert_non_null(strstr(why, "it is no ADDRESS:PORT and no unix:PATH"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_is_not_ready_until_it_says_so),
        cmocka_unit_test(why_it_is_not_ready_is_told),
        cmocka_unit_test(a_loop_that_stands_still_is_seen),
        cmocka_unit_test(it_tells_once_in_a_while),
        cmocka_unit_test(text_that_does_not_fit_is_not_told),
        cmocka_unit_test(what_is_told_meanwhile_is_never_half_of_it),
        cmocka_unit_test(without_a_listener_nothing_is_done),
        cmocka_unit_test(addresses_that_are_none_are_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
