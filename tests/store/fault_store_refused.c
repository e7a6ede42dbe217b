/* SPDX-License-Identifier: Apache-2.0
 *
 * What Redis may refuse: rights, a replica, other programs' keys, a disk that takes no more. What the broker says then, and that it
 * serves again, with all that it had decided, when the cause is gone.
 */
#define _GNU_SOURCE 1   /* prlimit */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/cmocka_all.h"
#include "journal_reader.h"
#include "store_rig.h"
#include "wall_clock.h"

static struct redis_fixture redis, replica;

static int open_redis(void **state)
{
    (void)state;
    redis_fixture_open(&redis, NULL);
    return 0;
}

static int close_redis(void **state)
{
    (void)state;
    redis_fixture_close(&redis);
    return 0;
}

/* A master that is set to what `replicated` asks, and its replica. */
static int open_replicated(void **state)
{
    char count[16];

    (void)state;
    redis_fixture_open_with_port(&redis);
    redis_fixture_open_with_port(&replica);
    redis_fixture_follow(&replica, &redis);
    assert_true(redis_fixture_ask(&redis, count, sizeof count, "WAIT 1 9000"));
    assert_string_equal(count, "1");
    assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET min-replicas-to-write 1 appendfsync everysec"));
    return 0;
}

static int close_replicated(void **state)
{
    redis_fixture_close(&replica);
    return close_redis(state);
}

static void work(struct rig *rig, unsigned batches)
{
    for (unsigned i = 0; i < batches; i++) {
        while (!rig_change(rig, 1 + (unsigned)rig_random(rig, 20)))
            rig_turn(rig, 10);
        rig_turn(rig, 0);
    }
}

static void drain(struct rig *rig)
{
    assert_true(rig_until_state(rig, STORE_READY));
    assert_true(rig_until_confirmed(rig));
}

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

static void assert_reason_has(const struct rig *rig, const char *words)
{
    if (!strstr(store_state_reason(rig->store), words))
        fail_msg("the reason does not say '%s': %s", words, store_state_reason(rig->store));
}

/* ---- rights ------------------------------------------------------------------------------ */

enum { ACL_LINE_MAX = 1024 };

/* Of the line that we ship: what stands behind the keys. */
static char *read_rights(char line[ACL_LINE_MAX])
{
    FILE *file = fopen(LEADWIRE_SOURCE_DIR "/deploy/redis/leadwire.acl", "r");
    assert_non_null(file);
    assert_non_null(fgets(line, ACL_LINE_MAX, file));
    fclose(file);
    assert_non_null(strstr(line, "resetchannels"));
    return strstr(line, "resetchannels");
}

/* The rights of deploy/redis/leadwire.acl for the desk of these tests, but one. */
static void set_user(const char *password, const char *without)
{
    char line[ACL_LINE_MAX], *rights = read_rights(line), *next = NULL;

    assert_true(redis_fixture_ask(&redis, NULL, 0, "ACL SETUSER leadwire reset on >%s ~lw:{d}:* resetchannels", password));
    for (char *right = strtok_r(rights, " \n", &next); right; right = strtok_r(NULL, " \n", &next)) {
        if (strcmp(right, without) != 0)
            assert_true(redis_fixture_ask(&redis, NULL, 0, "ACL SETUSER leadwire %s", right));
    }
}

static void rig_as_user(struct rig *rig, char path[128])
{
    snprintf(path, 128, "%s/password", redis.directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("of the broker\n", file);
    fclose(file);
    chmod(path, 0600);
    rig_init(rig, &redis, "o");
    rig->options.redis_user = "leadwire";
    rig->options.redis_password_file = path;
    rig->options.checkpoint_bytes = 100000;
    rig->options.away_after_ms = RIG_DEADLINE_MS;      /* that a disk is slow is another test's */
}

static void count_reset(void *context)
{
    *(unsigned *)context = 0;
}

static bool count_record(void *context, const struct journal_place *place, enum record_kind kind, const void *bytes, size_t size)
{
    (void)place, (void)kind, (void)bytes, (void)size;
    ++*(unsigned *)context;
    return true;
}

static void the_rights_that_we_name_are_enough(void **state)
{
    struct rig rig;
    char path[128];

    (void)state;
    set_user("of the broker", "");
    rig_as_user(&rig, path);
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    for (struct store_totals totals = {0}; totals.checkpoints < 2; store_totals_read(rig.store, &totals)) {
        work(&rig, 10);
        drain(&rig);        /* entries go before slices: whoever always has more, on a slow disk, has no checkpoint */
        assert_int_equal(rig.state, STORE_READY);
    }
    restart_equals(&rig);

    unsigned records = 0;   /* leadwire-journal needs no others */
    char address[160];
    struct journal_reader reader;
    struct journal_visitor visitor = {.context = &records, .reset = count_reset, .record = count_record};
    snprintf(address, sizeof address, "unix:%s", redis.socket);
    assert_int_equal(journal_reader_open(&reader, address, "leadwire", "of the broker", "d"), LW_OK);
    assert_int_equal(journal_reader_read(&reader, &visitor), LW_OK);
    assert_true(records > 0);
    journal_reader_close(&reader);
    rig_fini(&rig);
}

static bool serves_all(const struct rig *rig) { return rig->state == STORE_READY && rig->confirmed == rig->ticket_last; }

static bool has_a_checkpoint(const struct rig *rig)
{
    struct store_totals totals;

    store_totals_read(rig->store, &totals);
    return totals.checkpoints > 0;
}

/* Turns until it is so. False: a right was missing. */
static bool has_come(struct rig *rig, bool (*holds)(const struct rig *rig))
{
    uint64_t end_ms = wall_clock_monotonic_ms() + RIG_DEADLINE_MS;
    const uint64_t *troubles = store_troubles(rig->store);

    while (troubles[STORE_TROUBLE_NO_RIGHTS] == 0 && !holds(rig)) {
        if (wall_clock_monotonic_ms() > end_ms || rig->state == STORE_FAILED)
            fail_msg("it does not go on: %s: %s", store_state_name(rig->state), store_state_reason(rig->store));
        rig_turn(rig, 10);
    }
    return troubles[STORE_TROUBLE_NO_RIGHTS] == 0;
}

/* All that an owner ever does: claims, appends, renews, makes a checkpoint; another waits for the lease and takes over; what Redis
   lost is written anew. False: a right was missing. */
static bool lives_a_whole_life(struct rig *rig)
{
    rig_open(rig);
    if (!has_come(rig, serves_all))
        return false;
    work(rig, 30);
    if (!has_come(rig, serves_all) || !has_come(rig, has_a_checkpoint))
        return false;
    assert_true(redis_fixture_ask(&redis, NULL, 0, "FUNCTION FLUSH"));      /* what is added meanwhile is taken out again */
    work(rig, 10);
    if (!has_come(rig, serves_all))
        return false;
    rig_crash(rig);
    rig->options.owner = "another";
    rig_open(rig);
    if (!has_come(rig, serves_all))
        return false;
    assert_true(redis_fixture_ask(&redis, NULL, 0, "FLUSHALL"));
    work(rig, 10);
    return has_come(rig, serves_all);
}

/* "": with all of them. */
static bool lives_without(struct rig *rig, const char *right)
{
    static char path[128];      /* the rig goes on with it */

    assert_true(redis_fixture_ask(&redis, NULL, 0, "FLUSHALL"));
    assert_true(redis_fixture_ask(&redis, NULL, 0, "FUNCTION FLUSH"));
    set_user("of the broker", right);
    rig_as_user(rig, path);
    rig->options.durability = STORE_REPLICATED;
    rig->options.lease_ms = 200;
    rig->options.checkpoint_bytes = 20000;
    rig->options.transaction_bytes = 1;
    return lives_a_whole_life(rig);
}

/* Every right of the line: whatever a desk can do without is too much. */
static void each_right_that_is_missing_is_named_with_the_remedy(void **state)
{
    char line[ACL_LINE_MAX], *next = NULL;
    struct rig rig;
    unsigned count = 0;

    (void)state;
    assert_true(lives_without(&rig, ""));
    rig_fini(&rig);
    for (char *right = strtok_r(read_rights(line), " \n", &next); right; right = strtok_r(NULL, " \n", &next)) {
        const char *remedy = strcmp(right, "+config|get") == 0 ? "allow the command CONFIG" : "deploy/redis/leadwire.acl";
        if (right[0] != '+')
            continue;
        if (lives_without(&rig, right))
            fail_msg("nothing needs %s", right);
        assert_true(store_troubles(rig.store)[STORE_TROUBLE_NO_RIGHTS] > 0);
        for (unsigned turns = 0; turns < 1000 && !strstr(store_state_reason(rig.store), remedy); turns++)
            rig_turn(&rig, 10);
        assert_reason_has(&rig, remedy);
        assert_int_not_equal(rig.state, STORE_READY);
        rig_fini(&rig);
        count++;
    }
    assert_true(count > 0);
}

static void keys_of_another_desk_are_not_ours_to_touch(void **state)
{
    struct rig rig;
    char path[128];

    (void)state;
    set_user("of the broker", "");
    rig_as_user(&rig, path);
    rig.options.desk = "e";
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_FAILED));
    assert_reason_has(&rig, "key");
    rig_fini(&rig);
}

/* ---- a replica --------------------------------------------------------------------------- */

static void a_replica_is_waited_for_until_it_leads(void **state)
{
    struct redis_fixture leader = {0};
    struct rig rig;

    (void)state;
    redis_fixture_open(&leader, NULL);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "REPLICAOF %s 0", leader.socket));   /* a leader that is never reached */
    rig_init(&rig, &redis, "o");
    rig_open(&rig);
    while (store_state_reason(rig.store)[0] == '\0')
        rig_turn(&rig, 100);
    assert_int_equal(rig.state, STORE_CLAIMING);
    assert_reason_has(&rig, "replica");
    assert_true(redis_fixture_ask(&redis, NULL, 0, "REPLICAOF NO ONE"));
    assert_true(rig_until_state(&rig, STORE_READY));
    work(&rig, 20);
    drain(&rig);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "REPLICAOF %s 0", leader.socket));
    work(&rig, 20);
    assert_true(rig_until_state(&rig, STORE_AWAY));
    assert_true(redis_fixture_ask(&redis, NULL, 0, "REPLICAOF NO ONE"));
    drain(&rig);
    restart_equals(&rig);
    rig_fini(&rig);
    redis_fixture_close(&leader);
}

/* ---- what is there ----------------------------------------------------------------------- */

static void functions_that_vanish_are_loaded_again(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, &redis, "o");
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    work(&rig, 20);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "FUNCTION FLUSH"));   /* as after a failover to who never had them */
    work(&rig, 20);
    drain(&rig);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void keys_of_another_program_are_named_and_left_alone(void **state)
{
    static const struct { const char *name, *said; } keys[] = {
        {"head", "another program"}, {"checkpoint", "another program"}, {"config", "another program"}, {"leads:3", "another program"},
        {"journal", "delete the desk's keys"},
    };
    char answer[64];

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct rig rig;

        assert_true(redis_fixture_ask(&redis, NULL, 0, "FLUSHALL"));
        assert_true(redis_fixture_ask(&redis, NULL, 0, "SET lw:{d}:%s another's", keys[i].name));
        rig_init(&rig, &redis, "o");
        rig_open(&rig);
        assert_true(rig_until_state(&rig, STORE_FAILED));
        assert_reason_has(&rig, keys[i].said);
        assert_true(store_troubles(rig.store)[STORE_TROUBLE_FOREIGN_DATA] > 0 || strcmp(keys[i].name, "journal") == 0);
        rig_fini(&rig);
        assert_true(redis_fixture_ask(&redis, answer, sizeof answer, "GET lw:{d}:%s", keys[i].name));
        assert_string_equal(answer, "another's");
    }
}

/* ---- a disk that takes no more ------------------------------------------------------------ */

/* A server whose files may not grow beyond so many KiB: writes fail then, as on a full disk. */
static void open_bounded(struct redis_fixture *bounded, const char *const *args, unsigned kib)
{
    char script[128];
    const char *server = getenv("LEADWIRE_REDIS_SERVER");

    snprintf(script, sizeof script, "/tmp/lw-bounded-%d", (int)getpid());
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/bash\ntrap '' XFSZ\nulimit -S -f %u\nexec '%s' \"$@\"\n", kib, server ? server : "redis-server");
    fclose(file);
    chmod(script, 0700);
    char *kept = server ? strdup(server) : NULL;
    setenv("LEADWIRE_REDIS_SERVER", script, 1);
    redis_fixture_open(bounded, args);
    if (kept)
        setenv("LEADWIRE_REDIS_SERVER", kept, 1);
    else
        unsetenv("LEADWIRE_REDIS_SERVER");
    free(kept);
    unlink(script);
}

static void unbound(const struct redis_fixture *bounded)
{
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};

    assert_int_equal(prlimit(bounded->pid, RLIMIT_FSIZE, &none, NULL), 0);
}

static void a_full_disk_is_away_until_there_is_room(void **state)
{
    static const char *const everysec[] = {"--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0", NULL};
    struct redis_fixture bounded = {0};
    struct rig rig;

    (void)state;
    open_bounded(&bounded, everysec, 200);
    rig_init(&rig, &bounded, "o");
    rig.options.durability = STORE_EVERYSEC;
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    while (rig.state == STORE_READY)
        work(&rig, 50);
    assert_int_equal(rig.state, STORE_AWAY);
    assert_reason_has(&rig, "disk");
    assert_true(store_troubles(rig.store)[STORE_TROUBLE_DISK_FULL] > 0);
    assert_false(store_accepts_publishes(rig.store));
    unbound(&bounded);
    drain(&rig);
    restart_equals(&rig);
    rig_fini(&rig);
    redis_fixture_close(&bounded);
}

/* ---- what is changed while we serve -------------------------------------------------------- */

static void a_redis_made_weaker_is_warned_of_as_long_as_it_is(void **state)
{
    static const struct { const char *name, *weak, *strong, *words; } settings[] = {
        {"appendonly", "no", "yes", "append-only file of Redis is off"},
        {"maxmemory-policy", "allkeys-lru", "noeviction", "throw leads away"},
        {"appendfsync", "everysec", "always", "too late for durability always (appendfsync everysec)"},
        {"appendfsync", "no", "always", "too late for durability always (appendfsync no)"},
    };
    struct rig rig;
    char used[4096];

    (void)state;
    rig_init(&rig, &redis, "o");
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        uint64_t met = store_troubles(rig.store)[STORE_TROUBLE_TOO_WEAK];
        rig_until_warned(&rig, settings[i].words, false);
        assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET %s %s", settings[i].name, settings[i].weak));
        rig_until_warned(&rig, settings[i].words, true);
        assert_true(store_troubles(rig.store)[STORE_TROUBLE_TOO_WEAK] > met);
        assert_int_equal(rig.state, STORE_READY);
        assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET %s %s", settings[i].name, settings[i].strong));
        rig_until_warned(&rig, settings[i].words, false);
    }
    assert_true(redis_fixture_ask(&redis, used, sizeof used, "INFO memory"));
    uint64_t bytes = strtoull(strstr(used, "used_memory:") + strlen("used_memory:"), NULL, 10);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET maxmemory %llu", (unsigned long long)(bytes * 100 / 85)));
    rig_until_warned(&rig, "% of maxmemory", true);
    assert_int_equal(rig.state, STORE_READY);
    assert_true(store_troubles(rig.store)[STORE_TROUBLE_MEMORY_NEAR_FULL] > 0 && store_troubles(rig.store)[STORE_TROUBLE_TOO_WEAK] > 0);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET maxmemory 0"));
    rig_until_warned(&rig, "% of maxmemory", false);
    rig_fini(&rig);
}

/* At everysec, the one that is asked for is none to warn of; with the rights of the line we ship, which may not set it again. */
static void a_later_sync_than_asked_is_warned_of_with_the_rights_we_name(void **state)
{
    struct rig rig;
    char path[128];

    (void)state;
    set_user("of the broker", "");
    rig_as_user(&rig, path);
    rig.options.durability = STORE_EVERYSEC;
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET appendfsync no"));
    rig_until_warned(&rig, "durability everysec (appendfsync no): set appendfsync everysec", true);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET appendfsync everysec"));
    rig_until_warned(&rig, "(appendfsync", false);
    assert_int_equal(rig.state, STORE_READY);
    work(&rig, 20);
    drain(&rig);
    rig_fini(&rig);
}

/* Asked is `always`. Each is told within a second or so, as Redis' word changes. */
static void the_level_in_force_follows_redis(void **state)
{
    static const struct { const char *name, *value, *level; } changes[] = {
        {"appendfsync", "everysec", "everysec"}, {"appendfsync", "no", "none"},  {"appendfsync", "always", "always"},
        {"appendonly", "no", "none"},            {"appendonly", "yes", "always"},
    };
    struct rig rig;

    (void)state;
    rig_init(&rig, &redis, "o");
    rig_open(&rig);
    assert_string_equal(store_durability_in_force(rig.store), "");
    assert_true(rig_until_state(&rig, STORE_READY));
    rig_until_in_force(&rig, "always");
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET %s %s", changes[i].name, changes[i].value));
        rig_until_in_force(&rig, changes[i].level);
        assert_int_equal(rig.state, STORE_READY);
    }
    redis_fixture_kill(&redis);
    rig_until_in_force(&rig, "");
    redis_fixture_start(&redis);
    rig_until_in_force(&rig, "always");
    rig_fini(&rig);
}

/* The child that rewrites it gets a bound on its files, which the server itself has no more when it writes next. */
static void a_file_that_cannot_be_rewritten_is_warned_of_and_all_goes_on(void **state)
{
    const struct rlimit tiny = {2048, RLIM_INFINITY};
    struct redis_fixture bounded = {0};
    struct rig rig;

    (void)state;
    open_bounded(&bounded, NULL, 1024 * 1024);
    rig_init(&rig, &bounded, "o");
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    work(&rig, 50);
    drain(&rig);
    assert_int_equal(prlimit(bounded.pid, RLIMIT_FSIZE, &tiny, NULL), 0);
    assert_true(redis_fixture_ask(&bounded, NULL, 0, "BGREWRITEAOF"));
    unbound(&bounded);
    rig_until_warned(&rig, "cannot rewrite", true);
    assert_true(store_troubles(rig.store)[STORE_TROUBLE_AOF_ERROR] > 0);
    work(&rig, 20);
    drain(&rig);
    assert_int_equal(rig.state, STORE_READY);
    assert_true(redis_fixture_ask(&bounded, NULL, 0, "BGREWRITEAOF"));
    rig_until_warned(&rig, "cannot rewrite", false);
    restart_equals(&rig);
    rig_fini(&rig);
    redis_fixture_close(&bounded);
}

/* As on a full disk. Redis says that it has what it could not write any more, and takes nothing after that; the broker warns before it
   is refused anything, and as long as it is so. */
static void a_file_that_cannot_be_written_is_warned_of_until_it_can(void **state)
{
    static const char *const everysec[] = {"--appendfsync", "everysec", NULL};
    static const char words[] = "Redis cannot write its append-only file: make room on its disk";
    const struct rlimit tiny = {1, RLIM_INFINITY};
    struct redis_fixture bounded = {0};
    struct rig rig;

    (void)state;
    redis_fixture_open(&bounded, everysec);
    rig_init(&rig, &bounded, "o");
    rig.options.durability = STORE_EVERYSEC;
    rig.options.lease_ms = 10 * RIG_DEADLINE_MS;       /* no renewal writes before a warning can come */
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    work(&rig, 20);
    drain(&rig);
    rig_until_warned(&rig, words, false);
    assert_int_equal(store_troubles(rig.store)[STORE_TROUBLE_AOF_ERROR], 0);
    assert_int_equal(prlimit(bounded.pid, RLIMIT_FSIZE, &tiny, NULL), 0);
    assert_true(rig_change(&rig, 1));
    rig_until_warned(&rig, words, true);
    assert_int_equal(store_troubles(rig.store)[STORE_TROUBLE_AOF_ERROR], 1);
    assert_int_equal(rig.state, STORE_READY);
    assert_true(rig_change(&rig, 1));
    assert_true(rig_until_state(&rig, STORE_AWAY));
    assert_reason_has(&rig, "disk");
    unbound(&bounded);
    drain(&rig);
    rig_until_warned(&rig, words, false);
    restart_equals(&rig);
    rig_fini(&rig);
    redis_fixture_close(&bounded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_rights_that_we_name_are_enough, open_redis, close_redis),
        cmocka_unit_test_setup_teardown(each_right_that_is_missing_is_named_with_the_remedy, open_replicated, close_replicated),
        cmocka_unit_test_setup_teardown(keys_of_another_desk_are_not_ours_to_touch, open_redis, close_redis),
        cmocka_unit_test_setup_teardown(a_replica_is_waited_for_until_it_leads, open_redis, close_redis),
        cmocka_unit_test_setup_teardown(functions_that_vanish_are_loaded_again, open_redis, close_redis),
        cmocka_unit_test_setup_teardown(keys_of_another_program_are_named_and_left_alone, open_redis, close_redis),
        cmocka_unit_test(a_full_disk_is_away_until_there_is_room),
        cmocka_unit_test_setup_teardown(a_redis_made_weaker_is_warned_of_as_long_as_it_is, open_redis, close_redis),
        cmocka_unit_test_setup_teardown(the_level_in_force_follows_redis, open_redis, close_redis),
        cmocka_unit_test_setup_teardown(a_later_sync_than_asked_is_warned_of_with_the_rights_we_name, open_redis, close_redis),
        cmocka_unit_test(a_file_that_cannot_be_rewritten_is_warned_of_and_all_goes_on),
        cmocka_unit_test(a_file_that_cannot_be_written_is_warned_of_until_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
