/* SPDX-License-Identifier: Apache-2.0
 *
 * hook_config - a source's inbound-mail webhook.
 *
 *   webhook:
 *     service: postmark             # sendgrid, mailgun
 *     secret_file: postmark.secret  # the sender shows this key in a header
 *     secret_header: Authorization  # X-Leadwire-Key if absent
 *     signature: {scheme: mailgun, secret_file: mailgun.secret}   # in place of the key, see signature_config
 *
 * One of secret_file and signature is required: whoever can post here can make leads.
 */
#ifndef HOOK_CONFIG_H
#define HOOK_CONFIG_H

#include "arena.h"
#include "inbound_mail.h"
#include "signature_config.h"
#include "yaml_doc.h"

struct hook_config {
    enum inbound_service service;
    const struct signature_rule *signature;   /* NULL: no webhook */
};

/* node NULL: no webhook. Problems go to the document. */
void hook_config_read(struct yaml_doc *doc, const char *config_path, const struct yaml_node *node, struct arena *arena,
                      struct hook_config *out);

#endif
