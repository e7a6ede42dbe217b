/* SPDX-License-Identifier: Apache-2.0
 *
 * web_body - a request's bytes -> fields -> lead, by the rules of its source.
 *
 * The same bytes under the same rules give the same lead, whether they have just come or
 * come out of the spool. Threads: one owner.
 */
#ifndef WEB_BODY_H
#define WEB_BODY_H

#include "input_fields.h"
#include "web_config.h"

enum web_body_kind { WEB_BODY_FORM, WEB_BODY_MULTIPART, WEB_BODY_JSON, WEB_BODY_KINDS };

struct web_body {
    enum web_body_kind kind;
    const char *content_type;   /* the whole header */
    const char *bytes;
    size_t size;
};

/* For people, and for the raw store. */
const char *web_body_suffix(enum web_body_kind kind);
const char *web_body_media_type(enum web_body_kind kind);
/* What the sender calls it. WEB_BODY_KINDS: none of ours. */
enum web_body_kind web_body_kind_of(const char *content_type);
/* The fields, without what the signature and the trap for robots stand in: these are used up. Release them. Errors as
 * input_fields_from_*; LW_INVALID too for a body without fields. */
LW_MUST_CHECK lw_status web_body_read(const struct web_source *source, const struct web_body *body, struct arena *arena,
                                      struct input_fields *out);
/* Errors, *reason_out as lead_builder_finish. The lead lives in the builder, which is initialised here: fini it in any case. */
LW_MUST_CHECK lw_status web_body_lead(const struct web_source *source, struct input_fields *fields, const char *raw_ref,
                                      struct lead_builder *builder, const struct lw_lead **lead_out, const char **reason_out);

/* The field that people do not see is filled in. */
bool web_body_is_of_robot(const struct web_source *source, const struct input_fields *fields);
/* The idempotency id: the configured field, else the sender's key (NULL or "": none), else a hash of the body. True: the
 * hash, so equal ids mean equal bytes. */
bool web_body_id(const struct web_source *source, const struct web_body *body, const struct input_fields *fields, const char *key,
                 char id[LW_IDEMPOTENCY_ID_MAX + 1]);

#endif
