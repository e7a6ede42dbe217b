/* SPDX-License-Identifier: Apache-2.0
 *
 * The shared list: nobody is offered its leads, and the first rep who asks has one.
 */
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

struct room { struct desk_rig rig; uint64_t ada, bob; };

static struct core_config *pulled_rules(uint32_t capacity)
{
    struct core_config *config = rig_rules();
    struct config_queue *queue;
    assert_int_equal(core_config_add_queue(config, "sales", "", &queue), LW_OK);
    queue->is_pulled = true;
    rig_add_rep(config, "ada", capacity, "+391", NULL, 0);
    rig_add_rep(config, "bob", capacity, NULL, NULL, 0);
    return config;
}

static void open_room(struct room *room, struct core_config *config)
{
    rig_open(&room->rig, config, NULL);
    room->ada = rig_log_on(&room->rig, "ada");
    room->bob = rig_log_on(&room->rig, "bob");
}

static const struct core_effect *pull(struct room *room, uint64_t session, struct desk_id lead)
{
    struct core_command command = {.kind = COMMAND_PULL, .session = session, .pull = {lead}};
    rig_step(&room->rig, &command);
    return rig_told(&room->rig, EFFECT_REPLY, session, 0);
}

static void keep_first(void *context, const struct core_effect *row)
{
    struct desk_id *first = context;
    if (first->number == 0)
        *first = row->lead;
}

static uint32_t list(struct room *room, uint64_t session, struct desk_id *first)
{
    *first = (struct desk_id){0};
    return core_pull_list(room->rig.core, session, keep_first, first);
}

static void nobody_is_offered_it_and_the_first_who_asks_has_it(void **state)
{
    struct room room;
    struct desk_id first;
    (void)state;
    open_room(&room, pulled_rules(3));
    struct desk_id lead = rig_publish(&room.rig, "a");
    assert_int_equal(rig_state(&room.rig, lead), LEAD_WAITING);
    assert_int_equal(list(&room, room.bob, &first), 1);
    assert_true(desk_id_equal(first, lead));
    const struct core_effect *reply = pull(&room, room.bob, lead);
    assert_int_equal(reply->status, CORE_ACCEPTED);
    assert_string_equal(reply->reason, "assigned");
    assert_int_equal(rig_told(&room.rig, EFFECT_LEAD_EVENT, 0, 0)->cause, CAUSE_PULLED);
    assert_non_null(rig_told(&room.rig, EFFECT_HOLDING, room.bob, 0)->payload);
    assert_int_equal(rig_rep(&room.rig, "bob").load, 1);
    assert_int_equal(pull(&room, room.bob, lead)->status, CORE_DUPLICATE);   /* the answer was lost */
    reply = pull(&room, room.ada, lead);
    assert_int_equal(reply->status, CORE_NOT_YOURS);
    assert_string_equal(reply->reason, "no longer yours: taken by another");
    assert_int_equal(list(&room, room.ada, &first), 0);
    rig_close(&room.rig);
}

static void the_rules_hold_and_the_first_that_keeps_a_rep_from_it_is_told(void **state)
{
    struct room room;
    struct desk_id first;
    (void)state;
    open_room(&room, pulled_rules(1));
    struct desk_id call = rig_publish_lead(&room.rig, &(struct rig_lead){.id = "a", .channel = LW_CHANNEL_PHONE});
    assert_string_equal(pull(&room, room.bob, call)->reason, "device");
    assert_int_equal(list(&room, room.bob, &first), 0);
    assert_string_equal(pull(&room, room.ada, call)->reason, "connecting");
    struct desk_id form = rig_publish(&room.rig, "b");
    assert_string_equal(pull(&room, room.ada, form)->reason, "capacity");
    rig_set_state(&room.rig, room.bob, REP_BREAK);
    assert_string_equal(pull(&room, room.bob, form)->reason, "break");
    rig_set_state(&room.rig, room.bob, REP_AVAILABLE);
    assert_int_equal(pull(&room, room.bob, form)->status, CORE_ACCEPTED);
    assert_int_equal(rig_act(&room.rig, form, ACT_TAKE_BACK), CORE_ACCEPTED);
    assert_string_equal(pull(&room, room.bob, form)->reason, "declined_before");
    rig_close(&room.rig);
}

static void what_is_no_list_or_laid_aside_is_refused(void **state)
{
    struct room room;
    struct core_config *config = pulled_rules(3);
    (void)state;
    config->queues[0].is_pulled = false;
    open_room(&room, config);
    rig_log_off(&room.rig, room.ada);
    rig_set_state(&room.rig, room.bob, REP_BREAK);
    struct desk_id lead = rig_publish(&room.rig, "a");
    assert_string_equal(pull(&room, room.bob, lead)->reason, "the desk offers the leads of this queue");
    assert_int_equal(rig_act(&room.rig, lead, ACT_HOLD), CORE_ACCEPTED);
    assert_string_equal(pull(&room, room.bob, lead)->reason, "the lead is laid aside");
    assert_int_equal(pull(&room, room.bob, (struct desk_id){9, 9})->status, CORE_NOT_YOURS);
    rig_close(&room.rig);
}

static void rules_that_offer_its_leads_do_so_at_once(void **state)
{
    struct room room;
    struct desk_id first;
    (void)state;
    open_room(&room, pulled_rules(3));
    struct desk_id lead = rig_publish(&room.rig, "a");
    struct core_config *config = pulled_rules(3);
    config->queues[0].is_pulled = false;
    assert_int_equal(rig_apply(&room.rig, config), CORE_ACCEPTED);
    assert_int_equal(rig_state(&room.rig, lead), LEAD_OFFERED);
    assert_int_equal(list(&room, room.ada, &first), 0);
    rig_close(&room.rig);
}

/* Higher priority first, then older, and no more than a page. */
static void the_list_is_one_page_in_order(void **state)
{
    struct room room;
    struct desk_id first, last = {0};
    char id[8] = "a00";
    (void)state;
    open_room(&room, pulled_rules(3));
    for (int i = 0; i < CORE_PULL_LIST_MAX + 5; i++) {
        id[1] = (char)('0' + i / 10);
        id[2] = (char)('0' + i % 10);
        last = rig_publish(&room.rig, id);
    }
    assert_int_equal(list(&room, room.ada, &first), CORE_PULL_LIST_MAX);
    assert_false(desk_id_equal(first, last));
    struct core_command command = {.kind = COMMAND_ACT, .session = 1, .act = {
        .lead = last, .act = ACT_PRIORITISE, .by = {"boss", 4}, .reason = {"so", 2}, .priority = 200}};
    assert_int_equal(rig_step(&room.rig, &command), CORE_ACCEPTED);
    assert_int_equal(list(&room, room.ada, &first), CORE_PULL_LIST_MAX);
    assert_true(desk_id_equal(first, last));
    rig_close(&room.rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_offered_it_and_the_first_who_asks_has_it),
        cmocka_unit_test(the_rules_hold_and_the_first_that_keeps_a_rep_from_it_is_told),
        cmocka_unit_test(what_is_no_list_or_laid_aside_is_refused), cmocka_unit_test(rules_that_offer_its_leads_do_so_at_once),
        cmocka_unit_test(the_list_is_one_page_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
