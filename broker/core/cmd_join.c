/* SPDX-License-Identifier: Apache-2.0
 *
 * Somebody whose lead is open publishes again: a form, then a call, then a mail are one lead with three contacts.
 *
 *   waiting, parked, a call back       waits anew, as urgent as the more urgent of the two; a call makes it a call
 *   an appointment                     stays as agreed; a call makes it wait now
 *   offered                            the offer on the screen is renewed; a call that does not fit its rep: to the queue
 *   connecting, assigned               the rep is told
 *
 * A call stays a lead of its own where somebody is on the line already, or a rep works on the lead: nothing of what
 * that rep does may change under their hands, and a second caller is not lost behind the first.
 */
#include "broadcast.h"
#include "effects.h"
#include "exclusions.h"
#include "lead_end.h"
#include "lead_extra.h"
#include "lead_state.h"
#include "people.h"
#include "preferred.h"

struct joining {
    const struct core_command *publish;
    struct lead *lead;
    bool is_call;
    struct demand_class *ringing;    /* the lead's class as a call; NULL: it stays what it is */
    struct lead_join join;
};

static bool has_room(const struct lead *lead, const struct core_command *publish);
static bool may_join(const struct core *core, const struct joining *joining);
static bool becomes_call(struct core *core, struct joining *joining);
static void move_joined(struct core *core, struct joining *joining);

bool join_open_lead(struct core *core, const struct core_command *publish, const struct config_rule *rule, struct siphash_128 seen_key,
                    const struct person *person)
{
    uint8_t channel = publish->publish.channel;
    struct joining joining = {.publish = publish, .lead = person_open_lead(core, person), .is_call = channel == LW_CHANNEL_PHONE};
    struct lead *lead = joining.lead;
    if (!lead || !may_join(core, &joining))
        return false;
    if (core->totals.payload_bytes + publish->publish.payload_size > core->limits.payload_bytes_max) {
        reply(core, publish, CORE_BUSY, "the desk holds as much as it may", lead->id);
        return true;
    }
    if (joining.is_call && !becomes_call(core, &joining)) {
        reply(core, publish, CORE_BUSY, "too many different kinds of leads", lead->id);
        return true;
    }
    if (!person_add_contact(core, lead, publish, seen_key)) {
        reply(core, publish, CORE_BUSY, "out of memory", lead->id);
        return true;
    }
    person_attach(core, lead, person);
    uint32_t priority = rule->priority + core_channel(core, channel)->priority;
    joining.join.priority = (uint16_t)(priority > lead->priority ? priority : lead->priority);
    core->totals.joined++;
    move_joined(core, &joining);
    reply_joined(core, publish, CORE_ACCEPTED, "joined", lead->id, true);
    return true;
}

static bool has_room(const struct lead *lead, const struct core_command *publish)
{
    const struct lead_person *person = lead->extra->person;
    return person->contact_count < CORE_CONTACTS_MAX &&
           lead->payload_size + person->contact_bytes + publish->publish.payload_size <= PERSON_BYTES_MAX;
}

static bool may_join(const struct core *core, const struct joining *joining)
{
    const struct lead *lead = joining->lead;
    if (joining->is_call && (lead->demand->needs.rings || lead->state == LEAD_ASSIGNED))
        return false;
    return core->now_ms - person_heard_ms(lead) <= core->config->people.window_ms && has_room(lead, joining->publish);
}

/* False, with nothing changed, when there are too many classes. */
static bool becomes_call(struct core *core, struct joining *joining)
{
    struct needs needs = joining->lead->demand->needs;
    needs.rings = true;
    joining->ringing = classes_demand(&core->classes, joining->lead->demand->queue, LW_CHANNEL_PHONE, &needs);
    return joining->ringing != NULL;
}

static uint64_t still_ahead(const struct core *core, uint64_t deadline_ms)
{
    return deadline_ms > core->now_ms ? deadline_ms : deadline_after(core, 1);
}

static void wait_anew(struct core *core, struct joining *joining)
{
    struct lead *lead = joining->lead;
    if (lead->state == LEAD_PARKED) {
        lead_forget_exclusions(core, lead);
        lead->offers_made = 0;
    } else if (lead->state == LEAD_SCHEDULED) {
        lead_prefer_awake(core, lead);
    }
    uint8_t channel = joining->ringing ? LW_CHANNEL_PHONE : lead->demand->channel;
    lead->wait_deadline_ms = deadline_after(core, core_channel(core, channel)->wait_limit_ms);
    lead_move(core, lead, &(struct lead_change){.to = LEAD_WAITING, .cause = CAUSE_JOINED, .deadline_ms = lead->wait_deadline_ms,
                                                .demand = joining->ringing, .join = &joining->join});
}

static void stay(struct core *core, struct joining *joining)
{
    struct lead *lead = joining->lead;
    struct rep *rep = rep_table_at(&core->reps, lead->rep);
    lead_move(core, lead, &(struct lead_change){.to = (enum lead_state)lead->state, .cause = CAUSE_JOINED, .rep = lead->rep,
                                                .deadline_ms = still_ahead(core, lead->deadline_ms), .join = &joining->join});
    if (rep && lead->state == LEAD_OFFERED)
        broadcast_show(core, lead);
    else if (rep)
        tell_holding(core, lead, rep, true);
}

/* Weighs more now: where that does not fit, or nothing rings, somebody else gets it. One of several offers is not weighed: it
 * is offered anew. */
static void call_while_offered(struct core *core, struct joining *joining)
{
    struct lead *lead = joining->lead;
    struct rep *rep = core->reps.reps[lead->rep];
    const struct config_channel *channel = core_channel(core, LW_CHANNEL_PHONE);
    if (lead_is_broadcast(lead) || rep->device == NAME_NONE || rep->rank.load - lead->weight + channel->weight > rep->rank.capacity) {
        lead->offers_made = 0;
        lead_change_demand(core, lead, joining->ringing);
        lead_return_joined(core, lead, &joining->join);
        return;
    }
    joining->join.weight = (uint16_t)channel->weight;
    lead_move(core, lead, &(struct lead_change){.to = LEAD_OFFERED, .cause = CAUSE_JOINED, .rep = rep->number, .demand = joining->ringing,
                                                .deadline_ms = deadline_after(core, channel->offer_timeout_ms), .join = &joining->join});
    tell_offer(core, lead, rep, true);
}

static void move_joined(struct core *core, struct joining *joining)
{
    struct lead *lead = joining->lead;
    bool is_agreed = lead->state == LEAD_SCHEDULED && lead->extra->appointment_ms != 0;
    if (joining->is_call)
        lead->extra->is_call_back = false;   /* somebody is on the line again */
    if (joining->is_call && lead->state == LEAD_OFFERED)
        call_while_offered(core, joining);
    else if (lead->rep != 0 || (is_agreed && !joining->is_call))
        stay(core, joining);
    else
        wait_anew(core, joining);
}
