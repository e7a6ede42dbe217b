/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_json - a lead as JSON, for people who check a mapping (--dry-run).
 */
#ifndef LEAD_JSON_H
#define LEAD_JSON_H

#include <leadwire/lead.h>

/* Indented UTF-8 with absent fields left out; free() it. NULL without memory. */
char *lead_to_json(const struct lw_lead *lead, const char *idempotency_id);

#endif
