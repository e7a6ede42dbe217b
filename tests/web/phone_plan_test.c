/* SPDX-License-Identifier: Apache-2.0
 *
 * A number that is looked up in the numbering plan, beside libphonenumber reading it; and the expressions of plans beside POSIX ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digit_pattern.h"
#include "phone_number.h"
#include "phone_plan.h"

enum { CODES = 1000, NUMBERS_PER_CODE = 150, EXPRESSIONS = 4000, TEXTS_PER_EXPRESSION = 20, EXPRESSION_MAX = 400 };

static uint64_t seed = 1, state;

static uint32_t chance(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 20) % below;
}

static bool is_same(const struct phone_number *a, const struct phone_number *b)
{
    return strcmp(a->e164, b->e164) == 0 && strcmp(a->kind, b->kind) == 0 && strcmp(a->region, b->region) == 0 && a->valid == b->valid;
}

/* True: the plan knew it. */
static bool compare(const char *raw)
{
    static const char *const regions[] = {"", "IT", "US", "VA", "DE", "AR"};
    const char *region = regions[chance(sizeof regions / sizeof *regions)];
    struct phone_number quick = {0}, slow;
    if (!phone_plan_read(raw, &quick))
        return false;
    if (!phone_number_read_slowly(raw, region, &slow) || !is_same(&quick, &slow))
        fail_msg("'%s' in '%s', seed %llu: '%s' '%s' '%s' %d; the library: '%s' '%s' '%s' %d", raw, region, (unsigned long long)seed, quick.e164,
                 quick.kind, quick.region, quick.valid, slow.e164, slow.kind, slow.region, slow.valid);
    return true;
}

static void the_plan_says_what_the_library_says(void **unused)
{
    (void)unused;
    uint32_t tried = 0, known = 0;
    size_t tables_size;
    phone_plan_tables(&tables_size);
    if (tables_size == 0)
        skip();   /* this build of the library hides its tables */
    for (unsigned code = 1; code < CODES; code++) {
        for (int i = 0; i < NUMBERS_PER_CODE; i++) {
            static const char marks[] = " -./(x";
            char raw[40];
            int size = snprintf(raw, sizeof raw, "+%u", code);
            for (uint32_t left = 4 + chance(10); left > 0; left--) {
                if (chance(12) == 0)
                    raw[size++] = marks[chance(chance(8) == 0 ? sizeof marks - 1 : 3)];
                raw[size++] = (char)('0' + chance(10));
            }
            raw[size] = '\0';
            tried++;
            known += compare(raw);
        }
    }
    print_message("%u of %u numbers\n", known, tried);
    assert_true(known > tried / 20);   /* most codes are none, and most lengths are no number's */
}

static void numbers_of_all_kinds_are_known_without_the_library(void **unused)
{
    (void)unused;
    static const char *const known[] = {
        "+390212345678", "+39 02 1234 5678", "+393471234567", "+39 06 6982 0000", "+4930123456", "+4915123456789", "+12127365000", "+1-800-253-0000",
        "+442079460018", "+447400123456", "+448001111111", "+33123456789", "+34 612 34 56 78", "+41446681800", "+15005550006", "+16135550123",
        "+74951234567", "+77172123456", "+919876543210", "+8613812345678", "+5511961234567", "+390000000",
    };
    size_t tables_size;
    phone_plan_tables(&tables_size);
    if (tables_size == 0)
        skip();
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!compare(known[i]))
            fail_msg("'%s' was left to the library", known[i]);
    static const char *const left[] = {"0212345678", "+39", "+0212345678", "++390212345678", "+39 (02) 1234567", "+39  0212345678", "+390212345678x5",
                                       "+390212345678 ", "+4402079460018", "+80012345678", "+1234567890123456", "", "+"};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        if (compare(left[i]))
            fail_msg("'%s' was not left to the library", left[i]);
}

struct texts { char ours[EXPRESSION_MAX], posix[EXPRESSION_MAX]; size_t ours_size, posix_size; };

static void put(struct texts *texts, const char *ours, const char *posix)
{
    texts->ours_size += (size_t)snprintf(texts->ours + texts->ours_size, EXPRESSION_MAX - texts->ours_size, "%s", ours);
    texts->posix_size += (size_t)snprintf(texts->posix + texts->posix_size, EXPRESSION_MAX - texts->posix_size, "%s", posix);
}

static void put_alternatives(struct texts *texts, int depth);

static void put_atom(struct texts *texts, int depth)
{
    static const char *const classes[] = {"[0-3]", "[13]", "[02-4]", "[0-24]"};
    char digit[2] = {(char)('0' + chance(5)), '\0'};
    const uint32_t kind = chance(8);
    if (kind == 0 && depth < 3 && texts->posix_size < EXPRESSION_MAX / 4) {
        put(texts, "(?:", "(");
        put_alternatives(texts, depth + 1);
        put(texts, ")", ")");
    } else if (kind == 1) {
        put(texts, "\\d", "[0-9]");
    } else if (kind < 5) {
        const char *one = classes[chance(sizeof classes / sizeof *classes)];
        put(texts, one, one);
    } else {
        put(texts, digit, digit);
    }
}

static void put_alternatives(struct texts *texts, int depth)
{
    static const char *const repeats[] = {"?", "{2}", "{0,2}", "{1,3}", "*", "+", "{2,}"};
    for (uint32_t branches = 1 + chance(3); branches > 0; branches--) {
        for (uint32_t atoms = 1 + chance(3); atoms > 0; atoms--) {
            put_atom(texts, depth);
            if (chance(4) == 0) {
                const char *repeat = repeats[chance(sizeof repeats / sizeof *repeats)];
                put(texts, repeat, repeat);
            }
        }
        if (branches > 1)
            put(texts, "|", "|");
    }
}

static bool posix_matches(const regex_t *regex, const char *digits)
{
    return regexec(regex, digits, 0, NULL, 0) == 0;
}

static void an_expression_matches_what_its_posix_twin_matches(void **unused)
{
    (void)unused;
    uint32_t matched = 0;
    for (int i = 0; i < EXPRESSIONS; i++) {
        struct texts texts = {0};
        char whole[EXPRESSION_MAX + 8], start[EXPRESSION_MAX + 8];
        regex_t of_whole, of_start;
        put_alternatives(&texts, 0);
        snprintf(whole, sizeof whole, "^(%s)$", texts.posix);
        snprintf(start, sizeof start, "^(%s)", texts.posix);
        assert_int_equal(regcomp(&of_whole, whole, REG_EXTENDED | REG_NOSUB), 0);
        assert_int_equal(regcomp(&of_start, start, REG_EXTENDED | REG_NOSUB), 0);
        struct digit_pattern *pattern = digit_pattern_new(texts.ours, texts.ours_size);
        assert_non_null(pattern);
        for (int t = 0; t < TEXTS_PER_EXPRESSION; t++) {
            char digits[12];
            const size_t size = chance(8);
            for (size_t d = 0; d < size; d++)
                digits[d] = (char)('0' + chance(5));
            digits[size] = '\0';
            const bool is_match = digit_pattern_matches(pattern, digits, size);
            if (is_match != posix_matches(&of_whole, digits) || digit_pattern_matches_start(pattern, digits, size) != posix_matches(&of_start, digits))
                fail_msg("'%s' of '%s', seed %llu", digits, texts.ours, (unsigned long long)seed);
            matched += is_match;
        }
        digit_pattern_free(&pattern);
        regfree(&of_whole);
        regfree(&of_start);
    }
    assert_true(matched > EXPRESSIONS);
}

static void an_expression_of_other_syntax_is_none(void **unused)
{
    (void)unused;
    static const char *const none[] = {"(", ")", "(1", "1)", "[", "[1", "1]", "a", "^1", "1$", "(?=1)", "(?!1)", "(?1)", "1{", "1{2", "1{3,2}", "1{,2}", "1{99}", "?", "*1",
                                       "1??", "[^1]", "[a-z]", "\\w", "\\", "1|*", ".", "[1-]", "\xC3"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct digit_pattern *pattern = digit_pattern_new(none[i], strlen(none[i]));
        if (pattern)
            fail_msg("'%s' was taken", none[i]);
    }
    struct digit_pattern *pattern = digit_pattern_new("(?:(?:(?:\\d{40}){40}){40})", 27);   /* 64,000 steps */
    assert_null(pattern);
    digit_pattern_free(&pattern);
}

/* Each number needs states of its own: more than there are. */
static void an_automaton_that_is_full_is_begun_anew(void **unused)
{
    (void)unused;
    static const char text[] = "(?:\\d*1\\d{12}|2\\d*3\\d{11})";
    regex_t regex;
    assert_int_equal(regcomp(&regex, "^([0-9]*1[0-9]{12}|2[0-9]*3[0-9]{11})$", REG_EXTENDED | REG_NOSUB), 0);
    struct digit_pattern *pattern = digit_pattern_new(text, sizeof text - 1);
    assert_non_null(pattern);
    for (int i = 0; i < 2000; i++) {
        char digits[DIGIT_PATTERN_NUMBER_MAX + 1] = "";
        for (int d = 0; d < DIGIT_PATTERN_NUMBER_MAX; d++)
            digits[d] = (char)('0' + chance(4));
        assert_int_equal(digit_pattern_matches(pattern, digits, DIGIT_PATTERN_NUMBER_MAX), posix_matches(&regex, digits));
    }
    digit_pattern_free(&pattern);
    regfree(&regex);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--seed") == 0)
        seed = strtoull(argv[2], NULL, 10);
    state = seed * 0x9e3779b97f4a7c15u + 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plan_says_what_the_library_says),
        cmocka_unit_test(numbers_of_all_kinds_are_known_without_the_library),
        cmocka_unit_test(an_expression_matches_what_its_posix_twin_matches),
        cmocka_unit_test(an_expression_of_other_syntax_is_none),
        cmocka_unit_test(an_automaton_that_is_full_is_begun_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
