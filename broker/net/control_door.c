/* SPDX-License-Identifier: Apache-2.0
 *
 * What managers' tools ask: status, snapshots, the rules, explanations, acts on one lead. Who may what, roles.h says; the
 * plain are admins, whom the rights on the run directory let in. Answers wait in the outbox like all others: they tell of a
 * state that must be durable first.
 */
#include "bounds_report.h"
#include "config_from_wire.h"
#include "desk_report.h"
#include "explain_reply.h"
#include "net_internal.h"
#include "wire_text.h"

enum { SNAPSHOT_ROWS = 500, QUEUES_SHOWN_MAX = 1000 };

/* Rows of a page, in the door's arena. */
struct page {
    struct arena *arena;
    Leadwire__V1__SnapshotReply *reply;
    size_t leads_max, reps_max;
};

static void fill_totals(struct net *net, Leadwire__V1__StatusReply *reply);
static void fill_opening(struct net *net, Leadwire__V1__StatusReply *reply);
static void fill_turns(const struct turn_figures *turns, Leadwire__V1__TurnTimes *out);
static void fill_queues(struct net *net, struct arena *arena, Leadwire__V1__StatusReply *reply);
static void add_lead_row(void *context, const struct core_effect *row);
static void add_rep_row(void *context, const struct core_effect *row);
static void count_row(void *context, const struct core_effect *row);
static char *keep(struct arena *arena, const char *text);
static void hold_answer(struct net *net, struct peer *peer, uint64_t request_id, const struct wire_message *answer);
static struct arena *arena_of(struct net *net) { return &net->doors[SESSION_ROLE_CONTROL].arena; }

/* What the process and its store are. Borrowed: *turns, and the store's texts. */
static void fill_process(struct net *net, Leadwire__V1__StatusReply *reply, Leadwire__V1__TurnTimes *turns)
{
    struct net_store_view store;
    struct core_totals totals;

    net->callbacks.read_store(net->callbacks.context, &store);
    core_totals_read(net->core, &totals);
    reply->memory_bytes = totals.memory_bytes;
    reply->desk = (char *)net->options.desk;
    reply->version = (char *)LEADWIRE_VERSION;
    reply->epoch = net->epoch;
    reply->durability = (char *)net->options.durability;
    reply->durability_in_force = (char *)store.durability_in_force;
    reply->store_state = (char *)store.state;
    reply->n_store_warnings = store.warning_count;
    reply->store_warnings = (char **)(uintptr_t)store.warnings;
    reply->journal_entries = store.journal_entries;
    reply->checkpoint_age_ms = store.checkpoint_age_ms;
    reply->checkpoint_slices = store.checkpoint_slices;
    reply->checkpoint_slices_long = store.long_checkpoint_slices;
    reply->checkpoint_slice_max_us = store.checkpoint_slice_max_us;
    reply->now_unix_ms = (int64_t)net->turn.desk_ms;
    reply->uptime_ms = net->turn.monotonic_ms - net->started_ms;
    reply->publishers = net->sessions.counts[SESSION_ROLE_PUBLISHER];
    reply->refused_frames_total = net->refused_frames;
    if (strcmp(store.state, "ready") != 0)      /* Redis' own words may be in it */
        reply->store_reason = wire_text_is_utf8(store.reason, strlen(store.reason)) ? (char *)store.reason : (char *)"the broker's log says why";
    fill_turns(&store.turns, turns);
    reply->turns = turns;
    bounds_report_fill(net, arena_of(net), reply);
}

static void handle_status(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    Leadwire__V1__StatusReply reply = LEADWIRE__V1__STATUS_REPLY__INIT;
    Leadwire__V1__TurnTimes turns;

    (void)message;
    reply.request_id = request_id;
    fill_process(net, &reply, &turns);
    fill_totals(net, &reply);
    fill_opening(net, &reply);
    fill_queues(net, arena_of(net), &reply);
    paused_report_fill(net->core, arena_of(net), &reply);
    hold_answer(net, peer, request_id, &(struct wire_message){.type = WIRE_STATUS_REPLY, .status_reply = &reply});
}

/* All that is true whatever Redis keeps. What was decided last may not be durable: nothing is said of leads, reps and rules. */
void control_door_status_away(struct net *net, struct peer *peer, uint64_t request_id)
{
    Leadwire__V1__StatusReply reply = LEADWIRE__V1__STATUS_REPLY__INIT;
    Leadwire__V1__TurnTimes turns;

    reply.request_id = request_id;
    fill_process(net, &reply, &turns);
    reply.counts_untold = true;
    reply.durability_in_force = (char *)"";
    if (strcmp(reply.store_state, "away") != 0) {
        reply.store_state = (char *)"behind";
        reply.store_reason = (char *)"Redis is back; what was decided meanwhile is on its way to it";
    }
    if (!net_send_at_once(net, peer, &(struct wire_message){.type = WIRE_STATUS_REPLY, .status_reply = &reply}))
        net_reply_at_once(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_TOO_LARGE, "the answer does not fit a frame", 0);
}

/* Stamped with the last event held or sent: what comes after is not in the page. */
static void handle_snapshot(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    Leadwire__V1__SnapshotReply reply = LEADWIRE__V1__SNAPSHOT_REPLY__INIT;
    struct page page = {.arena = arena_of(net), .reply = &reply};
    uint64_t cursor = message->snapshot_request->cursor;

    reply.request_id = request_id;
    reply.epoch = net->epoch;
    reply.seq = net->events.seq;
    reply.leads = arena_calloc(page.arena, SNAPSHOT_ROWS, sizeof *reply.leads);
    page.leads_max = reply.leads ? SNAPSHOT_ROWS : 0;
    reply.next_cursor = core_leads_visit(net->core, cursor, SNAPSHOT_ROWS, add_lead_row, &page);
    if (cursor == 0) {
        size_t rep_count = 0;
        core_reps_visit(net->core, count_row, &rep_count);
        reply.reps = arena_calloc(page.arena, rep_count, sizeof *reply.reps);
        page.reps_max = reply.reps ? rep_count : 0;
        core_reps_visit(net->core, add_rep_row, &page);
    }
    hold_answer(net, peer, request_id, &(struct wire_message){.type = WIRE_SNAPSHOT_REPLY, .snapshot_reply = &reply});
}

/* Two who change the rules at once do not undo each other: who comes second is told. */
static bool is_of_another_version(struct net *net, struct peer *peer, uint32_t based_on, uint64_t request_id)
{
    uint32_t version = 0, source_size = 0;
    const void *source = NULL;
    uint64_t applied_ms = 0;
    struct core_text by = {NULL, 0};
    char reason[CONFIG_REASON_MAX];

    core_config_read(net->core, &version, &source, &source_size, &applied_ms, &by);
    if (based_on == 0 || based_on == version)
        return false;
    snprintf(reason, sizeof reason, "version %u is in force: these rules were made from version %u", (unsigned)version, (unsigned)based_on);
    net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_REJECTED, reason);
    return true;
}

static void handle_apply(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__ApplyConfig *apply = message->apply_config;
    char reason[CONFIG_REASON_MAX];
    struct core_config *config;

    if (is_of_another_version(net, peer, apply->based_on, request_id))
        return;
    if (config_from_wire(apply->config, net->options.desk, &config, reason) != LW_OK) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_REJECTED, reason);
        return;
    }
    size_t source_size = leadwire__v1__desk_config__get_packed_size(apply->config);
    void *source = arena_alloc(arena_of(net), source_size);
    if (apply->check_only || !source) {
        Leadwire__V1__Status status = source ? LEADWIRE__V1__STATUS__STATUS_ACCEPTED : LEADWIRE__V1__STATUS__STATUS_TOO_LARGE;
        net_hold_reply(net, peer, request_id, status, source ? "the rules are fine; nothing was changed" : "the rules need too much memory");
        core_config_free(config);
        return;
    }
    leadwire__v1__desk_config__pack(apply->config, source);
    struct core_command command = {.kind = COMMAND_CONFIGURE, .session = peer->number, .request = request_id};
    command.configure.config = config;
    command.configure.source = source;
    command.configure.source_size = (uint32_t)source_size;
    command.configure.by = text_of(apply->applied_by);
    net_step(net, &command);
    core_config_free(config);
}

/* As it was given. */
static void handle_config(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    Leadwire__V1__ConfigReply reply = LEADWIRE__V1__CONFIG_REPLY__INIT;
    const void *source = NULL;
    uint32_t source_size = 0;
    uint64_t applied_ms = 0;
    struct core_text by = {NULL, 0};

    (void)message;
    reply.request_id = request_id;
    if (core_config_read(net->core, &reply.version, &source, &source_size, &applied_ms, &by)) {
        reply.applied_unix_ms = (int64_t)applied_ms;
        reply.applied_by = arena_copy(arena_of(net), by.size ? by.data : "", by.size);
        reply.config = leadwire__v1__desk_config__unpack(NULL, source_size, source);
        if (!reply.applied_by)
            reply.applied_by = (char *)"";
    }
    hold_answer(net, peer, request_id, &(struct wire_message){.type = WIRE_CONFIG_REPLY, .config_reply = &reply});
    if (reply.config)
        leadwire__v1__desk_config__free_unpacked(reply.config, NULL);
}

static void handle_explain(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    Leadwire__V1__ExplainReply reply = LEADWIRE__V1__EXPLAIN_REPLY__INIT;
    const Leadwire__V1__ExplainRequest *asked = message->explain_request;
    const bool of_rep = asked->rep[0] != '\0';
    struct desk_id lead;

    if (of_rep + (asked->lead_id[0] != '\0') + (asked->lead != NULL) != 1) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_REJECTED, "name either a lead or a rep, or give a lead");
        return;
    }
    reply.request_id = request_id;
    reply.lead_id = asked->lead_id;
    if (asked->lead)
        explain_reply_fill_preview(net->core, asked->lead, asked->all_present, arena_of(net), &reply);
    else if (of_rep)
        explain_reply_fill_rep(net->core, text_of(asked->rep), asked->since_unix_ms > 0 ? (uint64_t)asked->since_unix_ms : 0, arena_of(net), &reply);
    else if (desk_id_parse(asked->lead_id, &lead))
        explain_reply_fill(net->core, lead, arena_of(net), &reply);
    hold_answer(net, peer, request_id, &(struct wire_message){.type = WIRE_EXPLAIN_REPLY, .explain_reply = &reply});
}

static void handle_lead_command(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__LeadCommand *asked = message->lead_command;
    struct core_command command = {.kind = COMMAND_ACT, .session = peer->number, .request = request_id};

    if (!desk_id_parse(asked->lead_id, &command.act.lead)) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_FOUND, "this is no lead id");
        return;
    }
    if (asked->into_lead_id[0] != '\0' && !desk_id_parse(asked->into_lead_id, &command.act.into)) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_FOUND, "the lead to merge it into: this is no lead id");
        return;
    }
    command.act.act = (enum core_act)asked->act;
    command.act.by = text_of(asked->by);
    command.act.reason = text_of(asked->reason);
    command.act.rep = text_of(asked->rep);
    command.act.until_unix_ms = asked->until_unix_ms;
    command.act.priority = asked->priority;
    net_step(net, &command);
}

static void handle_rep_command(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__RepCommand *asked = message->rep_command;
    struct core_command command = {.kind = COMMAND_ACT_ON_REP, .session = peer->number, .request = request_id};

    command.act_on_rep.rep = text_of(asked->rep);
    command.act_on_rep.state = (enum rep_state)asked->state;
    command.act_on_rep.by = text_of(asked->by);
    command.act_on_rep.reason = text_of(asked->reason);
    net_step(net, &command);
}

static uint32_t add_keys(struct core_person_key *out, uint32_t count, enum core_person_key_kind kind, char **values, size_t value_count)
{
    for (size_t i = 0; i < value_count && count < CORE_PERSON_KEYS_MAX; i++) {
        if (values[i][0] != '\0')
            out[count++] = (struct core_person_key){kind, text_of(values[i])};
    }
    return count;
}

static void handle_customer_command(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__CustomerCommand *asked = message->customer_command;
    struct core_command command = {.kind = COMMAND_CUSTOMER, .session = peer->number, .request = request_id};
    struct core_person_key keys[CORE_PERSON_KEYS_MAX];

    command.customer.keys = keys;
    command.customer.key_count = add_keys(keys, 0, PERSON_KEY_PHONE, asked->phones, asked->n_phones);
    command.customer.key_count = add_keys(keys, command.customer.key_count, PERSON_KEY_EMAIL, asked->emails, asked->n_emails);
    command.customer.owner = text_of(asked->owner);
    command.customer.bought = text_of(asked->bought);
    command.customer.bought_unix_ms = asked->bought_unix_ms;
    net_step(net, &command);
}

static void handle_source_command(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__SourceCommand *asked = message->source_command;
    struct core_command command = {.kind = COMMAND_ACT_ON_SOURCE, .session = peer->number, .request = request_id};

    command.act_on_source.source = text_of(asked->source);
    command.act_on_source.by = text_of(asked->by);
    command.act_on_source.reason = text_of(asked->reason);
    command.act_on_source.pause = asked->pause;
    net_step(net, &command);
}

static void handle_ledger(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    Leadwire__V1__LedgerReply reply = LEADWIRE__V1__LEDGER_REPLY__INIT;

    (void)message;
    reply.request_id = request_id;
    ledger_report_fill(net->core, arena_of(net), &reply);
    hold_answer(net, peer, request_id, &(struct wire_message){.type = WIRE_LEDGER_REPLY, .ledger_reply = &reply});
}

const struct door_entry control_door_entries[] = {
    {WIRE_STATUS_REQUEST, handle_status},
    {WIRE_SNAPSHOT_REQUEST, handle_snapshot},
    {WIRE_APPLY_CONFIG, handle_apply},
    {WIRE_CONFIG_REQUEST, handle_config},
    {WIRE_EXPLAIN_REQUEST, handle_explain},
    {WIRE_LEAD_COMMAND, handle_lead_command},
    {WIRE_REP_COMMAND, handle_rep_command},
    {WIRE_CUSTOMER_COMMAND, handle_customer_command},
    {WIRE_SOURCE_COMMAND, handle_source_command},
    {WIRE_LEDGER_REQUEST, handle_ledger},
};
const size_t control_door_entry_count = sizeof control_door_entries / sizeof control_door_entries[0];

/* Even an answer that fits no frame is answered. */
static void hold_answer(struct net *net, struct peer *peer, uint64_t request_id, const struct wire_message *answer)
{
    byte_buffer_clear(&net->frame);
    if (wire_encode(answer, &net->frame) == LW_OK)
        net_hold_bytes(net, peer, net->frame.data, net->frame.size, OUTBOX_ANSWERS);
    else
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_TOO_LARGE, "the answer does not fit a frame");
}

static void fill_totals(struct net *net, Leadwire__V1__StatusReply *reply)
{
    struct core_totals totals;

    core_totals_read(net->core, &totals);
    reply->config_version = totals.config_version;
    reply->waiting = totals.by_state[LEAD_WAITING];
    reply->offered = totals.by_state[LEAD_OFFERED];
    reply->connecting = totals.by_state[LEAD_CONNECTING];
    reply->assigned = totals.by_state[LEAD_ASSIGNED];
    reply->parked = totals.by_state[LEAD_PARKED];
    reply->scheduled = totals.by_state[LEAD_SCHEDULED];
    reply->published_total = totals.published;
    reply->completed_total = totals.completed;
    reply->cancelled_total = totals.cancelled;
    reply->expired_total = totals.expired;
    reply->merged_total = totals.merged;
    reply->reopened_total = totals.reopened;
    reply->duplicates_total = totals.duplicates;
    reply->reps_on = totals.reps_connected;
    reply->reps_available = totals.reps_available;
}

static void fill_opening(struct net *net, Leadwire__V1__StatusReply *reply)
{
    uint64_t until_ms;

    if (core_opening_read(net->core, &until_ms, &reply->opening_left))
        reply->opening_until_unix_ms = (int64_t)until_ms;
}

static void fill_turns(const struct turn_figures *turns, Leadwire__V1__TurnTimes *out)
{
    leadwire__v1__turn_times__init(out);
    out->count = turns->count;
    out->long_count = turns->long_count;
    out->max_us = turns->max_us;
    out->recent_p99_us = turns->recent_p99_us;
    out->recent_max_us = turns->recent_max_us;
    out->long_cpu_count = turns->long_cpu_count;
    out->max_cpu_us = turns->max_cpu_us;
}

static void fill_queues(struct net *net, struct arena *arena, Leadwire__V1__StatusReply *reply)
{
    struct core_queue_view *views = arena_calloc(arena, QUEUES_SHOWN_MAX, sizeof *views);
    Leadwire__V1__QueueStatus *rows = arena_calloc(arena, QUEUES_SHOWN_MAX, sizeof *rows);

    reply->queues = arena_calloc(arena, QUEUES_SHOWN_MAX, sizeof *reply->queues);
    if (!views || !rows || !reply->queues)
        return;
    uint32_t count = core_queues_read(net->core, views, QUEUES_SHOWN_MAX);
    count = count < QUEUES_SHOWN_MAX ? count : QUEUES_SHOWN_MAX;
    for (uint32_t i = 0; i < count; i++) {
        leadwire__v1__queue_status__init(&rows[i]);
        rows[i].queue = (char *)views[i].queue;
        rows[i].waiting = views[i].waiting;
        rows[i].oldest_age_ms = views[i].oldest_age_ms;
        reply->queues[i] = &rows[i];
    }
    reply->n_queues = count;
}

static void keep_also_offered(struct arena *arena, Leadwire__V1__LeadEvent *lead)
{
    char **names = arena_calloc(arena, lead->n_also_offered + 1, sizeof *names);

    for (size_t i = 0; names && i < lead->n_also_offered; i++)
        names[i] = keep(arena, lead->also_offered[i]);
    lead->also_offered = names;
    lead->n_also_offered = names ? lead->n_also_offered : 0;
}

static void add_lead_row(void *context, const struct core_effect *row)
{
    struct page *page = context;
    Leadwire__V1__LeadEvent *lead = arena_alloc(page->arena, sizeof *lead);
    struct lead_event_ids *ids = arena_alloc(page->arena, sizeof *ids);

    if (!lead || !ids || page->reply->n_leads == page->leads_max)
        return;
    effect_to_lead_event(row, ids, lead);
    lead->rep = keep(page->arena, row->rep);
    lead->queue = keep(page->arena, row->queue);
    lead->source = keep(page->arena, row->source);
    lead->disposition = keep(page->arena, row->disposition);
    lead->reason = keep(page->arena, row->reason);
    lead->preferred_rep = keep(page->arena, row->preferred_rep);
    lead->by = keep(page->arena, row->by);
    lead->set_by = keep(page->arena, row->set_by);
    keep_also_offered(page->arena, lead);
    page->reply->leads[page->reply->n_leads++] = lead;
}

static void add_rep_row(void *context, const struct core_effect *row)
{
    struct page *page = context;
    Leadwire__V1__RepEvent *rep = arena_alloc(page->arena, sizeof *rep);

    struct decline_counts *declines = row->decline_count > 0 ? arena_alloc(page->arena, sizeof *declines) : NULL;
    if (!rep || page->reply->n_reps == page->reps_max || (row->decline_count > 0 && !declines))
        return;
    effect_to_rep_event(row, declines, rep);
    rep->rep = keep(page->arena, row->rep);
    rep->by = rep->reason = (char *)"";   /* why somebody is on a break is theirs */
    page->reply->reps[page->reply->n_reps++] = rep;
}

static void count_row(void *context, const struct core_effect *row)
{
    (void)row;
    (*(size_t *)context)++;
}

/* A row's texts live only as long as the visit. */
static char *keep(struct arena *arena, const char *text)
{
    char *copy = *text ? arena_strdup(arena, text) : NULL;

    return copy ? copy : (char *)"";
}
