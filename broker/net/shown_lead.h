/* SPDX-License-Identifier: Apache-2.0
 *
 * shown_lead - of a lead only what says nothing of whom it is about: channel, source, country, language, product, and
 * whether it is a test. A field that a later release adds stays hidden until it is named here.
 */
#ifndef SHOWN_LEAD_H
#define SHOWN_LEAD_H

#include <stddef.h>

#include "leadwire/v1/lead.pb-c.h"

struct shown_lead {
    Leadwire__V1__Lead lead;      /* borrows from whole */
    Leadwire__V1__Lead *whole;    /* NULL: it could not be read; then nothing is shown */
};

/* bytes: a packed lead. */
void shown_lead_init(struct shown_lead *shown, const void *bytes, size_t size);
void shown_lead_fini(struct shown_lead *shown);

#endif
