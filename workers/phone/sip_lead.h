/* SPDX-License-Identifier: Apache-2.0
 *
 * sip_lead - an INVITE -> a lead.
 */
#ifndef SIP_LEAD_H
#define SIP_LEAD_H

#include "lead_builder.h"
#include "sip_request.h"

/* Fills an initialised builder. trusted: P-Asserted-Identity is believed. Uses only what stays the same each time the
 * same INVITE comes. */
void sip_lead_fill(struct lead_builder *builder, const struct sip_request *request, bool trusted);
/* The number (or user) that was called: that of the Request-URI, else of To; "" if there is none. */
const char *sip_lead_called(const struct sip_request *request);

#endif
