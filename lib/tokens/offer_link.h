/* SPDX-License-Identifier: Apache-2.0
 *
 * offer_link - what lets a rep who is away accept one offer: a token that names rep, lead, offer and end, signed with a key that
 * whoever makes links and whoever takes them have in a file (64 hexadecimal digits, 0600).
 *
 *   BASE64URL("REP LF LEAD LF OFFER LF EXPIRES") "." BASE64URL(HMAC-SHA256)
 *
 * It is good for nothing but this offer, and until its end. Threads: any; no state.
 */
#ifndef OFFER_LINK_H
#define OFFER_LINK_H

#include <leadwire/lead.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

enum { OFFER_KEY_SIZE = 32, OFFER_TOKEN_MAX = 512 };

struct offer_key { uint8_t bytes[OFFER_KEY_SIZE]; };

struct offer_link {
    char rep[LW_NAME_MAX + 1], lead_id[LW_LEAD_ID_TEXT_MAX];
    uint32_t offer_number;
    int64_t expires_unix_ms;
};

/* NULL, or what is wrong with the file, in words. */
const char *offer_key_read(const char *path, struct offer_key *out);
/* False: it would not fit. */
bool offer_link_sign(const struct offer_key *key, const struct offer_link *link, char token[OFFER_TOKEN_MAX + 1]);
/* False: not signed with this key. Whether it is over is the caller's to see. */
bool offer_link_read(const struct offer_key *key, const char *token, struct offer_link *out);

#endif
