/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions inside Redis against an obvious model: a list of entries, a head, a nonce. Three owners claim, append by
 * one call or by a transaction, renew, send again, send late, release, and are told exactly what the model says; the stream equals the list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "redis_fixture.h"
#include "store_functions.h"
#include "store_keys.h"

enum { OWNERS = 3, ENTRIES_MAX = 8192, STEPS = 3000, GROUP_MAX = 3 };

/* What one call appends: entries with the sequence numbers after previous's. */
struct group { struct desk_id previous; uint32_t count, bytes[GROUP_MAX]; };

struct model {
    struct desk_id ids[ENTRIES_MAX];
    uint32_t bytes[ENTRIES_MAX];
    size_t count;
    bool has_head;
    struct desk_id head;
    char nonce[24], renewals[24];
    uint64_t renewal_count, last_epoch;
};

struct owner {                 /* what one broker believes */
    char nonce[24];
    struct desk_id head;
    bool has_claimed;
    struct group sent[64];
    size_t sent_count;
};

static struct redis_fixture redis;
static redisContext *context;
static struct model model;
static struct owner owners[OWNERS];
static uint64_t seed, state_of_random;
static unsigned nonces;

static uint64_t draw(uint64_t below)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return (state_of_random >> 33) % below;
}

static redisReply *ask(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    redisReply *reply = redisvCommand(context, format, args);
    va_end(args);
    assert_non_null(reply);
    if (reply->type == REDIS_REPLY_ERROR)
        print_message("%s\n", reply->str);
    assert_true(reply->type != REDIS_REPLY_ERROR);
    return reply;
}

/* Draws sometimes an older belief, so that claims fail too. */
static void claim(struct owner *owner)
{
    char expected[STREAM_ID_MAX] = "", nonce[24] = "", renewals[24] = "", id_text[STREAM_ID_MAX];
    bool is_true = draw(4) != 0 || !model.has_head;
    struct desk_id id = {((model.last_epoch >> 24) + 1) << 24 | draw(1 << 24), 0};

    if (model.has_head) {
        stream_id_format(model.head, expected);
        snprintf(nonce, sizeof nonce, "%s", model.nonce);
        snprintf(renewals, sizeof renewals, "%" PRIu64, model.renewal_count);
        if (!is_true && draw(2) == 0)
            snprintf(renewals, sizeof renewals, "%" PRIu64, model.renewal_count + 1);
        else if (!is_true)
            snprintf(nonce, sizeof nonce, "stale");
    }
    snprintf(owner->nonce, sizeof owner->nonce, "n%u", ++nonces);
    stream_id_format(id, id_text);
    redisReply *reply = ask("FCALL lw_claim 3 lw:{d}:head lw:{d}:journal lw:{d}:checkpoint %s %s %s %s %s %s o e 1 claim",
                            expected, nonce, renewals, owner->nonce, id_text, "1");
    assert_int_equal(reply->integer, is_true ? 1 : 0);
    freeReplyObject(reply);
    if (!is_true)
        return;
    model.has_head = owner->has_claimed = true;
    model.head = owner->head = id;
    model.last_epoch = id.epoch;
    model.renewal_count = 0;
    snprintf(model.nonce, sizeof model.nonce, "%s", owner->nonce);
    model.ids[model.count] = id;
    model.bytes[model.count++] = 0;
    owner->sent_count = 0;
}

/* texts: the previous id, then that of each entry. */
static redisReply *send_call(const struct owner *owner, uint32_t count, char texts[][STREAM_ID_MAX], char bytes[][16])
{
    const char *argv[7 + 2 * GROUP_MAX] = {"FCALL", "lw_append", "2", "lw:{d}:head", "lw:{d}:journal", owner->nonce, texts[0]};
    int argc = 7;

    for (uint32_t i = 0; i < count; i++) {
        argv[argc++] = texts[1 + i];
        argv[argc++] = bytes[i];
    }
    return redisCommandArgv(context, argc, argv, NULL);
}

static redisReply *send_transaction(const struct owner *owner, uint32_t count, char texts[][STREAM_ID_MAX], char bytes[][16])
{
    redisReply *reply, *answer;

    freeReplyObject(ask("MULTI"));
    freeReplyObject(ask("FCALL lw_open 1 lw:{d}:journal"));
    for (uint32_t i = 0; i < count; i++)
        freeReplyObject(ask("XADD lw:{d}:journal NOMKSTREAM %s b %s", texts[1 + i], bytes[i]));
    freeReplyObject(ask("FCALL lw_close 2 lw:{d}:head lw:{d}:journal %s %s %u %s", owner->nonce, texts[0], count, texts[count]));
    reply = ask("EXEC");
    assert_int_equal(reply->elements, 2 + count);
    answer = reply->element[1 + count];
    reply->element[1 + count] = NULL;
    freeReplyObject(reply);
    return answer;
}

static void append_group(struct owner *owner, const struct group *group)
{
    char texts[1 + GROUP_MAX][STREAM_ID_MAX], bytes[GROUP_MAX][16], head_text[STREAM_ID_MAX] = "";
    bool fits = model.has_head && desk_id_equal(model.head, group->previous) && strcmp(model.nonce, owner->nonce) == 0;

    stream_id_format(group->previous, texts[0]);
    for (uint32_t i = 0; i < group->count; i++) {
        struct desk_id id = {group->previous.epoch, group->previous.number + 1 + i};
        stream_id_format(id, texts[1 + i]);
        snprintf(bytes[i], sizeof bytes[i], "%u", group->bytes[i]);
        if (!fits)
            continue;
        model.head = id;
        model.ids[model.count] = id;
        model.bytes[model.count++] = group->bytes[i];
    }
    redisReply *reply = draw(2) == 0 ? send_call(owner, group->count, texts, bytes) : send_transaction(owner, group->count, texts, bytes);
    assert_non_null(reply);
    if (fits) {
        assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
        assert_int_equal(reply->integer, 1);
    } else {
        assert_int_equal(reply->type, REDIS_REPLY_ARRAY);
        if (model.has_head)
            stream_id_format(model.head, head_text);
        assert_string_equal(reply->element[0]->str, head_text);
        assert_string_equal(reply->element[1]->str, model.has_head ? model.nonce : "");
    }
    freeReplyObject(reply);
}

static void append(struct owner *owner)
{
    struct group group = {.previous = owner->head, .count = 1 + (uint32_t)draw(GROUP_MAX)};

    if (!owner->has_claimed || owner->sent_count == 64)
        return;
    group.previous.number += draw(8) == 0;       /* a gap now and then, which is then refused */
    for (uint32_t i = 0; i < group.count; i++)
        group.bytes[i] = (uint32_t)draw(1000000);
    size_t before = model.count;
    append_group(owner, &group);
    if (model.count == before)
        return;
    owner->head = model.head;
    owner->sent[owner->sent_count++] = group;
}

/* Anything sent before, or its end as a group of its own, again: never twice in the journal. */
static void append_again(struct owner *owner)
{
    if (owner->sent_count == 0)
        return;
    struct group group = owner->sent[draw(owner->sent_count)];
    if (group.count > 1 && draw(2) == 0) {
        group.previous.number++;
        group.count--;
        memmove(group.bytes, group.bytes + 1, group.count * sizeof group.bytes[0]);
    }
    append_group(owner, &group);
}

static void renew(struct owner *owner)
{
    bool is_ours = model.has_head && strcmp(model.nonce, owner->nonce) == 0;
    redisReply *reply = ask("FCALL lw_renew 1 lw:{d}:head %s", owner->nonce);

    assert_int_equal(reply->type, is_ours ? REDIS_REPLY_INTEGER : REDIS_REPLY_ARRAY);
    model.renewal_count += is_ours;
    freeReplyObject(reply);
}

static void give_back(struct owner *owner)
{
    bool is_ours = model.has_head && strcmp(model.nonce, owner->nonce) == 0;
    redisReply *reply = ask("FCALL lw_release 1 lw:{d}:head %s", owner->nonce);

    assert_int_equal(reply->integer, is_ours);
    if (is_ours)
        model.nonce[0] = '\0';
    freeReplyObject(reply);
}

static void check_journal(void)
{
    redisReply *reply = ask("XRANGE lw:{d}:journal - +");
    char text[STREAM_ID_MAX], bytes[16];

    assert_int_equal(reply->elements, model.count);
    for (size_t i = 0; i < model.count; i++) {
        stream_id_format(model.ids[i], text);
        assert_string_equal(reply->element[i]->element[0]->str, text);
        snprintf(bytes, sizeof bytes, "%u", model.bytes[i]);
        if (model.ids[i].number > 0)
            assert_string_equal(reply->element[i]->element[1]->element[1]->str, bytes);
    }
    freeReplyObject(reply);
}

static void journal_equals_the_model_whoever_sends_what_when(void **state)
{
    (void)state;
    print_message("seed %" PRIu64 "\n", seed);
    for (int i = 0; i < OWNERS; i++)
        snprintf(owners[i].nonce, sizeof owners[i].nonce, "none%d", i);
    for (int step = 0; step < STEPS && model.count < ENTRIES_MAX - GROUP_MAX; step++) {
        struct owner *owner = &owners[draw(OWNERS)];
        uint64_t what = draw(100);
        if (what < 4)
            claim(owner);
        else if (what < 60)
            append(owner);
        else if (what < 85)
            append_again(owner);
        else if (what < 99)
            renew(owner);
        else
            give_back(owner);
    }
    check_journal();
}

static void begin_desk(void)
{
    freeReplyObject(ask("FLUSHALL"));
    freeReplyObject(ask("FCALL lw_claim 3 lw:{d}:head lw:{d}:journal lw:{d}:checkpoint %s %s %s n 16777216-0 16777216 o e 1 x", "", "", ""));
}

static void assert_desk(const char *head, long long entries)
{
    redisReply *reply = ask("HGET lw:{d}:head id");

    assert_string_equal(reply->str, head);
    freeReplyObject(reply);
    reply = ask("XLEN lw:{d}:journal");
    assert_int_equal(reply->integer, entries);
    freeReplyObject(reply);
}

/* One entry behind the claim's, by a transaction or a call; what it answers is the caller's. */
static redisReply *append_one(bool by_transaction, const char *nonce, const char *previous, const char *id)
{
    if (!by_transaction)
        return redisCommand(context, "FCALL lw_append 2 lw:{d}:head lw:{d}:journal %s %s %s x", nonce, previous, id);
    freeReplyObject(ask("MULTI"));
    freeReplyObject(ask("FCALL lw_open 1 lw:{d}:journal"));
    freeReplyObject(ask("XADD lw:{d}:journal NOMKSTREAM %s b x", id));
    freeReplyObject(ask("FCALL lw_close 2 lw:{d}:head lw:{d}:journal %s %s 1 %s", nonce, previous, id));
    redisReply *list = ask("EXEC"), *reply = list->element[2];
    list->element[2] = NULL;
    freeReplyObject(list);
    return reply;
}

/* Another nonce, a gap: XADD alone would take it, so it is taken out again, and its place is free. */
static void what_a_transaction_should_not_add_is_out_again(void **state)
{
    static const struct { const char *nonce, *previous, *id; } wrong[] = {{"m", "16777216-0", "16777216-1"}, {"n", "16777216-2", "16777216-3"}};

    (void)state;
    begin_desk();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        redisReply *reply = append_one(true, wrong[i].nonce, wrong[i].previous, wrong[i].id);
        assert_int_equal(reply->type, REDIS_REPLY_ARRAY);
        assert_string_equal(reply->element[0]->str, "16777216-0");
        assert_string_equal(reply->element[1]->str, "n");
        freeReplyObject(reply);
        assert_desk("16777216-0", 1);
    }
    redisReply *reply = append_one(true, "n", "16777216-0", "16777216-1");
    assert_int_equal(reply->integer, 1);
    freeReplyObject(reply);
    assert_desk("16777216-1", 2);
}

/* Left there by a transaction whose functions were gone: refused once, told the head, and out of the way. */
static void what_stands_behind_the_head_is_nobodys(void **state)
{
    (void)state;
    for (int by_transaction = 0; by_transaction < 2; by_transaction++) {
        begin_desk();
        freeReplyObject(ask("XADD lw:{d}:journal 16777216-1 b left"));
        freeReplyObject(ask("XADD lw:{d}:journal 16777216-2 b left"));
        for (int is_again = 0; is_again < 2; is_again++) {
            redisReply *reply = append_one(by_transaction, "n", "16777216-0", "16777216-1");
            assert_int_equal(reply->type, is_again ? REDIS_REPLY_INTEGER : REDIS_REPLY_ARRAY);
            if (!is_again)
                assert_string_equal(reply->element[0]->str, "16777216-0");
            freeReplyObject(reply);
            assert_desk(is_again ? "16777216-1" : "16777216-0", is_again ? 2 : 1);
        }
        redisReply *reply = ask("XRANGE lw:{d}:journal 16777216-1 +");
        assert_string_equal(reply->element[0]->element[1]->element[1]->str, "x");
        freeReplyObject(reply);
    }
}

/* Another wrote to the journal: its entry stays, the head does not move, and that is told. */
static void a_journal_that_takes_nothing_is_told(void **state)
{
    (void)state;
    for (int by_transaction = 0; by_transaction < 2; by_transaction++) {
        begin_desk();
        freeReplyObject(ask("XADD lw:{d}:journal 16777217-0 b foreign"));
        redisReply *reply = append_one(by_transaction, "n", "16777216-0", "16777216-1");
        assert_int_equal(reply->type, REDIS_REPLY_ERROR);
        assert_non_null(strstr(reply->str, "another wrote to it"));
        freeReplyObject(reply);
        assert_desk("16777216-0", 2);
    }
}

/* One step of a checkpoint: refused unless the head is ours, at or past as_of, and the step before is there. */
static void steps_of_a_checkpoint_apply_once_in_order_and_never_before_their_entries(void **state)
{
    static const struct { const char *nonce, *as_of, *before, *after, *value; bool applies; } steps[] = {
        {"n", "6", "", "p1", "early", false},      /* entry 6 is not there */
        {"other", "5", "", "p1", "other", false},
        {"n", "5", "p0", "p1", "gap", false},
        {"n", "5", "", "p1", "first", true},
        {"n", "5", "p1", "p2", "second", true},
        {"n", "5", "", "p1", "late", false},       /* the first again, over an old connection */
    };
    const char *value = "";

    (void)state;
    freeReplyObject(ask("FLUSHALL"));
    freeReplyObject(ask("FCALL lw_claim 3 lw:{d}:head lw:{d}:journal lw:{d}:checkpoint %s %s %s n 16777216-0 16777216 o e 1 x", "", "", ""));
    for (unsigned i = 1; i <= 5; i++)
        freeReplyObject(ask("FCALL lw_append 2 lw:{d}:head lw:{d}:journal n 16777216-%u 16777216-%u x", i - 1, i));
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        redisReply *reply = ask("FCALL lw_slice 3 lw:{d}:head lw:{d}:checkpoint lw:{d}:reps %s %s %s %s HSET 3 2 f %s", steps[i].nonce,
                                steps[i].as_of, steps[i].before, steps[i].after, steps[i].value);
        assert_int_equal(reply->type, steps[i].applies ? REDIS_REPLY_INTEGER : REDIS_REPLY_ARRAY);
        freeReplyObject(reply);
        if (steps[i].applies)
            value = steps[i].value;
        reply = ask("HGET lw:{d}:reps f");
        assert_string_equal(reply->str ? reply->str : "", value);
        freeReplyObject(reply);
    }
    /* The same step again is answered as done, and changes nothing. */
    redisReply *reply = ask("FCALL lw_slice 3 lw:{d}:head lw:{d}:checkpoint lw:{d}:reps n 5 p1 p2 HSET 3 2 f again");
    assert_int_equal(reply->integer, 1);
    freeReplyObject(reply);
    reply = ask("HGET lw:{d}:reps f");
    assert_string_equal(reply->str, "second");
    freeReplyObject(reply);
    reply = ask("FCALL lw_checkpoint_end 4 lw:{d}:head lw:{d}:checkpoint lw:{d}:journal lw:{d}:reps n 5 p2 p3 16777216-4 0 99 1 building");
    assert_int_equal(reply->integer, 1);
    freeReplyObject(reply);
    reply = ask("XLEN lw:{d}:journal");
    assert_int_equal(reply->integer, 2);
    freeReplyObject(reply);
    reply = ask("EXISTS lw:{d}:reps");
    assert_int_equal(reply->integer, 0);
    freeReplyObject(reply);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(journal_equals_the_model_whoever_sends_what_when),
        cmocka_unit_test(what_a_transaction_should_not_add_is_out_again),
        cmocka_unit_test(what_stands_behind_the_head_is_nobodys),
        cmocka_unit_test(a_journal_that_takes_nothing_is_told),
        cmocka_unit_test(steps_of_a_checkpoint_apply_once_in_order_and_never_before_their_entries),
    };
    seed = argc > 2 && strcmp(argv[1], "--seed") == 0 ? strtoull(argv[2], NULL, 10) : 1;
    state_of_random = seed;
    redis_fixture_open(&redis, NULL);
    context = redisConnectUnix(redis.socket);
    redisReply *reply = redisCommand(context, "FUNCTION LOAD REPLACE %b", store_functions_source, store_functions_source_size);
    if (!reply || reply->type == REDIS_REPLY_ERROR)
        return 1;
    freeReplyObject(reply);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    redisFree(context);
    redis_fixture_close(&redis);
    return failed;
}
