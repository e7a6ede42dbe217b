/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_config - the mail worker's configuration file.
 *
 *   desk: sales                      # desk, broker, answer_within, raw: see worker_config
 *   broker: ipc:///run/leadwire/publish
 *   scan_every: 2s                   # beside the kernel's word that a mail came
 *   in_flight_max: 32                # leads published and not yet answered, per source
 *   mail_size_max_kib: 25600         # larger mails are quarantined as too_large
 *   decisions_log: mail.decisions    # one line per mail that is done; no personal data
 *   listen: 127.0.0.1:8081           # the webhooks' port; with http: see worker_config
 *   lmtp: {listen: "unix:/run/leadwire/mail.lmtp"}   # see lmtp_config
 *   sources:
 *     office:
 *       maildir: /var/mail/office    # holds new, cur and tmp; made if missing
 *       quarantine: /var/mail/office/.Quarantine   # this if absent; on the same file system
 *       webhook: {service: postmark, secret_file: postmark.secret}   # see hook_config
 *       recipients: [info@example.com, example.com]   # of mails by LMTP: address, or any address of a domain
 *       region: IT
 *       language: it
 *       own: [info@example.com, example.com]       # address or domain
 *       robots: [wordpress@example.com]
 *       spam_score: "5.0"
 *       labels: {Il mio numero: phone}             # lead field, phone, email, sender or message
 *       acknowledge: {outbox: outbox, from: ..., texts: ...}   # see ack_config
 */
#ifndef MAIL_CONFIG_H
#define MAIL_CONFIG_H

#include "ack_config.h"
#include "arena.h"
#include "hook_config.h"
#include "lmtp_config.h"
#include "mail_lead.h"
#include "worker_config.h"

#include <stddef.h>
#include <stdint.h>

enum { MAIL_SOURCES_MAX = 32, MAIL_IN_FLIGHT_MAX = 256 };

struct mail_source_config {
    struct mail_source source;
    const char *maildir;       /* NULL: none */
    const char *quarantine;
    const char *const *recipients;
    size_t recipient_count;
    struct hook_config hook;
};

/* Strings live in the arena. Large: not on a deep stack. */
struct mail_config {
    struct arena arena;
    struct worker_config worker;
    uint32_t scan_every_ms;
    uint32_t in_flight_max;
    size_t mail_size_max;
    const char *decisions_log;   /* NULL: none */
    struct lmtp_config lmtp;
    struct mail_source_config sources[MAIL_SOURCES_MAX];
    size_t source_count;
};

/* Reads path; every problem goes to standard error. False when there was one: *out is then finished. */
bool mail_config_open(const char *path, const struct worker_overrides *overrides, struct mail_config *out);
/* Without a file (--once): defaults, the overrides and one source of that name. */
bool mail_config_without_file(const struct worker_overrides *overrides, const char *source, struct mail_config *out);
void mail_config_close(struct mail_config *config);
/* The index of the source for this recipient, letter case ignored: that of the whole address, else of the address without
 * "+detail", else of its domain; -1 when there is none. */
int mail_config_find_recipient(const struct mail_config *config, const char *recipient);
const struct mail_source_config *mail_config_find(const struct mail_config *config, const char *source);

#endif
