/* SPDX-License-Identifier: Apache-2.0
 *
 * sip_frame - where a SIP message ends, and its headers as they stand there.
 *
 * Strict about lines (CR LF only, no NUL in the head), as a peer that reads them otherwise than we do can hide one
 * header in another. Names in their compact form ("v", "f"...) are the long ones here. Threads: none.
 */
#ifndef SIP_FRAME_H
#define SIP_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

enum { SIP_HEADERS_MAX = 128, SIP_BODY_SIZE_MAX = 1 << 20 };

struct sip_header {
    const char *name;    /* lower-case, long form */
    const char *value;   /* trimmed; folded lines are joined by spaces */
};

struct sip_frame {
    size_t head_size;    /* with the empty line */
    size_t body_size;    /* by Content-Length; 0 without */
    bool has_length;
    const char *start;   /* the first line */
    struct sip_header headers[SIP_HEADERS_MAX];
    size_t header_count;
    bool doubled;        /* a header that may come once came twice: the message is wrong, but can be answered */
    bool bad_length;     /* so is one whose Content-Length is doubled, no number, or beyond SIP_BODY_SIZE_MAX */
};

enum sip_frame_state {
    SIP_FRAME_PART,      /* the empty line has not come yet */
    SIP_FRAME_WHOLE,     /* the head is whole; the body may not be */
    SIP_FRAME_BROKEN,    /* no SIP: other line ends, no colon, NUL, too many headers, or the arena's cap */
};

/* Reads the head of the message that begins at bytes. Strings live in the arena. */
enum sip_frame_state sip_frame_read(struct arena *arena, const char *bytes, size_t size, struct sip_frame *out);
/* The n-th header of that name, from 0; NULL if there is none. */
const char *sip_frame_find(const struct sip_frame *frame, const char *name, size_t n);
/* Line ends before a message: keep-alives. How many bytes to pass over. */
size_t sip_frame_blank(const char *bytes, size_t size);
/* The next item of a comma-separated list, quotes and <> respected, copied and trimmed; NULL at the end. *at moves on. */
const char *sip_list_next(struct arena *arena, const char **at);

#endif
