/* SPDX-License-Identifier: Apache-2.0
 *
 * net.h without sockets: messages of the simulated clients become commands, effects wait in the broker's own outbox. It
 * keeps the rules of broker/net: control, reps, publishers, each its share; busy at once or parked while the store is
 * away; sessions end before messages are read.
 */
#include "net.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "faults_desk.h"

enum { DOOR_CONTROL, DOOR_REPS, DOOR_PUBLISHERS, DOORS, SHARE_MAX = 15, OUTBOX_MAX = 256 * 1024 * 1024, HALF = 2, PUBLISHER = 1, TELEPHONY = 2 };

struct waiting { struct sim_message message; struct waiting *next; };
struct queue { struct waiting *first, *last; };
struct ended { uint64_t session; bool logs_off; };
struct frame { struct faults_batch *batch; uint32_t effect; };

struct net {
    struct net_callbacks callbacks;
    struct faults_broker *broker;
    struct outbox outbox;
    struct queue inbox[DOORS], parked;
    struct ended *ended;
    uint32_t ended_count, ended_capacity;
    struct net_turn turn;
    int doors[DOORS];              /* what polling is told */
    bool is_bound;
};

static void queue_put(struct queue *queue, const struct sim_message *message)
{
    struct waiting *waiting = malloc(sizeof *waiting);
    assert(waiting);
    *waiting = (struct waiting){.message = *message};
    *(queue->last ? &queue->last->next : &queue->first) = waiting;
    queue->last = waiting;
}

static bool queue_take(struct queue *queue, struct sim_message *out)
{
    struct waiting *waiting = queue->first;
    if (!waiting)
        return false;
    *out = waiting->message;
    queue->first = waiting->next;
    if (!queue->first)
        queue->last = NULL;
    free(waiting);
    return true;
}

static int door_of(const struct sim_message *message)
{
    if (message->kind == COMMAND_LOG_ON || message->session >= 1000)
        return DOOR_REPS;
    return message->session == PUBLISHER || message->session == TELEPHONY ? DOOR_PUBLISHERS : DOOR_CONTROL;
}

static bool may_read(const struct net *net, int door)
{
    return door == DOOR_PUBLISHERS ? net->turn.reads_publishers : net->turn.reads_reps;
}

/* ---- opening and closing ---- */

lw_status net_open(const struct net_options *options, const struct net_callbacks *callbacks, struct core *core, struct net **out, char *why)
{
    (void)options, (void)core, (void)why;
    struct net *net = calloc(1, sizeof *net);
    assert(net);
    net->callbacks = *callbacks;
    net->broker = faults_desk_now->turning;
    for (int door = 0; door < DOORS; door++)
        net->doors[door] = door;
    outbox_init(&net->outbox, OUTBOX_MAX);
    *out = net;
    return LW_OK;
}

void net_close(struct net **net_pointer)
{
    struct net *net = *net_pointer;
    struct sim_message message;
    if (!net)
        return;
    for (int door = 0; door < DOORS; door++)
        while (queue_take(&net->inbox[door], &message))
            ;
    while (queue_take(&net->parked, &message))
        ;
    outbox_fini(&net->outbox);
    free(net->ended);
    free(net);
    *net_pointer = NULL;
}

lw_status net_bind(struct net *net, uint64_t epoch, char *why)
{
    (void)epoch, (void)why;
    net->is_bound = true;
    net->broker->desk->front = net->broker;
    return LW_OK;
}

void net_reload_secrets(struct net *net)
{
    (void)net;
}

void net_write_addresses(const struct net *net, char *out, size_t size)
{
    (void)net, (void)size;
    out[0] = '\0';
}

void net_say_bye(struct net *net, const char *reason)
{
    (void)net, (void)reason;       /* the clients see their connections end */
}

/* ---- in ---- */

static bool has_ended(const struct faults_desk *desk, uint64_t session)
{
    return session >= 1000 && desk->sessions[session - 1000].is_over;
}

void faults_net_receive(struct faults_desk *desk, const struct sim_message *message)
{
    struct faults_broker *broker = desk->front;
    if (message->session >= 1000) {     /* over the connection on which it was sent */
        uint64_t number = desk->sessions[message->session - 1000].broker;
        broker = NULL;
        for (int i = 0; i < FAULTS_BROKERS_MAX; i++) {
            if (desk->brokers[i] && desk->brokers[i]->number == number)
                broker = desk->brokers[i];
        }
    }
    if (!broker || !broker->broker.net || !broker->broker.net->is_bound)
        return;
    struct net *net = broker->broker.net;
    if (message->kind == COMMAND_LOG_OFF) {
        faults_net_noticed(desk, message->session);
        for (uint32_t i = 0; i < net->ended_count; i++)
            net->ended[i].logs_off |= net->ended[i].session == message->session;
        return;
    }
    int door = door_of(message);
    queue_put(&net->inbox[door], message);
    if (broker->polls[door])
        faults_broker_wake(broker, desk->world->now_ms);
}

void faults_net_opened(struct faults_desk *desk)
{
    if (desk->session_count == desk->session_capacity) {
        desk->session_capacity = desk->session_capacity ? desk->session_capacity * 2 : 64;
        desk->sessions = realloc(desk->sessions, desk->session_capacity * sizeof *desk->sessions);
        assert(desk->sessions);
    }
    desk->sessions[desk->session_count].is_over = false;
    desk->sessions[desk->session_count++].broker = desk->turning->number;
}

void faults_net_noticed(struct faults_desk *desk, uint64_t session)
{
    if (session < 1000 || desk->sessions[session - 1000].is_over)
        return;
    desk->sessions[session - 1000].is_over = true;
    for (int i = 0; i < FAULTS_BROKERS_MAX; i++) {
        struct faults_broker *broker = desk->brokers[i];
        if (!broker || broker->number != desk->sessions[session - 1000].broker || !broker->broker.net)
            continue;
        struct net *net = broker->broker.net;
        if (net->ended_count == net->ended_capacity) {
            net->ended_capacity = net->ended_capacity ? net->ended_capacity * 2 : 16;
            net->ended = realloc(net->ended, net->ended_capacity * sizeof *net->ended);
            assert(net->ended);
        }
        net->ended[net->ended_count++] = (struct ended){session, false};
        faults_broker_wake(broker, desk->world->now_ms);
    }
}

static void step(struct net *net, const struct core_command *command)
{
    net->callbacks.step(net->callbacks.context, command);
}

static void answer_at_once(struct net *net, const struct sim_message *message, enum core_status status)
{
    struct core_effect effect = {.kind = EFFECT_REPLY, .session = message->session, .request = message->request, .status = status};
    struct sim_effect kept;
    sim_effect_copy(&kept, &effect);
    if (message->request != 0 && !net->broker->is_dying)
        sim_tell(net->broker->desk->world, &kept);
}

static void handle(struct net *net, struct sim_message *message)
{
    struct faults_desk *desk = net->broker->desk;
    struct core_command command;
    int door = door_of(message);
    bool is_parked = net->turn.is_away && door == DOOR_REPS && message->kind != COMMAND_LOG_ON;
    if (has_ended(desk, message->session)) {
        answer_at_once(net, message, CORE_NO_SESSION);
        return;
    }
    if (is_parked) {
        queue_put(&net->parked, message);
        return;
    }
    if (net->turn.is_away || (message->kind == COMMAND_PUBLISH && !net->turn.takes_publishes)) {
        answer_at_once(net, message, CORE_BUSY);
        return;
    }
    if (!sim_message_command(desk->world, message, &command))
        return;
    desk->world->commands_done++;
    step(net, &command);
}

static void bury_ended(struct net *net)
{
    for (uint32_t i = 0; i < net->ended_count; i++)
        step(net, &(struct core_command){.kind = net->ended[i].logs_off ? COMMAND_LOG_OFF : COMMAND_CONNECTION_LOST,
                                         .session = net->ended[i].session});
    net->ended_count = 0;
}

void net_begin(struct net *net, const struct net_turn *turn)
{
    net->turn = *turn;
}

uint32_t net_collect(struct net *net)
{
    uint32_t most = 0;
    if (!net->turn.is_away && net->turn.reads_reps)
        bury_ended(net);
    for (int door = 0; door < DOORS; door++) {
        struct sim_message message;
        uint32_t count = 0;
        while (may_read(net, door) && count < SHARE_MAX && queue_take(&net->inbox[door], &message)) {
            count++;
            handle(net, &message);
        }
        most = count > most ? count : most;
    }
    return most;
}

void net_handle_parked(struct net *net)
{
    struct sim_message message;
    while (queue_take(&net->parked, &message))
        handle(net, &message);
}

bool faults_net_can_read(const struct net *net, int door)
{
    return net->inbox[door].first != NULL;
}

int net_poll_items(struct net *net, zmq_pollitem_t *items, bool *has_out)
{
    *has_out = false;
    int count = 0;
    for (int door = 0; net->is_bound && door < DOORS; door++) {
        if (may_read(net, door))
            items[count++] = (zmq_pollitem_t){.socket = (void *)(uintptr_t)&net->doors[door], .events = ZMQ_POLLIN};
    }
    return count;
}

void net_polled(struct net *net, const zmq_pollitem_t *items)
{
    (void)net, (void)items;
}

void net_send_on(struct net *net)
{
    (void)net;        /* everybody has room */
}

uint64_t net_wait_ms(const struct net *net)
{
    return net->is_bound && net->ended_count > 0 && !net->turn.is_away && net->turn.reads_reps ? 0 : UINT64_MAX;
}

/* ---- out ---- */

void net_effect(struct net *net, const struct core_effect *effect)
{
    struct faults_batch *batch = net->broker->stepping;
    struct frame frame = {batch, batch->batch.effects.count};
    sim_effects_add(&batch->batch.effects, effect);
    bool put = outbox_put(&net->outbox, &(struct outbox_frame){.session = effect->session, .size = sizeof frame, .bytes = &frame});
    assert(put);
    batch->frames++;
}

void net_seal(struct net *net, uint64_t ticket)
{
    outbox_seal(&net->outbox, ticket);
    for (struct faults_batch *batch = net->broker->batches.first; batch; batch = batch->next) {
        if (!batch->is_sealed) {
            batch->is_sealed = true;
            batch->ticket = ticket;
        }
    }
}

/* Nobody is told what the journal does not have. */
static void check_durable(struct net *net, const struct faults_batch *batch)
{
    const struct faults_redis *redis = &net->broker->desk->redis;
    if (batch->record_end > redis->record_count || faults_redis_chain(redis, batch->record_end) != batch->chain)
        sim_fail(net->broker->desk->world, "commit before effect: something is told that the journal does not have");
}

static void tell(struct net *net, const struct frame *frame)
{
    struct faults_desk *desk = net->broker->desk;
    const struct sim_effect *effect = &frame->batch->batch.effects.list[frame->effect];
    if (effect->effect.kind == EFFECT_REP_EVENT || effect->effect.kind == EFFECT_DESK_EVENT)
        return;
    if (!has_ended(desk, effect->effect.session))
        sim_tell(desk->world, effect);
}

uint32_t net_release(struct net *net, uint64_t confirmed)
{
    struct outbox_frame *taken;
    struct frame frame;
    uint32_t count = 0;
    while ((taken = outbox_take(&net->outbox, confirmed)) != NULL) {
        memcpy(&frame, taken->bytes, sizeof frame);
        if (!net->broker->is_dying) {
            check_durable(net, frame.batch);
            tell(net, &frame);
        }
        frame.batch->frames--;
        if (++count == HALF && net->callbacks.half_released)
            net->callbacks.half_released(net->callbacks.context);
    }
    outbox_drop_taken(&net->outbox);
    if (!net->broker->is_dying)
        faults_judge_released(net->broker, confirmed);
    return count;
}

bool net_is_full(const struct net *net)
{
    return net->outbox.frames > 100000;
}
