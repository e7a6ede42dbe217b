/* SPDX-License-Identifier: Apache-2.0
 *
 * lmtp_config - the LMTP server's part of the mail worker's configuration.
 *
 *   lmtp:
 *     listen: unix:/run/leadwire/mail.lmtp   # or 127.0.0.1:2424; no address that others reach
 *     socket_mode: "0660"                    # of the path
 *     connections_max: 32
 *     command_within: 60s                    # a command, or the replies to one
 *     data_within: 5m                        # a whole mail
 */
#ifndef LMTP_CONFIG_H
#define LMTP_CONFIG_H

#include "arena.h"
#include "yaml_doc.h"

#include <stdint.h>

struct lmtp_config {
    const char *listen;        /* NULL: no LMTP server */
    uint32_t socket_mode;
    uint32_t connections_max;
    uint32_t command_within_ms, data_within_ms;
};

/* node NULL: no server. Problems go to the document. */
void lmtp_config_read(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena, struct lmtp_config *out);

#endif
