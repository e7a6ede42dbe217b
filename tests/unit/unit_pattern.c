/* SPDX-License-Identifier: Apache-2.0
 *
 * Patterns: what they match, which are refused, and that no text makes one dear.
 */
#include "cmocka_all.h"
#include "pattern.h"

#include <stdbool.h>
#include <string.h>

static enum pattern_answer answer_of(const char *written, const char *text, uint32_t *steps)
{
    char reason[PATTERN_REASON_MAX];
    struct pattern *pattern = pattern_new(written, reason);
    struct pattern_work *work = pattern_work_new();
    assert_non_null(pattern);
    assert_non_null(work);
    enum pattern_answer answer = pattern_match(pattern, work, text);
    *steps = pattern_work_steps(work);
    pattern_free(&pattern);
    pattern_work_free(&work);
    return answer;
}

static void patterns_match_what_the_table_says(void **state)
{
    static const struct { const char *pattern, *text; bool matches; } table[] = {
        {"^\\+39(02|06)", "+39021234", true}, {"^\\+39(02|06)", "+390551234", false}, {"solar|photo", "a new PHOTOvoltaic roof", true},
        {"^solar$", "solar", true}, {"^solar$", "solar\n", false}, {"^solar$", "a solar roof", false}, {"(?-i)solar", "SOLAR", false},
        {"citt\xc3\xa0\\b", "CITT\xc3\x80 di Castello", true}, {"\\bpompa\\b", "pompe di calore", false}, {"\\d{5}", "00185 Roma", true},
        {"roof(?!ing)", "roofing", false}, {"roof(?!ing)", "roofs", true}, {"(?m)^B", "a\nb", true}, {"^B", "a\nb", false},
        {"x", "\xff\xfe x", true}, {".", "\xff", false}, {"a*", "", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint32_t steps;
        if ((answer_of(table[i].pattern, table[i].text, &steps) == PATTERN_MATCHES) != table[i].matches)
            fail_msg("row %zu of the table: %s on %s", i, table[i].pattern, table[i].text);
    }
}

static void what_is_no_pattern_is_refused_with_the_reason(void **state)
{
    static const struct { const char *pattern, *reason; } table[] = {
        {"(solar", "missing closing parenthesis, at byte 6"},
        {"[z-a]", "range out of order in character class, at byte 3"},
        {"*", "quantifier does not follow a repeatable item, at byte 0"},
    };
    char reason[PATTERN_REASON_MAX], nested[2 * 60 + 1], longer[PATTERN_SIZE_MAX + 2];
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_null(pattern_new(table[i].pattern, reason));
        assert_string_equal(reason, table[i].reason);
    }
    assert_null(pattern_new("a\\Cb", reason));   /* half a character */
    memset(nested, '(', 60);
    memset(nested + 60, ')', 60);
    nested[120] = '\0';
    assert_null(pattern_new(nested, reason));
    assert_null(pattern_new("((((a{1,99}){1,99}){1,99}){1,99})", reason));   /* too large when compiled */
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_null(pattern_new(longer, reason));
    assert_string_equal(reason, "it is longer than 511 bytes");
}

/* Each would need time without end, or at least the square of the text's length, if nothing counted. */
static void no_text_makes_a_pattern_dear(void **state)
{
    static const char *const dear[] = {
        "(a+)+$", "(a|aa)+$", "(a|a?)+$", "(.*a){20}$", "^(([a-z])+.)+[A-Z]([a-z])+$", "a*a*a*a*a*a*[xy]", "(a+)+[xy]\\1",
        "(*LIMIT_MATCH=4000000000)(a+)+$", "(a|b|ab)*(?=c)", "a*+[xy]", "(a{2000}[x-z]|a{1900}[xz])",
    };
    char text[20001];
    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    text[PATTERN_TEXT_MAX - 1] = '!';
    for (size_t i = 0; i < sizeof dear / sizeof *dear; i++) {
        uint32_t steps;
        assert_int_equal(answer_of(dear[i], text, &steps), PATTERN_GAVE_UP);
        assert_true(steps <= PATTERN_STEPS_MAX);
    }
}

static void one_lead_has_steps_for_all_its_patterns_together(void **state)
{
    char reason[PATTERN_REASON_MAX], text[64];
    struct pattern *dear = pattern_new("(a+)+$", reason), *cheap = pattern_new("^a", reason);
    struct pattern_work *work = pattern_work_new();
    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    text[sizeof text - 2] = '!';
    for (uint32_t taken = 0; taken < PATTERN_LEAD_STEPS_MAX; taken += PATTERN_STEPS_MAX) {
        assert_int_equal(pattern_match(cheap, work, text), PATTERN_MATCHES);   /* one bad pattern does not end the others */
        assert_int_equal(pattern_match(dear, work, text), PATTERN_GAVE_UP);
    }
    while (pattern_work_steps(work) < PATTERN_LEAD_STEPS_MAX)
        (void)pattern_match(dear, work, text);
    assert_int_equal(pattern_match(cheap, work, text), PATTERN_GAVE_UP);
    pattern_work_begin(work);
    assert_int_equal(pattern_match(cheap, work, text), PATTERN_MATCHES);
    pattern_free(&dear);
    pattern_free(&cheap);
    pattern_work_free(&work);
    pattern_free(&dear);   /* nothing: allowed */
    pattern_work_free(&work);
}

/* What people write on texts that people write. */
static void a_usual_pattern_on_a_long_text_has_its_answer(void **state)
{
    static const char *const usual[] = {"solar|fotovoltaic[oi]", "\\bheat\\s*pump", "(urgent|asap|today)\\b.*\\bcall", "\\d{2,3}\\s?(kwp?|m2)", "^re:"};
    char text[PATTERN_TEXT_MAX + 1];
    (void)state;
    for (size_t at = 0; at < sizeof text; at += 52)
        memcpy(text + at, "we would like to know what a new roof costs, thanks\n", sizeof text - at < 52 ? sizeof text - at : 52);
    text[PATTERN_TEXT_MAX] = '\0';
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        uint32_t steps;
        assert_int_equal(answer_of(usual[i], text, &steps), PATTERN_DIFFERS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_what_the_table_says),
        cmocka_unit_test(what_is_no_pattern_is_refused_with_the_reason),
        cmocka_unit_test(no_text_makes_a_pattern_dear),
        cmocka_unit_test(one_lead_has_steps_for_all_its_patterns_together),
        cmocka_unit_test(a_usual_pattern_on_a_long_text_has_its_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
