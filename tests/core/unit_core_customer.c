/* SPDX-License-Identifier: Apache-2.0
 *
 * Customers whom somebody names: whose they are, what they bought, what stands when more is said.
 */
#include <string.h>

#include "../unit/cmocka_all.h"
#include "core_preview.h"
#include "desk_rig.h"

enum { CUSTOMER_FOR_MS = 600000 };

static struct core_config *rules(void)
{
    struct core_config *config = rig_rules();
    config->people = (struct config_people){.customer_for_ms = CUSTOMER_FOR_MS, .owner_for_ms = 45000};
    config->channels[LW_CHANNEL_WEB].wrap_up_ms = 0;
    rig_add_rep(config, "ada", 2, "+391", NULL, 0);
    rig_add_rep(config, "bob", 2, "+392", NULL, 0);
    rig_add_rule(config, "pumps", 30, "bought", "Pumps", NULL, 0);
    return config;
}

static struct core_text text(const char *words)
{
    return (struct core_text){words, (uint32_t)strlen(words)};
}

static enum core_status name_one(struct desk_rig *rig, const char *phone, const char *owner, const char *bought, uint64_t at_ms)
{
    const struct core_person_key keys[] = {{PERSON_KEY_PHONE, text(phone)}, {PERSON_KEY_EMAIL, text("x@y.example")}};
    struct core_command command = {.kind = COMMAND_CUSTOMER, .session = MANAGER, .customer = {
        .keys = keys, .key_count = phone[0] != '\0' ? 2 : 0, .owner = text(owner), .bought = text(bought), .bought_unix_ms = (int64_t)at_ms}};
    return rig_step(rig, &command);
}

static struct desk_id publish(struct desk_rig *rig, const char *id, const char *phone)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .phone = phone});
}

static void a_named_customer_goes_to_the_owner_and_by_what_they_bought(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    assert_int_equal(name_one(&rig, "+3901", "bob", "pumps", 0), CORE_ACCEPTED);
    struct desk_id lead = publish(&rig, "a", "+3901");
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_string_equal(rig_row(&rig, lead).queue, "pumps");
    lead = rig_publish_lead(&rig, &(struct rig_lead){.id = "b", .email = "x@y.example"});
    assert_string_equal(rig_owner(&rig, lead), "bob");
    assert_string_equal(rig_row(&rig, publish(&rig, "c", "+3902")).queue, "sales");
    rig_close(&rig);
}

/* An offer to renew, a year on: neither to who bought yesterday, nor to who bought something else, nor to strangers. */
static void rules_may_ask_when_they_bought(void **state)
{
    static const struct { uint64_t days; const char *bought, *queue; } table[] = {
        {0, "pumps", "pumps"}, {299, "pumps", "pumps"}, {300, "pumps", "renew"}, {350, "pumps", "renew"}, {351, "pumps", "pumps"}, {300, "roof", "sales"},
    };
    static const char *const least = "300", *const most = "350";
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct desk_rig rig;
        struct core_config *config = rules();
        config->people.customer_for_ms = CONFIG_WINDOW_MAX_MS;
        rig_add_rule(config, "renew", 30, "bought", "pumps", NULL, 0);
        assert_int_equal(core_config_rule_when(&config->rules[0], "bought_days", CONFIG_AT_LEAST, &least, 1), LW_OK);
        assert_int_equal(core_config_rule_when(&config->rules[0], "bought_days", CONFIG_AT_MOST, &most, 1), LW_OK);
        rig_open(&rig, config, NULL);
        assert_int_equal(name_one(&rig, "+3901", "bob", table[i].bought, rig.now_ms - table[i].days * 86400000ull - 3600000), CORE_ACCEPTED);
        assert_string_equal(rig_row(&rig, publish(&rig, "a", "+3901")).queue, table[i].queue);
        assert_string_equal(rig_row(&rig, publish(&rig, "b", "+3902")).queue, "sales");
        rig_close(&rig);
    }
}

/* Also of who has it after a reconnect; what the desk does not know, or of nobody, is not told. */
static void the_rep_is_told_what_their_customer_bought(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    rig_pass(&rig, 1000);
    const uint64_t then_ms = rig.now_ms - 500;
    assert_int_equal(name_one(&rig, "+3901", "", "pumps", then_ms), CORE_ACCEPTED);
    struct desk_id lead = publish(&rig, "a", "+3901");
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_true(offer->bought_ms == then_ms && strcmp(offer->bought, "pumps") == 0 && !offer->is_no_customer);
    assert_int_equal(rig_accept(&rig, ada, lead, 1), CORE_ACCEPTED);
    assert_int_equal(rig_told(&rig, EFFECT_HOLDING, ada, 0)->bought_ms, then_ms);
    rig_lose(&rig, ada);
    ada = rig_log_on(&rig, "ada");
    assert_string_equal(rig_told(&rig, EFFECT_HOLDING, ada, 0)->bought, "pumps");
    assert_int_equal(rig_complete(&rig, ada, lead, "done", "lost"), CORE_ACCEPTED);
    lead = publish(&rig, "b", "+3999");
    offer = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_true(offer->bought_ms == 0 && offer->bought[0] == '\0' && offer->is_no_customer);
    assert_int_equal(rig_accept(&rig, ada, lead, 1), CORE_ACCEPTED);
    assert_true(rig_told(&rig, EFFECT_HOLDING, ada, 0)->is_no_customer);
    publish(&rig, "c", "");
    offer = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_true(offer->bought_ms == 0 && !offer->is_no_customer);   /* nothing to know them by */
    rig_close(&rig);
}

static void who_won_them_is_told_when_though_not_what(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = publish(&rig, "a", "+3901");
    assert_int_equal(rig_accept(&rig, ada, lead, 1), CORE_ACCEPTED);
    const uint64_t won_ms = rig.now_ms;
    assert_int_equal(rig_complete(&rig, ada, lead, "done", "won"), CORE_ACCEPTED);
    rig_pass(&rig, 1000);
    publish(&rig, "b", "+3901");
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_true(offer->bought_ms == won_ms && offer->bought[0] == '\0');
    rig_close(&rig);
}

/* What somebody bought is the desk's, until its rep has the lead. */
static void an_outsourced_team_is_not_told_before_it_accepts(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules();
    struct config_team *team;
    (void)state;
    assert_int_equal(core_config_add_team(config, "agency", &team), LW_OK);
    team->outsourced = true;
    struct config_rep *rep;
    assert_int_equal(core_config_add_rep(config, "cid", "agency", 1, NULL, &rep), LW_OK);
    for (uint32_t i = 0; i < config->rule_count; i++)
        assert_int_equal(core_config_rule_team(&config->rules[i], "agency"), LW_OK);
    rig_open(&rig, config, NULL);
    uint64_t cid = rig_log_on(&rig, "cid");
    assert_int_equal(name_one(&rig, "+3901", "", "pumps", 0), CORE_ACCEPTED);
    struct desk_id lead = publish(&rig, "a", "+3901");
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, cid, 0);
    assert_true(offer->hides_person && offer->bought_ms == 0 && offer->bought[0] == '\0' && !offer->is_no_customer);
    assert_int_equal(rig_accept(&rig, cid, lead, 1), CORE_ACCEPTED);
    assert_string_equal(rig_told(&rig, EFFECT_HOLDING, cid, 0)->bought, "pumps");
    rig_close(&rig);
}

static void what_is_known_or_later_stands(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    rig_pass(&rig, 1000);
    const uint64_t then_ms = rig.now_ms - 500;
    assert_int_equal(name_one(&rig, "+3901", "bob", "pumps", then_ms), CORE_ACCEPTED);
    const uint32_t records = rig.record_count;
    assert_int_equal(name_one(&rig, "+3901", "bob", "pumps", then_ms), CORE_DUPLICATE);
    assert_int_equal(name_one(&rig, "+3901", "bob", "pumps", 0), CORE_DUPLICATE);
    assert_int_equal(name_one(&rig, "+3901", "ada", "pumps", then_ms - 1), CORE_DUPLICATE);
    assert_int_equal(rig.record_count, records);
    assert_int_equal(name_one(&rig, "+3901", "ada", "", then_ms + 1), CORE_ACCEPTED);   /* what they bought stays */
    rig_log_on(&rig, "bob");
    rig_log_on(&rig, "ada");
    struct desk_id lead = publish(&rig, "a", "+3901");
    assert_string_equal(rig_owner(&rig, lead), "ada");
    assert_string_equal(rig_row(&rig, lead).queue, "pumps");
    rig_pass(&rig, CUSTOMER_FOR_MS);
    assert_string_equal(rig_row(&rig, publish(&rig, "b", "+3901")).queue, "sales");
    rig_close(&rig);
}

static void what_cannot_be_kept_is_refused_with_the_reason(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules();
    (void)state;
    rig_open(&rig, config, NULL);
    rig_pass(&rig, CUSTOMER_FOR_MS);
    const struct { const char *phone, *owner; uint64_t at_ms; const char *why; } wrong[] = {
        {"", "bob", 0, "neither phone nor email"}, {"+3901", "eve", 0, "the rules have no rep of the owner's name"},
        {"+3901", "bob", rig.now_ms + 1, "bought in the future"},
        {"+3901", "bob", rig.now_ms - CUSTOMER_FOR_MS - 1, "bought longer ago than the desk's rules remember customers"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(name_one(&rig, wrong[i].phone, wrong[i].owner, "x", wrong[i].at_ms), CORE_REJECTED);
        assert_string_equal(rig_told(&rig, EFFECT_REPLY, 0, 0)->reason, wrong[i].why);
    }
    char longer[LW_NAME_MAX + 2];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(name_one(&rig, "+3901", "bob", longer, 0), CORE_REJECTED);
    config = rig_rules();
    rig_add_rep(config, "ada", 2, "+391", NULL, 0);
    assert_int_equal(rig_apply(&rig, config), CORE_ACCEPTED);
    assert_int_equal(name_one(&rig, "+3901", "ada", "x", 0), CORE_REJECTED);
    rig_close(&rig);
}

/* From the journal's records alone; a checkpoint of that gives the same again. */
static void a_restart_remembers_them(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(), NULL);
    assert_int_equal(name_one(&rig, "+3901", "bob", "pumps", 0), CORE_ACCEPTED);
    assert_int_equal(name_one(&rig, "+3902", "", "", 0), CORE_ACCEPTED);
    const struct core_callbacks none = {NULL, NULL, NULL};
    struct core *restored = rig_restore(&rig, rig.record_count, &none);
    assert_non_null(restored);
    assert_int_equal(core_state_hash(restored), core_state_hash(rig.core));
    struct core_record record;
    uint32_t of_people = 0;
    core_checkpoint_begin(restored);
    while (core_checkpoint_next(restored, &record))
        of_people += record.of_people;
    assert_int_equal(of_people, 3);   /* two phones and the email that they share */
    core_free(restored);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_named_customer_goes_to_the_owner_and_by_what_they_bought),
        cmocka_unit_test(rules_may_ask_when_they_bought),
        cmocka_unit_test(the_rep_is_told_what_their_customer_bought),
        cmocka_unit_test(who_won_them_is_told_when_though_not_what),
        cmocka_unit_test(an_outsourced_team_is_not_told_before_it_accepts),
        cmocka_unit_test(what_is_known_or_later_stands),
        cmocka_unit_test(what_cannot_be_kept_is_refused_with_the_reason),
        cmocka_unit_test(a_restart_remembers_them),
    };
    return cmocka_run_group_tests_name("core customer", tests, NULL, NULL);
}
