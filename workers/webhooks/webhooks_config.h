/* SPDX-License-Identifier: Apache-2.0
 *
 * webhooks_config - what leadwire-webhooks' file says. leadwire-webhooks.yaml(5) explains each setting.
 *
 *   desk: sales
 *   events: ipc:///run/leadwire/events
 *   control: ipc:///run/leadwire/control
 *   key_file: events.key              # of a broker by tcp; paths are relative to the file's own folder
 *   state: /var/lib/leadwire-webhooks # a folder of this user's alone: what waits, what is dead, how far all was told
 *   hooks:
 *     crm:
 *       url: https://crm.example.com/leadwire
 *       secret_file: crm.secret
 *       states: [completed, cancelled, expired, merged, gone]   # if not written: these
 *       sources: [portal]             # all if not written; queues likewise
 *       ca_file: our-ca.pem
 *       allow_private: no
 *       accept_link: https://desk.example.com   # an offer comes with a link to accept it; needs accept_key_file
 *       accept_key_file: offer.key
 *       retry: {first: 5s, most: 1h, give_up: 24h}
 */
#ifndef WEBHOOKS_CONFIG_H
#define WEBHOOKS_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

enum { WEBHOOKS_MAX = 32, WEBHOOK_WORDS_MAX = 64, WEBHOOK_PATH_MAX = 4000 };

struct webhook_config {
    const char *name, *url, *secret_path, *ca_file;
    const char *states[WEBHOOK_WORDS_MAX + 1], *sources[WEBHOOK_WORDS_MAX + 1], *queues[WEBHOOK_WORDS_MAX + 1];   /* NULL-ended; sources, queues empty: all */
    bool allow_private;
    const char *accept_link, *accept_key_path;   /* both, or NULL */
    uint32_t first_ms, most_ms;
    uint64_t give_up_ms, outbox_bytes_max;
};

struct webhooks_config {
    struct arena arena;      /* of the strings */
    const char *desk, *events, *control, *key_file, *state;
    struct webhook_config hooks[WEBHOOKS_MAX];
    uint32_t hook_count;
};

/* NULL after every problem was printed, one a line, with its line. */
struct webhooks_config *webhooks_config_read(const char *path);
void webhooks_config_free(struct webhooks_config **config);   /* NULL accepted */
/* NULL: there is none. */
const struct webhook_config *webhooks_config_find(const struct webhooks_config *config, const char *name);
/* Does the hook want to hear of it? */
bool webhook_config_wants(const struct webhook_config *hook, const char *state, const char *source, const char *queue);

#endif
