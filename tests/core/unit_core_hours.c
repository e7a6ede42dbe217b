/* SPDX-License-Identifier: Apache-2.0
 *
 * Teams open and close.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { OPEN_MS = 10000, CLOSE_MS = 60000, AGAIN_MS = 100000, END_MS = 150000 };   /* after the rig's beginning */

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void ignore_effect(void *context, const struct core_effect *effect)
{
    (void)context, (void)effect;
}

/* ada's team works twice; bob's has no hours, and bob is on a break. */
static void open_two(struct desk_rig *rig)
{
    const uint64_t start_ms = 1800000000000;
    struct core_config *config = rig_rules();
    struct config_team *team;
    struct config_rep *rep;
    assert_int_equal(core_config_add_team(config, "day", &team), LW_OK);
    assert_int_equal(core_config_team_open(team, start_ms + OPEN_MS, start_ms + CLOSE_MS), LW_OK);
    assert_int_equal(core_config_team_open(team, start_ms + AGAIN_MS, start_ms + END_MS), LW_OK);
    assert_int_equal(core_config_add_rep(config, "ada", "day", 3, NULL, &rep), LW_OK);
    assert_int_equal(core_config_add_rep(config, "bob", "any", 3, NULL, &rep), LW_OK);
    rig_open(rig, config, NULL);
    assert_int_equal(rig->now_ms, start_ms);
    rig_log_on(rig, "ada");
}

static void a_team_gets_leads_in_its_hours_and_at_their_first_moment(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    struct desk_id first = rig_publish(&rig, "a");
    rig_pass(&rig, OPEN_MS - 1);
    assert_int_equal(rig_state(&rig, first), LEAD_WAITING);
    rig_pass(&rig, 1);
    assert_string_equal(rig_owner(&rig, first), "ada");
    rig_pass(&rig, CLOSE_MS - OPEN_MS);
    struct desk_id second = rig_publish(&rig, "b");
    assert_int_equal(rig_state(&rig, second), LEAD_WAITING);
    rig_pass(&rig, AGAIN_MS - CLOSE_MS);
    rig_pass(&rig, END_MS - AGAIN_MS - 1);
    rig_close(&rig);
}

/* Nothing is known of later: better to work than to stand still. */
static void behind_its_last_hours_a_team_is_open(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    rig_pass(&rig, END_MS);
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "a")), "ada");
    rig_close(&rig);
}

static void a_restart_knows_whether_a_team_is_open(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        struct desk_rig rig;
        open_two(&rig);
        rig_pass(&rig, round == 0 ? OPEN_MS + 1 : CLOSE_MS + 1);
        rig_log_off(&rig, 101);
        uint64_t bob = rig_log_on(&rig, "bob");
        rig_set_state(&rig, bob, REP_BREAK);       /* a record that tells the time */
        struct desk_id lead = rig_publish(&rig, "a");
        struct core *twin = rig_restore(&rig, rig.record_count, &(struct core_callbacks){NULL, ignore_record, ignore_effect});
        assert_non_null(twin);
        core_free(rig_swap(&rig, twin));
        core_set_epoch(rig.core, rig.epoch + 1);
        rig_resume_service(&rig);
        rig_log_on(&rig, "ada");
        assert_string_equal(rig_owner(&rig, lead), round == 0 ? "ada" : "");
        rig_close(&rig);
    }
}

static void note_why(void *context, const struct core_candidate *candidate)
{
    if (strcmp(candidate->rep, "ada") == 0)
        snprintf(context, 32, "%s", candidate->excluded_by);
}

static void ignore_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *names, const uint8_t *levels,
                        uint32_t count, const char *because)
{
    (void)context, (void)lead, (void)rule, (void)names, (void)levels, (void)count, (void)because;
}

static void ignore_decision(void *context, const struct core_decision_view *decision)
{
    (void)context, (void)decision;
}

static void who_is_at_home_is_told_so(void **state)
{
    char why[32] = "";
    struct desk_rig rig;
    (void)state;
    open_two(&rig);
    rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_pass(&rig, OPEN_MS);
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_true(core_explain(rig.core, lead, &(struct core_explain_visitor){why, ignore_lead, ignore_decision, note_why}));
    assert_string_equal(why, "hours");             /* as it was then */
    rig_close(&rig);
}

static void hours_that_overlap_are_refused(void **state)
{
    struct core_config *config = rig_rules();
    struct config_team *team;
    (void)state;
    assert_int_equal(core_config_add_team(config, "day", &team), LW_OK);
    assert_int_equal(core_config_team_open(team, 100, 100), LW_INVALID);
    assert_int_equal(core_config_team_open(team, 100, 200), LW_OK);
    assert_int_equal(core_config_team_open(team, 200, 300), LW_INVALID);
    assert_int_equal(core_config_team_open(team, 201, 300), LW_OK);
    assert_int_equal(core_config_add_team(config, "day", &team), LW_DUPLICATE);
    core_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_team_gets_leads_in_its_hours_and_at_their_first_moment),
        cmocka_unit_test(behind_its_last_hours_a_team_is_open),
        cmocka_unit_test(a_restart_knows_whether_a_team_is_open),
        cmocka_unit_test(who_is_at_home_is_told_so),
        cmocka_unit_test(hours_that_overlap_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
