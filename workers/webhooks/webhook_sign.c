/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook_sign.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "secret_file.h"

enum { FILE_SIZE_MAX = 1024, HASH_SIZE = 32, HASH_TEXT_SIZE = 44, HEAD_SIZE = 256 };

static const char prefix[] = "whsec_";

static bool read_key(const char *line, struct webhook_key *out)
{
    size_t size = strlen(line);
    if (strncmp(line, prefix, sizeof prefix - 1) != 0)
        return false;
    line += sizeof prefix - 1;
    size -= sizeof prefix - 1;
    if (size == 0 || size % 4 != 0 || size / 4 * 3 > sizeof out->bytes)
        return false;
    int decoded = EVP_DecodeBlock(out->bytes, (const unsigned char *)line, (int)size);
    size_t padding = line[size - 1] != '=' ? 0 : line[size - 2] != '=' ? 1 : 2;
    if (decoded < 0 || (size_t)decoded < padding)
        return false;
    out->size = (size_t)decoded - padding;
    return out->size >= WEBHOOK_KEY_SIZE_MIN && out->size <= WEBHOOK_KEY_SIZE_MAX;
}

static const char *read_lines(char *text, struct webhook_keys *out)
{
    char *rest = NULL;
    for (char *line = strtok_r(text, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
        if (out->count == WEBHOOK_KEYS_MAX)
            return "it has more than three secrets";
        if (!read_key(line, &out->items[out->count]))
            return "a line is none of whsec_ and 24 to 64 bytes in base64";
        out->count++;
    }
    return out->count == 0 ? "it has no secret" : NULL;
}

const char *webhook_keys_read(const char *path, struct webhook_keys *out)
{
    char *text = NULL;
    struct webhook_keys keys = {.count = 0};
    lw_status status = secret_read(path, FILE_SIZE_MAX, &text);
    const char *problem = status == LW_OK ? read_lines(text, &keys) : status == LW_REFUSED ? "others can read it (chmod 600)" : lw_status_text(status);
    secret_free(&text);
    if (!problem)
        *out = keys;
    secret_wipe(&keys, sizeof keys);
    return problem;
}

void webhook_keys_wipe(struct webhook_keys *keys)
{
    secret_wipe(keys, sizeof *keys);
}

static bool hash_of(const struct webhook_key *key, const char *head, const char *body, size_t size, unsigned char out[HASH_SIZE])
{
    EVP_PKEY *made = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, key->bytes, key->size);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t hash_size = HASH_SIZE;
    bool good = made && context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, made) == 1 && EVP_DigestSignUpdate(context, head, strlen(head)) == 1 &&
                EVP_DigestSignUpdate(context, body, size) == 1 && EVP_DigestSignFinal(context, out, &hash_size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(made);
    return good;
}

bool webhook_sign(const struct webhook_keys *keys, const char *id, int64_t unix_s, const char *body, size_t size, char out[WEBHOOK_SIGNATURE_SIZE])
{
    char head[HEAD_SIZE];
    size_t used = 0;
    if (snprintf(head, sizeof head, "%s.%" PRId64 ".", id, unix_s) >= (int)sizeof head)
        return false;
    for (size_t i = 0; i < keys->count; i++) {
        unsigned char hash[HASH_SIZE], text[HASH_TEXT_SIZE + 1];
        if (!hash_of(&keys->items[i], head, body, size, hash))
            return false;
        EVP_EncodeBlock(text, hash, HASH_SIZE);
        used += (size_t)snprintf(out + used, WEBHOOK_SIGNATURE_SIZE - used, "%sv1,%s", i > 0 ? " " : "", (const char *)text);
    }
    return keys->count > 0;
}
