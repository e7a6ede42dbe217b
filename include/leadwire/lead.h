/* SPDX-License-Identifier: Apache-2.0
 *
 * lead - one prospect's contact, as every channel gives it.
 *
 * A plain struct that the caller fills. Strings are NUL-terminated UTF-8; NULL
 * and "" both mean absent. Nothing here is owned: the pointers are borrowed for
 * the length of the call that takes the struct. Limits (sizes in bytes without
 * the NUL, counts in items) are checked when the lead is encoded.
 */
#ifndef LEADWIRE_LEAD_H
#define LEADWIRE_LEAD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers are those of leadwire.v1.Channel. */
typedef enum lw_channel {
    LW_CHANNEL_NONE = 0,
    LW_CHANNEL_PHONE = 1,
    LW_CHANNEL_WEB = 2,
    LW_CHANNEL_EMAIL = 3,
    LW_CHANNEL_IMPORT = 4,
    LW_CHANNEL_CHAT = 5,
} lw_channel;

enum {
    LW_CHANNEL_COUNT = 6,
    LW_LEAD_ID_TEXT_MAX = 36,         /* "<epoch>-<number>" with its NUL, e.g. "1mdq63-1042" */
    LW_NAME_MAX = 128,                /* a rep, skill, source, rule or desk name */
    LW_IDEMPOTENCY_ID_MAX = 256,
    LW_LEAD_FIELD_MAX = 512,          /* a single-line field */
    LW_LEAD_SUMMARY_MAX = 16384,
    LW_LEAD_PHONES_MAX = 8,
    LW_LEAD_EMAILS_MAX = 8,
    LW_LEAD_ATTRIBUTES_MAX = 64,
    LW_LEAD_ATTRIBUTE_VALUE_MAX = 2048,
    LW_LEAD_CONSENTS_MAX = 8,
    LW_LEAD_ATTACHMENTS_MAX = 32,
    LW_LEAD_WARNINGS_MAX = 16,
    LW_LEAD_REFERENCES_MAX = 16,
    LW_LEAD_URL_MAX = 1024,
};

/* "phone", "web", "email", "import", "chat"; "none" for any other number. */
const char *lw_channel_name(lw_channel channel);

struct lw_lead_phone {
    const char *e164;      /* "+390212345678", or absent if it could not be read */
    const char *raw;       /* as written */
    const char *kind;      /* "mobile", "fixed", "work"...; absent if unknown */
    const char *region;    /* ISO 3166-1 alpha-2, from the number */
    const char *time_zone; /* "Europe/Rome": of the region, where it has one; absent if unknown */
};

struct lw_lead_email {
    const char *address;   /* as written, trimmed, domain lower-case and ASCII */
    const char *key;       /* canonical form for matching people */
};

struct lw_lead_attribute {
    const char *name;      /* what the source called it */
    const char *value;
};

struct lw_lead_consent {
    const char *purpose;   /* "contact", "marketing"... */
    int granted;           /* 0 or 1 */
    int64_t given_unix_ms; /* 0: when the lead came in */
    const char *text;      /* what the person agreed to */
};

struct lw_lead_attachment {
    const char *file_name;
    const char *media_type;
    uint64_t size_bytes;
};

/* What a caller left to be listened to; the sound itself stays with the telephony service. Personal data: not for logs. */
struct lw_lead_recording {
    const char *url;       /* http:// or https://; absent: there is none */
    uint32_t duration_s;   /* 0: not known */
};

struct lw_lead {
    lw_channel channel;                 /* required */
    const char *source;                 /* required: the configured source, e.g. "contact-form" */

    const char *full_name, *given_name, *family_name;
    const char *company, *job_title;
    const struct lw_lead_phone *phones;
    size_t phone_count;
    const struct lw_lead_email *emails;
    size_t email_count;
    const char *country;                /* ISO 3166-1 alpha-2 */
    const char *language;               /* BCP 47 primary tag: "it", "de"... */
    const char *city, *postal_code, *region;

    const char *subject;                /* single line */
    const char *summary;                /* what they wrote or said */
    const char *product;                /* what they ask for, if the source says */
    const char *campaign;               /* utm_campaign and the like */

    const char *vendor_id;              /* the source's own id of this person or form entry */
    const char *message_id;             /* email: Message-ID without <> */
    const char *const *references;      /* email: In-Reply-To and References without <> */
    size_t reference_count;
    const char *call_id;                /* phone: the telephony system's id of the call */
    const char *called_number;          /* phone: which of our numbers */

    const struct lw_lead_attribute *attributes;
    size_t attribute_count;
    const struct lw_lead_consent *consents;
    size_t consent_count;
    const struct lw_lead_attachment *attachments;
    size_t attachment_count;
    const char *const *warnings;        /* what could not be understood, in words */
    size_t warning_count;

    const char *raw_ref;                /* where the raw bytes are kept */
    int is_test;                        /* accepted and not routed */
    struct lw_lead_recording recording; /* phone: a message that was left; nobody is on the line, a rep calls back */
    const char *follows;                /* idempotency id of an earlier contact of the same source: joins its lead while that is open */
    const char *trace_parent;           /* W3C traceparent, by which one contact is followed through all programs; not compared between repeats */
};

#ifdef __cplusplus
}
#endif
#endif
