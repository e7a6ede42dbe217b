/* SPDX-License-Identifier: Apache-2.0
 *
 * Caps: so many leads an hour, a day, a day of one source.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS };

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void ignore_effect(void *context, const struct core_effect *effect)
{
    (void)context, (void)effect;
}

static const struct core_callbacks ignore_all = {NULL, ignore_record, ignore_effect};

/* ada, of the team inside, has room for all; the days of her team begin at midnight of UTC. */
static struct core_config *capped_rules(uint32_t per_hour, uint32_t per_day, const char *source, uint32_t of_source)
{
    struct core_config *config = rig_rules();
    struct config_rep *ada;
    struct config_team *inside;
    assert_int_equal(core_config_add_team(config, "inside", &inside), LW_OK);
    for (uint64_t day = 20700; day < 20900; day++)
        assert_int_equal(core_config_team_day(inside, day * DAY_MS), LW_OK);
    assert_int_equal(core_config_add_rep(config, "ada", "inside", 10, NULL, &ada), LW_OK);
    assert_int_equal(core_config_rep_caps(ada, per_hour, per_day), LW_OK);
    if (source)
        assert_int_equal(core_config_rep_cap_source(ada, source, of_source), LW_OK);
    config->channels[LW_CHANNEL_WEB].offer_timeout_ms = 3 * DAY_MS;
    config->channels[LW_CHANNEL_WEB].wait_limit_ms = 7 * DAY_MS;
    config->work_limit_ms = 30u * DAY_MS;
    return config;
}

static struct desk_id publish_from(struct desk_rig *rig, const char *source, const char *id)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .source = source});
}

static void accept(struct desk_rig *rig, uint64_t session, struct desk_id lead)
{
    assert_int_equal(rig_accept(rig, session, lead, rig_row(rig, lead).offer_number), CORE_ACCEPTED);
}

static void assigned_and_offered_leads_count_and_a_refused_one_does_not(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, capped_rules(2, 0, NULL, 0), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id first = rig_publish(&rig, "a"), second = rig_publish(&rig, "b"), third = rig_publish(&rig, "c");
    assert_int_equal(rig_state(&rig, second), LEAD_OFFERED);
    assert_int_equal(rig_state(&rig, third), LEAD_WAITING);   /* two are held out: both may come to count */
    accept(&rig, ada, first);
    rig_complete(&rig, ada, first, "1", "won");
    assert_int_equal(rig_state(&rig, third), LEAD_WAITING);   /* done is counted all the same */
    assert_int_equal(rig_decline(&rig, ada, second, 1), CORE_ACCEPTED);
    assert_string_equal(rig_owner(&rig, third), "ada");
    rig_close(&rig);
}

static void an_hour_later_the_rep_is_offered_the_next_at_once(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, capped_rules(1, 0, NULL, 0), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id first = rig_publish(&rig, "a"), second = rig_publish(&rig, "b");
    accept(&rig, ada, first);
    rig_pass(&rig, HOUR_MS - 1);
    assert_int_equal(rig_state(&rig, second), LEAD_WAITING);
    rig_pass(&rig, 5 * 60000 + 1);
    assert_string_equal(rig_owner(&rig, second), "ada");
    rig_close(&rig);
}

static void a_day_is_that_of_the_team(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, capped_rules(0, 1, NULL, 0), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id first = rig_publish(&rig, "a"), second = rig_publish(&rig, "b");
    accept(&rig, ada, first);
    uint64_t midnight_ms = (rig.now_ms / DAY_MS + 1) * DAY_MS;
    rig_pass(&rig, midnight_ms - rig.now_ms - 1);
    assert_int_equal(rig_state(&rig, second), LEAD_WAITING);
    rig_pass(&rig, 1);
    assert_string_equal(rig_owner(&rig, second), "ada");
    rig_close(&rig);
}

/* Midnight, then the end of a wait, then that of the wrap-up: all are over when the clock is read again. */
static void each_deadline_of_a_rep_has_its_turn_however_late_it_is(void **state)
{
    struct desk_rig rig;
    struct core_config *config = capped_rules(0, 1, NULL, 0);
    (void)state;
    config->channels[LW_CHANNEL_WEB].wait_limit_ms = HOUR_MS;
    config->channels[LW_CHANNEL_WEB].wrap_up_ms = 1000;
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada"), midnight_ms = (rig.now_ms / DAY_MS + 1) * DAY_MS;
    struct desk_id first = rig_publish(&rig, "a");
    accept(&rig, ada, first);
    rig_pass(&rig, midnight_ms - HOUR_MS + 300 - rig.now_ms);
    struct desk_id second = rig_publish(&rig, "b");
    rig_pass(&rig, midnight_ms - 500 - rig.now_ms);
    rig_complete(&rig, ada, first, "1", "won");
    assert_int_equal(rig_state(&rig, second), LEAD_WAITING);
    rig.now_ms = midnight_ms + 2000;
    rig_publish(&rig, "c");
    assert_int_equal(rig_state(&rig, second), LEAD_PARKED);
    rig_close(&rig);
}

static void a_cap_of_one_source_leaves_the_others_alone(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, capped_rules(0, 0, "portal", 1), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id first = publish_from(&rig, "portal", "a");
    accept(&rig, ada, first);
    struct desk_id second = publish_from(&rig, "portal", "b"), other = publish_from(&rig, "form", "c");
    assert_int_equal(rig_state(&rig, second), LEAD_WAITING);
    assert_string_equal(rig_owner(&rig, other), "ada");   /* though it came later: nobody else stands in its way */
    rig_pass(&rig, (rig.now_ms / DAY_MS + 1) * DAY_MS - rig.now_ms);
    assert_string_equal(rig_owner(&rig, second), "ada");
    rig_close(&rig);
}

static void new_rules_may_cap_a_source_whose_leads_wait_already(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, capped_rules(1, 0, NULL, 0), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    accept(&rig, ada, publish_from(&rig, "portal", "a"));
    struct desk_id second = publish_from(&rig, "portal", "b"), third = publish_from(&rig, "portal", "c");
    rig_apply(&rig, capped_rules(0, 0, "portal", 1));   /* of which none was counted as such */
    assert_string_equal(rig_owner(&rig, second), "ada");
    assert_int_equal(rig_state(&rig, third), LEAD_WAITING);
    rig_apply(&rig, capped_rules(9, 0, NULL, 0));
    assert_string_equal(rig_owner(&rig, third), "ada");
    rig_close(&rig);
}

struct asked { char by[16], detail[64], because[200]; };

static void hear_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *names, const uint8_t *levels,
                      uint32_t count, const char *because)
{
    struct asked *asked = context;
    (void)lead, (void)rule, (void)names, (void)levels, (void)count;
    snprintf(asked->because, sizeof asked->because, "%s", because);
}

static void hear_decision(void *context, const struct core_decision_view *decision)
{
    (void)context, (void)decision;
}

static void hear_candidate(void *context, const struct core_candidate *candidate)
{
    struct asked *asked = context;
    if (strcmp(candidate->rep, "ada") != 0)
        return;
    snprintf(asked->by, sizeof asked->by, "%s", candidate->excluded_by);
    snprintf(asked->detail, sizeof asked->detail, "%s", candidate->detail);
}

static void assert_told(struct desk_rig *rig, struct desk_id lead, const char *detail)
{
    struct asked asked = {.by = ""};
    assert_true(core_explain(rig->core, lead, &(struct core_explain_visitor){&asked, hear_lead, hear_decision, hear_candidate}));
    assert_string_equal(asked.by, "cap");
    assert_string_equal(asked.detail, detail);
}

static void explanations_name_the_cap(void **state)
{
    static const struct { uint32_t per_hour, per_day; const char *source, *detail; } cases[] = {
        {1, 0, NULL, "1 per hour"}, {0, 1, NULL, "1 per day"}, {0, 0, "portal", "1 per day of portal"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk_rig rig;
        struct core_config *config = capped_rules(cases[i].per_hour, cases[i].per_day, cases[i].source, 1);
        rig_add_rep(config, "bob", 1, NULL, NULL, 0);
        rig_open(&rig, config, NULL);
        uint64_t ada = rig_log_on(&rig, "ada");
        accept(&rig, ada, publish_from(&rig, "portal", "a"));
        rig_log_on(&rig, "bob");
        struct desk_id second = publish_from(&rig, "portal", "b"), third = publish_from(&rig, "portal", "c");
        assert_string_equal(rig_owner(&rig, second), "bob");
        assert_told(&rig, second, cases[i].detail);
        struct asked asked = {.by = ""};
        assert_true(core_explain(rig.core, third, &(struct core_explain_visitor){&asked, hear_lead, hear_decision, hear_candidate}));
        assert_non_null(strstr(asked.because, "1 at a cap"));
        rig_close(&rig);
    }
}

/* A restarted broker knows what counted, and decides as its twin that was not. */
static void a_restart_forgets_no_count(void **state)
{
    static const struct { uint32_t per_hour, per_day; const char *source; } cases[] = {{2, 0, NULL}, {0, 2, NULL}, {0, 0, "portal"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk_rig rig;
        rig_open(&rig, capped_rules(cases[i].per_hour, cases[i].per_day, cases[i].source, 2), NULL);
        uint64_t ada = rig_log_on(&rig, "ada");
        accept(&rig, ada, publish_from(&rig, "portal", "a"));
        struct desk_id open = publish_from(&rig, "portal", "b");
        assert_int_equal(rig_state(&rig, open), LEAD_OFFERED);
        rig_lose(&rig, ada);
        struct core *twin = rig_restore(&rig, rig.record_count, &ignore_all);
        assert_non_null(twin);
        core_check_invariants(twin);
        assert_int_equal(core_state_hash(twin), core_state_hash(rig.core));
        core_free(rig_swap(&rig, twin));
        core_set_epoch(rig.core, rig.epoch + 1);
        rig_resume_service(&rig);
        ada = rig_log_on(&rig, "ada");
        accept(&rig, ada, open);
        struct desk_id third = publish_from(&rig, "portal", "c");
        assert_int_equal(rig_state(&rig, third), LEAD_WAITING);
        rig_pass(&rig, DAY_MS);
        assert_string_equal(rig_owner(&rig, third), "ada");
        rig_close(&rig);
    }
}

static void rules_without_the_cap_forget_what_counted(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, capped_rules(1, 0, NULL, 0), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    accept(&rig, ada, rig_publish(&rig, "a"));
    struct core_config *free_rules = rig_rules();
    rig_add_rep(free_rules, "ada", 1, NULL, NULL, 0);
    rig_apply(&rig, free_rules);
    rig_apply(&rig, capped_rules(1, 0, NULL, 0));
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "b")), "ada");
    rig_lose(&rig, ada);
    struct core *twin = rig_restore(&rig, rig.record_count, &ignore_all);
    assert_non_null(twin);
    assert_int_equal(core_state_hash(twin), core_state_hash(rig.core));
    core_free(twin);
    rig_close(&rig);
}

static void bad_caps_are_refused(void **state)
{
    char reason[256];
    struct core_config *config = capped_rules(0, 1, NULL, 0);
    (void)state;
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_OK);
    config->teams[0].day_count = 0;
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
    assert_string_equal(reason, "rep 'ada': a cap of a day needs a team that says when days begin");
    core_config_free(config);
    config = capped_rules(CONFIG_CAP_MAX + 1, 0, NULL, 0);
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
    core_config_free(config);
    config = capped_rules(1, 0, "portal", 0);
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
    assert_int_equal(core_config_rep_cap_source(&config->reps[0], "portal", 1), LW_DUPLICATE);
    assert_int_equal(core_config_team_day(&config->teams[0], 1), LW_INVALID);
    core_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(assigned_and_offered_leads_count_and_a_refused_one_does_not),
        cmocka_unit_test(an_hour_later_the_rep_is_offered_the_next_at_once),
        cmocka_unit_test(a_day_is_that_of_the_team),
        cmocka_unit_test(each_deadline_of_a_rep_has_its_turn_however_late_it_is),
        cmocka_unit_test(a_cap_of_one_source_leaves_the_others_alone),
        cmocka_unit_test(new_rules_may_cap_a_source_whose_leads_wait_already),
        cmocka_unit_test(explanations_name_the_cap),
        cmocka_unit_test(a_restart_forgets_no_count),
        cmocka_unit_test(rules_without_the_cap_forget_what_counted),
        cmocka_unit_test(bad_caps_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
