/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_robot.h"

#include <stdio.h>
#include <string.h>

#define NEVER UINT64_MAX

uint64_t rep_robot_seed(uint64_t seed, const char *rep)
{
    for (; *rep != '\0'; rep++)
        seed = (seed ^ (unsigned char)*rep) * 0x100000001B3ULL;   /* FNV-1a */
    return seed != 0 ? seed : 1;
}

static uint64_t next_random(struct rep_robot *robot)   /* xorshift64*: the same on every machine */
{
    robot->seed ^= robot->seed >> 12;
    robot->seed ^= robot->seed << 25;
    robot->seed ^= robot->seed >> 27;
    return (robot->seed * 0x2545F4914F6CDD1DULL) >> 16;
}

static uint64_t about(struct rep_robot *robot, uint64_t ms)
{
    return ms == 0 ? 0 : ms / 2 + next_random(robot) % (ms + 1);
}

/* Where the desk has a table, a decline without one of its reasons is refused. */
static const char *decline_reason(const struct rep_robot *robot)
{
    return robot->decline_reason[0] != '\0' ? robot->decline_reason : "busy with other work";
}

static void learn_reasons(struct rep_robot *robot, const struct lw_choices *choices)
{
    const bool has_table = choices != NULL && choices->decline_reason_count > 0;
    snprintf(robot->decline_reason, sizeof robot->decline_reason, "%s", has_table ? choices->decline_reasons[0].name : "");
}

void rep_robot_react(struct rep_robot *robot, struct rep_desk *desk, const struct lw_rep_event *event, struct rep_item *item, uint64_t now_ms)
{
    /* Full: it declines in its own words, until it is welcome again. */
    if (event->kind == LW_REP_WELCOME && rep_desk_ask_choices(desk) != LW_OK)
        return;
    if (event->kind == LW_REP_CHOICES)
        learn_reasons(robot, event->choices);
    if (event->kind == LW_REP_STATUS && event->state == LW_REP_AWAY && !robot->stays_away) {
        /* Full tables are the only way to fail; the next status tries again. */
        if (rep_desk_set_state(desk, LW_REP_AVAILABLE, "") != LW_OK)
            return;
    }
    if (item == NULL || item->due_ms != 0)
        return;
    if (event->kind == LW_REP_OFFER && item->state == ITEM_OFFERED) {
        const bool is_ignored = next_random(robot) % 100 < robot->ignore_percent;
        item->due_ms = is_ignored || robot->is_paused ? NEVER : now_ms + about(robot, robot->think_ms);
    } else if (event->kind == LW_REP_HOLDING && item->state == ITEM_HELD && item->lead_state == LW_LEAD_ASSIGNED) {
        item->due_ms = robot->keeps_leads ? NEVER : now_ms + about(robot, robot->handle_ms);
    }
}

/* False when the library is full for now: tried again soon. */
static bool act_on(struct rep_robot *robot, struct rep_desk *desk, struct rep_item *item)
{
    if (item->state == ITEM_HELD)
        return rep_desk_complete(desk, item, &(struct lw_completion){.disposition = robot->disposition}) == LW_OK;
    if (item->state != ITEM_OFFERED)
        return true;
    if (next_random(robot) % 100 < robot->decline_percent)
        return rep_desk_decline(desk, item, decline_reason(robot)) == LW_OK;
    return rep_desk_accept(desk, item) == LW_OK;
}

int rep_robot_act(struct rep_robot *robot, struct rep_desk *desk, uint64_t now_ms, int limit_ms)
{
    uint64_t wait_ms = (uint64_t)limit_ms;
    for (size_t i = 0; i < desk->item_count; i++) {
        struct rep_item *item = &desk->items[i];
        if (item->due_ms == 0 || item->due_ms == NEVER)
            continue;
        if (item->due_ms <= now_ms)
            item->due_ms = act_on(robot, desk, item) ? 0 : now_ms + 10;
        if (item->due_ms > now_ms && item->due_ms - now_ms < wait_ms)
            wait_ms = item->due_ms - now_ms;
    }
    return (int)wait_ms;
}

/* What lies there in that state comes due after about that time, or never. */
static void reschedule(struct rep_robot *robot, struct rep_desk *desk, enum item_state state, bool is_held_up, uint64_t from_ms, uint64_t about_ms)
{
    for (size_t i = 0; i < desk->item_count; i++) {
        struct rep_item *item = &desk->items[i];
        if (item->state == state && item->due_ms != 0)   /* 0: a call that rings, or an act that is under way */
            item->due_ms = is_held_up ? NEVER : from_ms + about(robot, about_ms);
    }
}

bool rep_robot_obey(struct rep_robot *robot, struct rep_desk *desk, const char *word, uint64_t now_ms)
{
    if (strcmp(word, "pause") == 0 || strcmp(word, "go") == 0) {
        robot->is_paused = word[0] == 'p';
        reschedule(robot, desk, ITEM_OFFERED, robot->is_paused, now_ms, robot->think_ms);
    } else if (strcmp(word, "keep") == 0 || strcmp(word, "finish") == 0) {
        robot->keeps_leads = word[0] == 'k';
        reschedule(robot, desk, ITEM_HELD, robot->keeps_leads, now_ms, robot->handle_ms);
    } else if (strcmp(word, "decline") == 0) {
        for (size_t i = 0; i < desk->item_count; i++) {
            if (desk->items[i].state == ITEM_OFFERED)
                (void)rep_desk_decline(desk, &desk->items[i], decline_reason(robot));   /* full: it expires */
        }
    } else if (strcmp(word, "break") == 0 || strcmp(word, "ready") == 0) {
        (void)rep_desk_set_state(desk, word[0] == 'b' ? LW_REP_BREAK : LW_REP_AVAILABLE, "");
    } else {
        return false;
    }
    return true;
}
