/* SPDX-License-Identifier: Apache-2.0
 *
 * lmtp_session - the words of one LMTP connection (RFC 2033), without a socket.
 *
 *               line            "." alone                answer
 *   COMMAND ------------> DATA -----------> ANSWERING -----------> COMMAND ...
 *      |  QUIT, too many errors or commands
 *      +-------> ENDED
 *
 * Bytes in, replies out; the owner does the rest: when the phase is ANSWERING it brings
 * the mail to each recipient's source and gives the replies. What comes meanwhile stays with
 * the owner (PIPELINING). Only CR LF "." CR LF ends a mail: a lone LF is a byte of it, so that no
 * mail can carry commands to us through a server that lets lone LFs pass.
 * Bytes of a peer never reach an assert. Threads: one owner.
 */
#ifndef LMTP_SESSION_H
#define LMTP_SESSION_H

#include "byte_buffer.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    LMTP_LINE_MAX = 2048,            /* of a command; lines of a mail are bounded by the mail's size alone */
    LMTP_PATH_MAX = 320,
    LMTP_RECIPIENTS_MAX = 100,
    LMTP_ERRORS_MAX = 10,            /* then 421 and the end */
    LMTP_COMMANDS_MAX = 500,         /* without a mail between them: then 421 and the end */
    LMTP_REPLY_MAX = 512,            /* with its CR LF */
};

/* What all sessions of a door share. Borrowed. */
struct lmtp_rules {
    const char *host;                                            /* our name in the greeting */
    size_t mail_size_max;
    size_t memory_max;                                           /* of all mails that are being received together */
    int (*find_source)(void *context, const char *recipient);    /* -1: unknown recipient */
    void *context;
};

enum lmtp_phase { LMTP_COMMAND, LMTP_DATA, LMTP_ANSWERING, LMTP_ENDED };

struct lmtp_session {
    const struct lmtp_rules *rules;
    size_t *memory;                              /* used by all sessions; shared */
    enum lmtp_phase phase;
    bool greeted, has_sender;
    char sender[LMTP_PATH_MAX + 1];              /* "" for <> */
    int sources[LMTP_RECIPIENTS_MAX];            /* by recipient, in the order of RCPT */
    size_t recipient_count;
    struct byte_buffer mail;                     /* with a Return-Path line; whole when ANSWERING */
    bool too_large, no_room;
    int dot;                                     /* where in "CR LF . CR LF" DATA is */
    char line[LMTP_LINE_MAX + 1];
    size_t line_size;
    bool line_too_long;
    unsigned errors, commands;
};

/* Says the greeting. rules and memory are borrowed for the session's life. */
void lmtp_session_init(struct lmtp_session *session, const struct lmtp_rules *rules, size_t *memory,
                       struct byte_buffer *replies);
void lmtp_session_fini(struct lmtp_session *session);
/* Takes bytes until they end or the phase is ANSWERING or ENDED; adds to replies. Returns how many were taken. */
size_t lmtp_session_feed(struct lmtp_session *session, const char *bytes, size_t size, struct byte_buffer *replies);
/* In ANSWERING, once for each recipient in order, then lmtp_session_answered. text: "250 2.0.0 ...", without line end. */
void lmtp_session_answer(struct lmtp_session *session, const char *text, struct byte_buffer *replies);
void lmtp_session_answered(struct lmtp_session *session);
/* 421 with this reason ("4.4.2 too slow"); ENDED. */
void lmtp_session_end(struct lmtp_session *session, const char *why, struct byte_buffer *replies);

#endif
