/* SPDX-License-Identifier: Apache-2.0
 *
 * The link to Redis when it reads ahead, as it does while a desk is loaded: out of an answer the next page is asked for, and what
 * has come by then is taken in. The other side is played here, in the same thread, so that each byte comes when the test says.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <hiredis/async.h>

#include "../unit/cmocka_all.h"
#include "redis_link.h"

enum { PAGES_MAX = 64, SIDE_BY_SIDE = 16, TURNS_MAX = 2000000, ERROR_PAGE = -1, READ_AT_ONCE_MAX = 16 * 1024 };
#define WORD "page"

/* Of the page of each number; ERROR_PAGE: an error. The other side, in the order in which it is asked. */
struct script { const int *sizes; unsigned count, side_by_side; };

static struct redis_link link_;
static struct redis_args args;
static struct script script;
static char folder[] = "/tmp/leadwire-unit-link-XXXXXX", path[sizeof folder + 8];
static int listener = -1, peer = -1;
static unsigned char *out;                            /* what the other side has to say, and has said */
static size_t out_size, out_at, out_capacity;
static unsigned asked, heard, answered, gone, pieces;
static char heard_end[sizeof WORD];
static bool is_ahead, holds_back;                    /* holds_back: the other side says nothing while an answer is looked at */
static void (*on_answer)(unsigned number);            /* before the next is asked for */

/* ---- the other side ---- */

static unsigned char byte_of(unsigned number, size_t at) { return (unsigned char)(number * 31 + at * 7 + at / 251); }

static void say(const void *bytes, size_t size)
{
    if (out_size + size > out_capacity) {
        out_capacity = 2 * (out_size + size);
        out = realloc(out, out_capacity);
        assert_non_null(out);
    }
    memcpy(out + out_size, bytes, size);
    out_size += size;
}

static void say_page(unsigned number)
{
    static const char error[] = "-TRYAGAIN not now\r\n";
    char head[32];

    if (script.sizes[number] == ERROR_PAGE) {
        say(error, sizeof error - 1);
        return;
    }
    say(head, (size_t)snprintf(head, sizeof head, "$%d\r\n", script.sizes[number]));
    for (int at = 0; at < script.sizes[number]; at++)
        say(&(unsigned char){byte_of(number, (size_t)at)}, 1);
    say("\r\n", 2);
}

/* Takes what was asked; true: something was. */
static bool hear(void)
{
    char bytes[4096];
    unsigned before = heard;

    for (ssize_t size; (size = read(peer, bytes, sizeof bytes)) > 0;)
        for (ssize_t at = 0; at < size; at++) {
            memmove(heard_end, heard_end + 1, sizeof WORD - 2);
            heard_end[sizeof WORD - 2] = bytes[at];
            if (memcmp(heard_end, WORD, sizeof WORD - 1) == 0)
                say_page(heard++);
        }
    return heard > before;
}

/* Lets so many bytes go at most; gives how many went. */
static size_t let_go(size_t most)
{
    size_t size = out_size - out_at < most ? out_size - out_at : most;
    ssize_t written = size > 0 ? send(peer, out + out_at, size, MSG_NOSIGNAL) : 0;

    assert_true(written >= 0 || errno == EAGAIN);
    out_at += written > 0 ? (size_t)written : 0;
    return written > 0 ? (size_t)written : 0;
}

/* ---- our side ---- */

static void take(void *context, uint64_t tag, const redisReply *reply);

static void ask(void)
{
    redis_args_clear(&args);
    redis_args_text(&args, "GET");
    redis_args_text(&args, WORD);
    assert_true(redis_link_send(&link_, &args, take, asked++));
}

static void run_ahead(void)
{
    is_ahead = true;
    redis_link_run_ahead(&link_);
    is_ahead = false;
}

static void expect_page(const redisReply *reply, unsigned number)
{
    if (script.sizes[number] == ERROR_PAGE) {
        assert_int_equal(reply->type, REDIS_REPLY_ERROR);
        assert_string_equal(reply->str, "TRYAGAIN not now");
        return;
    }
    assert_int_equal(reply->type, REDIS_REPLY_STRING);
    assert_int_equal(reply->len, script.sizes[number]);
    for (size_t at = 0; at < (size_t)reply->len; at++)
        if ((unsigned char)reply->str[at] != byte_of(number, at))
            fail_msg("page %u has another byte at %zu", number, at);
}

/* As the store does: the next page is asked for before this one is looked at, and the other side has the question meanwhile. */
static void take(void *context, uint64_t tag, const redisReply *reply)
{
    (void)context;
    assert_false(is_ahead);                           /* no answer comes from inside */
    assert_int_equal(tag, answered);                  /* in order, each once */
    answered++;
    gone += reply == NULL;
    if (!reply)
        return;
    if (on_answer)
        on_answer((unsigned)tag);
    if (asked < script.count) {
        ask();
        run_ahead();
        if (peer >= 0) {
            assert_true(hear());
            (void)let_go(holds_back ? 0 : pieces % 3 == 0 ? SIZE_MAX : pieces % 5000);
            run_ahead();
        }
    }
    expect_page(reply, (unsigned)tag);                /* untouched by all that */
}

static void open_link(const int *sizes, unsigned count, unsigned side_by_side)
{
    script = (struct script){sizes, count, side_by_side};
    out_size = out_at = 0;
    asked = heard = answered = gone = 0;
    pieces = 1;
    on_answer = NULL;
    holds_back = false;
    memset(heard_end, 0, sizeof heard_end);
    redis_link_init(&link_, NULL);
    assert_true(redis_link_open(&link_, path, NULL, 0, 1));
    peer = accept(listener, NULL, NULL);
    assert_true(peer >= 0 && fcntl(peer, F_SETFL, O_NONBLOCK) == 0);
    for (unsigned i = 0; i < side_by_side && i < count; i++)
        ask();
}

static void hang_up(void)
{
    close(peer);
    peer = -1;
}

/* Piece by piece, each of another size, until all is answered. */
static void run(size_t piece_max)
{
    for (unsigned turns = 0; answered < script.count && redis_link_is_open(&link_); turns++) {
        assert_true(turns < TURNS_MAX);
        redis_link_turn(&link_, 2 + turns);
        if (peer < 0 || !redis_link_is_open(&link_))
            continue;
        (void)hear();
        pieces = pieces * 1103515245u + 12345u;
        (void)let_go(1 + (pieces >> 8) % piece_max);
    }
}

static void close_link(void)
{
    redis_link_close(&link_);
    if (peer >= 0)
        hang_up();
}

/* ---- the promises ---- */

static const int odd_sizes[] = {0, 1, 2, 5, 1023, 1024, 1025, ERROR_PAGE, 16383, 16384, 16385, 65537, ERROR_PAGE, 3, 200001,
                                REDIS_LINK_AHEAD_MAX + 7, ERROR_PAGE, ERROR_PAGE, 40000, 1, 131072, 7, 4096, 99};
enum { ODD = sizeof odd_sizes / sizeof odd_sizes[0] };

/* Errors among them are answers as others: what comes after them is not lost. */
static void pages_of_odd_sizes_in_pieces_come_whole_and_in_order(void **state)
{
    static const size_t pieces_max[] = {3, 700, 5000, 65536, 1000000};

    (void)state;
    for (unsigned i = 0; i < sizeof pieces_max / sizeof pieces_max[0]; i++)
        for (unsigned side_by_side = 1; side_by_side <= SIDE_BY_SIDE; side_by_side *= 4) {
            open_link(odd_sizes, pieces_max[i] > 3 ? ODD : 8, side_by_side);     /* by bytes only the small ones */
            run(pieces_max[i]);
            assert_int_equal(answered, script.count);
            assert_int_equal(gone, 0);
            assert_true(redis_link_is_open(&link_));
            close_link();
            assert_int_equal(answered, script.count);
        }
}

static void nothing_has_come(unsigned number)
{
    const redisReader *in = link_.async->c.reader;
    size_t before = in->len;

    (void)number;
    run_ahead();
    run_ahead();
    assert_int_equal(in->len, before);
    assert_int_equal(link_.async->c.err, 0);
}

/* One whole answer at a time, and while it is looked at nothing more has come: nobody waits for it there. */
static void a_slow_redis_is_not_waited_for(void **state)
{
    static const int sizes[] = {10, 20000, ERROR_PAGE, 30};

    (void)state;
    open_link(sizes, 4, 1);
    on_answer = nothing_has_come;
    holds_back = true;
    for (unsigned number = 0; number < 4; number++) {
        redis_link_turn(&link_, 2);
        (void)hear();
        assert_int_equal(answered, number);
        for (unsigned i = 0; i < 3; i++)
            redis_link_turn(&link_, 3);
        assert_int_equal(answered, number);
        assert_int_equal(redis_link_silent_ms(&link_, 1003), number == 0 ? 1002 : 1000);
        for (size_t end = out_size; out_at < end;) {
            assert_true(let_go(end - out_at) > 0);
            redis_link_turn(&link_, 3);
        }
        assert_int_equal(answered, number + 1);
    }
    close_link();
    assert_int_equal(gone, 0);
}

static void all_goes_that_can(unsigned number)
{
    const redisReader *in = link_.async->c.reader;

    if (number != 0)
        return;
    for (size_t went = 1; went > 0;) {
        went = let_go(SIZE_MAX);
        run_ahead();
    }
    assert_true(out_at < out_size);                   /* the rest waits with the other side */
    assert_in_range(in->len - in->pos, REDIS_LINK_AHEAD_MAX, REDIS_LINK_AHEAD_MAX + READ_AT_ONCE_MAX);
}

static void what_is_read_ahead_has_a_bound(void **state)
{
    static int sizes[40];

    (void)state;
    for (unsigned i = 0; i < 40; i++)
        sizes[i] = 100001;
    open_link(sizes, 40, 40);
    on_answer = all_goes_that_can;
    run(65536);
    assert_int_equal(answered, 40);
    assert_int_equal(gone, 0);
    close_link();
}

enum { LOST_AFTER = 3, LOST_PAGES = 20 };
static const char *last_words;

/* Some pages more are there, and half of one or what is none, and then it is over. */
static void is_lost_behind(unsigned number)
{
    const size_t end = last_words ? out_size : out_size - 500;

    if (number != LOST_AFTER)
        return;
    assert_true(out_at < end);
    while (out_at < end)
        assert_true(let_go(end - out_at) > 0);
    if (last_words)
        assert_true(send(peer, last_words, strlen(last_words), MSG_NOSIGNAL) > 0);
    run_ahead();
    if (!last_words)
        hang_up();
    for (unsigned i = 0; i < 3; i++)
        run_ahead();
}

static void lose_in_the_middle(const char *words)
{
    static int sizes[LOST_PAGES];

    for (unsigned i = 0; i < LOST_PAGES; i++)
        sizes[i] = 1000 + (int)i;
    last_words = words;
    open_link(sizes, LOST_PAGES, LOST_AFTER + 3);
    on_answer = is_lost_behind;
    holds_back = true;
    run(1000);
    assert_false(redis_link_is_open(&link_));
    assert_true(redis_link_error(&link_)[0] != '\0');
    assert_int_equal(answered, asked);                /* each once, the rest by NULL */
    assert_in_range(answered - gone, LOST_AFTER + 2, LOST_PAGES - 1);     /* what had come whole is not lost with it */
    assert_true(gone > 0);
    assert_int_equal(redis_link_room(&link_), REDIS_LINK_WAITING_MAX);
    run_ahead();                                      /* of a closed one nothing comes */
    close_link();
    assert_int_equal(answered, asked);
}

static void a_connection_lost_in_the_middle_is_told_by_the_turn(void **state)
{
    (void)state;
    lose_in_the_middle(NULL);
}

static void nonsense_in_the_middle_is_told_by_the_turn(void **state)
{
    (void)state;
    lose_in_the_middle("no answer of Redis\r\n?\r\n");
}

static int open_listener(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)state;
    signal(SIGPIPE, SIG_IGN);                         /* as in the broker */
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/redis", folder);
    memcpy(address.sun_path, path, sizeof path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    redis_args_init(&args);
    return bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 4) == 0 ? 0 : -1;
}

static int close_listener(void **state)
{
    (void)state;
    close(listener);
    unlink(path);
    redis_args_fini(&args);
    free(out);
    return rmdir(folder);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_odd_sizes_in_pieces_come_whole_and_in_order),
        cmocka_unit_test(a_slow_redis_is_not_waited_for),
        cmocka_unit_test(what_is_read_ahead_has_a_bound),
        cmocka_unit_test(a_connection_lost_in_the_middle_is_told_by_the_turn),
        cmocka_unit_test(nonsense_in_the_middle_is_told_by_the_turn),
    };
    return cmocka_run_group_tests(tests, open_listener, close_listener);
}
