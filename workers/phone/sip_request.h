/* SPDX-License-Identifier: Apache-2.0
 *
 * sip_request - the bytes of a SIP request -> what we need of it, and the answers to it.
 *
 * Lines and lists are read by sip_frame; Via, From, To and addresses by libosip2's parser, one header at a
 * time. What is not needed is never parsed. Any bytes are accepted. Threads: one owner (libosip2 has tables of its own).
 */
#ifndef SIP_REQUEST_H
#define SIP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "byte_buffer.h"

enum { SIP_ADDRESS_TEXT_MAX = 64, SIP_TAG_SIZE = 17, SIP_REQUEST_ARENA_CAP = 512 * 1024 };

enum sip_method { SIP_INVITE, SIP_ACK, SIP_CANCEL, SIP_OPTIONS, SIP_BYE, SIP_OTHER_METHOD };

/* Somebody in a header. Texts are NULL where there is none. */
struct sip_party {
    bool present;
    const char *scheme;   /* "sip", "sips", "tel" */
    const char *user;     /* without parameters; of tel: the number */
    const char *host;
    const char *display;  /* without quotes */
};

/* Everything lives in the arena. */
struct sip_request {
    enum sip_method method;
    int refusal;                 /* 0: a good request; else the status that it deserves */
    struct sip_party uri, from, to;
    struct sip_party asserted;   /* P-Asserted-Identity; whom to believe is the caller's to know */
    struct sip_party remote;     /* Remote-Party-ID of the calling party */
    struct sip_party diversion;  /* who forwarded the call last */
    bool is_private;             /* the caller asks that nobody be shown who they are */
    const char *uri_text;
    const char *call_id, *from_tag, *to_tag, *cseq;   /* to_tag NULL: none */
    const char *require;         /* NULL: none */
    const char *key;             /* of the transaction: INVITE, its ACK and its CANCEL have the same */
    bool reply_to_source;        /* rport: answers go to the port that the request came from */
    uint16_t via_port;           /* where they go else */
    /* What every answer repeats. */
    const char *vias, *from_line, *to_line, *record_routes, *timestamp;
};

enum sip_verdict {
    SIP_IS_REQUEST,     /* good, or with a refusal that can be answered */
    SIP_IS_RESPONSE,    /* nobody asked for it */
    SIP_IS_GARBAGE,     /* not to be answered: nobody can tell whom and what */
};

/* Call once, before the first request. */
void sip_request_library_init(void);
/* source: address and port that it came from, for Via. out is filled for SIP_IS_REQUEST only. */
enum sip_verdict sip_request_read(struct arena *arena, const char *source, uint16_t port, const char *bytes, size_t size,
                                  struct sip_request *out);

/* A status code's words; "" if we do not use it. */
const char *sip_reason(int status);
/* An answer. to_tag: "" leaves To as it came. extra: whole header lines, each with its CR LF; NULL: none. */
void sip_reply_write(struct byte_buffer *out, const struct sip_request *request, int status, const char *to_tag, const char *extra);

#endif
