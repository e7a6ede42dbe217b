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
#include <poll.h>
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

enum { REPS = 12, OFFERS_MAX = 4096, DEADLINE_MS = 30000, LEADS_MAX = 20000, STEPS_MAX = 12000, EXPORTS = 8, EXPORT_ENTRIES = 1000,
       FIRST_LEADS = 1500 };

struct offer { struct desk_id lead; uint32_t number; uint64_t session; };
struct offers { struct offer items[OFFERS_MAX]; size_t count; };

struct desk {
    struct core *core;
    struct store *store;
    struct byte_buffer batch;
    struct offers offers, held;
    uint64_t now_ms, ticket, confirmed, published, random, epoch, effects;   /* effects: a sum over all that was told */
    enum store_state state;
    bool is_archived;
};

static struct redis_fixture first, second;
static struct byte_buffer archive;         /* of all batches that the journal of the first desk ever got */
static size_t archive_ends[STEPS_MAX];     /* behind that of each entry */
static uint64_t entries;

static uint64_t draw(struct desk *desk, uint64_t below)
{
    desk->random = desk->random * 6364136223846793005u + 1442695040888963407u;
    return (desk->random >> 33) % below;
}

static void on_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    batch_put(&((struct desk *)context)->batch, kind, bytes, size);
}

static void on_effect(void *context, const struct core_effect *effect)
{
    struct desk *desk = context;
    struct offers *list = effect->kind == EFFECT_OFFER ? &desk->offers : &desk->held;
    uint64_t told[] = {effect->kind, effect->session, effect->lead.number, effect->to, effect->offer_number, effect->cause, effect->status};

    desk->effects = siphash_64((struct siphash_key){desk->effects, 0}, told, sizeof told);
    bool is_taken = effect->kind == EFFECT_OFFER || (effect->kind == EFFECT_HOLDING && effect->to == LEAD_ASSIGNED);
    if (is_taken && list->count < OFFERS_MAX)
        list->items[list->count++] = (struct offer){effect->lead, effect->offer_number, effect->session};
}

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

static lw_status on_load(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    return core_restore(((struct desk *)context)->core, kind, bytes, size);
}

static void on_loaded(void *context, uint64_t epoch, uint64_t desk_ms, bool empty)
{
    struct desk *desk = context;

    (void)empty;
    assert_int_equal(core_restore_done(desk->core), LW_OK);
    core_set_epoch(desk->core, epoch);
    desk->epoch = epoch;
    desk->now_ms = desk_ms > desk->now_ms ? desk_ms : desk->now_ms;
}

static void on_confirmed(void *context, uint64_t ticket)
{
    ((struct desk *)context)->confirmed = ticket;
}

static void on_state(void *context, enum store_state state, const char *reason)
{
    if (state == STORE_FAILED)
        fprintf(stderr, "failed: %s\n", reason);
    ((struct desk *)context)->state = state;
}

static void turn(struct desk *desk)
{
    struct pollfd poll_fd = {.fd = store_fd(desk->store), .events = store_events(desk->store)};

    poll(&poll_fd, 1, store_next_ms(desk->store) <= wall_clock_monotonic_ms() ? 0 : 10);
    store_step(desk->store, wall_clock_monotonic_ms());
}

static void open_desk(struct desk *desk, const struct redis_fixture *redis)
{
    struct core_limits limits;
    struct core_callbacks core_callbacks = {desk, on_record, on_effect};
    struct store_options options = {.desk = "sales", .owner = "o", .endpoint = "e", .redis = {{.socket = redis->socket}}, .redis_count = 1,
                                    .durability = STORE_MEMORY, .checkpoint_bytes = 60000};

    desk->now_ms = desk->now_ms == 0 ? 1700000000000 : desk->now_ms;
    byte_buffer_init(&desk->batch, STORE_BATCH_MAX);
    core_limits_default(&limits);
    limits.leads_max = LEADS_MAX;
    desk->core = core_new(&limits, &core_callbacks);
    assert_non_null(desk->core);
    struct store_callbacks callbacks = {desk, on_load, on_loaded, on_confirmed, on_state, desk->core};
    assert_int_equal(store_open_redis(&options, &callbacks, &desk->store), LW_OK);
    uint64_t end_ms = wall_clock_monotonic_ms() + DEADLINE_MS;
    while (desk->state != STORE_READY && desk->state != STORE_FAILED && wall_clock_monotonic_ms() < end_ms)
        turn(desk);
    assert_int_equal(desk->state, STORE_READY);
}

static void close_desk(struct desk *desk)
{
    store_release_claim(desk->store, 1000);
    store_close(&desk->store);
    core_free(desk->core);
    byte_buffer_fini(&desk->batch);
    *desk = (struct desk){0};
}

/* Each step that changed something is one entry of the journal, so that its number tells what was before it. */
static void step(struct desk *desk, const struct core_command *command)
{
    desk->now_ms += 1 + draw(desk, 20);
    core_step(desk->core, command, desk->now_ms);
    assert_false(desk->batch.failed);
    if (desk->batch.size == 0)
        return;
    assert_int_equal(store_append(desk->store, desk->batch.data, desk->batch.size, desk->now_ms, &desk->ticket), LW_OK);
    if (desk->is_archived)
        byte_buffer_put(&archive, desk->batch.data, desk->batch.size);
    byte_buffer_clear(&desk->batch);
    uint64_t end_ms = wall_clock_monotonic_ms() + DEADLINE_MS;
    while (desk->confirmed < desk->ticket && wall_clock_monotonic_ms() < end_ms)
        turn(desk);
    assert_int_equal(desk->confirmed, desk->ticket);
}

static void note(struct desk *desk)
{
    assert_true(desk->ticket < STEPS_MAX);
    if (desk->ticket == entries)
        return;
    assert_int_equal(desk->ticket, entries + 1);
    archive_ends[++entries] = archive.size;
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

static void found(struct desk *desk)
{
    struct core_config *config = core_config_new("sales");
    struct config_rep *rep;
    struct config_rule *rule;

    step(desk, &(struct core_command){.kind = COMMAND_FOUND_DESK, .found_desk.fingerprint_key = {1, 2}});
    note(desk);
    for (int i = 0; i < REPS; i++) {
        char name[16];
        snprintf(name, sizeof name, "rep%d", i);
        assert_int_equal(core_config_add_rep(config, name, "inside", 6, "", &rep), LW_OK);
    }
    assert_int_equal(core_config_add_rule(config, "all", "all", 50, &rule), LW_OK);
    assert_int_equal(core_config_add_disposition(config, "sold", 1), LW_OK);
    step(desk, &(struct core_command){.kind = COMMAND_CONFIGURE, .configure = {.config = config, .source = "x", .source_size = 1}});
    note(desk);
    core_config_free(config);
}

static void log_on(struct desk *desk, unsigned number, uint64_t session)
{
    char name[16];
    int size = snprintf(name, sizeof name, "rep%u", number);

    step(desk, &(struct core_command){.kind = COMMAND_LOG_ON, .session = session, .request = 1, .log_on.rep = {name, (uint32_t)size}});
    note(desk);
    step(desk, &(struct core_command){.kind = COMMAND_SET_REP_STATE, .session = session, .set_rep_state.state = REP_AVAILABLE});
    note(desk);
}

static const char *no_field(const void *lead, const char *field)
{
    (void)lead;
    (void)field;
    return NULL;
}

static void publish(struct desk *desk)
{
    char id[32], payload[300];
    int size = snprintf(id, sizeof id, "id-%" PRIu64, ++desk->published);

    memset(payload, 'p', sizeof payload);
    step(desk, &(struct core_command){.kind = COMMAND_PUBLISH, .session = 1, .request = 1,
        .publish = {.idempotency_id = {id, (uint32_t)size}, .source = {"form", 4}, .content_hash = desk->published, .channel = LW_CHANNEL_WEB,
                    .received_unix_ms = (int64_t)desk->now_ms, .payload = payload, .payload_size = sizeof payload, .read_field = no_field}});
}

static void answer(struct desk *desk)
{
    if (desk->offers.count == 0)
        return;
    struct offer offer = desk->offers.items[draw(desk, desk->offers.count)];
    bool accept = draw(desk, 5) != 0;

    desk->offers.count = 0;        /* others come again with the next changes, or expire */
    step(desk, &(struct core_command){.kind = COMMAND_ANSWER_OFFER, .session = offer.session, .request = 1,
        .answer_offer = {.lead = offer.lead, .offer_number = offer.number, .accept = accept}});
    if (accept && desk->held.count < OFFERS_MAX)
        desk->held.items[desk->held.count++] = offer;
}

static void complete(struct desk *desk)
{
    char id[48];

    if (desk->held.count == 0)
        return;
    struct offer held = desk->held.items[draw(desk, desk->held.count)];
    int size = snprintf(id, sizeof id, "done-%" PRIu64, held.lead.number);
    desk->held.count = 0;
    step(desk, &(struct core_command){.kind = COMMAND_COMPLETE, .session = held.session, .request = 1,
        .complete = {.lead = held.lead, .idempotency_id = {id, (uint32_t)size}, .disposition = {"sold", 4}}});
}

static void work(struct desk *desk)
{
    uint64_t what = draw(desk, 10);

    if (what < 4)
        publish(desk);
    else if (what < 7)
        answer(desk);
    else
        complete(desk);
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

static uint64_t checkpoints_of(struct desk *desk)
{
    struct store_totals totals;

    store_totals_read(desk->store, &totals);
    return totals.checkpoints;
}

static void path_of(char path[128], const char *name)
{
    snprintf(path, 128, "%s/%s", first.directory, name);
}

/* Works on until the export has ended, or for so many entries. Gives how many were appended meanwhile. */
static uint64_t export_while_working(struct desk *desk, const char *path)
{
    uint64_t before = entries;
    pid_t pid = start_export(path), ended = 0;
    int result = 0;

    while (ended == 0) {
        work(desk);
        note(desk);
        ended = waitpid(pid, &result, entries - before < EXPORT_ENTRIES ? WNOHANG : 0);
    }
    assert_true(ended == pid && WIFEXITED(result) && WEXITSTATUS(result) == 0);
    return entries - before;
}

static void an_export_is_the_desk_at_the_entry_that_it_names(void **state)
{
    struct desk *desk = *state;
    uint64_t appended = 0, checkpoints;
    char path[128];

    path_of(path, "live.desk");
    desk->is_archived = true;
    byte_buffer_init(&archive, 64 * 1024 * 1024);
    open_desk(desk, &first);
    found(desk);
    for (unsigned i = 0; i < REPS; i++)
        log_on(desk, i, 100 + i);
    while (desk->published < FIRST_LEADS) {
        publish(desk);
        note(desk);
    }
    checkpoints = checkpoints_of(desk);
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
                  checkpoints_of(desk) - checkpoints);
    assert_true(appended > EXPORTS && checkpoints_of(desk) > checkpoints);
}

static int tool(const char *words, const struct redis_fixture *redis)
{
    char command[512];

    snprintf(command, sizeof command, "%s/leadwire desk %s --redis unix:%s", LEADWIRE_BIN_DIR, words, redis->socket);
    int result = system(command);
    return WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

/* The same commands at the same times to the desk, which has been loaded again too, and to the one from the file. */
static void drain_both(struct desk *desk, struct desk *twin)
{
    twin->now_ms = desk->now_ms;
    twin->random = desk->random;
    desk->offers.count = desk->held.count = twin->offers.count = twin->held.count = 0;
    desk->effects = twin->effects = 0;
    step(desk, &(struct core_command){.kind = COMMAND_SERVICE_RESUMED});
    step(twin, &(struct core_command){.kind = COMMAND_SERVICE_RESUMED});
    for (unsigned i = 0; i < 400; i++) {
        step(desk, &(struct core_command){.kind = COMMAND_TIME});
        step(twin, &(struct core_command){.kind = COMMAND_TIME});
        void (*act)(struct desk *) = i % 2 == 0 ? answer : complete;
        if (i < REPS) {
            char name[16];
            int size = snprintf(name, sizeof name, "rep%u", i);
            struct core_command on = {.kind = COMMAND_LOG_ON, .session = 5000 + i, .request = 1, .log_on.rep = {name, (uint32_t)size}};
            struct core_command there = {.kind = COMMAND_SET_REP_STATE, .session = 5000 + i, .set_rep_state.state = REP_AVAILABLE};
            step(desk, &on);
            step(twin, &on);
            step(desk, &there);
            step(twin, &there);
        }
        act(desk);
        act(twin);
        assert_int_equal(desk->effects, twin->effects);
    }
    assert_int_equal(core_state_hash(desk->core), core_state_hash(twin->core));
}

static void an_imported_desk_is_loaded_and_decides_as_the_one_it_was_taken_from(void **state)
{
    struct desk *desk = *state, *twin = calloc(1, sizeof *twin);
    struct core_totals before, after;
    char path[128], words[256];

    path_of(path, "still.desk");
    snprintf(words, sizeof words, "export %s --desk sales", path);
    assert_int_equal(tool(words, &first), 0);
    snprintf(words, sizeof words, "import %s", path);
    assert_int_equal(tool(words, &second), 0);
    open_desk(twin, &second);
    assert_true(twin->epoch > desk->epoch);
    assert_int_equal(core_state_hash(twin->core), hash_at(entries));
    core_totals_read(desk->core, &before);
    core_totals_read(twin->core, &after);
    assert_memory_equal(before.by_state, after.by_state, sizeof before.by_state);
    assert_int_equal(before.payload_bytes, after.payload_bytes);
    assert_true(before.by_state[LEAD_WAITING] > 100);
    close_desk(desk);
    open_desk(desk, &first);
    drain_both(desk, twin);
    core_totals_read(desk->core, &after);
    assert_true(after.by_state[LEAD_WAITING] < before.by_state[LEAD_WAITING]);
    close_desk(twin);
    free(twin);
}

/* A checkpoint that was written after an import, and a second life on it. */
static void an_imported_desk_lives_on_through_checkpoints(void **state)
{
    struct desk *twin = calloc(1, sizeof *twin);
    uint64_t hash;

    (void)state;
    open_desk(twin, &second);
    twin->published = 1000000;
    uint64_t end_ms = wall_clock_monotonic_ms() + DEADLINE_MS;
    while (checkpoints_of(twin) < 2 && wall_clock_monotonic_ms() < end_ms)
        publish(twin);
    assert_true(checkpoints_of(twin) >= 2);
    hash = core_state_hash(twin->core);
    close_desk(twin);
    open_desk(twin, &second);
    assert_int_equal(core_state_hash(twin->core), hash);
    close_desk(twin);
    free(twin);
}

static int open_both(void **state)
{
    static const char *const quick[] = {"--appendonly", "no", NULL};     /* nobody is killed here */
    struct desk *desk = calloc(1, sizeof *desk);

    desk->random = 1;
    *state = desk;
    redis_fixture_open(&first, quick);
    redis_fixture_open(&second, quick);
    return 0;
}

static int close_both(void **state)
{
    struct desk *desk = *state;

    if (desk->store)
        close_desk(desk);
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
    };
    lw_log_set_level(LW_LOG_ERROR);
    return cmocka_run_group_tests(tests, open_both, close_both);
}
