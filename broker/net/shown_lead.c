/* SPDX-License-Identifier: Apache-2.0 */
#include "shown_lead.h"

void shown_lead_init(struct shown_lead *shown, const void *bytes, size_t size)
{
    leadwire__v1__lead__init(&shown->lead);
    shown->whole = leadwire__v1__lead__unpack(NULL, size, bytes);
    if (!shown->whole)
        return;
    shown->lead.channel = shown->whole->channel;
    shown->lead.source = shown->whole->source;
    shown->lead.country = shown->whole->country;
    shown->lead.language = shown->whole->language;
    shown->lead.product = shown->whole->product;
    shown->lead.is_test = shown->whole->is_test;
}

void shown_lead_fini(struct shown_lead *shown)
{
    if (shown->whole)
        leadwire__v1__lead__free_unpacked(shown->whole, NULL);
    shown->whole = NULL;
}
