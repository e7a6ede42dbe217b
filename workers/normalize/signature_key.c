/* SPDX-License-Identifier: Apache-2.0 */
#include "signature_key.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "binary_text.h"

enum { KEY_SIZE_MAX = 4096, ED25519_KEY_SIZE = 32, GROUP_NAME_MAX = 64 };

static const char *set_public_key(struct signature_rule *rule, const char *text, struct arena *arena);
static EVP_PKEY *read_public_key(const struct signature_rule *rule, const char *text);
static bool is_p256(const EVP_PKEY *key);

const char *signature_rule_set_key(struct signature_rule *rule, const char *secret, struct arena *arena)
{
    static const char base64_prefix[] = "whsec_";
    if (rule->scheme.algorithm == SIGNATURE_ECDSA_P256 || rule->scheme.algorithm == SIGNATURE_ED25519)
        return set_public_key(rule, secret, arena);
    unsigned char bytes[KEY_SIZE_MAX];
    size_t size = strlen(secret);
    if (rule->scheme.secret == SIGNATURE_SECRET_BASE64) {
        size_t skip = strncmp(secret, base64_prefix, sizeof base64_prefix - 1) == 0 ? sizeof base64_prefix - 1 : 0;
        if (!binary_text_from_base64(secret + skip, strlen(secret + skip), bytes, sizeof bytes, &size) || size == 0)
            return "the secret is not base64";
        secret = (const char *)bytes;
    }
    rule->key = (const unsigned char *)arena_copy(arena, secret, size);
    rule->key_size = size;
    OPENSSL_cleanse(bytes, sizeof bytes);
    return rule->key ? NULL : "out of memory";
}

bool signature_key_verify(const struct signature_rule *rule, const unsigned char *text, size_t text_size,
                          const unsigned char *signature, size_t signature_size)
{
    bool is_ed25519 = rule->scheme.algorithm == SIGNATURE_ED25519;
    const unsigned char *der = rule->key;
    EVP_PKEY *key = is_ed25519 ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, rule->key, rule->key_size)
                               : d2i_PUBKEY(NULL, &der, (long)rule->key_size);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = key && context && EVP_DigestVerifyInit(context, NULL, is_ed25519 ? NULL : EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestVerify(context, signature, signature_size, text, text_size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}

static const char *set_public_key(struct signature_rule *rule, const char *text, struct arena *arena)
{
    EVP_PKEY *key = read_public_key(rule, text);
    unsigned char bytes[KEY_SIZE_MAX], *at = bytes;
    size_t size = sizeof bytes;
    const char *problem = NULL;
    if (!key)
        return "it is not a public key: PEM, or base64 of its DER";
    if (rule->scheme.algorithm == SIGNATURE_ED25519) {
        if (EVP_PKEY_id(key) != EVP_PKEY_ED25519 || EVP_PKEY_get_raw_public_key(key, bytes, &size) != 1)
            problem = "it is not an Ed25519 key";
    } else if (!is_p256(key) || i2d_PUBKEY(key, NULL) > (int)sizeof bytes) {
        problem = "it is not a key on the curve P-256";
    } else {
        size = (size_t)i2d_PUBKEY(key, &at);
    }
    EVP_PKEY_free(key);
    if (!problem) {
        rule->key = (const unsigned char *)arena_copy(arena, bytes, size);
        rule->key_size = size;
        problem = rule->key ? NULL : "out of memory";
    }
    return problem;
}

static EVP_PKEY *read_public_key(const struct signature_rule *rule, const char *text)
{
    if (strstr(text, "-----BEGIN")) {
        static char no_passphrase[] = "";   /* or OpenSSL would ask at the terminal */
        BIO *bio = BIO_new_mem_buf(text, -1);
        EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, no_passphrase) : NULL;
        BIO_free(bio);
        return key;
    }
    unsigned char bytes[KEY_SIZE_MAX];
    const unsigned char *at = bytes;
    size_t size;
    if (!binary_text_from_base64(text, strlen(text), bytes, sizeof bytes, &size))
        return NULL;
    if (rule->scheme.algorithm == SIGNATURE_ED25519 && size == ED25519_KEY_SIZE)
        return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, size);
    return d2i_PUBKEY(NULL, &at, (long)size);
}

static bool is_p256(const EVP_PKEY *key)
{
    char group[GROUP_NAME_MAX];
    size_t size;
    return EVP_PKEY_id(key) == EVP_PKEY_EC && EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
           (strcmp(group, "prime256v1") == 0 || strcmp(group, "P-256") == 0);
}
