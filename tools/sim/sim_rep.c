/* SPDX-License-Identifier: Apache-2.0
 *
 * A rep client: logs on, answers offers, works, completes; repeats what was not
 * answered; loses its connection, its memory, or is opened on a second device.
 */
#include "judge_books.h"
#include "judge_pull.h"
#include "sim_world.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { REPEAT_MS = 3000, LOOK_MS = 500, LOG_ON_AGAIN_MS = 4000, STATE_MS = 20000, CALL_PATIENCE_MS = 30000, LAST_MS = 60000, REFUSED_MS = 30000, PULL_MS = 8000, PULL_TRIES = 8 };

static void make_trouble(struct sim_world *world, struct sim_rep *rep, uint32_t number);
static void work(struct sim_world *world, struct sim_rep *rep, uint32_t number, struct sim_item *item);
static void pull_something(struct sim_world *world, struct sim_rep *rep);

static uint64_t soon(struct sim_world *world, uint64_t low_ms, uint64_t high_ms)
{
    return world->now_ms + sim_random_between(&world->random, low_ms, high_ms);
}

void sim_reps_open(struct sim_world *world)
{
    for (uint32_t i = 0; i < world->options.reps; i++) {
        world->reps[i].at_work = world->reps[i].runs = true;
        world->reps[i].next_log_on_ms = soon(world, 0, 5000);
        world->reps[i].next_trouble_ms = soon(world, 5000, 60000);
        sim_at(world, world->reps[i].next_log_on_ms, SIM_REP_WAKES, i);
    }
}

void sim_rep_forgets_session(struct sim_world *world, uint32_t number)
{
    struct sim_rep *rep = &world->reps[number];
    rep->session = 0;
    rep->logging_on = false;
    rep->next_log_on_ms = soon(world, 50, 3000);
}

/* ---- on its own ---- */

static void log_on(struct sim_world *world, struct sim_rep *rep, uint32_t number)
{
    struct sim_message message = {.kind = COMMAND_LOG_ON, .rep = number, .incarnation = rep->incarnation, .request = ++world->next_request};
    for (uint32_t i = 0; i < rep->item_count && message.held_count < SIM_HELD_TOLD_MAX; i++)
        if (rep->items[i].state != ITEM_PULLING)
            message.held[message.held_count++] = (struct core_held){rep->items[i].lead, rep->items[i].offer_number};
    rep->logging_on = true;
    rep->next_log_on_ms = world->now_ms + LOG_ON_AGAIN_MS;
    sim_send(world, &message);
}

static void keep_state(struct sim_world *world, struct sim_rep *rep)
{
    struct sim_message message = {.kind = COMMAND_SET_REP_STATE, .session = rep->session, .request = ++world->next_request};
    rep->next_state_ms = soon(world, STATE_MS / 2, world->draining || world->is_calm ? 10 * STATE_MS : STATE_MS);
    if (!world->draining && sim_random_percent(&world->random, 12))
        rep->wants_break = !rep->wants_break;
    if (world->draining || (rep->wants_break && sim_random_percent(&world->random, 40)))
        rep->wants_break = false;
    message.state = rep->wants_break ? REP_BREAK : REP_AVAILABLE;
    /* What was told may have been lost, and a manager may have sent the rep on a break since. */
    if (rep->told_state != REP_WRAP_UP || world->draining)
        sim_send(world, &message);
}

void sim_rep_wakes(struct sim_world *world, uint32_t number)
{
    struct sim_rep *rep = &world->reps[number];
    sim_at(world, world->now_ms + LOOK_MS, SIM_REP_WAKES, number);
    if (world->draining) {
        rep->at_work = rep->runs = true;
    } else if (world->now_ms >= rep->next_trouble_ms) {
        rep->next_trouble_ms = soon(world, 15000, 90000);
        make_trouble(world, rep, number);
    }
    if (!rep->at_work || !rep->runs)
        return;
    if (rep->session == 0) {
        if (world->now_ms >= rep->next_log_on_ms)
            log_on(world, rep, number);
        return;
    }
    if (world->now_ms >= rep->next_state_ms)
        keep_state(world, rep);
    if (world->now_ms >= rep->next_pull_ms)
        pull_something(world, rep);
    for (uint32_t i = 0; i < rep->item_count; i++) {
        struct sim_item *item = &rep->items[i];
        if (world->draining && item->next_ms > world->now_ms + LAST_MS)
            item->next_ms = world->now_ms + LAST_MS;
        if (rep->session != 0 && item->state == ITEM_WORKING && item->touch_next_ms != 0 && world->now_ms >= item->touch_next_ms) {
            item->touch_next_ms = 0;
            sim_send(world, &(struct sim_message){.kind = COMMAND_TOUCH, .session = rep->session, .request = ++world->next_request,
                                                  .lead = item->lead, .offer_number = item->offer_number, .touch = TOUCH_REP});
        }
        if (rep->session != 0 && world->now_ms >= item->next_ms)
            work(world, rep, number, item);
    }
}

static void make_trouble(struct sim_world *world, struct sim_rep *rep, uint32_t number)
{
    if (!rep->at_work || !rep->runs) {
        rep->at_work = rep->runs = true;
        return;
    }
    uint64_t dice = sim_random_below(&world->random, 6);
    switch (dice) {
    case 0: case 1: case 2:
        if (!world->desk)      /* else they are drawn as all faults are */
            (void)sim_rep_trouble(world, number, (enum sim_rep_trouble)dice);
        break;
    case 3:
        if (rep->session != 0)
            sim_send(world, &(struct sim_message){.kind = COMMAND_LOG_OFF, .session = rep->session});
        rep->at_work = false;
        rep->item_count = 0;
        sim_cut(world, number);
        rep->next_trouble_ms = soon(world, 5000, 60000);
        break;
    default: break;
    }
}

bool sim_rep_trouble(struct sim_world *world, uint32_t number, enum sim_rep_trouble trouble)
{
    struct sim_rep *rep = &world->reps[number];
    if (!rep->at_work || !rep->runs)
        return false;
    switch (trouble) {
    case SIM_REP_CRASHES:
        world->coverage.faults[SIM_FAULT_REP_CRASHED]++;
        rep->runs = false;
        rep->item_count = 0;
        sim_cut(world, number);
        rep->next_trouble_ms = soon(world, 1000, 40000);
        break;
    case SIM_REP_IS_CUT:
        world->coverage.faults[SIM_FAULT_REP_CUT]++;
        sim_cut(world, number);
        break;
    case SIM_REP_LOGS_ON_AGAIN:   /* opened elsewhere while the first is still on: what was told to the first is on no screen any more */
        world->coverage.faults[SIM_FAULT_SECOND_DEVICE]++;
        rep->item_count = 0;
        log_on(world, rep, number);
        break;
    }
    return true;
}

/* ---- leads on the screen ---- */

static void send_answer(struct sim_world *world, const struct sim_rep *rep, struct sim_item *item, bool accept)
{
    item->state = accept ? ITEM_ACCEPTING : ITEM_DECLINING;
    item->request = ++world->next_request;
    item->next_ms = world->now_ms + REPEAT_MS;
    struct sim_message message = {.kind = COMMAND_ANSWER_OFFER, .session = rep->session, .request = item->request,
                                  .lead = item->lead, .offer_number = item->offer_number, .accept = accept};
    if (!accept)
        snprintf(message.id, sizeof message.id, "%s", item->offer_number % 3 == 0 ? SIM_REASON_OF_SOME : SIM_REASON_OF_ALL);
    sim_send(world, &message);
}

static const char *outcome_of(const struct sim_world *world, const struct sim_item *item)
{
    static const char *const outcomes[] = {"won", "later", "lost", "won", "visit", "lost", "won", "aside", "never", "won", "lost"};
    uint64_t at = (item->lead.number * 7 + item->offer_number) % (sizeof outcomes / sizeof *outcomes);
    return world->draining ? "won" : outcomes[at];
}

static void send_completion(struct sim_world *world, const struct sim_rep *rep, struct sim_item *item)
{
    struct sim_message message = {.kind = COMMAND_COMPLETE, .session = rep->session, .request = ++world->next_request, .lead = item->lead};
    world->coverage.faults[SIM_FAULT_REPEATED_COMPLETE] += item->state == ITEM_COMPLETING;
    item->outcome = item->state == ITEM_COMPLETING ? item->outcome : outcome_of(world, item);
    item->state = ITEM_COMPLETING;
    item->request = message.request;
    item->next_ms = world->now_ms + REPEAT_MS;
    snprintf(message.id, sizeof message.id, "c%llu-%u", (unsigned long long)item->lead.number, item->offer_number);
    snprintf(message.disposition, sizeof message.disposition, "%s", item->outcome);
    sim_send(world, &message);
}

/* To a rep, perhaps one who is not there or not even in the rules; to a team; or to a skill, whoever has it. */
static void send_transfer(struct sim_world *world, const struct sim_rep *rep, struct sim_item *item)
{
    static const char *const teams[] = {"inside", "outside", "far"};
    struct sim_message message = {.kind = COMMAND_TRANSFER, .session = rep->session, .request = ++world->next_request, .lead = item->lead,
                                  .offer_number = item->offer_number};
    if (item->state != ITEM_TRANSFERRING)
        item->target = (uint32_t)sim_random_below(&world->random, world->options.reps + 3 + SIM_SKILLS + 2);
    if (item->target < world->options.reps) {
        snprintf(message.id, sizeof message.id, "rep%u", item->target);
    } else if (item->target < world->options.reps + 3) {
        message.target = SIM_TO_TEAM;
        snprintf(message.id, sizeof message.id, "%s", teams[item->target - world->options.reps]);
    } else if (item->target >= world->options.reps + 3 + SIM_SKILLS) {
        message.target = SIM_BACK;
    } else {
        message.target = SIM_TO_SKILL;
        message.level = 1 + item->target % 4;
        snprintf(message.id, sizeof message.id, "%s", sim_rules_skill(item->target - world->options.reps - 3));
    }
    item->state = ITEM_TRANSFERRING;
    item->request = message.request;
    item->next_ms = world->now_ms + REPEAT_MS;
    sim_send(world, &message);
}

static void send_pull(struct sim_world *world, const struct sim_rep *rep, struct sim_item *item)
{
    item->state = ITEM_PULLING;
    item->request = ++world->next_request;
    item->next_ms = world->now_ms + REPEAT_MS;
    sim_send(world, &(struct sim_message){.kind = COMMAND_PULL, .session = rep->session, .request = item->request, .lead = item->lead});
}

static void work(struct sim_world *world, struct sim_rep *rep, uint32_t number, struct sim_item *item)
{
    switch (item->state) {
    case ITEM_OFFERED: {
        uint64_t dice = world->draining ? 0 : sim_random_below(&world->random, 100);
        if (dice < 75)
            send_answer(world, rep, item, true);
        else if (dice < 88)
            send_answer(world, rep, item, false);
        else
            item->next_ms = soon(world, 20000, 60000);   /* looks away: it expires, or the answer comes too late */
        break;
    }
    case ITEM_ACCEPTING: send_answer(world, rep, item, true); break;
    case ITEM_PULLING: send_pull(world, rep, item); break;
    case ITEM_DECLINING: send_answer(world, rep, item, false); break;
    case ITEM_CONNECTING: sim_cut(world, number); break;   /* nothing happens: asks anew what it has */
    case ITEM_WORKING:
        if (!world->draining && sim_random_percent(&world->random, 8))
            send_transfer(world, rep, item);
        else
            send_completion(world, rep, item);
        break;
    case ITEM_COMPLETING: send_completion(world, rep, item); break;
    case ITEM_TRANSFERRING: send_transfer(world, rep, item); break;
    }
}

static struct sim_item *find_item(struct sim_rep *rep, struct desk_id lead)
{
    for (uint32_t i = 0; i < rep->item_count; i++) {
        if (desk_id_equal(rep->items[i].lead, lead))
            return &rep->items[i];
    }
    return NULL;
}

static void drop_item(struct sim_rep *rep, struct sim_item *item)
{
    *item = rep->items[--rep->item_count];
}

static struct sim_item *add_item(struct sim_rep *rep, const struct core_effect *effect)
{
    struct sim_item *item = find_item(rep, effect->lead);
    if (!item && rep->item_count == SIM_ITEMS_MAX)
        drop_item(rep, &rep->items[0]);
    if (!item)
        item = &rep->items[rep->item_count++];
    *item = (struct sim_item){.lead = effect->lead, .offer_number = effect->offer_number, .is_call = effect->channel == LW_CHANNEL_PHONE && !effect->is_call_back};
    return item;
}

/* A lead that waits on the shared list, as far as anybody knows; now and then any that is open. */
static const struct judge_lead *some_lead(struct sim_world *world)
{
    const struct sim_judge *judge = &world->judge;
    bool any = sim_random_percent(&world->random, 5);
    for (int i = 0; i < PULL_TRIES && judge->version != 0 && judge->lead_last >= judge->lead_first; i++) {
        const struct judge_lead *lead = &judge->leads[sim_random_between(&world->random, judge->lead_first, judge->lead_last)];
        if (judge_is_open(lead) && (any || (lead->state == LEAD_WAITING && judge_is_pulled(judge_rules_now(judge), lead))))
            return lead;
    }
    return NULL;
}

static void pull_something(struct sim_world *world, struct sim_rep *rep)
{
    const struct judge_lead *lead = some_lead(world);
    rep->next_pull_ms = soon(world, PULL_MS / 8, world->draining ? PULL_MS / 4 : PULL_MS);
    if (!lead || find_item(rep, lead->id) || rep->item_count == SIM_ITEMS_MAX)
        return;
    rep->items[rep->item_count] = (struct sim_item){.lead = lead->id};
    send_pull(world, rep, &rep->items[rep->item_count++]);
}

/* ---- what it hears ---- */

static void hear_lead(struct sim_world *world, struct sim_rep *rep, const struct core_effect *effect)
{
    struct sim_item *item = find_item(rep, effect->lead);
    bool is_new = !item || item->offer_number < effect->offer_number;
    if (item && item->offer_number > effect->offer_number)
        return;   /* older than what the screen shows */
    if (item)
        item->unconfirmed = false;
    if (effect->kind == EFFECT_OFFER) {
        if (is_new) {
            item = add_item(rep, effect);
            item->state = ITEM_OFFERED;
            item->next_ms = soon(world, 200, world->draining ? 1000 : 8000);
        }
        item->is_call = effect->channel == LW_CHANNEL_PHONE && !effect->is_call_back;   /* a call may have joined it */
        return;
    }
    if (is_new)
        item = add_item(rep, effect);
    if (effect->to == LEAD_CONNECTING && (is_new || item->state <= ITEM_DECLINING)) {
        item->state = ITEM_CONNECTING;
        item->next_ms = world->now_ms + CALL_PATIENCE_MS;
    } else if (effect->to == LEAD_ASSIGNED && (is_new || item->state < ITEM_WORKING)) {
        item->state = ITEM_WORKING;
        item->next_ms = soon(world, 1000, world->draining ? 2000 : !world->is_calm && sim_random_percent(&world->random, 6) ? 900000 : 20000);
        item->touch_next_ms = sim_random_percent(&world->random, 70) ? soon(world, 300, 12000) : 0;
    }
}

static void hear_reply(struct sim_world *world, struct sim_rep *rep, uint32_t number, const struct core_effect *reply)
{
    if (reply->status == CORE_NO_SESSION) {
        if (rep->session == reply->session)
            sim_cut(world, number);
        return;
    }
    for (uint32_t i = 0; i < rep->item_count; i++) {
        struct sim_item *item = &rep->items[i];
        if (item->request != reply->request)
            continue;
        bool good = reply->status == CORE_ACCEPTED || reply->status == CORE_DUPLICATE;
        world->coverage.faults[SIM_FAULT_LATE_PULL] += reply->status == CORE_NOT_YOURS && item->state == ITEM_PULLING;
        world->coverage.faults[SIM_FAULT_LATE_ANSWER] += reply->status == CORE_NOT_YOURS && item->state == ITEM_ACCEPTING;
        if (item->state == ITEM_ACCEPTING && good) {
            item->state = item->is_call ? ITEM_CONNECTING : ITEM_WORKING;   /* the holding may be lost: the answer says as much */
            item->next_ms = soon(world, item->is_call ? CALL_PATIENCE_MS : 1000, item->is_call ? CALL_PATIENCE_MS : 20000);
        } else if (item->state == ITEM_PULLING && good) {
            item->state = ITEM_CONNECTING;   /* the holding may be lost: asks anew what it has if none comes */
            item->next_ms = world->now_ms + REPEAT_MS;
        } else if (item->state == ITEM_TRANSFERRING && reply->status == CORE_REJECTED) {
            item->state = ITEM_WORKING;   /* nobody there: does it alone */
        } else if (item->state == ITEM_DECLINING && reply->status == CORE_REJECTED) {
            item->state = ITEM_OFFERED;   /* not for this reason */
            item->next_ms = soon(world, 200, 2000);
        } else if (item->state == ITEM_COMPLETING && reply->status == CORE_REJECTED) {
            item->state = ITEM_CONNECTING;
            item->next_ms = world->now_ms + CALL_PATIENCE_MS;
        } else if (!good || item->state == ITEM_DECLINING || item->state == ITEM_COMPLETING) {
            drop_item(rep, item);
        }                        /* else the holding was faster than the answer */
        return;
    }
}

void sim_rep_hears(struct sim_world *world, uint32_t number, const struct core_effect *effect)
{
    struct sim_rep *rep = &world->reps[number];
    struct sim_item *item;
    if (!rep->runs || world->edge[effect->session - 1000].incarnation != rep->incarnation)
        return;   /* that connection is gone */
    if (effect->kind == EFFECT_LOGGED_ON) {
        if (effect->session <= rep->session)
            return;
        rep->session = effect->session;
        rep->logging_on = false;
        rep->next_state_ms = soon(world, 1000, STATE_MS);
        for (uint32_t i = 0; i < rep->item_count; i++)
            rep->items[i].unconfirmed = true;
        return;
    }
    if (effect->kind == EFFECT_REPLY && rep->session == 0 && effect->status == CORE_REJECTED)
        rep->next_log_on_ms = world->now_ms + REFUSED_MS;   /* the rules do not have this rep now */
    if (effect->session != rep->session)
        return;
    switch (effect->kind) {
    case EFFECT_REPLACED: sim_cut(world, number); break;
    case EFFECT_OFFER: case EFFECT_HOLDING: hear_lead(world, rep, effect); break;
    case EFFECT_WITHDRAWN:
        item = find_item(rep, effect->lead);
        if (item && item->offer_number <= effect->offer_number)
            drop_item(rep, item);
        break;
    case EFFECT_REP_STATUS: rep->told_state = effect->rep_state; break;
    case EFFECT_SNAPSHOT_END:
        for (uint32_t i = rep->item_count; i-- > 0;) {
            if (rep->items[i].unconfirmed)
                drop_item(rep, &rep->items[i]);
        }
        break;
    case EFFECT_REPLY: hear_reply(world, rep, number, effect); break;
    case EFFECT_NUDGE: case EFFECT_QUERY_REPLY: case EFFECT_LOGGED_ON: case EFFECT_LEAD_EVENT: case EFFECT_REP_EVENT: case EFFECT_DESK_EVENT: break;
    }
}
