/* SPDX-License-Identifier: Apache-2.0
 *
 * The real core over the real store: a desk that works, checkpoints, dies and is loaded again has every open lead
 * where it was, and leadwire-journal shows the same without a broker.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "core.h"
#include "lw_log.h"
#include "redis_fixture.h"
#include "store.h"
#include "wall_clock.h"

enum { REPS = 20, HELD_MAX = 4096, DEADLINE_MS = 30000, ROWS_MAX = 20000 };

struct held { struct desk_id lead; uint32_t offer_number; uint64_t session; };
struct held_list { struct held items[HELD_MAX]; size_t count; };

struct desk {
    struct core *core;
    struct store *store;
    struct byte_buffer batch;
    struct held_list offers, assigned;
    uint64_t now_ms, confirmed, appended, published, random;
    enum store_state state;
    bool is_empty;
};

static struct redis_fixture redis;

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
    struct held_list *list = effect->kind == EFFECT_OFFER ? &desk->offers : &desk->assigned;
    bool is_held = effect->kind == EFFECT_OFFER || (effect->kind == EFFECT_HOLDING && effect->to == LEAD_ASSIGNED);

    if (is_held && list->count < HELD_MAX)
        list->items[list->count++] = (struct held){effect->lead, effect->offer_number, effect->session};
}

static lw_status on_load(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    return core_restore(((struct desk *)context)->core, kind, bytes, size);
}

static void on_loaded(void *context, uint64_t epoch, uint64_t desk_ms, bool empty)
{
    struct desk *desk = context;

    assert_int_equal(core_restore_done(desk->core), LW_OK);
    core_set_epoch(desk->core, epoch);
    desk->is_empty = empty;
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
    uint64_t now_ms = wall_clock_monotonic_ms();

    poll(&poll_fd, 1, store_next_ms(desk->store) <= now_ms ? 0 : 10);
    store_step(desk->store, wall_clock_monotonic_ms());
}

static void open_desk(struct desk *desk)
{
    struct core_limits limits;
    struct core_callbacks core_callbacks = {desk, on_record, on_effect};
    struct store_options options = {.desk = "sales", .owner = "o", .endpoint = "e", .redis = {{.socket = redis.socket}}, .redis_count = 1,
                                    .durability = STORE_ALWAYS, .checkpoint_bytes = 150000};

    core_limits_default(&limits);
    limits.leads_max = ROWS_MAX;
    limits.seen_max = 100000;
    desk->core = core_new(&limits, &core_callbacks);
    assert_non_null(desk->core);
    struct store_callbacks callbacks = {desk, on_load, on_loaded, on_confirmed, on_state, desk->core};
    assert_int_equal(store_open_redis(&options, &callbacks, &desk->store), LW_OK);
    uint64_t end_ms = wall_clock_monotonic_ms() + DEADLINE_MS;
    while (desk->state != STORE_READY && desk->state != STORE_FAILED && wall_clock_monotonic_ms() < end_ms)
        turn(desk);
    assert_int_equal(desk->state, STORE_READY);
    desk->appended = desk->confirmed = 0;
}

static void close_desk(struct desk *desk)
{
    store_close(&desk->store);
    core_free(desk->core);
    desk->core = NULL;
    desk->state = STORE_CLAIMING;
}

static void step(struct desk *desk, const struct core_command *command)
{
    desk->now_ms += 1 + draw(desk, 20);
    core_step(desk->core, command, desk->now_ms);
    assert_false(desk->batch.failed);
    if (desk->batch.size == 0)
        return;
    assert_true(desk->batch.size <= STORE_BATCH_MAX);
    assert_int_equal(store_append(desk->store, desk->batch.data, desk->batch.size, desk->now_ms, &desk->appended), LW_OK);
    byte_buffer_clear(&desk->batch);
}

static void confirm_all(struct desk *desk)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + DEADLINE_MS;

    while (desk->confirmed < desk->appended && wall_clock_monotonic_ms() < end_ms)
        turn(desk);
    assert_int_equal(desk->confirmed, desk->appended);
}

static void finish_checkpoint(struct desk *desk)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + DEADLINE_MS;
    struct store_totals totals = {0};

    for (; totals.checkpoints == 0 && wall_clock_monotonic_ms() < end_ms; store_totals_read(desk->store, &totals))
        turn(desk);
    assert_true(totals.checkpoints > 0);
}

static void found(struct desk *desk)
{
    struct core_config *config = core_config_new("sales");
    struct config_rep *rep;
    struct config_rule *rule;

    step(desk, &(struct core_command){.kind = COMMAND_FOUND_DESK, .found_desk.fingerprint_key = {1, 2}});
    for (int i = 0; i < REPS; i++) {
        char name[16];
        snprintf(name, sizeof name, "rep%d", i);
        assert_int_equal(core_config_add_rep(config, name, "inside", 6, "", &rep), LW_OK);
    }
    assert_int_equal(core_config_add_rule(config, "all", "all", 50, &rule), LW_OK);
    assert_int_equal(core_config_add_disposition(config, "sold", 1), LW_OK);
    step(desk, &(struct core_command){.kind = COMMAND_CONFIGURE, .configure = {.config = config, .source = "x", .source_size = 1}});
    core_config_free(config);
}

static void log_on_all(struct desk *desk, uint64_t first_session)
{
    desk->offers.count = desk->assigned.count = 0;
    step(desk, &(struct core_command){.kind = COMMAND_SERVICE_RESUMED});
    core_check_invariants(desk->core);
    for (unsigned i = 0; i < REPS; i++) {
        char name[16];
        int size = snprintf(name, sizeof name, "rep%u", i);
        struct core_command on = {.kind = COMMAND_LOG_ON, .session = first_session + i, .request = 1,
                                  .log_on.rep = {name, (uint32_t)size}};
        step(desk, &on);
        step(desk, &(struct core_command){.kind = COMMAND_SET_REP_STATE, .session = first_session + i,
                                          .set_rep_state.state = REP_AVAILABLE});
    }
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
    struct held *held = &desk->offers.items[draw(desk, desk->offers.count)];
    bool accept = draw(desk, 5) != 0;
    struct core_command command = {.kind = COMMAND_ANSWER_OFFER, .session = held->session, .request = 1,
        .answer_offer = {.lead = held->lead, .offer_number = held->offer_number, .accept = accept}};

    if (accept && desk->assigned.count < HELD_MAX)
        desk->assigned.items[desk->assigned.count++] = *held;
    *held = desk->offers.items[--desk->offers.count];
    step(desk, &command);
}

static void complete(struct desk *desk)
{
    char id[48];

    if (desk->assigned.count == 0)
        return;
    struct held *held = &desk->assigned.items[draw(desk, desk->assigned.count)];
    int size = snprintf(id, sizeof id, "done-%" PRIu64, held->lead.number);
    struct core_command command = {.kind = COMMAND_COMPLETE, .session = held->session, .request = 1,
        .complete = {.lead = held->lead, .idempotency_id = {id, (uint32_t)size}, .disposition = {"sold", 4}}};
    *held = desk->assigned.items[--desk->assigned.count];
    step(desk, &command);
}

static void work(struct desk *desk, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++) {
        uint64_t what = draw(desk, 10);
        if (what < 4)
            publish(desk);
        else if (what < 7)
            answer(desk);
        else
            complete(desk);
        if (draw(desk, 4) == 0)
            turn(desk);
    }
    confirm_all(desk);
}

struct row { struct desk_id lead; uint64_t revision; enum lead_state state; char rep[16]; uint32_t offer_number; };
struct rows { struct row items[ROWS_MAX]; size_t count; };

static void take_row(void *context, const struct core_effect *effect)
{
    struct rows *rows = context;
    struct row *row = &rows->items[rows->count++];

    assert_true(rows->count < ROWS_MAX);
    *row = (struct row){.lead = effect->lead, .revision = effect->revision, .state = effect->to, .offer_number = effect->offer_number};
    snprintf(row->rep, sizeof row->rep, "%s", effect->rep);
}

static int by_id(const void *a, const void *b)
{
    return desk_id_compare(((const struct row *)a)->lead, ((const struct row *)b)->lead);
}

static void read_rows(struct core *core, struct rows *rows)
{
    uint64_t cursor = 0;

    rows->count = 0;
    do
        cursor = core_leads_visit(core, cursor, 100, take_row, rows);
    while (cursor != 0);
    qsort(rows->items, rows->count, sizeof rows->items[0], by_id);
}

static void rows_equal(const struct rows *before, const struct rows *after)
{
    assert_int_equal(before->count, after->count);
    for (size_t i = 0; i < before->count; i++) {
        const struct row *a = &before->items[i], *b = &after->items[i];
        assert_true(desk_id_equal(a->lead, b->lead));
        assert_int_equal(a->state, b->state);
        assert_int_equal(a->revision, b->revision);
        assert_int_equal(a->offer_number, b->offer_number);
        assert_string_equal(a->rep, b->rep);
    }
}

static void restarted_desk_has_every_open_lead_where_it_was(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    struct rows *before = calloc(1, sizeof *before), *after = calloc(1, sizeof *after);
    uint64_t checkpoints = 0;

    (void)state;
    desk->now_ms = 1700000000000;
    desk->random = 1;
    byte_buffer_init(&desk->batch, STORE_BATCH_MAX);
    open_desk(desk);
    assert_true(desk->is_empty);
    found(desk);
    for (unsigned life = 0; life < 6; life++) {
        struct core_totals totals_before, totals_after;
        struct store_totals totals;
        log_on_all(desk, 1000 * (life + 1));
        work(desk, 1500);
        if (life % 2 == 0)
            finish_checkpoint(desk);      /* in the other lives it dies wherever it is */
        store_totals_read(desk->store, &totals);
        checkpoints += totals.checkpoints;
        core_check_invariants(desk->core);
        read_rows(desk->core, before);
        core_totals_read(desk->core, &totals_before);
        close_desk(desk);
        open_desk(desk);
        assert_false(desk->is_empty);
        read_rows(desk->core, after);
        core_totals_read(desk->core, &totals_after);
        rows_equal(before, after);
        assert_int_equal(totals_before.payload_bytes, totals_after.payload_bytes);
        assert_int_equal(totals_before.config_version, totals_after.config_version);
    }
    assert_true(checkpoints >= 3);
    assert_true(before->count > 100);
    close_desk(desk);
    byte_buffer_fini(&desk->batch);
    free(before);
    free(after);
    free(desk);
}

/* After the test above: its desk is still there. */
static void journal_tool_shows_the_records_and_no_payload(void **state)
{
    char command[512], line[4096];
    unsigned lines = 0, leads = 0, ends = 0, seen = 0;

    (void)state;
    snprintf(command, sizeof command, "%s/leadwire-journal --redis unix:%s --desk sales --json", LEADWIRE_BIN_DIR, redis.socket);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    while (fgets(line, sizeof line, pipe)) {
        if (lines++ % 2500 == 0)
            print_message("%s", line);
        assert_true(strncmp(line, "{\"entry\":", 9) == 0 && line[strlen(line) - 2] == '}');
        assert_null(strstr(line, "pppp"));
        leads += strstr(line, "\"kind\": \"lead\"") != NULL;
        ends += strstr(line, "\"ended\": true") != NULL;
        seen += strstr(line, "\"kind\": \"seen\"") != NULL;
    }
    assert_int_equal(pclose(pipe), 0);
    print_message("%u lines, %u leads, %u ends, %u seen\n", lines, leads, ends, seen);
    assert_true(leads > 100 && ends > 10 && seen > 100);
    snprintf(command, sizeof command, "%s/leadwire-journal --redis unix:%s --desk nobody 2>/dev/null", LEADWIRE_BIN_DIR, redis.socket);
    assert_int_equal(WEXITSTATUS(system(command)), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restarted_desk_has_every_open_lead_where_it_was),
        cmocka_unit_test(journal_tool_shows_the_records_and_no_payload),
    };
    lw_log_set_level(LW_LOG_ERROR);
    redis_fixture_open(&redis, NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    redis_fixture_close(&redis);
    return failed;
}
