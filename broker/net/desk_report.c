/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_report.h"

#include "core_ledger.h"

struct rows {
    Leadwire__V1__LedgerRow *rows;
    Leadwire__V1__LedgerReply *reply;
    size_t max;
};

static void count_row(void *context, const struct core_ledger_row *row)
{
    (void)row;
    (*(size_t *)context)++;
}

static void add_row(void *context, const struct core_ledger_row *row)
{
    struct rows *rows = context;
    Leadwire__V1__LedgerRow *out = &rows->rows[rows->reply->n_rows];
    if (rows->reply->n_rows == rows->max)
        return;
    leadwire__v1__ledger_row__init(out);
    out->rep = (char *)row->rep;
    out->share = row->share;
    out->present = row->is_present;
    out->owed_hundredths = row->owed_hundredths;
    out->place = row->place;
    rows->reply->rows[rows->reply->n_rows++] = out;
}

void ledger_report_fill(const struct core *core, struct arena *arena, Leadwire__V1__LedgerReply *reply)
{
    struct rows rows = {.reply = reply};
    size_t count = 0;
    reply->in_use = core_ledger_in_use(core, &reply->given_units);
    core_ledger_visit(core, count_row, &count);
    rows.rows = arena_calloc(arena, count, sizeof *rows.rows);
    reply->rows = arena_calloc(arena, count, sizeof *reply->rows);
    rows.max = rows.rows && reply->rows ? count : 0;
    core_ledger_visit(core, add_row, &rows);
}

void paused_report_fill(const struct core *core, struct arena *arena, Leadwire__V1__StatusReply *reply)
{
    struct core_paused_view views[CORE_PAUSED_MAX];
    uint32_t count = core_paused_read(core, views);
    Leadwire__V1__PausedSource *rows = arena_calloc(arena, count, sizeof *rows);
    reply->paused_sources = arena_calloc(arena, count, sizeof *reply->paused_sources);
    for (uint32_t i = 0; rows && reply->paused_sources && i < count; i++) {
        leadwire__v1__paused_source__init(&rows[i]);
        rows[i].source = (char *)views[i].source;
        rows[i].by = (char *)views[i].by;
        rows[i].reason = (char *)views[i].reason;
        rows[i].since_unix_ms = (int64_t)views[i].since_ms;
        reply->paused_sources[reply->n_paused_sources++] = &rows[i];
    }
}
