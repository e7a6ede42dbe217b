/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this rep, and why not the others.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { HEARD_MAX = 16, CANDIDATES_MAX = 16 };

struct heard {
    struct core_effect lead;
    char because[300], rule[64];
    uint32_t require_count;
    struct { struct core_decision_view view; uint32_t first, count; } decisions[HEARD_MAX];
    uint32_t decision_count;
    struct { char rep[32], excluded_by[32], detail[64]; uint32_t rank; bool chosen; } candidates[HEARD_MAX * CANDIDATES_MAX];
    uint32_t candidate_count;
};

static void hear_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *names,
                      const uint8_t *levels, uint32_t require_count, const char *because)
{
    struct heard *heard = context;
    (void)names, (void)levels;
    heard->lead = *lead;
    heard->require_count = require_count;
    snprintf(heard->because, sizeof heard->because, "%s", because);
    snprintf(heard->rule, sizeof heard->rule, "%s", rule);
}

static void hear_decision(void *context, const struct core_decision_view *decision)
{
    struct heard *heard = context;
    assert_true(heard->decision_count < HEARD_MAX);
    heard->decisions[heard->decision_count].view = *decision;
    heard->decisions[heard->decision_count].first = heard->candidate_count;
    heard->decisions[heard->decision_count++].count = 0;
}

static void hear_candidate(void *context, const struct core_candidate *candidate)
{
    struct heard *heard = context;
    uint32_t at = heard->candidate_count++;
    assert_true(at < HEARD_MAX * CANDIDATES_MAX && heard->decision_count > 0);
    heard->decisions[heard->decision_count - 1].count++;
    snprintf(heard->candidates[at].rep, 32, "%s", candidate->rep);
    snprintf(heard->candidates[at].excluded_by, 32, "%s", candidate->excluded_by);
    snprintf(heard->candidates[at].detail, 64, "%s", candidate->detail);
    heard->candidates[at].rank = candidate->rank;
    heard->candidates[at].chosen = candidate->chosen;
}

static bool explain(struct desk_rig *rig, struct desk_id lead, struct heard *heard)
{
    const struct core_explain_visitor visitor = {heard, hear_lead, hear_decision, hear_candidate};
    memset(heard, 0, sizeof *heard);
    return core_explain(rig->core, lead, &visitor);
}

static const char *why_not(const struct heard *heard, uint32_t decision, const char *rep)
{
    for (uint32_t i = 0; i < heard->decisions[decision].count; i++) {
        uint32_t at = heard->decisions[decision].first + i;
        if (strcmp(heard->candidates[at].rep, rep) == 0)
            return heard->candidates[at].excluded_by;
    }
    return "not told";
}

static void assert_chosen_is_first(const struct heard *heard, uint32_t decision, const char *rep)
{
    uint32_t first = heard->decisions[decision].first;
    assert_true(heard->decisions[decision].view.complete);
    assert_string_equal(heard->candidates[first].rep, rep);
    assert_int_equal(heard->candidates[first].rank, 1);
    assert_true(heard->candidates[first].chosen);
}

static void each_rep_is_told_the_first_rule_that_excluded_him(void **state)
{
    struct heard heard;
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    static const char *const names[] = {"off", "pause", "unable", "mute", "full", "best", "good"};
    (void)state;
    config->channels[LW_CHANNEL_PHONE].weight = 2;
    rig_add_rule(config, "italy", 10, "language", "it", "italian", 5);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        rig_add_rep(config, names[i], i == 4 ? 1 : 3, i == 3 ? NULL : "+39", "italian", i == 2 ? 4 : 5);
    rig_open(&rig, config, NULL);
    for (size_t i = 1; i < sizeof names / sizeof *names; i++) {
        uint64_t session = rig_log_on(&rig, names[i]);
        rig_pass(&rig, 1000);
        if (i == 1)
            rig_set_state(&rig, session, REP_BREAK);
    }
    struct desk_id call = rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .channel = LW_CHANNEL_PHONE, .fields = {{"language", "it"}}});
    rig_pass(&rig, 3000);
    rig_log_on(&rig, "off");                     /* what comes after changes nothing */
    assert_true(explain(&rig, call, &heard));
    assert_string_equal(heard.rule, "italy");
    assert_int_equal(heard.require_count, 1);
    assert_int_equal(heard.decision_count, 1);
    assert_chosen_is_first(&heard, 0, "best");
    assert_int_equal(heard.decisions[0].view.considered, 7);
    assert_int_equal(heard.decisions[0].view.eligible, 2);
    assert_int_equal(heard.decisions[0].view.config_version, 1);
    assert_string_equal(heard.decisions[0].view.policy, "least_loaded");
    assert_string_equal(why_not(&heard, 0, "off"), "offline");
    assert_string_equal(why_not(&heard, 0, "pause"), "break");
    assert_string_equal(why_not(&heard, 0, "unable"), "skill");
    assert_string_equal(why_not(&heard, 0, "mute"), "device");
    assert_string_equal(why_not(&heard, 0, "full"), "capacity");
    assert_string_equal(why_not(&heard, 0, "good"), "");
    rig_close(&rig);
}

/* Also long after the refusal has lapsed, and after the lead's end. */
static void a_refusal_explains_the_next_decision_for_good(void **state)
{
    struct heard heard;
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    config->retry_same_rep_ms = 10000;
    rig_add_rep(config, "ada", 3, NULL, NULL, 0);
    rig_add_rep(config, "bob", 3, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    uint64_t ada = rig_log_on(&rig, "ada"), bob = rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_pass(&rig, 1000);
    rig_decline(&rig, ada, lead, 1);
    rig_pass(&rig, 20000);
    rig_decline(&rig, bob, lead, 2);
    rig_pass(&rig, 1);                           /* ada's refusal is over: to her again, behind all others */
    for (int when = 0; when < 3; when++) {
        assert_true(explain(&rig, lead, &heard));
        assert_int_equal(heard.decision_count, 3);
        assert_chosen_is_first(&heard, 0, "ada");
        assert_chosen_is_first(&heard, 1, "bob");
        assert_chosen_is_first(&heard, 2, "ada");
        assert_string_equal(why_not(&heard, 1, "ada"), "declined_before");
        assert_string_equal(why_not(&heard, 2, "bob"), "declined_before");
        assert_int_equal(heard.decisions[0].view.outcome, CAUSE_DECLINED);
        if (when == 0)
            assert_int_equal(rig_accept(&rig, ada, lead, 3), CORE_ACCEPTED);
        if (when == 1)
            assert_int_equal(rig_complete(&rig, ada, lead, "1", "won"), CORE_ACCEPTED);
    }
    assert_int_equal(heard.lead.to, LEAD_COMPLETED);
    assert_string_equal(heard.lead.disposition, "won");
    rig_close(&rig);
}

static void a_waiting_lead_is_told_what_it_waits_for(void **state)
{
    struct heard heard;
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rule(config, "italy", 10, "language", "it", "italian", 5);
    rig_add_rep(config, "ada", 1, NULL, "italian", 9);
    rig_add_rep(config, "bob", 1, NULL, NULL, 0);
    rig_add_rep(config, "cleo", 1, NULL, "italian", 9);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .fields = {{"language", "it"}}});
    struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = "b", .fields = {{"language", "it"}}});
    assert_true(explain(&rig, lead, &heard));
    assert_string_equal(heard.because, "1 without what it requires or a device, 1 not available, 1 full, 0 declined or missed it");
    assert_int_equal(heard.decision_count, 0);
    assert_false(explain(&rig, (struct desk_id){1, 99}, &heard));
    rig_close(&rig);
}

static void other_rules_since_are_admitted(void **state)
{
    struct heard heard;
    struct desk_rig rig;
    struct core_config *config = rig_rules(), *later = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 1, NULL, NULL, 0);
    rig_add_rep(later, "ada", 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    struct desk_id lead = rig_publish(&rig, "a");
    rig_apply(&rig, later);
    assert_true(explain(&rig, lead, &heard));
    assert_false(heard.decisions[0].view.complete);
    assert_int_equal(heard.candidate_count, 1);
    assert_string_equal(heard.candidates[0].rep, "ada");
    assert_true(heard.candidates[0].chosen);
    assert_int_equal(heard.decisions[0].view.eligible, 1);
    rig_close(&rig);
}

/* Who refused an offer whose decision is no longer kept cannot be told: then nobody is. */
static void a_refusal_out_of_reach_is_admitted(void **state)
{
    struct heard heard;
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    uint64_t sessions[CORE_DECISIONS_KEPT + 2];
    (void)state;
    config->retry_same_rep_ms = 1000000;
    config->offers_max = 20;
    for (uint32_t i = 0; i < CORE_DECISIONS_KEPT + 2; i++)
        rig_add_rep(config, (char[]){(char)('a' + i), '\0'}, 1, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    for (uint32_t i = 0; i < CORE_DECISIONS_KEPT + 2; i++) {
        sessions[i] = rig_log_on(&rig, (char[]){(char)('a' + i), '\0'});
        rig_pass(&rig, 1);
    }
    struct desk_id lead = rig_publish(&rig, "a");
    for (uint32_t offer = 1; offer <= CORE_DECISIONS_KEPT + 1; offer++) {
        assert_true(explain(&rig, lead, &heard));
        assert_int_equal(heard.decisions[heard.decision_count - 1].view.offer_number, offer);
        assert_int_equal(heard.decisions[heard.decision_count - 1].view.complete, offer <= CORE_DECISIONS_KEPT);
        rig_decline(&rig, sessions[offer - 1], lead, offer);
    }
    rig_close(&rig);
}

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void ignore_effect(void *context, const struct core_effect *effect)
{
    (void)context, (void)effect;
}

static void after_a_restart_the_chosen_one_is_told_from_the_record(void **state)
{
    struct heard heard = {.decision_count = 0};
    const struct core_explain_visitor visitor = {&heard, hear_lead, hear_decision, hear_candidate};
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    rig_add_rep(config, "ada", 3, NULL, NULL, 0);
    rig_add_rep(config, "bob", 3, NULL, NULL, 0);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    struct desk_id lead = rig_publish(&rig, "a");
    struct core *restored = rig_restore(&rig, rig.record_count, &(struct core_callbacks){NULL, ignore_record, ignore_effect});
    assert_true(core_explain(restored, lead, &visitor));
    assert_int_equal(heard.decision_count, 1);
    assert_false(heard.decisions[0].view.complete);
    assert_int_equal(heard.decisions[0].view.eligible, 2);
    assert_int_equal(heard.candidate_count, 1);
    assert_string_equal(heard.candidates[0].rep, "ada");
    assert_true(heard.candidates[0].chosen);
    core_free(restored);
    rig_close(&rig);
}

static void keeping_nothing_changes_no_decision(void **state)
{
    struct core_limits limits;
    struct heard heard;
    struct desk_rig rig;
    (void)state;
    rig_small_limits(&limits);
    limits.history_max = limits.decisions_max = limits.decided_max = limits.ended_max = 0;
    struct core_config *config = rig_rules();
    rig_add_rep(config, "ada", 2, NULL, "italian", 5);
    rig_add_rep(config, "ben", 2, NULL, "italian", 5);
    rig_open(&rig, config, &limits);
    uint64_t ada = rig_log_on(&rig, "ada"), ben = rig_log_on(&rig, "ben");
    struct desk_id lead = rig_publish(&rig, "a");
    assert_string_equal(rig_owner(&rig, lead), "ada");
    assert_string_equal(rig_why(rig_told(&rig, EFFECT_OFFER, ada, 0)), "");
    rig_decline(&rig, ada, lead, 1);
    assert_string_equal(rig_owner(&rig, lead), "ben");
    assert_true(explain(&rig, lead, &heard));
    assert_int_equal(heard.decision_count, 0);
    rig_accept(&rig, ben, lead, 2);
    rig_complete(&rig, ben, lead, "done", "won");
    assert_false(explain(&rig, lead, &heard));
    rig_close(&rig);
}

/* As many decisions as there can be, of which the ring of ended leads must tell all, and give the room of all back. */
static void a_lead_offered_to_sixteen_is_explained_when_it_has_ended(void **state)
{
    struct core_limits limits;
    struct heard heard;
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    struct config_queue *queue;
    uint64_t sessions[CONFIG_OFFER_TO_MAX];
    char name[16];
    (void)state;
    rig_small_limits(&limits);
    limits.ended_max = 1;
    assert_int_equal(core_config_add_queue(config, "sales", "broadcast", &queue), LW_OK);
    queue->offer_to = CONFIG_OFFER_TO_MAX;
    for (int i = 0; i < CONFIG_OFFER_TO_MAX; i++) {
        snprintf(name, sizeof name, "rep%02d", i);
        rig_add_rep(config, name, 1, NULL, NULL, 0);
    }
    rig_open(&rig, config, &limits);
    for (int i = 0; i < CONFIG_OFFER_TO_MAX; i++) {
        snprintf(name, sizeof name, "rep%02d", i);
        sessions[i] = rig_log_on(&rig, name);
    }
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "lead%d", i);
        struct desk_id lead = rig_publish(&rig, name);
        assert_int_equal(rig_told_count(&rig, EFFECT_OFFER, 0), CONFIG_OFFER_TO_MAX);
        uint32_t first = rig_told(&rig, EFFECT_OFFER, sessions[i], 0)->offer_number;
        assert_int_equal(rig_accept(&rig, sessions[i], lead, first), CORE_ACCEPTED);
        assert_int_equal(rig_complete(&rig, sessions[i], lead, name, "won"), CORE_ACCEPTED);
        assert_true(explain(&rig, lead, &heard));
        assert_int_equal(heard.decision_count, CONFIG_OFFER_TO_MAX);
    }
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rep_is_told_the_first_rule_that_excluded_him),
        cmocka_unit_test(a_refusal_explains_the_next_decision_for_good),
        cmocka_unit_test(a_refusal_out_of_reach_is_admitted),
        cmocka_unit_test(after_a_restart_the_chosen_one_is_told_from_the_record),
        cmocka_unit_test(a_waiting_lead_is_told_what_it_waits_for),
        cmocka_unit_test(other_rules_since_are_admitted),
        cmocka_unit_test(keeping_nothing_changes_no_decision),
        cmocka_unit_test(a_lead_offered_to_sixteen_is_explained_when_it_has_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
