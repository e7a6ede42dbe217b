/* SPDX-License-Identifier: Apache-2.0
 *
 * Caps: every lead that counted is kept with its time.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>

enum { FIVE_MINUTES = 300000, TO_FORGET = 13 };

static const struct config_caps *caps_of(const struct slow_rep *rep)
{
    return rep->rules ? rep->rules->caps : NULL;
}

static bool is_capped(const struct config_caps *caps, const char *source)
{
    for (uint32_t i = 0; i < caps->source_count; i++) {
        if (strcmp(caps->sources[i].source, source) == 0)
            return true;
    }
    return false;
}

static const struct config_team *team_of(const struct slow_desk *desk, const struct slow_rep *rep)
{
    for (uint32_t i = 0; i < desk->rules->team_count; i++) {
        if (strcmp(desk->rules->teams[i].name, rep->rules->team) == 0)
            return &desk->rules->teams[i];
    }
    return NULL;
}

uint64_t slow_next_day(const struct config_team *team, uint64_t day_ms)
{
    for (uint32_t i = 0; i < team->day_count; i++) {
        if (team->days[i] > day_ms)
            return team->days[i];
    }
    return day_ms + 86400000;
}

uint64_t slow_day_of(const struct config_team *team, uint64_t now_ms)
{
    uint64_t day_ms = 0;
    while (slow_next_day(team, day_ms) <= now_ms)
        day_ms = slow_next_day(team, day_ms);
    return day_ms;
}

static uint32_t offered(const struct slow_desk *desk, int rep, const char *source)
{
    uint32_t count = 0;
    for (int i = 0; i < desk->lead_count; i++) {
        const struct slow_lead *lead = &desk->leads[i];
        count += lead->open && (lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING) && offer_of(lead, rep) > 0 &&
                 (!source || strcmp(lead->source, source) == 0);
    }
    return count;
}

static uint32_t in_hour(const struct slow_rep *rep, uint64_t now_ms)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < rep->counted_count; i++)
        count += rep->counted[i].at_ms / FIVE_MINUTES + TO_FORGET > now_ms / FIVE_MINUTES;
    return count;
}

static uint32_t in_day(const struct slow_desk *desk, const struct slow_rep *rep, const char *source, uint64_t now_ms)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < rep->counted_count; i++)
        count += rep->counted[i].at_ms >= slow_day_of(team_of(desk, rep), now_ms) && (!source || strcmp(rep->counted[i].source, source) == 0);
    return count;
}

/* As the last look left it. */
bool is_at_cap(const struct slow_desk *desk, int number, const char *source)
{
    const struct slow_rep *rep = &desk->reps[number];
    const struct config_caps *caps = caps_of(rep);
    if (!caps)
        return false;
    if (caps->per_hour > 0 && in_hour(rep, rep->caps_ms) + offered(desk, number, NULL) >= caps->per_hour)
        return true;
    if (caps->per_day > 0 && in_day(desk, rep, NULL, rep->caps_ms) + offered(desk, number, NULL) >= caps->per_day)
        return true;
    for (uint32_t i = 0; i < caps->source_count; i++) {
        const char *capped = caps->sources[i].source;
        if (strcmp(capped, source) == 0 && in_day(desk, rep, capped, rep->caps_ms) + offered(desk, number, capped) >= caps->sources[i].most)
            return true;
    }
    return false;
}

void look_at_caps(struct slow_desk *desk, int number)
{
    desk->reps[number].caps_ms = desk->now_ms;
}

void count_for_caps(struct slow_desk *desk, const struct slow_lead *lead)
{
    struct slow_rep *rep = &desk->reps[lead->rep];
    const struct config_caps *caps = caps_of(rep);
    if (!caps)
        return;
    assert(rep->counted_count < COUNTED);
    rep->counted[rep->counted_count].at_ms = desk->now_ms;
    strcpy(rep->counted[rep->counted_count++].source, is_capped(caps, lead->source) ? lead->source : "");
    look_at_caps(desk, lead->rep);
}

/* What is no longer counted is forgotten. */
void take_caps(struct slow_desk *desk, int number)
{
    struct slow_rep *rep = &desk->reps[number];
    const struct config_caps *caps = caps_of(rep);
    look_at_caps(desk, number);
    if (!caps)
        rep->counted_count = 0;
    for (uint32_t i = 0; i < rep->counted_count; i++) {
        if (!is_capped(caps, rep->counted[i].source))
            rep->counted[i].source[0] = '\0';
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The moment at which time alone takes it under a cap that it is at; UINT64_MAX: none. */
uint64_t caps_deadline(const struct slow_desk *desk, int number)
{
    const struct slow_rep *rep = &desk->reps[number];
    const struct config_caps *caps = caps_of(rep);
    uint64_t next_ms = UINT64_MAX;
    if (!caps)
        return next_ms;
    uint32_t all = offered(desk, number, NULL);
    if (caps->per_hour > 0 && all < caps->per_hour && in_hour(rep, rep->caps_ms) + all >= caps->per_hour) {
        next_ms = rep->caps_ms / FIVE_MINUTES * FIVE_MINUTES;
        while (in_hour(rep, next_ms) + all >= caps->per_hour)
            next_ms += FIVE_MINUTES;
    }
    const struct config_team *team = team_of(desk, rep);
    if (caps->per_day > 0 && all < caps->per_day && in_day(desk, rep, NULL, rep->caps_ms) + all >= caps->per_day)
        next_ms = earlier(next_ms, slow_next_day(team, slow_day_of(team, rep->caps_ms)));
    for (uint32_t i = 0; i < caps->source_count; i++) {
        const char *source = caps->sources[i].source;
        uint32_t its = offered(desk, number, source);
        if (its < caps->sources[i].most && in_day(desk, rep, source, rep->caps_ms) + its >= caps->sources[i].most)
            next_ms = earlier(next_ms, slow_next_day(team, slow_day_of(team, rep->caps_ms)));
    }
    return next_ms;
}
