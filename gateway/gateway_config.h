/* SPDX-License-Identifier: Apache-2.0
 *
 * gateway_config - what leadwire-gateway's file says. leadwire-gateway(8) explains each setting.
 *
 *   desk: sales
 *   broker: ipc:///run/leadwire/reps
 *   users: users                    # users.h; paths are relative to the file's own folder
 *   ops: {control: ipc:///run/leadwire/control, events: ipc:///run/leadwire/events, versions: FOLDER, workers: {web: 127.0.0.1:9471}}
 *                                   # for /ops; without it there is none. workers: their --health
 *   rep_secrets: reps               # the broker's file, or a folder with a file for each rep; or, for a broker with keys by tcp,
 *   rep_keys: keys                  # a folder with REP.key for each rep (key_file.h). ops then has a key_file: FILE too
 *   tokens: tokens                # of scripts (api_tokens.h); none if not written
 *   listen: 127.0.0.1:8085          # and http: see http_config.h
 *   identity: {header: X-Forwarded-User, from: [127.0.0.1]}   # proxy_identity.h
 *   away: {key_file: offer.key, for: 8h}   # away_offers.h; without it nobody can be reached
 *   sessions: {idle: 30m, absolute: 12h, read_only: 7d, page_grace: 30s, max: 4096, file: sessions}   # file: session_file.h; without it they end with the process
 *   page:
 *     language: en                  # of who has none of ours
 *     crm_link: "https://crm.example.com/?q={phone}"   # {lead}, {phone}, {email}, {name}
 *     dispositions: {won: Ordered, later: {label: Call back, time: true}}   # without ops: with it, page_rules.h
 *     decline_reasons: {busy: Busy now}
 *     break_reasons: {lunch: Lunch}
 *     transfer: {skills: {solar: Solar panels}, teams: {outside: Outside sales}, reps: {anna: Anna Conti}}
 */
#ifndef GATEWAY_CONFIG_H
#define GATEWAY_CONFIG_H

#include <jansson.h>
#include <stdint.h>

#include "arena.h"
#include "http_config.h"
#include "offer_link.h"
#include "ops_workers.h"
#include "proxy_identity.h"

struct gateway_config {
    struct arena arena;            /* of the strings */
    const char *desk, *broker, *users_path, *rep_secrets_path;   /* rep_secrets_path or */
    const char *rep_keys_path;              /* this: the other is NULL */
    const char *tokens_path;                /* NULL: no script comes by a token */
    const char *ops_control, *ops_events;   /* both, or NULL: no /ops */
    const char *ops_key_path;               /* the key for both; NULL: plain */
    const char *ops_versions;               /* where versions of the rules are kept; NULL: nowhere */
    struct ops_worker_address workers[OPS_WORKERS_MAX];   /* where workers tell how they are */
    uint32_t worker_count;
    struct http_config http;
    struct proxy_identity identity;
    bool has_away;                          /* reps can be reached while their page is closed: */
    uint64_t away_ms;                       /* for so long */
    struct offer_key away_key;              /* with which links are signed */
    uint64_t idle_ms, absolute_ms, read_only_ms, page_grace_ms;
    uint32_t sessions_max;
    const char *sessions_path;     /* NULL: they are kept nowhere */
    json_t *page;                  /* what the page is told of `page` */
};

/* In place of what the file says; NULL: nothing. */
struct gateway_overrides {
    const char *broker, *desk, *listen, *key_file;   /* key_file: that of ops */
};

/* NULL after every problem was printed, one a line, with its line. */
struct gateway_config *gateway_config_read(const char *path, const struct gateway_overrides *overrides);
void gateway_config_free(struct gateway_config **config);   /* NULL accepted */

#endif
