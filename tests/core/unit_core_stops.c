/* SPDX-License-Identifier: Apache-2.0
 *
 * Who wanted to hear no more is known by it when they come again, until they agree.
 */
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

#define PHONE "+390212345678"
#define EMAIL "x@y.example"

static struct core_config *rules(bool parks)
{
    struct core_config *config = rig_rules();
    config->people = (struct config_people){.keeps_stops = true, .parks_stopped = parks};
    config->channels[LW_CHANNEL_WEB].wrap_up_ms = 0;
    assert_int_equal(core_config_add_disposition(config, "leave me", 6), LW_OK);
    config->dispositions[config->disposition_count - 1].follow_up = FOLLOW_UP_SUPPRESS;
    rig_add_rep(config, "ada", 9, "+391", NULL, 0);
    rig_add_rule(config, "stopped", 0, "attribute.do_not_call", "yes", NULL, 0);
    return config;
}

static struct desk_id stop(struct desk_rig *rig, const char *id, const char *words)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .channel = LW_CHANNEL_EMAIL, .email = EMAIL, .phone = PHONE, .wants_no_more = true, .words = words});
}

static struct desk_id form(struct desk_rig *rig, const char *id)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .phone = PHONE});
}

static struct desk_id agree(struct desk_rig *rig, const char *id, uint64_t said_ms)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id, .phone = PHONE, .opts_in = true, .said_ms = said_ms});
}

static bool is_stopped(struct desk_rig *rig, struct desk_id lead)
{
    return strcmp(rig_row(rig, lead).queue, "stopped") == 0;
}

static void a_later_lead_says_so_with_time_and_words(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(false), NULL);
    rig_pass(&rig, 42);
    stop(&rig, "a", "STOP");
    rig_pass(&rig, 86400000ull * 1000);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = form(&rig, "b");
    const struct core_effect *offer = rig_told(&rig, EFFECT_OFFER, ada, 0);
    assert_int_equal(offer->payload_size, strlen("b[STOP 42]"));
    assert_memory_equal(offer->payload, "b[STOP 42]", offer->payload_size);
    assert_true(is_stopped(&rig, lead));   /* rules that ask for the attribute find it */
    assert_int_equal(rig_state(&rig, lead), LEAD_OFFERED);
    lead = rig_publish_lead(&rig, &(struct rig_lead){.id = "c", .phone = "+39999"});
    assert_false(is_stopped(&rig, lead));
    assert_int_equal(rig_told(&rig, EFFECT_OFFER, ada, 0)->payload_size, 1);
    assert_int_equal(rig_try_publish(&rig, &(struct rig_lead){.id = "b", .phone = PHONE}), CORE_DUPLICATE);   /* as it was published */
    rig_close(&rig);
}

static void a_desk_that_parks_them_offers_them_to_nobody_and_says_why(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(true), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    assert_int_equal(rig_state(&rig, stop(&rig, "a", "")), LEAD_PARKED);   /* a stop that joins nothing is such a lead too */
    struct desk_id lead = form(&rig, "b");
    const struct core_effect *told = rig_told(&rig, EFFECT_LEAD_EVENT, 0, 1);
    assert_true(told->to == LEAD_PARKED && told->cause == CAUSE_SET_ASIDE);
    assert_string_equal(told->reason, "the person wants to hear no more");
    assert_int_equal(rig_told_count(&rig, EFFECT_OFFER, ada), 0);
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    rig_act(&rig, lead, ACT_RELEASE);   /* whoever runs the desk decides */
    assert_string_equal(rig_owner(&rig, lead), "ada");
    struct desk_id call = rig_publish_lead(&rig, &(struct rig_lead){.id = "c", .channel = LW_CHANNEL_PHONE, .phone = PHONE});
    assert_int_equal(rig_state(&rig, call), LEAD_OFFERED);   /* somebody is on the line */
    assert_int_equal(rig_told(&rig, EFFECT_OFFER, ada, 0)->payload_size, strlen("c[ 0]"));
    rig_close(&rig);
}

static void a_contact_of_theirs_wakes_no_lead(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules(true);
    (void)state;
    config->people.join = true;
    config->people.window_ms = 86400000;
    rig_open(&rig, config, NULL);
    struct desk_id lead = form(&rig, "a");
    stop(&rig, "b", "STOP");
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    form(&rig, "c");
    assert_int_equal(rig_state(&rig, lead), LEAD_PARKED);
    rig_pass(&rig, 1);
    agree(&rig, "d", 0);
    assert_int_equal(rig_state(&rig, lead), LEAD_WAITING);
    rig_close(&rig);
}

/* By each key that they have: who stopped by mail is stopped on the phone, and agrees for both. */
static void to_agree_takes_it_back_and_the_later_word_counts(void **state)
{
    static const struct { int64_t stopped_ago, agreed_ago; bool is_stopped; } table[] = {
        {0, 0, false}, {2000, 1000, false}, {1000, 2000, true}, {1000, 1000, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct desk_rig rig;
        rig_open(&rig, rules(false), NULL);
        uint64_t now_ms = rig.now_ms;
        rig_publish_lead(&rig, &(struct rig_lead){.id = "a", .phone = PHONE, .email = EMAIL, .wants_no_more = true, .said_ms = now_ms - (uint64_t)table[i].stopped_ago});
        agree(&rig, "b", now_ms - (uint64_t)table[i].agreed_ago);
        assert_int_equal(is_stopped(&rig, form(&rig, "c")), table[i].is_stopped);
        struct desk_id mail = rig_publish_lead(&rig, &(struct rig_lead){.id = "d", .email = EMAIL});
        assert_true(is_stopped(&rig, mail));   /* who agrees without saying their address has not agreed to mails */
        rig_pass(&rig, 1);
        stop(&rig, "e", "again");
        assert_true(is_stopped(&rig, form(&rig, "f")));
        rig_publish_lead(&rig, &(struct rig_lead){.id = "g", .phone = PHONE, .email = EMAIL, .opts_in = true});
        assert_false(is_stopped(&rig, form(&rig, "h")));
        stop(&rig, "i", "late");    /* that moment's two words: the stop stands, as it came last */
        assert_true(is_stopped(&rig, form(&rig, "j")));
        rig_publish_lead(&rig, &(struct rig_lead){.id = "k", .phone = PHONE, .email = EMAIL, .wants_no_more = true, .said_ms = now_ms - 5000});
        assert_true(is_stopped(&rig, form(&rig, "l")));
        rig_close(&rig);
    }
}

static void a_rep_says_it_with_a_disposition(void **state)
{
    struct desk_rig rig;
    (void)state;
    rig_open(&rig, rules(false), NULL);
    uint64_t ada = rig_log_on(&rig, "ada");
    struct desk_id lead = form(&rig, "a");
    rig_accept(&rig, ada, lead, 1);
    assert_int_equal(rig_complete(&rig, ada, lead, "x", "won"), CORE_ACCEPTED);
    lead = form(&rig, "b");
    assert_false(is_stopped(&rig, lead));
    rig_accept(&rig, ada, lead, 1);
    assert_int_equal(rig_complete(&rig, ada, lead, "y", "leave me"), CORE_ACCEPTED);
    lead = form(&rig, "c");
    assert_true(is_stopped(&rig, lead));
    assert_memory_equal(rig_told(&rig, EFFECT_OFFER, ada, 0)->payload, "c[leave me 0]", strlen("c[leave me 0]"));
    rig_close(&rig);
}

static void nothing_is_remembered_unless_the_rules_say_so_nor_of_tests(void **state)
{
    struct desk_rig rig;
    struct core_config *config = rules(true);
    (void)state;
    config->people = (struct config_people){.join = true, .window_ms = 1};
    rig_open(&rig, config, NULL);
    stop(&rig, "a", "STOP");
    rig_pass(&rig, 10);
    assert_false(is_stopped(&rig, form(&rig, "b")));
    assert_int_equal(rig_apply(&rig, rules(true)), CORE_ACCEPTED);
    rig_publish_lead(&rig, &(struct rig_lead){.id = "c", .phone = PHONE, .wants_no_more = true, .is_test = true});
    assert_false(is_stopped(&rig, form(&rig, "d")));
    rig_close(&rig);
}

static void long_words_are_cut_between_characters(void **state)
{
    struct desk_rig rig;
    char words[CORE_STOP_WORDS_MAX + 2];
    (void)state;
    memset(words, 'x', sizeof words);
    memcpy(words + CORE_STOP_WORDS_MAX - 1, "\xc3\xa8", 3);   /* one letter, half of it beyond */
    rig_open(&rig, rules(false), NULL);
    stop(&rig, "a", words);
    uint64_t ada = rig_log_on(&rig, "ada");
    form(&rig, "b");
    assert_int_equal(rig_told(&rig, EFFECT_OFFER, ada, 0)->payload_size, 1 + CORE_STOP_WORDS_MAX - 1 + strlen("[ 0]"));
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

static void check_known(struct desk_rig *rig, const char *id)
{
    assert_int_equal(rig_state(rig, form(rig, id)), LEAD_PARKED);
    assert_false(is_stopped(rig, rig_publish_lead(rig, &(struct rig_lead){.id = "other", .source = id, .email = "agreed@y.example"})));
}

/* By the journal alone; then by a checkpoint alone, also of what the journal brought; what was taken back stays so. */
static void a_restart_forgets_nobody(void **state)
{
    const struct core_callbacks ignore = {NULL, ignore_record, ignore_effect};
    struct desk_rig rig;
    struct core_record record;
    (void)state;
    rig_open(&rig, rules(true), NULL);
    stop(&rig, "a", "STOP");
    rig_publish_lead(&rig, &(struct rig_lead){.id = "b", .email = "agreed@y.example", .wants_no_more = true});
    rig_pass(&rig, 1);
    rig_publish_lead(&rig, &(struct rig_lead){.id = "c", .email = "agreed@y.example", .opts_in = true});
    struct core *restored = rig_restore(&rig, rig.record_count, &ignore);
    assert_non_null(restored);
    assert_int_equal(core_state_hash(restored), core_state_hash(rig.core));
    core_free(rig_swap(&rig, restored));
    core_set_epoch(rig.core, ++rig.epoch);
    rig.record_count = 0;
    core_checkpoint_begin(rig.core);
    while (core_checkpoint_next(rig.core, &record)) {
        if (!record.ended)
            rig_keep_record(&rig, record.kind, record.bytes, record.size);
        assert_true(record.kind != RECORD_SEEN || !record.of_people || record.seen_bucket > core_people_oldest_bucket(rig.core) + 20 * 366);
    }
    restored = rig_restore(&rig, rig.record_count, &ignore);
    assert_non_null(restored);
    assert_int_equal(core_state_hash(restored), core_state_hash(rig.core));
    core_free(rig_swap(&rig, restored));
    core_set_epoch(rig.core, ++rig.epoch);
    check_known(&rig, "d");
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_later_lead_says_so_with_time_and_words),
        cmocka_unit_test(a_desk_that_parks_them_offers_them_to_nobody_and_says_why),
        cmocka_unit_test(a_contact_of_theirs_wakes_no_lead),
        cmocka_unit_test(to_agree_takes_it_back_and_the_later_word_counts),
        cmocka_unit_test(a_rep_says_it_with_a_disposition),
        cmocka_unit_test(nothing_is_remembered_unless_the_rules_say_so_nor_of_tests),
        cmocka_unit_test(long_words_are_cut_between_characters),
        cmocka_unit_test(a_restart_forgets_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
