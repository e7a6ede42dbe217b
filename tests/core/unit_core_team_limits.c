/* SPDX-License-Identifier: Apache-2.0
 *
 * How many leads of a day a whole team gets at most.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS };

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size) { (void)context; (void)kind; (void)bytes; (void)size; }
static void ignore_effect(void *context, const struct core_effect *effect) { (void)context; (void)effect; }
static const struct core_callbacks ignore_all = {NULL, ignore_record, ignore_effect};

/* Two reps of an agency, which gets so many leads of the day that is. No others are there. */
static struct core_config *rules_of_agency(uint32_t daily_cap, uint32_t daily_share)
{
    struct core_config *config = rig_rules();
    struct config_team *agency;
    struct config_rep *rep;
    assert_int_equal(core_config_add_team(config, "agency", &agency), LW_OK);
    agency->daily_cap = daily_cap;
    agency->daily_share = daily_share;
    assert_int_equal(core_config_team_day(agency, 1), LW_OK);
    assert_int_equal(core_config_add_rep(config, "ada", "agency", 100, NULL, &rep), LW_OK);
    assert_int_equal(core_config_add_rep(config, "bob", "agency", 100, NULL, &rep), LW_OK);
    return config;
}

static uint32_t waiting_of(struct desk_rig *rig, const struct desk_id *leads, uint32_t count)
{
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < count; i++)
        waiting += rig_state(rig, leads[i]) == LEAD_WAITING;
    return waiting;
}

static void publish_some(struct desk_rig *rig, struct desk_id *leads, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        char id[16];
        snprintf(id, sizeof id, "lead-%u", i);
        leads[i] = rig_publish(rig, id);
    }
}

static uint64_t whose(struct desk_rig *rig, struct desk_id lead, uint64_t ada, uint64_t bob)
{
    return strcmp(rig_owner(rig, lead), "ada") == 0 ? ada : bob;
}

static void what_is_offered_counts_and_what_comes_back_does_not(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[4];
    (void)state;
    rig_open(&rig, rules_of_agency(2, 0), NULL);
    uint64_t ada = rig_log_on(&rig, "ada"), bob = rig_log_on(&rig, "bob");
    publish_some(&rig, leads, 4);
    assert_int_equal(waiting_of(&rig, leads, 4), 2);
    assert_int_equal(rig_accept(&rig, whose(&rig, leads[0], ada, bob), leads[0], 1), CORE_ACCEPTED);
    assert_int_equal(waiting_of(&rig, leads, 4), 2);
    assert_int_equal(rig_decline(&rig, whose(&rig, leads[1], ada, bob), leads[1], 1), CORE_ACCEPTED);
    assert_int_equal(waiting_of(&rig, leads, 4), 2);   /* another rep of the team, or another lead: one of the two */
    rig_log_off(&rig, ada);
    rig_log_off(&rig, bob);
    assert_int_equal(waiting_of(&rig, leads + 1, 3), 3);
    rig_log_on(&rig, "ada");
    assert_int_equal(waiting_of(&rig, leads + 1, 3), 2);   /* one has counted, whoever has it */
    rig_close(&rig);
}

static void the_day_begins_anew(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[3];
    struct core_config *config = rules_of_agency(1, 0);
    (void)state;
    for (int i = 0; i < LW_CHANNEL_COUNT; i++)
        config->channels[i].wait_limit_ms = 2 * DAY_MS;
    config->work_limit_ms = 4u * DAY_MS;
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    publish_some(&rig, leads, 3);
    assert_int_equal(rig_accept(&rig, ada, leads[0], 1), CORE_ACCEPTED);
    assert_int_equal(waiting_of(&rig, leads, 3), 2);
    rig_pass(&rig, DAY_MS - (rig.now_ms - 1) % DAY_MS - 1);
    assert_int_equal(waiting_of(&rig, leads, 3), 2);
    rig_pass(&rig, 1);
    assert_int_equal(waiting_of(&rig, leads, 3), 1);
    rig_close(&rig);
}

/* At most so many of a hundred that the desk takes in, rounded down. */
static void the_share_is_of_what_the_desk_takes_in(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[40];
    (void)state;
    rig_open(&rig, rules_of_agency(0, 30), NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    for (uint32_t i = 0; i < 40; i++) {
        char id[16];
        snprintf(id, sizeof id, "lead-%u", i);
        leads[i] = rig_publish(&rig, id);
        assert_int_equal(i + 1 - waiting_of(&rig, leads, i + 1), (i + 1) * 30 / 100);
    }
    rig_close(&rig);
}

static void a_test_is_not_taken_in(void **state)
{
    struct desk_rig rig;
    struct desk_id lead;
    (void)state;
    rig_open(&rig, rules_of_agency(0, 50), NULL);
    rig_log_on(&rig, "ada");
    rig_publish_lead(&rig, &(struct rig_lead){.id = "test", .channel = LW_CHANNEL_WEB, .is_test = true});
    lead = rig_publish(&rig, "a");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_publish(&rig, "b");
    assert_int_equal(rig_state(&rig, lead), LEAD_OFFERED);
    rig_close(&rig);
}

static void go_on_with(struct desk_rig *rig, struct core *twin)
{
    assert_non_null(twin);
    core_free(rig_swap(rig, twin));
    core_set_epoch(rig->core, rig->epoch + 1);
    rig_resume_service(rig);
    rig_log_on(rig, "ada");
}

/* A restart in any place: what follows is the same. */
static void counts_live_through_a_restart(void **state)
{
    (void)state;
    for (uint32_t before = 0; before <= 6; before++) {
        struct desk_rig rig;
        struct desk_id leads[7];
        rig_open(&rig, rules_of_agency(2, 40), NULL);
        uint64_t ada = rig_log_on(&rig, "ada");
        publish_some(&rig, leads, before);
        for (uint32_t i = 0; i < before; i++) {
            if (rig_state(&rig, leads[i]) == LEAD_OFFERED)
                assert_int_equal(rig_accept(&rig, ada, leads[i], 1), CORE_ACCEPTED);
        }
        struct core *twin = rig_restore(&rig, rig.record_count, &ignore_all);
        go_on_with(&rig, twin);
        for (uint32_t i = before; i < 7; i++) {
            char id[16];
            snprintf(id, sizeof id, "later-%u", i);
            leads[i] = rig_publish(&rig, id);
        }
        assert_int_equal(7 - waiting_of(&rig, leads, 7), 2);
        rig_close(&rig);
    }
}

static void rules_without_the_limit_forget(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[3];
    (void)state;
    rig_open(&rig, rules_of_agency(1, 0), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    publish_some(&rig, leads, 3);
    assert_int_equal(rig_accept(&rig, ada, leads[0], 1), CORE_ACCEPTED);
    assert_int_equal(rig_apply(&rig, rules_of_agency(2, 0)), CORE_ACCEPTED);
    assert_int_equal(waiting_of(&rig, leads, 3), 1);   /* the one counts on */
    assert_int_equal(rig_apply(&rig, rules_of_agency(0, 0)), CORE_ACCEPTED);
    assert_int_equal(waiting_of(&rig, leads, 3), 0);
    assert_int_equal(rig_apply(&rig, rules_of_agency(3, 0)), CORE_ACCEPTED);
    struct core *twin = rig_restore(&rig, rig.record_count, &ignore_all);
    go_on_with(&rig, twin);   /* nor does a restart find it again */
    struct desk_id more = rig_publish(&rig, "more"), last = rig_publish(&rig, "last");
    assert_int_equal(rig_state(&rig, more), LEAD_OFFERED);
    assert_int_equal(rig_state(&rig, last), LEAD_WAITING);
    rig_close(&rig);
}

static void a_limit_needs_days(void **state)
{
    struct core_config *config = rules_of_agency(1, 0);
    char reason[256];
    (void)state;
    config->teams[0].day_count = 0;
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
    assert_string_equal(reason, "team 'agency': a daily cap or share needs to know when days begin");
    config->teams[0].day_count = 1;
    config->teams[0].daily_share = 100;
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
    assert_string_equal(reason, "team 'agency': a daily cap must be at most 1000000 leads, a daily share at most 99 in a hundred");
    core_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_offered_counts_and_what_comes_back_does_not),
        cmocka_unit_test(the_day_begins_anew),
        cmocka_unit_test(the_share_is_of_what_the_desk_takes_in),
        cmocka_unit_test(a_test_is_not_taken_in),
        cmocka_unit_test(counts_live_through_a_restart),
        cmocka_unit_test(rules_without_the_limit_forget),
        cmocka_unit_test(a_limit_needs_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
