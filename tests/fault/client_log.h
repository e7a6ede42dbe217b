/* SPDX-License-Identifier: Apache-2.0
 *
 * client_log - what clients of a desk were told and what they asked for, one line each, in the order they saw it.
 *
 *   at_us epoch word who lead number weight outcome text
 *
 * The load writes it; the judge reads it and knows nothing else of the load. "-" stands for no text. Lines of one
 * client are in the order of its session. Several processes may append to one log: each line is one write.
 */
#ifndef CLIENT_LOG_H
#define CLIENT_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CLIENT_WORD_TABLE(X) \
    X(PUBLISHING, "publishing")     /* asked; text: idempotency id */ \
    X(PUBLISHED, "published")       /* answered; outcome: lw_outcome, lead unless refused, text: idempotency id */ \
    X(CANCELLED, "cancelled")       /* answered: accepted or duplicate */ \
    X(DIALLING, "dialling")         /* asked; number: of the offer, outcome: lw_dial_outcome */ \
    X(WELCOME, "welcome") \
    X(LOST, "lost") \
    X(SNAPSHOT, "snapshot")         /* all that the broker has for this rep was told since welcome */ \
    X(CLOSED, "closed")             /* the rep went; text: bye or drop */ \
    X(OFFER, "offer")               /* number, weight; outcome: 1 when resumed */ \
    X(HOLDING, "holding")           /* number, weight; outcome: lw_lead_state */ \
    X(WITHDRAWN, "withdrawn")       /* number; text: reason */ \
    X(ACCEPTING, "accepting") \
    X(DECLINING, "declining") \
    X(COMPLETING, "completing")     /* text: disposition */ \
    X(ACCEPTED, "accepted")         /* the answer to accepting; outcome: lw_outcome */ \
    X(DECLINED, "declined") \
    X(COMPLETED, "completed")       /* text: disposition */ \
    X(STATUS, "status")             /* weight: load, number: capacity */ \
    X(REFUSED, "refused")           /* a session that is over for good; never expected */ \
    X(SERVING, "serving")           /* the test: a broker says that it serves */ \
    X(REDIS_GONE, "redis-gone")     /* the test: from here on Redis can take nothing */ \
    X(REDIS_BACK, "redis-back") \
    X(HELD, "held")                 /* a caller was told to hold, and hung up; text: which. No lead is told */ \
    X(APART, "apart")               /* the test: this rep's client is a process of its own, whose news may come later than those of others */ \
    X(TOLD, "told")                 /* a receiver of webhooks was; text: the lead's state, outcome: 1 when the change itself was missed */ \
    X(CALM, "calm")                 /* the test: from here on, until the next fault, nothing is done to anybody */ \
    X(FAULT, "fault")

enum client_word {
    CLIENT_NOTHING,
#define X(name, word) CLIENT_##name,
    CLIENT_WORD_TABLE(X)
#undef X
};

enum { CLIENT_TEXT_MAX = 64 };

struct client_line {
    uint64_t at_us, epoch;
    enum client_word word;
    char who[CLIENT_TEXT_MAX], lead[CLIENT_TEXT_MAX], text[CLIENT_TEXT_MAX];    /* "" for none */
    uint32_t number, weight, outcome;
};

/* Opens it to append. Ends the test when it cannot. */
FILE *client_log_open(const char *path);
/* Stamps the time and writes. NULL texts are none. */
void client_log_put(FILE *log, const struct client_line *line);
/* False at the end; a line that cannot be read ends the test. */
bool client_log_next(FILE *log, struct client_line *out);
const char *client_word_text(enum client_word word);

#endif
