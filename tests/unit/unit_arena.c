/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <string.h>

#include "arena.h"

static void allocations_are_aligned_and_do_not_overlap(void **state)
{
    struct arena arena;
    unsigned char *parts[200];

    (void)state;
    arena_init(&arena, 1 << 20);
    for (unsigned i = 0; i < 200; i++) {
        parts[i] = arena_alloc(&arena, i * 7);
        assert_non_null(parts[i]);
        assert_int_equal((uintptr_t)parts[i] % _Alignof(max_align_t), 0);
        memset(parts[i], (int)i, i * 7);
    }
    for (unsigned i = 0; i < 200; i++) {
        for (unsigned j = 0; j < i * 7; j++)
            assert_int_equal(parts[i][j], i);
    }
    arena_fini(&arena);
}

static void nothing_is_handed_out_above_the_cap(void **state)
{
    struct arena arena;
    size_t count = 0;

    (void)state;
    arena_init(&arena, 100000);
    assert_null(arena_alloc(&arena, 100001));
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX - 8));
    while (arena_alloc(&arena, 1000))
        count++;
    assert_in_range(count, 95, 100);
    assert_true(arena.used_bytes <= 100000);
    arena_reset(&arena, SIZE_MAX);
    assert_int_equal(arena.used_bytes, 0);
    assert_non_null(arena_alloc(&arena, 99000));      /* larger than any kept block */
    arena_fini(&arena);
}

static void an_arena_without_cap_gives_nothing(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena, 0);
    assert_null(arena_alloc(&arena, 0));
    arena_fini(&arena);
    arena_fini(&arena);
}

static void a_size_of_nothing_gives_unique_pointers(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena, 1000);
    void *first = arena_alloc(&arena, 0), *second = arena_alloc(&arena, 0);
    assert_non_null(first);
    assert_non_null(second);
    assert_ptr_not_equal(first, second);
    arena_fini(&arena);
}

static void calloc_zeroes_and_refuses_an_overflow(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena, 10000);
    memset(arena_alloc(&arena, 5000), 0xff, 5000);
    arena_reset(&arena, SIZE_MAX);

    const unsigned char *zeroed = arena_calloc(&arena, 100, 50);
    for (unsigned i = 0; i < 5000; i++)
        assert_int_equal(zeroed[i], 0);
    assert_null(arena_calloc(&arena, SIZE_MAX / 2, 3));
    arena_fini(&arena);
}

static void texts_are_copied_whole(void **state)
{
    struct arena arena;
    char word[] = "desk";

    (void)state;
    arena_init(&arena, 10000);
    char *copy = arena_strdup(&arena, word);
    word[0] = 'D';
    assert_string_equal(copy, "desk");
    assert_null(arena_strdup(&arena, NULL));
    assert_string_equal(arena_copy(&arena, "abcdef", 3), "abc");
    assert_string_equal(arena_copy(&arena, NULL, 0), "");
    assert_string_equal(arena_printf(&arena, "%s=%d", "epoch", 7), "epoch=7");
    assert_null(arena_printf(&arena, "%20000d", 7));
    assert_null(arena_copy(&arena, word, SIZE_MAX));
    arena_fini(&arena);
}

static void a_steady_load_reuses_the_kept_blocks(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena, 1 << 20);
    for (int i = 0; i < 30; i++)
        arena_alloc(&arena, 5000);
    struct arena_block *first = arena.first;
    arena_reset(&arena, SIZE_MAX);
    for (int i = 0; i < 30; i++)
        arena_alloc(&arena, 5000);
    assert_ptr_equal(arena.first, first);
    arena_reset(&arena, 0);
    assert_null(arena.first);
    arena_fini(&arena);
}

static void a_rewind_forgets_what_came_after_the_mark(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena, 100000);
    struct arena_mark empty = arena_mark(&arena);
    char *kept = arena_strdup(&arena, "kept");
    struct arena_mark mark = arena_mark(&arena);
    size_t used_bytes = arena.used_bytes;
    char *next = arena_alloc(&arena, 100);
    for (int i = 0; i < 9; i++)
        assert_non_null(arena_alloc(&arena, 10000));
    arena_rewind(&arena, &mark);
    assert_int_equal(arena.used_bytes, used_bytes);
    assert_string_equal(kept, "kept");
    assert_ptr_equal(arena_alloc(&arena, 100), next);
    for (int i = 0; i < 9; i++)
        assert_non_null(arena_alloc(&arena, 10000));
    arena_rewind(&arena, &empty);
    assert_int_equal(arena.used_bytes, 0);
    assert_ptr_equal(arena_alloc(&arena, 1), kept);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_aligned_and_do_not_overlap),
        cmocka_unit_test(nothing_is_handed_out_above_the_cap),
        cmocka_unit_test(an_arena_without_cap_gives_nothing),
        cmocka_unit_test(a_size_of_nothing_gives_unique_pointers),
        cmocka_unit_test(calloc_zeroes_and_refuses_an_overflow),
        cmocka_unit_test(texts_are_copied_whole),
        cmocka_unit_test(a_steady_load_reuses_the_kept_blocks),
        cmocka_unit_test(a_rewind_forgets_what_came_after_the_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
