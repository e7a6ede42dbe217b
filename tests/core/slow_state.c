/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking things up in the desk: linear scans, nothing kept beside them.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>

void copy_text(char *to, struct core_text from)
{
    assert(from.size < TEXT);
    if (from.size > 0)
        memcpy(to, from.data, from.size);
    to[from.size] = '\0';
}

bool is_call(const struct slow_lead *lead)
{
    return lead->channel == LW_CHANNEL_PHONE && !lead->call_back;
}

bool prefers(const struct slow_lead *lead)
{
    return lead->state == LEAD_WAITING && lead->preferred >= 0;
}

bool held(const struct slow_lead *lead)
{
    return lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING || lead->state == LEAD_ASSIGNED;
}

uint32_t load_of(const struct slow_desk *desk, int rep)
{
    uint32_t load = 0;
    for (int i = 0; i < desk->lead_count; i++) {
        if (desk->leads[i].open && held(&desk->leads[i]) && offer_of(&desk->leads[i], rep) > 0)
            load += desk->leads[i].weight;
    }
    return load;
}

const struct config_channel *channel_of(const struct slow_desk *desk, uint8_t channel)
{
    return &desk->channels[channel];
}

struct slow_lead *find_lead(struct slow_desk *desk, struct desk_id id)
{
    for (int i = 0; i < desk->lead_count; i++) {
        if (desk->leads[i].open && desk_id_equal(desk->leads[i].id, id))
            return &desk->leads[i];
    }
    return NULL;
}

int find_session(const struct slow_desk *desk, uint64_t session)
{
    for (int i = 0; i < desk->rep_count; i++) {
        if (session != 0 && desk->reps[i].session == session)
            return i;
    }
    return -1;
}

int find_rep(const struct slow_desk *desk, const char *name)
{
    for (int i = 0; i < desk->rep_count; i++) {
        if (strcmp(desk->reps[i].name, name) == 0)
            return i;
    }
    return -1;
}
