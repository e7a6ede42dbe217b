/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_json - leads written as JSON, for `leadwire publish --file`.
 *
 * An object, or a list of objects that a load takes in turn:
 *
 *   {"channel": "web", "source": "contact-form", "full_name": "...", "language": "it",
 *    "phones": ["+39..."], "emails": ["..."], "subject": "...", "attributes": {"budget": "10000"}}
 *
 * Keys are the names of struct lw_lead. Threads: one owner.
 */
#ifndef LEAD_JSON_H
#define LEAD_JSON_H

#include <leadwire/lead.h>
#include <stddef.h>

struct lead_json;

/* path "-": standard input. NULL with what is wrong in error. */
struct lead_json *lead_json_open(const char *path, char *error, size_t error_size);
void lead_json_close(struct lead_json **leads);
size_t lead_json_count(const struct lead_json *leads);   /* 1 or more */
/* Borrowed from leads. */
const struct lw_lead *lead_json_at(const struct lead_json *leads, size_t index);

/* "phone", "web"...; LW_CHANNEL_NONE for any other word. */
lw_channel lead_channel_parse(const char *name);

#endif
