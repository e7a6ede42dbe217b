/* SPDX-License-Identifier: Apache-2.0
 *
 * The Redis store over a Redis that behaves: append, recovery, checkpoints, ownership, what it refuses to start with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "journal_reader.h"
#include "store_rig.h"
#include "wall_clock.h"

static struct redis_fixture redis;

static int fresh(void **state)
{
    (void)state;
    char answer[8];
    assert_true(redis_fixture_ask(&redis, answer, sizeof answer, "FLUSHALL"));
    return 0;
}

static void open_ready(struct rig *rig, const char *owner)
{
    rig_init(rig, &redis, owner);
    rig_open(rig);
    assert_true(rig_until_state(rig, STORE_READY));
}

static void work(struct rig *rig, unsigned batches)
{
    for (unsigned i = 0; i < batches; i++) {
        while (!rig_change(rig, 1 + (unsigned)rig_random(rig, 20)))
            rig_turn(rig, 10);
        if (rig_random(rig, 3) == 0)
            rig_turn(rig, 0);
    }
}

/* A crash, and the same broker again: what comes back is what was, byte for byte (the fake core checks each record). */
static void restart_equals(struct rig *rig)
{
    struct core *before = fake_core_new();

    fake_core_copy(before, rig->core);
    rig_crash(rig);
    rig_open(rig);
    assert_true(rig_until_state(rig, STORE_READY));
    assert_true(fake_core_equal(rig->core, before));
    fake_core_free(before);
}

static void confirms_in_order_and_gives_all_back_after_a_restart(void **state)
{
    struct rig rig;

    (void)state;
    open_ready(&rig, "o");
    assert_true(rig.is_empty);
    work(&rig, 800);
    assert_true(rig_until_confirmed(&rig));
    assert_int_equal(store_pending_bytes(rig.store), 0);
    restart_equals(&rig);
    assert_false(rig.is_empty);
    work(&rig, 50);
    assert_true(rig_until_confirmed(&rig));
    restart_equals(&rig);
    rig_fini(&rig);
}

static void batches_share_entries_while_a_group_is_in_flight(void **state)
{
    struct rig rig;
    struct store_totals totals;

    (void)state;
    open_ready(&rig, "o");
    for (int i = 0; i < 100; i++)
        assert_true(rig_change(&rig, 1));
    assert_true(rig_until_confirmed(&rig));
    store_totals_read(rig.store, &totals);
    assert_true(totals.appended_batches == 100 && totals.journal_entries < 5);
    rig_fini(&rig);
}

static void checkpoints_under_load_and_restarts_lose_nothing(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, &redis, "o");
    rig.options.checkpoint_bytes = 200000;
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    for (int round = 0; round < 4; round++) {
        work(&rig, 600);
        assert_true(rig_until_confirmed(&rig));
        assert_true(rig_until_checkpoints(&rig, 1));
        restart_equals(&rig);
    }
    char length[32];
    assert_true(redis_fixture_ask(&redis, length, sizeof length, "XLEN lw:{d}:journal"));
    assert_true(strtol(length, NULL, 10) < 600);     /* it is trimmed */
    rig_fini(&rig);
}

static void seen_buckets_behind_the_window_are_dropped_whole(void **state)
{
    struct rig rig;
    char there[8];

    (void)state;
    rig_init(&rig, &redis, "o");
    rig.options.checkpoint_bytes = 100000;
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    work(&rig, 600);
    assert_true(rig_until_checkpoints(&rig, 1));
    assert_true(redis_fixture_ask(&redis, there, sizeof there, "EXISTS lw:{d}:seen:4 lw:{d}:people:5"));
    assert_string_equal(there, "2");
    rig.core->oldest_bucket = 5;
    struct store_totals totals;
    store_totals_read(rig.store, &totals);
    for (uint64_t enough = totals.checkpoints + 2; totals.checkpoints < enough; store_totals_read(rig.store, &totals)) {
        work(&rig, 50);
        assert_true(rig_until_confirmed(&rig));
    }
    assert_true(redis_fixture_ask(&redis, there, sizeof there, "EXISTS lw:{d}:seen:4 lw:{d}:people:5"));
    assert_string_equal(there, "1");
    rig_fini(&rig);
}

static void full_store_refuses_appends_until_confirmed(void **state)
{
    struct rig rig;
    char big[STORE_BATCH_MAX];
    uint64_t ticket = 0;
    lw_status status = LW_OK;
    int taken = 0;

    (void)state;
    open_ready(&rig, "o");
    memset(big, 0, sizeof big);      /* never read back */
    while (status == LW_OK && taken < 1000) {
        status = store_append(rig.store, big, sizeof big, 1, &ticket);
        taken += status == LW_OK;
    }
    assert_int_equal(status, LW_FULL);
    assert_int_equal(taken, 8 * 1024 * 1024 / STORE_BATCH_MAX);
    rig_fini(&rig);
}

static void same_owner_claims_at_once_and_the_older_life_is_fenced(void **state)
{
    struct rig old, new;
    uint64_t start_ms, ticket;

    (void)state;
    open_ready(&old, "host/broker");
    work(&old, 20);
    assert_true(rig_until_confirmed(&old));
    rig_init(&new, &redis, "host/broker");
    new.options.lease_ms = 3600000;
    start_ms = wall_clock_monotonic_ms();
    rig_open(&new);
    assert_true(rig_until_state(&new, STORE_READY));
    assert_true(wall_clock_monotonic_ms() - start_ms < 20000);
    assert_true(fake_core_equal(new.core, old.core));
    assert_true(rig_change(&old, 1));
    assert_true(rig_until_state(&old, STORE_FENCED));
    assert_true(old.confirmed < old.ticket_last);
    assert_int_equal(store_append(old.store, "x", 1, 1, &ticket), LW_FENCED);
    work(&new, 20);
    assert_true(rig_until_confirmed(&new));
    restart_equals(&new);
    rig_fini(&old);
    rig_fini(&new);
}

/* Sends what is to be sent and takes no answer before this returns: Redis stands still meanwhile. */
static void one_round_trip(struct rig *rig)
{
    redis_fixture_pause(&redis);
    store_step(rig->store, wall_clock_monotonic_ms());
    redis_fixture_go_on(&redis);
    struct pollfd answered = {.fd = store_fd(rig->store), .events = POLLIN};
    poll(&answered, 1, 1000);
}

/* The old one ends a checkpoint, which drops what the one before said, after each round trip of who claims in turn. */
static void checkpoint_that_ends_during_a_claim_is_the_one_that_is_loaded(void **state)
{
    enum { LATER_MS = 3600000 };
    unsigned ended = 0;

    (void)state;
    for (unsigned trips = 1; trips <= 12; trips++) {
        struct rig old, new;
        struct store_totals totals;
        rig_init(&old, &redis, "host/broker");
        old.options.lease_ms = 10 * LATER_MS;      /* no renewal, which would make the claim fail */
        old.options.checkpoint_ms = LATER_MS;
        rig_open(&old);
        assert_true(rig_until_state(&old, STORE_READY));
        work(&old, 20);
        assert_true(rig_until_confirmed(&old));
        rig_init(&new, &redis, "host/broker");
        new.options.away_after_ms = RIG_DEADLINE_MS;
        rig_open(&new);
        for (unsigned i = 0; i < trips; i++)
            one_round_trip(&new);
        for (totals.checkpoints = 0; old.state == STORE_READY && totals.checkpoints == 0; store_totals_read(old.store, &totals))
            store_step(old.store, wall_clock_monotonic_ms() + LATER_MS);
        ended += totals.checkpoints > 0;
        assert_true(rig_until_state(&new, STORE_READY));
        assert_true(fake_core_equal(new.core, old.core));
        rig_fini(&old);
        rig_fini(&new);
    }
    assert_true(ended > 0);
}

static void another_owner_waits_for_the_lease_and_then_claims(void **state)
{
    struct rig alive, waiting;
    uint64_t end_ms;

    (void)state;
    open_ready(&alive, "one");
    rig_init(&waiting, &redis, "two");
    waiting.options.lease_ms = 4 * alive.options.lease_ms;      /* a machine that stalls for less is no owner that is gone */
    rig_open(&waiting);
    end_ms = wall_clock_monotonic_ms() + 3 * waiting.options.lease_ms / 2;
    while (wall_clock_monotonic_ms() < end_ms) {      /* an idle owner that renews is left alone */
        rig_turn(&alive, 5);
        rig_turn(&waiting, 5);
        assert_int_equal(waiting.state, STORE_CLAIMING);
    }
    assert_int_equal(alive.state, STORE_READY);
    work(&alive, 30);
    assert_true(rig_until_confirmed(&alive));
    assert_true(rig_until_state(&waiting, STORE_READY));      /* now only the other runs */
    assert_true(fake_core_equal(waiting.core, alive.core));
    assert_true(waiting.epoch > alive.epoch);
    assert_true(rig_until_state(&alive, STORE_FENCED));
    rig_fini(&alive);
    rig_fini(&waiting);
}

static void another_takes_over(struct rig *rig)
{
    struct rig other;

    rig->on_load = NULL;
    rig_init(&other, &redis, "host/broker");
    rig_open(&other);
    assert_true(rig_until_state(&other, STORE_READY));
    work(&other, 20);
    assert_true(rig_until_confirmed(&other));
    rig_fini(&other);
}

/* Its checkpoint takes the entries away that the one who reads still needs. */
static void another_takes_over_and_trims(struct rig *rig)
{
    struct rig other;

    rig->on_load = NULL;
    rig_init(&other, &redis, "host/broker");
    other.options.checkpoint_ms = 10;
    rig_open(&other);
    assert_true(rig_until_state(&other, STORE_READY));
    work(&other, 20);
    assert_true(rig_until_confirmed(&other));
    assert_true(rig_until_checkpoints(&other, 1));
    rig_fini(&other);
}

static void journal_vanishes(struct rig *rig)
{
    rig->on_load = NULL;
    assert_true(redis_fixture_ask(&redis, NULL, 0, "DEL lw:{d}:journal"));
}

static void leave_a_desk_with_checkpoint_and_journal(void)
{
    struct rig rig;

    rig_init(&rig, &redis, "host/broker");
    rig.options.checkpoint_ms = 10;
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    work(&rig, 20);
    assert_true(rig_until_checkpoints(&rig, 1));
    work(&rig, 20);
    assert_true(rig_until_confirmed(&rig));
    rig_fini(&rig);
}

static void load_while(void (*happens)(struct rig *rig), enum store_state end, const char *words)
{
    struct rig rig;

    leave_a_desk_with_checkpoint_and_journal();
    rig_init(&rig, &redis, "host/broker");
    rig.on_load = happens;
    rig_open(&rig);
    assert_true(rig_until_state(&rig, end));
    assert_non_null(strstr(store_state_reason(rig.store), words));
    rig_fini(&rig);
}

static void who_is_taken_over_from_while_loading_is_fenced(void **state)
{
    (void)state;
    load_while(another_takes_over, STORE_FENCED, "another broker has taken over this desk: host/broker");
    load_while(another_takes_over_and_trims, STORE_FENCED, "another broker has taken over this desk: host/broker");
}

static void a_journal_that_loses_our_claim_is_told(void **state)
{
    (void)state;
    load_while(journal_vanishes, STORE_FAILED, "ends before our own claim");
}

static void released_desk_is_claimed_at_once(void **state)
{
    struct rig first, second;

    (void)state;
    open_ready(&first, "one");
    work(&first, 10);
    assert_true(rig_until_confirmed(&first));
    store_release_claim(first.store, 5000);
    rig_init(&second, &redis, "two");
    second.options.lease_ms = 3600000;
    rig_open(&second);
    assert_true(rig_until_state(&second, STORE_READY));
    assert_true(fake_core_equal(second.core, first.core));
    rig_fini(&first);
    rig_fini(&second);
}

/* What is read behind this record does not come before the test says so. */
static void redis_falls_silent(struct rig *rig)
{
    rig->on_load = NULL;
    redis_fixture_pause(&redis);
}

static void a_desk_released_while_it_loads_is_claimed_at_once(void **state)
{
    struct rig first, second;

    (void)state;
    leave_a_desk_with_checkpoint_and_journal();
    rig_init(&first, &redis, "host/broker");
    first.on_load = redis_falls_silent;
    rig_open(&first);
    for (int turns = 0; first.on_load && turns < 1000; turns++)
        rig_turn(&first, 100);
    assert_int_equal(first.state, STORE_LOADING);
    redis_fixture_go_on(&redis);
    store_release_claim(first.store, 5000);
    rig_init(&second, &redis, "two");
    second.options.lease_ms = 3600000;
    rig_open(&second);
    assert_true(rig_until_state(&second, STORE_READY));
    assert_true(second.loads > 0);
    rig_fini(&first);
    rig_fini(&second);
}

static void newer_schema_is_refused_in_words(void **state)
{
    struct rig rig;

    (void)state;
    open_ready(&rig, "o");
    rig_crash(&rig);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "HSET lw:{d}:head schema 99"));
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_FAILED));
    assert_non_null(strstr(store_state_reason(rig.store), "newer Leadwire"));
    assert_true(store_troubles(rig.store)[STORE_TROUBLE_SCHEMA] > 0);
    rig_fini(&rig);
}

static void gap_in_the_journal_is_refused(void **state)
{
    struct rig rig;
    char id[64];

    (void)state;
    open_ready(&rig, "o");
    for (int i = 0; i < 5; i++) {
        assert_true(rig_change(&rig, 3));
        assert_true(rig_until_confirmed(&rig));
    }
    rig_crash(&rig);
    snprintf(id, sizeof id, "%llu-3", (unsigned long long)rig.epoch);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "XDEL lw:{d}:journal %s", id));
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_FAILED));
    assert_non_null(strstr(store_state_reason(rig.store), "gap"));
    rig_fini(&rig);
}

/* As Redis leaves it after two starts since a power cut in the middle of a write: the first forgot the write, and the desk was
 * claimed without it; the second brings it back. */
static void a_write_that_nobody_has_had_confirmed_is_left_out_when_redis_brings_it_back(void **state)
{
    struct core *before = fake_core_new();
    struct rig rig;
    char head[64];

    (void)state;
    open_ready(&rig, "o");
    assert_true(rig_change(&rig, 3));
    assert_true(rig_until_confirmed(&rig));
    assert_true(redis_fixture_ask(&redis, head, sizeof head, "HGET lw:{d}:head id"));
    fake_core_copy(before, rig.core);
    for (int i = 0; i < 3; i++) {
        assert_true(rig_change(&rig, 3));
        assert_true(rig_until_confirmed(&rig));
    }
    assert_false(fake_core_equal(rig.core, before));
    rig_fini(&rig);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "HSET lw:{d}:head id %s", head));
    for (int start = 0; start < 2; start++) {
        open_ready(&rig, "o");
        assert_true(fake_core_equal(rig.core, before));
        assert_true(rig_change(&rig, 2));
        assert_true(rig_until_confirmed(&rig));
        fake_core_copy(before, rig.core);
        rig_crash(&rig);
        rig_fini(&rig);
    }
    fake_core_free(before);
}

static void lost_head_is_not_taken_for_an_empty_desk(void **state)
{
    struct rig rig;

    (void)state;
    open_ready(&rig, "o");
    work(&rig, 5);
    assert_true(rig_until_confirmed(&rig));
    rig_crash(&rig);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "DEL lw:{d}:head"));
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_FAILED));
    rig_fini(&rig);
}

static void functions_of_another_version_are_replaced_and_missing_ones_loaded(void **state)
{
    static const char other[] = "#!lua name=leadwire\nredis.register_function('lw_version', function() return 'other' end)";
    struct rig rig;

    (void)state;
    assert_true(redis_fixture_ask(&redis, NULL, 0, "FUNCTION LOAD REPLACE %s", other));
    open_ready(&rig, "o");
    work(&rig, 5);
    assert_true(rig_until_confirmed(&rig));
    assert_true(redis_fixture_ask(&redis, NULL, 0, "FUNCTION FLUSH"));
    work(&rig, 5);
    assert_true(rig_until_confirmed(&rig));
    assert_true(rig_until_state(&rig, STORE_READY));
    restart_equals(&rig);
    rig_fini(&rig);
}

static void weaker_redis_is_set_to_what_the_desk_asks(void **state)
{
    static const char *const weak[] = {"--appendonly", "no", "--maxmemory-policy", "allkeys-lru", NULL};
    struct redis_fixture other;
    struct rig rig;
    char info[8192];

    (void)state;
    redis_fixture_open(&other, weak);
    rig_init(&rig, &other, "o");
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    assert_true(redis_fixture_ask(&other, info, sizeof info, "INFO persistence"));
    assert_non_null(strstr(info, "aof_enabled:1"));
    work(&rig, 50);
    assert_true(rig_until_confirmed(&rig));
    rig_fini(&rig);
    redis_fixture_close(&other);
}

static void weaker_redis_that_may_not_be_changed_is_refused_with_the_remedy(void **state)
{
    static const char *const weak[] = {"--appendfsync", "no", "--rename-command", "CONFIG", "", NULL};
    struct redis_fixture other;
    struct rig rig;

    (void)state;
    redis_fixture_open(&other, weak);
    rig_init(&rig, &other, "o");
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_FAILED));
    assert_non_null(strstr(store_state_reason(rig.store), "durability memory"));
    rig_fini(&rig);
    redis_fixture_close(&other);
}

static void wrong_password_fails_with_the_remedy_and_the_right_one_serves(void **state)
{
    static const char *const locked[] = {"--requirepass", "opens", NULL};
    struct redis_fixture other = {0};
    struct rig rig;
    char path[128];

    (void)state;
    redis_fixture_open_with_password(&other, locked, "opens");
    snprintf(path, sizeof path, "%s/password", other.directory);
    for (int right = 0; right < 2; right++) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(right ? "opens\n" : "does not\n", file);
        fclose(file);
        chmod(path, 0600);
        rig_init(&rig, &other, "o");
        rig.options.redis_password_file = path;
        rig_open(&rig);
        assert_true(rig_until_state(&rig, right ? STORE_READY : STORE_FAILED));
        if (!right)
            assert_non_null(strstr(store_state_reason(rig.store), "password"));
        rig_fini(&rig);
    }
    redis_fixture_close(&other);
}

struct judge { struct core *core; unsigned resets; };

static void judge_reset(void *context)
{
    struct judge *judge = context;

    fake_core_free(judge->core);
    judge->core = fake_core_new();
    judge->resets++;
}

static bool judge_record(void *context, const struct journal_place *place, enum record_kind kind, const void *bytes, size_t size)
{
    struct judge *judge = context;

    assert_true(place->in_checkpoint == desk_id_is_none(place->entry));
    assert_int_equal(fake_core_restore(judge->core, kind, bytes, size), LW_OK);
    return true;
}

static void reader_sees_what_a_broker_would_load(void **state)
{
    struct rig rig;
    struct journal_reader reader;
    struct judge judge = {0};
    struct journal_visitor visitor = {&judge, judge_reset, judge_record};
    char address[128];

    (void)state;
    snprintf(address, sizeof address, "unix:%s", redis.socket);
    rig_init(&rig, &redis, "o");
    rig.options.checkpoint_bytes = 100000;
    assert_int_equal(journal_reader_open(&reader, address, NULL, NULL, "d"), LW_OK);
    assert_int_equal(journal_reader_read(&reader, &visitor), LW_NOT_FOUND);
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    work(&rig, 500);
    assert_true(rig_until_confirmed(&rig));
    assert_int_equal(journal_reader_read(&reader, &visitor), LW_OK);
    assert_true(fake_core_equal(judge.core, rig.core));
    journal_reader_close(&reader);
    fake_core_free(judge.core);
    rig_fini(&rig);
}

struct beside { struct judge judge; struct rig *rig; bool works; uint64_t checkpoints; };   /* checkpoints: until so many have ended; 0: no more */

static void beside_reset(void *context) { judge_reset(&((struct beside *)context)->judge); }

/* With the first record of the hashes in hand. */
static bool beside_record(void *context, const struct journal_place *place, enum record_kind kind, const void *bytes, size_t size)
{
    struct beside *beside = context;

    if (beside->checkpoints > 0) {
        uint64_t count = beside->checkpoints;
        beside->checkpoints = 0;
        assert_true(place->in_checkpoint);
        struct store_totals totals = {0};
        for (; beside->works && totals.checkpoints < count; store_totals_read(beside->rig->store, &totals))
            work(beside->rig, 100);
        assert_true(rig_until_checkpoints(beside->rig, count) && rig_until_confirmed(beside->rig));
    }
    return judge_record(&beside->judge, place, kind, bytes, size);
}

/* Works until a slice of a checkpoint has gone that has not ended; gives how many have. */
static uint64_t begin_checkpoint(struct rig *rig)
{
    struct store_totals before, now;

    store_totals_read(rig->store, &before);
    do {
        (void)rig_change(rig, 20);
        rig_turn(rig, 10);
        store_totals_read(rig->store, &now);
        if (now.checkpoints != before.checkpoints)
            before = now;
    } while (now.checkpoint_slices == before.checkpoint_slices);
    return now.checkpoints;
}

/* A checkpoint that ends meanwhile takes nothing of what is in hand; one that began meanwhile takes entries unread: then it begins anew. Either way
   what is read is the desk. */
static void reader_has_the_whole_desk_whatever_ends_beside_it(void **state)
{
    struct rig rig;
    struct journal_reader reader;
    struct beside beside = {.rig = &rig};
    struct journal_visitor visitor = {&beside, beside_reset, beside_record};
    char address[128];

    (void)state;
    snprintf(address, sizeof address, "unix:%s", redis.socket);
    rig_init(&rig, &redis, "o");
    rig.options.checkpoint_bytes = 100000;
    assert_int_equal(journal_reader_open(&reader, address, NULL, NULL, "d"), LW_OK);
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    work(&rig, 500);
    assert_true(rig_until_checkpoints(&rig, 1));
    for (int round = 0; round < 6; round++) {
        beside.works = round % 2 == 1;
        beside.checkpoints = begin_checkpoint(&rig) + 1 + beside.works;
        beside.judge.resets = 0;
        assert_int_equal(journal_reader_read(&reader, &visitor), LW_OK);
        assert_int_equal(beside.judge.resets, beside.works ? 2 : 1);
        assert_true(fake_core_equal(beside.judge.core, rig.core));
    }
    journal_reader_close(&reader);
    fake_core_free(beside.judge.core);
    rig_fini(&rig);
}

static void reader_is_not_misled_by_a_desk_at_work(void **state)
{
    struct journal_reader reader;
    struct judge judge = {0};
    struct journal_visitor visitor = {&judge, judge_reset, judge_record};
    struct rig rig;
    char address[128];

    (void)state;
    snprintf(address, sizeof address, "unix:%s", redis.socket);
    open_ready(&rig, "o");
    rig_crash(&rig);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        rig.options.checkpoint_bytes = 400000;
        rig_open(&rig);
        for (;;) {
            if (rig.state == STORE_READY && rig.ticket_last - rig.confirmed < 5)
                rig_change(&rig, 10);
            rig_turn(&rig, 5);
        }
    }
    assert_int_equal(journal_reader_open(&reader, address, NULL, NULL, "d"), LW_OK);
    for (int i = 0; i < 60; i++)
        assert_int_equal(journal_reader_read(&reader, &visitor), LW_OK);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    print_message("began anew %u times\n", judge.resets - 60);
    journal_reader_close(&reader);
    fake_core_free(judge.core);
    rig_fini(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(confirms_in_order_and_gives_all_back_after_a_restart, fresh),
        cmocka_unit_test_setup(batches_share_entries_while_a_group_is_in_flight, fresh),
        cmocka_unit_test_setup(checkpoints_under_load_and_restarts_lose_nothing, fresh),
        cmocka_unit_test_setup(seen_buckets_behind_the_window_are_dropped_whole, fresh),
        cmocka_unit_test_setup(full_store_refuses_appends_until_confirmed, fresh),
        cmocka_unit_test_setup(same_owner_claims_at_once_and_the_older_life_is_fenced, fresh),
        cmocka_unit_test_setup(who_is_taken_over_from_while_loading_is_fenced, fresh),
        cmocka_unit_test_setup(a_journal_that_loses_our_claim_is_told, fresh),
        cmocka_unit_test_setup(checkpoint_that_ends_during_a_claim_is_the_one_that_is_loaded, fresh),
        cmocka_unit_test_setup(another_owner_waits_for_the_lease_and_then_claims, fresh),
        cmocka_unit_test_setup(released_desk_is_claimed_at_once, fresh),
        cmocka_unit_test_setup(a_desk_released_while_it_loads_is_claimed_at_once, fresh),
        cmocka_unit_test_setup(newer_schema_is_refused_in_words, fresh),
        cmocka_unit_test_setup(gap_in_the_journal_is_refused, fresh),
        cmocka_unit_test_setup(a_write_that_nobody_has_had_confirmed_is_left_out_when_redis_brings_it_back, fresh),
        cmocka_unit_test_setup(lost_head_is_not_taken_for_an_empty_desk, fresh),
        cmocka_unit_test_setup(functions_of_another_version_are_replaced_and_missing_ones_loaded, fresh),
        cmocka_unit_test_setup(weaker_redis_is_set_to_what_the_desk_asks, fresh),
        cmocka_unit_test_setup(weaker_redis_that_may_not_be_changed_is_refused_with_the_remedy, fresh),
        cmocka_unit_test_setup(wrong_password_fails_with_the_remedy_and_the_right_one_serves, fresh),
        cmocka_unit_test_setup(reader_sees_what_a_broker_would_load, fresh),
        cmocka_unit_test_setup(reader_has_the_whole_desk_whatever_ends_beside_it, fresh),
        cmocka_unit_test_setup(reader_is_not_misled_by_a_desk_at_work, fresh),
    };
    redis_fixture_open(&redis, NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    redis_fixture_close(&redis);
    return failed;
}
