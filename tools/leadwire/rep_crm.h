/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_crm - the link of a lead into the desk's CRM system, after a template as in leadwire-gateway.yaml(5). Threads: any; no state.
 */
#ifndef REP_CRM_H
#define REP_CRM_H

#include <leadwire/rep.h>
#include <stdbool.h>
#include <stddef.h>

enum { REP_CRM_SIZE = 1024 };

/* NULL: the template will do; else why not, in words for people. */
const char *rep_crm_check(const char *template);
/* Puts {lead}, {phone}, {email} and {name} into the template, percent-encoded: the first of the lead's and of its other contacts'. Of what is not known, and of
 * any other word, nothing. False: too long, out is "". */
bool rep_crm_link(char out[REP_CRM_SIZE], const char *template, const struct lw_rep_event *event);

#endif
