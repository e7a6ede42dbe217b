/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules as another program than ours might send them: each thing that can be wrong, and the words that the broker answers with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

static void must(lw_status status)
{
    assert_int_equal(status, LW_OK);
}

/* One rep, one rule, one queue. */
static struct core_config *sound(void)
{
    struct core_config *config = rig_rules();
    struct config_queue *queue;
    rig_add_rep(config, "ada", 3, NULL, NULL, 0);
    must(core_config_add_queue(config, "sales", "", &queue));
    return config;
}

/* Takes the old text's place: configurations own their texts. */
static void replace(char **text, const char *with)
{
    free(*text);
    *text = strdup(with);
    assert_non_null(*text);
}

static void long_text(char **text)
{
    char much[CONFIG_TEXT_MAX + 2];
    memset(much, 'x', sizeof much);
    much[CONFIG_TEXT_MAX + 1] = '\0';
    replace(text, much);
}

static void no_name(struct core_config *config) { replace(&config->desk, ""); }
static void nameless_rep(struct core_config *config) { replace(&config->reps[0].name, ""); }
static void high_tier(struct core_config *config) { config->reps[0].tier = CONFIG_TIER_MAX + 1; }
static void no_share(struct core_config *config) { config->reps[0].share = 0; }
static void long_device(struct core_config *config) { long_text(&config->reps[0].device); }
static void much_owed(struct core_config *config) { config->absent_leads_max = CONFIG_ABSENT_LEADS_MAX + 1; }
static void no_window(struct core_config *config) { config->people = (struct config_people){.join = true}; }
static void old_customers(struct core_config *config) { config->people.customer_for_ms = CONFIG_WINDOW_MAX_MS + 1; }
static void reopened_for_years(struct core_config *config) { config->reopen_for_ms = CONFIG_WINDOW_MAX_MS + 1; }
static void no_transfer_time(struct core_config *config) { config->transfer_for_ms = 0; }
static void late_park_nudge(struct core_config *config) { config->park_nudge_ms = config->park_limit_ms; }
static void nameless_queue(struct core_config *config) { replace(&config->queues[0].name, ""); }
static void dice(struct core_config *config) { replace(&config->queues[0].policy, "dice"); }
static void fast_decay(struct core_config *config) { config->queues[0].half_life_ms = 999; }
static void nameless_rule(struct core_config *config) { replace(&config->rules[0].name, ""); }
static void queueless_rule(struct core_config *config) { replace(&config->rules[0].queue, ""); }
static void high_value(struct core_config *config) { config->rules[0].value = CONFIG_VALUE_MAX + 1; }
static void heavy_channel(struct core_config *config) { config->channels[LW_CHANNEL_WEB].weight = CONFIG_WEIGHT_MAX + 1; }
static void urgent_channel(struct core_config *config) { config->channels[LW_CHANNEL_WEB].priority = CONFIG_PRIORITY_MAX + 1; }
static void late_nudge(struct core_config *config) { config->channels[LW_CHANNEL_WEB].nudge_percent = 100; }
static void nameless_disposition(struct core_config *config) { replace(&config->dispositions[1].code, ""); }
static void strange_follow_up(struct core_config *config) { config->dispositions[1].follow_up = (enum config_follow_up)9; }

static void late_call_back(struct core_config *config)
{
    config->dispositions[1].follow_up = FOLLOW_UP_CALL_BACK;
    config->dispositions[1].at_most_ms = CONFIG_SCHEDULE_MAX_MS + 1;
}

static void early_call_back(struct core_config *config)
{
    config->dispositions[1].follow_up = FOLLOW_UP_CALL_BACK;
    config->dispositions[1].at_most_ms = 2000;
    config->dispositions[1].after_ms = 2001;
}

static void much_required(struct core_config *config)
{
    char name[16];
    for (int i = 0; i < CONFIG_REQUIRE_MAX; i++) {
        snprintf(name, sizeof name, "s%d", i);
        must(core_config_add_skill(config, name));
        must(core_config_rule_require(config, &config->rules[0], name, 1));
    }
    must(core_config_rule_own(config, &config->rules[0], ABILITY_LANGUAGE, "language", 1));
}

static void slow_first_touch(struct core_config *config) { config->rules[0].first_touch_ms = CONFIG_FIRST_TOUCH_MAX_MS + 1; }
static void owner_for_no_time(struct core_config *config) { must(core_config_rule_owner(&config->rules[0], "ada", 0)); }
static void owner_who_is_no_rep(struct core_config *config) { must(core_config_rule_owner(&config->rules[0], "zoe", 45000)); }

static void long_field(struct core_config *config)
{
    const char *value = "x";
    must(core_config_rule_when(&config->rules[0], "language", CONFIG_EQUALS, &value, 1));
    long_text(&config->rules[0].predicates[0].field);
}

static void nameless_team(struct core_config *config)
{
    struct config_team *team;
    must(core_config_add_team(config, "inside", &team));
    must(core_config_team_open(team, 1000, 2000));
    replace(&team->name, "");
}

static void nameless_skill(struct core_config *config) { replace(&config->skills[0], ""); }

static void steep_urgency(struct core_config *config)
{
    char always[] = "";
    const struct config_order order = {.age = CONFIG_WEIGH_MAX + 1, .hours_of = always};
    must(core_config_set_order(config, NULL, &order));
}

static void long_service_level(struct core_config *config)
{
    char always[] = "";
    const struct config_order order = {.age = 1, .service_level_ms = (uint32_t)CONFIG_SERVICE_LEVEL_MAX_MS + 1, .hours_of = always};
    must(core_config_set_order(config, NULL, &order));
}

static void short_age_cap(struct core_config *config)
{
    char always[] = "";
    const struct config_order order = {.age = 1, .age_cap_ms = 999, .hours_of = always};
    must(core_config_set_order(config, NULL, &order));
}

static void hours_of_nobody(struct core_config *config)
{
    char team[] = "night";
    const struct config_order order = {.age = 1, .hours_of = team};
    must(core_config_set_order(config, NULL, &order));
}

static void only_one_queue_weighs(struct core_config *config)
{
    char always[] = "";
    const struct config_order order = {.age = 1, .hours_of = always};
    must(core_config_set_order(config, &config->queues[0], &order));
}

static void urgency_of_pairs(struct core_config *config)
{
    char always[] = "";
    const struct config_order order = {.age = 1, .hours_of = always};
    must(core_config_set_order(config, NULL, &order));
    must(core_config_set_policy(config, "best_pair"));
}

static void wide_broadcast(struct core_config *config) { config->queues[0].offer_to = CONFIG_OFFER_TO_MAX + 1; }
static void cap_of_all(struct core_config *config) { must(core_config_rep_caps(&config->reps[0], CONFIG_CAP_MAX + 1, 0)); }
static void cap_of_the_day(struct core_config *config) { must(core_config_rep_caps(&config->reps[0], 0, 1)); }

static void cap_of_no_source(struct core_config *config)
{
    must(core_config_rep_caps(&config->reps[0], 0, 0));
    must(core_config_rep_cap_source(&config->reps[0], "portal", 1));
    config->reps[0].caps->sources[0].most = 0;
}

/* Of a team that works an hour, with one rep. */
static void open_by(struct core_config *config, uint32_t reps, uint32_t for_ms)
{
    struct config_team *team;
    must(core_config_add_team(config, config->reps[0].team, &team));
    must(core_config_team_open(team, 1000, 3601000));
    config->opening.reps = reps;
    config->opening.for_ms = for_ms;
}

static void opening_for_nobody(struct core_config *config) { open_by(config, 0, 60000); }
static void short_opening(struct core_config *config) { open_by(config, 1, 999); }
static void long_opening(struct core_config *config) { open_by(config, 1, 3600001); }
static void opening_of_many(struct core_config *config) { open_by(config, 100, 60000); }

static void opening_of_no_team(struct core_config *config)
{
    open_by(config, 1, 60000);
    must(core_config_opening_team(config, "night"));
}

static void never_opening(struct core_config *config)
{
    config->opening.reps = 1;
    config->opening.for_ms = 60000;
}

static const struct { void (*spoil)(struct core_config *); const char *said; } wrongs[] = {
    {no_name, "the desk has no name"},
    {nameless_rep, "rep 1 has no name"},
    {high_tier, "rep 'ada': tier must be 0 to 100"},
    {no_share, "rep 'ada': share must be 1 to 100"},
    {long_device, "rep 1: name, team or device is too long"},
    {much_owed, "absent leads must be at most 1000"},
    {no_window, "the time in which contacts of a person join must be above 0 and at most 366 days"},
    {reopened_for_years, "ended leads can be reopened for at most 366 days"},
    {old_customers, "people are customers for at most 366 days"},
    {no_transfer_time, "the time that a transfer is for one rep alone must be above 0"},
    {late_park_nudge, "a parked lead expires before managers are told of it again: the time until that must be shorter than the park limit"},
    {nameless_queue, "queue 1: its name must have 1 to 128 bytes"},
    {dice, "queue 'sales': there is no policy 'dice'"},
    {fast_decay, "queue 'sales': decay must be 1 s to 24 h"},
    {wide_broadcast, "queue 'sales': offer_to must be 2 to 16"},
    {nameless_rule, "rule 1 has no name or no queue"},
    {queueless_rule, "rule 1 has no name or no queue"},
    {high_value, "rule 'all': value must be 1 to 1000000"},
    {much_required, "rule 'all': requires more than 10 skills, language and territory counted"},
    {slow_first_touch, "rule 'all': first_touch must be at most 7 d"},
    {owner_for_no_time, "rule 'all': owner_for must be at most 24 h, and not 0"},
    {owner_who_is_no_rep, "rule 'all': the rules have no rep 'zoe', its owner"},
    {long_field, "rule 1: name, queue, team, field or value is too long"},
    {heavy_channel, "channel web: weight must be 1 to 1000"},
    {urgent_channel, "channel web: priority above 200"},
    {late_nudge, "channel web: a nudge comes at 0 to 99 percent of the time for the first touch"},
    {nameless_disposition, "disposition 2: its code must have 1 to 128 bytes"},
    {strange_follow_up, "disposition 'lost': what follows is not known"},
    {late_call_back, "disposition 'lost': the latest time must be within a year, and not before the earliest"},
    {early_call_back, "disposition 'lost': its time is not between the earliest and the latest"},
    {nameless_team, "team 1: its name must have 1 to 128 bytes"},
    {nameless_skill, "skill 1: its name must have 1 to 128 bytes"},
    {steep_urgency, "the desk: a term of urgency must be at most 1000 points"},
    {long_service_level, "the desk: a service level must be 1 second to 30 days"},
    {short_age_cap, "the desk: an age cap must be 1 second to 30 days"},
    {hours_of_nobody, "the desk: waiting counts in the hours of team 'night', which has none"},
    {only_one_queue_weighs, "queue 'sales' says what makes leads urgent, and the desk does not for the others"},
    {urgency_of_pairs, "policy best_pair and urgency both say which lead goes first: a desk may have one of them"},
    {cap_of_all, "rep 'ada': a cap must be at most 10000"},
    {cap_of_the_day, "rep 'ada': a cap of a day needs a team that says when days begin"},
    {opening_for_nobody, "opening: reps must be 1 or more"},
    {short_opening, "opening: it lasts 1 second to 24 hours"},
    {opening_of_no_team, "opening: team 'night' has no hours, so it never opens"},
    {never_opening, "opening: no team has hours, so the desk never opens"},
    {long_opening, "opening: it would last longer than any working time of its teams"},
    {opening_of_many, "opening: it waits for 100 reps, and its teams have 1"},
    {cap_of_no_source, "rep 'ada': the cap of a source needs its name, and 1 to 10000 leads"},
};

static void each_thing_that_can_be_wrong_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        char reason[256] = "";
        struct core_config *config = sound();
        must(core_config_check(config, reason, sizeof reason));
        wrongs[i].spoil(config);
        assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
        assert_string_equal(reason, wrongs[i].said);
        core_config_free(config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thing_that_can_be_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
