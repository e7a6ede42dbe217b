/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool.h"

enum { ROUNDS = 600, MESSAGES_MAX = 1024, SIZE_MAX_BLOCKS = 40 };

static char directory[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/lw-spool-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

static struct spool *open_spool(uint64_t size_max_bytes)
{
    struct spool *spool = NULL;
    lw_status status = spool_open(directory, size_max_bytes, &spool);
    if (status != LW_OK)
        fail_msg("%s: %s", lw_status_text(status), strerror(errno));
    return spool;
}

static void assert_first(struct spool *spool, const char *text)
{
    uint8_t *bytes;
    size_t size;
    assert_int_equal(spool_read_first(spool, 0, &bytes, &size), LW_OK);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(bytes, text, size);
    free(bytes);
}

static void write_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static uint64_t seed = 1, chance_state;

static uint32_t chance(uint32_t below)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (uint32_t)(chance_state >> 20) % below;
}

/* The slow twin: a list of numbers, each standing for a text that tells it. */
static void it_is_a_queue_that_outlives_its_process(void **state)
{
    (void)state;
    static uint32_t twin[MESSAGES_MAX];
    size_t first = 0, end = 0, aside = 0;
    uint32_t number = 0;
    struct spool *spool = open_spool(SIZE_MAX_BLOCKS * SPOOL_BLOCK_BYTES);
    for (int round = 0; round < ROUNDS; round++) {
        char text[32];
        switch (chance(6)) {
        case 0: case 1: case 2:
            snprintf(text, sizeof text, "message %u", number);
            if (end - first == SIZE_MAX_BLOCKS) {
                assert_int_equal(spool_put(spool, "", text, strlen(text)), LW_FULL);
            } else {
                assert_int_equal(spool_put(spool, "", text, strlen(text)), LW_OK);
                twin[end++] = number++;
            }
            break;
        case 3:
            if (first < end) {
                assert_int_equal(spool_drop_first(spool, 0), LW_OK);
                first++;
            }
            break;
        case 4:
            if (first < end && chance(4) == 0) {
                assert_int_equal(spool_set_first_aside(spool, 0), LW_OK);
                first++;
                aside++;
            }
            break;
        default:
            spool_close(&spool);
            spool = open_spool(SIZE_MAX_BLOCKS * SPOOL_BLOCK_BYTES);
            break;
        }
        const struct spool_state now = spool_state(spool);
        if (now.count != end - first || now.aside_count != aside || now.size_bytes != (end - first) * SPOOL_BLOCK_BYTES || (now.oldest_unix_ms > 0) != (first < end))
            fail_msg("seed %llu round %d: %llu messages", (unsigned long long)seed, round, (unsigned long long)now.count);
        snprintf(text, sizeof text, "message %u", first < end ? twin[first] : 0);
        if (first < end)
            assert_first(spool, text);
    }
    uint8_t *bytes;
    size_t size;
    while (first++ < end)
        assert_int_equal(spool_drop_first(spool, 0), LW_OK);
    assert_int_equal(spool_read_first(spool, 0, &bytes, &size), LW_NOT_FOUND);
    spool_close(&spool);
}

static void messages_and_leftovers_of_others_are_told_apart(void **state)
{
    (void)state;
    struct spool *spool = open_spool(1 << 20);
    assert_int_equal(spool_put(spool, "", "one", 3), LW_OK);
    spool_close(&spool);
    write_file("new.part", "half a mess");
    write_file("00000000000000000007.held", "seven");
    write_file("7.held", "not ours");
    write_file("99999999999999999999.held", "no number");
    spool = open_spool(1 << 20);
    assert_int_equal(spool_state(spool).count, 2);
    assert_first(spool, "one");
    assert_int_equal(spool_set_first_aside(spool, 0), LW_OK);
    assert_first(spool, "seven");
    assert_int_equal(spool_put(spool, "", "eight", 5), LW_OK);
    assert_int_equal(spool_drop_first(spool, 0), LW_OK);
    assert_first(spool, "eight");
    spool_close(&spool);

    char path[128];
    struct stat file;
    snprintf(path, sizeof path, "%s/00000000000000000008.held", directory);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    snprintf(path, sizeof path, "%s/new.part", directory);
    assert_int_equal(access(path, F_OK), -1);
    snprintf(path, sizeof path, "%s/aside/00000000000000000000.held", directory);
    assert_int_equal(access(path, F_OK), 0);
}

static void assert_first_of(const struct spool *spool, const char *lane, const char *text)
{
    uint8_t *bytes;
    size_t size;
    assert_int_equal(spool_read_first(spool, spool_lane_find(spool, lane), &bytes, &size), LW_OK);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(bytes, text, size);
    free(bytes);
}

static void each_lane_has_an_order_of_its_own(void **state)
{
    static const char *const lanes[] = {"a", "b.held", "a", "", "b.held", "0-a"};
    static const char *const texts[] = {"a1", "b1", "a2", "none", "b2", "other"};
    (void)state;
    struct spool *spool = open_spool(1 << 20);
    for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++)
        assert_int_equal(spool_put(spool, lanes[i], texts[i], strlen(texts[i])), LW_OK);
    assert_int_equal(spool_put(spool, "a/b", "x", 1), LW_INVALID);
    write_file("00000000000000000009-a b.held", "no lane");
    write_file("00000000000000000009-.held", "no lane either");
    for (int round = 0; round < 2; round++) {   /* as it was told, and as it is found */
        assert_int_equal(spool_state(spool).count, 6);
        assert_int_equal(spool_lane_count(spool), 4);
        assert_int_equal(spool_lane_size(spool, spool_lane_find(spool, "a")), 2);
        assert_int_equal(spool_lane_size(spool, spool_lane_find(spool, "c")), 0);
        assert_first_of(spool, "a", "a1");
        assert_first_of(spool, "b.held", "b1");
        assert_first_of(spool, "", "none");
        assert_first_of(spool, "0-a", "other");
        spool_close(&spool);
        spool = open_spool(1 << 20);
    }
    assert_int_equal(spool_drop_first(spool, spool_lane_find(spool, "b.held")), LW_OK);
    assert_int_equal(spool_set_first_aside(spool, spool_lane_find(spool, "a")), LW_OK);
    spool_close(&spool);
    spool = open_spool(1 << 20);
    assert_first_of(spool, "a", "a2");
    assert_first_of(spool, "b.held", "b2");
    assert_int_equal(spool_state(spool).count, 4);
    assert_int_equal(spool_state(spool).aside_count, 1);
    spool_close(&spool);
}

static void two_processes_cannot_have_one(void **state)
{
    (void)state;
    struct spool *spool = open_spool(1 << 20), *other = NULL;
    assert_int_equal(spool_open(directory, 1 << 20, &other), LW_REFUSED);
    assert_null(other);
    spool_close(&spool);
    spool = open_spool(1 << 20);
    spool_close(&spool);
    assert_int_equal(spool_open("/nowhere/at/all", 1 << 20, &other), LW_IO);
}

static void what_does_not_fit_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static char large[3 * SPOOL_BLOCK_BYTES];
    struct spool *spool = open_spool(3 * SPOOL_BLOCK_BYTES);
    assert_int_equal(spool_put(spool, "", large, sizeof large), LW_FULL);
    assert_int_equal(spool_put(spool, "", large, sizeof large - 1), LW_OK);
    assert_int_equal(spool_put(spool, "", "", 0), LW_FULL);
    assert_int_equal(spool_drop_first(spool, 0), LW_OK);
    assert_int_equal(spool_put(spool, "", "", 0), LW_OK);
    assert_first(spool, "");
    spool_close(&spool);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--seed") == 0)
        seed = strtoull(argv[2], NULL, 10);
    chance_state = seed * 0x9E3779B97F4A7C15u + 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_a_queue_that_outlives_its_process, set_up, tear_down),
        cmocka_unit_test_setup_teardown(messages_and_leftovers_of_others_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_lane_has_an_order_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_processes_cannot_have_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_refused_and_changes_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
