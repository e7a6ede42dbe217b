/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "bitset.h"

static void an_empty_set_has_no_bit(void **state)
{
    struct bitset set = {0};

    (void)state;
    assert_false(bitset_test(&set, 0));
    assert_false(bitset_test(&set, UINT32_MAX));
    bitset_clear(&set, 5);
    bitset_clear_all(&set);
    bitset_reserve(&set, 0);
    assert_null(set.words);
    bitset_fini(&set);
}

static void bits_are_set_and_cleared_alone(void **state)
{
    struct bitset set = {0};

    (void)state;
    for (uint32_t bit = 0; bit < 1000; bit += 3)
        bitset_set(&set, bit);
    for (uint32_t bit = 0; bit < 1000; bit += 6)
        bitset_clear(&set, bit);
    for (uint32_t bit = 0; bit < 1200; bit++)
        assert_int_equal(bitset_test(&set, bit), bit < 1000 && bit % 6 == 3);
    bitset_clear_all(&set);
    for (uint32_t bit = 0; bit < 1200; bit++)
        assert_false(bitset_test(&set, bit));
    bitset_fini(&set);
}

static void growth_keeps_old_bits_and_gives_zeros(void **state)
{
    struct bitset set = {0};

    (void)state;
    bitset_set(&set, 63);
    assert_int_equal(set.word_count, 1);
    bitset_reserve(&set, 65);
    assert_int_equal(set.word_count, 2);
    bitset_set(&set, 64 * 100);
    assert_true(set.word_count >= 101);
    for (uint32_t bit = 0; bit < set.word_count * 64; bit++)
        assert_int_equal(bitset_test(&set, bit), bit == 63 || bit == 64 * 100);
    bitset_fini(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_set_has_no_bit),
        cmocka_unit_test(bits_are_set_and_cleared_alone),
        cmocka_unit_test(growth_keeps_old_bits_and_gives_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
