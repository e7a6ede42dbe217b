/* SPDX-License-Identifier: Apache-2.0
 *
 * The core's outside: making one, stepping it, looking into it.
 */
#include "core.h"

#include <stdlib.h>

#include "core_commands.h"
#include "core_internal.h"
#include "deadlines.h"
#include "effects.h"
#include "interrupt.h"
#include "lead_memory.h"
#include "match.h"
#include "people.h"
#include "preferred.h"
#include "rules.h"
#include "team_limits.h"
#include "urgency.h"

static void run_command(struct core *core, const struct core_command *command);
static void count_preferring(const struct core *core, struct core_queue_view *out, uint32_t count);

void core_limits_default(struct core_limits *limits)
{
    *limits = (struct core_limits){
        .leads_max = 1100000, .seen_max = 2000000, .seen_ms = 7ull * 24 * 3600 * 1000,
        .payload_bytes_max = 1ull << 30, .people_max = 500000, .reopen_bytes_max = 8 << 20, .history_max = 262144, .decisions_max = CORE_DECISIONS_KEPT, .decided_max = 32768, .ended_max = 16384, .timers_per_step_max = 512,
    };
}

struct core *core_new(const struct core_limits *limits, const struct core_callbacks *callbacks)
{
    struct core *core = calloc(1, sizeof *core);
    if (!core)
        return NULL;
    core->limits = *limits;
    core->dirty_first = core->dirty_last = LEAD_INDEX_NONE;
    assert(limits->decisions_max <= CORE_DECISIONS_KEPT);
    core->callbacks = *callbacks;
    byte_buffer_init(&core->record, 64u << 20);
    byte_buffer_init(&core->joint, 1u << 20);
    slab_pool_init(&core->slabs);
    timer_wheel_init(&core->wheel, 0);
    preferred_init(core);
    people_init(core);
    known_init(&core->known, limits->people_max);
    known_init(&core->stops, limits->people_max);
    byte_buffer_init(&core->with_stop, 1u << 20);
    kept_init(&core->kept, limits->reopen_bytes_max);
    known_tell_rules(core, NULL);
    fair_share_init(&core->fair_share);
    if (history_init(&core->history, limits) != LW_OK || names_init(&core->names) != LW_OK || queues_init(&core->queues) != LW_OK ||
        lead_table_init(&core->leads, limits->leads_max) != LW_OK || rep_table_init(&core->reps) != LW_OK ||
        classes_init(&core->classes, &core->queues) != LW_OK || seen_init(&core->seen, limits->seen_max, limits->seen_ms) != LW_OK) {
        core_free(core);
        return NULL;
    }
    return core;
}

void core_free(struct core *core)
{
    uint32_t index = 0;
    if (!core)
        return;
    for (struct lead *lead; core->leads.chunks && (lead = lead_table_next(&core->leads, &index)) != NULL; index++) {
        lead_free_memory(core, lead);
    }
    lead_table_fini(&core->leads);
    rep_table_fini(&core->reps);
    if (core->classes.demand)
        classes_fini(&core->classes);
    seen_fini(&core->seen);
    known_fini(&core->known);
    known_fini(&core->stops);
    byte_buffer_fini(&core->with_stop);
    kept_fini(&core->kept);
    names_fini(&core->names);
    queues_fini(&core->queues);
    urgency_fini(core);
    core_config_free(core->config);
    free(core->config_source);
    free(core->config_by);
    history_fini(core);
    slab_pool_fini(&core->slabs);
    free(core->gone);
    free(core->restored_seen);
    free(core->rule_demand);
    free(core->hours);
    team_limits_fini(core);
    paused_sources_fini(&core->paused);
    opening_fini(core);
    interrupt_fini(core);
    rules_index_fini(&core->rules_index);
    bitset_fini(&core->capped_sources);
    byte_buffer_fini(&core->record);
    byte_buffer_fini(&core->joint);
    free(core);
}

void core_set_callbacks(struct core *core, const struct core_callbacks *callbacks)
{
    core->callbacks = *callbacks;
}

void core_set_epoch(struct core *core, uint64_t epoch)
{
    assert(epoch > core->epoch);
    core->epoch = epoch;
}

void core_step(struct core *core, const struct core_command *command, uint64_t now_ms)
{
    assert(now_ms >= core->now_ms);
    core->now_ms = now_ms;
    run_command(core, command);
    match_run(core, CAUSE_CONFIGURED);
    const bool all_done = deadlines_run(core);
    if (all_done && core->opening.is_on)
        opening_look(core);
    if (all_done && core->nobody.watches)
        nobody_look(core);
}

static void run_command(struct core *core, const struct core_command *command)
{
    switch (command->kind) {
    case COMMAND_FOUND_DESK: command_found_desk(core, command); break;
    case COMMAND_CONFIGURE: command_configure(core, command); break;
    case COMMAND_PUBLISH: command_publish(core, command); break;
    case COMMAND_QUERY: command_query(core, command); break;
    case COMMAND_CANCEL: command_cancel(core, command); break;
    case COMMAND_DIAL_RESULT: command_dial_result(core, command); break;
    case COMMAND_LOG_ON: command_log_on(core, command); break;
    case COMMAND_LOG_OFF: command_log_off(core, command); break;
    case COMMAND_CONNECTION_LOST: command_connection_lost(core, command); break;
    case COMMAND_SET_REP_STATE: command_set_rep_state(core, command); break;
    case COMMAND_ANSWER_OFFER: command_answer_offer(core, command); break;
    case COMMAND_COMPLETE: command_complete(core, command); break;
    case COMMAND_TRANSFER: command_transfer(core, command); break;
    case COMMAND_PULL: command_pull(core, command); break;
    case COMMAND_TOUCH: command_touch(core, command); break;
    case COMMAND_ACT: command_act(core, command); break;
    case COMMAND_DEVICE: command_device(core, command); break;
    case COMMAND_ACT_ON_REP: command_act_on_rep(core, command); break;
    case COMMAND_ACT_ON_SOURCE: command_act_on_source(core, command); break;
    case COMMAND_CUSTOMER: command_customer(core, command); break;
    case COMMAND_SERVICE_RESUMED: command_service_resumed(core, command); break;
    case COMMAND_TIME: case COMMAND_NONE: break;
    }
}

uint64_t core_next_deadline_ms(const struct core *core)
{
    return timer_wheel_next_ms(&core->wheel);
}

uint64_t core_now_ms(const struct core *core)
{
    return core->now_ms;
}

void emit_record(struct core *core, enum record_kind kind)
{
    assert(!core->record.failed);
    if (core->is_joint && kind == RECORD_LEAD) {
        byte_buffer_put_blob(&core->joint, core->record.data, core->record.size);
        core->joint_count++;
        return;
    }
    core->callbacks.record(core->callbacks.context, kind, core->record.data, core->record.size);
}

void core_totals_read(const struct core *core, struct core_totals *out)
{
    *out = core->totals;
    out->config_version = core->config_version;
    out->memory_bytes = core->totals.payload_bytes + (uint64_t)core->leads.chunk_count * LEAD_CHUNK * sizeof(struct lead) +
                        (core->seen.next - core->seen.first) * (sizeof(struct seen_entry) + 2 * sizeof(struct index_slot));
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        out->reps_connected += rep && rep->connected;
        out->reps_available += rep && rep->connected && rep->state == REP_AVAILABLE;
    }
    out->demand_classes = core->classes.demand_index.count - core->classes.idle_count;
    out->supply_classes = core->classes.supply_index.count;
}

uint64_t core_patterns_given_up(const struct core *core, const char **rule_out)
{
    *rule_out = core->patterns.given_up > 0 ? names_text(&core->names, core->patterns.rule) : "";
    return core->patterns.given_up;
}

static uint64_t age_of_ends(const struct core *core, const struct avl_tree *waiting)
{
    const struct avl_node *last = waiting->root;
    while (last->right)
        last = last->right;
    uint64_t first_ms = AVL_ENTRY(avl_first(waiting), struct lead, order)->received_ms, last_ms = AVL_ENTRY(last, struct lead, order)->received_ms;
    return core->now_ms - (first_ms < last_ms ? first_ms : last_ms);
}

uint32_t core_queues_read(const struct core *core, struct core_queue_view *out, uint32_t max)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < core->classes.demand_count; i++) {
        const struct demand_class *demand = core->classes.demand[i];
        uint32_t at = 0;
        if (!demand)
            continue;
        const char *queue = names_text(&core->names, demand->queue);
        uint64_t age_ms = 0;
        for (const struct avl_node *node = avl_first(&demand->waiting); node && demand->waiting.count <= 1000; node = avl_next(node)) {
            uint64_t lead_age_ms = core->now_ms - AVL_ENTRY(node, struct lead, order)->received_ms;
            age_ms = lead_age_ms > age_ms ? lead_age_ms : age_ms;
        }
        if (demand->waiting.count > 1000)   /* a long queue: an end of it is old enough */
            age_ms = age_of_ends(core, &demand->waiting);
        while (at < count && at < max && strcmp(out[at].queue, queue) != 0)
            at++;
        if (at == count)
            count++;
        if (at >= max)
            continue;
        if (at == count - 1 && out[at].queue != queue)
            out[at] = (struct core_queue_view){.queue = queue};
        out[at].waiting += demand->waiting.count;
        out[at].oldest_age_ms = age_ms > out[at].oldest_age_ms ? age_ms : out[at].oldest_age_ms;
    }
    count_preferring(core, out, count < max ? count : max);
    return count;
}

/* Their queues are there: a class lasts as long as its leads. */
static void count_preferring(const struct core *core, struct core_queue_view *out, uint32_t count)
{
    for (const struct lead *lead = preferred_next(core, NULL); lead; lead = preferred_next(core, lead)) {
        const char *queue = names_text(&core->names, lead->demand->queue);
        uint64_t age_ms = core->now_ms - lead->received_ms;
        for (uint32_t at = 0; at < count; at++) {
            if (out[at].queue != queue)
                continue;
            out[at].waiting++;
            out[at].oldest_age_ms = age_ms > out[at].oldest_age_ms ? age_ms : out[at].oldest_age_ms;
        }
    }
}

uint64_t core_leads_visit(struct core *core, uint64_t cursor, uint32_t max,
                          void (*visit)(void *context, const struct core_effect *row), void *context)
{
    uint32_t index = (uint32_t)cursor;
    for (struct lead *lead; max > 0 && (lead = lead_table_next(&core->leads, &index)) != NULL; index++, max--) {
        struct core_effect row;
        effect_init(core, &row, EFFECT_LEAD_EVENT);
        effect_lead(core, lead, &row);
        row.from = row.to;
        visit(context, &row);
    }
    return lead_table_next(&core->leads, &index) ? index : 0;
}

void core_reps_visit(struct core *core, void (*visit)(void *context, const struct core_effect *row), void *context)
{
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct core_effect row;
        if (!core->reps.reps[i] || !core->reps.reps[i]->configured)
            continue;
        rep_row(core, core->reps.reps[i], &row);
        visit(context, &row);
    }
}

const char *core_session_rep(const struct core *core, uint64_t session)
{
    const struct rep *rep = rep_table_by_session(&core->reps, session);
    return rep ? rep->name : "";
}

const struct core_config *core_config_read(const struct core *core, uint32_t *version_out, const void **source_out,
                                           uint32_t *source_size_out, uint64_t *applied_ms_out, struct core_text *by_out)
{
    if (!core->config)
        return NULL;
    *version_out = core->config_version;
    *source_out = core->config_source;
    *source_size_out = core->config_source_size;
    *applied_ms_out = core->config_applied_ms;
    *by_out = (struct core_text){core->config_by, (uint32_t)strlen(core->config_by)};
    return core->config;
}
