/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_json_read - leads written as JSON, for `leadwire publish --file`; what lead_json_write wrote.
 *
 * An object, or a list of objects that a load takes in turn:
 *
 *   {"channel": "web", "source": "contact-form", "full_name": "...", "language": "it",
 *    "phones": ["+39..."], "emails": ["..."], "subject": "...", "attributes": {"budget": "10000"}}
 *
 * Keys are the names of struct lw_lead. A phone may also be an object of e164, raw, kind, region; an email one of address
 * and key. Threads: one owner.
 */
#ifndef LEAD_JSON_READ_H
#define LEAD_JSON_READ_H

#include <jansson.h>
#include <leadwire/lead.h>
#include <stddef.h>

struct lead_json;

/* path "-": standard input. NULL with what is wrong in error. */
struct lead_json *lead_json_open(const char *path, char *error, size_t error_size);
/* Of a value that stands elsewhere: one lead, or a list. Takes its own reference. */
struct lead_json *lead_json_from_value(json_t *value, char *error, size_t error_size);
void lead_json_close(struct lead_json **leads);
size_t lead_json_count(const struct lead_json *leads);   /* 1 or more */
/* Borrowed from leads. */
const struct lw_lead *lead_json_at(const struct lead_json *leads, size_t index);

/* "phone", "web"...; LW_CHANNEL_NONE for any other word. */
lw_channel lead_channel_parse(const char *name);

#endif
