/* SPDX-License-Identifier: Apache-2.0
 *
 * What desk.yaml says of refusals, declines, call-backs, and who is told that nobody is there.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_yaml.h"

#define REPS "reps: {ada: {capacity: 3}}\nrules: [{name: all, queue: sales}]\ndispositions: {won: {class: won}}\n"

static struct desk_yaml *desk_of(const char *text)
{
    char whole[2048];
    snprintf(whole, sizeof whole, "desk: main\n" REPS "%s", text);
    struct desk_yaml *desk = desk_yaml_from_text("d.yaml", whole, strlen(whole));
    assert_non_null(desk);
    return desk;
}

static void assert_retry(const char *text, uint32_t first_ms, uint32_t factor, uint32_t max_ms)
{
    struct desk_yaml *desk = desk_of(text);
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    assert_non_null(config);
    assert_int_equal(config->retry_same_rep_ms, first_ms);
    assert_int_equal(config->refusals->retry_factor, factor);
    assert_int_equal(config->refusals->retry_max_ms, max_ms);
    desk_yaml_close(&desk);
}

/* Said once, and nothing else. */
static void assert_refused(const char *text, const char *said)
{
    struct desk_yaml *desk = desk_of(text);
    assert_int_equal(desk_yaml_problem_count(desk), 1);
    assert_string_equal(desk_yaml_problem_at(desk, 0), said);
    desk_yaml_close(&desk);
}

static void the_pause_is_a_time_or_how_it_grows(void **state)
{
    (void)state;
    assert_retry("", 120000, 2, 3600000);
    assert_retry("timeouts: {retry_same_rep: 5m}\n", 300000, 2, 3600000);
    assert_retry("timeouts: {retry_same_rep: 2h}\n", 7200000, 2, 7200000);
    assert_retry("timeouts: {retry_same_rep: 0}\n", 1, 2, 3600000);
    assert_retry("timeouts: {retry_same_rep: {first: 30s, factor: 1, max: 30s}}\n", 30000, 1, 30000);
    assert_retry("timeouts: {retry_same_rep: {factor: 10, max: 7d}}\n", 120000, 10, 7 * 86400000u);
}

static void a_pause_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    assert_refused("timeouts: {retry_same_rep: {first: 5m, max: 1m}}\n",
                   "d.yaml:5: timeouts: retry_same_rep: max must not be shorter than first; make it longer, or leave it out");
    assert_refused("timeouts: {retry_same_rep: {factor: 0}}\n", "d.yaml:5: timeouts: retry_same_rep: factor must be from 1 to 10, not 0");
    assert_refused("timeouts: {retry_same_rep: {factor: 11}}\n", "d.yaml:5: timeouts: retry_same_rep: factor must be from 1 to 10, not 11");
    assert_refused("timeouts: {retry_same_rep: {last: 1m}}\n", "d.yaml:5: retry_same_rep: 'last' is not known here");
    assert_refused("timeouts: {retry_same_rep: often}\n",
                   "d.yaml:5: timeouts: retry_same_rep must be a time such as 250ms, 30s, 5m, 4h or 7d, not 'often'");
}

static void the_reasons_of_declines_are_a_list_of_names(void **state)
{
    struct desk_yaml *desk = desk_of("decline_reasons: [no-time, language]\n");
    (void)state;
    assert_int_equal(desk_yaml_config(desk)->refusals->n_reasons, 2);
    assert_string_equal(desk_yaml_config(desk)->refusals->reasons[1], "language");
    desk_yaml_close(&desk);
    assert_refused("decline_reasons: [no-time, No Time]\n",
                   "d.yaml:5: decline reason name 'No Time' must be of small letters, digits, '.', '_' and '-', and start with a letter or digit; "
                   "use a label for more");
    assert_refused("decline_reasons: [no-time, no-time]\n", "d.yaml:5: decline_reasons: 'no-time' stands there twice; leave one out");
    assert_refused("decline_reasons: no-time\n", "d.yaml:5: 'decline_reasons' must be a list (each item starts with '- ')");
    assert_refused("decline_reasons: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q]\n",
                   "d.yaml:5: 'decline_reasons' has 17 entries; at most 16 are allowed");
}

static void the_reasons_of_declines_may_say_how_they_read(void **state)
{
    struct desk_yaml *desk = desk_of("decline_reasons: {no-time: {label: No time, texts: {it: Non ho tempo}}, language: Not my language, far: {}}\n");
    (void)state;
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    assert_int_equal(config->refusals->n_reasons, 3);
    assert_int_equal(config->n_decline_reasons, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(config->refusals->reasons[i], config->decline_reasons[i]->name);
    assert_string_equal(config->decline_reasons[0]->label, "No time");
    assert_string_equal(config->decline_reasons[0]->texts[0]->language, "it");
    assert_string_equal(config->decline_reasons[0]->texts[0]->text, "Non ho tempo");
    assert_string_equal(config->decline_reasons[1]->label, "Not my language");
    assert_string_equal(config->decline_reasons[2]->label, "far");
    desk_yaml_close(&desk);
    assert_refused("decline_reasons: {No Time: x}\n",
                   "d.yaml:5: decline reason name 'No Time' must be of small letters, digits, '.', '_' and '-', and start with a letter or digit; "
                   "use a label for more");
    assert_refused("decline_reasons: {far: {text: x}}\n", "d.yaml:5: decline reason 'far': 'text' is not known here; did you mean 'texts'?");
    assert_refused("decline_reasons: {far: {texts: Lontano}}\n",
                   "d.yaml:5: decline reason 'far': texts must be a map of at most 32 languages, e.g. {it: Ordinato}");
    assert_refused("decline_reasons: {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1, l: 1, m: 1, n: 1, o: 1, p: 1, q: 1}\n",
                   "d.yaml:5: 'decline_reasons' has 17 entries; at most 16 are allowed");
}

static void the_reasons_of_breaks_have_labels_in_languages(void **state)
{
    struct desk_yaml *desk = desk_of("break_reasons: {lunch: {label: Lunch, texts: {it: Pranzo}}, meeting: Meeting, walk: {}}\n");
    (void)state;
    Leadwire__V1__BreakReasonConfig **reasons = desk_yaml_config(desk)->break_reasons;
    assert_int_equal(desk_yaml_config(desk)->n_break_reasons, 3);
    assert_string_equal(reasons[0]->name, "lunch");
    assert_string_equal(reasons[0]->label, "Lunch");
    assert_string_equal(reasons[0]->texts[0]->text, "Pranzo");
    assert_string_equal(reasons[1]->label, "Meeting");
    assert_string_equal(reasons[2]->label, "walk");
    desk_yaml_close(&desk);
    assert_refused("break_reasons: {Lunch: x}\n",
                   "d.yaml:5: break reason name 'Lunch' must be of small letters, digits, '.', '_' and '-', and start with a letter or digit; "
                   "use a label for more");
    assert_refused("break_reasons: {lunch: {text: x}}\n", "d.yaml:5: break reason 'lunch': 'text' is not known here; did you mean 'texts'?");
    assert_refused("break_reasons: {lunch: {texts: Pranzo}}\n",
                   "d.yaml:5: break reason 'lunch': texts must be a map of at most 32 languages, e.g. {it: Ordinato}");
    assert_refused("break_reasons: [lunch]\n", "d.yaml:5: 'break_reasons' must be a map of names");
}

static void call_backs_are_bounded(void **state)
{
    struct desk_yaml *desk = desk_of("");
    (void)state;
    assert_int_equal(desk_yaml_config(desk)->call_backs->most, 10);
    assert_false(desk_yaml_config(desk)->call_backs->ends);
    desk_yaml_close(&desk);
    desk = desk_of("call_backs: {max: 3, then: end}\n");
    assert_int_equal(desk_yaml_config(desk)->call_backs->most, 3);
    assert_true(desk_yaml_config(desk)->call_backs->ends);
    desk_yaml_close(&desk);
    assert_refused("call_backs: {max: 0}\n", "d.yaml:5: call_backs: max must be from 1 to 1000, not 0");
    assert_refused("call_backs: {then: forget}\n", "d.yaml:5: call_backs: then must be park (a person looks at the lead) or end, not 'forget'");
}

static void who_is_told_that_nobody_is_there(void **state)
{
    struct desk_yaml *desk = desk_of("nobody_there: {busy: {after: 10m, tell: [boss]}, closed: {tell: [boss, sms-duty]}}\n");
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    (void)state;
    assert_int_equal(config->n_nobody_there, 2);
    assert_int_equal(config->nobody_there[0]->kind, LEADWIRE__V1__NOBODY__NOBODY_CLOSED);
    assert_int_equal(config->nobody_there[0]->after_ms, 120000);
    assert_string_equal(config->nobody_there[0]->tell[1], "sms-duty");
    assert_int_equal(config->nobody_there[1]->kind, LEADWIRE__V1__NOBODY__NOBODY_BUSY);
    assert_int_equal(config->nobody_there[1]->after_ms, 600000);
    desk_yaml_close(&desk);
    assert_refused("nobody_there: {busy: {after: 10m}}\n", "d.yaml:5: nobody_there: busy: tell must be a list of 1 to 16 addresses, e.g. [boss]");
    assert_refused("nobody_there: {busy: {tell: ['']}}\n", "d.yaml:5: nobody_there: busy: an address is empty; write one or leave it out");
    assert_refused("nobody_there: {busy: boss}\n", "d.yaml:5: nobody_there: busy must be a map, e.g. {after: 2m, tell: [boss]}");
    assert_refused("nobody_there: {asleep: {tell: [boss]}}\n", "d.yaml:5: nobody_there: 'asleep' is not known here");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pause_is_a_time_or_how_it_grows),
        cmocka_unit_test(a_pause_that_makes_no_sense_is_refused),
        cmocka_unit_test(the_reasons_of_declines_are_a_list_of_names),
        cmocka_unit_test(the_reasons_of_declines_may_say_how_they_read),
        cmocka_unit_test(the_reasons_of_breaks_have_labels_in_languages),
        cmocka_unit_test(call_backs_are_bounded),
        cmocka_unit_test(who_is_told_that_nobody_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
