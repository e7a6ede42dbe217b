/* SPDX-License-Identifier: Apache-2.0
 *
 * key_ring - which public keys may come in, and as what: the broker's copy of its directory of keys.
 *
 * libzmq is told a tag for each connection: the public key under a random key of this process, in hex. It comes back
 * with every message as "User-Id". Nobody can make one up: a plain peer can give itself that property, but not a tag.
 * Threads: one owner.
 */
#ifndef KEY_RING_H
#define KEY_RING_H

#include "key_dir.h"
#include "siphash.h"

enum { KEY_TAG_TEXT_SIZE = 33 };

struct key_ring;

struct key_holder {
    struct siphash_128 tag;
    enum role role;
    bool is_revoked;
    char name[LW_NAME_MAX + 1];
};

/* Reads what is there; makes nothing. Errors with why (KEY_WHY_MAX): as key_dir_open, key_dir_server, key_list_read. */
LW_MUST_CHECK lw_status key_ring_open(const char *path, struct key_ring **out, char *why);
/* NULL accepted; nulls *ring. */
void key_ring_close(struct key_ring **ring);
/* Makes the directory and the server's key if there are none. */
LW_MUST_CHECK lw_status key_ring_make_server(struct key_ring *ring, char *why);
/* Z85; of the server's own pair. "" before there is one. */
const char *key_ring_server_secret(const struct key_ring *ring);
uint32_t key_ring_count(const struct key_ring *ring);      /* not the revoked */

/* Reads the list again. On failure the old one stays in force. *watcher_lost: a key that could subscribe no longer can. */
LW_MUST_CHECK lw_status key_ring_reload(struct key_ring *ring, bool *watcher_lost, char *why);
/* Has the file changed since it was read, or tried? A look at it costs a system call. */
bool key_ring_is_stale(const struct key_ring *ring);

/* What libzmq is to be told of a key. */
struct siphash_128 key_ring_tag(const struct key_ring *ring, const uint8_t public_key[KEY_SIZE]);
void key_tag_format(struct siphash_128 tag, char out[KEY_TAG_TEXT_SIZE]);
/* False: it is none. text may be NULL. */
bool key_tag_parse(const char *text, struct siphash_128 *out);
/* NULL: the list has no such key. The revoked are found. Until the next reload. */
const struct key_holder *key_ring_find(const struct key_ring *ring, struct siphash_128 tag);

#endif
