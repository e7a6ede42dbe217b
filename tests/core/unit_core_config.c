/* SPDX-License-Identifier: Apache-2.0
 *
 * The desk's rules: what is refused, what the predicates mean, and what a change does to work in progress.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "core_explain.h"
#include "desk_rig.h"

static struct core_config *with_ada(uint32_t capacity)
{
    struct core_config *config = rig_rules();
    rig_add_rep(config, "ada", capacity, NULL, NULL, 0);
    return config;
}

static void a_lower_capacity_takes_nothing_and_gives_nothing(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, with_ada(3), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id a = rig_publish(&rig, "a"), b = rig_publish(&rig, "b"), c;
    rig_accept(&rig, ada, a, 1);
    rig_accept(&rig, ada, b, 1);
    assert_int_equal(rig_apply(&rig, with_ada(1)), CORE_ACCEPTED);
    assert_int_equal(rig_rep(&rig, "ada").load, 2);
    assert_int_equal(rig_rep(&rig, "ada").capacity, 1);
    c = rig_publish(&rig, "c");
    rig_complete(&rig, ada, a, "1", "won");
    assert_int_equal(rig_state(&rig, c), LEAD_WAITING);
    rig_complete(&rig, ada, b, "2", "won");
    assert_int_equal(rig_state(&rig, c), LEAD_OFFERED);
    rig_close(&rig);
}

static void new_rules_serve_the_backlog_at_once(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, with_ada(1), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    rig_publish(&rig, "a");
    struct desk_id b = rig_publish(&rig, "b");
    assert_int_equal(rig_apply(&rig, with_ada(2)), CORE_ACCEPTED);
    assert_non_null(rig_told(&rig, EFFECT_OFFER, ada, 0));
    assert_int_equal(rig_state(&rig, b), LEAD_OFFERED);
    assert_int_equal(rig_told(&rig, EFFECT_DESK_EVENT, 0, 0)->config_version, 2);
    rig_close(&rig);
}

static void a_removed_rep_gives_everything_back(void **state)
{
    struct desk_rig rig;
    struct core_config *both = with_ada(2), *without = rig_rules();
    (void)state;
    rig_add_rep(both, "bob", 1, NULL, NULL, 0);
    rig_add_rep(without, "bob", 5, NULL, NULL, 0);
    rig_open(&rig, both, NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id a = rig_publish(&rig, "a"), b = rig_publish(&rig, "b");
    rig_accept(&rig, ada, a, 1);
    rig_log_on(&rig, "bob");
    assert_int_equal(rig_apply(&rig, without), CORE_ACCEPTED);
    assert_int_equal(rig_told_count(&rig, EFFECT_REPLACED, ada), 1);
    assert_string_equal(rig_owner(&rig, a), "bob");
    assert_string_equal(rig_owner(&rig, b), "bob");
    assert_int_equal(rig_complete(&rig, ada, a, "1", "won"), CORE_NO_SESSION);
    rig_step(&rig, &(struct core_command){.kind = COMMAND_LOG_ON, .session = 70, .log_on = {.rep = {"ada", 3}}});
    assert_null(rig_told(&rig, EFFECT_LOGGED_ON, 70, 0));
    rig_close(&rig);
}

/* A desk that stops taking mail still has mail in its queue: it is served as before. */
static void leads_of_a_channel_that_is_closed_keep_their_weight(void **state)
{
    struct desk_rig rig;
    struct core_config *closed = with_ada(1);
    (void)state;
    closed->channels[LW_CHANNEL_EMAIL] = (struct config_channel){0};
    rig_open(&rig, with_ada(1), NULL);
    for (int i = 0; i < 3; i++) {
        char id[2] = {(char)('a' + i), '\0'};
        rig_publish_lead(&rig, &(struct rig_lead){.id = id, .channel = LW_CHANNEL_EMAIL});
    }
    assert_int_equal(rig_apply(&rig, closed), CORE_ACCEPTED);
    uint64_t ada = rig_log_on(&rig, "ada");
    assert_int_equal(rig_told_count(&rig, EFFECT_OFFER, ada), 1);
    assert_int_equal(rig_told(&rig, EFFECT_OFFER, ada, 0)->weight, 1);
    assert_int_equal(rig_told(&rig, EFFECT_OFFER, ada, 0)->deadline_ms, rig.now_ms + 60000);
    assert_int_equal(rig_try_publish(&rig, &(struct rig_lead){.id = "d", .channel = LW_CHANNEL_EMAIL}), CORE_REJECTED);
    rig_close(&rig);
}

static void skills_of_all_versions_have_a_bound_that_is_refused_in_words(void **state)
{
    struct desk_rig rig;
    char name[16];
    (void)state;
    rig_open(&rig, with_ada(1), NULL);
    for (int version = 0; version < 8; version++) {
        struct core_config *config = with_ada(1);
        for (int i = 0; i < 100; i++) {
            snprintf(name, sizeof name, "s%d-%d", version, i);
            assert_int_equal(core_config_add_skill(config, name), LW_OK);
            rig_add_skill(config, "ada", name, 5);
            if (i == 63)
                break;
        }
        rig_add_rule(config, "special", 5, "product", name, name, 3);
        enum core_status status = rig_apply(&rig, config);
        assert_int_equal(status, version < 7 ? CORE_ACCEPTED : CORE_REJECTED);
        if (status == CORE_ACCEPTED)
            rig_publish_lead(&rig, &(struct rig_lead){.id = name, .fields = {{"product", name}}});
    }
    rig_close(&rig);
}

static void wrong_rules_are_refused_with_the_reason(void **state)
{
    static const char *const reasons[] = {
        "the desk has no reps", "rep 'ada': capacity must be 1 to 1000", "there is no policy 'dice'",
        "the desk has no dispositions: a lead could never be completed", "offers_max must be 1 to 32",
        "grace, park limit, work limit and retry time must be above 0",
        "channel phone: weight 7 is above every rep's capacity (at most 3): nobody could ever take one",
        "channel web: offer timeout, wait limit and connect timeout must be above 0", "the desk serves no channel",
        "rule 'all': priority above 200", "there are two reps 'ada'",
    };
    (void)state;
    for (size_t wrong = 0; wrong < sizeof reasons / sizeof *reasons; wrong++) {
        char reason[256] = "";
        struct core_config *config = wrong == 0 ? rig_rules() : with_ada(wrong == 1 ? 0 : 3);
        switch (wrong) {
        case 2: assert_int_equal(core_config_set_policy(config, "dice"), LW_OK); break;
        case 3: config->disposition_count = 0; break;
        case 4: config->offers_max = 33; break;
        case 5: config->grace_ms = 0; break;
        case 6: config->channels[LW_CHANNEL_PHONE].weight = 7; break;
        case 7: config->channels[LW_CHANNEL_WEB].offer_timeout_ms = 0; break;
        case 8:
            for (int i = 0; i < LW_CHANNEL_COUNT; i++)
                config->channels[i].enabled = false;
            break;
        case 9: config->rules[0].priority = 201; break;
        case 10: rig_add_rep(config, "ada", 2, NULL, NULL, 0); break;
        default: break;
        }
        assert_int_equal(core_config_check(config, reason, sizeof reason), LW_INVALID);
        assert_string_equal(reason, reasons[wrong]);
        if (wrong == 3)
            config->disposition_count = 2;
        core_config_free(config);
    }
}

/* What a record could not hold would make the journal unreadable. */
static void names_that_no_record_could_hold_are_refused(void **state)
{
    char name[LW_NAME_MAX + 2], reason[256];
    (void)state;
    memset(name, 'n', sizeof name);
    for (int size = LW_NAME_MAX; size <= LW_NAME_MAX + 1; size++) {
        name[size] = '\0';
        for (int what = 0; what < 4; what++) {
            struct core_config *config = with_ada(3);
            if (what == 0)
                rig_add_rep(config, name, 1, NULL, NULL, 0);
            if (what == 1)
                rig_add_rule(config, name, 1, NULL, NULL, NULL, 0);
            if (what == 2)
                assert_int_equal(core_config_add_skill(config, name), LW_OK);
            if (what == 3)
                assert_int_equal(core_config_add_disposition(config, name, 1), LW_OK);
            assert_int_equal(core_config_check(config, reason, sizeof reason), size == LW_NAME_MAX ? LW_OK : LW_INVALID);
            core_config_free(config);
        }
        name[size] = 'n';
    }
}

static void refused_rules_change_nothing(void **state)
{
    struct desk_rig rig;
    struct core_config *wrong = with_ada(1);
    (void)state;
    rig_open(&rig, with_ada(3), NULL);
    wrong->offers_max = 0;
    uint64_t before = core_state_hash(rig.core);
    assert_int_equal(rig_apply(&rig, wrong), CORE_REJECTED);
    assert_string_equal(rig_told(&rig, EFFECT_REPLY, 0, 0)->reason, "offers_max must be 1 to 32");
    assert_int_equal(core_state_hash(rig.core), before);
    assert_int_equal(rig_rep(&rig, "ada").capacity, 3);
    rig_close(&rig);
}

static void building_rules_finds_doubles_and_bounds(void **state)
{
    struct core_config *config = with_ada(3);
    struct config_rule *rule;
    (void)state;
    assert_int_equal(core_config_add_skill(config, "italian"), LW_DUPLICATE);
    assert_int_equal(core_config_rep_skill(config, &config->reps[0], "latin", 5), LW_INVALID);
    assert_int_equal(core_config_rep_skill(config, &config->reps[0], "italian", 0), LW_INVALID);
    assert_int_equal(core_config_rep_skill(config, &config->reps[0], "italian", 11), LW_INVALID);
    assert_int_equal(core_config_rep_skill(config, &config->reps[0], "italian", 10), LW_OK);
    assert_int_equal(core_config_rep_skill(config, &config->reps[0], "italian", 9), LW_DUPLICATE);
    assert_int_equal(core_config_add_disposition(config, "won", 1), LW_DUPLICATE);
    assert_int_equal(core_config_add_rule(config, "r", "q", 1, &rule), LW_OK);
    for (int i = 0; i < CONFIG_PREDICATES_MAX; i++)
        assert_int_equal(core_config_rule_when(rule, "f", CONFIG_EXISTS, NULL, 0), LW_OK);
    assert_int_equal(core_config_rule_when(rule, "f", CONFIG_EXISTS, NULL, 0), LW_FULL);
    assert_int_equal(core_config_add_rule(config, "s", "q", 1, &rule), LW_OK);
    assert_int_equal(core_config_rule_when(rule, "f", CONFIG_REGEX, (const char *const[]){"a", "(b"}, 2), LW_INVALID);
    core_config_free(config);
}

static void predicates_mean_what_the_table_says(void **state)
{
    static const struct { enum config_predicate_kind kind; const char *wanted, *value; bool holds; } table[] = {
        {CONFIG_EQUALS, "it", "it", true}, {CONFIG_EQUALS, "it", "IT", true}, {CONFIG_EQUALS, "it", "ita", false},
        {CONFIG_EQUALS, "it", NULL, false}, {CONFIG_EQUALS, "it", "", false}, {CONFIG_EQUALS, "\xc3\xa9", "\xc3\x89", false},
        {CONFIG_PREFIX, "+39", "+3902", true}, {CONFIG_PREFIX, "+39", "+3", false}, {CONFIG_PREFIX, "Ab", "aBc", true},
        {CONFIG_CONTAINS, "roof", "new ROOF please", true}, {CONFIG_CONTAINS, "roof", "roo", false}, {CONFIG_CONTAINS, "roof", "xroof", true},
        {CONFIG_EXISTS, NULL, "x", true}, {CONFIG_EXISTS, NULL, "", false}, {CONFIG_EXISTS, NULL, NULL, false},
        {CONFIG_MISSING, NULL, NULL, true}, {CONFIG_MISSING, NULL, "", true}, {CONFIG_MISSING, NULL, "x", false},
        {CONFIG_AT_LEAST, "10", "10", true}, {CONFIG_AT_LEAST, "10", "9", false}, {CONFIG_AT_LEAST, "10", "10.5", true},
        {CONFIG_AT_LEAST, "-5", "-4", true}, {CONFIG_AT_LEAST, "10", "ten", false}, {CONFIG_AT_LEAST, "10", "1e9", false},
        {CONFIG_AT_LEAST, "10", "-", false}, {CONFIG_AT_LEAST, "10", "9999999999999999999", false},
        {CONFIG_AT_MOST, "10", "10", true}, {CONFIG_AT_MOST, "10", "11", false}, {CONFIG_AT_MOST, "10", NULL, false},
        {CONFIG_REGEX, "^so+lar$", "SOOLAR", true}, {CONFIG_REGEX, "^so+lar$", "a solar roof", false}, {CONFIG_REGEX, ".*", "", false},
        {CONFIG_REGEX, ".*", NULL, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct desk_rig rig;
        struct core_config *config = with_ada(3);
        assert_int_equal(core_config_rule_when(&config->rules[0], "f", table[i].kind, &table[i].wanted, table[i].wanted ? 1 : 0), LW_OK);
        rig_open(&rig, config, NULL);
        enum core_status status = rig_try_publish(&rig, &(struct rig_lead){.id = "a", .fields = {{table[i].value ? "f" : NULL, table[i].value}}});
        if (status != (table[i].holds ? CORE_ACCEPTED : CORE_REJECTED))
            fail_msg("row %zu of the table: %s %s", i, table[i].wanted ? table[i].wanted : "-", table[i].value ? table[i].value : "-");
        rig_close(&rig);
    }
}

/* Whoever writes to the desk can write a text that a careless pattern chokes on. */
static void a_pattern_with_too_much_to_do_does_not_hold_and_is_counted(void **state)
{
    struct desk_rig rig;
    char text[4000];
    const char *rule_name, *dear = "^(a+)+$", *cheap = "a!$";
    struct core_config *config = with_ada(9);
    struct config_rule *rule;
    (void)state;
    assert_int_equal(core_config_rule_when(&config->rules[0], "summary", CONFIG_REGEX, &dear, 1), LW_OK);
    assert_int_equal(core_config_add_rule(config, "cheap", "cheap", 0, &rule), LW_OK);
    assert_int_equal(core_config_rule_when(rule, "summary", CONFIG_REGEX, &cheap, 1), LW_OK);
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    rig_open(&rig, config, NULL);
    struct desk_id good = rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .fields = {{"summary", text}}});
    assert_string_equal(rig_row(&rig, good).queue, "sales");
    assert_int_equal(core_patterns_given_up(rig.core, &rule_name), 0);
    assert_string_equal(rule_name, "");
    text[sizeof text - 2] = '!';
    struct desk_id bad = rig_publish_lead(&rig, &(struct rig_lead){.id = "b", .fields = {{"summary", text}}});
    assert_string_equal(rig_row(&rig, bad).queue, "cheap");   /* the rules behind it are asked all the same */
    assert_int_equal(core_patterns_given_up(rig.core, &rule_name), 1);
    assert_string_equal(rule_name, "all");
    rig_close(&rig);
}

static void the_first_rule_that_holds_decides(void **state)
{
    struct desk_rig rig;
    const char *either[] = {"de", "at"};
    struct core_config *config = with_ada(9);
    struct config_rule *rule;
    (void)state;
    rig_add_rule(config, "second", 5, "language", "de", NULL, 0);
    rig_add_rule(config, "first", 7, "product", "roof", NULL, 0);
    assert_int_equal(core_config_rule_when(&config->rules[0], "language", CONFIG_EQUALS, either, 2), LW_OK);
    assert_int_equal(core_config_add_rule(config, "never", "never", 1, &rule), LW_OK);
    rig_open(&rig, config, NULL);
    struct desk_id both = rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .fields = {{"product", "roof"}, {"language", "at"}}});
    struct desk_id one = rig_publish_lead(&rig, &(struct rig_lead){.id = "b", .fields = {{"product", "roof"}, {"language", "it"}}});
    struct desk_id two = rig_publish_lead(&rig, &(struct rig_lead){.id = "c", .fields = {{"language", "de"}}});
    assert_string_equal(rig_row(&rig, both).queue, "first");   /* any value of a predicate, all predicates of a rule */
    assert_int_equal(rig_row(&rig, both).priority, 7);
    assert_string_equal(rig_row(&rig, one).queue, "sales");
    assert_string_equal(rig_row(&rig, two).queue, "second");
    rig_close(&rig);
}

/* Rules are found by what they ask first; there are more such questions than are kept apart. */
static void the_first_rule_decides_whatever_it_asks_first(void **state)
{
    enum { FIELDS = 12 };
    struct desk_rig rig;
    struct core_config *config = with_ada(9);
    char names[FIELDS][16];
    (void)state;
    for (int i = FIELDS - 1; i >= 0; i--) {   /* each before those that are there */
        snprintf(names[i], sizeof names[i], "attribute.%d", i);
        rig_add_rule(config, names[i], 1, names[i], "x", NULL, 0);
    }
    rig_add_rule(config, "both", 1, names[3], "X", NULL, 0);
    const char *value = "y";
    assert_int_equal(core_config_rule_when(&config->rules[0], names[11], CONFIG_EQUALS, &value, 1), LW_OK);
    rig_open(&rig, config, NULL);
    for (int i = 0; i < FIELDS; i++) {
        for (int k = 0; k < FIELDS; k++) {
            char id[32];
            snprintf(id, sizeof id, "%d and %d", i, k);
            struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = id, .fields = {{names[k], "x"}, {names[i], "x"}}});
            assert_string_equal(rig_row(&rig, lead).queue, names[i < k ? i : k]);
        }
    }
    struct desk_id both = rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .fields = {{names[3], "x"}, {names[11], "y"}, {names[1], "x"}}});
    struct desk_id open = rig_publish_lead(&rig, &(struct rig_lead){.id = "b", .fields = {{names[3], "z"}}});
    assert_string_equal(rig_row(&rig, both).queue, "both");
    assert_string_equal(rig_row(&rig, open).queue, "sales");
    rig_close(&rig);
}

static struct config_rule *add_when(struct core_config *config, const char *name, const char *field, const char *value)
{
    struct config_rule *rule;
    assert_int_equal(core_config_add_rule(config, name, name, 0, &rule), LW_OK);
    assert_int_equal(core_config_rule_when(rule, field, CONFIG_EQUALS, &value, 1), LW_OK);
    return rule;
}

struct asked { char text[200]; };

static void note_asked(void *context, const struct core_effect *lead, const char *rule, const char *const *names, const uint8_t *levels, uint32_t count,
                       const char *because)
{
    struct asked *asked = context;
    (void)because;
    int used = snprintf(asked->text, sizeof asked->text, "%s %u %s", lead->queue, lead->priority, rule);
    for (uint32_t i = 0; i < count; i++)
        used += snprintf(asked->text + used, sizeof asked->text - (size_t)used, " %s:%u", names[i], levels[i]);
}

static void note_no_decision(void *context, const struct core_decision_view *decision)
{
    (void)context, (void)decision;
}

static void note_no_candidate(void *context, const struct core_candidate *candidate)
{
    (void)context, (void)candidate;
}

static struct asked asked_of(struct desk_rig *rig, struct desk_id lead)
{
    struct asked asked = {""};
    const struct core_explain_visitor visitor = {&asked, note_asked, note_no_decision, note_no_candidate};
    assert_true(core_explain(rig->core, lead, &visitor));
    return asked;
}

/* Where all rules count. */
static void of_all_rules_that_hold_the_later_word_stands_and_skills_add_up(void **state)
{
    static const struct { const char *country, *product, *vip, *asks; } table[] = {
        {"fr", "roof", "no", "sales 10 all"}, {"it", "roof", "no", "italy 15 italy italian:3 language:it:1"},
        {"fr", "solar", "no", "sales 10 solar german:2 italian:5"}, {"it", "solar", "no", "italy 15 solar german:2 italian:5 language:it:1"},
        {"it", "solar", "yes", "italy 19 solar german:2 italian:5 language:de:4"}, {"fr", "roof", "yes", "sales 19 vip italian:1 language:de:4"},
    };
    struct desk_rig rig;
    struct core_config *config = with_ada(9);
    struct config_relax_step *step;
    (void)state;
    config->all_rules = true;
    struct config_rule *italy = add_when(config, "italy", "country", "it");
    italy->priority = 15;
    assert_int_equal(core_config_rule_require(config, italy, "italian", 3), LW_OK);
    assert_int_equal(core_config_rule_ability(config, italy, ABILITY_LANGUAGE, "it", 1), LW_OK);
    struct config_rule *solar = add_when(config, "solar", "product", "solar");
    solar->keeps_queue = true;
    assert_int_equal(core_config_rule_require(config, solar, "italian", 5), LW_OK);
    assert_int_equal(core_config_rule_require(config, solar, "german", 2), LW_OK);
    assert_int_equal(core_config_rule_relax(solar, 5000, &step), LW_OK);
    assert_int_equal(core_config_relax_skill(config, step, "italian", 0), LW_OK);
    struct config_rule *vip = add_when(config, "vip", "attribute.vip", "yes");
    vip->keeps_queue = true;
    vip->priority = 19;
    assert_int_equal(core_config_rule_require(config, vip, "italian", 1), LW_OK);
    assert_int_equal(core_config_rule_ability(config, vip, ABILITY_LANGUAGE, "de", 4), LW_OK);
    rig_open(&rig, config, NULL);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char id[8];
        snprintf(id, sizeof id, "%zu", i);
        struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = id, .fields = {{"country", table[i].country}, {"product", table[i].product}, {"attribute.vip", table[i].vip}}});
        struct asked asked = asked_of(&rig, lead);
        assert_string_equal(asked.text, table[i].asks);
    }
    rig_close(&rig);
}

/* As many as one rule may ask for: the lead is taken all the same. */
static void what_rules_ask_together_beyond_the_bound_is_left_out(void **state)
{
    struct desk_rig rig;
    struct core_config *config = with_ada(9);
    (void)state;
    config->all_rules = true;
    for (int i = 0; i < 12; i++) {
        char name[16];
        snprintf(name, sizeof name, "skill-%02d", i);
        assert_int_equal(core_config_add_skill(config, name), LW_OK);
        struct config_rule *rule = add_when(config, name, "product", "x");
        assert_int_equal(core_config_rule_require(config, rule, name, 1), LW_OK);
        assert_int_equal(core_config_rule_prefer(config, rule, name, 1), LW_OK);
        if (i == 11)
            assert_int_equal(core_config_rule_own(config, rule, ABILITY_LANGUAGE, "language", 1), LW_OK);
    }
    rig_open(&rig, config, NULL);
    struct desk_id lead = rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .fields = {{"product", "x"}, {"language", "it"}}});
    struct asked asked = asked_of(&rig, lead);
    assert_string_equal(asked.text, "skill-11 10 skill-11 skill-00:1 skill-01:1 skill-02:1 skill-03:1 skill-04:1 skill-05:1 skill-06:1 skill-07:1 skill-08:1 skill-09:1");
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lower_capacity_takes_nothing_and_gives_nothing),
        cmocka_unit_test(new_rules_serve_the_backlog_at_once),
        cmocka_unit_test(a_removed_rep_gives_everything_back),
        cmocka_unit_test(leads_of_a_channel_that_is_closed_keep_their_weight),
        cmocka_unit_test(skills_of_all_versions_have_a_bound_that_is_refused_in_words),
        cmocka_unit_test(wrong_rules_are_refused_with_the_reason),
        cmocka_unit_test(names_that_no_record_could_hold_are_refused),
        cmocka_unit_test(refused_rules_change_nothing),
        cmocka_unit_test(building_rules_finds_doubles_and_bounds),
        cmocka_unit_test(predicates_mean_what_the_table_says),
        cmocka_unit_test(a_pattern_with_too_much_to_do_does_not_hold_and_is_counted),
        cmocka_unit_test(the_first_rule_that_holds_decides),
        cmocka_unit_test(of_all_rules_that_hold_the_later_word_stands_and_skills_add_up),
        cmocka_unit_test(what_rules_ask_together_beyond_the_bound_is_left_out),
        cmocka_unit_test(the_first_rule_decides_whatever_it_asks_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
