/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_message - the bytes of one mail, read: headers, text, attachments.
 *
 * Everything is UTF-8 in the arena. Damage is tolerated where a reader would
 * still understand the mail; a `warnings` entry then names it. Limits answer
 * hostile input with a named reason instead of time, stack or memory.
 * Threads: none; mail_library_init once per process.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "arena.h"
#include "mail_reason.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MAIL_HEADER_SIZE_MAX = 256 * 1024,
    MAIL_HEADERS_MAX = 1000,
    MAIL_PARTS_MAX = 200,
    MAIL_DEPTH_MAX = 24,
    MAIL_TEXT_SIZE_MAX = 256 * 1024,      /* of a body part; what is beyond is not read */
    MAIL_ATTACHMENTS_MAX = 32,
    MAIL_WARNINGS_MAX = 12,
    MAIL_ARENA_CAP = 8 * 1024 * 1024,
};

struct mail_header {
    const char *name;     /* as written */
    const char *value;    /* unfolded, RFC 2047 decoded */
};

struct mail_address {
    const char *name;     /* display name; "" if none */
    const char *address;  /* "user@domain"; never "" */
};

struct mail_attachment {
    const char *file_name;    /* "" if none */
    const char *media_type;   /* "application/pdf" */
    uint64_t size_bytes;      /* decoded */
};

struct mail_message {
    const struct mail_header *headers;
    size_t header_count;
    struct mail_address from, reply_to, sender;   /* the first usable of each; address NULL: none */
    const char *subject;          /* "" if none */
    const char *message_id;       /* without <>; "" if none */
    const char *media_type;       /* of the whole */
    const char *language;         /* Content-Language; NULL if none */
    int64_t date_unix_ms;         /* 0: none or unreadable */
    const char *text;             /* the body as text; "" if none */
    bool text_from_html;
    struct mail_attachment attachments[MAIL_ATTACHMENTS_MAX];
    size_t attachment_count;
    const char *adf;              /* from <adf> on, of an XML part; NULL if none */
    const char *warnings[MAIL_WARNINGS_MAX];   /* static text */
    size_t warning_count;
};

void mail_library_init(void);
void mail_library_fini(void);

/* MAIL_LEAD: *out is filled. Else MAIL_UNPARSABLE, MAIL_HEADER_TOO_LARGE, MAIL_TOO_DEEP, MAIL_TOO_MANY_PARTS;
 * then what *out holds of headers and media_type is still good for judging (may be empty). */
enum mail_reason mail_message_read(const void *bytes, size_t size, struct arena *arena, struct mail_message *out);

/* The first header of that name (letter case ignored), or NULL. */
const char *mail_header_find(const struct mail_message *message, const char *name);
/* Ignored when there is no room. text is static. */
void mail_warn(struct mail_message *message, const char *text);

#endif
