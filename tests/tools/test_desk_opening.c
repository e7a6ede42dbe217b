/* SPDX-License-Identifier: Apache-2.0
 *
 * What desk.yaml says of the backlog at opening time.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_yaml.h"

#define TEAMS "teams: {day: {time_zone: Europe/Rome, hours: {mon-fri: 09:00-18:00}}, night: {}}\n"
#define REPS "reps: {ada: {team: day}, bob: {team: day}, cleo: {team: night}}\nrules: [{name: all, queue: sales}]\ndispositions: {won: {class: won}}\n"

static struct desk_yaml *desk_of(const char *teams, const char *text)
{
    char whole[2048];
    snprintf(whole, sizeof whole, "desk: main\n%s" REPS "%s", teams, text);
    struct desk_yaml *desk = desk_yaml_from_text("d.yaml", whole, strlen(whole));
    assert_non_null(desk);
    return desk;
}

static void assert_opening(const char *text, uint32_t reps, uint32_t for_ms, size_t teams)
{
    struct desk_yaml *desk = desk_of(TEAMS, text);
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    assert_non_null(config);
    assert_int_equal(config->opening->reps, reps);
    assert_int_equal(config->opening->for_ms, for_ms);
    assert_int_equal(config->opening->n_teams, teams);
    desk_yaml_close(&desk);
}

/* Said once, and nothing else. */
static void assert_refused(const char *teams, const char *text, const char *said)
{
    struct desk_yaml *desk = desk_of(teams, text);
    assert_string_equal(desk_yaml_problem_at(desk, 0), said);
    assert_int_equal(desk_yaml_problem_count(desk), 1);
    desk_yaml_close(&desk);
}

static void an_opening_says_how_many_reps_how_long_and_whose(void **state)
{
    (void)state;
    assert_opening("opening: {reps: 2}\n", 2, 900000, 0);
    assert_opening("opening: {reps: 1, for: 9h, teams: day}\n", 1, 9 * 3600000, 1);
    struct desk_yaml *desk = desk_of(TEAMS, "");
    assert_null(desk_yaml_config(desk)->opening);
    desk_yaml_close(&desk);
}

static void an_opening_that_cannot_be_is_refused(void **state)
{
    (void)state;
    assert_refused(TEAMS, "opening: 15m\n", "d.yaml:6: opening must be a map that says how many reps are enough, e.g. {reps: 3, for: 15m}");
    assert_refused(TEAMS, "opening: {for: 15m}\n", "d.yaml:6: opening must be a map that says how many reps are enough, e.g. {reps: 3, for: 15m}");
    assert_refused(TEAMS, "opening: {reps: 0}\n", "d.yaml:6: opening: reps must be from 1 to 10000, not 0");
    assert_refused(TEAMS, "opening:\n  reps: 3\n", "d.yaml:7: opening: waits for 3 reps, but its teams have 2; write as many, or less");
    assert_refused(TEAMS, "opening:\n  reps: 2\n  for: 10h\n", "d.yaml:8: opening: for is longer than any working time of its teams, of which the longest has "
                   "540 minutes; make it shorter");
    assert_refused(TEAMS, "opening: {reps: 1, teams: [day, night]}\n", "d.yaml:6: opening: team 'night' has no hours, so it never opens; give it some, or leave it out");
    assert_refused("teams: {day: {}, night: {}}\n", "opening: {reps: 1}\n", "d.yaml:6: opening: no team has hours, so the desk never opens; give the reps' team some, "
                   "or remove this");
    assert_refused(TEAMS, "opening: {reps: 1, teams: [dya]}\n", "d.yaml:6: opening: teams: team 'dya' is not in teams; did you mean 'day'?");
    assert_refused(TEAMS, "opening: {reps: 1, until: 9}\n", "d.yaml:6: opening: 'until' is not known here");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_opening_says_how_many_reps_how_long_and_whose),
        cmocka_unit_test(an_opening_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
