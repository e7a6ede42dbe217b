/* SPDX-License-Identifier: Apache-2.0
 *
 * What a rep is told of the rules: what there is to choose from, and not a word of what else they hold.
 */
#include "../unit/cmocka_all.h"

#include "rep_choices.h"

enum { ARENA_CAP = 1 << 16 };

struct desk {
    Leadwire__V1__DeskConfig config;
    Leadwire__V1__TeamConfig teams[2], *team_list[2];
    Leadwire__V1__RepConfig reps[3], *rep_list[3];
    Leadwire__V1__RefusalConfig refusals;
    Leadwire__V1__UserConfig user, *users[1];
    Leadwire__V1__RuleConfig rule, *rules[1];
    Leadwire__V1__DeclineReasonConfig decline, *declines[1];
    char *reasons[1];
};

/* Anna and Bruno inside, Carla of an agency; with a device, a cap, a rule, a user and the file's text. */
static void make_desk(struct desk *desk)
{
    static const char *const names[] = {"anna", "bruno", "carla"}, *const of[] = {"inside", "inside", "agency"};
    *desk = (struct desk){.reasons = {(char *)"no-time"}};
    leadwire__v1__desk_config__init(&desk->config);
    for (size_t i = 0; i < 2; i++) {
        leadwire__v1__team_config__init(&desk->teams[i]);
        desk->teams[i].name = (char *)of[2 * i];
        desk->teams[i].daily_cap = 7;
        desk->teams[i].outsourced = i == 1;
        desk->team_list[i] = &desk->teams[i];
    }
    for (size_t i = 0; i < 3; i++) {
        leadwire__v1__rep_config__init(&desk->reps[i]);
        desk->reps[i].name = (char *)names[i];
        desk->reps[i].team = (char *)of[i];
        desk->reps[i].device = (char *)"+390255500101";
        desk->reps[i].share = 30;
        desk->rep_list[i] = &desk->reps[i];
    }
    leadwire__v1__refusal_config__init(&desk->refusals);
    desk->refusals.reasons = desk->reasons;
    desk->refusals.n_reasons = 1;
    desk->refusals.retry_factor = 2;
    leadwire__v1__decline_reason_config__init(&desk->decline);
    desk->decline.name = desk->reasons[0];
    desk->decline.label = (char *)"No time";
    desk->declines[0] = &desk->decline;
    desk->config.decline_reasons = desk->declines, desk->config.n_decline_reasons = 1;
    leadwire__v1__user_config__init(&desk->user);
    leadwire__v1__rule_config__init(&desk->rule);
    desk->users[0] = &desk->user;
    desk->rules[0] = &desk->rule;
    desk->config.teams = desk->team_list, desk->config.n_teams = 2;
    desk->config.reps = desk->rep_list, desk->config.n_reps = 3;
    desk->config.users = desk->users, desk->config.n_users = 1;
    desk->config.rules = desk->rules, desk->config.n_rules = 1;
    desk->config.refusals = &desk->refusals;
    desk->config.source_text = (char *)"desk: main";
}

static void a_rep_is_told_what_there_is_to_choose_from_and_no_more(void **state)
{
    struct arena arena;
    struct desk desk;
    Leadwire__V1__DeskConfig told;
    (void)state;
    arena_init(&arena, ARENA_CAP);
    make_desk(&desk);
    rep_choices_fill(&desk.config, "anna", &arena, &told);
    assert_int_equal(told.n_reps, 3);
    assert_string_equal(told.reps[2]->team, "agency");
    assert_string_equal(told.reps[0]->device, "");
    assert_int_equal(told.reps[0]->share, 0);
    assert_int_equal(told.n_teams, 2);
    assert_true(told.teams[1]->outsourced);
    assert_int_equal(told.teams[0]->daily_cap, 0);
    assert_string_equal(told.refusals->reasons[0], "no-time");
    assert_int_equal(told.n_decline_reasons, 1);
    assert_string_equal(told.decline_reasons[0]->label, "No time");
    assert_int_equal(told.refusals->retry_factor, 0);
    assert_int_equal(told.n_users + told.n_rules, 0);
    assert_string_equal(told.source_text, "");
    arena_fini(&arena);
}

static void a_rep_of_an_outsourced_team_is_told_of_that_team(void **state)
{
    struct arena arena;
    struct desk desk;
    Leadwire__V1__DeskConfig told;
    (void)state;
    arena_init(&arena, ARENA_CAP);
    make_desk(&desk);
    rep_choices_fill(&desk.config, "carla", &arena, &told);
    assert_int_equal(told.n_reps, 1);
    assert_string_equal(told.reps[0]->name, "carla");
    rep_choices_fill(&desk.config, "nobody", &arena, &told);
    assert_int_equal(told.n_reps, 0);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rep_is_told_what_there_is_to_choose_from_and_no_more),
        cmocka_unit_test(a_rep_of_an_outsourced_team_is_told_of_that_team),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
