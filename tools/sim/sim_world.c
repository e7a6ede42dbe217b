/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_world.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core_explain.h"
#include "faults_desk.h"

enum { SEEN_MAX = 256, SEEN_NARROW = 80, SEEN_A_REP = 10 };   /* minutes of this load; in a narrow world less than a rush brings in SIM_SEEN_MIN_MS */
enum { WAY_MS = 40, LATE_MS = 6000, LOSS_PERCENT = 4, DOUBLE_PERCENT = 3, LATE_PERCENT = 2 };

static void turn(struct sim_world *world, struct sim_event *event);
static void deliver(struct sim_world *world, const struct sim_message *message);
static void step(struct sim_world *world, const struct core_command *command);
static void release(struct sim_world *world, bool is_heard);
static void kill_broker(struct sim_world *world);
static void restart_broker(struct sim_world *world);

/* ---- the calendar: a binary heap, equal times in the order of making ---- */

static bool before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void push(struct sim_world *world, struct sim_event event)
{
    if (world->event_count == world->event_capacity) {
        world->event_capacity = world->event_capacity ? world->event_capacity * 2 : 256;
        world->heap = realloc(world->heap, world->event_capacity * sizeof *world->heap);
        assert(world->heap);
    }
    uint32_t at = world->event_count++;
    event.order = world->next_order++;
    for (; at > 0 && before(&event, &world->heap[(at - 1) / 2]); at = (at - 1) / 2)
        world->heap[at] = world->heap[(at - 1) / 2];
    world->heap[at] = event;
}

static struct sim_event pop(struct sim_world *world)
{
    struct sim_event first = world->heap[0], moved = world->heap[--world->event_count];
    uint32_t at = 0;
    for (uint32_t child; (child = 2 * at + 1) < world->event_count; at = child) {
        if (child + 1 < world->event_count && before(&world->heap[child + 1], &world->heap[child]))
            child++;
        if (!before(&world->heap[child], &moved))
            break;
        world->heap[at] = world->heap[child];
    }
    if (world->event_count > 0)
        world->heap[at] = moved;
    return first;
}

void sim_at(struct sim_world *world, uint64_t at_ms, enum sim_event_kind kind, uint64_t number)
{
    push(world, (struct sim_event){.at_ms = at_ms < world->now_ms ? world->now_ms : at_ms, .kind = kind, .number = number});
}

void sim_fail(struct sim_world *world, const char *words)
{
    if (!world->failed && words[0] != '\0') {
        world->failed = true;
        snprintf(world->judge.fault, sizeof world->judge.fault, "%s", words);
    }
}

/* ---- the ways ---- */

static uint32_t rep_of(const struct sim_world *world, uint64_t session)
{
    return session >= 1000 && session - 1000 < world->next_session ? world->edge[session - 1000].rep : SIM_REPS_MAX;
}

/* How many copies arrive, and when each. */
static uint32_t draw_way(struct sim_world *world, bool to_client, uint32_t client, struct desk_id lead, uint64_t delays_ms[2])
{
    struct sim_random *random = &world->random;
    if (world->desk)
        return faults_draw_way(world->desk, to_client, client, lead, delays_ms);
    bool calm = world->draining;
    if (!calm && sim_random_percent(random, LOSS_PERCENT)) {
        world->coverage.faults[SIM_FAULT_LOST]++;
        return 0;
    }
    uint32_t copies = !calm && sim_random_percent(random, DOUBLE_PERCENT) ? 2 : 1;
    world->coverage.faults[SIM_FAULT_DOUBLED] += copies - 1;
    for (uint32_t i = 0; i < copies; i++) {
        bool late = !calm && sim_random_percent(random, LATE_PERCENT);
        world->coverage.faults[SIM_FAULT_DELAYED] += late;
        delays_ms[i] = 1 + sim_random_below(random, late ? LATE_MS : WAY_MS);
    }
    return copies;
}

void sim_send(struct sim_world *world, const struct sim_message *message)
{
    uint64_t delays_ms[2];
    uint32_t client = message->kind == COMMAND_LOG_ON ? message->rep : rep_of(world, message->session);
    uint32_t copies = draw_way(world, false, client, message->lead, delays_ms);
    for (uint32_t i = 0; i < copies; i++) {
        struct sim_message *copy = malloc(sizeof *copy);
        assert(copy);
        *copy = *message;
        push(world, (struct sim_event){.at_ms = world->now_ms + delays_ms[i], .kind = SIM_TO_BROKER, .message = copy});
    }
}

void sim_tell(struct sim_world *world, const struct sim_effect *effect)
{
    uint64_t delays_ms[2];
    uint32_t copies = draw_way(world, true, rep_of(world, effect->effect.session), effect->effect.lead, delays_ms);
    for (uint32_t i = 0; i < copies; i++) {
        struct sim_effect *copy = malloc(sizeof *copy);
        assert(copy);
        *copy = *effect;
        push(world, (struct sim_event){.at_ms = world->now_ms + delays_ms[i], .kind = SIM_TO_CLIENT, .effect = copy});
    }
}

/* ---- opening and turning ---- */

void sim_world_begin(struct sim_world *world, const struct sim_options *options)
{
    struct core_limits limits;
    *world = (struct sim_world){.options = *options, .random = {options->seed}, .now_ms = SIM_START_MS, .timer_set_ms = UINT64_MAX};
    core_limits_default(&limits);
    limits.leads_max = 2000;
    limits.reopen_bytes_max = 24 * 1024;   /* some twenty leads */
    world->is_narrow = options->seed % 4 == 2;
    limits.seen_max = world->is_narrow ? SEEN_NARROW + SEEN_A_REP * options->reps : SEEN_MAX;
    limits.seen_min_ms = SIM_SEEN_MIN_MS;
    limits.history_max = 4096;
    sim_rules_init(&world->rules, options->reps, options->rules);
    sim_judge_init(&world->judge, &world->rules, &world->coverage, limits.seen_max);
    world->broker.limits = limits;
}

void sim_world_open(struct sim_world *world, const struct sim_options *options)
{
    sim_world_begin(world, options);
    struct core_limits limits = world->broker.limits;
    sim_broker_open(&world->broker, &limits, world->now_ms);
    step(world, &(struct core_command){.kind = COMMAND_CONFIGURE, .configure = {.config = sim_rules_draw(&world->rules, &world->random), .by = {"sim", 3}}});
    sim_at(world, world->now_ms, SIM_RELEASE, 0);   /* of founding */
    sim_reps_open(world);
    sim_sources_open(world);
    sim_at(world, world->now_ms + 20000 + sim_random_below(&world->random, 40000), SIM_KILL, 0);
    sim_at(world, world->now_ms + 10000, SIM_CHECKPOINT, 0);
}

void sim_world_close(struct sim_world *world)
{
    for (uint32_t i = 0; i < world->event_count; i++) {
        free(world->heap[i].message);
        free(world->heap[i].effect);
    }
    free(world->heap);
    free(world->edge);
    if (world->broker.twin)
        sim_broker_close(&world->broker);
    sim_judge_fini(&world->judge);
    sim_rules_fini(&world->rules);
}

bool sim_world_turn(struct sim_world *world)
{
    if (world->event_count == 0)
        return false;
    struct sim_event event = pop(world);
    world->now_ms = event.at_ms;
    turn(world, &event);
    free(event.message);
    free(event.effect);
    sim_fail(world, world->broker.fault);
    world->failed |= world->judge.fault[0] != '\0';
    return true;
}

static void turn(struct sim_world *world, struct sim_event *event)
{
    struct core_effect effect;
    switch (event->kind) {
    case SIM_TO_BROKER:
        if (world->desk)
            faults_net_receive(world->desk, event->message);
        else if (world->broker.core)
            deliver(world, event->message);
        break;
    case SIM_TO_CLIENT:
        effect = sim_effect_view(event->effect);
        if (effect.kind == EFFECT_LEAD_EVENT)
            sim_event_told(world, &effect);
        else if (rep_of(world, effect.session) < SIM_REPS_MAX)
            sim_rep_hears(world, rep_of(world, effect.session), &effect);
        else
            sim_source_hears(world, &effect);
        break;
    case SIM_REP_WAKES: sim_rep_wakes(world, (uint32_t)event->number); break;
    case SIM_SOURCE_WAKES: sim_source_wakes(world); break;
    case SIM_PHONE_RINGS_OUT: sim_dial_ends(world, event->message); break;
    case SIM_MANAGER_WAKES: sim_manager_wakes(world); break;
    case SIM_RELEASE: release(world, true); break;
    case SIM_BROKER_TIMER:
        world->timer_set_ms = UINT64_MAX;
        if (world->broker.core)
            step(world, &(struct core_command){.kind = COMMAND_TIME});
        break;
    case SIM_NOTICED:
        if (world->desk)
            faults_net_noticed(world->desk, event->number);
        else if (world->broker.core)
            step(world, &(struct core_command){.kind = COMMAND_CONNECTION_LOST, .session = event->number});
        break;
    case SIM_KILL:
        if (!world->draining)
            kill_broker(world);
        break;
    case SIM_RESTART: restart_broker(world); break;
    case SIM_CHECKPOINT:
        if (world->broker.core) {
            sim_broker_checkpoint(&world->broker, 1 + (uint32_t)sim_random_below(&world->random, 12));
            sim_at(world, world->now_ms + sim_random_below(&world->random, 30), SIM_RELEASE, 0);
        }
        if (!world->draining)
            sim_at(world, world->now_ms + 50 + sim_random_below(&world->random, world->broker.walks ? 500 : 20000), SIM_CHECKPOINT, 0);
        break;
    case SIM_BROKER_TURN: case SIM_BROKER_START: case SIM_REDIS: case SIM_FAULT:
        faults_desk_event(world->desk, event->kind, event->number);
        break;
    }
}

/* ---- the broker's edge ---- */

static const char *read_field(const void *lead, const char *field)
{
    const struct sim_message *message = lead;
    return sim_rules_field(message->product, field);
}

static struct core_text text(const char *words)
{
    return (struct core_text){words, (uint32_t)strlen(words)};
}

static uint32_t read_person(const void *lead, struct core_person_key out[CORE_PERSON_KEYS_MAX])
{
    static char phone[16];
    const struct sim_message *message = lead;
    snprintf(phone, sizeof phone, "+39%u", message->person);
    out[0] = (struct core_person_key){PERSON_KEY_PHONE, text(phone)};
    return message->person != 0;
}

/* Each log-on that arrives is a connection of its own. */
static uint64_t open_session(struct sim_world *world, const struct sim_message *message)
{
    if (world->next_session == world->edge_capacity) {
        world->edge_capacity = world->edge_capacity ? world->edge_capacity * 2 : 64;
        world->edge = realloc(world->edge, world->edge_capacity * sizeof *world->edge);
        assert(world->edge);
    }
    uint64_t session = 1000 + world->next_session;
    world->edge[world->next_session].session = session;
    world->edge[world->next_session].rep = message->rep;
    world->edge[world->next_session++].incarnation = message->incarnation;
    if (world->desk)
        faults_net_opened(world->desk);
    return session;
}

bool sim_message_command(struct sim_world *world, const struct sim_message *message, struct core_command *out)
{
    struct core_command command = {.kind = message->kind, .session = message->session, .request = message->request};
    static char name[16];
    switch (message->kind) {
    case COMMAND_PUBLISH:
        command.publish.idempotency_id = text(message->id);
        command.publish.source = text(sim_source_name(message->source));
        command.publish.content_hash = message->content_hash;
        command.publish.channel = message->channel;
        command.publish.received_unix_ms = message->received_ms;
        command.publish.is_test = message->is_test;
        snprintf(name, sizeof name, "p%u", message->follows);
        command.publish.is_voicemail = message->follows != 0;
        command.publish.follows = text(message->follows != 0 ? name : "");
        command.publish.payload = message->id;
        command.publish.payload_size = (uint32_t)strlen(message->id);
        command.publish.fields = message;
        command.publish.read_field = read_field;
        command.publish.read_person = read_person;
        break;
    case COMMAND_CANCEL:
        command.cancel.lead = message->lead, command.cancel.source = text(sim_source_name(message->source)), command.cancel.idempotency_id = text(message->id);
        break;
    case COMMAND_DIAL_RESULT:
        command.dial_result.lead = message->lead, command.dial_result.offer_number = message->offer_number, command.dial_result.outcome = message->outcome;
        command.dial_result.leg_id = text(message->id);
        break;
    case COMMAND_LOG_ON:
        if (message->incarnation != world->reps[message->rep].incarnation)
            return false;   /* that connection is closed already */
        snprintf(name, sizeof name, "rep%u", message->rep);
        command.session = open_session(world, message);
        command.log_on.rep = text(name), command.log_on.held = message->held, command.log_on.held_count = message->held_count;
        break;
    case COMMAND_SET_REP_STATE: command.set_rep_state.state = message->state, command.set_rep_state.reason = text("tea"); break;
    case COMMAND_ANSWER_OFFER:
        command.answer_offer.lead = message->lead, command.answer_offer.offer_number = message->offer_number, command.answer_offer.accept = message->accept;
        command.answer_offer.reason = text(message->accept ? "" : message->id);
        break;
    case COMMAND_COMPLETE:
        command.complete.lead = message->lead, command.complete.idempotency_id = text(message->id), command.complete.disposition = text(message->disposition);
        break;
    case COMMAND_TRANSFER:
        command.transfer.lead = message->lead, command.transfer.offer_number = message->offer_number;
        command.transfer.back = message->target == SIM_BACK;
        *(message->target == SIM_TO_REP    ? &command.transfer.rep
          : message->target == SIM_TO_TEAM ? &command.transfer.team
                                           : &command.transfer.skill) = text(message->id);
        command.transfer.level = message->level;
        snprintf(name, sizeof name, "lead %llu", (unsigned long long)message->lead.number);
        command.transfer.note = text(name);
        break;
    case COMMAND_PULL: command.pull.lead = message->lead; break;
    case COMMAND_TOUCH:
        command.touch.lead = message->lead, command.touch.offer_number = message->offer_number, command.touch.kind = message->touch;
        break;
    case COMMAND_ACT:
        snprintf(name, sizeof name, "rep%u", message->rep);
        command.act.lead = message->lead, command.act.act = message->act, command.act.by = text("boss"), command.act.reason = text("so");
        command.act.rep = text(name), command.act.until_unix_ms = (int64_t)message->until_ms, command.act.priority = message->priority;
        command.act.into = message->into;
        break;
    case COMMAND_ACT_ON_REP:
        snprintf(name, sizeof name, "rep%u", message->rep);
        command.act_on_rep.rep = text(name), command.act_on_rep.by = text("boss"), command.act_on_rep.state = message->state;
        break;
    case COMMAND_ACT_ON_SOURCE:
        command.act_on_source.source = text(sim_source_name(message->source)), command.act_on_source.by = text("boss");
        command.act_on_source.reason = text("so"), command.act_on_source.pause = message->pause;
        break;
    case COMMAND_DEVICE:
        command.device.device = text(message->id), command.device.state = message->device_state, command.device.for_ms = message->until_ms;
        break;
    case COMMAND_CONFIGURE: command.configure.config = message->rules, command.configure.by = text("boss"); break;
    case COMMAND_LOG_OFF: case COMMAND_NONE: case COMMAND_FOUND_DESK: case COMMAND_QUERY: case COMMAND_CONNECTION_LOST:
    case COMMAND_CUSTOMER: case COMMAND_SERVICE_RESUMED: case COMMAND_TIME: break;
    }
    *out = command;
    return true;
}

static void deliver(struct sim_world *world, const struct sim_message *message)
{
    struct core_command command;
    if (!sim_message_command(world, message, &command))
        return;
    world->commands_done++;
    step(world, &command);
}

/* Wakes the broker no later than it must. */
static void set_timer(struct sim_world *world)
{
    uint64_t next_ms = core_next_deadline_ms(world->broker.core);
    if (next_ms >= world->timer_set_ms)
        return;
    world->timer_set_ms = next_ms;
    sim_at(world, next_ms, SIM_BROKER_TIMER, 0);
}

void sim_rules_note(struct sim_world *world, const struct core_command *command, const struct sim_batch *batch)
{
    for (uint32_t i = 0; command->kind == COMMAND_CONFIGURE && i < batch->effects.count; i++) {
        const struct core_effect *event = &batch->effects.list[i].effect;
        if (event->kind == EFFECT_DESK_EVENT)
            sim_rules_applied(&world->rules, event->config_version, command->configure.config);
    }
}

static void step(struct sim_world *world, const struct core_command *command)
{
    const struct sim_batch *batch = sim_broker_step(&world->broker, command, world->now_ms);
    sim_rules_note(world, command, batch);
    sim_check_explained(world, world->broker.core, batch);
    bool is_slow = sim_random_percent(&world->random, 6);   /* the store takes its time now and then */
    sim_at(world, world->now_ms + sim_random_below(&world->random, is_slow ? 3000 : 25), SIM_RELEASE, 0);
    set_timer(world);
}

static void release(struct sim_world *world, bool is_heard)
{
    struct sim_batch *batch = sim_broker_release(&world->broker);
    if (!batch)
        return;
    world->coverage.faults[SIM_FAULT_CHECKPOINT] += batch->ends_checkpoint;
    if (batch->command != COMMAND_NONE)
        sim_judge_batch(&world->judge, batch);
    for (uint32_t i = 0; is_heard && i < batch->effects.count; i++) {
        enum core_effect_kind kind = batch->effects.list[i].effect.kind;
        if (kind != EFFECT_REP_EVENT && kind != EFFECT_DESK_EVENT)
            sim_tell(world, &batch->effects.list[i]);
    }
    sim_batch_free(batch);
}

void sim_cut(struct sim_world *world, uint32_t rep)
{
    for (uint64_t i = 0; i < world->next_session; i++) {
        if (world->edge[i].rep == rep && world->edge[i].incarnation == world->reps[rep].incarnation)
            sim_at(world, world->now_ms + 1 + sim_random_below(&world->random, 8000), SIM_NOTICED, world->edge[i].session);
    }
    world->reps[rep].incarnation++;
    sim_rep_forgets_session(world, rep);
}

/* ---- explained: the chosen rep ranks first among those of that moment ---- */

struct explained {
    uint32_t wanted, offer_number, last_offer, decisions, candidates, first_rank;
    bool complete, first_chosen;
    char first[SIM_TEXT_MAX];
};

static void explained_lead(void *context, const struct core_effect *lead, const char *rule, const char *const *names,
                           const uint8_t *levels, uint32_t count, const char *because)
{
    (void)context, (void)lead, (void)rule, (void)names, (void)levels, (void)count, (void)because;
}

static void explained_decision(void *context, const struct core_decision_view *decision)
{
    struct explained *explained = context;
    explained->decisions++;
    explained->last_offer = decision->offer_number;
    if (explained->offer_number == explained->wanted)
        return;
    explained->candidates = 0;
    explained->complete = decision->complete;
    explained->offer_number = decision->offer_number;
}

static void explained_candidate(void *context, const struct core_candidate *candidate)
{
    struct explained *explained = context;
    if (explained->candidates++ > 0 || explained->offer_number != explained->wanted)
        return;
    explained->first_rank = candidate->rank;
    explained->first_chosen = candidate->chosen;
    snprintf(explained->first, sizeof explained->first, "%s", candidate->rep);
}

/* In the very millisecond of its offer: what was asked of reps before is no longer on record. */
static bool asks_for_less(struct sim_world *world, struct desk_id id, uint64_t now_ms)
{
    const struct judge_lead *lead = sim_judge_lead(&world->judge, id);
    return !lead || lead->product == UINT32_MAX || (lead->less_ms != 0 && lead->less_ms <= now_ms);
}

void sim_check_explained(struct sim_world *world, struct core *core, const struct sim_batch *batch)
{
    uint32_t checked = 0;
    for (uint32_t i = 0; i < batch->effects.count && checked < 2; i++) {
        struct core_effect event = sim_effect_view(&batch->effects.list[i]);
        struct explained explained = {.wanted = event.offer_number};
        const struct core_explain_visitor visitor = {&explained, explained_lead, explained_decision, explained_candidate};
        if (event.kind != EFFECT_LEAD_EVENT || event.to != LEAD_OFFERED || event.cause != CAUSE_OFFERED)
            continue;
        checked++;
        world->coverage.faults[SIM_FAULT_EXPLAINED]++;
        bool found = core_explain(core, event.lead, &visitor);
        uint32_t kept = explained.decisions;   /* of this offer, those made in the same step, and all before */
        bool is_dropped = kept < explained.last_offer && kept >= CORE_DECISIONS_KEPT;   /* a refusal that counted may be */
        if (found && !explained.complete && (is_dropped || asks_for_less(world, event.lead, batch->now_ms)))
            continue;
        if (!found || !explained.complete || !explained.first_chosen ||
            explained.first_rank != 1 || explained.offer_number != event.offer_number || strcmp(explained.first, event.rep) != 0)
        {
            char words[160];
            snprintf(words, sizeof words, "explained: lead %llu goes to %s; the explanation has %s first, rank %u of %u, complete %d, offer %u of %u",
                     (unsigned long long)event.lead.number, event.rep, explained.first, explained.first_rank, explained.candidates,
                     explained.complete, explained.offer_number, event.offer_number);
            sim_fail(world, words);
        }
    }
}

/* ---- dying and coming back ---- */

static void kill_broker(struct sim_world *world)
{
    uint32_t unreleased = world->broker.unreleased;
    uint32_t kept = sim_random_percent(&world->random, 40) ? unreleased : (uint32_t)sim_random_below(&world->random, unreleased + 1ull);
    if (!world->broker.core)
        return;
    world->coverage.faults[SIM_FAULT_KILLED_IN_CHECKPOINT] += world->broker.walks;
    world->had_loss = kept < unreleased;
    world->coverage.faults[world->had_loss ? SIM_FAULT_BROKER_KILLED_LOST : SIM_FAULT_BROKER_KILLED_KEPT]++;
    sim_broker_crash(&world->broker, kept);
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {   /* the clients see their connections end */
        if (world->reps[i].session != 0 || world->reps[i].logging_on) {
            world->reps[i].incarnation++;
            sim_rep_forgets_session(world, i);
        }
    }
    sim_at(world, world->now_ms + 100 + sim_random_below(&world->random, 4000), SIM_RESTART, 0);
}

static void restart_broker(struct sim_world *world)
{
    while (world->broker.first)
        release(world, false);   /* durable, and nobody was told */
    sim_judge_killed(&world->judge);
    sim_broker_restart(&world->broker, world->now_ms, world->had_loss);
    if (world->broker.fault[0] != '\0')
        return;
    release(world, true);        /* serving again: deadlines are renewed */
    sim_judge_restarted(&world->judge, world->broker.core);
    world->timer_set_ms = UINT64_MAX;
    set_timer(world);
    if (!world->draining)
        sim_at(world, world->now_ms + 10000 + sim_random_below(&world->random, 60000), SIM_KILL, 0);
}
