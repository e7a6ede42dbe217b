/* SPDX-License-Identifier: Apache-2.0
 *
 * Limits of whole teams: the time of every lead that the desk took in, and of every one that a rep of the team was assigned.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>

static const struct config_team *team_named(const struct slow_desk *desk, const char *name)
{
    for (uint32_t i = 0; i < desk->rules->team_count; i++) {
        const struct config_team *team = &desk->rules->teams[i];
        if (strcmp(team->name, name) == 0 && (team->daily_cap > 0 || team->daily_share > 0))
            return team;
    }
    return NULL;
}

static const struct config_team *limited_team(const struct slow_desk *desk, int number)
{
    return number >= 0 && desk->reps[number].rules ? team_named(desk, desk->reps[number].rules->team) : NULL;
}

static struct slow_limit *book_of(const struct slow_desk *desk, const char *team)
{
    struct slow_limit *books = (struct slow_limit *)desk->limit_books;
    int at = 0;
    while (books[at].team[0] != '\0' && strcmp(books[at].team, team) != 0)
        assert(++at < LIMITS);
    strcpy(books[at].team, team);
    return &books[at];
}

static uint32_t since(const uint64_t *times, uint32_t count, uint64_t from_ms)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++)
        found += times[i] >= from_ms;
    return found;
}

static uint32_t open_of(const struct slow_desk *desk, const struct config_team *team)
{
    uint32_t count = 0;
    for (int i = 0; i < desk->lead_count; i++) {
        const struct slow_lead *lead = &desk->leads[i];
        if (!lead->open || (lead->state != LEAD_OFFERED && lead->state != LEAD_CONNECTING))
            continue;
        count += limited_team(desk, lead->rep) == team;
        for (uint32_t k = 0; k < lead->other_count; k++)
            count += limited_team(desk, lead->others[k].rep) == team;
    }
    return count;
}

const char *team_rule_against(const struct slow_desk *desk, int number)
{
    const struct config_team *team = limited_team(desk, number);
    if (!team)
        return NULL;
    const struct slow_limit *book = book_of(desk, team->name);
    uint64_t day_ms = slow_day_of(team, book->look_ms);
    uint64_t counted = since(book->counted_ms, book->counted_count, day_ms) + open_of(desk, team);
    uint64_t taken_in = since(book->taken_ms, book->taken_count, day_ms);
    if (team->daily_cap > 0 && counted >= team->daily_cap)
        return "team_cap";
    return team->daily_share > 0 && (counted + 1) * 100 > taken_in * team->daily_share ? "team_share" : NULL;
}

void look_at_team(struct slow_desk *desk, int number)
{
    const struct config_team *team = limited_team(desk, number);
    if (team)
        book_of(desk, team->name)->look_ms = desk->now_ms;
}

void count_for_team(struct slow_desk *desk, int number)
{
    const struct config_team *team = limited_team(desk, number);
    if (!team)
        return;
    struct slow_limit *book = book_of(desk, team->name);
    assert(book->counted_count < LEADS);
    book->counted_ms[book->counted_count++] = desk->now_ms;
}

void take_in(struct slow_desk *desk)
{
    for (uint32_t i = 0; i < desk->rules->team_count; i++) {
        if (desk->rules->teams[i].daily_share == 0)
            continue;
        struct slow_limit *book = book_of(desk, desk->rules->teams[i].name);
        assert(book->taken_count < LEADS);
        book->taken_ms[book->taken_count++] = book->look_ms = desk->now_ms;
    }
}

/* New rules: what is not counted by them is forgotten. */
void take_limits(struct slow_desk *desk)
{
    for (int i = 0; i < LIMITS; i++) {
        struct slow_limit *book = &desk->limit_books[i];
        const struct config_team *team = team_named(desk, book->team);
        book->look_ms = desk->now_ms;
        if (!team)
            book->counted_count = 0;
        if (!team || team->daily_share == 0)
            book->taken_count = 0;
    }
    for (uint32_t i = 0; i < desk->rules->team_count; i++)
        book_of(desk, desk->rules->teams[i].name)->look_ms = desk->now_ms;
}

uint64_t limit_deadline(const struct slow_desk *desk, uint32_t team)
{
    const struct config_team *rules = &desk->rules->teams[team];
    if (rules->daily_cap == 0 && rules->daily_share == 0)
        return UINT64_MAX;
    return slow_next_day(rules, slow_day_of(rules, book_of(desk, rules->name)->look_ms));
}

void limit_due(struct slow_desk *desk, uint32_t team)
{
    book_of(desk, desk->rules->teams[team].name)->look_ms = desk->now_ms;
}
