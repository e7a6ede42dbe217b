/* SPDX-License-Identifier: Apache-2.0
 *
 * Exports of a desk that works: each is the desk at the very entry of the journal that it names, to the hash of all that
 * decides. And imported, it is loaded and decides as the desk that it was taken from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch.h"
#include "core.h"
#include "desk_trial.h"
#include "lw_log.h"
#include "redis_fixture.h"
#include "store.h"
#include "wall_clock.h"
#include "working_desk.h"

enum { REPS = 12, STEPS_MAX = 12000, EXPORTS = 8, EXPORT_ENTRIES = 1000, FIRST_LEADS = 1500 };

static struct redis_fixture first, second;
static struct byte_buffer archive;         /* of all batches that the journal of the first desk ever got */
static size_t archive_ends[STEPS_MAX];     /* behind that of each entry */
static uint64_t entries;

static void no_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context;
    (void)kind;
    (void)bytes;
    (void)size;
}

static void no_effect(void *context, const struct core_effect *effect)
{
    (void)context;
    (void)effect;
}

/* Each step that changed something is one entry of the journal, so that its number tells what was before it. */
static void archive_entry(struct working_desk *desk)
{
    byte_buffer_put(&archive, desk->batch.data, desk->batch.size);
    working_desk_confirm_all(desk);
    assert_true(desk->appended < STEPS_MAX);
    assert_int_equal(desk->appended, entries + 1);
    archive_ends[++entries] = archive.size;
}

static struct working_desk *new_desk(const struct redis_fixture *redis)
{
    struct working_desk *desk = calloc(1, sizeof *desk);

    assert_non_null(desk);
    desk->options = (struct working_desk_options){.redis = redis, .durability = STORE_MEMORY, .checkpoint_bytes = 60000, .reps = REPS,
                                                  .forgets_rest = true, .after_append = working_desk_confirm_all};
    desk->random = 1;
    return desk;
}

/* A clean end: the claim is given back. */
static void stop(struct working_desk *desk)
{
    store_release_claim(desk->store, 1000);
    working_desk_close(desk);
}

/* Of a core that has all records up to an entry, and was never in a checkpoint. */
static uint64_t hash_at(uint64_t number)
{
    struct core_limits limits;
    struct core_callbacks callbacks = {NULL, no_record, no_effect};
    struct byte_reader reader;
    enum record_kind kind;
    const uint8_t *bytes;
    size_t size;

    core_limits_default(&limits);
    struct core *core = core_new(&limits, &callbacks);
    assert_non_null(core);
    byte_reader_init(&reader, archive.data, archive_ends[number]);
    while (batch_next(&reader, &kind, &bytes, &size))
        assert_int_equal(core_restore(core, kind, bytes, size), LW_OK);
    assert_int_equal(core_restore_done(core), LW_OK);
    uint64_t hash = core_state_hash(core);
    core_free(core);
    return hash;
}

static pid_t start_export(const char *path)
{
    char redis[128];
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    snprintf(redis, sizeof redis, "unix:%s", first.socket);
    if (!freopen("/dev/null", "w", stdout))
        _exit(126);
    execl(LEADWIRE_BIN_DIR "/leadwire", "leadwire", "desk", "export", path, "--redis", redis, "--desk", "sales", (char *)NULL);
    _exit(127);
}

/* The core of the file; its place in the journal. */
static struct core *restored(const char *path, struct desk_file_end *end)
{
    struct desk_file_reader reader;
    struct desk_file_head head;
    struct core *core;
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    desk_file_reader_init(&reader, file, (uint64_t)ftell(file));
    lw_status status = desk_trial(&reader, &head, end, &core);
    if (status != LW_OK)
        print_error("%s\n", reader.error);
    assert_int_equal(status, LW_OK);
    assert_string_equal(head.desk, "sales");
    desk_file_reader_fini(&reader);
    fclose(file);
    return core;
}

static void path_of(char path[128], const char *name)
{
    snprintf(path, 128, "%s/%s", first.directory, name);
}

/* Works on until the export has ended, or for so many entries. Gives how many were appended meanwhile. */
static uint64_t export_while_working(struct working_desk *desk, const char *path)
{
    uint64_t before = entries;
    pid_t pid = start_export(path), ended = 0;
    int result = 0;

    while (ended == 0) {
        working_desk_act(desk);
        ended = waitpid(pid, &result, entries - before < EXPORT_ENTRIES ? WNOHANG : 0);
    }
    assert_true(ended == pid && WIFEXITED(result) && WEXITSTATUS(result) == 0);
    return entries - before;
}

static void an_export_is_the_desk_at_the_entry_that_it_names(void **state)
{
    struct working_desk *desk = *state;
    uint64_t appended = 0, checkpoints;
    char path[128];

    path_of(path, "live.desk");
    desk->options.after_append = archive_entry;
    byte_buffer_init(&archive, 64 * 1024 * 1024);
    working_desk_open(desk);
    working_desk_found(desk);
    for (unsigned i = 0; i < REPS; i++)
        working_desk_log_on(desk, i, 100 + i);
    while (desk->published < FIRST_LEADS)
        working_desk_publish(desk);
    checkpoints = working_desk_checkpoints(desk);
    for (unsigned i = 0; i < EXPORTS; i++) {
        struct desk_file_end end;
        uint64_t from = entries;
        appended += export_while_working(desk, path);
        struct core *core = restored(path, &end);
        assert_int_equal(end.position.epoch, desk->epoch);
        assert_in_range(end.position.number, from, entries);
        assert_int_equal(core_state_hash(core), hash_at(end.position.number));
        core_free(core);
    }
    print_message("%d exports while %" PRIu64 " entries were appended and %" PRIu64 " checkpoints ended\n", EXPORTS, appended,
                  working_desk_checkpoints(desk) - checkpoints);
    assert_true(appended > EXPORTS && working_desk_checkpoints(desk) > checkpoints);
}

static int tool(const char *words, const struct redis_fixture *redis)
{
    char command[512];

    snprintf(command, sizeof command, "'%s/leadwire' desk %s --redis unix:%s", LEADWIRE_BIN_DIR, words, redis->socket);
    int result = system(command);
    return WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

/* The same commands at the same times to the desk, which has been loaded again too, and to the one from the file. */
static void drain_both(struct working_desk *desk, struct working_desk *twin)
{
    struct working_desk *const both[] = {desk, twin};

    twin->now_ms = desk->now_ms;
    twin->random = desk->random = 1;
    twin->effects = desk->effects = 0;
    for (unsigned k = 0; k < 2; k++)
        working_desk_step(both[k], &(struct core_command){.kind = COMMAND_SERVICE_RESUMED});
    for (unsigned i = 0; i < 400; i++) {
        for (unsigned k = 0; k < 2; k++) {
            working_desk_step(both[k], &(struct core_command){.kind = COMMAND_TIME});
            if (i < REPS)
                working_desk_log_on(both[k], i, 5000 + i);
            (i % 2 == 0 ? working_desk_answer : working_desk_complete)(both[k]);
        }
        assert_int_equal(desk->effects, twin->effects);
    }
    assert_int_equal(core_state_hash(desk->core), core_state_hash(twin->core));
}

static void an_imported_desk_is_loaded_and_decides_as_the_one_it_was_taken_from(void **state)
{
    struct working_desk *desk = *state, *twin = new_desk(&second);
    struct core_totals before, after;
    char path[128], words[256];

    path_of(path, "still.desk");
    snprintf(words, sizeof words, "export %s --desk sales", path);
    assert_int_equal(tool(words, &first), 0);
    snprintf(words, sizeof words, "import %s", path);
    assert_int_equal(tool(words, &second), 0);
    working_desk_open(twin);
    assert_true(twin->epoch > desk->epoch);
    assert_int_equal(core_state_hash(twin->core), hash_at(entries));
    core_totals_read(desk->core, &before);
    core_totals_read(twin->core, &after);
    assert_memory_equal(before.by_state, after.by_state, sizeof before.by_state);
    assert_int_equal(before.payload_bytes, after.payload_bytes);
    assert_true(before.by_state[LEAD_WAITING] > 100);
    stop(desk);
    desk->options.after_append = working_desk_confirm_all;
    working_desk_open(desk);
    drain_both(desk, twin);
    core_totals_read(desk->core, &after);
    assert_true(after.by_state[LEAD_WAITING] < before.by_state[LEAD_WAITING]);
    stop(twin);
    free(twin);
}

/* A checkpoint that was written after an import, and a second life on it. */
static void an_imported_desk_lives_on_through_checkpoints(void **state)
{
    struct working_desk *twin = new_desk(&second);
    uint64_t hash;

    (void)state;
    working_desk_open(twin);
    twin->published = 1000000;
    uint64_t end_ms = wall_clock_monotonic_ms() + WORKING_DESK_DEADLINE_MS;
    while (working_desk_checkpoints(twin) < 2 && wall_clock_monotonic_ms() < end_ms)
        working_desk_publish(twin);
    assert_true(working_desk_checkpoints(twin) >= 2);
    hash = core_state_hash(twin->core);
    stop(twin);
    working_desk_open(twin);
    assert_int_equal(core_state_hash(twin->core), hash);
    stop(twin);
    free(twin);
}

/* Three leads stand behind the entry that the next claim has found: Redis leaves it so when it brings back a write. */
static void an_export_leaves_out_what_redis_brought_back(void **state)
{
    struct working_desk *desk = *state;
    struct desk_file_end end;
    char path[128], words[256], head[64];

    stop(desk);
    desk->options.checkpoint_bytes = 64 * 1024 * 1024;
    working_desk_open(desk);
    working_desk_publish(desk);
    uint64_t hash = core_state_hash(desk->core);
    assert_true(redis_fixture_ask(&first, head, sizeof head, "HGET lw:{sales}:head id"));
    for (int i = 0; i < 3; i++)
        working_desk_publish(desk);
    assert_true(core_state_hash(desk->core) != hash);
    stop(desk);
    assert_true(redis_fixture_ask(&first, NULL, 0, "HSET lw:{sales}:head id %s", head));
    working_desk_open(desk);
    assert_int_equal(core_state_hash(desk->core), hash);
    working_desk_publish(desk);
    path_of(path, "brought_back.desk");
    snprintf(words, sizeof words, "export %s --desk sales", path);
    assert_int_equal(tool(words, &first), 0);
    struct core *core = restored(path, &end);
    assert_true(end.position.epoch == desk->epoch && end.position.number > 0);
    assert_int_equal(core_state_hash(core), core_state_hash(desk->core));
    core_free(core);
}

static int open_both(void **state)
{
    static const char *const quick[] = {"--appendonly", "no", NULL};     /* nobody is killed here */

    *state = new_desk(&first);
    redis_fixture_open(&first, quick);
    redis_fixture_open(&second, quick);
    return 0;
}

static int close_both(void **state)
{
    struct working_desk *desk = *state;

    if (desk->store)
        stop(desk);
    free(desk);
    byte_buffer_fini(&archive);
    redis_fixture_close(&first);
    redis_fixture_close(&second);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_export_is_the_desk_at_the_entry_that_it_names),
        cmocka_unit_test(an_imported_desk_is_loaded_and_decides_as_the_one_it_was_taken_from),
        cmocka_unit_test(an_imported_desk_lives_on_through_checkpoints),
        cmocka_unit_test(an_export_leaves_out_what_redis_brought_back),
    };
    lw_log_set_level(LW_LOG_ERROR);
    return cmocka_run_group_tests(tests, open_both, close_both);
}
