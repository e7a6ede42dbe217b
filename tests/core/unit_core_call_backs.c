/* SPDX-License-Identifier: Apache-2.0
 *
 * How often a lead is called back, and what follows then.
 */
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

enum { AFTER_MS = 60000 };

static uint64_t open_one(struct desk_rig *rig, uint32_t most, bool ends)
{
    struct core_config *config = rig_rules();
    assert_int_equal(core_config_add_disposition(config, "later", 1), LW_OK);
    struct config_disposition *later = &config->dispositions[config->disposition_count - 1];
    later->follow_up = FOLLOW_UP_CALL_BACK;
    later->after_ms = AFTER_MS;
    later->at_most_ms = 10 * AFTER_MS;
    config->call_backs = (struct config_call_backs){most, ends};
    rig_add_rep(config, "ada", 3, NULL, NULL, 0);
    rig_open(rig, config, NULL);
    return rig_log_on(rig, "ada");
}

static enum lead_state call_again(struct desk_rig *rig, uint64_t ada, struct desk_id lead, const char *id)
{
    assert_int_equal(rig_accept(rig, ada, lead, rig_row(rig, lead).offer_number), CORE_ACCEPTED);
    assert_int_equal(rig_complete(rig, ada, lead, id, "later"), CORE_ACCEPTED);
    return rig_state(rig, lead);
}

static void one_more_call_back_parks_the_lead_until_a_person_releases_it(void **state)
{
    struct desk_rig rig;
    (void)state;
    uint64_t ada = open_one(&rig, 2, false);
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(call_again(&rig, ada, lead, "1"), LEAD_SCHEDULED);
    rig_pass(&rig, AFTER_MS);
    rig_restart(&rig);   /* it is counted in the record */
    ada = rig_log_on(&rig, "ada");
    assert_int_equal(call_again(&rig, ada, lead, "2"), LEAD_SCHEDULED);
    rig_pass(&rig, AFTER_MS);
    assert_int_equal(call_again(&rig, ada, lead, "3"), LEAD_PARKED);
    assert_int_equal(rig_row(&rig, lead).cause, CAUSE_CALL_BACKS_USED_UP);
    assert_int_equal(rig_complete(&rig, ada, lead, "3", "later"), CORE_DUPLICATE);
    assert_int_equal(rig_act(&rig, lead, ACT_RELEASE), CORE_ACCEPTED);
    assert_int_equal(call_again(&rig, ada, lead, "4"), LEAD_SCHEDULED);
    rig_close(&rig);
}

static void or_it_ends_where_the_rules_say_so(void **state)
{
    struct desk_rig rig;
    (void)state;
    uint64_t ada = open_one(&rig, 1, true);
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(call_again(&rig, ada, lead, "1"), LEAD_SCHEDULED);
    rig_pass(&rig, AFTER_MS);
    assert_int_equal(call_again(&rig, ada, lead, "2"), LEAD_NONE);
    struct core_totals totals;
    core_totals_read(rig.core, &totals);
    assert_int_equal(totals.completed, 1);
    rig_close(&rig);
}

static enum core_status complete_with(struct desk_rig *rig, uint64_t ada, struct desk_id lead, const char *id, const char *note)
{
    return rig_step(rig, &(struct core_command){.kind = COMMAND_COMPLETE, .session = ada,
                                                .complete = {.lead = lead, .idempotency_id = {id, (uint32_t)strlen(id)}, .disposition = {"later", 5},
                                                             .note = {note, (uint32_t)strlen(note)}}});
}

static void who_calls_back_has_the_note_also_after_a_restart(void **state)
{
    struct desk_rig rig;
    (void)state;
    uint64_t ada = open_one(&rig, 9, false);
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(rig_accept(&rig, ada, lead, 1), CORE_ACCEPTED);
    assert_int_equal(complete_with(&rig, ada, lead, "1", "wants it before winter"), CORE_ACCEPTED);
    assert_string_equal(rig_told(&rig, EFFECT_LEAD_EVENT, 0, 0)->note, "");   /* nobody else's business */
    rig_restart(&rig);
    ada = rig_log_on(&rig, "ada");
    rig_pass(&rig, AFTER_MS);
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_string_equal(offer->note, "wants it before winter");
    assert_string_equal(offer->note_by, "ada");
    rig_close(&rig);
}

static void a_note_that_is_too_long_is_refused_and_the_lead_stays(void **state)
{
    struct desk_rig rig;
    char note[502] = "";
    (void)state;
    uint64_t ada = open_one(&rig, 9, false);
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(rig_accept(&rig, ada, lead, 1), CORE_ACCEPTED);
    memset(note, 'n', 501);
    const uint32_t records = rig.record_count;
    assert_int_equal(complete_with(&rig, ada, lead, "1", note), CORE_REJECTED);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, ada, 0)->reason, "the note is longer than 500 bytes");
    assert_int_equal(rig_state(&rig, lead), LEAD_ASSIGNED);
    assert_int_equal(rig.record_count, records);
    note[500] = '\0';
    assert_int_equal(complete_with(&rig, ada, lead, "1", note), CORE_ACCEPTED);   /* the refusal did not use up its id */
    rig_pass(&rig, AFTER_MS);
    assert_string_equal(rig_told(&rig, EFFECT_OFFER, ada, 0)->note, note);
    rig_close(&rig);
}

static void no_call_backs_at_all_are_refused(void **state)
{
    struct core_config *config = rig_rules();
    char reason[200];
    (void)state;
    rig_add_rep(config, "ada", 3, NULL, NULL, 0);
    config->call_backs.most = 0;
    assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
    assert_string_equal(reason, "the call-backs of a lead must be 1 to 1000");
    core_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_more_call_back_parks_the_lead_until_a_person_releases_it),
        cmocka_unit_test(who_calls_back_has_the_note_also_after_a_restart),
        cmocka_unit_test(a_note_that_is_too_long_is_refused_and_the_lead_stays),
        cmocka_unit_test(or_it_ends_where_the_rules_say_so),
        cmocka_unit_test(no_call_backs_at_all_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
