/* SPDX-License-Identifier: Apache-2.0 */
#include "offer_link.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "secret_file.h"

enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING, PAYLOAD_MAX = 300, FILE_SIZE_MAX = 256 };

const char *offer_key_read(const char *path, struct offer_key *out)
{
    char *text = NULL;
    size_t size = 0;
    lw_status status = secret_read(path, FILE_SIZE_MAX, &text);
    bool is_hex = status == LW_OK && strlen(text) == 2 * OFFER_KEY_SIZE &&
                  sodium_hex2bin(out->bytes, sizeof out->bytes, text, strlen(text), NULL, &size, NULL) == 0 && size == OFFER_KEY_SIZE;
    secret_free(&text);
    return is_hex ? NULL : status == LW_REFUSED ? "others can read it (chmod 600)" : status != LW_OK ? lw_status_text(status)
                                                : "expected 64 hexadecimal digits";
}

static void sign(const struct offer_key *key, const char *payload, unsigned char mac[crypto_auth_hmacsha256_BYTES])
{
    crypto_auth_hmacsha256(mac, (const unsigned char *)payload, strlen(payload), key->bytes);
}

bool offer_link_sign(const struct offer_key *key, const struct offer_link *link, char token[OFFER_TOKEN_MAX + 1])
{
    char payload[PAYLOAD_MAX + 1];
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    int size = snprintf(payload, sizeof payload, "%s\n%s\n%" PRIu32 "\n%" PRId64, link->rep, link->lead_id, link->offer_number, link->expires_unix_ms);
    if (size > PAYLOAD_MAX)
        return false;
    sign(key, payload, mac);
    sodium_bin2base64(token, OFFER_TOKEN_MAX + 1, (const unsigned char *)payload, (size_t)size, VARIANT);
    size_t used = strlen(token);
    token[used++] = '.';
    sodium_bin2base64(token + used, OFFER_TOKEN_MAX + 1 - used, mac, sizeof mac, VARIANT);
    return true;
}

static bool read_payload(char *payload, struct offer_link *out)
{
    char *lead = strchr(payload, '\n'), *number = lead ? strchr(lead + 1, '\n') : NULL, *expires = number ? strchr(number + 1, '\n') : NULL;
    if (!expires)
        return false;
    *lead++ = *number++ = *expires++ = '\0';
    out->offer_number = (uint32_t)strtoul(number, NULL, 10);
    out->expires_unix_ms = strtoll(expires, NULL, 10);
    return snprintf(out->rep, sizeof out->rep, "%s", payload) < (int)sizeof out->rep && snprintf(out->lead_id, sizeof out->lead_id, "%s", lead) < (int)sizeof out->lead_id;
}

bool offer_link_read(const struct offer_key *key, const char *token, struct offer_link *out)
{
    char payload[PAYLOAD_MAX + 1];
    unsigned char mac[crypto_auth_hmacsha256_BYTES], expected[crypto_auth_hmacsha256_BYTES];
    size_t size = 0, mac_size = 0;
    const char *dot = strchr(token, '.');
    if (!dot || strlen(token) > OFFER_TOKEN_MAX ||
        sodium_base642bin((unsigned char *)payload, PAYLOAD_MAX, token, (size_t)(dot - token), NULL, &size, NULL, VARIANT) != 0 ||
        sodium_base642bin(mac, sizeof mac, dot + 1, strlen(dot + 1), NULL, &mac_size, NULL, VARIANT) != 0 || mac_size != sizeof mac)
        return false;
    payload[size] = '\0';
    sign(key, payload, expected);
    return strlen(payload) == size && sodium_memcmp(mac, expected, sizeof mac) == 0 && read_payload(payload, out);
}
