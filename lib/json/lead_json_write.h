/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_json_write - a lead as JSON, with the names of struct lw_lead. lead_json_read gives the same lead back.
 */
#ifndef LEAD_JSON_WRITE_H
#define LEAD_JSON_WRITE_H

#include <jansson.h>
#include <leadwire/lead.h>

/* Absent fields are left out; of attributes with one name the last is written. The caller's reference; NULL without memory. */
json_t *lead_json_write(const struct lw_lead *lead);

#endif
