/* SPDX-License-Identifier: Apache-2.0
 *
 * Ended leads that are kept for a while, and opened again.
 */
#include "slow_desk_internal.h"

enum { COUNTED_AS = 1024, LIVES = 15 };

static uint64_t counted(const struct slow_lead *lead)
{
    uint64_t bytes = COUNTED_AS + lead->payload_size;
    for (uint32_t i = 0; i < lead->contact_count; i++)
        bytes += lead->contacts[i].size;
    return bytes;
}

static struct slow_lead *first_kept(struct slow_desk *desk)
{
    struct slow_lead *first = NULL;
    for (int i = 0; i < desk->lead_count; i++) {
        struct slow_lead *lead = &desk->leads[i];
        if (lead->kept_at > 0 && (!first || lead->kept_at < first->kept_at))
            first = lead;
    }
    return first;
}

static uint64_t kept_bytes(const struct slow_desk *desk)
{
    uint64_t bytes = 0;
    for (int i = 0; i < desk->lead_count; i++)
        bytes += desk->leads[i].kept_at > 0 ? counted(&desk->leads[i]) : 0;
    return bytes;
}

void keep_ended(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause)
{
    const uint64_t most = desk->limits.reopen_bytes_max;
    const bool wanted = desk->rules->reopen_for_ms > 0 && cause != CAUSE_TEST_LEAD && counted(lead) <= most &&
                        lead->lives < LIVES;
    for (struct slow_lead *first; (first = first_kept(desk)) != NULL;) {
        if (desk->now_ms - first->ended_ms <= desk->rules->reopen_for_ms && kept_bytes(desk) + (wanted ? counted(lead) : 0) <= most)
            break;
        first->kept_at = 0;
    }
    if (!wanted)
        return;
    lead->kept_at = ++desk->kept_count;
    lead->ended_ms = desk->now_ms;
}

struct slow_lead *find_kept(struct slow_desk *desk, struct desk_id id)
{
    for (int i = 0; i < desk->lead_count; i++) {
        if (desk->leads[i].kept_at > 0 && desk_id_equal(desk->leads[i].id, id))
            return &desk->leads[i];
    }
    return NULL;
}

void begin_anew(struct slow_desk *desk, struct slow_lead *lead, bool waits_from_now)
{
    lead->open = true;
    lead->kept_at = 0;
    lead->lives++;
    lead->rep = -1;
    lead->charged = lead->offers_made = lead->call_backs = 0;
    forget_refusals(lead);
    lead->preferred = -1;
    lead->preferred_until_ms = lead->preferred_for_ms = 0;
    lead->touch_ms = lead->nudge_ms = 0;
    lead->call_back |= lead->channel == LW_CHANNEL_PHONE;
    lead->woken_ms = waits_from_now ? desk->now_ms : lead->woken_ms;
    lead->wait_deadline_ms = desk->now_ms + channel_of(desk, lead->channel)->wait_limit_ms;
    if (lead->appointment_ms <= desk->now_ms) {
        lead->appointment_ms = 0;
        lead->place[0] = '\0';
    }
    for (int i = 0; i < desk->seen_count; i++) {
        if (desk->seen[i].kind == 'p' && desk_id_equal(desk->seen[i].lead, lead->id))
            desk->seen[i].end = LEAD_NONE;
    }
}

enum core_status reopen(struct slow_desk *desk, struct desk_id id)
{
    struct slow_lead *lead = find_kept(desk, id);
    if (id.epoch > desk->epoch || id.number > desk->next_number)
        return CORE_NOT_FOUND;
    if (!lead || lead->state == LEAD_MERGED || desk->rules->reopen_for_ms == 0 || desk->now_ms - lead->ended_ms > desk->rules->reopen_for_ms)
        return CORE_REJECTED;
    if (open_count(desk) >= (int)desk->limits.leads_max)
        return CORE_BUSY;
    begin_anew(desk, lead, true);
    lead->acts_since++;
    move(desk, lead, LEAD_WAITING, CAUSE_REOPENED, -1, lead->wait_deadline_ms, "");
    return CORE_ACCEPTED;
}
