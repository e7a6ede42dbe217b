/* SPDX-License-Identifier: Apache-2.0
 *
 * broker_keys - the keys of a broker under test, and peers that come in with one. What fails fails the test.
 */
#ifndef BROKER_KEYS_H
#define BROKER_KEYS_H

#include "broker_fixture.h"
#include "key_dir.h"
#include "raw_peer.h"

enum { BROKER_KEYS_MADE_UNIX_S = 1764115200 };

/* path goes to the broker's --keys; it is filled in when the keys are opened. */
struct broker_keys { char path[128]; struct key_dir dir; uint32_t count; };

/* After broker_fixture_open and before its start, which makes the directory and the server's key. */
void broker_keys_open(struct broker_keys *keys, const struct broker_fixture *broker);
/* Makes a key and reads it: the name of a rep's is the rep's. */
struct key_file broker_keys_issue(struct broker_keys *keys, enum role role, const char *name);
/* address: as broker_fixture_address gives it. enter: with Hello and Welcome. */
void broker_keys_connect(struct raw_peer *peer, const char *address, const struct key_file *key);
void broker_keys_enter(struct raw_peer *peer, const char *address, Leadwire__V1__Role hello, const struct key_file *key);

#endif
