/* SPDX-License-Identifier: Apache-2.0
 *
 * Somebody whose lead is open publishes again: a form, then a call, then a mail are one lead with three contacts.
 *
 *   waiting, parked, a call back       waits anew, as urgent as the more urgent of the two; a call makes it a call
 *   an appointment                     stays as agreed; a call makes it wait now
 *   offered                            the offer on the screen is renewed; a call that does not fit its rep: to the queue
 *   connecting, assigned               the rep is told
 *
 * Who only says to hear no more is not called: waiting, scheduled or offered, the lead is parked, for a person to look at. So is that of
 * who said so before and has not agreed since, where the desk parks such leads (stops.h).
 *
 * A contact that names an earlier one joins that one's lead, whatever the rules say of people. A message that a caller left
 * so joins the lead of their call, which is a call back from then on.
 *
 * A call stays a lead of its own where somebody is on the line already, or a rep works on the lead: nothing of what
 * that rep does may change under their hands, and a second caller is not lost behind the first.
 */
#include "broadcast.h"
#include "device.h"
#include "effects.h"
#include "exclusions.h"
#include "lead_end.h"
#include "lead_extra.h"
#include "lead_state.h"
#include "people.h"
#include "preferred.h"
#include "stops.h"

struct joining {
    const struct core_command *publish;
    struct lead *lead;
    bool is_call;                    /* somebody is on the line */
    bool is_message;                 /* whoever was on the line for this lead has left a message */
    struct demand_class *demand;     /* the lead's class from now on, as it becomes a call, or is none any more; NULL: it stays what it is */
    struct lead_join join;
};

static bool has_room(const struct lead *lead, const struct core_command *publish);
static bool caller_fits(const struct joining *joining);
static bool changes_class(struct core *core, struct joining *joining);
static bool join(struct core *core, struct joining *joining, const struct config_rule *rule, struct siphash_128 seen_key,
                 const struct person *person);
static void move_joined(struct core *core, struct joining *joining);

bool join_open_lead(struct core *core, const struct core_command *publish, const struct config_rule *rule, struct siphash_128 seen_key,
                    const struct person *person)
{
    struct joining joining = {.publish = publish, .lead = person_open_lead(core, person), .is_call = publish_is_call(publish)};
    return joining.lead && core->now_ms - person_heard_ms(joining.lead) <= core->config->people.window_ms &&
           join(core, &joining, rule, seen_key, person);
}

bool join_followed_lead(struct core *core, const struct core_command *publish, const struct config_rule *rule, struct siphash_128 seen_key,
                        const struct person *person, struct lead *lead)
{
    struct joining joining = {.publish = publish, .lead = lead, .is_call = publish_is_call(publish)};
    joining.is_message = publish->publish.is_voicemail && lead->demand->needs.rings && lead->state != LEAD_ASSIGNED;
    return join(core, &joining, rule, seen_key, person);
}

static bool join(struct core *core, struct joining *joining, const struct config_rule *rule, struct siphash_128 seen_key,
                 const struct person *person)
{
    const struct core_command *publish = joining->publish;
    struct lead *lead = joining->lead;
    if (!caller_fits(joining) || !has_room(lead, publish))
        return false;
    if (!bounds_have_room(core, publish->publish.payload_size)) {
        reply(core, publish, CORE_BUSY, "the desk holds as much as it may", lead->id);
        return true;
    }
    if ((joining->is_call || joining->is_message) && !changes_class(core, joining)) {
        reply(core, publish, CORE_BUSY, "too many different kinds of leads", lead->id);
        return true;
    }
    uint32_t priority = rule ? rule->priority + core_channel(core, publish->publish.channel)->priority : 0;
    if (!person_add_contact(core, lead, publish, seen_key, person, (uint16_t)priority)) {
        reply(core, publish, CORE_BUSY, "out of memory", lead->id);
        return true;
    }
    joining->join.priority = (uint16_t)(priority > lead->priority ? priority : lead->priority);
    core->totals.joined++;
    move_joined(core, joining);
    reply_joined(core, publish, CORE_ACCEPTED, "joined", lead->id, true);
    return true;
}

static bool has_room(const struct lead *lead, const struct core_command *publish)
{
    const struct lead_person *person = lead->extra ? lead->extra->person : NULL;
    return (!person || person->contact_count < CORE_CONTACTS_MAX) &&
           lead->payload_size + (person ? person->contact_bytes : 0) + publish->publish.payload_size <= PERSON_BYTES_MAX;
}

static bool caller_fits(const struct joining *joining)
{
    return !joining->is_call || !(joining->lead->demand->needs.rings || joining->lead->state == LEAD_ASSIGNED);
}

/* False, with nothing changed, when there are too many classes. */
static bool changes_class(struct core *core, struct joining *joining)
{
    struct needs needs = joining->lead->demand->needs;
    needs.rings = joining->is_call;
    joining->demand = classes_demand(&core->classes, joining->lead->demand->queue, LW_CHANNEL_PHONE, &needs);
    return joining->demand != NULL;
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
    uint8_t channel = joining->demand ? LW_CHANNEL_PHONE : lead->demand->channel;
    lead->wait_deadline_ms = deadline_after(core, core_channel(core, channel)->wait_limit_ms);
    lead_move(core, lead, &(struct lead_change){.to = LEAD_WAITING, .cause = CAUSE_JOINED, .deadline_ms = lead->wait_deadline_ms,
                                                .demand = joining->demand, .join = &joining->join});
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
    if (lead_is_broadcast(lead) || !device_can_ring(rep) || rep->rank.load - lead->weight + channel->weight > rep->rank.capacity) {
        lead->offers_made = 0;
        lead_change_demand(core, lead, joining->demand);
        lead_return_joined(core, lead, &joining->join);
        return;
    }
    joining->join.weight = (uint16_t)channel->weight;
    lead_move(core, lead, &(struct lead_change){.to = LEAD_OFFERED, .cause = CAUSE_JOINED, .rep = rep->number, .demand = joining->demand,
                                                .deadline_ms = deadline_after(core, channel->offer_timeout_ms), .join = &joining->join});
    tell_offer(core, lead, rep, true);
}

/* Whoever is offered it, or whose device rings for it, is free: nobody is on the line any more. */
static void end_call(struct core *core, struct joining *joining)
{
    struct lead *lead = joining->lead;
    lead->extra->is_call_back = true;
    if (lead->rep == 0) {
        wait_anew(core, joining);
        return;
    }
    lead->offers_made = 0;   /* those were of a call */
    lead_change_demand(core, lead, joining->demand);
    lead_return_joined(core, lead, &joining->join);
}

/* Somebody is on the line, or a rep works on it: they are told, as of any contact. */
static bool can_be_set_aside(const struct lead *lead)
{
    return !lead->demand->needs.rings && lead->state != LEAD_ASSIGNED;
}

/* Not called, and not forgotten: whoever runs the desk ends it, or lets it wait again. */
static void set_aside(struct core *core, struct joining *joining)
{
    struct lead *lead = joining->lead;
    if (lead->state == LEAD_OFFERED) {
        lead->offers_made = 0;
        lead_return_joined(core, lead, &joining->join);
    } else {
        wait_anew(core, joining);
    }
    lead_move(core, lead, &(struct lead_change){.to = LEAD_PARKED, .cause = CAUSE_SET_ASIDE, .reason = STOPS_REASON,
                                                .deadline_ms = deadline_after(core, core->config->park_limit_ms)});
}

static void move_joined(struct core *core, struct joining *joining)
{
    struct lead *lead = joining->lead;
    if (joining->publish->publish.wants_no_more && !joining->is_call && !joining->is_message && can_be_set_aside(lead)) {
        set_aside(core, joining);
        return;
    }
    bool is_agreed = lead->state == LEAD_SCHEDULED && lead->extra->appointment_ms != 0;
    if (joining->is_call)
        lead->extra->is_call_back = false;   /* somebody is on the line again */
    if (joining->is_message)
        end_call(core, joining);
    else if (joining->is_call && lead->state == LEAD_OFFERED)
        call_while_offered(core, joining);
    else if (lead->rep != 0 || (is_agreed && !joining->is_call))
        stay(core, joining);
    else
        wait_anew(core, joining);
}
