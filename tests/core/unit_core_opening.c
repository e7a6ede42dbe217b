/* SPDX-License-Identifier: Apache-2.0
 *
 * The backlog of closing time is dealt out by share.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { OPEN_MS = 1000000, FOR_MS = 600000, CLOSE_MS = 9000000, LEADS = 12 };   /* after the rig's beginning */

static const char *const names[] = {"ada", "bob", "cleo"};

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size) { (void)context; (void)kind; (void)bytes; (void)size; }
static void ignore_effect(void *context, const struct core_effect *effect) { (void)context; (void)effect; }
static const struct core_callbacks ignore_all = {NULL, ignore_record, ignore_effect};

/* Three reps of a team that opens later, with room for all. */
static struct core_config *rules_of(uint32_t reps)
{
    const uint64_t start_ms = 1800000000000;
    struct core_config *config = rig_rules();
    struct config_team *team;
    struct config_rep *rep;
    assert_int_equal(core_config_add_team(config, "day", &team), LW_OK);
    assert_int_equal(core_config_team_open(team, start_ms + OPEN_MS, start_ms + CLOSE_MS), LW_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(core_config_add_rep(config, names[i], "day", 100, "+39", &rep), LW_OK);
    for (int i = 1; i < LW_CHANNEL_COUNT; i++) {
        config->channels[i].wait_limit_ms = 100 * CLOSE_MS;
        config->channels[i].wrap_up_ms = 0;
    }
    config->work_limit_ms = 100 * CLOSE_MS;
    config->channels[LW_CHANNEL_PHONE].call_back_when_abandoned = true;
    config->opening.reps = reps;
    config->opening.for_ms = FOR_MS;
    return config;
}

static struct desk_id publish(struct desk_rig *rig, uint32_t number)
{
    char id[16];
    snprintf(id, sizeof id, "lead-%u", number);
    return rig_publish(rig, id);
}

/* A night's leads, and then the desk opens. */
static void open_with(struct desk_rig *rig, struct core_config *config, struct desk_id leads[LEADS])
{
    rig_open(rig, config, NULL);
    for (uint32_t i = 0; i < LEADS; i++)
        leads[i] = publish(rig, i);
    rig_pass(rig, OPEN_MS);
}

static uint32_t has(struct desk_rig *rig, const struct desk_id *leads, const char *rep)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < LEADS; i++)
        count += strcmp(rig_owner(rig, leads[i]), rep) == 0;
    return count;
}

static void accept_all(struct desk_rig *rig, const struct desk_id *leads, const char *rep, uint64_t session)
{
    for (uint32_t i = 0; i < LEADS; i++) {
        if (rig_state(rig, leads[i]) == LEAD_OFFERED && strcmp(rig_owner(rig, leads[i]), rep) == 0)
            assert_int_equal(rig_accept(rig, session, leads[i], rig_row(rig, leads[i]).offer_number), CORE_ACCEPTED);
    }
}

static bool is_opening(struct desk_rig *rig, uint64_t *left)
{
    uint64_t until_ms;
    bool is_on = core_opening_read(rig->core, &until_ms, left);
    assert_true(is_on == (until_ms != 0));
    return is_on;
}

static void who_logs_on_first_gets_their_part_and_not_all(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[LEADS];
    uint64_t left;
    (void)state;
    open_with(&rig, rules_of(3), leads);
    assert_true(is_opening(&rig, &left));
    assert_int_equal(left, LEADS);
    uint64_t ada = rig_log_on(&rig, "ada");
    assert_int_equal(has(&rig, leads, "ada"), 4);
    accept_all(&rig, leads, "ada", ada);
    assert_int_equal(has(&rig, leads, "ada"), 4);
    assert_int_equal(rig_complete(&rig, ada, leads[0], "done", "won"), CORE_ACCEPTED);   /* what she had counts */
    assert_int_equal(has(&rig, leads, "ada"), 3);
    uint64_t bob = rig_log_on(&rig, "bob");
    assert_int_equal(has(&rig, leads, "bob"), 4);
    accept_all(&rig, leads, "bob", bob);
    assert_true(is_opening(&rig, &left));
    assert_int_equal(left, 4);
    uint64_t cleo = rig_log_on(&rig, "cleo");
    assert_int_equal(has(&rig, leads, "cleo"), 4);
    accept_all(&rig, leads, "cleo", cleo);
    assert_false(is_opening(&rig, &left));   /* all is dealt */
    assert_int_equal(left, 0);
    rig_close(&rig);
}

static void shares_are_those_of_the_rules(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[LEADS];
    struct core_config *config = rules_of(2);
    (void)state;
    config->reps[0].share = 10;
    config->reps[1].share = 20;
    config->reps[2].share = 30;
    rig_open(&rig, config, NULL);
    for (uint32_t i = 0; i < 3; i++)
        rig_log_on(&rig, names[i]);
    for (uint32_t i = 0; i < LEADS; i++)
        leads[i] = publish(&rig, i);
    rig_pass(&rig, OPEN_MS);
    assert_int_equal(has(&rig, leads, "ada"), 2);
    assert_int_equal(has(&rig, leads, "bob"), 4);
    assert_int_equal(has(&rig, leads, "cleo"), 6);
    rig_close(&rig);
}

static void what_no_share_takes_whole_goes_to_one_each(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[LEADS];
    struct core_config *config = rules_of(3);
    (void)state;
    rig_open(&rig, config, NULL);
    for (uint32_t i = 0; i < 3; i++)
        rig_log_on(&rig, names[i]);
    for (uint32_t i = 0; i < LEADS; i++)
        leads[i] = i < 11 ? publish(&rig, i) : leads[0];
    rig_pass(&rig, OPEN_MS);
    uint32_t of_ada = has(&rig, leads, "ada"), of_bob = has(&rig, leads, "bob"), of_cleo = has(&rig, leads, "cleo");
    assert_true(of_ada >= 3 && of_ada <= 5 && of_bob >= 3 && of_bob <= 4 && of_cleo >= 3 && of_cleo <= 4);
    assert_int_equal(of_ada + of_bob + of_cleo, LEADS);   /* the first stands there twice */
    rig_close(&rig);
}

static void when_it_is_over_the_rest_is_everybodys(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[LEADS];
    uint64_t left;
    (void)state;
    open_with(&rig, rules_of(3), leads);
    uint64_t ada = rig_log_on(&rig, "ada");
    accept_all(&rig, leads, "ada", ada);
    rig_pass(&rig, FOR_MS - 1);
    assert_int_equal(has(&rig, leads, "ada"), 4);
    rig_pass(&rig, 1);
    assert_false(is_opening(&rig, &left));
    assert_int_equal(has(&rig, leads, "ada"), LEADS);
    rig_close(&rig);
}

static void what_comes_later_is_held_back_from_nobody(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[LEADS];
    (void)state;
    open_with(&rig, rules_of(3), leads);
    rig_log_on(&rig, "ada");
    struct desk_id late = publish(&rig, 100);
    assert_string_equal(rig_owner(&rig, late), "ada");
    assert_int_equal(has(&rig, leads, "ada"), 4);
    rig_publish_lead(&rig, &(struct rig_lead){.id = "spooled", .channel = LW_CHANNEL_WEB, .received_ms = (int64_t)rig.now_ms - 5000});
    assert_int_equal(has(&rig, leads, "ada"), 5);   /* her share of thirteen is four and a third */
    rig_publish_lead(&rig, &(struct rig_lead){.id = "spooled too", .channel = LW_CHANNEL_WEB, .received_ms = (int64_t)rig.now_ms - 5000});
    assert_int_equal(has(&rig, leads, "ada"), 5);
    rig_close(&rig);
}

static void a_caller_goes_first_and_to_whoever_has_room(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[LEADS];
    (void)state;
    open_with(&rig, rules_of(3), leads);
    rig_log_on(&rig, "ada");
    rig_publish_lead(&rig, &(struct rig_lead){.id = "spooled", .channel = LW_CHANNEL_WEB, .received_ms = (int64_t)rig.now_ms - 5000});
    assert_int_equal(has(&rig, leads, "ada"), 5);
    struct desk_id call = rig_publish_lead(&rig, &(struct rig_lead){.id = "call", .channel = LW_CHANNEL_PHONE, .received_ms = (int64_t)rig.now_ms - 2000});
    assert_string_equal(rig_owner(&rig, call), "ada");   /* she has had her share */
    rig_close(&rig);
}

/* The order of the backlog: those to be called, and those in danger, before what is older and dearer. */
static void call_backs_and_leads_at_risk_go_first(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_of(1);
    (void)state;
    config->reps[0].capacity = 1;
    config->channels[LW_CHANNEL_EMAIL].wait_limit_ms = OPEN_MS + FOR_MS / 2;
    config->channels[LW_CHANNEL_WEB].priority = 100;
    config->channels[LW_CHANNEL_PHONE].priority = config->channels[LW_CHANNEL_EMAIL].priority = 0;
    rig_open(&rig, config, NULL);
    struct desk_id plain = rig_publish(&rig, "plain");
    struct desk_id risky = rig_publish_lead(&rig, &(struct rig_lead){.id = "risky", .channel = LW_CHANNEL_EMAIL});
    rig.now_ms += 10;
    struct desk_id call = rig_publish_lead(&rig, &(struct rig_lead){.id = "call", .channel = LW_CHANNEL_PHONE});
    rig_cancel(&rig, call);
    rig_pass(&rig, OPEN_MS);
    const struct desk_id in_order[] = {risky, call, plain};
    uint64_t ada = rig_log_on(&rig, "ada");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rig_state(&rig, in_order[i]), LEAD_OFFERED);
        assert_int_equal(rig_accept(&rig, ada, in_order[i], 1), CORE_ACCEPTED);
        assert_int_equal(rig_complete(&rig, ada, in_order[i], names[i], "won"), CORE_ACCEPTED);
    }
    rig_close(&rig);
}

static void what_waits_for_one_rep_alone_goes_to_them(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[LEADS];
    (void)state;
    open_with(&rig, rules_of(3), leads);
    uint64_t ada = rig_log_on(&rig, "ada"), bob = rig_log_on(&rig, "bob");
    accept_all(&rig, leads, "ada", ada);
    accept_all(&rig, leads, "bob", bob);
    uint32_t at = 0;
    while (strcmp(rig_owner(&rig, leads[at]), "bob") != 0)
        at++;
    rig_step(&rig, &(struct core_command){.kind = COMMAND_TRANSFER, .session = bob, .request = 9999,
                                          .transfer = {.lead = leads[at], .offer_number = rig_row(&rig, leads[at]).offer_number, .rep = {"ada", 3}}});
    assert_string_equal(rig_owner(&rig, leads[at]), "ada");
    assert_int_equal(has(&rig, leads, "ada"), 5);
    rig_close(&rig);
}

/* A restart in the middle: the same state, and the same goes on. */
static void a_restart_deals_on(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[LEADS];
    uint64_t left;
    (void)state;
    open_with(&rig, rules_of(3), leads);
    uint64_t ada = rig_log_on(&rig, "ada");
    accept_all(&rig, leads, "ada", ada);
    assert_int_equal(rig_complete(&rig, ada, leads[0], "done", "won"), CORE_ACCEPTED);
    rig_lose(&rig, ada);
    struct core *twin = rig_restore(&rig, rig.record_count, &ignore_all);
    assert_non_null(twin);
    assert_true(core_state_hash(twin) == core_state_hash(rig.core));
    core_free(rig_swap(&rig, twin));
    core_set_epoch(rig.core, rig.epoch + 1);
    rig_resume_service(&rig);
    ada = rig_log_on(&rig, "ada");
    assert_int_equal(has(&rig, leads, "ada"), 3);
    uint64_t bob = rig_log_on(&rig, "bob");
    assert_int_equal(has(&rig, leads, "bob"), 4);
    accept_all(&rig, leads, "bob", bob);
    rig_pass(&rig, FOR_MS);
    assert_false(is_opening(&rig, &left));
    rig_close(&rig);
}

static void rules_without_it_end_it(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[LEADS];
    uint64_t left;
    (void)state;
    open_with(&rig, rules_of(3), leads);
    rig_log_on(&rig, "ada");
    assert_int_equal(rig_apply(&rig, rules_of(2)), CORE_ACCEPTED);
    assert_true(is_opening(&rig, &left));
    assert_int_equal(has(&rig, leads, "ada"), 6);   /* half of it: two are enough now */
    struct core_config *plain = rules_of(2);
    plain->opening = (struct config_opening){.reps = 0};
    assert_int_equal(rig_apply(&rig, plain), CORE_ACCEPTED);
    assert_false(is_opening(&rig, &left));
    assert_int_equal(has(&rig, leads, "ada"), LEADS);
    assert_int_equal(rig_apply(&rig, rules_of(3)), CORE_ACCEPTED);
    assert_false(is_opening(&rig, &left));   /* it began hours ago */
    rig_close(&rig);
}

static void it_ends_when_the_teams_close(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules_of(3);
    uint64_t left;
    (void)state;
    config->opening.for_ms = CLOSE_MS - OPEN_MS;
    assert_int_equal(core_config_team_open(&config->teams[0], 1800000000000 + CLOSE_MS + 1000, 1800000000000 + 2 * CLOSE_MS), LW_OK);
    rig_open(&rig, config, NULL);
    publish(&rig, 1);
    rig_pass(&rig, OPEN_MS);
    assert_true(is_opening(&rig, &left));
    rig_pass(&rig, CLOSE_MS - OPEN_MS);
    assert_false(is_opening(&rig, &left));
    publish(&rig, 2);
    rig_pass(&rig, 1000);
    assert_true(is_opening(&rig, &left));
    assert_int_equal(left, 2);
    rig_close(&rig);
}

/* ---- why ---- */

struct heard { char because[300], excluded_by[32], detail[64]; bool complete; };

static void hear_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *needed, const uint8_t *levels,
                      uint32_t require_count, const char *because)
{
    struct heard *heard = context;
    (void)lead, (void)rule, (void)needed, (void)levels, (void)require_count;
    snprintf(heard->because, sizeof heard->because, "%s", because);
}

static void hear_decision(void *context, const struct core_decision_view *decision)
{
    ((struct heard *)context)->complete = decision->complete;
}

static void hear_candidate(void *context, const struct core_candidate *candidate)
{
    struct heard *heard = context;
    if (strcmp(candidate->rep, "ada") != 0)
        return;
    snprintf(heard->excluded_by, sizeof heard->excluded_by, "%s", candidate->excluded_by);
    snprintf(heard->detail, sizeof heard->detail, "%s", candidate->detail);
}

static struct heard explain(struct desk_rig *rig, struct desk_id lead)
{
    struct heard heard = {.because = ""};
    assert_true(core_explain(rig->core, lead, &(struct core_explain_visitor){&heard, hear_lead, hear_decision, hear_candidate}));
    return heard;
}

/* Also when the opening is over. */
static void who_is_kept_from_it_is_told_why(void **state)
{
    struct desk_rig rig;
    struct desk_id leads[LEADS];
    uint64_t left;
    (void)state;
    open_with(&rig, rules_of(3), leads);
    uint64_t ada = rig_log_on(&rig, "ada");
    accept_all(&rig, leads, "ada", ada);
    assert_string_equal(explain(&rig, leads[LEADS - 1]).because, "0 without what it requires or a device, 2 not available, 0 full, "
                        "0 declined or missed it, 1 who have had their share of the backlog");
    uint64_t bob = rig_log_on(&rig, "bob");
    uint32_t at = 0;
    while (strcmp(rig_owner(&rig, leads[at]), "bob") != 0)
        at++;
    accept_all(&rig, leads, "bob", bob);
    for (int i = 0; i < 2; i++) {
        struct heard heard = explain(&rig, leads[at]);
        assert_true(heard.complete);
        assert_string_equal(heard.excluded_by, "opening");
        assert_string_equal(heard.detail, "kept for the others at opening");
        rig_pass(&rig, FOR_MS);
        assert_false(is_opening(&rig, &left));
    }
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_logs_on_first_gets_their_part_and_not_all),
        cmocka_unit_test(shares_are_those_of_the_rules),
        cmocka_unit_test(what_no_share_takes_whole_goes_to_one_each),
        cmocka_unit_test(when_it_is_over_the_rest_is_everybodys),
        cmocka_unit_test(what_comes_later_is_held_back_from_nobody),
        cmocka_unit_test(a_caller_goes_first_and_to_whoever_has_room),
        cmocka_unit_test(call_backs_and_leads_at_risk_go_first),
        cmocka_unit_test(what_waits_for_one_rep_alone_goes_to_them),
        cmocka_unit_test(a_restart_deals_on),
        cmocka_unit_test(rules_without_it_end_it),
        cmocka_unit_test(it_ends_when_the_teams_close),
        cmocka_unit_test(who_is_kept_from_it_is_told_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
