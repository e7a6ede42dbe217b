/* SPDX-License-Identifier: Apache-2.0 */
#include "bounds_report.h"

struct report { struct net_bound *rows; uint32_t count; };
struct rows { Leadwire__V1__Bound rows[NET_BOUNDS_MAX], *list[NET_BOUNDS_MAX]; };

static void add_core(struct report *report, const struct core *core);
static void add_admission(struct report *report, const struct net *net);
static void add_sessions(struct report *report, const struct net *net);
static struct net_bound *add(struct report *report, const char *name, uint64_t used, uint64_t max);

void bounds_report_fill(const struct net *net, struct arena *arena, Leadwire__V1__StatusReply *reply)
{
    struct rows *rows = arena_calloc(arena, 1, sizeof *rows);
    struct net_bound bounds[NET_BOUNDS_MAX];

    for (int role = 0; role < SESSION_ROLES; role++)
        reply->busy_total += net->answers[role][LEADWIRE__V1__STATUS__STATUS_BUSY] + net->crowded[role];
    reply->busy_total += net->crowded_keys + net->turned_away;
    reply->handshakes_failed_total = net->handshakes_failed;
    reply->silent_cut_total = net->connections.cut_silent;
    if (!rows)
        return;
    reply->bounds = rows->list;
    reply->n_bounds = net_bounds_read(net, bounds);
    for (size_t i = 0; i < reply->n_bounds; i++) {
        Leadwire__V1__Bound *row = rows->list[i] = &rows->rows[i];
        leadwire__v1__bound__init(row);
        row->name = (char *)(uintptr_t)bounds[i].name;
        row->used = bounds[i].used;
        row->max = bounds[i].max;
        row->refused_total = bounds[i].refused_total;
        row->is_shut = bounds[i].is_shut;
    }
}

uint32_t net_bounds_read(const struct net *net, struct net_bound bounds[NET_BOUNDS_MAX])
{
    struct report report = {.rows = bounds};

    add_admission(&report, net);
    add_core(&report, net->core);
    add_sessions(&report, net);
    return report.count;
}

static void add_admission(struct report *report, const struct net *net)
{
    const struct admission *admission = &net->admission;
    struct net_bound *memory = add(report, "memory_bytes", admission->resident, admission->memory_max);
    struct net_bound *journal = add(report, "journal_bytes", net->turn.unconfirmed_bytes, ADMISSION_JOURNAL_BYTES);

    memory->refused_total = admission->memory_told;
    memory->is_shut = admission->memory_is_shut;
    journal->refused_total = admission->journal_told;
    journal->is_shut = admission->journal_is_shut;
    struct net_bound *outbox = add(report, "outbox_bytes", net->outbox.used_bytes, ADMISSION_OUTBOX_BYTES);
    struct net_bound *parked = add(report, "parked_bytes", net->parked.bytes, PARKED_BYTES_MAX);

    outbox->refused_total = admission->outbox_told;
    outbox->is_shut = admission->outbox_is_shut;
    parked->refused_total = net->parked.refused;
    parked->is_shut = net->parked.is_full;
}

static void add_core(struct report *report, const struct core *core)
{
    struct core_bounds bounds;

    core_bounds_read(core, &bounds);
    struct net_bound *leads = add(report, "leads", bounds.leads, bounds.leads_max);
    struct net_bound *payload = add(report, "payload_bytes", bounds.payload_bytes, bounds.payload_bytes_max);

    leads->refused_total = bounds.leads_refused;
    leads->is_shut = bounds.leads == bounds.leads_max;
    payload->refused_total = bounds.payload_refused;
    add(report, "seen_ids", bounds.seen, bounds.seen_max)->refused_total = bounds.seen_forgotten;
    add(report, "seen_bytes", bounds.seen_bytes, bounds.seen_bytes_max)->refused_total = bounds.seen_refused;
}

static void add_sessions(struct report *report, const struct net *net)
{
    static const char *const names[SESSION_ROLES] = {"publishers", "reps", "tools"};

    for (int role = 0; role < SESSION_ROLES; role++) {
        uint32_t used = net->sessions.counts[role], max = net->sessions.max[role];
        struct net_bound *bound = add(report, names[role], used, max);
        bound->refused_total = net->crowded[role];
        bound->is_shut = used >= max;
    }
    struct net_bound *connections = add(report, "connections", net->connections.count, net->connections.max);
    connections->refused_total = net->connections.cut_crowded;
    connections->is_shut = net->connections.max > 0 && net->connections.count >= connections_tcp_max(&net->connections);
    add(report, "connections_per_key", net->connections.key_peak, net->options.connections_per_key_max)->refused_total = net->connections.cut_of_key;
    add(report, "sessions_per_key", net->sessions.key_peak, net->options.sessions_per_key_max)->refused_total = net->crowded_keys;
}

static struct net_bound *add(struct report *report, const char *name, uint64_t used, uint64_t max)
{
    struct net_bound *bound = &report->rows[report->count++];

    *bound = (struct net_bound){.name = name, .used = used, .max = max};
    return bound;
}
