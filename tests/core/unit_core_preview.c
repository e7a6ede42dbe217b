/* SPDX-License-Identifier: Apache-2.0
 *
 * What would become of a lead: what a publish then makes of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "core_preview.h"
#include "desk_rig.h"

enum { HEARD_MAX = 16 };

struct heard {
    char rule[64], queue[64], notes[400], first[32];
    uint32_t priority, require_count, leads, decisions, considered, eligible, candidate_count;
    struct { char rep[32], excluded_by[32]; uint32_t rank; } candidates[HEARD_MAX];
};

static void hear_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *names, const uint8_t *levels,
                      uint32_t require_count, const char *because)
{
    struct heard *heard = context;
    (void)names, (void)levels;
    heard->leads++;
    heard->priority = lead->priority;
    heard->require_count = require_count;
    snprintf(heard->rule, sizeof heard->rule, "%s", rule);
    snprintf(heard->queue, sizeof heard->queue, "%s", lead->queue);
    snprintf(heard->notes, sizeof heard->notes, "%s", because);
}

static void hear_decision(void *context, const struct core_decision_view *decision)
{
    struct heard *heard = context;
    heard->decisions++;
    heard->considered = decision->considered;
    heard->eligible = decision->eligible;
}

static void hear_candidate(void *context, const struct core_candidate *candidate)
{
    struct heard *heard = context;
    uint32_t at = heard->candidate_count++;
    assert_true(at < HEARD_MAX);
    snprintf(heard->candidates[at].rep, 32, "%s", candidate->rep);
    snprintf(heard->candidates[at].excluded_by, 32, "%s", candidate->excluded_by);
    heard->candidates[at].rank = candidate->rank;
    if (candidate->rank == 1)
        snprintf(heard->first, sizeof heard->first, "%s", candidate->rep);
}

static const char *preview(struct desk_rig *rig, const struct rig_lead *lead, bool all_present, struct heard *heard)
{
    const struct core_explain_visitor visitor = {heard, hear_lead, hear_decision, hear_candidate};
    const struct core_command publish = rig_publish_command(rig, lead);
    const char *why_not = "";
    const uint32_t records = rig->record_count;
    memset(heard, 0, sizeof *heard);
    const bool taken = core_preview(rig->core, &publish, all_present, &visitor, &why_not);
    assert_int_equal(heard->leads, taken);
    assert_int_equal(heard->decisions, taken);
    assert_int_equal(rig->record_count, records);
    return taken ? "" : why_not;
}

static const char *excluded_by(const struct heard *heard, const char *rep)
{
    for (uint32_t i = 0; i < heard->candidate_count; i++) {
        if (strcmp(heard->candidates[i].rep, rep) == 0)
            return heard->candidates[i].excluded_by;
    }
    return "not told";
}

static struct core_config *rules(void)
{
    struct core_config *config = rig_rules();
    config->people = (struct config_people){.join = true, .window_ms = 600000, .customer_for_ms = 600000, .owner_for_ms = 45000};
    config->channels[LW_CHANNEL_WEB].wrap_up_ms = 0;
    rig_add_rep(config, "ada", 1, "+391", "italian", 5);
    rig_add_rep(config, "bob", 1, "+392", "german", 5);
    rig_add_rule(config, "italians", 30, "language", "it", "italian", 3);
    return config;
}

static void it_is_what_a_publish_then_makes_of_it(void **state)
{
    struct desk_rig rig;
    struct heard heard;
    const struct rig_lead lead = {.id = "x", .fields = {{"language", "it"}}};
    (void)state;
    rig_open(&rig, rules(), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    rig_log_on(&rig, "bob");
    assert_string_equal(preview(&rig, &lead, false, &heard), "");
    assert_string_equal(heard.rule, "italians");
    assert_string_equal(heard.queue, "italians");
    assert_int_equal(heard.priority, 30);
    assert_int_equal(heard.require_count, 1);
    assert_string_equal(heard.first, "ada");
    assert_string_equal(excluded_by(&heard, "bob"), "skill");
    struct desk_id id = rig_publish_lead(&rig, &lead);
    assert_string_equal(rig_owner(&rig, id), "ada");
    assert_string_equal(rig_row(&rig, id).queue, heard.queue);
    assert_int_equal(rig_row(&rig, id).priority, heard.priority);
    rig_accept(&rig, ada, id, 1);
    assert_string_equal(preview(&rig, &(struct rig_lead){.id = "y", .fields = {{"language", "it"}}}, false, &heard), "");
    assert_int_equal(heard.eligible, 0);
    assert_string_equal(excluded_by(&heard, "ada"), "capacity");
    rig_close(&rig);
}

static void as_if_all_were_there_tells_who_could_ever(void **state)
{
    struct desk_rig rig;
    struct heard heard;
    const struct rig_lead lead = {.id = "x", .channel = LW_CHANNEL_PHONE, .fields = {{"language", "it"}}};
    (void)state;
    rig_open(&rig, rules(), NULL);
    assert_string_equal(preview(&rig, &lead, false, &heard), "");
    assert_int_equal(heard.eligible, 0);
    assert_string_equal(excluded_by(&heard, "ada"), "offline");
    assert_string_equal(preview(&rig, &lead, true, &heard), "");
    assert_string_equal(heard.first, "ada");
    assert_int_equal(heard.eligible, 1);
    assert_int_equal(heard.considered, 2);
    assert_string_equal(excluded_by(&heard, "bob"), "skill");
    rig_close(&rig);
}

static void what_would_be_refused_says_why(void **state)
{
    struct desk_rig rig;
    struct heard heard;
    struct core_config *config = rules();
    (void)state;
    config->channels[LW_CHANNEL_EMAIL].enabled = false;
    rig_open(&rig, config, NULL);
    assert_string_equal(preview(&rig, &(struct rig_lead){.id = "x", .channel = LW_CHANNEL_EMAIL}, false, &heard), "the desk does not serve this channel");
    rig_close(&rig);
    config = rules();
    const char *calls_only = "phone";
    assert_int_equal(core_config_rule_when(&config->rules[1], "channel", CONFIG_EQUALS, &calls_only, 1), LW_OK);   /* of the one that takes all */
    rig_open(&rig, config, NULL);
    assert_string_equal(preview(&rig, &(struct rig_lead){.id = "x"}, false, &heard), "no rule of the desk takes this lead");
    assert_int_equal(rig_try_publish(&rig, &(struct rig_lead){.id = "x"}), CORE_REJECTED);
    rig_close(&rig);
}

static void that_the_person_is_stopped_is_told(void **state)
{
    static const struct { bool parks, agrees; uint8_t channel; const char *note; } table[] = {
        {false, false, 0, "its person wanted to hear no more"}, {true, false, 0, "its person wanted to hear no more, so it is parked"},
        {true, false, LW_CHANNEL_PHONE, "its person wanted to hear no more"}, {true, true, 0, ""}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct desk_rig rig;
        struct heard heard;
        struct core_config *config = rules();
        config->people = (struct config_people){.keeps_stops = true, .parks_stopped = table[i].parks};
        rig_open(&rig, config, NULL);
        rig_publish_lead(&rig, &(struct rig_lead){.id = "x", .phone = "+39021", .wants_no_more = true});
        const struct rig_lead again = {.id = "y", .phone = "+39021", .opts_in = table[i].agrees, .channel = table[i].channel};
        assert_string_equal(preview(&rig, &again, false, &heard), "");
        assert_string_equal(heard.notes, table[i].note);
        rig_close(&rig);
    }
}

static void whose_lead_it_is_is_told(void **state)
{
    struct desk_rig rig;
    struct heard heard;
    char id_text[DESK_ID_TEXT_MAX];
    const struct rig_lead lead = {.id = "x", .phone = "+39021"}, again = {.id = "y", .phone = "+39021"};
    (void)state;
    rig_open(&rig, rules(), NULL);
    uint64_t bob = rig_log_on(&rig, "bob");
    struct desk_id id = rig_publish_lead(&rig, &lead);
    rig_accept(&rig, bob, id, 1);
    assert_string_equal(preview(&rig, &again, false, &heard), "");
    desk_id_format(id, id_text);
    assert_non_null(strstr(heard.notes, "has an open lead, which it may join: "));
    assert_non_null(strstr(heard.notes, id_text));
    assert_non_null(strstr(heard.notes, "its owner, if they are there: bob"));
    assert_int_equal(rig_complete(&rig, bob, id, "c", "won"), CORE_ACCEPTED);
    assert_string_equal(preview(&rig, &again, false, &heard), "");
    assert_string_equal(heard.notes, "its person is a customer; comes first to its owner, if they are there: bob");
    assert_string_equal(preview(&rig, &(struct rig_lead){.id = "z", .phone = "+39022"}, false, &heard), "");
    assert_string_equal(heard.notes, "");
    assert_string_equal(preview(&rig, &(struct rig_lead){.id = "z", .phone = "+39021", .is_test = true}, false, &heard), "");
    assert_string_equal(heard.notes, "a test lead: accepted and not routed");
    rig_close(&rig);
}

static void what_it_follows_is_told_and_a_message_needs_no_device(void **state)
{
    struct desk_rig rig;
    struct heard heard;
    char id_text[DESK_ID_TEXT_MAX];
    struct rig_lead message = {.id = "m", .channel = LW_CHANNEL_PHONE, .is_voicemail = true, .follows = "c", .fields = {{"language", "it"}}};
    struct core_config *config = rules();
    (void)state;
    rig_add_rep(config, "cy", 1, NULL, "italian", 5);
    rig_open(&rig, config, NULL);
    rig_log_on(&rig, "cy");
    assert_string_equal(preview(&rig, &message, false, &heard), "");
    assert_string_equal(heard.first, "cy");
    assert_string_equal(heard.notes, "");   /* there is no such contact yet */
    struct desk_id id = rig_publish_lead(&rig, &(struct rig_lead){.id = "c", .channel = LW_CHANNEL_PHONE, .fields = {{"language", "it"}}});
    assert_string_equal(preview(&rig, &message, false, &heard), "");
    desk_id_format(id, id_text);
    assert_non_null(strstr(heard.notes, "follows a contact whose lead is open, which it may join: "));
    assert_non_null(strstr(heard.notes, id_text));
    message.is_voicemail = false;
    assert_string_equal(preview(&rig, &message, false, &heard), "");
    assert_int_equal(heard.eligible, 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_a_publish_then_makes_of_it),
        cmocka_unit_test(as_if_all_were_there_tells_who_could_ever),
        cmocka_unit_test(what_would_be_refused_says_why),
        cmocka_unit_test(whose_lead_it_is_is_told),
        cmocka_unit_test(that_the_person_is_stopped_is_told),
        cmocka_unit_test(what_it_follows_is_told_and_a_message_needs_no_device),
    };
    return cmocka_run_group_tests_name("core preview", tests, NULL, NULL);
}
