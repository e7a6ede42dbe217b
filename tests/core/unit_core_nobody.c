/* SPDX-License-Identifier: Apache-2.0
 *
 * Nobody there: who is told, once, and what a caller hears.
 */
#include <stdlib.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { AFTER_MS = 60000, HOUR_MS = 3600000 };

/* Ada, who speaks Italian, is inside; Bob has no hours. All kinds are told after a minute. */
static struct core_config *rules(void)
{
    struct core_config *config = rig_rules();
    rig_add_rep(config, "ada", 1, NULL, "italian", 5);
    for (int kind = NOBODY_CLOSED; kind < NOBODY_KINDS; kind++) {
        assert_int_equal(core_config_tell_nobody(config, (enum core_nobody)kind, AFTER_MS), LW_OK);
        assert_int_equal(core_config_nobody_address(config, (enum core_nobody)kind, "boss"), LW_OK);
    }
    return config;
}

static uint32_t count_told(const struct desk_rig *rig, enum core_nobody kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < rig_told_count(rig, EFFECT_DESK_EVENT, 0); i++) {
        const struct core_effect *event = rig_told(rig, EFFECT_DESK_EVENT, 0, i);
        count += event->cause == CAUSE_NOBODY_THERE && event->nobody == kind;
    }
    return count;
}

static const char *heard(struct desk_rig *rig, struct desk_id lead)
{
    rig_step(rig, &(struct core_command){.kind = COMMAND_QUERY, .session = 1, .query = {.lead = lead}});
    return core_nobody_word(rig_told(rig, EFFECT_QUERY_REPLY, 1, 0)->nobody);
}

static void restart(struct desk_rig *rig)
{
    struct core *restored = rig_restore(rig, rig->record_count, &(struct core_callbacks){0});
    assert_non_null(restored);
    core_free(rig_swap(rig, restored));
    core_set_epoch(rig->core, ++rig->epoch);
    rig_resume_service(rig);
}

static void nobody_logged_on_is_told_once_after_its_time(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    rig_pass(&rig, 10 * AFTER_MS);                      /* nothing waits: nobody is needed */
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 0);
    struct desk_id lead = rig_publish(&rig, "a");
    assert_string_equal(heard(&rig, lead), "no_rep");
    rig_pass(&rig, AFTER_MS - 1);
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 0);
    rig_pass(&rig, 1);
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 1);
    const struct core_effect *event = rig_told(&rig, EFFECT_DESK_EVENT, 0, 0);
    assert_int_equal(event->waiting, 1);
    assert_int_equal(event->tell_count, 1);
    assert_string_equal(event->tell[0], "boss");
    rig_publish(&rig, "b");
    rig_pass(&rig, 10 * AFTER_MS);
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 0);
    rig_close(&rig);
}

static void it_is_told_again_after_somebody_was_there(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    rig_publish(&rig, "a");
    rig_pass(&rig, AFTER_MS);
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 1);
    uint64_t ada = rig_log_on(&rig, "ada");
    rig_log_off(&rig, ada);
    rig_pass(&rig, AFTER_MS - 1);
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 0);
    rig_pass(&rig, 1);
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 1);
    rig_close(&rig);
}

static void all_full_is_another_kind_which_a_break_of_waiting_begins_anew(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id first = rig_publish(&rig, "a"), second = rig_publish(&rig, "b");
    rig_accept(&rig, ada, first, 1);
    assert_string_equal(heard(&rig, second), "busy");
    rig_pass(&rig, AFTER_MS - 1);
    rig_cancel(&rig, second);
    struct desk_id third = rig_publish(&rig, "c");
    rig_pass(&rig, AFTER_MS - 1);
    assert_int_equal(count_told(&rig, NOBODY_BUSY), 0);
    rig_pass(&rig, 1);
    assert_int_equal(count_told(&rig, NOBODY_BUSY), 1);
    rig_complete(&rig, ada, first, "1", "won");         /* who is free gets the next at once: still busy, and told */
    assert_string_equal(rig_owner(&rig, third), "ada");
    rig_publish(&rig, "d");
    rig_pass(&rig, 30000);
    assert_int_equal(count_told(&rig, NOBODY_BUSY), 0);
    rig_close(&rig);
}

static void out_of_hours_is_closed_until_they_begin(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules();
    struct config_team *team;
    (void)state;
    rig_open(&rig, rules(), NULL);
    uint64_t open_ms = rig.now_ms + HOUR_MS;
    assert_int_equal(core_config_add_team(config, "inside", &team), LW_OK);
    assert_int_equal(core_config_team_open(team, open_ms, open_ms + HOUR_MS), LW_OK);
    free(config->reps[0].team);
    config->reps[0].team = strdup("inside");
    assert_int_equal(rig_apply(&rig, config), CORE_ACCEPTED);
    (void)rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    assert_string_equal(heard(&rig, lead), "closed");
    rig_pass(&rig, AFTER_MS);
    assert_int_equal(count_told(&rig, NOBODY_CLOSED), 1);
    rig_pass(&rig, HOUR_MS - AFTER_MS);
    assert_int_equal(count_told(&rig, NOBODY_CLOSED), 0);
    assert_string_equal(rig_owner(&rig, lead), "ada");
    rig_close(&rig);
}

static void a_restart_tells_neither_twice_nor_never(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    rig_publish(&rig, "a");
    rig_pass(&rig, AFTER_MS / 2);
    restart(&rig);
    rig_pass(&rig, AFTER_MS / 2);
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 1);
    restart(&rig);
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 0);
    rig_pass(&rig, 10 * AFTER_MS);
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 0);
    rig_close(&rig);
}

/* Who may be back any moment is there. */
static void a_lost_connection_is_nobody_only_after_its_grace(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules();
    (void)state;
    config->grace_ms = 15000;
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    rig_lose(&rig, ada);
    struct desk_id lead = rig_publish(&rig, "a");
    assert_string_equal(heard(&rig, lead), "");
    rig_pass(&rig, 15000);
    assert_string_equal(heard(&rig, lead), "no_rep");
    rig_pass(&rig, AFTER_MS - 1);
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 0);
    rig_pass(&rig, 1);
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 1);
    rig_close(&rig);
}

/* A caller hears what is so for a lead like theirs, whoever else is free. */
static void what_a_caller_hears_is_of_those_who_could_take_it(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules();
    (void)state;
    rig_add_rep(config, "bob", 1, NULL, NULL, 0);
    rig_add_rule(config, "italian", 0, "language", "it", "italian", 3);
    rig_open(&rig, config, NULL);
    (void)rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .fields = {{"language", "it"}}});
    assert_string_equal(heard(&rig, lead), "no_rep");
    rig_pass(&rig, 10 * AFTER_MS);
    assert_int_equal(count_told(&rig, NOBODY_NO_REP), 0);   /* of the desk, where bob is there */
    rig_close(&rig);
}

static void assert_refused(const struct core_config *config, const char *said)
{
    char reason[200];
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
    assert_string_equal(reason, said);
}

static void rules_that_tell_nobody_are_refused(void **state)
{
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    assert_int_equal(core_config_tell_nobody(config, NOBODY_KINDS, AFTER_MS), LW_NOT_FOUND);
    assert_int_equal(core_config_tell_nobody(config, NOBODY_BUSY, 999), LW_OK);
    assert_int_equal(core_config_tell_nobody(config, NOBODY_BUSY, 999), LW_DUPLICATE);
    assert_refused(config, "nobody there, busy: it is told after 1 second to 24 hours");
    config->nobody_there.after_ms[NOBODY_BUSY] = 1000;
    assert_refused(config, "nobody there, busy: there is nobody to tell");
    assert_int_equal(core_config_nobody_address(config, NOBODY_BUSY, ""), LW_OK);
    assert_refused(config, "nobody there, busy: address 1 must have 1 to 128 bytes");
    core_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_logged_on_is_told_once_after_its_time),
        cmocka_unit_test(it_is_told_again_after_somebody_was_there),
        cmocka_unit_test(all_full_is_another_kind_which_a_break_of_waiting_begins_anew),
        cmocka_unit_test(out_of_hours_is_closed_until_they_begin),
        cmocka_unit_test(a_restart_tells_neither_twice_nor_never),
        cmocka_unit_test(a_lost_connection_is_nobody_only_after_its_grace),
        cmocka_unit_test(what_a_caller_hears_is_of_those_who_could_take_it),
        cmocka_unit_test(rules_that_tell_nobody_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
