/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_builder - makes one lw_lead out of what a source sent.
 *
 * Every text is cleaned on its way in (text_clean: UTF-8, NFC, control
 * characters out, length cap); phones and emails are normalised and doubles
 * dropped. What does not fit (a cap, a count, an unreadable number) never fails
 * the lead: it is cut or left out and a warning says so. Setting a field to
 * nothing but white space leaves it absent; the first value of a field wins.
 *
 * The whole lead stays below what one frame may carry: once LEAD_BUILDER_SIZE_MAX
 * bytes are used up, further values are left out with one warning. So set what
 * matters before the attributes.
 *
 * The result is the same for the same input, byte by byte: a repeat of a contact
 * must be equal to its first try. So nothing here may depend on the time.
 *
 * Memory: everything is copied into the builder's arena and lives until the
 * next init or fini. Threads: one owner.
 */
#ifndef LEAD_BUILDER_H
#define LEAD_BUILDER_H

#include <leadwire/lead.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum {
    LEAD_BUILDER_SIZE_MAX = 56 * 1024,   /* of all values; warnings come on top */
    LEAD_PHONE_RAW_MAX = 64,
    LEAD_WARNING_MAX = 160,
};

/* name in mappings, member of struct lw_lead, shape, size cap */
#define LEAD_FIELD_TABLE(X) \
    X(FULL_NAME, full_name, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(GIVEN_NAME, given_name, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(FAMILY_NAME, family_name, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(COMPANY, company, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(JOB_TITLE, job_title, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(COUNTRY, country, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(LANGUAGE, language, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(CITY, city, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(POSTAL_CODE, postal_code, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(REGION, region, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(SUBJECT, subject, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(SUMMARY, summary, TEXT_BLOCK, LW_LEAD_SUMMARY_MAX) \
    X(PRODUCT, product, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(CAMPAIGN, campaign, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(VENDOR_ID, vendor_id, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(MESSAGE_ID, message_id, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(CALL_ID, call_id, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(CALLED_NUMBER, called_number, TEXT_LINE, LW_LEAD_FIELD_MAX) \
    X(RAW_REF, raw_ref, TEXT_LINE, LW_LEAD_FIELD_MAX)

enum lead_field {
#define X(name, member, shape, size_max) LEAD_FIELD_##name,
    LEAD_FIELD_TABLE(X)
#undef X
    LEAD_FIELD_COUNT
};

/* "full_name"... as in LEAD_FIELD_TABLE. */
const char *lead_field_name(enum lead_field field);
/* LEAD_FIELD_COUNT when there is none of that name. */
enum lead_field lead_field_find(const char *name);

/* What a source says about all of its leads. Strings are borrowed for the builder's life; NULL and "" are absent. */
struct lead_defaults {
    lw_channel channel;
    const char *source;
    const char *region;     /* ISO 3166-1 alpha-2: how national phone numbers are read */
    const char *language;   /* of a lead that declares none */
};

struct lead_builder {
    struct arena arena;
    struct lw_lead lead;
    struct lead_defaults defaults;
    size_t used_bytes;
    bool full_warned;
    struct lw_lead_phone phones[LW_LEAD_PHONES_MAX];
    struct lw_lead_email emails[LW_LEAD_EMAILS_MAX];
    struct lw_lead_attribute attributes[LW_LEAD_ATTRIBUTES_MAX];
    struct lw_lead_consent consents[LW_LEAD_CONSENTS_MAX];
    struct lw_lead_attachment attachments[LW_LEAD_ATTACHMENTS_MAX];
    const char *references[LW_LEAD_REFERENCES_MAX];
    const char *warnings[LW_LEAD_WARNINGS_MAX];
};

/* Prepares memory the caller owns (large: not on a deep stack), zeroed before the first use. One that was not finished is used again, with
 * the memory it has; what it built goes. */
void lead_builder_init(struct lead_builder *builder, const struct lead_defaults *defaults);
/* A zeroed or finished builder is accepted. */
void lead_builder_fini(struct lead_builder *builder);

/* Sizes in bytes; the _text variants below take NUL-terminated strings, NULL is absent. */
void lead_builder_set(struct lead_builder *builder, enum lead_field field, const char *bytes, size_t size);
void lead_builder_set_text(struct lead_builder *builder, enum lead_field field, const char *text);
/* A phone number as written, or several with / ; , or | between. kind ("work"; NULL: by the number itself). No digits: kept as attribute "phone". */
void lead_builder_add_phone(struct lead_builder *builder, const char *bytes, size_t size, const char *kind);
/* An address as written, or several with marks or blanks between. Not an address: kept as attribute "email". */
void lead_builder_add_email(struct lead_builder *builder, const char *bytes, size_t size);
void lead_builder_add_attribute(struct lead_builder *builder, const char *name, const char *bytes, size_t size);
/* text may be NULL. */
void lead_builder_add_consent(struct lead_builder *builder, const char *purpose, bool granted,
                              int64_t given_unix_ms, const char *text);
/* Of a consent that was added: its words, when it has none yet; its time as written (seconds or milliseconds since 1970, or a date by RFC 3339; what is none
 * gives a warning). False: no consent of that purpose. */
LW_MUST_CHECK bool lead_builder_set_consent_text(struct lead_builder *builder, const char *purpose, const char *bytes, size_t size);
LW_MUST_CHECK bool lead_builder_set_consent_time(struct lead_builder *builder, const char *purpose, const char *written);
void lead_builder_add_attachment(struct lead_builder *builder, const char *file_name, const char *media_type,
                                 uint64_t size_bytes);
/* A message that was left. False, with nothing set: not an http or https address, or a longer one than LW_LEAD_URL_MAX. */
LW_MUST_CHECK bool lead_builder_set_recording(struct lead_builder *builder, const char *url, uint32_t duration_s);
/* The earlier contact that this one belongs to, by its idempotency id. No mapping may set it: what a form says cannot choose a lead. */
void lead_builder_set_follows(struct lead_builder *builder, const char *idempotency_id);
/* A Message-ID, with or without <>. */
void lead_builder_add_reference(struct lead_builder *builder, const char *message_id);
/* Words for the rep: what could not be understood. A repeat of the same words is dropped. */
void lead_builder_warn(struct lead_builder *builder, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lead_builder_set_test(struct lead_builder *builder, bool is_test);

/* Splits or joins the name, fills country and language from what is known, and checks that somebody can be
 * reached: a phone, an email, or a call that is still on the line (call_id). *lead_out lives in the builder.
 * Errors: LW_INVALID with *reason_out (static text, never personal data): the lead is to be refused, its raw
 * kept; LW_NO_MEMORY. */
LW_MUST_CHECK lw_status lead_builder_finish(struct lead_builder *builder, const struct lw_lead **lead_out,
                                            const char **reason_out);

#endif
