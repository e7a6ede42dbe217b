/* SPDX-License-Identifier: Apache-2.0
 *
 * A row of bytes beside a plain array of all that was ever put: what is in it, and how much is moved for it.
 */
#include <string.h>

#include "cmocka_all.h"
#include "zmtp_bytes.h"

enum { ALL = 4 * 1024 * 1024, STEPS = 20000, PIECE_MAX = 700, LONG = 256 * 1024 };

static uint8_t all[ALL];

static uint32_t pick(uint64_t *random, uint32_t below)
{
    *random = *random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(*random >> 33) % below;
}

static int fill_all(void **state)
{
    uint64_t random = 7;

    (void)state;
    for (size_t i = 0; i < ALL; i++)
        all[i] = (uint8_t)pick(&random, 256);
    return 0;
}

static void what_is_put_is_there_until_it_is_taken(void **state)
{
    struct zmtp_bytes bytes = {0};
    uint64_t random = 1;
    size_t put = 0, taken = 0;

    (void)state;
    for (int i = 0; i < STEPS && put + PIECE_MAX < ALL; i++) {
        size_t size = pick(&random, PIECE_MAX), count = zmtp_bytes_count(&bytes);
        if (pick(&random, 2) == 0) {
            assert_true(zmtp_bytes_put(&bytes, all + put, size));
            put += size;
        } else {
            size = size < count ? size : count;
            bytes.begin += size;
            taken += size;
        }
        assert_true(zmtp_bytes_count(&bytes) == put - taken && bytes.end <= bytes.capacity);
        assert_true(put == taken || memcmp(bytes.data + bytes.begin, all + taken, put - taken) == 0);
    }
    zmtp_bytes_clear(&bytes, 0);
}

/* Of a long row little goes at a time, and as much comes: for each byte that goes, no more than a few are moved. */
static void a_long_row_is_not_moved_for_each_bit_that_goes(void **state)
{
    struct zmtp_bytes bytes = {0};
    size_t taken = 0, moved = 0;

    (void)state;
    assert_true(zmtp_bytes_put(&bytes, all, LONG));
    for (int i = 0; i < STEPS; i++) {
        bytes.begin += PIECE_MAX;
        taken += PIECE_MAX;
        size_t begin = bytes.begin, count = zmtp_bytes_count(&bytes);
        assert_true(zmtp_bytes_put(&bytes, all, PIECE_MAX));
        moved += bytes.begin != begin ? count : 0;
    }
    assert_true(moved <= 4 * taken && bytes.capacity <= 4 * LONG);
    zmtp_bytes_clear(&bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_there_until_it_is_taken),
        cmocka_unit_test(a_long_row_is_not_moved_for_each_bit_that_goes),
    };
    return cmocka_run_group_tests(tests, fill_all, NULL);
}
