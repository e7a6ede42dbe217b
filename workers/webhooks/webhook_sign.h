/* SPDX-License-Identifier: Apache-2.0
 *
 * webhook_sign - signatures after Standard Webhooks: HMAC-SHA256 over "ID.TIMESTAMP.BODY", as "v1,BASE64".
 *
 * A file of secrets has a line "whsec_BASE64" for each, of 24 to 64 bytes: several while they are changed, and a message then has the
 * signature of each, with a blank between. Threads: one owner.
 */
#ifndef WEBHOOK_SIGN_H
#define WEBHOOK_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEBHOOK_KEYS_MAX = 3, WEBHOOK_KEY_SIZE_MIN = 24, WEBHOOK_KEY_SIZE_MAX = 64, WEBHOOK_SIGNATURE_SIZE = WEBHOOK_KEYS_MAX * 48 + 1 };

struct webhook_key { uint8_t bytes[WEBHOOK_KEY_SIZE_MAX + 3]; size_t size; };   /* + 3: base64 decodes in threes */
struct webhook_keys { struct webhook_key items[WEBHOOK_KEYS_MAX]; size_t count; };

/* NULL, or what is wrong with the file, in words; *out is then as it was. */
const char *webhook_keys_read(const char *path, struct webhook_keys *out);
void webhook_keys_wipe(struct webhook_keys *keys);
/* False: libcrypto would not. */
bool webhook_sign(const struct webhook_keys *keys, const char *id, int64_t unix_s, const char *body, size_t size, char out[WEBHOOK_SIGNATURE_SIZE]);

#endif
