/* SPDX-License-Identifier: Apache-2.0
 *
 * wire_encode: what it leaves when there is no room, and leads that are given as bytes.
 */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "wire_rules.h"

static void a_full_buffer_is_left_as_it_was(void **state)
{
    Leadwire__V1__Ping ping = {.base = PROTOBUF_C_MESSAGE_INIT(&leadwire__v1__ping__descriptor), .received_count = 5};
    struct wire_message message = {.type = WIRE_PING, .ping = &ping};
    struct byte_buffer buffer;

    (void)state;
    byte_buffer_init(&buffer, 15);
    assert_int_equal(wire_encode(&message, &buffer), LW_OK);
    assert_int_equal(buffer.size, 10);
    assert_int_equal(wire_encode(&message, &buffer), LW_NO_MEMORY);
    assert_int_equal(buffer.size, 10);
    assert_false(buffer.failed);
    byte_buffer_fini(&buffer);
}

static void an_offer_takes_its_lead_and_contacts_as_stored_bytes(void **state)
{
    Leadwire__V1__Offer offer = LEADWIRE__V1__OFFER__INIT;
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    struct wire_message message = {.type = WIRE_OFFER, .offer = &offer};
    struct byte_buffer stored, whole, parts;

    (void)state;
    byte_buffer_init(&stored, WIRE_FRAME_SIZE_MAX);
    byte_buffer_init(&whole, WIRE_FRAME_SIZE_MAX);
    byte_buffer_init(&parts, WIRE_FRAME_SIZE_MAX);
    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead.summary = calloc(1, LW_LEAD_SUMMARY_MAX + 1);
    assert_non_null(lead.summary);
    memset(lead.summary, 'a', LW_LEAD_SUMMARY_MAX);
    offer.lead_id = "1-1";
    offer.interrupts = true;   /* which stands behind them */
    assert_int_equal(wire_lead_pack(&lead, &stored), LW_OK);
    const struct wire_bytes leads[] = {{stored.data, stored.size}, {stored.data, stored.size}, {stored.data, stored.size}};
    assert_int_equal(wire_encode_with_leads(&message, leads, 3, &parts), LW_OK);
    Leadwire__V1__Lead *contacts[] = {&lead, &lead};
    offer.lead = &lead;
    offer.contacts = contacts;
    offer.n_contacts = 2;
    assert_int_equal(wire_encode(&message, &whole), LW_OK);
    assert_int_equal(parts.size, whole.size);
    assert_memory_equal(parts.data, whole.data, whole.size);
    free(lead.summary);
    byte_buffer_fini(&parts);
    byte_buffer_fini(&whole);
    byte_buffer_fini(&stored);
}

/* To the byte, with what stands before the lead and what stands behind it. */
static void the_limit_of_an_offer_counts_what_stands_around_its_lead(void **state)
{
    Leadwire__V1__Offer offer = LEADWIRE__V1__OFFER__INIT;
    struct wire_message message = {.type = WIRE_OFFER, .offer = &offer};
    const size_t size_max = wire_type_find(WIRE_OFFER)->size_max;
    char *lead = calloc(1, size_max);
    struct byte_buffer frame;

    (void)state;
    assert_non_null(lead);
    byte_buffer_init(&frame, 2 * size_max);
    offer.lead_id = "1-1";
    struct wire_bytes bytes = {lead, size_max / 2};
    assert_int_equal(wire_encode_with_leads(&message, &bytes, 1, &frame), LW_OK);
    bytes.size += size_max - frame.size;   /* its length takes as many bytes as before */
    byte_buffer_clear(&frame);
    assert_int_equal(wire_encode_with_leads(&message, &bytes, 1, &frame), LW_OK);
    assert_int_equal(frame.size, size_max);
    offer.interrupts = true;
    byte_buffer_clear(&frame);
    assert_int_equal(wire_encode_with_leads(&message, &bytes, 1, &frame), LW_TOO_LARGE);
    assert_int_equal(frame.size, 0);
    byte_buffer_fini(&frame);
    free(lead);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_buffer_is_left_as_it_was),
        cmocka_unit_test(an_offer_takes_its_lead_and_contacts_as_stored_bytes),
        cmocka_unit_test(the_limit_of_an_offer_counts_what_stands_around_its_lead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
