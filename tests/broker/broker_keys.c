/* SPDX-License-Identifier: Apache-2.0 */
#include "broker_keys.h"

#include <stdio.h>

#include "cmocka_all.h"

void broker_keys_open(struct broker_keys *keys, const struct broker_fixture *broker)
{
    char why[KEY_WHY_MAX] = "";

    snprintf(keys->path, sizeof keys->path, "%s/keys", broker->directory);
    if (key_dir_open(&keys->dir, keys->path, why) != LW_OK)
        fail_msg("no keys: %s", why);
}

struct key_file broker_keys_issue(struct broker_keys *keys, enum role role, const char *name)
{
    char path[256], why[KEY_WHY_MAX] = "";
    struct key_file key = {0};

    snprintf(path, sizeof path, "%s/test-%u.key", keys->path, keys->count++);
    if (key_dir_issue(&keys->dir, role, name, path, BROKER_KEYS_MADE_UNIX_S, NULL, why) != LW_OK || key_file_read(path, &key, why) != LW_OK)
        fail_msg("no key: %s", why);
    return key;
}

void broker_keys_connect(struct raw_peer *peer, const char *address, const struct key_file *key)
{
    raw_peer_open_locked(peer, address, key->server_key, key->public_key, key->secret_key);
}

void broker_keys_enter(struct raw_peer *peer, const char *address, Leadwire__V1__Role hello, const struct key_file *key)
{
    broker_keys_connect(peer, address, key);
    raw_peer_hello(peer, hello, hello == LEADWIRE__V1__ROLE__ROLE_REP ? key->name : NULL, NULL);
    raw_peer_expect(peer, WIRE_WELCOME);
}
