/* SPDX-License-Identifier: Apache-2.0 */
#include "queue_run.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue_calendar.h"
#include "queue_desk.h"
#include "queue_random.h"

enum lead_place { PLACE_FREE, PLACE_WAITS, PLACE_HANDLED };

/* A lead in the system; free ones are linked by next_free. */
struct queue_lead {
    enum lead_place place;
    uint64_t number;
    double arrived_s, handling_s, patience_s;
    struct desk_id id;
    uint32_t class_number, rep, next_free;
};

struct replication {
    const struct queue_scenario *scenario;
    const struct queue_observer *observer;
    uint32_t number;
    struct queue_random random;
    struct queue_calendar calendar;
    struct queue_desk desk;
    struct queue_tally tally;
    struct queue_lead *leads;
    uint32_t lead_count, first_free;    /* first_free: lead_count when none */
    uint32_t in_system, busy;
    uint64_t arrived, unsettled;        /* unsettled: measured, and still waiting */
    double now_s;
    bool measures_time;
};

static void run_one(struct replication *run);
static void pass_time(struct replication *run, double to_s);
static void arrive(struct replication *run);
static void let_in(struct replication *run, const struct queue_lead *lead);
static void leave_when_handled(struct replication *run, const struct queue_event *event);
static void give_up(struct replication *run, const struct queue_event *event);
static void note_begun(struct replication *run);

bool queue_run(const struct queue_scenario *scenario, const struct queue_observer *observer, struct queue_result *out)
{
    struct queue_tally tallies[QUEUE_REPLICATIONS_MAX];
    *out = (struct queue_result){0};
    for (uint32_t i = 0; i < scenario->replications; i++) {
        struct replication run = {.scenario = scenario, .observer = observer, .number = i};
        run_one(&run);
        tallies[i] = run.tally;
        if (run.desk.fault[0] != '\0') {
            memcpy(out->fault, run.desk.fault, sizeof out->fault);
            return false;
        }
        queue_tally_add(&out->total, &run.tally);
    }
    for (int figure = 0; figure < QUEUE_FIGURES; figure++)
        out->figures[figure] = queue_stats_figure((enum queue_figure)figure, tallies, scenario->replications, scenario->reps);
    return true;
}

static bool goes_on(const struct replication *run)
{
    bool all_arrived = run->arrived >= run->scenario->warm_up + run->scenario->arrivals;
    return run->desk.fault[0] == '\0' && (!all_arrived || run->unsettled > 0);
}

static void run_one(struct replication *run)
{
    struct queue_event event;
    run->random = queue_random_open(run->scenario->seed, run->number);
    queue_calendar_init(&run->calendar);
    queue_desk_open(&run->desk, run->scenario);
    double first_s = queue_random_exponential(&run->random.arrivals, 3600 / run->scenario->per_hour);
    queue_calendar_add(&run->calendar, &(struct queue_event){.at_s = first_s, .kind = QUEUE_ARRIVAL});
    while (goes_on(run) && queue_calendar_take(&run->calendar, &event)) {
        pass_time(run, event.at_s);
        switch (event.kind) {
        case QUEUE_ARRIVAL: arrive(run); break;
        case QUEUE_HANDLED: leave_when_handled(run, &event); break;
        case QUEUE_PATIENCE_OVER: give_up(run, &event); break;
        }
    }
    queue_desk_close(&run->desk);
    queue_calendar_fini(&run->calendar);
    free(run->leads);
}

static void pass_time(struct replication *run, double to_s)
{
    if (run->measures_time) {
        run->tally.span_s += to_s - run->now_s;
        run->tally.busy_s += (to_s - run->now_s) * run->busy;
    }
    run->now_s = to_s;
}

/* ---- leads in the system ---- */

static uint32_t add_lead(struct replication *run, const struct queue_lead *lead)
{
    if (run->first_free == run->lead_count) {
        uint32_t more = run->lead_count > 0 ? run->lead_count * 2 : 64;
        run->leads = realloc(run->leads, more * sizeof *run->leads);
        assert(run->leads);
        for (; run->lead_count < more; run->lead_count++)
            run->leads[run->lead_count] = (struct queue_lead){.next_free = run->lead_count + 1};
    }
    uint32_t slot = run->first_free;
    run->first_free = run->leads[slot].next_free;
    run->leads[slot] = *lead;
    run->in_system++;
    return slot;
}

static void remove_lead(struct replication *run, uint32_t slot)
{
    run->leads[slot] = (struct queue_lead){.next_free = run->first_free};
    run->first_free = slot;
    run->in_system--;
}

static bool is_measured(const struct replication *run, uint64_t lead)
{
    return lead >= run->scenario->warm_up && lead < run->scenario->warm_up + run->scenario->arrivals;
}

static void tell_end(const struct replication *run, uint64_t lead, enum queue_fate fate, double wait_s)
{
    if (run->observer)
        run->observer->ended(run->observer->context, run->number, &(struct queue_end){lead, fate, wait_s});
}

/* ---- events ---- */

/* All chances of a lead are drawn here, in the order of arrival, whether it needs them or not. */
static void arrive(struct replication *run)
{
    const struct queue_scenario *scenario = run->scenario;
    struct queue_lead lead = {.place = PLACE_WAITS, .number = run->arrived++, .arrived_s = run->now_s};
    double next_s = run->now_s + queue_random_exponential(&run->random.arrivals, 3600 / scenario->per_hour);
    lead.handling_s = queue_random_exponential(&run->random.handling, scenario->handling_s);
    lead.patience_s = queue_random_exponential(&run->random.patience, scenario->patience_s);
    lead.class_number = (uint32_t)sim_random_below(&run->random.classes, scenario->classes);
    bool measured = is_measured(run, lead.number);
    bool blocked = scenario->room != QUEUE_NO_LIMIT && run->in_system >= scenario->reps + scenario->room;

    queue_calendar_add(&run->calendar, &(struct queue_event){.at_s = next_s, .kind = QUEUE_ARRIVAL});
    run->measures_time = measured && is_measured(run, lead.number + 1);
    run->tally.arrivals += measured;
    run->tally.blocked += measured && blocked;
    if (!blocked)
        let_in(run, &lead);
    else if (measured)
        tell_end(run, lead.number, QUEUE_IS_BLOCKED, 0);
}

static void let_in(struct replication *run, const struct queue_lead *lead)
{
    bool measured = is_measured(run, lead->number);
    uint32_t slot = add_lead(run, lead);
    run->tally.admitted += measured;
    run->unsettled += measured;
    run->leads[slot].id = queue_desk_publish(&run->desk, run->now_s, lead->class_number, slot);
    note_begun(run);
    if (run->leads[slot].place != PLACE_WAITS)
        return;
    run->tally.waited += measured;
    if (run->scenario->patience_s > 0)
        queue_calendar_add(&run->calendar, &(struct queue_event){.at_s = run->now_s + lead->patience_s, .kind = QUEUE_PATIENCE_OVER,
                                                                 .slot = slot, .lead = lead->number});
}

static void note_begun(struct replication *run)
{
    for (uint32_t i = 0; i < run->desk.begun_count; i++) {
        const struct queue_begun *begun = &run->desk.begun[i];
        struct queue_lead *lead = &run->leads[begun->slot];
        double wait_s = run->now_s - lead->arrived_s;
        assert(lead->place == PLACE_WAITS);
        lead->place = PLACE_HANDLED;
        lead->rep = begun->rep;
        run->busy++;
        queue_calendar_add(&run->calendar, &(struct queue_event){.at_s = run->now_s + lead->handling_s, .kind = QUEUE_HANDLED,
                                                                 .slot = begun->slot, .lead = lead->number});
        if (!is_measured(run, lead->number))
            continue;
        run->unsettled--;
        run->tally.answered++;
        run->tally.within += wait_s <= run->scenario->within_s;
        run->tally.wait_s += wait_s;
        tell_end(run, lead->number, QUEUE_IS_ANSWERED, wait_s);
    }
}

static void leave_when_handled(struct replication *run, const struct queue_event *event)
{
    struct queue_lead lead = run->leads[event->slot];
    remove_lead(run, event->slot);
    run->busy--;
    queue_desk_complete(&run->desk, run->now_s, lead.id, lead.rep);
    note_begun(run);
}

static void give_up(struct replication *run, const struct queue_event *event)
{
    struct queue_lead lead = run->leads[event->slot];
    if (lead.place != PLACE_WAITS || lead.number != event->lead)
        return;   /* begun in time */
    remove_lead(run, event->slot);
    queue_desk_cancel(&run->desk, run->now_s, lead.id);
    note_begun(run);
    if (!is_measured(run, lead.number))
        return;
    double wait_s = run->now_s - lead.arrived_s;
    run->unsettled--;
    run->tally.abandoned++;
    run->tally.wait_s += wait_s;
    tell_end(run, lead.number, QUEUE_IS_ABANDONED, wait_s);
}
