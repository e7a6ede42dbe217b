/* SPDX-License-Identifier: Apache-2.0 */
#include "voice_signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b);

bool voice_signature_make(struct arena *arena, const char *token, const char *url, const struct form_fields *params,
                          char out[VOICE_SIGNATURE_SIZE + 1])
{
    size_t size = strlen(url), used = size;
    struct form_field *sorted = arena_calloc(arena, params->count + 1, sizeof *sorted);
    for (size_t i = 0; i < params->count; i++)
        size += params->items[i].name_size + params->items[i].value_size;
    unsigned char *text = arena_alloc(arena, size + 1);
    if (!sorted || !text)
        return false;
    if (params->count > 0)
        memcpy(sorted, params->items, params->count * sizeof *sorted);
    qsort(sorted, params->count, sizeof *sorted, by_name);

    memcpy(text, url, used);
    for (size_t i = 0; i < params->count; i++) {
        memcpy(text + used, sorted[i].name, sorted[i].name_size);
        used += sorted[i].name_size;
        memcpy(text + used, sorted[i].value, sorted[i].value_size);
        used += sorted[i].value_size;
    }
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_size = 0;
    if (!HMAC(EVP_sha1(), token, (int)strlen(token), text, used, digest, &digest_size))
        return false;
    return EVP_EncodeBlock((unsigned char *)out, digest, (int)digest_size) == VOICE_SIGNATURE_SIZE;
}

bool voice_signature_good(struct arena *arena, const char *token, const char *url, const struct form_fields *params,
                          const char *given)
{
    char expected[VOICE_SIGNATURE_SIZE + 1];
    return given && strlen(given) == VOICE_SIGNATURE_SIZE && voice_signature_make(arena, token, url, params, expected) &&
           CRYPTO_memcmp(given, expected, VOICE_SIGNATURE_SIZE) == 0;
}

/* Names by their bytes; equal names by value, so that the order is total. */
static int by_name(const void *a, const void *b)
{
    const struct form_field *x = a, *y = b;
    size_t size = x->name_size < y->name_size ? x->name_size : y->name_size;
    int order = memcmp(x->name, y->name, size);
    if (order != 0)
        return order;
    if (x->name_size != y->name_size)
        return x->name_size < y->name_size ? -1 : 1;
    size = x->value_size < y->value_size ? x->value_size : y->value_size;
    order = memcmp(x->value, y->value, size);
    return order != 0 ? order : (x->value_size > y->value_size) - (x->value_size < y->value_size);
}
