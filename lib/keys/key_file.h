/* SPDX-License-Identifier: Apache-2.0
 *
 * key_file - a CURVE key pair in a file of its owner's alone.
 *
 *   # Leadwire key. Secret: for its owner only.
 *   role rep
 *   name anna
 *   public  WVk!3[...]           40 characters of Z85 each
 *   secret  8y]P[...]
 *   server  7N:h[...]            the broker's public key: so this one file is all that a client needs
 *
 * The broker's own has the role "server" and no line "server". Lines may come in any order.
 * Whoever reads one wipes it as soon as libzmq has it. Threads: any.
 */
#ifndef KEY_FILE_H
#define KEY_FILE_H

#include <leadwire/lead.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

enum { KEY_SIZE = 32, KEY_TEXT_SIZE = 41, KEY_ROLE_SIZE = 16, KEY_WHY_MAX = 320, KEY_FINGERPRINT_SIZE = 17 };

#define KEY_ROLE_SERVER "server"

struct key_file {
    char role[KEY_ROLE_SIZE], name[LW_NAME_MAX + 1];
    char public_key[KEY_TEXT_SIZE], secret_key[KEY_TEXT_SIZE], server_key[KEY_TEXT_SIZE];
};

/* A new pair; the rest stays. LW_UNSUPPORTED: this libzmq has no CURVE. */
LW_MUST_CHECK lw_status key_file_make(struct key_file *key);
/* Errors with why (KEY_WHY_MAX) in words, without the secret: as secret_read, and LW_INVALID for what is no such file, or whose
 * public key does not belong to its secret. On failure *out is wiped. */
LW_MUST_CHECK lw_status key_file_read(const char *path, struct key_file *out, char *why);
/* Makes the file, 0600, in one piece and on the disk. LW_DUPLICATE: there is one, which stays; LW_IO. With why as above. */
LW_MUST_CHECK lw_status key_file_write(const char *path, const struct key_file *key, char *why);
void key_file_wipe(struct key_file *key);

/* Z85 -> the 32 bytes. False: it is none. */
bool key_decode(const char *text, uint8_t out[KEY_SIZE]);
/* What people compare: the first 8 bytes of a public key, in hex. */
void key_fingerprint(const uint8_t public_key[KEY_SIZE], char out[KEY_FINGERPRINT_SIZE]);
/* May a key, and so its file, have this name? No space, no '/', no '.' before it. */
bool key_name_is_fine(const char *name);

#endif
