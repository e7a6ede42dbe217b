/* SPDX-License-Identifier: Apache-2.0
 * The pure parts of libleadwire: pending requests, what a rep holds, revisions, names. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "held_leads.h"
#include "message_fields.h"
#include "outcome.h"
#include "pending.h"
#include "revision_table.h"

#include <leadwire/leadwire.h>
#include <stdio.h>

static struct pending_request *add(struct pending *pending, uint64_t now_ms, uint32_t time_limit_ms)
{
    struct pending_request *request = pending_new(pending);
    if (request)
        pending_queue(pending, request, now_ms, time_limit_ms);
    return request;
}

static void tickets_rise_and_find_only_their_request(void **state)
{
    (void)state;
    struct pending pending;
    uint64_t last = 0;
    assert_int_equal(pending_init(&pending, 5, 0), LW_OK);
    for (int i = 0; i < 100; i++) {
        struct pending_request *request = add(&pending, 0, 0);
        uint64_t ticket = request->ticket;
        assert_true(ticket > last);
        last = ticket;
        assert_ptr_equal(pending_find(&pending, ticket), request);
        pending_free(&pending, request);
        assert_null(pending_find(&pending, ticket));
    }
    assert_null(pending_find(&pending, 0));
    assert_null(pending_find(&pending, UINT64_MAX));
    pending_fini(&pending);
}

static void pending_is_bounded_and_says_wrong_bounds(void **state)
{
    (void)state;
    struct pending pending;
    assert_int_equal(pending_init(&pending, 0, 0), LW_INVALID);
    assert_int_equal(pending_init(&pending, PENDING_MAX + 1, 0), LW_INVALID);
    pending_fini(&pending);
    assert_int_equal(pending_init(&pending, 3, 0), LW_OK);
    struct pending_request *first = add(&pending, 0, 0);
    add(&pending, 0, 0);
    add(&pending, 0, 0);
    assert_null(pending_new(&pending));
    pending_free(&pending, first);
    assert_non_null(add(&pending, 0, 0));
    assert_int_equal(pending.count, 3);
    pending_fini(&pending);
}

/* A gateway has thousands of sessions, each with room for a thousand requests and seldom one of them in use. */
static void pending_takes_memory_for_what_is_in_use(void **state)
{
    (void)state;
    enum { USED = 2 * PENDING_BLOCK + 1, MAX = 1024 };
    struct pending pending;
    struct pending_request *requests[USED];
    uint64_t tickets[USED];
    assert_int_equal(pending_init(&pending, MAX, 0), LW_OK);
    assert_null(pending.blocks[0]);
    for (uint32_t i = 0; i < USED; i++) {
        requests[i] = add(&pending, 0, 0);
        tickets[i] = requests[i]->ticket;
    }
    assert_non_null(pending.blocks[2]);
    assert_null(pending.blocks[3]);
    for (uint32_t i = 0; i < USED; i++)
        assert_ptr_equal(pending_find(&pending, tickets[i]), requests[i]);
    for (uint32_t i = 0; i < USED; i++)
        pending_free(&pending, requests[i]);
    for (uint32_t i = 0; i < USED; i++)
        add(&pending, 0, 0);
    assert_null(pending.blocks[3]);
    pending_fini(&pending);
}

static void a_lost_connection_puts_what_was_sent_before_what_waits_in_order(void **state)
{
    (void)state;
    struct pending pending;
    struct pending_request *r[4];
    assert_int_equal(pending_init(&pending, 8, 0), LW_OK);
    for (int i = 0; i < 4; i++)
        r[i] = add(&pending, 0, 0);
    pending_mark_sent(&pending, r[0], 1);
    pending_mark_sent(&pending, r[1], 2);
    pending_mark_sent(&pending, r[0], 3);     /* sent again: now behind r[1] */
    assert_ptr_equal(pending_peek_sent(&pending), r[1]);
    assert_int_equal(pending.sent_count, 2);
    pending_requeue_sent(&pending);
    assert_int_equal(pending.sent_count, 0);
    assert_null(pending_peek_sent(&pending));
    struct pending_request *expected[4] = {r[1], r[0], r[2], r[3]};
    for (int i = 0; i < 4; i++) {
        assert_ptr_equal(pending_peek_queued(&pending), expected[i]);
        pending_mark_sent(&pending, expected[i], 4);
    }
    pending_requeue_sent(&pending);
    pending_requeue_sent(&pending);
    assert_ptr_equal(pending_peek_queued(&pending), r[1]);
    pending_fini(&pending);
}

static void busy_waits_its_time_and_the_limit_ends_it(void **state)
{
    (void)state;
    struct pending pending;
    assert_int_equal(pending_init(&pending, 8, 1000), LW_OK);
    struct pending_request *request = add(&pending, 1000, 100);
    assert_int_equal(pending_next_ms(&pending) <= 1100, 1);
    pending_mark_sent(&pending, request, 1000);
    pending_back_off(&pending, request, 1000, 40, "store away");
    assert_int_equal(pending.sent_count, 0);
    assert_null(pending_take_expired(&pending, 1039));
    assert_null(pending_peek_queued(&pending));
    assert_null(pending_take_expired(&pending, 1040));
    assert_ptr_equal(pending_peek_queued(&pending), request);
    pending_mark_sent(&pending, request, 1040);
    pending_back_off(&pending, request, 1040, 0, "store away");
    assert_int_equal(request->retry_after_ms, PENDING_RETRY_MIN_MS);
    pending_back_off(&pending, request, 1041, UINT32_MAX, "store away");
    assert_int_equal(request->retry_after_ms, PENDING_RETRY_MAX_MS);
    assert_null(pending_take_expired(&pending, 1099));
    assert_ptr_equal(pending_take_expired(&pending, 1100), request);
    assert_string_equal(request->busy_reason, "store away");
    pending_free(&pending, request);
    assert_int_equal(pending_next_ms(&pending), UINT64_MAX);
    pending_fini(&pending);
}

static void held_leads_tell_news_once_a_session(void **state)
{
    (void)state;
    struct held_leads held = {0};
    held_leads_begin_session(&held);
    assert_true(held_leads_tell(&held, "5-1", 1, LW_LEAD_OFFERED, 0));
    assert_false(held_leads_tell(&held, "5-1", 1, LW_LEAD_OFFERED, 0));
    assert_true(held_leads_tell(&held, "5-1", 1, LW_LEAD_ASSIGNED, 0));
    assert_true(held_leads_tell(&held, "5-2", 1, LW_LEAD_OFFERED, 0));
    assert_true(held_leads_tell(&held, "5-2", 1, LW_LEAD_OFFERED, 1));   /* a contact joined */
    assert_false(held_leads_tell(&held, "5-2", 1, LW_LEAD_OFFERED, 1));
    assert_false(held_leads_tell(&held, "5-2", 1, LW_LEAD_OFFERED, HELD_CONTACTS_UNTOLD));
    assert_true(held_leads_tell(&held, "5-2", 1, LW_LEAD_OFFERED, 0));   /* it was parted from another */
    held_leads_forget(&held, "5-2", 9);
    assert_int_equal(held.count, 2);
    held_leads_begin_session(&held);
    assert_true(held_leads_tell(&held, "5-1", 1, LW_LEAD_ASSIGNED, 0));
    held_leads_end_snapshot(&held);
    assert_int_equal(held.count, 1);
    held_leads_forget(&held, "5-1", 0);
    held_leads_forget(&held, "5-1", 0);
    assert_int_equal(held.count, 0);
    held_leads_fini(&held);
}

static void held_leads_are_bounded(void **state)
{
    (void)state;
    struct held_leads held = {0};
    char id[LW_LEAD_ID_TEXT_MAX];
    for (int i = 0; i < HELD_LEADS_MAX + 10; i++) {
        snprintf(id, sizeof id, "5-%d", i);
        assert_true(held_leads_tell(&held, id, 1, LW_LEAD_OFFERED, 0));
    }
    assert_int_equal(held.count, HELD_LEADS_MAX);
    assert_true(held_leads_tell(&held, "this-lead-id-is-longer-than-any-broker-makes", 1, LW_LEAD_OFFERED, 0));
    held_leads_fini(&held);
}

static void revisions_are_found_by_kind_and_name(void **state)
{
    (void)state;
    struct revision_table table;
    char name[32];
    revision_table_init(&table);
    assert_int_equal(revision_table_find(&table, 'l', "5-1"), 0);
    for (uint64_t i = 1; i <= 5000; i++) {
        snprintf(name, sizeof name, "5-%d", (int)i);
        assert_true(revision_table_put(&table, 'l', name, i));
    }
    assert_true(revision_table_put(&table, 'r', "5-7", 70));
    assert_true(revision_table_put(&table, 'l', "5-9", 90));
    assert_int_equal(revision_table_find(&table, 'l', "5-7"), 7);
    assert_int_equal(revision_table_find(&table, 'r', "5-7"), 70);
    assert_int_equal(revision_table_find(&table, 'l', "5-9"), 90);
    assert_int_equal(revision_table_find(&table, 'l', "5-5000"), 5000);
    assert_int_equal(revision_table_find(&table, 'l', "5-5001"), 0);
    assert_int_equal(table.count, 5001);
    revision_table_clear(&table);
    assert_int_equal(revision_table_find(&table, 'l', "5-7"), 0);
}

static void a_request_knows_its_answers(void **state)
{
    (void)state;
    assert_true(message_answers(WIRE_REPLY, WIRE_PUBLISH));
    assert_true(message_answers(WIRE_LEAD_QUERY_REPLY, WIRE_LEAD_QUERY));
    assert_false(message_answers(WIRE_LEAD_QUERY_REPLY, WIRE_PUBLISH));
    assert_false(message_answers(WIRE_OFFER, WIRE_PUBLISH));
    assert_true(message_answers(WIRE_CONFIG_REPLY, WIRE_APPLY_CONFIG));
    Leadwire__V1__Offer offer = LEADWIRE__V1__OFFER__INIT;
    offer.epoch = 9;
    struct wire_message message = {.type = WIRE_OFFER, .offer = &offer};
    assert_int_equal(message_epoch(&message), 9);
    assert_null(message_request_id(&message));
    Leadwire__V1__Complete complete = LEADWIRE__V1__COMPLETE__INIT;
    message = (struct wire_message){.type = WIRE_COMPLETE, .complete = &complete};
    assert_int_equal(message_epoch(&message), 0);
    assert_ptr_equal(message_request_id(&message), &complete.request_id);
}

static void every_number_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(lw_outcome_name(LW_OUTCOME_DUPLICATE_DIFFERS), "duplicate_differs");
    assert_string_equal(lw_outcome_name((lw_outcome)99), "unknown");
    assert_string_equal(lw_lead_state_name(LW_LEAD_EXPIRED), "expired");
    assert_string_equal(lw_lead_state_name(LW_LEAD_MERGED), "merged");
    assert_string_equal(lw_lead_state_name((lw_lead_state)99), "unknown");
    assert_string_equal(lw_rep_state_name(LW_REP_WRAP_UP), "wrap_up");
    assert_string_equal(lw_rep_state_name((lw_rep_state)-1), "unknown");
    assert_int_equal(outcome_from_status(LEADWIRE__V1__STATUS__STATUS_BUSY), LW_OUTCOME_BUSY);
    assert_int_equal(outcome_from_status(LEADWIRE__V1__STATUS__STATUS_NONE), LW_OUTCOME_REJECTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tickets_rise_and_find_only_their_request),
        cmocka_unit_test(pending_is_bounded_and_says_wrong_bounds),
        cmocka_unit_test(pending_takes_memory_for_what_is_in_use),
        cmocka_unit_test(a_lost_connection_puts_what_was_sent_before_what_waits_in_order),
        cmocka_unit_test(busy_waits_its_time_and_the_limit_ends_it),
        cmocka_unit_test(held_leads_tell_news_once_a_session),
        cmocka_unit_test(held_leads_are_bounded),
        cmocka_unit_test(revisions_are_found_by_kind_and_name),
        cmocka_unit_test(a_request_knows_its_answers),
        cmocka_unit_test(every_number_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
