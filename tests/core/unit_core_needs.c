/* SPDX-License-Identifier: Apache-2.0
 *
 * Languages, territories and teams: who is asked, and who is not.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

struct excluded { const char *rep; char by[32], detail[64]; };

static void note_excluded(void *context, const struct core_candidate *candidate)
{
    struct excluded *excluded = context;
    if (strcmp(candidate->rep, excluded->rep) != 0)
        return;
    snprintf(excluded->by, sizeof excluded->by, "%s", candidate->excluded_by);
    snprintf(excluded->detail, sizeof excluded->detail, "%s", candidate->detail);
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

static void assert_excluded(struct desk_rig *rig, struct desk_id lead, const char *rep, const char *by, const char *detail)
{
    struct excluded excluded = {.rep = rep};
    const struct core_explain_visitor visitor = {&excluded, ignore_lead, ignore_decision, note_excluded};
    assert_true(core_explain(rig->core, lead, &visitor));
    assert_string_equal(excluded.by, by);
    assert_string_equal(excluded.detail, detail);
}

static struct config_rep *rep_of(struct core_config *config, const char *name, const char *team)
{
    struct config_rep *rep;
    assert_int_equal(core_config_add_rep(config, name, team, 3, NULL, &rep), LW_OK);
    return rep;
}

static struct desk_id publish(struct desk_rig *rig, const char *id, const char *language, const char *region)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .fields = {{"language", language}, {"region", region}}});
}

/* The only rule asks for the lead's own language at level 5 and its own territory. */
static struct core_config *own_rules(void)
{
    struct core_config *config = rig_rules();
    assert_int_equal(core_config_rule_own(config, &config->rules[0], ABILITY_LANGUAGE, "language", 5), LW_OK);
    assert_int_equal(core_config_rule_own(config, &config->rules[0], ABILITY_TERRITORY, "region", 1), LW_OK);
    return config;
}

static void a_lead_goes_to_who_speaks_its_language_and_serves_its_region(void **state)
{
    struct desk_rig rig;
    struct core_config *config = own_rules();
    (void)state;
    struct config_rep *ada = rep_of(config, "ada", "");
    assert_int_equal(core_config_rep_ability(config, ada, ABILITY_LANGUAGE, "it", 9), LW_OK);
    assert_int_equal(core_config_rep_ability(config, ada, ABILITY_TERRITORY, "Lazio", 1), LW_OK);
    struct config_rep *bob = rep_of(config, "bob", "");
    assert_int_equal(core_config_rep_ability(config, bob, ABILITY_LANGUAGE, "de", 9), LW_OK);
    assert_int_equal(core_config_rep_ability(config, bob, ABILITY_LANGUAGE, "it", 4), LW_OK);
    assert_int_equal(core_config_rep_ability(config, bob, ABILITY_TERRITORY, "lazio", 1), LW_OK);
    struct config_rep *cleo = rep_of(config, "cleo", "");
    assert_int_equal(core_config_rep_ability(config, cleo, ABILITY_LANGUAGE, "it", 10), LW_OK);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    rig_log_on(&rig, "cleo");
    struct desk_id italian = publish(&rig, "a", "it-CH", "LAZIO"), german = publish(&rig, "b", "DE", NULL);
    assert_string_equal(rig_owner(&rig, italian), "ada");
    assert_string_equal(rig_owner(&rig, german), "bob");
    assert_string_equal(rig_owner(&rig, publish(&rig, "c", NULL, NULL)), "cleo");   /* says nothing, needs nothing */
    assert_excluded(&rig, italian, "bob", "language", "language:it 4, needs 5");
    assert_excluded(&rig, italian, "cleo", "territory", "territory:lazio 0, needs 1");
    rig_close(&rig);
}

/* More sets of needs than the core keeps without leads (core_check looks that it keeps no more): who comes again, early or late, is served. */
static void sets_of_needs_without_leads_are_bounded(void **state)
{
    enum { EACH = 48 };
    struct desk_rig rig;
    struct core_config *config = own_rules();
    (void)state;
    struct config_rep *ada = rep_of(config, "ada", "");
    for (int i = 0; i < EACH; i++) {
        char name[8];
        snprintf(name, sizeof name, "x%c%c", 'a' + i / 26, 'a' + i % 26);
        assert_int_equal(core_config_rep_ability(config, ada, ABILITY_LANGUAGE, name, 9), LW_OK);
        assert_int_equal(core_config_rep_ability(config, ada, ABILITY_TERRITORY, name, 1), LW_OK);
    }
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    for (int i = 0; i < EACH * EACH + 2; i++) {
        int set = i < EACH * EACH ? i : i == EACH * EACH ? 0 : EACH * EACH - 1, language = set / EACH, territory = set % EACH;
        char id[16], names[2][8];
        snprintf(id, sizeof id, "l%d", i);
        snprintf(names[0], sizeof names[0], "x%c%c", 'a' + language / 26, 'a' + language % 26);
        snprintf(names[1], sizeof names[1], "x%c%c", 'a' + territory / 26, 'a' + territory % 26);
        struct desk_id lead = publish(&rig, id, names[0], names[1]);
        assert_string_equal(rig_owner(&rig, lead), "ada");
        assert_int_equal(rig_cancel(&rig, lead), CORE_ACCEPTED);
    }
    rig_close(&rig);
}

/* What no rep and no rule names is "other": it is parked until somebody takes others. */
static void an_unknown_language_is_other(void **state)
{
    struct desk_rig rig;
    struct core_config *config = own_rules(), *later = own_rules();
    (void)state;
    rep_of(config, "ada", "");
    assert_int_equal(core_config_rep_ability(later, rep_of(later, "ada", ""), ABILITY_LANGUAGE, "other", 5), LW_OK);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    struct desk_id french = publish(&rig, "a", "fr", NULL), dutch = publish(&rig, "b", "nl", NULL);
    assert_int_equal(rig_state(&rig, french), LEAD_PARKED);
    struct core_totals totals;
    core_totals_read(rig.core, &totals);
    assert_int_equal(totals.demand_classes, 1);   /* however many languages are made up */
    rig_apply(&rig, later);
    assert_string_equal(rig_owner(&rig, french), "ada");
    assert_string_equal(rig_owner(&rig, dutch), "ada");
    rig_close(&rig);
}

static void a_class_made_for_a_language_goes_with_its_last_lead(void **state)
{
    struct desk_rig rig;
    struct core_config *config = own_rules();
    struct core_totals totals;
    (void)state;
    assert_int_equal(core_config_rep_ability(config, rep_of(config, "ada", ""), ABILITY_LANGUAGE, "it", 5), LW_OK);
    rig_open(&rig, config, NULL);
    struct desk_id italian = publish(&rig, "a", "it", NULL), other = publish(&rig, "b", "fr", NULL);
    core_totals_read(rig.core, &totals);
    assert_int_equal(totals.demand_classes, 2);
    rig_cancel(&rig, italian);
    core_totals_read(rig.core, &totals);
    assert_int_equal(totals.demand_classes, 1);
    rig_cancel(&rig, other);
    core_totals_read(rig.core, &totals);
    assert_int_equal(totals.demand_classes, 0);
    rig_close(&rig);
}

static void only_the_teams_of_the_rule_are_asked(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    assert_int_equal(core_config_rule_team(&config->rules[0], "outside"), LW_OK);
    assert_int_equal(core_config_rule_team(&config->rules[0], "far"), LW_OK);
    rep_of(config, "ada", "inside");
    rep_of(config, "bob", "far");
    rep_of(config, "cleo", "");
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "cleo");
    struct desk_id lead = rig_publish(&rig, "a");
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_log_on(&rig, "bob");
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_excluded(&rig, lead, "ada", "team", "inside");
    assert_excluded(&rig, lead, "cleo", "team", "in no team");
    rig_close(&rig);
}

/* Before what the policy says; and it keeps nobody out. */
static void who_has_what_a_lead_prefers_comes_first(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rig_rules();
    (void)state;
    assert_int_equal(core_config_rule_prefer(config, &config->rules[0], "german", 5), LW_OK);
    assert_int_equal(core_config_rule_prefer(config, &config->rules[0], "italian", 5), LW_OK);
    rig_add_rep(config, "ada", 2, NULL, NULL, 0);
    rig_add_rep(config, "bob", 2, NULL, "german", 5);
    rig_add_rep(config, "cleo", 2, NULL, "italian", 4);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    rig_log_on(&rig, "cleo");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "a")), "bob");
    struct desk_id second = rig_publish(&rig, "b");
    assert_string_equal(rig_owner(&rig, second), "bob");   /* though half full */
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, 0, 0);
    assert_string_equal(rig_why(offer), "preferred 1; load 1 of 2; idle 0 s; 3 could take it");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "c")), "ada");
    assert_string_equal(rig_owner(&rig, rig_publish(&rig, "d")), "cleo");
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

static void what_leads_need_survives_a_restart(void **state)
{
    struct desk_rig rig;
    struct core_config *config = own_rules();
    (void)state;
    assert_int_equal(core_config_rule_team(&config->rules[0], "inside"), LW_OK);
    assert_int_equal(core_config_rule_prefer(config, &config->rules[0], "german", 5), LW_OK);
    struct config_rep *ada = rep_of(config, "ada", "outside"), *bob;
    assert_int_equal(core_config_rep_ability(config, ada, ABILITY_LANGUAGE, "it", 9), LW_OK);
    bob = rep_of(config, "bob", "inside");
    assert_int_equal(core_config_rep_ability(config, bob, ABILITY_LANGUAGE, "de", 9), LW_OK);
    assert_int_equal(core_config_rep_ability(config, bob, ABILITY_TERRITORY, "tirol", 1), LW_OK);
    assert_int_equal(core_config_rep_ability(config, rep_of(config, "cleo", "inside"), ABILITY_LANGUAGE, "it", 5), LW_OK);
    rig_open(&rig, config, NULL);
    struct desk_id italian = publish(&rig, "a", "it", NULL), german = publish(&rig, "b", "de", "Tirol");
    struct core *twin = rig_restore(&rig, rig.record_count, &(struct core_callbacks){NULL, ignore_record, ignore_effect});
    assert_non_null(twin);
    assert_int_equal(core_state_hash(twin), core_state_hash(rig.core));
    core_free(rig_swap(&rig, twin));
    core_set_epoch(rig.core, rig.epoch + 1);
    rig_resume_service(&rig);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    assert_string_equal(rig_owner(&rig, german), "bob");
    assert_int_equal(rig_state(&rig, italian), LEAD_WAITING);   /* ada speaks it, in the wrong team; cleo is not there */
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lead_goes_to_who_speaks_its_language_and_serves_its_region),
        cmocka_unit_test(sets_of_needs_without_leads_are_bounded),
        cmocka_unit_test(an_unknown_language_is_other),
        cmocka_unit_test(a_class_made_for_a_language_goes_with_its_last_lead),
        cmocka_unit_test(only_the_teams_of_the_rule_are_asked),
        cmocka_unit_test(who_has_what_a_lead_prefers_comes_first),
        cmocka_unit_test(what_leads_need_survives_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
