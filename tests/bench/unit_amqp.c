/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames as RabbitMQ sends and takes them; the link's far end is this test.
 */
#include <stdlib.h>
#include <string.h>

#include "amqp.h"
#include "bench_desk.h"
#include "cmocka_all.h"

_Noreturn void bench_give_up(const char *what)
{
    fail_msg("%s", what);
    abort();
}

struct peer_link *peer_link_open_tcp(const char *peer, uint16_t port)
{
    (void)peer;
    (void)port;
    return NULL;
}

bool peer_link_fill(struct peer_link *link, bool wait)
{
    (void)link;
    (void)wait;
    return false;
}

void peer_link_flush(void *link)
{
    (void)link;
}

static struct peer_link *make_link(void)
{
    struct peer_link *link = calloc(1, sizeof *link);
    assert_non_null(link);
    byte_buffer_init(&link->out, PEER_OUT_MAX);
    return link;
}

static void free_link(struct peer_link *link)
{
    byte_buffer_fini(&link->out);
    free(link);
}

static void come(struct peer_link *link, const void *bytes, size_t size)
{
    memcpy(link->in + link->in_size, bytes, size);
    link->in_size += size;
}

static void a_publish_is_three_frames(void **state)
{
    static const char wanted[] = "\x01\0\x01\0\0\0\x0b\0\x3c\0\x28\0\0\0\x02s3\0\xce"
                                 "\x02\0\x01\0\0\0\x0f\0\x3c\0\0\0\0\0\0\0\0\0\x02\x10\0\x02\xce"
                                 "\x03\0\x01\0\0\0\x02hi\xce";
    (void)state;
    struct peer_link *link = make_link();
    amqp_publish(link, "s3", "hi", 2);
    assert_int_equal(link->out.size, sizeof wanted - 1);
    assert_memory_equal(link->out.data, wanted, sizeof wanted - 1);
    free_link(link);
}

static void a_delivery_is_given_once_it_is_whole(void **state)
{
    static const char bytes[] = "\x01\0\x01\0\0\0\x14\0\x3c\0\x3c\x02s3\0\0\0\0\0\0\x01\x07\0\0\x02s3\xce"
                                "\x02\0\x01\0\0\0\x0f\0\x3c\0\0\0\0\0\0\0\0\0\x02\x10\0\x02\xce"
                                "\x03\0\x01\0\0\0\x02hi\xce";
    struct amqp_event event;
    (void)state;
    struct peer_link *link = make_link();
    for (size_t i = 0; i + 1 < sizeof bytes; i++) {
        assert_false(amqp_next(link, &event));
        come(link, bytes + i, 1);
    }
    assert_true(amqp_next(link, &event));
    assert_int_equal(event.kind, AMQP_DELIVERY);
    assert_int_equal(event.tag, 0x107);
    assert_memory_equal(event.body, "hi", 2);
    assert_false(amqp_next(link, &event));
    free_link(link);
}

static void a_confirm_says_whether_it_is_for_all_before(void **state)
{
    static const char bytes[] = "\x01\0\x01\0\0\0\x0d\0\x3c\0\x50\0\0\0\0\0\0\0\x05\x01\xce"
                                "\x01\0\x01\0\0\0\x0d\0\x3c\0\x50\0\0\0\0\0\0\0\x06\0\xce";
    struct amqp_event event;
    (void)state;
    struct peer_link *link = make_link();
    come(link, bytes, sizeof bytes - 1);
    assert_true(amqp_next(link, &event));
    assert_true(event.kind == AMQP_CONFIRM && event.tag == 5 && event.and_before);
    assert_true(amqp_next(link, &event));
    assert_true(event.kind == AMQP_CONFIRM && event.tag == 6 && !event.and_before);
    free_link(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_publish_is_three_frames),
        cmocka_unit_test(a_delivery_is_given_once_it_is_whole),
        cmocka_unit_test(a_confirm_says_whether_it_is_for_all_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
