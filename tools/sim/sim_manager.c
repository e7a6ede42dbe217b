/* SPDX-License-Identifier: Apache-2.0
 *
 * The manager changes rules, moves leads and sets reps' states.
 */
#include "sim_world.h"

enum { MANAGER = 3, SEEN = 16 };

void sim_manager_sees(struct sim_world *world, const struct core_effect *event)
{
    if (event->to == LEAD_PARKED)
        world->parked[world->parked_seen++ % SEEN] = event->lead;
    if (event->to == LEAD_ASSIGNED || event->to == LEAD_OFFERED)
        world->held[world->held_seen++ % SEEN] = event->lead;
    if (event->to == LEAD_WAITING)
        world->waiting[world->waiting_seen++ % SEEN] = event->lead;
    if (lead_state_is_end(event->to) && event->to != LEAD_MERGED)
        world->ended[world->ended_seen++ % SEEN] = event->lead;
    if (event->to == LEAD_MERGED)
        world->merged = event->lead;
    if (event->to == LEAD_SCHEDULED)
        world->scheduled[world->scheduled_seen++ % SEEN] = event->lead;
}

static struct desk_id one_of(struct sim_world *world, const struct desk_id seen[SEEN])
{
    return seen[sim_random_below(&world->random, SEEN)];
}

static struct desk_id any_seen(struct sim_world *world)
{
    const struct desk_id *const seen[] = {world->waiting, world->parked, world->held, world->scheduled};
    return one_of(world, seen[sim_random_below(&world->random, 4)]);
}

/* Over the rules. The ids may be of leads that are elsewhere by now. */
static void draw_act(struct sim_world *world, struct sim_message *message)
{
    uint64_t dice = sim_random_below(&world->random, 19);
    message->rep = (uint32_t)sim_random_below(&world->random, world->options.reps);
    message->lead = one_of(world, dice == 9 ? world->parked : world->waiting);
    if (dice >= 16) {
        message->act = ACT_PART;
        message->lead = world->merged;
    } else if (dice >= 13) {
        message->act = ACT_REOPEN;
        message->lead = one_of(world, world->ended);
    } else if (dice >= 10) {
        message->act = ACT_MERGE;
        message->lead = any_seen(world);
        message->into = any_seen(world);
    } else if (dice < 3) {
        message->act = ACT_ASSIGN;
        if (sim_random_percent(&world->random, 30))
            message->lead = one_of(world, world->held);
    } else if (dice < 4) {
        message->act = ACT_PRIORITISE;
        message->priority = (uint32_t)sim_random_below(&world->random, 120);
    } else if (dice < 6) {
        message->kind = COMMAND_ACT_ON_REP;
        message->state = (enum rep_state)(dice == 4 ? REP_AVAILABLE : sim_random_percent(&world->random, 50) ? REP_BREAK : REP_OFFLINE);
    } else {
        message->act = ACT_HOLD;
        message->until_ms = sim_random_percent(&world->random, 20) ? 0 : world->now_ms + sim_random_between(&world->random, 500, 60000);
    }
}

static void say_pause(struct sim_world *world, uint32_t source, bool pause)
{
    sim_send(world, &(struct sim_message){.kind = COMMAND_ACT_ON_SOURCE, .session = MANAGER, .source = (uint8_t)source, .pause = pause,
                                          .request = sim_pause_request(++world->next_request, source, pause)});
}

/* No source is left paused for long, and at the end none. */
static void let_sources_go_on(struct sim_world *world)
{
    for (uint32_t source = 0; source < SIM_SOURCES; source++) {
        if (world->judge.paused[source] && (world->draining || sim_random_percent(&world->random, 25)))
            say_pause(world, source, false);
    }
}

void sim_manager_wakes(struct sim_world *world)
{
    struct sim_message message = {.kind = COMMAND_ACT, .session = MANAGER};
    sim_at(world, world->now_ms + sim_random_between(&world->random, 1000, 15000), SIM_MANAGER_WAKES, 0);
    let_sources_go_on(world);
    if (world->draining)
        return;
    if (sim_random_percent(&world->random, 4)) {
        say_pause(world, (uint32_t)sim_random_below(&world->random, SIM_SOURCES), true);
        return;
    }
    message.request = ++world->next_request << SIM_REQUEST_SHIFT;
    switch (sim_random_below(&world->random, 10)) {
    case 0:
        message.kind = COMMAND_CONFIGURE;
        message.rules = sim_rules_draw(&world->rules, &world->random);
        world->coverage.faults[SIM_FAULT_RULES_CHANGED] += message.rules != NULL;
        if (!message.rules)
            return;
        break;
    case 1: case 2:
        message.act = ACT_RELEASE;
        message.lead = one_of(world, world->parked);
        world->coverage.faults[SIM_FAULT_RELEASED]++;
        break;
    case 3: case 4:
        message.act = ACT_TAKE_BACK;
        message.lead = one_of(world, world->held);
        world->coverage.faults[SIM_FAULT_TAKEN_BACK]++;
        break;
    case 5:
        message.act = ACT_CANCEL;
        message.lead = one_of(world, sim_random_percent(&world->random, 30) ? world->parked : world->held);
        break;
    default: draw_act(world, &message); break;
    }
    sim_send(world, &message);
}
