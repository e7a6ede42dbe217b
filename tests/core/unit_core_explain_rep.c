/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a rep got nothing.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "core_explain.h"
#include "desk_rig.h"

enum { HEARD_MAX = CORE_REP_DECISIONS_MAX + 1 };

struct heard {
    struct { char rep[32], excluded_by[32], detail[64], decided_by[32], keys[64], chosen_keys[64]; bool mine, complete; enum core_cause outcome; } decisions[HEARD_MAX];
    struct { char excluded_by[32], detail[64]; uint32_t count; } waiting[CORE_REP_WAITING_MAX];
    uint32_t decision_count, waiting_count;
    uint64_t from_ms;
};

static void hear_decision(void *context, const struct core_rep_decision *told)
{
    struct heard *heard = context;
    uint32_t at = heard->decision_count++;
    assert_true(at < HEARD_MAX);
    snprintf(heard->decisions[at].rep, 32, "%s", told->rep);
    snprintf(heard->decisions[at].excluded_by, 32, "%s", told->excluded_by);
    snprintf(heard->decisions[at].detail, 64, "%s", told->detail);
    snprintf(heard->decisions[at].decided_by, 32, "%s", told->decided_by);
    snprintf(heard->decisions[at].keys, 64, "%s", told->keys);
    snprintf(heard->decisions[at].chosen_keys, 64, "%s", told->chosen_keys);
    heard->decisions[at].mine = told->is_mine;
    heard->decisions[at].complete = told->complete;
    heard->decisions[at].outcome = told->outcome;
}

static void hear_waiting(void *context, const struct core_rep_waiting *told)
{
    struct heard *heard = context;
    uint32_t at = heard->waiting_count++;
    assert_true(at < CORE_REP_WAITING_MAX);
    snprintf(heard->waiting[at].excluded_by, 32, "%s", told->excluded_by);
    snprintf(heard->waiting[at].detail, 64, "%s", told->detail);
    heard->waiting[at].count = told->count;
}

static struct heard heard;

static bool ask(struct desk_rig *rig, const char *rep, uint64_t since_ms)
{
    const struct core_explain_rep_visitor visitor = {&heard, hear_decision, hear_waiting};
    memset(&heard, 0, sizeof heard);
    return core_explain_rep(rig->core, (struct core_text){rep, (uint32_t)strlen(rep)}, since_ms, &visitor, &heard.from_ms);
}

static void each_decision_is_told_as_the_rep_saw_it(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rule(config, "italy", 10, "language", "it", "italian", 5);
    rig_add_rep(config, "ada", 2, NULL, NULL, 0);
    rig_add_rep(config, "bob", 4, NULL, "italian", 9);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada"), start_ms = core_now_ms(rig.core);
    rig_pass(&rig, 1000);
    uint64_t bob = rig_log_on(&rig, "bob");
    rig_publish(&rig, "a");                                                             /* ada: longer idle */
    rig_publish(&rig, "b");                                                             /* bob: 0 of 4 before 1 of 2 */
    struct desk_id call = rig_publish_lead(&rig, &(struct rig_lead){.id = "c", .fields = {{"language", "it"}}});   /* bob: italian */
    rig_pass(&rig, 1000);
    rig_set_state(&rig, ada, REP_BREAK);
    struct desk_id last = rig_publish(&rig, "d");                                       /* bob: ada has a break */
    rig_accept(&rig, bob, call, 1);
    rig_complete(&rig, bob, call, "1", "won");
    rig_set_state(&rig, ada, REP_AVAILABLE);
    (void)last;
    assert_true(ask(&rig, "ada", start_ms));
    assert_int_equal(heard.decision_count, 4);
    assert_int_equal(heard.from_ms, start_ms);
    for (uint32_t i = 0; i < 4; i++)
        assert_true(heard.decisions[i].complete);
    assert_string_equal(heard.decisions[0].excluded_by, "break");
    assert_string_equal(heard.decisions[1].excluded_by, "skill");
    assert_string_equal(heard.decisions[1].detail, "italian 0, needs 5");
    assert_int_equal(heard.decisions[1].outcome, CAUSE_ACCEPTED);
    assert_string_equal(heard.decisions[2].excluded_by, "");
    assert_string_equal(heard.decisions[2].decided_by, "load");
    assert_string_equal(heard.decisions[2].keys, "load 1 of 2; idle 1 s");
    assert_string_equal(heard.decisions[2].chosen_keys, "load 0 of 4; idle 0 s");
    assert_true(heard.decisions[3].mine);
    assert_true(ask(&rig, "bob", start_ms));
    assert_string_equal(heard.decisions[3].decided_by, "idle");
    assert_true(heard.decisions[0].mine && heard.decisions[1].mine && heard.decisions[2].mine);
    assert_false(ask(&rig, "cleo", start_ms));
    assert_true(ask(&rig, "ada", core_now_ms(rig.core) + 1));
    assert_int_equal(heard.decision_count, 0);
    rig_close(&rig);
}

static void what_waits_is_counted_by_what_keeps_the_rep_from_it(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rule(config, "italy", 10, "language", "it", "italian", 5);
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_add_rep(config, "bob", 1, NULL, "italian", 9);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id refused = rig_publish(&rig, "a");
    rig_decline(&rig, ada, refused, 1);
    rig_publish(&rig, "b");
    rig_publish(&rig, "c");
    rig_publish_lead(&rig, &(struct rig_lead){.id = "d", .fields = {{"language", "it"}}});
    rig_publish_lead(&rig, &(struct rig_lead){.id = "e", .fields = {{"language", "it"}}});
    assert_true(ask(&rig, "ada", 0));
    assert_int_equal(heard.waiting_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        bool is_skill = strcmp(heard.waiting[i].excluded_by, "skill") == 0;
        assert_int_equal(heard.waiting[i].count, is_skill ? 2 : 1);
        assert_true(is_skill || strcmp(heard.waiting[i].excluded_by, "capacity") == 0 || strcmp(heard.waiting[i].excluded_by, "declined_before") == 0);
    }
    assert_true(ask(&rig, "bob", 0));
    assert_string_equal(heard.waiting[0].excluded_by, "offline");
    assert_int_equal(heard.waiting[0].count, 4);
    rig_close(&rig);
}

/* Not more than a bound is told, and since when. */
static void more_than_the_bound_is_admitted(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", CORE_REP_DECISIONS_MAX + 8, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    uint64_t start_ms = core_now_ms(rig.core);
    for (int i = 0; i < CORE_REP_DECISIONS_MAX + 5; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        rig_publish(&rig, id);
        rig_pass(&rig, 1);
    }
    assert_true(ask(&rig, "ada", start_ms));
    assert_int_equal(heard.decision_count, CORE_REP_DECISIONS_MAX);
    assert_int_equal(heard.from_ms, start_ms + 5);
    rig_close(&rig);
}

static void other_rules_since_are_admitted(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules(), *later = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_add_rep(config, "bob", 1, NULL, NULL, 0);
    rig_add_rep(later, "ada", 1, NULL, NULL, 0);
    rig_add_rep(later, "bob", 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_publish(&rig, "a");
    rig_apply(&rig, later);
    assert_true(ask(&rig, "bob", 0));
    assert_int_equal(heard.decision_count, 1);
    assert_false(heard.decisions[0].complete);
    assert_string_equal(heard.decisions[0].rep, "ada");
    assert_string_equal(heard.decisions[0].excluded_by, "");
    assert_true(ask(&rig, "ada", 0));
    assert_true(heard.decisions[0].mine && heard.decisions[0].complete);
    rig_close(&rig);
}

static void expect_today(struct desk_rig *rig, const char *rep, struct core_rep_today want)
{
    struct core_rep_today told;
    assert_true(core_rep_today(rig->core, (struct core_text){rep, (uint32_t)strlen(rep)}, &told));
    assert_int_equal(told.since_ms, want.since_ms);
    assert_int_equal(told.offered, want.offered);
    assert_int_equal(told.accepted, want.accepted);
    assert_int_equal(told.declined, want.declined);
    assert_int_equal(told.missed, want.missed);
    assert_int_equal(told.completed, want.completed);
}

/* Of each rep their own, and since midnight. */
static void a_reps_day_is_counted_and_begins_anew_at_midnight(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    struct core_rep_today nobody;
    (void)state;
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_add_rep(config, "bob", 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    const uint64_t midnight_ms = core_now_ms(rig.core);
    core_set_day(rig.core, midnight_ms);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id first = rig_publish(&rig, "a");
    rig_decline(&rig, ada, first, 1);
    struct desk_id second = rig_publish(&rig, "b");
    rig_accept(&rig, ada, second, 1);
    uint64_t bob = rig_log_on(&rig, "bob");                     /* is offered what ada declined */
    rig_accept(&rig, bob, first, 2);
    rig_complete(&rig, bob, first, "1", "won");
    expect_today(&rig, "ada", (struct core_rep_today){.since_ms = midnight_ms, .offered = 2, .accepted = 1, .declined = 1});
    expect_today(&rig, "bob", (struct core_rep_today){.since_ms = midnight_ms, .offered = 1, .accepted = 1, .completed = 1});
    core_set_day(rig.core, midnight_ms + 60000);
    expect_today(&rig, "ada", (struct core_rep_today){.since_ms = midnight_ms + 60000});
    rig_complete(&rig, ada, second, "2", "won");                /* accepted yesterday */
    expect_today(&rig, "ada", (struct core_rep_today){.since_ms = midnight_ms + 60000, .completed = 1});
    rig_log_off(&rig, bob);
    struct desk_id third = rig_publish(&rig, "c");
    while (rig_state(&rig, third) == LEAD_OFFERED || rig_state(&rig, third) == LEAD_WAITING) {
        struct core_rep_today told;
        rig_pass(&rig, 1000);
        core_rep_today(rig.core, (struct core_text){"ada", 3}, &told);
        if (told.missed > 0)
            break;
    }
    expect_today(&rig, "ada", (struct core_rep_today){.since_ms = midnight_ms + 60000, .offered = 1, .missed = 1, .completed = 1});
    assert_false(core_rep_today(rig.core, (struct core_text){"cleo", 4}, &nobody));
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_decision_is_told_as_the_rep_saw_it),
        cmocka_unit_test(what_waits_is_counted_by_what_keeps_the_rep_from_it),
        cmocka_unit_test(more_than_the_bound_is_admitted),
        cmocka_unit_test(other_rules_since_are_admitted),
        cmocka_unit_test(a_reps_day_is_counted_and_begins_anew_at_midnight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
