/* SPDX-License-Identifier: Apache-2.0
 *
 * The real core over the real store: a desk that works, checkpoints, dies and is loaded again has every open lead
 * where it was, and leadwire-journal shows the same without a broker.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "lw_log.h"
#include "redis_fixture.h"
#include "store.h"
#include "wall_clock.h"
#include "working_desk.h"

enum { REPS = 20 };

static struct redis_fixture redis;

static void log_on_all(struct working_desk *desk, uint64_t first_session)
{
    working_desk_step(desk, &(struct core_command){.kind = COMMAND_SERVICE_RESUMED});
    core_check_invariants(desk->core);
    for (unsigned i = 0; i < REPS; i++)
        working_desk_log_on(desk, i, first_session + i);
}

static void work(struct working_desk *desk, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++) {
        working_desk_act(desk);
        if (working_desk_draw(desk, 4) == 0)
            working_desk_turn(desk);
    }
    working_desk_confirm_all(desk);
}

static void finish_checkpoint(struct working_desk *desk)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + WORKING_DESK_DEADLINE_MS;

    while (working_desk_checkpoints(desk) == 0 && wall_clock_monotonic_ms() < end_ms)
        working_desk_turn(desk);
    assert_true(working_desk_checkpoints(desk) > 0);
}

struct row { struct desk_id lead; uint64_t revision; enum lead_state state; char rep[16]; uint32_t offer_number; };
struct rows { struct row items[WORKING_DESK_LEADS_MAX]; size_t count; };

static void take_row(void *context, const struct core_effect *effect)
{
    struct rows *rows = context;
    struct row *row = &rows->items[rows->count++];

    assert_true(rows->count < WORKING_DESK_LEADS_MAX);
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
    struct working_desk *desk = calloc(1, sizeof *desk);
    struct rows *before = calloc(1, sizeof *before), *after = calloc(1, sizeof *after);
    uint64_t checkpoints = 0;

    (void)state;
    desk->options = (struct working_desk_options){.redis = &redis, .durability = STORE_ALWAYS, .checkpoint_bytes = 150000, .reps = REPS};
    desk->random = 1;
    working_desk_open(desk);
    assert_true(desk->is_empty);
    working_desk_found(desk);
    for (unsigned life = 0; life < 6; life++) {
        struct core_totals totals_before, totals_after;
        log_on_all(desk, 1000 * (life + 1));
        work(desk, 1500);
        if (life % 2 == 0)
            finish_checkpoint(desk);      /* in the other lives it dies wherever it is */
        checkpoints += working_desk_checkpoints(desk);
        core_check_invariants(desk->core);
        read_rows(desk->core, before);
        core_totals_read(desk->core, &totals_before);
        working_desk_close(desk);
        working_desk_open(desk);
        assert_false(desk->is_empty);
        read_rows(desk->core, after);
        core_totals_read(desk->core, &totals_after);
        rows_equal(before, after);
        assert_int_equal(totals_before.payload_bytes, totals_after.payload_bytes);
        assert_int_equal(totals_before.config_version, totals_after.config_version);
    }
    assert_true(checkpoints >= 3);
    assert_true(before->count > 100);
    working_desk_close(desk);
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
    snprintf(command, sizeof command, "'%s/leadwire-journal' --redis unix:%s --desk sales --json", LEADWIRE_BIN_DIR, redis.socket);
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
    snprintf(command, sizeof command, "'%s/leadwire-journal' --redis unix:%s --desk nobody 2>/dev/null", LEADWIRE_BIN_DIR, redis.socket);
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
