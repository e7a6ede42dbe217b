/* SPDX-License-Identifier: Apache-2.0 */
#include "faults_desk.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"

enum { TURNS_AT_ONCE_MAX = 2000, RESTART_MIN_MS = 50, RESTART_MAX_MS = 4000, STATE_EACH = 16 };

struct faults_desk *faults_desk_now;

static void turn(struct faults_broker *broker);
static void over(struct faults_broker *broker);
static void cut_clients(struct faults_desk *desk, const struct faults_broker *broker);
/* Otherwise the restart is only that all connections are lost at once. A restored twin has none, and time has not passed for it. */
static void cut_twin(struct faults_desk *desk)
{
    for (uint32_t i = 0; i < desk->twin_session_count; i++)
        core_step(desk->twin, &(struct core_command){.kind = COMMAND_CONNECTION_LOST, .session = desk->twin_sessions[i]}, core_now_ms(desk->twin));
}

static void take_over(struct faults_desk *desk, struct faults_broker *broker);
static void step_twin(struct faults_desk *desk, struct faults_broker *broker, const struct core_command *command, uint64_t now_ms);
static void judge(struct faults_desk *desk, struct faults_batch *batch);

/* ---- lists ---- */

static void batches_put(struct faults_batches *batches, struct faults_batch *batch)
{
    *(batches->last ? &batches->last->next : &batches->first) = batch;
    batches->last = batch;
}

static void batches_free_first(struct faults_batches *batches)
{
    struct faults_batch *batch = batches->first;
    batches->first = batch->next;
    if (!batches->first)
        batches->last = NULL;
    sim_effects_free(&batch->batch.effects);
    free(batch);
}

void faults_batches_drop(struct faults_batches *batches)
{
    while (batches->first && batches->first->is_judged && batches->first->frames == 0)
        batches_free_first(batches);
}

static void batches_clear(struct faults_batches *batches)
{
    while (batches->first)
        batches_free_first(batches);
}

void faults_note(struct faults_desk *desk, const char *format, ...)
{
    char *line = desk->tail[desk->tail_count++ % FAULTS_TAIL];
    va_list arguments;
    int size = snprintf(line, FAULTS_LINE_MAX, "%9" PRIu64 " ms  ", desk->world->now_ms - 1800000000000);
    va_start(arguments, format);
    vsnprintf(line + size, FAULTS_LINE_MAX - (size_t)size, format, arguments);
    va_end(arguments);
    if (desk->traces)
        fprintf(stderr, "%s\n", line);
}

/* ---- opening and closing ---- */

void faults_desk_open(struct faults_desk *desk, struct sim_world *world)
{
    *desk = (struct faults_desk){.world = world, .random_state = world->options.seed ^ UINT64_C(0x6c656164), .limits = world->broker.limits};
    faults_desk_now = desk;
    faults_redis_init(&desk->redis);
    sim_at(world, world->now_ms, SIM_BROKER_START, 0);
}

void faults_desk_close(struct faults_desk *desk)
{
    for (int i = 0; i < FAULTS_BROKERS_MAX; i++) {
        if (desk->brokers[i])
            faults_broker_kill(desk, desk->brokers[i]);
    }
    batches_clear(&desk->left);
    faults_link_close_all(desk);
    faults_redis_fini(&desk->redis);
    if (desk->twin)
        core_free(desk->twin);
    sim_effects_free(&desk->twin_effects);
    free(desk->sessions);
    free(desk->twin_sessions);
    faults_desk_now = NULL;
}

bool faults_broker_start(struct faults_desk *desk, const char *owner)
{
    char why[NET_WHY_MAX];
    int place = 0;
    while (place < FAULTS_BROKERS_MAX && desk->brokers[place])
        place++;
    if (place == FAULTS_BROKERS_MAX)
        return false;
    struct faults_broker *broker = calloc(1, sizeof *broker);
    assert(broker);
    broker->desk = desk;
    broker->number = ++desk->next_number;
    broker->wake_ms = UINT64_MAX;
    snprintf(broker->owner, sizeof broker->owner, "%s", owner);
    broker->options.limits = desk->limits;
    broker->options.ready_fd = -1;
    broker->options.store = (struct store_options){
        .desk = "simulated", .owner = broker->owner, .endpoint = "here", .redis = {{.host = "127.0.0.1", .port = 6379}}, .redis_count = 1, .durability = STORE_ALWAYS,
        .lease_ms = 6000, .checkpoint_bytes = 96 * 1024, .checkpoint_ms = 15000, .ring_ms = 20000, .away_after_ms = 2000,
        .transaction_bytes = 400 /* so that some groups go this way, some the other */};
    desk->brokers[place] = broker;
    desk->turning = broker;
    lw_status status = broker_open(&broker->broker, &broker->options, &broker->run_dir, -1, why);
    desk->turning = NULL;
    assert(status == LW_OK);
    faults_note(desk, "broker %" PRIu64 " (%s) starts", broker->number, owner);
    faults_broker_wake(broker, desk->world->now_ms);
    return true;
}

void faults_broker_kill(struct faults_desk *desk, struct faults_broker *broker)
{
    faults_link_break(desk, broker);
    faults_link_forget(broker);
    cut_clients(desk, broker);
    desk->turning = broker;
    broker_close(&broker->broker);
    desk->turning = NULL;
    for (struct faults_batch *batch = broker->batches.first; batch; batch = batch->next)
        batch->frames = 0;
    if (desk->primary == broker) {
        assert(!desk->left.first);
        desk->left = broker->batches;
        desk->primary = NULL;
    } else {
        batches_clear(&broker->batches);
    }
    if (desk->front == broker)
        desk->front = NULL;
    for (int i = 0; i < FAULTS_BROKERS_MAX; i++) {
        if (desk->brokers[i] == broker)
            desk->brokers[i] = NULL;
    }
    free(broker);
}

void faults_broker_wake(struct faults_broker *broker, uint64_t at_ms)
{
    if (at_ms >= broker->wake_ms)
        return;
    broker->wake_ms = at_ms;
    sim_at(broker->desk->world, at_ms, SIM_BROKER_TURN, broker->number);
}

struct faults_broker *faults_desk_serving(struct faults_desk *desk)
{
    struct faults_broker *broker = desk->primary;
    return broker && broker->broker.phase == BROKER_SERVING && !broker->is_dying ? broker : NULL;
}

struct core *faults_desk_core(struct faults_desk *desk)
{
    struct faults_broker *broker = faults_desk_serving(desk);
    return broker ? broker->broker.core : NULL;
}

bool faults_desk_is_whole(struct faults_desk *desk)
{
    return faults_redis_is_whole(&desk->redis);
}

/* ---- the calendar ---- */

static bool is_any_up(const struct faults_desk *desk)
{
    bool up = false;
    for (int i = 0; i < FAULTS_BROKERS_MAX; i++)
        up |= desk->brokers[i] != NULL;
    return up;
}

static void start_later(struct faults_desk *desk)
{
    uint64_t delay_ms = sim_random_between(&desk->world->random, RESTART_MIN_MS, RESTART_MAX_MS);
    sim_at(desk->world, desk->world->now_ms + delay_ms, SIM_BROKER_START, 0);
}

void faults_desk_event(struct faults_desk *desk, enum sim_event_kind kind, uint64_t number)
{
    if (kind == SIM_REDIS) {
        faults_link_run(desk);
        sim_fail(desk->world, desk->redis.fault);
    } else if (kind == SIM_FAULT) {
        faults_fire(desk, number);
    } else if (kind == SIM_BROKER_START) {
        if (!is_any_up(desk))
            (void)faults_broker_start(desk, sim_random_percent(&desk->world->random, 70) ? "first" : "second");
    } else {
        for (int i = 0; i < FAULTS_BROKERS_MAX; i++) {
            struct faults_broker *broker = desk->brokers[i];
            if (broker && broker->number == number && desk->world->now_ms >= broker->wake_ms)
                turn(broker);
        }
    }
}

static void turn(struct faults_broker *broker)
{
    struct faults_desk *desk = broker->desk;
    broker->wake_ms = UINT64_MAX;
    broker->turns_at_once = broker->turned_ms == desk->world->now_ms ? broker->turns_at_once + 1 : 0;
    broker->turned_ms = desk->world->now_ms;
    if (broker->turns_at_once > TURNS_AT_ONCE_MAX)
        sim_fail(desk->world, "the broker turns for ever without waiting");
    bool was_away = broker->broker.is_away;
    broker->has_resumed = false;
    desk->turning = broker;
    broker_turn(&broker->broker);
    if (was_away && !broker->broker.is_away && broker->broker.phase == BROKER_SERVING && !broker->has_resumed)
        sim_fail(desk->world, "no state without a deadline: after an outage nobody gets a fresh one");
    if (broker->broker.phase != BROKER_OVER && !broker->is_dying)
        broker_wait(&broker->broker);
    desk->turning = NULL;
    if (broker->is_dying || broker->broker.phase == BROKER_OVER)
        over(broker);
}

void faults_broker_crash(struct faults_broker *broker)
{
    broker->is_dying = true;
    over(broker);
}

static void over(struct faults_broker *broker)
{
    struct faults_desk *desk = broker->desk;
    if (broker->is_dying)
        faults_seen(desk, FAULTS_BROKER_CRASHED);
    if (!broker->is_dying && broker->broker.exit_code == BROKER_EXIT_FAILED) {
        char words[240];
        snprintf(words, sizeof words, "never lost: the broker ends: %.180s", store_state_reason(broker->broker.store));
        sim_fail(desk->world, words);
    }
    faults_note(desk, "broker %" PRIu64 " is over, exit code %d", broker->number, broker->is_dying ? -1 : broker->broker.exit_code);
    faults_broker_kill(desk, broker);
    if (!is_any_up(desk))
        start_later(desk);
}

/* Those who talked to it see their connections end. */
static void cut_clients(struct faults_desk *desk, const struct faults_broker *broker)
{
    struct sim_world *world = desk->world;
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
        struct sim_rep *rep = &world->reps[i];
        bool is_on_it = rep->session >= 1000 && desk->sessions[rep->session - 1000].broker == broker->number;
        if (is_on_it || (rep->logging_on && rep->session == 0 && desk->front == broker)) {
            rep->incarnation++;
            sim_rep_forgets_session(world, i);
        }
    }
}

/* ---- what the core of a broker does: broker/broker.c is compiled with these names ---- */

struct core *faults_core_new(const struct core_limits *limits, const struct core_callbacks *callbacks);
void faults_core_step(struct core *core, const struct core_command *command, uint64_t now_ms);

static void pass_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    struct faults_broker *broker = context;
    broker->record_count++;
    broker->chain = faults_redis_chain_next(broker->chain, kind, bytes, size);
    broker->callbacks.record(broker->callbacks.context, kind, bytes, size);
}

static void pass_effect(void *context, const struct core_effect *effect)
{
    struct faults_broker *broker = context;
    broker->callbacks.effect(broker->callbacks.context, effect);
}

struct core *faults_core_new(const struct core_limits *limits, const struct core_callbacks *callbacks)
{
    struct faults_broker *broker = faults_desk_now->turning;
    broker->callbacks = *callbacks;
    return core_new(limits, &(struct core_callbacks){broker, pass_record, pass_effect});
}

static void note_step(struct faults_desk *desk, const struct faults_broker *broker, const struct core_command *command, const struct faults_batch *batch)
{
    static const char *const names[] = {
        [COMMAND_FOUND_DESK] = "found desk", [COMMAND_CONFIGURE] = "configure", [COMMAND_PUBLISH] = "publish", [COMMAND_QUERY] = "query",
        [COMMAND_CANCEL] = "cancel", [COMMAND_DIAL_RESULT] = "dial result", [COMMAND_LOG_ON] = "log on", [COMMAND_LOG_OFF] = "log off",
        [COMMAND_CONNECTION_LOST] = "connection lost", [COMMAND_SET_REP_STATE] = "set state", [COMMAND_ANSWER_OFFER] = "answer",
        [COMMAND_COMPLETE] = "complete", [COMMAND_TRANSFER] = "transfer", [COMMAND_PULL] = "pull", [COMMAND_TOUCH] = "touch", [COMMAND_ACT] = "act",
        [COMMAND_ACT_ON_REP] = "act on rep", [COMMAND_ACT_ON_SOURCE] = "act on source", [COMMAND_CUSTOMER] = "customer", [COMMAND_DEVICE] = "device",
        [COMMAND_SERVICE_RESUMED] = "service resumed", [COMMAND_TIME] = "time"};
    const bool has_name = (size_t)command->kind < sizeof names / sizeof names[0] && names[command->kind];
    const char *name = has_name ? names[command->kind] : "another command";
    char moves[96] = "";
    size_t size = 0;
    for (uint32_t i = 0; i < batch->batch.effects.count && size + 24 < sizeof moves; i++) {
        const struct core_effect *effect = &batch->batch.effects.list[i].effect;
        if (effect->kind == EFFECT_LEAD_EVENT)
            size += (size_t)snprintf(moves + size, sizeof moves - size, " %" PRIu64 ":%d>%d", effect->lead.number, effect->from, effect->to);
        else if (effect->kind == EFFECT_REPLY)
            size += (size_t)snprintf(moves + size, sizeof moves - size, " =%d", effect->status);
    }
    faults_note(desk, "%" PRIu64 "%s %s from %" PRIu64 " at %" PRIu64 "%s", broker->number, broker == desk->primary ? "" : " (stale)", name, command->session,
                batch->batch.now_ms - 1800000000000, moves);
}

void faults_core_step(struct core *core, const struct core_command *command, uint64_t now_ms)
{
    struct faults_desk *desk = faults_desk_now;
    struct faults_broker *broker = desk->turning;
    struct faults_batch *batch = calloc(1, sizeof *batch);
    assert(batch);
    if (!broker->has_stepped)
        take_over(desk, broker);
    broker->has_stepped = true;
    broker->has_resumed |= command->kind == COMMAND_SERVICE_RESUMED;
    batch->batch.command = command->kind;
    batch->batch.session = command->session;
    batch->batch.now_ms = now_ms;
    broker->stepping = batch;
    batches_put(&broker->batches, batch);
    core_step(core, command, now_ms);
    broker->stepping = NULL;
    batch->record_end = broker->record_count;
    batch->chain = broker->chain;
    batch->is_judged = broker != desk->primary;    /* it lost the desk and does not know yet: none of this can ever be told */
    note_step(desk, broker, command, batch);
    if (broker == desk->primary)
        step_twin(desk, broker, command, now_ms);
}

/* ---- the twin, and the promises that are the core's ---- */

static void no_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void twin_effect(void *context, const struct core_effect *effect)
{
    struct faults_desk *desk = context;
    sim_effects_add(&desk->twin_effects, effect);
}

static void keep_session(struct faults_desk *desk, uint64_t session)
{
    if (desk->twin_session_count == desk->twin_session_capacity) {
        desk->twin_session_capacity = desk->twin_session_capacity ? desk->twin_session_capacity * 2 : 64;
        desk->twin_sessions = realloc(desk->twin_sessions, desk->twin_session_capacity * sizeof *desk->twin_sessions);
        assert(desk->twin_sessions);
    }
    desk->twin_sessions[desk->twin_session_count++] = session;
}

static void step_twin(struct faults_desk *desk, struct faults_broker *broker, const struct core_command *command, uint64_t now_ms)
{
    struct sim_world *world = desk->world;
    const struct sim_batch *batch = &broker->batches.last->batch;
    desk->twin_effects.count = 0;
    if (command->kind == COMMAND_LOG_ON)
        keep_session(desk, command->session);
    core_step(desk->twin, command, now_ms);
    core_check_invariants(broker->broker.core);
    desk->hash = sim_effects_hash(&batch->effects, desk->hash);
    desk->hash = siphash_64((struct siphash_key){desk->hash, 5}, &broker->chain, sizeof broker->chain);
    if (sim_effects_hash(&batch->effects, 0) != sim_effects_hash(&desk->twin_effects, 0))
        sim_fail(world, "deterministic: the twin that was not restarted tells something else");
    /* What is told is compared each time; the whole state, which takes longer than the step, now and then. */
    bool is_due = ++desk->steps % STATE_EACH == 0 || command->kind == COMMAND_SERVICE_RESUMED;
    if (is_due && core_state_hash(broker->broker.core) != core_state_hash(desk->twin))
        sim_fail(world, "deterministic: the twin that was not restarted is in another state");
    sim_rules_note(world, command, batch);
    sim_check_explained(world, broker->broker.core, batch);
}

static void restore_entry(struct core *core, const struct archive_entry *entry, lw_status *status)
{
    struct byte_reader reader;
    struct journal_entry_head head;
    enum record_kind kind;
    const uint8_t *bytes;
    size_t size;
    byte_reader_init(&reader, entry->bytes, entry->size);
    *status = journal_entry_head_read(&reader, &head);
    while (*status == LW_OK && batch_next(&reader, &kind, &bytes, &size))
        *status = core_restore(core, kind, bytes, size);
}

/* From all that ever was in the journal, without any checkpoint. */
static void restore_twin(struct faults_desk *desk)
{
    lw_status status = LW_OK;
    if (desk->twin)
        core_free(desk->twin);
    desk->twin = core_new(&desk->limits, &(struct core_callbacks){desk, no_record, twin_effect});
    assert(desk->twin);
    for (uint32_t i = 0; i < desk->redis.archive_count && status == LW_OK; i++)
        restore_entry(desk->twin, &desk->redis.archive[i], &status);
    if (status == LW_OK)
        status = core_restore_done(desk->twin);
    if (status != LW_OK)
        sim_fail(desk->world, "never lost: the journal cannot be restored");
}

/* ---- a new primary ---- */

static bool is_durable(const struct faults_desk *desk, const struct faults_batch *batch)
{
    return batch->record_end <= desk->redis.record_count && faults_redis_chain(&desk->redis, batch->record_end) == batch->chain;
}

/* What the one before left in the journal happened, even if nobody was told. Returns whether there was more. */
static bool judge_the_left(struct faults_desk *desk, struct faults_batches *batches)
{
    bool had_loss = false;
    for (struct faults_batch *batch = batches->first; batch; batch = batch->next) {
        if (batch->is_judged)
            continue;
        if (is_durable(desk, batch))
            judge(desk, batch);
        had_loss |= !is_durable(desk, batch);
        batch->is_judged = true;
    }
    faults_batches_drop(batches);
    return had_loss;
}

static void take_over(struct faults_desk *desk, struct faults_broker *broker)
{
    struct sim_world *world = desk->world;
    bool had_loss = judge_the_left(desk, desk->primary ? &desk->primary->batches : &desk->left);
    if (desk->primary || had_loss)
        faults_seen(desk, desk->primary ? FAULTS_CLAIM_LOST : FAULTS_BATCHES_LOST);
    sim_judge_killed(&world->judge);
    /* A step that changed nothing is not in the journal, nor is its time: a new owner may be behind it. */
    if (had_loss || !desk->twin || broker->broker.now_ms < core_now_ms(desk->twin))
        restore_twin(desk);
    else
        cut_twin(desk);
    desk->twin_session_count = 0;
    core_set_epoch(desk->twin, broker->broker.epoch);
    desk->primary = broker;
    broker->record_count = desk->redis.record_count;
    broker->chain = faults_redis_chain(&desk->redis, broker->record_count);
    sim_judge_restarted(&world->judge, broker->broker.core);
    faults_note(desk, "broker %" PRIu64 " serves, epoch %" PRIu64 "%s", broker->number, broker->broker.epoch, had_loss ? ", batches were lost" : "");
}

/* ---- what the judge is given ---- */

static void judge(struct faults_desk *desk, struct faults_batch *batch)
{
    for (uint32_t i = 0; i < batch->batch.effects.count; i++)
        faults_coverage_note(&desk->coverage, &batch->batch.effects.list[i].effect);
    sim_judge_batch(&desk->world->judge, &batch->batch);
}

void faults_judge_released(struct faults_broker *broker, uint64_t confirmed)
{
    struct faults_desk *desk = broker->desk;
    for (struct faults_batch *batch = broker->batches.first; batch && batch->is_sealed && batch->ticket <= confirmed; batch = batch->next) {
        if (!batch->is_judged)
            judge(desk, batch);
        batch->is_judged = true;
    }
    faults_batches_drop(&broker->batches);
}
