/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is behind the proxies, and how often they may come.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_origin.h"
#include "rate_limit.h"

enum { ROUNDS = 20000, NAMES = 3, TAKES_MAX = 4096 };

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void addresses_and_ranges_are_read(void **state)
{
    (void)state;
    static const struct { const char *range, *address; int in; } table[] = {   /* in: -1 the range, -2 the address is wrong */
        {"10.0.0.0/8", "10.255.0.1", 1}, {"10.0.0.0/8", "11.0.0.1", 0}, {"10.0.0.0/9", "10.127.255.255", 1}, {"10.0.0.0/9", "10.128.0.0", 0},
        {"127.0.0.1", "127.0.0.1", 1}, {"127.0.0.1", "127.0.0.2", 0}, {"127.0.0.1", "::ffff:127.0.0.1", 1}, {"0.0.0.0/0", "1.2.3.4", 1},
        {"0.0.0.0/0", "2001:db8::1", 0}, {"::/0", "1.2.3.4", 1}, {"2001:db8::/33", "2001:db8:7fff::1", 1}, {"2001:db8::/33", "2001:db8:8000::1", 0},
        {"::1", "[::1]:8080", 1}, {"::1", "[::1]", 1}, {"192.0.2.0/24", "192.0.2.7:443", 1}, {"1.2.3.4/33", "", -1}, {"::1/129", "", -1},
        {"1.2.3.4/", "", -1}, {"1.2.3.4/8x", "", -1}, {"1.2.3", "", -1}, {"", "", -1}, {"::1", "[::1", -2}, {"::1", "[::1]x", -2}, {"::1", "[1.2.3.4]", -2},
        {"::1", "unknown", -2}, {"::1", "_hidden", -2}, {"::1", "", -2}, {"::1", "1.2.3.4.5", -2},
        {"::1", "12345678901234567890123456789012345678901234567890123456789012345", -2},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct address_range range;
        struct address address;
        int in = -1;
        if (address_range_parse(table[i].range, &range))
            in = address_parse(table[i].address, strlen(table[i].address), &address) ? address_in_range(&address, &range) : -2;
        if (in != table[i].in)
            fail_msg("%s in %s: %d", table[i].address, table[i].range, in);
    }
}

static const char *client_text(const struct http_origin *origin)
{
    static char text[INET6_ADDRSTRLEN];
    return origin->known ? inet_ntop(AF_INET6, origin->client.bytes, text, sizeof text) : "unknown";
}

static void proxies_are_believed_as_far_as_they_are_trusted(void **state)
{
    (void)state;
    static const char fw[] = "for=203.0.113.9;proto=https;host=\"leads.example.com\"";
    static const struct {
        bool forwarded;
        const char *peer;
        struct http_origin_headers headers;
        const char *client, *base;
    } table[] = {
        {false, "198.51.100.1", {.x_for = "203.0.113.9", .x_proto = "https", .x_host = "evil.example"}, "::ffff:198.51.100.1", NULL},   /* not a proxy of ours */
        {false, "127.0.0.1", {.x_for = "203.0.113.9", .x_proto = "https", .x_host = "a.example:8443"}, "::ffff:203.0.113.9", "https://a.example:8443"},
        {false, "127.0.0.1", {.x_for = "1.1.1.1, 203.0.113.9"}, "::ffff:203.0.113.9", NULL},               /* the client may have written the first */
        {false, "127.0.0.1", {.x_for = "1.1.1.1, 203.0.113.9, 10.0.0.7,10.1.1.1"}, "::ffff:203.0.113.9", NULL},
        {false, "127.0.0.1", {.x_for = "10.0.0.1, 10.0.0.2"}, "::ffff:10.0.0.1", NULL},                   /* all ours: the outermost */
        {false, "127.0.0.1", {.x_for = "203.0.113.9, unknown"}, "::ffff:127.0.0.1", NULL},
        {false, "127.0.0.1", {.x_for = "203.0.113.9,, 10.0.0.1"}, "::ffff:10.0.0.1", NULL},
        {false, "127.0.0.1", {.x_for = "2001:db8::1", .x_proto = "http, https", .x_host = "b.example, c.example"}, "2001:db8::1", "https://c.example"},
        {false, "127.0.0.1", {.x_proto = "https"}, "::ffff:127.0.0.1", NULL},
        {false, "127.0.0.1", {.x_proto = "gopher", .x_host = "a.example"}, "::ffff:127.0.0.1", NULL},
        {false, "127.0.0.1", {.x_proto = "https", .x_host = "a.example/x"}, "::ffff:127.0.0.1", NULL},
        {false, "127.0.0.1", {.forwarded = fw}, "::ffff:127.0.0.1", NULL},                                /* the other family is the client's own */
        {true, "127.0.0.1", {.x_for = "1.1.1.1", .x_proto = "http", .x_host = "evil.example"}, "::ffff:127.0.0.1", NULL},
        {true, "127.0.0.1", {.forwarded = fw}, "::ffff:203.0.113.9", "https://leads.example.com"},
        {true, "127.0.0.1", {.forwarded = "for=1.1.1.1;host=evil.example;proto=http, For=203.0.113.9;Proto=HTTPS;HOST=x.example, for=10.0.0.1;proto=http;host=y"},
         "::ffff:203.0.113.9", "https://x.example"},
        {true, "127.0.0.1", {.forwarded = "for=\"[2001:db8::17]:4711\";proto=https;host=a;by=\"x,y;z\""}, "2001:db8::17", "https://a"},
        {true, "127.0.0.1", {.forwarded = "for=_hidden;proto=https;host=a.example"}, "::ffff:127.0.0.1", "https://a.example"},
        {true, "127.0.0.1", {.forwarded = "for;;=,\"" }, "::ffff:127.0.0.1", NULL},
        {true, NULL, {.forwarded = fw}, "unknown", NULL},
    };
    struct address_range ranges[2];
    assert_true(address_range_parse("127.0.0.1", &ranges[0]) && address_range_parse("10.0.0.0/8", &ranges[1]));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct http_proxies proxies = {ranges, 2, table[i].forwarded};
        struct http_origin origin = http_origin_read(&proxies, table[i].peer, &table[i].headers, &arena);
        if (strcmp(client_text(&origin), table[i].client) != 0)
            fail_msg("row %zu: client %s", i, client_text(&origin));
        if (!origin.base != !table[i].base || (origin.base && strcmp(origin.base, table[i].base) != 0))
            fail_msg("row %zu: base %s", i, origin.base ? origin.base : "none");
    }
    const struct http_proxies nobody = {NULL, 0, false};
    struct http_origin origin = http_origin_read(&nobody, "127.0.0.1", &table[1].headers, &arena);
    assert_string_equal(client_text(&origin), "::ffff:127.0.0.1");
    assert_null(origin.base);
}

static uint64_t seed = 1, chance_state;

static uint32_t chance(uint32_t below)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (uint32_t)(chance_state >> 20) % below;
}

static void no_header_breaks_the_reader(void **state)
{
    (void)state;
    struct address_range ranges[1];
    assert_true(address_range_parse("127.0.0.0/8", &ranges[0]));
    for (int round = 0; round < ROUNDS; round++) {
        char text[4][40];
        for (size_t t = 0; t < 4; t++) {
            size_t size = chance(sizeof text[t]);
            for (size_t i = 0; i < size; i++)
                text[t][i] = "for=127.0;proto=https,host\"[::1]x \t\xFF"[chance(36)];
            text[t][size] = '\0';
        }
        const struct http_proxies proxies = {ranges, 1, chance(2) == 0};
        struct http_origin origin = http_origin_read(&proxies, "127.0.0.1", &(struct http_origin_headers){text[0], text[1], text[2], text[3]}, &arena);
        assert_true(origin.known);
        arena_reset(&arena, 1 << 12);
    }
}

/* The slow twin: every take is kept, and the level of the bucket is played from the first one on. */
static uint32_t twin_take(uint64_t taken_us[TAKES_MAX], size_t *count, uint32_t per_minute, uint64_t now_ms)
{
    const uint64_t minute_us = 60000000, each_us = minute_us / per_minute;
    uint64_t busy_until_us = 0, now_us = now_ms * 1000;
    for (size_t i = 0; i < *count; i++)
        busy_until_us = (busy_until_us > taken_us[i] ? busy_until_us : taken_us[i]) + each_us;
    uint64_t backlog_us = busy_until_us > now_us ? busy_until_us - now_us : 0;
    if (backlog_us + each_us > minute_us)
        return (uint32_t)((backlog_us + each_us - minute_us + 999) / 1000);
    taken_us[(*count)++] = now_us;
    return 0;
}

static void limits_equal_the_slow_twin(void **state)
{
    (void)state;
    for (int run = 0; run < 20; run++) {
        static uint64_t taken_us[NAMES][TAKES_MAX];
        size_t counts[NAMES] = {0};
        const uint32_t per_minute[NAMES] = {1, 7, 60};
        uint64_t now_ms = 1000 + chance(1000000);
        struct rate_limit limit;
        assert_true(rate_limit_init(&limit, 1024));
        for (int round = 0; round < 2000; round++) {
            uint32_t which = chance(NAMES);
            char name[2] = {(char)('a' + which), '\0'};
            now_ms += chance(8) ? chance(500) : chance(40000);
            uint32_t wait_ms = rate_limit_take(&limit, name, 1, per_minute[which], now_ms);
            uint32_t expected_ms = twin_take(taken_us[which], &counts[which], per_minute[which], now_ms);
            if (wait_ms != expected_ms)
                fail_msg("seed %llu run %d round %d: %u, twin %u", (unsigned long long)seed, run, round, wait_ms, expected_ms);
            if (wait_ms > 0 && chance(4) == 0)
                assert_int_equal(rate_limit_take(&limit, name, 1, per_minute[which], now_ms + wait_ms), twin_take(taken_us[which], &counts[which], per_minute[which], now_ms + wait_ms));
        }
        rate_limit_fini(&limit);
    }
}

static void many_names_use_bounded_memory_and_hold_up_nobody_new(void **state)
{
    (void)state;
    struct rate_limit limit;
    assert_true(rate_limit_init(&limit, 64));
    assert_int_equal(limit.set_count, 16);
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(rate_limit_take(&limit, &i, sizeof i, 2, 5000), 0);
    rate_limit_fini(&limit);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--seed") == 0)
        seed = strtoull(argv[2], NULL, 10);
    chance_state = seed * 0x9E3779B97F4A7C15u + 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(addresses_and_ranges_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(proxies_are_believed_as_far_as_they_are_trusted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_header_breaks_the_reader, set_up, tear_down),
        cmocka_unit_test(limits_equal_the_slow_twin),
        cmocka_unit_test(many_names_use_bounded_memory_and_hold_up_nobody_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
