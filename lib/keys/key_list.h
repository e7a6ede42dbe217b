/* SPDX-License-Identifier: Apache-2.0
 *
 * key_list - the keys that a broker knows, with what each is good for: a file with a line for each.
 *
 *   rep anna WVk!3[...] 1764115200                  role, name, public key, made (unix seconds)
 *   rep anna 9x[...] 1764115200 1764201600          and when it was revoked
 *
 * No secret is in it, but whoever can write it lets anybody in: it is refused when others than its owner can. Empty lines and
 * those that begin with # are skipped. A name may have several keys, a key stands once. Threads: one owner.
 */
#ifndef KEY_LIST_H
#define KEY_LIST_H

#include "key_file.h"
#include "roles.h"

enum { KEY_LIST_MAX = 50000, KEY_LIST_SIZE_MAX = 16 * 1024 * 1024 };

struct key_entry {
    enum role role;
    char name[LW_NAME_MAX + 1];
    char public_text[KEY_TEXT_SIZE];
    uint8_t public_key[KEY_SIZE];
    int64_t made_unix_s, revoked_unix_s;     /* 0: in force */
};

struct key_list { struct key_entry *entries; uint32_t count, room; };

/* A file that is not there is an empty list. Errors with why (KEY_WHY_MAX) in words, with the line; *out is then empty:
 * LW_IO, LW_REFUSED, LW_TOO_LARGE, LW_INVALID, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status key_list_read(const char *path, struct key_list *out, char *why);
/* In one piece, 0600: readers see the old or the new. LW_IO with why. */
LW_MUST_CHECK lw_status key_list_write(const char *path, const struct key_list *list, char *why);
void key_list_free(struct key_list *list);
/* LW_DUPLICATE: the key stands there; LW_FULL, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status key_list_add(struct key_list *list, const struct key_entry *entry);
/* NULL: there is none. */
struct key_entry *key_list_find(const struct key_list *list, const uint8_t public_key[KEY_SIZE]);

#endif
