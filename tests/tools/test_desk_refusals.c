/* SPDX-License-Identifier: Apache-2.0
 *
 * Desks of the wrong shape or beyond a bound -> exact words. every_refusal_test.py sees that no refusal of the reader is missing here
 * and in test_desk_yaml.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "desk_yaml.h"

#define REPS "reps:\n  anna: {device: \"+390200000001\"}\n"

static struct desk_yaml *desk_of(const char *text)
{
    struct desk_yaml *desk = desk_yaml_from_text("d.yaml", text, strlen(text));
    assert_non_null(desk);
    return desk;
}

/* Said once, and nothing else. */
static void assert_refused(const char *text, const char *said)
{
    struct desk_yaml *desk = desk_of(text);
    assert_null(desk_yaml_config(desk));
    assert_string_equal(desk_yaml_problem_at(desk, 0), said);
    if (desk_yaml_problem_count(desk) > 1)
        fail_msg("after '%s' one problem more: %s", said, desk_yaml_problem_at(desk, 1));
    desk_yaml_close(&desk);
}

static const struct { const char *file, *said; } misshapen[] = {
    {"desk: main\nteams: {in: }\nreps:\n  anna: {team: in, caps: {source: [portal]}}\n",
     "d.yaml:4: rep 'anna': caps: source must be a map of at most 8 sources, e.g. {portal: 10}"},
    {"desk: main\n" REPS "dispositions:\n  sold: {class: won, then: rest}\n",
     "d.yaml:5: disposition 'sold': then 'rest' is not known; there are end, call_back, appointment, park and suppress"},
    {"desk: main\n" REPS "dispositions:\n  sold: {class: won, texts: {\"\": Venduto}}\n",
     "d.yaml:5: disposition 'sold': text: '' is no language; write it like it, de or pt-BR"},
    {"desk: main\n" REPS "dispositions:\n  sold: {class: won, texts: {it: \"\"}}\n", "d.yaml:5: disposition 'sold': text for 'it' is empty"},
    {"desk: main\n" REPS "dispositions:\n  sold: won\n", "d.yaml:5: disposition 'sold' must be a map, e.g. {label: Ordered, class: won}"},
    {"desk: main\nreps:\n  anna:\n    territories: [lazio, \"\"]\n", "d.yaml:4: rep 'anna': territories: an empty name; remove it"},
    {"desk: main\nreps:\n  anna:\n    territories: [lazio, Lazio]\n", "d.yaml:4: rep 'anna': territories: 'lazio' is written twice"},
    {"desk: main\n" REPS "rules:\n  - name: a\n    territory: \"\"\n", "d.yaml:6: rule 'a': territory: an empty name; remove it"},
    {"desk: main\n" REPS "rules:\n  - name: a\n    teams: {in: 3}\n",
     "d.yaml:6: rule 'a': teams must be a team or a list of at most 8 teams, e.g. [inside, outside]"},
    {"desk: main\nteams: {in: }\n" REPS "rules:\n  - name: a\n    teams: [in, in]\n", "d.yaml:7: rule 'a': teams: team 'in' is written twice"},
    {"desk: main\nreps:\n  anna:\n    rates: 12\n", "d.yaml:4: rep 'anna': rates must be a map of at most 16 queues, e.g. {solar: 12.5}"},
    {"desk: main\n" REPS "rules: [{name: a}]\nqueues:\n  a: most_skilled\n",
     "d.yaml:6: queue 'a' must be a map, e.g. {label: Italian, policy: most_skilled}"},
    {"desk: main\n" REPS "channels:\n  web: 3\n", "d.yaml:5: channel 'web' must be a map, e.g. {weight: 1, offer_timeout: 30s}"},
    {"desk: main\n" REPS "rules:\n  - general\n", "d.yaml:5: rule 1 must be a map that starts with 'name: ...'"},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when: italian\n", "d.yaml:6: rule 'a': 'when' must be a map of fields, e.g. {language: it}"},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when:\n      source: \"\"\n",
     "d.yaml:7: rule 'a': source: an empty value; use {missing: true} for fields that are not there"},
    {"desk: main\nteams:\n  in: {overflow: out}\n  out: {}\n" REPS,
     "d.yaml:3: team 'in': teams do not overflow by themselves, so that none can run in a circle; a rule says it: relax: [{after: 60s, add_team: TEAM}]"},
    {"desk: main\n" REPS "rules:\n  - name: a\n    relax: 30s\n",
     "d.yaml:6: rule 'a': relax must be a list of at most 8 steps, e.g. - {after: 30s, drop: [language]}"},
    {"desk: main\n" REPS "rules:\n  - name: a\n    relax:\n      - {drop: language}\n",
     "d.yaml:7: rule 'a': relax step 1 must be a map with 'after', e.g. {after: 30s, drop: [language]}"},
    {"desk: main\nskills: {solar: }\n" REPS "rules:\n  - name: a\n    require: {solar: 4}\n    relax:\n      - {after: 30s, drop: {solar: 4}, lower: {solar: 1}}\n",
     "d.yaml:9: rule 'a': relax step 1: drop must be a list of language, territory, team and skills, e.g. [language]"},
    {"desk: main\nskills: {solar: , roof: }\n" REPS "rules:\n  - name: a\n    require: {solar: 4}\n    relax:\n      - {after: 30s, lower: {roof: 1}}\n",
     "d.yaml:9: rule 'a': relax step 1: lowers 'roof', which the rule does not ask for then; remove it, or ask for it in the rule"},
    {"desk: main\nteams: {in: , out: }\n" REPS "rules:\n  - name: a\n    teams: in\n    relax:\n      - {after: 30s, drop: [team], add_team: out}\n",
     "d.yaml:9: rule 'a': relax step 1: drops the teams and adds one; do one of the two"},
    {"desk: main\nteams: {in: , out: }\n" REPS
     "rules:\n  - name: a\n    teams: in\n    relax:\n      - {after: 30s, add_team: out}\n      - {after: 60s, add_team: out}\n",
     "d.yaml:10: rule 'a': relax step 2: team 'out' may take it already; remove it"},
    {"desk: main\nteams: {a1: , a2: , a3: , a4: , a5: , a6: , a7: , a8: , a9: }\n" REPS
     "rules:\n  - name: a\n    teams: [a1, a2, a3, a4, a5, a6, a7, a8]\n    relax:\n      - {after: 30s, add_team: a9}\n",
     "d.yaml:9: rule 'a': relax step 1: more than 8 teams in all; drop [team] instead"},
    {"desk: main\nteams:\n  in:\n    time_zone: Europe/Rome\n    hours: \"09:00-18:00\"\n" REPS,
     "d.yaml:5: team 'in': hours must be a map of days, e.g. {mon-fri: \"09:00-18:00\"}"},
    {"desk: main\nteams:\n  in:\n    time_zone: Europe/Rome\n    hours: {mon: \"09:00-18:00\"}\n    holidays: 2026-12-25\n" REPS,
     "d.yaml:6: team 'in': holidays must be a list of at most 512 dates, e.g. [2026-12-25]"},
    {"desk: main\nteams:\n  in: [mon]\n" REPS, "d.yaml:3: team 'in' must be a label or a map, e.g. {label: Inside sales}"},
};

static void what_has_the_wrong_shape_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof misshapen / sizeof misshapen[0]; i++)
        assert_refused(misshapen[i].file, misshapen[i].said);
}

/* before, then `each` with 0, 1, 2.. for its %zu, count times, then after. The caller frees. */
static char *text_of(const char *before, const char *each, size_t count, const char *after)
{
    const size_t size = strlen(before) + count * (strlen(each) + 20) + strlen(after) + 1;
    char *text = malloc(size);
    assert_non_null(text);
    size_t used = (size_t)snprintf(text, size, "%s", before);
    for (size_t i = 0; i < count; i++) {
        const char *number = strchr(each, '#');
        used += number == NULL ? (size_t)snprintf(text + used, size - used, "%s", each)
                               : (size_t)snprintf(text + used, size - used, "%.*s%zu%s", (int)(number - each), each, i, number + 1);
    }
    snprintf(text + used, size - used, "%s", after);
    return text;
}

/* One more than allowed; '#' in each stands for its number. */
static const struct { const char *before, *each, *after, *said; size_t count; } overfull[] = {
    {"desk: main\nreps:\n  anna: {caps: {source: {", "s#: 1, ", "}}}\n",
     "d.yaml:3: rep 'anna': caps: source must be a map of at most 8 sources, e.g. {portal: 10}", 9},
    {"desk: main\n" REPS "dispositions:\n  sold: {class: won, texts: {", "l#: Sold, ", "}}\n",
     "d.yaml:5: disposition 'sold': texts must be a map of at most 32 languages, e.g. {it: Ordinato}", 33},
    {"desk: main\nreps:\n  anna: {languages: [", "it, ", "]}\n",
     "d.yaml:3: rep 'anna': languages must be a map of levels, e.g. {it: 10, en: 5}, or a list, with at most 16 entries", 17},
    {"desk: main\nreps:\n  anna: {territories: [", "t#, ", "]}\n",
     "d.yaml:3: rep 'anna': territories must be a list, e.g. [Lombardia, Veneto], with at most 48 entries", 49},
    {"desk: main\nreps:\n  anna: {rates: {", "q#: 1, ", "}}\n", "d.yaml:3: rep 'anna': rates must be a map of at most 16 queues, e.g. {solar: 12.5}", 17},
    {"desk: main\nreps:\n  anna: {skills: {", "s#: 1, ", "}}\n", "d.yaml:3: rep 'anna': has 65 skills; at most 64 are allowed", 65},
    {"desk: main\n" REPS "rules:\n  - name: a\n    require: {", "s#: 1, ", "}\n", "d.yaml:6: rule 'a': has 9 skills; at most 8 are allowed", 9},
    {"desk: main\n" REPS "rules:\n  - name: a\n    teams: [", "t#, ", "]\n",
     "d.yaml:6: rule 'a': teams must be a team or a list of at most 8 teams, e.g. [inside, outside]", 9},
    {"desk: main\n" REPS "rules:\n  - name: a\n    relax: [", "{after: #s}, ", "]\n",
     "d.yaml:6: rule 'a': relax must be a list of at most 8 steps, e.g. - {after: 30s, drop: [language]}", 9},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when: {", "attribute.a#: b, ", "}\n  - name: rest\n", "d.yaml:6: rule 'a': has more than 16 conditions", 17},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when:\n      source: [", "s#, ", "]\n  - name: rest\n",
     "d.yaml:7: rule 'a': source needs 1 to 64 values, not 65", 65},
    {"desk: main\n" REPS "rules:\n", "  - {name: r#, when: {source: s}}\n", "", "d.yaml:4: no rule takes every lead: let the last rule have no 'when'", 1000},
    {"desk: main\n" REPS "rules:\n", "  - {name: r#}\n", "", "d.yaml:4: 'rules' has 1001 entries; at most 1000 are allowed", 1001},
    {"desk: main\nteams:\n  in:\n    time_zone: Europe/Rome\n    hours: {mon: \"09:00-18:00\"}\n    holidays: [", "2026-12-25, ", "]\n" REPS,
     "d.yaml:6: team 'in': holidays must be a list of at most 512 dates, e.g. [2026-12-25]", 513},
    {"desk: main\nreps:\n  ", "a", ":\n", "d.yaml:3: rep name 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' is longer than 127 bytes", 128},
    {"desk: main\n" REPS, "                                                                   \n", "", "d.yaml: is larger than 1 MiB", 16000},
};

static void what_is_beyond_a_bound_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof overfull / sizeof overfull[0]; i++) {
        char *text = text_of(overfull[i].before, overfull[i].each, overfull[i].count, overfull[i].after);
        assert_refused(text, overfull[i].said);
        free(text);
    }
}

/* Each day from yesterday until the rules end is a holiday. */
static void a_team_that_never_works_is_refused(void **state)
{
    (void)state;
    enum { DAYS = 404, DATE_SIZE = 16 };
    char holidays[DAYS * DATE_SIZE] = "", text[sizeof holidays + 256];
    for (int day = -1; day < DAYS - 1; day++) {
        const time_t at = time(NULL) + day * (time_t)86400;
        struct tm date;
        assert_non_null(gmtime_r(&at, &date));
        assert_int_equal(strftime(holidays + strlen(holidays), DATE_SIZE, "%Y-%m-%d, ", &date), 12);
    }
    snprintf(text, sizeof text, "desk: main\nteams:\n  in:\n    time_zone: Europe/Rome\n    hours: {mon-sun: \"09:00-18:00\"}\n    holidays: [%s]\n" REPS, holidays);
    /* The past month has open days: leads may have waited since. None of them helps anybody now. */
    assert_refused(text, "d.yaml:5: team 'in': hours give not one open day within 400 days; check hours and holidays");
}

static void the_reps_without_a_device_are_told_in_short(void **state)
{
    (void)state;
    char *text = text_of("desk: main\nreps:\n", "  r#:\n", 12, "rules:\n  - name: all\n");
    struct desk_yaml *desk = desk_of(text);
    assert_non_null(desk_yaml_config(desk));
    assert_int_equal(desk_yaml_warning_count(desk), 10);
    assert_string_equal(desk_yaml_warning_at(desk, 0), "d.yaml:3: rep 'r0' has no device: calls cannot be connected to them");
    assert_string_equal(desk_yaml_warning_at(desk, 9), "d.yaml:12: 3 more reps have no device");
    desk_yaml_close(&desk);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_the_wrong_shape_is_refused),
        cmocka_unit_test(what_is_beyond_a_bound_is_refused),
        cmocka_unit_test(a_team_that_never_works_is_refused),
        cmocka_unit_test(the_reps_without_a_device_are_told_in_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
