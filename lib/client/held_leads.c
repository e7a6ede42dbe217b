/* SPDX-License-Identifier: Apache-2.0 */
#include "held_leads.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const char *text);
static struct held_lead *find(struct held_leads *held, const char *lead_id);
static struct held_lead *add(struct held_leads *held, const char *lead_id);

void held_leads_fini(struct held_leads *held)
{
    free(held->items);
    *held = (struct held_leads){0};
}

void held_leads_begin_session(struct held_leads *held)
{
    held->session++;
}

void held_leads_end_snapshot(struct held_leads *held)
{
    for (uint32_t i = 0; i < held->count;) {
        if (held->items[i].told_in == held->session)
            i++;
        else
            held->items[i] = held->items[--held->count];
    }
}

bool held_leads_tell(struct held_leads *held, const char *lead_id, uint32_t offer_number, lw_lead_state state, int contacts)
{
    struct held_lead *lead = find(held, lead_id);
    if (lead && lead->offer_number == offer_number && lead->state == state && lead->told_in == held->session &&
        (contacts == HELD_CONTACTS_UNTOLD || contacts == lead->contacts))
        return false;
    if (!lead)
        lead = add(held, lead_id);
    if (lead) {
        lead->offer_number = offer_number;
        lead->state = state;
        lead->contacts = contacts == HELD_CONTACTS_UNTOLD ? lead->contacts : contacts;
        lead->told_in = held->session;
    }
    return true;
}

void held_leads_forget(struct held_leads *held, const char *lead_id, uint32_t offer_number)
{
    struct held_lead *lead = find(held, lead_id);
    if (lead && (offer_number == 0 || offer_number == lead->offer_number))
        *lead = held->items[--held->count];
}

/* FNV-1a: only a filter before the comparison. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

static struct held_lead *find(struct held_leads *held, const char *lead_id)
{
    uint64_t hash = hash_of(lead_id);
    for (uint32_t i = 0; i < held->count; i++) {
        if (held->items[i].hash == hash && strcmp(held->items[i].lead_id, lead_id) == 0)
            return &held->items[i];
    }
    return NULL;
}

/* NULL when full, without memory, or for an id that no broker makes. */
static struct held_lead *add(struct held_leads *held, const char *lead_id)
{
    size_t size = strlen(lead_id) + 1;
    if (size > LW_LEAD_ID_TEXT_MAX || held->count == HELD_LEADS_MAX)
        return NULL;
    if (held->count == held->capacity) {
        uint32_t capacity = held->capacity ? 2 * held->capacity : 16;
        struct held_lead *items = realloc(held->items, capacity * sizeof *items);
        if (!items)
            return NULL;
        held->items = items;
        held->capacity = capacity;
    }
    struct held_lead *lead = &held->items[held->count++];
    *lead = (struct held_lead){.hash = hash_of(lead_id)};
    memcpy(lead->lead_id, lead_id, size);
    return lead;
}
