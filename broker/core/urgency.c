/* SPDX-License-Identifier: Apache-2.0 */
#include "urgency.h"

#include <stdio.h>
#include <stdlib.h>

#include "acts.h"
#include "lead_extra.h"
#include "lead_state.h"
#include "opening.h"
#include "pairs.h"
#include "people.h"
#include "preferred.h"

enum { HOUR_MS = 3600000, POSITION_MAX = 1000 };

static void link_calendars(struct core *core);
static const struct calendar *calendar_of(struct core *core, const struct config_order *order);
static void link_queue(struct core *core, struct queue *queue);

/* ---- points --------------------------------------------------------------------- */

/* weight points for each per_ms of time; rounded down. */
static int64_t points_for(uint64_t open_ms, uint32_t weight, uint32_t per_ms)
{
    uint64_t whole = open_ms / per_ms * weight * (uint64_t)URGENCY_POINT;
    return (int64_t)(whole + open_ms % per_ms * weight * (uint64_t)URGENCY_POINT / per_ms);
}

static int64_t slack_points(const struct config_order *order, uint64_t open_ms)
{
    return order->service_level_ms != 0 ? points_for(open_ms, order->slack, order->service_level_ms) : 0;
}

static int64_t time_points(const struct config_order *order, uint64_t open_ms)
{
    return slack_points(order, open_ms) + points_for(open_ms, order->age, HOUR_MS);
}

static int64_t value_points(const struct config_order *order, uint32_t value)
{
    return (int64_t)order->value * value * URGENCY_POINT / 1000;
}

static int64_t brought_points(const struct config_order *order, uint32_t priority, uint32_t value)
{
    return (int64_t)order->priority * priority * URGENCY_POINT + value_points(order, value);
}

/* ---- calendars -------------------------------------------------------------------- */

uint64_t calendar_open_ms(const struct calendar *calendar, uint64_t at_ms)
{
    if (!calendar)
        return at_ms;
    uint32_t from = 0, to = calendar->count;   /* the first that closes after at_ms */
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (calendar->open[middle].close_ms > at_ms)
            to = middle;
        else
            from = middle + 1;
    }
    if (from == calendar->count)
        return calendar->open_before_ms[from] + (at_ms - calendar->open[from - 1].close_ms);
    const struct config_interval *next = &calendar->open[from];
    return calendar->open_before_ms[from] + (at_ms > next->open_ms ? at_ms - next->open_ms : 0);
}

static void free_calendars(struct core *core)
{
    for (uint32_t i = 0; core->calendars && core->calendars[i].open_before_ms; i++)
        free(core->calendars[i].open_before_ms);
    free(core->calendars);
    core->calendars = NULL;
}

/* One for each team of the rules; behind the last one without times. */
static void link_calendars(struct core *core)
{
    const struct core_config *config = core->config;
    core->calendars = calloc(config->team_count + 1u, sizeof *core->calendars);
    if (!core->calendars)
        abort();   /* a few words per team: part of having rules */
    for (uint32_t i = 0; i < config->team_count; i++) {
        const struct config_team *team = &config->teams[i];
        struct calendar *calendar = &core->calendars[i];
        *calendar = (struct calendar){.open = team->open, .count = team->open_count, .open_before_ms = calloc(team->open_count + 1u, sizeof(uint64_t))};
        if (!calendar->open_before_ms)
            abort();
        for (uint32_t k = 0; k < team->open_count; k++)
            calendar->open_before_ms[k + 1] = calendar->open_before_ms[k] + (team->open[k].close_ms - team->open[k].open_ms);
    }
}

/* NULL: all time counts. */
static const struct calendar *calendar_of(struct core *core, const struct config_order *order)
{
    for (uint32_t i = 0; order && order->hours_of[0] != '\0' && i < core->config->team_count; i++) {
        if (strcmp(core->config->teams[i].name, order->hours_of) == 0)
            return core->config->teams[i].open_count > 0 ? &core->calendars[i] : NULL;
    }
    return NULL;
}

void urgency_link(struct core *core)
{
    struct queues *queues = &core->queues;
    queues->weighs = core->config->order;
    free_calendars(core);
    if (queues->weighs)
        link_calendars(core);
    queues->calendar = calendar_of(core, queues->weighs);
    for (uint32_t i = 0; i < core->names.count; i++) {
        if (queues->list[i])
            link_queue(core, queues->list[i]);
    }
}

static void link_queue(struct core *core, struct queue *queue)
{
    const char *name = names_text(&core->names, queue->name);
    queue->weighs = core->queues.weighs;
    queue->calendar = core->queues.calendar;
    queue->clock.is_known = false;
    for (uint32_t i = 0; i < core->config->queue_count; i++) {
        const struct config_queue *own = &core->config->queues[i];
        if (own->order && strcmp(own->name, name) == 0) {
            queue->weighs = own->order;
            queue->calendar = calendar_of(core, own->order);
        }
    }
}

void urgency_fini(struct core *core)
{
    free_calendars(core);
}

/* ---- leads --------------------------------------------------------------------------- */

void urgency_leave_all(struct core *core)
{
    uint32_t index = 0;
    for (struct lead *lead; (lead = lead_table_next(&core->leads, &index)) != NULL; index++) {
        if (lead->state == LEAD_WAITING)
            lead_leave_queue(core, lead);
    }
}

void urgency_join_all(struct core *core)
{
    uint32_t index = 0;
    for (struct lead *lead; (lead = lead_table_next(&core->leads, &index)) != NULL; index++) {
        if (lead->state == LEAD_WAITING)
            lead_join_queue(core, lead);
    }
}

uint64_t urgency_from_ms(const struct lead *lead)
{
    return lead->extra && lead->extra->waits_from_ms > lead->received_ms ? lead->extra->waits_from_ms : lead->received_ms;
}

int64_t urgency_standing(const struct lead *lead)
{
    const struct queue *queue = lead->demand->of_queue;
    int64_t head_start = opening_head_start(&lead->demand->needs);
    if (!queue->weighs)
        return head_start + lead->priority;
    return head_start + brought_points(queue->weighs, lead->priority, lead_value(lead)) - time_points(queue->weighs, calendar_open_ms(queue->calendar, urgency_from_ms(lead)));
}

/* Of a queue that weighs. */
static void ask_clock(const struct core *core, struct queue *queue)
{
    if (queue->clock.is_known && queue->clock.at_ms == core->now_ms)
        return;
    queue->clock.is_known = true;
    queue->clock.at_ms = core->now_ms;
    queue->clock.open_ms = calendar_open_ms(queue->calendar, core->now_ms);
    queue->clock.points = time_points(queue->weighs, queue->clock.open_ms);
}

static bool is_over_age(const struct core *core, const struct lead *lead)
{
    struct queue *queue = lead->demand->of_queue;
    if (!queue->weighs || queue->weighs->age_cap_ms == 0)
        return false;
    ask_clock(core, queue);
    return queue->clock.open_ms - calendar_open_ms(queue->calendar, urgency_from_ms(lead)) >= queue->weighs->age_cap_ms;
}

struct lead_rank urgency_rank(const struct core *core, const struct lead *lead)
{
    struct queue *queue = lead->demand->of_queue;
    struct lead_rank rank = lead_rank_of(lead);
    if (is_over_age(core, lead))
        return (struct lead_rank){URGENCY_OVER_AGE, urgency_from_ms(lead), lead->id.number};
    if (queue->weighs) {
        ask_clock(core, queue);
        rank.urgency += queue->clock.points;
    }
    return rank;
}

static struct lead *of_age(const struct avl_node *node)
{
    return AVL_ENTRY(node, struct lead_extra, by_age)->lead;
}

/* The first over its queue's age cap, where that is all who are over it before any who is not. */
static struct lead *first_over_age(const struct core *core, const struct demand_class *demand)
{
    const struct avl_node *oldest = avl_first(&demand->by_age);
    return oldest && is_over_age(core, of_age(oldest)) ? of_age(oldest) : NULL;
}

struct lead_rank urgency_first(const struct core *core, const struct demand_class *demand)
{
    const struct lead *over = first_over_age(core, demand);
    if (over)
        return urgency_rank(core, over);
    struct lead_rank rank = core->classes.demand_first[demand->index];
    if (demand->of_queue->weighs) {
        ask_clock(core, demand->of_queue);
        rank.urgency += demand->of_queue->clock.points;
    }
    return rank;
}

static struct lead *not_over_age_from(const struct core *core, const struct avl_node *node)
{
    while (node && is_over_age(core, AVL_ENTRY(node, struct lead, order)))
        node = avl_next(node);
    return node ? AVL_ENTRY(node, struct lead, order) : NULL;
}

struct lead *urgency_next(const struct core *core, const struct demand_class *demand, const struct lead *lead)
{
    if (!lead) {
        struct lead *over = first_over_age(core, demand);
        return over ? over : not_over_age_from(core, avl_first(&demand->waiting));
    }
    if (!is_over_age(core, lead))
        return not_over_age_from(core, avl_next(&lead->order));
    const struct avl_node *older = avl_next(&lead->extra->by_age);
    return older && is_over_age(core, of_age(older)) ? of_age(older) : not_over_age_from(core, avl_first(&demand->waiting));
}

static uint32_t position_for_rep(const struct core *core, const struct lead *lead)
{
    const struct lead_rank rank = urgency_rank(core, lead);
    uint32_t position = 1;
    for (const struct avl_node *node = avl_first(&core->reps.reps[lead->extra->preferred_rep]->preferred); node && position < POSITION_MAX; node = avl_next(node)) {
        struct lead_rank other = urgency_rank(core, AVL_ENTRY(node, struct lead, order));
        position += lead_rank_compare(&other, &rank) < 0;
    }
    return position;
}

uint32_t urgency_position(const struct core *core, const struct lead *lead)
{
    uint32_t position = 1;
    if (lead_is_preferring(lead))
        return position_for_rep(core, lead);
    bool is_over = is_over_age(core, lead);
    const struct avl_node *older = is_over ? avl_prev(&lead->extra->by_age) : avl_first(&lead->demand->by_age);
    for (; older && position < POSITION_MAX && is_over_age(core, of_age(older)); older = is_over ? avl_prev(older) : avl_next(older))
        position++;
    const struct avl_node *node = is_over ? NULL : avl_prev(&lead->order);
    for (uint32_t seen = 0; node && position < POSITION_MAX && seen < POSITION_MAX; node = avl_prev(node), seen++)
        position += !is_over_age(core, AVL_ENTRY(node, struct lead, order));
    return position;
}

void urgency_age_insert(struct lead *lead)
{
    const struct queue *queue = lead->demand->of_queue;
    if (!queue->weighs || queue->weighs->age_cap_ms == 0)
        return;
    lead_extra_of(lead)->by_age = (struct avl_node){0};
    avl_insert(&lead->demand->by_age, &lead->extra->by_age);
}

void urgency_age_remove(struct lead *lead)
{
    if (lead->extra && avl_contains(&lead->extra->by_age))
        avl_remove(&lead->demand->by_age, &lead->extra->by_age);
}

/* ---- words ---------------------------------------------------------------------------- */

static void put_points(char *text, size_t size, const char *name, int64_t points)
{
    size_t used = strlen(text);
    long long tenths = (long long)(points / (URGENCY_POINT / 16)) * 10 / 16;
    snprintf(text + used, size - used, "%s %lld.%lld", name, tenths / 10, tenths % 10);
}

uint64_t urgency_settled_ms(const struct lead *lead)
{
    const struct lead_extra *extra = lead->extra;
    uint64_t settled_ms = extra && extra->person && extra->person->contact_count > 0 ? person_heard_ms(lead) : 0;
    for (uint32_t i = 0; extra && extra->acts && i < extra->acts->count; i++) {
        const struct act_note *act = &extra->acts->list[i];
        if ((act->cause == CAUSE_PRIORITISED || act->cause == CAUSE_MERGED || act->cause == CAUSE_PARTED) && act->at_ms > settled_ms)
            settled_ms = act->at_ms;
    }
    return settled_ms;
}

struct urgency_subject urgency_subject_of(const struct lead *lead)
{
    return (struct urgency_subject){lead->demand->of_queue, lead->priority, lead_value(lead), urgency_from_ms(lead)};
}

void urgency_write(const struct urgency_subject *subject, uint64_t at_ms, char text[URGENCY_TEXT_MAX])
{
    const struct config_order *order = subject->queue->weighs;
    text[0] = '\0';
    if (!order)
        return;
    const struct calendar *calendar = subject->queue->calendar;
    const uint64_t from_ms = calendar_open_ms(calendar, subject->from_ms), now_ms = calendar_open_ms(calendar, at_ms);
    const uint64_t waited_ms = now_ms > from_ms ? now_ms - from_ms : 0;
    if (order->age_cap_ms != 0 && waited_ms >= order->age_cap_ms) {
        snprintf(text, URGENCY_TEXT_MAX, "waited %llu s, over the cap of %u s", (unsigned long long)(waited_ms / 1000), order->age_cap_ms / 1000);
        return;
    }
    const int64_t brought = brought_points(order, subject->priority, subject->value);
    put_points(text, URGENCY_TEXT_MAX, "urgency", brought + time_points(order, now_ms) - time_points(order, from_ms));
    put_points(text, URGENCY_TEXT_MAX, ": priority", brought - value_points(order, subject->value));
    if (order->value != 0)
        put_points(text, URGENCY_TEXT_MAX, ", value", value_points(order, subject->value));
    if (order->service_level_ms != 0)
        put_points(text, URGENCY_TEXT_MAX, ", slack", slack_points(order, now_ms) - slack_points(order, from_ms));
    put_points(text, URGENCY_TEXT_MAX, ", age", points_for(now_ms, order->age, HOUR_MS) - points_for(from_ms, order->age, HOUR_MS));
}
